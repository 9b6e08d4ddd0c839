// staff: who works in the akimats, how satisfied they are, who leaves (MODEL 7.31; Q3, Q4, P2, R6).
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
#include <span>

#include "base/elementary.h"
#include "mechanism/kit/akimat_style.h"
#include "mechanism/kit/many.h"
#include "mechanism/kit/money.h"
#include "mechanism/mechanism.h"
#include "society/sampling.h"

namespace kurultai {
namespace {

class StaffMechanism final : public Mechanism {
 public:
  StaffMechanism()
      : Mechanism({.name = "staff",
            .meaning = "job satisfaction and turnover of akimats' staff",
            .source = "MODEL 7.31; Q3, Q4, P2, R6",
            .phase = Phase::government}) {
    observe({.name = "job_satisfaction",
        .meaning = "job satisfaction of staff of communities' akimats, mean over adults whom they serve",
        .source = "Q3",
        .community = over_adults_of(adults_, job_satisfaction_)});
    observe({.name = "office_satisfaction",
        .meaning = "job satisfaction of staff of the regions' akimats, mean over adults whom they serve",
        .source = "Q4",
        .community = over_adults(adults_, [this](const Week& week, std::size_t c) {
          return office_satisfaction_[Level::region][week.place(c).region];
        })});
    observe({.name = "staff_turnover",
        .unit = "per year",
        .meaning = "share of posts in communities' akimats that fall free in a year, of late",
        .source = "Q3, P2",
        .least_scale = 0.2,
        .community = [this](const Week&, std::size_t c, std::size_t) {
          return SeriesSpec::Ratio{left_[c], static_cast<double>(first_[c + 1] - first_[c])};
        }});
  }

  Lever pay{*this, "pay", 0.8, {0, 10}, "pay of akimats' staff", "P2, Q3, Q4; assumption",
      {.unit = "of the region's mean wage"}};
  Lever training{
      *this, "training", 0.1, {0, 1}, "share of the staff trained in a year", "P2, R6", {.unit = "per year"}};
  Real usual_pay{*this, "usual_pay", 0.8, {0.01, 10}, "pay that budgets hold and staff are used to",
      "the default of staff.pay", {.unit = "of the region's mean wage"}};
  Real usual_training{*this, "usual_training", 0.1, {0, 1}, "share of the staff whose training budgets hold",
      "the default of staff.training", {.unit = "per year"}};
  Real usual_capacity{*this, "usual_capacity", 50, {1, 1000},
      "capacity of akimats that budgets hold; more takes more posts", "the default of akimat.capacity",
      {.unit = "matters a year"}};
  Real course{*this, "course", 150, {0, 1e5}, "cost of training one of the staff", "P2; assumption",
      {.unit = "thousand tenge"}};
  Real lambda{*this, "lambda", 0.1, {0, 1}, "how fast job satisfaction follows", "assumption: about a year",
      {.symbol = "lambda", .unit = "per 4 weeks"}};
  Real a1{*this, "a1", 0.3, {0, 5}, "weight of pay", "MODEL 7.31; assumption", {.symbol = "a_1"}};
  Real a2{*this, "a2", 0.2, {0, 5}, "weight of workload", "MODEL 7.31; assumption", {.symbol = "a_2"}};
  Real a3{*this, "a3", 0.2, {0, 5}, "weight of autonomy", "MODEL 7.31; assumption", {.symbol = "a_3"}};
  Real a4{*this, "a4", 0.2, {0, 5}, "weight of training", "MODEL 7.31; assumption", {.symbol = "a_4"}};
  Real a5{*this, "a5", 0.3, {0, 5}, "weight of residents' trust", "MODEL 7.31; assumption", {.symbol = "a_5"}};
  Real level{*this, "level", 0.0, {-1, 1}, "mean of staff's own level", "assumption: around 0.5 in all"};
  Real spread{*this, "spread", 0.12, {0, 1}, "SD of staff's own level", "assumption"};
  Real turnover{*this, "turnover", 0.12, {0, 1}, "share of staff who quit in a year where satisfaction is usual",
      "assumption", {.unit = "per year"}};
  Real b_leave{
      *this, "b_leave", 3.0, {0, 50}, "how much rarer the satisfied quit", "Q3, Q4; assumption", {.unit = "log rate"}};
  Real carries{*this, "carries", 0.5, {0, 1},
      "share of an office's digital competence that goes where all its staff quit", "R6; assumption"};
  Real posts_district{*this, "posts_district", 1.0, {0, 100}, "staff of a district's akimat", "assumption",
      {.unit = "per 1,000 people", .extensive = true}};
  Real posts_region{*this, "posts_region", 0.3, {0, 100}, "staff of a region's akimat", "assumption",
      {.unit = "per 1,000 people", .extensive = true}};

