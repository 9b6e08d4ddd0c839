// Forms of participation are data: who may take part, where and when, and what comes of it.
#include "engine.h"

#include <fstream>
#include <set>

#include "base/error.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

/// Communities whose akimats have means to answer.
std::unique_ptr<Society> with_means(const std::vector<std::size_t>& people) {
  auto home = society_of(people, {});
  for (Community& community : home->country.communities) community.resources = 40;
  return home;
}

/// People of a few communities who hear of everything at once and act with chance 1/2, unless the form says otherwise.
struct Town : Experiment {
  explicit Town(const std::vector<std::string>& mechanisms = {
                    "agenda", "information", "participation", "hearing", "response", "spending"}) {
    sway_nobody();
    only(mechanisms);
    set({{"information.reach", 1.0}, {"akimat.responsiveness", 1.0}, {"akimat.autonomy", 1.0},
        {"response.resources_0", 0.0}, {"output.levels", std::vector<std::string>{"nation"}}});
  }
  void settle(const std::vector<std::size_t>& people) { move_into(with_means(people)); }
  /// Runs until the first week in which a matter of community c has closed, and returns it.
  const Matter& first_close(std::size_t c = 0) {
    for (int week = 0; week < 300; ++week) {
      weeks(1);
      if (const std::uint16_t closing = world().dockets[c].closing; closing != 0)
        return world().dockets[c].slot[static_cast<std::size_t>(__builtin_ctz(closing))];
    }
    FAIL("nothing closed");
    return world().dockets[c].slot[0];
  }
};

double sum_over(const Column<double>& column) {
  return std::accumulate(column.values().begin(), column.values().end(), 0.0);
}

/// The forms that ship, in testland.
void read_library(Experiment& e) {
  e.model.read(std::filesystem::path(KURULTAI_SOURCE_DIR) / "scenarios" / "forms.toml", {});
  e.set({{"run.warmup", 0}, {"output.levels", std::vector<std::string>{"nation"}}});
}

}  // namespace

TEST_CASE("forms: a user adds one in a scenario, without any code") {
  const Folder folder("forms");
  const auto file = folder.path() / "mine.toml";
  std::ofstream(file)
      << "[form.night_watch]\ntitle = \"night watch\"\nperiod = 13\nweek = 3\nopen = 4\nsubject = \"one\"\n"
         "types = [\"rural okrug\"]\ndecides = \"funds\"\nin_kind = 3.0\nhours_offline = 3.0\nintercept = -1.0\n";
  Experiment e;
  e.model.read(file, {});
  e.set({{"run.warmup", 0}, {"run.scale", 0.5}, {"output.levels", std::vector<std::string>{"nation"}}});
  move_into_testland(e);
  e.weeks(60);
  const std::vector<float> turnout = national(*e.simulation, "turnout");
  CHECK(turnout.back() > 0.01);
  CHECK(last_mean(national(*e.simulation, "given"), 4) > 0);
  const Result result = e.simulation->result();
  const Group* nation = result.group("series/nation");
  REQUIRE(nation != nullptr);
  for (const Coordinate& coordinate : nation->coordinates)
    if (coordinate.name == "form")
      CHECK(std::get<std::vector<std::string>>(coordinate.values) == std::vector<std::string>{"night watch"});
  for (std::size_t c = 0; c < e.world().dockets.size(); ++c)
    if (e.society->country.communities[c].type != PlaceType::okrug) CHECK(e.world().dockets[c].slot[0].closes == 0);
}

TEST_CASE("forms: below its quorum a matter fails and nothing comes of it") {
  for (const double quorum : {0.2, 0.8}) {
    Town e;
    e.add_form("gathering", {{"quorum", quorum}, {"decides", "funds"}, {"money", 5000.0}});
    e.settle({300});
    const Matter& matter = e.first_close();
    INFO("quorum " << quorum << ", " << matter.acted << " of " << matter.eligible);
    CHECK(matter.acted > 0.2 * 300);
    CHECK(matter.acted < 0.8 * 300);
    CHECK(matter.outcome == (quorum < 0.5 ? Outcome::answered : Outcome::ignored));
    CHECK((e.world().akimats.given[0] > 0) == (quorum < 0.5));
  }
}

