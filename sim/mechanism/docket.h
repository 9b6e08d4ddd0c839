// What is open in a community: 16 slots for matters, hence two 16-bit masks a resident (MODEL 3).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

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
  std::uint8_t subject = 0;    ///< Good, or good_count for all of them
  Outcome outcome = Outcome::none;
  std::uint32_t eligible = 0;  ///< counted when it closes
  std::uint32_t aware = 0;
  std::uint32_t acted = 0;
};

/// The slots of one community. Bits of the masks are slots.
struct Docket {
  std::array<Matter, slot_count> slot{};
  std::uint16_t live = 0;     ///< announced or open
  std::uint16_t children = 0;  ///< of those, open to children too
  std::uint16_t open = 0;     ///< residents may act this week
  std::uint16_t closing = 0;  ///< this is the last week
  std::uint16_t stale = 0;    ///< closed last week: bits of residents are cleared this week
  std::uint16_t changed = 0;  ///< stale last week: neighbours still see old bits until published
  std::uint32_t waiting = 0;  ///< matters that found no slot

  /// Live matters in which a resident may take part.
  [[nodiscard]] std::uint16_t eligible(bool adult) const { return adult ? live : children; }
};

/// Calls visit(slot) for each bit set in `mask`, lowest first.
template <class Visit>
inline void for_slots(std::uint16_t mask, Visit&& visit) {
  for (unsigned m = mask; m != 0; m &= m - 1) visit(static_cast<unsigned>(__builtin_ctz(m)));
}

}  // namespace kurultai
