// A policy moves one lever: when (start, end, ramp), where (its target) and how much (mode, dose). It is
// data; mechanism/ finds the communities that a target means and applies it week by week. A policy may be a
// trial: its communities are then split by lot into treated and control, and the result file records who was
// what.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "scenario/field.h"
#include "scenario/scenario.h"

namespace kurultai {

/// The table [policy.NAME]. A community is in the target if it meets every condition that is set; lists that
/// are empty and bounds left at their defaults exclude nobody.
struct PolicySpec : Section {
  explicit PolicySpec(std::string name)
      : Section(std::move(name), "moves one lever, in the weeks and communities it names") {}

  Text lever{
      *this,
      {.name = "lever", .meaning = "the lever's path, as 'describe levers' lists them", .source = "design"},
      ""};
  Choice mode{
      *this,
      {.name = "mode",
       .meaning =
           "what the full dose does to the scenario's value: is added to it, replaces it, multiplies it",
       .source = "design"},
      "add",
      {"add", "set", "multiply"}};
  Real dose{*this,
            {.name = "dose",
             .unit = "unit of the lever; 1 in mode multiply",
             .meaning = "the full dose; the lever stays inside its range whatever the dose",
             .source = "design"},
            0,
            {}};
  Whole start{*this,
              {.name = "start",
               .unit = "week",
               .meaning = "first week in force, counted from the end of the warm-up",
               .source = "MODEL 1"},
              0,
              {0, 5200}};
  Whole end{
      *this,
      {.name = "end", .unit = "week", .meaning = "last week in force; -1: never ends", .source = "MODEL 1"},
      -1,
      {-1, 5200}};
  Whole ramp{
      *this,
      {.name = "ramp",
       .unit = "week",
       .meaning = "weeks over which the dose grows evenly, full in the last of them; 0 and 1: full at once",
       .source = "MODEL 1"},
      0,
      {0, 5200}};

  Texts regions{
      *this, {.name = "regions", .meaning = "codes or names of regions; none: all", .source = "MODEL 1"}, {}};
  Texts districts{
      *this,
      {.name = "districts", .meaning = "codes or names of districts; none: all", .source = "MODEL 1"},
      {}};
  Texts types{*this, {.name = "types", .meaning = "types of community; none: all", .source = "MODEL 1"}, {}};
  Texts communities{
      *this,
      {.name = "communities", .meaning = "codes or names of communities; none: all", .source = "MODEL 1"},
      {}};
  Real income_above{*this,
                    {.name = "income_above",
                     .unit = "national mean",
                     .meaning = "communities of at least this mean income",
                     .source = "MODEL 1"},
                    0,
                    {0, 1e12}};
  Real income_below{*this,
                    {.name = "income_below",
                     .unit = "national mean",
                     .meaning = "communities of less than this mean income",
                     .source = "MODEL 1"},
                    1e12,
                    {0, 1e12}};
  Real population_above{
      *this,
      {.name = "population_above",
       .unit = "inhabitant",
       .meaning = "communities of at least so many inhabitants, whatever the scale of the run",
       .source = "MODEL 1"},
      0,
      {0, 1e12}};
  Real population_below{
      *this,
      {.name = "population_below",
       .unit = "inhabitant",
       .meaning = "communities of fewer inhabitants than this, whatever the scale of the run",
       .source = "MODEL 1"},
      1e12,
      {0, 1e12}};
  Real poorest_share{
      *this,
      {.name = "poorest_share",
       .meaning = "of the communities that meet the conditions above, the share that is poorest",
       .source = "MODEL 1"},
      1,
      {0, 1}};
  Real richest_share{
      *this,
      {.name = "richest_share",
       .meaning = "of the communities that meet the conditions above, the share that is richest",
       .source = "MODEL 1"},
      1,
      {0, 1}};
  Real share{
      *this,
      {.name = "share",
       .meaning =
           "share of the target's communities that is treated, drawn by lot keyed to the policy's name",
       .source = "MODEL 1"},
      1,
      {0, 1}};
  Flag trial{
      *this,
      {.name = "trial",
       .meaning = "a randomised trial: treated, control and exposed communities are recorded under /policy",
       .source = "MODEL 1"},
      false};

  Text meaning_text{
      *this, {.name = "meaning", .meaning = "what the policy is, for people", .source = "design"}, ""};
  Text source{*this,
              {.name = "source",
               .meaning = "the tag of the source (README) that the policy represents, such as R4",
               .source = "design"},
              ""};

  /// Ends before it starts, bounds that exclude all, a trial without control or without treated.
  [[nodiscard]] std::string inconsistency() const override;
};

/// The share of the full dose in force in `week` (counted from the end of the warm-up, negative before it):
/// 0 before the start and after the end, rising evenly over the ramp, then 1.
double dose_at(const PolicySpec& policy, std::int64_t week);

/// Where the policy moves a lever that stood at `base`, with `share_of_dose` (0 to 1) of its dose in force;
/// held inside `range`. Policies on one lever are applied one after the other, in the order of their names.
double moved(double base, double share_of_dose, const PolicySpec& policy, const Range& range);

/// The lever that `policy` moves. check_policies has made sure that there is one (else std::logic_error).
Lever& lever_of(const PolicySpec& policy, const Registry& registry);

/// Throws scenario_error, with the place, for a policy whose lever is missing, unknown or a parameter that is
/// no lever, or whose dose the lever cannot take.
void check_policies(const Collection<PolicySpec>& policies, const Registry& registry,
                    const ScenarioSource& source);

/// Codes and names that targets may use.
struct KnownPlaces {
  std::vector<std::string> regions;
  std::vector<std::string> districts;
  std::vector<std::string> types;
  std::vector<std::string> communities;
};

/// Throws scenario_error, with the place and the nearest name, for a target that names a place not in
/// `known`.
void check_targets(const Collection<PolicySpec>& policies, const KnownPlaces& known,
                   const ScenarioSource& source);

}  // namespace kurultai
