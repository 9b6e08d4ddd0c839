// training: mobile groups visit akimats and train staff and residents; competence fades without practice (MODEL 8; R6).
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
#include "mechanism/list.h"
#include "mechanism/programme.h"

namespace kurultai {
namespace {

class Training final : public Mechanism {
 public:
  Training()
      : Mechanism({.name = "training",
            .meaning = "mobile groups train staff and residents; competence fades without practice",
            .source = "MODEL 8; R6, P4",
            .phase = Phase::digital,
            .reads = {"last_act", "age", "access", "adults", "credibility", "community", "kind"},
            .writes = {"digital_competence", "programmes"},
            .adds = {"skill"}}) {
    observe({.name = "digital_competence",
        .meaning = "digital competence of akimats, mean over adults",
        .source = "R6, I1",
        .community = over_adults(&Akimats::digital_competence)});
    observe({.name = "visited",
        .meaning = "share of communities that a mobile group visited in the last 52 weeks",
        .source = "R6",
        .looks_back = 52,
        .community = [this](const World& world, std::size_t c, std::size_t) {
          return SeriesSpec::Ratio{visited_[c] != never && tick(world) - visited_[c] < 52 ? 1.0 : 0.0, 1.0};
        }});
  }

  Lever visits{*this,
      {.name = "visits",
          .unit = "a year",
          .meaning = "visits that one mobile group makes, among the communities of its region",
          .source = "R6, P2; assumption: four weeks in five"},
      40, {0, 1000}};
  Choice order{*this,
      {.name = "order",
          .meaning = "who is visited first: who has waited longest, or whose competence is lowest",
          .source = "R6"},
      "waiting", {"waiting", "competence"}};
  Real level{*this,
      {.name = "level", .meaning = "median digital competence of akimats at the start", .source = "R6; assumption"},
      0.45, {0.01, 0.99}};
  Real spread{*this,
      {.name = "spread", .unit = "log-odds", .meaning = "SD of competence between akimats", .source = "assumption"},
      0.5, {0, 5}};
  Real gain{*this,
      {.name = "gain", .meaning = "share of the missing competence that a visit gives", .source = "R6; assumption"},
      0.15, {0, 1}};
  Real practice{*this,
      {.name = "practice",
          .unit = "per year",
          .meaning = "share of the missing competence that usual practice gives",
          .source = "assumption"},
      0.15, {0, 12}};
  Real usual{*this,
      {.name = "usual",
          .unit = "a head and year",
          .meaning = "usual online acts where no warm-up has shown them",
          .source = "assumption; warm-ups replace it"},
      0.22, {0, 100}};
  Real a0{*this,
      {.name = "a_0",
          .symbol = "a_0",
          .unit = "a head and year",
          .meaning = "work done digitally without residents' acts",
          .source = "assumption"},
      0.1, {1e-3, 100}};
  Real seats{*this,
      {.name = "seats",
          .unit = "resident",
          .meaning = "residents whom a visit trains",
          .source = "R6; assumption",
          .extensive = true},
      60, {0, 1e6}};
  Real step{*this,
      {.name = "step", .meaning = "share of the missing skill that a seat gives", .source = "R6; assumption"}, 0.1,
      {0, 1}};
  Real word{*this,
      {.name = "word",
          .meaning = "chance that a visit tells an adult of a support programme, if the group is believed",
          .source = "R6; assumption"},
      0.05, {0, 1}};

  void prepare(World& world) override {
    const Society& society = world.society;
    const std::size_t communities = society.communities();
    const std::size_t regions = society.country.regions.size();
    members_.assign(regions, {});
    for (std::size_t c = 0; c < communities; ++c) members_[society.country.communities[c].region].push_back(c);
    groups_.assign(regions, {});
    for (std::size_t k = 0; k < world.institutions.size(); ++k)
      if (world.institutions.kind[k] == static_cast<std::uint8_t>(InstitutionKind::mobile_group))
        groups_[society.country.communities[world.institutions.community[k]].region].push_back(k);

    programmes_ = static_cast<unsigned>(std::min(programmes(world).size(), most_programmes));
    due_.assign(regions, 0.0);
    turn_.assign(regions, 0);
    visited_.assign(communities, never);
    visitor_.assign(communities, none);
    seat_.assign(communities, 0.0);
    forget_.assign(communities, 0.0);
    acts_.assign(communities, usual);
    usual_.assign(communities, usual);
    const Draws luck = world.lasting(stream());
    for (std::size_t c = 0; c < communities; ++c) {
      const std::size_t region = society.country.communities[c].region;
      const Name place{society.key[c], 0xffffffffU};
      const double yearly =
          visits * static_cast<double>(groups_[region].size()) / static_cast<double>(members_[region].size());
      double& competence = world.akimats.digital_competence[c];
      competence = logistic(logit(level) + spread * luck.normal(place, 0));
      const double lift = gain / (1.0 - 0.5 * gain);  // a visit finds competence half a step below its mean
      forget_[c] = (practice + lift * yearly) * (1.0 - competence) / competence;
      // As if groups had travelled before: waits are spread evenly over one round of the route.
      if (yearly > 0)
        visited_[c] = -static_cast<std::int32_t>(std::min(52.0 / yearly * luck.uniform(place, 8), 1e6)) - 1;
    }
  }

