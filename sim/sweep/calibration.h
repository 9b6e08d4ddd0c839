// Calibration: which values of parameters agree with what was observed? A sweep's file with ranges of axes as priors
// (uniform, or uniform in the logarithm), targets for some of its measures, and a table [calibration]:
//
//   [sweep]
//   scenario = "../village.toml"        set, seed, replicates (default 1), keep_*, society as in a sweep
//
//   [axis.reach]
//   path = "information.reach"
//   low = 0.05
//   high = 0.9
//
//   [measure.awareness]
//   first = 40
//
//   [target.awareness]                  the measure's name
//   value = 0.31
//   sd = 0.02                           standard error of the observation; 0 if it is exact
//   source = "survey of 2024, n = 500"
//
//   [calibration]
//   particles = 1000
//
// Method: approximate Bayesian computation with an adaptive population (Lenormand, Jabot & Deffuant 2013). A first
// generation of `particles` places fills the prior (Latin hypercube). From then on the nearest `keep` of all are kept
// and the others are replaced by moved copies of them, weighted so that they still stand for the prior; until few
// of the new ones (`least_acceptance`) are nearer than the farthest kept, or after `generations`. Distance is Euclidean
// over the targets, each in units of 1.4826 times the median absolute deviation under the prior. An error
// of observation, drawn for each particle, is added to what was simulated, so that what is kept is a sample
// of the posterior and not only of the best fit (Wilkinson 2013). At last the places are adjusted by local-linear
// regression on the targets (Beaumont, Zhang & Balding 2002), as logits, so that they stay inside the prior; and
// `predictive` runs out of the posterior show whether it meets the targets, errors of observation included.
//
// Every particle has luck of its own. A failed run, or one whose measure has no value, is infinitely far.
// Every generation is a list of runs in a store: interrupted at any moment it goes on to the same bits.
//
// What it takes for granted: that the model can meet the targets (`prior_low` and `prior_high` of a target say what it
// reaches at all), that errors of targets are normal and independent, and that the axes' ranges are meant as priors.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "observation/result.h"
#include "sweep/population.h"
#include "sweep/runner.h"
#include "sweep/sweep.h"

namespace kurultai {

/// The table [target.NAME]: what was observed of the measure NAME.
struct TargetSpec : Section {
  explicit TargetSpec(std::string name) : Section(std::move(name), "what was observed of the measure of that name") {}
  Real value{*this, "value", 0, {}, "what was observed", "design", {.unit = "unit of the measure"}};
  Real sd{*this, "sd", 0, {0, 1e300}, "standard error of the observation", "design", {.unit = "unit of the measure"}};
  Real weight{*this, "weight", 1, {0, 1e6}, "in the distance", "design"};
  Text source{*this, "source", "", "where the observation is from", "design"};
};

/// The table [calibration].
struct CalibrationSettings : Section {
  CalibrationSettings() : Section("calibration", "which values of the axes agree with the targets") {}
  Whole particles{*this, "particles", 1000, {20, 1e6},
      "runs of the first generation; later ones make the kept up to so many again", "Lenormand et al. 2013"};
  Real keep{*this, "keep", 0.5, {0.05, 0.95}, "share of the particles that is kept: those nearest to the targets",
      "Lenormand et al. 2013", {.symbol = "alpha"}};
  Real least_acceptance{*this, "least_acceptance", 0.1, {0, 1},
      "ends when this share of a generation's new particles or less is nearer than all kept before",
      "Lenormand et al. 2013", {.symbol = "p_acc_min"}};
  Whole generations{*this, "generations", 20, {1, 1000}, "most generations, the first included", "design"};
  Real confidence{*this, "confidence", 0.9, {0.5, 0.999}, "of the intervals, equal in both tails", "design"};
  Flag adjust{*this, "adjust", true, "whether the posterior is adjusted by local-linear regression on the targets",
      "Beaumont et al. 2002"};
  Whole predictive{*this, "predictive", 100, {0, 1e6},
      "runs out of the posterior that show whether it meets the targets; 0: none", "design"};
};

/// A calibration's file, read and checked.
class Calibration {
 public:
  /// Throws scenario_error with the place of whatever is wrong.
  explicit Calibration(const std::filesystem::path& file, std::span<const std::string> sets = {});

