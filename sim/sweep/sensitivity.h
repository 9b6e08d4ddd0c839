// Sensitivity: which parameters move a measure. Missing runs are NaN: estimators leave out what they cannot
// use and say how much was left.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sweep/design.h"

namespace kurultai {

/// An estimate with a confidence interval.
struct Interval {
  double estimate = 0;
  double low = 0;
  double high = 0;
};

/// A measure in all runs of a sweep: [point][replicate], NaN where a run is missing or failed.
struct Responses {
  std::size_t replicates = 1;
  std::vector<double> values;
  [[nodiscard]] std::size_t points() const { return replicates == 0 ? 0 : values.size() / replicates; }
  [[nodiscard]] double operator()(std::size_t point, std::size_t replicate) const {
    return values[point * replicates + replicate];
  }
  /// Mean over the replicates that are there; NaN if none is.
  [[nodiscard]] double mean(std::size_t point) const;
};

/// Where a measure's variance comes from. `noise` is what replicates of one point differ by. The variance
/// between points is taken from products of different replicates (a two-way analysis of variance), so that
/// both are unbiased whether points share their replicates' random numbers or not; missing runs are left out
/// pair by pair.
struct VarianceSplit {
  double mean = 0;         ///< of the runs that are there; NaN if none is
  double variance = 0;     ///< of one run at a point taken at random; NaN with less than 2 runs
  double noise_share = 0;  ///< of it, within points; NaN with one replicate, or if nothing varies
  std::size_t runs = 0;
  std::size_t missing = 0;
};
VarianceSplit split_variance(const Responses& y);

// Intervals are percentiles of a bootstrap over independent units (rows of Saltelli's base sample, Morris'
// trajectories, else points), `resamples` times under `seed`, at `confidence` in (0, 1). They are NaN with
// fewer than 2 units or resamples. On Sobol' points, which are more even than independent ones, they are
// wider than need be.

/// Sobol' indices of a Saltelli design on the points' means. NaN if the measure does not vary. What points'
/// means keep of the replicates' noise stands in the total indices, as an input that every axis interacts
/// with.
struct SobolIndices {
  std::vector<Interval> first;  ///< S_i, Saltelli et al. 2010 (b), on centred outputs
  std::vector<Interval> total;  ///< S_Ti, Jansen 1999
  std::size_t rows = 0;         ///< complete rows used
  std::size_t rows_left_out = 0;
};
SobolIndices sobol_indices(
    const Design& design, const Responses& y, double confidence, std::size_t resamples, std::uint64_t seed);

/// Morris' elementary effects, per unit of the axis scaled to [0, 1]; NaN for an axis without steps.
struct MorrisEffects {
  std::vector<Interval> mu_star;   ///< mean of |effect|
  std::vector<double> mu;          ///< mean effect
  std::vector<double> sigma;       ///< standard deviation of effects: interaction or curvature; NaN below 2 steps
  std::vector<std::size_t> steps;  ///< used for each axis
  std::size_t steps_left_out = 0;
};
MorrisEffects morris_effects(
    const Design& design, const Responses& y, double confidence, std::size_t resamples, std::uint64_t seed);

/// Standardised regression coefficients of any design with varying axes, on the points' means. An axis that
/// does not vary, or whose coefficient collinear axes leave open, has NaN; all are NaN if the measure does
/// not vary or there are fewer points than varying axes + 2.
struct RegressionEffects {
  std::vector<Interval> src;
  double r2 = 0;  ///< share of variance that the linear model explains, adjusted for the number of its axes:
                  ///< the coefficients mean little when it is low
  std::size_t points = 0;
  std::size_t points_left_out = 0;
};
RegressionEffects regression_effects(
    const Design& design, const Responses& y, double confidence, std::size_t resamples, std::uint64_t seed);

}  // namespace kurultai
