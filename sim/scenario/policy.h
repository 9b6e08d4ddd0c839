// A policy moves one lever: when (start, end, ramp), where and for whom (its target) and how much (mode, dose).
// It is data; mechanism/ finds the communities, households or residents that a target means and applies it week
// by week. A policy may be a trial: its units are then split by lot into treated and control, and the result
// file records who was what. Policies of one `lot` are the arms of one experiment.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "scenario/field.h"
#include "scenario/scenario.h"

namespace kurultai {

/// The table [policy.NAME]. A community is in the target if it meets every condition that is set, and a resident
/// if the community is and the resident meets every condition on residents; lists that are empty and bounds left
/// at their defaults exclude nobody (but those under 18 where single residents are treated).
struct PolicySpec : Section {
  explicit PolicySpec(std::string name)
      : Section(std::move(name), "moves one lever, in the weeks and for the communities or residents it names") {}

  Text lever{
      *this, {.name = "lever", .meaning = "the lever's path, as 'describe levers' lists them", .source = "design"}, ""};
  Choice mode{*this,
      {.name = "mode",
          .meaning = "what the full dose does to the scenario's value: is added to it, replaces it, multiplies it",
          .source = "design"},
      "add", {"add", "set", "multiply"}};
  Real dose{*this,
      {.name = "dose",
          .unit = "unit of the lever; 1 in mode multiply",
          .meaning = "the full dose; the lever stays inside its range whatever the dose",
          .source = "design"},
      0, {}};
  Whole start{*this,
      {.name = "start",
          .unit = "week",
          .meaning = "first week in force, counted from the end of the warm-up",
          .source = "MODEL 1"},
      0, {0, 5200}};
  Whole end{*this,
      {.name = "end", .unit = "week", .meaning = "last week in force; -1: never ends", .source = "MODEL 1"}, -1,
      {-1, 5200}};
  Whole ramp{*this,
      {.name = "ramp",
          .unit = "week",
          .meaning = "weeks over which the dose grows evenly, full in the last of them; 0 and 1: full at once",
          .source = "MODEL 1"},
      0, {0, 5200}};

  Texts regions{*this, {.name = "regions", .meaning = "codes or names of regions; none: all", .source = "MODEL 1"}, {}};
  Texts districts{
      *this, {.name = "districts", .meaning = "codes or names of districts; none: all", .source = "MODEL 1"}, {}};
  Texts types{*this, {.name = "types", .meaning = "types of community; none: all", .source = "MODEL 1"}, {}};
  Texts communities{
      *this, {.name = "communities", .meaning = "codes or names of communities; none: all", .source = "MODEL 1"}, {}};
  Real income_above{*this,
      {.name = "income_above",
          .unit = "national mean",
          .meaning = "communities of at least this mean income",
          .source = "MODEL 1"},
      0, {0, 1e12}};
  Real income_below{*this,
      {.name = "income_below",
          .unit = "national mean",
          .meaning = "communities of less than this mean income",
          .source = "MODEL 1"},
      1e12, {0, 1e12}};
  Real population_above{*this,
      {.name = "population_above",
          .unit = "inhabitant",
          .meaning = "communities of at least so many inhabitants, whatever the scale of the run",
          .source = "MODEL 1"},
      0, {0, 1e12}};
  Real population_below{*this,
      {.name = "population_below",
          .unit = "inhabitant",
          .meaning = "communities of fewer inhabitants than this, whatever the scale of the run",
          .source = "MODEL 1"},
      1e12, {0, 1e12}};
  Real poorest_share{*this,
      {.name = "poorest_share",
          .meaning = "of the communities that meet the conditions above, the share that is poorest",
          .source = "MODEL 1"},
      1, {0, 1}};
  Real richest_share{*this,
      {.name = "richest_share",
          .meaning = "of the communities that meet the conditions above, the share that is richest",
          .source = "MODEL 1"},
      1, {0, 1}};
  Choice unit{*this,
      {.name = "unit",
          .meaning = "what is treated or not: whole communities, or households or residents within them (only "
                     "levers that are 'personal')",
          .source = "MODEL 1"},
      "community", {"community", "household", "resident"}};
  Flag one{*this,
      {.name = "one",
          .meaning = "unit household: only one of its members in the target, drawn by lot, is treated",
          .source = "Nickerson 2008"},
      false};
  Whole age_from{*this,
      {.name = "age_from",
          .unit = "year",
          .meaning = "residents of at least this age, at the start of the run",
          .source = "MODEL 1"},
      18, {0, 120}};
  Whole age_to{*this,
      {.name = "age_to",
          .unit = "year",
          .meaning = "residents of at most this age, at the start of the run",
          .source = "MODEL 1"},
      120, {0, 120}};
  Choice sex{
      *this, {.name = "sex", .meaning = "residents of this sex", .source = "MODEL 1"}, "any", {"any", "men", "women"}};
  Texts education{*this,
      {.name = "education", .meaning = "residents of these levels of education; none: all", .source = "MODEL 1"}, {}};
  Texts occupations{
      *this, {.name = "occupations", .meaning = "residents of these occupations; none: all", .source = "MODEL 1"}, {}};
  Choice users{*this,
      {.name = "users",
          .meaning = "residents who use a civic platform at the start of the run, or the others",
          .source = "MODEL 1"},
      "any", {"any", "users", "others"}};
  Whole household_size{*this,
      {.name = "household_size",
          .unit = "resident",
          .meaning = "residents of households in which just so many members are of the target's age; "
                     "0: any",
          .source = "MODEL 1"},
      0, {0, 255}};
  Real community_share{*this,
      {.name = "community_share",
          .meaning = "unit household or resident: share of the target's communities, drawn by lot, in which anybody is "
                     "treated at all",
          .source = "MODEL 1; saturation design: Baird et al. 2018 (recalled)"},
      1, {0, 1}};
  Real share{*this,
      {.name = "share", .meaning = "share of the target's units that is treated, drawn by lot", .source = "MODEL 1"}, 1,
      {0, 1}};
  Text lot{*this,
      {.name = "lot",
          .meaning = "policies of one lot are arms of one experiment: no unit is treated by two, and who is treated "
                     "by none is the control of all; empty: a lot of its own, keyed to its name",
          .source = "MODEL 1"},
      ""};
  Flag trial{*this,
      {.name = "trial",
          .meaning = "a randomised trial: treated, control and exposed units are recorded under /policy",
          .source = "MODEL 1"},
      false};
  Text outcome{*this,
      {.name = "outcome",
          .meaning = "of a trial: the form of participation whose matters are recorded resident by resident, "
                     "by its name in the scenario; empty: none",
          .source = "MODEL 1"},
      ""};

