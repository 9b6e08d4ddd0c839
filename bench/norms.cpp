// The gather of visible acts (norms) over all ties between residents, against means taken neighbour by
// neighbour.
#include <benchmark/benchmark.h>

#include "kazakhstan.h"

namespace kurultai {
namespace {

void norms(benchmark::State& state) {
  Stage stage(static_cast<double>(state.range(0)));
  World& world = stage.world();
  Mechanism& gather = stage.mechanism("norms");
  std::int64_t ties = 0;
  for (Vertex i = 0; i < world.residents().size(); ++i)
    ties += static_cast<std::int64_t>(world.society.ties.peers(i).size());
  Exposure unused;
  for (auto _ : state)
    for (const Block& block : world.blocks) gather.residents(Week(world), Batch(block), unused);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(world.residents().size()));
  state.counters["ties"] =
      benchmark::Counter(static_cast<double>(state.iterations() * ties), benchmark::Counter::kIsRate);
}
BENCHMARK(norms)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  kurultai::verify(kurultai::test::norms_right(), "norms");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
