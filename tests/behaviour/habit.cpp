// Habit: histories of voting are habitual, and an act begets the next.
//
// "Off" is: an act leaves no trace (trace.gain = 0) and propensities do not learn (propensity.alpha = 0); all else, the
// spread of propensities at the start too, is equal, and both seek the same turnout (form.baseline).
#include <array>

#include "voters.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

const std::vector<double> published_sizes = {
    0.139, 0.622, 0.167, 0.061, 0.011};  // Gerber, Green, Larimer 2008, recomputed

struct Histories {
  double mean = 0;      ///< of the number of acts in ten elections
  double variance = 0;  ///< over voters
};

Histories ten_elections(bool habit) {
  Voters e(published_sizes);
  if (!habit) e.set({{"trace.gain", 0.0}, {"propensity.alpha", 0.0}});
  e.settle();
  std::vector<int> acts(e.residents().size(), 0);
  for (int k = 0; k < 10; ++k) {
    const std::vector<std::uint8_t> acted = e.election();
    for (std::size_t i = 0; i < acts.size(); ++i) acts[i] += acted[i];
  }
  Histories h;
  const auto n = static_cast<double>(acts.size());
  for (const int a : acts) h.mean += a / n;
  for (const int a : acts) h.variance += (a - h.mean) * (a - h.mean) / n;
  return h;
}

/// Treated less control, in each election from the one in which every tenth voter is brought to vote. The same draws.
std::array<double, 2> after_inducing(const std::vector<std::pair<std::string, Value>>& settings = {}) {
  Voters e(published_sizes);
  e.set(settings);
  e.add_policy("induced", {{"lever", "participation.induce"}, {"mode", "set"}, {"dose", 1.0}, {"start", 0}, {"end", 5},
                              {"unit", "resident"}, {"share", 0.1}, {"trial", true}, {"outcome", "election"}});
  e.settle();
  std::array<double, 2> effect{};
  for (double& difference : effect) {
    const std::vector<std::uint8_t> acted = e.election();
    const Trial& trial = e.world().trials[0];
    std::array<double, 2> acts{};
    std::array<double, 2> voters{};
    for (std::size_t i = 0; i < acted.size(); ++i) {
      REQUIRE((trial.residents[i] == Trial::treated || trial.residents[i] == Trial::control));
      const std::size_t arm = trial.residents[i] == Trial::treated ? 1 : 0;
      acts[arm] += acted[i];
      ++voters[arm];
    }
    difference = acts[1] / voters[1] - acts[0] / voters[0];
  }
  return effect;
}

}  // namespace

TEST_CASE("habit: numbers of acts differ more between voters with habit than without") {
  // 20,000 voters: SE of a variance about 1%, of a ratio 1.5%.
  const Histories with = ten_elections(true);
  const Histories without = ten_elections(false);
  INFO(fmt::format("with habit {:.3f} acts, variance {:.3f}; without {:.3f} acts, variance {:.3f}; ratio {:.3f}",
      with.mean, with.variance, without.mean, without.variance, with.variance / without.variance));
  CHECK(with.mean == Approx(3.0).margin(0.3));
  CHECK(without.mean == Approx(3.0).margin(0.3));
  CHECK(with.mean == Approx(without.mean).margin(0.3));
  CHECK(with.variance > 1.3 * without.variance);
}

TEST_CASE("habit: an induced act makes the next likelier by 5 to 20 points, and not without habit") {
  // Coppock, Green 2016: about 10 points. 2,000 treated: SE of a difference between arms 1 point, of the ratio 1.5
  // points.
  const std::array<double, 2> with = after_inducing();
  INFO(fmt::format("induced {:.3f}, the next election {:.4f}: {:.4f} an act", with[0], with[1], with[1] / with[0]));
  CHECK(with[0] > 0.4);
  CHECK(with[1] / with[0] > 0.05);
  CHECK(with[1] / with[0] < 0.20);

  // What is left without habit is what the act does to others who come back to one: next to nothing a year later.
  const std::array<double, 2> without = after_inducing({{"trace.gain", 0.0}, {"propensity.alpha", 0.0}});
  INFO(fmt::format("without habit: induced {:.3f}, the next election {:.4f}", without[0], without[1]));
  CHECK(without[0] > 0.4);
  CHECK(std::abs(without[1] / without[0]) < 0.05);
}
