#include "command/analyze.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <sstream>
#include <utility>
#include <vector>

#include "base/console.h"
#include "base/error.h"
#include "base/nearest.h"
#include "command/number_text.h"
#include "engine/result_reader.h"
#include "sweep/comparison.h"
#include "sweep/sensitivity.h"
#include "sweep/statistics.h"

namespace kurultai {
namespace {

using Json = nlohmann::ordered_json;

// --- What the file says ----------------------------------------------------------------------------------

struct Axis {
  std::string name;
  std::string long_name;
  std::string unit;
  bool categorical = false;
  std::vector<std::string> values;  ///< by point, as text
  std::vector<double> numbers;      ///< by point; none for words
  std::string base;                 ///< the base scenario's value, as text; empty: not known
};

struct Measure {
  std::string name;
  std::string long_name;
  std::string unit;
  Responses y;
  Reading reading = {};  ///< its weeks, for remarks
};

struct SweepFile {
  std::string title;
  std::string kind;  ///< of its design
  std::uint64_t seed = 0;
  std::vector<Axis> axes;
  Design design;
  std::vector<Measure> measures;
  std::vector<RunLuck> luck;                              ///< by point and replicate; none if the file does not say
  std::vector<std::pair<std::string, std::size_t>> runs;  ///< how many have each status
};

/// Reads the sweep in a result; what does not fit together is an error, whoever wrote the file.
class Reader {
 public:
  Reader(const Result& result, std::string file) : result_(result), file_(std::move(file)) {}

  [[nodiscard]] SweepFile sweep() const {
    if (text("kind") != "sweep")
      throw storage_error(file_, "is no result of a sweep", "it holds a single run", "see it with 'kurultai show'");
    SweepFile sweep;
    sweep.title = text("title");
    sweep.kind = text("design");
    if (const auto seed = result_.attributes.find("seed"); seed != result_.attributes.end())
      if (const auto* whole = std::get_if<std::int64_t>(&seed->second)) sweep.seed = static_cast<std::uint64_t>(*whole);
    const Group& design = group("design");
    const std::size_t points = length(design, "point");
    for (const Variable& variable : design.variables)
      if (design.variable("unit_" + variable.name) != nullptr) sweep.axes.push_back(axis(variable, points));
    sweep.design = rebuilt(design, sweep, points);
    if (result_.group("measures") == nullptr)
      throw storage_error(file_, "the sweep has no measures", "nothing says which number of a run to look at",
          "add a [measure.NAME] to the sweep's file");
    const Group& measures = group("measures");
    const std::size_t replicates = length(measures, "replicate");
    if (length(measures, "point") != points) throw damaged("measures and design have different points");
    for (const Variable& variable : measures.variables)  // the axes stand there too, over points alone
      if (variable.dimensions.size() == 2)
        sweep.measures.push_back({variable.name, variable.long_name, variable.unit,
            {replicates, columns_of<double>(variable, points * replicates)}, reading_of(variable, variable.name)});
    if (sweep.measures.empty()) throw damaged("it has no measures");
    if (const Group* runs = result_.group("runs");
        runs != nullptr && runs->variable("seed") != nullptr && runs->variable("luck") != nullptr) {
      const auto& seeds = columns_of<std::int64_t>(*runs->variable("seed"), points * replicates);
      const auto& lucks = columns_of<std::int64_t>(*runs->variable("luck"), points * replicates);
      for (std::size_t k = 0; k < seeds.size(); ++k)
        sweep.luck.push_back({static_cast<std::uint64_t>(seeds[k]), static_cast<std::uint32_t>(lucks[k])});
    }
    if (const Group* runs = result_.group("runs"))
      if (const Variable* status = runs->variable("status")) {
        for (const std::string& meaning : status->flag_meanings) sweep.runs.emplace_back(meaning, 0);
        for (const std::uint8_t flag : columns_of<std::uint8_t>(*status, points * replicates))
          if (flag < sweep.runs.size()) ++sweep.runs[flag].second;
      }
    return sweep;
  }

