// Comparison of two sides A and B, replicate by replicate: how much a measure differs, how sure that is, how many
// replicates an effect of a given size needs, and whether two are as good as equal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "observation/result.h"
#include "sweep/experiment.h"
#include "sweep/measure.h"
#include "sweep/runner.h"

namespace kurultai {

/// A measure in the replicates of one side; NaN where a run failed.
struct Sample {
  std::vector<RunLuck> luck;
  std::vector<double> values;  ///< as many
};

/// What two samples say about a difference. Paired if they share luck (seed and replicate): of both sides only the
/// replicates with a partner count. Else by Welch's test, which takes them as independent.
struct Difference {
  bool paired = false;
  std::size_t n_a = 0;  ///< replicates that count, NaNs left out
  std::size_t n_b = 0;
  std::size_t left_out = 0;  ///< replicates of either side without value or partner
  double mean_a = 0;         ///< NaN without replicates
  double mean_b = 0;
  double difference = 0;    ///< mean_b - mean_a
  double sd = 0;            ///< of the pairs' differences; unpaired: sqrt(sd_a^2 + sd_b^2). NaN for n < 2
  double error = 0;         ///< standard error of `difference`
  double freedom = 0;       ///< of Student's t; 0: no interval
  double half_width = 0;    ///< of the interval at `confidence`; infinite for n < 2
  double relative = 0;      ///< difference / |mean_a|; NaN if that is 0
  double standardized = 0;  ///< difference / pooled standard deviation of the replicates (Cohen's d)
  double correlation = 0;   ///< of the pairs: how much of the luck is shared; NaN unpaired
};
Difference difference_of(const Sample& a, const Sample& b, double confidence);

/// Replicates of each side needed to find `effect` with probability `power`; no_number_of_pairs where none is enough or
/// nothing is known about the spread. Unpaired, replicates are taken in pairs of strangers, which is a little too many.
std::size_t replicates_for(const Difference& difference, double effect, double confidence, double power);

enum class Verdict : std::uint8_t { undecided, different, equivalent };
template <> inline constexpr auto words<Verdict> = std::array{"undecided", "different", "equivalent"};

/// Equivalence by two one-sided tests (Schuirmann 1987), each at (1 - confidence): equivalent if the interval at
/// 1 - 2 (1 - confidence) lies inside (-margin, margin); else different if the interval at `confidence` is without 0;
/// else undecided. With margin 0 only the latter two.
Verdict verdict_of(const Difference& difference, double margin, double confidence);

/// One run out of a sweep's result, as a run of its own: its series without the dimensions point and replicate.
Result run_of_sweep(const Result& sweep, std::size_t point, std::size_t replicate);

/// Runs of one side, replicate by replicate; a run that failed has no groups.
struct Side {
  std::string name;
  std::vector<RunLuck> luck;
  std::vector<Result> runs;
};

/// Replicates 0 .. n - 1 of two scenarios with shared luck.
struct PairedRuns {
  Side a;
  Side b;
  std::size_t failed = 0;
  std::size_t no_memory = 0;  ///< of those, for want of memory
  bool stopped = false;       ///< interrupted: the sides are incomplete
};
/// The runs of both, those of A with even numbers; with equal luck and as long as both read the same they share weeks.
std::vector<Task> tasks_of_pairs(const Experiment& a, const Experiment& b, std::size_t replicates, std::uint64_t seed);
PairedRuns run_pairs(const Experiment& a, const Experiment& b, std::size_t replicates, std::uint64_t seed,
    RunStore& store, const RunnerOptions& options, SweepProgress& progress);

/// `spec` in every run of `side`, over the weeks in `common` if it is given. Throws scenario_error if the runs do not
/// have it.
Sample sample_of(
    const Side& side, const MeasureSpec& spec, const std::string& key, const std::vector<double>* common = nullptr);

}  // namespace kurultai
