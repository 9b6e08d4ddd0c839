// Civil institutions (MODEL 7.25): who is a member stays in order, and members come by ties, support and success.

#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

constexpr std::uint16_t bit(InstitutionKind kind) {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(kind));
}

/// testland with institutions of all kinds.
struct Civic : Experiment {
  explicit Civic(const std::vector<std::pair<std::string, Value>>& settings = {}, double scale = 0.5) {
    add_usual_forms(*this);
    set({{"run.scale", scale}, {"society.ngos", 15.0}, {"society.resident_bodies", 0.5},
        {"output.levels", std::vector<std::string>{"nation"}}});
    set(settings);
  }
  void rule(const std::string& lever, double dose) {
    add_policy(lever.substr(lever.find('.') + 1), {{"lever", lever}, {"mode", "set"}, {"dose", dose}});
  }
  void run(int n) {
    move_into_testland(*this);
    weeks(n);
  }
  [[nodiscard]] double members(InstitutionKind kind) {
    double sum = 0;
    for (std::size_t k = 0; k < world().institutions.size(); ++k)
      if (world().institutions.kind[k] == static_cast<std::uint8_t>(kind)) sum += world().institutions.members[k];
    return sum;
  }
  [[nodiscard]] double last(const char* series) { return last_mean(national(*simulation, series), 26); }
};

/// Members by institution, counted one by one; residents whose bits say something else, and double members, fail.
std::vector<std::uint32_t> counted(World& world) {
  std::vector<std::uint32_t> members(world.institutions.size(), 0);
  std::size_t wrong = 0;
  std::size_t c = 0;
  for (Vertex i = 0; i < world.residents().size(); ++i) {
    while (i >= world.society.first[c + 1]) ++c;
    unsigned bits = 0;
    std::vector<std::size_t> of;
    for (const std::size_t k : memberships(world, c, i)) {
      ++members[k];
      bits |= 1U << world.institutions.kind[k];
      of.push_back(k);
    }
    std::sort(of.begin(), of.end());
    wrong += bits != world.residents().member_of[i] || std::adjacent_find(of.begin(), of.end()) != of.end();
    wrong += bits != 0 && world.residents().age[i] > 0 && !world.residents().adult(i);
  }
  CHECK(wrong == 0);
  return members;
}

}  // namespace

TEST_CASE("institutions: members are counted to a head, through leaving, joining, elections, deaths and founding") {
  Civic e({{"institutions.leave", 2.0}, {"institutions.term", 1}, {"demography.mortality_men", 0.004}}, 0.3);
  e.rule("institutions.found_resident_body", 3.0);
  move_into_testland(e);
  std::size_t joined = 0;
  for (int round = 0; round < 12; ++round) {
    e.weeks(9);
    const std::vector<std::uint32_t> members = counted(e.world());
    const Institutions& bodies = e.world().institutions;
    for (std::size_t k = 0; k < bodies.size(); ++k) {
      CHECK(members[k] == bodies.members[k]);
      if (bodies.kind[k] == static_cast<int>(InstitutionKind::assembly) ||
          bodies.kind[k] == static_cast<int>(InstitutionKind::council) ||
          bodies.kind[k] == static_cast<int>(InstitutionKind::oversight))
        CHECK(bodies.members[k] <= bodies.usual_members[k]);  // seats
    }
    for (const std::uint32_t k : e.residents().joined.values()) joined += k != 0;
  }
  CHECK(joined > 500);
  for (std::size_t c = 0; c < e.society->communities(); ++c)
    for (Vertex i = e.society->first[c]; i < e.society->first[c + 1]; ++i)  // nobody joins elsewhere
      for (const std::size_t k : memberships(e.world(), c, i)) CHECK(e.world().institutions.community[k] == c);
}

