// maslikhat: elected councils of districts and regions approve their budgets, or amend and delay them (MODEL 6, 10; T3,
// D2, D6, P8).
//
//   distance = 1/2 sum_g |proposed_g - heard_g|                  heard: mix of wishes of those of the area who took
//   part amended  = power if distance > tolerance, else 0             mix = (1 - amended) proposed + amended heard
//   (`spending`) delay    = min(longest, ceil(slowness (distance - tolerance)))     weeks; 0 within the tolerance
//
// Once a year, where the budget year begins. Who took part are its voters: the areas' sums are `hearing`'s. While a
// budget is delayed the communities of the area buy no goods; the year's plan is bought in the weeks that are left
// (conduct.h). power: mean of the lever over the area's communities, weighted by their adults; at power 0 there is no
// council to reckon with, and no delay. Limits: no parties, no elections of deputies; a council wants what those who
// took part want.
#include <algorithm>
#include <cmath>

#include "mechanism/list.h"

namespace kurultai {
namespace {

class Maslikhat final : public Mechanism {
 public:
  Maslikhat()
      : Mechanism({.name = "maslikhat",
            .meaning = "councils of districts and regions approve, amend or delay budgets",
            .source = "MODEL 6, 10; T3, D2, D6, P8",
            .phase = Phase::economy,
            .reads = {"adults", "area_heard", "area_took_part", "area_proposed"},
            .writes = {"budget_distance", "budget_amended", "budget_delay"}}) {
    const auto of_district = [](const Column<double> Authorities::* column) {
      return over_adults([column](const World& world, std::size_t c) {
        return (world.districts.*column)[world.society.country.communities[c].district];
      });
    };
    observe({.name = "budget_distance",
        .meaning = "distance of districts' budgets from their voters' wishes when they were approved, mean over adults",
        .source = "T3, D2",
        .least_scale = 0.05,
        .community = of_district(&Authorities::distance)});
    observe({.name = "budget_amended",
        .meaning = "share of that distance by which maslikhats of districts amended them, mean over adults",
        .source = "T3",
        .least_scale = 0.2,
        .community = of_district(&Authorities::amended)});
    observe({.name = "budget_delay",
        .unit = "week",
        .meaning = "weeks by which maslikhats of districts delayed this year's budgets, mean over adults",
        .source = "T3, P8",
        .least_scale = 0.2,
        .community = of_district(&Authorities::delay)});
  }

  Lever power{*this,
      {.name = "power",
          .meaning = "share of the distance from voters' wishes by which a council can amend a budget",
          .source = "T3, P1"},
      0.5, {0, 1}};
  Real tolerance{*this, {.name = "tolerance", .meaning = "distance that a council lets pass", .source = "assumption"},
      0.25, {0, 1}};
  Real slowness{*this,
      {.name = "slowness",
          .unit = "week",
          .meaning = "weeks of delay by a distance of 1 beyond the tolerance",
          .source = "assumption"},
      60, {0, 1000}};
  Real longest{*this,
      {.name = "longest", .unit = "week", .meaning = "longest delay of a budget", .source = "assumption: a quarter"},
      13, {0, 48}};

  void prepare(World& world) override {
    for (Authorities* table : {&world.districts, &world.regions}) {
      table->distance.fill(0.0);
      table->amended.fill(0.0);
      table->delay.fill(0.0);
    }
  }

  void begin(World& world) override {
    if (world.tick() % 52 != 0) return;
    review(world, world.districts, &Community::district);
    review(world, world.regions, &Community::region);
  }

 private:
  void review(const World& world, Authorities& table, std::uint32_t Community::* area) const {
    std::vector<double> adults(table.size(), 0.0);
    std::vector<double> powers(table.size(), 0.0);
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      const std::size_t at = world.society.country.communities[c].*area;
      adults[at] += world.akimats.adults[c];
      powers[at] += world.akimats.adults[c] * power[c];
    }
    for (std::size_t at = 0; at < table.size(); ++at) {
      double sum = 0;
      for (std::size_t g = 0; g < good_count; ++g) sum += std::abs(table.proposed(at, g) - table.heard(at, g));
      const double strength = adults[at] > 0 ? powers[at] / adults[at] : 0.0;
      const double beyond =
          table.took_part[at] > 0 ? 0.5 * sum - tolerance : 0.0;  // nobody's deputies object to nothing
      table.distance[at] = 0.5 * sum;
      table.amended[at] = beyond > 0 ? strength : 0.0;
      table.delay[at] = beyond > 0 && strength > 0 ? std::min(longest.value(), std::ceil(slowness * beyond)) : 0.0;
    }
  }
};

}  // namespace

std::unique_ptr<Mechanism> make_maslikhat() { return std::make_unique<Maslikhat>(); }

}  // namespace kurultai
