// Recording a week, against means taken resident by resident.
#include <benchmark/benchmark.h>

#include "kazakhstan.h"

namespace kurultai {
namespace {

void observe(benchmark::State& state) {
  Stage stage(1e6);
  const std::unique_ptr<Recorder> recorder = make_recorder(stage);
  stage.world().week = static_cast<std::int32_t>(state.range(0));
  for (auto _ : state) recorder->observe(stage.world());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(stage.world().residents().size()));
  state.SetLabel(state.range(0) % 4 == 0 ? "a week with strata" : "a week without strata");
}
BENCHMARK(observe)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  kurultai::verify(kurultai::test::recorder_right(), "recorder");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
