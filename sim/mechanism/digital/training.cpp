// training: mobile groups visit akimats and train staff and residents; competence fades without practice (MODEL 7.22;
// R6).
//
//   at a visit   D_j <- D_j + gain (1 - D_j)
//                an adult with access takes a seat with chance seats / adults with access: s <- s + step (1 - s)
//                an adult hears of each support programme with chance word x credibility of the group
//   always       D_j <- D_j + 4/52 [ practice k_j (1 - D_j) - forget_j D_j ],  k_j = min(2, (a_j + a_0) / (usual_j +
//   a_0))
//
// D_j: how well akim and staff of a community work digitally. Route: the groups of a region together make groups x
// visits a year, visits being the mean of the lever over its communities; each visit goes to the community with the
// greatest visits_j x need_j, ties by key: need is the weeks since the last visit (`order` = waiting, the default:
// everyone gets a turn, in proportion to the lever) or 1 - D_j (competence). A community whose lever is 0 is never
// visited. a_j: online acts and appeals a head and year: adults who acted online within the last four weeks x 13, a
// running mean of the last year. usual_j: what it is when the warm-up ends (usual without a warm-up); until then k_j
// = 1. D starts at logistic(logit(level) + spread luck_j); forget_j, which differs as staff turn over, follows from the
// start being an equilibrium at the scenario's visits: forget_j D_j = (practice + gain / (1 - gain / 2) visits a year)
// (1 - D_j), since a visit finds D half a step below its mean. Every fourth week, communities in turn. What competence
// does: see `information` (the akimat's site) and `feedback` (answers to appeals). The republic pays for visits
// (budget.visit_cost each). Limits: groups do not lose time on the way; what a visit costs does not bound how many
// there are; programmes once heard of are forgotten in `response`.
#include <algorithm>
#include <limits>

#include "base/elementary.h"
#include "base/parallel.h"
#include "mechanism/kit/acts.h"
#include "mechanism/kit/census.h"
#include "mechanism/kit/many.h"
#include "mechanism/kit/offers.h"
#include "mechanism/mechanism.h"

namespace kurultai {

/// Who is visited first.
enum class Order : std::uint8_t { waiting, competence };
template <> inline constexpr auto words<Order> = std::array{"waiting", "competence"};

namespace {

class Training final : public Mechanism {
 public:
  Training()
      : Mechanism({.name = "training",
            .meaning = "mobile groups train staff and residents; competence fades without practice",
            .source = "MODEL 7.22; R6, P4",
            .phase = Phase::digital}) {
    observe({.name = "digital_competence",
        .meaning = "digital competence of akimats, mean over adults",
        .source = "R6, I1",
        .community = over_adults_of(adults_, digital_competence_)});
    observe({.name = "visited",
        .meaning = "share of communities that a mobile group visited in the last 52 weeks",
        .source = "R6",
        .looks_back = weeks_a_year,
        .community = [this](const Week& week, std::size_t c, std::size_t) {
          return SeriesSpec::Ratio{
              visited_[c] != never && tick(week) - visited_[c] < static_cast<std::int32_t>(weeks_a_year) ? 1.0 : 0.0,
              1.0};
        }});
  }

  Lever visits{*this, "visits", 40, {0, 1000},
      "visits that one mobile group makes, among the communities of its region",
      "R6, P2; assumption: four weeks in five", {.unit = "a year"}};
  Choice<Order> order{*this, "order", Order::waiting,
      "who is visited first: who has waited longest, or whose competence is lowest", "R6"};
  Real level{*this, "level", 0.45, {0.01, 0.99}, "median digital competence of akimats at the start", "R6; assumption"};
  Real spread{*this, "spread", 0.5, {0, 5}, "SD of competence between akimats", "assumption", {.unit = "log-odds"}};
  Real gain{*this, "gain", 0.15, {0, 1}, "share of the missing competence that a visit gives", "R6; assumption"};
  Real practice{*this, "practice", 0.15, {0, 12}, "share of the missing competence that usual practice gives",
      "assumption", {.unit = "per year"}};
  Real usual{*this, "usual", 0.22, {0, 100}, "usual online acts where no warm-up has shown them",
      "assumption; warm-ups replace it", {.unit = "a head and year"}};
  Real a0{*this, "a_0", 0.1, {1e-3, 100}, "work done digitally without residents' acts", "assumption",
      {.symbol = "a_0", .unit = "a head and year"}};
  Real seats{*this, "seats", 60, {0, 1e6}, "residents whom a visit trains", "R6; assumption",
      {.unit = "resident", .extensive = true}};
  Real step{*this, "step", 0.1, {0, 1}, "share of the missing skill that a seat gives", "R6; assumption"};
  Real word{*this, "word", 0.05, {0, 1},
      "chance that a visit tells an adult of a support programme, if the group is believed", "R6; assumption"};

