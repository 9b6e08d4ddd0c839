// Measures what this machine takes for a resident and a community, for estimates to come: `check --measure`, and the
// first `run` that lasts longer than a minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "command/verbs.h"
#include "engine/estimate.h"

namespace kurultai {

/// Runs the scenario of `options`, thinned to two sizes, for a year each; a few seconds. Returns the rates that follow.
/// Throws scenario_error (exit code 3) for one that cannot be thinned or has too few residents; Error (exit code 7) if
/// there is too little memory.
Rates measure_machine(const ScenarioOptions& options);

/// Keeps `rates`, as found today by running `by`. Throws storage_error (exit code 5) if there is nowhere to write.
void keep_measured(const Rates& rates, const std::string& by);

/// What a run takes, from the moment this is made.
class RunMeter {
 public:
  RunMeter();
  /// The society stands and its weeks begin.
  void begin_weeks();
  /// The run is over, of which this process did `weeks`: keeps the rates that follow if it lasted longer than a minute
  /// and none were kept for this machine. `foretold` is the estimate of the whole run. Never throws: a measurement that
  /// cannot be kept is a word on standard error.
  void keep(const Model& model, const Estimate& foretold, std::int64_t weeks, const std::string& scenario) const;

 private:
  std::chrono::steady_clock::time_point begun_;
  double busy_at_begin_;
  double busy_built_ = 0;
};

/// The time now, as results and rates keep it: 2026-01-31T12:00:00Z.
std::string now_utc();

}  // namespace kurultai
