#include "sweep/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/csv.h"
#include "base/elementary.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/nearest.h"
#include "base/random.h"
#include "base/text.h"
#include "engine/result_head.h"
#include "engine/simulation.h"
#include "scenario/resolved.h"

namespace kurultai {

namespace {

/// What a sweep decides itself, and the key of [sweep] that is for it.
constexpr std::pair<const char*, const char*> decided_by_sweeps[] = {{"run.seed", "seed"},
    {"run.replicate", "replicates"}, {"output.levels", "keep_levels"}, {"output.series", "keep_series"},
    {"output.every", "keep_every"}};

constexpr std::size_t most_points = 10'000'000;
constexpr double most_runs = 1e8;  // of one sweep, before replicates are added

/// Which of `n` values of a list stands at place `unit` of its axis.
std::size_t place_in_list(std::size_t n, double unit) {
  return std::min(n - 1, static_cast<std::size_t>(unit * static_cast<double>(n)));
}

bool fills_ranges(const SweepSettings& sweep) {
  return sweep.design != DesignKind::grid && sweep.design != DesignKind::list && sweep.design != DesignKind::csv;
}

/// What a table's cell or a list's text means for `field`.
Value parsed(const Field& field, const std::string& text) {
  switch (field.kind()) {
    case Field::Kind::flag:
      if (text == "true") return true;
      if (text == "false") return false;
      return text;
    case Field::Kind::real:
    case Field::Kind::lever:
    case Field::Kind::whole: {
      double number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error == std::errc{} && end == text.data() + text.size()) return number;
      return text;
    }
    default: return text;
  }
}

bool is_number(const Field& field) {
  return field.kind() == Field::Kind::real || field.kind() == Field::Kind::lever || field.kind() == Field::Kind::whole;
}

/// What is wrong with the values and points of a design, gathered so that one message names them all.
class Faults {
 public:
  /// `where` orders them: the point, or before all points the axis.
  void add(std::int64_t where, const Error& error) {
    if (faults_.size() < most) faults_.emplace_back(where, error);
    ++count_;
  }
  [[nodiscard]] bool full() const { return faults_.size() >= most; }
  /// Throws the first, with its own exit code; the next few stand in its message.
  void raise() {
    if (faults_.empty()) return;
    std::stable_sort(faults_.begin(), faults_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    Message message = faults_.front().second.message();
    for (std::size_t k = 1; k < std::min(faults_.size(), shown); ++k) {
      Message also = faults_[k].second.message();
      also.suggestion.clear();
      message.suggestion += fmt::format("{}also {}", message.suggestion.empty() ? "" : "; ", to_string(also));
    }
    if (count_ > shown) message.suggestion += fmt::format("; and {}{} more", full() ? "at least " : "", count_ - shown);
    throw Error(faults_.front().second.code(), std::move(message));
  }

 private:
  static constexpr std::size_t most = 100;
  static constexpr std::size_t shown = 4;
  std::vector<std::pair<std::int64_t, Error>> faults_;
  std::size_t count_ = 0;
};

}  // namespace

void refuse_decided(std::span<const std::string> sets,
    const std::function<Error(const std::string& path, const std::string& advice)>& refuse) {
  for (const std::string& set : sets) {
    std::string path = set.substr(0, set.find('='));
    path.erase(0, path.find_first_not_of(' '));
    path.erase(path.find_last_not_of(' ') + 1);
    for (const auto& [decided, advice] : decided_by_sweeps)
      if (path == decided) throw refuse(path, advice);
  }
}

std::vector<std::string> SweepSettings::model_names() {
  std::vector<std::string> names = test_model_names();
  names.insert(names.begin(), "simulator");
  return names;
}

std::string SweepSettings::inconsistency() const {
  if (model.is("simulator") && scenario.value().empty() == scenarios.value().empty())
    return scenario.value().empty() ? "scenario names no file" : "give scenario or scenarios, not both";
  if (untreated && scenarios.value().empty()) return "untreated needs scenarios";
  if (design == DesignKind::csv && table.value().empty()) return "a csv design needs a table";
  if (design != DesignKind::csv && !table.value().empty()) return "a table is read by a csv design only";
  if (design == DesignKind::morris && levels % 2 != 0) return "morris_levels must be even";
  return {};
}

std::string AxisSpec::inconsistency() const {
  if (path.value().empty()) return "path names no parameter";
  if (spacing == Spacing::log && values.size() == 0 && low <= 0)
    return "an axis that is even in the logarithm must begin above 0";
  if (values.size() == 0 && low > high) return "low is above high";
  return {};
}

Value value_at(const AxisSpec& axis, const Field& field, double unit) {
  const std::size_t n = axis.values.size();
  if (n > 0) {
    const Value value = axis.values[place_in_list(n, unit)];
    const auto* text = std::get_if<std::string>(&value);
    return text ? parsed(field, *text) : value;
  }
  const double low = axis.low;
  const double high = axis.high;
  if (field.kind() == Field::Kind::whole && axis.spacing == Spacing::linear)
    return static_cast<std::int64_t>(std::min(high, std::floor(low + unit * (high - low + 1))));
  const double x = axis.spacing == Spacing::log ? low * exp_(unit * log_(high / low)) : low + unit * (high - low);
  if (field.kind() == Field::Kind::whole) return static_cast<std::int64_t>(std::clamp(std::round(x), low, high));
  return std::clamp(x, low, high);
}

namespace {

/// The scenario that a sweep names: that it is not there is a fault of the sweep's file.
std::filesystem::path scenario_file(const ScenarioSource& source, const std::string& name, const std::string& setting) {
  try {
    return source.find(name, source.place_of(setting));
  } catch (const Error& e) {
    throw scenario_error(source.place_of(setting), e.message().problem, e.message().why, e.message().suggestion);
  }
}

}  // namespace

Sweep::Sweep(const std::filesystem::path& file, std::span<const std::string> sets,
    const std::function<void(Sweep&)>& before, const std::function<void(const Sweep&)>& after) {
  if (before) before(*this);
  source = read_scenario(file, sets, registry);
  if (after) after(*this);
  std::vector<std::string> base = sweep.set.value();
  if (sweep.model.is("simulator")) {
    refuse_decided(base, [&](const std::string& path, const std::string& advice) {
      return scenario_error(source.place_of("sweep.set"), fmt::format("'{}' cannot be set here", path),
          "luck and output are the sweep's own matter", fmt::format("use sweep.{}", advice));
    });
    const auto forward = [&](const char* key, const Value& value) {
      base.insert(base.begin(), fmt::format("output.{}={}", key, to_toml(value)));
    };
    forward("levels", sweep.keep_levels.get());
    forward("series", sweep.keep_series.get());
    forward("every", sweep.keep_every.get());
  }
  try {
    if (!sweep.model.is("simulator")) {
      experiment_ = make_test_model(sweep.model.value(), base);
    } else if (sweep.scenarios.value().empty()) {
      experiment_ = make_simulator(scenario_file(source, sweep.scenario.value(), sweep.scenario.path()), base);
    } else {
      std::vector<std::filesystem::path> files;
      for (const std::string& name : sweep.scenarios.value())
        files.push_back(scenario_file(source, name, sweep.scenarios.path()));
      experiment_ = make_together(files, base, sweep.untreated);
    }
  } catch (const Error& error) {  // a fault of a setting is told where the sweep says it
    const std::string option = "--set ";
    Message message = error.message();
    if (message.place.rfind(option, 0) != 0) throw;
    const bool kept = message.place.rfind(option + "output.", 0) == 0;
    message.place =
        fmt::format("{}: {}", source.place_of(kept ? "sweep" : "sweep.set"), message.place.substr(option.size()));
    throw Error(error.code(), message);
  }
  std::optional<CsvTable> table;
  if (sweep.design == DesignKind::csv) table = read_table();
  check_points(table ? &*table : nullptr);
  if (adaptive()) {
    const Section* measure = measures.find(precision.measure.value());
    std::vector<std::string> names;
    for (std::size_t m = 0; m < measures.size(); ++m) names.push_back(measures.key(m));
    if (measure == nullptr)
      throw scenario_error(source.place_of("precision.measure"),
          fmt::format("there is no measure '{}'", precision.measure.value()),
          "[precision] looks at a measure of the sweep",
          names.empty() ? fmt::format("add [measure.{}]", precision.measure.value())
                        : did_you_mean(nearest(precision.measure.value(), names)));
    if (precision.half_width <= 0)
      throw scenario_error(source.place_of("precision"), "half_width must be above 0",
          "no number of replicates makes an interval of width 0", "");
    if (precision.at_most < sweep.replicates)
      throw scenario_error(source.place_of("precision"), "at_most is below the sweep's replicates", "", "raise it");
  }
}

/// Gives every axis the column of its name as its values.
CsvTable Sweep::read_table() {
  const std::filesystem::path file = source.find(sweep.table);
  CsvTable table = CsvTable::read(file);
  if (table.rows() == 0) throw input_error(file.string(), "the table has no rows", "each row is a point", "");
  std::vector<std::string> names;
  for (std::size_t a = 0; a < axes.size(); ++a) names.push_back(axes.key(a));
  for (const std::string& name : table.header())
    if (axes.find(name) == nullptr)
      throw input_error(file.string(), fmt::format("column '{}' is no axis", shown(name)),
          "each column is an axis of the sweep",
          did_you_mean(nearest(name, names), "add an axis of that name with its path"));
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const std::size_t column = table.column(axes.key(a));
    if (axes[a].values.size() > 0)
      throw scenario_error(source.place_of(axes[a].name() + ".values"),
          fmt::format("axis '{}' has values of its own", axes.key(a)), "in a csv design they stand in the table",
          "take one of the two away");
    const Field* field = experiment_->parameters().find(axes[a].path.value());
    if (field == nullptr) continue;  // check_axes says so
    std::vector<double> numbers;
    std::vector<std::string> texts;
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (is_number(*field))
        numbers.push_back(table.number(row, column, -1e300, 1e300));
      else
        texts.emplace_back(table.text(row, column));
    const std::string why = texts.empty() ? axes[a].values.set(numbers) : axes[a].values.set(texts);
    ensure(why.empty(), "a list takes numbers and texts");
  }
  if (const auto twice = doubled_point(); twice.second > 0)
    throw input_error(table.place(twice.second),
        fmt::format("rows {} and {} are one point", table.line(twice.first), table.line(twice.second)),
        "it would count twice", "take one away; for more runs of a point use sweep.replicates");
  return table;
}

