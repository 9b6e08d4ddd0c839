#include "sweep/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/random.h"

namespace kurultai {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

using Vector = std::vector<double>;

// --- Bootstrap -------------------------------------------------------------------------------------------

/// The quantile `p` of sorted values, linear between them.
double quantile_of(const Vector& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto k = std::min(static_cast<std::size_t>(place), sorted.size() - 1);
  const double next = sorted[std::min(k + 1, sorted.size() - 1)];
  return sorted[k] + (place - static_cast<double>(k)) * (next - sorted[k]);
}

/// Estimates out of how often each unit stands in the sample.
using Statistic = std::function<Vector(const Vector& weights)>;

/// The estimates of the sample as it is, with percentile intervals from samples of as many units drawn with
/// replacement.
std::vector<Interval> bootstrap(
    std::size_t units, const Statistic& statistic, double confidence, std::size_t resamples, std::uint64_t seed) {
  ensure(confidence > 0 && confidence < 1, "bootstrap: 0 < confidence < 1");
  std::vector<Interval> result;
  for (const double estimate : statistic(Vector(units, 1.0))) result.push_back({estimate, nan, nan});
  if (units < 2 || resamples < 2) return result;
  std::vector<Vector> found(result.size());
  const Draws draws(seed, 0, Stream::resampling);
  for (std::size_t r = 0; r < resamples; ++r) {
    heed_interrupt();
    Engine engine(draws, {key_of("bootstrap"), static_cast<std::uint32_t>(r)});
    Vector weights(units, 0.0);
    for (std::size_t k = 0; k < units; ++k) weights[engine.below(static_cast<std::uint32_t>(units))] += 1;
    const Vector estimates = statistic(weights);
    for (std::size_t i = 0; i < result.size(); ++i)
      if (!std::isnan(estimates[i])) found[i].push_back(estimates[i]);
  }
  for (std::size_t i = 0; i < result.size(); ++i) {
    // Few units give samples without any spread. An interval out of a minority of the samples would mislead.
    if (std::isnan(result[i].estimate) || 2 * found[i].size() < resamples) continue;
    std::sort(found[i].begin(), found[i].end());
    result[i].low = quantile_of(found[i], (1 - confidence) / 2);
    result[i].high = quantile_of(found[i], (1 + confidence) / 2);
  }
  return result;
}

/// `values` with mean 0 and variance 1; all 0 if they do not vary beyond rounding.
Vector standardised(Vector values) {
  if (values.empty()) return values;
  const auto n = static_cast<double>(values.size());
  double mean = 0, squares = 0, size = 0;
  for (const double x : values) mean += x / n, size = std::max(size, std::fabs(x));
  for (const double x : values) squares += (x - mean) * (x - mean) / n;
  const double sd = std::sqrt(squares);
  for (double& x : values) x = sd > 1e-13 * size ? (x - mean) / sd : 0.0;
  return values;
}

Vector means(const Responses& y) {
  Vector result(y.points());
  for (std::size_t p = 0; p < result.size(); ++p) result[p] = y.mean(p);
  return result;
}

// --- Regression ------------------------------------------------------------------------------------------

/// A square matrix, row-major.
struct Matrix {
  explicit Matrix(std::size_t n) : size(n), cells(n * n, 0.0) {}
  double& operator()(std::size_t i, std::size_t j) { return cells[i * size + j]; }
  double operator()(std::size_t i, std::size_t j) const { return cells[i * size + j]; }
  std::size_t size;
  Vector cells;
};

/// Coefficients of the regression of the last variable on the others out of their `correlation` matrix, by
/// Cholesky's decomposition with pivoting; behind them the share of variance explained. NaN where the data
/// leave a coefficient open.
Vector regression(const Matrix& correlation) {
  const std::size_t k = correlation.size - 1;
  Vector result(k + 1, nan);
  if (!(correlation(k, k) > 0)) return result;  // what is to be explained does not vary
  // An axis that others determine to this share of its variance is collinear with them (a variance inflation
  // of 10^9).
  constexpr double least_pivot = 1e-9;
  Matrix c = correlation, l(k);
  std::vector<std::size_t> axis;  // in the order of pivots; those that vary, later cut to those that are independent
  for (std::size_t a = 0; a < k; ++a)
    if (c(a, a) > 0) axis.push_back(a);
  std::size_t rank = 0;
  for (; rank < axis.size(); ++rank) {
    std::size_t best = rank;
    for (std::size_t i = rank + 1; i < axis.size(); ++i)
      if (c(axis[i], axis[i]) > c(axis[best], axis[best])) best = i;
    std::swap(axis[rank], axis[best]);
    const std::size_t pivot = axis[rank];
    if (c(pivot, pivot) < least_pivot) break;
    l(pivot, rank) = std::sqrt(c(pivot, pivot));
    for (std::size_t i = rank + 1; i < axis.size(); ++i) l(axis[i], rank) = c(axis[i], pivot) / l(pivot, rank);
    for (std::size_t i = rank + 1; i < axis.size(); ++i)
      for (std::size_t j = rank + 1; j < axis.size(); ++j) c(axis[i], axis[j]) -= l(axis[i], rank) * l(axis[j], rank);
  }
  const auto backwards = [&](Vector v) {  // solves L' x = v on the independent axes
    for (std::size_t i = rank; i-- > 0;) {
      for (std::size_t j = i + 1; j < rank; ++j) v[i] -= l(axis[j], i) * v[j];
      v[i] /= l(axis[i], i);
    }
    return v;
  };
  Vector v(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    v[i] = correlation(axis[i], k);
    for (std::size_t j = 0; j < i; ++j) v[i] -= l(axis[i], j) * v[j];
    v[i] /= l(axis[i], i);
  }
  result[k] = 0;
  for (const double x : v) result[k] += x * x;
  const Vector coefficient = backwards(v);
  for (std::size_t i = 0; i < rank; ++i) result[axis[i]] = coefficient[i];
  for (std::size_t d = rank; d < axis.size(); ++d) {  // each dependent axis leaves open all that it is made of
    Vector row(rank);
    for (std::size_t i = 0; i < rank; ++i) row[i] = l(axis[d], i);
    const Vector parts = backwards(row);
    for (std::size_t i = 0; i < rank; ++i)
      if (std::fabs(parts[i]) > 1e-4) result[axis[i]] = nan;
  }
  return result;
}

/// Sums of one unit's variables and of their products, so that a resample costs one addition for each unit.
struct Moments {
  explicit Moments(std::size_t variables) : sum(variables, 0.0), product(variables) {}
  void add(const Vector& x) {
    n += 1;
    for (std::size_t i = 0; i < x.size(); ++i) {
      sum[i] += x[i];
      for (std::size_t j = 0; j <= i; ++j) product(i, j) += x[i] * x[j];
    }
  }
  void add(const Moments& other, double weight) {
    n += weight * other.n;
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weight * other.sum[i];
    for (std::size_t i = 0; i < product.cells.size(); ++i) product.cells[i] += weight * other.product.cells[i];
  }
  /// For variables standardised over the whole sample. Zeros where a variable does not vary.
  [[nodiscard]] Matrix correlation() const {
    const std::size_t m = sum.size();
    Vector sd(m);
    const auto covariance = [&](std::size_t i, std::size_t j) {
      return product(i, j) / n - (sum[i] / n) * (sum[j] / n);
    };
    for (std::size_t i = 0; i < m; ++i) sd[i] = std::sqrt(std::max(covariance(i, i), 0.0));
    Matrix result(m);
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = 0; j <= i; ++j)
        if (sd[i] > 1e-7 && sd[j] > 1e-7)
          result(i, j) = result(j, i) = i == j ? 1.0 : covariance(i, j) / (sd[i] * sd[j]);
    return result;
  }
  double n = 0;
  Vector sum;
  Matrix product;
};

}  // namespace