TEST_CASE("forms: money and work join the budget of the good, with the state's match where the matter is answered") {
  struct Case {
    double money, in_kind, matching, responsiveness;
  };
  const auto stocks = [](const Case& k, double& expected) {
    Town e;
    e.add_form("gift", {{"decides", "funds"}, {"money", k.money}, {"in_kind", k.in_kind}, {"subject", "one"}});
    e.set({{"akimat.matching", k.matching}, {"akimat.responsiveness", k.responsiveness}, {"spending.delta", 1e-6}});
    e.settle({400});
    const Matter matter = e.first_close();
    const double each = k.money + k.in_kind * 295000 * 12 / 52 / 40 * 0.5 * e.society->country.communities[0].income;
    const double given = matter.acted * each / 400 / 1000;
    CHECK(std::abs(e.world().akimats.given[0] - 2 * given) < 1e-9);  // a rate over half a year
    e.weeks(4);
    CHECK(sum_over(e.world().akimats.cofinanced) == 0.0);
    expected =
        given * (1.0 - e.world().akimats.loss[0]) * (1.0 + (matter.outcome == Outcome::answered ? k.matching : 0.0));
    return e.world().akimats.stock(0, matter.subject);
  };
  double none = 0;
  const double without = stocks({0, 0, 0, 1}, none);
  for (const Case& k : {Case{5000, 0, 0, 1}, Case{0, 6, 0, 1}, Case{5000, 0, 2, 1}, Case{5000, 6, 2, 0}}) {
    double expected = 0;
    const double with = stocks(k, expected);
    // Stocks are large here (they hardly wear), so that what is added is small beside them.
    CHECK(expected > 0);
    CHECK(std::abs(with - without - expected) < 1e-6 * without + 1e-9 * expected);
  }
}

TEST_CASE("forms: a vote on a budget leaves its mix") {
  Town e;
  e.add_form("vote", {{"decides", "budget"}, {"subject", "all"}});
  e.settle({200});
  e.first_close();
  CHECK(std::abs(sum_over(e.world().akimats.voted) - 1.0) < 1e-9);
}

TEST_CASE("forms: oversight is watched; losses fall only where residents' oversight has an effect") {
  std::vector<double> losses;
  for (const double a_res : {0.0, 0.4})
    for (const double intercept : {-20.0, 20.0}) {
      Town e;
      e.add_form("review", {{"decides", "oversight"}, {"intercept", intercept}});
      e.set("spending.a_res", a_res);
      e.settle({200});
      e.first_close();
      CHECK(e.world().akimats.watched[0] == (intercept > 0 ? 1.0 : 0.0));
      e.weeks(4);
      losses.push_back(e.world().akimats.loss[0]);
    }
  CHECK(losses[0] == losses[1]);  // Olken 2007: inviting residents did about nothing
  CHECK(losses[3] < losses[2]);
}

TEST_CASE("forms: who hears of a support programme knows it, applying or not, and forgets in time") {
  Town e;
  e.set({{"information.reach", 0.5}, {"response.forget", 0.0}});
  e.add_form("seeds", {{"decides", "support"}, {"scope", "national"},
                          {"occupations", std::vector<std::string>{"farmer"}}, {"intercept", -1.0}});
  e.add_form("tractors", {{"decides", "support"}, {"scope", "national"}, {"week", 30}});
  e.settle({300, 300});
  for (std::size_t i = 0; i < 600; ++i)
    e.residents().occupation[i] = static_cast<std::uint8_t>(i % 2 == 0 ? Occupation::farmer : Occupation::employee);
  std::size_t knew = 0;
  e.first_close();
  for (std::size_t i = 0; i < 600; ++i) {
    const bool aware = e.residents().aware[i] != 0;
    CHECK((e.residents().programmes[i] != 0) == aware);
    if (aware) CHECK(i % 2 == 0);
    knew += aware;
  }
  CHECK(knew > 50);
  CHECK(knew < 250);
  CHECK(last_mean(national(*e.simulation, "programme_awareness"), 2) > 0.1);
  e.weeks(60);
  std::size_t both = 0;
  for (std::size_t i = 0; i < 600; ++i) both += (e.residents().programmes[i] & 2U) != 0;
  CHECK(both > 100);  // the second programme is for all, and has a bit of its own
  const auto known = [&] {
    return std::count_if(e.residents().programmes.values().begin(), e.residents().programmes.values().end(),
        [](std::uint8_t bits) { return bits != 0; });
  };
  const auto before = known();
  e.set("response.forget", 1.0);
  e.weeks(52);
  CHECK(before > 100);
  CHECK(known() == 0);
}

