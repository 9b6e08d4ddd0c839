// Which communities a policy means: the conditions of its target on places.
#pragma once

#include <cstddef>
#include <vector>

#include "scenario/policy.h"
#include "society/places.h"

namespace kurultai {

/// The communities of `country` that meet the conditions of `policy` on communities, in order.
std::vector<std::size_t> communities_meant(const Country& country, const PolicySpec& policy);

/// Whether there are any, without a list of them: much faster where most communities meet the conditions.
bool means_any(const Country& country, const PolicySpec& policy);

/// Codes, names and words that targets may use in `country`.
KnownTargets known_targets(const Country& country);

}  // namespace kurultai
