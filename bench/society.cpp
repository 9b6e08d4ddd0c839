// Synthesis of a society from the census, checked for what must hold whatever the draws were.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "kazakhstan.h"
#include "society/synthesis.h"

namespace kurultai {
namespace {

/// Residents as apportioned, every tie in both rows, housemates in one household, each household whole.
bool society_right(const Society& society) {
  const GivenResidents& r = society.residents;
  const std::vector<std::uint32_t> people = apportion(society.country, society.scale);
  for (std::size_t c = 0; c < society.communities(); ++c)
    if (society.first[c + 1] - society.first[c] != people[c]) return false;
  for (Vertex i = 0; i < r.size(); ++i) {
    for (const Tie tie : society.ties.all(i)) {
      const auto back = society.ties.all(tie.to());
      if (std::find(back.begin(), back.end(), Tie(tie.layer(), i)) == back.end()) return false;
      if (tie.layer() == Layer::household && tie.to() - r.household_slot[tie.to()] != i - r.household_slot[i])
        return false;
    }
    const Vertex head = i - r.household_slot[i];
    if (r.household_slot[i] >= r.household_size[i] || r.household_size[head] != r.household_size[i]) return false;
  }
  return true;
}

void synthesis(benchmark::State& state) {
  const std::unique_ptr<Model> model = kazakhstan(static_cast<double>(state.range(0)), 0, 1);
  std::int64_t residents = 0;
  for (auto _ : state) {
    const std::unique_ptr<Society> society = make_society(*model);
    residents += static_cast<std::int64_t>(society->residents.size());
  }
  state.SetItemsProcessed(residents);
}
BENCHMARK(synthesis)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  const std::unique_ptr<kurultai::Model> model = kurultai::kazakhstan(50'000, 0, 1);
  kurultai::verify(kurultai::society_right(*kurultai::make_society(*model)), "the society");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