TEST_CASE("forms: national matters take one slot in one week everywhere, local ones do not") {
  Town e({"agenda"});
  e.add_form("local", {{"period", 52}, {"spread", 20}});
  e.add_form("nation", {{"period", 52}, {"week", 5}, {"spread", 20}, {"scope", "national"}, {"open", 3}});
  e.add_form("next", {{"period", 0}, {"follows", "nation"}, {"scope", "national"}});
  e.settle({10, 10, 10, 10, 10, 10});
  std::set<std::int32_t> local_weeks;
  std::size_t seen = 0;
  for (int week = 0; week < 52; ++week) {
    e.weeks(1);
    const Docket& first = e.world().dockets[0];
    for (const Docket& docket : e.world().dockets) {
      CHECK(docket.national == first.national);
      CHECK(docket.waiting == 0);
      for_slots(docket.live, [&](unsigned s) {
        const bool national = (docket.national >> s) & 1U;
        CHECK(national == (s >= 14));  // two national forms: two slots kept
        CHECK(e.world().forms[docket.slot[s].form].national == national);
        if (national)
          CHECK(
              (docket.slot[s].announced == first.slot[s].announced && docket.slot[s].subject == first.slot[s].subject));
        if (!national) local_weeks.insert(docket.slot[s].announced);
      });
    }
    seen += static_cast<std::size_t>(__builtin_popcount(first.national));
  }
  CHECK(seen == 4 + 5);  // both were there, one after the other
  CHECK(local_weeks.size() > 3);
}

TEST_CASE("forms: four slots at most are kept for national matters; what finds no slot waits") {
  Town e({"agenda"});
  for (int k = 0; k < 13; ++k) e.add_form(fmt::format("local{:02}", k), {{"week", 1}});
  for (int k = 0; k < 6; ++k)
    e.add_form(fmt::format("nation{}", k), {{"week", 1}, {"scope", "national"}, {"priority", k}});
  e.settle({10, 10});
  e.weeks(2);
  for (const Docket& docket : e.world().dockets) {
    CHECK(docket.live == 0xffff);
    CHECK(docket.national == 0xf000);
    CHECK(docket.waiting == 1 + 2);
    for (unsigned s = 12; s < 16; ++s) CHECK(e.world().forms[docket.slot[s].form].priority >= 2);
  }
  e.weeks(6);
  for (const Docket& docket : e.world().dockets) {
    CHECK(docket.waiting == 0);
    CHECK(__builtin_popcount(docket.live & 0x0fff) == 1);
    CHECK(__builtin_popcount(docket.national) == 2);
  }
}

TEST_CASE("forms: a national form cannot follow a local one") {
  Town e({"agenda"});
  e.add_form("local");
  e.add_form("nation", {{"period", 0}, {"follows", "local"}, {"scope", "national"}});
  CHECK_THROWS_AS(e.model.check(), Error);
}

TEST_CASE("forms: members of the kind take part, nobody else, and only where there are any") {
  Town e;
  e.add_form(
      "review", {{"eligible", "members"}, {"members_of", std::vector<std::string>{"oversight"}}, {"intercept", 20.0}});
  e.set({{"society.oversight", 0.5}, {"run.scale", 1.0}});
  move_into_testland(e);
  e.weeks(4);
  std::vector<std::uint32_t> members(e.world().society.communities(), 0);
  for (std::size_t k = 0; k < e.world().institutions.size(); ++k)
    if (e.world().institutions.kind[k] == static_cast<std::uint8_t>(InstitutionKind::oversight))
      members[e.world().institutions.community[k]] += e.world().institutions.members[k];
  std::size_t with = 0;
  std::size_t acts = 0;
  for (std::size_t c = 0; c < members.size(); ++c) {
    CHECK((e.world().dockets[c].live != 0) == (members[c] > 0));
    with += members[c] > 0;
    for (Vertex i = e.world().society.first[c]; i < e.world().society.first[c + 1]; ++i)
      if (e.residents().acted[i] != 0) {
        ++acts;
        CHECK(((e.residents().member_of[i] >> static_cast<unsigned>(InstitutionKind::oversight)) & 1U) == 1);
      }
  }
  CHECK(with > 3);
  CHECK(with < members.size() - 3);
  CHECK(acts > 10);
}