TEST_CASE("institutions: nothing moves of itself") {
  // 450 members and more of each kind but the assembly: SD of their number by who leaves and joins at most
  // 1 / sqrt(450) = 5% (the return to the usual keeps it smaller), of its change 7%: 0.2 is some 3 of them.
  Civic e({}, 1.0);
  e.set("run.warmup", 52);
  move_into_testland(e, testland(5, 4.0));
  std::map<std::string, double> start;
  for (const InstitutionKind kind :
      {InstitutionKind::assembly, InstitutionKind::ngo, InstitutionKind::cooperative, InstitutionKind::media})
    start[word(kind)] = e.members(kind);
  e.weeks(52 + 260);
  for (const InstitutionKind kind :
      {InstitutionKind::assembly, InstitutionKind::ngo, InstitutionKind::cooperative, InstitutionKind::media}) {
    const std::string key = word(kind);
    INFO(key << ": " << start[key] << " at the start, " << e.members(kind) << " after six years");
    REQUIRE(start[key] > 100);
    CHECK(std::abs(e.members(kind) / start[key] - 1) < 0.2);
  }
  for (const char* series : {"institution_activity", "institution_credibility", "members"}) {
    const std::vector<float> values = national(*e.simulation, series);
    INFO(series << ": " << values.front() << " to " << values.back());
    CHECK(std::abs(values.back() / values.front() - 1) < 0.1);
  }
}

TEST_CASE("institutions: members come by ties") {
  // Of those who were in no media's following: who joins within a year, by whether a quarter of the neighbours
  // followed.
  const auto rates = [](double pull) {
    Civic e({{"institutions.pull", pull}, {"institutions.leave", 1.0}, {"demography.enabled", false}}, 1.0);
    move_into_testland(e);
    std::array<double, 2> people{};
    std::array<double, 2> joined{};
    std::vector<int> friends(e.residents().size(), -1);
    for (std::size_t k = 0; k < e.world().institutions.size(); ++k) {
      if (e.world().institutions.kind[k] != static_cast<int>(InstitutionKind::media)) continue;
      const std::size_t c = e.world().institutions.community[k];
      for (Vertex i = e.society->first[c]; i < e.society->first[c + 1]; ++i) {
        if (!e.residents().adult(i) || e.residents().member_of[i] != 0) continue;
        const auto row = e.society->ties.inside(i);
        const auto following = std::count_if(row.begin(), row.end(),
            [&](Tie tie) { return (e.residents().member_of[tie.to()] & bit(InstitutionKind::media)) != 0; });
        if (following == 0) friends[i] = 0;
        if (4 * following >= static_cast<std::ptrdiff_t>(row.size()) && !row.empty()) friends[i] = 1;
      }
    }
    e.weeks(26);
    for (Vertex i = 0; i < e.residents().size(); ++i)
      if (friends[i] >= 0) {
        people[static_cast<std::size_t>(friends[i])] += 1;
        joined[static_cast<std::size_t>(friends[i])] += (e.residents().member_of[i] & bit(InstitutionKind::media)) != 0;
      }
    REQUIRE(joined[0] > 20);
    return std::array{joined[0] / people[0], joined[1] / people[1], people[1]};
  };
  const auto by_ties = rates(20.0);
  const auto by_chance = rates(0.0);
  INFO(fmt::format("join: {:.3f} without friends and {:.3f} of {} with them; without pull {:.3f} and {:.3f}",
      by_ties[0], by_ties[1], by_ties[2], by_chance[0], by_chance[1]));
  CHECK(by_ties[1] > 2 * by_ties[0]);
  const double se = std::sqrt(by_chance[0] * (1 - by_chance[0]) / by_chance[2]);
  CHECK(std::abs(by_chance[1] - by_chance[0]) < 3.5 * se + 0.005);
}

TEST_CASE("institutions: support raises activity, members and awareness; closing lowers them") {
  const auto year = [](const std::string& lever, double dose) {
    Civic e({{"run.warmup", 12}});
    if (!lever.empty()) {
      if (lever == "support") {
        for (std::size_t q = 0; q < 7; ++q)
          e.rule(std::string("institutions.support_") + words<InstitutionKind>[q], dose);
      } else {
        e.rule("institutions." + lever, dose);
      }
    }
    e.run(12 + 130);
    return std::array{e.last("institution_activity"), e.last("members"), e.last("awareness")};
  };
  const auto usual = year("", 0);
  const auto supported = year("support", 50);
  const auto closed = year("closed", 1);
  const auto idle = year("recruiting", 0);
  for (std::size_t n = 0; n < 3; ++n) {
    INFO(fmt::format("{}: usual {:.4f}, supported {:.4f}, closed {:.4f}", n, usual[n], supported[n], closed[n]));
    CHECK(supported[n] > 1.01 * usual[n]);
    CHECK(closed[n] < 0.99 * usual[n]);
  }
  CHECK(closed[0] < 1e-4);
  CHECK(idle[1] < 0.9 * usual[1]);
}

