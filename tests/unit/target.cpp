#include "society/target.h"

#include <fmt/format.h>

#include <algorithm>

#include "catch.h"

using namespace kurultai;

namespace {

/// Two regions of two districts each, with `n` communities that differ in type, income and population.
Country country_of(std::size_t n) {
  Country country;
  for (std::uint32_t r = 0; r < 2; ++r) {
    Region region;
    region.code = fmt::format("R{}", r);
    region.name = fmt::format("Region {}", r);
    country.regions.push_back(region);
  }
  for (std::uint32_t d = 0; d < 4; ++d) {
    District district;
    district.code = fmt::format("D{}", d);
    district.name = fmt::format("District {}", d);
    district.region = d / 2;
    country.districts.push_back(district);
  }
  for (std::uint32_t c = 0; c < n; ++c) {
    Community community;
    community.code = fmt::format("C{}", c);
    community.name = fmt::format("Place {}", c);
    community.district = c % 4;
    community.region = community.district / 2;
    community.type = c % 3 == 0 ? PlaceType::town : PlaceType::okrug;
    community.income = 100 + 7 * (c * 13 % 17);
    community.population = 50 + 10 * c;
    country.communities.push_back(community);
  }
  return country;
}

PolicySpec& set(PolicySpec& policy, const char* field, const Value& value) {
  Field* found = policy.field(field);
  REQUIRE(found != nullptr);
  REQUIRE(found->set(value).empty());
  return policy;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("target: which communities a policy means") {
  const Country country = country_of(12);
  PolicySpec all("policy.all");
  CHECK(communities_meant(country, all).size() == 12);
  PolicySpec some("policy.some");
  set(set(set(some, "regions", Words{"Region 1"}), "types", Words{"town"}), "population_above", 80.0);
  CHECK(communities_meant(country, some) == std::vector<std::size_t>{3, 6});
  PolicySpec named("policy.named");
  set(set(named, "communities", Words{"C3", "Place 4"}), "districts", Words{"D0"});
  CHECK(communities_meant(country, named) == std::vector<std::size_t>{4});
  PolicySpec poor("policy.poor");
  set(poor, "poorest_share", 0.25);
  const std::vector<std::size_t> meant = communities_meant(country, poor);
  CHECK(meant.size() == 3);
  for (const std::size_t c : meant)
    for (std::size_t other = 0; other < 12; ++other)
      if (std::find(meant.begin(), meant.end(), other) == meant.end())
        CHECK(country.communities[c].income <= country.communities[other].income);
}

TEST_CASE("target: whether a policy means any community is what the list of them says") {
  int none = 0;
  for (const std::size_t n : {0, 1, 2, 3, 7, 12})
    for (const double poorest : {0.05, 0.3, 0.5, 1.0})
      for (const double richest : {0.05, 0.3, 0.75, 1.0})
        for (const double above : {0.0, 90.0, 1e6})
          for (const Words& types : {Words{}, Words{"town"}, Words{"city"}}) {
            const Country country = country_of(n);
            PolicySpec policy("policy.p");
            set(set(set(set(policy, "poorest_share", poorest), "richest_share", richest), "population_above", above),
                "types", types);
            INFO(n << " " << poorest << " " << richest << " " << above);
            const bool any = !communities_meant(country, policy).empty();
            CHECK(means_any(country, policy) == any);
            none += any ? 0 : 1;
          }
  CHECK(none > 50);
}
