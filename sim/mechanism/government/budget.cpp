// budget: the budget year of all levels; money moves at its dates (MODEL 7.38; D4, R2, R7, P8).
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
// for new enterprises (`enterprise`), training of akims (`conduct`), pay, training and posts of staff (`staff`) are
// paid where they fall due. A programme costs nothing while the mechanism is off that it works by. `reserve` of a
// year's budget is kept in the till, since goods are bought a little ahead of the quarters' money. Where this mechanism
// is off there is no money: budgets a head stay as the census and the scenario give them. Limits: no loans, no
// interest, no prices; a quarter's shortfall is made good in the next year's plan only.
#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "mechanism/kit/money.h"
#include "mechanism/kit/offers.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Budget final : public Mechanism {
 public:
  Budget()
      : Mechanism({.name = "budget",
            .meaning = "budgets of all levels have their dates, and money moves",
            .source = "MODEL 7.38; D4, R2, R7, P8",
            .phase = Phase::economy}) {
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
        .community = [this](const Week& week, std::size_t c, std::size_t) {
          const double people = inhabitants(week, c);
          return SeriesSpec::Ratio{means_[c] * people, people};
        }});
    observe({.name = "fiscal_autonomy",
        .meaning = "own revenue as a share of communities' budgets, earmarked programmes apart",
        .source = "I1, D4: okrugs about one third (presidential speech 2025/26)",
        .community = [this](const Week& week, std::size_t c, std::size_t) {
          const double own = received(week, Level::community, c, Flow::tax);
          return SeriesSpec::Ratio{own, own + received(week, Level::community, c, Flow::equalisation) +
                                            received(week, Level::community, c, Flow::grant)};
        }});
    observe({.name = "small_okrugs_transfers",
        .meaning = "share of transfers in the budget of the median rural okrug of at most 2,000 people",
        .source = "D4: 61-95%, median 91% in 7 budgets (legal database)",
        .group = [this](const Week& week, std::span<const std::uint32_t> list) { return median_share(week, list); },
        .looks_at = [this](const Week& week, std::size_t c) { return share_of_transfers(week, c); }});
    observe({.name = "dependence",
        .meaning =
            "share of transfers from the republic in what a region and all budgets in it receive, mean over regions",
        .source = "D4: 50.7% on average (Sep 2025)",
        .group = [this](const Week& week, std::span<const std::uint32_t> list) { return dependence(week, list); }});
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
        .group = [this](const Week& week, std::span<const std::uint32_t> list) { return deficit(week, list); }});
  }

  Real reserve{*this, "reserve", 0.1, {0, 1}, "part of a year's budget that communities keep in the till",
      "assumption: five weeks", {.unit = "years"}};
  Real other_revenue{*this, "other_revenue", 42, {0, 1e5},
      "what the republic takes for other budgets' sake from taxes that are not in the scenario",
      "set so that its deficit is about 0 in Kazakhstan", {.unit = "thousand tenge a head and year"}};
  Real visit_cost{*this, "visit_cost", 500, {0, 1e6}, "what a visit of a mobile group costs", "R6, P2; assumption",
      {.unit = "thousand tenge"}};

  void prepare(const Week& week) override {
    const std::size_t communities = week.communities();
    for (const Level level : all_levels) {
      balance_[level].fill(0);
      for (const auto* columns : {&received_, &paid_, &received_before_, &paid_before_}) (*columns)[level].fill(0);
    }
    people_[0].assign(week.country.districts.size(), 0.0);
    people_[1].assign(week.country.regions.size(), 0.0);
    for (const Community& place : week.country.communities) {
      people_[0][place.district] += place.population;
      people_[1][place.region] += place.population;
    }
    for (std::size_t c = 0; c < communities; ++c) {
      means_[c] = week.place(c).resources * resources_;
      if (enabled) balance_[Level::community][c] = whole_tenge(reserve * income(c));
    }
  }

  void begin(const Week& week) override {
    if (week.tick() % weeks_a_year == 0) begin_year(week);
    if (week.tick() % weeks_a_quarter == 0) quarter(week);
    for (std::size_t c = 0; c < week.communities(); ++c)
      if (week.due(c, weeks_a_month)) support(week, c);
  }

 private:
  static constexpr std::array all_levels = {Level::community, Level::district, Level::region, Level::republic};
  template <class T>
  using AddBudgets =
      LevelsAccess<T, Access::How::adds, Level::community, Level::district, Level::region, Level::republic>;

  ScenarioValue resources_{*this, &Practice::resources};
  Read<double> cofinanced_{*this, &Akimats::cofinanced};
  Write<double> means_{*this, &Akimats::means, at_start};
  ReadPlanned tax_{*this, Flow::tax, at_start};
  ReadPlanned equalisation_{*this, Flow::equalisation, at_start};
  ReadPlanned withdrawal_{*this, Flow::withdrawal, at_start};
  ReadPlanned grant_{*this, Flow::grant, at_start};
  AddBudgets<std::int64_t> balance_{*this, &Budgets::balance, at_start};
  AddBudgets<std::int64_t> received_{*this, &Budgets::received, at_start};
  AddBudgets<std::int64_t> paid_{*this, &Budgets::paid, at_start};
  AddBudgets<std::int64_t> received_before_{*this, &Budgets::received_before, at_start};
  AddBudgets<std::int64_t> paid_before_{*this, &Budgets::paid_before, at_start};
  Accounts accounts_{*this};
  Payments payments_{*this};
  Uses<ProgrammeCosts> costs_{*this};
  Offers<Prices> prices_{*this, {visit_cost}};

  [[nodiscard]] double received(const Week& week, Level level, std::size_t place, Flow flow) const {
    return accounts_.received_in_a_year(week, level, place, flow);
  }
  [[nodiscard]] double paid_out(const Week& week, Level level, std::size_t place, Flow flow) const {
    return accounts_.paid_in_a_year(week, level, place, flow);
  }

  /// A series by community, thousand tenge a head and year.
  void money(
      const char* name, const char* meaning, const char* source, std::vector<Flow> paid, std::vector<Flow> received) {
    observe({.name = name,
        .unit = "thousand tenge a head and year",
        .meaning = meaning,
        .source = source,
        .community = [this, paid = std::move(paid), received = std::move(received)](
                         const Week& week, std::size_t c, std::size_t) {
          return SeriesSpec::Ratio{sum(week, Level::community, c, paid, received) / 1000.0, inhabitants(week, c)};
        }});
  }
  /// A series over the districts or regions in which the communities lie.
  void area(const char* name, const char* meaning, Level level, std::vector<Flow> paid, std::vector<Flow> received) {
    observe({.name = std::string(name) + "_" + word(level),
        .unit = "thousand tenge a head and year",
        .meaning = std::string(meaning) + ": " + word(level) + "s",
        .source = "D4, D5",
        .group = [this, level, paid = std::move(paid), received = std::move(received)](
                     const Week& week, std::span<const std::uint32_t> list) {
          double tenge = 0;
          double people = 0;
          for (const Area& a : areas(week, list, level)) {
            tenge += sum(week, level, a.place, paid, received);
            people += a.people;
          }
          return people > 0 ? tenge / 1000.0 / people : std::numeric_limits<double>::quiet_NaN();
        }});
  }
  [[nodiscard]] double sum(const Week& week, Level level, std::size_t place, const std::vector<Flow>& uses,
      const std::vector<Flow>& sources) const {
    double tenge = 0;
    for (const Flow flow : uses) tenge += paid_out(week, level, place, flow);
    for (const Flow flow : sources) tenge += received(week, level, place, flow);
    return tenge;
  }

  /// A district or region with all its inhabitants.
  struct Area {
    std::size_t place = 0;
    double people = 0;
  };
  /// Those in which the communities lie, in their order.
  [[nodiscard]] std::span<const Area> areas(const Week& week, std::span<const std::uint32_t> list, Level level) const {
    const Country& country = week.country;
    const auto area_of = [&](const Community& place) {
      return level == Level::district ? place.district : place.region;
    };
    const std::size_t count = level == Level::district ? country.districts.size() : country.regions.size();
    thread_local std::vector<std::uint8_t> there;  // scratch, as the next one
    thread_local std::vector<Area> all;
    there.assign(count, 0);
    all.clear();
    for (const std::uint32_t c : list) there[area_of(country.communities[c])] = 1;
    const std::vector<double>& people = people_[level == Level::district ? 0 : 1];
    for (std::size_t k = 0; k < count; ++k)
      if (there[k] != 0) all.push_back({k, people[k]});
    return all;
  }

  /// Of the budget of a small rural okrug; below 0 where it is none, or has nothing.
  [[nodiscard]] double share_of_transfers(const Week& week, std::size_t c) const {
    const Community& place = week.place(c);
    if (place.type != PlaceType::okrug || place.population > 2000) return -1;
    const double given = received(week, Level::community, c, Flow::equalisation);
    const double all =
        given + received(week, Level::community, c, Flow::tax) + received(week, Level::community, c, Flow::grant);
    return all > 0 ? given / all : -1;
  }

  [[nodiscard]] double median_share(const Week& week, std::span<const std::uint32_t> list) const {
    thread_local std::vector<double> shares;  // scratch
    shares.clear();
    for (const std::uint32_t c : list)
      if (const double share = share_of_transfers(week, c); share >= 0) shares.push_back(share);
    if (shares.empty()) return std::numeric_limits<double>::quiet_NaN();
    std::sort(shares.begin(), shares.end());
    return 0.5 * (shares[(shares.size() - 1) / 2] + shares[shares.size() / 2]);
  }

  [[nodiscard]] double dependence(const Week& week, std::span<const std::uint32_t> list) const {
    const Country& country = week.country;
    thread_local std::vector<double> taxes;  // scratch
    const std::span<const Area> regions = areas(week, list, Level::region);
    taxes.assign(country.regions.size(), std::numeric_limits<double>::quiet_NaN());  // of the others
    for (const Area& a : regions) taxes[a.place] = 0;
    for (std::size_t c = 0; c < country.communities.size(); ++c)
      if (double& sum = taxes[country.communities[c].region]; !std::isnan(sum))
        sum += received(week, Level::community, c, Flow::tax);
    for (std::size_t d = 0; d < country.districts.size(); ++d)
      if (double& sum = taxes[country.districts[d].region]; !std::isnan(sum))
        sum += received(week, Level::district, d, Flow::tax);
    double shares = 0;
    double count = 0;
    for (const Area& a : regions) {
      const double given = received(week, Level::region, a.place, Flow::equalisation);
      const double all = given + taxes[a.place] + received(week, Level::region, a.place, Flow::tax);
      if (all <= 0) continue;
      shares += given / all;
      count += 1;
    }
    return count > 0 ? shares / count : std::numeric_limits<double>::quiet_NaN();
  }

  /// Of the republic: nowhere but in the whole country.
  [[nodiscard]] double deficit(const Week& week, std::span<const std::uint32_t> list) const {
    if (list.size() != week.communities()) return std::numeric_limits<double>::quiet_NaN();
    double people = 0;
    for (const std::uint32_t c : list) people += inhabitants(week, c);
    double tenge = 0;
    for (std::size_t f = 0; f < flow_count; ++f)
      tenge += paid_out(week, Level::republic, 0, static_cast<Flow>(f)) -
               received(week, Level::republic, 0, static_cast<Flow>(f));
    return people > 0 ? tenge / 1000.0 / people : std::numeric_limits<double>::quiet_NaN();
  }

  /// Tenge a year of one flow.
  [[nodiscard]] double planned(Level level, std::size_t k, Flow flow) const {
    return flow == Flow::tax            ? tax_(level, k)
           : flow == Flow::equalisation ? equalisation_(level, k)
           : flow == Flow::withdrawal   ? withdrawal_(level, k)
                                        : grant_(level, k);
  }
  /// What community c may spend on goods, tenge a year.
  [[nodiscard]] double income(std::size_t c) const {
    return std::max(0.0, tax_(Level::community, c) + equalisation_(Level::community, c) -
                             withdrawal_(Level::community, c) + grant_(Level::community, c));
  }

  void begin_year(const Week& week) const {
    for (const Level level : all_levels)
      for (const auto& [now, before] : {std::pair{&received_, &received_before_}, std::pair{&paid_, &paid_before_}}) {
        std::ranges::copy((*now)[level].values(), (*before)[level].values().begin());
        (*now)[level].fill(0);
      }
    for (std::size_t c = 0; c < week.communities(); ++c) {
      const double people = inhabitants(week, c);
      if (people <= 0) continue;
      const double year = income(c);
      double gifts = 0;
      for (std::size_t g = 0; g < good_count; ++g) gifts += cofinanced_(c, g);
      const auto carried = static_cast<double>(balance_[Level::community][c] - whole_tenge(reserve * year) -
                                               static_cast<std::int64_t>(std::floor(1000.0 * people * gifts + 0.5)));
      means_[c] = std::max(0.0, year + carried) / people / 1000.0;
    }
  }

  /// A quarter of the plan, all over the country.
  void quarter(const Week& week) {
    const Country& country = week.country;
    for (const Level level : all_levels)
      for (std::size_t k = 0; k < payments_.budgets(level); ++k)
        payments_.receive({level, k}, Flow::tax, a_quarter(level, k, Flow::tax));
    double people = 0;
    for (const Community& place : country.communities) people += place.population;
    payments_.receive({Level::republic, 0}, Flow::tax, whole_tenge(0.25 * 1000.0 * other_revenue * people));

    const auto above_community = [&](std::size_t c) -> Ledger::Account {
      return {Level::district, country.communities[c].district};
    };
    const auto above_district = [&](std::size_t d) -> Ledger::Account {
      return {Level::region, country.districts[d].region};
    };
    const auto above_region = [](std::size_t) -> Ledger::Account { return {Level::republic, 0}; };
    up(Level::community, above_community);
    up(Level::district, above_district);
    up(Level::region, above_region);
    down(Level::region, above_region);
    down(Level::district, above_district);
    down(Level::community, above_community);
    for (std::size_t c = 0; c < country.communities.size(); ++c)
      payments_.pay(
          {Level::republic, 0}, {Level::community, c}, Flow::grant, a_quarter(Level::community, c, Flow::grant));
    for (const Level level : {Level::district, Level::region})
      for (std::size_t k = 0; k < payments_.budgets(level); ++k)
        payments_.spend({level, k}, Flow::functions, payments_.affordable(level, k, payments_.balance(level, k)));
  }

  [[nodiscard]] std::int64_t a_quarter(Level level, std::size_t k, Flow flow) const {
    return whole_tenge(0.25 * planned(level, k, flow));
  }

  /// Surpluses of a level.
  template <class Above> void up(Level level, const Above& above) const {
    for (std::size_t k = 0; k < payments_.budgets(level); ++k)
      payments_.pay({level, k}, above(k), Flow::withdrawal,
          payments_.affordable(level, k, a_quarter(level, k, Flow::withdrawal)));
  }

  /// Transfers to a level: where the budget above has too little, all get the same part of theirs.
  template <class Above> void down(Level level, const Above& above) {
    const std::size_t count = payments_.budgets(level);
    std::vector<double>& wanted = wanted_;
    std::vector<double>& there = there_;
    wanted.clear();
    there.clear();
    for (std::size_t k = 0; k < count; ++k) {
      const Ledger::Account from = above(k);
      if (from.place >= wanted.size()) wanted.resize(from.place + 1, 0.0);
      wanted[from.place] += static_cast<double>(a_quarter(level, k, Flow::equalisation));
    }
    for (std::size_t from = 0; from < wanted.size(); ++from) {
      const Level payer = count == 0 ? level : above(0).level;
      there.push_back(payer == Level::republic ? wanted[from] : static_cast<double>(payments_.balance(payer, from)));
    }
    for (std::size_t k = 0; k < count; ++k) {
      const Ledger::Account from = above(k);
      std::int64_t amount = a_quarter(level, k, Flow::equalisation);
      if (there[from.place] < wanted[from.place])
        amount = static_cast<std::int64_t>(static_cast<double>(amount) * there[from.place] / wanted[from.place]);
      payments_.pay(from, {level, k}, Flow::equalisation, payments_.affordable(from.level, from.place, amount));
    }
  }

  /// Programmes of the republic in community c, for this quarter.
  void support(const Week& week, std::size_t c) const {
    double thousand = 0;
    for (const auto& [runs, cost] : costs_->all)
      if (*runs) thousand += cost->a_year(week, c);
    if (thousand > 0) payments_.earmark(c, Flow::support, 1000.0 / months_a_year * thousand);
  }

  std::array<std::vector<double>, 2> people_;  ///< of districts, of regions: made by `prepare`
  std::vector<double> wanted_;                 ///< scratch of `down`
  std::vector<double> there_;
};

}  // namespace

std::unique_ptr<Mechanism> make_budget() { return std::make_unique<Budget>(); }

}  // namespace kurultai