  void prepare(const Week& week) override {
    const Country& country = week.country;
    const std::size_t communities = week.communities();
    areas_.assign(1 + country.districts.size() + country.regions.size(), {});
    people_.assign(areas_.size(), 0.0);
    for (std::size_t c = 0; c < communities; ++c)
      for (const std::size_t at :
          {of_district(country.communities[c].district), of_region(week, country.communities[c].region)}) {
        areas_[at].push_back(c);
        people_[at] += country.communities[c].population;
      }
    left_.assign(communities, 0.0);
    for (std::size_t c = 0; c < communities; ++c) {
      const double s = wanted_level(c);
      job_satisfaction_[c] = usual_job_satisfaction_[c] = s;
    }
    for (std::size_t d = 0; d < country.districts.size(); ++d)
      office_satisfaction_[Level::district][d] = area_level(of_district(d));
    for (std::size_t r = 0; r < country.regions.size(); ++r)
      office_satisfaction_[Level::region][r] = area_level(of_region(week, r));
    usual_.assign(areas_.size(), 0.0);
    for (std::size_t at = 1; at < areas_.size(); ++at) usual_[at] = office(week, at);
    hire(week);
  }

  void begin(const Week& week) override {
    for (double& left : left_) left -= left / weeks_a_half_year;
    holders_.clear();
    for (std::size_t c = 0; c < left_.size(); ++c)
      if (week.due(c, weeks_a_month)) {
        double& s = job_satisfaction_[c];
        s += lambda * (wanted_level(c) - s);
        if (week.warm_up()) usual_job_satisfaction_[c] = s;
        const double quit =
            turn(week, first_[c], first_[c + 1], wanted_level(c), usual_job_satisfaction_[c], std::span(&c, 1));
        left_[c] += 2.0 * vacated_;  // a rate a year, over about half a year
        const double posts = static_cast<double>(first_[c + 1] - first_[c]);
        const double share =
            posts > 0 ? quit / posts
                      : std::min(1.0, turnover / months_a_year * exp_(-b_leave * (s - usual_job_satisfaction_[c])));
        double& competence = digital_competence_[c];
        competence = std::clamp(competence * (1.0 - carries * (share - turnover / months_a_year)), 0.0, 1.0);
        if (money_) pay_for(week, c);
      }
    if (week.tick() % weeks_a_month != 0) return;
    for (std::size_t at = 1; at < areas_.size(); ++at) {
      const double target = area_level(at);
      double& s = office(week, at);
      s += lambda * (target - s);
      if (week.warm_up()) usual_[at] = s;
      const std::size_t n = left_.size() + at - 1;
      turn(week, first_[n], first_[n + 1], target, usual_[at], areas_[at]);
    }
  }

  void state(Archive& archive) override {
    archive("left", std::span(left_));
    archive("usual", std::span(usual_));
  }

 private:
  Read<double> workload_{*this, &Akimats::workload, at_start};
  Read<double> trusted_{*this, &Akimats::trusted, at_start};
  Read<std::uint32_t> adults_{*this, &Akimats::adults, at_start};
  Read<std::uint8_t> age_{*this, &Residents::age, at_start};
  Read<std::uint8_t> occupation_{*this, &Residents::occupation, at_start};
  Autonomy autonomy_{*this, as_given};
  ReadLever capacity_{*this, &Practice::capacity};
  Uses<SocietySettings> society_{*this};
  Switch money_{*this, MechanismName::budget};
  Payments payments_{*this};
  Write<double> job_satisfaction_{*this, &Akimats::job_satisfaction, at_start};
  Write<double> usual_job_satisfaction_{*this, &Akimats::usual_job_satisfaction, at_start};
  WriteAreas<double> office_satisfaction_{*this, &Authorities::job_satisfaction, at_start};
  WritePosts posts_{*this};
  Write<std::uint8_t> level_{*this, &Staff::level, at_start};
  Write<std::uint32_t> place_{*this, &Staff::place, at_start};
  Write<std::uint32_t> resident_{*this, &Staff::resident, at_start};
  Write<Share> satisfaction_{*this, &Staff::satisfaction, at_start};
  Add<double> digital_competence_{*this, &Akimats::digital_competence};
  Luck first_hired_{*this, "who holds the posts of districts and regions at the start", Luck::residents, Luck::lasting};
  Luck own_level_{*this, "how satisfied a person is by nature", Luck::residents, Luck::lasting};
  Luck posts_luck_{*this, "posts of a district or region, rounded", Luck::areas, Luck::lasting};
  Luck hired_{*this, "who takes a post that fell free", Luck::residents, Luck::weekly};
  Luck quits_{*this, "who quits", Luck::residents, Luck::weekly, 1, Luck::After{own_level_}};

