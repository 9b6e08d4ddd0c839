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

/// Whether community c elects its akim, if a form of the scenario lets it (R1, T3).
inline bool elects(const World& world, std::size_t c) { return world.practice.elected[c] >= 0.5; }

/// The state's weight w_state against residents' wishes where decisions answer upward: its odds are heavier, so that
/// the ends of the dial, 0 and 1, stay what they are.
inline double upward_weight(const World& world, double weight) {
  const double heavy = world.practice.appointed_odds * weight;
  return heavy / (heavy + 1.0 - weight);
}

/// The state's weight in what community c's akimat decides, 0 to 1: heavier where the akim is appointed (T3).
inline double state_weight(const World& world, std::size_t c) {
  const double weight = world.practice.state_weight[c];
  return world.akimats.appointed[c] > 0 ? upward_weight(world, weight) : weight;
}

/// What community c buys this week of its year's plan, where an undelayed year has 13 purchases: 1/13 where its budget
/// was approved in time; nothing while maslikhats of its district or region delay it, and the more in each of the weeks
/// left.
inline double bought_share(const World& world, std::size_t c) {
  const Community& place = world.society.country.communities[c];
  const double delay = std::max(world.districts.delay[place.district], world.regions.delay[place.region]);
  if (delay <= 0) return 1.0 / 13.0;
  const auto first = static_cast<std::uint32_t>((4 - world.society.key[c] % 4) % 4);  // of the year: see World::due
  double left = 0;
  for (std::uint32_t week = first; week < 52; week += 4) left += week >= delay;
  return world.tick() % 52 < delay || left <= 0 ? 0.0 : 1.0 / left;
}

}  // namespace kurultai
