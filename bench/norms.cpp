// The gather of visible acts (norms) over all ties between residents, against means taken neighbour by
// neighbour.
#include <benchmark/benchmark.h>

#include "kazakhstan.h"

namespace kurultai {
namespace {

bool means_right(Stage& stage) {
  World& world = stage.world();
  const Residents& r = world.residents();
  Exposure unused;
  bool right = true;
  std::uint64_t seen = 0;
  stage.for_wanted("norms", [&](const Block& block) {
    stage.mechanism("norms").residents(world, block, unused);
    for (Vertex i = block.first; i < block.last; ++i)
      for (std::size_t f = 0; f < family_count; ++f) {
        std::uint64_t sum = 0;
        std::uint64_t neighbours = 0;
        for (const Tie tie : world.society.ties.all(i))
          if (tie.to() < r.size()) {
            sum += r.visible(tie.to(), f).raw;
            ++neighbours;
          }
        seen += sum;
        if (neighbours != 0) right = right && r.norm(i, f).raw == sum / neighbours;
      }
  });
  return right && seen > 0;
}

void norms(benchmark::State& state) {
  Stage stage(static_cast<double>(state.range(0)));
  World& world = stage.world();
  Mechanism& gather = stage.mechanism("norms");
  std::int64_t ties = 0;
  for (Vertex i = 0; i < world.residents().size(); ++i)
    ties += static_cast<std::int64_t>(world.society.ties.peers(i).size());
  Exposure unused;
  for (auto _ : state)
    for (const Block& block : world.blocks) gather.residents(world, block, unused);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(world.residents().size()));
  state.counters["ties"] =
      benchmark::Counter(static_cast<double>(state.iterations() * ties), benchmark::Counter::kIsRate);
}
BENCHMARK(norms)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  kurultai::Stage stage(20'000);
  kurultai::verify(kurultai::means_right(stage), "norms");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