 private:
  [[nodiscard]] Error damaged(const std::string& why) const {
    return storage_error(file_, "the sweep's parts do not fit together", why, "write it again with 'kurultai sweep'");
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    const auto found = result_.attributes.find(name);
    const auto* value = found == result_.attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
    return value == nullptr ? "" : *value;
  }
  [[nodiscard]] const Group& group(const std::string& path) const {
    const Group* found = result_.group(path);
    if (found == nullptr) throw damaged("it has no group '" + path + "'");
    return *found;
  }
  [[nodiscard]] std::size_t length(const Group& group, const std::string& name) const {
    const Coordinate* found = group.coordinate(name);
    if (found == nullptr) throw damaged("group '" + group.path + "' has no coordinate '" + name + "'");
    return size_of(found->values);
  }
  template <class T> [[nodiscard]] const std::vector<T>& columns_of(const Variable& variable, std::size_t size) const {
    const auto* values = std::get_if<std::vector<T>>(&variable.values);
    if (values == nullptr || values->size() != size)
      throw damaged("'" + variable.name + "' has another type or size than a sweep's");
    return *values;
  }
  [[nodiscard]] Axis axis(const Variable& variable, std::size_t points) const {
    Axis axis{variable.name, variable.long_name, variable.unit, false, {}, {}, {}};
    const std::string base = value_in(text("scenario"), variable.long_name.substr(0, variable.long_name.find(':')));
    if (const auto* words = std::get_if<std::vector<std::string>>(&variable.values)) {
      axis.categorical = true;
      axis.values = *words;
      axis.base = base.size() >= 2 && base.front() == '"' ? base.substr(1, base.size() - 2) : base;
    } else {
      axis.numbers = columns_of<double>(variable, points);
      for (const double x : axis.numbers) axis.values.push_back(fmt::format("{:.10g}", x));
      if (double x = 0; std::sscanf(base.c_str(), "%lf", &x) == 1) axis.base = fmt::format("{:.10g}", x);
    }
    if (axis.values.size() != points) throw damaged("'" + variable.name + "' has another size than the design");
    return axis;
  }
  /// The value of `path` in a resolved scenario, as it stands there; empty if there is none.
  static std::string value_in(const std::string& scenario, const std::string& path) {
    const std::size_t dot = path.rfind('.');
    if (dot == std::string::npos) return {};
    const std::string table = "[" + path.substr(0, dot) + "]";
    const std::string key = path.substr(dot + 1) + " = ";
    std::istringstream lines(scenario);
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind('[', 0) == 0) inside = line == table;
      if (inside && line.rfind(key, 0) == 0) return line.substr(key.size());
    }
    return {};
  }
  [[nodiscard]] Design rebuilt(const Group& group, const SweepFile& sweep, std::size_t points) const {
    const Variable* groups = group.variable("design_group");
    const Variable* moved = group.variable("design_moved");
    if (groups == nullptr || moved == nullptr) throw damaged("design_group or design_moved is missing");
    Design design;
    design.axes = sweep.axes.size();
    design.group = columns_of<std::int32_t>(*groups, points);
    design.moved = columns_of<std::int32_t>(*moved, points);
    for (std::size_t p = 0; p < points; ++p)
      if (design.group[p] < 0 || static_cast<std::size_t>(design.group[p]) >= points || design.moved[p] < -2 ||
          design.moved[p] >= static_cast<std::int64_t>(design.axes))
        throw damaged(fmt::format("design_group or design_moved of point {} cannot be", p));
    design.unit.resize(points * design.axes);
    for (std::size_t a = 0; a < design.axes; ++a) {
      const std::vector<double>& unit = columns_of<double>(*group.variable("unit_" + sweep.axes[a].name), points);
      for (std::size_t p = 0; p < points; ++p) design.unit[p * design.axes + a] = unit[p];
    }
    return design;
  }

  const Result& result_;
  std::string file_;
};

// --- What it means ---------------------------------------------------------------------------------------

/// The runs at all points with the same values of the axes.
struct Level {
  std::vector<std::string> values;  ///< by axis
  std::size_t point = 0;            ///< the first of them
  MeanInterval mean;
};

/// What a value of one axis changes against its base value, at the same settings of the other axes.
struct Change {
  std::string value;
  Difference difference;
};
struct AxisChanges {
  std::size_t axis = 0;
  std::string base;
  std::vector<Change> changes;
};

struct MeasureAnalysis {
  const Measure* measure = nullptr;
  VarianceSplit split;
  std::optional<SobolIndices> sobol = {};
  std::optional<MorrisEffects> morris = {};
  std::optional<RegressionEffects> regression = {};
  std::vector<Level> levels = {};
  std::vector<AxisChanges> changes = {};
};

