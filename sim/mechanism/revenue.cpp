// revenue: akimats of communities choose effort and rates, and own revenue follows (MODEL 9; D4, D6, R2, R8).
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

#include "base/elementary.h"
#include "base/parallel.h"
#include "mechanism/formula.h"
#include "mechanism/list.h"
#include "mechanism/money.h"
#include "mechanism/setting.h"

namespace kurultai {
namespace {

class Revenue final : public Mechanism {
 public:
  Revenue()
      : Mechanism({.name = "revenue",
            .meaning = "akimats choose tax effort and rates, and own revenue follows",
            .source = "MODEL 9; D4, D6, R2, R8; Zhuravskaya 2000, Buettner 2006, Egger et al. 2010",
            .phase = Phase::economy,
            .reads = {"output", "own_effort", "own_share"},
            .writes = {"effort", "rate", "own_revenue"},
            .levers = {"tax.*.community", "tax.*.district", "tax.*.region"}}) {
    observe({.name = "effort",
        .meaning = "share of its tax potential that an akimat collects, mean over inhabitants",
        .source = "D4, R2, R8",
        .community = [](const World& world, std::size_t c, std::size_t) {
          const double people = inhabitants(world, c);
          return SeriesSpec::Ratio{world.akimats.effort[c] * people, people};
        }});
    observe({.name = "tax_rate",
        .unit = "factor",
        .meaning = "rate of the taxes that akimats may set, relative to the law's; mean over inhabitants",
        .source = "MODEL 9; Buettner 2006",
        .community = [](const World& world, std::size_t c, std::size_t) {
          const double people = inhabitants(world, c);
          return SeriesSpec::Ratio{world.akimats.rate[c] * people, people};
        }});
  }

  Lever incentive{*this,
      {.name = "incentive",
          .meaning = "share of own revenue beyond the standard that the formula of transfers leaves out of account",
          .source = "R8"},
      0.0, {0, 1}};
  Real base_spread{*this,
      {.name = "base_spread",
          .unit = "SD of log",
          .meaning = "lasting differences of the tax base between communities, beyond output",
          .source = "set so that transfers are about 0.9 of the budget of the median small okrug (7 budgets, legal "
                    "database)"},
      1.3, {0, 3}};
  Real e0{*this,
      {.name = "effort_0",
          .symbol = "e_0",
          .meaning = "standard effort: share of the potential that is collected as things stand",
          .source = "assumption"},
      0.7, {0.01, 1}};
  Real eta{*this,
      {.name = "eta",
          .symbol = "eta",
          .meaning = "elasticity of effort to the share that is kept; effort responds steeply only if it is large",
          .source = "MODEL 9; assumption"},
      0.3, {0.01, 20}};
  Real usual_share{*this,
      {.name = "usual_share",
          .meaning = "share of another tenge of tax that an akimat keeps in the end as things stand: there standard "
                     "effort is the best; sets its cost kappa",
          .source = "computed from scenarios/taxes.toml and the default formula"},
      0.1275271, {1e-6, 1}};
  Real epsilon{*this,
      {.name = "epsilon",
          .symbol = "epsilon",
          .unit = "per rate of the law",
          .meaning = "how fast the base shrinks with the rate",
          .source = "assumption: such that the law's rate is the best as things stand"},
      1.0, {0.05, 20}};
  Real rate_0{*this,
      {.name = "rate_0",
          .symbol = "tbar",
          .unit = "factor",
          .meaning = "reference rate at which capacity is reckoned",
          .source = "Buettner 2006"},
      1.0, {0, 5}};
  Real rate_least{*this,
      {.name = "rate_least", .unit = "factor", .meaning = "lowest rate that the law allows", .source = "assumption"},
      0.0, {0, 1}};
  Real rate_most{*this,
      {.name = "rate_most", .unit = "factor", .meaning = "highest rate that the law allows", .source = "assumption"},
      2.0, {1, 20}};
  Real speed{*this,
      {.name = "speed",
          .unit = "per year",
          .meaning = "how far effort and rates go toward the best in a year; 1: at once",
          .source = "assumption"},
      0.5, {0, 1}};

