#include "command/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/console.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/nearest.h"
#include "base/parallel.h"
#include "command/number_text.h"
#include "command/plan.h"
#include "command/verbs.h"
#include "engine/identity.h"
#include "engine/output.h"
#include "engine/result_head.h"
#include "engine/result_reader.h"
#include "engine/simulation.h"
#include "observation/result_builder.h"
#include "sweep/execution.h"
#include "sweep/societies.h"
#include "sweep/statistics.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Error usage(
    const std::string& place, const std::string& problem, const std::string& why, const std::string& suggestion) {
  return Error(ExitCode::usage, {place, problem, why, suggestion});
}

std::int64_t whole_attribute(const Result& result, const std::string& name) {
  const auto found = result.attributes.find(name);
  const auto* whole = found == result.attributes.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
  return whole == nullptr ? 0 : *whole;
}

bool is_scenario(const std::string& file) { return fs::path(file).extension() == ".toml"; }

// --- What is looked at -----------------------------------------------------------------------------------------

/// A measure of runs: what to look at, and how it is called.
struct Look {
  std::string region;
  std::string name;
  std::unique_ptr<MeasureSpec> spec;
};

struct NamedSeries {
  std::string name;
  std::vector<std::string> at;
};

NamedSeries parsed(const std::string& text) {
  NamedSeries series;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, '@');) {
    if (series.name.empty())
      series.name = part;
    else
      series.at.push_back(part);
  }
  if (series.name.empty())
    throw usage("--series " + text, "names no series", "", "write --series NAME, or NAME@form=LABEL");
  return series;
}

/// The series of `result` at `level` over weeks (and the level's places) alone.
std::vector<std::string> plain_series(const Result& result, const std::string& level) {
  std::vector<std::string> names;
  const Group* group = result.group("series/" + level);
  if (group == nullptr) return names;
  for (const Variable& variable : group->variables)
    if (variable.dimensions ==
        (level == "nation" ? std::vector<std::string>{"week"} : std::vector<std::string>{"week", level}))
      names.push_back(variable.name);
  return names;
}

std::vector<Look> looks(const CompareOptions& options, const Result& a, const Result& b) {
  std::vector<Look> list;
  const std::string level = options.by.empty() ? "nation" : options.by;
  std::vector<NamedSeries> series;
  std::set<std::string> named;
  for (const std::string& text : options.series)
    if (named.insert(text).second) series.push_back(parsed(text));  // named twice, shown once
  if (series.empty()) {
    const std::vector<std::string> also = plain_series(b, level);
    for (const std::string& name : plain_series(a, level))
      if (std::find(also.begin(), also.end(), name) != also.end()) series.push_back({name, {}});
  }
  std::vector<std::string> places = {""};
  if (level != "nation") {
    const auto labels = [&](const Result& result, const std::string& name) -> const std::vector<std::string>& {
      const Group* group = result.group("series/" + level);
      const Coordinate* coordinate = group == nullptr ? nullptr : group->coordinate(level);
      if (coordinate == nullptr)
        throw usage("--by " + level, fmt::format("{} has no series by {}", name, level), "it was not kept",
            fmt::format("run it with \"{}\" among output.levels (of a sweep: sweep.keep_levels)", level));
      return std::get<std::vector<std::string>>(coordinate->values);
    };
    places.clear();
    const std::vector<std::string>& also = labels(b, "B");
    for (const std::string& place : labels(a, "A"))
      if (std::find(also.begin(), also.end(), place) != also.end()) places.push_back(place);
  }
  for (const std::string& place : places)
    for (const NamedSeries& s : series) {
      Look look{place, s.name, std::make_unique<MeasureSpec>("measure." + s.name)};
      std::vector<std::string> at = s.at;
      for (const std::string& label : at) look.name += "@" + label;
      if (!place.empty()) at.push_back(level + "=" + place);
      bool fits =
          look.spec->series.set(s.name).empty() && look.spec->level.set(level).empty() && look.spec->at.set(at).empty();
      if (options.last) fits = fits && look.spec->first.set(-*options.last).empty();
      if (!fits)
        throw usage(fmt::format("--last {}", options.last.value_or(0)), "is no number of weeks", "1 to 5200", "");
      list.push_back(std::move(look));
    }
  if (list.empty())
    throw usage("compare", fmt::format("A and B have no series of the {} in common", level), "",
        "name one of each with --series");
  if (options.series.empty()) return list;  // both have them
  // What is named on the command line and is not there is a fault of the option.
  for (const Look& look : list)
    for (const auto& [result, name] : {std::pair{&a, "A"}, std::pair{&b, "B"}}) try {
        (void)measured(*look.spec, look.name, *result, name);
      } catch (const Error& error) {
        throw usage("--series " + look.name, fmt::format("{}: {}", name, error.message().problem), error.message().why,
            error.message().suggestion);
      }
  return list;
}

// --- Single runs: where they differ most -------------------------------------------------------------------------

/// The values of a plain series over weeks; empty if it is not one.
std::vector<double> path_of(const Result& run, const std::string& name, const std::string& level,
    const std::string& place, std::vector<double>& weeks) {
  const Group* group = run.group("series/" + level);
  const Variable* variable = group == nullptr ? nullptr : group->variable(name);
  if (variable == nullptr || variable->dimensions != (level == "nation" ? std::vector<std::string>{"week"}
                                                                        : std::vector<std::string>{"week", level}))
    return {};
  const auto numbers = [](const Values& values) {
    std::vector<double> list;
    std::visit(
        [&](const auto& of) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(of)>, std::vector<std::string>>)
            for (const auto x : of) list.push_back(static_cast<double>(x));
        },
        values);
    return list;
  };
  weeks = numbers(group->coordinate("week")->values);
  std::vector<double> values = numbers(variable->values);
  if (level == "nation") return values;
  const auto& labels = std::get<std::vector<std::string>>(group->coordinate(level)->values);
  const auto at = static_cast<std::size_t>(std::find(labels.begin(), labels.end(), place) - labels.begin());
  if (at == labels.size()) return {};
  std::vector<double> path;
  for (std::size_t t = 0; t < weeks.size(); ++t) path.push_back(values[t * labels.size() + at]);
  return path;
}

