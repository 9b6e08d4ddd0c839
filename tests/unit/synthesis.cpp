#include "society/synthesis.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/parallel.h"
#include "catch.h"
#include "society/network_report.h"
#include "society/synthesis_institutions.h"
#include "society/traits.h"

using namespace kurultai;

namespace {

Community place(
    const std::string& code, PlaceType type, std::uint32_t region, std::uint32_t district, double population) {
  Community community;
  community.code = code;
  community.name = code;
  community.type = type;
  community.region = region;
  community.district = district;
  community.latitude = 45.0 + 3 * region;
  community.longitude = 60.0 + 5 * region;
  community.population = population;
  community.income = 0.8 + 0.4 * region;
  community.platform = type == PlaceType::okrug ? 0.1 : 0.25;
  community.access = 0.9;
  return community;
}

/// Two regions of two districts each: a city or town and okrugs of all sizes.
Country small_country() {
  Country country;
  country.name = "testland";
  for (std::uint32_t region = 0; region < 2; ++region) {
    country.regions.push_back({.code = fmt::format("R{}", region), .name = "r"});
    for (std::uint32_t d = 0; d < 2; ++d) {
      const std::uint32_t district = 2 * region + d;
      country.districts.push_back({.code = fmt::format("D{}", district), .name = "d", .region = region});
      const std::string code = fmt::format("K{}", district);
      if (d == 0)
        country.communities.push_back(place(code + "city", PlaceType::city, region, district, 120000));
      else
        country.communities.push_back(place(code + "town", PlaceType::town, region, district, 21000));
      for (int k = 0; k < 15; ++k)
        country.communities.push_back(
            place(fmt::format("{}-{}", code, k), PlaceType::okrug, region, district, 300 + 450 * k));
    }
  }
  return country;
}

std::uint64_t hash_of(Society& society) {
  XXH3_state_t* state = XXH3_createState();
  XXH3_64bits_reset(state);
  for (Table* table : {static_cast<Table*>(&society.residents), static_cast<Table*>(&society.institutions)})
    for (AnyColumn* column : table->columns())
      XXH3_64bits_update(state, column->bytes().data(), column->bytes().size());
  for (Vertex v = 0; v < society.vertices(); ++v)
    XXH3_64bits_update(state, society.ties.all(v).data(), society.ties.all(v).size_bytes());
  const std::uint64_t hash = XXH3_64bits_digest(state);
  XXH3_freeState(state);
  return hash;
}

}  // namespace

TEST_CASE("synthesis: the same bits for any number of threads, others for another seed") {
  const SocietySettings settings;
  const Country country = small_country();
  set_threads(1);
  const std::uint64_t one = hash_of(*synthesise(country, settings, 0.1, 5));
  for (const int threads : {2, 7}) {
    set_threads(threads);
    CHECK(hash_of(*synthesise(country, settings, 0.1, 5)) == one);
  }
  set_threads(0);
  CHECK(hash_of(*synthesise(country, settings, 0.1, 6)) != one);
}

TEST_CASE("synthesis: shares of a scale add up by region and leave nobody out") {
  const Country country = small_country();
  for (const double scale : {1.0, 0.2, 0.01, 0.002, 1e-5}) {
    const std::vector<std::uint32_t> residents = apportion(country, scale);
    std::vector<double> people(2);
    std::vector<double> given(2);
    std::vector<double> least(2);
    for (std::size_t c = 0; c < residents.size(); ++c) {
      const Community& community = country.communities[c];
      CHECK(residents[c] >= 2);
      people[community.region] += community.population;
      given[community.region] += residents[c];
      least[community.region] += 2;
    }
    for (std::size_t r = 0; r < 2; ++r) CHECK(std::abs(given[r] - std::max(least[r], people[r] * scale)) <= 1);
  }
  // Where no minimum binds, each community is within one of its share.
  const std::vector<std::uint32_t> residents = apportion(country, 0.2);
  for (std::size_t c = 0; c < residents.size(); ++c)
    CHECK(std::abs(residents[c] - country.communities[c].population * 0.2) < 1);
}

