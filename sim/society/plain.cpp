#include "society/plain.h"

#include <fmt/format.h>

namespace kurultai {

Country plain_country(const SocietySettings& settings) {
  Country country;
  country.name = "plain";
  country.regions.push_back(
      {.code = "plain", .name = "plain", .urban_share = settings.type == PlaceType::okrug ? 0.0 : 1.0});
  country.districts.push_back({.code = "plain", .name = "plain", .region = 0});
  for (std::int64_t c = 1; c <= settings.communities; ++c) {
    Community community;
    community.code = community.name = fmt::format("plain {:04}", c);
    community.type = settings.type;
    community.population = settings.people;
    community.access = settings.access;
    community.platform = settings.platform;
    community.participatory_budget = settings.participatory_budget;
    community.resources = settings.resources;
    community.synthetic = true;
    country.regions[0].population += community.population;
    country.communities.push_back(std::move(community));
  }
  return country;
}

}  // namespace kurultai
