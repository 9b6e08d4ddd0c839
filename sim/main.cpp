// The program `kurultai`. The verbs live in command/.
#include "command/program.h"

int main(int argc, char** argv) { return kurultai::run_program(argc, argv); }
