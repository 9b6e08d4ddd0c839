// What the social graph looks like: degrees, clustering, distances, components, cores, and how far ties
// reach. Boost.Graph's algorithms run on the graph itself (society/graph.h).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "society/society.h"

namespace kurultai {

struct NetworkReport {
  std::size_t residents = 0;
  std::size_t ties = 0;                           ///< pairs of residents tied through any layer
  std::size_t bytes = 0;                          ///< of the stored graph
  double mean_degree = 0;                         ///< pairs: several layers between two residents count once
  std::array<std::size_t, 5> degree_quantiles{};  ///< 5, 25, 50, 75 and 95 percent
  std::size_t largest_degree = 0;
  std::array<double, layer_count> layer_degree{};  ///< mean ties a resident, by layer
  double clustering = 0;  ///< mean local clustering coefficient (of residents with two ties or more)
  std::size_t clustering_sample = 0;
  double path_length = 0;       ///< mean steps between two residents who can reach each other
  std::size_t path_sample = 0;  ///< sources of the breadth-first searches
  std::size_t components = 0;
  double largest_component = 0;   ///< share of residents in it
  std::size_t deepest_core = 0;   ///< highest core number
  double deepest_core_share = 0;  ///< share of residents in it
  double inside = 0;              ///< share of resident-resident ties inside the community
  double district = 0;            ///< elsewhere in the district
  double region = 0;              ///< elsewhere in the region
  double nation = 0;              ///< elsewhere in the country
};

/// Describes the residents' graph. Clustering is averaged over at most `clustering_sample` residents and path
/// lengths over `path_sample` sources, drawn by `seed`; all else is exact.
NetworkReport describe_network(
    const Society& society, std::uint64_t seed = 1, std::size_t clustering_sample = 20000, std::size_t path_sample = 8);

/// The report as lines of text.
std::string to_text(const NetworkReport& report);

}  // namespace kurultai
