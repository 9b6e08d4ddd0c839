// Of which institutions a resident is a member: the ties of the start that have not lapsed, and the one joined since.
#pragma once

#include <cstdint>
#include <vector>

#include "mechanism/mechanism.h"

namespace kurultai {

/// Memberships of the start that can end: bits of Residents::lapsed. A resident's further ones never do.
inline constexpr unsigned ending_memberships = 8;

/// Calls visit(index of the institution) for each institution of which resident i of community c is a member now.
template <class Visit> inline void for_memberships(const World& world, std::size_t c, Vertex i, Visit&& visit) {
  const Residents& r = world.residents();
  unsigned nth = 0;
  for (const Tie tie : world.society.ties.bodies(i)) {
    if (tie.layer() != Layer::membership) continue;
    const bool ended = nth < ending_memberships && ((r.lapsed[i] >> nth) & 1U) != 0;
    ++nth;
    if (!ended) visit(world.society.institution_of(tie.to()));
  }
  if (r.joined[i] != 0) visit(world.first_institution[c] + r.joined[i] - 1);
}

/// Whether an active resident LSG body speaks for resident i of community c (R5).
inline bool spoken_for(const World& world, std::size_t c, Vertex i) {
  constexpr auto body = static_cast<unsigned>(InstitutionKind::resident_body);
  if (((world.residents().member_of[i] >> body) & 1U) == 0) return false;
  bool spoken = false;
  for_memberships(world, c, i, [&](std::size_t k) {
    spoken = spoken || (world.institutions.kind[k] == body && world.institutions.activity[k].raw != 0);
  });
  return spoken;
}

/// By community: kinds of which it has an institution with members, as bits.
inline std::vector<std::uint16_t> kinds_with_members(const World& world) {
  std::vector<std::uint16_t> kinds(world.society.communities(), 0);
  for (std::size_t k = 0; k < world.institutions.size(); ++k)
    if (world.institutions.members[k] > 0) {
      std::uint16_t& here = kinds[world.institutions.community[k]];
      here = static_cast<std::uint16_t>(here | (1U << world.institutions.kind[k]));
    }
  return kinds;
}

}  // namespace kurultai
