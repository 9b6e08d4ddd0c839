#include "sweep/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/nearest.h"

namespace kurultai {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// The nearest of what is known, or what there is.
std::string advice(const std::string& name, const std::vector<std::string>& known) {
  std::string list;
  for (std::size_t k = 0; k < std::min<std::size_t>(known.size(), 12); ++k) list += (k == 0 ? "" : ", ") + known[k];
  return did_you_mean(
      nearest(name, known), list.empty() ? "" : fmt::format("there are: {}{}", list, known.size() > 12 ? " ..." : ""));
}

double value(const Values& values, std::size_t at) {
  return std::visit(
      [&](const auto& list) {
        if constexpr (std::is_same_v<std::decay_t<decltype(list)>, std::vector<std::string>>)
          return nothing;
        else
          return static_cast<double>(list[at]);
      },
      values);
}

/// The places of `name` among texts of `group` over `coordinate` alone that are called like it and end so: "form_key".
std::vector<std::size_t> places_among(
    const Group& group, const Coordinate& coordinate, const char* ending, const std::string& name) {
  std::vector<std::size_t> found;
  const Variable* variable = group.variable(coordinate.name + ending);
  const auto* texts = variable == nullptr || variable->dimensions != coordinate.dimensions
                          ? nullptr
                          : std::get_if<std::vector<std::string>>(&variable->values);
  for (std::size_t k = 0; texts != nullptr && k < texts->size(); ++k)
    if ((*texts)[k] == name) found.push_back(k);
  return found;
}

/// The place of `label` in `coordinate`: a key or code, else a label, else a name that only one has.
std::size_t place_of_label(
    const Group& group, const Coordinate& coordinate, const std::string& label, const std::string& place) {
  const auto* texts = std::get_if<std::vector<std::string>>(&coordinate.values);
  ensure(texts != nullptr, "labels are texts");
  for (const char* ending : {"_key", "_code"})
    if (const auto found = places_among(group, coordinate, ending, label); found.size() == 1) return found.front();
  if (const auto found = std::find(texts->begin(), texts->end(), label); found != texts->end())
    return static_cast<std::size_t>(found - texts->begin());
  std::vector<std::size_t> called = places_among(group, coordinate, "_name", label);
  if (called.size() == 1) return called.front();
  if (called.empty())  // labels of things of one title are the title and more
    for (std::size_t k = 0; k < texts->size(); ++k)
      if ((*texts)[k].rfind(label + ", ", 0) == 0 || (*texts)[k].rfind(label + " (", 0) == 0) called.push_back(k);
  if (called.size() > 1 && !label.empty()) {
    std::string list;
    for (const std::size_t k : called) list += (list.empty() ? "'" : ", '") + (*texts)[k] + "'";
    throw scenario_error(place, fmt::format("'{}' names no single {}", label, coordinate.name),
        fmt::format("{} are called so", called.size()), "choose one: " + list);
  }
  std::vector<std::string> known = *texts;
  if (const Variable* keys = group.variable(coordinate.name + "_key"))
    if (const auto* more = std::get_if<std::vector<std::string>>(&keys->values)) known = *more;
  std::string near = nearest(label, known);
  if (near.empty()) near = nearest(label, *texts);
  throw scenario_error(place, fmt::format("no {} is called '{}'", coordinate.name, label), "",
      near.empty() ? advice(label, known) : did_you_mean(near));
}

const Group& level_of(
    const std::string& level, const std::string& key, const Result& result, const std::string& place) {
  const Group* group = result.group("series/" + level);
  if (group != nullptr) return *group;
  std::vector<std::string> levels;
  for (const Group& g : result.groups)
    if (g.path.rfind("series/", 0) == 0) levels.push_back(g.path.substr(7));
  throw scenario_error(place, fmt::format("measure '{}' looks at level '{}', which the runs do not keep", key, level),
      "", advice(level, levels) + "; or add it to sweep.keep_levels");
}

std::string name_of(const MeasureSpec& spec, const std::string& key) {
  return spec.series.value().empty() ? key : spec.series.value();
}

const Variable& series_at(
    const Group& group, const MeasureSpec& spec, const std::string& key, const std::string& place) {
  const std::string series = name_of(spec, key);
  const Variable* variable = group.variable(series);
  if (variable != nullptr && !variable->dimensions.empty() && variable->dimensions.front() == "week") return *variable;
  std::vector<std::string> known;
  for (const Variable& v : group.variables)
    if (!v.dimensions.empty() && v.dimensions.front() == "week") known.push_back(v.name);
  throw scenario_error(place,
      fmt::format("measure '{}' looks at the series '{}', which the runs do not keep", key, series), "",
      advice(series, known));
}

/// The value at the labels `at` of `level`.
double measured_at(const MeasureSpec& spec, const std::string& level, const std::vector<std::string>& at,
    const std::string& key, const Result& result, const std::string& place, const std::vector<double>* common) {
  const std::string series = name_of(spec, key);
  const Group* group = &level_of(level, key, result, place);
  const Variable* variable = &series_at(*group, spec, key, place);

  // Strides of the dimensions; every one but week is fixed by a label.
  std::size_t offset = 0;
  std::size_t week_stride = 0;
  std::size_t stride = 1;
  std::vector<std::string> open;
  for (std::size_t d = variable->dimensions.size(); d-- > 0;) {
    const Coordinate* coordinate = group->coordinate(variable->dimensions[d]);
    ensure(coordinate != nullptr, "every dimension has a coordinate");
    if (coordinate->name == "week") {
      week_stride = stride;
    } else {
      bool chosen = false;
      for (const std::string& text : at)
        if (const std::size_t sign = text.find('=');
            sign != std::string::npos && text.substr(0, sign) == coordinate->name) {
          if (chosen)
            throw scenario_error(place, fmt::format("measure '{}' chooses '{}' twice", key, coordinate->name),
                fmt::format("a value has one {}", coordinate->name), "take one away, or add a measure for each");
          offset += stride * place_of_label(*group, *coordinate, text.substr(sign + 1), place);
          chosen = true;
        }
      if (!chosen) open.push_back(coordinate->name);
    }
    stride *= size_of(coordinate->values);
  }
  if (!open.empty())
    throw scenario_error(place, fmt::format("measure '{}' leaves '{}' open", key, open.front()),
        fmt::format("{} has a value for each {}", series, open.front()),
        fmt::format("choose one: at = [\"{}=...\"]", open.front()));
  for (const std::string& text : at) {
    const std::string name = text.substr(0, text.find('='));
    if (name == "week")
      throw scenario_error(place, fmt::format("measure '{}' chooses \"{}\"", key, text), "weeks are no labels",
          "choose them by first and last");
    if (text.find('=') == std::string::npos ||
        std::find(variable->dimensions.begin(), variable->dimensions.end(), name) == variable->dimensions.end())
      throw scenario_error(place, fmt::format("measure '{}' chooses \"{}\"", key, text),
          fmt::format("{} has no dimension '{}'", series, name), advice(name, variable->dimensions));
  }
  // What is watched has every week, over the same labels.
  if (const Group* weekly = result.group("weekly/" + level))
    if (const Variable* all = weekly->variable(series)) {
      group = weekly;
      variable = all;
    }
  const Coordinate* weeks = group->coordinate("week");
  ensure(weeks != nullptr, "a series has weeks");
  const std::size_t n = size_of(weeks->values);
  if (n == 0 || (common != nullptr && common->empty())) return nothing;
  const double end = common != nullptr ? common->back() : value(weeks->values, n - 1);
  const auto bound = [&](const Whole& week) {
    return week < 0 ? end + 1 + static_cast<double>(week) : static_cast<double>(week);
  };
  const double first = bound(spec.first);
  const double last = bound(spec.last);
  double sum = 0;
  double least = std::numeric_limits<double>::infinity();
  double greatest = -least;
  double latest = nothing;
  std::size_t count = 0;
  for (std::size_t t = 0; t < n; ++t) {
    const double week = value(weeks->values, t);
    const double x = value(variable->values, offset + t * week_stride);
    if (week < first || week > last || std::isnan(x)) continue;
    if (common != nullptr && !std::binary_search(common->begin(), common->end(), week)) continue;
    sum += x;
    least = std::min(least, x);
    greatest = std::max(greatest, x);
    latest = x;
    ++count;
  }
  if (count == 0) return nothing;
  if (spec.reduce == Reduce::last) return latest;
  if (spec.reduce == Reduce::sum) return sum;
  if (spec.reduce == Reduce::least) return least;
  if (spec.reduce == Reduce::greatest) return greatest;
  return sum / static_cast<double>(count);
}

/// "a, b, c and 4 more".
std::string some(const std::vector<std::string>& names) {
  constexpr std::size_t most = 5;
  std::string list;
  for (std::size_t k = 0; k < std::min(most, names.size()); ++k) list += (k == 0 ? "" : ", ") + names[k];
  return names.size() > most ? fmt::format("{} and {} more", list, names.size() - most) : list;
}

}  // namespace

