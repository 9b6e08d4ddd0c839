#include "command/program.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <sstream>
#include <utility>
#include <vector>

#include "base/console.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/nearest.h"
#include "base/parallel.h"
#include "command/analyze.h"
#include "command/calibrate.h"
#include "command/compare.h"
#include "command/slurm.h"
#include "command/verbs.h"
#include "engine/simulation.h"

namespace kurultai {

namespace {

/// The verbs on the command line: how each is spelled, and what it does with its options once they are read.
class CommandLine {
 public:
  CommandLine() {
    app_.set_version_flag("--version", program_version());
    app_.require_subcommand(1);
    app_.fallthrough();
    add_run();
    add_check();
    add_describe();
    add_show();
    add_digest();
    add_sweep();
    add_rerun();
    add_analyze();
    add_compare();
    add_calibrate();
    add_slurm();
  }

  int run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
      if (e.get_exit_code() == 0) {
        std::ostringstream help;
        app_.exit(e, help, help);
        print_text(help.str());
        return static_cast<int>(ExitCode::done);
      }
      tell("kurultai: {}", complaint(e, argc, argv));
      return static_cast<int>(ExitCode::usage);
    }
    set_threads(threads_);
    for (const auto& [verb, action] : actions_)
      if (*verb) return action();
    return static_cast<int>(ExitCode::usage);
  }

 private:
  /// What was wrong with the command line, in the form of all messages.
  [[nodiscard]] std::string complaint(const CLI::ParseError& error, int argc, char** argv) const {
    const std::string given = argc > 1 ? argv[1] : "";
    std::vector<std::string> verbs;
    for (const auto& [verb, action] : actions_) verbs.push_back(verb->get_name());
    const bool known = std::find(verbs.begin(), verbs.end(), given) != verbs.end();
    if (known || given.empty() || given[0] == '-')
      return fmt::format("{} (usage) see 'kurultai {}--help'", given.empty() ? "a verb is missing" : error.what(), known ? given + ' ' : "");
    return to_string(Message{"", fmt::format("there is no verb '{}'", given), "'kurultai --help' lists them", did_you_mean(nearest(given, verbs))});
  }

  /// A verb whose options live in the object that it returns; `action` is called with them.
  template <class Options>
  std::pair<CLI::App&, Options&> add(const char* name, const char* meaning, int (*action)(const Options&)) {
    CLI::App* verb = app_.add_subcommand(name, meaning);
    const auto options = std::make_shared<Options>();
    actions_.emplace_back(verb, [options, action] { return action(*options); });
    return {*verb, *options};
  }

  // Options that several verbs have.
  void add_threads(CLI::App& verb) {
    verb.add_option("--threads", threads_, "threads to use; default all cores. The result does not depend on it")
        ->check(CLI::Range(1, 4096));
  }
  static void add_progress(CLI::App& verb, std::string& mode) {
    verb.add_option("--progress", mode, "auto, line, json or none")->check(CLI::IsMember({"auto", "line", "json", "none"}));
  }
  static void add_memory(CLI::App& verb, double& memory) {
    verb.add_option("--memory", memory, "GB of memory that runs may take together; default what is free")->check(CLI::Range(0.0, 1e6));
  }
  static void add_sets(CLI::App& verb, std::vector<std::string>& sets, const char* meaning) {
    verb.add_option("--set", sets, meaning)->take_all();
  }
  static void add_scenario(CLI::App& verb, ScenarioOptions& options, bool required) {
    auto* scenario = verb.add_option("scenario", options.scenario, "scenario file (TOML)");
    if (required) scenario->required();
    add_sets(verb, options.sets, "set a parameter: path=value, as 'describe parameters' lists paths");
    verb.add_option("--seed", options.seed, "same as --set run.seed=N");
    verb.add_option("--replicate", options.replicate, "same as --set run.replicate=N");
    verb.add_option("--weeks", options.weeks, "same as --set run.weeks=N");
    verb.add_option("--scale", options.scale, "same as --set run.scale=X");
  }

