// The verb `run`: a scenario becomes a result file.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/calendar.h"
#include "base/console.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "command/measure.h"
#include "command/verbs.h"
#include "engine/checkpoint.h"
#include "engine/memory.h"
#include "engine/output.h"
#include "engine/progress.h"
#include "engine/simulation.h"
#include "observation/trial_record.h"
#include "society/target.h"

namespace kurultai {

namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// Wall time between two checkpoints where --checkpoint does not say otherwise.
constexpr double checkpoint_seconds = 600;
/// Up to so many residents a week and a checkpoint are a matter of less than a second.
constexpr std::size_t ends_at_once = 1'000'000;

/// The checkpoints of one run: when they are due, and what a user is told of them. A checkpoint that cannot be written
/// is a warning, not the end of a run.
class Keeper {
 public:
  Keeper(Simulation& simulation, const std::filesystem::path& file, const Inputs& inputs,
      std::optional<std::int64_t> every, Progress& progress)
      : simulation_(simulation),
        checkpoint_(file, simulation, inputs),
        every_(every),
        progress_(progress) {}

  /// Begins the run, or goes on with it from a checkpoint.
  void begin(bool resume) {
    const std::string file = checkpoint_.file().string();
    if (!resume) {
      if (checkpoint_.exists())
        say(fmt::format("{} is there from another run: --resume would go on from it; starting anew", file));
    } else if (const auto resumed = checkpoint_.resume()) {
      if (!resumed->warning.empty())
        say(fmt::format("{}; taking {}", resumed->warning, checkpoint_.previous().string()));
      log_ = resumed->log;
      say(fmt::format("resumed after {} weeks", weeks_done()));
    } else {
      say(fmt::format("there is no {} to resume from; starting from the beginning", file));
    }
    begun_ = last_ = Clock::now();
  }

  /// Between two weeks: writes a checkpoint if one is due or asked for.
  void look() {
    const bool asked = take_checkpoint_request();
    const bool due = every_ ? *every_ > 0 && weeks_done() % *every_ == 0 : seconds_since(last_) >= checkpoint_seconds;
    if (asked && never()) {
      say("no checkpoint is written (--checkpoint 0)");
    } else if (asked || due) {
      if (write() && asked)
        say(fmt::format("checkpoint after {} weeks: {}", weeks_done(), checkpoint_.file().string()));
    }
  }

  /// On the way out before the end. Returns the exit code.
  int stop(const std::filesystem::path& out) {
    const int signal = stop_signal();
    const bool written = keep();
    say(fmt::format("stopped after {} weeks (signal {}) {} is as it was; {}", weeks_done(), signal, out.string(),
        written                ? "the same command with --resume goes on"
        : checkpoint_.exists() ? "the same command with --resume goes on from an earlier week"
                               : "nothing was written"));
    return exit_code_after(signal);
  }

  /// Writes a checkpoint of where the run stands, unless it has one or shall have none. Whether there is one then.
  bool keep() { return !never() && (written_after_ == weeks_done() || write()); }

  /// Where a week and a checkpoint take a while: what is said at once when a signal comes.
  void foresee() {
    if (simulation_.world().society.residents.size() <= ends_at_once) return;
    const double week = weeks_done() > 0 ? seconds_since(last_week_) : 0;
    last_week_ = Clock::now();
    if (weeks_done() % weeks_a_half_year == 0 || bytes_ == 0) bytes_ = static_cast<double>(checkpoint_.bytes());
    const double bytes = bytes_;
    const std::string writing = never() ? "" : fmt::format(", then writing {:.1f} GB", bytes / 1e9);
    set_stop_notice(
        fmt::format("{}kurultai: finishing week {}{}: about {:.0f} s\n", error_display().columns() > 0 ? "\n" : "",
            weeks_done() + 1, writing, std::max(1.0, week + (never() ? 0.0 : bytes / bytes_a_second_))));
  }

  [[nodiscard]] std::int64_t weeks_done() const { return simulation_.week() - simulation_.world().first_week; }
  /// Of all processes that worked on this run.
  [[nodiscard]] RunLog so_far() const { return {log_.resumed, log_.seconds + seconds_since(begun_)}; }
  void remove() const { checkpoint_.remove(); }

 private:
  [[nodiscard]] bool never() const { return every_ && *every_ == 0; }
  bool write() {
    last_ = Clock::now();
    try {
      checkpoint_.write(so_far());
      bytes_a_second_ = static_cast<double>(checkpoint_.bytes()) / std::max(seconds_since(last_), 1e-3);
      last_week_ = Clock::now();
      written_after_ = weeks_done();
      return true;
    } catch (const Error& error) {
      say(fmt::format("no checkpoint: {}", error.what()));
      return false;
    }
  }
  void say(const std::string& line) {
    progress_.pause();
    tell("kurultai: {}", line);
  }