TEST_CASE("institutions: only the kinds named are closed") {
  Civic e({{"institutions.closed_kinds", std::vector<std::string>{"ngo"}}});
  e.rule("institutions.closed", 1.0);
  e.run(10);
  const Institutions& bodies = e.world().institutions;
  for (std::size_t k = 0; k < bodies.size(); ++k)
    if (bodies.usual_activity[k] > 0 && bodies.kind[k] <= static_cast<int>(InstitutionKind::media))
      CHECK((bodies.activity[k] == 0) == (bodies.kind[k] == static_cast<int>(InstitutionKind::ngo)));
  CHECK(e.model.mechanism("institutions").inconsistency().empty());
  e.set("institutions.closed_kinds", std::vector<std::string>{"parish"});
  CHECK(e.model.mechanism("institutions").inconsistency().find("parish") != std::string::npos);
}

TEST_CASE("institutions: success brings members and belief, failure costs them") {
  const auto year = [](double responsiveness) {
    Civic e({{"run.warmup", 52}});
    e.rule("akimat.responsiveness", responsiveness);
    e.run(52 + 156);
    return std::array{e.last("institution_activity"), e.last("members"), e.last("institution_credibility")};
  };
  const auto ignored = year(0.0);
  const auto answered = year(1.0);
  for (std::size_t n = 0; n < 3; ++n) {
    INFO(n << ": " << ignored[n] << " where nothing is answered, " << answered[n]);
    CHECK(answered[n] > 1.03 * ignored[n]);
  }
}

TEST_CASE("institutions: a resident body that is founded tells its members, and speaks for them") {
  struct Village : Civic {
    explicit Village(double founds) : Civic({{"society.resident_bodies", 0.0}, {"information.reach", 0.05}}) {
      rule("institutions.found_resident_body", founds);
      move_into_testland(*this);
    }
    std::vector<int> knew = {};
    void live(int n) {
      knew.assign(residents().size(), 0);
      for (int k = 0; k < n; ++k) {
        weeks(1);
        for (std::size_t c = 0; c < society->communities(); ++c)
          for (Vertex i = society->first[c]; i < society->first[c + 1]; ++i)
            knew[i] += __builtin_popcount(static_cast<unsigned>(residents().aware[i] & world().dockets[c].closing));
      }
    }
  };
  Village without(0.0);
  Village with(5.0);
  without.live(104);
  with.live(104);
  CHECK(without.members(InstitutionKind::resident_body) == 0);
  int told = 0, untold = 0, people = 0;
  double duty = 0, mean_duty = 0;
  for (Vertex i = 0; i < with.residents().size(); ++i) {
    mean_duty += with.residents().duty[i] / static_cast<double>(with.residents().size());
    if ((with.residents().member_of[i] & bit(InstitutionKind::resident_body)) == 0) continue;
    ++people;
    duty += with.residents().duty[i];
    told += with.knew[i];
    untold += without.knew[i];
  }
  INFO(people << " members knew of " << told << " matters, their twins of " << untold);
  REQUIRE(people > 100);
  CHECK(duty / people > mean_duty + 0.2);
  CHECK(told > 1.05 * untold);
  double heard = 0, heard_without = 0;
  for (std::size_t c = 0; c < with.society->communities(); ++c) {
    heard += with.world().akimats.took_part[c];
    heard_without += without.world().akimats.took_part[c];
  }
  CHECK(heard > heard_without);
}

TEST_CASE("institutions: threads change no bit") {
  std::vector<std::map<std::string, std::vector<std::byte>>> all;
  for (const int count : {1, 3}) {
    set_threads(count);
    Civic e({{"institutions.leave", 1.0}, {"institutions.term", 1}}, 0.2);
    e.rule("institutions.found_resident_body", 2.0);
    e.run(60);
    all.push_back(columns(e.world()));
  }
  set_threads(0);
  CHECK(differences(all[0], all[1]).empty());
}
