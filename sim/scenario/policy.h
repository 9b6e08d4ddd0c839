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

/// What the full dose does to the scenario's value of a lever.
enum class Mode : std::uint8_t { add, set, multiply };
template <> inline constexpr auto words<Mode> = std::array{"add", "set", "multiply"};
/// What is treated or not.
enum class TreatedUnit : std::uint8_t { community, household, resident };
template <> inline constexpr auto words<TreatedUnit> = std::array{"community", "household", "resident"};
/// Of which sex; men and women stand as Sex does, after any.
enum class WhichSex : std::uint8_t { any, men, women };
template <> inline constexpr auto words<WhichSex> = std::array{"any", "men", "women"};
/// Who uses a civic platform at the start, or the others.
enum class Users : std::uint8_t { any, users, others };
template <> inline constexpr auto words<Users> = std::array{"any", "users", "others"};

/// The table [policy.NAME]. A community is in the target if it meets every condition that is set, and a resident
/// if the community is and the resident meets every condition on residents; lists that are empty and bounds left
/// at their defaults exclude nobody (but those under 18 where single residents are treated).
struct PolicySpec : Section {
  explicit PolicySpec(std::string name)
      : Section(std::move(name), "moves one lever, in the weeks and for the communities or residents it names") {}

  Text lever{*this, "lever", "", "the lever's path, as 'describe levers' lists them", "design"};
  Choice<Mode> mode{*this, "mode", Mode::add,
      "what the full dose does to the scenario's value: is added to it, replaces it, multiplies it", "design"};
  Real dose{*this, "dose", 0, {}, "the full dose; the lever stays inside its range whatever the dose", "design",
      {.unit = "unit of the lever; 1 in mode multiply"}};
  Whole start{*this, "start", 0, {0, 5200}, "first week in force, counted from the end of the warm-up", "MODEL 7.1",
      {.unit = "week"}};
  Whole end{*this, "end", -1, {-1, 5200}, "last week in force; -1: never ends", "MODEL 7.1", {.unit = "week"}};
  Whole ramp{*this, "ramp", 0, {0, 5200},
      "weeks over which the dose grows evenly, full in the last of them; 0 and 1: full at once", "MODEL 7.1",
      {.unit = "week"}};

  Texts regions{*this, "regions", {}, "codes or names of regions; none: all", "MODEL 7.1"};
  Texts districts{*this, "districts", {}, "codes or names of districts; none: all", "MODEL 7.1"};
  Texts types{*this, "types", {}, "types of community; none: all", "MODEL 7.1"};
  Texts communities{*this, "communities", {}, "codes or names of communities; none: all", "MODEL 7.1"};
  Real income_above{*this, "income_above", 0, {0, 1e12}, "communities of at least this mean income", "MODEL 7.1",
      {.unit = "national mean"}};
  Real income_below{*this, "income_below", 1e12, {0, 1e12}, "communities of less than this mean income", "MODEL 7.1",
      {.unit = "national mean"}};
  Real population_above{*this, "population_above", 0, {0, 1e12},
      "communities of at least so many inhabitants, whatever the scale of the run", "MODEL 7.1",
      {.unit = "inhabitant"}};
  Real population_below{*this, "population_below", 1e12, {0, 1e12},
      "communities of fewer inhabitants than this, whatever the scale of the run", "MODEL 7.1", {.unit = "inhabitant"}};
  Real poorest_share{*this, "poorest_share", 1, {0, 1},
      "of the communities that meet the conditions above, the share that is poorest", "MODEL 7.1"};
  Real richest_share{*this, "richest_share", 1, {0, 1},
      "of the communities that meet the conditions above, the share that is richest", "MODEL 7.1"};
  Choice<TreatedUnit> unit{*this, "unit", TreatedUnit::community,
      "what is treated or not: whole communities, or households or residents within them (only levers that are "
      "'personal')",
      "MODEL 7.1"};
  Flag one{*this, "one", false, "unit household: only one of its members in the target, drawn by lot, is treated",
      "Nickerson 2008"};
  Whole age_from{*this, "age_from", 18, {0, 120}, "residents of at least this age, at the start of the run",
      "MODEL 7.1", {.unit = "year"}};
  Whole age_to{*this, "age_to", 120, {0, 120}, "residents of at most this age, at the start of the run", "MODEL 7.1",
      {.unit = "year"}};
  Choice<WhichSex> sex{*this, "sex", WhichSex::any, "residents of this sex", "MODEL 7.1"};
  Texts education{*this, "education", {}, "residents of these levels of education; none: all", "MODEL 7.1"};
  Texts occupations{*this, "occupations", {}, "residents of these occupations; none: all", "MODEL 7.1"};
  Choice<Users> users{*this, "users", Users::any,
      "residents who use a civic platform at the start of the run, or the others", "MODEL 7.1"};
  Whole household_size{*this, "household_size", 0, {0, 255},
      "residents of households in which just so many members are of the target's age; 0: any", "MODEL 7.1",
      {.unit = "resident"}};
  Real community_share{*this, "community_share", 1, {0, 1},
      "unit household or resident: share of the target's communities, drawn by lot, in which anybody is treated at all",
      "MODEL 7.1; saturation design: Baird et al. 2018 (recalled)"};
  Real share{*this, "share", 1, {0, 1}, "share of the target's units that is treated, drawn by lot", "MODEL 7.1"};
  Text lot{*this, "lot", "",
      "policies of one lot are arms of one experiment: no unit is treated by two, and who is treated by none is the "
      "control of all; empty: a lot of its own, keyed to its name",
      "MODEL 7.1"};
  Flag trial{*this, "trial", false, "a randomised trial: treated, control and exposed units are recorded under /policy",
      "MODEL 7.1"};
  Text outcome{*this, "outcome", "",
      "of a trial: the form of participation whose matters are recorded resident by resident, by its name in the "
      "scenario; empty: none",
      "MODEL 7.1"};

  Text meaning_text{*this, "meaning", "", "what the policy is, for people", "design"};
  Text source{*this, "source", "", "the tag of the source (README) that the policy represents, such as R4", "design"};

  /// Whether it treats single residents (and households), not whole communities.
  [[nodiscard]] bool within_communities() const { return unit != TreatedUnit::community; }
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
