// Where a run stands between two weeks, in memory: other runs that have read the same so far (engine/itinerary.h) go on
// from there, to the same bits as if each had come all the way alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/archive.h"
#include "engine/itinerary.h"
#include "engine/simulation.h"

namespace kurultai {

class Waypoint {
 public:
  /// `society`: where `simulation`, which stands there, and all that go on from it live.
  Waypoint(Simulation& simulation, std::shared_ptr<const Society> society);

  /// Keeps also what `watch` has seen so far, for runs with those marks (Itinerary).
  void keep_records(Watch& watch, const Mark& records);
  void keep_surveys(Watch& watch, const Mark& surveys);

  /// Takes `simulation`, which is fresh and lives in `society()`, there, with the watch of those marks.
  void take(Simulation& simulation, const Mark& records, const Mark& surveys) const;
  /// The same for the watch of a passenger alone: what it has of it.
  void take(Watch& watch, const Mark& records, const Mark& surveys) const;

  [[nodiscard]] const std::shared_ptr<const Society>& society() const { return society_; }
  /// Memory that it takes, without the society.
  [[nodiscard]] double bytes() const;

 private:
  using Image = std::vector<std::byte>;

  std::shared_ptr<const Society> society_;
  Image world_;
  std::map<Mark, Image> records_;
  std::map<Mark, Image> surveys_;
};

}  // namespace kurultai
