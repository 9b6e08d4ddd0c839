// revenue: akimats of communities choose effort and rates, and own revenue follows (MODEL 7.36; D4, D6, R2, R8).
//
//   own_j      = sum over taxes t of share_tj B_tj f_t(tau_j) (reach_t e_j + (1 - reach_t) e_0)
//   f_t(tau)   = tau exp(-epsilon (tau - 1)) where akimats may set the rate, else 1
//   standard_j = e_0 sum of share_tj Bo_tj (1 + alpha (base_tj / Bo_tj - 1))     times the reference rate tbar where
//   free e, tau     maximise own + T(need, own, standard) - kappa P e^(1 + 1/eta) / (1 + 1/eta),     P = sum of reach_t
//   B_tj kappa      = usual_share / e_0^(1/eta)
//
// Once a year, when the budget year begins, for all communities; effort and rate then move by `speed` toward the best,
// effort with the akimat's own deviation own_effort. B: what the law's rate would bring from the place's output at full
// effort, times a lasting factor of the place (lognormal, mean 1, SD of its logarithm base_spread); Bo: the same at the
// output of the start; base: what is left of it at the rate chosen, exp(-epsilon (tau - 1)). T is the formula of
// `transfers` as it stands (formula.h), so what it takes back of own revenue lowers effort, and equalising the base
// raises rates, without either being written here. In closed form, with one tax, retention rho and clawback c in all,
//
//   e* = min(1, (rho (1 - c) / kappa)^eta),        tau* = 1 / epsilon + alpha tbar
//
// (Zhuravskaya 2000; Buettner 2006; Egger et al. 2010). Shares: the levers [tax.NAME], the community's first; where it
// has one at all, own_share (revision) adds to it. Where there is no tax, effort is e_0. Limits: one effort for all
// taxes; taxpayers do not move; districts and regions take what comes; no cost of high rates but the base that they
// lose.
#include <algorithm>
#include <array>
#include <limits>

