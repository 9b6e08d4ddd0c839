// exchange: akimats learn from each other and from their own mistakes, and pool money in networks (MODEL 7.30; P9,
// P10).
//
//   with chance 4/52 meetings_j an akimat meets another of its district, with 4/52 network_j one of its network:
//     if the peer's LSG index is higher:  x_own <- x_own + rate (x_peer - x)
//     x: openness, responsiveness, competence, effort
//   with chance 4/52 experiments_j it tries a change of +- step in one of these, for `trial` weeks; if its index has
//     fallen by then it goes back, and neither tries nor copies a change in that direction for `memory` years; the
//     peer's failures are told at a meeting
//
// x: lever and own together, effort own alone; x_own within +- bound. All read practices as they were when the week
// began. A network: akimats tied as partners, and theirs (synthesis: about eight of a region, across districts).
// Pooling, every quarter:
//
//   the sum goes to the good that is lowest among the members, relative to the nation's stock, of the member who has
//   least of it; each other member pays pool_j capital_j R_j / 4, out of all its goods by its mix; (1 + economy) of the
//   sum arrives in goods
//
// Money moves as Flow::pool, joins the receiver's `cofinanced` and leaves the payers'; economy of scale is a lower
// price. Limits: the index is noisy, so that good changes are undone at times; a meeting costs nothing; a network takes
// no votes.
#include <algorithm>
#include <array>

#include "mechanism/kit/akimat_style.h"
#include "mechanism/kit/money.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

constexpr std::size_t practices = 4;  // openness, responsiveness, competence, effort
using Practices = std::array<double, practices>;

/// What an akimat is trying, and in which directions it failed of late.
struct Learner {
  std::int32_t ends = -1;  ///< tick at which the trial ends; -1: none
  std::int32_t practice = 0;
  std::array<std::int32_t, 2 * practices> avoid{};  ///< tick until which a practice is not lowered, not raised
};

class Exchange final : public Mechanism {
 public:
  Exchange()
      : Mechanism({.name = "exchange",
            .meaning = "akimats learn from peers and from own mistakes, networks pool money",
            .source = "MODEL 7.30; P9, P10, T5",
            .phase = Phase::government}) {
    observe({.name = "lessons",
        .unit = "a year",
        .meaning = "meetings at which an akimat learned from a better one, mean over communities, of late",
        .source = "P9",
        .community = [this](const Week&, std::size_t c, std::size_t) { return SeriesSpec::Ratio{lessons_[c], 1.0}; }});
    observe({.name = "mistakes",
        .unit = "a year",
        .meaning = "trials of new practices that failed and were taken back, mean over communities, of late",
        .source = "P9",
        .least_scale = 1,
        .community = [this](const Week&, std::size_t c, std::size_t) { return SeriesSpec::Ratio{mistakes_[c], 1.0}; }});
    observe({.name = "pooled",
        .unit = "tenge a head and year",
        .meaning = "what networks of akimats pooled, of late, mean over people",
        .source = "P10",
        .community = [this](const Week& week, std::size_t c, std::size_t) {
          return SeriesSpec::Ratio{pooled_[c], week.place(c).population};
        }});
  }

  Lever meetings{
      *this, "meetings", 1.0, {0, 52}, "meetings of an akimat with others of its district", "P9", {.unit = "a year"}};
  Lever network{*this, "network", 0.0, {0, 52}, "meetings of an akimat with others of its network, beyond the district",
      "P10", {.unit = "a year"}};
  Lever experiments{*this, "experiments", 0.1, {0, 13}, "changes of practice that an akimat tries of itself", "P9",
      {.unit = "a year"}};
  Lever pool{
      *this, "pool", 0.0, {0, 1}, "share of the capital budget that goes into the network's common problem", "P10"};
  Real rate{*this, "rate", 0.1, {0, 1}, "share of the distance to a better one's practice that a meeting closes",
      "P9; assumption"};
  Real step{*this, "step", 0.05, {0, 1}, "size of a change that is tried", "assumption"};
  Real bound{*this, "bound", 0.5, {0, 1}, "largest difference from the lever by learning and character", "assumption"};
  Whole trial{*this, "trial", 52, {4, 520}, "weeks until a change is judged", "assumption: a year", {.unit = "week"}};
  Real memory{
      *this, "memory", 8, {0, 100}, "years for which a failure is remembered", "P9; assumption", {.unit = "year"}};
  Real economy{*this, "economy", 0.2, {0, 5}, "how much more goods pooled money buys",
      "P10; assumption: economies of scale of joint projects"};