double measured(const MeasureSpec& spec, const std::string& key, const Result& result, const std::string& place,
    const std::vector<double>* common) {
  std::vector<std::string> other = spec.minus.value();
  const auto dimension = [](const std::string& text) { return text.substr(0, text.find('=')); };
  for (const std::string& text : spec.at.value())
    if (std::none_of(spec.minus.value().begin(), spec.minus.value().end(),
            [&](const std::string& taken) { return dimension(taken) == dimension(text); }))
      other.push_back(text);
  const auto difference = [&](const std::string& level) {
    const double value = measured_at(spec, level, spec.at.value(), key, result, place, common);
    return spec.minus.value().empty() ? value : value - measured_at(spec, level, other, key, result, place, common);
  };
  const double value = difference(spec.level.value());
  return spec.untreated ? value - difference(spec.level.value() + " untreated") : value;
}

Window window_of(const MeasureSpec& spec, std::int64_t weeks_needed, const Course& course) {
  Window window;
  const auto bound = [&](std::int64_t week) { return week < 0 ? course.weeks + week : week; };
  window.first = std::max<std::int64_t>(bound(spec.first), 0);
  window.last = std::min<std::int64_t>(bound(spec.last), course.weeks - 1);
  window.outside =
      std::max<std::int64_t>(-bound(spec.first), 0) + std::max<std::int64_t>(bound(spec.last) - (course.weeks - 1), 0);
  const auto before = [&](std::int64_t week) {
    return std::clamp<std::int64_t>(week - window.first, 0, window.weeks());
  };
  window.left_out = before(weeks_needed - 1 - course.warmup);
  if (course.full == Course::none || window.last < course.begin) return window;
  window.full_effect = course.full + (weeks_needed > 1 ? weeks_needed : 0);
  window.before_effect = before(window.full_effect);
  return window;
}

