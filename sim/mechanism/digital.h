// What mechanisms read of civic platforms this week: whose connection is up, and how good the platforms are (the levers
// of [platform]).
#pragma once

#include "mechanism/streams.h"

namespace kurultai {

/// Quality of platforms relative to the usual 0.5: a factor on notices and sign-ups, 0 to 2.
inline double relative_quality(const World& world, std::size_t community) {
  return 2.0 * world.platform_service.quality[community];
}

/// Share of connections that work this week in a community: 1 but for an outage.
inline double connected(const World& world, std::size_t community) {
  return 1.0 - world.platform_service.outage[community];
}

/// Whether the connection of resident i is up this week. The same answer all week.
inline bool connected(const World& world, std::size_t community, std::size_t i) {
  const double works = connected(world, community);
  return works >= 1.0 ||
         world.draws(StreamOf::coverage).chance(works, world.society.name(community, static_cast<Vertex>(i)), 0);
}

/// Whether resident i uses civic platforms and can reach them this week.
inline bool on_platform(const World& world, std::size_t community, std::size_t i) {
  return world.residents().platform[i] != 0 && connected(world, community, i);
}

}  // namespace kurultai