  void prepare(const Week& week) override {
    const std::size_t communities = week.communities();
    const std::size_t regions = week.country.regions.size();
    members_.assign(regions, {});
    for (std::size_t c = 0; c < communities; ++c) members_[week.country.communities[c].region].push_back(c);
    groups_.assign(regions, {});
    for (std::size_t k = 0; k < kind_.size(); ++k)
      if (kind_[k] == static_cast<std::uint8_t>(InstitutionKind::mobile_group))
        groups_[week.country.communities[community_[k]].region].push_back(k);

    programme_count_ = static_cast<unsigned>(std::min(programmes(week.forms).size(), most_programmes));
    due_.assign(regions, 0.0);
    turn_.assign(regions, 0);
    visited_.assign(communities, never);
    visitor_.assign(communities, none);
    seat_.assign(communities, 0.0);
    forget_.assign(communities, 0.0);
    acts_.assign(communities, usual);
    usual_.assign(communities, usual);
    const Luck::Drawn competences = competence_luck_(week);
    const Luck::Drawn waits = waits_(week);
    for (std::size_t c = 0; c < communities; ++c) {
      const std::size_t region = week.country.communities[c].region;
      const Name place = week.name_of_community(c);
      const double yearly = visits.scenario() * static_cast<double>(groups_[region].size()) /
                            static_cast<double>(members_[region].size());
      double& competence = digital_competence_[c];
      competence = logistic(logit(level) + spread * competences.normal(place));
      const double lift = gain / (1.0 - 0.5 * gain);  // a visit finds competence half a step below its mean
      forget_[c] = (practice + lift * yearly) * (1.0 - competence) / competence;
      // As if groups had travelled before: waits are spread evenly over one round of the route.
      if (yearly > 0)
        visited_[c] = -static_cast<std::int32_t>(std::min(weeks_a_year / yearly * waits.uniform(place), 1e6)) - 1;
    }
  }

  void begin(const Week& week) override {
    visitor_.assign(week.communities(), none);
    parallel_for(week.communities(), [&](std::size_t c) {
      if (!week.due(c, weeks_a_month)) return;
      observe_practice(week, c);
      if (week.warm_up()) usual_[c] = acts_[c];
      const double k = std::min(2.0, (acts_[c] + a0) / (usual_[c] + a0));
      double& competence = digital_competence_[c];
      competence += a_month * (practice * k * (1.0 - competence) - forget_[c] * competence);
      competence = std::clamp(competence, 0.0, 1.0);
    });
    for (std::size_t region = 0; region < members_.size(); ++region) travel(week, region);
  }

  [[nodiscard]] bool wanted(const Week& /*week*/, std::size_t community) const override {
    return visitor_[community] != none;
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const std::size_t c = batch.community;
    const Luck::Drawn takes = seats_luck_(week);
    const Luck::Drawn hears = hears_(week);
    const double told = word * credibility_[visitor_[c]];
    const double seat = seat_[c];
    draw_word(
        week, c, batch, takes, 0, [&](Vertex i) { return is_adult(age_[i]) && access_[i] != 0; },
        [&](Vertex i, std::uint32_t drawn) {
          if (Draws::to_uniform(drawn) < seat) skill_[i] = Share(skill_[i] + step * (1.0 - skill_[i]));
        });
    for (unsigned k = 0; k < programme_count_; k += Luck::block)
      draw_words(
          week, c, batch, hears, k / Luck::block, [&](Vertex i) { return is_adult(age_[i]); },
          [&](Vertex i, std::size_t lane, const Draws::Words& drawn) {
            unsigned heard = 0;
            for (unsigned w = 0; w < Luck::block && k + w < programme_count_; ++w)
              if (Draws::to_uniform(drawn[w][lane]) < told) heard |= 1U << (k + w);
            programmes_[i] = static_cast<std::uint8_t>(programmes_[i] | heard);
          });
  }

  void state(Archive& archive) override {
    archive("due", std::span(due_));
    archive("turn", std::span(turn_));
    archive("visited", std::span(visited_));
    archive("acts", std::span(acts_));
    archive("usual", std::span(usual_));
  }

