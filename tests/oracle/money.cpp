// Effort, rates, commons and inequality against what can be computed by hand (sim/MODEL.md: revenue, transfers,
// commons).
#include "taxes.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

/// Three communities of very unlike size that live on one tax and lack much: nobody is near the kink of the formula.
struct Akimats3 : Experiment {
  explicit Akimats3(const std::vector<std::pair<std::string, Value>>& values,
      const std::vector<std::pair<std::string, Value>>& of_tax = {}) {
    only({"economy", "revenue", "transfers", "budget"});
    add_tax(*this, "land", of_tax);
    set({{"transfers.standard", 1.0}, {"transfers.equalisation", 1.0}, {"revenue.eta", 0.5}});
    set(values);
    auto home = society_of({20, 200, 2000}, {});
    for (Community& place : home->country.communities) place.resources = 50000;
    move_into(std::move(home));
  }
  [[nodiscard]] const Column<double>& effort() { return world().akimats.effort; }
  [[nodiscard]] const Column<double>& rate() { return world().akimats.rate; }
};

}  // namespace

TEST_CASE("money: effort meets its first-order condition") {
  // e* = min(1, (rho (1 - c) / kappa)^eta), kappa = usual_share / e_0^(1/eta)
  for (const double rho : {0.1, 0.25, 0.6})
    for (const double c : {0.0, 0.3, 0.8})
      for (const double eta : {0.25, 0.5, 2.0}) {
        Akimats3 e(
            {{"revenue.eta", eta}, {"revenue.usual_share", 0.3}, {"revenue.effort_0", 0.6}, {"transfers.clawback", c}},
            {{"community", rho}});
        const double kappa = 0.3 / std::pow(0.6, 1.0 / eta);
        const double expected = std::min(1.0, std::pow(rho * (1.0 - c) / kappa, eta));
        for (std::size_t k = 0; k < 3; ++k) {
          INFO("rho " << rho << ", clawback " << c << ", eta " << eta << ": " << e.effort()[k] << ", expected "
                      << expected);
          CHECK(std::abs(e.effort()[k] / expected - 1.0) < 0.02);
        }
      }
}

TEST_CASE("money: what the formula takes of actual revenue lowers effort, at standard effort it changes nothing") {
  const auto effort = [](double equalisation, double standard, double incentive) {
    Akimats3 e({{"revenue.usual_share", 0.5}, {"transfers.equalisation", equalisation},
        {"transfers.standard", standard}, {"revenue.incentive", incentive}});
    return e.effort()[1];
  };
  const double alone = effort(0.0, 1.0, 0.0);
  CHECK(std::abs(alone - 0.7) < 1e-6);
  CHECK(std::abs(effort(1.0, 1.0, 0.0) - alone) < 1e-6);
  CHECK(std::abs(effort(1.0, 0.5, 0.0) / (alone * std::sqrt(0.5)) - 1.0) < 0.02);
  CHECK(std::abs(effort(0.6, 0.0, 0.0) / (alone * std::sqrt(0.4)) - 1.0) < 0.02);
  CHECK(effort(1.0, 0.0, 0.0) < 0.01);
  // Beyond the standard an incentive gives back what the formula would take; here it is 0.5 (1 - 0.8) that is lost.
  Akimats3 usual({{"revenue.usual_share", 0.25}, {"transfers.standard", 0.5}});
  Akimats3 free({{"revenue.usual_share", 0.25}, {"transfers.standard", 0.5}, {"revenue.incentive", 0.8}});
  CHECK(std::abs(usual.effort()[1] - 0.7) < 1e-6);
  CHECK(std::abs(free.effort()[1] / std::min(1.0, 0.7 * std::sqrt(0.9 / 0.5)) - 1.0) < 0.02);
}

TEST_CASE("money: rates rise with base equalisation, while effort falls with revenue offset") {
  // tau* = 1 / epsilon + alpha tbar, where effort hardly moves what comes in
  double before = 0;
  for (const double alpha : {0.0, 0.2, 0.6})
    for (const double epsilon : {0.8, 1.25}) {
      Akimats3 e({{"revenue.epsilon", epsilon}, {"revenue.rate_0", 0.9}, {"transfers.base_equalisation", alpha},
                     {"revenue.rate_most", 5.0}},
          {{"free", true}, {"reach", 1e-4}});
      INFO("alpha " << alpha << ", epsilon " << epsilon << ": " << e.rate()[1]);
      CHECK(std::abs(e.rate()[1] / (1.0 / epsilon + alpha * 0.9) - 1.0) < 0.02);
      if (epsilon > 1) {
        CHECK(e.rate()[1] > before);
        before = e.rate()[1];
      }
    }
  const auto both = [](double alpha, double clawback) {
    Akimats3 e({{"transfers.base_equalisation", alpha}, {"transfers.clawback", clawback}, {"revenue.usual_share", 0.5}},
        {{"free", true}});
    return std::pair{e.effort()[1], e.rate()[1]};
  };
  CHECK(both(0.3, 0.0).second > both(0.0, 0.0).second + 0.1);
  CHECK(both(0.0, 0.5).first < 0.8 * both(0.0, 0.0).first);
  CHECK(std::abs(both(0.0, 0.5).second - both(0.0, 0.0).second) < 1e-4);
}

