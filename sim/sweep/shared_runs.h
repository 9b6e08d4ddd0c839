// Runs that are made so that each week they have in common is simulated once. A walk goes through a stretch
// (shared_weeks.h) and leaves a waypoint, from which runs, or further walks, go on; the waypoint goes with the last of
// them. Every run ends in the bits that it would have alone.
//
// Waypoints live in memory: what was walked is lost with the process, and made again for the runs that are left. Who
// calls says in which order, and how many side by side.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "sweep/experiment.h"
#include "sweep/shared_weeks.h"

namespace kurultai {

/// A run to make. What it points to outlives it.
struct PlannedRun {
  const Experiment* of = nullptr;
  std::span<const Setting> settings;
  RunLuck luck;
  bool alone = false;  ///< shares no week with others
};

class SharedRuns {
 public:
  explicit SharedRuns(std::vector<PlannedRun> runs);

  /// A piece of work: a run to its end, or a walk for several runs.
  struct Job {
    std::size_t run = 0;                 ///< the run; of a walk, that whose weeks are simulated
    std::optional<std::size_t> stretch;  ///< of a walk, where it goes
    std::optional<std::size_t> from;     ///< the stretch at whose end it begins; none: in the first week
  };

  /// What can be done at once, in the order of the runs.
  [[nodiscard]] std::vector<Job> first() const;
  /// Does a walk; then what can be done next. Nothing if `control` stopped it. Throws as Experiment::walk does.
  std::optional<std::vector<Job>> walk(const Job& walk, const RunControl& control);
  /// Does a run to its end. Nothing if `control` stopped it. Throws as Experiment::run does.
  std::optional<Result> run(const Job& job, const RunControl& control);
  /// What is to be done in place of a walk that failed: its runs, each alone.
  [[nodiscard]] std::vector<Job> instead_of(const Job& walk) const;
  /// Says that a job, done or not, needs its waypoint no more. Whether nobody does now, so that it is gone.
  bool leave(const Job& job);

  /// Weeks that a job simulates, over those of its run alone; 1 where that is not known.
  [[nodiscard]] double share(const Job& job) const;
  /// Memory of the waypoint at the end of a stretch.
  [[nodiscard]] double bytes(std::size_t stretch) const;
  /// The weeks of all runs that may share some. `number` is the number of a run in them.
  [[nodiscard]] const std::vector<Stretch>& stretches() const { return stretches_; }
  [[nodiscard]] std::size_t number(std::size_t run) const { return sharing_[run]; }

 private:
  /// What stands at the end of a stretch, and how many jobs still go on from there.
  struct End {
    std::shared_ptr<const Waypoint> waypoint;
    std::size_t waiting = 0;
  };

  [[nodiscard]] Job job_of(std::size_t stretch) const;
  [[nodiscard]] std::vector<Companion> companions(const Stretch& stretch) const;
  [[nodiscard]] RunControl from_where(const Job& job, const RunControl& control) const;

  std::vector<PlannedRun> runs_;
  std::vector<std::size_t> sharing_;               ///< those that may share weeks
  std::vector<std::optional<std::size_t>> place_;  ///< by run: its place among them
  std::vector<Itinerary> itineraries_;             ///< by that place
  std::vector<Stretch> stretches_;                 ///< their runs by that place
  std::vector<std::vector<std::size_t>> after_;    ///< by stretch: those that go on from its end
  mutable std::mutex guard_;                       ///< of what follows
  std::vector<End> ends_;                          ///< by stretch
};

}  // namespace kurultai