  void prepare(const Week& week) override {
    const std::size_t communities = week.communities();
    learner_.assign(communities, {});
    told_.assign(communities, {});
    before_.assign(communities, {});
    due_.reserve(communities);
    index_.assign(communities, 0.0);
    change_.assign(communities, 0.0);
    lessons_.assign(communities, 0.0);
    mistakes_.assign(communities, 0.0);
    pooled_.assign(communities, 0.0);
    own_effort_.fill(0.0);
    district_.assign(week.country.districts.size(), {});
    for (std::size_t c = 0; c < communities; ++c) district_[week.place(c).district].push_back(c);
    find_networks(week);
  }

  void begin(const Week& week) override {
    for (std::vector<double>* rate_of : {&lessons_, &mistakes_, &pooled_})
      for (double& value : *rate_of) value -= value / weeks_a_half_year;
    due_.clear();
    for (std::size_t c = 0; c < learner_.size(); ++c)
      if (week.due(c, weeks_a_month)) due_.push_back(c);
    for (const std::size_t c : due_) {
      before_[c] = practised(c);
      told_[c] = learner_[c];
    }
    const Luck::Drawn meets = meets_(week);
    const Luck::Drawn meets_network = meets_network_(week);
    const Luck::Drawn tries = tries_(week);
    for (const std::size_t c : due_) {
      const Name place = week.name_of_community(c);
      judge(week, c);
      meet(week, c, meetings[c], district_[week.place(c).district], true, meets.words(place));
      meet(week, c, network[c], peers_[c], false, meets_network.words(place));
      try_something(week, c, tries.words(place));
    }
    if (week.tick() % weeks_a_quarter == weeks_a_quarter - 1) share_money(week);
  }

  void state(Archive& archive) override {
    archive("learner", std::span(learner_));
    archive("index", std::span(index_));
    archive("change", std::span(change_));
    archive("lessons", std::span(lessons_));
    archive("mistakes", std::span(mistakes_));
    archive("pooled", std::span(pooled_));
  }

 private:
  Read<double> lsg_index_{*this, &Akimats::lsg_index};
  Read<double> mix_{*this, &Akimats::mix};
  Read<double> means_{*this, &Akimats::means};
  Read<double> loss_{*this, &Akimats::loss};
  Openness openness_{*this};
  Responsiveness responsiveness_{*this};
  Competence competence_{*this};
  ReadLever capital_{*this, &Practice::capital};
  Write<double> own_effort_{*this, &Akimats::own_effort, at_start};
  Add<double> own_openness_{*this, &Akimats::own_openness};
  Add<double> own_responsiveness_{*this, &Akimats::own_responsiveness};
  Add<double> own_competence_{*this, &Akimats::own_competence};
  Add<double> cofinanced_{*this, &Akimats::cofinanced};
  Add<double> stock_{*this, &Akimats::stock};
  Payments payments_{*this};
  Luck meets_{*this, "whom an akimat meets in its district", Luck::communities, Luck::weekly};
  Luck meets_network_{*this, "whom it meets in its network", Luck::communities, Luck::weekly};
  Luck tries_{*this, "what it tries", Luck::communities, Luck::weekly};

