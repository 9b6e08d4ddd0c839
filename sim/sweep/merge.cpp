#include "sweep/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "engine/result_writer.h"
#include "engine/simulation.h"
#include "observation/result_builder.h"

namespace kurultai {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Coordinate points_coordinate(std::size_t n) {
  return {.name = "point",
      .dimensions = {"point"},
      .values = counted(n),
      .unit = "1",
      .long_name = "point of the design",
      .source = "design"};
}

Coordinate replicates_coordinate(std::size_t n) {
  return {.name = "replicate",
      .dimensions = {"replicate"},
      .values = counted(n),
      .unit = "1",
      .long_name = "replicate: the same luck at every point, unless the sweep says otherwise",
      .source = "design"};
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
    variables.push_back({.name = sweep.axes.key(a),
        .dimensions = {"point"},
        .values = texts.empty() ? Values(std::move(numbers)) : Values(std::move(texts)),
        .unit = field->about().unit,
        .long_name = fmt::format("{}: {}", field->path(), field->about().meaning),
        .source = field->about().source});
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
  const std::string reduced = spec.reduce == Reduce::last ? "last value" : spec.reduce.value();
  return meaning + fmt::format("; {} of {}", reduced, weeks_of(spec));
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

/// The facts of a measure, besides those of the series that it looks at.
std::map<std::string, Attribute> facts_of(const Variable& series, const Reading& reading) {
  std::map<std::string, Attribute> facts = series.facts;
  facts[fact::first_week] = reading.window.first;
  facts[fact::last_week] = reading.window.last;
  facts[fact::scale] = reading.course.scale;
  facts[fact::weeks_left_out] = reading.window.left_out;
  facts[fact::weeks_before_effect] = reading.window.before_effect;
  if (reading.window.full_effect != Course::none) facts[fact::full_effect] = reading.window.full_effect;
  return facts;
}

/// A merge under way. Cells are the runs (point, replicate), replicates fastest.
class Merger {
 public:
  Merger(const Sweep& sweep, const Store& store, const std::vector<std::size_t>& needed)
      : sweep_(sweep),
        store_(store),
        needed_(needed),
        points_(sweep.points()),
        replicates_(std::max<std::size_t>(1, *std::max_element(needed.begin(), needed.end()))),
        axes_(axis_variables(sweep)),
        axis_names_(axis_names(sweep)) {}

  MergeReport merge(Output& output) {
    read_runs();
    if (report_.damaged.empty()) write(output, outline(output));
    return report_;
  }

 private:
  /// Arrays of a batch of points, by group and variable of `series_`.
  using Arrays = std::map<std::pair<std::size_t, std::size_t>, Values>;

  [[nodiscard]] std::size_t cell(std::size_t p, std::size_t r) const { return p * replicates_ + r; }
  static RunKey key(std::size_t p, std::size_t r) {
    return {static_cast<std::uint32_t>(p), static_cast<std::uint32_t>(r)};
  }
  [[nodiscard]] bool is(std::size_t at, RunStatus status) const {
    return status_[at] == static_cast<std::uint8_t>(status);
  }

  // --- First look: what is there, its measures, and the union of all labels ------------------------------

  void read_runs() {
    const std::size_t cells = points_ * replicates_;
    numbers_.resize(cells);
    status_.assign(cells, static_cast<std::uint8_t>(RunStatus::missing));
    reasons_.resize(cells);
    digests_.resize(cells);
    seeds_.resize(cells);
    lucks_.resize(cells);
    measures_.assign(sweep_.measures.size(), std::vector<double>(cells, nan));
    for (std::size_t p = 0; p < points_; ++p)
      for (std::size_t r = 0; r < replicates_; ++r) {
        heed_interrupt();
        const std::size_t at = cell(p, r);
        const RunLuck luck = sweep_.luck(key(p, r));
        numbers_[at] = static_cast<std::int64_t>(sweep_.number(key(p, r)));
        seeds_[at] = static_cast<std::int64_t>(luck.seed);
        lucks_[at] = static_cast<std::int64_t>(luck.replicate);
        if (r < needed_[p])
          read_run(at, sweep_.number(key(p, r)));
        else
          status_[at] = static_cast<std::uint8_t>(RunStatus::not_needed);
      }
  }

  void read_run(std::size_t at, std::uint64_t run) {
    try {
      if (store_.has(run)) {
        take_in(at, run, store_.head(run));
      } else if (store_.has_failed(run)) {
        reasons_[at] = store_.reason(run);
        status_[at] = static_cast<std::uint8_t>(RunStatus::failed);
        ++report_.failed;
      } else {
        ++report_.missing;
      }
    } catch (const RunOfOthers&) { throw; } catch (const Error& e) {
      if (e.code() != ExitCode::storage) throw;
      report_.damaged.push_back(run);
    }
  }

  /// Takes what a finished run's head says.
  void take_in(std::size_t at, std::uint64_t run, Result head) {
    status_[at] = static_cast<std::uint8_t>(RunStatus::finished);
    if (report_.finished++ == 0) first_finished_ = run;
    digests_[at] = text_attribute(head, run_digest_attribute);
    for (std::size_t m = 0; m < measures_.size(); ++m)
      measures_[m][at] = number_attribute(head, measure_attribute + sweep_.measures.key(m));
    for (Group& group : head.groups) unite_series(std::move(group));
  }

  void unite_series(Group group) {
    const auto known =
        std::find_if(series_.begin(), series_.end(), [&](const Group& g) { return g.path == group.path; });
    if (known == series_.end()) {
      series_.push_back(std::move(group));
      return;
    }
    for (const Coordinate& more : group.coordinates)
      for (Coordinate& coordinate : known->coordinates)
        if (coordinate.name == more.name) unite(coordinate.values, more.values);
    for (Variable& variable : group.variables)
      if (known->variable(variable.name) == nullptr) known->variables.push_back(std::move(variable));
  }

  // --- The outline of the file ---------------------------------------------------------------------------

  [[nodiscard]] Result outline(Output& output) const {
    Result file = sweep_.attributes();
    output.sign(file);
    file.attributes["design"] = sweep_.sweep.design.value();
    file.attributes["replicates"] = sweep_.sweep.replicates.value();
    if (const Course course = sweep_.experiment().course(sweep_.settings(0), ""); course.weeks > 0)
      describe(course, file);
    file.groups.push_back(design_group(sweep_));
    file.groups.push_back(runs_group());
    if (sweep_.measures.size() > 0) {
      const std::vector<std::optional<Reading>> readings = readings_of_measures();
      std::vector<Reading> known;
      for (const std::optional<Reading>& reading : readings)
        if (reading) known.push_back(*reading);
      add_notes(file, remarks(known));
      file.groups.push_back(measures_group(readings));
    }
    const Result first_run = report_.finished == 0 ? Result{} : store_.get(first_finished_);
    for (const Group& group : series_) file.groups.push_back(series_group(group, first_run));
    return file;
  }

  /// What is over (point, replicate), labelled by the axes.
  [[nodiscard]] GroupBuilder over_runs(const char* path, const char* long_name) const {
    GroupBuilder group(path, long_name);
    group.over(points_coordinate(points_)).over(replicates_coordinate(replicates_));
    group.coordinates(axis_names_).from("design");
    return group;
  }

  [[nodiscard]] Group runs_group() const {
    GroupBuilder runs = over_runs("runs", "every run: what became of it, and how to do it again");
    runs.add("run", numbers_).says("number for 'kurultai rerun FILE --run N'");
    runs.add("status", status_).says("what became of the run").one_of(word_list<RunStatus>());
    runs.add("reason", reasons_).says("why a run failed");
    runs.add("digest", digests_).says("digest of the run's whole result");
    runs.add("seed", seeds_).says("run.seed");
    runs.add("luck", lucks_).says("run.replicate");
    runs.add(axes_);
    return runs.take();
  }

  [[nodiscard]] const Variable* series_of_measure(std::size_t m) const {
    return series_of(sweep_.measures[m], sweep_.measures.key(m), series_);
  }

  /// Over which weeks each measure looks; nothing where its series was not kept, or has no course.
  [[nodiscard]] std::vector<std::optional<Reading>> readings_of_measures() const {
    std::vector<std::optional<Reading>> readings(measures_.size());
    for (std::size_t m = 0; m < measures_.size(); ++m) {
      const Variable* series = series_of_measure(m);
      if (series == nullptr) continue;
      const MeasureSpec& spec = sweep_.measures[m];
      const auto settings = [&](std::size_t p) { return sweep_.settings(p); };
      Reading reading = reading_of(spec, sweep_.measures.key(m), *series, sweep_.experiment(), points_, settings,
          sweep_.source.place_of(spec.name()));
      if (reading.course.weeks > 0) readings[m] = std::move(reading);
    }
    return readings;
  }

  [[nodiscard]] Group measures_group(std::span<const std::optional<Reading>> readings) const {
    GroupBuilder group = over_runs("measures", "one number out of each run");
    for (std::size_t m = 0; m < measures_.size(); ++m) {
      const std::string& name = sweep_.measures.key(m);
      const Variable* series = series_of_measure(m);
      VariableBuilder measure = group.add(name, measures_[m]);
      measure.unit(series == nullptr ? "1" : series->unit).says(meaning_of(sweep_.measures[m], name, series));
      if (readings[m]) measure.facts(facts_of(*series, *readings[m]));
    }
    group.add(axes_);
    return group.take();
  }

  /// The outline of a group of series: their values come later, but for those of labels.
  [[nodiscard]] Group series_group(Group group, const Result& first_run) const {
    for (Variable& variable : group.variables) {
      if (is_label(sweep_, variable)) {
        variable.values = first_run.group(group.path)->variable(variable.name)->values;
        continue;
      }
      variable.dimensions.insert(variable.dimensions.begin(), {"point", "replicate"});
      variable.coordinates.insert(variable.coordinates.begin(), axis_names_.begin(), axis_names_.end());
      variable.values = missing_values(variable.values, 0);
    }
    group.coordinates.insert(
        group.coordinates.begin(), {points_coordinate(points_), replicates_coordinate(replicates_)});
    group.variables.insert(group.variables.end(), axes_.begin(), axes_.end());
    return group;
  }

  // --- Second look: the values, a batch of points at a time ----------------------------------------------

  void write(Output& output, const Result& outline) const {
    ResultWriter writer(output.file(), outline);
    const std::size_t batch = std::max<std::size_t>(writer.batch(), 1);
    for (std::size_t first = 0; first < points_; first += batch) {
      for (const auto& [at, values] : read_batch(first, std::min(points_, first + batch))) {
        const Group& group = series_[at.first];
        writer.write(group.path, group.variables[at.second].name, first, values);
      }
    }
    writer.commit([&] { output.make_way(); });
  }

  [[nodiscard]] Arrays read_batch(std::size_t first, std::size_t last) const {
    Arrays arrays;
    const std::size_t runs = (last - first) * replicates_;
    for (std::size_t p = first; p < last; ++p)
      for (std::size_t r = 0; r < replicates_; ++r) {
        heed_interrupt();
        if (is(cell(p, r), RunStatus::finished))
          place_run(store_.get(sweep_.number(key(p, r))), cell(p - first, r), runs, arrays);
      }
    return arrays;
  }

  /// Copies the values of a run to their places in the arrays of a batch of `runs` runs.
  void place_run(const Result& run, std::size_t place, std::size_t runs, Arrays& arrays) const {
    for (std::size_t g = 0; g < series_.size(); ++g) {
      const Group* group = run.group(series_[g].path);
      if (group == nullptr) continue;
      for (std::size_t v = 0; v < series_[g].variables.size(); ++v) {
        const Variable* variable = group->variable(series_[g].variables[v].name);
        if (variable == nullptr || is_label(sweep_, *variable)) continue;
        std::vector<std::size_t> shape;
        std::vector<std::size_t> part_shape;
        std::vector<std::vector<std::size_t>> at;
        std::size_t size = 1;
        for (const std::string& dimension : variable->dimensions) {
          const Values& all = series_[g].coordinate(dimension)->values;
          const Values& own = group->coordinate(dimension)->values;
          shape.push_back(size_of(all));
          part_shape.push_back(size_of(own));
          at.push_back(places(all, own));
          size *= shape.back();
        }
        Values& array = arrays.try_emplace({g, v}, missing_values(variable->values, 0)).first->second;
        if (size_of(array) == 0) array = missing_values(variable->values, runs * size);
        place_values(array, place * size, variable->values, part_shape, shape, at);
      }
    }
  }

  const Sweep& sweep_;
  const Store& store_;
  const std::vector<std::size_t>& needed_;  ///< by point: replicates
  std::size_t points_;
  std::size_t replicates_;  ///< of the point that needs most
  std::vector<Variable> axes_;
  std::vector<std::string> axis_names_;

  MergeReport report_;
  std::vector<std::int64_t> numbers_;  ///< by cell, as all that follow
  std::vector<std::uint8_t> status_;
  std::vector<std::string> reasons_;
  std::vector<std::string> digests_;
  std::vector<std::int64_t> seeds_;
  std::vector<std::int64_t> lucks_;
  std::vector<std::vector<double>> measures_;  ///< [measure][cell]
  std::vector<Group> series_;                  ///< of all runs: the union of their series and of their labels
  std::uint64_t first_finished_ = 0;           ///< the number of a run that finished
};

}  // namespace

void condense(const Sweep& sweep, Result& result) {
  for (std::size_t m = 0; m < sweep.measures.size(); ++m)
    result.attributes[measure_attribute + sweep.measures.key(m)] =
        measured(sweep.measures[m], sweep.measures.key(m), result, sweep.source.place_of(sweep.measures[m].name()));
  // What is not kept is not hashed.
  std::erase_if(result.groups, [](const Group& group) { return group.path.starts_with("weekly/"); });
  result.attributes[run_digest_attribute] = digest(result);
  result.attributes.erase("scenario");  // what differs between runs stands in their settings
  std::erase_if(result.groups,
      [](const Group& group) { return !group.path.starts_with("series/") && !group.path.starts_with("surveys/"); });
}

Group design_group(const Sweep& sweep) {
  GroupBuilder group("design", "the points of the design");
  group.from("design");
  group.over(points_coordinate(sweep.points())).add(axis_variables(sweep));
  const Design& design = sweep.design();
  for (std::size_t a = 0; a < design.axes; ++a) {
    std::vector<double> unit;
    for (std::size_t p = 0; p < design.points(); ++p) unit.push_back(design(p, a));
    group.add("unit_" + sweep.axes.key(a), std::move(unit)).says("place of the value on the axis, 0 to 1");
  }
  group.add("design_group", design.group).says("row of the base sample (saltelli), trajectory (morris)");
  group.add("design_moved", design.moved)
      .says("axis taken from the second sample (saltelli) or moved (morris); -1: none, -2: all");
  return group.take();
}

MergeReport merge(const Sweep& sweep, const Store& store, const std::vector<std::size_t>& needed, Output& output) {
  return Merger(sweep, store, needed).merge(output);
}

}  // namespace kurultai
