// Of which institutions a resident is a member: the ties of the start that have not lapsed, and the one joined since.
#pragma once

#include <cstdint>
#include <vector>

#include "mechanism/mechanism.h"

namespace kurultai {

/// Memberships of the start that can end: bits of Residents::lapsed. A resident's further ones never do.
inline constexpr unsigned ending_memberships = 8;

class Memberships {
 public:
  explicit Memberships(Mechanism& mechanism, Start start = Start::no)
      : lapsed_(mechanism, &Residents::lapsed, start),
        joined_(mechanism, &Residents::joined, start) {}
  /// Calls visit(index of the institution) for each institution of which resident i of community c is a member now.
  template <class Visit> void each(const Week& week, std::size_t c, Vertex i, Visit&& visit) const {
    unsigned nth = 0;
    for (const Tie tie : week.ties.bodies(i)) {
      if (tie.layer() != Layer::membership) continue;
      const bool ended = nth < ending_memberships && ((lapsed_[i] >> nth) & 1U) != 0;
      ++nth;
      if (!ended) visit(week.institution_of(tie.to()));
    }
    if (joined_[i] != 0) visit(week.first_institution[c] + joined_[i] - 1);
  }

 private:
  Read<std::uint8_t> lapsed_;
  Read<std::uint32_t> joined_;
};

/// Whether an active resident LSG body speaks for a resident (R5).
class SpokenFor {
 public:
  explicit SpokenFor(Mechanism& mechanism, Start start = Start::no)
      : memberships_(mechanism, start),
        member_of_(mechanism, &Residents::member_of, start),
        kind_(mechanism, &Institutions::kind, start),
        activity_(mechanism, &Institutions::activity, start) {}
  bool operator()(const Week& week, std::size_t c, Vertex i) const {
    constexpr auto body = static_cast<unsigned>(InstitutionKind::resident_body);
    if (((member_of_[i] >> body) & 1U) == 0) return false;
    bool spoken = false;
    memberships_.each(
        week, c, i, [&](std::size_t k) { spoken = spoken || (kind_[k] == body && activity_[k].raw != 0); });
    return spoken;
  }

 private:
  Memberships memberships_;
  Read<std::uint16_t> member_of_;
  Read<std::uint8_t> kind_;
  Read<Share> activity_;
};

/// By community: kinds of which it has an institution with members, as bits.
class KindsWithMembers {
 public:
  explicit KindsWithMembers(Mechanism& mechanism, Start start = Start::no)
      : members_(mechanism, &Institutions::members, start),
        kind_(mechanism, &Institutions::kind, start),
        community_(mechanism, &Institutions::community, start) {}
  /// Counts them anew into `kinds`.
  void count(const Week& week, std::vector<std::uint16_t>& kinds) const {
    kinds.assign(week.communities(), 0);
    for (std::size_t k = 0; k < members_.size(); ++k)
      if (members_[k] > 0) kinds[community_[k]] = static_cast<std::uint16_t>(kinds[community_[k]] | (1U << kind_[k]));
  }

 private:
  Read<std::uint32_t> members_;
  Read<std::uint8_t> kind_;
  Read<std::uint32_t> community_;
};

}  // namespace kurultai
