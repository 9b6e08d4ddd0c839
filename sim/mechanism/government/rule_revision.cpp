// revision: powers and shares of revenue are re-set from the gaps observed, again and again (MODEL 7.33; D6, D9, R1,
// R2).
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

#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class RuleRevision final : public Mechanism {
 public:
  RuleRevision()
      : Mechanism({.name = "revision",
            .meaning = "powers and shares of revenue are re-set from the gaps observed",
            .source = "MODEL 7.33; D6, D9, R1, R2",
            .phase = Phase::government}) {
    observe({.name = "revised_autonomy",
        .meaning = "autonomy beyond the lever by revisions, mean over adults",
        .source = "D6, R1",
        .community = over_adults_of(adults_, own_autonomy_)});
    observe({.name = "revised_share",
        .meaning = "share of shared taxes kept beyond the lever by revisions, mean over adults",
        .source = "D6, R2",
        .community = over_adults_of(adults_, own_share_)});
  }

  Lever demand{*this, "demand", 1.0, {0, 1}, "how far a community's gaps count in a revision", "D6, D9"};
  Whole every{*this, "every", 0, {0, 100}, "years between two revisions; 0: none", "D6", {.unit = "year"}};
  Real step{*this, "step", 0.5, {0, 1}, "share of a gap that one revision answers", "assumption"};
  Real target{*this, "target", 0.35, {0, 1}, "own revenue as a share of the budget that is aimed at",
      "Ministry of National Economy: 35% by 2025 (verified)"};
  Real b_match{*this, "b_match", 2.0, {0, 20}, "autonomy given for a match below the nation's", "R1; assumption"};
  Real b_work{*this, "b_work", 0.5, {0, 20}, "autonomy taken for work beyond capacity", "R1; assumption"};
  Real bound{*this, "bound", 0.3, {0, 1}, "largest change by all revisions", "assumption"};

  void prepare(const Week& /*week*/) override {
    own_autonomy_.fill(0.0);
    own_share_.fill(0.0);
  }

  void begin(const Week& week) override {
    if (every == 0 || week.tick() == 0 || week.tick() % (weeks_a_year * static_cast<std::uint32_t>(every)) != 0) return;
    double adults = 0;
    double match = 0;
    for (std::size_t c = 0; c < week.communities(); ++c) {
      adults += adults_[c];
      match += adults_[c] * match_[c];
    }
    if (adults <= 0) return;
    match /= adults;
    const auto move = [this](double& own, double gap) {
      own = std::clamp(own + step * gap, -bound.value(), bound.value());
    };
    for (std::size_t c = 0; c < week.communities(); ++c) {
      const double budget = own_revenue_[c] + std::max(0.0, transfers_[c]);
      if (budget > 0) move(own_share_[c], demand[c] * (target - own_revenue_[c] / budget));
      move(own_autonomy_[c], demand[c] * (b_match * (match - match_[c]) + b_work * std::min(0.0, 1.0 - workload_[c])));
    }
  }

 private:
  Read<double> own_revenue_{*this, &Akimats::own_revenue};
  Read<double> transfers_{*this, &Akimats::transfers};
  Read<double> match_{*this, &Akimats::match};
  Read<double> workload_{*this, &Akimats::workload};
  Read<std::uint32_t> adults_{*this, &Akimats::adults};
  Write<double> own_autonomy_{*this, &Akimats::own_autonomy, at_start};
  Write<double> own_share_{*this, &Akimats::own_share, at_start};
};

}  // namespace

std::unique_ptr<Mechanism> make_rule_revision() { return std::make_unique<RuleRevision>(); }

}  // namespace kurultai
