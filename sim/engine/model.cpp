#include "engine/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "base/error.h"
#include "base/nearest.h"

namespace kurultai {

namespace {

/// Phases that need all residents to have finished the one before: they open a new pass.
bool opens_pass(Phase phase) {
  return phase == Phase::levers || phase == Phase::response || phase == Phase::experience || phase == Phase::economy ||
         phase == Phase::publication;
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : ", ") + word;
  return line.empty() ? "-" : line;
}

}  // namespace

Model::Model() : mechanisms(make_mechanisms()) {
  registry.add(run);
  registry.add(society);
  registry.add(practice);
  registry.add(platform_service);
  registry.add(output);
  for (const auto& mechanism : mechanisms) registry.add(*mechanism);
  registry.add(forms);
  registry.add(taxes);
  registry.add(policies);
  registry.add(surveys);
  registry.add(items);
}

void Model::read(const std::filesystem::path& file, std::span<const std::string> sets) {
  source = read_scenario(file, sets, registry);
  check();
}

void Model::check() const {
  check_consistency(source, registry);
  check_policies(policies, registry, source);
  check_surveys(surveys, items, source);
  std::vector<std::string> names;
  for (std::size_t f = 0; f < forms.size(); ++f) names.push_back(forms.key(f));
  for (std::size_t f = 0; f < forms.size(); ++f) {
    const std::string& before = forms[f].follows.value();
    if (before.empty() || std::find(names.begin(), names.end(), before) != names.end()) continue;
    throw scenario_error(source.place_of(forms[f].name() + ".follows"),
                         fmt::format("form '{}' follows '{}'", forms.key(f), before), "no form has that name",
                         did_you_mean(nearest(before, names), "name a form that the scenario has"));
  }
}

std::vector<std::string> Model::remarks() const {
  std::vector<std::string> list;
  const std::int64_t last = run.weeks - 1;
  for (std::size_t p = 0; p < policies.size(); ++p) {
    const PolicySpec& policy = policies[p];
    if (policy.start > last)
      list.push_back(fmt::format("{} begins in week {} and the run ends with week {}: it does nothing", policy.name(), policy.start.value(), last));
    for (std::size_t q = 0; q < p; ++q) {
      const PolicySpec& other = policies[q];
      const auto ends_before = [](const PolicySpec& a, const PolicySpec& b) { return a.end >= 0 && a.end < b.start; };
      const bool arms = !policy.lot.value().empty() && policy.lot.value() == other.lot.value();
      if (policy.lever.value() == other.lever.value() && !arms && !ends_before(policy, other) && !ends_before(other, policy))
        list.push_back(fmt::format("{} and {} move {} in the same weeks: where both apply they act in this order", other.name(), policy.name(), policy.lever.value()));
    }
  }
  std::vector<std::string> late;
  for (std::size_t s = 0; s < surveys.size(); ++s)
    if (surveys[s].week > last) late.push_back(fmt::format("{} (week {})", surveys[s].name(), surveys[s].week.value()));
  if (!late.empty()) list.push_back(fmt::format("not held, since the run ends with week {}: {}", last, joined(late)));
  return list;
}

Mechanism& Model::mechanism(const std::string& name) {
  for (const auto& mechanism : mechanisms)
    if (mechanism->name() == name) return *mechanism;
  throw std::logic_error("no mechanism is called " + name);
}

std::vector<Pass> plan(const Model& model) {
  std::vector<Pass> passes;
  std::map<std::pair<Phase, std::string>, std::string> writers;
  Phase last = Phase::publication;
  std::vector<Mechanism*> ordered;
  for (const auto& mechanism : model.mechanisms) ordered.push_back(mechanism.get());
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Mechanism* a, const Mechanism* b) { return a->role().phase < b->role().phase; });
  for (Mechanism* mechanism : ordered) {
    const Phase phase = mechanism->role().phase;
    if (passes.empty() || (phase != last && opens_pass(phase))) passes.emplace_back();
    last = phase;
    passes.back().push_back(mechanism);
    for (const std::string& column : mechanism->role().writes) {
      const auto [at, fresh] = writers.emplace(std::pair{phase, column}, mechanism->name());
      if (!fresh)
        throw std::logic_error(fmt::format("{} and {} both write '{}' in phase {}", at->second, mechanism->name(), column,
                                           phase_names[static_cast<std::size_t>(phase)]));
    }
  }
  return passes;
}

std::string describe_plan(const Model& model) {
  std::string text = "One week, in this order. Each pass goes once over the residents, block by block.\n";
  std::size_t number = 0;
  for (const Pass& pass : plan(model)) {
    text += fmt::format("\npass {}\n", ++number);
    for (const Mechanism* mechanism : pass) {
      const Mechanism::Role& role = mechanism->role();
      text += fmt::format("  {:<14} {:<14} {}{}\n", phase_names[static_cast<std::size_t>(role.phase)], role.name, role.meaning,
                          mechanism->enabled ? "" : " (off)");
      text += fmt::format("  {:<29} reads {}\n  {:<29} writes {}\n", "", joined(role.reads), "", joined(role.writes));
      if (!role.adds.empty()) text += fmt::format("  {:<29} adds to {}\n", "", joined(role.adds));
    }
  }
  text += "\nThen the series are recorded and the clock ticks.\n";
  return text;
}

}  // namespace kurultai