  Simulation& simulation_;
  Checkpoint checkpoint_;
  std::optional<std::int64_t> every_;
  Progress& progress_;
  RunLog log_;
  Clock::time_point begun_ = Clock::now();
  Clock::time_point last_ = begun_;
  Clock::time_point last_week_ = begun_;  ///< its end
  double bytes_ = 0;                      ///< of a checkpoint; asked for now and then
  double bytes_a_second_ = 2e8;           ///< of checkpoints, until one has been written
  std::int64_t written_after_ = -1;       ///< weeks
};

/// Whether writing `result` may take longer than a moment.
bool is_large(const Result& result) {
  std::size_t values = 0;
  for (const Group& group : result.groups)
    for (const Variable& variable : group.variables) values += size_of(variable.values);
  return values > 5'000'000;
}

std::filesystem::path checkpoint_of(const Output& output) {
  return std::filesystem::path(output.file()).concat(".checkpoint");
}

}  // namespace

void ScenarioOptions::read(Model& model) const {
  std::vector<std::string> all = sets;
  if (seed) all.push_back("run.seed=" + *seed);
  if (replicate) all.push_back("run.replicate=" + *replicate);
  if (weeks) all.push_back("run.weeks=" + *weeks);
  if (scale) all.push_back("run.scale=" + *scale);
  model.read(scenario, all);
}

int finished_already(const std::filesystem::path& out) {
  print("{}\n", out.string());
  tell("kurultai: {} is finished already: nothing was left to do", out.string());
  return static_cast<int>(ExitCode::done);
}

int run(const RunOptions& options) {
  const Clock::time_point begun = Clock::now();
  Model model;
  options.read(model);
  const std::filesystem::path out =
      options.out.empty()
          ? std::filesystem::path("results") / std::filesystem::path(options.scenario).stem().concat(".h5")
          : std::filesystem::path(options.out);
  const Inputs inputs = inputs_of(model);
  Result known{run_attributes(model), {}, {}};
  known.attributes["inputs"] = to_text(inputs);
  Output output({out, "run", {options.scenario}, known, options.force}, Output::Use::alone);
  if (options.resume && output.finished()) {
    Checkpoint::remove(checkpoint_of(output));
    return finished_already(out);
  }
  for (const std::string& notice : output.notices()) tell("kurultai: {}", notice);
  Estimator estimator;
  const Estimate foretold = estimator.of(model, threads());
  require_memory(foretold.bytes, 0, "the run");
  const std::shared_ptr<const Country> places = model.policies.size() > 0 ? estimator.places(model) : nullptr;
  for (const std::string& remark : model.remarks(places.get())) tell("kurultai: note: {}", remark);
  for (const std::string& note : model.reading_notes()) tell("kurultai: note: {}", note);
  for (const std::string& note : estimator.notes(model)) tell("kurultai: note: {}", note);
  RunMeter meter;
  const std::unique_ptr<Society> society = make_society(model);
  meter.begin_weeks();
  Simulation simulation(model, *society);
  if (places != nullptr)  // conditions on residents that nobody meets show only now
    for (std::size_t p = 0; p < model.policies.size(); ++p)
      if (means_any(*places, model.policies[p]) && reach_of(simulation.world(), p) == "treats nobody")
        tell("kurultai: note: {} treats nobody: no resident meets its conditions, or lots fell to nobody",
            model.policies[p].name());
  if (options.profile) simulation.take_times();
  const double building = seconds_since(begun);
  Progress progress(
      options.progress, model.run.weeks + model.run.warmup, static_cast<std::int64_t>(society->residents.size()));
  Keeper keeper(simulation, checkpoint_of(output), inputs, options.checkpoint, progress);
  keeper.begin(options.resume);

  // From here on a first signal leaves a checkpoint.
  std::optional<FinishFirst> finish(std::in_place);
  progress.start(keeper.weeks_done());
  keeper.foresee();
  const std::int64_t weeks_before = keeper.weeks_done();
  simulation.run([&] {
    progress.update(keeper.weeks_done(), simulation.week() <= 0 ? "warm-up" : "run");
    if (simulation.done()) return true;
    if (stop_signal() != 0) return false;
    keeper.look();
    keeper.foresee();
    return true;
  });
  if (!simulation.done()) return keeper.stop(out);
  progress.finish();
  if (const Profile* profile = simulation.profile())
    tell_text(profile->table(keeper.weeks_done() - weeks_before, society->residents.size()));

  try {
    const FinishingOf nobody(false);  // writing is left at once: the checkpoint is the way back
    Result result = simulation.result();
    result.attributes["inputs"] = known.attributes["inputs"];
    result.provenance["created"] = now_utc();
    result.provenance["threads"] = static_cast<std::int64_t>(threads());
    result.provenance["seconds_building"] = building;
    result.provenance["seconds_running"] = keeper.so_far().seconds;
    result.provenance["resumed"] = keeper.so_far().resumed;
    result.provenance["scenario_file"] = std::filesystem::path(options.scenario).filename().string();
    if (is_large(result) && keeper.keep()) finish.reset();  // a library may pack it for seconds without a break
    output.write(result);
  } catch (const Interrupted&) { return keeper.stop(out); }
  keeper.remove();
  meter.keep(model, foretold, keeper.weeks_done() - weeks_before, options.scenario);
  print("{}\n", out.string());
  if (options.progress != "none") tell("Look at it with: ./kurultai show {}", out.string());
  return static_cast<int>(ExitCode::done);
}

}  // namespace kurultai