  void begin(World& world) override {
    visitor_.assign(world.society.communities(), none);
    parallel_for(world.society.communities(), [&](std::size_t c) {
      if (!world.due(c, 4)) return;
      observe_practice(world, c);
      if (world.week < 0) usual_[c] = acts_[c];
      const double k = std::min(2.0, (acts_[c] + a0) / (usual_[c] + a0));
      double& competence = world.akimats.digital_competence[c];
      competence += 4.0 / 52.0 * (practice * k * (1.0 - competence) - forget_[c] * competence);
      competence = std::clamp(competence, 0.0, 1.0);
    });
    for (std::size_t region = 0; region < members_.size(); ++region) travel(world, region);
  }

  [[nodiscard]] bool wanted(const World& /*world*/, std::size_t community) const override {
    return visitor_[community] != none;
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const std::size_t c = block.community;
    const Draws draws = world.draws(stream());
    const double told = word * world.institutions.credibility[visitor_[c]];
    const double seat = seat_[c];
    for (Vertex i = block.first; i < block.last; ++i) {
      if (!r.adult(i)) continue;
      const Name name = world.society.name(c, i);
      if (r.access[i] && draws.chance(seat, name, 0)) r.skill[i] = Share(r.skill[i] + step * (1.0 - r.skill[i]));
      for (unsigned k = 0; k < programmes_; ++k)
        if (draws.chance(told, name, 4 + k)) r.programmes[i] = static_cast<std::uint8_t>(r.programmes[i] | (1U << k));
    }
  }

  void state(Archive& archive) override {
    archive("due", std::span(due_));
    archive("turn", std::span(turn_));
    archive("visited", std::span(visited_));
    archive("acts", std::span(acts_));
    archive("usual", std::span(usual_));
  }

 private:
  static constexpr std::int32_t never = std::numeric_limits<std::int32_t>::min();
  static constexpr std::uint32_t none = 0xffffffffU;
  static std::int32_t tick(const World& world) { return static_cast<std::int32_t>(world.tick()); }

  /// a_j: the mean over what was seen so far, at most of the last year.
  void observe_practice(const World& world, std::size_t c) {
    const Residents& r = world.residents();
    std::size_t adults = 0;
    std::size_t active = 0;
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
      if (!r.adult(i)) continue;
      ++adults;
      const std::uint16_t last = r.last_act(i, 1);
      active += last != 0 && tick(world) - (static_cast<std::int32_t>(last) - 1) < 4;
    }
    if (adults == 0) return;
    const double now = 13.0 * static_cast<double>(active) / static_cast<double>(adults);
    const double seen = world.tick() / 4;  // occasions before this one
    acts_[c] += (now - acts_[c]) / std::min(13.0, seen + 1.0);
  }

  /// The visits of this week in `region`.
  void travel(World& world, std::size_t region) {
    if (groups_[region].empty() || members_[region].empty()) return;
    double mean = 0;
    for (const std::size_t c : members_[region]) mean += visits[c];
    mean /= static_cast<double>(members_[region].size());
    due_[region] += mean * static_cast<double>(groups_[region].size()) / 52.0;
    while (due_[region] >= 1.0) {
      due_[region] -= 1.0;
      std::size_t next = none;
      double most = 0;
      for (const std::size_t c : members_[region]) {
        if (visitor_[c] != none) continue;
        const double claim = visits[c] * need(world, c);
        if (claim > most ||
            (claim == most && next != none && claim > 0 && world.society.key[c] < world.society.key[next])) {
          most = claim;
          next = c;
        }
      }
      if (next == none) continue;  // nobody asks for a visit: the week is lost
      visit(world, next, groups_[region][turn_[region]++ % groups_[region].size()]);
    }
  }

  [[nodiscard]] double need(const World& world, std::size_t c) const {
    if (order.is("competence")) return 1.0 - world.akimats.digital_competence[c];
    return visited_[c] == never ? 1e6 : static_cast<double>(tick(world) - visited_[c]);
  }

  void visit(World& world, std::size_t c, std::size_t group) {
    visited_[c] = tick(world);
    visitor_[c] = static_cast<std::uint32_t>(group);
    double& competence = world.akimats.digital_competence[c];
    competence += gain * (1.0 - competence);
    const Residents& r = world.residents();
    double able = 0;
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) able += r.adult(i) && r.access[i];
    seat_[c] = able > 0 ? std::min(1.0, seats * world.society.scale / able) : 0.0;
  }

  std::vector<std::vector<std::size_t>> members_;  ///< communities by region
  std::vector<std::vector<std::size_t>> groups_;   ///< institutions by region
  std::vector<double> forget_;                     ///< made by prepare
  unsigned programmes_ = 0;                        ///< support programmes there are
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