TEST_CASE("money: akimats that may not set rates stay at the law's, and without taxes effort is standard") {
  Akimats3 e({{"transfers.base_equalisation", 0.6}});
  CHECK(e.rate()[0] == 1.0);
  Experiment none;
  none.only({"economy", "revenue", "transfers", "budget"});
  none.move_into(society_of({10}, {}));
  none.weeks(60);
  CHECK(none.world().akimats.effort[0] == 0.7);
  CHECK(none.world().akimats.own_revenue[0] == 0.0);
}

TEST_CASE("money: budgets are what their formula says") {
  // Own revenue 0.5 x 0.1 x 6100 x 0.7 = 213.5 thousand tenge a head at standard effort. Needs 400 and 100.
  const auto means = [](double need, const std::vector<std::pair<std::string, Value>>& values) {
    Experiment e;
    e.only({"economy", "revenue", "transfers", "budget"});
    add_tax(e, "land");
    e.set({{"revenue.base_spread", 0.0}, {"revenue.usual_share", 0.5}, {"transfers.standard", 1.0}});
    e.set(values);
    auto home = society_of({500}, {});
    home->country.communities[0].resources = need;
    e.move_into(std::move(home));
    CHECK(e.world().akimats.means[0] == need);
    e.weeks(1);
    return e.world().akimats.means[0];
  };
  CHECK(std::abs(means(400, {}) - 400) < 1e-3);
  CHECK(std::abs(means(100, {}) - 100) < 1e-3);
  CHECK(std::abs(means(400, {{"transfers.equalisation", 0.4}}) - (213.5 + 0.4 * 186.5)) < 0.01);
  CHECK(std::abs(means(100, {{"transfers.withdrawal", 0.4}}) - (213.5 - 0.4 * 113.5)) < 0.01);
  CHECK(std::abs(means(400, {{"transfers.cut", 0.5}}) - (213.5 + 0.5 * 186.5)) < 0.01);
  CHECK(std::abs(means(100, {{"transfers.cut", 0.5}}) - 100) < 1e-3);
}

TEST_CASE("money: the commons reach the logistic optimum where all keep to the quota, and less under open access") {
  const auto after = [](double kept) {
    Experiment e;
    e.only({"commons"});
    e.set({{"commons.k_0", 0.5}, {"commons.speed", 0.0}, {"commons.b_took", 0.0}, {"commons.growth", 1.0}});
    auto home = society_of({50}, {});
    home->residents.occupation.fill(static_cast<std::uint8_t>(Occupation::farmer));
    e.move_into(std::move(home));
    e.world().akimats.compliance[0] = kept;
    e.world().akimats.commons[0] = 0.9;
    e.weeks(52 * 60);
    return std::pair{e.world().akimats.commons[0], e.world().akimats.harvest[0]};
  };
  CHECK(std::abs(after(1.0).first - 0.5) < 1e-3);
  CHECK(std::abs(after(1.0).second - 1.0) < 1e-3);
  // Nobody keeps to it: X = 1 - open, harvest 4 open (1 - open) of the most
  CHECK(std::abs(after(0.0).first - 0.15) < 1e-3);
  CHECK(std::abs(after(0.0).second - 4 * 0.85 * 0.15) < 2e-3);
  CHECK(after(0.5).second > after(0.0).second);
  CHECK(after(0.5).second < after(1.0).second);
}

TEST_CASE("money: the alarm of inequality sounds above ten, and Gini coefficients are those of a table") {
  const auto at_the_end = [](const Experiment& e, const char* name) { return national(*e.simulation, name).back(); };
  const auto run = [](Experiment& e, double rich) {
    e.only({"economy", "inequality"});
    auto home = society_of({100, 300}, {});
    home->country.regions.push_back({.code = "r1", .name = "region 1"});
    home->country.districts.push_back({.code = "d1", .name = "district 1", .region = 1});
    home->country.communities[1].region = 1;
    home->country.communities[1].district = 1;
    home->country.regions[0].grp_per_head = rich;
    home->country.regions[1].grp_per_head = 1966.2;
    e.move_into(std::move(home));
    e.weeks(2);
  };
  Experiment kazakhstan;
  run(kazakhstan, 21572.2);
  CHECK(std::abs(at_the_end(kazakhstan, "rich_poor_ratio") - 10.97) < 0.005);
  CHECK(at_the_end(kazakhstan, "inequality_alarm") == 1.0F);
  // A quarter of the people with 10.97, three quarters with 1: Gini = 10.97 / 13.97 - 1/4
  CHECK(std::abs(at_the_end(kazakhstan, "gini_output") - (10.9715 / 13.9715 - 0.25)) < 1e-4);
  Experiment milder;
  run(milder, 19000);
  CHECK(at_the_end(milder, "inequality_alarm") == 0.0F);
}
