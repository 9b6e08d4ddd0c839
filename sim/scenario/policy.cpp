#include "scenario/policy.h"

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <map>

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
  if (mode == Mode::multiply && dose < 0) return "a lever is multiplied by a dose of at least 0";
  if (age_from > age_to) return fmt::format("age_from {} is above age_to {}", age_from.value(), age_to.value());
  if (one && unit != TreatedUnit::household)
    return "one member of a household is drawn where unit = \"household\" only";
  if (!outcome.value().empty() && !trial) return "an outcome is recorded of trials only: trial = true";
  if (!within_communities())
    for (const Field* field : std::initializer_list<const Field*>{
             &age_from, &age_to, &sex, &education, &occupations, &users, &household_size, &community_share})
      if (field->get() != field->default_value())
        return fmt::format(
            "{} chooses residents, but whole communities are treated: set unit = \"resident\" or "
            "\"household\"",
            field->about().name);
  return {};
}

std::string PolicySpec::lot_name() const {
  return lot.value().empty() ? name() : name().substr(0, name().find('.') + 1) + lot.value();
}

std::vector<Slice> slices(const Collection<PolicySpec>& policies) {
  std::map<std::string, double> taken;
  std::vector<Slice> all;
  for (std::size_t p = 0; p < policies.size(); ++p) {
    double& from = taken[policies[p].lot_name()];
    const double to = from + policies[p].share;
    all.push_back({from, to > 1.0 - 1e-9 ? 1.0 : to});
    from = to;
  }
  return all;
}

double dose_at(const PolicySpec& policy, std::int64_t week) {
  if (week < policy.start || (policy.end != -1 && week > policy.end)) return 0;
  const std::int64_t weeks_in_force = week - policy.start + 1;
  if (weeks_in_force >= policy.ramp) return 1;
  return static_cast<double>(weeks_in_force) / static_cast<double>(policy.ramp.value());
}

double moved(double base, double share_of_dose, const PolicySpec& policy, const Range& range) {
  double value = base;
  switch (policy.mode) {
    case Mode::add: value = base + share_of_dose * policy.dose; break;
    case Mode::set: value = base + share_of_dose * (policy.dose - base); break;
    case Mode::multiply: value = base * (1 + share_of_dose * (policy.dose - 1)); break;
  }
  return std::clamp(value, range.low, range.high);
}

Lever& lever_of(const PolicySpec& policy, const Registry& registry) {
  Field* field = registry.find(policy.lever.value());
  ensure(field && field->kind() == Field::Kind::lever, "a policy's lever was checked");
  return static_cast<Lever&>(*field);
}

namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

void check_outcomes(const Collection<PolicySpec>& policies, const Registry& registry, const ScenarioSource& source) {
  std::vector<std::string> forms;
  for (const AnyCollection* collection : registry.collections())
    if (collection->name() == "form")
      for (const Section* form : collection->entries()) forms.push_back(collection->key_of_entry(*form));
  for (std::size_t k = 0; k < policies.size(); ++k) {
    const Text& outcome = policies[k].outcome;
    if (outcome.value().empty()) continue;
    if (std::find(forms.begin(), forms.end(), outcome.value()) != forms.end()) {
      const Field* standing = registry.find("form." + outcome.value() + ".standing");
      if (standing != nullptr && std::get<bool>(standing->get()))
        throw scenario_error(source.place_of(outcome.path()),
            fmt::format("{}: {} is a standing form", outcome.path(), to_toml(outcome.get())),
            "what is always possible has no matters that close, round by round",
            "name a form with matters, or measure its series by arm");
      continue;
    }
    throw scenario_error(source.place_of(outcome.path()),
        fmt::format("{}: unknown form {}", outcome.path(), to_toml(outcome.get())),
        "the scenario has no form of that name",
        did_you_mean(nearest(outcome.value(), forms), forms.empty() ? "" : "there are: " + listed(forms)));
  }
}

void check_lots(const Collection<PolicySpec>& policies, const ScenarioSource& source) {
  std::map<std::string, std::vector<const PolicySpec*>> lots;
  for (std::size_t k = 0; k < policies.size(); ++k) lots[policies[k].lot_name()].push_back(&policies[k]);
  for (const auto& entry : lots) {
    const std::string& lot = entry.first;  // names of their own: clang 14 does not capture structured bindings
    const std::vector<const PolicySpec*>& arms = entry.second;
    double shares = 0;
    for (const PolicySpec* arm : arms) {
      shares += arm->share;
      const auto differs = [&](const Field& mine, const Field& first) {
        if (mine.get() == first.get()) return;
        throw scenario_error(source.place_of(mine.path()),
            fmt::format("{} and {} share a lot but differ in {}", arms.front()->name(), arm->name(), mine.about().name),
            "the arms of one experiment are drawn from the same units",
            fmt::format("set {} to {} in both, or take another lot", mine.about().name, to_toml(first.get())));
      };
      differs(arm->unit, arms.front()->unit);
      differs(arm->one, arms.front()->one);
      differs(arm->community_share, arms.front()->community_share);
    }
    if (arms.size() > 1 && shares > 1.0 + 1e-9)
      throw scenario_error(source.place_of(arms.back()->share.path()),
          fmt::format("the shares of the {} arms of {} add up to {:g}", arms.size(), lot, shares),
          "no unit is treated by two arms of one lot", "let them add up to at most 1");
  }
}

}  // namespace

