// The dictionary of parameters, made out of their declarations: what `describe parameters` and `describe
// levers` print. Collections are described by a specimen: "policy.NAME.dose".
#pragma once

#include <string>

#include "scenario/scenario.h"

namespace kurultai {

/// Every field of every section and collection: path, symbol, unit, default, value, allowed, meaning, source,
/// lever or not, extensive or not. For a terminal of 100 columns, or as a JSON array of objects with keys
/// path, section, kind, symbol, unit, default, value, allowed, low, high, words, meaning, source, lever,
/// extensive (low, high: null where there is no bound; words: of a choice).
std::string describe_parameters(const Registry& registry, bool json);

/// The same of levers only: what policies may move.
std::string describe_levers(const Registry& registry, bool json);

}  // namespace kurultai
