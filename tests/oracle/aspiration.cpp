// Learning by aspiration (Bendor, Diermeier and Ting 2003): with fixed aspirations and p = h the mean
// propensity settles at (1 - s_stay) / ((1 - s_act) + (1 - s_stay)), whatever alpha (the mean obeys a linear
// recursion), and histories are persistent.
#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

struct Histories {
  double share = 0;       // of occasions on which residents acted
  double se = 0;          // of `share`: residents are independent of each other
  double propensity = 0;  // mean at the end
  double dispersion = 0;  // variance of the number of acts of a resident, over the binomial's
};

/// Aspiration 1/2 and noise of +-1/2 make the payoff itself the chance to be satisfied.
Histories live(double s_act, double s_stay, double alpha, double trace) {
  constexpr std::size_t n = 10000;
  constexpr int forget = 150;  // weeks, a matter each: exp(-0.07 x 150) < 3e-5 of the start is left
  constexpr int rounds = 100;
  Experiment e;
  std::vector<std::string> on = {"agenda", "information", "participation", "response", "propensity"};
  if (trace > 0) on.push_back("trace");
  e.only(on);
  e.sway_nobody();
  e.tell_nobody();
  e.set({{"information.reach", 1.0},
         {"propensity.alpha", alpha},
         {"propensity.beta", 0.0},
         {"propensity.aspiration", 0.5},
         {"propensity.spread", 0.5},
         {"propensity.v_act", s_act},
         {"propensity.v_stay", s_stay},
         {"propensity.v_answer", 0.0},
         {"propensity.v_public", 0.0},
         {"trace.gain", trace},
         {"output.levels", std::vector<std::string>{"nation"}}});
  e.add_form("weekly", {{"period", 1}, {"open", 1}});
  e.move_into(society_of({n}, {}));
  e.weeks(forget);
  const Residents& r = e.residents();
  std::vector<int> acts(n, 0);
  for (int week = 0; week < rounds; ++week) {
    e.weeks(1);
    const std::uint16_t closing = e.world().dockets[0].closing;
    REQUIRE(__builtin_popcount(closing) == 1);
    for (std::size_t i = 0; i < n; ++i) acts[i] += (r.acted[i] & closing) != 0;
  }
  Histories h;
  for (const int a : acts) h.share += a / (1.0 * n * rounds);
  double variance = 0;
  for (const int a : acts) variance += (a - rounds * h.share) * (a - rounds * h.share) / (n - 1.0);
  h.se = std::sqrt(variance / n) / rounds;
  h.dispersion = variance / (rounds * h.share * (1 - h.share));
  for (std::size_t i = 0; i < n; ++i) h.propensity += r.propensity(i, 0) / n;
  return h;
}

}  // namespace

TEST_CASE("aspiration: mean participation is what satisfaction makes it") {
  // SE from the residents' own histories, about 0.0013: tolerance 4 SE, false alarm 6e-5 each. Propensity at
  // one moment has SE 0.2 / sqrt(10000) = 0.002 (its SD is below 0.2): tolerance 4 SE.
  struct Case {
    double act, stay, expected;
  };
  for (const Case& c : {Case{0.5, 0.8, 0.2857}, Case{0.7, 0.4, 0.6667}}) {
    const Histories h = live(c.act, c.stay, 0.1, 0);
    INFO("share " << h.share << " +- " << h.se << ", propensity " << h.propensity << ", dispersion "
                  << h.dispersion);
    CHECK(std::abs(h.share - c.expected) < 4 * h.se);
    CHECK(h.se < 0.003);
    CHECK(std::abs(h.propensity - c.expected) < 0.008);
  }
}

TEST_CASE("aspiration: the oracle notices another payoff") {
  // s_act = 0.55 in the place of 0.5: 0.2 / 0.65 = 0.3077.
  const Histories h = live(0.55, 0.8, 0.1, 0);
  CHECK(std::abs(h.share - 0.2857) > 4 * h.se);
  CHECK(std::abs(h.share - 0.3077) < 4 * h.se);
}

TEST_CASE("aspiration: histories are persistent, by learning and by the trace") {
  // Variance of the number of acts in 100 rounds over the binomial's. Its SE for 10,000 residents is
  // sqrt(2 / 10000) = 0.014 where histories have no memory: with neither it must be 1 within 4 SE (false
  // alarm 6e-5), with either it is far above. The trace alone: gain x 52 / ln 2 = 1.5 log-odds for those who
  // always act.
  const Histories none = live(0.7, 0.4, 0.0, 0);
  const Histories learned = live(0.7, 0.4, 0.1, 0);
  const Histories habit = live(0.7, 0.4, 0.0, 0.02);
  INFO("dispersion " << none.dispersion << ", " << learned.dispersion << ", " << habit.dispersion);
  CHECK(std::abs(none.dispersion - 1) < 0.057);
  CHECK(std::abs(none.share - 0.5) < 4 * none.se);
  CHECK(learned.dispersion > 1.5);
  CHECK(habit.dispersion > 1.3);
  CHECK(habit.share > none.share + 0.05);
}