std::vector<Level> levels_of(const SweepFile& sweep, const Responses& y, double confidence) {
  std::vector<Level> levels;
  std::map<std::vector<std::string>, std::vector<double>> samples;
  for (std::size_t p = 0; p < y.points(); ++p) {
    std::vector<std::string> key;
    for (const Axis& axis : sweep.axes) key.push_back(axis.values[p]);
    const auto [place, is_new] = samples.try_emplace(key);
    if (is_new) levels.push_back({key, p, {}});
    for (std::size_t r = 0; r < y.replicates; ++r) place->second.push_back(y(p, r));
  }
  for (Level& level : levels) level.mean = mean_interval(samples[level.values], confidence);
  return levels;
}

/// What each value of axis `a` changes, replicate by replicate where luck is shared (`difference_of`): each replicate
/// is the mean over the settings of the other axes at which all values of the axis ran. The base is the base scenario's
/// value, or else the first. Nothing if no points differ by the axis alone.
std::optional<AxisChanges> changes_of(const SweepFile& sweep, std::size_t a, const Responses& y, double confidence) {
  const Axis& axis = sweep.axes[a];
  std::vector<std::string> values;  // in the order of the axis
  std::map<std::vector<std::string>, std::map<std::string, std::size_t>> cells;
  for (std::size_t p = 0; p < y.points(); ++p) {
    std::vector<std::string> others;
    for (std::size_t b = 0; b < sweep.axes.size(); ++b)
      if (b != a) others.push_back(sweep.axes[b].values[p]);
    cells[others].emplace(axis.values[p], p);
    if (std::find(values.begin(), values.end(), axis.values[p]) == values.end()) values.push_back(axis.values[p]);
  }
  std::erase_if(cells, [&](const auto& cell) { return cell.second.size() < values.size(); });
  if (cells.empty() || values.size() < 2) return {};
  if (!axis.categorical)
    std::sort(values.begin(), values.end(),
        [](const std::string& x, const std::string& z) { return std::stod(x) < std::stod(z); });
  const auto sample = [&](const std::string& value) {
    Sample of;
    for (std::size_t r = 0; r < y.replicates; ++r) {
      double sum = 0;
      for (const auto& [others, points] : cells) sum += y(points.at(value), r);
      of.values.push_back(sum / static_cast<double>(cells.size()));
      of.luck.push_back(sweep.luck[cells.begin()->second.at(value) * y.replicates + r]);
    }
    return of;
  };
  AxisChanges found{
      a, std::find(values.begin(), values.end(), axis.base) != values.end() ? axis.base : values.front(), {}};
  const Sample base = sample(found.base);
  for (const std::string& value : values)
    if (value != found.base) found.changes.push_back({value, difference_of(base, sample(value), confidence)});
  return found;
}

MeasureAnalysis examined(const SweepFile& sweep, const Measure& measure, const AnalyzeOptions& options) {
  const Responses& y = measure.y;
  MeasureAnalysis finding{&measure, split_variance(y)};
  if (sweep.kind == "saltelli")
    finding.sobol = sobol_indices(sweep.design, y, options.confidence, options.resamples, sweep.seed);
  if (sweep.kind == "morris")
    finding.morris = morris_effects(sweep.design, y, options.confidence, options.resamples, sweep.seed);
  const bool by_values = sweep.kind == "grid" || sweep.kind == "list" || sweep.kind == "csv";
  if (by_values && !sweep.axes.empty() && sweep.axes.size() <= 2)
    finding.levels = levels_of(sweep, y, options.confidence);
  if (by_values && !sweep.luck.empty())
    for (std::size_t a = 0; a < sweep.axes.size(); ++a)
      if (std::optional<AxisChanges> found = changes_of(sweep, a, y, options.confidence))
        finding.changes.push_back(std::move(*found));
  if (!sweep.axes.empty() && sweep.design.points() >= sweep.axes.size() + 2)
    finding.regression = regression_effects(sweep.design, y, options.confidence, options.resamples, sweep.seed);
  return finding;
}

