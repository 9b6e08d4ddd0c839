// What the slow checks and the benchmarks work on: scenarios/kazakhstan.toml, thinned to a number of residents.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/simulation.h"

namespace kurultai {

inline constexpr double inhabitants = 19'765'004;  // the census of 2023, scenarios/data/kazakhstan

/// The scenario's model with about that many residents and these settings.
inline std::unique_ptr<Model> kazakhstan(
    double residents, int warmup, int weeks, const std::vector<std::string>& sets = {}) {
  auto model = std::make_unique<Model>();
  std::vector<std::string> all = {
      fmt::format("run.scale={:.9f}", residents >= inhabitants ? 1.0 : residents / inhabitants),
      fmt::format("run.warmup={}", warmup), fmt::format("run.weeks={}", weeks)};
  all.insert(all.end(), sets.begin(), sets.end());
  model->read(std::string(KURULTAI_SOURCE_DIR) + "/scenarios/kazakhstan.toml", all);
  return model;
}

/// A country at the end of a week of its second year, where single kernels can be run. The calendar says what
/// is on: in week 12 a proposal is closing, gatherings are announced, open and closing.
struct Stage {
  explicit Stage(double residents, int week = 12, const std::vector<std::string>& sets = {})
      : model(kazakhstan(residents, 52, week + 1, sets)),
        society(make_society(*model)),
        simulation(*model, *society) {
    while (simulation.week() <= week) simulation.step();
  }
  [[nodiscard]] World& world() { return simulation.world(); }
  [[nodiscard]] Mechanism& mechanism(const std::string& name) { return model->mechanism(name); }
  /// Lets `name` begin its week and hands each block where it has work to `visit`.
  void for_wanted(const std::string& name, const std::function<void(const Block&)>& visit) {
    for (const Block& block : world().blocks)
      if (mechanism(name).wanted(Week(world()), block.community)) visit(block);
  }
  /// The value of a parameter: of one number, or the l-th of several.
  [[nodiscard]] double value(const std::string& section, const std::string& name, std::size_t l = 0) {
    for (const Field* field : mechanism(section).fields())
      if (field->about().name == name) {
        const Value found = field->get();
        if (const auto* list = std::get_if<std::vector<double>>(&found)) return (*list)[l];
        if (const auto* whole = std::get_if<std::int64_t>(&found)) return static_cast<double>(*whole);
        return std::get<double>(found);
      }
    fmt::print(stderr, "bench: no parameter {}.{}\n", section, name);
    std::abort();
  }

  /// This week's value of a lever for resident i of community c.
  [[nodiscard]] double lever(const std::string& path, std::size_t c, Vertex i) const {
    return static_cast<const Lever*>(model->registry.find(path))->at(c, i);
  }
  /// The institutions of which resident i of community c is a member now, found by looking at all.
  [[nodiscard]] std::vector<std::size_t> memberships(std::size_t c, Vertex i) {
    const Residents& r = world().residents();
    const Institutions& bodies = world().institutions;
    std::vector<std::size_t> list;
    unsigned nth = 0;
    for (const Tie tie : society->ties.all(i))
      if (tie.to() >= society->institution(0) && tie.layer() == Layer::membership) {
        if (nth >= 8 || ((r.lapsed[i] >> nth) & 1U) == 0) list.push_back(society->institution_of(tie.to()));
        ++nth;
      }
    unsigned place = 0;
    for (std::size_t k = 0; k < bodies.size() && r.joined[i] != 0; ++k)
      if (bodies.community[k] == c && bodies.kind[k] < static_cast<std::uint8_t>(InstitutionKind::mobile_group) &&
          ++place == r.joined[i])
        list.push_back(k);
    return list;
  }
  /// Whether the connection of resident i is up this week.
  [[nodiscard]] bool connected(std::size_t c, Vertex i) {
    const double up = 1.0 - model->platform_service.outage[c];
    return world().draws(mechanism("coverage").stream()).uniform(society->name(c, i), 0) < up;
  }

  std::unique_ptr<Model> model;
  std::unique_ptr<Society> society;
  Simulation simulation;
};

/// A recorder of all series, as a run has it.
inline std::unique_ptr<Recorder> make_recorder(Stage& stage) {
  return std::make_unique<Recorder>(stage.world(), stage.model->mechanisms, stage.model->output);
}

}  // namespace kurultai
