// transfers: what budgets give each other (MODEL 7.37; D4, D5, P8, R2, R8).
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

#include "mechanism/kit/money.h"
#include "mechanism/kit/offers.h"
#include "mechanism/kit/transfer_formula.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Transfers final : public Mechanism {
 public:
  Transfers()
      : Mechanism({.name = "transfers",
            .meaning = "a formula decides what budgets give each other",
            .source = "MODEL 7.37; D4, D5, P8, R2, R8",
            .phase = Phase::economy}) {}

  Lever equalisation{*this, "equalisation", 1.0, {0, 1}, "share of what a budget lacks that it is given",
      "D4, P8; the law's general transfers: all", {.symbol = "eq"}};
  Lever withdrawal{*this, "withdrawal", 1.0, {0, 1}, "share of what a budget has over its need that is taken",
      "D4, R2; the law's withdrawals: all", {.symbol = "wd"}};
  Lever standard{*this, "standard", 0.5, {0, 1}, "how far capacity is counted at standard instead of actual effort",
      "MODEL 7.37; assumption: forecasts hold for some years, then follow what came in", {.symbol = "s"}};
  Lever clawback{*this, "clawback", 0.0, {0, 1}, "share of own revenue beyond the standard that is taken back, on top",
      "D4, R8; Zhuravskaya 2000", {.symbol = "c"}};
  Lever base_equalisation{*this, "base_equalisation", 0.0, {0, 1},
      "how far capacity follows the base as it is, at the reference rate, instead of the base of the start",
      "MODEL 7.37; Buettner 2006", {.symbol = "alpha"}};
  Lever grants{*this, "grants", 0.0, {0, 1000}, "performance grants for communities above the mean LSG index",
      "R8, P8, I1", {.unit = "thousand tenge a head and year"}};
  Lever cut{*this, "cut", 0.0, {0, 1}, "share of transfers that is not paid", "MODEL 7.37, shocks: transfer cut; D4"};
  Real need_district{*this, "need_district", 165, {0, 1e5}, "what a district needs for functions of its own",
      "set so that regions depend on the republic for 50.7% on average (Sep 2025)",
      {.unit = "thousand tenge a head and year"}};
  Real need_region{*this, "need_region", 72, {0, 1e5}, "what a region needs for functions of its own",
      "set so that regions depend on the republic for 50.7% on average (Sep 2025)",
      {.unit = "thousand tenge a head and year"}};

  void prepare(const Week& week) override { plan(week, false); }

  void begin(const Week& week) override {
    if (week.tick() % weeks_a_year == 0) plan(week, true);
  }

 private:
  Read<double> lsg_index_{*this, &Akimats::lsg_index};
  Need need_{*this};
  ReadLever incentive_{*this, &RevenueIncentive::incentive, "revenue.enabled=true"};  // off, nothing is in excess
  ReadPlanned tax_{*this, Flow::tax, at_start};
  LevelsAccess<double, Access::How::reads, Level::community, Level::district, Level::region> standard_revenue_{
      *this, &Budgets::standard, at_start};
  Write<double> transfers_{*this, &Akimats::transfers, at_start};
  WritePlanned given_{*this, Flow::equalisation, at_start};
  WritePlanned taken_{*this, Flow::withdrawal, at_start};
  WritePlanned granted_{*this, Flow::grant, at_start};
  Offers<TransferRules> offered_{*this, {&equalisation, &withdrawal, &standard, &clawback, &base_equalisation, &cut}};

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

  [[nodiscard]] Rules rules(const Week& week, std::size_t c) const {
    const double people = inhabitants(week, c);
    if (!enabled) return {people, {1.0, 1.0, 1.0, 0.0, 0.0, 0.0}};  // off: as the start needs them, for ever
    return {people, {equalisation[c], withdrawal[c], standard[c], clawback[c], incentive_[c], cut[c]}};
  }

  /// `judged`: whether there is an index by which grants go; at the start there is none.
  void plan(const Week& week, bool judged) {
    const Country& country = week.country;
    of_district_.assign(country.districts.size(), {});
    of_region_.assign(country.regions.size(), {});
    below_district_.assign(of_district_.size(), 0.0);
    below_region_.assign(of_region_.size(), 0.0);
    for (std::size_t c = 0; c < country.communities.size(); ++c) {
      const Rules here = rules(week, c);
      const double t =
          here.formula.transfer(need_.of(week, c), tax_(Level::community, c), standard_revenue_[Level::community][c]);
      settle(Level::community, c, t);
      transfers_[c] = here.people > 0 ? t / here.people / 1000.0 : 0.0;
      of_district_[country.communities[c].district].add(here);
      below_district_[country.communities[c].district] += t;
    }
    for (std::size_t d = 0; d < of_district_.size(); ++d) {
      below_region_[country.districts[d].region] +=
          area(Level::district, d, of_district_[d], need_district, below_district_[d]);
      of_region_[country.districts[d].region].add(of_district_[d]);
    }
    for (std::size_t r = 0; r < of_region_.size(); ++r)
      area(Level::region, r, of_region_[r], need_region, below_region_[r]);
    grant(week, judged);
  }

  /// Plans what is given to place k, or taken from it.
  void settle(Level level, std::size_t k, double transfer) const {
    given_(level, k) = std::max(0.0, transfer);
    taken_(level, k) = std::max(0.0, -transfer);
  }
  /// A district or a region: its own transfer and what passes through it; returns both together.
  double area(Level level, std::size_t k, const Rules& rules, double need_a_head, double below) const {
    const double t =
        rules.formula.transfer(1000.0 * need_a_head * rules.people, tax_(level, k), standard_revenue_[level][k]);
    settle(level, k, t + below);
    return t + below;
  }

  void grant(const Week& week, bool judged) {
    const std::size_t communities = week.communities();
    if (!judged) {
      for (std::size_t c = 0; c < communities; ++c) granted_(Level::community, c) = 0.0;
      return;
    }
    double people = 0;
    double pool = 0;
    double index = 0;
    for (std::size_t c = 0; c < communities; ++c) {
      const double here = inhabitants(week, c);
      people += here;
      pool += here * (enabled ? grants[c] : 0.0);
      index += here * lsg_index_[c];
    }
    const double mean = people > 0 ? index / people : 0.0;
    std::vector<double>& merit = merit_;
    merit.assign(communities, 0.0);
    for (std::size_t c = 0; c < communities; ++c) {
      const double above = lsg_index_[c] - mean;
      merit[c] = above > 1e-9 ? inhabitants(week, c) * above : 0.0;
    }
    const double all = std::accumulate(merit.begin(), merit.end(), 0.0);
    for (std::size_t c = 0; c < communities; ++c)
      granted_(Level::community, c) = all > 0 ? 1000.0 * pool * merit[c] / all : 0.0;
  }

  // Scratch of a plan.
  std::vector<Rules> of_district_;
  std::vector<Rules> of_region_;
  std::vector<double> below_district_;
  std::vector<double> below_region_;
  std::vector<double> merit_;
};

}  // namespace

std::unique_ptr<Mechanism> make_transfers() { return std::make_unique<Transfers>(); }

}  // namespace kurultai