/// Axes by falling `key`; those without one at the end.
template <class Key> std::vector<std::size_t> ranked(std::size_t axes, const Key& key) {
  std::vector<std::size_t> order(axes);
  for (std::size_t a = 0; a < axes; ++a) order[a] = a;
  std::stable_sort(order.begin(), order.end(),
      [&](std::size_t a, std::size_t b) { return std::isnan(key(b)) ? !std::isnan(key(a)) : key(a) > key(b); });
  return order;
}
std::vector<std::size_t> ranked(const SobolIndices& found) {
  return ranked(found.total.size(), [&](std::size_t a) { return found.total[a].estimate; });
}
std::vector<std::size_t> ranked(const MorrisEffects& found) {
  return ranked(found.mu_star.size(), [&](std::size_t a) { return found.mu_star[a].estimate; });
}
std::vector<std::size_t> ranked(const RegressionEffects& found) {
  return ranked(found.src.size(), [&](std::size_t a) { return std::fabs(found.src[a].estimate); });
}

double sum_of_first(const SobolIndices& found) {
  double sum = 0;
  for (const Interval& first : found.first) sum += first.estimate;
  return sum;
}

// --- For people ------------------------------------------------------------------------------------------

constexpr double trusted_r2 = 0.7;          // below it, coefficients of a linear model mislead more than they tell
constexpr double noted_noise = 0.05;        // share of noise in points' means that is worth a line
constexpr std::size_t greatest_table = 60;  // lines of means by level

/// With the digits that `error` decides.
std::string number(double x, double error = 0) { return number_text(x, error); }
std::string percent(double x) { return std::isfinite(x) ? fmt::format("{:.1f}%", 100 * x) : "–"; }
std::string plural(std::size_t n, const char* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); }

/// Columns of UTF-8 text; the first one flush left, the others right.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] std::string text() const {
    std::vector<std::size_t> width(rows_[0].size(), 0);
    for (const auto& row : rows_)
      for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], columns(row[c]));
    std::string out;
    for (const auto& row : rows_) {
      std::string line = "   ";
      for (std::size_t c = 0; c < row.size(); ++c) {
        const std::string blanks(width[c] - columns(row[c]), ' ');
        line += c == 0 ? " " + row[c] + blanks : "  " + blanks + row[c];
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + "\n";
    }
    return out;
  }

 private:
  static std::size_t columns(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
  }
  std::vector<std::vector<std::string>> rows_;
};

class Page {
 public:
  Page(const SweepFile& sweep, const AnalyzeOptions& options) : sweep_(sweep), options_(options) {}

  [[nodiscard]] std::string text(const std::vector<MeasureAnalysis>& findings) {
    put(sweep_.title.empty() ? "a sweep" : printable(sweep_.title));
    put(fmt::format("design {}: {}, {}, {} at most, seed {}", sweep_.kind, axes_text(),
        plural(sweep_.design.points(), "point"), plural(sweep_.measures[0].y.replicates, "replicate"), sweep_.seed));
    std::string runs;
    for (const auto& [status, n] : sweep_.runs)
      if (n > 0) runs += fmt::format("{}{} {}", runs.empty() ? "runs: " : ", ", n, spaced(status));
    if (!runs.empty()) put(runs);
    std::vector<Reading> readings;
    for (const MeasureAnalysis& finding : findings) readings.push_back(finding.measure->reading);
    for (const std::string& remark : remarks(readings)) put("note: " + remark);
    for (const MeasureAnalysis& finding : findings) measure(finding);
    bool categories = false;
    for (const Axis& axis : sweep_.axes) categories = categories || axis.categorical;
    if (categories) put("\n* words, in the order in which the sweep has them: a slope over them means little");
    return out_;
  }

 private:
  void put(const std::string& line) { out_ += line + "\n"; }
  [[nodiscard]] std::string axes_text() const {
    return fmt::format("{} {}", sweep_.axes.size(), sweep_.axes.size() == 1 ? "axis" : "axes");
  }
  static std::string spaced(std::string word) {
    std::replace(word.begin(), word.end(), '_', ' ');
    return word;
  }
  [[nodiscard]] std::string label(std::size_t axis) const {
    return sweep_.axes[axis].name + (sweep_.axes[axis].categorical ? " *" : "");
  }
  [[nodiscard]] std::string confidence() const { return fmt::format("{:g}%", 100 * options_.confidence); }
  [[nodiscard]] std::string left_out(std::size_t n, const char* what) const {
    return n == 0 ? "" : fmt::format(", {} with missing runs left out", plural(n, what));
  }
  [[nodiscard]] std::string range(const Interval& x, int digits) const {
    if (std::isnan(x.low)) return "–";
    return digits > 0 ? fmt::format("{:.{}f} .. {:.{}f}", x.low, digits, x.high, digits)
                      : number(factor_ * x.low) + " .. " + number(factor_ * x.high);
  }
  static std::string index(double x) { return std::isnan(x) ? "–" : fmt::format("{:.3f}", x); }

