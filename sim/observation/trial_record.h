// What a result says about a policy under /policy/NAME: whom it reached, and of a trial, resident by resident, who was
// what and who took part.
#pragma once

#include <cstddef>

#include <string>

#include "mechanism/mechanism.h"
#include "observation/result.h"

namespace kurultai {

/// Whom the policy number `policy` treats, in words: "treats 3 of 12 communities", "treats 230 of 4000 residents, in 3
/// of 12 communities", "treats nobody".
std::string reach_of(const World& world, std::size_t policy);

/// The group "policy/NAME" of the policy number `policy`. Over `community`: status, of a trial of whole communities
/// exposure, and where the trial has an outcome closed and before. Over `resident`, where single residents are treated
/// by lot or an outcome is recorded: everybody in the target's communities who has a part or ties to the treated.
Group trial_record(const World& world, std::size_t policy);

}  // namespace kurultai