/// "most in week 40 (+0.02) and in Almaty city (+0.013, mean)".
std::string widest(const Result& a, const Result& b, const Look& look) {
  std::string text;
  const std::string level = look.spec->level.value();
  const auto differences = [&](const std::string& at_level, const std::string& place, std::vector<double>& weeks) {
    std::vector<double> other;
    const std::vector<double> in_a = path_of(a, look.spec->series.value(), at_level, place, weeks);
    const std::vector<double> in_b = path_of(b, look.spec->series.value(), at_level, place, other);
    std::vector<double> list;
    if (weeks == other)
      for (std::size_t t = 0; t < in_a.size() && t < in_b.size(); ++t) list.push_back(in_b[t] - in_a[t]);
    return list;
  };
  std::vector<double> weeks;
  const std::vector<double> list = differences(level, look.region, weeks);
  std::size_t most = list.size();
  for (std::size_t t = 0; t < list.size(); ++t)
    if (!std::isnan(list[t]) && (most == list.size() || std::fabs(list[t]) > std::fabs(list[most]))) most = t;
  if (most < list.size()) text = fmt::format("most in week {:.0f} ({:+.3g})", weeks[most], list[most]);
  const Group* regions = a.group("series/region");
  const Coordinate* coordinate = regions == nullptr ? nullptr : regions->coordinate("region");
  if (level == "nation" && coordinate != nullptr) {
    std::string where;
    double greatest = 0;
    for (const std::string& place : std::get<std::vector<std::string>>(coordinate->values)) {
      const MeanInterval mean = mean_interval(differences("region", place, weeks), 0.95);
      if (mean.n > 0 && std::fabs(mean.mean) > std::fabs(greatest)) {
        greatest = mean.mean;
        where = place;
      }
    }
    if (!where.empty())
      text += fmt::format("{}in {} ({:+.3g}, mean)", text.empty() ? "most " : " and ", where, greatest);
  }
  return text;
}

// --- The three kinds of comparison -------------------------------------------------------------------------------

/// The first run of a side that finished; throws Error with `code` if there is none.
const Result& first_of(const Side& side, ExitCode code = ExitCode::sweep) {
  const auto found =
      std::find_if(side.runs.begin(), side.runs.end(), [](const Result& run) { return !run.groups.empty(); });
  if (found == side.runs.end()) throw Error(code, {side.name, "no run finished", "all of them failed", ""});
  return *found;
}

/// The weeks over which both sides are compared: those that both have, and in which the series looks back on as many
/// weeks as it says on both.
std::vector<double> common_weeks(
    const Look& look, const Result& a, const Result& b, const Course& course_a, const Course& course_b) {
  const std::vector<double> in_a = weeks_of(*look.spec, look.name, a);
  const std::vector<double> in_b = weeks_of(*look.spec, look.name, b);
  std::vector<double> weeks;
  std::set_intersection(in_a.begin(), in_a.end(), in_b.begin(), in_b.end(), std::back_inserter(weeks));
  const auto first = [&](const Result& result, const Course& course) {
    const std::int64_t needed = whole_fact(series_of(*look.spec, look.name, result, look.name), fact::weeks_needed, 1);
    return course.weeks > 0 ? static_cast<double>(needed - 1 - course.warmup) : 0.0;
  };
  std::erase_if(weeks, [from = std::max(first(a, course_a), first(b, course_b))](double week) { return week < from; });
  return weeks;
}

/// Adds what both sides have in common to be said, once.
void remark(Comparison& comparison, const std::string& text) {
  if (std::find(comparison.remarks.begin(), comparison.remarks.end(), text) == comparison.remarks.end())
    comparison.remarks.push_back(text);
}

/// Adds what is to be said of A and of B, of both at once where it is the same.
void remark(Comparison& comparison, const std::vector<std::string>& of_a, const std::vector<std::string>& of_b) {
  const auto has = [](const std::vector<std::string>& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
  };
  for (const std::string& text : of_a)
    remark(comparison, fmt::format("{}: {}", has(of_b, text) ? "A and B" : "A", text));
  for (const std::string& text : of_b)
    if (!has(of_a, text)) remark(comparison, "B: " + text);
}

/// Remarks on what is looked at in runs of those courses.
void remark(Comparison& comparison, const std::vector<Look>& list, const Result& a, const Result& b,
    const Course& course_a, const Course& course_b) {
  const std::int64_t weeks = std::min(course_a.weeks, course_b.weeks);
  if (weeks <= 0) return;  // of a test model, or of an older version
  if (course_a.weeks != course_b.weeks)
    remark(comparison, fmt::format("A has {} weeks and B {}: both are looked at up to week {}", course_a.weeks,
                           course_b.weeks, weeks - 1));
  const auto of = [&](const char* name, const Result& result, Course course) {
    course.weeks = weeks;
    std::vector<Reading> readings;
    for (const Look& look : list) {
      if (!look.region.empty() && look.region != list.front().region) break;  // the same in every region
      const Variable& series = series_of(*look.spec, look.name, result, name);
      readings.push_back(
          {look.name, &series, window_of(*look.spec, whole_fact(series, fact::weeks_needed, 1), course), course});
    }
    std::vector<std::string> texts = remarks(readings);
    for (std::string& text : texts)
      if (const std::size_t at = text.find("first = "); at != std::string::npos)
        text.replace(
            at, std::string::npos, fmt::format("--last {} leaves them out", weeks - std::stoll(text.substr(at + 8))));
    const std::vector<double> kept = weeks_of(*list.front().spec, list.front().name, result);
    if (kept.size() > 1 && kept[1] - kept[0] > 1)
      texts.push_back(fmt::format("one week in {:g} is kept: means are over those", kept[1] - kept[0]));
    return texts;
  };
  remark(comparison, of("A", a, course_a), of("B", b, course_b));
}

