// The real input: a country out of its census tables. Official totals are met exactly; what no table lists
// (villages, okrugs, districts) is synthesised and says so in its name. scenarios/data/README.md describes
// the tables.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "society/places.h"

namespace kurultai {

/// Reads regions.csv, towns.csv, pyramid.csv, national.csv and, if it is there, cities.csv in `folder`, and
/// settles the country's people:
///
/// - The country's population is divided among regions as in their census, a region's among town and country by
///   its urban share, the urban part among its towns by their size; every step by largest remainders, so that
///   populations are whole and add up to the person.
/// - A region of kind `city` is its city districts. Elsewhere every settlement of at least `town_population` is
///   a town (a city from `city_population` on); smaller ones only mark where people live.
/// - Okrugs and villages are divided among regions by rural population. Village sizes are the quantiles of a
///   lognormal distribution; the largest become centres of okrugs, the others join okrugs of the region by lot.
/// - Districts: a city is one of its own (at most half of a region's), the others lie around seats that stand far
///   apart; a town belongs to the nearest seat, okrugs lie scattered around theirs.
///
/// The settlement pattern belongs to the census: it does not vary with a run's seed, and a region's does not
/// depend on the others' names or order. Communities come sorted by region, district and code.
/// Throws input_error naming file and line for whatever cannot be used.
/// `notes`, if given, gets what a user should know of cells that are not given, a line a column.
Country read_census(const std::filesystem::path& folder, std::vector<std::string>* notes = nullptr);

}  // namespace kurultai
