// staff: who works in the akimats, how satisfied they are, who leaves (MODEL 1, 10; Q3, Q4, P2, R6).
//
//   ds = lambda (a1 pay / usual_pay - a2 workload + a3 autonomy + a4 training + a5 residents' trust + level_i - s)
//   every 4 weeks
//
// pay, usual_pay: of the region's mean wage; workload: work that comes over what can be handled (`response`); training:
// share of the staff trained in a year; level_i: a person's own, level + spread luck_i, |luck| <= 2.5. An office's own
// s, with the mean level, is `job_satisfaction`: it does not depend on how many posts a small sample holds. Districts
// and regions: the same with means over the adults of their communities. `usual`: at the end of the warm-up. Posts of a
// community are its residents tied by office; those of districts and regions are drawn from the public servants of
// their area, others only where there are none. A post falls free with chance turnover / 13 exp(-b_leave (s_i -
// usual)), or when its holder retires, dies or leaves the sample, and is taken by another public servant of the area
// (any adult, where there is none). What leaves with the one who quits, more or less than usual, is digital competence:
//
//   D_j <- D_j (1 - carries (share of posts quit - turnover / 13))        where the sample has no post, with the
//   expected share
//
// (usual turnover is in `training`'s forgetting already). Satisfaction acts on answers (`response`). The republic pays
// what pay beyond the usual, training and posts for more capacity than the usual cost, and it leaves with the staff.
// Limits: nobody is dismissed; a post is filled at once; pay below the usual saves nobody money.
#include <algorithm>
#include <utility>

#include "base/elementary.h"
#include "base/parallel.h"
#include "mechanism/conduct.h"
#include "mechanism/list.h"
#include "mechanism/money.h"
#include "mechanism/setting.h"
#include "society/sampling.h"

namespace kurultai {
namespace {

class StaffOfAkimats final : public Mechanism {
 public:
  StaffOfAkimats()
      : Mechanism({.name = "staff",
            .meaning = "job satisfaction and turnover of akimats' staff",
            .source = "MODEL 1, 10; Q3, Q4, P2, R6",
            .phase = Phase::government,
            .reads = {"workload", "trusted", "age", "occupation", "adults", "own_autonomy"},
            .writes = {"job_satisfaction", "usual_job_satisfaction", "office_satisfaction", "post_level", "post_place",
                "post_resident", "post_satisfaction"},
            .adds = {"digital_competence"},
            .levers = {"akimat.autonomy", "akimat.capacity"}}) {
    observe({.name = "job_satisfaction",
        .meaning = "job satisfaction of staff of communities' akimats, mean over adults whom they serve",
        .source = "Q3",
        .community = over_adults(&Akimats::job_satisfaction)});
    observe({.name = "office_satisfaction",
        .meaning = "job satisfaction of staff of the regions' akimats, mean over adults whom they serve",
        .source = "Q4",
        .community = over_adults([](const World& world, std::size_t c) {
          return world.regions.job_satisfaction[world.society.country.communities[c].region];
        })});
    observe({.name = "staff_turnover",
        .unit = "per year",
        .meaning = "share of posts in communities' akimats that fall free in a year, of late",
        .source = "Q3, P2",
        .least_scale = 0.2,
        .community = [this](const World&, std::size_t c, std::size_t) {
          return SeriesSpec::Ratio{left_[c], static_cast<double>(first_[c + 1] - first_[c])};
        }});
  }

