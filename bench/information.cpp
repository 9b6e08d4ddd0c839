// Who hears of a matter, against the chance as a product of powers (C library) and the same draw.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "kazakhstan.h"

namespace kurultai {
namespace {

/// One week of information in a country where nobody has heard yet of what was announced.
void information(benchmark::State& state) {
  Stage stage(static_cast<double>(state.range(0)));
  World& world = stage.world();
  Residents& r = world.residents();
  Mechanism& information = stage.mechanism("information");
  information.begin(Week(world));
  const std::vector<std::uint16_t> before(r.aware.values().begin(), r.aware.values().end());
  std::int64_t deciding = 0;
  std::vector<Block> blocks;
  stage.for_wanted("information", [&](const Block& block) {
    if (blocks.size() == 32) return;  // what exposure found stays in the cache, as it does in a run
    blocks.push_back(block);
    for (Vertex i = block.first; i < block.last; ++i)
      deciding += __builtin_popcount(world.dockets[block.community].eligible(r, i) & ~r.aware[i]);
  });
  std::vector<Exposure> exposures(blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b)
    stage.mechanism("exposure").residents(Week(world), Batch(blocks[b]), exposures[b]);
  for (auto _ : state) {
    for (std::size_t b = 0; b < blocks.size(); ++b) information.residents(Week(world), Batch(blocks[b]), exposures[b]);
    state.PauseTiming();
    std::copy(before.begin(), before.end(), r.aware.data());
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * deciding);
  state.SetLabel("items: residents and matters they had not heard of");
}
BENCHMARK(information)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  kurultai::verify(kurultai::test::information_right(), "information");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
