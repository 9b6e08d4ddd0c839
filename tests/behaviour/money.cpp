// What money does to budgets, enterprises and the commons, through the real engine.
#include <algorithm>

#include "taxes.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

/// testland with taxes, a support programme, and enterprises; nothing moves it but what is set.
struct Economy : Experiment {
  explicit Economy(
      const std::vector<std::pair<std::string, Value>>& values, int weeks_after = 156, double people = 4.0) {
    only({"policies", "economy", "revenue", "transfers", "budget", "spending", "enterprise", "commons", "inequality",
        "hearing", "demography"});
    add_usual_taxes(*this);
    add_form("programme", {{"scope", "national"}, {"decides", "support"}, {"period", 26}});
    set({{"run.warmup", 52}, {"output.levels", std::vector<std::string>{"nation"}}});
    for (const auto& [path, value] : values)
      if (path.rfind("policy:", 0) == 0)
        add_policy(path.substr(7), {{"lever", path.substr(7)}, {"mode", "set"}, {"dose", value}});
      else
        set(path, value);
    move_into_testland(*this, testland(5, people));
    weeks(52 + weeks_after);
  }
  [[nodiscard]] double last(const char* name) { return last_mean(national(*simulation, name), 13); }
};

}  // namespace

TEST_CASE("money: the default budget is the census', year after year") {
  Experiment e;
  e.only({"economy", "revenue", "transfers", "budget", "spending", "hearing"});
  add_usual_taxes(e);
  // What an akimat keeps of another tenge at the margin, so that standard effort is the best.
  e.set({{"revenue.usual_share", 0.5 * (0.1 * 0.3 * 0.3 * 0.1 + 0.7 * 0.01 * 0.5) / (0.1 * 0.3 * 0.3 + 0.01 * 0.5)}});
  move_into_testland(e);
  e.weeks(156);
  for (std::size_t c = 0; c < e.world().akimats.size(); ++c) {
    CHECK(std::abs(e.world().akimats.means[c] / e.society->country.communities[c].resources - 1.0) < 1e-5);
    CHECK(std::abs(e.world().akimats.effort[c] - 0.7) < 1e-4);
    CHECK(std::abs(e.world().akimats.rate[c] - 1.0) < 1e-4);
  }
}

TEST_CASE("money: enterprise stays put without levers, and rises with each of them") {
  Economy usual({});
  const auto start = national(*usual.simulation, "enterprises").front();
  const double still = usual.last("enterprises");
  INFO(start << " at the start, " << still << " after three years");
  CHECK(std::abs(still / start - 1.0) < 0.05);
  for (const auto& [lever, dose, sign] :
      {std::tuple{"enterprise.credit", 1.0, 1}, {"enterprise.incentive", 2000.0, 1}, {"enterprise.shock", 0.3, -1},
          {"akimat.competence", 1.0, 1}, {"akimat.openness", 1.0, 1}, {"akimat.resources", 3.0, 1}}) {
    Economy moved({{std::string("policy:") + lever, dose}});
    INFO(lever << ": " << still << " without, " << moved.last("enterprises") << " with");
    CHECK(sign * (moved.last("enterprises") / still - 1.0) > 0.005);
    CHECK(sign * (moved.last("output") - usual.last("output")) > 0);
  }
}

TEST_CASE("money: who has heard of programmes opens enterprises, and tension keeps from it") {
  const auto opened = [](bool heard, double tension) {
    Experiment e;
    e.only({"enterprise"});
    e.add_form("programme", {{"scope", "national"}, {"decides", "support"}, {"period", 26}});
    e.set("enterprise.exit", 0.5);
    auto home = society_of({4000}, {});
    for (std::size_t i = 0; i < 400; ++i)
      home->residents.occupation[i] = static_cast<std::uint8_t>(Occupation::entrepreneur);
    e.move_into(std::move(home));
    e.weeks(4);  // now the usual is known
    e.world().residents().programmes.fill(heard ? 1 : 0);
    e.world().akimats.tension[0] = tension;
    e.weeks(52);
    return e.world().akimats.enterprises[0];
  };
  CHECK(opened(true, 0.0) > 1.05 * opened(false, 0.0));
  CHECK(opened(false, 0.5) < 0.95 * opened(false, 0.0));
}

TEST_CASE("money: retained shares, clawback, incentives and cuts move effort and budgets") {
  Economy usual({});
  Economy share({{"policy:tax.wages.community", 0.6}});
  CHECK(share.last("effort") > usual.last("effort") + 0.02);
  CHECK(share.last("own_revenue") > 1.1 * usual.last("own_revenue"));
  CHECK(share.last("fiscal_autonomy") > usual.last("fiscal_autonomy") + 0.02);
  CHECK(share.last("own_revenue_region") < usual.last("own_revenue_region"));
  Economy clawback({{"policy:transfers.clawback", 0.5}});
  CHECK(clawback.last("effort") < usual.last("effort") - 0.02);
  Economy incentive({{"policy:revenue.incentive", 1.0}});
  CHECK(incentive.last("effort") > usual.last("effort") + 0.02);
  CHECK(incentive.last("means") > usual.last("means"));
  Economy cut({{"policy:transfers.cut", 0.5}});
  CHECK(cut.last("means") < 0.95 * usual.last("means"));
  CHECK(cut.last("deficit") < usual.last("deficit"));
  Economy poor({{"policy:akimat.resources", 0.5}});
  CHECK(std::abs(poor.last("means") / usual.last("means") - 0.5) < 0.02);
  CHECK(poor.last("spending") < 0.6 * usual.last("spending"));
}