  Lever pay{*this,
      {.name = "pay",
          .unit = "of the region's mean wage",
          .meaning = "pay of akimats' staff",
          .source = "P2, Q3, Q4; assumption"},
      0.8, {0, 10}};
  Lever training{*this,
      {.name = "training", .unit = "per year", .meaning = "share of the staff trained in a year", .source = "P2, R6"},
      0.1, {0, 1}};
  Real usual_pay{*this,
      {.name = "usual_pay",
          .unit = "of the region's mean wage",
          .meaning = "pay that budgets hold and staff are used to",
          .source = "the default of staff.pay"},
      0.8, {0.01, 10}};
  Real usual_training{*this,
      {.name = "usual_training",
          .unit = "per year",
          .meaning = "share of the staff whose training budgets hold",
          .source = "the default of staff.training"},
      0.1, {0, 1}};
  Real usual_capacity{*this,
      {.name = "usual_capacity",
          .unit = "matters a year",
          .meaning = "capacity of akimats that budgets hold; more takes more posts",
          .source = "the default of akimat.capacity"},
      50, {1, 1000}};
  Real course{*this,
      {.name = "course",
          .unit = "thousand tenge",
          .meaning = "cost of training one of the staff",
          .source = "P2; assumption"},
      150, {0, 1e5}};
  Real lambda{*this,
      {.name = "lambda",
          .symbol = "lambda",
          .unit = "per 4 weeks",
          .meaning = "how fast job satisfaction follows",
          .source = "assumption: about a year"},
      0.1, {0, 1}};
  Real a1{*this, {.name = "a1", .symbol = "a_1", .meaning = "weight of pay", .source = "MODEL 10; assumption"}, 0.3,
      {0, 5}};
  Real a2{*this, {.name = "a2", .symbol = "a_2", .meaning = "weight of workload", .source = "MODEL 10; assumption"},
      0.2, {0, 5}};
  Real a3{*this, {.name = "a3", .symbol = "a_3", .meaning = "weight of autonomy", .source = "MODEL 10; assumption"},
      0.2, {0, 5}};
  Real a4{*this, {.name = "a4", .symbol = "a_4", .meaning = "weight of training", .source = "MODEL 10; assumption"},
      0.2, {0, 5}};
  Real a5{*this,
      {.name = "a5", .symbol = "a_5", .meaning = "weight of residents' trust", .source = "MODEL 10; assumption"}, 0.3,
      {0, 5}};
  Real level{*this,
      {.name = "level", .meaning = "mean of staff's own level", .source = "assumption: around 0.5 in all"}, 0.0,
      {-1, 1}};
  Real spread{*this, {.name = "spread", .meaning = "SD of staff's own level", .source = "assumption"}, 0.12, {0, 1}};
  Real turnover{*this,
      {.name = "turnover",
          .unit = "per year",
          .meaning = "share of staff who quit in a year where satisfaction is usual",
          .source = "assumption"},
      0.12, {0, 1}};
  Real b_leave{*this,
      {.name = "b_leave",
          .unit = "log rate",
          .meaning = "how much rarer the satisfied quit",
          .source = "Q3, Q4; assumption"},
      3.0, {0, 50}};
  Real carries{*this,
      {.name = "carries",
          .meaning = "share of an office's digital competence that goes where all its staff quit",
          .source = "R6; assumption"},
      0.5, {0, 1}};
  Real posts_district{*this,
      {.name = "posts_district",
          .unit = "per 1,000 people",
          .meaning = "staff of a district's akimat",
          .source = "assumption",
          .extensive = true},
      1.0, {0, 100}};
  Real posts_region{*this,
      {.name = "posts_region",
          .unit = "per 1,000 people",
          .meaning = "staff of a region's akimat",
          .source = "assumption",
          .extensive = true},
      0.3, {0, 100}};

