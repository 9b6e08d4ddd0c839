// budget: the budget year of all levels; money moves at its dates (MODEL 9; D4, R2, R7, P8).
//
//   means_j  = (own_j + T_j + grant_j + carried_j) / inhabitants_j
//   carried_j = balance_j - reserve (own_j + T_j + grant_j) - gifts not yet spent
//
// The year begins at tick % 52 == 0, its quarters every 13 weeks. At the year's beginning `means` is planned out of
// what `revenue` and `transfers` have planned and what is left over. Each quarter, a fourth of the plan: taxes come in
// at all levels; surpluses go up, community to district to region to republic; transfers come down the same way, grants
// directly; districts and regions spend on their own functions. Goods are bought by `spending`. Local budgets never
// owe: each payment is at most what is there, and what is short for several is shared in proportion. The republic may
// owe: its deficit is a series. It also pays, every four weeks and earmarked, for what the state's levers promise:
// connections, support of culture and of institutions, visits of mobile groups. Matching and rewards (`response`), help
// for new enterprises
// (`enterprise`), training of akims (`conduct`), pay, training and posts of staff (`staff`) are paid where they fall
// due. A programme costs nothing while the mechanism is off that it works by. `reserve` of a year's budget is kept in
// the till, since goods are bought a little ahead of the quarters' money. Where this mechanism is off there is no
// money: budgets a head stay as the census and the scenario give them. Limits: no loans, no interest, no prices; a
// quarter's shortfall is made good in the next year's plan only.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "mechanism/list.h"
#include "mechanism/money.h"
#include "mechanism/setting.h"

namespace kurultai {
namespace {

constexpr std::size_t index_of(Flow flow) { return static_cast<std::size_t>(flow); }

class Budget final : public Mechanism {
 public:
  Budget()
      : Mechanism({.name = "budget",
            .meaning = "budgets of all levels have their dates, and money moves",
            .source = "MODEL 9; D4, R2, R7, P8",
            .phase = Phase::economy,
            .reads = {"cofinanced", "community", "kind", "usual_activity", "usual_members"},
            .writes = {"means"}}) {
    money("own_revenue", "taxes that communities' budgets keep, in a year", "D4, R2", {}, {Flow::tax});
    money("transfers", "transfers that communities' budgets receive, in a year", "D4, P8", {}, {Flow::equalisation});
    money("withdrawals", "surpluses of communities' budgets taken, in a year", "D4, R2", {Flow::withdrawal}, {});
    money("grants", "performance grants that communities' budgets receive, in a year", "R8, I1", {}, {Flow::grant});
    money("spending", "communities' budgets spend on public goods, losses with it, in a year", "I1",
        {Flow::goods, Flow::loss}, {});
    money("losses", "of that: what is lost, in a year", "R3", {Flow::loss}, {});
    money("public_cost", "what the republic pays for programmes in communities, in a year", "P8, I1", {},
        {Flow::programme});
    observe({.name = "means",
        .unit = "thousand tenge a head and year",
        .meaning = "communities' budget for public goods, as planned this year",
        .source = "D9, P8",
        .community = [](const World& world, std::size_t c, std::size_t) {
          const double people = inhabitants(world, c);
          return SeriesSpec::Ratio{world.akimats.means[c] * people, people};
        }});
    observe({.name = "fiscal_autonomy",
        .meaning = "own revenue as a share of communities' budgets, earmarked programmes apart",
        .source = "I1, D4: okrugs about one third (presidential speech 2025/26)",
        .community = [](const World& world, std::size_t c, std::size_t) {
          const double own = received_in_a_year(world, Level::community, c, Flow::tax);
          return SeriesSpec::Ratio{own, own + received_in_a_year(world, Level::community, c, Flow::equalisation) +
                                            received_in_a_year(world, Level::community, c, Flow::grant)};
        }});
    observe({.name = "small_okrugs_transfers",
        .meaning = "share of transfers in the budget of the median rural okrug of at most 2,000 people",
        .source = "D4: 61-95%, median 91% in 7 budgets (legal database)",
        .group = [](const World& world, std::span<const std::uint32_t> list) { return median_share(world, list); }});
    observe({.name = "dependence",
        .meaning =
            "share of transfers from the republic in what a region and all budgets in it receive, mean over regions",
        .source = "D4: 50.7% on average (Sep 2025)",
        .group = [](const World& world, std::span<const std::uint32_t> list) { return dependence(world, list); }});
    for (const Level level : {Level::district, Level::region}) {
      area("own_revenue", "taxes that budgets of this level keep, in a year", level, {}, {Flow::tax});
      area("transfers", "transfers that budgets of this level receive from above, in a year", level, {},
          {Flow::equalisation});
      area("withdrawals", "surpluses of budgets of this level taken from above, in a year", level, {Flow::withdrawal},
          {});
      area("functions", "spent by budgets of this level on their own functions, in a year", level, {Flow::functions},
          {});
    }
    observe({.name = "deficit",
        .unit = "thousand tenge a head and year",
        .meaning = "what the republic pays to other budgets, less what it receives for them, in a year",
        .source = "D4, P8",
        .group = [](const World& world, std::span<const std::uint32_t> list) { return deficit(world, list); }});
  }