  void measure(const MeasureAnalysis& finding) {
    const Measure& m = *finding.measure;
    const VarianceSplit& split = finding.split;
    put("");
    const Scaled as = scaled(split.mean, m.unit);
    factor_ = as.factor;
    put(m.name + (m.long_name.empty() || m.long_name == m.name ? "" : ": " + m.long_name) +
        (as.unit.empty() || as.unit == "1" ? "" : " [" + as.unit + "]"));
    const double sd = factor_ * std::sqrt(split.variance);
    std::string line = fmt::format("  mean {}, standard deviation {} over {}",
        number(factor_ * split.mean, sd / std::sqrt(static_cast<double>(split.runs))), number(sd),
        plural(split.runs, "run"));
    if (std::size_t finished = 0; status_count("finished", finished) && finished > split.runs)
      line += fmt::format(" ({} without a value)", finished - split.runs);
    put(line);
    if (split.variance == 0) {
      put("  it does not vary: nothing to explain");
      return;
    }
    if (std::isnan(split.noise_share))
      put("  replicates' noise: not known without two replicates of a point");
    else
      put(fmt::format("  replicates' noise: {} of the variance of a run", percent(split.noise_share)));
    if (finding.sobol) sobol(*finding.sobol, finding);
    if (finding.morris) morris(*finding.morris);
    if (!finding.levels.empty()) levels(finding.levels, !finding.changes.empty());
    for (const AxisChanges& found : finding.changes) changes(found);
    if (finding.regression) regression(*finding.regression);
  }
  [[nodiscard]] bool status_count(const std::string& status, std::size_t& n) const {
    for (const auto& [name, count] : sweep_.runs)
      if (name == status) {
        n = count;
        return true;
      }
    return false;
  }

  void sobol(const SobolIndices& found, const MeasureAnalysis& finding) {
    put(fmt::format("\n  Sobol' indices from {}{}; {} intervals", plural(found.rows, "row"),
        left_out(found.rows_left_out, "row"), confidence()));
    Table table({"axis", "total", "", "first", ""});
    for (const std::size_t a : ranked(found))
      table.row({label(a), index(found.total[a].estimate), range(found.total[a], 3), index(found.first[a].estimate),
          range(found.first[a], 3)});
    out_ += table.text();
    if (const double sum = sum_of_first(found); !std::isnan(sum))
      put(fmt::format("    first indices add up to {:.3f}; what is missing to 1 is interaction or noise", sum));
    const double noise = finding.split.noise_share / static_cast<double>(finding.measure->y.replicates);
    if (const double share = noise / (1 - finding.split.noise_share + noise); share >= noted_noise)
      put(
          fmt::format("    up to {} of the variance of points' means is replicates' noise, and stands in the "
                      "total indices",
              percent(share)));
  }

  void morris(const MorrisEffects& found) {
    put(fmt::format("\n  Morris' elementary effects over the whole range of an axis{}; {} intervals",
        left_out(found.steps_left_out, "step"), confidence()));
    Table table({"axis", "mu*", "", "mu", "sigma", "steps"});
    for (const std::size_t a : ranked(found))
      table.row({label(a), number(factor_ * found.mu_star[a].estimate), range(found.mu_star[a], 0),
          number(factor_ * found.mu[a]), number(factor_ * found.sigma[a]), fmt::format("{}", found.steps[a])});
    out_ += table.text();
  }

  void levels(const std::vector<Level>& found, bool changes_follow) {
    put(fmt::format("\n  means by level; {} intervals of each mean alone{}", confidence(),
        changes_follow ? ": for what differs see the changes below" : ""));
    std::vector<std::string> head;
    for (const Axis& axis : sweep_.axes)
      head.push_back(axis.name + (axis.unit.empty() || axis.unit == "1" ? "" : " [" + axis.unit + "]"));
    head.insert(head.end(), {"mean", "", "runs"});
    Table table(head);
    for (std::size_t k = 0; k < std::min(found.size(), greatest_table); ++k) {
      std::vector<std::string> cells;
      for (const Axis& axis : sweep_.axes)
        cells.push_back(
            axis.categorical ? axis.values[found[k].point] : fmt::format("{:.6g}", axis.numbers[found[k].point]));
      const MeanInterval& m = found[k].mean;
      const auto text = [&](double x) { return number(factor_ * x, factor_ * m.half_width); };
      cells.insert(cells.end(),
          {text(m.mean),
              std::isfinite(m.half_width) ? text(m.mean - m.half_width) + " .. " + text(m.mean + m.half_width) : "–",
              fmt::format("{}", m.n)});
      table.row(std::move(cells));
    }
    out_ += table.text();
    if (found.size() > greatest_table)
      put(fmt::format("    and {} more: --json has all", found.size() - greatest_table));
  }

