// Randomised policies at the level of residents and households: who is drawn, whom the lever moves, what is recorded.
#include <set>

#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

using Settings = std::vector<std::pair<std::string, Value>>;

/// testland with a gathering every eight weeks, and a policy "p" that moves a reward.
struct Trialled : Experiment {
  explicit Trialled(const Settings& policy, double dose = 30000.0, double scale = 0.3) {
    add_form("gathering", {{"period", 8}, {"week", 2}, {"open", 3}, {"intercept", -1.0}});
    set("run.scale", scale);
    add_policy("p", {{"lever", "participation.reward"}, {"dose", dose}, {"unit", "resident"}});
    for (const auto& [key, value] : policy) set("policy.p." + key, value);
  }
  void start_in(const Country& country = testland(2)) { move_into_testland(*this, country); }
  [[nodiscard]] const Trial& trial(std::size_t p = 0) { return world().trials[p]; }
};

/// Residents who live alone and know nobody, told of everything, swayed by the reward only.
struct Hermits : Experiment {
  explicit Hermits(double dose, const Settings& policy = {}) {
    add_form("gathering", {{"period", 6}, {"week", 1}, {"open", 2}, {"intercept", -1.0}});
    sway_nobody();
    set({{"information.reach", 1.0}, {"participation.b_money", 2.0}});
    only({"policies", "agenda", "exposure", "information", "participation", "response", "trials", "publication"});
    add_policy("p", {{"lever", "participation.reward"}, {"dose", dose}, {"unit", "resident"}, {"share", 0.5},
                        {"trial", true}, {"outcome", "gathering"}});
    for (const auto& [key, value] : policy) set("policy.p." + key, value);
    move_into(society_of({3000, 3000}, {}));
  }
};

std::size_t count(const std::vector<std::uint8_t>& status, Trial::Status which) {
  return static_cast<std::size_t>(std::count(status.begin(), status.end(), which));
}

/// Calls visit(first, end) for every household.
template <class Visit> void for_households(const Society& society, Visit&& visit) {
  for (Vertex i = 0; i < society.residents.size(); i += society.residents.household_size[i])
    visit(i, i + society.residents.household_size[i]);
}

const Variable& variable(const Result& result, const std::string& group, const std::string& name) {
  const Group* found = result.group(group);
  INFO(group << " " << name);
  REQUIRE(found != nullptr);
  REQUIRE(found->variable(name) != nullptr);
  return *found->variable(name);
}

/// The last recorded value of a series by form (of the first form) in one arm.
double in_arm(const Result& result, const std::string& series, const std::string& label) {
  const Variable& v = variable(result, "series/arm", series);
  const auto& labels = std::get<std::vector<std::string>>(result.group("series/arm")->coordinate("arm")->values);
  const auto at = std::find(labels.begin(), labels.end(), label);
  INFO(label);
  REQUIRE(at != labels.end());
  const auto& values = std::get<std::vector<float>>(v.values);
  return values[values.size() - labels.size() + static_cast<std::size_t>(at - labels.begin())];
}

}  // namespace

TEST_CASE("trials: only treated residents are moved, and a dose of nothing moves nobody") {
  Hermits with(50000.0);
  Hermits without(0.0);
  for (Experiment* e : {static_cast<Experiment*>(&with), static_cast<Experiment*>(&without)}) e->weeks(30);
  const Trial& trial = with.world().trials[0];
  CHECK(trial.status == std::vector<std::uint8_t>{Trial::treated, Trial::treated});
  REQUIRE(trial.residents == without.world().trials[0].residents);
  const std::size_t treated = count(trial.residents, Trial::treated);
  CHECK(std::abs(static_cast<double>(treated) / 6000.0 - 0.5) < 4 * 0.5 / std::sqrt(6000.0));
  CHECK(count(trial.residents, Trial::control) == 6000 - treated);

  REQUIRE(trial.closed[0] == 5);
  CHECK(trial.before[0] == 0);
  std::array<std::array<double, 2>, 2> acts{};  // [run][treated]
  std::size_t moved = 0;
  for (std::size_t i = 0; i < 6000; ++i) {
    const std::uint32_t a = trial.acted[i];
    const std::uint32_t b = without.world().trials[0].acted[i];
    const bool is_treated = trial.residents[i] == Trial::treated;
    if (!is_treated) REQUIRE(a == b);
    REQUIRE((b & ~a) == 0);  // a reward never keeps anyone away
    moved += a != b ? 1 : 0;
    acts[0][is_treated] += __builtin_popcount(a);
    acts[1][is_treated] += __builtin_popcount(b);
  }
  CHECK(moved > 1000);
  const auto difference = [&](std::size_t run) {
    return acts[run][1] / (5.0 * static_cast<double>(treated)) -
           acts[run][0] / (5.0 * static_cast<double>(6000 - treated));
  };
  INFO("effect " << difference(0) << ", of nothing " << difference(1));
  CHECK(difference(0) > 0.1);
  CHECK(std::abs(difference(1)) < 4 * std::sqrt(0.2 / 5 / 1500.0));  // of five rounds, one standard error below 0.012
}