  Real reserve{*this,
      {.name = "reserve",
          .unit = "years",
          .meaning = "part of a year's budget that communities keep in the till",
          .source = "assumption: five weeks"},
      0.1, {0, 1}};
  Real other_revenue{*this,
      {.name = "other_revenue",
          .unit = "thousand tenge a head and year",
          .meaning = "what the republic takes for other budgets' sake from taxes that are not in the scenario",
          .source = "set so that its deficit is about 0 in Kazakhstan"},
      42, {0, 1e5}};
  Real visit_cost{*this,
      {.name = "visit_cost",
          .unit = "thousand tenge",
          .meaning = "what a visit of a mobile group costs",
          .source = "R6, P2; assumption"},
      500, {0, 1e6}};

  void prepare(World& world) override {
    const std::size_t communities = world.society.communities();
    for (Budgets* budgets : world.ledger.all()) {
      budgets->balance.fill(0);
      for (auto* column : {&budgets->received, &budgets->paid, &budgets->received_before, &budgets->paid_before})
        column->fill(0);
    }
    for (std::size_t c = 0; c < communities; ++c) {
      world.akimats.means[c] = world.society.country.communities[c].resources * world.practice.resources[c];
      if (enabled) world.ledger.community.balance[c] = whole_tenge(reserve * income(world, c));
    }
    programmes_.clear();
    add_programme(world, "coverage", "investment", inhabitants);
    add_programme(world, "experience", "support", inhabitants);
    for (std::size_t q = 0; q < member_kinds; ++q)
      add_programme(world, "institutions", std::string("support_") + institution_keys[q],
          [q](const World& w, std::size_t c) { return usual_members(w, c, q); });
    groups_.assign(communities, 0.0);
    visits_ = setting<Flag>(world, "training.enabled") ? &setting<Lever>(world, "training.visits") : nullptr;
    std::vector<double> places(world.society.country.regions.size(), 0.0);
    std::vector<double> groups(places.size(), 0.0);
    const auto region_of = [&](std::size_t c) { return world.society.country.communities[c].region; };
    for (std::size_t c = 0; c < communities; ++c) places[region_of(c)] += 1;
    for (std::size_t k = 0; k < world.institutions.size(); ++k)
      if (world.institutions.kind[k] == static_cast<std::uint8_t>(InstitutionKind::mobile_group))
        groups[region_of(world.institutions.community[k])] += 1;
    for (std::size_t c = 0; c < communities; ++c) groups_[c] = groups[region_of(c)] / places[region_of(c)];
  }

  void begin(World& world) override {
    if (world.tick() % budget_year == 0) begin_year(world);
    if (world.tick() % budget_quarter == 0) quarter(world);
    for (std::size_t c = 0; c < world.society.communities(); ++c)
      if (world.due(c, 4)) support(world, c);
  }