TEST_CASE("forms: an occupation's matter is for that occupation") {
  Town e;
  e.add_form("herds", {{"occupations", std::vector<std::string>{"farmer"}}, {"intercept", 20.0}});
  e.settle({100});
  for (std::size_t i = 0; i < 30; ++i) e.residents().occupation[i] = static_cast<std::uint8_t>(Occupation::farmer);
  for (std::size_t i = 30; i < 100; ++i) e.residents().occupation[i] = static_cast<std::uint8_t>(Occupation::student);
  const Matter& matter = e.first_close();
  CHECK(matter.eligible == 30);
  CHECK(matter.acted == 30);
}

TEST_CASE("forms: an act in a form that does not count leaves no trace and is no participation") {
  for (const bool counts : {true, false}) {
    Town e({"agenda", "information", "participation", "response", "trace"});
    e.add_form("application", {{"decides", "support"}, {"counts", counts}, {"intercept", 20.0}});
    e.settle({50});
    CHECK(e.first_close().acted == 50);
    CHECK(took_part_lately(e.world(), 7) == counts);
    CHECK((e.residents().trace(7, 0) > 0) == counts);
  }
}

TEST_CASE("forms: mobilisation moves official turnout and nothing else") {
  std::vector<std::map<std::string, std::vector<std::byte>>> ends;
  std::vector<double> official;
  for (const double mobilisation : {0.0, 0.7}) {
    Experiment e;
    add_usual_forms(e);
    e.add_form(
        "election", {{"period", 40}, {"decides", "office"}, {"mobilisation", mobilisation}, {"intercept", -2.0}});
    e.set({{"run.scale", 0.3}, {"output.levels", std::vector<std::string>{"nation"}}});
    move_into_testland(e);
    e.weeks(100);
    official.push_back(national(*e.simulation, "official_turnout").back());
    ends.push_back(columns(e.world()));
  }
  CHECK(differences(ends[0], ends[1]) == std::vector<std::string>{"akimats.official_turnout"});
  CHECK(std::abs(official[1] - (official[0] + 0.7 * (1 - official[0]))) < 1e-5);
}

TEST_CASE("forms: voters keep an akim who satisfies; a new one brings his own responsiveness and half a clean slate") {
  std::vector<double> kept;
  for (const double satisfied : {0.2, 0.8}) {
    Town e({"agenda", "information", "participation", "response", "office"});
    e.add_form("election", {{"decides", "office"}});
    e.set({{"office.c0", 0.0}, {"office.c1", 8.0}, {"akimat.responsiveness", 0.5}});
    e.settle(std::vector<std::size_t>(60, 20));
    e.residents().satisfaction.fill(Share(satisfied));
    e.world().akimats.answered.fill(0.0);
    const auto values = e.world().akimats.akim_factor.values();
    const std::vector<double> factors(values.begin(), values.end());
    e.first_close();
    std::size_t same = 0;
    for (std::size_t c = 0; c < 60; ++c) {
      const Akimats& a = e.world().akimats;
      same += a.akim_factor[c] == factors[c];
      CHECK((a.akim_factor[c] == factors[c]) == (a.replaced[c] == 0));
      CHECK(std::abs(a.answered[c] - (a.replaced[c] == 0 ? 0.0 : 0.25)) < 1e-9);
      CHECK(e.world().dockets[c].slot[0].outcome == Outcome::none);
    }
    kept.push_back(static_cast<double>(same) / 60);
    e.weeks(1);
    for (std::size_t c = 0; c < 60; ++c)
      CHECK(std::abs(e.world().akimats.answering[c] - 0.5 * e.world().akimats.akim_factor[c]) < 1e-9);
  }
  CHECK(kept[0] < 0.3);  // logistic(-2.4) = 0.08, logistic(2.4) = 0.92; SE 0.035
  CHECK(kept[1] > 0.7);
}

