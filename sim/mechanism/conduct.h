// How this akimat works this week: what the levers of [akimat] say for its community, and how it differs from that by
// character, learning and revision (columns own_... of the akimats). Mechanisms read these, not the levers.
#pragma once

#include <algorithm>

#include "mechanism/mechanism.h"

namespace kurultai {

/// How far community c's akimat publishes decisions and spending, 0 to 1.
inline double openness(const World& world, std::size_t c) {
  return std::clamp(world.practice.openness[c] + world.akimats.own_openness[c], 0.0, 1.0);
}

/// Chance that community c's akimat answers a matter within its capacity and means, the akim in office apart, 0 to 1.
inline double responsiveness(const World& world, std::size_t c) {
  return std::clamp(world.practice.responsiveness[c] + world.akimats.own_responsiveness[c], 0.0, 1.0);
}

/// How well community c's akim and staff are able to do their work, 0 to 1; 0.5 is usual.
inline double competence(const World& world, std::size_t c) {
  return std::clamp(world.practice.competence[c] + world.akimats.own_competence[c], 0.0, 1.0);
}

/// Share of matters, and of spending on local goods, that community c's akimat decides itself, 0 to 1.
inline double autonomy(const World& world, std::size_t c) {
  return std::clamp(world.practice.autonomy[c] + world.akimats.own_autonomy[c], 0.0, 1.0);
}

}  // namespace kurultai
