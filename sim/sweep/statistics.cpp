#include "sweep/statistics.h"

#include <algorithm>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"

namespace kurultai {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// x to 40 bits: what C libraries make of the last bits is cut off, so that a rule for enough replicates
/// decides alike everywhere.
double rounded(double x) {
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);
  return std::ldexp(std::round(std::ldexp(fraction, 40)), exponent - 40);
}

/// Probability that a two-sided paired t test at 1 - `confidence` finds a difference of `ratio` standard
/// deviations.
double power_of(double pairs, double ratio, double confidence) {
  const double freedom = pairs - 1;
  const double t = student_quantile(confidence, freedom);
  const boost::math::non_central_t statistic(freedom, ratio * std::sqrt(pairs));
  return cdf(complement(statistic, t)) + cdf(statistic, -t);
}

}  // namespace

double student_quantile(double confidence, double freedom) {
  ensure(confidence > 0 && confidence < 1 && freedom >= 1, "student_quantile: 0 < confidence < 1, freedom >= 1");
  return rounded(quantile(complement(boost::math::students_t(freedom), (1 - confidence) / 2)));
}

MeanInterval mean_interval(std::span<const double> sample, double confidence) {
  MeanInterval result{0, nan, nan, infinity};
  double sum = 0;
  for (const double x : sample)
    if (!std::isnan(x)) sum += x, ++result.n;
  if (result.n == 0) return result;
  const auto n = static_cast<double>(result.n);
  result.mean = sum / n;
  if (result.n < 2) return result;
  double squares = 0;
  for (const double x : sample)
    if (!std::isnan(x)) squares += (x - result.mean) * (x - result.mean);
  result.sd = std::sqrt(squares / (n - 1));
  result.half_width = student_quantile(confidence, n - 1) * result.sd / std::sqrt(n);
  return result;
}

MeanInterval paired_difference(std::span<const double> a, std::span<const double> b, double confidence) {
  ensure(a.size() == b.size(), "paired_difference: as many values on both sides");
  std::vector<double> difference(a.size());
  for (std::size_t k = 0; k < a.size(); ++k) difference[k] = b[k] - a[k];
  return mean_interval(difference, confidence);
}

std::size_t pairs_needed(double effect, double sd, double confidence, double power) {
  ensure(
      confidence > 0 && confidence < 1 && power > 0 && power < 1 && sd >= 0, "pairs_needed: 0 < confidence, power < 1");
  if (std::isnan(effect) || effect == 0) return no_number_of_pairs;
  // Beyond 1,000 standard deviations the series of the noncentral t is long, and two or three pairs are
  // enough anyway.
  const double ratio = std::min(std::fabs(effect) / sd, 1000.0);
  const auto enough = [&](std::size_t n) { return power_of(static_cast<double>(n), ratio, confidence) >= power; };
  std::size_t high = 2;
  while (!enough(high)) {
    if (high > (std::size_t{1} << 40)) return no_number_of_pairs;
    high *= 2;
  }
  std::size_t low = high / 2;  // not enough, or 1
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace kurultai