#include "base/elementary.h"
#include "base/parallel.h"
#include "mechanism/kit/money.h"
#include "mechanism/kit/offers.h"
#include "mechanism/kit/transfer_formula.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Revenue final : public Mechanism {
 public:
  Revenue()
      : Mechanism({.name = "revenue",
            .meaning = "akimats choose tax effort and rates, and own revenue follows",
            .source = "MODEL 7.36; D4, D6, R2, R8; Zhuravskaya 2000, Buettner 2006, Egger et al. 2010",
            .phase = Phase::economy}) {
    observe({.name = "effort",
        .meaning = "share of its tax potential that an akimat collects, mean over inhabitants",
        .source = "D4, R2, R8",
        .community = [this](const Week& week, std::size_t c, std::size_t) {
          const double people = inhabitants(week, c);
          return SeriesSpec::Ratio{effort_[c] * people, people};
        }});
    observe({.name = "tax_rate",
        .unit = "factor",
        .meaning = "rate of the taxes that akimats may set, relative to the law's; mean over inhabitants",
        .source = "MODEL 7.36; Buettner 2006",
        .community = [this](const Week& week, std::size_t c, std::size_t) {
          const double people = inhabitants(week, c);
          return SeriesSpec::Ratio{rate_[c] * people, people};
        }});
  }

  Lever incentive{*this, "incentive", 0.0, {0, 1},
      "share of own revenue beyond the standard that the formula of transfers leaves out of account", "R8"};
  Real base_spread{*this, "base_spread", 1.3, {0, 3},
      "lasting differences of the tax base between communities, beyond output",
      "set so that transfers are about 0.9 of the budget of the median small okrug (7 budgets, legal database)",
      {.unit = "SD of log"}};
  Real e0{*this, "effort_0", 0.7, {0.01, 1},
      "standard effort: share of the potential that is collected as things stand", "assumption", {.symbol = "e_0"}};
  Real eta{*this, "eta", 0.3, {0.01, 20},
      "elasticity of effort to the share that is kept; effort responds steeply only if it is large",
      "MODEL 7.36; assumption", {.symbol = "eta"}};
  Real usual_share{*this, "usual_share", 0.1275271, {1e-6, 1},
      "share of another tenge of tax that an akimat keeps in the end as things stand: there standard effort is the "
      "best; sets its cost kappa",
      "computed from scenarios/taxes.toml and the default formula"};
  Real epsilon{*this, "epsilon", 1.0, {0.05, 20}, "how fast the base shrinks with the rate",
      "assumption: such that the law's rate is the best as things stand",
      {.symbol = "epsilon", .unit = "per rate of the law"}};
  Real rate_0{*this, "rate_0", 1.0, {0, 5}, "reference rate at which capacity is reckoned", "Buettner 2006",
      {.symbol = "tbar", .unit = "factor"}};
  Real rate_least{
      *this, "rate_least", 0.0, {0, 1}, "lowest rate that the law allows", "assumption", {.unit = "factor"}};
  Real rate_most{
      *this, "rate_most", 2.0, {1, 20}, "highest rate that the law allows", "assumption", {.unit = "factor"}};
  Real speed{*this, "speed", 0.5, {0, 1}, "how far effort and rates go toward the best in a year; 1: at once",
      "assumption", {.unit = "per year"}};

  void prepare(const Week& week) override {
    const std::size_t communities = week.communities();
    const Luck::Drawn luck = base_luck_(week);
    spread_.assign(communities, 1.0);
    output_0_.assign(communities, 0.0);
    for (std::size_t c = 0; c < communities; ++c) {
      const double z = luck.normal(week.name_of_community(c));
      spread_[c] = exp_(base_spread * z - 0.5 * base_spread * base_spread);
      output_0_[c] = output_[c];
      effort_[c] = e0;
      rate_[c] = 1.0;
      own_revenue_[c] = 0.0;
    }
    if (!enabled) return;
    fix_shares(week);
    decide(week, 1.0);
    plan(week);
  }

  void begin(const Week& week) override {
    if (week.tick() % weeks_a_year == 0) {
      fix_shares(week);
      decide(week, speed);
    }
    if (week.tick() % weeks_a_quarter == 0) plan(week);
  }

  void state(Archive& archive) override { archive("shares", shares_); }

 private:
  static constexpr const char* transfers_on = "transfers.enabled=true";
  using StandardRevenue =
      LevelsAccess<double, Access::How::writes, Level::community, Level::district, Level::region, Level::republic>;

  Read<double> output_{*this, &Akimats::output, at_start};
  Read<double> own_effort_{*this, &Akimats::own_effort, as_given};
  Read<double> own_share_{*this, &Akimats::own_share, as_given};
  Need need_{*this, transfers_on};
  Uses<Collection<TaxSpec>> taxes_{*this};
  ReadLevers<TaxSpec> community_share_{*this, &TaxSpec::community};
  ReadLevers<TaxSpec> district_share_{*this, &TaxSpec::district};
  ReadLevers<TaxSpec> region_share_{*this, &TaxSpec::region};
  Switch with_transfers_{*this, MechanismName::transfers};
  ReadLever equalisation_{*this, &TransferRules::equalisation, transfers_on};
  ReadLever withdrawal_{*this, &TransferRules::withdrawal, transfers_on};
  ReadLever standard_{*this, &TransferRules::standard, transfers_on};
  ReadLever clawback_{*this, &TransferRules::clawback, transfers_on};
  ReadLever base_equalisation_{*this, &TransferRules::base_equalisation, transfers_on};
  ReadLever cut_{*this, &TransferRules::cut, transfers_on};
  Write<double> effort_{*this, &Akimats::effort, at_start};
  Write<double> rate_{*this, &Akimats::rate, at_start};
  Write<double> own_revenue_{*this, &Akimats::own_revenue, at_start};
  WritePlanned planned_{*this, Flow::tax, at_start};
  StandardRevenue standard_revenue_{*this, &Budgets::standard, at_start};
  Offers<RevenueIncentive> offered_{*this, {&incentive}};
  Luck base_luck_{*this, "a place's tax base", Luck::communities, Luck::lasting};

  static constexpr std::size_t shared_levels = 3;  ///< community, district, region; the rest is the republic's

  /// Sums over taxes of one community, tenge a year at the law's rate and full effort, by whether akimats set the rate.
  struct Base {
    std::array<double, 2> reached{};  ///< the community's share of what its effort moves
    std::array<double, 2> assured{};  ///< of the rest
    std::array<double, 2> start{};    ///< of all of it, at the output of the start
    double potential = 0;             ///< what effort moves, whoever keeps it
    double growth = 1;                ///< output relative to the start
  };

  /// Who keeps what of each tax, for the whole budget year: what levers and revisions say where it begins.
  void fix_shares(const Week& week) {
    shares_.resize(week.communities() * taxes_->size() * shared_levels);
    for (std::size_t c = 0; c < week.communities(); ++c)
      for (std::size_t t = 0; t < taxes_->size(); ++t) {
        double* const at = &shares_[(c * taxes_->size() + t) * shared_levels];
        const double kept = community_share_(t, c);
        at[0] = kept > 0 ? std::clamp(kept + own_share_[c], 0.0, 1.0) : 0.0;
        at[1] = district_share_(t, c);
        at[2] = region_share_(t, c);
      }
  }
  /// What a level (0 the community) keeps of tax t in community c, as far as those below leave it.
  [[nodiscard]] double share(std::size_t t, std::size_t c, std::size_t level = 0) const {
    return shares_[(c * taxes_->size() + t) * shared_levels + level];
  }
  /// What the law's rate would bring from `output`, tenge a year.
  [[nodiscard]] double law(const Week& week, const TaxSpec& spec, std::size_t c, double output) const {
    return spec.rate * spec.taxed * output * inhabitants(week, c) * 1000.0 * spread_[c];
  }
  [[nodiscard]] double left(double tau) const { return exp_(-epsilon * (tau - 1.0)); }

  [[nodiscard]] Base base(const Week& week, std::size_t c) const {
    Base b;
    b.growth = output_0_[c] > 0 ? output_[c] / output_0_[c] : 1.0;
    for (std::size_t t = 0; t < taxes_->size(); ++t) {
      const TaxSpec& spec = (*taxes_)[t];
      const double now = law(week, spec, c, output_[c]);
      const double kept = share(t, c);
      const std::size_t free = spec.free ? 1 : 0;
      b.reached[free] += kept * now * spec.reach;
      b.assured[free] += kept * now * (1.0 - spec.reach);
      b.start[free] += kept * law(week, spec, c, output_0_[c]);
      b.potential += now * spec.reach;
    }
    return b;
  }

  /// Own revenue at effort e and rate tau, of which `left` is left of the base.
  [[nodiscard]] double own(const Base& b, double e, double tau, double left) const {
    const double f = tau * left;
    return e * (b.reached[0] + b.reached[1] * f) + e0 * (b.assured[0] + b.assured[1] * f);
  }
  [[nodiscard]] double at_standard(const Base& b, double left, double alpha) const {
    return e0 * (b.start[0] * (1.0 + alpha * (b.growth - 1.0)) +
                    b.start[1] * rate_0 * (1.0 + alpha * (b.growth * left - 1.0)));
  }
  [[nodiscard]] double alpha(std::size_t c) const { return with_transfers_ ? base_equalisation_[c] : 0.0; }
  [[nodiscard]] TransferFormula formula(std::size_t c) const {
    if (!with_transfers_) return {};  // transfers are what they were: all of own revenue is kept
    return {equalisation_[c], withdrawal_[c], standard_[c], clawback_[c], incentive[c], cut_[c]};
  }

  /// The latest value of a function, for who asks again at the same place: one of two variables rests while the other
  /// is sought.
  struct Latest {
    double at = std::numeric_limits<double>::quiet_NaN();
    double is = 0;
    template <class Function> double operator()(double x, Function&& of) {
      if (x != at) {
        is = of(x);
        at = x;
      }
      return is;
    }
  };

  /// The best of [low, high]: a grid, then golden sections around its best point.
  template <class Value> static double best(double low, double high, const Value& value) {
    constexpr int points = 32;
    constexpr double golden = 0.6180339887498949;
    int top = 0;
    double most = value(low);
    for (int k = 1; k <= points; ++k) {
      const double v = value(low + (high - low) * k / points);
      if (v > most) {
        most = v;
        top = k;
      }
    }
    double from = low + (high - low) * std::max(top - 1, 0) / points;
    double to = low + (high - low) * std::min(top + 1, points) / points;
    double left = to - golden * (to - from);
    double right = from + golden * (to - from);
    double at_left = value(left);
    double at_right = value(right);
    for (int k = 0; k < 44; ++k) {
      if (at_left < at_right) {
        from = left;
        left = right;
        at_left = at_right;
        right = from + golden * (to - from);
        at_right = value(right);
      } else {
        to = right;
        right = left;
        at_right = at_left;
        left = to - golden * (to - from);
        at_left = value(left);
      }
    }
    const double inside = 0.5 * (from + to);
    const double v = value(inside);
    return v >= value(low) ? (v >= value(high) ? inside : high) : (value(low) >= value(high) ? low : high);
  }

  /// Effort and rate of the year, a step toward the best.
  void decide(const Week& week, double step) const {
    parallel_for(week.communities(), [&](std::size_t c) {
      const Base b = base(week, c);
      double e = effort_[c];
      double tau = rate_[c];
      if (b.potential > 0 && b.reached[0] + b.reached[1] > 0) {  // who keeps nothing of it collects as is usual
        const double need = need_.of(week, c);
        const double power = 1.0 + 1.0 / eta;
        const double cost = usual_share * pow_(e0, -1.0 / eta) * b.potential / power;
        const TransferFormula rule = formula(c);
        // In units of the potential, so that places of all sizes reckon alike.
        Latest left_at;
        Latest trouble_at;
        const auto kept = [&](double effort, double rate) {
          const double remains = left_at(rate, [&](double x) { return left(x); });
          const double trouble = trouble_at(effort, [&](double x) { return x > 0 ? cost * pow_(x, power) : 0.0; });
          const double mine = own(b, effort, rate, remains);
          const double given = with_transfers_ ? rule.transfer(need, mine, at_standard(b, remains, alpha(c))) : 0.0;
          return (mine + given - trouble) / b.potential;
        };
        for (int round = 0; round < 3; ++round) {
          e = best(0.0, 1.0, [&](double x) { return kept(x, tau); });
          if (b.reached[1] + b.assured[1] <= 0) break;
          tau = best(rate_least, rate_most, [&](double x) { return kept(e, x); });
        }
      } else {
        e = e0;
        tau = 1.0;
      }
      effort_[c] += step * (std::clamp(e + own_effort_[c], 0.0, 1.0) - effort_[c]);
      rate_[c] += step * (tau - rate_[c]);
    });
  }

  /// What the taxes bring each budget at this quarter's output, tenge a year.
  void plan(const Week& week) const {
    const Country& country = week.country;
    constexpr std::array levels = {Level::community, Level::district, Level::region, Level::republic};
    for (const Level level : levels)
      for (std::size_t k = 0; k < standard_revenue_[level].size(); ++k)
        planned_(level, k) = standard_revenue_[level][k] = 0;
    for (std::size_t c = 0; c < country.communities.size(); ++c) {
      const std::array<std::size_t, level_count> at = {
          c, country.communities[c].district, country.communities[c].region, 0};
      const Base b = base(week, c);
      const double e = effort_[c];
      const double tau = rate_[c];
      standard_revenue_[Level::community][c] = at_standard(b, left(tau), alpha(c));
      for (std::size_t t = 0; t < taxes_->size(); ++t) {
        const TaxSpec& spec = (*taxes_)[t];
        const double f = spec.free ? tau * left(tau) : 1.0;
        const double all = law(week, spec, c, output_[c]) * f * (spec.reach * e + (1.0 - spec.reach) * e0);
        const double usual = e0 * law(week, spec, c, output_0_[c]) * (spec.free ? rate_0.value() : 1.0);
        double rest = 1.0;
        const std::array<double, level_count> shares = {share(t, c, 0), share(t, c, 1), share(t, c, 2), 1.0};
        for (std::size_t level = 0; level < level_count; ++level) {
          const double part = std::min(shares[level], rest);
          rest -= part;
          planned_(levels[level], at[level]) += part * all;
          if (level > 0) standard_revenue_[levels[level]][at[level]] += part * usual;
        }
      }
      if (week.tick() % weeks_a_year == 0) {
        const double people = inhabitants(week, c);
        own_revenue_[c] = people > 0 ? planned_(Level::community, c) / people / 1000.0 : 0.0;
      }
    }
  }

  std::vector<double> spread_;  ///< made by `prepare`, as all below
  std::vector<double> output_0_;
  std::vector<double> shares_;  ///< of the budget year: [community][tax][level]
};

}  // namespace

std::unique_ptr<Mechanism> make_revenue() { return std::make_unique<Revenue>(); }

}  // namespace kurultai
