// Who lives with whom: households of one community with the ages and sexes of its residents.
#pragma once

#include <cstdint>

#include "society/society.h"
#include "society/society_settings.h"
#include "society/traits.h"

namespace kurultai {

/// Settles residents [first, last) of a community: household by household, fills household_slot,
/// household_size, age and sex. Ages follow the pyramid (systematically sampled, so that even a small
/// community has young and old); the mean household has `mean` members.
void settle_households(const SocietySettings& settings, const Pyramid& pyramid, double mean, std::uint64_t seed,
    std::uint64_t community, GivenResidents& residents, Vertex first, Vertex last);

}  // namespace kurultai
