#include "scenario/policy.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/nearest.h"

namespace kurultai {

std::string PolicySpec::inconsistency() const {
  if (end != -1 && end < start)
    return fmt::format("it ends in week {}, before its start in week {}", end.value(), start.value());
  if (income_above >= income_below) return "income_above must be less than income_below";
  if (population_above >= population_below) return "population_above must be less than population_below";
  if (poorest_share + richest_share <= 1) return "poorest_share and richest_share together leave nobody";
  if (trial && (share <= 0 || share >= 1))
    return "a trial needs a share between 0 and 1, so that some are treated and some not";
  if (mode.is("multiply") && dose < 0) return "a lever is multiplied by a dose of at least 0";
  return {};
}

double dose_at(const PolicySpec& policy, std::int64_t week) {
  if (week < policy.start || (policy.end != -1 && week > policy.end)) return 0;
  const std::int64_t weeks_in_force = week - policy.start + 1;
  if (weeks_in_force >= policy.ramp) return 1;
  return static_cast<double>(weeks_in_force) / static_cast<double>(policy.ramp.value());
}

double moved(double base, double share_of_dose, const PolicySpec& policy, const Range& range) {
  double value = base;
  switch (policy.mode.index()) {
    case 0: value = base + share_of_dose * policy.dose; break;
    case 1: value = base + share_of_dose * (policy.dose - base); break;
    case 2: value = base * (1 + share_of_dose * (policy.dose - 1)); break;
    default: ensure(false, "a policy's mode is add, set or multiply");
  }
  return std::clamp(value, range.low, range.high);
}

Lever& lever_of(const PolicySpec& policy, const Registry& registry) {
  Field* field = registry.find(policy.lever.value());
  ensure(field && field->kind() == Field::Kind::lever, "a policy's lever was checked");
  return static_cast<Lever&>(*field);
}

void check_policies(const Collection<PolicySpec>& policies, const Registry& registry,
                    const ScenarioSource& source) {
  std::vector<std::string> levers;
  for (const std::string& path : registry.paths())
    if (registry.find(path)->kind() == Field::Kind::lever) levers.push_back(path);
  for (std::size_t k = 0; k < policies.size(); ++k) {
    const PolicySpec& policy = policies[k];
    const std::string& path = policy.lever.value();
    const std::string place = source.place_of(policy.lever.path());
    if (path.empty())
      throw scenario_error(place, fmt::format("{} names no lever", policy.name()), "a policy moves one lever",
                           "'describe levers' lists them");
    const Field* field = registry.find(path);
    if (!field || field->kind() != Field::Kind::lever) {
      const std::string near = nearest(path, levers);
      throw scenario_error(
          place,
          field ? fmt::format("{}: policy on a parameter that is no lever, {}", policy.name(), path)
                : fmt::format("{}: unknown lever {}", policy.name(), to_toml(path)),
          field ? "policies move levers only" : "there is no such lever",
          near.empty() ? "'describe levers' lists them" : fmt::format("did you mean '{}'?", near));
    }
    const Range& range = static_cast<const Lever&>(*field).range();
    if (policy.mode.is("set") && (policy.dose < range.low || policy.dose > range.high))
      throw scenario_error(
          source.place_of(policy.dose.path()),
          fmt::format("{} cannot set {} to {}", policy.name(), path, to_toml(policy.dose.get())),
          "outside the lever's range", "allowed: " + field->allowed());
  }
}

void check_targets(const Collection<PolicySpec>& policies, const KnownPlaces& known,
                   const ScenarioSource& source) {
  const auto check = [&](const Texts& targets, const std::vector<std::string>& places) {
    for (const std::string& target : targets.value()) {
      if (std::find(places.begin(), places.end(), target) != places.end()) continue;
      const std::string near = nearest(target, places);
      throw scenario_error(source.place_of(targets.path()),
                           fmt::format("{}: unknown place {}", targets.path(), to_toml(target)),
                           "the society has none of that code or name",
                           near.empty() ? "" : fmt::format("did you mean '{}'?", near));
    }
  };
  for (std::size_t k = 0; k < policies.size(); ++k) {
    check(policies[k].regions, known.regions);
    check(policies[k].districts, known.districts);
    check(policies[k].types, known.types);
    check(policies[k].communities, known.communities);
  }
}

}  // namespace kurultai