  void prepare(World& world) override {
    const Society& society = world.society;
    const Country& country = society.country;
    const std::size_t communities = society.communities();
    pays_ = setting<Flag>(world, "budget.enabled");
    areas_.assign(1 + country.districts.size() + country.regions.size(), {});
    people_.assign(areas_.size(), 0.0);
    for (std::size_t c = 0; c < communities; ++c)
      for (const std::size_t at :
          {of_district(country.communities[c].district), of_region(world, country.communities[c].region)}) {
        areas_[at].push_back(c);
        people_[at] += country.communities[c].population;
      }
    left_.assign(communities, 0.0);
    for (std::size_t c = 0; c < communities; ++c) {
      const double s = wanted_level(world, c);
      world.akimats.job_satisfaction[c] = world.akimats.usual_job_satisfaction[c] = s;
    }
    for (std::size_t d = 0; d < country.districts.size(); ++d)
      world.districts.job_satisfaction[d] = area_level(world, of_district(d));
    for (std::size_t r = 0; r < country.regions.size(); ++r)
      world.regions.job_satisfaction[r] = area_level(world, of_region(world, r));
    usual_.assign(areas_.size(), 0.0);
    for (std::size_t at = 1; at < areas_.size(); ++at) usual_[at] = office(world, at);
    hire(world);
  }

  void begin(World& world) override {
    for (double& left : left_) left -= left / 26.0;
    holders_.clear();
    const Draws draws = world.draws(stream());
    for (std::size_t c = 0; c < left_.size(); ++c)
      if (world.due(c, 4)) {
        double& s = world.akimats.job_satisfaction[c];
        s += lambda * (wanted_level(world, c) - s);
        if (world.week < 0) world.akimats.usual_job_satisfaction[c] = s;
        const double quit = turn(world, draws, first_[c], first_[c + 1], wanted_level(world, c),
            world.akimats.usual_job_satisfaction[c], {c});
        left_[c] += 2.0 * vacated_;  // a rate a year, over about half a year
        const double posts = static_cast<double>(first_[c + 1] - first_[c]);
        const double share =
            posts > 0 ? quit / posts
                      : std::min(1.0, turnover / 13.0 * exp_(-b_leave * (s - world.akimats.usual_job_satisfaction[c])));
        double& competence = world.akimats.digital_competence[c];
        competence = std::clamp(competence * (1.0 - carries * (share - turnover / 13.0)), 0.0, 1.0);
        if (pays_) pay_for(world, c);
      }
    if (world.tick() % 4 != 0) return;
    for (std::size_t at = 1; at < areas_.size(); ++at) {
      const double target = area_level(world, at);
      double& s = office(world, at);
      s += lambda * (target - s);
      if (world.week < 0) usual_[at] = s;
      const std::size_t n = left_.size() + at - 1;
      turn(world, draws, first_[n], first_[n + 1], target, usual_[at], areas_[at]);
    }
  }

  void state(Archive& archive) override {
    archive("left", std::span(left_));
    archive("usual", std::span(usual_));
  }

 private:
  // Offices above communities stand in one row: districts from 1 on, then regions.
  static std::size_t of_district(std::size_t d) { return 1 + d; }
  static std::size_t of_region(const World& world, std::size_t r) { return 1 + world.districts.size() + r; }
  static double& office(World& world, std::size_t at) {
    return at <= world.districts.size() ? world.districts.job_satisfaction[at - 1]
                                        : world.regions.job_satisfaction[at - 1 - world.districts.size()];
  }

  /// Where the satisfaction of an office of a community goes, for staff of mean level.
  [[nodiscard]] double wanted_level(const World& world, std::size_t c) const {
    const Akimats& a = world.akimats;
    return std::clamp(a1 * pay[c] / usual_pay - a2 * a.workload[c] + a3 * autonomy(world, c) + a4 * training[c] +
                          a5 * a.trusted[c] + level,
        0.0, 1.0);
  }
  [[nodiscard]] double area_level(const World& world, std::size_t at) const {
    double sum = 0;
    double adults = 0;
    for (const std::size_t c : areas_[at]) {
      sum += world.akimats.adults[c] * wanted_level(world, c);
      adults += world.akimats.adults[c];
    }
    return adults > 0 ? sum / adults : 0.5;
  }
  [[nodiscard]] double own_level(const World& world, Vertex i) const {
    const Draws draws = world.lasting(stream());
    return spread * std::clamp(draws.normal(name_of(world, i), 4), -2.5, 2.5);
  }
  static Name name_of(const World& world, Vertex i) {
    const auto& first = world.society.first;
    const auto c = static_cast<std::size_t>(std::upper_bound(first.begin(), first.end(), i) - first.begin()) - 1;
    return world.society.name(c, i);
  }

