// A measure: one number out of a run, such as "mean turnout of the participatory budget in year 5". Designs vary
// parameters; sensitivity, calibration, comparison and the rule for enough replicates look at measures.
#pragma once

#include <string>

#include "observation/result.h"
#include "scenario/field.h"
#include "scenario/scenario.h"

namespace kurultai {

/// The table [measure.NAME].
struct MeasureSpec : Section {
  explicit MeasureSpec(std::string name) : Section(std::move(name), "one number out of each run") {}
  Text series{*this, {.name = "series", .meaning = "the series, as 'describe outputs' lists them; empty: the measure's own name", .source = "design"}, ""};
  Text level{*this, {.name = "level", .meaning = "nation, region, community_type, stratum, arm, district or community", .source = "design"}, "nation"};
  Texts at{*this, {.name = "at", .meaning = "labels of the other dimensions: \"form=e-vote\", \"region=Almaty\"", .source = "design"}, {}};
  Texts minus{*this, {.name = "minus", .meaning = "labels, as in `at`, of what is taken off: the measure is the difference (\"arm=mail: control\"); dimensions not named are as in `at`; none: nothing", .source = "design"}, {}};
  Flag untreated{*this, {.name = "untreated", .meaning = "whether the same in the twin run without policies is taken off (sweep.untreated): what is left is due to the policies, not to the lots", .source = "design"}, false};
  Whole first{*this, {.name = "first", .unit = "week", .meaning = "first week looked at; negative: counted from the end", .source = "design"}, 0, {-5200, 5200}};
  Whole last{*this, {.name = "last", .unit = "week", .meaning = "last week looked at; negative: counted from the end", .source = "design"}, -1, {-5200, 5200}};
  Choice reduce{*this, {.name = "reduce", .meaning = "what becomes of the weeks", .source = "design"}, "mean", {"mean", "last", "sum", "least", "greatest"}};
};

/// The measure's value in `result`: that of `at`, less that of `minus` if it names anything, less the same
/// without policies if it is `untreated`; NaN if the weeks looked at hold no value. Throws scenario_error at `place`,
/// with the nearest name, if the result has no such series, level or label, or a dimension is left open.
double measured(const MeasureSpec& spec, const std::string& key, const Result& result, const std::string& place);

/// If `measures` is empty: one for each of the nation's series over weeks alone, its mean over all weeks.
void default_measures(Collection<MeasureSpec>& measures, const Result& result);

}  // namespace kurultai
