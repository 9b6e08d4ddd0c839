// A society without census: communities that are all alike (source = "plain"). For experiments whose published
// population is known by a few numbers only, and for learning.
#pragma once

#include "society/places.h"
#include "society/society_settings.h"

namespace kurultai {

/// One region and one district, "plain", with `communities` communities "plain 0001" ... of `people` inhabitants each.
/// Shares, incomes (the national mean) and budgets are those of the settings; the pyramid is the default one.
Country plain_country(const SocietySettings& settings);

}  // namespace kurultai
