// Designs: which points of the parameters' cube a sweep visits. Pure functions of their arguments; random
// ones draw from base/random.h under `seed`, and all is made of whole numbers and plain arithmetic, so that a
// design is the same to the bit on every machine. All throw scenario_error for a design without points or
// axes, or with more points than an int32 counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kurultai {

/// Points in the unit cube, a row each. What a method needs to know about a point stands beside it.
struct Design {
  std::size_t axes = 0;
  std::vector<double> unit;  ///< [point][axis], in [0, 1)
  std::vector<std::int32_t>
      group;  ///< by point: row of the base sample (Saltelli), trajectory (Morris); else the point
  std::vector<std::int32_t> moved;  ///< by point: the axis taken from B (Saltelli's AB) or moved since the
                                    ///< last point (Morris); -1: none (A, a trajectory's start); -2: all (B)
  [[nodiscard]] std::size_t points() const { return axes == 0 ? group.size() : unit.size() / axes; }
  [[nodiscard]] double operator()(std::size_t point, std::size_t axis) const { return unit[point * axes + axis]; }
};

/// All combinations of `counts[a]` values of axis a, in the middle of their cells; the last axis turns
/// fastest. Without axes a single point: replicates of one scenario.
Design grid_design(const std::vector<std::size_t>& counts);

/// Latin hypercube: each axis is cut into `points` cells and each cell is visited once, at a place drawn in
/// it. An axis' column depends on its number alone, not on how many others there are.
Design latin_design(std::size_t points, std::size_t axes, std::uint64_t seed);

/// The greatest number of dimensions of Boost's Sobol' sequence; throws scenario_error above it.
inline constexpr std::size_t greatest_sobol_dimension = 3667;

/// The first `points` points of the Sobol' sequence (direction numbers of Joe & Kuo 2008) as 32-bit
/// fractions, [point][dimension], in the order of Gray codes. The first point is 0: with it, the first 2^k
/// points are balanced in every dyadic interval of length 2^-k, which they are not if it is skipped (Owen
/// 2020).
std::vector<std::uint32_t> sobol_words(std::size_t points, std::size_t dimensions);

/// The first `points` points of the Sobol' sequence with a random digital shift: each axis is XORed with 32
/// bits of its own. The shift keeps the balance and takes the first point away from the corner. Best with 2^k
/// points.
Design sobol_design(std::size_t points, std::size_t axes, std::uint64_t seed);

/// Saltelli et al. 2010: A, B and, for each axis i, A with column i from B: n (axes + 2) points, ordered by
/// row of the base sample: A_j, AB_j^1 ... AB_j^k, B_j. A and B are the halves of sobol_design in 2 `axes`
/// dimensions, each shifted on its own: unshifted, their first rows would be equal. Best with n = 2^k.
/// Take 512 rows or more: with 256, some pairs of the sequence's dimensions are still unevenly filled (8 axes of the
/// g-function: the third first-order index comes out 0.05 too high), which no interval shows.
Design saltelli_design(std::size_t n, std::size_t axes, std::uint64_t seed);

/// Morris 1991: `trajectories` walks of axes + 1 points on a grid of `levels` (even) levels, each step moving
/// one axis by levels / (2 (levels - 1)). Values are levels' places k / (levels - 1), held just below 1.
/// Throws scenario_error if `levels` is odd or 0.
Design morris_design(std::size_t trajectories, std::size_t axes, std::size_t levels, std::uint64_t seed);

}  // namespace kurultai