 private:
  /// What a lever costs: so many thousand tenge a year for each of `heads`.
  struct Support {
    const Lever* lever;
    std::function<double(const World&, std::size_t)> heads;
  };

  void add_programme(const World& world, const std::string& mechanism, const std::string& lever,
      std::function<double(const World&, std::size_t)> heads) {
    const Lever& promised = setting<Lever>(world, mechanism + "." + lever);
    if (setting<Flag>(world, mechanism + ".enabled")) programmes_.push_back({&promised, std::move(heads)});
  }
  /// Usual members of the institutions of a kind that are awake, at scale 1.
  static double usual_members(const World& world, std::size_t c, std::size_t kind) {
    double sum = 0;
    for (std::size_t k = world.first_institution[c]; k < world.first_institution[c + 1]; ++k)
      if (world.institutions.kind[k] == kind && world.institutions.usual_activity[k] > 0)
        sum += world.institutions.usual_members[k];
    return sum * weight_of_resident(world, c);
  }

  /// A series by community, thousand tenge a head and year.
  void money(
      const char* name, const char* meaning, const char* source, std::vector<Flow> paid, std::vector<Flow> received) {
    observe({.name = name,
        .unit = "thousand tenge a head and year",
        .meaning = meaning,
        .source = source,
        .community = [paid, received](const World& world, std::size_t c, std::size_t) {
          return SeriesSpec::Ratio{sum(world, Level::community, c, paid, received) / 1000.0, inhabitants(world, c)};
        }});
  }
  /// A series over the districts or regions in which the communities lie.
  void area(const char* name, const char* meaning, Level level, std::vector<Flow> paid, std::vector<Flow> received) {
    observe({.name = std::string(name) + "_" + level_names[static_cast<std::size_t>(level)],
        .unit = "thousand tenge a head and year",
        .meaning = std::string(meaning) + ": " + level_names[static_cast<std::size_t>(level)] + "s",
        .source = "D4, D5",
        .group = [=](const World& world, std::span<const std::uint32_t> list) {
          double tenge = 0;
          double people = 0;
          for (const Area& a : areas(world, list, level)) {
            tenge += sum(world, level, a.place, paid, received);
            people += a.people;
          }
          return people > 0 ? tenge / 1000.0 / people : std::numeric_limits<double>::quiet_NaN();
        }});
  }
  static double sum(const World& world, Level level, std::size_t place, const std::vector<Flow>& paid,
      const std::vector<Flow>& received) {
    double tenge = 0;
    for (const Flow flow : paid) tenge += paid_in_a_year(world, level, place, flow);
    for (const Flow flow : received) tenge += received_in_a_year(world, level, place, flow);
    return tenge;
  }

  /// A district or region with all its inhabitants.
  struct Area {
    std::size_t place = 0;
    double people = 0;
  };
  /// Those in which the communities lie, in their order.
  static std::vector<Area> areas(const World& world, std::span<const std::uint32_t> list, Level level) {
    const Country& country = world.society.country;
    const auto area_of = [&](const Community& place) {
      return level == Level::district ? place.district : place.region;
    };
    const std::size_t count = level == Level::district ? country.districts.size() : country.regions.size();
    std::vector<std::uint8_t> there(count, 0);
    std::vector<double> people(count, 0.0);
    for (const std::uint32_t c : list) there[area_of(country.communities[c])] = 1;
    for (const Community& place : country.communities) people[area_of(place)] += place.population;
    std::vector<Area> all;
    for (std::size_t k = 0; k < count; ++k)
      if (there[k] != 0) all.push_back({k, people[k]});
    return all;
  }