void check_policies(const Collection<PolicySpec>& policies, const Registry& registry, const ScenarioSource& source) {
  // Looked up for messages only: a sweep asks for each of a hundred thousand points.
  const auto levers = [&](bool personal_only) {
    std::vector<std::string> paths;
    for (const Lever* lever : registry.levers())
      if (!personal_only || lever->about().personal) paths.push_back(lever->path());
    std::sort(paths.begin(), paths.end());
    return paths;
  };
  for (std::size_t k = 0; k < policies.size(); ++k) {
    const PolicySpec& policy = policies[k];
    const std::string& path = policy.lever.value();
    const std::string place = source.place_of(policy.lever.path());
    if (path.empty())
      throw scenario_error(place, fmt::format("{} names no lever", policy.name()), "a policy moves one lever",
          "'describe levers' lists them");
    const Field* field = registry.find(path);
    if (!field || field->kind() != Field::Kind::lever) {
      throw scenario_error(place,
          field ? fmt::format("{}: policy on a parameter that is no lever, {}", policy.name(), path)
                : fmt::format("{}: unknown lever {}", policy.name(), to_toml(path)),
          field ? "policies move levers only" : "there is no such lever",
          did_you_mean(nearest(path, levers(false)), "'describe levers' lists them"));
    }
    const Range& range = static_cast<const Lever&>(*field).range();
    if (policy.mode == Mode::set && (policy.dose < range.low || policy.dose > range.high))
      throw scenario_error(source.place_of(policy.dose.path()),
          fmt::format("{} cannot set {} to {}", policy.name(), path, to_toml(policy.dose.get())),
          "outside the lever's range", "allowed: " + field->allowed());
    if (policy.within_communities() && !field->about().personal)
      throw scenario_error(source.place_of(policy.unit.path()),
          fmt::format("{} moves {} for single {}s", policy.name(), path, policy.unit.value()),
          "the lever is one for a whole community",
          fmt::format("set unit = \"community\", or move one of {}", listed(levers(true))));
  }
  check_outcomes(policies, registry, source);
  check_lots(policies, source);
}

void check_targets(const Collection<PolicySpec>& policies, const KnownTargets& known, const ScenarioSource& source) {
  const auto check = [&](const Texts& targets, const std::vector<std::string>& there, const char* what,
                         const char* why) {
    for (const std::string& target : targets.value()) {
      if (std::find(there.begin(), there.end(), target) != there.end()) continue;
      throw scenario_error(source.place_of(targets.path()),
          fmt::format("{}: unknown {} {}", targets.path(), what, to_toml(target)), why,
          did_you_mean(nearest(target, there), there.size() <= 12 ? "there are: " + listed(there) : ""));
    }
  };
  // Places by code, then name, one after the other: a name that several have means none of them, unless regions tell
  // which.
  const auto single = [&](const PolicySpec& policy, const Texts& targets, const std::vector<std::string>& there) {
    if (&targets != &policy.regions && !policy.regions.value().empty()) return;
    for (const std::string& target : targets.value()) {
      std::vector<std::string> codes;
      bool is_code = false;
      for (std::size_t k = 0; k + 1 < there.size(); k += 2) {
        is_code = is_code || there[k] == target;
        if (there[k + 1] == target) codes.push_back(there[k]);
      }
      if (is_code || codes.size() < 2) continue;
      throw scenario_error(source.place_of(targets.path()),
          fmt::format("{}: {} names no single place", targets.path(), to_toml(target)),
          fmt::format("{} are called so", codes.size()), "choose by code: " + listed(codes));
    }
  };
  constexpr const char* no_place = "the society has none of that code or name";
  for (std::size_t k = 0; k < policies.size(); ++k) {
    check(policies[k].regions, known.regions, "place", no_place);
    check(policies[k].districts, known.districts, "place", no_place);
    check(policies[k].types, known.types, "place", no_place);
    check(policies[k].communities, known.communities, "place", no_place);
    single(policies[k], policies[k].regions, known.regions);
    single(policies[k], policies[k].districts, known.districts);
    single(policies[k], policies[k].communities, known.communities);
    check(policies[k].education, known.education, "education", "residents have none of that name");
    check(policies[k].occupations, known.occupations, "occupation", "residents have none of that name");
  }
}

}  // namespace kurultai
