// spending: what the akimat knows becomes a mix, the mix becomes public goods (MODEL 6, 9; R1, R3, R4, R7, D6).
//
//   k = s / (s + s_0)                         knowledge from the share s of adults who took part in the last year
//   estimate = (1 - k) prior + k heard        prior: the nation's mix of wishes
//   own mix  = w_state state_mix + (1 - w_state) estimate
//   mix      = (1 - share) own mix + share voted      share: what a participatory vote sets
//   match    = 1 - 1/2 sum_g |mix_g - wishes_g|
//   loss     = l_0 exp(-a_audit audit - a_open openness - a_res watch openness),  watch = oversight + (1 - oversight) watched
//   G_g     <- G_g + 4/52 (mix_g R (1 - loss) - delta G_g) + cofinanced_g (1 - loss)
//
// watched: share of the members of oversight bodies who took part in the last review of the budget; cofinanced: what
// residents gave, and the state added, since the last time (`response`).
// Every fourth week, communities in turn. R: budget for goods a head, as the census gives it times `resources`.
// a_audit after Olken 2007 (audits 4% to 100%: missing spending from 27.7 to 19.2 points, about -8); a_res is 0
// unless a scenario says otherwise, since inviting residents did about nothing there. Stocks start at the
// equilibrium of the first mix.
#include <algorithm>
#include <cmath>

#include "base/elementary.h"
#include "mechanism/conduct.h"
#include "mechanism/list.h"

namespace kurultai {
namespace {

class Spending final : public Mechanism {
 public:
  Spending()
      : Mechanism({.name = "spending",
                   .meaning = "known wishes and the state's priorities become public goods",
                   .source = "MODEL 6, 9; R1, R3, R4, R7, D6; Olken 2007",
                   .phase = Phase::economy,
                   .reads = {"wishes", "heard", "took_part", "voted", "watched"},
                   .writes = {"mix", "match", "loss", "stock", "cofinanced"}}) {
    const auto weighted = [](const Column<double> Akimats::* column) {
      return [column](const World& world, std::size_t c, std::size_t) {
        return SeriesSpec::Ratio{(world.akimats.*column)[c] * world.akimats.adults[c], static_cast<double>(world.akimats.adults[c])};
      };
    };
    observe({.name = "match", .meaning = "agreement of spending with residents' wishes, mean over adults", .source = "I1, D2, T3", .community = weighted(&Akimats::match)});
    observe({.name = "loss", .meaning = "share of spending that is lost, mean over adults", .source = "R3, Olken 2007", .community = weighted(&Akimats::loss)});
  }

  Real s0{*this, {.name = "s_0", .symbol = "s_0", .meaning = "share of adults taking part at which half of the wishes are known", .source = "MODEL 6; assumption"}, 0.05, {1e-6, 10}};
  Numbers state_mix{*this, {.name = "state_mix", .unit = "weight", .meaning = "the state's priorities: water, roads, school, health, safety, work", .source = "assumption"}, {0.15, 0.25, 0.25, 0.20, 0.10, 0.05}, {0, 1}};
  Real l0{*this, {.name = "l_0", .symbol = "l_0", .meaning = "share lost without audit, openness and oversight", .source = "Olken 2007: 0.28 at 4% audits"}, 0.28, {0, 1}};
  Real a_audit{*this, {.name = "a_audit", .symbol = "a_audit", .meaning = "effect of audits on losses", .source = "Olken 2007: -8 points from 4% to 100%: ln(0.277 / 0.192) / 0.96"}, 0.38, {0, 10}};
  Real a_open{*this, {.name = "a_open", .symbol = "a_open", .meaning = "effect of openness on losses", .source = "R4; assumption"}, 0.2, {0, 10}};
  Real a_res{*this, {.name = "a_res", .symbol = "a_res", .meaning = "effect of residents' oversight where documents are open", .source = "Olken 2007: about 0; range 0-0.4"}, 0.0, {0, 0.4}};
  Real delta{*this, {.name = "delta", .symbol = "delta", .unit = "per year", .meaning = "wear of public goods", .source = "assumption"}, 0.2, {1e-6, 1}};

  [[nodiscard]] std::string inconsistency() const override {
    double sum = 0;
    for (const double w : state_mix.value()) sum += w;
    if (state_mix.value().size() != good_count) return "state_mix needs one weight for each of the six goods";
    return sum > 0 ? "" : "state_mix must have a weight above 0";
  }

  void prepare(World& world) override {
    Akimats& a = world.akimats;
    nation(world);
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      decide(world, c);
      for (std::size_t g = 0; g < good_count; ++g) a.stock(c, g) = arriving(world, c, g) / delta;
    }
  }

  void begin(World& world) override {
    nation(world);
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      if (!world.due(c, 4)) continue;
      decide(world, c);
      for (std::size_t g = 0; g < good_count; ++g) {
        double& stock = world.akimats.stock(c, g);
        double& cofinanced = world.akimats.cofinanced(c, g);
        stock += 4.0 / 52.0 * (arriving(world, c, g) - delta * stock) + cofinanced * (1.0 - world.akimats.loss[c]);
        cofinanced = 0;
      }
    }
  }

 private:
  void nation(const World& world) {
    prior_.fill(0.0);
    double adults = 0;
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      adults += world.akimats.adults[c];
      for (std::size_t g = 0; g < good_count; ++g) prior_[g] += world.akimats.wishes(c, g) * world.akimats.adults[c];
    }
    for (double& share : prior_) share = adults > 0 ? share / adults : 1.0 / good_count;
  }

  void decide(World& world, std::size_t c) const {
    Akimats& a = world.akimats;
    const Practice& practice = world.practice;
    const double known = a.took_part[c] / (a.took_part[c] + s0);
    double state_sum = 0;
    for (const double w : state_mix.value()) state_sum += w;
    double voted = 0;
    for (std::size_t g = 0; g < good_count; ++g) voted += a.voted(c, g);
    const double share = voted > 0 ? practice.capital[c] * practice.participatory_share[c] : 0.0;
    double distance = 0;
    for (std::size_t g = 0; g < good_count; ++g) {
      const double estimate = (1.0 - known) * prior_[g] + known * a.heard(c, g);
      const double own = practice.state_weight[c] * state_mix[g] / state_sum + (1.0 - practice.state_weight[c]) * estimate;
      a.mix(c, g) = (1.0 - share) * own + share * a.voted(c, g);
      distance += std::abs(a.mix(c, g) - a.wishes(c, g));
    }
    a.match[c] = 1.0 - 0.5 * distance;
    const double watch = practice.oversight[c] + (1.0 - practice.oversight[c]) * a.watched[c];
    a.loss[c] = l0 * exp_(-a_audit * practice.audit[c] - a_open * openness(world, c) - a_res * watch * openness(world, c));
  }

  /// Thousand tenge a head and year that reach good g.
  [[nodiscard]] double arriving(const World& world, std::size_t c, std::size_t g) const {
    return world.akimats.mix(c, g) * world.society.country.communities[c].resources * world.practice.resources[c] * (1.0 - world.akimats.loss[c]);
  }

  std::array<double, good_count> prior_{};  ///< made anew every week: no state
};

}  // namespace

std::unique_ptr<Mechanism> make_spending() { return std::make_unique<Spending>(); }

}  // namespace kurultai