  /// The posts at the start: rows by level and place; first_ holds where each office's begin.
  void hire(World& world) {
    const Society& society = world.society;
    first_.clear();
    std::vector<Vertex> all;
    std::vector<double> targets;
    for (std::size_t c = 0; c < society.communities(); ++c) {
      first_.push_back(static_cast<std::uint32_t>(all.size()));
      for (const Tie tie : society.ties.all(society.akimat(c)))
        if (tie.layer() == Layer::office && tie.to() < society.residents.size()) all.push_back(tie.to());
      targets.push_back(wanted_level(world, c));
    }
    holders_ = all;
    std::sort(holders_.begin(), holders_.end());
    const Draws draws = world.lasting(stream());
    for (std::size_t at = 1; at < areas_.size(); ++at) {
      first_.push_back(static_cast<std::uint32_t>(all.size()));
      const bool district = at <= world.districts.size();
      const std::string& code = district ? society.country.districts[at - 1].code
                                         : society.country.regions[at - 1 - world.districts.size()].code;
      const double number = (district ? posts_district : posts_region) / 1000.0 * people_[at] * society.scale;
      const std::uint32_t posts =
          round_randomly(number, draws.uniform({key_of(code), district ? 0xfffffffeU : 0xfffffffdU}, 0));
      const std::vector<Vertex> chosen = candidates(world, draws, areas_[at], posts);
      all.insert(all.end(), chosen.begin(), chosen.end());
      holders_.insert(holders_.end(), chosen.begin(), chosen.end());
      std::sort(holders_.begin(), holders_.end());
      targets.push_back(area_level(world, at));
    }
    first_.push_back(static_cast<std::uint32_t>(all.size()));
    Staff& staff = world.staff;
    staff.resize(all.size());
    for (std::size_t office = 0; office + 1 < first_.size(); ++office)
      for (std::size_t k = first_[office]; k < first_[office + 1]; ++k) {
        const bool community = office < society.communities();
        const std::size_t above = office - society.communities();
        const bool district = !community && above < world.districts.size();
        staff.level[k] = static_cast<std::uint8_t>(community  ? Level::community
                                                   : district ? Level::district
                                                              : Level::region);
        staff.place[k] = static_cast<std::uint32_t>(community  ? office
                                                    : district ? above
                                                               : above - world.districts.size());
        staff.resident[k] = all[k];
        staff.satisfaction[k] = Share(targets[office] + own_level(world, all[k]));
      }
  }

  /// `wanted` adults of the communities who hold no post: public servants first, then employees, then others; in an
  /// order by lot.
  std::vector<Vertex> candidates(
      const World& world, const Draws& draws, const std::vector<std::size_t>& communities, std::size_t wanted) const {
    const Residents& r = world.residents();
    using Lot = std::pair<std::uint64_t, Vertex>;
    std::vector<Lot> order;
    std::vector<std::vector<Lot>> found(communities.size());
    for (const Occupation rank : {Occupation::public_servant, Occupation::employee, Occupation::not_working}) {
      if (order.size() >= wanted) break;
      parallel_for(communities.size(), [&](std::size_t n) {
        const std::size_t c = communities[n];
        found[n].clear();
        for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
          const auto occupation = static_cast<Occupation>(r.occupation[i]);
          const bool fits = rank == Occupation::not_working
                                ? occupation != Occupation::public_servant && occupation != Occupation::employee
                                : occupation == rank;
          if (!fits || !r.adult(i) || occupation == Occupation::pensioner ||
              std::binary_search(holders_.begin(), holders_.end(), i))
            continue;
          found[n].emplace_back(draws.word(world.society.name(c, i), 0), i);
        }
      });
      const auto before = static_cast<std::ptrdiff_t>(order.size());
      for (const std::vector<Lot>& lots : found) order.insert(order.end(), lots.begin(), lots.end());
      std::sort(order.begin() + before, order.end());
    }
    if (order.size() > wanted) order.resize(wanted);
    std::vector<Vertex> chosen;
    for (const auto& [luck, i] : order) chosen.push_back(i);
    return chosen;
  }

