// Digitalisation: coverage, adoption, skill and training do what they name, rest by default, and nothing more.

#include "engine.h"
#include "mechanism/kit/platforms.h"
#include "society/traits.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

/// Stands beside the mechanisms, and sees whose connection is up.
struct Witness final : Mechanism {
  Witness() : Mechanism({.name = "witness", .meaning = "looks", .source = "test", .phase = Phase::publication}) {}
  Connection connection{*this};
};

/// testland at `scale` with the usual forms, after `weeks`.
struct Land : Experiment {
  explicit Land(const std::vector<std::pair<std::string, Value>>& values, int weeks_to_pass, double scale = 0.5) {
    add_usual_forms(*this);
    set({{"run.scale", scale}, {"output.levels", std::vector<std::string>{"nation"}}});
    set(values);
    auto joins = std::make_unique<Witness>();
    witness = joins.get();
    model.mechanisms.push_back(std::move(joins));
    move_into_testland(*this);
    weeks(weeks_to_pass);
  }
  Witness* witness;
  template <class Has> double share(Has&& has, bool adults_only = true) {
    double all = 0;
    double with = 0;
    for (std::size_t i = 0; i < residents().size(); ++i)
      if (residents().adult(i) || !adults_only) {
        ++all;
        with += has(i);
      }
    return with / all;
  }
  double access() {
    return share([&](std::size_t i) { return residents().access[i]; });
  }
  double users() {
    return share([&](std::size_t i) { return residents().platform[i]; });
  }
  /// Adults who took part online in the last year.
  double online() {
    return share([&](std::size_t i) { return took_part_lately(world(), i, 1); });
  }
  double skill() {
    return share([&](std::size_t i) { return residents().skill[i].operator double(); });
  }
};

double sum(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }

}  // namespace

TEST_CASE("digital: investment brings access, access brings users, users act online") {
  // Common random numbers: the sign is the investment's. 5,000 adults where 10% lack access.
  const int years = 6 * 52;
  Land without({}, years);
  Land with({{"coverage.investment", 5.0}}, years);
  CHECK(without.access() < 0.95);
  CHECK(with.access() > 0.99);
  CHECK(with.users() > without.users() + 0.002);
  CHECK(with.online() > without.online());
  for (std::size_t c = 0; c < with.society->communities(); ++c)  // 1 - (1 - C) exp(-0.2 x 5 x 6 years)
    CHECK(with.world().akimats.coverage[c] > 0.995);
}

TEST_CASE("digital: coverage follows its equation, connects by luck and age, and takes nothing away") {
  Land land({{"coverage.investment", 1.0}, {"demography.enabled", false}}, 0);
  const Akimats& akimats = land.world().akimats;
  const std::vector<double> start(akimats.coverage.values().begin(), akimats.coverage.values().end());
  const auto access = land.residents().access.values();
  const std::vector<std::uint8_t> before(access.begin(), access.end());
  land.weeks(52 * 3);
  const Traits traits(land.model.society, 1);
  for (std::size_t c = 0; c < start.size(); ++c) {
    CHECK(akimats.coverage[c] == Approx(1 - (1 - start[c]) * std::exp(-0.2 * 3.0)).margin(1e-9));
    double people = 0;
    double connected = 0;
    double last_connected = 1e9;
    double first_waiting = -1e9;
    for (Vertex i = land.society->first[c]; i < land.society->first[c + 1]; ++i) {
      CHECK(land.residents().access[i] >= before[i]);
      if (land.residents().age[i] < online_age) continue;
      ++people;
      connected += land.residents().access[i];
      const double score = traits.access_score(land.society->name(c, i), land.residents().age[i]);
      if (!land.residents().access[i])
        first_waiting = std::max(first_waiting, score);
      else
        last_connected = std::min(last_connected, score);
    }
    CHECK(std::abs(connected - akimats.coverage[c] * people) <= 1.0);
    CHECK(last_connected >= first_waiting);
  }
}