TEST_CASE("trials: a household is treated as a whole, or one member of it and the rest stand beside") {
  for (const bool one : {false, true}) {
    Trialled e({{"unit", "household"}, {"one", one}, {"share", 0.4}, {"household_size", 2}, {"age_from", 25}});
    e.start_in();
    const GivenResidents& r = e.society->residents;
    std::size_t treated = 0;
    std::size_t control = 0;
    std::array<std::size_t, 2> first_drawn{};
    for_households(*e.society, [&](Vertex first, Vertex end) {
      std::array<std::size_t, Trial::statuses> of{};
      std::size_t of_age = 0;
      bool first_of_age_in = false;
      for (Vertex i = first; i < end; ++i) {
        const std::uint8_t status = e.trial().residents[i];
        ++of[status];
        const bool in_part = status == Trial::treated || status == Trial::control;
        if (r.age[i] >= 25 && of_age++ == 0) first_of_age_in = in_part;
        if (in_part) REQUIRE(r.age[i] >= 25);
      }
      const std::size_t drawn = one ? 1 : 2;
      if (of_age != 2) {
        REQUIRE(of[Trial::outside] == end - first);
        return;
      }
      const bool is_treated = of[Trial::treated] != 0;
      (is_treated ? treated : control) += 1;
      REQUIRE(of[is_treated ? Trial::treated : Trial::control] == drawn);
      REQUIRE(of[is_treated ? Trial::beside_treated : Trial::beside_control] == end - first - drawn);
      ++first_drawn[first_of_age_in ? 1 : 0];
    });
    REQUIRE(treated + control > 300);
    CHECK(std::abs(static_cast<double>(treated) / static_cast<double>(treated + control) - 0.4) < 0.1);
    if (one) CHECK(std::abs(static_cast<double>(first_drawn[1]) / static_cast<double>(treated + control) - 0.5) < 0.1);
  }
}

TEST_CASE("trials: conditions on residents choose the target") {
  Trialled e({{"age_from", 30}, {"age_to", 60}, {"sex", "women"}, {"education", std::vector<std::string>{"higher"}},
      {"occupations", std::vector<std::string>{"employee", "public servant"}}, {"users", "others"},
      {"regions", std::vector<std::string>{"R0"}}});
  e.start_in();
  const GivenResidents& r = e.society->residents;
  std::size_t treated = 0;
  for (std::size_t c = 0; c < e.society->communities(); ++c)
    for (Vertex i = e.society->first[c]; i < e.society->first[c + 1]; ++i) {
      const auto occupation = static_cast<Occupation>(r.occupation[i]);
      const bool meant =
          e.society->country.communities[c].region == 0 && r.age[i] >= 30 && r.age[i] <= 60 &&
          static_cast<Sex>(r.sex[i]) == Sex::female && static_cast<Education>(r.education[i]) == Education::higher &&
          (occupation == Occupation::employee || occupation == Occupation::public_servant) && r.platform[i] == 0;
      REQUIRE((e.trial().residents[i] == Trial::treated) == meant);
      treated += meant ? 1 : 0;
    }
  CHECK(treated > 20);
  CHECK(e.trial().treated_share.empty());  // all of the target: no trial
}

