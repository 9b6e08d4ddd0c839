// Mathematics of a calibration by approximate Bayesian computation: populations of particles that come nearer to the
// targets from generation to generation, and what is made of the last one.
//
// A particle is a place in the unit cube of the axes; the prior is uniform there. Sums run in the order of particles
// and all functions are of base/elementary.h: the same bits everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace kurultai {

struct Particle {
  std::vector<double> place;      ///< by axis, in (0, 1)
  std::vector<double> simulated;  ///< by measure: what its runs gave; NaN if one failed
  std::vector<double> error;      ///< by target: what stands for the error of observation
  std::vector<double> away;       ///< by target: (simulated + error - target) / scale
  double distance = std::numeric_limits<double>::infinity();
  double weight = 1;  ///< prior density over that under which it was proposed
};

/// The value below which `share` of the weight lies: weights stand in the middle of their steps, between which it is
/// interpolated. NaN without values.
double weighted_quantile(std::span<const double> values, std::span<const double> weights, double share);
double weighted_mean(std::span<const double> values, std::span<const double> weights);
/// Square root of the weighted mean square around the weighted mean.
double weighted_sd(std::span<const double> values, std::span<const double> weights);
/// How many equally weighted particles know as much (Kish): (sum w)^2 / sum w^2.
double effective_size(std::span<const double> weights);
std::vector<double> weights_of(std::span<const Particle> particles);

/// 1.4826 times the median distance from the median: a standard deviation that outliers do not move. Where it is 0, the
/// standard deviation; where that is 0 too (all equal), 1. NaNs are left out.
double robust_scale(std::span<const double> values);

/// `n` particles around `parents` (Lenormand, Jabot & Deffuant 2013): a parent by weight, moved by a normal step of
/// twice the parents' weighted covariance, drawn anew while it leads out of the cube. Draws are keyed by `seed`,
/// `generation` and the particle's number.
std::vector<Particle> propose(
    std::span<const Particle> parents, std::size_t n, std::uint64_t seed, std::uint32_t generation);

/// The `n` nearest particles, nearest first (earlier ones first among equals); never those at infinite distance.
std::vector<Particle> nearest_particles(std::vector<Particle> particles, std::size_t n);

/// A sample of the posterior.
struct WeightedSample {
  std::vector<std::vector<double>> place;  ///< [particle][axis]
  std::vector<double> weight;              ///< sum 1
  std::vector<double> r2;  ///< by axis: the share of its variance that the targets explain; NaN unadjusted
};

/// The particles as they are, weighted.
WeightedSample unadjusted(std::span<const Particle> particles);

/// Local-linear adjustment (Beaumont, Zhang & Balding 2002): places, as logits so that they stay inside the prior, are
/// regressed on how far summaries are away from the targets, and moved to where they would be at the targets. Nearer
/// particles weigh more (Epanechnikov). Targets that say nothing new are left out of the regression.
WeightedSample adjusted(std::span<const Particle> particles);

/// Correlation of axes a and b over a sample; NaN if one does not vary.
double correlation(const WeightedSample& sample, std::size_t a, std::size_t b);

/// `n` places out of a sample, as often as their weights say (systematic resampling): particles' indices.
std::vector<std::size_t> resampled(std::span<const double> weights, std::size_t n);

}  // namespace kurultai
