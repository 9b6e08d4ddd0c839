#include "engine/estimate.h"

#include "engine/simulation.h"
#include "society/synthesis.h"

namespace kurultai {

namespace {

/// Measured on two cores of a Zen 3 server with the forms of scenarios/forms.toml; a guide, not a promise.
constexpr double agent_steps_per_second_and_thread = 3e6;
constexpr double residents_built_per_second_and_thread = 3e5;

}  // namespace

Estimate estimate(const Model& model, int thread_count) {
  Estimate e;
  if (model.society.source.is("network")) {
    const std::unique_ptr<Society> society = make_society(model);
    e.residents = static_cast<double>(society->residents.size());
    e.ties = static_cast<double>(society->ties.words()) / 2;
  } else {
    const Country country = country_of(model.society, model.source);
    for (const std::uint32_t n : apportion(country, model.run.scale)) e.residents += n;
    const double degree = 3.0 + model.society.kin_degree + 2.0 * static_cast<double>(model.society.neighbour_sides) + 3.2;
    e.ties = e.residents * degree / 2;
  }
  const Residents residents;
  const double per_resident = static_cast<double>(residents.bytes_per_agent()) + 4.0 + 8.0 + 8.0;
  e.society_bytes = e.residents * per_resident + e.ties * 2 * 4.0;
  double trial_bytes = 0;  // a resident: part, ties to the treated, acts remembered
  for (std::size_t p = 0; p < model.policies.size(); ++p) {
    const PolicySpec& policy = model.policies[p];
    if (policy.within_communities()) trial_bytes += policy.is_trial() ? 5.0 : 1.0;
    if (!policy.outcome.value().empty()) trial_bytes += 8.0;
  }
  e.run_bytes = 3e7 + e.residents * (static_cast<double>(residents.bytes_per_agent()) + trial_bytes);
  e.bytes = e.run_bytes + e.society_bytes + e.ties * 14.0;  // the last: edges while building
  e.seconds_a_week = e.residents / (agent_steps_per_second_and_thread * thread_count);
  e.seconds = e.seconds_a_week * static_cast<double>(model.run.weeks + model.run.warmup) +
              e.residents / (residents_built_per_second_and_thread * thread_count);
  return e;
}

}  // namespace kurultai