TEST_CASE("money: grants go to those above the mean index, and to nobody where all are alike") {
  Experiment e;
  e.only({"economy", "revenue", "transfers", "budget"});
  e.set("transfers.grants", 10.0);
  move_into_testland(e);
  e.world().akimats.lsg_index.fill(0.4);
  e.weeks(1);
  const auto grant = [&](std::size_t c) {
    return e.world().ledger.community.received(c, static_cast<std::size_t>(Flow::grant));
  };
  for (std::size_t c = 0; c < e.world().akimats.size(); ++c) CHECK(grant(c) == 0);
  e.world().akimats.lsg_index[2] = 0.6;
  e.world().akimats.lsg_index[7] = 0.5;
  e.weeks(52);
  double people = 0;
  double all = 0;
  for (std::size_t c = 0; c < e.world().akimats.size(); ++c) {
    people += e.society->country.communities[c].population;
    all += static_cast<double>(grant(c));
    CHECK((grant(c) > 0) == (c == 2 || c == 7));
  }
  CHECK(std::abs(all / (0.25 * 10000.0 * people) - 1.0) < 1e-4);
  CHECK(e.world().akimats.means[2] > e.society->country.communities[2].resources + 1);
}

TEST_CASE("money: what the levers of the state cost is paid and counted") {
  const auto cost = [](const std::vector<std::pair<std::string, Value>>& values) {
    Experiment e;
    e.only({"economy", "revenue", "transfers", "budget", "experience", "coverage", "institutions", "training"});
    e.set(values);
    e.set("run.scale", 0.5);
    move_into_testland(e);
    e.weeks(52);
    return last_mean(national(*e.simulation, "public_cost"), 1);
  };
  const double nothing = cost({{"training.visits", 0.0}});
  CHECK(nothing == 0);
  CHECK(std::abs(cost({{"training.visits", 0.0}, {"experience.support", 4.0}}) - 4.0) < 1e-3);
  CHECK(std::abs(cost({{"training.visits", 0.0}, {"coverage.investment", 2.5}}) - 2.5) < 1e-3);
  CHECK(cost({{"training.visits", 0.0}, {"institutions.support_assembly", 100.0}}) > 0.01);
  const double visits = cost({{"training.visits", 10.0}});
  CHECK(visits > 0);
  CHECK(std::abs(cost({{"training.visits", 20.0}}) / visits - 2.0) < 0.01);
  CHECK(cost({{"training.visits", 0.0}, {"coverage.investment", 2.5}, {"coverage.enabled", false}}) == 0);
}

TEST_CASE("money: governance by the community spares the commons, and a poor harvest closes farms") {
  Economy usual({}, 260);
  Economy governed({{"policy:commons.governance", 1.0}}, 260);
  CHECK(governed.last("compliance") > usual.last("compliance") + 0.1);
  CHECK(governed.last("commons") > usual.last("commons") + 0.02);
  CHECK(governed.last("harvest") < usual.last("harvest"));  // sparing comes first
  Economy usual_later({}, 1040, 0.5);
  Economy governed_later({{"policy:commons.governance", 1.0}}, 1040, 0.5);
  CHECK(governed_later.last("harvest") > usual_later.last("harvest"));
  Economy drought({{"policy:commons.harvest_shock", 0.6}}, 260);
  CHECK(drought.last("harvest") < 0.6 * usual.last("harvest"));
  CHECK(drought.last("enterprises") < usual.last("enterprises"));
  CHECK(drought.last("output") < 0.99 * usual.last("output"));
}

TEST_CASE("money: a scale of the run changes no tenge of the plan") {
  const auto plan = [](double scale) {
    Experiment e;
    e.only({"economy", "revenue", "transfers", "budget"});
    add_usual_taxes(e);
    e.set("run.scale", scale);
    move_into_testland(e);
    e.weeks(1);
    const auto values = e.world().ledger.community.received.values();
    return std::vector<std::int64_t>(values.begin(), values.end());
  };
  CHECK(plan(1.0) == plan(0.2));
}

TEST_CASE("money: what is spent in a year does not swing with the quarters") {
  Economy e({{"output.every", 1}}, 156);
  const auto spending = national(*e.simulation, "spending");
  const std::vector<double> last(spending.end() - 52, spending.end());
  const auto [low, high] = std::minmax_element(last.begin(), last.end());
  INFO(*low << " to " << *high << ", means " << e.last("means"));
  CHECK(*high / *low < 1.05);
  CHECK(std::abs(e.last("spending") / e.last("means") - 1.0) < 0.05);
}

TEST_CASE("money: who keeps nothing of a tax collects it as is usual for those who do") {
  Economy e({{"tax.wages.community", 0.0}, {"tax.land.community", 0.0}}, 52);
  for (const double effort : e.world().akimats.effort.values()) CHECK(std::abs(effort - 0.7) < 1e-3);
  CHECK(e.last("own_revenue_district") > 0);
}

TEST_CASE("money: a share that moves within the year counts from the next budget year on") {
  // Else a place would keep the new tax beside the transfers that were planned without it.
  Experiment late;
  late.only({"policies", "economy", "revenue", "transfers", "budget", "spending", "hearing"});
  add_usual_taxes(late);
  late.add_policy("share", {{"lever", "tax.wages.community"}, {"mode", "set"}, {"dose", 0.9}, {"start", 10}});
  move_into_testland(late);
  late.weeks(52);
  const double before = late.world().akimats.own_revenue[0];
  CHECK(late.world().ledger.community.plan(0, static_cast<std::size_t>(Flow::tax)) <
        1.01 * 1000.0 * before * late.society->country.communities[0].population);
  late.weeks(1);
  CHECK(late.world().akimats.own_revenue[0] > 1.5 * before);
}