std::pair<std::size_t, std::size_t> Sweep::doubled_point() const {
  std::map<std::vector<Value>, std::size_t> points;
  const std::size_t count = axes.size() > 0 ? axes[0].values.size() : 0;
  for (std::size_t p = 0; p < count; ++p) {
    std::vector<Value> point;
    for (std::size_t a = 0; a < axes.size(); ++a)
      point.push_back(axes[a].values.size() > p ? axes[a].values[p] : Value{});
    if (const auto [before, fresh] = points.emplace(std::move(point), p); !fresh) return {before->second, p};
  }
  return {};
}

void Sweep::check_points(const CsvTable* table) {
  Faults faults;
  // A value out of a table is a fault of its line, not of the sweep's file.
  const auto in_table = [&](std::size_t row, const Error& e) {
    return table == nullptr
               ? e
               : input_error(table->place(row), e.message().problem, e.message().why, e.message().suggestion);
  };
  const std::vector<std::vector<bool>> bad = check_axes([&](std::size_t axis, std::size_t k, const Error& e) {
    faults.add(table == nullptr ? static_cast<std::int64_t>(axis) - static_cast<std::int64_t>(axes.size())
                                : static_cast<std::int64_t>(k),
        in_table(k, e));
  });
  make_design();
  if (static_cast<double>(points()) * static_cast<double>(sweep.replicates.value()) > most_runs)
    throw scenario_error(source.place_of("sweep"),
        fmt::format("{} points with {} replicates each are too many runs", points(), sweep.replicates.value()),
        fmt::format("at most {:.0f}", most_runs), "take fewer points or replicates");
  const std::string place = source.place_of("sweep");
  for (std::size_t p = 0; p < points() && !faults.full(); ++p) {
    heed_interrupt();
    bool fits = true;  // a value that no run can have breaks no rule as well
    for (std::size_t a = 0; a < axes.size(); ++a)
      fits = fits && (bad[a].empty() || !bad[a][place_in_list(bad[a].size(), design_(p, a))]);
    if (!fits) continue;
    try {
      experiment_->check(settings_[p], table == nullptr ? fmt::format("{}: point {}", place, p) : table->place(p));
    } catch (const Error& e) { faults.add(static_cast<std::int64_t>(p), in_table(p, e)); }
  }
  faults.raise();
}

