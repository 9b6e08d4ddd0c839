#include "sweep/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "engine/simulation.h"
#include "engine/storage.h"

namespace kurultai {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class T> std::vector<T> counted(std::size_t n) {
  std::vector<T> values(n);
  for (std::size_t k = 0; k < n; ++k) values[k] = static_cast<T>(k);
  return values;
}

Coordinate points_coordinate(std::size_t n) {
  return {"point", {"point"}, counted<std::int32_t>(n), "1", "point of the design", "design", {}};
}

Coordinate replicates_coordinate(std::size_t n) {
  return {"replicate", {"replicate"}, counted<std::int32_t>(n), "1",
      "replicate: the same luck at every point, unless the sweep says otherwise", "design", {}};
}

/// The axes as variables over (point).
std::vector<Variable> axis_variables(const Sweep& sweep) {
  std::vector<Variable> variables;
  for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
    const Field* field = sweep.experiment().parameters().find(sweep.axes[a].path.value());
    ensure(field != nullptr, "an axis names a parameter");
    std::vector<double> numbers;
    std::vector<std::string> texts;
    for (std::size_t p = 0; p < sweep.points(); ++p) {
      const Value& value = sweep.settings(p)[a].value;
      if (const auto* real = std::get_if<double>(&value)) numbers.push_back(*real);
      if (const auto* whole = std::get_if<std::int64_t>(&value)) numbers.push_back(static_cast<double>(*whole));
      if (const auto* flag = std::get_if<bool>(&value)) texts.emplace_back(*flag ? "true" : "false");
      if (const auto* text = std::get_if<std::string>(&value)) texts.push_back(*text);
    }
    const std::string meaning = fmt::format("{}: {}", field->path(), field->about().meaning);
    variables.push_back({sweep.axes.key(a), {"point"}, Values(std::move(numbers)), field->about().unit, meaning,
        field->about().source, {}});
    if (!texts.empty()) variables.back().values = std::move(texts);
  }
  return variables;
}

std::vector<std::string> axis_names(const Sweep& sweep) {
  std::vector<std::string> names;
  for (std::size_t a = 0; a < sweep.axes.size(); ++a) names.push_back(sweep.axes.key(a));
  return names;
}

/// The union of a coordinate's labels over runs: weeks in their order, texts as they come.
void unite(Values& all, const Values& more) {
  std::visit(
      [&](auto& labels) {
        using Labels = std::decay_t<decltype(labels)>;
        const auto* others = std::get_if<Labels>(&more);
        ensure(others != nullptr, "a coordinate has one type in all runs");
        if (labels == *others) return;
        for (const auto& label : *others)
          if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
        if constexpr (!std::is_same_v<Labels, std::vector<std::string>>) std::sort(labels.begin(), labels.end());
      },
      all);
}

/// Where each label of `part` stands in `all`; empty if they are the same.
std::vector<std::size_t> places(const Values& all, const Values& part) {
  std::vector<std::size_t> at;
  if (all == part) return at;
  std::visit(
      [&](const auto& labels) {
        for (const auto& label : std::get<std::decay_t<decltype(labels)>>(part))
          at.push_back(static_cast<std::size_t>(std::find(labels.begin(), labels.end(), label) - labels.begin()));
      },
      all);
  return at;
}

/// An array of `size` values of the type of `like`, all missing.
Values missing_values(const Values& like, std::size_t size) {
  return std::visit(
      [&](const auto& list) -> Values {
        using List = std::decay_t<decltype(list)>;
        if constexpr (std::is_floating_point_v<typename List::value_type>)
          return List(size, std::numeric_limits<typename List::value_type>::quiet_NaN());
        else
          return List(size);
      },
      like);
}

/// Copies a run's array into its place in the array of a batch: `shape` are the sizes there, `at` where each of the
/// run's labels stands (empty: the same).
void place_values(Values& batch, std::size_t offset, const Values& part, const std::vector<std::size_t>& part_shape,
    const std::vector<std::size_t>& shape, const std::vector<std::vector<std::size_t>>& at) {
  std::visit(
      [&](auto& to) {
        const auto& from = std::get<std::decay_t<decltype(to)>>(part);
        if (std::all_of(at.begin(), at.end(), [](const auto& list) { return list.empty(); })) {
          std::copy(from.begin(), from.end(), to.begin() + static_cast<std::ptrdiff_t>(offset));
          return;
        }
        for (std::size_t k = 0; k < from.size(); ++k) {
          std::size_t rest = k;
          std::size_t stride = 1;
          std::size_t place = offset;
          for (std::size_t d = shape.size(); d-- > 0;) {
            const std::size_t index = rest % part_shape[d];
            rest /= part_shape[d];
            place += stride * (at[d].empty() ? index : at[d][index]);
            stride *= shape[d];
          }
          to[place] = from[k];
        }
      },
      batch);
}

