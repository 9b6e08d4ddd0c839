// What a week records, against means taken resident by resident.
#include <cmath>
#include <functional>
#include <limits>

#include "kernels.h"
#include "observation/strata.h"
#include "stage.h"

namespace kurultai::test {
namespace {

/// Of the residents for whom `of` holds: mean of value(i) over those whom the series is about.
using Of = std::function<bool(Vertex)>;
struct Mean {
  const char* series;
  Of about;
  std::function<double(Vertex)> value;
  [[nodiscard]] double over(const Residents& r, const Of& who) const {
    double sum = 0;
    double count = 0;
    for (Vertex i = 0; i < r.size(); ++i)
      if (about(i) && who(i)) {
        sum += value(i);
        count += 1;
      }
    return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
  }
};

/// Series that are a mean over residents as they are.
std::vector<Mean> means(const World& world) {
  const Residents& r = world.residents();
  const auto adult = [&r](Vertex i) { return r.age[i] >= 18; };
  const auto took_part = [&world](Vertex i) { return took_part_lately(world, i) ? 1.0 : 0.0; };
  return {{"trust", adult, [&r](Vertex i) { return r.trust[i]; }}, {"participation", adult, took_part},
      {"participation_online", adult, [&](Vertex i) { return took_part_lately(world, i, 1) ? 1.0 : 0.0; }},
      {"participation_among_residents", [](Vertex) { return true; }, took_part},
      {"users", adult, [&r](Vertex i) { return r.platform[i]; }},
      {"enterprises", adult, [&r](Vertex i) { return r.owner[i]; }},
      {"access", [&r](Vertex i) { return r.age[i] >= 6; }, [&r](Vertex i) { return r.access[i]; }}};
}

/// Of the residents for whom `who` holds: turnout in the matters of a form that close this week.
double turnout(const World& world, std::size_t form, const Of& who) {
  const Residents& r = world.residents();
  double eligible = 0;
  double acted = 0;
  for (std::size_t c = 0; c < world.society.communities(); ++c) {
    const Docket& docket = world.dockets[c];
    for (std::size_t s = 0; s < slot_count; ++s) {
      if (((docket.closing >> s) & 1U) == 0 || docket.slot[s].form != form) continue;
      for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
        if (!who(i) || ((docket.eligible(r, i) >> s) & 1U) == 0) continue;
        eligible += 1;
        acted += (r.acted[i] >> s) & 1U;
      }
    }
  }
  return eligible > 0 ? acted / eligible : std::numeric_limits<double>::quiet_NaN();
}

bool series_right(Stage& stage) {
  const World& world = stage.world();
  const Residents& r = world.residents();
  const std::unique_ptr<Recorder> recorder = make_recorder(stage);
  stage.world().week = 12;  // strata are recorded every fourth week
  recorder->observe(world);
  bool right = true;
  int compared = 0;
  int closing = 0;
  const auto same = [](double found, double expected) {
    return std::isnan(expected) ? std::isnan(found) : std::abs(found - expected) < 1e-6;
  };
  const std::vector<Mean> all = means(world);
  const auto compare = [&](const Group& group, std::size_t cell, const Of& who) {
    for (const Mean& mean : all) {
      const double expected = mean.over(r, who);
      const auto found = static_cast<double>(std::get<std::vector<float>>(group.variable(mean.series)->values)[cell]);
      right = right && same(found, expected);
    }
    const auto& turnouts = std::get<std::vector<float>>(group.variable("turnout")->values);
    const std::size_t forms = world.forms.size();
    for (std::size_t f = 0; f < forms; ++f) {
      const double expected = turnout(world, f, who);
      closing += std::isnan(expected) ? 0 : 1;
      right = right && same(static_cast<double>(turnouts[cell * forms + f]), expected);
    }
    ++compared;
  };
  for (const Group& group : recorder->groups(world)) {
    if (group.path == "series/nation") compare(group, 0, [](Vertex) { return true; });
    if (group.path == "series/region")
      for (std::size_t c = 0; c < world.society.communities(); ++c) {
        const std::size_t region = world.society.country.communities[c].region;
        if (c > 0 && world.society.country.communities[c - 1].region == region) continue;
        compare(group, region, [&](Vertex i) {
          const auto at = std::upper_bound(world.society.first.begin(), world.society.first.end(), i);
          return world.society.country.communities[static_cast<std::size_t>(at - world.society.first.begin()) - 1]
                     .region == region;
        });
      }
    if (group.path == "series/stratum")
      for (std::size_t s = 0; s < strata().size(); ++s) {
        const std::string& label = strata()[s].label;
        if (label == "men") compare(group, s, [&](Vertex i) { return r.sex[i] == 0; });
        if (label == "age under 18") compare(group, s, [&](Vertex i) { return r.age[i] < 18; });
        if (label == "age 30-44") compare(group, s, [&](Vertex i) { return r.age[i] >= 30 && r.age[i] < 45; });
        if (label == "higher education") compare(group, s, [&](Vertex i) { return r.education[i] == 2; });
        if (label == "pensioners") compare(group, s, [&](Vertex i) { return r.occupation[i] == 5; });
        if (label == "income above the mean wage") compare(group, s, [&](Vertex i) { return r.income[i] >= 1.0; });
        if (label == "not on a platform") compare(group, s, [&](Vertex i) { return r.platform[i] == 0; });
      }
  }
  return right && compared == 1 + 20 + 7 && closing > 20;
}

}  // namespace

bool recorder_right() {
  Stage stage(20'000);
  return series_right(stage);
}

}  // namespace kurultai::test
