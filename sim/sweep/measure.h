// A measure: one number out of a run, such as "mean turnout of the participatory budget in year 5". Designs vary
// parameters; sensitivity, calibration, comparison and the rule for enough replicates look at measures.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/course.h"
#include "observation/output_settings.h"
#include "observation/result.h"
#include "scenario/field.h"
#include "scenario/scenario.h"
#include "sweep/experiment.h"

namespace kurultai {

/// What becomes of the weeks that a measure looks at.
enum class Reduce : std::uint8_t { mean, last, sum, least, greatest };
template <> inline constexpr auto words<Reduce> = std::array{"mean", "last", "sum", "least", "greatest"};

/// The table [measure.NAME].
struct MeasureSpec : Section {
  explicit MeasureSpec(std::string name) : Section(std::move(name), "one number out of each run") {}
  Text series{
      *this, "series", "", "the series, as 'describe outputs' lists them; empty: the measure's own name", "design"};
  Text level{*this, "level", "nation", "nation, region, community_type, stratum, arm, district or community", "design"};
  Texts at{*this, "at", {},
      "labels of the other dimensions, each by key or title: \"form=e_vote\", \"region=Almaty city\"", "design"};
  Texts minus{*this, "minus", {},
      "labels, as in `at`, of what is taken off: the measure is the difference (\"arm=mail: control\"); dimensions not "
      "named are as in `at`; none: nothing",
      "design"};
  Flag untreated{*this, "untreated", false,
      "whether the same in the twin run without policies is taken off (sweep.untreated): what is left is due to the "
      "policies, not to the lots",
      "design"};
  Whole first{*this, "first", 0, {-5200, 5200}, "first week looked at; negative: counted from the end", "design",
      {.unit = "week"}};
  Whole last{*this, "last", -1, {-5200, 5200}, "last week looked at; negative: counted from the end", "design",
      {.unit = "week"}};
  Choice<Reduce> reduce{*this, "reduce", Reduce::mean, "what becomes of the weeks", "design"};
};

/// The measure's value in `result`: that of `at`, less that of `minus` if it names anything, less the same
/// without policies if it is `untreated`; NaN if the weeks looked at hold no value. Every week counts, whatever is
/// kept, if the series was watched (Experiment::watch), else those that are kept; with `common` only those of them that
/// it lists, in order, and a negative first or last counts from its end. Throws scenario_error at `place`, with the
/// nearest name, if the result has no such series, level or label, or a dimension is left open.
double measured(const MeasureSpec& spec, const std::string& key, const Result& result, const std::string& place,
    const std::vector<double>* common = nullptr);

/// The weeks of a run over which a measure looks, and what is to be said of them.
struct Window {
  std::int64_t first = 0;
  std::int64_t last = -1;    ///< last < first: none
  std::int64_t outside = 0;  ///< weeks asked for beside those, before the first or after the last week of the run
  std::int64_t left_out =
      0;  ///< of first to last: weeks in which the series would look back on fewer weeks than it says
  std::int64_t before_effect = 0;  ///< of first to last: weeks before the policies' full effect
  std::int64_t full_effect =
      Course::none;  ///< the first week that shows it: start + ramp + the weeks that the series looks back on
  [[nodiscard]] std::int64_t weeks() const { return last < first ? 0 : last - first + 1; }
};
/// The window of `spec` in a run of that course, of a series that looks back on `weeks_needed` weeks. A measure that
/// ends before the first policy begins looks at what was before, and has none before the effect.
Window window_of(const MeasureSpec& spec, std::int64_t weeks_needed, const Course& course);

/// The series that `spec` looks at in `result`. Throws scenario_error as `measured` does.
const Variable& series_of(
    const MeasureSpec& spec, const std::string& key, const Result& result, const std::string& place);

/// Throws scenario_error at `place` if the window has no week, or none in which `series` has a value.
void check_window(const Window& window, const MeasureSpec& spec, const std::string& key, const Variable& series,
    const Course& course, const std::string& place);

/// A measure that is read, under `name`: what remarks are about. `series` needs its facts only.
struct Reading {
  std::string name;
  const Variable* series = nullptr;
  Window window;
  Course course;
};
/// The same of a measure in a sweep's file, from its facts.
Reading reading_of(const Variable& measure, const std::string& name);
/// What readers should know, a line each, of all that are alike in it: weeks that are left out, weeks before the
/// policies' full effect and the `first` that leaves them out, and series that are not to be read at the scale of the
/// runs.
std::vector<std::string> remarks(const std::vector<Reading>& readings);

/// How a measure reads `series` at the points of a sweep, whose settings `settings` gives: of their windows that with
/// the most weeks of no use. Throws scenario_error at `place` if one has no week or no value (check_window).
Reading reading_of(const MeasureSpec& spec, const std::string& key, const Variable& series,
    const Experiment& experiment, std::size_t points, const std::function<std::vector<Setting>(std::size_t)>& settings,
    const std::string& place);

/// Throws scenario_error for a measure that `outline` does not have, or whose window has no week or no value at some
/// point; else what is to be remarked of them. `settings` gives the settings of a point.
std::vector<std::string> check_measures(const Collection<MeasureSpec>& measures, const ScenarioSource& source,
    const Experiment& experiment, const Result& outline, std::size_t points,
    const std::function<std::vector<Setting>(std::size_t)>& settings);

/// What is to be watched for `measures`.
std::vector<Watched> watched_by(const Collection<MeasureSpec>& measures);

/// If `measures` is empty: one for each of the nation's series over weeks alone, its mean over all weeks; series
/// without a value in a run of that course are left out.
void default_measures(Collection<MeasureSpec>& measures, const Result& result, const Course& course = {});

/// The weeks of which `result` has values of what `spec` looks at: every week if that is watched, else those that are
/// kept.
std::vector<double> weeks_of(const MeasureSpec& spec, const std::string& key, const Result& result);

/// The fact `name` of a variable; `otherwise` if it has none.
std::int64_t whole_fact(const Variable& variable, const char* name, std::int64_t otherwise);
double real_fact(const Variable& variable, const char* name, double otherwise);

}  // namespace kurultai