  [[nodiscard]] double& own(std::size_t c, std::size_t practice) const {
    return practice == 0   ? own_openness_[c]
           : practice == 1 ? own_responsiveness_[c]
           : practice == 2 ? own_competence_[c]
                           : own_effort_[c];
  }
  /// Practices of community c, as they are.
  [[nodiscard]] Practices practised(std::size_t c) const {
    return {openness_(c), responsiveness_(c), competence_(c), own_effort_[c]};
  }
  static std::size_t direction(std::size_t practice, double change) { return 2 * practice + (change > 0 ? 1 : 0); }
  [[nodiscard]] std::int32_t tick(const Week& week) const { return static_cast<std::int32_t>(week.tick()); }

  void find_networks(const Week& week) {
    const std::size_t communities = week.communities();
    peers_.assign(communities, {});
    networks_.clear();
    std::vector<bool> seen(communities, false);
    for (std::size_t c = 0; c < communities; ++c) {
      std::vector<std::size_t> members = {c};
      for (std::size_t k = 0; k < members.size() && !seen[c]; ++k)
        for (const Tie tie : week.ties.all(week.akimat(members[k]))) {
          if (tie.layer() != Layer::partner || tie.to() < week.residents() ||
              week.community_of(tie.to()) >= communities)
            continue;
          const std::size_t other = week.community_of(tie.to());
          if (week.country.communities[other].district != week.country.communities[members[k]].district)
            peers_[members[k]].push_back(other);
          if (std::find(members.begin(), members.end(), other) == members.end()) members.push_back(other);
        }
      if (seen[c]) continue;
      for (const std::size_t member : members) seen[member] = true;
      if (members.size() > 1) networks_.push_back(members);
    }
  }

  /// Community c meets one of `others` with the chance of four weeks, and learns where that one does better. It may be
  /// `among` them, who stand in order then.
  void meet(const Week& week, std::size_t c, double a_year, const std::vector<std::size_t>& others, bool among,
      const Draws::Four& luck) {
    const std::size_t self = among ? 1 : 0;
    if (others.size() <= self || Draws::to_uniform(luck[0]) >= a_year * weeks_a_month / weeks_a_year) return;
    std::size_t nth = Draws::to_below(luck[1], static_cast<std::uint32_t>(others.size() - self));
    if (among && others[nth] >= c) ++nth;
    const std::size_t peer = others[nth];
    const bool moving = week.due(peer, weeks_a_month);  // this week: then what it was is kept
    const Learner& told = moving ? told_[peer] : learner_[peer];
    for (std::size_t k = 0; k < 2 * practices; ++k)
      learner_[c].avoid[k] = std::max(learner_[c].avoid[k], told.avoid[k]);
    if (lsg_index_[peer] <= lsg_index_[c]) return;
    lessons_[c] += 2.0;  // a rate a year, over about half a year
    const Practices better = moving ? before_[peer] : practised(peer);
    for (std::size_t p = 0; p < practices; ++p) {
      const double change = rate * (better[p] - before_[c][p]);
      if (learner_[c].avoid[direction(p, change)] <= tick(week)) move(c, p, change);
    }
  }

  /// Moves a practice within its bound; returns by how much.
  double move(std::size_t c, std::size_t practice, double change) const {
    double& value = own(c, practice);
    const double was = value;
    value = std::clamp(value + change, std::min(was, -bound.value()), std::max(was, bound.value()));
    return value - was;
  }

  void try_something(const Week& week, std::size_t c, const Draws::Four& luck) {
    Learner& learner = learner_[c];
    if (learner.ends >= 0 || Draws::to_uniform(luck[0]) >= experiments[c] * weeks_a_month / weeks_a_year) return;
    const std::size_t practice = Draws::to_below(luck[1], practices);
    const double change = (luck[2] & 1U) != 0 ? step : -step;
    if (learner.avoid[direction(practice, change)] > tick(week)) return;
    learner.practice = static_cast<std::int32_t>(practice);
    change_[c] = move(c, practice, change);
    index_[c] = lsg_index_[c];
    learner.ends = tick(week) + static_cast<std::int32_t>(trial);
  }

