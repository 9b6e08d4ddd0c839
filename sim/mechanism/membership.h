// Of which institutions a resident is a member: the ties of the start that have not lapsed, and the one joined since.
#pragma once

#include <algorithm>

#include "mechanism/mechanism.h"

namespace kurultai {

/// Memberships of the start that can end: bits of Residents::lapsed. A resident's further ones never do.
inline constexpr unsigned ending_memberships = 8;

/// The first institution of resident i's community. Those with members stand in the order of communities.
inline std::size_t first_institution(const World& world, Vertex i) {
  const std::vector<Vertex>& first = world.society.first;
  const auto c = static_cast<std::uint32_t>(std::upper_bound(first.begin(), first.end(), i) - first.begin() - 1);
  const auto kind = world.institutions.kind.values();
  const auto local = std::partition_point(kind.begin(), kind.end(), [](std::uint8_t k) { return k < static_cast<std::uint8_t>(InstitutionKind::mobile_group); });
  const auto community = world.institutions.community.values().first(static_cast<std::size_t>(local - kind.begin()));
  return static_cast<std::size_t>(std::lower_bound(community.begin(), community.end(), c) - community.begin());
}

/// Calls visit(index of the institution) for each institution of which resident i is a member now.
template <class Visit>
inline void for_memberships(const World& world, Vertex i, Visit&& visit) {
  const Residents& r = world.residents();
  unsigned nth = 0;
  for (const Tie tie : world.society.ties.bodies(i)) {
    if (tie.layer() != Layer::membership) continue;
    const bool ended = nth < ending_memberships && ((r.lapsed[i] >> nth) & 1U) != 0;
    ++nth;
    if (!ended) visit(world.society.institution_of(tie.to()));
  }
  if (r.joined[i] != 0) visit(first_institution(world, i) + r.joined[i] - 1);
}

/// Whether an active resident LSG body speaks for resident i (R5).
inline bool spoken_for(const World& world, Vertex i) {
  constexpr auto body = static_cast<unsigned>(InstitutionKind::resident_body);
  if (((world.residents().member_of[i] >> body) & 1U) == 0) return false;
  bool spoken = false;
  for_memberships(world, i, [&](std::size_t k) {
    spoken = spoken || (world.institutions.kind[k] == body && world.institutions.activity[k].raw != 0);
  });
  return spoken;
}

}  // namespace kurultai
