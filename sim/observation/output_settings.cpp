#include "observation/output_settings.h"

#include <algorithm>
#include <span>

#include "observation/record_level.h"

namespace kurultai {

std::string OutputSettings::inconsistency() const {
  const std::span<const RecordLevel> known = record_levels();
  for (const std::string& level : levels.value()) {
    if (std::any_of(known.begin(), known.end(), [&](const RecordLevel& row) { return row.name == level; })) continue;
    std::string names;
    for (std::size_t k = 0; k < known.size(); ++k)
      names += (k == 0 ? "" : k + 1 == known.size() ? " and " : ", ") + std::string(known[k].name);
    return "levels has '" + level + "', but there are only " + names;
  }
  return {};
}

}  // namespace kurultai
