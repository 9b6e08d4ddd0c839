// The tables of a census as they stand in files: read, checked against each other, and nothing made of them yet.
// scenarios/data/README.md describes them. Whatever cannot be used is an input_error that names file and line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "society/places.h"

namespace kurultai {

/// A point on the map, degrees.
struct Position {
  double latitude = 0;
  double longitude = 0;
};

/// national.csv: totals, and the constants of the synthesis.
struct National {
  std::string country;
  long long population = 0;
  long long urban_population = 0;
  long long districts = 0;
  long long okrugs = 0;
  long long villages = 0;
  double okrug_budget = 0;  ///< million tenge a year
  double town_population = 0;
  double city_population = 0;
  double village_spread = 0;
  double rural_income_ratio = 1;
  double income_spread = 0;
  double rural_platform_ratio = 1;
  double rural_access_ratio = 1;
  double okrug_budget_fixed = 0;
  double okrug_participatory_budget = 0;
};

/// A row of towns.csv, with what cities.csv adds.
struct Settlement {
  long long key = 0;
  std::string name;
  Position position;
  double population = 0;
  bool seat = false;  ///< GeoNames knows it as a seat of a district
  std::optional<double> participatory_budget = {};
  std::optional<double> platform = {};
};

/// A row of regions.csv, with its settlements, largest first.
struct Province {
  Region region;
  bool city = false;
  double area = 0;  ///< km2
  long long districts = 0;
  double platform = 0;
  double access = 0;
  double participatory_budget = 0;
  double town_budget = 0;
  std::vector<Settlement> settlements = {};
};

National read_national(const std::filesystem::path& file);

/// The regions, by code; their settlements are still to be read.
std::vector<Province> read_regions(const std::filesystem::path& file, const National& national);

/// Reads towns.csv and, if it is there, cities.csv of `folder` into the settlements of `provinces`, largest first.
/// `notes`, if given, gets what a user should know of cells that are not given, a line a column.
void read_settlements(const std::filesystem::path& folder, const National& national, std::vector<Province>& provinces,
    std::vector<std::string>* notes);

std::vector<AgeGroup> read_pyramid(const std::filesystem::path& file);

}  // namespace kurultai