  // Offices above communities stand in one row: districts from 1 on, then regions.
  static std::size_t of_district(std::size_t d) { return 1 + d; }
  [[nodiscard]] std::size_t of_region(const Week& week, std::size_t r) const {
    return 1 + week.country.districts.size() + r;
  }
  [[nodiscard]] double& office(const Week& week, std::size_t at) const {
    const std::size_t districts = week.country.districts.size();
    return at <= districts ? office_satisfaction_[Level::district][at - 1]
                           : office_satisfaction_[Level::region][at - 1 - districts];
  }

  /// Where the satisfaction of an office of a community goes, for staff of mean level.
  [[nodiscard]] double wanted_level(std::size_t c) const {
    return std::clamp(
        a1 * pay[c] / usual_pay - a2 * workload_[c] + a3 * autonomy_(c) + a4 * training[c] + a5 * trusted_[c] + level,
        0.0, 1.0);
  }
  [[nodiscard]] double area_level(std::size_t at) const {
    double sum = 0;
    double adults = 0;
    for (const std::size_t c : areas_[at]) {
      sum += adults_[c] * wanted_level(c);
      adults += adults_[c];
    }
    return adults > 0 ? sum / adults : 0.5;
  }
  [[nodiscard]] double own_level(const Week& week, Vertex i) const {
    return spread * std::clamp(own_level_(week).normal(name_of(week, i)), -2.5, 2.5);
  }
  [[nodiscard]] static Name name_of(const Week& week, Vertex i) {
    const auto& first = week.first;
    const auto c = static_cast<std::size_t>(std::upper_bound(first.begin(), first.end(), i) - first.begin()) - 1;
    return week.name(c, i);
  }

  /// The posts at the start: rows by level and place; first_ holds where each office's begin.
  void hire(const Week& week) {
    first_.clear();
    std::vector<Vertex> all;
    std::vector<double> targets;
    for (std::size_t c = 0; c < week.communities(); ++c) {
      first_.push_back(static_cast<std::uint32_t>(all.size()));
      for (const Tie tie : week.ties.all(week.akimat(c)))
        if (tie.layer() == Layer::office && tie.to() < week.residents()) all.push_back(tie.to());
      targets.push_back(wanted_level(c));
    }
    holders_ = all;
    std::sort(holders_.begin(), holders_.end());
    const std::size_t districts = week.country.districts.size();
    for (std::size_t at = 1; at < areas_.size(); ++at) {
      first_.push_back(static_cast<std::uint32_t>(all.size()));
      const bool district = at <= districts;
      const Name office = district ? week.name_of_district(at - 1) : week.name_of_region(at - 1 - districts);
      const double number = (district ? posts_district : posts_region) / 1000.0 * people_[at] * week.scale();
      const std::uint32_t posts = round_randomly(number, posts_luck_(week).uniform(office));
      candidates(week, first_hired_(week), areas_[at], posts);
      for (const Lot& lot : lots_) {
        all.push_back(lot.resident);
        holders_.push_back(lot.resident);
      }
      std::sort(holders_.begin(), holders_.end());
      targets.push_back(area_level(at));
    }
    first_.push_back(static_cast<std::uint32_t>(all.size()));
    posts_.resize(all.size());
    holders_.reserve(2 * all.size());
    vacant_.reserve(all.size());
    lots_.reserve(all.size());
    for (std::size_t office = 0; office + 1 < first_.size(); ++office)
      for (std::size_t k = first_[office]; k < first_[office + 1]; ++k) {
        const bool community = office < week.communities();
        const std::size_t above = office - week.communities();
        const bool district = !community && above < districts;
        level_[k] = static_cast<std::uint8_t>(community  ? Level::community
                                              : district ? Level::district
                                                         : Level::region);
        place_[k] = static_cast<std::uint32_t>(community ? office : district ? above : above - districts);
        resident_[k] = all[k];
        satisfaction_[k] = Share(targets[office] + own_level(week, all[k]));
      }
  }

  /// A resident and his lot.
  struct Lot {
    std::uint64_t rank = 0;  ///< of his occupation, then what he drew
    Vertex resident = 0;
    bool operator<(const Lot& other) const {
      return rank != other.rank ? rank < other.rank : resident < other.resident;
    }
  };