std::vector<std::vector<bool>> Sweep::check_axes(
    const std::function<void(std::size_t axis, std::size_t k, const Error&)>& fault) {
  std::vector<std::vector<bool>> bad(axes.size());  // by axis and value of its list
  const Registry& parameters = experiment_->parameters();
  std::map<std::string, std::string> taken;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const AxisSpec& axis = axes[a];
    const std::string place = source.place_of(axis.name() + ".path");
    const std::string& path = axis.path.value();
    const Field* field = parameters.find(path);
    if (field == nullptr)
      throw scenario_error(place, fmt::format("axis '{}' varies '{}'", axes.key(a), path),
          "the base scenario has no such parameter", did_you_mean(nearest(path, parameters.paths())));
    if (path == "run.seed" || path == "run.replicate" || path.rfind("output.", 0) == 0)
      throw scenario_error(place, fmt::format("'{}' cannot be an axis", path),
          "luck and output are the sweep's own matter", "see [sweep] seed, replicates, keep_levels");
    if (const auto [at, fresh] = taken.emplace(path, axes.key(a)); !fresh)
      throw scenario_error(
          place, fmt::format("axes '{}' and '{}' both vary '{}'", at->second, axes.key(a), path), "", "take one away");
    if (field->kind() == Field::Kind::texts || field->kind() == Field::Kind::numbers ||
        field->kind() == Field::Kind::list)
      throw scenario_error(place, fmt::format("'{}' cannot be an axis", path), "it is a list of values",
          "vary a parameter that is one value");
    const std::string values_place = source.place_of(axis.name());
    const std::string values_advice = fmt::format("'{}' is {}", path, field->allowed());
    if (axis.values.size() == 0) {
      if (!fills_ranges(sweep) || !is_number(*field))
        throw scenario_error(values_place, fmt::format("axis '{}' has no values", axes.key(a)),
            is_number(*field) ? fmt::format("a {} design needs a list of them", sweep.design.value())
                              : "only numbers can fill a range",
            "add values = [...]; " + values_advice);
      if (axis.low >= axis.high)
        throw scenario_error(
            values_place, fmt::format("axis '{}' has no range", axes.key(a)), "low must be below high", values_advice);
    }
    // Every value must be one that the parameter takes (tried on a parameter that is put back), and none stands twice
    // where values are combined.
    std::set<std::string> seen;
    Field& trial = const_cast<Field&>(*field);  // NOLINT: the registry's owner is ours
    const Value before = trial.get();
    const std::size_t n = axis.values.size() == 0 ? 2 : axis.values.size();
    for (std::size_t k = 0; k < n; ++k) {
      heed_interrupt();
      const double unit = axis.values.size() == 0 ? static_cast<double>(k) * (1.0 - 1e-12)
                                                  : (static_cast<double>(k) + 0.5) / static_cast<double>(n);
      const Value value = value_at(axis, *field, unit);
      const std::string why = trial.set(value);
      ensure(trial.set(before).empty(), "a field takes back the value it had");
      if (why.empty()) {
        if (sweep.design == DesignKind::grid && !seen.insert(to_toml(value)).second)
          throw scenario_error(values_place,
              fmt::format("axis '{}' has the value {} twice", axes.key(a), to_toml(value)),
              "its points would count twice", "take one away; for more runs of a point use sweep.replicates");
        continue;
      }
      const Error error = scenario_error(values_place,
          fmt::format("axis '{}' cannot take {} to {}", axes.key(a), path, to_toml(value)), why, values_advice);
      if (axis.values.size() == 0) throw error;
      bad[a].resize(n);
      bad[a][k] = true;
      fault(a, k, error);
    }
  }
  if (axes.size() == 0 && sweep.design.value() != "grid")
    throw scenario_error(source.place_of("sweep"), fmt::format("a {} design needs axes", sweep.design.value()),
        "the sweep has none", "add [axis.NAME]");
  return bad;
}

