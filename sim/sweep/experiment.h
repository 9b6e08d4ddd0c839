// What a sweep runs: a model with parameters that takes settings and luck and gives a result. The simulator is
// one (simulator.cpp); models with known answers are others (test_models.cpp), so that designs, runner,
// sensitivity and calibration are tested through the very same door.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/course.h"
#include "engine/identity.h"
#include "engine/itinerary.h"
#include "engine/waypoint.h"
#include "observation/output_settings.h"
#include "observation/result.h"
#include "scenario/scenario.h"

namespace kurultai {

/// One parameter's value in one run: "information.reach", 0.4.
struct Setting {
  std::string path;
  Value value;
};

/// What names the random numbers of a run. Runs with equal luck share them, whatever their settings.
struct RunLuck {
  std::uint64_t seed = 1;       ///< of society and run
  std::uint32_t replicate = 0;  ///< of the run alone
};

/// What a run will take, roughly.
struct Cost {
  double seconds = 0;          ///< on one thread, idle machine
  double bytes = 0;            ///< of its own
  double shared_bytes = 0;     ///< shared by runs in the same society
  double file_bytes = 0;       ///< of its result on disk
  double society_seconds = 0;  ///< to build what is shared, on one thread
  double peak_bytes = 0;       ///< of it and what is shared, alone on the machine
  double weeks = 0;            ///< simulated for it
  double weeks_alone = 0;      ///< the same if its parts shared none
};

/// How a run in progress hears from outside. Empty functions are never called.
struct RunControl {
  std::function<bool()> stop = {};             ///< true: stop, leaving a checkpoint if a file for it is named
  std::function<bool()> checkpoint = {};       ///< true: write a checkpoint now and go on
  std::filesystem::path checkpoint_file = {};  ///< empty: no checkpoints; if it is there, the run resumes from it
  std::function<void(double)> progress = {};   ///< hears the share done, 0 to 1
  std::shared_ptr<const Waypoint> from = {};   ///< the run goes on from there; none: it begins
};

class Experiment;

/// A run of an experiment, for which another walks the weeks that they share.
struct Companion {
  const Experiment* of = nullptr;
  std::span<const Setting> settings;
  RunLuck luck;
  bool records = false;  ///< its series, panel and trials are none that others have
  bool surveys = false;  ///< and its surveys
};

class Experiment {
 public:
  virtual ~Experiment() = default;
  /// The parameters, at the values that all runs share unless a setting says otherwise.
  [[nodiscard]] virtual const Registry& parameters() const = 0;
  /// Where those values were set.
  [[nodiscard]] virtual const ScenarioSource& source() const = 0;
  /// Those values as TOML: with settings and luck, all that a result depends on.
  [[nodiscard]] virtual std::string resolved() const = 0;
  /// The tables that a run with `settings` is made from. Throws input_error for one that is named and not there.
  [[nodiscard]] virtual Inputs inputs(std::span<const Setting> /*settings*/) const { return {}; }
  /// Throws scenario_error at `place` if a run with `settings` could not begin. Cheap where little differs from the
  /// settings asked for last: a sweep asks for each of its points.
  virtual void check(std::span<const Setting> settings, const std::string& place) const = 0;
  /// What is valid and still hardly meant, of a run with `settings`. Cheap in the same way.
  [[nodiscard]] virtual std::vector<std::string> remarks(std::span<const Setting> /*settings*/) const { return {}; }
  /// Why no mechanism reads the lever at `path` with these settings; empty if one does, or if it is no lever.
  [[nodiscard]] virtual std::string why_unread(
      std::span<const Setting> /*settings*/, const std::string& /*path*/) const {
    return {};
  }
  /// A run's cost. Cheap; may remember what it looked up.
  [[nodiscard]] virtual Cost cost(std::span<const Setting> settings) const = 0;
  /// The course of a run with `settings`: of several scenarios together, of the one that has `level`.
  [[nodiscard]] virtual Course course(std::span<const Setting> /*settings*/, const std::string& /*level*/) const {
    return {};
  }
  /// Series that runs are also to record every week, whatever they keep: measures look at them. Once, before any run.
  virtual void watch(const std::vector<Watched>& /*series*/) {}
  /// Settings with equal keys run in one society; the runner keeps such runs together.
  [[nodiscard]] virtual std::string society_key(std::span<const Setting> /*settings*/, RunLuck /*luck*/) const {
    return {};
  }
  /// The attributes by which a run with `settings` and `luck` is known.
  [[nodiscard]] virtual std::map<std::string, Attribute> attributes(
      std::span<const Setting> settings, RunLuck luck) const = 0;
  /// A result without any week: what series, levels and labels a run will have. As few residents as may be are made for
  /// it.
  [[nodiscard]] virtual Result outline(std::span<const Setting> settings, RunLuck luck) const = 0;
  /// What a run reads and when, by which runs are known to share weeks; none: it shares none.
  [[nodiscard]] virtual std::optional<Itinerary> itinerary(
      std::span<const Setting> /*settings*/, RunLuck /*luck*/) const {
    return {};
  }
  /// Whether runs that differ in the parameter at `path` alone may share weeks.
  [[nodiscard]] virtual bool is_read_later(const std::string& /*path*/) const { return false; }
  /// The model of a run; none: of another kind than the simulator.
  [[nodiscard]] virtual std::unique_ptr<Model> model(std::span<const Setting> /*settings*/, RunLuck /*luck*/) const {
    return {};
  }
  /// The weeks of a run from `control.from`, or from its first, until `week`, for all that go on from there: of those
  /// whose watch is none of the run's, `companions`. All have itineraries. Null if `control` stopped it, with a
  /// checkpoint of the run if a file is named. Throws as `run` does, and what a companion's run would throw.
  [[nodiscard]] virtual std::shared_ptr<const Waypoint> walk(std::span<const Setting> /*settings*/, RunLuck /*luck*/,
      std::int32_t /*week*/, std::span<const Companion> /*companions*/, const RunControl& /*control*/) const {
    return {};
  }
  /// One run. Called by several threads at once. Empty if `control` stopped it. Throws Error if the run fails.
  virtual std::optional<Result> run(
      std::span<const Setting> settings, RunLuck luck, const RunControl& control) const = 0;
};

/// Societies that several experiments may share (societies.h).
class Societies;

/// The simulator on the scenario `file` with `sets` ("path=value"); its societies are kept in `societies`, or in a
/// place of its own. Throws scenario_error.
std::unique_ptr<Experiment> make_simulator(const std::filesystem::path& file, std::span<const std::string> sets,
    std::shared_ptr<Societies> societies = nullptr);

/// What to call scenarios that stand side by side: files' names without ending, with as many of the folders in front as
/// tell them apart ("a/base" and "b/base"). Throws scenario_error if a file is named twice.
std::vector<std::string> distinct_names(const std::vector<std::filesystem::path>& files);

/// The simulator on several scenarios, one after the other for each point, with `untreated` each a second time without
/// its policies (together.cpp). Throws scenario_error.
std::unique_ptr<Experiment> make_together(
    const std::vector<std::filesystem::path>& files, std::span<const std::string> sets, bool untreated);

/// The same from what its `resolved` said; nothing if `text` is that of a single scenario.
std::unique_ptr<Experiment> together_from_text(
    const std::string& text, const std::vector<std::filesystem::path>& folders);

/// Names of the models with known answers: "ishigami", "g_function" ...
std::vector<std::string> test_model_names();

/// The test model `name` with `sets`. Its only series is `y` of the nation. Throws scenario_error.
std::unique_ptr<Experiment> make_test_model(const std::string& name, std::span<const std::string> sets);

/// The experiment that a result file keeps: `model` and its parameters as TOML text (Experiment::resolved); files that
/// it names are looked for in `folders`.
std::unique_ptr<Experiment> experiment_from_text(
    const std::string& model, const std::string& text, const std::vector<std::filesystem::path>& folders);

}  // namespace kurultai
