// A scenario written out whole: every parameter with its value, as a result keeps it. And in what two of them differ.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "scenario/scenario.h"

namespace kurultai {

/// Every field with its value, as TOML that read_scenario accepts and that gives the same values again: what
/// the result file keeps. The same text for the same values; names no file but those that fields name.
std::string resolved_scenario(const ScenarioSource& source, const Registry& registry);

/// The keys in which two resolved scenarios differ and both values, "[run] seed: now 2, before 1", at most `most`
/// of them; none if they say the same.
std::vector<std::string> differences_between(const std::string& before, const std::string& now, std::size_t most);

/// The first key in which two resolved scenarios differ and both values, "[run] seed: now 2, before 1"; empty if
/// they say the same.
std::string first_difference(const std::string& before, const std::string& now);

}  // namespace kurultai
