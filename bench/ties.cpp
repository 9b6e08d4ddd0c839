// Building the rows of the social graph, against sets of neighbours.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <set>

#include "kazakhstan.h"

namespace kurultai {
namespace {

constexpr Vertex people_a_community = 500;

struct Graph {
  std::vector<std::vector<Edge>> edges;
  std::vector<Vertex> first;
};

/// Residents in communities of 500, six edges begun by each: one in six to anywhere, some of them twice.
Graph random_graph(Vertex residents) {
  Graph graph{{{}}, {}};
  for (Vertex i = 0; i < residents; i += people_a_community) graph.first.push_back(i);
  graph.first.push_back(residents);
  Engine engine(Draws(1, 0, Stream::outside), Name{});
  for (Vertex i = 0; i < residents; ++i)
    for (std::uint32_t k = 0; k < 6; ++k) {
      const Vertex home = i / people_a_community * people_a_community;
      const Vertex j =
          k == 0 ? engine.below(residents) : home + engine.below(std::min(people_a_community, residents - home));
      graph.edges[0].push_back({i, j, static_cast<Layer>(engine.below(resident_layers))});
    }
  return graph;
}

bool rows_right(const Graph& graph) {
  const Vertex n = graph.first.back();
  Ties ties;
  ties.build(graph.edges, graph.first, n);
  std::vector<std::set<Tie>> expected(n);
  for (const Edge& edge : graph.edges[0])
    if (edge.a != edge.b) {
      expected[edge.a].insert(Tie(edge.layer, edge.b));
      expected[edge.b].insert(Tie(edge.layer, edge.a));
    }
  for (Vertex i = 0; i < n; ++i) {
    std::vector<Tie> inside;
    std::vector<Tie> outside;
    for (const Tie tie : expected[i])
      (tie.to() / people_a_community == i / people_a_community ? inside : outside).push_back(tie);
    if (!std::ranges::equal(ties.inside(i), inside) || !std::ranges::equal(ties.outside(i), outside)) return false;
  }
  return true;
}

void build(benchmark::State& state) {
  const Graph graph = random_graph(static_cast<Vertex>(state.range(0)));
  for (auto _ : state) {
    Ties ties;
    ties.build(graph.edges, graph.first, graph.first.back());
    benchmark::DoNotOptimize(ties);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(graph.edges[0].size()));
  state.SetLabel("items: edges");
}
BENCHMARK(build)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  kurultai::verify(kurultai::rows_right(kurultai::random_graph(20'250)), "Ties::build");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
