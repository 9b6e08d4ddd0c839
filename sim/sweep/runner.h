// The runner: does tasks until all are in the store. Many small runs go side by side, one thread each; a run so big
// that few fit into memory gets the threads that others leave. Weeks that runs have in common are simulated once
// (shared_runs.h): what goes on from them begins first, so that memory is soon free again; walks of several societies
// or lucks go side by side. A run that has left a checkpoint goes on from there, alone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "sweep/experiment.h"
#include "sweep/store.h"
#include "sweep/sweep_progress.h"

namespace kurultai {

/// One run to do.
struct Task {
  std::uint64_t number = 0;  ///< its name in the store
  std::vector<Setting> settings;
  RunLuck luck;
  const Experiment* of = nullptr;  ///< none: of the runner's
};

/// What became of a run: attribute `status` of its file.
enum class RunStatus : std::uint8_t { missing, finished, failed, not_needed };
template <> inline constexpr auto words<RunStatus> = std::array{"missing", "finished", "failed", "not_needed"};

/// The exit code of a verb some of whose runs failed: 7 if some wanted memory, else 6.
inline ExitCode failure_code(std::size_t no_memory) { return no_memory > 0 ? ExitCode::memory : ExitCode::sweep; }

struct RunnerOptions {
  int threads = 1;
  double memory = 0;  ///< bytes that runs may take together; 0: what the machine has free
  bool share = true;  ///< weeks that runs have in common; the results are the same
  bool stop_on_error = false;
  std::function<bool()> stop = {};              ///< true: begin nothing more, stop what runs (with a checkpoint)
  std::function<bool()> checkpoint_asked = {};  ///< true, once for each request: runs write checkpoints and go on
};

/// How a list of tasks is fitted to the machine.
struct Schedule {
  std::size_t runs = 0;
  std::size_t side_by_side = 1;
  int threads_each = 1;
  double seconds = 0;       ///< all tasks, predicted
  double bytes_each = 0;    ///< of the biggest run, without what is shared
  double peak_bytes = 0;    ///< of the biggest run, alone on the machine, with its society
  double shared_bytes = 0;  ///< of the biggest society, and of where runs in it part
  double weeks = 0;         ///< simulated
  double weeks_alone = 0;   ///< the same if runs shared none
  double file_bytes = 0;    ///< all results on disk
  std::size_t societies = 0;
};

/// What many runs take together, gathered run by run.
class Demand {
 public:
  /// `runs` more of that cost, in the society of that number.
  void add(const Cost& cost, std::size_t society, std::size_t runs = 1);
  /// Takes away what they need not do, since `runs` of them share weeks: those of `weeks` in all.
  void share(const Cost& cost, double weeks);
  /// The same of all that `runs` share; the costs are theirs.
  void share(std::span<const Itinerary> runs, const std::function<Cost(std::size_t)>& cost);
  /// How they will be run.
  [[nodiscard]] Schedule fitted(const RunnerOptions& options) const;

 private:
  Schedule sum_;
  std::set<std::size_t> societies_;
};

/// Numbers for societies, by their keys (Experiment::society_key).
class SocietyNumbers {
 public:
  std::size_t of(const std::string& key) { return numbers_.emplace(key, numbers_.size()).first->second; }

 private:
  std::map<std::string, std::size_t> numbers_;
};

/// Throws Error (exit code 7) if even one run of `plan` does not fit into the machine, or into what --memory allows.
void require_memory(const Schedule& plan, const RunnerOptions& options);

/// What runs may take together: --memory, or most of what the machine has free.
double memory_for(const RunnerOptions& options);
/// Whether `memory` holds a run of that cost beside the place where others part from it.
inline bool may_share(const Cost& cost, double memory) { return cost.shared_bytes + 2 * cost.bytes <= memory; }

/// How `tasks` will be run.
Schedule schedule(const Experiment& experiment, std::span<const Task> tasks, const RunnerOptions& options);

/// What became of tasks.
struct RunnerOutcome {
  std::size_t finished = 0;   ///< of the tasks, now in the store
  std::size_t failed = 0;     ///< in the store with their reasons
  std::size_t no_memory = 0;  ///< of those, for want of memory
  bool stopped = false;       ///< by `stop`, or by a failure if that is to stop all
};

class Runner {
 public:
  /// What happens to a result before it is stored, in the thread that made it: measures are taken, groups left out. An
  /// exception from it ends the whole: it means that the question is wrong, not the run.
  using Finish = std::function<void(const Task&, Result&)>;

  Runner(const Experiment& experiment, RunStore& store, RunnerOptions options, Finish finish);

  using Outcome = RunnerOutcome;
  /// Runs those of `tasks` that the store does not have; tasks in the store that failed are tried again. Throws
  /// storage_error if a result cannot be written: what is in the store stays.
  Outcome run(std::span<const Task> tasks, SweepProgress& progress);

 private:
  const Experiment& experiment_;
  RunStore& store_;
  RunnerOptions options_;
  Finish finish_;
};

}  // namespace kurultai
