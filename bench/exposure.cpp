// The exposure gather over the ties of a synthesised country, against counting neighbour by neighbour.
#include <benchmark/benchmark.h>

#include "kazakhstan.h"

namespace kurultai {
namespace {

void exposure(benchmark::State& state) {
  Stage stage(static_cast<double>(state.range(0)));
  World& world = stage.world();
  Mechanism& pass = stage.mechanism("exposure");
  std::vector<Block> blocks;
  std::int64_t ties = 0;
  std::int64_t residents = 0;
  stage.for_wanted("exposure", [&](const Block& block) {
    blocks.push_back(block);
    residents += static_cast<std::int64_t>(block.size());
    for (Vertex i = block.first; i < block.last; ++i)
      ties += static_cast<std::int64_t>(world.society.ties.inside(i).size());
  });
  Exposure found;
  for (auto _ : state)
    for (const Block& block : blocks) {
      pass.residents(Week(world), Batch(block), found);
      benchmark::DoNotOptimize(found);
    }
  state.SetItemsProcessed(state.iterations() * residents);
  state.counters["ties"] =
      benchmark::Counter(static_cast<double>(state.iterations() * ties), benchmark::Counter::kIsRate);
}
BENCHMARK(exposure)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  kurultai::verify(kurultai::test::exposure_right(), "exposure");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
