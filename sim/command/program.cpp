#include "command/program.h"

#include <cstdio>

#include "base/error.h"

namespace kurultai {

int run_program(int /*argc*/, char** /*argv*/) {
  std::fputs("kurultai 0.1.0: no verbs yet\n", stderr);
  return static_cast<int>(ExitCode::usage);
}

}  // namespace kurultai