/// The series that a measure looks at, among those that were kept; nullptr if it was not.
const Variable* series_of(const MeasureSpec& spec, const std::string& key, const std::vector<Group>& series) {
  for (const Group& group : series)
    if (group.path == "series/" + spec.level.value())
      return group.variable(spec.series.value().empty() ? key : spec.series.value());
  return nullptr;
}

/// The weeks that a measure looks at, in words.
std::string weeks_of(const MeasureSpec& spec) {
  if (spec.first == 0 && spec.last == -1) return "all weeks";
  if (spec.first == -1 && spec.last == -1) return "the last week";
  if (spec.first < 0 && spec.last == -1) return fmt::format("the last {} weeks", -spec.first.value());
  const auto week = [](std::int64_t w) {
    return w >= 0 ? fmt::format("week {}", w) : w == -1 ? "the end" : fmt::format("{} weeks before the end", -w);
  };
  return week(spec.first) + " to " + week(spec.last);
}

/// "share of adults who took part in anything in the last 52 weeks, form=e-vote; mean of the last 52 weeks".
std::string meaning_of(const MeasureSpec& spec, const std::string& name, const Variable* of) {
  std::string meaning = of == nullptr ? name : of->long_name;
  for (const std::string& label : spec.at.value()) meaning += ", " + label;
  if (!spec.level.value().empty() && spec.level.value() != "nation") meaning += ", by " + spec.level.value();
  return meaning +
         fmt::format("; {} of {}", spec.reduce.is("last") ? "last value" : spec.reduce.value(), weeks_of(spec));
}

/// Whether a variable tells about places and strata rather than about a run: the same in all runs of a sweep that does
/// not vary the society.
bool is_label(const Sweep& sweep, const Variable& variable) {
  if (variable.dimensions == std::vector<std::string>{"form"}) return true;  // forms are the scenario's
  for (std::size_t a = 0; a < sweep.axes.size(); ++a)
    if (sweep.axes[a].path.value().rfind("society.", 0) == 0) return false;
  return std::find(variable.dimensions.begin(), variable.dimensions.end(), "week") == variable.dimensions.end();
}

double number_attribute(const Result& result, const std::string& name) {
  const auto found = result.attributes.find(name);
  const auto* number = found == result.attributes.end() ? nullptr : std::get_if<double>(&found->second);
  return number == nullptr ? nan : *number;
}

}  // namespace

void condense(const Sweep& sweep, Result& result) {
  for (std::size_t m = 0; m < sweep.measures.size(); ++m)
    result.attributes[measure_attribute + sweep.measures.key(m)] =
        measured(sweep.measures[m], sweep.measures.key(m), result, sweep.source.place_of(sweep.measures[m].name()));
  std::erase_if(result.groups,
      [](const Group& group) { return group.path.rfind("weekly/", 0) == 0; });  // not kept, so not hashed
  result.attributes[run_digest_attribute] = digest(result);
  result.attributes.erase("scenario");  // what differs between runs stands in their settings
  std::erase_if(result.groups,
      [](const Group& group) { return group.path.rfind("series/", 0) != 0 && group.path.rfind("surveys/", 0) != 0; });
}

Group design_group(const Sweep& sweep) {
  Group group{"design", "the points of the design", {points_coordinate(sweep.points())}, axis_variables(sweep)};
  const Design& design = sweep.design();
  for (std::size_t a = 0; a < design.axes; ++a) {
    std::vector<double> unit;
    for (std::size_t p = 0; p < design.points(); ++p) unit.push_back(design(p, a));
    group.variables.push_back(
        {"unit_" + sweep.axes.key(a), {"point"}, unit, "1", "place of the value on the axis, 0 to 1", "design", {}});
  }
  group.variables.push_back({"design_group", {"point"}, design.group, "1",
      "row of the base sample (saltelli), trajectory (morris)", "design", {}});
  group.variables.push_back({"design_moved", {"point"}, design.moved, "1",
      "axis taken from the second sample (saltelli) or moved (morris); -1: none, -2: all", "design", {}});
  return group;
}

