// In what two resolved scenarios differ, key by key.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace kurultai {

/// The keys in which two resolved scenarios differ and both values, "[run] seed: now 2, before 1", at most `most` of
/// them; none if they say the same.
std::vector<std::string> differences_between(const std::string& before, const std::string& now, std::size_t most);

}  // namespace kurultai