  void add_run() {
    auto [verb, options] = add("run", "run a scenario and write a result file", &kurultai::run);
    add_scenario(verb, options, true);
    verb.add_option("--out", options.out, "result file; default results/SCENARIO.h5");
    add_threads(verb);
    add_progress(verb, options.progress);
    verb.add_option("--checkpoint", options.checkpoint,
                    "weeks between checkpoints (OUT.checkpoint); 0: never. Default: every 10 minutes, and when stopped")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{1000000}));
    verb.add_flag("--resume", options.resume, "go on from OUT.checkpoint if it is there, else start from the beginning");
  }

  void add_check() {
    auto [verb, options] = add("check", "say whether a scenario is valid, and what a run will take", &kurultai::check);
    add_scenario(verb, options, true);
  }

  void add_describe() {
    auto [verb, options] = add("describe", "describe parameters, levers, forms, surveys, outputs, plan, sources, the keys of a sweep, or the network of a scenario",
                               &kurultai::describe);
    verb.add_option("topic", options.topic, "what to describe")
        ->required()
        ->check(CLI::IsMember({"parameters", "levers", "forms", "surveys", "outputs", "plan", "sources", "sweep", "network"}));
    add_scenario(verb, options, false);
    verb.add_flag("--json", options.json, "as JSON, for programs");
  }

  void add_show() {
    auto [verb, options] = add("show", "show what a result file says", &show_file);
    verb.add_option("file", options.file, "result file")->required();
  }

  void add_digest() {
    auto [verb, options] = add("digest", "print the digest of a result: equal for equal results", &digest_file);
    verb.add_option("file", options.file, "result file")->required();
  }

  void add_sweep() {
    auto [verb, options] = add("sweep", "run a scenario at many points, with replicates, into one result file", &kurultai::sweep);
    verb.add_option("file", options.file, "sweep file (TOML); 'describe sweep' lists its keys")->required();
    add_sets(verb, options.sets, "set a key of the sweep: sweep.replicates=5, axis.NAME.low=0.1");
    verb.add_option("--out", options.out, "result file; default results/SWEEP.h5. Runs are kept beside it until it is written");
    verb.add_flag("--dry-run", options.dry_run, "say what would be run, and the memory, time and disk it takes");
    verb.add_flag("--resume", options.resume, "go on with a sweep that was stopped");
    verb.add_option("--shard", options.shard, "do only part i of n, as i/n; merge with --merge when all are done");
    verb.add_flag("--merge", options.merge, "run nothing; write the result file from the runs that are there");
    verb.add_flag("--keep-runs", options.keep_runs, "keep the files of single runs when all are done");
    add_threads(verb);
    add_memory(verb, options.memory);
    add_progress(verb, options.progress);
  }

  void add_rerun() {
    auto [verb, options] = add("rerun", "do one run of a sweep again, to the same bits, and keep all of it", &kurultai::rerun);
    verb.add_option("file", options.file, "result file of a sweep")->required();
    verb.add_option("--run", options.run, "the run's number, as 'runs/run' in the file lists them")->required();
    verb.add_option("--out", options.out, "result file; default results/SWEEP-runN.h5");
    verb.add_option("--folder", options.folder, "where the base scenario's data are; default: looked for");
    add_threads(verb);
  }

  void add_analyze() {
    auto [verb, options] = add("analyze", "say which axes of a sweep move its measures, and how much is noise", &kurultai::analyze);
    verb.add_option("file", options.file, "result file of a sweep")->required();
    verb.add_option("--measure", options.measure, "only this measure; default all");
    verb.add_option("--confidence", options.confidence, "of the intervals; default 0.95");
    verb.add_option("--resamples", options.resamples, "samples drawn for an interval (bootstrap); default 1000");
    verb.add_flag("--json", options.json, "as JSON, for programs");
  }

  void add_compare() {
    auto [verb, options] = add("compare", "say how much two scenarios, results or points of a sweep differ, and how sure that is", &kurultai::compare);
    verb.add_option("a", options.a, "scenario or result file")->required();
    verb.add_option("b", options.b, "the other; differences are b - a. Left out: two points of a sweep");
    add_sets(verb, options.sets, "set a parameter of both scenarios: path=value");
    verb.add_option("--replicates", options.replicates, "runs of each scenario, in pairs of shared luck; default 10")->check(CLI::Range(1, 1000000));
    verb.add_option("--seed", options.seed, "of the runs; default that of scenario a");
    verb.add_option("--series", options.series, "series of the nation, as NAME or NAME@form=LABEL; default all, or a sweep's measures")->take_all();
    verb.add_option("--last", options.last, "means over the last so many weeks; default all");
    verb.add_option("--point", options.points, "a point of the sweep; give it twice for two")->take_all();
    verb.add_option("--by", options.by, "a row for each region")->check(CLI::IsMember({"region"}));
    verb.add_option("--confidence", options.confidence, "of the intervals; default 0.95");
    verb.add_option("--power", options.power, "with which an effect is to be found; default 0.8");
    verb.add_option("--effect", options.effects, "say how many pairs an effect of this size needs")->take_all();
    verb.add_option("--margin", options.margin, "say whether the two are equivalent within this difference");
    verb.add_option("--out", options.out, "result file; scenarios: default results/compare-A-B.h5");
    verb.add_flag("--dry-run", options.dry_run, "of scenarios: say what would be run, and the memory, time and disk it takes");
    verb.add_flag("--resume", options.resume, "go on with a comparison of scenarios that was stopped");
    verb.add_flag("--json", options.json, "as JSON, for programs");
    add_threads(verb);
    add_memory(verb, options.memory);
    add_progress(verb, options.progress);
  }

  void add_calibrate() {
    auto [verb, options] = add("calibrate", "find the values of a sweep's axes that agree with targets", &kurultai::calibrate);
    verb.add_option("file", options.file, "sweep file with [calibration] and [target.NAME]")->required();
    add_sets(verb, options.sets, "set a key of the file: calibration.particles=500");
    verb.add_option("--out", options.out, "result file; default results/FILE.h5");
    verb.add_flag("--dry-run", options.dry_run, "say what would be run, and the memory, time and disk it takes");
    verb.add_flag("--resume", options.resume, "go on with a calibration that was stopped");
    add_threads(verb);
    add_memory(verb, options.memory);
    add_progress(verb, options.progress);
  }

  void add_slurm() {
    auto [verb, options] = add("slurm", "write the jobs that do a sweep on a cluster with Slurm", &kurultai::slurm);
    verb.add_option("file", options.file, "sweep file (TOML)")->required();
    add_sets(verb, options.sets, "set a key of the sweep: sweep.replicates=5");
    verb.add_option("--out", options.out, "result file; default results/SWEEP.h5");
    verb.add_option("--folder", options.folder, "folder for the scripts; default beside the result, SWEEP.slurm");
    verb.add_option("--jobs", options.jobs, "bundles of runs; default as many as take --hours each")->check(CLI::Range(1, 100000));
    verb.add_option("--hours", options.hours, "hours that a bundle should take; default 1")->check(CLI::Range(0.01, 1000.0));
    verb.add_option("--cpus", options.cpus, "processors of a bundle; default 4")->check(CLI::Range(1, 4096));
    verb.add_option("--memory", options.memory, "GB of a bundle; default as predicted")->check(CLI::Range(0.0, 1e6));
    verb.add_option("--partition", options.partition, "partition to submit to");
    verb.add_option("--account", options.account, "account to charge");
  }

  CLI::App app_{"Kurultai: simulates civic participation in local self-government.\n"
                "Start with: kurultai run scenarios/kazakhstan.toml", "kurultai"};
  int threads_ = 0;
  std::vector<std::pair<CLI::App*, std::function<int()>>> actions_;
};

}  // namespace

int run_program(int argc, char** argv) {
  open_standard_streams();
  heed_signals();
  try {
    const int code = CommandLine().run(argc, argv);
    close_output();
    return code;
  } catch (const Interrupted& interrupted) {
    tell("kurultai: stopped (signal {})", interrupted.signal);
    return exit_code_after(interrupted.signal);
  } catch (const NobodyReads&) {
    return exit_code_nobody_reads;
  } catch (const Error& e) {
    tell("kurultai: {}", e.what());
    return static_cast<int>(e.code());
  } catch (const std::bad_alloc&) {
    tell("kurultai: not enough memory (the society does not fit) lower --scale, or see 'kurultai check SCENARIO'");
    return static_cast<int>(ExitCode::memory);
  } catch (const std::exception& e) {
    tell("kurultai: something is wrong inside the program ({}) please report it", e.what());
    return static_cast<int>(ExitCode::internal);
  }
}

}  // namespace kurultai