  /// One turn of the posts [from, to) of an office; returns how many quit and leaves in vacated_ how many fell free.
  double turn(World& world, const Draws& draws, std::size_t from, std::size_t to, double target, double usual,
      const std::vector<std::size_t>& area) {
    Staff& staff = world.staff;
    const Residents& r = world.residents();
    double quit = 0;
    std::vector<std::size_t> vacant;
    for (std::size_t k = from; k < to; ++k) {
      const Vertex i = staff.resident[k];
      staff.satisfaction[k] =
          Share(staff.satisfaction[k] + lambda * (target + own_level(world, i) - staff.satisfaction[k]));
      const bool gone = !r.adult(i) || static_cast<Occupation>(r.occupation[i]) == Occupation::pensioner;
      const bool quits = !gone && draws.chance(turnover / 13.0 * exp_(-b_leave * (staff.satisfaction[k] - usual)),
                                      name_of(world, i), 8);
      quit += quits;
      if (gone || quits) vacant.push_back(k);
    }
    vacated_ = static_cast<double>(vacant.size());
    if (vacant.empty()) return quit;
    if (holders_.empty()) {
      holders_.assign(staff.resident.values().begin(), staff.resident.values().end());
      std::sort(holders_.begin(), holders_.end());
    }
    const std::vector<Vertex> chosen = candidates(world, draws, area, vacant.size());
    for (std::size_t n = 0; n < chosen.size(); ++n) {  // where there is nobody else, the one who wanted to leave stays
      const std::size_t k = vacant[n];
      staff.resident[k] = chosen[n];
      staff.satisfaction[k] = Share(target + own_level(world, chosen[n]));
      holders_.insert(std::lower_bound(holders_.begin(), holders_.end(), chosen[n]), chosen[n]);
    }
    return quit;
  }

  /// What pay beyond the usual and training cost in four weeks.
  void pay_for(World& world, std::size_t c) const {
    const Community& place = world.society.country.communities[c];
    const double own = world.settings.staff / 1000.0 * place.population;
    const double posts = own + (posts_district + posts_region) / 1000.0 * place.population;  // its part of those above
    const double wage = 12.0 * world.society.country.regions[place.region].wage;
    const double more =
        own * std::max(0.0, world.practice.capacity[c] / usual_capacity - 1.0);  // posts for more matters
    earmark(world, c, Flow::support,
        (posts * (std::max(0.0, pay[c] - usual_pay) * wage +
                     std::max(0.0, training[c] - usual_training) * course * 1000.0) +
            more * pay[c] * wage) /
            13.0);
  }

  std::vector<std::vector<std::size_t>> areas_;  ///< communities by office above; the first is empty
  std::vector<double> people_;                   ///< of those areas
  std::vector<std::uint32_t> first_;             ///< by office, and one more: its first post
  std::vector<double> left_;                     ///< by community: posts that fell free a year, of late, for the series
  std::vector<double> usual_;                    ///< by office above: satisfaction at the end of the warm-up
  std::vector<Vertex> holders_;                  ///< scratch of a week: who holds a post, sorted
  bool pays_ = false;                            ///< whether there is public money: made by `prepare`
  double vacated_ = 0;                           ///< scratch of a turn
};

}  // namespace

std::unique_ptr<Mechanism> make_staff() { return std::make_unique<StaffOfAkimats>(); }

}  // namespace kurultai
