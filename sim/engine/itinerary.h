// What a run reads and when: as long as two runs have read the same they are one, and need to be simulated once.
//
// From its first week on a run reads its society, its luck and every parameter but these:
//
//   [policy.NAME]     Nothing before the first week in force; from then on how it moves its lever and for whom,
//                     until it ends. Nothing at all where it moves nothing: policies.enabled is false, the dose is
//                     0 in mode add, 1 in mode multiply, or in mode set the lever's own value and no other policy
//                     moves it.
//   run.weeks         When it ends.
//   [output], [survey.NAME], [item.NAME], who is told apart by a trial, what is watched for measures: never. They
//                     decide what is recorded of a run, and no mechanism sees them.
//
// Values are compared, not texts: a parameter that is set to its default is a parameter that is not set. What is not
// named here counts as read from the first week, read or not; so does a policy's name, which keys its lot and its place
// among policies on one lever. A test runs every kind of difference both ways.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/model.h"

namespace kurultai {

/// A hash by which things are told apart (XXH3, 128 bits). Those of a set are added up.
struct Mark {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const Mark&) const = default;
  Mark& operator+=(const Mark& other);
  Mark& operator-=(const Mark& other);
};
Mark mark_of(const std::string& text);

/// When a run departs from what others read.
struct Itinerary {
  struct Change {
    std::int32_t week = 0;
    Mark what;  ///< all that is read anew from that week on
    auto operator<=>(const Change&) const = default;
  };
  Mark base;                    ///< all that is read from the first week on
  std::vector<Change> changes;  ///< in the order of weeks, one for a week
  std::int32_t first = 0;       ///< minus the warm-up
  std::int32_t end = 0;         ///< the week that it does not do any more
  Mark records;                 ///< how series, panel and trials are recorded
  Mark surveys;                 ///< what is asked
};

/// Itineraries of a model and of variations of it. What does not vary is looked at once.
class Itineraries {
 public:
  /// `base` outlives it and stays as it is.
  explicit Itineraries(const Model& base);

  /// That of `model`, which has the base's values but in the fields at `moved`, under that seed and replicate.
  [[nodiscard]] Itinerary of(
      const Model& model, std::span<const std::string> moved, std::uint64_t seed, std::uint32_t replicate) const;

  /// What all societies of the base have in common: their settings and tables.
  [[nodiscard]] const Mark& society() const { return society_; }

  /// Whether runs that differ in `field` may share weeks.
  [[nodiscard]] static bool is_read_later(const Field& field);

 private:
  const Model& base_;
  Mark from_first_week_;
  Mark society_;
  Mark output_;
  Mark surveys_;
  std::vector<Mark> targets_;  ///< by policy
};

}  // namespace kurultai