TEST_CASE("synthesis: ages, sexes and trades are those of the country") {
  const SocietySettings settings;
  const auto society = synthesise(small_country(), settings, 0.5, 3);
  const GivenResidents& r = society->residents;
  std::vector<double> people(18);
  std::vector<double> women(18);
  double adults = 0, higher = 0, workers = 0, income = 0, rural_farmers = 0, rural_workers = 0, urban_farmers = 0,
         urban_workers = 0;
  double expected_income = 0;
  for (std::size_t c = 0; c < society->communities(); ++c)
    for (std::size_t i = society->first[c]; i < society->first[c + 1]; ++i) {
      const std::size_t group = std::min<std::size_t>(17, r.age[i] / 5);
      people[group] += 1;
      women[group] += r.sex[i];
      if (!r.adult(i)) {
        CHECK(r.education[i] == 0);
        CHECK(r.platform[i] == 0);
        continue;
      }
      adults += 1;
      higher += static_cast<Education>(r.education[i]) == Education::higher;
      if (r.occupation[i] <= static_cast<int>(Occupation::public_servant)) {
        workers += 1;
        income += r.income[i];
        expected_income += society->country.communities[c].income;
        const bool rural = society->country.communities[c].type == PlaceType::okrug;
        (rural ? rural_workers : urban_workers) += 1;
        (rural ? rural_farmers : urban_farmers) += static_cast<Occupation>(r.occupation[i]) == Occupation::farmer;
      }
      if (r.platform[i]) CHECK(r.access[i] == 1);
    }
  const double n = static_cast<double>(r.size());
  double all = 0;
  for (const AgeGroup& group : default_pyramid()) all += group.men + group.women;
  for (std::size_t k = 0; k < 18; ++k) {
    const AgeGroup group = default_pyramid()[k];
    CHECK(people[k] / n == Approx((group.men + group.women) / all).margin(0.002));
    CHECK(women[k] / people[k] == Approx(group.women / (group.men + group.women)).margin(0.03));
  }
  CHECK(higher / adults > 0.22);
  CHECK(higher / adults < 0.25);
  CHECK(income / expected_income == Approx(1).margin(0.02));
  CHECK(rural_farmers / rural_workers == Approx(0.4).margin(0.02));
  CHECK(urban_farmers / urban_workers == Approx(0.02).margin(0.01));
  CHECK(workers / adults > 0.4);
}

TEST_CASE("synthesis: households are families") {
  const SocietySettings settings;
  const auto society = synthesise(small_country(), settings, 0.3, 3);
  const GivenResidents& r = society->residents;
  double rural = 0, rural_homes = 0, urban_people = 0, urban_homes = 0, children = 0, parent_age = 0, couples = 0,
         alike = 0;
  for (std::size_t c = 0; c < society->communities(); ++c) {
    const bool okrug = society->country.communities[c].type == PlaceType::okrug;
    Vertex i = society->first[c];
    while (i < society->first[c + 1]) {
      const std::size_t size = r.household_size[i];
      (okrug ? rural_homes : urban_homes) += 1;
      (okrug ? rural : urban_people) += static_cast<double>(size);
      CHECK(r.adult(i));
      for (std::size_t k = 0; k < size; ++k) {
        if (r.household_slot[i + k] != k || r.household_size[i + k] != size) FAIL("a household is not adjacent");
        if (!r.adult(i + k)) {
          children += 1;
          parent_age += r.age[i] >= r.age[i + k] + 18 && r.age[i] <= r.age[i + k] + 46;
        }
      }
      if (size >= 2 && r.adult(i + 1) && r.sex[i] != r.sex[i + 1] && std::abs(r.age[i] - r.age[i + 1]) < 10) alike += 1;
      if (size >= 2) couples += 1;
      i += static_cast<Vertex>(size);
    }
    CHECK(i == society->first[c + 1]);
  }
  CHECK(rural / rural_homes == Approx(4).margin(0.06));
  CHECK(urban_people / urban_homes == Approx(3).margin(0.03));
  CHECK(parent_age / children > 0.93);
  CHECK(alike / couples > 0.6);
}

TEST_CASE("synthesis: digital shares are the community's, and the young and educated lead") {
  const SocietySettings settings;
  const auto society = synthesise(small_country(), settings, 0.5, 3);
  const GivenResidents& r = society->residents;
  double young = 0, young_users = 0, old = 0, old_users = 0, educated = 0, educated_users = 0, others = 0,
         other_users = 0;
  for (std::size_t c = 0; c < society->communities(); ++c) {
    double adults = 0, users = 0, able = 0, access = 0;
    for (std::size_t i = society->first[c]; i < society->first[c + 1]; ++i) {
      able += r.age[i] >= online_age;
      access += r.access[i];
      if (!r.adult(i)) continue;
      adults += 1;
      users += r.platform[i];
      (r.age[i] < 35 ? young : old) += 1;
      (r.age[i] < 35 ? young_users : old_users) += r.platform[i];
      const bool higher = static_cast<Education>(r.education[i]) == Education::higher;
      (higher ? educated : others) += 1;
      (higher ? educated_users : other_users) += r.platform[i];
    }
    CHECK(std::abs(users - society->country.communities[c].platform * adults) <= 1);
    CHECK(std::abs(access - society->country.communities[c].access * able) <= 1);
  }
  CHECK(young_users / young > 1.3 * old_users / old);
  CHECK(educated_users / educated > 1.3 * other_users / others);
}

