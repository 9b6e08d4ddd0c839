// Small recipes for random numbers out of one uniform number: rounding without bias, Poisson, a choice by
// weight.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/elementary.h"
#include "base/random.h"

namespace kurultai {

/// x >= 0 rounded down or up so that its mean over u in (0, 1) is x.
inline std::uint32_t round_randomly(double x, double u) {
  const auto floor = static_cast<std::uint32_t>(x);
  return floor + (u < x - floor ? 1U : 0U);
}

/// Poisson numbers of one mean (0 to about 30), each by inversion of a u.
class Poisson {
 public:
  explicit Poisson(double mean) : mean_(mean), none_(exp_(-mean)) {}
  [[nodiscard]] std::uint32_t operator()(double u) const {
    double term = none_;
    double sum = term;
    std::uint32_t k = 0;
    while (u > sum && k < 100) {
      ++k;
      term *= mean_ / k;
      sum += term;
    }
    return k;
  }

 private:
  double mean_;
  double none_;  ///< chance of 0
};

/// An index drawn with chances proportional to `weights` (each >= 0, not all 0).
template <class Weights> std::size_t pick(const Weights& weights, double u) {
  double sum = 0;
  for (const double w : weights) sum += w;
  double left = u * sum;
  std::size_t last = 0;
  for (std::size_t k = 0; k < std::size(weights); ++k) {
    if (weights[k] <= 0) continue;
    last = k;
    left -= weights[k];
    if (left < 0) break;
  }
  return last;
}

/// A whole number that grows with u (a Poisson number, a choice by weight), for very many draws: by the words at which
/// it grows by one, which are looked for once.
class Steps {
 public:
  /// What `of(u)` gives, u the uniform number of a word.
  template <class Of> explicit Steps(const Of& of) {
    const auto at = [&](std::uint64_t word) { return of(Draws::to_uniform(static_cast<std::uint32_t>(word))); };
    constexpr std::uint64_t last = 0xffffffffU;
    for (std::size_t k = 0; k < at(last); ++k) {
      std::uint64_t low = k == 0 ? 0 : first_[k - 1];
      std::uint64_t high = last;
      while (low < high) {
        const std::uint64_t middle = (low + high) / 2;
        if (at(middle) > k)
          high = middle;
        else
          low = middle + 1;
      }
      first_.push_back(static_cast<std::uint32_t>(low));
    }
  }
  [[nodiscard]] std::uint32_t operator()(std::uint32_t word) const {
    std::uint32_t k = 0;
    while (k < first_.size() && word >= first_[k]) ++k;
    return k;
  }

 private:
  std::vector<std::uint32_t> first_;  ///< word that gives more than k
};

}  // namespace kurultai