  /// Leaves in lots_ `wanted` adults of the communities who hold no post: public servants first, then employees, then
  /// others; in an order by lot.
  void candidates(
      const Week& week, const Luck::Drawn& luck, std::span<const std::size_t> communities, std::size_t wanted) {
    lots_.clear();
    if (wanted == 0) return;
    // A heap of the best so far, the worst of them in front.
    const auto full = [&] { return lots_.size() == wanted; };
    const auto rank = [&](Vertex i) {
      const auto occupation = static_cast<Occupation>(occupation_[i]);
      const std::uint64_t kind = occupation == Occupation::public_servant ? 0
                                 : occupation == Occupation::employee     ? 1
                                                                          : 2;
      return kind << 32;
    };
    const auto stands = [&](Vertex i) {
      if ((full() && rank(i) > lots_.front().rank) || !is_adult(age_[i])) return false;
      return static_cast<Occupation>(occupation_[i]) != Occupation::pensioner &&
             !std::binary_search(holders_.begin(), holders_.end(), i);
    };
    for (const std::size_t c : communities)
      draw_word(week, c, Everybody(week, c), luck, 0, stands, [&](Vertex i, std::uint32_t word) {
        const Lot lot{rank(i) | word, i};
        if (full()) {
          if (!(lot < lots_.front())) return;
          std::pop_heap(lots_.begin(), lots_.end());
          lots_.pop_back();
        }
        lots_.push_back(lot);
        std::push_heap(lots_.begin(), lots_.end());
      });
    std::sort_heap(lots_.begin(), lots_.end());
  }

  /// One turn of the posts [from, to) of an office; returns how many quit and leaves in vacated_ how many fell free.
  double turn(const Week& week, std::size_t from, std::size_t to, double target, double usual,
      std::span<const std::size_t> area) {
    const Luck::Drawn luck = quits_(week);
    double quit = 0;
    std::vector<std::size_t>& vacant = vacant_;
    vacant.clear();
    for (std::size_t k = from; k < to; ++k) {
      const Vertex i = resident_[k];
      satisfaction_[k] = Share(satisfaction_[k] + lambda * (target + own_level(week, i) - satisfaction_[k]));
      const bool gone = !is_adult(age_[i]) || static_cast<Occupation>(occupation_[i]) == Occupation::pensioner;
      const bool quits = !gone && luck.chance(turnover / months_a_year * exp_(-b_leave * (satisfaction_[k] - usual)),
                                      name_of(week, i));
      quit += quits;
      if (gone || quits) vacant.push_back(k);
    }
    vacated_ = static_cast<double>(vacant.size());
    if (vacant.empty()) return quit;
    if (holders_.empty()) {
      holders_.assign(resident_.values().begin(), resident_.values().end());
      std::sort(holders_.begin(), holders_.end());
    }
    candidates(week, hired_(week), area, vacant.size());
    const std::vector<Lot>& chosen = lots_;
    for (std::size_t n = 0; n < chosen.size(); ++n) {  // where there is nobody else, the one who wanted to leave stays
      const std::size_t k = vacant[n];
      const Vertex i = chosen[n].resident;
      resident_[k] = i;
      satisfaction_[k] = Share(target + own_level(week, i));
      holders_.insert(std::lower_bound(holders_.begin(), holders_.end(), i), i);
    }
    return quit;
  }

  /// What pay beyond the usual and training cost in four weeks.
  void pay_for(const Week& week, std::size_t c) const {
    const Community& place = week.place(c);
    const double own = society_->staff / 1000.0 * place.population;
    const double posts = own + (posts_district + posts_region) / 1000.0 * place.population;  // its part of those above
    const double wage = 12.0 * week.country.regions[place.region].wage;
    const double more = own * std::max(0.0, capacity_[c] / usual_capacity - 1.0);  // posts for more matters
    payments_.earmark(c, Flow::support,
        (posts * (std::max(0.0, pay[c] - usual_pay) * wage +
                     std::max(0.0, training[c] - usual_training) * course * 1000.0) +
            more * pay[c] * wage) /
            months_a_year);
  }

  std::vector<std::vector<std::size_t>> areas_;  ///< communities by office above; the first is empty
  std::vector<double> people_;                   ///< of those areas
  std::vector<std::uint32_t> first_;             ///< by office, and one more: its first post
  std::vector<double> left_;                     ///< by community: posts that fell free a year, of late, for the series
  std::vector<double> usual_;                    ///< by office above: satisfaction at the end of the warm-up
  std::vector<Vertex> holders_;                  ///< scratch of a week: who holds a post, sorted
  std::vector<std::size_t> vacant_;              ///< scratch of a turn
  std::vector<Lot> lots_;                        ///< scratch of a turn: who takes the posts
  double vacated_ = 0;                           ///< scratch of a turn
};

}  // namespace

std::unique_ptr<Mechanism> make_staff() { return std::make_unique<StaffMechanism>(); }

}  // namespace kurultai
