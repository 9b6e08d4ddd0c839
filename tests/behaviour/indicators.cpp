// Indicators of local self-government and their index (MODEL 7.42; I1): each moves with what it names, and only then.
#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

const std::vector<std::string> names = {"participation", "information", "digital", "fiscal_autonomy", "transparency",
    "effectiveness", "services", "trust", "welfare", "equality", "calm"};

/// testland in which only indicators work, so that columns stay as a test sets them; `change` sets them.
struct Frozen : Experiment {
  explicit Frozen(
      const std::function<void(Experiment&)>& change = [](Experiment&) {},
      const std::vector<std::pair<std::string, Value>>& settings = {}) {
    only({"indicators"});
    add_form("matter", {});  // of which `matter` and `deciding` below have one
    set({{"run.scale", 0.5}, {"output.levels", std::vector<std::string>{"nation"}}});
    set(settings);
    move_into_testland(*this);
    Akimats& a = world().akimats;  // as mechanisms of money would have them
    a.means.fill(60.0);
    a.own_revenue.fill(20.0);
    a.transfers.fill(40.0);
    a.output.fill(5000.0);
    a.enterprises.fill(0.05);
    change(*this);
    weeks(52);  // every community was looked at, and windows of a year are full
  }
  [[nodiscard]] double value(const std::string& series) { return national(*simulation, series).back(); }
  [[nodiscard]] std::map<std::string, double> all() {
    std::map<std::string, double> found;
    for (const std::string& name : names) found[name] = value("indicator_" + name);
    return found;
  }
};

using Change = std::function<void(Experiment&)>;

template <class T> Change fill(Column<T> Akimats::* column, double to) {
  return [=](Experiment& e) { (e.world().akimats.*column).fill(static_cast<T>(to)); };
}

Change each(const std::function<void(Residents&, std::size_t)>& change) {
  return [=](Experiment& e) {
    for (std::size_t i = 0; i < e.residents().size(); ++i) change(e.residents(), i);
  };
}

/// One open matter, of which a share `known` knows, for all communities.
Change matter(double known) {
  return [=](Experiment& e) {
    for (Docket& docket : e.world().dockets) {
      docket.live = docket.open = docket.adults = 1;
      docket.occupation.fill(1);
    }
    for (std::size_t i = 0; i < e.residents().size(); ++i)
      e.residents().aware[i] = static_cast<double>(i % 10) < 10 * known ? 1 : 0;
  };
}

/// One matter decided in every week.
Change deciding(bool decided) {
  return [=](Experiment& e) {
    for (Docket& docket : e.world().dockets) {
      docket.closing = 1;
      docket.slot[0].outcome = decided ? Outcome::answered : Outcome::none;
    }
  };
}

struct Case {
  const char* what;
  const char* moves;  ///< the one indicator that moves
  int sign;
  Change change;
};

}  // namespace

TEST_CASE("indicators: each moves with what it names, and alone") {
  Frozen usual;
  const std::map<std::string, double> before = usual.all();
  const std::vector<Case> cases = {
      {"all took part", "participation", 1, [](Experiment& e) { e.residents().last_act.fill(1); }},
      {"matters are known", "information", 1, matter(0.9)},
      {"coverage", "digital", 1, fill(&Akimats::coverage, 1.0)},
      {"users", "digital", 1, each([](Residents& r, std::size_t i) { r.platform[i] = 1; })},
      {"skill", "digital", 1, each([](Residents& r, std::size_t i) { r.skill[i] = Share(1.0); })},
      {"digital competence", "digital", 1, fill(&Akimats::digital_competence, 1.0)},
      {"own revenue", "fiscal_autonomy", 1, fill(&Akimats::own_revenue, 40.0)},
      {"transfers", "fiscal_autonomy", -1, fill(&Akimats::transfers, 200.0)},
      {"loss", "transparency", -1, fill(&Akimats::loss, 0.9)},
      {"budgets watched", "transparency", 1, fill(&Akimats::watched, 0.9)},
      {"openness", "transparency", 1, fill(&Akimats::own_openness, 0.5)},
      {"answered", "effectiveness", 1, fill(&Akimats::answered, 1.0)},
      {"match", "effectiveness", -1, fill(&Akimats::match, 0.0)},
      {"matters decided", "effectiveness", 1, deciding(true)},
      {"goods", "services", 1, [](Experiment& e) { e.world().akimats.stock.fill(1000.0); }},
      {"trust", "trust", 1, each([](Residents& r, std::size_t i) { r.trust[i] = Share(1.0); })},
      {"satisfaction", "trust", -1, each([](Residents& r, std::size_t i) { r.satisfaction[i] = Share(0.0); })},
      {"enterprises", "welfare", 1, fill(&Akimats::enterprises, 0.3)},
      {"output", "welfare", -1, fill(&Akimats::output, 100.0)},
      {"tension", "calm", -1, fill(&Akimats::tension, 0.7)},
  };
  for (const Case& c : cases) {
    Frozen changed(c.change);
    const std::map<std::string, double> after = changed.all();
    for (const std::string& name : names) {
      const double change = after.at(name) - before.at(name);
      INFO(c.what << ": " << name << " " << before.at(name) << " -> " << after.at(name));
      if (std::string(c.moves) == name) {
        CHECK(c.sign * change > 0.02);
      } else if (std::string(c.what) != "all took part" || name != "equality") {  // all alike is more equal
        CHECK(std::abs(change) < 1e-6);
      }
      CHECK(after.at(name) >= 0);
      CHECK(after.at(name) <= 1);
    }
    CHECK(c.sign * (changed.value("lsg_index") - usual.value("lsg_index")) > 0.02 / 11.0 * 0.9);
  }
}

