// transfers: what budgets give each other (MODEL 9; D4, D5, P8, R2, R8).
//
//   T_p = (1 - cut) formula(need_p, own_p, standard_p) where positive, else formula(...)        (formula.h)
//   X_p = T_p + sum over the places below of X         paid to p by the level above where positive, by p to it where
//   negative
//
// p: a community, a district, a region; above regions stands the republic, which pays what is missing and takes what is
// over. Need of a community: resources x akimat.resources a head; of districts and regions: need_district, need_region
// a head, for functions of their own, on which they spend what is left to them. A place's rules are its levers; a
// district's and a region's the mean over inhabitants. Besides, the republic gives communities
//
//   grant_j = pool people_j max(0, index_j - mean) / sum of that,      pool = sum of lever times inhabitants
//
// Once a year, when the budget year begins, after own revenue is planned. `budget` pays it.
// Limits: the formula knows last year's promises of nobody; no loans; a grant is no income that an akimat reckons with.
#include <algorithm>
#include <numeric>

#include "mechanism/formula.h"
#include "mechanism/list.h"
#include "mechanism/money.h"
#include "mechanism/setting.h"

namespace kurultai {
namespace {

class Transfers final : public Mechanism {
 public:
  Transfers()
      : Mechanism({.name = "transfers",
            .meaning = "a formula decides what budgets give each other",
            .source = "MODEL 9; D4, D5, P8, R2, R8",
            .phase = Phase::economy,
            .reads = {"lsg_index"},
            .writes = {"transfers"},
            .levers = {"akimat.resources"}}) {}

  Lever equalisation{*this,
      {.name = "equalisation",
          .symbol = "eq",
          .meaning = "share of what a budget lacks that it is given",
          .source = "D4, P8; the law's general transfers: all"},
      1.0, {0, 1}};
  Lever withdrawal{*this,
      {.name = "withdrawal",
          .symbol = "wd",
          .meaning = "share of what a budget has over its need that is taken",
          .source = "D4, R2; the law's withdrawals: all"},
      1.0, {0, 1}};
  Lever standard{*this,
      {.name = "standard",
          .symbol = "s",
          .meaning = "how far capacity is counted at standard instead of actual effort",
          .source = "MODEL 9; assumption: forecasts hold for some years, then follow what came in"},
      0.5, {0, 1}};
  Lever clawback{*this,
      {.name = "clawback",
          .symbol = "c",
          .meaning = "share of own revenue beyond the standard that is taken back, on top",
          .source = "D4, R8; Zhuravskaya 2000"},
      0.0, {0, 1}};
  Lever base_equalisation{*this,
      {.name = "base_equalisation",
          .symbol = "alpha",
          .meaning =
              "how far capacity follows the base as it is, at the reference rate, instead of the base of the start",
          .source = "MODEL 9; Buettner 2006"},
      0.0, {0, 1}};
  Lever grants{*this,
      {.name = "grants",
          .unit = "thousand tenge a head and year",
          .meaning = "performance grants for communities above the mean LSG index",
          .source = "R8, P8, I1"},
      0.0, {0, 1000}};
  Lever cut{*this,
      {.name = "cut", .meaning = "share of transfers that is not paid", .source = "MODEL 11, shocks: transfer cut; D4"},
      0.0, {0, 1}};
  Real need_district{*this,
      {.name = "need_district",
          .unit = "thousand tenge a head and year",
          .meaning = "what a district needs for functions of its own",
          .source = "set so that regions depend on the republic for 50.7% on average (Sep 2025)"},
      165, {0, 1e5}};
  Real need_region{*this,
      {.name = "need_region",
          .unit = "thousand tenge a head and year",
          .meaning = "what a region needs for functions of its own",
          .source = "set so that regions depend on the republic for 50.7% on average (Sep 2025)"},
      72, {0, 1e5}};

  void prepare(World& world) override { plan(world); }

  void begin(World& world) override {
    if (world.tick() % budget_year == 0) plan(world);
  }

 private:
  static constexpr std::size_t tax = static_cast<std::size_t>(Flow::tax);
  static constexpr std::size_t given = static_cast<std::size_t>(Flow::equalisation);
  static constexpr std::size_t taken = static_cast<std::size_t>(Flow::withdrawal);
  static constexpr std::size_t granted = static_cast<std::size_t>(Flow::grant);