std::vector<ComparisonRow> rows_of(const Side& a, const Side& b, const CompareOptions& options,
    const std::string& point, Comparison& comparison, const std::function<Course(const Side&)>& course) {
  std::vector<ComparisonRow> rows;
  const Result& in_a = first_of(a);
  const Result& in_b = first_of(b);
  const Course course_a = course(a);
  const Course course_b = course(b);
  std::vector<Look> list = looks(options, in_a, in_b);
  if (options.series.empty()) {  // nobody asked for what has no value yet
    const std::size_t before = list.size();
    std::erase_if(list, [&](const Look& look) {
      return common_weeks(look, in_a, in_b, course_a, course_b).empty() && before > 1 && course_a.weeks > 0;
    });
    if (list.empty())
      throw usage(
          "compare", "no series has a value in weeks that A and B have in common", "", "compare runs of more weeks");
  }
  remark(comparison, list, in_a, in_b, course_a, course_b);
  for (const Look& look : list) {
    const std::vector<double> weeks = common_weeks(look, in_a, in_b, course_a, course_b);
    if (weeks.empty() && course_a.weeks > 0 && !weeks_of(*look.spec, look.name, in_a).empty())
      throw usage("--series " + look.name, "A and B have no week in common in which it has a value", "",
          "compare runs of more weeks, or of a longer run.warmup");
    ComparisonRow row{point, look.region, look.name,
        difference_of(sample_of(a, *look.spec, look.name, &weeks), sample_of(b, *look.spec, look.name, &weeks),
            options.confidence),
        {}};
    if (a.runs.size() == 1 && b.runs.size() == 1) row.widest = widest(in_a, in_b, look);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// How a comparison was asked for, as TOML: with its sides, all that its result depends on.
std::string settings_text(const CompareOptions& options, std::uint64_t seed) {
  const auto list = [](const auto& items) {
    std::string text;
    for (const auto& item : items) text += fmt::format("{}{}", text.empty() ? "" : ", ", item);
    return text;
  };
  std::string text = "[compare]\n";
  if (is_scenario(options.a)) text += fmt::format("seed = {}\nreplicates = {}\n", seed, options.replicates);
  if (!options.series.empty()) text += fmt::format("series = {}\n", to_toml(options.series));
  if (options.last) text += fmt::format("last = {}\n", *options.last);
  if (!options.points.empty()) text += fmt::format("points = [{}]\n", list(options.points));
  if (!options.by.empty()) text += fmt::format("by = {}\n", to_toml(options.by));
  text += fmt::format("confidence = {}\npower = {}\n", options.confidence, options.power);
  if (!options.effects.empty()) text += fmt::format("effects = [{}]\n", list(options.effects));
  if (options.margin) text += fmt::format("margin = {}\n", *options.margin);
  return text;
}

/// The attributes by which a comparison is known; of results, their bytes are its inputs.
Result known_by(const CompareOptions& options, const Experiment* a, const Experiment* b, std::uint64_t seed) {
  Result result = new_result(ResultKind::comparison);
  result.attributes["comparison"] = settings_text(options, seed);
  Inputs inputs;
  if (a != nullptr && b != nullptr) {
    result.attributes["seed"] = static_cast<std::int64_t>(seed);
    result.attributes["scenario_a"] = a->resolved();
    result.attributes["scenario_b"] = b->resolved();
    for (const auto& [side, experiment] : {std::pair{"a", a}, std::pair{"b", b}})
      for (Input input : experiment->inputs({})) {
        input.role = fmt::format("{}/{}", side, input.role);
        inputs.push_back(std::move(input));
      }
  } else {
    inputs = input_of("a", options.a, options.a);
    if (!options.b.empty()) add_inputs(inputs, input_of("b", options.b, options.b));
  }
  result.attributes["inputs"] = to_text(inputs);
  return result;
}

/// What `compare` says it reads.
std::vector<fs::path> sides_of(const CompareOptions& options) {
  std::vector<fs::path> files = {options.a};
  if (!options.b.empty()) files.emplace_back(options.b);
  return files;
}

/// Where the result of a comparison goes; empty: nowhere.
fs::path output_of(const CompareOptions& options) {
  if (!options.out.empty() || !is_scenario(options.a)) return options.out;
  std::vector<std::string> names = fs::path(options.a) == fs::path(options.b)
                                       ? std::vector<std::string>(2, fs::path(options.a).stem().string())
                                       : distinct_names({options.a, options.b});
  for (std::string& name : names) std::replace(name.begin(), name.end(), '/', '-');
  return fs::path("results") / fmt::format("compare-{}-{}.h5", names[0], names[1]);
}

enum class Compared : std::uint8_t { done, stopped, planned, was_there };

/// Runs both scenarios, or says what that would take.
Compared compare_scenarios(const CompareOptions& options, Comparison& comparison) {
  refuse_decided(options.sets, [](const std::string& path, const std::string& advice) {
    return usage("--set " + path, "cannot be set here", "luck and levels are the comparison's own matter",
        path == "run.seed"        ? "use --seed"
        : path == "run.replicate" ? "use --replicates"
        : path == "output.levels" ? "use --by"
                                  : "leave " + advice + " as it is");
  });
  std::vector<std::string> sets;
  sets.push_back(options.by.empty() ? "output.levels=[\"nation\"]"
                                    : fmt::format("output.levels=[\"nation\", \"{}\"]", options.by));
  sets.insert(sets.end(), options.sets.begin(), options.sets.end());
  const auto societies = std::make_shared<Societies>();
  const std::unique_ptr<Experiment> a = make_simulator(options.a, sets, societies);
  const std::unique_ptr<Experiment> b = make_simulator(options.b, sets, societies);
  const auto* own_seed = dynamic_cast<const Whole*>(a->parameters().find("run.seed"));
  ensure(own_seed != nullptr, "a simulator has a seed");
  const std::uint64_t seed = options.seed.value_or(static_cast<std::uint64_t>(own_seed->value()));
  comparison.a = a->source().title;
  comparison.b = b->source().title;
  RunnerOptions runner;
  runner.threads = threads();
  runner.memory = options.memory * 1e9;
  runner.stop = [] { return stop_signal() != 0; };
  runner.checkpoint_asked = take_checkpoint_request;
  const fs::path out = output_of(options);
  const Result known = known_by(options, a.get(), b.get(), seed);
  std::optional<Output> output;
  if (!options.dry_run)
    output.emplace(OutputPlan{out, "compare", sides_of(options), known, options.force}, Output::Use::alone);
  Result runs = known;  // their number and what is looked at may change: the runs stay the same
  runs.attributes["comparison"] = fmt::format("[compare]\nseed = {}\n", seed);
  if (output && options.resume && output->finished()) {
    Store::remove_left_over(runs_folder(out), identity_of(runs));
    return Compared::was_there;
  }
  // Wrong names and windows without a week are found before hours are spent.
  const Result outline_a = a->outline({}, {seed, 0});
  const Result outline_b = b->outline({}, {seed, 0});
  std::vector<Watched> watched;
  for (const Look& look : looks(options, outline_a, outline_b)) {
    for (const auto& [file, outline, experiment] :
        {std::tuple{&options.a, &outline_a, a.get()}, std::tuple{&options.b, &outline_b, b.get()}}) {
      if (options.series.empty()) continue;
      const Course course = experiment->course({}, look.spec->level.value());
      const Variable& series = series_of(*look.spec, look.name, *outline, *file);
      check_window(window_of(*look.spec, whole_fact(series, fact::weeks_needed, 1), course), *look.spec, look.name,
          series, course, *file);
    }
    watched.push_back({look.spec->level.value(), look.spec->series.value()});
  }
  a->watch(watched);
  b->watch(watched);
  const std::string level = options.by.empty() ? "nation" : options.by;
  remark(comparison, looks(options, outline_a, outline_b), outline_a, outline_b, a->course({}, level),
      b->course({}, level));
  std::vector<std::string> notes;
  for (const std::string& remark : a->remarks({})) notes.push_back(fmt::format("{}: {}", options.a, remark));
  for (const std::string& remark : b->remarks({})) notes.push_back(fmt::format("{}: {}", options.b, remark));
  notes.insert(notes.end(), comparison.remarks.begin(), comparison.remarks.end());
  const Schedule plan = schedule(*a, tasks_of_pairs(*a, *b, options.replicates, seed), runner);
  if (options.dry_run) {
    print("{} and {}: valid\n  runs         {}, in {} pairs of shared luck\n{}{}", options.a, options.b, plan.runs,
        options.replicates, plan_lines(plan, out), note_lines(notes));
    return Compared::planned;
  }
  SweepProgress progress(options.progress);
  tell_plan(plan, plan.runs, notes, runner, progress, options.progress);
  for (const std::string& notice : output->notices()) progress.say(notice);
  Store store(runs_folder(out), identity_of(runs), options.resume, "");
  PairedRuns pairs = run_pairs(*a, *b, options.replicates, seed, store, runner, progress);
  progress.finish();
  if (pairs.stopped) return Compared::stopped;
  pairs.a.name = options.a;
  pairs.b.name = options.b;
  comparison.failed = pairs.failed;
  comparison.no_memory = pairs.no_memory;
  for (const Side* side : {&pairs.a, &pairs.b}) (void)first_of(*side, failure_code(pairs.no_memory));
  comparison.rows = rows_of(pairs.a, pairs.b, options, "", comparison,
      [&](const Side& side) { return (&side == &pairs.a ? *a : *b).course({}, level); });
  Result result = comparison_result(comparison, options);
  result.attributes.insert(known.attributes.begin(), known.attributes.end());
  output->write(result);
  if (pairs.failed == 0) store.remove();
  return Compared::done;
}

Side side_of_run(const std::string& file, Result result) {
  Side side;
  side.name = file;
  side.luck.push_back({static_cast<std::uint64_t>(whole_attribute(result, "seed")),
      static_cast<std::uint32_t>(whole_attribute(result, "replicate"))});
  side.runs.push_back(std::move(result));
  return side;
}

/// A sweep's file, as far as it is compared.
class SweepFile {
 public:
  SweepFile(const std::string& name, const Result& result) : name_(name), result_(result) {
    const Group* runs = result.group("runs");
    if (runs == nullptr || runs->coordinate("point") == nullptr || runs->coordinate("replicate") == nullptr)
      throw damaged();
    points_ = size_of(runs->coordinate("point")->values);
    replicates_ = size_of(runs->coordinate("replicate")->values);
    seeds_ = &list<std::int64_t>("runs", "seed");
    lucks_ = &list<std::int64_t>("runs", "luck");
    status_ = &list<std::uint8_t>("runs", "status");
  }
  [[nodiscard]] std::size_t points() const { return points_; }
  [[nodiscard]] std::vector<std::string> measures() const {
    std::vector<std::string> names;
    if (const Group* group = result_.group("measures"))
      for (const Variable& variable : group->variables)
        if (variable.dimensions == std::vector<std::string>{"point", "replicate"}) names.push_back(variable.name);
    return names;
  }
  [[nodiscard]] const Variable* measure(const std::string& name) const {
    const Group* group = result_.group("measures");
    return group == nullptr ? nullptr : group->variable(name);
  }
  [[nodiscard]] Course course() const { return course_of(result_); }
  /// A point's axes with their values: what tells it from others.
  [[nodiscard]] std::string values(std::size_t point) const {
    std::map<std::string, std::string> axes;
    if (const Group* design = result_.group("design"))
      for (const Variable& variable : design->variables) {
        if (design->variable("unit_" + variable.name) == nullptr) continue;
        const std::string parameter = parameter_of(variable);
        if (const auto* numbers = std::get_if<std::vector<double>>(&variable.values))
          axes[parameter] = fmt::format("{:.12g}", (*numbers)[point]);
        if (const auto* texts = std::get_if<std::vector<std::string>>(&variable.values))
          axes[parameter] = (*texts)[point];
      }
    std::string text;
    for (const auto& [name, value] : axes) text += name + '=' + value + '\n';
    return text;
  }
  /// The parameters that the axes move, sorted, as a list.
  [[nodiscard]] std::string parameters() const {
    std::set<std::string> list;
    if (const Group* design = result_.group("design"))
      for (const Variable& variable : design->variables)
        if (design->variable("unit_" + variable.name) != nullptr) list.insert(parameter_of(variable));
    return list.empty() ? "none" : fmt::format("{}", fmt::join(list, ", "));
  }
  [[nodiscard]] Sample sample(const std::string& measure, std::size_t point) const {
    const std::vector<double>& values = list<double>("measures", measure);
    Sample sample;
    for (std::size_t r = 0; r < replicates_; ++r)
      if (needed(point, r)) {
        sample.luck.push_back(luck(point, r));
        sample.values.push_back(values[point * replicates_ + r]);
      }
    return sample;
  }
  [[nodiscard]] Side side(std::size_t point) const {
    Side side;
    side.name = name_;
    for (std::size_t r = 0; r < replicates_; ++r)
      if (needed(point, r)) {
        side.luck.push_back(luck(point, r));
        side.runs.push_back((*status_)[point * replicates_ + r] == static_cast<std::uint8_t>(RunStatus::finished)
                                ? run_of_sweep(result_, point, r)
                                : Result{});
      }
    return side;
  }
  /// "point 3 (reach 0.4, rule threshold)".
  [[nodiscard]] std::string label(std::size_t point) const {
    std::string axes;
    if (const Group* design = result_.group("design"))
      for (const Variable& variable : design->variables) {
        if (design->variable("unit_" + variable.name) == nullptr) continue;
        axes += axes.empty() ? " (" : ", ";
        if (const auto* numbers = std::get_if<std::vector<double>>(&variable.values))
          axes += fmt::format("{} {:.4g}", variable.name, (*numbers)[point]);
        if (const auto* texts = std::get_if<std::vector<std::string>>(&variable.values))
          axes += fmt::format("{} {}", variable.name, (*texts)[point]);
      }
    return fmt::format("point {}{}", point, axes.empty() ? "" : axes + ")");
  }

 private:
  /// The parameter that an axis moves: its values' long_name begins with it.
  static std::string parameter_of(const Variable& axis) { return axis.long_name.substr(0, axis.long_name.find(':')); }
  [[nodiscard]] Error damaged() const {
    return storage_error(name_, "the sweep's parts do not fit together", "it misses what every sweep has",
        "write it again with 'kurultai sweep'");
  }
  template <class T>
  [[nodiscard]] const std::vector<T>& list(const std::string& group, const std::string& variable) const {
    const Group* g = result_.group(group);
    const Variable* v = g == nullptr ? nullptr : g->variable(variable);
    const auto* values = v == nullptr ? nullptr : std::get_if<std::vector<T>>(&v->values);
    if (values == nullptr || values->size() != points_ * replicates_) throw damaged();
    return *values;
  }
  [[nodiscard]] bool needed(std::size_t point, std::size_t replicate) const {
    return (*status_)[point * replicates_ + replicate] != static_cast<std::uint8_t>(RunStatus::not_needed);
  }
  [[nodiscard]] RunLuck luck(std::size_t point, std::size_t replicate) const {
    const std::size_t cell = point * replicates_ + replicate;
    return {static_cast<std::uint64_t>((*seeds_)[cell]), static_cast<std::uint32_t>((*lucks_)[cell])};
  }

  std::string name_;
  const Result& result_;
  std::size_t points_ = 0;
  std::size_t replicates_ = 0;
  const std::vector<std::int64_t>* seeds_ = nullptr;
  const std::vector<std::int64_t>* lucks_ = nullptr;
  const std::vector<std::uint8_t>* status_ = nullptr;
};

/// The points of A and of B with the same values of all axes, in the order of A; names those without a match.
std::vector<std::pair<std::size_t, std::size_t>> matched_points(
    const SweepFile& a, const SweepFile& b, Comparison& comparison) {
  if (const std::string in_a = a.parameters(), in_b = b.parameters(); in_a != in_b)
    throw usage("compare", "the axes of A and B move different parameters", fmt::format("A: {}; B: {}", in_a, in_b),
        "choose with --point I --point J");
  std::multimap<std::string, std::size_t> there;
  for (std::size_t p = 0; p < b.points(); ++p) there.emplace(b.values(p), p);
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  const auto unmatched = [&](const char* name, const char* other, const std::vector<std::string>& points) {
    if (points.empty()) return;
    std::string list;
    for (std::size_t k = 0; k < std::min<std::size_t>(points.size(), 6); ++k) list += (k == 0 ? "" : "; ") + points[k];
    if (points.size() > 6) list += fmt::format("; and {} more", points.size() - 6);
    remark(comparison, fmt::format("{} of {} {} no match in {}: {}",
                           points.size() == 1 ? "one point" : fmt::format("{} points", points.size()), name,
                           points.size() == 1 ? "has" : "have", other, list));
  };
  std::vector<std::string> alone;
  for (std::size_t p = 0; p < a.points(); ++p) {
    const auto found = there.find(a.values(p));
    if (found == there.end()) {
      alone.push_back(a.label(p));
      continue;
    }
    pairs.emplace_back(p, found->second);
    there.erase(found);
  }
  std::vector<std::size_t> rest;
  for (const auto& [values, p] : there) rest.push_back(p);
  std::sort(rest.begin(), rest.end());
  std::vector<std::string> others;
  for (const std::size_t p : rest) others.push_back(b.label(p));
  if (pairs.empty())
    throw usage("compare", "no point of A has the values of a point of B",
        fmt::format("A begins with {}, B with {}", a.label(0), b.label(0)), "choose with --point I --point J");
  unmatched("A", "B", alone);
  unmatched("B", "A", others);
  return pairs;
}

void compare_sweeps(const CompareOptions& options, const SweepFile& a, const SweepFile& b, Comparison& comparison) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  if (options.points.size() == 2) {
    pairs.emplace_back(options.points.front(), options.points.back());
    if (pairs[0].first >= a.points() || pairs[0].second >= b.points())
      throw usage(fmt::format("--point {}", pairs[0].first >= a.points() ? pairs[0].first : pairs[0].second),
          "there is no such point", fmt::format("A has {} and B {}, counted from 0", a.points(), b.points()),
          "see 'kurultai analyze', or 'design' in the file");
  } else {
    pairs = matched_points(a, b, comparison);
  }
  if (options.points.size() == 1) {
    std::erase_if(pairs, [&](const auto& pair) { return pair.first != options.points.front(); });
    if (pairs.empty())
      throw usage(fmt::format("--point {}", options.points.front()),
          options.points.front() < a.points() ? "B has no point of its values" : "there is no such point",
          fmt::format("A has {}, counted from 0", a.points()), "choose one of each: --point I --point J");
  }
  if (!options.points.empty()) {
    comparison.a += ", " + a.label(pairs[0].first);
    comparison.b += ", " + b.label(pairs[0].second);
  }
  const bool kept_measures = options.series.empty() && !options.last && options.by.empty();
  std::vector<std::string> names;
  if (kept_measures) {
    std::vector<Reading> readings_a;
    std::vector<Reading> readings_b;
    for (const std::string& name : a.measures()) {
      const Variable* in_a = a.measure(name);
      const Variable* in_b = b.measure(name);
      if (in_b == nullptr) {
        remark(comparison, fmt::format("A has a measure '{}', B has none", name));
      } else if (in_a->long_name != in_b->long_name) {
        remark(comparison,
            fmt::format("measure '{}' is left out: in A it is {}; in B {}", name, in_a->long_name, in_b->long_name));
      } else {
        names.push_back(name);
        readings_a.push_back(reading_of(*in_a, name));
        readings_b.push_back(reading_of(*in_b, name));
        const Window& in_weeks_a = readings_a.back().window;
        const Window& in_weeks_b = readings_b.back().window;
        if (in_weeks_a.first != in_weeks_b.first || in_weeks_a.last != in_weeks_b.last)
          remark(comparison, fmt::format("measure '{}' looks at weeks {} to {} in A and {} to {} in B", name,
                                 in_weeks_a.first, in_weeks_a.last, in_weeks_b.first, in_weeks_b.last));
      }
    }
    for (const std::string& name : b.measures())
      if (a.measure(name) == nullptr) remark(comparison, fmt::format("B has a measure '{}', A has none", name));
    remark(comparison, remarks(readings_a), remarks(readings_b));
    if (names.empty())
      throw usage("compare", "the sweeps have no measure in common",
          comparison.remarks.empty() ? "" : comparison.remarks.back(), "name series with --series");
  }
  for (const auto& [i, j] : pairs) {
    const std::string point = options.points.empty() ? a.label(i) : "";
    if (kept_measures) {
      for (const std::string& name : names)
        comparison.rows.push_back(
            {point, "", name, difference_of(a.sample(name, i), b.sample(name, j), options.confidence), {}});
    } else {
      const Side side_a = a.side(i);
      const Side side_b = b.side(j);
      for (ComparisonRow& row : rows_of(side_a, side_b, options, point, comparison,
               [&](const Side& side) { return (&side == &side_a ? a : b).course(); }))
        comparison.rows.push_back(std::move(row));
    }
  }
}

/// The keys of [run] that make runs unlike, where two resolved scenarios differ in them: "weeks 260 and 60".
std::string unlike(const std::string& a, const std::string& b) {
  const auto setting = [](const std::string& text, const std::string& key) {
    std::istringstream lines(text);
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind('[', 0) == 0) inside = line == "[run]";
      if (inside && line.rfind(key + " = ", 0) == 0) return line.substr(key.size() + 3);
    }
    return std::string("?");
  };
  std::string list;
  for (const char* key : {"scale", "warmup", "weeks"})
    if (const std::string in_a = setting(a, key), in_b = setting(b, key); in_a != in_b)
      list += fmt::format("{}{} {} and {}", list.empty() ? "" : ", ", key, in_a, in_b);
  return list;
}

