#include "engine/simulation.h"

extern const char* const build_commit;  // commit.cpp, which every build writes: sim/commit.cmake

namespace kurultai {

std::string program_version() { return KURULTAI_VERSION; }
std::string git_commit() { return build_commit; }

}  // namespace kurultai