  Text meaning_text{*this, {.name = "meaning", .meaning = "what the policy is, for people", .source = "design"}, ""};
  Text source{*this,
      {.name = "source",
          .meaning = "the tag of the source (README) that the policy represents, such as R4",
          .source = "design"},
      ""};

  /// Whether it treats single residents (and households), not whole communities.
  [[nodiscard]] bool within_communities() const { return !unit.is("community"); }
  /// Whether lots leave somebody for comparison, so that it is recorded as a trial.
  [[nodiscard]] bool is_trial() const { return trial || share < 1.0 || community_share < 1.0; }
  /// The name of its lot: its own unless it shares one.
  [[nodiscard]] std::string lot_name() const;

  /// Ends before it starts, bounds that exclude all, a trial without control or without treated, conditions on
  /// residents where communities are treated.
  [[nodiscard]] std::string inconsistency() const override;
};

/// The slice of lots, from 0 to 1, whose units a policy treats.
struct Slice {
  double from = 0;
  double to = 0;
};

/// The slice of each policy: those of one lot lie side by side, in the order of their names; a lot of one begins
/// at 0. In the order of `policies`.
std::vector<Slice> slices(const Collection<PolicySpec>& policies);

/// The share of the full dose in force in `week` (counted from the end of the warm-up, negative before it):
/// 0 before the start and after the end, rising evenly over the ramp, then 1.
double dose_at(const PolicySpec& policy, std::int64_t week);

/// Where the policy moves a lever that stood at `base`, with `share_of_dose` (0 to 1) of its dose in force;
/// held inside `range`. Policies on one lever are applied one after the other, in the order of their names.
double moved(double base, double share_of_dose, const PolicySpec& policy, const Range& range);

/// The lever that `policy` moves. check_policies has made sure that there is one (else std::logic_error).
Lever& lever_of(const PolicySpec& policy, const Registry& registry);

/// Throws scenario_error, with the place, for a policy whose lever is missing, unknown or a parameter that is
/// no lever, or not one that can differ between residents where the policy treats single ones, or whose dose the
/// lever cannot take; for an outcome that is no form of the scenario; for arms of a lot that cannot be told apart.
void check_policies(const Collection<PolicySpec>& policies, const Registry& registry, const ScenarioSource& source);

/// Codes, names and words that targets may use.
struct KnownTargets {
  std::vector<std::string> regions;
  std::vector<std::string> districts;
  std::vector<std::string> types;
  std::vector<std::string> communities;
  std::vector<std::string> education;
  std::vector<std::string> occupations;
};

/// Throws scenario_error, with the place and the nearest name, for a target that names what is not in `known`.
void check_targets(const Collection<PolicySpec>& policies, const KnownTargets& known, const ScenarioSource& source);

}  // namespace kurultai
