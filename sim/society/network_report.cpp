#include "society/network_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/clustering_coefficient.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/core_numbers.hpp>

#include "base/parallel.h"
#include "society/graph.h"

namespace kurultai {

namespace {

/// Residents drawn without replacement, or all if there are no more than `most`.
std::vector<Vertex> sample(std::size_t residents, std::size_t most, std::uint64_t seed, const char* purpose) {
  std::vector<Vertex> list;
  if (residents <= most) {
    for (Vertex i = 0; i < residents; ++i) list.push_back(i);
    return list;
  }
  Engine engine(Draws(seed, 0, Stream::statistics), {key_of(purpose), 0});
  // Floyd's algorithm on a sorted list would do; with few drawn of many, doubles are rare and drawn again.
  while (list.size() < most) {
    while (list.size() < most) list.push_back(engine.below(static_cast<std::uint32_t>(residents)));
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return list;
}

/// Sums distances from one source as a breadth-first search meets residents.
class Distances : public boost::default_bfs_visitor {
 public:
  Distances(std::vector<std::uint32_t>& steps, std::uint64_t& sum, std::uint64_t& reached)
      : steps_(&steps),
        sum_(&sum),
        reached_(&reached) {}
  template <class E> void tree_edge(const E& e, const SocialGraph& graph) {
    const std::uint32_t steps = (*steps_)[source(e, graph)] + 1;
    (*steps_)[target(e, graph)] = steps;
    *sum_ += steps;
    ++*reached_;
  }

 private:
  std::vector<std::uint32_t>* steps_;
  std::uint64_t* sum_;
  std::uint64_t* reached_;
};

void describe_degrees(const SocialGraph& graph, NetworkReport& report) {
  std::vector<std::uint32_t> degrees(graph.vertex_count());
  parallel_chunks(degrees.size(), 4096, [&](std::size_t from, std::size_t to) {
    for (std::size_t v = from; v < to; ++v)
      degrees[v] = static_cast<std::uint32_t>(out_degree(static_cast<Vertex>(v), graph));
  });
  std::uint64_t sum = 0;
  for (const std::uint32_t d : degrees) sum += d;
  std::sort(degrees.begin(), degrees.end());
  const std::size_t n = degrees.size();
  report.ties = sum / 2;
  report.mean_degree = static_cast<double>(sum) / static_cast<double>(n);
  report.largest_degree = degrees.back();
  constexpr std::array percents = {5, 25, 50, 75, 95};
  for (std::size_t k = 0; k < percents.size(); ++k)
    report.degree_quantiles[k] = degrees[(n - 1) * static_cast<std::size_t>(percents[k]) / 100];
}

void describe_reach(const Society& society, NetworkReport& report) {
  const std::size_t communities = society.communities();
  struct Count {
    std::array<std::uint64_t, layer_count> layer{};
    std::array<std::uint64_t, 4> reach{};
  };
  std::vector<Count> counts(communities);
  const auto& places = society.country.communities;
  parallel_for(communities, [&](std::size_t c) {
    Count& count = counts[c];
    for (Vertex i = society.first[c]; i < society.first[c + 1]; ++i) {
      for (const Tie tie : society.ties.all(i)) ++count.layer[static_cast<std::size_t>(tie.layer())];
      count.reach[0] += society.ties.inside(i).size();
      for (const Tie tie : society.ties.outside(i)) {
        const auto other =
            static_cast<std::size_t>(
                std::upper_bound(society.first.begin(), society.first.end(), tie.to()) - society.first.begin()) -
            1;
        ++count
              .reach[places[other].district == places[c].district ? 1
                                                                  : (places[other].region == places[c].region ? 2 : 3)];
      }
    }
  });
  Count all;
  for (const Count& count : counts) {
    for (std::size_t l = 0; l < layer_count; ++l) all.layer[l] += count.layer[l];
    for (std::size_t k = 0; k < all.reach.size(); ++k) all.reach[k] += count.reach[k];
  }
  for (std::size_t l = 0; l < layer_count; ++l)
    report.layer_degree[l] = static_cast<double>(all.layer[l]) / static_cast<double>(report.residents);
  const double peers =
      static_cast<double>(std::max<std::uint64_t>(1, all.reach[0] + all.reach[1] + all.reach[2] + all.reach[3]));
  report.inside = static_cast<double>(all.reach[0]) / peers;
  report.district = static_cast<double>(all.reach[1]) / peers;
  report.region = static_cast<double>(all.reach[2]) / peers;
  report.nation = static_cast<double>(all.reach[3]) / peers;
}

void describe_clustering(const SocialGraph& graph, const std::vector<Vertex>& residents, NetworkReport& report) {
  std::vector<double> clustering(residents.size(), -1);
  parallel_for(residents.size(), [&](std::size_t k) {
    if (out_degree(residents[k], graph) > 1) clustering[k] = boost::clustering_coefficient(graph, residents[k]);
  });
  double sum = 0;
  for (const double c : clustering)
    if (c >= 0) sum += c, ++report.clustering_sample;
  if (report.clustering_sample > 0) report.clustering = sum / static_cast<double>(report.clustering_sample);
}

void describe_paths(const SocialGraph& graph, const std::vector<Vertex>& sources, NetworkReport& report) {
  const auto index = get(boost::vertex_index, graph);
  std::uint64_t sum = 0;
  std::uint64_t reached = 0;
  std::vector<std::uint32_t> steps(graph.vertex_count());
  std::vector<boost::default_color_type> colours(graph.vertex_count());
  for (const Vertex from : sources) {
    steps[from] = 0;
    boost::breadth_first_search(graph, from,
        boost::visitor(Distances(steps, sum, reached))
            .color_map(boost::make_iterator_property_map(colours.begin(), index)));
  }
  report.path_sample = sources.size();
  report.path_length = reached > 0 ? static_cast<double>(sum) / static_cast<double>(reached) : 0;
}

void describe_components(const SocialGraph& graph, NetworkReport& report) {
  const auto index = get(boost::vertex_index, graph);
  std::vector<std::uint32_t> component(graph.vertex_count());
  report.components = boost::connected_components(graph, boost::make_iterator_property_map(component.begin(), index));
  std::vector<std::size_t> size(report.components, 0);
  for (const std::uint32_t k : component) ++size[k];
  report.largest_component =
      static_cast<double>(*std::max_element(size.begin(), size.end())) / static_cast<double>(report.residents);
}

void describe_cores(const SocialGraph& graph, NetworkReport& report) {
  std::vector<std::size_t> core(graph.vertex_count());
  report.deepest_core =
      boost::core_numbers(graph, boost::make_iterator_property_map(core.begin(), get(boost::vertex_index, graph)));
  const auto deepest = std::count(core.begin(), core.end(), report.deepest_core);
  report.deepest_core_share = static_cast<double>(deepest) / static_cast<double>(report.residents);
}

}  // namespace

NetworkReport describe_network(
    const Society& society, std::uint64_t seed, std::size_t clustering_sample, std::size_t path_sample) {
  NetworkReport report;
  report.residents = society.residents.size();
  report.bytes = society.ties.bytes();
  if (report.residents == 0) return report;
  const SocialGraph graph = SocialGraph::of_residents(society.ties);
  describe_degrees(graph, report);
  describe_reach(society, report);
  describe_clustering(graph, sample(report.residents, clustering_sample, seed, "clustering"), report);
  describe_paths(graph, sample(report.residents, path_sample, seed, "paths"), report);
  describe_components(graph, report);
  describe_cores(graph, report);
  return report;
}

std::string to_text(const NetworkReport& report) {
  std::string text;
  const auto line = [&text](
                        const char* what, const std::string& value) { text += fmt::format("{:<28}{}\n", what, value); };
  const auto& q = report.degree_quantiles;
  line("residents", fmt::format("{}", report.residents));
  line("tied pairs", fmt::format("{}", report.ties));
  line("memory of the graph", fmt::format("{:.1f} MB", static_cast<double>(report.bytes) / 1e6));
  line("degree", fmt::format("mean {:.2f}; 5% {}, 25% {}, median {}, 75% {}, 95% {}, largest {}", report.mean_degree,
                     q[0], q[1], q[2], q[3], q[4], report.largest_degree));
  for (std::size_t l = 0; l < layer_count; ++l)
    if (report.layer_degree[l] > 0)
      line(fmt::format("  {}", words<Layer>[l]).c_str(), fmt::format("{:.3f} a resident", report.layer_degree[l]));
  line("clustering", fmt::format("{:.3f} (mean over {} residents)", report.clustering, report.clustering_sample));
  line("path length", fmt::format("{:.2f} steps (from {} residents to all)", report.path_length, report.path_sample));
  line("components", fmt::format("{}; the largest holds {:.2f}%", report.components, 100 * report.largest_component));
  line("deepest core", fmt::format("{} ties; holds {:.2f}%", report.deepest_core, 100 * report.deepest_core_share));
  line("ties inside the community", fmt::format("{:.1f}%", 100 * report.inside));
  line("  elsewhere in the district", fmt::format("{:.1f}%", 100 * report.district));
  line("  elsewhere in the region", fmt::format("{:.1f}%", 100 * report.region));
  line("  elsewhere in the country", fmt::format("{:.1f}%", 100 * report.nation));
  return text;
}

}  // namespace kurultai