TEST_CASE("feedback: a first report that was answered makes a second likelier") {
  // Sjoberg, Mellon, Peixoto 2017: +57% where it was fixed. 40,000 people, the chance of a second report within a year:
  // about 8,000 firsts, so that the SE of the ratio is about 0.04.
  const auto ratio = [](const std::vector<std::pair<std::string, Value>>& settings) {
    Experiment e;
    e.only({"feedback", "response", "propensity"});
    e.add_form("app", {{"standing", true}, {"offline", false}, {"online", true}, {"needs", "access"}, {"counts", false},
                          {"intercept", -5.1}});
    e.set(settings);
    e.set({{"output.levels", std::vector<std::string>{"nation"}}, {"response.resources_0", 0.0}});
    e.move_into(with_means(std::vector<std::size_t>(20, 2000)));
    e.residents().efficacy.fill(Share(0.4));
    std::vector<int> since(40000, -1);
    std::vector<std::uint8_t> fixed(40000, 0);
    std::array<double, 2> first{};
    std::array<double, 2> second{};
    for (int week = 0; week < 104; ++week) {
      e.weeks(1);
      for (std::size_t i = 0; i < 40000; ++i) {
        if (e.residents().appealed[i] == 0) continue;
        if (since[i] < 0) {
          if (week >= 52) continue;
          since[i] = week;
          fixed[i] = (e.residents().appealed[i] >> 8) != 0;
          ++first[fixed[i]];
        } else if (since[i] < 1000 && week - since[i] <= 52) {
          ++second[fixed[i]];
          since[i] = 1000;
        }
      }
    }
    CHECK(first[0] > 1500);
    CHECK(first[1] > 1500);
    return (second[1] / first[1]) / (second[0] / first[0]);
  };
  const double with = ratio({});
  INFO("ratio " << with);
  CHECK(with > 1.30);
  CHECK(with < 1.80);
  const double without = ratio({{"feedback.learn", 0.0}, {"propensity.v_answer", 0.0}});
  INFO("without learning " << without);
  CHECK(std::abs(without - 1.0) < 0.15);
}

TEST_CASE(
    "feedback: open to those with access or with an account, while the connection is up, and no act unless it counts") {
  const auto run = [](const std::vector<std::pair<std::string, Value>>& form,
                       const std::vector<std::pair<std::string, Value>>& settings = {}) {
    Experiment e;
    e.only({"feedback", "response"});
    e.add_form("app", {{"standing", true}, {"offline", false}, {"online", true}, {"intercept", -2.0}});
    for (const auto& [field, value] : form) e.set("form.app." + field, value);
    e.set(settings);
    e.set("output.levels", std::vector<std::string>{"nation"});
    e.move_into(with_means({600}));
    std::array<int, 3> made{};  // no access, access, account
    for (std::size_t i = 0; i < 600; ++i) {
      e.residents().access[i] = i >= 200;
      e.residents().platform[i] = i >= 400;
    }
    for (int week = 0; week < 20; ++week) {
      e.weeks(1);
      for (std::size_t i = 0; i < 600; ++i) made[i / 200] += e.residents().appealed[i] != 0;
    }
    int counted = 0;
    for (std::size_t i = 0; i < 600; ++i) counted += e.residents().last_act(i, 1) != 0;
    return std::pair{made, counted};
  };
  const auto [platform, platform_counted] = run({{"counts", false}});
  CHECK((platform[0] == 0 && platform[1] == 0 && platform[2] > 100));
  CHECK(platform_counted == 0);
  const auto [access, access_counted] = run({{"needs", "access"}});
  CHECK((access[0] == 0 && access[1] > 100 && access[2] > 100));
  CHECK(access_counted > 200);
  CHECK(run({{"needs", "access"}}, {{"platform.outage", 1.0}}).first == std::array<int, 3>{});
  CHECK(run({{"needs", "access"}}, {{"feedback.enabled", false}}).first == std::array<int, 3>{});
}

