#include "command/runs.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/console.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "command/plan.h"
#include "command/verbs.h"
#include "engine/checkpoint.h"
#include "engine/destination.h"
#include "engine/output.h"
#include "sweep/runner.h"
#include "sweep/societies.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

/// The table [run.NAME].
struct RunSpec : Section {
  explicit RunSpec(std::string name) : Section(std::move(name), "a run, into the result of that name") {}
  Text scenario{*this, "scenario", "", "the scenario, relative to the list", "design"};
  Texts set{*this, "set", {}, "settings, each \"path=value\"", "design"};
  Whole seed{*this, "seed", -1, {-1, 9.0e15}, "as run.seed; -1: the scenario's", "design"};
  [[nodiscard]] std::string inconsistency() const override {
    return scenario.value().empty() ? "scenario names no file" : "";
  }
};

/// A run of the list, ready to begin.
struct Listed {
  std::unique_ptr<Experiment> experiment;
  RunLuck luck;
  std::map<std::string, Attribute> known;  ///< the attributes that its result will have
  std::unique_ptr<Output> output;          ///< none in a dry run
};

std::int64_t whole_of(const Experiment& experiment, const char* path) {
  const auto* field = dynamic_cast<const Whole*>(experiment.parameters().find(path));
  ensure(field != nullptr, "a simulator has seed and replicate");
  return field->value();
}

class RunList {
 public:
  explicit RunList(const RunsOptions& options) : options_(options) {
    Registry registry;
    registry.add(specs_);
    source_ = read_scenario(options.file, options.sets, registry);
    if (specs_.size() == 0)
      throw scenario_error(source_.path.string(), "the list has no run", "each is a table", "add [run.NAME]");
    const auto societies = std::make_shared<Societies>();
    for (std::size_t k = 0; k < specs_.size(); ++k) {
      heed_interrupt();
      add(specs_[k], societies);
    }
  }

  [[nodiscard]] fs::path folder() const {
    return options_.folder.empty() ? fs::path("results") / fs::path(options_.file).stem() : fs::path(options_.folder);
  }
  [[nodiscard]] fs::path file(std::size_t k) const { return folder() / (specs_.key(k) + ".h5"); }

  /// Claims the places of all results, in a folder that is made if it is not there.
  void claim() {
    make_folder(folder(), "results");
    for (std::size_t k = 0; k < runs_.size(); ++k)
      runs_[k].output = std::make_unique<Output>(
          OutputPlan{file(k), "run", {scenarios_[k]}, Result{runs_[k].known, {}, {}}, options_.force},
          Output::Use::alone);
  }

  [[nodiscard]] std::vector<Task> tasks() const {
    std::vector<Task> tasks;
    for (const Listed& run : runs_) tasks.push_back({tasks.size(), {}, run.luck, run.experiment.get()});
    return tasks;
  }

  [[nodiscard]] std::vector<std::string> notes() const {
    std::vector<std::string> list;
    for (std::size_t k = 0; k < runs_.size(); ++k)
      for (const std::string& note : runs_[k].experiment->remarks({}))
        list.push_back(fmt::format("{}: {}", specs_.key(k), note));
    return list;
  }

  [[nodiscard]] const std::string& name(std::size_t k) const { return specs_.key(k); }
  [[nodiscard]] std::vector<Listed>& runs() { return runs_; }

 private:
  void add(const RunSpec& spec, const std::shared_ptr<Societies>& societies) {
    std::vector<std::string> sets = spec.set.value();
    if (spec.seed >= 0) sets.push_back(fmt::format("run.seed={}", spec.seed.value()));
    scenarios_.push_back(source_.find(spec.scenario));
    Listed run{make_simulator(scenarios_.back(), sets, societies), {}, {}, {}};
    run.luck = {static_cast<std::uint64_t>(whole_of(*run.experiment, "run.seed")),
        static_cast<std::uint32_t>(whole_of(*run.experiment, "run.replicate"))};
    run.known = run.experiment->attributes({}, run.luck);
    runs_.push_back(std::move(run));
  }