  static double median_share(const World& world, std::span<const std::uint32_t> list) {
    std::vector<double> shares;
    for (const std::uint32_t c : list) {
      const Community& place = world.society.country.communities[c];
      if (place.type != PlaceType::okrug || place.population > 2000) continue;
      const double given = received_in_a_year(world, Level::community, c, Flow::equalisation);
      const double all = given + received_in_a_year(world, Level::community, c, Flow::tax) +
                         received_in_a_year(world, Level::community, c, Flow::grant);
      if (all > 0) shares.push_back(given / all);
    }
    if (shares.empty()) return std::numeric_limits<double>::quiet_NaN();
    std::sort(shares.begin(), shares.end());
    return 0.5 * (shares[(shares.size() - 1) / 2] + shares[shares.size() / 2]);
  }

  static double dependence(const World& world, std::span<const std::uint32_t> list) {
    const Country& country = world.society.country;
    std::vector<double> taxes(country.regions.size(), 0.0);
    for (std::size_t c = 0; c < country.communities.size(); ++c)
      taxes[country.communities[c].region] += received_in_a_year(world, Level::community, c, Flow::tax);
    for (std::size_t d = 0; d < country.districts.size(); ++d)
      taxes[country.districts[d].region] += received_in_a_year(world, Level::district, d, Flow::tax);
    double shares = 0;
    double count = 0;
    for (const Area& a : areas(world, list, Level::region)) {
      const double given = received_in_a_year(world, Level::region, a.place, Flow::equalisation);
      const double all = given + taxes[a.place] + received_in_a_year(world, Level::region, a.place, Flow::tax);
      if (all <= 0) continue;
      shares += given / all;
      count += 1;
    }
    return count > 0 ? shares / count : std::numeric_limits<double>::quiet_NaN();
  }

  /// Of the republic: nowhere but in the whole country.
  static double deficit(const World& world, std::span<const std::uint32_t> list) {
    if (list.size() != world.society.communities()) return std::numeric_limits<double>::quiet_NaN();
    double people = 0;
    for (const std::uint32_t c : list) people += inhabitants(world, c);
    double tenge = 0;
    for (std::size_t f = 0; f < flow_count; ++f)
      tenge += paid_in_a_year(world, Level::republic, 0, static_cast<Flow>(f)) -
               received_in_a_year(world, Level::republic, 0, static_cast<Flow>(f));
    return people > 0 ? tenge / 1000.0 / people : std::numeric_limits<double>::quiet_NaN();
  }

  static double planned(const Budgets& budgets, std::size_t k, Flow flow) { return budgets.plan(k, index_of(flow)); }
  /// What community c may spend on goods, tenge a year.
  static double income(const World& world, std::size_t c) {
    const Budgets& b = world.ledger.community;
    return std::max(0.0, planned(b, c, Flow::tax) + planned(b, c, Flow::equalisation) -
                             planned(b, c, Flow::withdrawal) + planned(b, c, Flow::grant));
  }

  void begin_year(World& world) const {
    for (Budgets* budgets : world.ledger.all())
      for (auto [now, before] : {std::pair{&budgets->received, &budgets->received_before},
               std::pair{&budgets->paid, &budgets->paid_before}}) {
        std::copy(now->values().begin(), now->values().end(), before->values().begin());
        now->fill(0);
      }
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      const double people = inhabitants(world, c);
      if (people <= 0) continue;
      const double year = income(world, c);
      double gifts = 0;
      for (std::size_t g = 0; g < good_count; ++g) gifts += world.akimats.cofinanced(c, g);
      const auto carried = static_cast<double>(world.ledger.community.balance[c] - whole_tenge(reserve * year) -
                                               static_cast<std::int64_t>(std::floor(1000.0 * people * gifts + 0.5)));
      world.akimats.means[c] = std::max(0.0, year + carried) / people / 1000.0;
    }
  }

