// spending: what the akimat knows becomes a mix, the mix becomes public goods (MODEL 6, 9; R1, R3, R4, R7, D6).
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
// none while a council delays the budget, and more afterwards (conduct.h); paid: 1, or less where the till is short.
// a_audit after Olken 2007 (audits 4% to 100%: missing spending from 27.7 to 19.2 points, about -8); a_res is 0
// unless a scenario says otherwise, since inviting residents did about nothing there. Stocks start at the
// equilibrium of the first mix.
#include <algorithm>
#include <cmath>

#include "base/elementary.h"
#include "mechanism/conduct.h"
#include "mechanism/list.h"
#include "mechanism/money.h"
#include "mechanism/setting.h"

namespace kurultai {
namespace {

class Spending final : public Mechanism {
 public:
  Spending()
      : Mechanism({.name = "spending",
            .meaning = "known wishes and the state's priorities become public goods",
            .source = "MODEL 6, 9; R1, R3, R4, R7, P1, T3, D2, D6; Olken 2007",
            .phase = Phase::economy,
            .reads = {"wishes", "heard", "took_part", "voted", "watched", "means", "appointed", "area_heard",
                "area_took_part", "office_competence", "budget_amended", "budget_delay", "adults", "own_autonomy",
                "own_openness"},
            .writes = {"area_proposed", "area_mix", "mix", "match", "loss", "stock", "cofinanced"},
            .levers = {"akimat.state_weight", "akimat.autonomy", "akimat.oversight", "akimat.audit", "akimat.openness",
                "akimat.capital if form.*.decides=budget", "akimat.participatory_share if form.*.decides=budget"}}) {
    observe({.name = "match",
        .meaning = "agreement of spending with residents' wishes, mean over adults",
        .source = "I1, D2, T3",
        .least_scale = 0.01,
        .community = over_adults(&Akimats::match)});
    observe({.name = "loss",
        .meaning = "share of spending that is lost, mean over adults",
        .source = "R3, Olken 2007",
        .community = over_adults(&Akimats::loss)});
    const auto saved = [this](std::size_t part) {
      return over_adults([this, part](const World&, std::size_t c) { return saved_[parts * c + part]; });
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

  Real s0{*this,
      {.name = "s_0",
          .symbol = "s_0",
          .meaning = "share of adults taking part at which half of the wishes are known",
          .source = "MODEL 6; assumption"},
      0.05, {1e-6, 10}};
  Numbers state_mix{*this,
      {.name = "state_mix",
          .unit = "weight",
          .meaning = "the state's priorities: water, roads, school, health, safety, work",
          .source = "assumption"},
      {0.15, 0.25, 0.25, 0.20, 0.10, 0.05}, {0, 1}};
  Real region_part{*this,
      {.name = "region_part",
          .symbol = "u",
          .meaning = "share of a district's mix that its region decides",
          .source = "R1, T5; assumption"},
      0.3, {0, 1}};
  Real l0{*this,
      {.name = "l_0",
          .symbol = "l_0",
          .meaning = "share lost without audit, openness and oversight",
          .source = "Olken 2007: 0.28 at 4% audits"},
      0.28, {0, 1}};
  Real a_audit{*this,
      {.name = "a_audit",
          .symbol = "a_audit",
          .meaning = "effect of audits on losses",
          .source = "Olken 2007: -8 points from 4% to 100%: ln(0.277 / 0.192) / 0.96"},
      0.38, {0, 10}};
  Real a_open{*this,
      {.name = "a_open", .symbol = "a_open", .meaning = "effect of openness on losses", .source = "R4; assumption"},
      0.2, {0, 10}};
  Real a_res{*this,
      {.name = "a_res",
          .symbol = "a_res",
          .meaning = "effect of residents' oversight where documents are open",
          .source = "Olken 2007: about 0; range 0-0.4"},
      0.0, {0, 0.4}};
  Real delta{*this,
      {.name = "delta",
          .symbol = "delta",
          .unit = "per year",
          .meaning = "wear of public goods",
          .source = "assumption"},
      0.2, {1e-6, 1}};

  [[nodiscard]] std::string inconsistency() const override {
    double sum = 0;
    for (const double w : state_mix.value()) sum += w;
    if (state_mix.value().size() != good_count) return "state_mix needs one weight for each of the six goods";
    return sum > 0 ? "" : "state_mix must have a weight above 0";
  }

  void prepare(World& world) override {
    Akimats& a = world.akimats;
    pays_ = setting<Flag>(world, "budget.enabled");
    double sum = 0;
    for (const double w : state_mix.value()) sum += w;
    for (std::size_t g = 0; g < good_count; ++g) priority_[g] = state_mix[g] / sum;
    nation(world);
    areas(world);
    saved_.assign(parts * world.society.communities(), 0.0);
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      decide(world, c);
      for (std::size_t g = 0; g < good_count; ++g) a.stock(c, g) = arriving(world, c, g) / delta;
    }
  }

  void begin(World& world) override {
    nation(world);
    if (world.tick() % 4 == 0) areas(world);
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      if (!world.due(c, 4)) continue;
      decide(world, c);
      const double year = bought_share(world, c);
      const double paid = pay(world, c, year);
      for (std::size_t g = 0; g < good_count; ++g) {
        double& stock = world.akimats.stock(c, g);
        double& cofinanced = world.akimats.cofinanced(c, g);
        stock += paid * (year * arriving(world, c, g) + cofinanced * (1.0 - world.akimats.loss[c])) -
                 4.0 / 52.0 * delta * stock;
        cofinanced = 0;
      }
    }
  }