void compare_results(const CompareOptions& options, Comparison& comparison) {
  const std::string& file_b = options.b.empty() ? options.a : options.b;
  const Unsealed unsealed = options.unsealed ? Unsealed::accepted : Unsealed::refused;
  const Result a = read_result(options.a, unsealed);
  const Result b = options.b.empty() ? a : read_result(file_b, unsealed);
  comparison.a = text_attribute(a, "title");
  comparison.b = text_attribute(b, "title");
  const std::string kind_a = text_attribute(a, "kind");
  const std::string kind_b = text_attribute(b, "kind");
  if (kind_a != kind_b)
    throw usage("compare", "A and B are not of one kind",
        fmt::format("{} holds a {}, {} a {}", options.a, kind_a.empty() ? "run" : kind_a, file_b,
            kind_b.empty() ? "run" : kind_b),
        "compare two runs, two sweeps, or two scenarios");
  if (kind_a == "sweep") {
    compare_sweeps(options, {options.a, a}, {file_b, b}, comparison);
  } else if (kind_a.empty()) {
    if (!options.points.empty())
      throw usage("--point", "A and B are single runs", "they have no points", "take it away");
    comparison.caveat = unlike(text_attribute(a, "scenario"), text_attribute(b, "scenario"));
    const Side side_a = side_of_run(options.a, a);
    const Side side_b = side_of_run(file_b, b);
    comparison.rows = rows_of(
        side_a, side_b, options, "", comparison, [&](const Side& side) { return course_of(&side == &side_a ? a : b); });
  } else {
    throw usage(options.a, fmt::format("a {} cannot be compared", kind_a), "",
        "compare two runs, two sweeps, or two scenarios");
  }
}

