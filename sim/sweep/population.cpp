#include "sweep/population.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/elementary.h"
#include "base/error.h"
#include "base/random.h"

namespace kurultai {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint32_t proposals = 3;  // the purpose of these draws among those for designs

double sum_of(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// A symmetric matrix and its Cholesky decomposition.
struct Symmetric {
  explicit Symmetric(std::size_t n) : size(n), cells(n * n, 0.0) {}
  double& operator()(std::size_t i, std::size_t j) { return cells[i * size + j]; }
  double operator()(std::size_t i, std::size_t j) const { return cells[i * size + j]; }
  std::size_t size;
  std::vector<double> cells;
};

/// L with L L' = `m`, lower. A row that the rows before it explain but for `tiny` of its variance is 0, pivot included.
Symmetric cholesky(const Symmetric& m, double tiny) {
  Symmetric l(m.size);
  for (std::size_t i = 0; i < m.size; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = m(i, j);
      for (std::size_t k = 0; k < j; ++k) sum -= l(i, k) * l(j, k);
      if (j < i)
        l(i, j) = l(j, j) > 0 ? sum / l(j, j) : 0.0;
      else
        l(i, i) = sum > tiny * m(i, i) ? std::sqrt(sum) : 0.0;
    }
    if (l(i, i) == 0)
      for (std::size_t j = 0; j < i; ++j) l(i, j) = 0;
  }
  return l;
}

/// x with L x = `v`; 0 where L has a row of zeros.
std::vector<double> forwards(const Symmetric& l, std::vector<double> v) {
  for (std::size_t i = 0; i < l.size; ++i) {
    for (std::size_t j = 0; j < i; ++j) v[i] -= l(i, j) * v[j];
    v[i] = l(i, i) > 0 ? v[i] / l(i, i) : 0.0;
  }
  return v;
}

/// x with L' x = `v`, likewise.
std::vector<double> backwards(const Symmetric& l, std::vector<double> v) {
  for (std::size_t i = l.size; i-- > 0;) {
    for (std::size_t j = i + 1; j < l.size; ++j) v[i] -= l(j, i) * v[j];
    v[i] = l(i, i) > 0 ? v[i] / l(i, i) : 0.0;
  }
  return v;
}

bool inside(const std::vector<double>& place) {
  return std::all_of(place.begin(), place.end(), [](double u) { return u > 0 && u < 1; });
}

/// What `parents` are moved by: normal, with twice their covariance.
class Kernel {
 public:
  explicit Kernel(std::span<const Particle> parents) : parents_(parents), root_(0) {
    const std::size_t axes = parents[0].place.size();
    const std::vector<double> weights = weights_of(parents);
    const double total = sum_of(weights);
    for (const double w : weights) below_.push_back((below_.empty() ? 0.0 : below_.back()) + w / total);
    std::vector<double> mean(axes, 0.0);
    for (std::size_t k = 0; k < parents.size(); ++k)
      for (std::size_t a = 0; a < axes; ++a) mean[a] += weights[k] / total * parents[k].place[a];
    Symmetric covariance(axes);
    for (std::size_t k = 0; k < parents.size(); ++k)
      for (std::size_t a = 0; a < axes; ++a)
        for (std::size_t b = 0; b < axes; ++b)
          covariance(a, b) +=
              2 * weights[k] / total * (parents[k].place[a] - mean[a]) * (parents[k].place[b] - mean[b]);
    // Parents on a line, or all at one place, still step a little to all sides.
    for (std::size_t a = 0; a < axes; ++a) covariance(a, a) = covariance(a, a) * (1 + 1e-9) + 1e-16;
    root_ = cholesky(covariance, 0.0);
    for (std::size_t a = 0; a < axes; ++a) ensure(root_(a, a) > 0, "steps of particles go to all sides");
    log_peak_ = 0;
    for (std::size_t a = 0; a < axes; ++a) log_peak_ -= log_(root_(a, a)) + 0.5 * log_(2 * std::numbers::pi);
  }

  /// A place drawn under the name of particle `k`; counts how often it was tried.
  [[nodiscard]] std::vector<double> draw(const Draws& draws, std::uint64_t k, double& tries) const {
    const std::size_t axes = root_.size;
    std::vector<double> place(axes);
    std::vector<double> step(axes);
    for (std::uint32_t attempt = 0;; ++attempt) {
      tries += 1;
      const Name name{k, attempt};
      const double u = draws.uniform(name, 0);
      const auto found = std::lower_bound(below_.begin(), below_.end() - 1, u);
      const Particle& parent = parents_[static_cast<std::size_t>(found - below_.begin())];
      for (std::size_t a = 0; a < axes; ++a) step[a] = draws.normal(name, static_cast<std::uint32_t>(a + 1));
      for (std::size_t a = 0; a < axes; ++a) {
        place[a] = parent.place[a];
        for (std::size_t b = 0; b <= a; ++b) place[a] += root_(a, b) * step[b];
      }
      if (inside(place)) return place;
    }
  }

