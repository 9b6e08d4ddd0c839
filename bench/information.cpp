// Who hears of a matter, against the chance as a product of powers (C library) and the same draw.
#include <benchmark/benchmark.h>

#include <cmath>

#include "kazakhstan.h"

namespace kurultai {
namespace {

/// 1 - [ (1 - a m) (1 - d) (1 - o) prod_l (1 - qN)^nN (1 - qP)^nP ]^(1/T), in the order of MODEL 4.
double chance(Stage& stage, std::size_t c, Vertex i, unsigned s) {
  World& world = stage.world();
  const Society& society = world.society;
  const Residents& r = world.residents();
  const Institutions& bodies = world.institutions;
  const auto parameter = [&](const char* name, std::size_t l = 0) {
    return stage.value("information", name, l);
  };
  double unreached = 1.0 - parameter("reach") * r.exposure[i];
  if (r.platform[i]) unreached *= 1.0 - parameter("push");
  for (const Tie tie : society.ties.all(i)) {
    if (tie.to() < society.institution(0)) continue;
    const std::size_t k = society.institution_of(tie.to());
    if (tie.layer() != Layer::membership) continue;
    const double reached = std::min(1.0, static_cast<double>(bodies.capacity[k]) / bodies.members[k]);
    unreached *=
        1.0 - std::min(1.0, reached * bodies.credibility[k] * bodies.activity[k] * parameter("outreach"));
  }
  for (const Tie tie : society.ties.all(i)) {
    const bool here = tie.to() >= society.first[c] && tie.to() < society.first[c + 1];
    const bool carried = tie.layer() != Layer::online || (r.platform[i] && r.platform[tie.to()]);
    if (!here || !carried || ((r.signal[tie.to()] >> s) & 1U) == 0) continue;
    const bool acted = ((r.signal[tie.to()] >> (s + 16)) & 1U) != 0;
    unreached *= 1.0 - parameter(acted ? "q_acted" : "q_aware", static_cast<std::size_t>(tie.layer()));
  }
  const FormSpec& form = world.forms[world.dockets[c].slot[s].form];
  return 1.0 - std::pow(unreached, 1.0 / form.round());
}

bool heard_right(Stage& stage) {
  World& world = stage.world();
  Residents& r = world.residents();
  Mechanism& information = stage.mechanism("information");
  const Draws draws = world.draws(information.stream());
  information.begin(world);
  Exposure exposure;
  bool right = true;
  std::size_t heard = 0;
  stage.for_wanted("information", [&](const Block& block) {
    const std::vector<std::uint16_t> before(r.aware.data() + block.first, r.aware.data() + block.last);
    stage.mechanism("exposure").residents(world, block, exposure);
    information.residents(world, block, exposure);
    for (Vertex i = block.first; i < block.last; ++i)
      for_slots(world.dockets[block.community].live, [&](unsigned s) {
        if (((before[i - block.first] >> s) & 1U) != 0) return;
        const bool hears = ((r.aware[i] >> s) & 1U) != 0;
        if (!r.adult(i)) {
          right = right && !hears;
          return;
        }
        const double p = chance(stage, block.community, i, s);
        const double u = draws.uniform(world.society.name(block.community, i), s);
        if (std::abs(u - p) > 1e-12) right = right && hears == (u < p);
        heard += hears ? 1 : 0;
      });
  });
  return right && heard > 0;
}

/// One week of information in a country where nobody has heard yet of what was announced.
void information(benchmark::State& state) {
  Stage stage(static_cast<double>(state.range(0)));
  World& world = stage.world();
  Residents& r = world.residents();
  Mechanism& information = stage.mechanism("information");
  information.begin(world);
  const std::vector<std::uint16_t> before(r.aware.values().begin(), r.aware.values().end());
  std::int64_t deciding = 0;
  std::vector<Block> blocks;
  stage.for_wanted("information", [&](const Block& block) {
    if (blocks.size() == 32) return;  // what exposure found stays in the cache, as it does in a run
    blocks.push_back(block);
    for (Vertex i = block.first; i < block.last; ++i)
      if (r.adult(i)) deciding += __builtin_popcount(world.dockets[block.community].live & ~r.aware[i]);
  });
  std::vector<Exposure> exposures(blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b)
    stage.mechanism("exposure").residents(world, blocks[b], exposures[b]);
  for (auto _ : state) {
    for (std::size_t b = 0; b < blocks.size(); ++b) information.residents(world, blocks[b], exposures[b]);
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
  kurultai::Stage stage(20'000);
  kurultai::verify(kurultai::heard_right(stage), "information");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