TEST_CASE("indicators: inequality of incomes and of taking part") {
  Frozen usual;
  Frozen rich(each([](Residents& r, std::size_t i) { r.income[i] = Factor(i % 50 == 0 ? 5.0 : 0.01); }));
  Frozen even(each([](Residents& r, std::size_t i) { r.income[i] = Factor(1.0); }));
  CHECK(rich.value("indicator_equality") < usual.value("indicator_equality") - 0.02);
  CHECK(even.value("indicator_equality") > usual.value("indicator_equality") + 0.05);
  // A third of the women take part, or as many of both.
  Frozen women(each([](Residents& r, std::size_t i) {
    r.last_act(i, 0) = r.sex[i] == static_cast<std::uint8_t>(Sex::female) && i % 3 == 0 ? 1 : 0;
  }));
  Frozen both(each([](Residents& r, std::size_t i) { r.last_act(i, 0) = i % 6 == 0 ? 1 : 0; }));
  CHECK(women.value("indicator_equality") < both.value("indicator_equality") - 0.1);
}

TEST_CASE("indicators: values are those of the formulas") {
  Frozen e;
  const Residents& r = e.residents();
  double trust = 0, adults = 0;
  for (std::size_t i = 0; i < r.size(); ++i) {
    if (!r.adult(i)) continue;
    trust += 0.5 * (static_cast<double>(r.trust[i]) + static_cast<double>(r.satisfaction[i]));
    adults += 1;
  }
  CHECK(e.value("indicator_trust") == Approx(trust / adults).epsilon(1e-6));
  CHECK(e.value("indicator_fiscal_autonomy") == Approx(1.0 / 3).epsilon(1e-6));
  CHECK(e.value("indicator_calm") == Approx(1.0));
  CHECK(e.value("indicator_participation") == 0);
  double mean = 0;
  for (const auto& [name, value] : e.all()) mean += value / 11.0;
  CHECK(e.value("lsg_index") == Approx(mean).epsilon(1e-5));
}

TEST_CASE("indicators: weights of the scenario make the index, also before the first week") {
  std::vector<std::pair<std::string, Value>> only_trust;
  for (const std::string& name : names)
    only_trust.emplace_back("indicators.weight_" + name, name == "trust" ? 2.0 : 0.0);
  Frozen e([](Experiment&) {}, only_trust);
  CHECK(e.value("lsg_index") == Approx(e.value("indicator_trust")).epsilon(1e-6));
  CHECK(e.value("lsg_index") > 0.3);

  Experiment fresh;
  fresh.set(only_trust);
  move_into_testland(fresh);
  for (std::size_t c = 0; c < fresh.society->communities(); ++c) CHECK(fresh.world().akimats.lsg_index[c] > 0.2);
  for (const std::string& name : names) fresh.set("indicators.weight_" + name, 0.0);
  CHECK_THROWS(fresh.model.check());
}

TEST_CASE("indicators: nothing known of money gives numbers all the same") {
  Frozen e([](Experiment& f) {
    Akimats& a = f.world().akimats;
    for (Column<double>* column : {&a.means, &a.own_revenue, &a.transfers, &a.output, &a.enterprises})
      column->fill(0.0);
  });
  for (const auto& [name, value] : e.all()) {
    INFO(name);
    CHECK(value >= 0);
    CHECK(value <= 1);
  }
  CHECK(e.value("indicator_fiscal_autonomy") == 0);
  CHECK(e.value("lsg_index") > 0);
}