const Variable& series_of(
    const MeasureSpec& spec, const std::string& key, const Result& result, const std::string& place) {
  return series_at(level_of(spec.level.value(), key, result, place), spec, key, place);
}

void check_window(const Window& window, const MeasureSpec& spec, const std::string& key, const Variable& series,
    const Course& course, const std::string& place) {
  if (course.weeks <= 0) return;
  if (window.weeks() == 0)
    throw scenario_error(place, fmt::format("measure '{}' looks at no week", key),
        fmt::format("its weeks are {} to {}, and the runs end with week {}", spec.first.value(), spec.last.value(),
            course.weeks - 1),
        "first must not lie after last, nor after the end; negative ones count from the end");
  if (window.left_out == window.weeks())
    throw scenario_error(place, fmt::format("measure '{}' has no value in any of its weeks", key),
        fmt::format("{} looks back on {} weeks, which have not run before week {}", series.name,
            whole_fact(series, fact::weeks_needed, 1), window.last + 1),
        "make run.warmup or run.weeks longer");
}

std::vector<std::string> remarks(const std::vector<Reading>& readings) {
  // By what is said, of whom.
  std::map<std::string, std::vector<std::string>> outside;
  std::map<std::string, std::vector<std::string>> left_out;
  std::map<std::string, std::vector<std::string>> before;
  std::vector<std::pair<std::string, double>> of_scale;
  double scale = 1;
  for (const Reading& r : readings) {
    const Window& w = r.window;
    if (w.outside > 0)
      outside[fmt::format("{} of the {} weeks asked for are not there: runs have weeks 0 to {}", w.outside,
                  w.weeks() + w.outside, r.course.weeks - 1)]
          .push_back(r.name);
    if (w.left_out > 0)
      left_out[fmt::format("{} of {} weeks are left out: values look back on {} weeks, which have run from week {} on",
                   w.left_out, w.weeks(), whole_fact(*r.series, fact::weeks_needed, 1), w.first + w.left_out)]
          .push_back(r.name);
    if (w.before_effect > 0)
      before[fmt::format("{} of {} weeks lie before the full effect of {} (week {}); {}", w.before_effect, w.weeks(),
                 r.course.policy, w.full_effect,
                 w.full_effect > w.last ? "none would be left after it"
                                        : fmt::format("first = {} leaves them out", w.full_effect))]
          .push_back(r.name);
    if (const double least = real_fact(*r.series, fact::least_scale, 0); r.course.scale < least) {
      of_scale.emplace_back(r.name, least);
      scale = r.course.scale;
    }
  }
  std::vector<std::string> list;
  for (const auto* group : {&outside, &left_out, &before})
    for (const auto& [text, names] : *group) list.push_back(fmt::format("{}: {}", some(names), text));
  if (std::string text = scale_remark(of_scale, scale); !text.empty()) list.push_back(std::move(text));
  return list;
}

