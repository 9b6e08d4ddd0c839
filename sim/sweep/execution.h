// A sweep from its file to its result: runs what is not yet in the store, adds replicates where that is asked for, and
// merges all into one file. Interrupted at any moment it goes on where it was, to the same bits.
#pragma once

#include <filesystem>
#include <vector>

#include "sweep/runner.h"
#include "sweep/sweep.h"

namespace kurultai {

struct ExecutionOptions {
  std::filesystem::path out;  ///< the one result file; runs are kept in a folder beside it until it is written
  bool resume = false;
  bool merge_only = false;  ///< run nothing: merge what is there, with what is missing marked so
  bool keep_runs = false;   ///< leave the folder of runs behind
  bool force = false;       ///< replace a result of something else
  Shard shard = {};
  RunnerOptions runner = {};
};

struct ExecutionReport {
  std::size_t finished = 0;
  std::size_t failed = 0;
  std::size_t no_memory = 0;  ///< of those that failed in this call, for want of memory
  std::size_t missing = 0;
  bool stopped = false;
  bool merged = false;     ///< the result file is written
  bool was_there = false;  ///< and was before: nothing was done
};

/// The folder in which the runs of `out` are kept: results/a.h5 has results/a.runs. Of a link (`destination` of
/// engine/destination.h) it is that of the file it points to.
std::filesystem::path runs_folder(const std::filesystem::path& out);

/// The runs that `shard` begins with (before replicates are added), in the order of their numbers.
std::vector<Task> first_tasks(const Sweep& sweep, Shard shard);

/// How all runs of `shard` will be fitted to the machine, point by point.
Schedule schedule(const Sweep& sweep, Shard shard, const RunnerOptions& options);
/// The same for each of `count` shards at once.
std::vector<Schedule> schedules(const Sweep& sweep, std::uint32_t count, const RunnerOptions& options);

/// What is valid and still hardly meant, each with the points that it is about.
std::vector<std::string> remarks_of(const Sweep& sweep);

/// Throws scenario_error where measures or axes do not fit what a run will hold, before hours are spent; has runs
/// record what the measures look at; tells what is to be remarked of them. Builds a society, as thin as may be.
std::vector<std::string> check_outline(Sweep& sweep);

/// Replicates that point `point` needs, given the measure of [precision] in those that are there (NaN: failed); the
/// rule looks after `replicates` and after each `step` more whether the interval is narrow enough. A point without any
/// value gets no more.
std::size_t replicates_needed(const Sweep& sweep, std::span<const double> measure);

/// Runs and merges. Throws Error: storage (exit code 5) if something cannot be written, scenario if a measure is wrong.
ExecutionReport execute(Sweep& sweep, const ExecutionOptions& options, SweepProgress& progress);

}  // namespace kurultai