TEST_CASE("digital: an outage turns users into residents without a platform, for as long as it lasts") {
  Land land({{"platform.outage", 0.3}}, 1);
  CHECK(land.witness->connection.share(0) == Approx(0.7));
  double users = 0;
  double up = 0;
  for (std::size_t c = 0; c < land.society->communities(); ++c)
    for (Vertex i = land.society->first[c]; i < land.society->first[c + 1]; ++i) {
      const bool online = land.residents().platform[i] && land.witness->connection.up(Week(land.world()), c, i);
      users += land.residents().platform[i];
      up += online;
    }
  CHECK(up / users == Approx(0.7).margin(4 * std::sqrt(0.21 / users)));  // 4 SE: 6e-5

  // Cut off for good: nobody signs up, and skill of users falls back to talent.
  const std::vector<std::pair<std::string, Value>> cut = {
      {"platform.outage", 1.0}, {"adoption.leave", 0.0}, {"demography.enabled", false}};
  Land dark(cut, 0);
  const double before = dark.users();
  dark.weeks(104);
  CHECK(dark.users() == before);
  CHECK(dark.skill() < Land({{"adoption.leave", 0.0}, {"demography.enabled", false}}, 104).skill() - 0.005);
}

TEST_CASE("digital: a platform without coverage changes nothing") {
  // Nobody has access: promotion and quality move no bit.
  Country country = testland();
  for (Community& community : country.communities) community.access = community.platform = 0;
  std::vector<std::string> digests;
  for (const bool pushed : {false, true}) {
    Experiment e;
    add_usual_forms(e);
    e.set({{"run.scale", 0.3}, {"demography.enabled", false}});
    if (pushed) e.set({{"adoption.promotion", 100.0}, {"platform.quality", 1.0}});
    move_into_testland(e, country);
    e.weeks(110);
    digests.push_back(series_digest(*e.simulation));
  }
  CHECK(digests[0] == digests[1]);
}

TEST_CASE("digital: training without an outlet changes skill and no participation") {
  // No form can be done online: skill has nothing to act through.
  const auto run = [](double hours) {
    auto e = std::make_unique<Experiment>();
    add_usual_forms(*e);
    e->set({{"form.proposal.online", false}, {"form.vote.online", false}, {"run.scale", 0.3},
        {"adoption.leave_skill", 0.0}, {"skill.training", hours},
        {"indicators.enabled", false}});  // akimats compare themselves by an index that counts skill
    move_into_testland(*e);
    e->weeks(110);
    return e;
  };
  const auto none = run(0);
  const auto much = run(100);
  const auto acts = [](Experiment& e) {
    const auto last = e.residents().last_act.values();
    return std::vector<std::uint16_t>(last.begin(), last.end());
  };
  CHECK(acts(*none) == acts(*much));
  CHECK(last_mean(national(*much->simulation, "digital_skill"), 1) >
        last_mean(national(*none->simulation, "digital_skill"), 1) + 0.1);
}

TEST_CASE("digital: a visit raises competence and trains; without visits and practice competence decays") {
  // Forms are offline: nothing is practised. The warm-up measured nothing either way (none here).
  const std::vector<std::pair<std::string, Value>> quiet = {
      {"form.proposal.online", false}, {"form.vote.online", false}, {"demography.enabled", false}};
  const auto with = [&](double visits) {
    auto e = std::make_unique<Experiment>();
    add_usual_forms(*e);
    e->set(quiet);
    e->set({{"run.scale", 0.5}, {"training.a_0", 0.001}});
    e->add_policy("route", {{"lever", "training.visits"}, {"mode", "set"}, {"dose", visits}});
    move_into_testland(*e);
    return e;
  };
  const auto competence = [](Experiment& e) {
    return sum(e.world().akimats.digital_competence.values()) / static_cast<double>(e.society->communities());
  };
  const auto none = with(0);
  const auto some = with(40);
  const auto many = with(200);
  const double start = competence(*some);
  for (Experiment* e : {none.get(), some.get(), many.get()}) e->weeks(156);
  CHECK(competence(*some) < start);  // no practice: usual acts are 0.22 a head and year, here there are none
  CHECK(competence(*none) < 0.3 * start);
  CHECK(competence(*many) > start + 0.05);
  CHECK(last_mean(national(*many->simulation, "digital_skill"), 1) >
        last_mean(national(*none->simulation, "digital_skill"), 1));

  // One visit, to the letter: the first community that is visited jumps by gain (1 - D).
  Land land(
      {{"training.practice", 0.0}, {"training.visits", 52.0}, {"training.spread", 0.0}, {"demography.enabled", false}},
      0);
  const double before = land.world().akimats.digital_competence[0];
  land.weeks(1);
  std::size_t visited = 0;
  for (std::size_t c = 0; c < land.society->communities(); ++c) {
    const double now = land.world().akimats.digital_competence[c];
    if (now > before + 0.01) {
      ++visited;
      CHECK(now == Approx(before + 0.15 * (1 - before)).margin(0.07 * before));  // a month's forgetting at most
    }
  }
  CHECK(visited == 2);  // one group in each of two regions, 52 visits a year
}

