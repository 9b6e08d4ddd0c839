// The command line: which verb runs, and what it returns to the shell.
#pragma once

namespace kurultai {

/// Runs the verb named in `argv` and returns the exit code (base/error.h). Never throws.
int run_program(int argc, char** argv);

}  // namespace kurultai
