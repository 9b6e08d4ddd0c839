// Public money: who holds how much, and what flowed from whom to whom for what (MODEL 7.38; D4, D5, P8).
//
// Amounts are whole tenge of the year that the scenario states, for the whole population whatever the scale of the
// run. Money moves by `pay` alone, which writes both sides at once: so sources and uses add up to the last tenge.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/column.h"
#include "base/words.h"

namespace kurultai {

/// Whose budget: levels of government.
enum class Level : std::uint8_t { community, district, region, republic };
template <> inline constexpr auto words<Level> = std::array{"community", "district", "region", "republic"};
inline constexpr std::size_t level_count = count_of<Level>;

/// What money is paid for. Each flow is a source for one side and a use for the other.
enum class Flow : std::uint8_t {
  tax,           ///< the economy to a budget
  equalisation,  ///< a budget to one below: the formula's transfer
  withdrawal,    ///< a budget to the one above: its surplus over need
  grant,         ///< the republic to a budget: performance
  programme,     ///< the republic to a budget: earmarked (resources, support, rewards, matching ...)
  gift,          ///< residents to their community's budget (co-financing)
  reward,        ///< a budget to residents who took part
  support,       ///< a budget to enterprises, institutions, training: money that leaves the budgets
  pool,          ///< a community's budget to another's in its network
  goods,         ///< a budget to suppliers, for what reaches the public
  loss,          ///< a budget to nowhere: what is stolen or wasted
  functions,     ///< a budget to its own functions that are no local goods
};
template <>
inline constexpr auto words<Flow> = std::array{"tax", "equalisation", "withdrawal", "grant", "programme", "gift",
    "reward", "support", "pool", "goods", "loss", "functions"};
inline constexpr std::size_t flow_count = count_of<Flow>;

/// The budgets of one level as columns.
struct Budgets : Table {
  explicit Budgets(std::string name) : Table(std::move(name)) {}
  using Life = AnyColumn::Life;
  Column<std::int64_t> balance{*this, "balance", "tenge", "what is left"};
  Column<std::int64_t> received{
      *this, "received", "tenge", "received this budget year, by flow", Life::changing, flow_count};
  Column<std::int64_t> paid{*this, "paid", "tenge", "paid this budget year, by flow", Life::changing, flow_count};
  Column<std::int64_t> received_before{
      *this, "received_before", "tenge", "received in the last budget year, by flow", Life::changing, flow_count};
  Column<std::int64_t> paid_before{
      *this, "paid_before", "tenge", "paid in the last budget year, by flow", Life::changing, flow_count};
  Column<double> plan{*this, "plan", "tenge a year",
      "planned by flow: received of tax, equalisation and grant, paid of withdrawal", Life::changing, flow_count};
  Column<double> standard{*this, "standard", "tenge a year", "taxes that standard effort would bring"};
};

/// All budgets, and the world outside them (taxpayers, residents, suppliers) as a single account.
struct Ledger {
  Budgets community{"community budgets"};
  Budgets district{"district budgets"};
  Budgets region{"region budgets"};
  Budgets republic{"republican budget"};

  [[nodiscard]] Budgets& of(Level level) { return *all()[static_cast<std::size_t>(level)]; }
  [[nodiscard]] const Budgets& of(Level level) const {
    return *const_cast<Ledger*>(this)->all()[static_cast<std::size_t>(level)];
  }
  [[nodiscard]] std::array<Budgets*, level_count> all() { return {&community, &district, &region, &republic}; }
  /// What of `amount` a budget can pay: local budgets never owe, the republic may.
  [[nodiscard]] std::int64_t affordable(Level level, std::size_t place, std::int64_t amount) const {
    const std::int64_t most = level == Level::republic ? amount : std::min(amount, of(level).balance[place]);
    return std::max<std::int64_t>(most, 0);
  }

  struct Account {
    Level level;
    std::size_t place;
  };
  /// Moves `amount` >= 0 between two budgets.
  void pay(Account from, Account to, Flow flow, std::int64_t amount) {
    spend(from, flow, amount);
    receive(to, flow, amount);
  }
  /// Into a budget from outside.
  void receive(Account to, Flow flow, std::int64_t amount) {
    Budgets& b = of(to.level);
    b.balance[to.place] += amount;
    b.received(to.place, static_cast<std::size_t>(flow)) += amount;
  }
  /// Out of a budget to outside.
  void spend(Account from, Flow flow, std::int64_t amount) {
    Budgets& b = of(from.level);
    b.balance[from.place] -= amount;
    b.paid(from.place, static_cast<std::size_t>(flow)) += amount;
  }
};

}  // namespace kurultai