TEST_CASE("digital: groups visit in turn, within their capacity, and pass over who asks for none") {
  Land land({{"training.visits", 26.0}}, 52);
  const std::vector<float> visited = national(*land.simulation, "visited");
  // 26 visits a year over 6 x 2 = 12 communities of a region: all are visited, each about twice.
  CHECK(visited.back() == 1.0F);
  Experiment few;
  add_usual_forms(few);
  few.set({{"run.scale", 0.3}, {"training.visits", 3.0}, {"output.levels", std::vector<std::string>{"nation"}}});
  few.add_policy("elsewhere", {{"lever", "training.visits"}, {"mode", "set"}, {"dose", 0.0},
                                  {"types", std::vector<std::string>{"rural okrug"}}});
  move_into_testland(few);
  few.weeks(520);
  // Two of the twelve communities of a region ask for 3 visits: half a visit a year goes to one of them.
  CHECK(national(*few.simulation, "visited").back() <= Approx(1.0 / 12.0));
}

TEST_CASE("digital: word of support programmes spreads with visits") {
  const auto heard = [](double visits) {
    Experiment e;
    add_usual_forms(e);
    e.add_form("credit", {{"decides", "support"}, {"period", 520}, {"week", 519}});
    e.set({{"run.scale", 0.3}, {"training.visits", visits}});
    move_into_testland(e);
    e.weeks(104);
    const auto programmes = e.residents().programmes.values();
    return std::count_if(programmes.begin(), programmes.end(), [](std::uint8_t bits) { return bits != 0; });
  };
  const auto never = heard(0);
  const auto often = heard(200);
  CHECK(never == 0);
  CHECK(often > 100);
}

TEST_CASE("digital: the young and the educated adopt more, whoever started") {
  // Start with the users spread evenly, and see who signs up: adoption alone, no leaving.
  Land land({{"adoption.leave", 0.0}, {"adoption.p", 0.05}, {"demography.enabled", false}}, 0, 1.0);
  land.residents().platform.fill(0);
  land.weeks(52);
  const Residents& r = land.residents();
  const auto rate = [&](auto&& in) {
    double all = 0;
    double users = 0;
    for (std::size_t i = 0; i < r.size(); ++i)
      if (r.adult(i) && r.access[i] && in(i)) {
        ++all;
        users += r.platform[i];
      }
    return users / all;
  };
  CHECK(rate([&](std::size_t i) { return r.age[i] < 30; }) > 1.5 * rate([&](std::size_t i) { return r.age[i] >= 60; }));
  CHECK(rate([&](std::size_t i) { return r.education[i] == 2; }) >
        1.5 * rate([&](std::size_t i) { return r.education[i] == 1; }));
  for (std::size_t i = 0; i < r.size(); ++i)
    if (r.platform[i]) CHECK((r.adult(i) && r.access[i]));
}

TEST_CASE("digital: promotion and quality raise the number of users, and may single out residents") {
  const double usual = Land({}, 156).users();
  CHECK(Land({{"adoption.promotion", 4.0}}, 156).users() > usual + 0.01);
  CHECK(Land({{"platform.quality", 1.0}}, 156).users() > usual + 0.01);
  CHECK(Land({{"platform.quality", 0.0}}, 156).users() < usual - 0.01);
}

