// maslikhat: elected councils of districts and regions approve their budgets, or amend and delay them (MODEL 7.32; T3,
// D2, D6, P8).
//
//   distance = 1/2 sum_g |proposed_g - heard_g|                  heard: mix of wishes of those of the area who took
//   part amended  = power if distance > tolerance, else 0             mix = (1 - amended) proposed + amended heard
//   (`spending`) delay    = min(longest, ceil(slowness (distance - tolerance)))     weeks; 0 within the tolerance
//
// Once a year, where the budget year begins. Who took part are its voters: the areas' sums are `hearing`'s. While a
// budget is delayed the communities of the area buy no goods; the year's plan is bought in the weeks that are left
// (akimat_style.h). power: mean of the lever over the area's communities, weighted by their adults; at power 0 there is
// no council to reckon with, and no delay. Limits: no parties, no elections of deputies; a council wants what those who
// took part want.
#include <algorithm>
#include <cmath>

#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Maslikhat final : public Mechanism {
 public:
  Maslikhat()
      : Mechanism({.name = "maslikhat",
            .meaning = "councils of districts and regions approve, amend or delay budgets",
            .source = "MODEL 7.32; T3, D2, D6, P8",
            .phase = Phase::economy}) {
    const auto of_district = [this](const WriteAreas<double>& column) {
      return over_adults(adults_,
          [&column](const Week& week, std::size_t c) { return column[Level::district][week.place(c).district]; });
    };
    observe({.name = "budget_distance",
        .meaning = "distance of districts' budgets from their voters' wishes when they were approved, mean over adults",
        .source = "T3, D2",
        .least_scale = 0.05,
        .community = of_district(distance_)});
    observe({.name = "budget_amended",
        .meaning = "share of that distance by which maslikhats of districts amended them, mean over adults",
        .source = "T3",
        .least_scale = 0.2,
        .community = of_district(amended_)});
    observe({.name = "budget_delay",
        .unit = "week",
        .meaning = "weeks by which maslikhats of districts delayed this year's budgets, mean over adults",
        .source = "T3, P8",
        .least_scale = 0.2,
        .community = of_district(delay_)});
  }

  Lever power{*this, "power", 0.5, {0, 1},
      "share of the distance from voters' wishes by which a council can amend a budget", "T3, P1"};
  Real tolerance{*this, "tolerance", 0.25, {0, 1}, "distance that a council lets pass", "assumption"};
  Real slowness{*this, "slowness", 60, {0, 1000}, "weeks of delay by a distance of 1 beyond the tolerance",
      "assumption", {.unit = "week"}};
  Real longest{*this, "longest", 13, {0, 48}, "longest delay of a budget", "assumption: a quarter", {.unit = "week"}};

  void prepare(const Week& /*week*/) override {
    for (const Level level : {Level::district, Level::region})
      for (const auto* column : {&distance_, &amended_, &delay_}) (*column)[level].fill(0.0);
  }

  void begin(const Week& week) override {
    if (week.tick() % weeks_a_year != 0) return;
    review(week, Level::district);
    review(week, Level::region);
  }

 private:
  Read<std::uint32_t> adults_{*this, &Akimats::adults};
  ReadAreas<double> heard_{*this, &Authorities::heard};
  ReadAreas<double> took_part_{*this, &Authorities::took_part};
  ReadAreas<double> proposed_{*this, &Authorities::proposed};
  WriteAreas<double> distance_{*this, &Authorities::distance, at_start};
  WriteAreas<double> amended_{*this, &Authorities::amended, at_start};
  WriteAreas<double> delay_{*this, &Authorities::delay, at_start};

  void review(const Week& week, Level level) {
    const std::size_t areas = took_part_[level].size();
    std::vector<double>& adults = area_adults_;
    std::vector<double>& powers = area_power_;
    adults.assign(areas, 0.0);
    powers.assign(areas, 0.0);
    for (std::size_t c = 0; c < week.communities(); ++c) {
      const std::size_t at = area_of(week.place(c), level);
      adults[at] += adults_[c];
      powers[at] += adults_[c] * power[c];
    }
    for (std::size_t at = 0; at < areas; ++at) {
      double sum = 0;
      for (std::size_t g = 0; g < good_count; ++g) sum += std::abs(proposed_[level](at, g) - heard_[level](at, g));
      const double strength = adults[at] > 0 ? powers[at] / adults[at] : 0.0;
      const double beyond =
          took_part_[level][at] > 0 ? 0.5 * sum - tolerance : 0.0;  // nobody's deputies object to nothing
      distance_[level][at] = 0.5 * sum;
      amended_[level][at] = beyond > 0 ? strength : 0.0;
      delay_[level][at] = beyond > 0 && strength > 0 ? std::min(longest.value(), std::ceil(slowness * beyond)) : 0.0;
    }
  }

  std::vector<double> area_adults_;  ///< scratch
  std::vector<double> area_power_;
};

}  // namespace

std::unique_ptr<Mechanism> make_maslikhat() { return std::make_unique<Maslikhat>(); }

}  // namespace kurultai