  /// The rules of a place.
  struct Rules {
    double people = 0;
    TransferFormula formula{0, 0, 0, 0, 0, 0};
    void add(const Rules& other) {
      const double sum = people + other.people;
      const double w = sum > 0 ? other.people / sum : 1.0;
      const auto mix = [&](double& mine, double theirs) { mine += w * (theirs - mine); };
      mix(formula.equalisation, other.formula.equalisation);
      mix(formula.withdrawal, other.formula.withdrawal);
      mix(formula.standard, other.formula.standard);
      mix(formula.clawback, other.formula.clawback);
      mix(formula.incentive, other.formula.incentive);
      mix(formula.cut, other.formula.cut);
      people = sum;
    }
  };

  [[nodiscard]] Rules rules(const World& world, std::size_t c, const Lever& incentive) const {
    const double people = inhabitants(world, c);
    if (!enabled) return {people, {1.0, 1.0, 1.0, 0.0, 0.0, 0.0}};  // off: as the start needs them, for ever
    return {people, {equalisation[c], withdrawal[c], standard[c], clawback[c], incentive[c], cut[c]}};
  }

  void plan(World& world) const {
    const Country& country = world.society.country;
    const Lever& incentive = setting<Lever>(world, "revenue.incentive");
    Ledger& ledger = world.ledger;
    std::vector<Rules> of_district(country.districts.size());
    std::vector<Rules> of_region(country.regions.size());
    std::vector<double> below_district(of_district.size(), 0.0);
    std::vector<double> below_region(of_region.size(), 0.0);
    for (std::size_t c = 0; c < country.communities.size(); ++c) {
      const Rules here = rules(world, c, incentive);
      const double t =
          here.formula.transfer(need_of(world, c), ledger.community.plan(c, tax), ledger.community.standard[c]);
      settle(ledger.community, c, t);
      world.akimats.transfers[c] = here.people > 0 ? t / here.people / 1000.0 : 0.0;
      of_district[country.communities[c].district].add(here);
      below_district[country.communities[c].district] += t;
    }
    for (std::size_t d = 0; d < of_district.size(); ++d) {
      below_region[country.districts[d].region] +=
          level(ledger.district, d, of_district[d], need_district, below_district[d]);
      of_region[country.districts[d].region].add(of_district[d]);
    }
    for (std::size_t r = 0; r < of_region.size(); ++r)
      level(ledger.region, r, of_region[r], need_region, below_region[r]);
    grant(world);
  }

  /// Plans what is given to place k, or taken from it.
  static void settle(Budgets& budgets, std::size_t k, double transfer) {
    budgets.plan(k, given) = std::max(0.0, transfer);
    budgets.plan(k, taken) = std::max(0.0, -transfer);
  }
  /// A district or a region: its own transfer and what passes through it; returns both together.
  static double level(Budgets& budgets, std::size_t k, const Rules& rules, double need_a_head, double below) {
    const double t =
        rules.formula.transfer(1000.0 * need_a_head * rules.people, budgets.plan(k, tax), budgets.standard[k]);
    settle(budgets, k, t + below);
    return t + below;
  }

  void grant(World& world) const {
    const std::size_t communities = world.society.communities();
    double people = 0;
    double pool = 0;
    double index = 0;
    for (std::size_t c = 0; c < communities; ++c) {
      const double here = inhabitants(world, c);
      people += here;
      pool += here * (enabled ? grants[c] : 0.0);
      index += here * world.akimats.lsg_index[c];
    }
    const double mean = people > 0 ? index / people : 0.0;
    std::vector<double> merit(communities, 0.0);
    for (std::size_t c = 0; c < communities; ++c) {
      const double above = world.akimats.lsg_index[c] - mean;
      merit[c] = above > 1e-9 ? inhabitants(world, c) * above : 0.0;
    }
    const double all = std::accumulate(merit.begin(), merit.end(), 0.0);
    for (std::size_t c = 0; c < communities; ++c)
      world.ledger.community.plan(c, granted) = all > 0 ? 1000.0 * pool * merit[c] / all : 0.0;
  }
};

}  // namespace

std::unique_ptr<Mechanism> make_transfers() { return std::make_unique<Transfers>(); }

}  // namespace kurultai
