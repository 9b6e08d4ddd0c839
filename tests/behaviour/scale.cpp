// What may be read at which scale (sim/MODEL.md, 8.5): the table of series that depend on run.scale, held against runs
// of two regions of the census.
#include <map>

#include "engine.h"
#include "engine/course.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

/// The smallest run.scale at which each may be read. A series that is added here is added beside its mechanism too.
const std::map<std::string, double> table = {
    {"mistakes", 1},
    {"budget_watched", 0.2},
    {"experience", 0.2},
    {"tension", 0.2},
    {"matters_open", 0.2},
    {"gini_participation", 0.2},
    {"budget_amended", 0.2},
    {"budget_delay", 0.2},
    {"staff_turnover", 0.2},
    {"members_assembly", 0.2},
    {"members_council", 0.2},
    {"members_resident_body", 0.2},
    {"members_oversight", 0.2},
    {"members_ngo", 0.2},
    {"members_cooperative", 0.2},
    {"budget_distance", 0.05},
    {"harvest", 0.05},
    {"akims_replaced", 0.05},
    {"match", 0.01},
    {"indicator_information", 0.01},
    {"indicator_effectiveness", 0.01},
    {"indicator_calm", 0.01},
};

/// Means over the second half of a year and a half, of the nation's plain series.
std::map<std::string, double> means(double scale, const std::vector<std::string>& regions) {
  Model model;
  model.read(KURULTAI_SOURCE_DIR "/scenarios/kazakhstan.toml",
      std::vector<std::string>{fmt::format("run.scale={}", scale), "run.warmup=52", "run.weeks=78",
          "survey.region_residents.regions=[]", "output.levels=[\"nation\"]", "output.every=4"});
  REQUIRE(model.registry.find("society.regions")->set(regions).empty());
  const std::unique_ptr<Society> society = make_society(model);
  Simulation simulation(model, *society);
  simulation.run();
  const Result result = simulation.result();
  std::map<std::string, double> found;
  for (const Variable& variable : result.group("series/nation")->variables) {
    const auto* values = std::get_if<std::vector<float>>(&variable.values);
    if (values == nullptr || variable.dimensions.size() != 1) continue;
    double sum = 0;
    for (std::size_t t = values->size() / 2; t < values->size(); ++t) sum += (*values)[t];
    found[variable.name] = sum / static_cast<double>(values->size() - values->size() / 2);
  }
  return found;
}

double away(
    const std::map<std::string, double>& from, const std::map<std::string, double>& to, const std::string& name) {
  return std::abs(to.at(name) / from.at(name) - 1);
}

}  // namespace

TEST_CASE("scale: series declare the smallest at which they may be read, and no other does") {
  const Model model;
  std::map<std::string, double> declared;
  for (const auto& mechanism : model.mechanisms)
    for (const SeriesSpec& series : mechanism->series())
      if (series.least_scale > 0) declared[series.name] = series.least_scale;
  CHECK(declared == table);
}

TEST_CASE("scale: a run is told which of its series are not to be read, a larger one fewer, the whole country none") {
  const auto told = [](double scale) {
    Model model;
    model.read(
        KURULTAI_SOURCE_DIR "/scenarios/kazakhstan.toml", std::vector<std::string>{fmt::format("run.scale={}", scale)});
    std::string all;
    for (const std::string& note : model.reading_notes()) all += note;
    return all;
  };
  CHECK(
      told(0.05).find("not to be read at run.scale 0.05, but at the scale in brackets or more: ") != std::string::npos);
  CHECK(told(0.05).find("budget_watched (0.2)") != std::string::npos);
  CHECK(told(0.002).size() >= told(0.2).size());
  CHECK(told(1).empty());
}

TEST_CASE("scale: what drifts at small scales is in the table, and the headlines are not") {
  const std::vector<std::string> regions = {"Ulytau Region"};
  const auto small = means(0.005, regions);
  const auto larger = means(0.1, regions);
  for (const char* name : {"budget_watched", "experience", "tension", "gini_participation", "matters_open"}) {
    INFO(name << ": " << small.at(name) << " at 0.005, " << larger.at(name) << " at 0.1");
    CHECK(away(larger, small, name) > 0.1);
  }
  for (const char* name :
      {"participation", "awareness", "trust", "satisfaction", "users", "access", "answered", "efficacy"}) {
    INFO(name << ": " << small.at(name) << " at 0.005, " << larger.at(name) << " at 0.1");
    CHECK(away(larger, small, name) < 0.15);  // noise of a thousand residents among it
  }
}

TEST_CASE("scale: at the scale that the table gives, a series is within a tenth of the whole", "[full]") {
  const std::vector<std::string> regions = {"Ulytau Region", "North Kazakhstan Region"};
  const auto whole = means(1, regions);
  for (const double scale : {0.2, 0.05}) {
    const auto part = means(scale, regions);
    for (const auto& [name, value] : whole) {
      const auto needs = table.find(name);
      // Bodies of a handful of members, and posts that fall free, are few in two regions: their noise is larger than a
      // tenth.
      if (std::abs(value) < 1e-3 || name.rfind("members_", 0) == 0 || name == "staff_turnover" || name == "mistakes" ||
          name == "akims_replaced" || name == "akims_dismissed")
        continue;
      if (needs != table.end() && needs->second > scale) continue;
      INFO(name << ": " << part.at(name) << " at " << scale << ", " << value << " at 1");
      CHECK(away(whole, part, name) < 0.1);
    }
  }
}
