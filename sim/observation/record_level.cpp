#include "observation/record_level.h"

#include <utility>

#include "observation/strata.h"

namespace kurultai {

namespace {

using Labels = RecordLevel::Labels;
using ArmList = std::span<const Arm>;

std::size_t nation_of(const Country& /*country*/, std::size_t /*community*/) { return 0; }

// --- Regions ---------------------------------------------------------------------------------------------

Labels regions(const World& world, ArmList /*arms*/) {
  const std::vector<Region>& list = world.society.country.regions;
  return {each_of(list, &Region::name), each_of(list, &Region::code)};
}

std::size_t region_of(const Country& country, std::size_t c) { return country.communities[c].region; }

void describe_regions(const World& world, ArmList /*arms*/, GroupBuilder& group) {
  const Country& country = world.society.country;
  std::vector<double> population(country.regions.size(), 0.0);
  for (const Community& community : country.communities) population[community.region] += community.population;
  group.add("region_code", each_of(country.regions, &Region::code)).says("code of the region");
  group.add("population", std::move(population)).unit("people").says("official population, at scale 1");
}

// --- Types of communities --------------------------------------------------------------------------------

Labels community_types(const World& /*world*/, ArmList /*arms*/) { return {word_list<PlaceType>()}; }

std::size_t type_of(const Country& country, std::size_t c) {
  return static_cast<std::size_t>(country.communities[c].type);
}

// --- Districts -------------------------------------------------------------------------------------------

Labels districts(const World& world, ArmList /*arms*/) {
  return {each_of(world.society.country.districts, &District::code)};
}

std::size_t district_of(const Country& country, std::size_t c) { return country.communities[c].district; }

void describe_districts(const World& world, ArmList /*arms*/, GroupBuilder& group) {
  const Country& country = world.society.country;
  const auto region = [&](const District& district) { return country.regions[district.region].name; };
  group.add("district_name", each_of(country.districts, &District::name)).says("name of the district");
  group.add("district_region", each_of(country.districts, region)).says("region it belongs to");
}

// --- Communities -----------------------------------------------------------------------------------------

Labels communities(const World& world, ArmList /*arms*/) {
  return {each_of(world.society.country.communities, &Community::code)};
}

std::size_t itself(const Country& /*country*/, std::size_t c) { return c; }

void describe_communities(const World& world, ArmList /*arms*/, GroupBuilder& group) {
  const Country& country = world.society.country;
  const std::vector<Community>& list = country.communities;
  const auto region = [&](const Community& community) { return country.regions[community.region].name; };
  const auto type = [](const Community& community) { return static_cast<std::uint8_t>(community.type); };
  const auto synthetic = [](const Community& community) { return std::uint8_t{community.synthetic}; };
  group.add("community_name", each_of(list, &Community::name)).says("name of the community");
  group.add("community_region", each_of(list, region)).says("region it belongs to");
  group.add("population", each_of(list, &Community::population)).unit("people").says("population, at scale 1");
  group.add("latitude", each_of(list, &Community::latitude)).unit("degrees_north").says("latitude");
  group.add("longitude", each_of(list, &Community::longitude)).unit("degrees_east").says("longitude");
  group.add("type", each_of(list, type)).says("type of community").one_of(word_list<PlaceType>());
  group.add("synthetic", each_of(list, synthetic))
      .says("whether the community is synthetic")
      .one_of({"real", "synthetic"});
}

// --- Strata ----------------------------------------------------------------------------------------------

Labels all_strata(const World& /*world*/, ArmList /*arms*/) { return {each_of(strata(), &Stratum::label)}; }

void describe_strata(const World& /*world*/, ArmList /*arms*/, GroupBuilder& group) {
  group.add("dimension", each_of(strata(), &Stratum::dimension)).says("what the stratum is a part of");
}

// --- Arms of trials --------------------------------------------------------------------------------------

Labels all_arms(const World& /*world*/, ArmList arms) { return {each_of(arms, &Arm::label)}; }

void describe_arms(const World& world, ArmList arms, GroupBuilder& group) {
  group.add("policy", each_of(arms, [&](const Arm& arm) { return world.policies.key(arm.policy); }))
      .says("the trial, by its policy");
  group.add("part", each_of(arms, [](const Arm& arm) { return std::string(arm.part); })).says("part in the trial");
}

}  // namespace

std::size_t RecordLevel::cell_count(const World& world, std::span<const Arm> arms) const {
  return labels == nullptr ? 1 : labels(world, arms).names.size();
}

std::span<const RecordLevel> record_levels() {
  using Cells = RecordLevel::Cells;
  static const RecordLevel levels[] = {{.name = "nation", .area_of = nation_of},
      {.name = "region", .labels = regions, .area_of = region_of, .describe = describe_regions},
      {.name = "community_type", .labels = community_types, .area_of = type_of},
      {.name = "stratum",
          .cells = Cells::strata,
          .every = &OutputSettings::stratum_every,
          .labels = all_strata,
          .describe = describe_strata},
      {.name = "arm", .cells = Cells::arms, .labels = all_arms, .source = "design", .describe = describe_arms},
      {.name = "district", .labels = districts, .area_of = district_of, .describe = describe_districts},
      {.name = "community", .labels = communities, .area_of = itself, .describe = describe_communities}};
  return levels;
}

}  // namespace kurultai