  void changes(const AxisChanges& found) {
    const Axis& axis = sweep_.axes[found.axis];
    const bool paired =
        std::all_of(found.changes.begin(), found.changes.end(), [](const Change& c) { return c.difference.paired; });
    put(fmt::format("\n  change against {} = {}{}; {} intervals of the change, {}", axis.name, found.base,
        sweep_.axes.size() > 1 ? ", at the same values of the other axes" : "", confidence(),
        paired ? "replicate by replicate" : "from independent replicates (Welch)"));
    Table table({axis.name, "change", "", paired ? "pairs" : "runs"});
    for (const Change& c : found.changes) {
      const Difference& d = c.difference;
      const auto text = [&](double x) {
        return std::isfinite(x) ? number_text(factor_ * x, factor_ * d.half_width, true) : std::string("–");
      };
      table.row({c.value, text(d.difference),
          std::isfinite(d.half_width) ? text(d.difference - d.half_width) + " .. " + text(d.difference + d.half_width)
                                      : "–",
          fmt::format("{}", d.n_b)});
    }
    out_ += table.text();
  }

  void regression(const RegressionEffects& found) {
    if (std::isnan(found.r2)) return;  // nothing varies, or too few points are there
    put(fmt::format("\n  standardised regression coefficients from {}{}; R² = {:.2f} (adjusted); {} intervals",
        plural(found.points, "point"), left_out(found.points_left_out, "point"), found.r2, confidence()));
    if (found.r2 < trusted_r2)
      put(fmt::format(
          "    warning: R² below {:g}: a linear model explains too little, do not rank axes by these", trusted_r2));
    Table table({"axis", "SRC", ""});
    bool open = false;
    for (const std::size_t a : ranked(found)) {
      open = open || std::isnan(found.src[a].estimate);
      table.row({label(a), index(found.src[a].estimate), range(found.src[a], 3)});
    }
    out_ += table.text();
    if (open) put("    –: the axis does not vary, or moves together with others");
  }

  const SweepFile& sweep_;
  const AnalyzeOptions& options_;
  double factor_ = 1;  ///< from the unit of the measure that is shown to the one that it is shown in
  std::string out_;
};

// --- For programs ----------------------------------------------------------------------------------------

Json json_of(const Interval& x) { return {{"estimate", x.estimate}, {"low", x.low}, {"high", x.high}}; }

Json json_of(const SweepFile& sweep, const MeasureAnalysis& finding) {
  const VarianceSplit& split = finding.split;
  Json json = {{"name", finding.measure->name}, {"meaning", finding.measure->long_name},
      {"unit", finding.measure->unit}, {"runs", split.runs}, {"missing", split.missing}, {"mean", split.mean},
      {"variance", split.variance}, {"noise_share", split.noise_share}};
  if (finding.sobol) {
    const SobolIndices& found = *finding.sobol;
    Json axes = Json::array();
    for (const std::size_t a : ranked(found))
      axes.push_back(
          {{"axis", sweep.axes[a].name}, {"total", json_of(found.total[a])}, {"first", json_of(found.first[a])}});
    json["sobol"] = {{"rows", found.rows}, {"rows_left_out", found.rows_left_out},
        {"sum_of_first", sum_of_first(found)}, {"axes", axes}};
  }
  if (finding.morris) {
    const MorrisEffects& found = *finding.morris;
    Json axes = Json::array();
    for (const std::size_t a : ranked(found))
      axes.push_back({{"axis", sweep.axes[a].name}, {"mu_star", json_of(found.mu_star[a])}, {"mu", found.mu[a]},
          {"sigma", found.sigma[a]}, {"steps", found.steps[a]}});
    json["morris"] = {{"steps_left_out", found.steps_left_out}, {"axes", axes}};
  }
  if (!finding.levels.empty()) {
    Json levels = Json::array();
    for (const Level& level : finding.levels) {
      Json at = Json::object();
      for (const Axis& axis : sweep.axes)
        at[axis.name] = axis.categorical ? Json(axis.values[level.point]) : Json(axis.numbers[level.point]);
      const MeanInterval& m = level.mean;
      levels.push_back({{"at", at}, {"runs", m.n}, {"mean", m.mean}, {"low", m.mean - m.half_width},
          {"high", m.mean + m.half_width}, {"standard_deviation", m.sd}});
    }
    json["levels"] = levels;
  }
  if (!finding.changes.empty()) {
    Json changes = Json::array();
    for (const AxisChanges& found : finding.changes)
      for (const Change& c : found.changes) {
        const Difference& d = c.difference;
        changes.push_back({{"axis", sweep.axes[found.axis].name}, {"base", found.base}, {"value", c.value},
            {"paired", d.paired}, {"pairs", d.n_b}, {"change", d.difference}, {"low", d.difference - d.half_width},
            {"high", d.difference + d.half_width}});
      }
    json["changes"] = changes;
  }
  if (finding.regression) {
    const RegressionEffects& found = *finding.regression;
    Json axes = Json::array();
    for (const std::size_t a : ranked(found))
      axes.push_back({{"axis", sweep.axes[a].name}, {"src", json_of(found.src[a])}});
    json["regression"] = {
        {"points", found.points}, {"points_left_out", found.points_left_out}, {"r2", found.r2}, {"axes", axes}};
  }
  return json;
}