  void state(Archive& archive) override { archive("saved", std::span(saved_)); }

 private:
  static constexpr std::size_t parts = 3;  ///< of losses: audit, openness, oversight

  void nation(const World& world) {
    prior_.fill(0.0);
    double adults = 0;
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      adults += world.akimats.adults[c];
      for (std::size_t g = 0; g < good_count; ++g) prior_[g] += world.akimats.wishes(c, g) * world.akimats.adults[c];
    }
    for (double& share : prior_) share = adults > 0 ? share / adults : 1.0 / good_count;
  }

  /// What regions and districts propose, and what their maslikhats make of it.
  void areas(World& world) {
    const std::vector<Community>& places = world.society.country.communities;
    std::vector<double> weight(world.regions.size() + world.districts.size(), 0.0);  // regions, then districts
    std::vector<double> adults(weight.size(), 0.0);
    for (std::size_t c = 0; c < places.size(); ++c)
      for (const std::size_t at :
          {static_cast<std::size_t>(places[c].region), world.regions.size() + places[c].district}) {
        weight[at] += world.akimats.adults[c] * world.practice.state_weight[c];
        adults[at] += world.akimats.adults[c];
      }
    const auto propose = [&](Authorities& table, std::size_t at, std::size_t of, const Authorities* above,
                             std::size_t region) {
      const double w =
          upward_weight(world, adults[of] > 0 ? weight[of] / adults[of] : world.practice.state_weight.value());
      const double heard = table.took_part[at] * table.competence[at] / 0.5;
      const double known = heard / (heard + s0);
      for (std::size_t g = 0; g < good_count; ++g) {
        const double own = w * priority_[g] + (1.0 - w) * ((1.0 - known) * prior_[g] + known * table.heard(at, g));
        table.proposed(at, g) =
            above == nullptr ? own : (1.0 - region_part) * own + region_part * above->mix(region, g);
        table.mix(at, g) = (1.0 - table.amended[at]) * table.proposed(at, g) + table.amended[at] * table.heard(at, g);
      }
    };
    for (std::size_t r = 0; r < world.regions.size(); ++r) propose(world.regions, r, r, nullptr, 0);
    for (std::size_t d = 0; d < world.districts.size(); ++d)
      propose(world.districts, d, world.regions.size() + d, &world.regions, world.society.country.districts[d].region);
  }

  void decide(World& world, std::size_t c) {
    Akimats& a = world.akimats;
    const Practice& practice = world.practice;
    const double known = a.took_part[c] / (a.took_part[c] + s0);
    const double weight = state_weight(world, c);
    const double own_part = autonomy(world, c);
    const std::uint32_t district = world.society.country.communities[c].district;
    double voted = 0;
    for (std::size_t g = 0; g < good_count; ++g) voted += a.voted(c, g);
    const double share = voted > 0 ? practice.capital[c] * practice.participatory_share[c] : 0.0;
    double distance = 0;
    for (std::size_t g = 0; g < good_count; ++g) {
      const double estimate = (1.0 - known) * prior_[g] + known * a.heard(c, g);
      const double own = weight * priority_[g] + (1.0 - weight) * estimate;
      const double decided = own_part * own + (1.0 - own_part) * world.districts.mix(district, g);
      a.mix(c, g) = (1.0 - share) * decided + share * a.voted(c, g);
      distance += std::abs(a.mix(c, g) - a.wishes(c, g));
    }
    a.match[c] = 1.0 - 0.5 * distance;
    const double watch = practice.oversight[c] + (1.0 - practice.oversight[c]) * a.watched[c];
    const std::array<double, parts> lowers = {
        a_audit * practice.audit[c], a_open * openness(world, c), a_res * watch * openness(world, c)};
    a.loss[c] = l0 * exp_(-lowers[0] - lowers[1] - lowers[2]);
    for (std::size_t part = 0; part < parts; ++part) saved_[parts * c + part] = a.loss[c] * (exp_(lowers[part]) - 1.0);
  }

  /// Thousand tenge a head and year that reach good g.
  [[nodiscard]] double arriving(const World& world, std::size_t c, std::size_t g) const {
    return world.akimats.mix(c, g) * world.akimats.means[c] * (1.0 - world.akimats.loss[c]);
  }

  /// Buys a part of the year's goods and what residents gave for; returns the share that the budget could pay.
  [[nodiscard]] double pay(World& world, std::size_t c, double year) const {
    if (!pays_) return 1.0;
    double wanted = year * world.akimats.means[c];
    for (std::size_t g = 0; g < good_count; ++g) wanted += world.akimats.cofinanced(c, g);
    const std::int64_t bill = whole_tenge(1000.0 * wanted * inhabitants(world, c));
    const std::int64_t paid = world.ledger.affordable(Level::community, c, bill);
    const std::int64_t lost = whole_tenge(static_cast<double>(paid) * world.akimats.loss[c]);
    world.ledger.spend({Level::community, c}, Flow::goods, paid - lost);
    world.ledger.spend({Level::community, c}, Flow::loss, lost);
    return paid < bill ? static_cast<double>(paid) / static_cast<double>(bill) : 1.0;
  }

  bool pays_ = false;                       ///< whether there is public money: made by `prepare`
  std::array<double, good_count> prior_{};  ///< made anew every week: no state
  std::vector<double> saved_;               ///< by community and part: share of spending that it saves from being lost
  std::array<double, good_count> priority_{};  ///< state_mix as shares: made by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_spending() { return std::make_unique<Spending>(); }

}  // namespace kurultai
