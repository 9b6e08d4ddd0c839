// Who acts, against the equation of MODEL 5 term by term (C library) and the same reservation.
#include <benchmark/benchmark.h>

#include <cmath>

#include "kazakhstan.h"

namespace kurultai {
namespace {

struct Equation {
  Stage& stage;
  std::size_t c;
  Vertex i;
  const Matter& matter;
  unsigned slot;

  [[nodiscard]] double b(const char* name, std::size_t l = 0) const {
    return stage.value("participation", name, l);
  }

  /// What is the same in person and online.
  [[nodiscard]] double shared() const {
    World& world = stage.world();
    const Residents& r = world.residents();
    const Community& community = world.society.country.communities[c];
    const FormSpec& form = world.forms[matter.form];
    double u =
        b("b_duty") * r.duty[i] + b("b_eff") * (r.efficacy[i] - 0.5) + b("b_trust") * (r.trust[i] - 0.5);
    const double stake = matter.subject == good_count || matter.subject == r.wish[i] ? 1.0 : b("s_other");
    const double size =
        form.decides.is("budget") ? std::log1p(community.participatory_budget / b("money_0")) : 1.0;
    u += b("b_stake") * stake * size;
    double actors = 0;
    for (std::size_t l = 0; l < resident_layers; ++l) {
      double acted = 0;
      double all = 0;
      for (const Tie tie : world.society.ties.all(i)) {
        if (tie.to() < world.society.first[c] || tie.to() >= world.society.first[c + 1] ||
            static_cast<std::size_t>(tie.layer()) != l)
          continue;
        const bool carries = tie.layer() != Layer::online || r.platform[tie.to()] != 0;
        acted += carries && ((r.signal[tie.to()] >> (16 + slot)) & 1U) != 0 ? 1 : 0;
        all += 1;
      }
      if (all > 0) u += b("b_now", l) * acted / all;
      actors += acted;
    }
    return u + b("b_ask") * (1.0 - std::pow(1.0 - b("ask_rate"), actors));
  }

  [[nodiscard]] double utility(Family family) const {
    World& world = stage.world();
    const Residents& r = world.residents();
    const FormSpec& form = world.forms[matter.form];
    if (!form.in(family) || (family == Family::online && !r.platform[i])) return -1e9;
    const auto f = static_cast<std::size_t>(family);
    const auto type = static_cast<std::size_t>(world.society.country.communities[c].type);
    const double way = family == Family::offline ? b("way", type) : 0.0;
    const double unskilled = family == Family::online ? b("skill_hours") * (1.0 - r.skill[i]) : 0.0;
    const double hours = (1.0 - b("relief")) * (form.hours(family) + way + unskilled);
    const double h = r.propensity(i, f);
    return shared() + form.intercept + world.akimats.place_effect[c] +
           b("b_habit") * std::log(h / (1.0 - h)) + r.trace(i, f) +
           b("b_norm") * form.visibility(family) * world.akimats.cohesion[c] *
               (r.norm(i, f) - world.akimats.habitual_norm(c, f)) -
           b("b_cost") * hours;
  }
};

bool acts_right(Stage& stage) {
  World& world = stage.world();
  Residents& r = world.residents();
  Mechanism& participation = stage.mechanism("participation");
  Exposure exposure;
  bool right = true;
  std::size_t acts = 0;
  stage.for_wanted("participation", [&](const Block& block) {
    const std::size_t c = block.community;
    const Docket& docket = world.dockets[c];
    const std::vector<std::uint16_t> before(r.acted.data() + block.first, r.acted.data() + block.last);
    stage.mechanism("exposure").residents(world, block, exposure);
    participation.residents(world, block, exposure);
    for (Vertex i = block.first; i < block.last; ++i)
      for_slots(docket.open, [&](unsigned s) {
        if (((before[i - block.first] >> s) & 1U) != 0) return;
        const bool act = ((r.acted[i] >> s) & 1U) != 0;
        if (!r.adult(i) || ((r.aware[i] >> s) & 1U) == 0) {
          right = right && !act;
          return;
        }
        const Matter& matter = docket.slot[s];
        const FormSpec& form = world.forms[matter.form];
        const Equation equation{stage, c, i, matter, s};
        const double u = std::max(equation.utility(Family::offline), equation.utility(Family::online));
        const double time = form.decide > 0
                                ? static_cast<double>(std::min(form.decide.value(), form.open.value()))
                                : static_cast<double>(form.open.value());
        const double waited = std::log1p(std::exp(u)) * std::min(1.0, (world.week - matter.opens + 1) / time);
        const Draws draws(world.seed, world.replicate, participation.stream(),
                          static_cast<std::uint32_t>(matter.announced - world.first_week));
        const auto item = static_cast<std::uint32_t>(key_of(form.name()));
        const double reservation =
            -std::log(Draws::to_uniform(draws.words(world.society.name(c, i), item)[0]));
        if (std::abs(waited - reservation) > 1e-10) right = right && act == (waited > reservation);
        acts += act ? 1 : 0;
      });
  });
  return right && acts > 0;
}

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
      if (r.adult(i))
        deciding += __builtin_popcount(world.dockets[block.community].open & r.aware[i] & ~r.acted[i]);
  });
  std::vector<Exposure> exposures(blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b)
    stage.mechanism("exposure").residents(world, blocks[b], exposures[b]);
  for (auto _ : state) {
    for (std::size_t b = 0; b < blocks.size(); ++b) participation.residents(world, blocks[b], exposures[b]);
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
  kurultai::Stage stage(20'000);
  kurultai::verify(kurultai::acts_right(stage), "participation");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
