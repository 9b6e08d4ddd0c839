// revision: powers and shares of revenue are re-set from the gaps observed, again and again (MODEL 6; D6, D9, R1, R2).
//
// Every `every` years, where the budget year begins (0: never):
//
//   own_share    <- own_share    + step demand_j (target - own revenue_j / (own revenue_j + transfers_j))
//   own_autonomy <- own_autonomy + step demand_j (b_match (nation's match - match_j) + b_work min(0, 1 - workload_j))
//
// each kept within +- bound. A place that lives on transfers gets a larger share of its taxes, one that raises more
// than the target a smaller one. Powers go up where spending is farther from wishes than in the nation (there it is
// decided above), and down where the staff has more work than it can handle. A community without revenue and transfers
// has no gap of revenue. Limits: one formula for all, no bargaining; shares move all shared taxes alike.
#include <algorithm>

#include "mechanism/list.h"

namespace kurultai {
namespace {

class Revision final : public Mechanism {
 public:
  Revision()
      : Mechanism({.name = "revision",
            .meaning = "powers and shares of revenue are re-set from the gaps observed",
            .source = "MODEL 6; D6, D9, R1, R2",
            .phase = Phase::government,
            .reads = {"own_revenue", "transfers", "match", "workload", "adults"},
            .writes = {"own_autonomy", "own_share"}}) {
    observe({.name = "revised_autonomy",
        .meaning = "autonomy beyond the lever by revisions, mean over adults",
        .source = "D6, R1",
        .community = over_adults(&Akimats::own_autonomy)});
    observe({.name = "revised_share",
        .meaning = "share of shared taxes kept beyond the lever by revisions, mean over adults",
        .source = "D6, R2",
        .community = over_adults(&Akimats::own_share)});
  }

  Lever demand{*this,
      {.name = "demand", .meaning = "how far a community's gaps count in a revision", .source = "D6, D9"}, 1.0, {0, 1}};
  Whole every{*this,
      {.name = "every", .unit = "year", .meaning = "years between two revisions; 0: none", .source = "D6"}, 0,
      {0, 100}};
  Real step{*this, {.name = "step", .meaning = "share of a gap that one revision answers", .source = "assumption"}, 0.5,
      {0, 1}};
  Real target{*this,
      {.name = "target",
          .meaning = "own revenue as a share of the budget that is aimed at",
          .source = "Ministry of National Economy: 35% by 2025 (verified)"},
      0.35, {0, 1}};
  Real b_match{*this,
      {.name = "b_match", .meaning = "autonomy given for a match below the nation's", .source = "R1; assumption"}, 2.0,
      {0, 20}};
  Real b_work{*this,
      {.name = "b_work", .meaning = "autonomy taken for work beyond capacity", .source = "R1; assumption"}, 0.5,
      {0, 20}};
  Real bound{
      *this, {.name = "bound", .meaning = "largest change by all revisions", .source = "assumption"}, 0.3, {0, 1}};

  void prepare(World& world) override {
    world.akimats.own_autonomy.fill(0.0);
    world.akimats.own_share.fill(0.0);
  }

  void begin(World& world) override {
    if (every == 0 || world.tick() == 0 || world.tick() % (52 * static_cast<std::uint32_t>(every)) != 0) return;
    Akimats& a = world.akimats;
    double adults = 0;
    double match = 0;
    for (std::size_t c = 0; c < a.size(); ++c) {
      adults += a.adults[c];
      match += a.adults[c] * a.match[c];
    }
    if (adults <= 0) return;
    match /= adults;
    const auto move = [this](double& own, double gap) {
      own = std::clamp(own + step * gap, -bound.value(), bound.value());
    };
    for (std::size_t c = 0; c < a.size(); ++c) {
      const double budget = a.own_revenue[c] + std::max(0.0, a.transfers[c]);
      if (budget > 0) move(a.own_share[c], demand[c] * (target - a.own_revenue[c] / budget));
      move(a.own_autonomy[c],
          demand[c] * (b_match * (match - a.match[c]) + b_work * std::min(0.0, 1.0 - a.workload[c])));
    }
  }
};

}  // namespace

std::unique_ptr<Mechanism> make_revision() { return std::make_unique<Revision>(); }

}  // namespace kurultai