void Sweep::make_design() {
  const auto seed = static_cast<std::uint64_t>(sweep.seed.value());
  const auto n = static_cast<std::size_t>(sweep.points.value());
  const std::size_t k = axes.size();
  std::vector<std::size_t> counts;
  double product = 1;
  for (std::size_t a = 0; a < k; ++a) {
    counts.push_back(axes[a].values.size());
    product *= static_cast<double>(counts.back());
  }
  const double size = sweep.design == DesignKind::grid       ? product
                      : sweep.design == DesignKind::saltelli ? static_cast<double>(n * (k + 2))
                      : sweep.design == DesignKind::morris   ? static_cast<double>(n * (k + 1))
                                                             : static_cast<double>(n);
  if (size > static_cast<double>(most_points))
    throw scenario_error(source.place_of("sweep"), fmt::format("the design has {:.3g} points", size),
        fmt::format("at most {}", most_points), "take fewer axes or values");
  if (sweep.design == DesignKind::grid) {
    design_ = grid_design(counts);
  } else if (sweep.design == DesignKind::list || sweep.design == DesignKind::csv) {
    for (std::size_t a = 0; a < k; ++a)
      if (counts[a] != counts[0])
        throw scenario_error(source.place_of(axes[a].name() + ".values"),
            fmt::format("axis '{}' has {} values and axis '{}' {}", axes.key(a), counts[a], axes.key(0), counts[0]),
            "in a list design the k-th values of all axes make point k", "give all axes equally many");
    if (const auto twice = doubled_point(); twice.second > 0)
      throw scenario_error(source.place_of(axes[0].name() + ".values"),
          fmt::format("values {} and {} of the axes are one point", twice.first + 1, twice.second + 1),
          "it would count twice", "take one away; for more runs of a point use sweep.replicates");
    design_.axes = k;
    for (std::size_t p = 0; p < counts[0]; ++p) {
      for (std::size_t a = 0; a < k; ++a)
        design_.unit.push_back((static_cast<double>(p) + 0.5) / static_cast<double>(counts[0]));
      design_.group.push_back(static_cast<std::int32_t>(p));
      design_.moved.push_back(-1);
    }
  } else if (sweep.design == DesignKind::latin) {
    design_ = latin_design(n, k, seed);
  } else if (sweep.design == DesignKind::sobol) {
    design_ = sobol_design(n, k, seed);
  } else if (sweep.design == DesignKind::saltelli) {
    design_ = saltelli_design(n, k, seed);
  } else {
    design_ = morris_design(n, k, static_cast<std::size_t>(sweep.levels.value()), seed);
  }
  const Registry& parameters = experiment_->parameters();
  std::vector<const Field*> fields;
  for (std::size_t a = 0; a < k; ++a) fields.push_back(parameters.find(axes[a].path.value()));
  settings_.resize(design_.points());
  for (std::size_t p = 0; p < settings_.size(); ++p) {
    heed_interrupt();
    for (std::size_t a = 0; a < k; ++a)
      settings_[p].push_back({axes[a].path.value(), value_at(axes[a], *fields[a], design_(p, a))});
  }
}

