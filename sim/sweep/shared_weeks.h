// Which weeks runs have in common: planned runs become a forest of stretches, each of which is simulated once for all
// runs that go through it.
//
//   weeks   -104           0             104            260
//           |==============|==============|==============>  run 0
//                                         \=============>  run 1: a policy begins in week 104 with another dose
//                          \============================>  run 2: a policy begins in week 0
//
// Pure: nothing is run here. Which runs read the same, and how long, says engine/itinerary.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/itinerary.h"

namespace kurultai {

/// Weeks [from, to) that all runs going through them have in common: either some run ends with them or there the runs
/// part.
struct Stretch {
  std::optional<std::size_t> before;  ///< the stretch from which it goes on; none: it begins with the runs
  std::int32_t from = 0;
  std::int32_t to = 0;
  std::vector<std::size_t> runs;    ///< all that go through it, in the order of their numbers
  std::vector<std::size_t> ending;  ///< of those, whose last week it has
};

/// Kinds of records, and of surveys, that are taken along through a stretch at most: beyond it runs part earlier than
/// they had to.
inline constexpr std::size_t most_kinds_together = 16;

/// The stretches of these runs, each after the one that it goes on from; a run's number is its place in `runs`. A run
/// that has nothing in common with another goes through one stretch alone.
std::vector<Stretch> shared_weeks(std::span<const Itinerary> runs);

/// Weeks of all stretches, and of all runs if each were alone.
struct WeekCount {
  double shared = 0;
  double alone = 0;
};
WeekCount count_weeks(std::span<const Stretch> stretches);

/// Of the runs that go through a stretch, those without whose records, or surveys, others could not go on from its end:
/// the first of each kind.
struct Kinds {
  std::vector<std::size_t> records;
  std::vector<std::size_t> surveys;
};
Kinds kinds_in(std::span<const Itinerary> runs, const Stretch& stretch);

}  // namespace kurultai
