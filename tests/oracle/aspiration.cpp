// Learning by aspiration (Bendor, Diermeier and Ting 2003): with fixed aspirations and p = h the mean
// propensity settles at (1 - s_stay) / ((1 - s_act) + (1 - s_stay)), whatever alpha (the mean obeys a linear
// recursion), and histories are persistent. The trace by itself is a Markov chain in the number of times that it faded
// since the last act, with moments that can be computed.
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

constexpr std::size_t n = 10000;
constexpr int forget = 150;  // weeks, a matter each: exp(-0.07 x 150) < 3e-5 of the start is left
constexpr int rounds = 100;
constexpr double half_life = 4;  // of a trace, in weeks: the trace is halved every time that it fades

/// Aspiration 1/2 and noise of +-1/2 make the payoff itself the chance to be satisfied.
Histories live(double s_act, double s_stay, double alpha, double trace, double start = 0.5) {
  Experiment e;
  std::vector<std::string> on = {"agenda", "information", "participation", "response", "propensity"};
  if (trace > 0) on.push_back("trace");
  e.only(on);
  e.sway_nobody();
  e.tell_nobody();
  e.set({{"information.reach", 1.0}, {"propensity.start", start}, {"propensity.alpha", alpha}, {"propensity.beta", 0.0},
      {"propensity.aspiration", 0.5}, {"propensity.spread", 0.5}, {"propensity.v_act", s_act},
      {"propensity.v_stay", s_stay}, {"propensity.v_answer", 0.0}, {"propensity.v_public", 0.0}, {"trace.gain", trace},
      {"trace.half_life", half_life}, {"output.levels", std::vector<std::string>{"nation"}}});
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

/// What the trace makes of a chance `start` to act: an act renews it to `gain`, every fourth week it is halved. The
/// first two moments of the number of acts, among those whose trace faded m times since they last acted.
Histories chain(double start, double gain) {
  struct Moments {
    double mass = 0, first = 0, second = 0;
  };
  constexpr std::size_t last = 40;  // a trace that faded so often is none
  std::vector<Moments> faded(last + 1);
  faded[last].mass = 1;
  for (int week = 0; week < forget + rounds; ++week) {
    const double counts = week < forget ? 0.0 : 1.0;
    std::vector<Moments> next(last + 1);
    for (std::size_t m = 0; m <= last; ++m) {
      const double utility =
          std::log(start / (1 - start)) + (m == last ? 0.0 : gain * std::pow(0.5, static_cast<double>(m)));
      const double p = 1 / (1 + std::exp(-utility));
      const Moments& from = faded[m];
      Moments& acted = next[0];
      acted.mass += p * from.mass;
      acted.first += p * (from.first + counts * from.mass);
      acted.second += p * (from.second + counts * (2 * from.first + from.mass));
      Moments& stayed = next[std::min(last, m + (week % 4 == 0 ? 1 : 0))];
      stayed.mass += (1 - p) * from.mass;
      stayed.first += (1 - p) * from.first;
      stayed.second += (1 - p) * from.second;
    }
    faded = next;
  }
  double first = 0;
  double second = 0;
  for (const Moments& m : faded) {
    first += m.first;
    second += m.second;
  }
  Histories h;
  h.share = first / rounds;
  h.dispersion = (second - first * first) / (rounds * h.share * (1 - h.share));
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
    INFO("share " << h.share << " +- " << h.se << ", propensity " << h.propensity << ", dispersion " << h.dispersion);
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
  // alarm 6e-5), with either it is far above.
  const Histories none = live(0.7, 0.4, 0.0, 0);
  const Histories learned = live(0.7, 0.4, 0.1, 0);
  INFO("dispersion " << none.dispersion << ", " << learned.dispersion);
  CHECK(std::abs(none.dispersion - 1) < 0.057);
  CHECK(std::abs(none.share - 0.5) < 4 * none.se);
  CHECK(learned.dispersion > 1.5);
}

TEST_CASE("aspiration: the trace is the chain that it is meant to be") {
  // Share of acts within 4 SE; dispersion within 4 SE of a variance, sqrt(2 / 10000) = 1.4% of it: false alarm 6e-5
  // each.
  const Histories none = chain(0.2, 0);
  CHECK(none.share == Approx(0.2));
  CHECK(none.dispersion == Approx(1));
  for (const double gain : {1.5, 2.5}) {
    const Histories expected = chain(0.2, gain);
    const Histories habit = live(0.7, 0.4, 0.0, gain, 0.2);
    INFO("gain " << gain << ": share " << habit.share << " +- " << habit.se << ", expected " << expected.share
                 << "; dispersion " << habit.dispersion << ", expected " << expected.dispersion);
    CHECK(expected.dispersion > 1.3);
    CHECK(expected.share > 0.25);
    CHECK(std::abs(habit.share - expected.share) < 4 * habit.se);
    CHECK(std::abs(habit.dispersion / expected.dispersion - 1) < 0.057);
    // and the oracle notices another gain
    CHECK(std::abs(habit.share - chain(0.2, 0.9 * gain).share) > 4 * habit.se);
  }
}