 private:
  Read<std::uint8_t> age_{*this, &Residents::age};
  Read<std::uint8_t> access_{*this, &Residents::access};
  TookPart took_part_lately_{*this};
  Read<std::uint32_t> adults_{*this, &Akimats::adults};
  Read<Share> credibility_{*this, &Institutions::credibility};
  Read<std::uint32_t> community_{*this, &Institutions::community, at_start};
  Read<std::uint8_t> kind_{*this, &Institutions::kind, at_start};
  Uses<Prices> prices_{*this};
  Write<double> digital_competence_{*this, &Akimats::digital_competence, at_start};
  Write<std::uint8_t> programmes_{*this, &Residents::programmes};
  Add<Share> skill_{*this, &Residents::skill};
  ProgrammeCost cost_{*this, visits,
      [this](const Week& week, std::size_t c) { return prices_->visit_cost * groups_of_place(week, c); }};
  Luck competence_luck_{*this, "an akimat's digital competence", Luck::communities, Luck::lasting};
  Luck retired_{*this, "nothing any more", Luck::communities, Luck::lasting};
  Luck waits_{*this, "how long a place has waited for a visit", Luck::communities, Luck::lasting, 1};
  Luck seats_luck_{*this, "who takes a seat", Luck::residents, Luck::weekly};
  Luck hears_{*this, "who hears of the k-th programme", Luck::residents, Luck::weekly, most_programmes};

  static constexpr std::int32_t never = std::numeric_limits<std::int32_t>::min();
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  [[nodiscard]] std::int32_t tick(const Week& week) const { return static_cast<std::int32_t>(week.tick()); }

  /// Mobile groups of its region for each of its communities.
  [[nodiscard]] double groups_of_place(const Week& week, std::size_t c) const {
    const std::size_t region = week.place(c).region;
    return static_cast<double>(groups_[region].size()) / static_cast<double>(members_[region].size());
  }

  /// a_j: the mean over what was seen so far, at most of the last year.
  void observe_practice(const Week& week, std::size_t c) {
    const TookPart::Lately acted = took_part_lately_.lately(week, weeks_a_month);
    const Census people(week, c);
    const std::uint32_t adults = people.sum([&](Vertex i) { return is_adult(age_[i]); });
    const std::uint32_t active = people.sum([&](Vertex i) {
      const bool online = acted(i, 1);
      return is_adult(age_[i]) && online;
    });
    if (adults == 0) return;
    const double now = months_a_year * static_cast<double>(active) / static_cast<double>(adults);
    const std::uint32_t seen = week.tick() / weeks_a_month;  // occasions before this one
    acts_[c] += (now - acts_[c]) / std::min<double>(months_a_year, seen + 1.0);
  }

  /// The visits of this week in `region`.
  void travel(const Week& week, std::size_t region) {
    if (groups_[region].empty() || members_[region].empty()) return;
    double mean = 0;
    for (const std::size_t c : members_[region]) mean += visits[c];
    mean /= static_cast<double>(members_[region].size());
    due_[region] += mean * static_cast<double>(groups_[region].size()) / weeks_a_year;
    while (due_[region] >= 1.0) {
      due_[region] -= 1.0;
      std::size_t next = none;
      double most = 0;
      for (const std::size_t c : members_[region]) {
        if (visitor_[c] != none) continue;
        const double claim = visits[c] * need(week, c);
        if (claim > most || (claim == most && next != none && claim > 0 && week.key[c] < week.key[next])) {
          most = claim;
          next = c;
        }
      }
      if (next == none) continue;  // nobody asks for a visit: the week is lost
      visit(week, next, groups_[region][turn_[region]++ % groups_[region].size()]);
    }
  }

  [[nodiscard]] double need(const Week& week, std::size_t c) const {
    if (order == Order::competence) return 1.0 - digital_competence_[c];
    return visited_[c] == never ? 1e6 : static_cast<double>(tick(week) - visited_[c]);
  }

  void visit(const Week& week, std::size_t c, std::size_t group) {
    visited_[c] = tick(week);
    visitor_[c] = static_cast<std::uint32_t>(group);
    double& competence = digital_competence_[c];
    competence += gain * (1.0 - competence);
    const double able = Census(week, c).sum([&](Vertex i) { return is_adult(age_[i]) & access_[i]; });
    seat_[c] = able > 0 ? std::min(1.0, seats * week.scale() / able) : 0.0;
  }

  std::vector<std::vector<std::size_t>> members_;  ///< communities by region
  std::vector<std::vector<std::size_t>> groups_;   ///< institutions by region
  std::vector<double> forget_;                     ///< made by prepare
  unsigned programme_count_ = 0;                   ///< support programmes there are
  std::vector<double> due_;                        ///< by region: visits not yet made
  std::vector<std::uint32_t> turn_;                ///< by region: which group goes next
  std::vector<std::int32_t> visited_;              ///< by community: tick of the last visit
  std::vector<double> acts_;                       ///< a_j
  std::vector<double> usual_;
  std::vector<std::uint32_t> visitor_;  ///< who is there this week: filled and read within a week
  std::vector<double> seat_;            ///< chance of a seat there
};

}  // namespace

std::unique_ptr<Mechanism> make_training() { return std::make_unique<Training>(); }

}  // namespace kurultai