TEST_CASE("trials: the arms of a lot part the units, and all have the same control") {
  for (const std::string unit : {"resident", "household", "community"}) {
    Trialled e({{"unit", unit}, {"share", 0.25}, {"lot", "mail"}, {"trial", true}});
    e.add_policy("q", {{"lever", "participation.relief"}, {"dose", 0.5}, {"unit", unit}, {"share", 0.5},
                          {"lot", "mail"}, {"trial", true}});
    e.add_policy(
        "r", {{"lever", "participation.relief"}, {"dose", 0.5}, {"unit", unit}, {"share", 0.25}, {"trial", true}});
    e.start_in(testland(20));
    const auto& p = unit == "community" ? e.trial(0).status : e.trial(0).residents;
    const auto& q = unit == "community" ? e.trial(1).status : e.trial(1).residents;
    const auto& r = unit == "community" ? e.trial(2).status : e.trial(2).residents;
    std::size_t in_p = 0;
    std::size_t in_q = 0;
    std::size_t neither = 0;
    std::size_t other_lot = 0;
    for (std::size_t k = 0; k < p.size(); ++k) {
      REQUIRE(((p[k] == Trial::control) == (q[k] == Trial::control)));
      if (p[k] == Trial::treated) REQUIRE(q[k] == Trial::outside);
      if (q[k] == Trial::treated) REQUIRE(p[k] == Trial::outside);
      in_p += p[k] == Trial::treated ? 1 : 0;
      in_q += q[k] == Trial::treated ? 1 : 0;
      neither += p[k] == Trial::control ? 1 : 0;
      other_lot += (r[k] == Trial::treated) != (p[k] == Trial::treated) ? 1 : 0;
    }
    const auto all = static_cast<double>(in_p + in_q + neither);
    INFO(unit << ": " << in_p << ", " << in_q << ", " << neither);
    CHECK(std::abs(static_cast<double>(in_p) / all - 0.25) < 0.15);
    CHECK(std::abs(static_cast<double>(in_q) / all - 0.5) < 0.15);
    CHECK(neither > 0);
    CHECK(other_lot > 0);
  }
}

TEST_CASE("trials: communities can be drawn first, residents in them after") {
  Trialled e({{"share", 0.5}, {"community_share", 0.5}, {"trial", true}, {"outcome", "gathering"}});
  e.start_in(testland(8));
  const Trial& trial = e.trial();
  std::size_t in = 0;
  for (std::size_t c = 0; c < e.society->communities(); ++c) {
    const bool takes_part = trial.status[c] == Trial::treated;
    in += takes_part ? 1 : 0;
    std::array<std::size_t, Trial::statuses> of{};
    for (Vertex i = e.society->first[c]; i < e.society->first[c + 1]; ++i) ++of[trial.residents[i]];
    REQUIRE((of[Trial::treated] != 0) == takes_part);
    REQUIRE(of[Trial::control] != 0);
  }
  CHECK(in > 6);
  CHECK(in < 30);
  e.weeks(52);
  const Result result = e.simulation->result();
  CHECK(in_arm(result, "turnout", "p: treated") > in_arm(result, "turnout", "p: control") + 0.02);
  CHECK(in_arm(result, "turnout", "p: control elsewhere") >= 0);
}

TEST_CASE("trials: ties to the treated are counted") {
  Trialled e({{"share", 0.3}});
  e.start_in();
  const Trial& trial = e.trial();
  REQUIRE(trial.treated_share.size() == e.society->residents.size());
  for (const Vertex i : {Vertex{0}, Vertex{17}, Vertex{500}}) {
    std::size_t treated = 0;
    const auto peers = e.society->ties.peers(i);
    for (const Tie tie : peers) treated += trial.residents[tie.to()] == Trial::treated ? 1 : 0;
    CHECK(trial.treated_share[i] ==
          static_cast<float>(peers.empty() ? 0.0 : static_cast<double>(treated) / static_cast<double>(peers.size())));
  }
}

TEST_CASE("trials: communities that a policy does not reach stay as they were, bit by bit") {
  const auto run = [](double dose) {
    auto e = std::make_unique<Trialled>(
        Settings{{"share", 0.5}, {"regions", std::vector<std::string>{"R0"}}, {"start", 11}}, dose);
    e->set("information.reach", 1.0);
    e->start_in();
    e->weeks(12);
    return e;
  };
  const auto with = run(1e7);
  const auto without = run(0.0);
  const Society& society = *with->society;
  std::array<std::size_t, 2> differ{};
  for (std::size_t c = 0; c < society.communities(); ++c)
    for (Vertex i = society.first[c]; i < society.first[c + 1]; ++i)
      if (with->residents().acted[i] != without->residents().acted[i]) {
        ++differ[society.country.communities[c].region];
        CHECK(with->trial().residents[i] == Trial::treated);  // in the first week nobody has followed anybody yet
      }
  CHECK(differ[0] > 10);
  CHECK(differ[1] == 0);
}

