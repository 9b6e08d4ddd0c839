// A sweep is a TOML file: a base scenario, axes, a design, replicates, measures and what is kept.
//
//   [sweep]
//   scenario = "../kazakhstan.toml"
//   set = ["run.scale=0.01"]
//   design = "grid"
//   replicates = 10
//
//   [axis.reach]
//   path = "information.reach"
//   values = [0.1, 0.3, 0.5]
//
//   [measure.participation]
//   first = 52
//
// All that a sweep will run follows from this file: which points, under which luck, in which order.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/csv.h"
#include "base/error.h"
#include "engine/result_head.h"
#include "scenario/scenario.h"
#include "sweep/design.h"
#include "sweep/experiment.h"
#include "sweep/measure.h"

namespace kurultai {

/// How the points of a sweep are chosen; see design.h.
enum class DesignKind : std::uint8_t { grid, list, csv, latin, sobol, saltelli, morris };
template <>
inline constexpr auto words<DesignKind> = std::array{"grid", "list", "csv", "latin", "sobol", "saltelli", "morris"};
/// Whether replicates live in one society.
enum class SocietyOf : std::uint8_t { shared, own };
template <> inline constexpr auto words<SocietyOf> = std::array{"shared", "own"};
/// What a failed run means for the others.
enum class OnError : std::uint8_t { go_on, stop };
template <> inline constexpr auto words<OnError> = std::array{"continue", "stop"};
/// How the range of an axis is filled.
enum class Spacing : std::uint8_t { linear, log };
template <> inline constexpr auto words<Spacing> = std::array{"linear", "log"};

/// The table [sweep].
struct SweepSettings : Section {
  SweepSettings() : Section("sweep", "many runs of one scenario") {}
  Text scenario{*this, "scenario", "", "the base scenario, relative to the sweep's file", "design"};
  Texts scenarios{*this, "scenarios", {},
      "in place of one scenario, several: each point runs them all, and levels are called SCENARIO.LEVEL, by the "
      "file's name without ending",
      "design"};
  Flag untreated{*this, "untreated", false,
      "with scenarios: each is run a second time with the same luck and without its policies; see the measures' "
      "`untreated`",
      "design"};
  WordChoice model{*this, "model", "simulator", model_names(),
      "what is run: the simulator, or a test model with known answers", "design"};
  Texts set{*this, "set", {}, "settings of all runs, each \"path=value\"", "design"};
  Choice<DesignKind> design{*this, "design", DesignKind::grid,
      "grid: all combinations of the axes' values; list: the k-th values of all axes make point k; csv: a table, a "
      "column an axis; latin, sobol, saltelli, morris: see sim/sweep/design.h",
      "design"};
  Whole points{*this, "points", 64, {1, 1e7},
      "points (latin, sobol), rows of the base sample (saltelli), trajectories (morris)", "design"};
  Whole levels{*this, "morris_levels", 4, {2, 1000}, "levels of an axis in a Morris design, even", "Morris 1991"};
  Text table{*this, "table", "", "the table of a csv design, relative to the sweep's file", "design"};
  Whole replicates{*this, "replicates", 10, {1, 1e6}, "runs of each point, each with its own luck", "design"};
  Whole seed{*this, "seed", 1, {0, 9.0e15}, "names the luck of the whole sweep, and of random designs", "design"};
  Choice<SocietyOf> society{*this, "society", SocietyOf::shared,
      "shared: all replicates live in one society and differ by what happens; own: each replicate has a society of its "
      "own",
      "design"};
  Flag common{*this, "common", true,
      "whether the same replicate of two points shares its random numbers, so that differences show more clearly",
      "design"};
  Choice<OnError> on_error{*this, "on_error", OnError::go_on, "what a failed run means for the others", "design"};
  Texts keep_levels{
      *this, "keep_levels", {"nation", "region"}, "levels whose series are kept (output.levels of the runs)", "design"};
  Texts keep_series{*this, "keep_series", {}, "series that are kept (output.series of the runs); none: all", "design"};
  Whole keep_every{*this, "keep_every", 4, {1, 5200}, "weeks between records (output.every of the runs)", "design",
      {.unit = "week"}};
  [[nodiscard]] std::string inconsistency() const override;

