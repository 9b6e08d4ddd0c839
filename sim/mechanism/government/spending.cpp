// spending: what the akimat knows becomes a mix, the mix becomes public goods (MODEL 7.12; R1, R3, R4, R7, D6).
//
//   k = s / (s + s_0)                         knowledge from the share s of adults who took part in the last year
//   estimate = (1 - k) prior + k heard        prior: the nation's mix of wishes
//   own mix  = w_state state_mix + (1 - w_state) estimate
//   upper    = region's: own mix of the region; district's: (1 - u) own mix + u region's, then
//              (1 - m) that + m heard         m: share by which the maslikhat amended it (`maslikhat`)
//   mix      = (1 - share) (A own mix + (1 - A) district's) + share voted      share: what a participatory vote sets
//   match    = 1 - 1/2 sum_g |mix_g - wishes_g|
//   loss     = l_0 exp(-a_audit audit - a_open openness - a_res watch openness),  watch = oversight + (1 - oversight)
//   watched G_g     <- G_g + paid (4/52 mix_g R + cofinanced_g) (1 - loss) - 4/52 delta G_g
//
// watched: share of the members of oversight bodies who took part in the last review of the budget; cofinanced: what
// residents gave, and the state added, since the last time (`response`).
// A: autonomy; the rest is decided above, for the whole area at once and with a heavier state (upward_weight), as is
// what an appointed akim decides (state_weight). k of an area counts competence / 0.5 of what took part there tells.
// Every fourth week, communities in turn. R: budget for goods a head (`budget`); its 4/52 are
// none while a council delays the budget, and more afterwards (akimat_style.h); paid: 1, or less where the till is
// short. a_audit after Olken 2007 (audits 4% to 100%: missing spending from 27.7 to 19.2 points, about -8); a_res is 0
// unless a scenario says otherwise, since inviting residents did about nothing there. Stocks start at the
// equilibrium of the first mix.
#include <algorithm>
#include <cmath>

