// How mechanisms use public money (MODEL 7.38): what a budget needs, earmarked programmes, sums over a year.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "mechanism/mechanism.h"

namespace kurultai {

/// Whole tenge; half a tenge and more is one, what is below nothing is nothing.
inline std::int64_t whole_tenge(double tenge) { return tenge > 0 ? static_cast<std::int64_t>(tenge + 0.5) : 0; }

/// Inhabitants of community c: the head count of money, whatever the scale of the run.
inline double inhabitants(const Week& week, std::size_t c) { return week.place(c).population; }

/// Inhabitants for whom a resident of the run stands.
inline double weight_of_resident(const Week& week, std::size_t c) {
  const double residents = week.residents(c);
  return residents > 0 ? inhabitants(week, c) / residents : 0.0;
}

/// What communities need for public goods: the census' budget a head times akimat.resources.
class Need {
 public:
  explicit Need(Mechanism& mechanism, std::string when = {})
      : resources_(mechanism, &Practice::resources, std::move(when)) {}
  /// Tenge a year.
  [[nodiscard]] double of(const Week& week, std::size_t c) const {
    return 1000.0 * week.place(c).resources * resources_[c] * inhabitants(week, c);
  }

 private:
  ReadLever resources_;
};

/// The books, for one who moves money.
class Payments {
 public:
  explicit Payments(Mechanism& mechanism)
      : ledger_(mechanism, "balance"),
        received_(mechanism, Access::How::adds, {"budgets", "received"}, Start::no),
        paid_(mechanism, Access::How::adds, {"budgets", "paid"}, Start::no) {}
  /// What of `amount` a budget can pay: local budgets never owe, the republic may.
  [[nodiscard]] std::int64_t affordable(Level level, std::size_t place, std::int64_t amount) const {
    return ledger_->affordable(level, place, amount);
  }
  [[nodiscard]] std::int64_t balance(Level level, std::size_t place) const { return ledger_->of(level).balance[place]; }
  [[nodiscard]] std::size_t budgets(Level level) const { return ledger_->of(level).size(); }
  /// Between two budgets.
  void pay(Ledger::Account from, Ledger::Account to, Flow flow, std::int64_t amount) const {
    ledger_->pay(from, to, flow, amount);
  }
  /// Into a budget from outside; out of one to outside.
  void receive(Ledger::Account to, Flow flow, std::int64_t amount) const { ledger_->receive(to, flow, amount); }
  void spend(Ledger::Account from, Flow flow, std::int64_t amount) const { ledger_->spend(from, flow, amount); }
  /// The republic pays `tenge` for a programme in community c, and its budget passes them on as `use` at once.
  void earmark(std::size_t c, Flow use, double tenge) const {
    const std::int64_t amount = whole_tenge(tenge);
    pay({Level::republic, 0}, {Level::community, c}, Flow::programme, amount);
    spend({Level::community, c}, use, amount);
  }

 private:
  LedgerAccess<Access::How::adds> ledger_;
  Access received_;
  Access paid_;
};

/// What budgets plan to receive (of withdrawals: to pay) of one flow, tenge a year: `planned(level, place)`.
template <Access::How H> class Planned {
 public:
  Planned(Mechanism& mechanism, Flow flow, Start start = Start::no)
      : ledger_(mechanism, std::string("planned ") + word(flow), start),
        flow_(static_cast<std::size_t>(flow)) {}
  auto& operator()(Level level, std::size_t place) const { return ledger_->of(level).plan(place, flow_); }

 private:
  LedgerAccess<H> ledger_;
  std::size_t flow_;
};
using ReadPlanned = Planned<Access::How::reads>;
using WritePlanned = Planned<Access::How::writes>;

/// The books, for one who looks at them: tenge in the last 52 weeks.
class Accounts {
 public:
  explicit Accounts(Mechanism& mechanism)
      : ledger_(mechanism, "received"),
        paid_(mechanism, Access::How::reads, {"budgets", "paid"}, Start::no),
        received_before_(mechanism, Access::How::reads, {"budgets", "received_before"}, Start::no),
        paid_before_(mechanism, Access::How::reads, {"budgets", "paid_before"}, Start::no) {}
  [[nodiscard]] double received_in_a_year(const Week& week, Level level, std::size_t place, Flow flow) const {
    const Budgets& b = ledger_->of(level);
    const auto f = static_cast<std::size_t>(flow);
    return over_a_year(week, flow, b.received(place, f), b.received_before(place, f));
  }
  [[nodiscard]] double paid_in_a_year(const Week& week, Level level, std::size_t place, Flow flow) const {
    const Budgets& b = ledger_->of(level);
    const auto f = static_cast<std::size_t>(flow);
    return over_a_year(week, flow, b.paid(place, f), b.paid_before(place, f));
  }

 private:
  /// Whether a flow comes in the first week of each quarter; the others come throughout the year.
  static bool by_quarters(Flow flow) {
    return flow == Flow::tax || flow == Flow::equalisation || flow == Flow::withdrawal || flow == Flow::grant ||
           flow == Flow::functions;
  }
  /// This year's and the rest of last year's, as if its quarters (or weeks) were alike. In the first year of a run:
  /// what the year will be if they are alike.
  static double over_a_year(const Week& week, Flow flow, std::int64_t now, std::int64_t before) {
    const std::uint32_t at = week.tick() % weeks_a_year;
    const std::uint32_t quarters = at / weeks_a_quarter + 1;
    const double passed = by_quarters(flow) ? quarters * 0.25 : (at + 1) / static_cast<double>(weeks_a_year);
    const auto this_year = static_cast<double>(now);
    return week.tick() < weeks_a_year ? this_year / passed : this_year + (1.0 - passed) * static_cast<double>(before);
  }

  LedgerAccess<Access::How::reads> ledger_;
  Access paid_;
  Access received_before_;
  Access paid_before_;
};

}  // namespace kurultai