TEST_CASE("synthesis: dispositions have the spread they are given") {
  const SocietySettings settings;
  const auto society = synthesise(small_country(), settings, 0.5, 3);
  const GivenResidents& r = society->residents;
  double sum = 0, squares = 0, shared = 0, pairs = 0;
  // What differs between people alike in age and education.
  const auto duty = [&](std::size_t i) {
    return r.duty[i] - settings.duty_age * (std::clamp<int>(r.age[i], 18, 70) - 40) / 10.0 -
           settings.duty_education * (static_cast<double>(r.education[i]) - 1.0);
  };
  for (std::size_t i = 0; i < r.size(); ++i) {
    sum += duty(i);
    squares += duty(i) * duty(i);
    if (r.household_slot[i] == 0 && r.household_size[i] > 1) {
      shared += duty(i) * duty(i + 1);
      pairs += 1;
    }
  }
  const double n = static_cast<double>(r.size());
  CHECK(sum / n == Approx(0).margin(0.02));
  CHECK(squares / n == Approx(1 + 0.49).margin(0.03));
  CHECK(shared / pairs == Approx(0.49).margin(0.04));
}

TEST_CASE("synthesis: the graph has the same shape at every scale") {
  const SocietySettings settings;
  const Country country = small_country();
  const NetworkReport large = describe_network(*synthesise(country, settings, 1, 3), 1, 5000, 1);
  const NetworkReport middle = describe_network(*synthesise(country, settings, 0.2, 3), 1, 5000, 1);
  const NetworkReport small = describe_network(*synthesise(country, settings, 0.05, 3), 1, 5000, 1);
  CHECK(large.mean_degree > 11);
  CHECK(large.mean_degree < 13.5);
  CHECK(large.inside > 0.78);
  CHECK(large.inside < 0.88);
  CHECK(large.district > 0.02);
  CHECK(large.nation > 0.005);
  CHECK(large.components == 1);
  for (const NetworkReport* report : {&middle, &small}) {
    CHECK(report->mean_degree == Approx(large.mean_degree).epsilon(0.03));
    CHECK(report->inside == Approx(large.inside).margin(0.01));
    for (std::size_t l = 0; l < resident_layers; ++l) {
      INFO(words<Layer>[l]);
      CHECK(report->layer_degree[l] == Approx(large.layer_degree[l]).epsilon(0.05));
    }
    CHECK(report->layer_degree[static_cast<std::size_t>(Layer::membership)] ==
          Approx(large.layer_degree[static_cast<std::size_t>(Layer::membership)]).epsilon(0.15));
  }
}

TEST_CASE("synthesis: layers have the degrees that were asked for") {
  SocietySettings settings;
  const auto society = synthesise(small_country(), settings, 0.5, 9);
  const GivenResidents& r = society->residents;
  std::vector<double> ties(layer_count);
  double workers = 0, online = 0, longest = 0;
  for (Vertex i = 0; i < r.size(); ++i) {
    workers += r.occupation[i] <= static_cast<int>(Occupation::student);
    online += r.access[i] && r.age[i] >= 14;
    std::size_t own = 0;
    for (const Tie tie : society->ties.peers(i)) {
      ties[static_cast<std::size_t>(tie.layer())] += 1;
      own += tie.layer() == Layer::online;
      if (tie.layer() == Layer::household &&
          (tie.to() < i - r.household_slot[i] || tie.to() >= i - r.household_slot[i] + r.household_size[i]))
        FAIL("a housemate lives elsewhere");
    }
    longest = std::max(longest, static_cast<double>(own));
    std::size_t housemates = 0;
    for (const Tie tie : society->ties.inside(i)) housemates += tie.layer() == Layer::household;
    if (housemates + 1U != r.household_size[i]) FAIL("a housemate is missing");
  }
  const double n = static_cast<double>(r.size());
  CHECK(ties[1] / n == Approx(settings.kin_degree).epsilon(0.04));
  CHECK(ties[2] / n == Approx(4).epsilon(0.05));
  CHECK(ties[3] / workers == Approx(settings.work_degree).epsilon(0.05));
  CHECK(ties[4] / online == Approx(settings.online_degree).epsilon(0.05));
  CHECK(longest > 30);  // a power law has hubs
}

TEST_CASE("synthesis: tiny communities are whole societies") {
  const SocietySettings settings;
  const auto society = synthesise(small_country(), settings, 1e-5, 3);
  CHECK(society->residents.size() == 2 * society->communities());
  for (Vertex i = 0; i < society->residents.size(); ++i) CHECK(society->residents.household_size[i] >= 1);
  Country lonely;
  lonely.regions.push_back({.code = "R", .name = "r"});
  lonely.districts.push_back({.code = "D", .name = "d"});
  lonely.communities.push_back(place("only", PlaceType::okrug, 0, 0, 1));
  for (const double people : {1.0, 3.0, 7.0, 20.0}) {
    lonely.communities[0].population = people;
    const auto village = synthesise(lonely, settings, 1, 3);
    CHECK(village->residents.size() == static_cast<std::size_t>(std::max(2.0, people)));
  }
}

