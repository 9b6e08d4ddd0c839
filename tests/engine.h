// Experiments through the real engine, for tests: a model set up by hand, a society, weeks, columns.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "catch.h"
#include "engine/model.h"
#include "engine/simulation.h"
#include "observation/result.h"
#include "society/simple_society.h"
#include "society/synthesis.h"

namespace kurultai::test {

/// One run: set the model, move in, let weeks pass.
class Experiment {
 public:
  Experiment() { set("run.warmup", 0); }

  /// Gives the parameter at `path` a value; a path or a value that does not exist fails the test.
  void set(const std::string& path, const Value& value) {
    Field* field = model.registry.find(path);
    INFO(path);
    REQUIRE(field != nullptr);
    REQUIRE(field->set(value).empty());
  }
  void set(const std::vector<std::pair<std::string, Value>>& values) {
    for (const auto& [path, value] : values) set(path, value);
  }
  /// Switches off all mechanisms but these.
  void only(const std::vector<std::string>& names) {
    for (const auto& mechanism : model.mechanisms) set(mechanism->name() + ".enabled", false);
    for (const std::string& name : names) set(name + ".enabled", true);
  }
  /// A form that is open to all adults, in person, free of cost and of any attraction of its own.
  void add_form(const std::string& name, const std::vector<std::pair<std::string, Value>>& values = {}) {
    model.forms.entry(name);
    const std::string form = "form." + name + ".";
    set({{form + "period", 520}, {form + "intercept", 0.0}, {form + "hours_offline", 0.0},
        {form + "hours_online", 0.0}});
    for (const auto& [field, value] : values) set(form + field, value);
  }
  void add_policy(const std::string& name, const std::vector<std::pair<std::string, Value>>& values) {
    model.policies.entry(name);
    for (const auto& [field, value] : values) set("policy." + name + "." + field, value);
  }
  /// Nothing sways anyone: the chance to act is the propensity, and that is 1/2.
  void sway_nobody() {
    const std::vector<double> none(resident_layers, 0.0);
    set({{"society.place_effect_sd", 0.0}, {"propensity.start", 0.5}, {"propensity.start_sd", 0.0},
        {"participation.b_habit", 1.0}, {"participation.b_duty", 0.0}, {"participation.b_eff", 0.0},
        {"participation.b_trust", 0.0}, {"participation.b_stake", 0.0}, {"participation.b_now", none},
        {"participation.b_norm", 0.0}, {"participation.b_ask", 0.0}, {"participation.b_cost", 0.0}});
  }
  /// Nobody tells anyone anything, and no announcement is heard.
  void tell_nobody() {
    const std::vector<double> none(resident_layers, 0.0);
    set({{"information.reach", 0.0}, {"information.push", 0.0}, {"information.outreach", 0.0},
        {"information.media", 0.0}, {"information.broadcast", 0.0}, {"information.site", 0.0},
        {"information.q_aware", none}, {"information.q_acted", none}});
  }

  /// Starts the run in `home`.
  void move_into(std::unique_ptr<Society> home) {
    society = std::move(home);
    start();
  }
  /// Starts the run (again) in the society that is there.
  void start() { simulation = std::make_unique<Simulation>(model, *society); }
  void weeks(int n) {
    for (int k = 0; k < n; ++k) simulation->step();
  }
  [[nodiscard]] World& world() {
    ensure(simulation != nullptr, "the run has started");
    return simulation->world();
  }
  /// Those of the run, which has started.
  [[nodiscard]] Residents& residents() { return world().residents(); }
  /// Before it starts: those it will begin with.
  [[nodiscard]] GivenResidents& given() { return society->residents; }

