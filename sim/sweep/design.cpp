#include "sweep/design.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/random/sobol.hpp>
#include <limits>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/random.h"

namespace kurultai {
namespace {

constexpr double below_one = 1.0 - 0x1p-53;

/// An engine for axis or trajectory `number` of the design `purpose`.
Engine engine_of(std::uint64_t seed, const char* purpose, std::size_t number) {
  return Engine(Draws(seed, 0, Stream::designs), {key_of(purpose), static_cast<std::uint32_t>(number)});
}

/// 0 .. n-1 in an order drawn from `engine` (Fisher & Yates).
std::vector<std::uint32_t> shuffled(std::size_t n, Engine& engine) {
  std::vector<std::uint32_t> order(n);
  for (std::size_t k = 0; k < n; ++k) order[k] = static_cast<std::uint32_t>(k);
  for (std::size_t k = n; k > 1; --k) std::swap(order[k - 1], order[engine.below(static_cast<std::uint32_t>(k))]);
  return order;
}

/// `blocks` times `points_each`, if it can be a design's number of points.
std::size_t number_of_points(std::size_t blocks, std::size_t points_each, std::size_t axes) {
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max());
  if (blocks == 0 || points_each == 0 || axes == 0)
    throw scenario_error("[design]", "the design is empty",
        fmt::format("it has {} points of {} axes", blocks * points_each, axes), "name at least one axis and one point");
  if (blocks > most / points_each)
    throw scenario_error("[design]", "the design has too many points", fmt::format("the greatest number is {}", most),
        "take fewer levels or points, or a Latin hypercube");
  return blocks * points_each;
}

/// Room for `blocks` times `points_each` points of `axes`; every point is its own group, and none moved.
Design empty_design(std::size_t blocks, std::size_t points_each, std::size_t axes) {
  const std::size_t points = number_of_points(blocks, points_each, axes);
  Design design;
  design.axes = axes;
  design.unit.resize(points * axes);
  design.group.resize(points);
  design.moved.assign(points, -1);
  for (std::size_t p = 0; p < points; ++p) design.group[p] = static_cast<std::int32_t>(p);
  return design;
}

}  // namespace

Design grid_design(const std::vector<std::size_t>& counts) {
  if (counts.empty()) {  // replicates of the scenario as it is
    Design one;
    one.group = {0};
    one.moved = {-1};
    return one;
  }
  std::size_t points = 1;
  for (const std::size_t count : counts)  // each step is checked, so that no product overflows
    points = number_of_points(points, count, counts.size());
  Design design = empty_design(points, 1, counts.size());
  for (std::size_t p = 0; p < points; ++p) {
    std::size_t rest = p;
    for (std::size_t a = counts.size(); a-- > 0; rest /= counts[a])
      design.unit[p * design.axes + a] = (static_cast<double>(rest % counts[a]) + 0.5) / static_cast<double>(counts[a]);
  }
  return design;
}

Design latin_design(std::size_t points, std::size_t axes, std::uint64_t seed) {
  Design design = empty_design(points, 1, axes);
  for (std::size_t a = 0; a < axes; ++a) {
    Engine order = engine_of(seed, "latin order", a), place = engine_of(seed, "latin place", a);
    const std::vector<std::uint32_t> cell = shuffled(points, order);
    for (std::size_t p = 0; p < points; ++p)
      design.unit[p * axes + a] = std::min((cell[p] + place.uniform()) / static_cast<double>(points), below_one);
  }
  return design;
}

std::vector<std::uint32_t> sobol_words(std::size_t points, std::size_t dimensions) {
  if (dimensions > greatest_sobol_dimension)
    throw scenario_error("[design]", fmt::format("the Sobol' sequence has no {} dimensions", dimensions),
        fmt::format(
            "its direction numbers end at {} (a Saltelli design needs two for an axis)", greatest_sobol_dimension),
        "take a Latin hypercube");
  std::vector<std::uint32_t> words(points * dimensions, 0);
  boost::random::sobol_engine<std::uint32_t, 32> sequence(dimensions);  // begins behind the point 0
  for (std::size_t k = dimensions; k < words.size(); ++k) words[k] = sequence();
  return words;
}

Design sobol_design(std::size_t points, std::size_t axes, std::uint64_t seed) {
  Design design = empty_design(points, 1, axes);
  const std::vector<std::uint32_t> words = sobol_words(points, axes);
  for (std::size_t a = 0; a < axes; ++a) {
    const std::uint32_t shift = engine_of(seed, "sobol shift", a)();
    for (std::size_t p = 0; p < points; ++p) design.unit[p * axes + a] = (words[p * axes + a] ^ shift) * 0x1p-32;
  }
  return design;
}

Design saltelli_design(std::size_t n, std::size_t axes, std::uint64_t seed) {
  Design design = empty_design(n, axes + 2, axes);
  const Design base = sobol_design(n, 2 * axes, seed);
  for (std::size_t p = 0; p < design.points(); ++p) {
    const std::size_t row = p / (axes + 2), place = p % (axes + 2);
    const bool is_b = place == axes + 1;
    design.group[p] = static_cast<std::int32_t>(row);
    design.moved[p] = is_b ? -2 : static_cast<std::int32_t>(place) - 1;
    for (std::size_t a = 0; a < axes; ++a) design.unit[p * axes + a] = base(row, is_b || place == a + 1 ? axes + a : a);
  }
  return design;
}

Design morris_design(std::size_t trajectories, std::size_t axes, std::size_t levels, std::uint64_t seed) {
  if (levels == 0 || levels % 2 != 0)
    throw scenario_error("[design]", fmt::format("levels = {} do not do for a Morris design", levels),
        "only with an even number are all levels visited equally often", "take 4, 6 or 8");
  Design design = empty_design(trajectories, axes + 1, axes);
  for (std::size_t t = 0; t < trajectories; ++t) {
    // From its level an axis has one way to go: half the levels up from the lower half, down from the upper.
    Engine engine = engine_of(seed, "morris", t);
    std::vector<std::size_t> level(axes);
    for (std::size_t& l : level) l = engine.below(static_cast<std::uint32_t>(levels));
    const std::vector<std::uint32_t> order = shuffled(axes, engine);
    for (std::size_t step = 0; step <= axes; ++step) {
      const std::size_t p = t * (axes + 1) + step;
      design.group[p] = static_cast<std::int32_t>(t);
      if (step > 0) {
        std::size_t& l = level[order[step - 1]];
        l = l < levels / 2 ? l + levels / 2 : l - levels / 2;
        design.moved[p] = static_cast<std::int32_t>(order[step - 1]);
      }
      for (std::size_t a = 0; a < axes; ++a)
        design.unit[p * axes + a] =
            std::min(static_cast<double>(level[a]) / static_cast<double>(levels - 1), below_one);
    }
  }
  return design;
}

}  // namespace kurultai
