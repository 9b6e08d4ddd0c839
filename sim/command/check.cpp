// The verb `check`: valid or not, and what a run will take.
#include <fmt/format.h>

#include "base/parallel.h"
#include "command/verbs.h"
#include "engine/simulation.h"
#include "society/census.h"
#include "society/synthesis.h"

namespace kurultai {

namespace {

/// Measured on two cores of a Zen 3 server; a guide, not a promise.
constexpr double agent_steps_per_second_and_thread = 7.5e6;
constexpr double residents_built_per_second_and_thread = 3e5;

}  // namespace

Estimate estimate(const Model& model) {
  Estimate e;
  if (model.society.source.is("network")) {
    const std::unique_ptr<Society> society = make_society(model);
    e.residents = static_cast<double>(society->residents.size());
    e.ties = static_cast<double>(society->ties.words()) / 2;
  } else {
    const Country country = read_census(model.source.find(model.society.census));
    for (const std::uint32_t n : apportion(country, model.run.scale)) e.residents += n;
    const double degree = 3.0 + model.society.kin_degree + 2.0 * static_cast<double>(model.society.neighbour_sides) + 3.2;
    e.ties = e.residents * degree / 2;
  }
  const Residents residents;
  const double per_resident = static_cast<double>(residents.bytes_per_agent()) + 4.0 + 8.0 + 8.0;
  e.bytes = 3e7 + e.residents * per_resident + e.ties * 2 * 4.0 + e.ties * 14.0;  // the last: edges while building
  const double steps = e.residents * static_cast<double>(model.run.weeks + model.run.warmup);
  e.seconds = steps / (agent_steps_per_second_and_thread * threads()) +
              e.residents / (residents_built_per_second_and_thread * threads());
  return e;
}

int check(const ScenarioOptions& options) {
  Model model;
  options.read(model);
  const Estimate e = estimate(model);
  // Targets of policies name places, which only the society knows.
  if (model.policies.size() > 0) {
    const std::unique_ptr<Society> society = make_society(model);
    const Simulation simulation(model, *society);
  }
  fmt::print("{}: valid\n", options.scenario);
  if (!model.source.title.empty()) fmt::print("  {}\n", model.source.title);
  fmt::print("  residents  {:>14.0f}  (scale {})\n", e.residents, model.run.scale.value());
  fmt::print("  ties       {:>14.0f}\n", e.ties);
  fmt::print("  weeks      {:>14}  and {} of warm-up\n", model.run.weeks.value(), model.run.warmup.value());
  fmt::print("  memory     {:>14.2f}  GB, about\n", e.bytes / 1e9);
  fmt::print("  time       {:>14.0f}  s on {} threads, about\n", e.seconds, threads());
  return 0;
}

}  // namespace kurultai