#include "base/elementary.h"
#include "mechanism/kit/akimat_style.h"
#include "mechanism/kit/money.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Spending final : public Mechanism {
 public:
  Spending()
      : Mechanism({.name = "spending",
            .meaning = "known wishes and the state's priorities become public goods",
            .source = "MODEL 7.12; R1, R3, R4, R7, P1, T3, D2, D6; Olken 2007",
            .phase = Phase::economy}) {
    observe({.name = "match",
        .meaning = "agreement of spending with residents' wishes, mean over adults",
        .source = "I1, D2, T3",
        .least_scale = 0.01,
        .community = over_adults_of(adults_, match_)});
    observe({.name = "loss",
        .meaning = "share of spending that is lost, mean over adults",
        .source = "R3, Olken 2007",
        .community = over_adults_of(adults_, loss_)});
    const auto saved = [this](std::size_t part) {
      return over_adults(adults_, [this, part](const Week&, std::size_t c) { return saved_[parts * c + part]; });
    };
    observe({.name = "saved_by_audit",
        .meaning = "share of spending that would be lost as well without audits, mean over adults",
        .source = "R3, Olken 2007",
        .community = saved(0)});
    observe({.name = "saved_by_openness",
        .meaning = "share of spending that would be lost as well if nothing were published (oversight apart), mean "
                   "over adults",
        .source = "R4",
        .community = saved(1)});
    observe({.name = "saved_by_oversight",
        .meaning = "share of spending that would be lost as well without residents' oversight, mean over adults",
        .source = "D2, R3",
        .community = saved(2)});
  }

  Real s0{*this, "s_0", 0.05, {1e-6, 10}, "share of adults taking part at which half of the wishes are known",
      "MODEL 7.12; assumption", {.symbol = "s_0"}};
  Numbers state_mix{*this, "state_mix", {0.15, 0.25, 0.25, 0.20, 0.10, 0.05}, {0, 1},
      "the state's priorities: water, roads, school, health, safety, work", "assumption", {.unit = "weight"}};
  Real region_part{*this, "region_part", 0.3, {0, 1}, "share of a district's mix that its region decides",
      "R1, T5; assumption", {.symbol = "u"}};
  Real l0{*this, "l_0", 0.28, {0, 1}, "share lost without audit, openness and oversight",
      "Olken 2007: 0.28 at 4% audits", {.symbol = "l_0"}};
  Real a_audit{*this, "a_audit", 0.38, {0, 10}, "effect of audits on losses",
      "Olken 2007: -8 points from 4% to 100%: ln(0.277 / 0.192) / 0.96", {.symbol = "a_audit"}};
  Real a_open{*this, "a_open", 0.2, {0, 10}, "effect of openness on losses", "R4; assumption", {.symbol = "a_open"}};
  Real a_res{*this, "a_res", 0.0, {0, 0.4}, "effect of residents' oversight where documents are open",
      "Olken 2007: about 0; range 0-0.4", {.symbol = "a_res"}};
  Real delta{
      *this, "delta", 0.2, {1e-6, 1}, "wear of public goods", "assumption", {.symbol = "delta", .unit = "per year"}};

  [[nodiscard]] std::string inconsistency() const override {
    double sum = 0;
    for (const double w : state_mix.value()) sum += w;
    if (state_mix.value().size() != good_count) return "state_mix needs one weight for each of the six goods";
    return sum > 0 ? "" : "state_mix must have a weight above 0";
  }

  void prepare(const Week& week) override {
    double sum = 0;
    for (const double w : state_mix.value()) sum += w;
    for (std::size_t g = 0; g < good_count; ++g) priority_[g] = state_mix[g] / sum;
    nation(week);
    areas(week);
    saved_.assign(parts * week.communities(), 0.0);
    for (std::size_t c = 0; c < week.communities(); ++c) {
      decide(week, c);
      for (std::size_t g = 0; g < good_count; ++g) stock_(c, g) = arriving(c, g) / delta;
    }
  }

  void begin(const Week& week) override {
    nation(week);
    if (week.tick() % weeks_a_month == 0) areas(week);
    for (std::size_t c = 0; c < week.communities(); ++c) {
      if (!week.due(c, weeks_a_month)) continue;
      decide(week, c);
      const double year = bought_(week, c);
      const double paid = pay(week, c, year);
      for (std::size_t g = 0; g < good_count; ++g) {
        double& stock = stock_(c, g);
        double& cofinanced = cofinanced_(c, g);
        stock += paid * (year * arriving(c, g) + cofinanced * (1.0 - loss_[c])) - a_month * delta * stock;
        cofinanced = 0;
      }
    }
  }

  void state(Archive& archive) override { archive("saved", std::span(saved_)); }

 private:
  Read<double> wishes_{*this, &Akimats::wishes, at_start};
  Read<double> heard_{*this, &Akimats::heard, at_start};
  Read<double> took_part_{*this, &Akimats::took_part, at_start};
  Read<double> voted_{*this, &Akimats::voted, at_start};
  Read<double> watched_{*this, &Akimats::watched, at_start};
  Read<double> means_{*this, &Akimats::means, at_start};
  Read<std::uint32_t> adults_{*this, &Akimats::adults, at_start};
  ReadAreas<double> area_heard_{*this, &Authorities::heard, at_start};
  ReadAreas<double> area_took_part_{*this, &Authorities::took_part, at_start};
  ReadAreas<double> competence_{*this, &Authorities::competence, at_start};
  ReadAreas<double> amended_{*this, &Authorities::amended, at_start};
  BoughtShare bought_{*this};
  StateWeight state_weight_{*this, at_start};
  Autonomy autonomy_{*this, as_given};
  Openness openness_{*this, {}, at_start};
  ReadLever oversight_{*this, &Practice::oversight};
  ReadLever audit_{*this, &Practice::audit};
  ReadLever capital_{*this, &Practice::capital, "form.*.decides=budget"};
  ReadLever participatory_share_{*this, &Practice::participatory_share, "form.*.decides=budget"};
  Switch money_{*this, MechanismName::budget};
  Payments payments_{*this};
  WriteAreas<double> proposed_{*this, &Authorities::proposed, at_start};
  WriteAreas<double> area_mix_{*this, &Authorities::mix, at_start};
  Write<double> mix_{*this, &Akimats::mix, at_start};
  Write<double> match_{*this, &Akimats::match, at_start};
  Write<double> loss_{*this, &Akimats::loss, at_start};
  Write<double> stock_{*this, &Akimats::stock, at_start};
  Write<double> cofinanced_{*this, &Akimats::cofinanced};

  static constexpr std::size_t parts = 3;  ///< of losses: audit, openness, oversight

  void nation(const Week& week) {
    prior_.fill(0.0);
    double adults = 0;
    for (std::size_t c = 0; c < week.communities(); ++c) {
      adults += adults_[c];
      for (std::size_t g = 0; g < good_count; ++g) prior_[g] += wishes_(c, g) * adults_[c];
    }
    for (double& share : prior_) share = adults > 0 ? share / adults : 1.0 / good_count;
  }

  /// What regions and districts propose, and what their maslikhats make of it.
  void areas(const Week& week) {
    const std::vector<Community>& places = week.country.communities;
    const std::size_t regions = week.country.regions.size();
    const std::size_t districts = week.country.districts.size();
    std::vector<double>& weight = area_weight_;  // regions, then districts
    std::vector<double>& adults = area_adults_;
    weight.assign(regions + districts, 0.0);
    adults.assign(weight.size(), 0.0);
    for (std::size_t c = 0; c < places.size(); ++c)
      for (const std::size_t at : {static_cast<std::size_t>(places[c].region), regions + places[c].district}) {
        weight[at] += adults_[c] * state_weight_.lever(c);
        adults[at] += adults_[c];
      }
    const auto propose = [&](Level level, std::size_t at, std::size_t of, std::size_t region) {
      const double w = state_weight_.upward(adults[of] > 0 ? weight[of] / adults[of] : state_weight_.scenario());
      const double heard = area_took_part_[level][at] * competence_[level][at] / 0.5;
      const double known = heard / (heard + s0);
      for (std::size_t g = 0; g < good_count; ++g) {
        const double own =
            w * priority_[g] + (1.0 - w) * ((1.0 - known) * prior_[g] + known * area_heard_[level](at, g));
        proposed_[level](at, g) = level == Level::region
                                      ? own
                                      : (1.0 - region_part) * own + region_part * area_mix_[Level::region](region, g);
        area_mix_[level](at, g) =
            (1.0 - amended_[level][at]) * proposed_[level](at, g) + amended_[level][at] * area_heard_[level](at, g);
      }
    };
    for (std::size_t r = 0; r < regions; ++r) propose(Level::region, r, r, 0);
    for (std::size_t d = 0; d < districts; ++d)
      propose(Level::district, d, regions + d, week.country.districts[d].region);
  }

  void decide(const Week& week, std::size_t c) {
    const double known = took_part_[c] / (took_part_[c] + s0);
    const double weight = state_weight_(c);
    const double own_part = autonomy_(c);
    const std::uint32_t district = week.place(c).district;
    double voted = 0;
    for (std::size_t g = 0; g < good_count; ++g) voted += voted_(c, g);
    const double share = voted > 0 ? capital_[c] * participatory_share_[c] : 0.0;
    double distance = 0;
    for (std::size_t g = 0; g < good_count; ++g) {
      const double estimate = (1.0 - known) * prior_[g] + known * heard_(c, g);
      const double own = weight * priority_[g] + (1.0 - weight) * estimate;
      const double decided = own_part * own + (1.0 - own_part) * area_mix_[Level::district](district, g);
      mix_(c, g) = (1.0 - share) * decided + share * voted_(c, g);
      distance += std::abs(mix_(c, g) - wishes_(c, g));
    }
    match_[c] = 1.0 - 0.5 * distance;
    const double watch = oversight_[c] + (1.0 - oversight_[c]) * watched_[c];
    const std::array<double, parts> lowers = {a_audit * audit_[c], a_open * openness_(c), a_res * watch * openness_(c)};
    loss_[c] = l0 * exp_(-lowers[0] - lowers[1] - lowers[2]);
    for (std::size_t part = 0; part < parts; ++part) saved_[parts * c + part] = loss_[c] * (exp_(lowers[part]) - 1.0);
  }

  /// Thousand tenge a head and year that reach good g.
  [[nodiscard]] double arriving(std::size_t c, std::size_t g) const {
    return mix_(c, g) * means_[c] * (1.0 - loss_[c]);
  }

  /// Buys a part of the year's goods and what residents gave for; returns the share that the budget could pay.
  [[nodiscard]] double pay(const Week& week, std::size_t c, double year) const {
    if (!money_) return 1.0;
    double wanted = year * means_[c];
    for (std::size_t g = 0; g < good_count; ++g) wanted += cofinanced_(c, g);
    const std::int64_t bill = whole_tenge(1000.0 * wanted * inhabitants(week, c));
    const std::int64_t paid = payments_.affordable(Level::community, c, bill);
    const std::int64_t lost = whole_tenge(static_cast<double>(paid) * loss_[c]);
    payments_.spend({Level::community, c}, Flow::goods, paid - lost);
    payments_.spend({Level::community, c}, Flow::loss, lost);
    return paid < bill ? static_cast<double>(paid) / static_cast<double>(bill) : 1.0;
  }

  std::vector<double> area_weight_;         ///< scratch
  std::vector<double> area_adults_;         ///< scratch
  std::array<double, good_count> prior_{};  ///< made anew every week: no state
  std::vector<double> saved_;               ///< by community and part: share of spending that it saves from being lost
  std::array<double, good_count> priority_{};  ///< state_mix as shares: made by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_spending() { return std::make_unique<Spending>(); }

}  // namespace kurultai