TEST_CASE("digital: by default users, access, skill and competence stay put over ten years") {
  // 280,000 people, a year of warm-up, means over years. The share of users has an SE of 0.7% of itself after ten
  // years.
  Experiment e;
  add_usual_forms(e);
  e.only({"demography", "coverage", "adoption", "skill", "training"});
  e.set({{"run.scale", 1.0}, {"run.warmup", 52}, {"output.levels", std::vector<std::string>{"nation"}}});
  move_into_testland(e, testland(5, 20.0));
  e.weeks(52 + 520);
  for (const auto& [name, margin] : {std::pair{"users", 0.02}, std::pair{"digital_skill", 0.02},
           std::pair{"digital_competence", 0.03}, std::pair{"access", 0.005}}) {
    const std::vector<float> values = national(*e.simulation, name);
    const auto year = [&](std::ptrdiff_t y) {
      return std::accumulate(values.begin() + 52 * y, values.begin() + 52 * (y + 1), 0.0) / 52.0;
    };
    INFO(fmt::format(
        "{}: {:.4f} in the first year, {:.4f} in the fifth, {:.4f} in the tenth", name, year(0), year(4), year(9)));
    CHECK(year(9) == Approx(year(0)).epsilon(margin));
    CHECK(year(4) == Approx(year(0)).epsilon(margin));
  }
}

TEST_CASE("digital: with the mechanism off its levers change no bit") {
  for (const auto& [mechanism, lever, dose] :
      {std::tuple{"coverage", "investment", 50.0}, std::tuple{"adoption", "promotion", 50.0},
          std::tuple{"skill", "training", 100.0}, std::tuple{"training", "visits", 500.0}}) {
    const std::string path = fmt::format("{}.{}", mechanism, lever);
    INFO(path);
    std::vector<std::map<std::string, std::vector<std::byte>>> ends;
    for (const bool on : {false, true})
      for (const bool moved : {false, true}) {
        Experiment e;
        add_usual_forms(e);
        e.set({{"run.scale", 0.2}, {std::string(mechanism) + ".enabled", on}});
        if (moved) e.set(path, dose);
        move_into_testland(e);
        e.weeks(80);
        ends.push_back(columns(e.world()));
      }
    CHECK(differences(ends[0], ends[1]).empty());
    CHECK(!differences(ends[2], ends[3]).empty());
  }
}

TEST_CASE("digital: the same bits on one thread and on three") {
  std::vector<std::string> digests;
  for (const int n : {1, 3}) {
    set_threads(n);
    Land land({{"coverage.investment", 1.0}, {"adoption.promotion", 3.0}, {"training.visits", 100.0},
                  {"skill.training", 5.0}, {"platform.outage", 0.1}},
        110);
    digests.push_back(series_digest(*land.simulation));
  }
  set_threads(0);
  CHECK(digests[0] == digests[1]);
}

TEST_CASE("digital: demography alone keeps the profile of users by age") {
  // Adoption off: birthdays and newborns move single residents, not the profile. 70,000 people, ten years.
  Experiment e;
  e.only({"demography", "coverage"});
  e.set("run.scale", 1.0);
  e.set("output.levels", std::vector<std::string>{"nation"});
  move_into_testland(e, testland(5, 5.0));
  const auto share = [&](int from, int to) {
    const Residents& r = e.residents();
    double all = 0;
    double users = 0;
    for (std::size_t i = 0; i < r.size(); ++i)
      if (r.age[i] >= from && r.age[i] <= to) {
        ++all;
        users += r.platform[i];
      }
    return users / all;
  };
  const std::vector<std::pair<int, int>> ages = {{18, 29}, {30, 44}, {45, 59}, {60, 100}};
  std::vector<double> before;
  for (const auto& [from, to] : ages) before.push_back(share(from, to));
  e.weeks(520);
  for (std::size_t k = 0; k < ages.size(); ++k) {
    INFO(ages[k].first << " and over: " << before[k] << ", ten years later " << share(ages[k].first, ages[k].second));
    CHECK(std::abs(share(ages[k].first, ages[k].second) - before[k]) < 0.02);  // SE at most 0.005
  }
}