  /// The density at `place`, before places outside the cube are refused.
  [[nodiscard]] double density(const std::vector<double>& place) const {
    const std::size_t axes = root_.size;
    std::vector<double> step(axes);
    double sum = 0;
    for (std::size_t k = 0; k < parents_.size(); ++k) {
      for (std::size_t a = 0; a < axes; ++a) step[a] = place[a] - parents_[k].place[a];
      double square = 0;
      for (std::size_t a = 0; a < axes; ++a) {
        for (std::size_t b = 0; b < a; ++b) step[a] -= root_(a, b) * step[b];
        step[a] /= root_(a, a);
        square += step[a] * step[a];
      }
      sum += (below_[k] - (k == 0 ? 0.0 : below_[k - 1])) * exp_(log_peak_ - 0.5 * square);
    }
    return sum;
  }

 private:
  std::span<const Particle> parents_;
  std::vector<double> below_;  // cumulative weights, the last 1
  Symmetric root_;
  double log_peak_ = 0;
};

}  // namespace

double weighted_quantile(std::span<const double> values, std::span<const double> weights, double share) {
  ensure(values.size() == weights.size(), "weighted_quantile: a weight for each value");
  std::vector<std::size_t> order;
  double total = 0;
  for (std::size_t k = 0; k < values.size(); ++k)
    if (weights[k] > 0 && !std::isnan(values[k])) {
      order.push_back(k);
      total += weights[k];
    }
  if (order.empty()) return nan;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  double below = 0;
  double last_middle = 0;
  for (std::size_t n = 0; n < order.size(); ++n) {
    const double middle = (below + 0.5 * weights[order[n]]) / total;
    if (middle >= share) {
      if (n == 0) return values[order[0]];
      const double low = values[order[n - 1]];
      return low + (values[order[n]] - low) * (share - last_middle) / (middle - last_middle);
    }
    below += weights[order[n]];
    last_middle = middle;
  }
  return values[order.back()];
}

double weighted_mean(std::span<const double> values, std::span<const double> weights) {
  double sum = 0;
  for (std::size_t k = 0; k < values.size(); ++k) sum += weights[k] * values[k];
  return sum / sum_of(weights);
}

double weighted_sd(std::span<const double> values, std::span<const double> weights) {
  const double mean = weighted_mean(values, weights);
  double squares = 0;
  for (std::size_t k = 0; k < values.size(); ++k) squares += weights[k] * (values[k] - mean) * (values[k] - mean);
  return std::sqrt(squares / sum_of(weights));
}

double effective_size(std::span<const double> weights) {
  double squares = 0;
  for (const double w : weights) squares += w * w;
  const double sum = sum_of(weights);
  return squares > 0 ? sum * sum / squares : 0;
}

std::vector<double> weights_of(std::span<const Particle> particles) {
  std::vector<double> weights;
  for (const Particle& particle : particles) weights.push_back(particle.weight);
  return weights;
}

double robust_scale(std::span<const double> values) {
  std::vector<double> known;
  for (const double x : values)
    if (!std::isnan(x)) known.push_back(x);
  if (known.empty()) return 1;
  const std::vector<double> ones(known.size(), 1.0);
  const double middle = weighted_quantile(known, ones, 0.5);
  std::vector<double> away;
  for (const double x : known) away.push_back(std::fabs(x - middle));
  if (const double mad = weighted_quantile(away, ones, 0.5); mad > 0) return 1.4826 * mad;
  const double sd = weighted_sd(known, ones);
  return sd > 0 ? sd : 1;
}

std::vector<Particle> propose(
    std::span<const Particle> parents, std::size_t n, std::uint64_t seed, std::uint32_t generation) {
  const Kernel kernel(parents);
  const Draws draws(seed, generation, Stream::designs, proposals);
  std::vector<Particle> particles(n);
  double tries = 0;
  for (std::size_t k = 0; k < n; ++k) particles[k].place = kernel.draw(draws, k, tries);
  // The density of what is drawn inside the cube is that of the kernel over the share of it that lies inside.
  const double share_inside = static_cast<double>(n) / tries;
  for (Particle& particle : particles) particle.weight = share_inside / kernel.density(particle.place);
  return particles;
}