  /// A quarter of the plan, all over the country.
  void quarter(World& world) const {
    const Country& country = world.society.country;
    Ledger& ledger = world.ledger;
    for (const Level level : {Level::community, Level::district, Level::region, Level::republic})
      for (std::size_t k = 0; k < ledger.of(level).size(); ++k)
        ledger.receive({level, k}, Flow::tax, a_quarter(ledger.of(level), k, Flow::tax));
    double people = 0;
    for (const Community& place : country.communities) people += place.population;
    ledger.receive({Level::republic, 0}, Flow::tax, whole_tenge(0.25 * 1000.0 * other_revenue * people));

    const auto above_community = [&](std::size_t c) -> Ledger::Account {
      return {Level::district, country.communities[c].district};
    };
    const auto above_district = [&](std::size_t d) -> Ledger::Account {
      return {Level::region, country.districts[d].region};
    };
    const auto above_region = [](std::size_t) -> Ledger::Account { return {Level::republic, 0}; };
    up(ledger, Level::community, above_community);
    up(ledger, Level::district, above_district);
    up(ledger, Level::region, above_region);
    down(ledger, Level::region, above_region);
    down(ledger, Level::district, above_district);
    down(ledger, Level::community, above_community);
    for (std::size_t c = 0; c < country.communities.size(); ++c)
      ledger.pay({Level::republic, 0}, {Level::community, c}, Flow::grant, a_quarter(ledger.community, c, Flow::grant));
    for (const Level level : {Level::district, Level::region})
      for (std::size_t k = 0; k < ledger.of(level).size(); ++k)
        ledger.spend({level, k}, Flow::functions, ledger.affordable(level, k, ledger.of(level).balance[k]));
  }

  static std::int64_t a_quarter(const Budgets& budgets, std::size_t k, Flow flow) {
    return whole_tenge(0.25 * planned(budgets, k, flow));
  }

  /// Surpluses of a level.
  template <class Above> static void up(Ledger& ledger, Level level, const Above& above) {
    for (std::size_t k = 0; k < ledger.of(level).size(); ++k)
      ledger.pay({level, k}, above(k), Flow::withdrawal,
          ledger.affordable(level, k, a_quarter(ledger.of(level), k, Flow::withdrawal)));
  }

  /// Transfers to a level: where the budget above has too little, all get the same part of theirs.
  template <class Above> static void down(Ledger& ledger, Level level, const Above& above) {
    const std::size_t count = ledger.of(level).size();
    std::vector<double> wanted;
    std::vector<double> there;
    for (std::size_t k = 0; k < count; ++k) {
      const Ledger::Account from = above(k);
      if (from.place >= wanted.size()) wanted.resize(from.place + 1, 0.0);
      wanted[from.place] += static_cast<double>(a_quarter(ledger.of(level), k, Flow::equalisation));
    }
    for (std::size_t from = 0; from < wanted.size(); ++from) {
      const Level payer = count == 0 ? level : above(0).level;
      there.push_back(payer == Level::republic ? wanted[from] : static_cast<double>(ledger.of(payer).balance[from]));
    }
    for (std::size_t k = 0; k < count; ++k) {
      const Ledger::Account from = above(k);
      std::int64_t amount = a_quarter(ledger.of(level), k, Flow::equalisation);
      if (there[from.place] < wanted[from.place])
        amount = static_cast<std::int64_t>(static_cast<double>(amount) * there[from.place] / wanted[from.place]);
      ledger.pay(from, {level, k}, Flow::equalisation, ledger.affordable(from.level, from.place, amount));
    }
  }

  /// Programmes of the republic in community c, for this quarter.
  void support(World& world, std::size_t c) const {
    double thousand = 0;
    for (const Support& programme : programmes_) {
      const double a_head = (*programme.lever)[c];
      if (a_head > 0) thousand += a_head * programme.heads(world, c);
    }
    if (visits_ != nullptr) thousand += visit_cost * groups_[c] * (*visits_)[c];
    if (thousand > 0) earmark(world, c, Flow::support, 1000.0 / 13.0 * thousand);
  }

  std::vector<Support> programmes_;  ///< made by `prepare`, as all below
  std::vector<double> groups_;       ///< mobile groups of its region for each of its communities
  const Lever* visits_ = nullptr;
};

}  // namespace

std::unique_ptr<Mechanism> make_budget() { return std::make_unique<Budget>(); }

}  // namespace kurultai