TEST_CASE("feedback: an answer is drawn apart from every appeal, with as many standing forms as there may be") {
  // Four residents share a block of random words, under a name that is also a resident's: o for those from 4 o on.
  // Whether o is answered in one form must tell nothing of whether 4 o appeals in any.
  Experiment e;
  e.only({"feedback"});
  e.sway_nobody();
  e.set({{"participation.b_habit", 0.0}, {"feedback.most", 1.0}, {"feedback.b_need", 0.0}, {"feedback.b_digital", 0.0},
      {"feedback.learn", 0.0}});
  for (int k = 0; k < 8; ++k)
    e.add_form(fmt::format("app{}", k), {{"standing", true}, {"intercept", -1.0}, {"hours_offline", 0.0}});
  constexpr std::size_t people = 4000;
  e.move_into(society_of({people}, {}));
  e.residents().propensity.fill(Share(0.5));
  e.world().akimats.answering.fill(0.5);
  std::array<std::array<double, 8>, 8> both{};
  std::array<std::array<double, 8>, 8> answered{};
  for (int week = 0; week < 20; ++week) {
    e.weeks(1);
    const auto appealed = e.residents().appealed.values();
    for (std::size_t o = 1; o < people / 4; ++o)
      for (std::size_t a = 0; a < 8; ++a)
        for (std::size_t b = 0; b < 8; ++b)
          if (((appealed[o] >> a) & 1U) != 0 && ((appealed[4 * o] >> b) & 1U) != 0) {
            both[a][b] += 1;
            answered[a][b] += static_cast<double>((appealed[o] >> (8 + a)) & 1U);
          }
  }
  // logistic(-1) = 0.27: some 1,450 pairs each; 64 comparisons at 4.5 SE raise a false alarm with 0.0004.
  for (std::size_t a = 0; a < 8; ++a)
    for (std::size_t b = 0; b < 8; ++b) {
      INFO("answered in form " << a << ", appealed in form " << b << ": " << answered[a][b] << " of " << both[a][b]);
      CHECK(both[a][b] > 1000);
      CHECK(std::abs(answered[a][b] / both[a][b] - 0.5) < 4.5 * 0.5 / std::sqrt(both[a][b]));
    }
}

TEST_CASE("feedback: more appeals than the staff can handle are answered more seldom, and so are matters") {
  std::vector<double> answered;
  std::vector<double> answering;
  for (const double capacity : {1000.0, 20.0}) {
    Experiment e;
    e.only({"feedback", "response"});
    e.add_form(
        "app", {{"standing", true}, {"offline", false}, {"online", true}, {"needs", "access"}, {"intercept", -2.5}});
    e.set({{"akimat.capacity", capacity}, {"output.levels", std::vector<std::string>{"nation"}},
        {"response.resources_0", 0.0}});
    e.move_into(with_means({2000}));
    e.weeks(80);
    answered.push_back(national(*e.simulation, "appeals_answered").back());
    answering.push_back(e.world().akimats.answering[0]);
    CHECK(e.world().akimats.appeals[0] > 2);
  }
  CHECK(answered[1] < 0.7 * answered[0]);
  CHECK(answering[1] < 0.7 * answering[0]);
}

TEST_CASE("forms: under the library nothing waits in ten years, and slots are left") {
  Experiment e;
  read_library(e);
  for (const auto& mechanism : e.model.mechanisms) e.set(mechanism->name() + ".enabled", mechanism->name() == "agenda");
  e.set("society.oversight", 1.0);
  e.set("society.councils", 1.0);
  move_into_testland(e);
  int most = 0;
  std::uint16_t national_matters = 0;
  for (int week = 0; week < 624; ++week) {
    e.weeks(1);
    for (const Docket& docket : e.world().dockets) {
      REQUIRE(docket.waiting == 0);
      most = std::max(most, __builtin_popcount(docket.live & ~docket.national));
      national_matters |= docket.national;
    }
  }
  CHECK(most >= 4);
  CHECK(most <= 8);
  CHECK(national_matters != 0);
}

TEST_CASE("forms: the library draws 0.22 appeals a head and year and nothing waits", "[full]") {
  Experiment e;
  e.model.read(std::filesystem::path(KURULTAI_SOURCE_DIR) / "scenarios" / "kazakhstan.toml", {});
  e.set({{"run.scale", 0.01}, {"output.levels", std::vector<std::string>{"nation"}}});
  e.move_into(make_society(e.model));
  e.simulation->run();
  const std::vector<float> appeals = national(*e.simulation, "appeals");
  for (std::size_t week = 0; week < appeals.size(); week += 52) CHECK(std::abs(appeals[week] - 0.22) < 0.05);
  for (const float waiting : national(*e.simulation, "matters_waiting")) REQUIRE(waiting == 0);
  CHECK(last_mean(national(*e.simulation, "participation"), 52) < 0.45);
}