  Model model;
  std::unique_ptr<Society> society;
  std::unique_ptr<Simulation> simulation;
};

/// The institutions of which resident i of community c is a member now, tie by tie.
inline std::vector<std::size_t> memberships(const World& world, std::size_t c, Vertex i) {
  const Residents& r = world.residents();
  std::vector<std::size_t> list;
  unsigned nth = 0;
  for (const Tie tie : world.society.ties.bodies(i)) {
    if (tie.layer() != Layer::membership) continue;
    if (nth >= 8 || ((r.lapsed[i] >> nth) & 1U) == 0) list.push_back(world.society.institution_of(tie.to()));
    ++nth;
  }
  if (r.joined[i] != 0) list.push_back(world.first_institution[c] + r.joined[i] - 1);
  return list;
}

/// The tables of agents: residents, akimats of all levels, staff and institutions.
inline std::array<Table*, 6> tables(World& world) {
  return {&world.residents(), &world.akimats, &world.institutions, &world.districts, &world.regions, &world.staff};
}

/// All columns of all tables: "residents.trust" and its bytes.
inline std::map<std::string, std::vector<std::byte>> columns(World& world) {
  std::map<std::string, std::vector<std::byte>> all;
  for (Table* table : tables(world))
    for (AnyColumn* column : table->columns()) {
      const std::span<std::byte> bytes = column->bytes();
      all[table->name() + "." + column->name()] = {bytes.begin(), bytes.end()};
    }
  return all;
}

/// Whether two stretches hold the same bytes; without a call for each, which a sanitizer would watch.
inline bool same_bytes(std::span<const std::byte> a, std::span<const std::byte> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

/// Names of the columns in which two snapshots of one society differ.
inline std::vector<std::string> differences(
    const std::map<std::string, std::vector<std::byte>>& a, const std::map<std::string, std::vector<std::byte>>& b) {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : a)
    if (!same_bytes(bytes, b.at(name))) names.push_back(name);
  return names;
}

/// Digest of the series alone: what the scenario's text says does not count.
inline std::string series_digest(const Simulation& simulation) {
  Result result = simulation.result();
  result.attributes.clear();
  std::erase_if(result.groups, [](const Group& group) { return group.path.rfind("series/", 0) != 0; });
  return digest(result);
}

/// The recorded values of a national series, week by week.
inline std::vector<float> national(const Simulation& simulation, const std::string& name) {
  const Result result = simulation.result();
  const Group* group = result.group("series/nation");
  REQUIRE(group != nullptr);
  const Variable* variable = group->variable(name);
  INFO(name);
  REQUIRE(variable != nullptr);
  return std::get<std::vector<float>>(variable->values);
}

/// Mean of the last `n` values.
inline double last_mean(const std::vector<float>& values, std::size_t n) {
  REQUIRE(values.size() >= n);
  return std::accumulate(values.end() - static_cast<std::ptrdiff_t>(n), values.end(), 0.0) / static_cast<double>(n);
}

/// A country of two regions with two districts each: a city or a town and `okrugs` rural okrugs in each
/// district; `people` times the size of the smallest, about 14,000 people with 5 okrugs.
inline Country testland(std::size_t okrugs = 5, double people = 1.0) {
  Country country;
  country.name = "testland";
  const auto settle = [&](const std::string& code, PlaceType type, std::uint32_t region, std::uint32_t district,
                          double population) {
    Community community;
    community.code = code;
    community.name = code;
    community.type = type;
    community.region = region;
    community.district = district;
    community.latitude = 45.0 + 3.0 * region;
    community.longitude = 60.0 + 5.0 * region;
    community.population = population * people;
    community.income = 0.8 + 0.4 * region + 0.01 * static_cast<double>(country.communities.size());
    community.platform = type == PlaceType::okrug ? 0.1 : 0.25;
    community.access = 0.9;
    community.participatory_budget = 3000;
    community.resources = 40.0 + 20.0 * region + static_cast<double>(country.communities.size());
    country.regions[region].population += community.population;
    country.communities.push_back(community);
  };
  for (std::uint32_t region = 0; region < 2; ++region) {
    country.regions.push_back(
        {.code = fmt::format("R{}", region), .name = fmt::format("region {}", region), .wage = 300000});
    for (std::uint32_t d = 0; d < 2; ++d) {
      const std::uint32_t district = 2 * region + d;
      country.districts.push_back(
          {.code = fmt::format("D{}", district), .name = fmt::format("district {}", district), .region = region});
      settle(fmt::format("D{}a", district), d == 0 ? PlaceType::city : PlaceType::town, region, district,
          d == 0 ? 2600 : 1200);
      for (std::size_t k = 0; k < okrugs; ++k)
        settle(fmt::format("D{}b{:02}", district, k), PlaceType::okrug, region, district,
            180 + 70.0 * static_cast<double>(k));
    }
  }
  return country;
}

/// A gathering twice a year and a participatory budget once a year, in person and online.
inline void add_usual_forms(Experiment& e) {
  e.add_form("gathering",
      {{"period", 26}, {"week", 3}, {"spread", 13}, {"open", 4}, {"intercept", -2.0}, {"hours_offline", 2.0}});
  e.add_form("proposal", {{"online", true}, {"period", 52}, {"week", 4}, {"open", 4}, {"subject", "all"},
                             {"intercept", -3.0}, {"hours_offline", 1.0}, {"hours_online", 0.3}});
  e.add_form("vote",
      {{"online", true}, {"period", 0}, {"follows", "proposal"}, {"open", 4}, {"subject", "all"}, {"decides", "budget"},
          {"intercept", -2.5}, {"hours_offline", 0.7}, {"hours_online", 0.2}, {"priority", 10}});
}

/// testland with the usual forms; call move_into_testland() when all is set.
inline void move_into_testland(Experiment& e, const Country& country = testland()) {
  e.move_into(
      synthesise(country, e.model.society, e.model.run.scale, static_cast<std::uint64_t>(e.model.run.seed.value())));
}

/// A folder that is gone with its last reader.
class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / fmt::format("kurultai_{}_{}", name, ::getpid())) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace kurultai::test