double Responses::mean(std::size_t point) const {
  double sum = 0;
  std::size_t n = 0;
  for (std::size_t r = 0; r < replicates; ++r)
    if (const double x = (*this)(point, r); !std::isnan(x)) sum += x, ++n;
  return n == 0 ? nan : sum / static_cast<double>(n);
}

VarianceSplit split_variance(const Responses& y) {
  VarianceSplit split{nan, nan, nan, 0, 0};
  double sum = 0, low = 0, high = 0;
  for (const double x : y.values) {
    if (std::isnan(x)) {
      ++split.missing;
      continue;
    }
    low = split.runs == 0 ? x : std::min(low, x);
    high = split.runs == 0 ? x : std::max(high, x);
    sum += x;
    ++split.runs;
  }
  if (split.runs == 0) return split;
  split.mean = sum / static_cast<double>(split.runs);
  if (split.runs < 2) return split;
  if (low == high) {
    split.variance = 0;
    return split;
  }
  // Within points: squares of replicates around their point's mean.
  double within = 0, freedom = 0;
  std::size_t points = 0;
  for (std::size_t p = 0; p < y.points(); ++p) {
    const double mean = y.mean(p);
    if (std::isnan(mean)) continue;
    ++points;
    freedom -= 1;
    for (std::size_t r = 0; r < y.replicates; ++r)
      if (const double x = y(p, r); !std::isnan(x)) within += (x - mean) * (x - mean), freedom += 1;
  }
  if (freedom == 0) {  // one run at each point
    double squares = 0;
    for (const double x : y.values)
      if (!std::isnan(x)) squares += (x - split.mean) * (x - split.mean);
    split.variance = squares / static_cast<double>(split.runs - 1);
    return split;
  }
  const double noise = within / freedom;
  // Between points: covariance over points of one replicate with another; with very many replicates, only of
  // those that stand near each other.
  double between = 0, pairs_freedom = 0;
  const std::size_t farthest = std::max<std::size_t>(1, 100'000'000 / y.values.size());
  for (std::size_t r = 1; r < y.replicates; ++r)
    for (std::size_t s = r - std::min(r, farthest); s < r; ++s) {
      double n = 0, mean_r = 0, mean_s = 0, products = 0;  // running means (Welford)
      for (std::size_t p = 0; p < y.points(); ++p) {
        const double a = y(p, r), b = y(p, s);
        if (std::isnan(a) || std::isnan(b)) continue;
        n += 1;
        const double from_old = a - mean_r;
        mean_r += from_old / n;
        mean_s += (b - mean_s) / n;
        products += from_old * (b - mean_s);
      }
      if (n > 1) between += products, pairs_freedom += n - 1;
    }
  if (pairs_freedom == 0 && points > 1) return split;  // no two points have two replicates: nothing tells them apart
  split.variance = noise + (pairs_freedom == 0 ? 0.0 : std::max(between / pairs_freedom, 0.0));
  split.noise_share = noise / split.variance;
  return split;
}

