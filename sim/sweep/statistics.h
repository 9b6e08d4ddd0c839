// Small statistics of replicates: intervals, paired differences, how many replicates are enough.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

namespace kurultai {

/// The two-sided quantile t of Student's distribution: P(|T| <= t) = confidence, for `freedom` >= 1 degrees;
/// to 12 digits, the same on every machine. `confidence` in (0, 1), here and below.
double student_quantile(double confidence, double freedom);

/// Mean of a sample with its confidence interval; NaNs are left out.
struct MeanInterval {
  std::size_t n = 0;
  double mean = 0;        ///< NaN for n = 0
  double sd = 0;          ///< NaN for n < 2
  double half_width = 0;  ///< of the interval; infinite for n < 2
};
MeanInterval mean_interval(std::span<const double> sample, double confidence);

/// b - a over pairs (replicates that share their random numbers); pairs with a NaN are left out.
MeanInterval paired_difference(std::span<const double> a, std::span<const double> b, double confidence);

/// More pairs than anyone can run: the answer for no effect.
inline constexpr std::size_t no_number_of_pairs = std::numeric_limits<std::size_t>::max();

/// Pairs needed so that a true difference `effect` is found with probability `power` by a two-sided t test at
/// 1 - `confidence`, if differences have standard deviation `sd` (exact, by the noncentral t). At
/// least 2; no_number_of_pairs if `effect` is 0 or NaN, or too small (more than about 10^12 pairs).
std::size_t pairs_needed(double effect, double sd, double confidence, double power);

}  // namespace kurultai
