// Who acts, against the equation of MODEL 7.6 term by term (C library) and the same reservation.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "kazakhstan.h"

namespace kurultai {
namespace {

void participation(benchmark::State& state) {
  Stage stage(static_cast<double>(state.range(0)));
  World& world = stage.world();
  Residents& r = world.residents();
  Mechanism& participation = stage.mechanism("participation");
  const std::vector<std::uint16_t> before(r.acted.values().begin(), r.acted.values().end());
  std::int64_t deciding = 0;
  std::vector<Block> blocks;
  stage.for_wanted("participation", [&](const Block& block) {
    if (blocks.size() == 32) return;  // what exposure found stays in the cache, as it does in a run
    blocks.push_back(block);
    for (Vertex i = block.first; i < block.last; ++i)
      deciding += __builtin_popcount(world.dockets[block.community].eligible(r, i) &
                                     world.dockets[block.community].open & r.aware[i] & ~r.acted[i]);
  });
  std::vector<Exposure> exposures(blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b)
    stage.mechanism("exposure").residents(Week(world), Batch(blocks[b]), exposures[b]);
  for (auto _ : state) {
    for (std::size_t b = 0; b < blocks.size(); ++b)
      participation.residents(Week(world), Batch(blocks[b]), exposures[b]);
    state.PauseTiming();
    std::copy(before.begin(), before.end(), r.acted.data());
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * deciding);
  state.SetLabel("items: residents and matters to decide on");
}
BENCHMARK(participation)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  kurultai::verify(kurultai::test::participation_right(), "participation");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