// --- What is shown -----------------------------------------------------------------------------------------------

bool single(const Comparison& comparison) {
  return std::all_of(comparison.rows.begin(), comparison.rows.end(),
      [](const ComparisonRow& row) { return row.difference.n_a <= 1 && row.difference.n_b <= 1; });
}

/// With the digits that the difference's interval decides.
std::string number(double x, const Difference& d) { return std::isnan(x) ? "-" : number_text(x, d.half_width); }

std::string signed_number(double x, const Difference& d) {
  return std::isnan(x) ? "-" : number_text(x, d.half_width, true);
}

std::string count(std::size_t n) {
  if (n == no_number_of_pairs) return "-";
  return n < 1'000'000 ? fmt::format("{}", n) : fmt::format("{:.0e}", static_cast<double>(n));
}

/// The effects that replicates are counted for, by name.
std::vector<std::pair<std::string, double>> effects_of(const Difference& d, const CompareOptions& options) {
  if (options.effects.empty()) return {{"observed", std::fabs(d.difference)}, {"1% of A", 0.01 * std::fabs(d.mean_a)}};
  std::vector<std::pair<std::string, double>> list;
  for (const double effect : options.effects) list.emplace_back(fmt::format("{:g}", effect), effect);
  return list;
}

void check(const CompareOptions& options) {
  if (!(options.confidence > 0.5 && options.confidence < 1))
    throw usage(fmt::format("--confidence {:g}", options.confidence), "out of range",
        "a confidence lies between 0.5 and 1", "take 0.95");
  if (!(options.power > 0 && options.power < 1))
    throw usage(fmt::format("--power {:g}", options.power), "out of range", "a power lies between 0 and 1", "take 0.8");
  if (options.margin && !(*options.margin > 0))
    throw usage(fmt::format("--margin {:g}", *options.margin), "out of range",
        "nothing is equal but for a margin above 0", "take the smallest difference that would matter");
  if (options.last && (*options.last < 1 || *options.last > 5200))
    throw usage(fmt::format("--last {}", *options.last), "out of range", "weeks are 1 to 5200", "");
  if (!options.by.empty() && options.by != "region")
    throw usage("--by " + options.by, "unknown", "tables are for the nation or by region", "write --by region");
  if (options.points.size() > 2) throw usage("--point", "given more than twice", "two points are compared", "");
  if (options.replicates < 2 || options.replicates > 1'000'000)
    throw usage(fmt::format("--replicates {}", options.replicates), "out of range", "an interval needs at least 2", "");
  const bool scenario = is_scenario(options.a);
  if (scenario && options.b.empty())
    throw usage(
        "compare " + options.a, "there is nothing to compare it with", "one scenario was given", "name another one");
  if (!options.b.empty() && scenario != is_scenario(options.b))
    throw usage("compare", "a scenario and a result cannot be compared", "replicates are made of scenarios only",
        "give two .toml files, or two .h5 files");
  if (!scenario && options.b.empty() && options.points.size() != 2)
    throw usage("compare " + options.a, "there is nothing to compare it with", "one result was given",
        "name another one, or two points of a sweep: --point I --point J");
  if (!scenario && !options.sets.empty())
    throw usage("--set", "results are what they are", "settings are for scenarios", "compare the scenarios");
  if (scenario && !options.points.empty())
    throw usage("--point", "scenarios have no points", "points are those of sweeps", "take it away");
}

}  // namespace