  CalibrationSettings calibration;
  Collection<TargetSpec> targets{"target", "what was observed"};
  Sweep sweep;  ///< axes, measures, experiment; its design is not used

  [[nodiscard]] std::size_t particles() const { return static_cast<std::size_t>(calibration.particles.value()); }
  /// How many are kept from generation to generation.
  [[nodiscard]] std::size_t kept() const;
  /// The fewest particles from which the next generation, or a regression on the targets, can be made.
  [[nodiscard]] std::size_t fewest_kept() const;
  /// Runs at most, if no generation ends it before.
  [[nodiscard]] std::size_t most_runs() const;
  /// The runs of `particle`, the `k`-th of generation `generation`, one for each replicate. Their numbers and
  /// their luck are theirs alone.
  [[nodiscard]] std::vector<Task> tasks(const Particle& particle, std::uint32_t generation, std::size_t k) const;
  /// The first generation: it fills the prior.
  [[nodiscard]] std::vector<Particle> first_generation() const;
  /// The value of axis `a` at place `u`, as a number.
  [[nodiscard]] double number_at(std::size_t a, double u) const;
  [[nodiscard]] Value value_at(std::size_t a, double u) const;

  std::vector<std::string> remarks;  ///< what readers of the measures should know

 private:
  void check();
};

/// What is known about a parameter afterwards.
struct ParameterEstimate {
  std::string name;
  std::string path;
  std::string unit;
  double mean = 0;
  double sd = 0;
  double low = 0;
  double median = 0;
  double high = 0;
  double prior_low = 0;
  double prior_high = 0;
  double shrinkage = 0;  ///< 1 - posterior sd / prior sd, on the prior's own scale (linear or log): 0: nothing learned
  double r2 = 0;         ///< of the adjustment
};

/// How a target is met.
struct TargetFit {
  std::string name;
  double value = 0;
  double sd = 0;
  double scale = 0;      ///< a difference of so much is one unit of distance
  double prior_low = 0;  ///< what the prior predicts (interval)
  double prior_high = 0;
  double low = 0;  ///< what the posterior predicts (interval); NaN without predictive runs
  double median = 0;
  double high = 0;
  [[nodiscard]] bool inside() const { return low <= value && value <= high; }
};

struct GenerationRecord {
  double tolerance = 0;   ///< distance of the farthest that is kept
  double nearest = 0;     ///< of the nearest
  double acceptance = 0;  ///< share of the new ones that are nearer than the tolerance before; 1 in the first
  double ess = 0;         ///< effective size of the kept
  std::size_t particles = 0;
  std::size_t failed = 0;  ///< particles with a failed run or a measure without value
};

struct CalibrationReport {
  bool stopped = false;       ///< interrupted, or by a failed run if that is to stop all: what is below is empty
  std::size_t finished = 0;   ///< runs in the store
  std::size_t failed = 0;     ///< runs that failed
  std::size_t no_memory = 0;  ///< of those, for want of memory
  std::string ended_by;       ///< "acceptance" or "generations"
  double ess = 0;             ///< effective size of the posterior
  std::vector<ParameterEstimate> parameters;
  std::vector<double> correlations;  ///< [parameter][parameter], on the priors' scales
  std::vector<TargetFit> targets;
  std::vector<GenerationRecord> generations;
  WeightedSample sample;
  Result result;  ///< the file
};

/// Runs what is not yet in `store`, and computes the posterior. Throws Error: sweep (exit code 6) if too few runs
/// finish for an answer (memory, 7, if that is what some wanted), storage, or scenario if a measure is wrong.
CalibrationReport execute(
    const Calibration& calibration, RunStore& store, const RunnerOptions& options, SweepProgress& progress);

}  // namespace kurultai
