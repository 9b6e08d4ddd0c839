// What is open in a community: 16 slots for matters, hence two 16-bit masks a resident (MODEL 7.2).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "society/institutions.h"
#include "society/residents.h"

namespace kurultai {

inline constexpr std::size_t slot_count = 16;

/// What came of a matter.
enum class Outcome : std::uint8_t { none, answered, ignored };

/// One occasion to take part. Weeks count from the start of the record (negative in the warm-up).
struct Matter {
  std::int32_t announced = 0;  ///< first week it can be known
  std::int32_t opens = 0;      ///< first week one can act
  std::int32_t closes = 0;     ///< last week one can act
  std::uint16_t form = 0;
  std::uint8_t subject = 0;  ///< Good, or good_count for all of them
  Outcome outcome = Outcome::none;
  std::uint32_t eligible = 0;  ///< counted when it closes
  std::uint32_t aware = 0;
  std::uint32_t acted = 0;
};

/// The slots of one community. Bits of the masks are slots.
struct Docket {
  std::array<Matter, slot_count> slot{};
  std::uint16_t live = 0;      ///< announced or open
  std::uint16_t adults = 0;    ///< of those, open to adults (by age alone: see `eligible`)
  std::uint16_t children = 0;  ///< of those, open to children too
  std::uint16_t members = 0;   ///< of those, open to members of an institution only
  std::array<std::uint16_t, occupation_count> occupation{};  ///< of those, open to each occupation
  std::array<std::uint16_t, institution_kinds> kind{};       ///< of `members`, open to members of each kind
  std::uint16_t national = 0;  ///< of those, open everywhere at once: heard of across communities
  std::uint16_t open = 0;      ///< residents may act this week
  std::uint16_t closing = 0;   ///< this is the last week
  std::uint16_t stale = 0;     ///< closed last week: bits of residents are cleared this week
  std::uint16_t changed = 0;   ///< stale last week: neighbours still see old bits until published
  std::uint16_t waiting = 0;   ///< matters that found no slot

  /// Live matters in which one of that age, occupation and memberships may take part.
  [[nodiscard]] std::uint16_t eligible(std::uint8_t age, std::uint8_t trade, std::uint16_t member_of) const {
    unsigned mask = (is_adult(age) ? adults : children) & occupation[trade];
    if ((mask & members) != 0) {
      unsigned open_to_me = 0;
      for (unsigned m = member_of; m != 0; m &= m - 1) open_to_me |= kind[static_cast<std::size_t>(__builtin_ctz(m))];
      mask &= ~static_cast<unsigned>(members) | open_to_me;
    }
    return static_cast<std::uint16_t>(mask);
  }
  [[nodiscard]] std::uint16_t eligible(const Residents& r, std::size_t i) const {
    return eligible(r.age[i], r.occupation[i], r.member_of[i]);
  }
};

/// How many bits of a mask are set.
constexpr unsigned bits_of(unsigned mask) {  // plain x86-64 has no instruction for it
  mask -= (mask >> 1) & 0x5555U;
  mask = (mask & 0x3333U) + ((mask >> 2) & 0x3333U);
  mask = (mask + (mask >> 4)) & 0x0f0fU;
  return (mask + (mask >> 8)) & 0x1fU;
}

/// Calls visit(slot) for each bit set in `mask`, lowest first.
template <class Visit> inline void for_slots(std::uint16_t mask, Visit&& visit) {
  for (unsigned m = mask; m != 0; m &= m - 1) visit(static_cast<unsigned>(__builtin_ctz(m)));
}

/// Slots that close this week with a matter of a form for which which(form) is true.
template <class Which> inline std::uint16_t closing_of(const Docket& docket, Which&& which) {
  unsigned mask = 0;
  for_slots(docket.closing, [&](unsigned s) {
    if (which(docket.slot[s].form)) mask |= 1U << s;
  });
  return static_cast<std::uint16_t>(mask);
}

}  // namespace kurultai