TEST_CASE("trials: acts are remembered round by round, before the start too") {
  Hermits e(0.0, {{"start", 130}});
  e.set("output.levels", std::vector<std::string>{"arm"});
  e.start();
  std::vector<std::uint32_t> acts;  // of resident 7, as they happened
  const auto weeks = [&](int n) {
    for (int k = 0; k < n; ++k) {
      e.weeks(1);
      if (const std::uint16_t closing = e.world().dockets[0].closing; closing != 0)
        acts.push_back((e.residents().acted[7] & closing) != 0 ? 1 : 0);
    }
  };
  weeks(130);
  const Trial& trial = e.world().trials[0];
  REQUIRE(acts.size() > 20);
  CHECK(trial.closed[0] == 16);
  CHECK(trial.before[0] == 16);
  const auto last = [&](std::size_t n, std::size_t end) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < n; ++k) bits |= acts[end - n + k] << k;
    return bits;
  };
  CHECK(trial.acted[7] == last(16, acts.size()));
  const std::size_t before = acts.size();
  weeks(60);
  CHECK(trial.before[0] == 16);
  CHECK(trial.closed[0] == 16 + acts.size() - before);
  CHECK(trial.acted[7] == last(trial.closed[0], acts.size()));
  const std::uint32_t kept = trial.acted[7];
  weeks(60);
  CHECK(trial.closed[0] == 32);
  CHECK((trial.acted[7] & ((1U << (16 + 10)) - 1)) == (kept & ((1U << (16 + 10)) - 1)));
  CHECK(trial.acted[7] == last(32, before + 16));
  for (const std::uint32_t known : trial.known) REQUIRE((known & 0xffffU) == 0xffffU);  // all are told of everything
}

TEST_CASE("trials: series by arm say what the residents' records say") {
  Hermits e(50000.0, {{"unit", "household"}});
  e.weeks(52);
  const Result result = e.simulation->result();
  const Trial& trial = e.world().trials[0];
  std::array<double, 2> acts{};
  std::array<double, 2> chances{};
  for (std::size_t i = 0; i < trial.residents.size(); ++i) {
    const std::size_t arm = trial.residents[i] == Trial::treated ? 0 : 1;
    acts[arm] += __builtin_popcount(trial.acted[i]);
    chances[arm] += trial.closed[0];
  }
  CHECK(in_arm(result, "turnout", "p: treated") == static_cast<float>(acts[0] / chances[0]));
  CHECK(in_arm(result, "turnout", "p: control") == static_cast<float>(acts[1] / chances[1]));
  CHECK(std::isnan(in_arm(result, "turnout", "p: beside treated")));  // they live alone
  // and the record of residents is all of it
  CHECK(std::get<std::vector<std::int64_t>>(variable(result, "policy/p", "acted").values).size() == 6000);
  const auto& household = std::get<std::vector<std::int64_t>>(variable(result, "policy/p", "household").values);
  CHECK(household[4711] == 4711);
  CHECK(std::get<std::vector<std::int32_t>>(variable(result, "policy/p", "resident_community").values)[3000] == 1);
  CHECK(std::get<std::vector<std::uint8_t>>(variable(result, "policy/p", "household_eligible").values)[9] == 1);
  check(result);
}

TEST_CASE("trials: a trial of communities is recorded by arm and resident by resident") {
  Trialled e({{"unit", "community"}, {"share", 0.5}, {"trial", true}, {"outcome", "gathering"}});
  e.start_in(testland(8));
  e.weeks(52);
  const Result result = e.simulation->result();
  CHECK(in_arm(result, "turnout", "p: treated") > in_arm(result, "turnout", "p: control"));
  CHECK(result.group("series/arm")->coordinate("arm")->values ==
        Values(std::vector<std::string>{"p: treated", "p: control"}));
  CHECK(
      std::get<std::vector<std::int64_t>>(variable(result, "policy/p", "acted").values).size() == e.residents().size());
  CHECK(result.group("policy/p")->variable("exposure") != nullptr);
}

TEST_CASE("trials: without a trial there is no level of arms, and it can be left out") {
  Trialled all({});
  all.start_in(testland(1));
  all.weeks(2);
  CHECK(all.simulation->result().group("series/arm") == nullptr);
  Trialled left({{"share", 0.5}});
  left.set("output.levels", std::vector<std::string>{"nation"});
  left.start_in(testland(1));
  left.weeks(2);
  CHECK(left.simulation->result().group("series/arm") == nullptr);
}

TEST_CASE("trials: to remember moves nothing, and threads do not matter") {
  const auto run = [](bool remember, int threads) {
    set_threads(threads);
    Trialled e({{"unit", "household"}, {"one", true}, {"share", 0.5}, {"trial", true}, {"outcome", "gathering"},
        {"start", 10}});
    e.set("trials.enabled", remember);
    e.start_in();
    e.weeks(50);
    return std::pair{series_digest(*e.simulation), digest(e.simulation->result())};
  };
  const auto one = run(true, 1);
  const auto three = run(true, 3);
  const auto off = run(false, 2);
  set_threads(0);
  CHECK(one == three);
  CHECK(one.first == off.first);
  CHECK(one.second != off.second);
}