  const RunsOptions& options_;
  Collection<RunSpec> specs_{"run", "runs"};
  ScenarioSource source_;
  std::vector<fs::path> scenarios_;
  std::vector<Listed> runs_;
};

/// Results go where they are meant to be, as soon as they are made.
class Results final : public RunStore {
 public:
  Results(RunList& list, bool resume) : list_(list) {
    for (std::size_t k = 0; k < list_.runs().size(); ++k) {
      if (resume && list_.runs()[k].output->finished()) finished_.insert(k);
      if (!resume || finished_.count(k) != 0) Checkpoint::remove(checkpoint_file(k));
    }
  }

  [[nodiscard]] bool has(std::uint64_t number) const override {
    const std::scoped_lock lock(guard_);
    return finished_.count(number) != 0;
  }
  [[nodiscard]] bool has_failed(std::uint64_t number) const override {
    const std::scoped_lock lock(guard_);
    return reasons_.count(number) != 0;
  }
  void put(std::uint64_t number, const Result& result) override {
    Listed& run = list_.runs()[number];
    Result whole = result;
    whole.attributes["inputs"] = run.known.at("inputs");
    const std::scoped_lock lock(guard_);
    run.output->write(whole);
    print("{}\n", list_.file(number).string());
    finished_.insert(number);
  }
  void put_failed(std::uint64_t number, const std::string& reason) override {
    const std::scoped_lock lock(guard_);
    reasons_[number] = reason;
  }
  [[nodiscard]] Result get(std::uint64_t /*number*/) const override { throw std::logic_error("nobody reads them"); }
  void drop(std::uint64_t number) override {
    const std::scoped_lock lock(guard_);
    finished_.erase(number);
  }
  [[nodiscard]] fs::path checkpoint_file(std::uint64_t number) const override {
    return fs::path(list_.runs()[number].output->file()).concat(".checkpoint");
  }

  /// Why runs failed, by number.
  [[nodiscard]] const std::map<std::uint64_t, std::string>& reasons() const { return reasons_; }

 private:
  RunList& list_;
  mutable std::mutex guard_;
  std::set<std::uint64_t> finished_;
  std::map<std::uint64_t, std::string> reasons_;
};

}  // namespace

int runs(const RunsOptions& options) {
  RunList list(options);
  RunnerOptions runner;
  runner.threads = threads();
  runner.memory = options.memory * 1e9;
  runner.stop = [] { return stop_signal() != 0; };
  runner.checkpoint_asked = take_checkpoint_request;
  const std::vector<Task> tasks = list.tasks();
  const Experiment& any = *list.runs().front().experiment;
  if (options.dry_run) {
    const Schedule plan = schedule(any, tasks, runner);
    print("{}: valid\n  runs         {}, in {} {}\n{}{}", options.file, plan.runs, plan.societies,
        plan.societies == 1 ? "society" : "societies", plan_lines(plan, list.folder()), note_lines(list.notes()));
    return static_cast<int>(ExitCode::done);
  }
  list.claim();
  SweepProgress progress(options.progress);
  tell_plan(schedule(any, tasks, runner), tasks.size(), list.notes(), runner, progress, options.progress);
  for (const Listed& run : list.runs())
    for (const std::string& notice : run.output->notices()) progress.say(notice);
  Results results(list, options.resume);
  const auto as_it_is = [](const Task&, Result&) {};
  const RunnerOutcome outcome = Runner(any, results, runner, as_it_is).run(tasks, progress);
  progress.finish();
  if (outcome.stopped) {
    tell("kurultai: stopped (signal {}) {} of {} runs are finished; the same command with --resume goes on",
        stop_signal(), outcome.finished, tasks.size());
    return exit_code_after(stop_signal());
  }
  for (const auto& [number, reason] : results.reasons()) tell("kurultai: {}: {}", list.name(number), reason);
  return static_cast<int>(outcome.failed > 0 ? failure_code(outcome.no_memory) : ExitCode::done);
}

}  // namespace kurultai