std::size_t Sweep::most_replicates() const {
  return static_cast<std::size_t>(adaptive() ? precision.at_most.value() : sweep.replicates.value());
}

RunLuck Sweep::luck(RunKey run) const {
  const auto seed = static_cast<std::uint64_t>(sweep.seed.value());
  const Draws draws(seed, run.replicate, Stream::designs, 1);
  RunLuck luck{seed, run.replicate};
  if (sweep.society == SocietyOf::own) {
    const Draws::Four four = draws.words({0, 0xffffffffU});
    luck.seed = ((static_cast<std::uint64_t>(four[0]) << 32) | four[1]) >> 12;  // run.seed takes 52 bits
    luck.replicate = 0;
  }
  if (!sweep.common) luck.replicate = draws.below(4'000'000'000U, {0, run.point});  // what run.replicate takes
  return luck;
}

std::uint32_t Sweep::shard_of(RunKey run, std::uint32_t count) const {
  return static_cast<std::uint32_t>((adaptive() ? run.point : number(run)) % count + 1);
}

std::string Sweep::resolved() const { return resolved_scenario(source, registry); }

Inputs Sweep::inputs() const {
  Inputs all = experiment_->inputs({});
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const std::string& path = axes[a].path.value();
    if (!path.starts_with("society.") || axes[a].values.size() == 0) continue;
    const Field* field = experiment_->parameters().find(path);
    if (is_number(*field)) continue;
    for (std::size_t k = 0; k < axes[a].values.size(); ++k) {
      const std::vector<Setting> setting = {{path,
          value_at(axes[a], *field, (static_cast<double>(k) + 0.5) / static_cast<double>(axes[a].values.size()))}};
      add_inputs(all, experiment_->inputs(setting));
    }
  }
  if (sweep.design == DesignKind::csv)
    add_inputs(all, input_of("sweep.table", sweep.table.value(), source.find(sweep.table)));
  return all;
}

Result Sweep::attributes(ResultKind kind) const {
  Result result = new_result(kind);
  result.attributes["title"] = source.title;
  result.attributes["description"] = source.description;
  result.attributes[word(kind)] = resolved();
  result.attributes["scenario"] = experiment_->resolved();
  result.attributes["scenario_title"] = experiment_->source().title;
  result.attributes["inputs"] = to_text(inputs());
  result.attributes["seed"] = sweep.seed.value();
  return result;
}

std::string Sweep::identity() const { return identity_of(attributes()); }

}  // namespace kurultai