std::string comparison_text(const Comparison& comparison, const CompareOptions& options) {
  const bool alone = single(comparison);
  std::string text = fmt::format(
      "A: {} ({})\nB: {} ({})\n", options.a, comparison.a, options.b.empty() ? options.a : options.b, comparison.b);
  const Difference& first = comparison.rows.front().difference;
  if (!comparison.caveat.empty())
    text += fmt::format(
        "The runs are unlike ({}): differences hold this as well as what the scenarios change.\n", comparison.caveat);
  for (const std::string& remark : comparison.remarks) text += fmt::format("note: {}\n", remark);
  if (alone) {
    text += fmt::format(
        "One run each, {}: differences without intervals. Compare scenarios (.toml) or sweeps with replicates to know "
        "how sure they are.\n",
        first.paired && comparison.caveat.empty() ? "with the same luck"
        : first.paired                            ? "from the same seed"
                                                  : "each with luck of its own");
  } else if (first.paired) {
    text += fmt::format("Paired by shared luck: {} pairs; intervals at {:g}% (Student){}\n", first.n_a,
        100 * options.confidence,
        first.left_out > 0 ? fmt::format("; {} runs left out, without value or partner", first.left_out) : "");
  } else {
    text += fmt::format(
        "No luck is shared, so nothing is paired: {} and {} replicates; intervals at {:g}% (Welch), wider than those "
        "of pairs would be\n",
        first.n_a, first.n_b, 100 * options.confidence);
  }
  std::string heading = "\n";
  std::vector<std::vector<std::string>> table;
  const auto flush = [&] {
    if (table.size() < 2) return;
    std::vector<std::size_t> width(table[0].size(), 0);
    for (const auto& row : table)
      for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], row[c].size());
    for (const auto& row : table) {
      std::string line = fmt::format("  {:<{}}", row[0], width[0]);
      for (std::size_t c = 1; c < row.size(); ++c) {
        const bool words = alone && c + 1 == row.size();
        line += words ? "  " + row[c] : fmt::format("  {:>{}}", row[c], width[c]);
      }
      text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    }
  };
  for (const ComparisonRow& row : comparison.rows) {
    const Difference& d = row.difference;
    const std::string here = row.point + (row.point.empty() || row.region.empty() ? "" : ", ") + row.region;
    if (table.empty() || here != heading) {
      flush();
      text += '\n' + (here.empty() ? "" : here + '\n');
      heading = here;
      table = {{"measure", "A", "B", "B - A", "relative"}};
      if (alone) {
        table[0].emplace_back("");
      } else {
        table[0].insert(table[0].end(), {"from", "to", "d"});
        for (const auto& [name, effect] : effects_of(d, options)) table[0].push_back("n for " + name);
        if (options.margin) table[0].push_back(fmt::format("within {:g}", *options.margin));
      }
    }
    std::vector<std::string> cells = {row.measure, number(d.mean_a, d), number(d.mean_b, d),
        signed_number(d.difference, d),
        std::isnan(d.relative) ? "-"
                               : number_text(100 * d.relative, 100 * d.half_width / std::fabs(d.mean_a), true) + "%"};
    if (alone) {
      cells.push_back(row.widest);
    } else {
      const bool known = std::isfinite(d.half_width);
      cells.push_back(known ? signed_number(d.difference - d.half_width, d) : "-");
      cells.push_back(known ? signed_number(d.difference + d.half_width, d) : "-");
      cells.push_back(std::isnan(d.standardized) ? "-" : fmt::format("{:+.2f}", d.standardized));
      for (const auto& [name, effect] : effects_of(d, options))
        cells.push_back(count(replicates_for(d, effect, options.confidence, options.power)));
      if (options.margin) cells.emplace_back(word(verdict_of(d, *options.margin, options.confidence)));
    }
    table.push_back(std::move(cells));
  }
  flush();
  if (!alone) {
    text += fmt::format(
        "\n  d: B - A in standard deviations of a replicate. n for X: {} needed to find a difference of X with "
        "probability {:g}\n",
        first.paired ? "pairs of replicates" : "replicates of each", options.power);
    if (options.margin)
      text += fmt::format(
          "  within {0:g}: equivalent if two one-sided tests say that B - A lies inside (-{0:g}, {0:g}); else "
          "different if the interval is without 0\n",
          *options.margin);
  }
  if (comparison.failed > 0) text += fmt::format("  {} runs failed and are left out\n", comparison.failed);
  return text;
}