SobolIndices sobol_indices(
    const Design& design, const Responses& y, double confidence, std::size_t resamples, std::uint64_t seed) {
  const std::size_t k = design.axes, points = design.points();
  ensure(points == y.points(), "sobol_indices: a response for each point");
  // By row: where its points stand. Rows without a point or a value are left out.
  std::vector<std::vector<std::size_t>> rows;
  for (std::size_t p = 0; p < points; ++p) {
    const auto row = static_cast<std::size_t>(design.group[p]);
    if (row >= rows.size()) rows.resize(row + 1, std::vector<std::size_t>(k + 2, points));
    const std::int32_t moved = design.moved[p];
    rows[row][moved == -2 ? k + 1 : static_cast<std::size_t>(moved + 1)] = p;
  }
  const Vector raw = means(y);
  SobolIndices result;
  Vector values;  // of complete rows: A, AB^1 ... AB^k, B
  for (const auto& row : rows) {
    if (std::any_of(row.begin(), row.end(), [&](std::size_t p) { return p == points || std::isnan(raw[p]); })) {
      ++result.rows_left_out;
      continue;
    }
    ++result.rows;
    for (const std::size_t p : row) values.push_back(raw[p]);
  }
  values = standardised(std::move(values));  // the indices do not change, and no sum below loses digits
  const std::vector<Interval> intervals = bootstrap(
      result.rows,
      [&](const Vector& weights) {
        double n = 0, sum = 0, squares = 0;
        Vector b_times_step(k, 0.0), step(k, 0.0), step_squared(k, 0.0);
        for (std::size_t j = 0; j < weights.size(); ++j) {
          if (weights[j] == 0) continue;
          const double* row = &values[j * (k + 2)];
          const double a = row[0], b = row[k + 1];
          n += 2 * weights[j];
          sum += weights[j] * (a + b);
          squares += weights[j] * (a * a + b * b);
          for (std::size_t i = 0; i < k; ++i) {
            const double moved = row[i + 1] - a;
            b_times_step[i] += weights[j] * b * moved;
            step[i] += weights[j] * moved;
            step_squared[i] += weights[j] * moved * moved;
          }
        }
        Vector indices(2 * k, nan);
        const double mean = sum / n, variance = squares / n - mean * mean;
        if (!(variance > 1e-14)) return indices;
        for (std::size_t i = 0; i < k; ++i) {
          indices[i] = (b_times_step[i] - mean * step[i]) / (n / 2) / variance;
          indices[k + i] = step_squared[i] / n / variance;
        }
        return indices;
      },
      confidence, resamples, seed);
  const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>(k);
  result.first.assign(intervals.begin(), middle);
  result.total.assign(middle, intervals.end());
  return result;
}

