// Builds the society that a scenario asks for: from census tables, thinned to a scale, or from a given
// network. Communities do not depend on each other (but for ties between them), so they are built in
// parallel; every draw is keyed by the community and the place in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "scenario/scenario.h"
#include "society/society.h"
#include "society/society_settings.h"

namespace kurultai {

/// The society of a scenario. `scale` (0, 1] thins a census; a given network is never thinned (its society
/// has scale 1). Throws input_error if tables or networks cannot be used. `notes`, if given, gets what a user should
/// know of the tables, a line each.
std::unique_ptr<Society> build_society(const SocietySettings& settings, double scale, std::uint64_t seed,
    const ScenarioSource& source, std::vector<std::string>* notes = nullptr);

/// A table that a society is made from.
struct SocietyTable {
  std::string role;            ///< what it is for: "society.nodes", "society.census.towns"
  std::string name;            ///< as the scenario calls it
  std::filesystem::path file;  ///< where it was found
};

/// The tables that `build_society` reads for `settings`. Throws input_error for one that is named and not there.
std::vector<SocietyTable> society_tables(const SocietySettings& settings, const ScenarioSource& source);

/// The places of a scenario whose society is synthesised: those of its census, or communities all alike.
Country country_of(
    const SocietySettings& settings, const ScenarioSource& source, std::vector<std::string>* notes = nullptr);

/// A society for `country` at `scale`. Communities must be sorted by region and district.
std::unique_ptr<Society> synthesise(
    const Country& country, const SocietySettings& settings, double scale, std::uint64_t seed);

/// How many residents each community gets: population x scale by largest remainder within each region, at
/// least two. A region's total is exact to one resident unless the minimum takes all of it; then it is
/// larger.
std::vector<std::uint32_t> apportion(const Country& country, double scale);

}  // namespace kurultai