  void prepare(World& world) override {
    const std::size_t communities = world.society.communities();
    const Draws luck = world.lasting(stream());
    spread_.assign(communities, 1.0);
    output_0_.assign(communities, 0.0);
    with_transfers_ = setting<Flag>(world, "transfers.enabled");
    constexpr std::array names = {"equalisation", "withdrawal", "standard", "clawback", "base_equalisation", "cut"};
    for (std::size_t k = 0; k < rules_.size(); ++k)
      rules_[k] = &setting<Lever>(world, std::string("transfers.") + names[k]);
    for (std::size_t c = 0; c < communities; ++c) {
      const double z = luck.normal({world.society.key[c], 0xffffffffU});
      spread_[c] = exp_(base_spread * z - 0.5 * base_spread * base_spread);
      output_0_[c] = world.akimats.output[c];
      world.akimats.effort[c] = e0;
      world.akimats.rate[c] = 1.0;
      world.akimats.own_revenue[c] = 0.0;
    }
    if (!enabled) return;
    fix_shares(world);
    decide(world, 1.0);
    plan(world);
  }

  void begin(World& world) override {
    if (world.tick() % budget_year == 0) {
      fix_shares(world);
      decide(world, speed);
    }
    if (world.tick() % budget_quarter == 0) plan(world);
  }

  void state(Archive& archive) override { archive("shares", shares_); }

 private:
  enum Rule : std::size_t { equalisation, withdrawal, standard, clawback, base_equalisation, cut, rule_count };
  static constexpr std::size_t tax = static_cast<std::size_t>(Flow::tax);
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
  void fix_shares(const World& world) {
    shares_.resize(world.society.communities() * world.taxes.size() * shared_levels);
    for (std::size_t c = 0; c < world.society.communities(); ++c)
      for (std::size_t t = 0; t < world.taxes.size(); ++t) {
        const TaxSpec& spec = world.taxes[t];
        double* const at = &shares_[(c * world.taxes.size() + t) * shared_levels];
        at[0] = spec.community[c] > 0 ? std::clamp(spec.community[c] + world.akimats.own_share[c], 0.0, 1.0) : 0.0;
        at[1] = spec.district[c];
        at[2] = spec.region[c];
      }
  }
  /// What a level (0 the community) keeps of tax t in community c, as far as those below leave it.
  [[nodiscard]] double share(const World& world, std::size_t t, std::size_t c, std::size_t level = 0) const {
    return shares_[(c * world.taxes.size() + t) * shared_levels + level];
  }
  /// What the law's rate would bring from `output`, tenge a year.
  [[nodiscard]] double law(const World& world, const TaxSpec& spec, std::size_t c, double output) const {
    return spec.rate * spec.taxed * output * inhabitants(world, c) * 1000.0 * spread_[c];
  }
  [[nodiscard]] double left(double tau) const { return exp_(-epsilon * (tau - 1.0)); }

  [[nodiscard]] Base base(const World& world, std::size_t c) const {
    Base b;
    b.growth = output_0_[c] > 0 ? world.akimats.output[c] / output_0_[c] : 1.0;
    for (std::size_t t = 0; t < world.taxes.size(); ++t) {
      const TaxSpec& spec = world.taxes[t];
      const double now = law(world, spec, c, world.akimats.output[c]);
      const double kept = share(world, t, c);
      const std::size_t free = spec.free ? 1 : 0;
      b.reached[free] += kept * now * spec.reach;
      b.assured[free] += kept * now * (1.0 - spec.reach);
      b.start[free] += kept * law(world, spec, c, output_0_[c]);
      b.potential += now * spec.reach;
    }
    return b;
  }

