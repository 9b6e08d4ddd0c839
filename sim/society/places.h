// Where people live: regions, districts and communities, as the census and the synthesis give them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/words.h"

namespace kurultai {

/// What kind of community: the coordinate of /series/community_type.
enum class PlaceType : std::uint8_t { okrug, town, city, city_district };
template <> inline constexpr auto words<PlaceType> = std::array{"rural okrug", "town", "city", "city district"};
inline constexpr std::size_t place_type_count = count_of<PlaceType>;

/// A settlement inside a rural okrug. Synthetic in the Kazakhstan census.
struct Village {
  double population = 0;  ///< people, at scale 1
};

/// A community: the lowest level with an akimat of its own (MODEL 2).
struct Community {
  std::string code;  ///< stable: its hash names the residents' random numbers
  std::string name;
  PlaceType type = PlaceType::okrug;
  std::uint32_t region = 0;
  std::uint32_t district = 0;
  double latitude = 0;              ///< degrees
  double longitude = 0;             ///< degrees
  double population = 0;            ///< official or synthesised, people, at scale 1
  double income = 1;                ///< wage relative to the national mean
  double platform = 0;              ///< share of adults who use civic platforms at the start
  double access = 1;                ///< share of people who can reach the internet
  double participatory_budget = 0;  ///< tenge per resident and year put to residents' vote
  double resources = 0;             ///< budget, k tenge per resident and year: R of D9
  bool synthetic = false;
  std::vector<Village> villages = {};
};

/// A second-level unit: a district, or a city that stands beside districts.
struct District {
  std::string code;
  std::string name;
  std::uint32_t region = 0;
};

/// A first-level unit: an oblast or a city of republican significance.
struct Region {
  std::string code;
  std::string name;
  double population = 0;
  double grp_per_head = 0;  ///< thousand tenge a year
  double wage = 0;          ///< tenge a month
  double urban_share = 0;
};

/// An age group of the pyramid: men and women, thousands.
struct AgeGroup {
  int first = 0;  ///< youngest age in it
  int last = 0;   ///< oldest age in it
  double men = 0;
  double women = 0;
};

/// All places of a country, communities sorted by region and district, and its age pyramid.
struct Country {
  std::string name;
  std::vector<Region> regions;
  std::vector<District> districts;
  std::vector<Community> communities;
  std::vector<AgeGroup> pyramid;
};

/// The regions of `country` that are `kept`, with their districts and communities, each as it was.
Country part_of(const Country& country, const std::vector<bool>& kept);

}  // namespace kurultai