 private:
  static std::vector<std::string> model_names();
};

/// The table [precision]: replicates are added until a measure is known well enough at every point.
struct Precision : Section {
  Precision() : Section("precision", "adds replicates until a measure is known well enough") {}
  Text measure{*this, "measure", "", "the measure that must be precise; empty: replicates are not added", "design"};
  Real half_width{*this, "half_width", 0, {0, 1e300},
      "half-width of the confidence interval of each point's mean that is good enough", "design",
      {.unit = "unit of the measure"}};
  Real confidence{*this, "confidence", 0.95, {0.5, 0.9999}, "of the interval (Student's t)", "design"};
  Whole step{*this, "step", 10, {1, 1e6}, "replicates added at a time to a point that is not precise", "design"};
  Whole at_most{*this, "at_most", 100, {1, 1e6}, "replicates of a point beyond which none are added", "design"};
};

/// The table [axis.NAME]: a parameter that differs between points.
struct AxisSpec : Section {
  explicit AxisSpec(std::string name)
      : Section(std::move(name), "a parameter that differs between the points of a sweep") {}
  Text path{*this, "path", "", "the parameter, as 'describe parameters' lists them, or a policy's: policy.NAME.dose",
      "design"};
  List values{
      *this, "values", "the values (grid, list), or the words or numbers that other designs choose among", "design"};
  Real low{
      *this, "low", 0, {}, "lower end, for designs that fill a range", "design", {.unit = "unit of the parameter"}};
  Real high{*this, "high", 0, {}, "upper end", "design", {.unit = "unit of the parameter"}};
  Choice<Spacing> spacing{
      *this, "spacing", Spacing::linear, "how a range is filled: evenly, or evenly in the logarithm", "design"};
  [[nodiscard]] std::string inconsistency() const override;
};

/// The value of a parameter of kind `field` at place `unit` (0 to 1) of the axis.
Value value_at(const AxisSpec& axis, const Field& field, double unit);

/// Throws what `refuse` makes of the first of `sets` ("path=value") that a sweep decides itself: luck, and what is
/// kept. `advice` is the key of [sweep] that is for it.
void refuse_decided(std::span<const std::string> sets,
    const std::function<Error(const std::string& path, const std::string& advice)>& refuse);

/// A run of a sweep: which point, which replicate.
struct RunKey {
  std::uint32_t point = 0;
  std::uint32_t replicate = 0;
};

/// A part of a sweep for one of several processes; 1/1 is all of it.
struct Shard {
  std::uint32_t index = 1;  ///< 1 .. count
  std::uint32_t count = 1;
};

/// All tables of a sweep's file, as they are declared.
struct SweepTables {
  SweepTables() {
    registry.add(sweep);
    registry.add(precision);
    registry.add(axes);
    registry.add(measures);
  }
  SweepTables(const SweepTables&) = delete;
  SweepTables& operator=(const SweepTables&) = delete;

  SweepSettings sweep;
  Precision precision;
  Collection<AxisSpec> axes{"axis", "parameters that differ between points"};
  Collection<MeasureSpec> measures{"measure", "numbers out of each run"};
  Registry registry;
};

class Sweep : public SweepTables {
 public:
  /// Reads and checks a sweep's file. Throws scenario_error with the place of whatever is wrong. `before` comes before
  /// reading: it may add tables to the registry and change defaults, as a calibration does; `after` comes right after
  /// it and may refuse what was read.
  explicit Sweep(const std::filesystem::path& file, std::span<const std::string> sets = {},
      const std::function<void(Sweep&)>& before = {}, const std::function<void(const Sweep&)>& after = {});

  [[nodiscard]] const Experiment& experiment() const { return *experiment_; }
  /// Has runs record what the measures look at every week. Once the measures are known, before any run.
  void watch_measures() { experiment_->watch(watched_by(measures)); }
  [[nodiscard]] const Design& design() const { return design_; }
  [[nodiscard]] std::size_t points() const { return design_.points(); }
  /// Replicates that a point may have: those asked for, or the cap of [precision].
  [[nodiscard]] std::size_t most_replicates() const;
  [[nodiscard]] bool adaptive() const { return !precision.measure.value().empty(); }
  /// The axes' values at a point, in the order of the axes' names.
  [[nodiscard]] const std::vector<Setting>& settings(std::size_t point) const { return settings_[point]; }
  [[nodiscard]] RunLuck luck(RunKey run) const;
  /// The number under which `rerun` knows a run.
  [[nodiscard]] std::uint64_t number(RunKey run) const { return run.point * most_replicates() + run.replicate; }
  [[nodiscard]] RunKey key(std::uint64_t number) const {
    return {
        static_cast<std::uint32_t>(number / most_replicates()), static_cast<std::uint32_t>(number % most_replicates())};
  }
  /// To which of `count` shards `run` belongs: by run, or by point where replicates are added.
  [[nodiscard]] std::uint32_t shard_of(RunKey run, std::uint32_t count) const;
  [[nodiscard]] bool in_shard(RunKey run, Shard shard) const { return shard_of(run, shard.count) == shard.index; }
  /// The sweep's own tables as TOML, and all that its results depend on: sweep, scenario, version of the program.
  [[nodiscard]] std::string resolved() const;
  [[nodiscard]] std::string identity() const;
  /// The tables that its runs are made from, and that of its points.
  [[nodiscard]] Inputs inputs() const;
  /// A result with the attributes by which this sweep is known; `kind` is that of the verb.
  [[nodiscard]] Result attributes(ResultKind kind = ResultKind::sweep) const;

  ScenarioSource source;

 private:
  /// Gives every axis the column of its name.
  CsvTable read_table();
  /// Checks every value of every axis against its parameter's range, makes the design, and checks the rules between
  /// parameters at every point; throws for all that is wrong at once. `table`: of a csv design.
  void check_points(const CsvTable* table);
  /// Tells `fault` of values that their parameters do not take; by axis, which of its list they are (empty: none).
  std::vector<std::vector<bool>> check_axes(
      const std::function<void(std::size_t axis, std::size_t k, const Error&)>& fault);
  /// The first two numbers under which the axes' k-th values are the same point; {0, 0} if there are none.
  [[nodiscard]] std::pair<std::size_t, std::size_t> doubled_point() const;
  void make_design();

  std::unique_ptr<Experiment> experiment_;
  Design design_;
  std::vector<std::vector<Setting>> settings_;  // by point
};

}  // namespace kurultai
