#include "engine/result_head.h"

#include <string>

#include "engine/simulation.h"

namespace kurultai {

Result new_result(ResultKind kind) {
  Result result;
  result.attributes["format_version"] = result_format_version;
  if (kind != ResultKind::run) result.attributes["kind"] = std::string(word(kind));
  result.attributes["kurultai_version"] = program_version();
  result.attributes["git_commit"] = git_commit();
  return result;
}

}  // namespace kurultai