Reading reading_of(const Variable& measure, const std::string& name) {
  Reading reading{name, &measure, {}, {}};
  reading.window.first = whole_fact(measure, fact::first_week, 0);
  reading.window.last = whole_fact(measure, fact::last_week, -1);
  reading.window.left_out = whole_fact(measure, fact::weeks_left_out, 0);
  reading.window.before_effect = whole_fact(measure, fact::weeks_before_effect, 0);
  reading.window.full_effect = whole_fact(measure, fact::full_effect, Course::none);
  reading.course.policy = "the policies";
  reading.course.scale = real_fact(measure, fact::scale, 1);
  return reading;
}

namespace {

/// The courses of all points as `level` sees them: of those that differ in the scale alone, the one with the smallest.
std::vector<Course> courses_of(const Experiment& experiment, const std::string& level, std::size_t points,
    const std::function<std::vector<Setting>(std::size_t)>& settings) {
  // Only where an axis moves the course of runs do points differ in it.
  const auto moves = [](const Setting& s) {
    const auto ends = [&](const std::string& with) {
      return s.path.size() > with.size() && s.path.compare(s.path.size() - with.size(), std::string::npos, with) == 0;
    };
    return s.path.rfind("run.", 0) == 0 || s.path == "policies.enabled" ||
           (s.path.rfind("policy.", 0) == 0 && (ends(".start") || ends(".ramp")));
  };
  if (const std::vector<Setting> first = settings(0); std::none_of(first.begin(), first.end(), moves)) points = 1;
  std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::string>, std::size_t> places;
  std::vector<Course> courses;
  for (std::size_t p = 0; p < points; ++p) {
    heed_interrupt();
    Course course = experiment.course(settings(p), level);
    const auto [at, fresh] =
        places.try_emplace({course.weeks, course.warmup, course.begin, course.full, course.policy}, courses.size());
    if (fresh)
      courses.push_back(std::move(course));
    else
      courses[at->second].scale = std::min(courses[at->second].scale, course.scale);
  }
  return courses;
}

/// How a measure reads `series` in the one of `courses` in which most of its weeks are of no use.
Reading worst_reading(const MeasureSpec& spec, const std::string& key, const Variable& series,
    const std::vector<Course>& courses, const std::string& place) {
  Reading worst{key, &series, {}, {}};
  for (const Course& course : courses) {
    if (course.weeks <= 0) return worst;  // a model without a course
    const Window window = window_of(spec, whole_fact(series, fact::weeks_needed, 1), course);
    check_window(window, spec, key, series, course, place);
    if (worst.course.weeks > 0 &&
        window.left_out + window.before_effect <= worst.window.left_out + worst.window.before_effect &&
        course.scale >= worst.course.scale)
      continue;
    worst.window = window;
    worst.course = course;
  }
  return worst;
}

}  // namespace