MorrisEffects morris_effects(
    const Design& design, const Responses& y, double confidence, std::size_t resamples, std::uint64_t seed) {
  ensure(design.points() == y.points(), "morris_effects: a response for each point");
  const Vector value = means(y);
  std::vector<Vector> effects(design.axes);
  MorrisEffects result;
  for (std::size_t p = 1; p < design.points(); ++p) {
    if (design.moved[p] < 0) continue;
    const auto axis = static_cast<std::size_t>(design.moved[p]);
    const double effect = (value[p] - value[p - 1]) / (design(p, axis) - design(p - 1, axis));
    if (std::isfinite(effect))
      effects[axis].push_back(effect);
    else
      ++result.steps_left_out;
  }
  for (const Vector& list : effects) {
    const auto mean_of = [&list](const Vector& weights, bool absolute) {
      double sum = 0, n = 0;
      for (std::size_t s = 0; s < list.size(); ++s)
        sum += weights[s] * (absolute ? std::fabs(list[s]) : list[s]), n += weights[s];
      return n > 0 ? sum / n : nan;
    };
    const double mu = mean_of(Vector(list.size(), 1.0), false);
    double squares = 0;
    for (const double effect : list) squares += (effect - mu) * (effect - mu);
    result.mu.push_back(mu);
    result.sigma.push_back(list.size() < 2 ? nan : std::sqrt(squares / static_cast<double>(list.size() - 1)));
    result.steps.push_back(list.size());
    result.mu_star.push_back(bootstrap(
        list.size(), [&](const Vector& weights) { return Vector{mean_of(weights, true)}; }, confidence, resamples,
        seed)[0]);
  }
  return result;
}

RegressionEffects regression_effects(
    const Design& design, const Responses& y, double confidence, std::size_t resamples, std::uint64_t seed) {
  const std::size_t k = design.axes;
  ensure(design.points() == y.points(), "regression_effects: a response for each point");
  const Vector value = means(y);
  std::vector<std::size_t> used;
  for (std::size_t p = 0; p < design.points(); ++p) {
    bool complete = std::isfinite(value[p]);
    for (std::size_t a = 0; a < k; ++a) complete = complete && std::isfinite(design(p, a));
    if (complete) used.push_back(p);
  }
  RegressionEffects result;
  result.points = used.size();
  result.points_left_out = design.points() - used.size();
  std::vector<Vector> columns(k + 1);
  std::size_t varying = 0;
  for (std::size_t v = 0; v <= k; ++v) {
    for (const std::size_t p : used) columns[v].push_back(v < k ? design(p, v) : value[p]);
    columns[v] = standardised(std::move(columns[v]));
    if (v < k && std::any_of(columns[v].begin(), columns[v].end(), [](double x) { return x != 0; })) ++varying;
  }
  result.src.assign(k, {nan, nan, nan});
  result.r2 = nan;
  if (used.size() < varying + 2) return result;
  std::vector<Moments> units;  // a unit's points stand together
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (i == 0 || design.group[used[i]] != design.group[used[i - 1]]) units.emplace_back(k + 1);
    Vector x(k + 1);
    for (std::size_t v = 0; v <= k; ++v) x[v] = columns[v][i];
    units.back().add(x);
  }
  const std::vector<Interval> intervals = bootstrap(
      units.size(),
      [&](const Vector& weights) {
        Moments moments(k + 1);
        for (std::size_t u = 0; u < units.size(); ++u)
          if (weights[u] > 0) moments.add(units[u], weights[u]);
        return regression(moments.correlation());
      },
      confidence, resamples, seed);
  result.src.assign(intervals.begin(), intervals.begin() + static_cast<std::ptrdiff_t>(k));
  const auto n = static_cast<double>(used.size()), p = static_cast<double>(varying);
  result.r2 = 1 - (1 - intervals[k].estimate) * (n - 1) / (n - p - 1);
  return result;
}

}  // namespace kurultai