TEST_CASE("synthesis: every community has an assembly of delegates by its population") {
  CHECK(assembly_size(300) == 5);
  CHECK(assembly_size(10000) == 10);
  CHECK(assembly_size(10001) == 11);
  CHECK(assembly_size(15000) == 15);
  CHECK(assembly_size(15001) == 16);
  CHECK(assembly_size(20000) == 20);
  CHECK(assembly_size(20001) == 21);
  CHECK(assembly_size(500000) == 25);
  const SocietySettings settings;
  const Country country = small_country();
  const auto society = synthesise(country, settings, 1, 3);
  const auto thin = synthesise(country, settings, 0.1, 3);
  CHECK(society->institutions.size() == thin->institutions.size());
  std::vector<int> assemblies(society->communities(), 0);
  double delegates = 0, thin_delegates = 0, duty = 0;
  for (std::size_t k = 0; k < society->institutions.size(); ++k) {
    const Institutions& all = society->institutions;
    const Vertex v = society->institution(k);
    CHECK(society->institution_of(v) == k);
    const std::size_t c = all.community[k];
    std::size_t members = 0;
    for (const Tie tie : society->ties.all(v)) {
      if (tie.layer() == Layer::partner) continue;
      ++members;
      CHECK(tie.layer() == Layer::membership);
      CHECK((tie.to() >= society->first[c] && tie.to() < society->first[c + 1]));
      CHECK(society->residents.adult(tie.to()));
    }
    CHECK(members == all.members[k]);
    if (all.kind[k] != static_cast<int>(InstitutionKind::assembly)) continue;
    ++assemblies[c];
    CHECK(members == static_cast<std::size_t>(assembly_size(country.communities[c].population)));
    delegates += static_cast<double>(members);
    for (const Tie tie : society->ties.all(v))
      if (tie.layer() == Layer::membership) duty += society->residents.duty[tie.to()];
    thin_delegates += thin->institutions.members[k];
  }
  for (const int n : assemblies) CHECK(n == 1);
  CHECK(duty / delegates > 0.3);  // the dutiful rather than anyone
  CHECK(thin_delegates == Approx(0.1 * delegates).margin(20));
  // Staff.
  double staff = 0, servants = 0, people = 0;
  for (std::size_t c = 0; c < society->communities(); ++c) {
    people += country.communities[c].population;
    bool district = false;
    for (const Tie tie : society->ties.all(society->akimat(c))) {
      district = district || tie == Tie(Layer::partner, society->district_akimat(country.communities[c].district));
      if (tie.layer() != Layer::office) continue;
      staff += 1;
      servants += static_cast<Occupation>(society->residents.occupation[tie.to()]) == Occupation::public_servant;
    }
    CHECK(district);
  }
  CHECK(staff == Approx(people * 2.5 / 1000).epsilon(0.02));
  CHECK(servants / staff > 0.95);
}

TEST_CASE("synthesis: wishes follow place and stratum") {
  const SocietySettings settings;
  const auto society = synthesise(small_country(), settings, 0.5, 3);
  const GivenResidents& r = society->residents;
  double pensioners = 0, pensioners_health = 0, others = 0, others_health = 0;
  for (std::size_t i = 0; i < r.size(); ++i) {
    if (!r.adult(i)) continue;
    const bool pensioner = static_cast<Occupation>(r.occupation[i]) == Occupation::pensioner;
    (pensioner ? pensioners : others) += 1;
    (pensioner ? pensioners_health : others_health) += static_cast<Good>(r.wish[i]) == Good::health;
  }
  CHECK(pensioners_health / pensioners > 1.5 * others_health / others);
}

TEST_CASE("synthesis: settings that contradict each other are named") {
  SocietySettings settings;
  CHECK(settings.inconsistency().empty());
  CHECK(settings.source.set(Value(std::string("network"))).empty());
  CHECK(settings.inconsistency().find("nodes") != std::string::npos);
  CHECK(settings.nodes.set(Value(std::string("a.csv"))).empty());
  CHECK(settings.edges.set(Value(std::string("b.csv"))).empty());
  CHECK(settings.inconsistency().empty());
  CHECK(settings.reach_kin.set(Value(std::vector<double>{0, 0, 0})).empty());
  CHECK(settings.inconsistency().find("reach_kin") != std::string::npos);
  CHECK_FALSE(settings.duty_household_sd.set(Value(1.5)).empty());
}