Reading reading_of(const MeasureSpec& spec, const std::string& key, const Variable& series,
    const Experiment& experiment, std::size_t points, const std::function<std::vector<Setting>(std::size_t)>& settings,
    const std::string& place) {
  return worst_reading(spec, key, series, courses_of(experiment, spec.level.value(), points, settings), place);
}

std::vector<std::string> check_measures(const Collection<MeasureSpec>& measures, const ScenarioSource& source,
    const Experiment& experiment, const Result& outline, std::size_t points,
    const std::function<std::vector<Setting>(std::size_t)>& settings) {
  std::vector<Reading> readings;
  std::map<std::string, std::vector<Course>> courses;  // by level: looked up once, however many measures look at it
  for (std::size_t m = 0; m < measures.size(); ++m) {
    const std::string place = source.place_of(measures[m].name());
    const std::string& level = measures[m].level.value();
    measured(measures[m], measures.key(m), outline, place);  // throws for names that are not there
    const auto [at, fresh] = courses.try_emplace(level);
    if (fresh) at->second = courses_of(experiment, level, points, settings);
    readings.push_back(worst_reading(
        measures[m], measures.key(m), series_of(measures[m], measures.key(m), outline, place), at->second, place));
  }
  return remarks(readings);
}

std::vector<Watched> watched_by(const Collection<MeasureSpec>& measures) {
  std::vector<Watched> list;
  for (std::size_t m = 0; m < measures.size(); ++m)
    list.push_back({measures[m].level.value(), name_of(measures[m], measures.key(m))});
  return list;
}

void default_measures(Collection<MeasureSpec>& measures, const Result& result, const Course& course) {
  const Group* nation = result.group("series/nation");
  if (measures.size() > 0 || nation == nullptr) return;
  for (const Variable& variable : nation->variables)
    if (variable.dimensions == std::vector<std::string>{"week"} &&
        (course.weeks <= 0 || whole_fact(variable, fact::weeks_needed, 1) <= course.weeks + course.warmup))
      measures.entry(variable.name);
}

std::vector<double> weeks_of(const MeasureSpec& spec, const std::string& key, const Result& result) {
  const Group* weekly = result.group("weekly/" + spec.level.value());
  const Group* group = weekly != nullptr && weekly->variable(name_of(spec, key)) != nullptr
                           ? weekly
                           : result.group("series/" + spec.level.value());
  const Coordinate* weeks = group == nullptr ? nullptr : group->coordinate("week");
  std::vector<double> list;
  for (std::size_t t = 0; weeks != nullptr && t < size_of(weeks->values); ++t) list.push_back(value(weeks->values, t));
  return list;
}

std::int64_t whole_fact(const Variable& variable, const char* name, std::int64_t otherwise) {
  const auto found = variable.facts.find(name);
  const auto* value = found == variable.facts.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
  return value == nullptr ? otherwise : *value;
}

double real_fact(const Variable& variable, const char* name, double otherwise) {
  const auto found = variable.facts.find(name);
  const auto* value = found == variable.facts.end() ? nullptr : std::get_if<double>(&found->second);
  return value == nullptr ? otherwise : *value;
}

}  // namespace kurultai
