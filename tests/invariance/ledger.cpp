// Every tenge is accounted for: over all levels and flows, week by week, whatever is paid for.
#include "taxes.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

using Sums = std::vector<std::int64_t>;

/// By level and place: what came in less what went out, since the beginning.
class Books {
 public:
  explicit Books(const Ledger& ledger) {
    for (std::size_t level = 0; level < level_count; ++level) opening_.push_back(balances(ledger, level));
    flows_ = opening_;
  }
  /// After a week: what moved in it; the counters begin anew with each budget year.
  void close(const Ledger& ledger, bool new_year) {
    std::array<std::int64_t, flow_count> in{};
    std::array<std::int64_t, flow_count> out{};
    for (std::size_t level = 0; level < level_count; ++level) {
      const Budgets& b = ledger.of(static_cast<Level>(level));
      for (std::size_t k = 0; k < b.size(); ++k)
        for (std::size_t f = 0; f < flow_count; ++f) {
          const std::int64_t received = b.received(k, f) - (new_year ? 0 : received_before(level, k, f));
          const std::int64_t paid = b.paid(k, f) - (new_year ? 0 : paid_before(level, k, f));
          CHECK(received >= 0);
          CHECK(paid >= 0);
          flows_[level][k] += received - paid;
          in[f] += received;
          out[f] += paid;
          moved_[f] += received + paid;
        }
      if (static_cast<Level>(level) != Level::republic)
        for (std::size_t k = 0; k < b.size(); ++k) CHECK(b.balance[k] >= 0);
      CHECK(flows_[level] == balances(ledger, level));
    }
    // Between budgets, what one pays another receives; the others have one side only.
    for (const Flow flow : {Flow::equalisation, Flow::withdrawal, Flow::grant, Flow::programme, Flow::pool})
      CHECK(in[static_cast<std::size_t>(flow)] == out[static_cast<std::size_t>(flow)]);
    for (const Flow flow : {Flow::tax, Flow::gift}) CHECK(out[static_cast<std::size_t>(flow)] == 0);
    for (const Flow flow : {Flow::reward, Flow::support, Flow::goods, Flow::loss, Flow::functions})
      CHECK(in[static_cast<std::size_t>(flow)] == 0);
    remember(ledger);
  }
  [[nodiscard]] std::int64_t moved(Flow flow) const { return moved_[static_cast<std::size_t>(flow)]; }

 private:
  static Sums balances(const Ledger& ledger, std::size_t level) {
    const auto values = ledger.of(static_cast<Level>(level)).balance.values();
    return {values.begin(), values.end()};
  }
  void remember(const Ledger& ledger) {
    received_.clear();
    paid_.clear();
    for (std::size_t level = 0; level < level_count; ++level) {
      const Budgets& b = ledger.of(static_cast<Level>(level));
      received_.emplace_back(b.received.values().begin(), b.received.values().end());
      paid_.emplace_back(b.paid.values().begin(), b.paid.values().end());
    }
  }
  [[nodiscard]] std::int64_t received_before(std::size_t level, std::size_t k, std::size_t f) const {
    return received_.empty() ? 0 : received_[level][k * flow_count + f];
  }
  [[nodiscard]] std::int64_t paid_before(std::size_t level, std::size_t k, std::size_t f) const {
    return paid_.empty() ? 0 : paid_[level][k * flow_count + f];
  }

  std::vector<Sums> opening_, flows_, received_, paid_;
  std::array<std::int64_t, flow_count> moved_{};
};

}  // namespace

TEST_CASE("ledger: every tenge is accounted for, over all levels, week by week, and no local budget owes") {
  for (const bool hard : {false, true}) {
    Experiment e;
    add_usual_forms(e);
    add_usual_taxes(e);
    e.add_form("gift",
        {{"period", 13}, {"week", 1}, {"decides", "funds"}, {"money", 50000.0}, {"in_kind", 4.0}, {"intercept", 1.0}});
    e.add_form("programme", {{"scope", "national"}, {"decides", "support"}, {"period", 26}, {"week", 9}, {"open", 4}});
    for (const auto& mechanism : e.model.mechanisms) e.set(mechanism->name() + ".enabled", true);
    e.set({{"run.scale", 0.3}, {"akimat.matching", 2.0}, {"participation.reward", 1234.0}, {"experience.support", 3.3},
        {"coverage.investment", 7.7}, {"institutions.support_ngo", 11.0}, {"institutions.support_council", 13.0},
        {"enterprise.credit", 1.0}, {"enterprise.incentive", 77.0}, {"transfers.grants", 9.0}, {"exchange.pool", 0.5},
        {"conduct.training", 500.0}, {"staff.pay", 1.1}, {"staff.training", 0.5}, {"akimat.capacity", 80.0},
        {"revenue.incentive", 0.3}, {"transfers.need_district", 150.0}, {"transfers.need_region", 90.0},
        {"output.levels", std::vector<std::string>{"nation"}}});
    if (hard) {
      e.set({{"transfers.equalisation", 0.7}, {"transfers.withdrawal", 0.5}, {"transfers.standard", 0.2},
          {"transfers.clawback", 0.3}, {"budget.reserve", 0.0}});
      e.add_policy("cut", {{"lever", "transfers.cut"}, {"mode", "set"}, {"dose", 0.6}, {"start", 40}});
      e.add_policy("prices", {{"lever", "economy.shock"}, {"mode", "set"}, {"dose", 0.7}, {"start", 60}});
      e.add_policy("means", {{"lever", "akimat.resources"}, {"mode", "set"}, {"dose", 0.4}, {"start", 80}});
    }
    Country country = testland();
    country.regions[0].grp_per_head = 9000;  // a donor, and one that lives on transfers
    country.regions[1].grp_per_head = 800;
    move_into_testland(e, country);
    const Ledger& ledger = e.world().ledger;
    Books books(ledger);
    for (int week = 0; week < 160; ++week) {
      const bool new_year = e.world().tick() % 52 == 0;
      if (week == 30) e.world().akimats.lsg_index[3] = 0.9;  // somebody earns a grant
      e.weeks(1);
      INFO("week " << week);
      books.close(ledger, new_year);
    }
    for (std::size_t f = 0; f < flow_count; ++f) {
      INFO(words<Flow>[f]);
      CHECK(books.moved(static_cast<Flow>(f)) > 0);
    }
  }
}

TEST_CASE("ledger: without a budget no tenge moves") {
  Experiment e;
  add_usual_forms(e);
  add_usual_taxes(e);
  e.add_form("gift", {{"period", 13}, {"week", 1}, {"decides", "funds"}, {"money", 50000.0}, {"intercept", 1.0}});
  e.set({{"budget.enabled", false}, {"run.scale", 0.2}, {"akimat.matching", 2.0}, {"participation.reward", 1000.0},
      {"enterprise.credit", 1.0}});
  move_into_testland(e);
  e.weeks(60);
  for (const Budgets* budgets : e.world().ledger.all())
    for (std::size_t k = 0; k < budgets->size(); ++k) {
      CHECK(budgets->balance[k] == 0);
      for (std::size_t f = 0; f < flow_count; ++f) CHECK(budgets->received(k, f) + budgets->paid(k, f) == 0);
    }
}