std::string comparison_json(const Comparison& comparison, const CompareOptions& options) {
  Json rows = Json::array();
  for (const ComparisonRow& row : comparison.rows) {
    const Difference& d = row.difference;
    Json json = Json::object();
    if (!row.point.empty()) json["point"] = row.point;
    if (!row.region.empty()) json["region"] = row.region;
    json.update({{"measure", row.measure}, {"paired", d.paired}, {"n_a", d.n_a}, {"n_b", d.n_b},
        {"left_out", d.left_out}, {"mean_a", d.mean_a}, {"mean_b", d.mean_b}, {"difference", d.difference},
        {"low", d.difference - d.half_width}, {"high", d.difference + d.half_width}, {"sd", d.sd},
        {"relative", d.relative}, {"standardized", d.standardized}, {"correlation", d.correlation}});
    Json needed = Json::array();
    for (const auto& [name, effect] : effects_of(d, options)) {
      const std::size_t n = replicates_for(d, effect, options.confidence, options.power);
      needed.push_back({{"effect", effect}, {"replicates", n == no_number_of_pairs ? Json() : Json(n)}});
    }
    json["needed"] = needed;
    if (options.margin) json["verdict"] = word(verdict_of(d, *options.margin, options.confidence));
    if (!row.widest.empty()) json["widest"] = row.widest;
    rows.push_back(std::move(json));
  }
  Json json = {{"a", options.a}, {"b", options.b.empty() ? options.a : options.b}, {"title_a", comparison.a},
      {"title_b", comparison.b}, {"confidence", options.confidence}, {"power", options.power}};
  if (options.margin) json["margin"] = *options.margin;
  if (!comparison.caveat.empty()) json["caveat"] = comparison.caveat;
  if (!comparison.remarks.empty()) json["notes"] = comparison.remarks;
  json["failed"] = comparison.failed;
  json["comparisons"] = rows;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

namespace {

/// One number, or one word, of each measure.
void add_differences(const Comparison& comparison, const CompareOptions& options, GroupBuilder& group) {
  using D = Difference;
  const auto each = [&](auto get) {
    return each_of(comparison.rows, [&](const ComparisonRow& row) { return std::invoke(get, row.difference); });
  };
  const auto end_of_interval = [](double sign) {
    return [sign](const D& d) { return std::isfinite(d.half_width) ? d.difference + sign * d.half_width : nan; };
  };
  group.add("mean_a", each(&D::mean_a)).says("mean of A");
  group.add("mean_b", each(&D::mean_b)).says("mean of B");
  group.add("difference", each(&D::difference)).says("B - A");
  group.add("low", each(end_of_interval(-1))).says("lower end of the interval at `confidence`");
  group.add("high", each(end_of_interval(1))).says("upper end of the interval");
  group.add("sd", each(&D::sd))
      .says("standard deviation of the pairs' differences; unpaired: of the difference of two replicates");
  group.add("relative", each(&D::relative)).says("difference / |mean_a|");
  group.add("standardized", each(&D::standardized)).says("difference / pooled standard deviation of replicates");
  group.add("correlation", each(&D::correlation)).says("of the pairs");
  group.add("replicates_a", each([](const D& d) { return static_cast<double>(d.n_a); }))
      .says("replicates of A that count");
  group.add("replicates_b", each([](const D& d) { return static_cast<double>(d.n_b); }))
      .says("replicates of B that count");
  group.add("paired", each([](const D& d) { return std::uint8_t{d.paired}; }))
      .says("whether replicates share luck")
      .one_of({"no", "yes"});
  if (!options.margin) return;
  const auto verdict = [&](const D& d) {
    return static_cast<std::uint8_t>(verdict_of(d, *options.margin, options.confidence));
  };
  group.add("verdict", each(verdict)).says("whether A and B are equal within `margin`").one_of(word_list<Verdict>());
}

/// Rows run by point, region and measure; there are the dimensions of which there is more than none.
Group differences_group(const Comparison& comparison, const CompareOptions& options) {
  GroupBuilder group("differences", "B - A of each measure");
  group.from("comparison");
  std::size_t size = 1;
  const auto over = [&](const char* name, std::string ComparisonRow::* label, const char* meaning, bool always) {
    std::vector<std::string> labels;
    for (const ComparisonRow& row : comparison.rows)
      if (std::find(labels.begin(), labels.end(), row.*label) == labels.end()) labels.push_back(row.*label);
    if (!always && labels == std::vector<std::string>{""}) return;
    size *= labels.size();
    group.over(name, std::move(labels)).says(meaning);
  };
  over("point", &ComparisonRow::point, "point of both sweeps", false);
  over("region", &ComparisonRow::region, "region", false);
  over("measure", &ComparisonRow::measure, "measure", true);
  ensure(size == comparison.rows.size(), "every measure is compared at every point and in every region");
  add_differences(comparison, options, group);
  return group.take();
}

}  // namespace

Result comparison_result(const Comparison& comparison, const CompareOptions& options) {
  Result file = new_result(ResultKind::comparison);
  file.attributes["title"] = fmt::format("{} against {}", comparison.b, comparison.a);
  file.attributes["a"] = options.a;
  file.attributes["b"] = options.b.empty() ? options.a : options.b;
  file.attributes["confidence"] = options.confidence;
  file.attributes["power"] = options.power;
  if (options.margin) file.attributes["margin"] = *options.margin;
  if (!comparison.caveat.empty()) file.attributes["caveat"] = comparison.caveat;
  add_notes(file, comparison.remarks);
  file.attributes["failed_runs"] = static_cast<std::int64_t>(comparison.failed);
  file.groups.push_back(differences_group(comparison, options));
  return file;
}

int compare(const CompareOptions& options) {
  check(options);
  Comparison comparison;
  const fs::path out = output_of(options);
  if (is_scenario(options.a)) {
    try {
      const Compared what = compare_scenarios(options, comparison);
      if (what == Compared::planned) return static_cast<int>(ExitCode::done);
      if (what == Compared::was_there) return finished_already(out);
      if (what == Compared::stopped) return stopped_with_runs(runs_folder(out));
    } catch (const Interrupted&) { return stopped_with_runs(runs_folder(out)); }
  } else {
    if (options.dry_run)
      throw usage("--dry-run", "A and B are results", "nothing is run to compare them", "take it away");
    const Result known = known_by(options, nullptr, nullptr, 0);
    std::optional<Output> output;
    if (!out.empty())
      output.emplace(OutputPlan{out, "compare", sides_of(options), known, options.force}, Output::Use::alone);
    if (output && options.resume && output->finished()) return finished_already(out);
    compare_results(options, comparison);
    if (output) {
      for (const std::string& notice : output->notices()) tell("kurultai: {}", notice);
      Result result = comparison_result(comparison, options);
      result.attributes.insert(known.attributes.begin(), known.attributes.end());
      output->write(result);
    }
  }
  print_text(options.json ? comparison_json(comparison, options) : comparison_text(comparison, options));
  if (!out.empty() && options.progress != "none") tell("Written to {}", out.string());
  if (comparison.failed > 0)
    tell("kurultai: {} runs failed; the files *.failed in {} hold the reasons; --resume tries them again",
        comparison.failed, runs_folder(out).string());
  return static_cast<int>(comparison.failed > 0 ? failure_code(comparison.no_memory) : ExitCode::done);
}

}  // namespace kurultai
