// Trust shared along ties of household and kin, against the equation taken neighbour by neighbour.
#include <benchmark/benchmark.h>

#include "kazakhstan.h"

namespace kurultai {
namespace {

const std::vector<std::string> talk_only = {"trust.rate=0"};

void trust(benchmark::State& state, const std::vector<std::string>& sets) {
  Stage stage(1e6, 1, sets);
  World& world = stage.world();
  Mechanism& trust = stage.mechanism("trust");
  Exposure unused;
  for (auto _ : state)
    for (const Block& block : world.blocks) trust.residents(Week(world), Batch(block), unused);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(world.residents().size()));
}
BENCHMARK_CAPTURE(trust, by_talk, talk_only)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(trust, by_talk_and_experience, {})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  kurultai::verify(kurultai::test::trust_right(), "trust");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