  void judge(const Week& week, std::size_t c) {
    Learner& learner = learner_[c];
    if (learner.ends < 0 || tick(week) < learner.ends) return;
    learner.ends = -1;
    if (lsg_index_[c] >= index_[c] || change_[c] == 0) return;
    const auto practice = static_cast<std::size_t>(learner.practice);
    own(c, practice) -= change_[c];
    learner.avoid[direction(practice, change_[c])] = tick(week) + static_cast<std::int32_t>(weeks_a_year * memory);
    mistakes_[c] += 2.0;
  }

  void share_money(const Week& week) {
    const std::vector<Community>& places = week.country.communities;
    std::array<double, good_count> nation{};
    double people = 0;
    for (std::size_t c = 0; c < places.size(); ++c) {
      people += places[c].population;
      for (std::size_t g = 0; g < good_count; ++g) nation[g] += places[c].population * stock_(c, g);
    }
    for (const std::vector<std::size_t>& members : networks_) {
      std::int64_t sum = 0;
      std::size_t good = 0;
      double lowest = -1;
      for (std::size_t g = 0; g < good_count; ++g) {
        double stock = 0;
        double here = 0;
        for (const std::size_t c : members) {
          stock += places[c].population * stock_(c, g);
          here += places[c].population;
        }
        const double relative = nation[g] > 0 && here > 0 ? stock / here / (nation[g] / people) : 1.0;
        if (lowest < 0 || relative < lowest) {
          lowest = relative;
          good = g;
        }
      }
      std::size_t needy = members[0];
      for (const std::size_t c : members)
        if (stock_(c, good) < stock_(needy, good)) needy = c;
      for (const std::size_t c : members) {
        if (pool[c] <= 0 || c == needy || places[c].population <= 0) continue;
        const double share = pool[c] * capital_[c] * means_[c] / 4.0;  // thousand tenge a head
        const std::int64_t paid =
            payments_.affordable(Level::community, c, static_cast<std::int64_t>(1000.0 * share * places[c].population));
        if (paid <= 0) continue;
        payments_.pay({Level::community, c}, {Level::community, needy}, Flow::pool, paid);
        const double each = static_cast<double>(paid) / 1000.0 / places[c].population;
        for (std::size_t g = 0; g < good_count; ++g) cofinanced_(c, g) -= mix_(c, g) * each;
        pooled_[c] += 2.0 * static_cast<double>(paid);
        sum += paid;
      }
      if (sum == 0 || places[needy].population <= 0) continue;
      const double each = static_cast<double>(sum) / 1000.0 / places[needy].population;
      cofinanced_(needy, good) += each;
      stock_(needy, good) += economy * each * (1.0 - loss_[needy]);
    }
  }

  std::vector<Learner> learner_;
  std::vector<std::size_t> due_;                    ///< scratch, as the next two: those whose turn it is
  std::vector<Learner> told_;                       ///< what these knew when the week began
  std::vector<Practices> before_;                   ///< their practices then
  std::vector<double> index_;                       ///< by community: LSG index when its trial began
  std::vector<double> change_;                      ///< by community: what its trial changed
  std::vector<double> lessons_;                     ///< a year, of late, for the series
  std::vector<double> mistakes_;                    ///< a year, of late
  std::vector<double> pooled_;                      ///< tenge a year, of late
  std::vector<std::vector<std::size_t>> district_;  ///< communities by district, in order
  std::vector<std::vector<std::size_t>> peers_;     ///< by community: its network beyond the district
  std::vector<std::vector<std::size_t>> networks_;  ///< members
};

}  // namespace

std::unique_ptr<Mechanism> make_exchange() { return std::make_unique<Exchange>(); }

}  // namespace kurultai