std::vector<Particle> nearest_particles(std::vector<Particle> particles, std::size_t n) {
  std::erase_if(particles, [](const Particle& particle) { return !std::isfinite(particle.distance); });
  std::stable_sort(
      particles.begin(), particles.end(), [](const Particle& a, const Particle& b) { return a.distance < b.distance; });
  if (particles.size() > n) particles.resize(n);
  return particles;
}

WeightedSample unadjusted(std::span<const Particle> particles) {
  WeightedSample sample;
  sample.weight = weights_of(particles);
  const double total = sum_of(sample.weight);
  for (double& w : sample.weight) w /= total;
  for (const Particle& particle : particles) sample.place.push_back(particle.place);
  sample.r2.assign(particles.empty() ? 0 : particles[0].place.size(), nan);
  return sample;
}

WeightedSample adjusted(std::span<const Particle> particles) {
  WeightedSample sample = unadjusted(particles);
  const double farthest =
      std::max_element(particles.begin(), particles.end(), [](const Particle& a, const Particle& b) {
        return a.distance < b.distance;
      })->distance;
  std::vector<double> weight = sample.weight;
  for (std::size_t k = 0; k < weight.size(); ++k) {
    const double share = farthest > 0 ? particles[k].distance / farthest : 0;
    weight[k] *= 1 - share * share;
  }
  const double total = sum_of(weight);
  if (!(total > 0)) return sample;  // all equally far: none is nearer than the others
  for (double& w : weight) w /= total;

  // Weighted least squares around the weighted means.
  const std::size_t targets = particles[0].away.size();
  std::vector<double> mean(targets, 0.0);
  for (std::size_t k = 0; k < particles.size(); ++k)
    for (std::size_t t = 0; t < targets; ++t) mean[t] += weight[k] * particles[k].away[t];
  Symmetric products(targets);
  for (std::size_t k = 0; k < particles.size(); ++k)
    for (std::size_t s = 0; s < targets; ++s)
      for (std::size_t t = 0; t < targets; ++t)
        products(s, t) += weight[k] * (particles[k].away[s] - mean[s]) * (particles[k].away[t] - mean[t]);
  const Symmetric root = cholesky(products, 1e-9);
  for (std::size_t a = 0; a < sample.r2.size(); ++a) {
    std::vector<double> y;
    for (const Particle& particle : particles) y.push_back(logit(particle.place[a]));
    const double y_mean = weighted_mean(y, weight);
    std::vector<double> cross(targets, 0.0);
    for (std::size_t k = 0; k < particles.size(); ++k)
      for (std::size_t t = 0; t < targets; ++t)
        cross[t] += weight[k] * (particles[k].away[t] - mean[t]) * (y[k] - y_mean);
    const std::vector<double> slope = backwards(root, forwards(root, cross));
    double left = 0;
    double all = 0;
    for (std::size_t k = 0; k < particles.size(); ++k) {
      double at_targets = y[k];
      double rest = y[k] - y_mean;
      for (std::size_t t = 0; t < targets; ++t) {
        at_targets -= slope[t] * particles[k].away[t];
        rest -= slope[t] * (particles[k].away[t] - mean[t]);
      }
      all += weight[k] * (y[k] - y_mean) * (y[k] - y_mean);
      left += weight[k] * rest * rest;
      sample.place[k][a] = logistic(at_targets);
    }
    sample.r2[a] = all > 0 ? 1 - left / all : nan;
  }
  sample.weight = weight;
  return sample;
}

double correlation(const WeightedSample& sample, std::size_t a, std::size_t b) {
  std::vector<double> x;
  std::vector<double> y;
  for (const std::vector<double>& place : sample.place) {
    x.push_back(place[a]);
    y.push_back(place[b]);
  }
  const double x_mean = weighted_mean(x, sample.weight);
  const double y_mean = weighted_mean(y, sample.weight);
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    xy += sample.weight[k] * (x[k] - x_mean) * (y[k] - y_mean);
    xx += sample.weight[k] * (x[k] - x_mean) * (x[k] - x_mean);
    yy += sample.weight[k] * (y[k] - y_mean) * (y[k] - y_mean);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : nan;
}

std::vector<std::size_t> resampled(std::span<const double> weights, std::size_t n) {
  const double total = sum_of(weights);
  std::vector<std::size_t> chosen;
  std::size_t k = 0;
  double below = weights.empty() ? 0 : weights[0] / total;
  for (std::size_t m = 0; m < n; ++m) {
    const double at = (static_cast<double>(m) + 0.5) / static_cast<double>(n);
    while (below < at && k + 1 < weights.size()) below += weights[++k] / total;
    chosen.push_back(k);
  }
  return chosen;
}

}  // namespace kurultai
