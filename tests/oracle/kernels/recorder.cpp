// What a week records, against means taken resident by resident.
#include <cmath>
#include <functional>
#include <limits>

#include "kernels.h"
#include "observation/strata.h"
#include "stage.h"

namespace kurultai::test {
namespace {

/// Mean trust of the adults for whom `of` holds.
double mean_trust(const Residents& r, const std::function<bool(Vertex)>& of) {
  double sum = 0;
  double adults = 0;
  for (Vertex i = 0; i < r.size(); ++i)
    if (r.age[i] >= 18 && of(i)) {
      sum += r.trust[i];
      adults += 1;
    }
  return adults > 0 ? sum / adults : std::numeric_limits<double>::quiet_NaN();
}

bool series_right(Stage& stage) {
  const World& world = stage.world();
  const Residents& r = world.residents();
  const std::unique_ptr<Recorder> recorder = make_recorder(stage);
  stage.world().week = 12;  // strata are recorded every fourth week
  recorder->observe(world);
  bool right = true;
  int compared = 0;
  const auto compare = [&](const Group& group, std::size_t cell, double expected) {
    const auto found = static_cast<double>(std::get<std::vector<float>>(group.variable("trust")->values)[cell]);
    right = right && (std::isnan(expected) ? std::isnan(found) : std::abs(found - expected) < 1e-6);
    ++compared;
  };
  for (const Group& group : recorder->groups(world)) {
    if (group.path == "series/nation") compare(group, 0, mean_trust(r, [](Vertex) { return true; }));
    if (group.path == "series/region")
      for (std::size_t c = 0; c < world.society.communities(); ++c) {
        const std::size_t region = world.society.country.communities[c].region;
        if (c > 0 && world.society.country.communities[c - 1].region == region) continue;
        compare(group, region, mean_trust(r, [&](Vertex i) {
          const auto at = std::upper_bound(world.society.first.begin(), world.society.first.end(), i);
          return world.society.country.communities[static_cast<std::size_t>(at - world.society.first.begin()) - 1]
                     .region == region;
        }));
      }
    if (group.path == "series/stratum")
      for (std::size_t s = 0; s < strata().size(); ++s) {
        const std::string& label = strata()[s].label;
        if (label == "men") compare(group, s, mean_trust(r, [&](Vertex i) { return r.sex[i] == 0; }));
        if (label == "age under 18") compare(group, s, mean_trust(r, [](Vertex) { return false; }));
        if (label == "age 30-44")
          compare(group, s, mean_trust(r, [&](Vertex i) { return r.age[i] >= 30 && r.age[i] < 45; }));
        if (label == "higher education")
          compare(group, s, mean_trust(r, [&](Vertex i) { return r.education[i] == 2; }));
        if (label == "pensioners") compare(group, s, mean_trust(r, [&](Vertex i) { return r.occupation[i] == 5; }));
        if (label == "income above the mean wage")
          compare(group, s, mean_trust(r, [&](Vertex i) { return r.income[i] >= 1.0; }));
        if (label == "not on a platform")
          compare(group, s, mean_trust(r, [&](Vertex i) { return r.platform[i] == 0; }));
      }
  }
  return right && compared == 1 + 20 + 7;
}

}  // namespace

bool recorder_right() {
  Stage stage(20'000);
  return series_right(stage);
}

}  // namespace kurultai::test
