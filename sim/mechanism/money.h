// How mechanisms use public money (MODEL 9): what a budget needs, earmarked programmes, sums over a year.
#pragma once

#include <cmath>
#include <cstdint>

#include "mechanism/mechanism.h"

namespace kurultai {

/// Weeks of a budget year; it begins, for all together, where World::tick is a multiple of it. Quarters are a fourth.
inline constexpr std::uint32_t budget_year = 52;
inline constexpr std::uint32_t budget_quarter = 13;

/// Whole tenge; half a tenge and more is one, what is below nothing is nothing.
inline std::int64_t whole_tenge(double tenge) { return tenge > 0 ? static_cast<std::int64_t>(tenge + 0.5) : 0; }

/// Inhabitants of community c: the head count of money, whatever the scale of the run.
inline double inhabitants(const World& world, std::size_t c) { return world.society.country.communities[c].population; }

/// Inhabitants for whom a resident of the run stands.
inline double weight_of_resident(const World& world, std::size_t c) {
  const double residents = world.society.first[c + 1] - world.society.first[c];
  return residents > 0 ? inhabitants(world, c) / residents : 0.0;
}

/// What community c needs for public goods, tenge a year: the census' budget a head times akimat.resources.
inline double need_of(const World& world, std::size_t c) {
  return 1000.0 * world.society.country.communities[c].resources * world.practice.resources[c] * inhabitants(world, c);
}

/// The republic pays `tenge` for a programme in community c, and its budget passes them on as `use` at once.
inline void earmark(World& world, std::size_t c, Flow use, double tenge) {
  const std::int64_t amount = whole_tenge(tenge);
  world.ledger.pay({Level::republic, 0}, {Level::community, c}, Flow::programme, amount);
  world.ledger.spend({Level::community, c}, use, amount);
}

/// Whether a flow comes in the first week of each quarter; the others come throughout the year.
inline bool by_quarters(Flow flow) {
  return flow == Flow::tax || flow == Flow::equalisation || flow == Flow::withdrawal || flow == Flow::grant ||
         flow == Flow::functions;
}

/// Tenge in the last 52 weeks: this year's and the rest of last year's, as if its quarters (or weeks) were alike. In
/// the first year of a run: what the year will be if they are alike.
inline double over_a_year(const World& world, Flow flow, std::int64_t now, std::int64_t before) {
  const std::uint32_t week = world.tick() % budget_year;
  const double passed =
      by_quarters(flow) ? (week / budget_quarter + 1) * 0.25 : (week + 1) / static_cast<double>(budget_year);
  const auto this_year = static_cast<double>(now);
  return world.tick() < budget_year ? this_year / passed : this_year + (1.0 - passed) * static_cast<double>(before);
}
inline double received_in_a_year(const World& world, Level level, std::size_t place, Flow flow) {
  const Budgets& b = world.ledger.of(level);
  const auto f = static_cast<std::size_t>(flow);
  return over_a_year(world, flow, b.received(place, f), b.received_before(place, f));
}
inline double paid_in_a_year(const World& world, Level level, std::size_t place, Flow flow) {
  const Budgets& b = world.ledger.of(level);
  const auto f = static_cast<std::size_t>(flow);
  return over_a_year(world, flow, b.paid(place, f), b.paid_before(place, f));
}

}  // namespace kurultai