  [[nodiscard]] double own(const Base& b, double e, double tau) const {
    const double f = tau * left(tau);
    return e * (b.reached[0] + b.reached[1] * f) + e0 * (b.assured[0] + b.assured[1] * f);
  }
  [[nodiscard]] double at_standard(const Base& b, double tau, double alpha) const {
    return e0 * (b.start[0] * (1.0 + alpha * (b.growth - 1.0)) +
                    b.start[1] * rate_0 * (1.0 + alpha * (b.growth * left(tau) - 1.0)));
  }
  [[nodiscard]] double alpha(std::size_t c) const { return with_transfers_ ? (*rules_[base_equalisation])[c] : 0.0; }
  [[nodiscard]] TransferFormula formula(std::size_t c) const {
    if (!with_transfers_) return {};  // transfers are what they were: all of own revenue is kept
    return {(*rules_[equalisation])[c], (*rules_[withdrawal])[c], (*rules_[standard])[c], (*rules_[clawback])[c],
        incentive[c], (*rules_[cut])[c]};
  }

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
  void decide(World& world, double step) const {
    Akimats& akimats = world.akimats;
    parallel_for(world.society.communities(), [&](std::size_t c) {
      const Base b = base(world, c);
      double e = akimats.effort[c];
      double tau = akimats.rate[c];
      if (b.potential > 0 && b.reached[0] + b.reached[1] > 0) {  // who keeps nothing of it collects as is usual
        const double need = need_of(world, c);
        const double power = 1.0 + 1.0 / eta;
        const double cost = usual_share * pow_(e0, -1.0 / eta) * b.potential / power;
        const TransferFormula rule = formula(c);
        // In units of the potential, so that places of all sizes reckon alike.
        const auto kept = [&](double effort, double rate) {
          const double mine = own(b, effort, rate);
          const double given = with_transfers_ ? rule.transfer(need, mine, at_standard(b, rate, alpha(c))) : 0.0;
          return (mine + given - (effort > 0 ? cost * pow_(effort, power) : 0.0)) / b.potential;
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
      akimats.effort[c] += step * (std::clamp(e + akimats.own_effort[c], 0.0, 1.0) - akimats.effort[c]);
      akimats.rate[c] += step * (tau - akimats.rate[c]);
    });
  }

  /// What the taxes bring each budget at this quarter's output, tenge a year.
  void plan(World& world) const {
    const Country& country = world.society.country;
    for (Budgets* budgets : world.ledger.all())
      for (std::size_t k = 0; k < budgets->size(); ++k) budgets->plan(k, tax) = budgets->standard[k] = 0;
    for (std::size_t c = 0; c < country.communities.size(); ++c) {
      const std::array<std::size_t, level_count> at = {
          c, country.communities[c].district, country.communities[c].region, 0};
      const Base b = base(world, c);
      const double e = world.akimats.effort[c];
      const double tau = world.akimats.rate[c];
      world.ledger.community.standard[c] = at_standard(b, tau, alpha(c));
      for (std::size_t t = 0; t < world.taxes.size(); ++t) {
        const TaxSpec& spec = world.taxes[t];
        const double f = spec.free ? tau * left(tau) : 1.0;
        const double all =
            law(world, spec, c, world.akimats.output[c]) * f * (spec.reach * e + (1.0 - spec.reach) * e0);
        const double usual = e0 * law(world, spec, c, output_0_[c]) * (spec.free ? rate_0.value() : 1.0);
        double rest = 1.0;
        const std::array<double, level_count> shares = {
            share(world, t, c, 0), share(world, t, c, 1), share(world, t, c, 2), 1.0};
        for (std::size_t level = 0; level < level_count; ++level) {
          const double part = std::min(shares[level], rest);
          rest -= part;
          Budgets& budgets = *world.ledger.all()[level];
          budgets.plan(at[level], tax) += part * all;
          if (level > 0) budgets.standard[at[level]] += part * usual;
        }
      }
      if (world.tick() % budget_year == 0) {
        const double people = inhabitants(world, c);
        world.akimats.own_revenue[c] = people > 0 ? world.ledger.community.plan(c, tax) / people / 1000.0 : 0.0;
      }
    }
  }

  bool with_transfers_ = false;  ///< made by `prepare`, as all below
  std::array<const Lever*, rule_count> rules_{};
  std::vector<double> spread_;
  std::vector<double> output_0_;
  std::vector<double> shares_;  ///< of the budget year: [community][tax][level]
};

}  // namespace

std::unique_ptr<Mechanism> make_revenue() { return std::make_unique<Revenue>(); }

}  // namespace kurultai