std::string json_of(
    const SweepFile& sweep, const std::vector<MeasureAnalysis>& findings, const AnalyzeOptions& options) {
  Json axes = Json::array(), measures = Json::array(), runs = Json::object();
  for (const Axis& axis : sweep.axes)
    axes.push_back(
        {{"name", axis.name}, {"meaning", axis.long_name}, {"unit", axis.unit}, {"categorical", axis.categorical}});
  for (const auto& [status, n] : sweep.runs) runs[status] = n;
  std::vector<Reading> readings;
  for (const MeasureAnalysis& finding : findings) {
    measures.push_back(json_of(sweep, finding));
    readings.push_back(finding.measure->reading);
  }
  const Json json = {{"title", sweep.title}, {"design", sweep.kind}, {"seed", sweep.seed},
      {"points", sweep.design.points()}, {"replicates", sweep.measures[0].y.replicates},
      {"confidence", options.confidence}, {"resamples", options.resamples}, {"runs", runs},
      {"notes", remarks(readings)}, {"axes", axes}, {"measures", measures}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";  // NaN and infinity become null
}

}  // namespace

std::string analysis(const Result& result, const AnalyzeOptions& options) {
  if (!(options.confidence > 0 && options.confidence < 1))
    throw Error(ExitCode::usage, {fmt::format("--confidence {:g}", options.confidence), "out of range",
                                     "a confidence lies between 0 and 1", "take 0.9, 0.95 or 0.99"});
  if (constexpr std::size_t most = 1'000'000; options.resamples > most)
    throw Error(
        ExitCode::usage, {fmt::format("--resamples {}", options.resamples), "out of range",
                             fmt::format("more than {} samples change no digit that is shown", most), "take 1000"});
  const SweepFile sweep = Reader(result, options.file).sweep();
  std::vector<MeasureAnalysis> findings;
  std::vector<std::string> names;
  for (const Measure& measure : sweep.measures) {
    names.push_back(measure.name);
    if (options.measure.empty() || options.measure == measure.name)
      findings.push_back(examined(sweep, measure, options));
  }
  if (findings.empty()) {
    throw Error(ExitCode::usage, {"--measure " + options.measure, "the sweep has no such measure",
                                     fmt::format("it has {}{}", names[0], names.size() > 1 ? " and others" : ""),
                                     did_you_mean(nearest(options.measure, names), "without --measure all are shown")});
  }
  return options.json ? json_of(sweep, findings, options) : Page(sweep, options).text(findings);
}

int analyze(const AnalyzeOptions& options) {
  const auto wanted = [](const std::string& group, const std::string& variable) {  // the series may be large
    return group == "design" || group == "measures" ||
           (group == "runs" && (variable == "status" || variable == "seed" || variable == "luck"));
  };
  print_text(
      analysis(read_result(options.file, wanted, options.unsealed ? Unsealed::accepted : Unsealed::refused), options));
  return 0;
}

}  // namespace kurultai
