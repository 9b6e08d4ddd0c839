#include "engine/simulation.h"

namespace kurultai {

std::string program_version() { return KURULTAI_VERSION; }
std::string git_commit() { return KURULTAI_COMMIT; }

}  // namespace kurultai
