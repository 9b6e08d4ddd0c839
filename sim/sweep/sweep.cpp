#include "sweep/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "base/csv.h"
#include "base/elementary.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/random.h"
#include "engine/simulation.h"

namespace kurultai {

namespace {

constexpr std::size_t most_points = 10'000'000;

bool fills_ranges(const SweepSettings& sweep) {
  return !sweep.design.is("grid") && !sweep.design.is("list") && !sweep.design.is("csv");
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

}  // namespace

std::vector<std::string> SweepSettings::model_names() {
  std::vector<std::string> names = test_model_names();
  names.insert(names.begin(), "simulator");
  return names;
}

std::string SweepSettings::inconsistency() const {
  if (model.is("simulator") && scenario.value().empty() == scenarios.value().empty())
    return scenario.value().empty() ? "scenario names no file" : "give scenario or scenarios, not both";
  if (untreated && scenarios.value().empty()) return "untreated needs scenarios";
  if (design.is("csv") && table.value().empty()) return "a csv design needs a table";
  if (design.is("morris") && levels % 2 != 0) return "morris_levels must be even";
  return {};
}

std::string AxisSpec::inconsistency() const {
  if (path.value().empty()) return "path names no parameter";
  if (spacing.is("log") && values.size() == 0 && low <= 0) return "an axis that is even in the logarithm must begin above 0";
  if (values.size() == 0 && low > high) return "low is above high";
  return {};
}

Value value_at(const AxisSpec& axis, const Field& field, double unit) {
  const std::size_t n = axis.values.size();
  if (n > 0) {
    const Value value = axis.values[std::min(n - 1, static_cast<std::size_t>(unit * static_cast<double>(n)))];
    const auto* text = std::get_if<std::string>(&value);
    return text ? parsed(field, *text) : value;
  }
  const double low = axis.low;
  const double high = axis.high;
  if (field.kind() == Field::Kind::whole && axis.spacing.is("linear"))
    return static_cast<std::int64_t>(std::min(high, std::floor(low + unit * (high - low + 1))));
  const double x = axis.spacing.is("log") ? low * exp_(unit * log_(high / low)) : low + unit * (high - low);
  if (field.kind() == Field::Kind::whole) return static_cast<std::int64_t>(std::clamp(std::round(x), low, high));
  return std::clamp(x, low, high);
}

Sweep::Sweep(const std::filesystem::path& file, std::span<const std::string> sets, const std::function<void(Sweep&)>& before,
             const std::function<void(const Sweep&)>& after) {
  if (before) before(*this);
  source = read_scenario(file, sets, registry);
  if (after) after(*this);
  std::vector<std::string> base = sweep.set.value();
  if (sweep.model.is("simulator")) {
    const auto forward = [&](const char* key, const Value& value) { base.insert(base.begin(), fmt::format("output.{}={}", key, to_toml(value))); };
    forward("levels", sweep.keep_levels.get());
    forward("series", sweep.keep_series.get());
    forward("every", sweep.keep_every.get());
    if (sweep.scenarios.value().empty()) {
      experiment_ = make_simulator(source.find(sweep.scenario), base);
    } else {
      std::vector<std::filesystem::path> files;
      for (const std::string& name : sweep.scenarios.value()) files.push_back(source.find(name));
      experiment_ = make_together(files, base, sweep.untreated);
    }
  } else {
    experiment_ = make_test_model(sweep.model.value(), base);
  }
  if (sweep.design.is("csv")) read_table();
  check_axes();
  make_design();
  for (std::size_t p = 0; p < points(); ++p)
    experiment_->check(settings_[p], fmt::format("{}: point {}", source.place_of("sweep"), p));
  if (adaptive()) {
    const Section* measure = measures.find(precision.measure.value());
    std::vector<std::string> names;
    for (std::size_t m = 0; m < measures.size(); ++m) names.push_back(measures.key(m));
    if (measure == nullptr)
      throw scenario_error(source.place_of("precision.measure"), fmt::format("there is no measure '{}'", precision.measure.value()),
                           "[precision] looks at a measure of the sweep",
                           names.empty() ? fmt::format("add [measure.{}]", precision.measure.value()) : did_you_mean(nearest(precision.measure.value(), names)));
    if (precision.half_width <= 0)
      throw scenario_error(source.place_of("precision"), "half_width must be above 0", "no number of replicates makes an interval of width 0", "");
    if (precision.at_most < sweep.replicates)
      throw scenario_error(source.place_of("precision"), "at_most is below the sweep's replicates", "", "raise it");
  }
}

/// Gives every axis the column of its name as its values.
void Sweep::read_table() {
  const CsvTable table = CsvTable::read(source.find(sweep.table));
  if (table.rows() == 0)
    throw input_error(sweep.table.value(), "the table has no rows", "each row is a point", "");
  for (const std::string& name : table.header())
    if (axes.find(name) == nullptr)
      throw input_error(sweep.table.value(), fmt::format("column '{}' is no axis", name), "each column is an axis of the sweep",
                        fmt::format("add [axis.{}] with its path", name));
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const std::size_t column = table.column(axes.key(a));
    const Field* field = experiment_->parameters().find(axes[a].path.value());
    std::vector<double> numbers;
    std::vector<std::string> texts;
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (field != nullptr && is_number(*field))
        numbers.push_back(table.number(row, column, -1e300, 1e300));
      else
        texts.push_back(table.text(row, column));
    const std::string why = texts.empty() ? axes[a].values.set(numbers) : axes[a].values.set(texts);
    ensure(why.empty(), "a list takes numbers and texts");
  }
}

void Sweep::check_axes() {
  const Registry& parameters = experiment_->parameters();
  std::map<std::string, std::string> taken;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const AxisSpec& axis = axes[a];
    const std::string place = source.place_of(axis.name() + ".path");
    const std::string& path = axis.path.value();
    const Field* field = parameters.find(path);
    if (field == nullptr)
      throw scenario_error(place, fmt::format("axis '{}' varies '{}'", axes.key(a), path), "the base scenario has no such parameter",
                           did_you_mean(nearest(path, parameters.paths())));
    if (path == "run.seed" || path == "run.replicate" || path.rfind("output.", 0) == 0)
      throw scenario_error(place, fmt::format("'{}' cannot be an axis", path), "luck and output are the sweep's own matter",
                           "see [sweep] seed, replicates, keep_levels");
    if (const auto [at, fresh] = taken.emplace(path, axes.key(a)); !fresh)
      throw scenario_error(place, fmt::format("axes '{}' and '{}' both vary '{}'", at->second, axes.key(a), path), "", "take one away");
    if (field->kind() == Field::Kind::texts || field->kind() == Field::Kind::numbers || field->kind() == Field::Kind::list)
      throw scenario_error(place, fmt::format("'{}' cannot be an axis", path), "it is a list of values", "vary a parameter that is one value");
    const std::string values_place = source.place_of(axis.name());
    const std::string values_advice = fmt::format("'{}' is {}", path, field->allowed());
    if (axis.values.size() == 0) {
      if (!fills_ranges(sweep) || !is_number(*field))
        throw scenario_error(values_place, fmt::format("axis '{}' has no values", axes.key(a)),
                             is_number(*field) ? fmt::format("a {} design needs a list of them", sweep.design.value()) : "only numbers can fill a range",
                             "add values = [...]; " + values_advice);
      if (axis.low >= axis.high)
        throw scenario_error(values_place, fmt::format("axis '{}' has no range", axes.key(a)), "low must be below high", values_advice);
    }
    // Every value must be one that the parameter takes: tried on a parameter that is put back.
    Field& trial = const_cast<Field&>(*field);  // NOLINT: the registry's owner is ours
    const Value before = trial.get();
    const std::size_t n = std::max<std::size_t>(axis.values.size(), 2);
    for (std::size_t k = 0; k < n; ++k) {
      const double unit = axis.values.size() == 0 ? static_cast<double>(k) * (1.0 - 1e-12) : (static_cast<double>(k) + 0.5) / static_cast<double>(n);
      const Value value = value_at(axis, *field, unit);
      const std::string why = trial.set(value);
      ensure(trial.set(before).empty(), "a field takes back the value it had");
      if (!why.empty())
        throw scenario_error(values_place, fmt::format("axis '{}' cannot take {} to {}", axes.key(a), path, to_toml(value)), why, values_advice);
    }
  }
  if (axes.size() == 0 && sweep.design.value() != "grid")
    throw scenario_error(source.place_of("sweep"), fmt::format("a {} design needs axes", sweep.design.value()), "the sweep has none", "add [axis.NAME]");
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
  const double size = sweep.design.is("grid")       ? product
                      : sweep.design.is("saltelli") ? static_cast<double>(n * (k + 2))
                      : sweep.design.is("morris")   ? static_cast<double>(n * (k + 1))
                                                    : static_cast<double>(n);
  if (size > static_cast<double>(most_points))
    throw scenario_error(source.place_of("sweep"), fmt::format("the design has {:.3g} points", size), fmt::format("at most {}", most_points), "take fewer axes or values");
  if (sweep.design.is("grid")) {
    design_ = grid_design(counts);
  } else if (sweep.design.is("list") || sweep.design.is("csv")) {
    for (std::size_t a = 0; a < k; ++a)
      if (counts[a] != counts[0])
        throw scenario_error(source.place_of(axes[a].name() + ".values"),
                             fmt::format("axis '{}' has {} values and axis '{}' {}", axes.key(a), counts[a], axes.key(0), counts[0]),
                             "in a list design the k-th values of all axes make point k", "give all axes equally many");
    design_.axes = k;
    for (std::size_t p = 0; p < counts[0]; ++p) {
      for (std::size_t a = 0; a < k; ++a) design_.unit.push_back((static_cast<double>(p) + 0.5) / static_cast<double>(counts[0]));
      design_.group.push_back(static_cast<std::int32_t>(p));
      design_.moved.push_back(-1);
    }
  } else if (sweep.design.is("latin")) {
    design_ = latin_design(n, k, seed);
  } else if (sweep.design.is("sobol")) {
    design_ = sobol_design(n, k, seed);
  } else if (sweep.design.is("saltelli")) {
    design_ = saltelli_design(n, k, seed);
  } else {
    design_ = morris_design(n, k, static_cast<std::size_t>(sweep.levels.value()), seed);
  }
  const Registry& parameters = experiment_->parameters();
  std::vector<const Field*> fields;
  for (std::size_t a = 0; a < k; ++a) fields.push_back(parameters.find(axes[a].path.value()));
  settings_.resize(design_.points());
  for (std::size_t p = 0; p < settings_.size(); ++p)
    for (std::size_t a = 0; a < k; ++a) settings_[p].push_back({axes[a].path.value(), value_at(axes[a], *fields[a], design_(p, a))});
}