MergeReport merge(const Sweep& sweep, const Store& store, const std::vector<std::size_t>& needed, Output& output) {
  MergeReport report;
  const std::size_t points = sweep.points();
  const std::size_t replicates = std::max<std::size_t>(1, *std::max_element(needed.begin(), needed.end()));
  const std::size_t cells = points * replicates;
  const auto number = [&](std::size_t p, std::size_t r) {
    return sweep.number({static_cast<std::uint32_t>(p), static_cast<std::uint32_t>(r)});
  };

  // First look: what is there, its measures, and the union of all labels.
  std::vector<std::int64_t> numbers(cells);
  std::vector<std::uint8_t> status(cells, static_cast<std::uint8_t>(RunStatus::missing));
  std::vector<std::string> reasons(cells);
  std::vector<std::string> digests(cells);
  std::vector<std::int64_t> seeds(cells);
  std::vector<std::int64_t> lucks(cells);
  std::vector<std::vector<double>> measures(sweep.measures.size(), std::vector<double>(cells, nan));
  std::vector<Group> series;
  std::uint64_t first_number = 0;  // of a run that finished
  for (std::size_t p = 0; p < points; ++p)
    for (std::size_t r = 0; r < replicates; ++r) {
      heed_interrupt();
      const std::size_t cell = p * replicates + r;
      const std::uint64_t run = number(p, r);
      const Luck luck = sweep.luck({static_cast<std::uint32_t>(p), static_cast<std::uint32_t>(r)});
      numbers[cell] = static_cast<std::int64_t>(run);
      seeds[cell] = static_cast<std::int64_t>(luck.seed);
      lucks[cell] = static_cast<std::int64_t>(luck.replicate);
      const bool finished = store.has(run);
      if (r >= needed[p]) {
        status[cell] = static_cast<std::uint8_t>(RunStatus::not_needed);
        continue;
      }
      if (!finished && !store.has_failed(run)) {
        ++report.missing;
        continue;
      }
      std::optional<Result> part;
      try {
        if (finished)
          part = store.head(run);
        else
          reasons[cell] = store.reason(run);
      } catch (const RunOfOthers&) { throw; } catch (const Error& e) {
        if (e.code() != ExitCode::storage) throw;
        report.damaged.push_back(run);
        continue;
      }
      if (!finished) {
        status[cell] = static_cast<std::uint8_t>(RunStatus::failed);
        ++report.failed;
        continue;
      }
      status[cell] = static_cast<std::uint8_t>(RunStatus::finished);
      if (report.finished++ == 0) first_number = run;
      digests[cell] = text_attribute(*part, run_digest_attribute);
      for (std::size_t m = 0; m < measures.size(); ++m)
        measures[m][cell] = number_attribute(*part, measure_attribute + sweep.measures.key(m));
      for (Group& group : part->groups) {
        const auto known =
            std::find_if(series.begin(), series.end(), [&](const Group& g) { return g.path == group.path; });
        if (known == series.end()) {
          series.push_back(std::move(group));
          continue;
        }
        for (std::size_t c = 0; c < group.coordinates.size(); ++c)
          for (Coordinate& coordinate : known->coordinates)
            if (coordinate.name == group.coordinates[c].name) unite(coordinate.values, group.coordinates[c].values);
        for (Variable& variable : group.variables)
          if (known->variable(variable.name) == nullptr) known->variables.push_back(std::move(variable));
      }
    }
  if (!report.damaged.empty()) return report;

  // The outline of the file.
  Result outline = sweep.attributes();
  output.sign(outline);
  outline.attributes["design"] = sweep.sweep.design.value();
  outline.attributes["replicates"] = sweep.sweep.replicates.value();
  if (const Course course = sweep.experiment().course(sweep.settings(0), ""); course.weeks > 0)
    describe(course, outline);
  outline.groups.push_back(design_group(sweep));

  Group runs{"runs", "every run: what became of it, and how to do it again",
      {points_coordinate(points), replicates_coordinate(replicates)}, {}};
  const std::vector<std::string> both = {"point", "replicate"};
  const std::vector<std::string> names = axis_names(sweep);
  runs.variables.push_back(
      {"run", both, numbers, "1", "number for 'kurultai rerun FILE --run N'", "design", {}, names});
  runs.variables.push_back({"status", both, status, "1", "what became of the run", "design",
      {run_status_names[0], run_status_names[1], run_status_names[2], run_status_names[3]}, names});
  runs.variables.push_back({"reason", both, reasons, "1", "why a run failed", "design", {}, names});
  runs.variables.push_back({"digest", both, digests, "1", "digest of the run's whole result", "design", {}, names});
  runs.variables.push_back({"seed", both, seeds, "1", "run.seed", "design", {}, names});
  runs.variables.push_back({"luck", both, lucks, "1", "run.replicate", "design", {}, names});
  const std::vector<Variable> axes = axis_variables(sweep);
  runs.variables.insert(runs.variables.end(), axes.begin(), axes.end());
  outline.groups.push_back(std::move(runs));

  if (sweep.measures.size() > 0) {
    Group group{
        "measures", "one number out of each run", {points_coordinate(points), replicates_coordinate(replicates)}, {}};
    std::vector<Reading> readings;
    for (std::size_t m = 0; m < measures.size(); ++m) {
      const MeasureSpec& spec = sweep.measures[m];
      const std::string& name = sweep.measures.key(m);
      const Variable* of = series_of(spec, name, series);
      group.variables.push_back(
          {name, both, measures[m], of == nullptr ? "1" : of->unit, meaning_of(spec, name, of), "design", {}, names});
      if (of == nullptr) continue;
      const Reading reading = reading_of(
          spec, name, *of, sweep.experiment(), points, [&](std::size_t p) { return sweep.settings(p); },
          sweep.source.place_of(spec.name()));
      if (reading.course.weeks <= 0) continue;
      auto& facts = group.variables.back().facts;
      facts = of->facts;
      facts[fact::first_week] = reading.window.first;
      facts[fact::last_week] = reading.window.last;
      facts[fact::scale] = reading.course.scale;
      facts[fact::weeks_left_out] = reading.window.left_out;
      facts[fact::weeks_before_effect] = reading.window.before_effect;
      if (reading.window.full_effect != Course::none) facts[fact::full_effect] = reading.window.full_effect;
      readings.push_back(reading);
    }
    add_notes(outline, remarks(readings));
    group.variables.insert(group.variables.end(), axes.begin(), axes.end());
    outline.groups.push_back(std::move(group));
  }
  const Result first_run = report.finished == 0 ? Result{} : store.get(first_number);
  for (Group group : series) {
    for (Variable& variable : group.variables) {
      if (is_label(sweep, variable)) {
        variable.values = first_run.group(group.path)->variable(variable.name)->values;
        continue;
      }
      variable.dimensions.insert(variable.dimensions.begin(), {"point", "replicate"});
      variable.coordinates.insert(variable.coordinates.begin(), names.begin(), names.end());
      variable.values = missing_values(variable.values, 0);
    }
    group.coordinates.insert(group.coordinates.begin(), {points_coordinate(points), replicates_coordinate(replicates)});
    group.variables.insert(group.variables.end(), axes.begin(), axes.end());
    outline.groups.push_back(std::move(group));
  }

  // Second look: the values, a batch of points at a time.
  ResultWriter writer(output.file(), outline);
  const std::size_t batch = std::max<std::size_t>(writer.batch(), 1);
  for (std::size_t first = 0; first < points; first += batch) {
    const std::size_t last = std::min(points, first + batch);
    std::map<std::pair<std::size_t, std::size_t>, Values> arrays;  // by group and variable of `series`
    for (std::size_t p = first; p < last; ++p)
      for (std::size_t r = 0; r < replicates; ++r) {
        heed_interrupt();
        const std::size_t cell = p * replicates + r;
        if (status[cell] != static_cast<std::uint8_t>(RunStatus::finished)) continue;
        const Result part = store.get(number(p, r));
        for (std::size_t g = 0; g < series.size(); ++g) {
          const Group* group = part.group(series[g].path);
          if (group == nullptr) continue;
          for (std::size_t v = 0; v < series[g].variables.size(); ++v) {
            const Variable* variable = group->variable(series[g].variables[v].name);
            if (variable == nullptr || is_label(sweep, *variable)) continue;
            std::vector<std::size_t> shape;
            std::vector<std::size_t> part_shape;
            std::vector<std::vector<std::size_t>> at;
            std::size_t size = 1;
            for (const std::string& dimension : variable->dimensions) {
              const Values& all = series[g].coordinate(dimension)->values;
              const Values& own = group->coordinate(dimension)->values;
              shape.push_back(size_of(all));
              part_shape.push_back(size_of(own));
              at.push_back(places(all, own));
              size *= shape.back();
            }
            Values& array = arrays.try_emplace({g, v}, missing_values(variable->values, 0)).first->second;
            if (size_of(array) == 0) array = missing_values(variable->values, (last - first) * replicates * size);
            place_values(array, ((p - first) * replicates + r) * size, variable->values, part_shape, shape, at);
          }
        }
      }
    for (const auto& [key, values] : arrays)
      writer.write(series[key.first].path, series[key.first].variables[key.second].name, first, values);
  }
  writer.commit([&] { output.make_way(); });
  return report;
}

}  // namespace kurultai
