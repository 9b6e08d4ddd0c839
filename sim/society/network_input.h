// A society out of two tables: who there is, and who is tied to whom.
//
// nodes.csv, one resident a line: id, community (both required); region, district, type (rural okrug, town,
// city, city district), latitude, longitude (degrees), resources (thousand tenge a resident and year),
// participatory_budget (tenge a resident and year), which all rows of a community give alike, or not; household, age,
// sex (male, female), education (basic, secondary, higher), occupation (farmer, ... as in residents.h), income
// (national mean wages), duty (-8 to 8), exposure, skill (shares), wish (a public good), access, platform (0 or 1), all
// optional. A cell that is not given (base/csv.h) means not known. edges.csv, one tie a line: source, target (ids),
// layer (household, kin, neighbour, work or school, online; default neighbour).
//
// A resident's name is the community's code and the order within the community's rows. What is not known is
// drawn under that name, so a row added at the end changes nobody else. Members of a household (named within
// its community) must stand in adjacent rows of the community; without household everyone lives alone. Ages
// that are not known are those of adults. Where housemates are named, they are tied to each other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "society/society.h"
#include "society/society_settings.h"

namespace kurultai {

/// A column of one of the two tables.
struct NetworkColumn {
  const char* name;
  bool required = false;  ///< every row must give it
};
/// All columns that nodes.csv and edges.csv may have; any other is refused.
std::span<const NetworkColumn> node_columns();
std::span<const NetworkColumn> edge_columns();

/// Reads a society from `nodes` and `edges`. Its scale is 1; a community's population is its number of rows.
/// Throws input_error with file and line for a doubled id, an unknown id, layer or word, a number out of its
/// range, a household that is not adjacent, what differs between the rows of a community, or a table without rows.
/// `notes`, if given, gets what a user should know of cells that are not given, a line a column.
std::unique_ptr<Society> read_network(const std::filesystem::path& nodes, const std::filesystem::path& edges,
    const SocietySettings& settings, std::uint64_t seed, std::vector<std::string>* notes = nullptr);

}  // namespace kurultai