std::size_t Sweep::most_replicates() const {
  return static_cast<std::size_t>(adaptive() ? precision.at_most.value() : sweep.replicates.value());
}

Luck Sweep::luck(RunKey run) const {
  const auto seed = static_cast<std::uint64_t>(sweep.seed.value());
  const Draws draws(seed, run.replicate, Stream::designs, 1);
  Luck luck{seed, run.replicate};
  if (sweep.society.is("own")) {
    const Draws::Four four = draws.words({0, 0xffffffffU});
    luck.seed = ((static_cast<std::uint64_t>(four[0]) << 32) | four[1]) >> 12;  // run.seed takes 52 bits
    luck.replicate = 0;
  }
  if (!sweep.common) luck.replicate = draws.below(4'000'000'000U, {0, run.point});  // what run.replicate takes
  return luck;
}

bool Sweep::in_shard(RunKey run, Shard shard) const {
  return (adaptive() ? run.point : number(run)) % shard.count + 1 == shard.index;
}

std::string Sweep::resolved() const { return resolved_scenario(source, registry); }

std::string Sweep::identity() const {
  return fmt::format("kurultai_version = {}\ngit_commit = {}\n{}\n{}", to_toml(program_version()), to_toml(git_commit()), resolved(),
                     experiment_->resolved());
}

}  // namespace kurultai
