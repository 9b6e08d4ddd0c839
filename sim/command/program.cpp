#include "command/program.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/console.h"
#include "base/error.h"
#include "base/input_file.h"
#include "base/interrupt.h"
#include "base/nearest.h"
#include "base/parallel.h"
#include "command/analyze.h"
#include "command/calibrate.h"
#include "command/compare.h"
#include "command/runs.h"
#include "command/slurm.h"
#include "command/verbs.h"
#include "engine/simulation.h"
#include "scenario/run.h"

namespace kurultai {

namespace {

/// The verbs on the command line: how each is spelled, and what it does with its options once they are read.
class CommandLine {
 public:
  CommandLine() {
    app_.set_version_flag("--version", program_version());
    app_.require_subcommand(0, 1);
    app_.add_flag("--verbs", list_, "list the verbs with what they take, as a line of JSON each, for programs");
    app_.fallthrough();
    add_run();
    add_runs();
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
    if (list_) {
      for (const auto& [verb, action] : actions_) print("{}\n", listing(*verb));
      return static_cast<int>(ExitCode::done);
    }
    set_threads(threads_);
    hold_tables();
    for (const auto& [verb, action] : actions_)
      if (*verb) return action();
    tell("kurultai: a verb is missing (usage) see 'kurultai --help'");
    return static_cast<int>(ExitCode::usage);
  }

 private:
  /// What was wrong with the command line, in the form of all messages.
  [[nodiscard]] std::string complaint(const CLI::ParseError& error, int argc, char** argv) const {
    const std::string given = argc > 1 ? argv[1] : "";
    std::vector<std::string> verbs;
    for (const auto& [verb, action] : actions_) verbs.push_back(verb->get_name());
    const bool known = std::find(verbs.begin(), verbs.end(), given) != verbs.end();
    if (known || given.starts_with('-'))
      return fmt::format("{} (usage) see 'kurultai {}--help'", error.what(), known ? given + ' ' : "");
    return to_string(Message{"", fmt::format("there is no verb '{}'", given), "'kurultai --help' lists them",
        did_you_mean(nearest(given, verbs))});
  }

  /// A verb whose options live in the object that it returns; `action` is called with them.
  template <class Options>
  std::pair<CLI::App&, Options&> add(const char* name, const char* meaning, int (*action)(const Options&)) {
    CLI::App* verb = app_.add_subcommand(name, meaning);
    const auto options = std::make_shared<Options>();
    actions_.emplace_back(verb, [options, action] { return action(*options); });
    return {*verb, *options};
  }

  /// What a verb takes, as JSON. The kinds are the names of types that `--help` shows: SCENARIO, SWEEP, CALIBRATION,
  /// LIST, RESULT, SWEEP_RESULT, INPUT (files or folders to read), OUTPUT, FOLDER (to write), NUMBER (with its range),
  /// TEXT; an option without one is a flag.
  static std::string listing(const CLI::App& verb) {
    nlohmann::ordered_json json = {{"verb", verb.get_name()}, {"arguments", nlohmann::ordered_json::array()},
        {"options", nlohmann::ordered_json::array()}};
    for (const CLI::Option* option : verb.get_options()) {
      nlohmann::ordered_json entry = {{"name", option->get_name(option->get_positional())},
          {"kind", option->get_type_name()}, {"required", option->get_required()}};
      json[option->get_positional() ? "arguments" : "options"].push_back(entry);
    }
    return json.dump();
  }

  /// Where a number may lie, its ends included; next to an end that is not itself meant stands a number very near it.
  struct Interval {
    double low;
    double high;
    bool whole = false;
  };
  /// An option that is a number: the one way to add one. Refuses nan, infinity, words, and what lies outside
  /// `interval`, with exit code 2 and the range.
  template <class T>
  static CLI::Option* add_number(
      CLI::App& verb, const char* name, T& value, const Interval& interval, const char* meaning) {
    const std::string range =
        fmt::format("a {}number from {:.16g} to {:.16g}", interval.whole ? "whole " : "", interval.low, interval.high);
    CLI::Validator check(
        [interval, range](std::string& text) -> std::string {
          const char* const end = text.data() + text.size();
          std::int64_t whole = 0;
          double number = 0;
          if (const auto [last, error] = std::from_chars(text.data(), end, whole);
              error == std::errc() && last == end) {
            number = static_cast<double>(whole);  // all its digits count
          } else {
            const auto [last_of_real, error_of_real] = std::from_chars(text.data(), end, number);
            if (error_of_real != std::errc() || last_of_real != end || !std::isfinite(number))
              return fmt::format("'{}' is not {}", printable(text), range);
            if (interval.whole && (std::fabs(number) > 9e15 || number != std::floor(number)))
              return fmt::format("{} is not {}", text, range);
            whole = interval.whole ? static_cast<std::int64_t>(number) : 0;
          }
          if (!(number >= interval.low && number <= interval.high)) return fmt::format("{} is not {}", text, range);
          text = interval.whole ? fmt::format("{}", whole)
                                : fmt::format("{}", number);  // 1e3 and 08, as every reader after this takes them
          return {};
        },
        "");
    return verb.add_option(name, value, meaning)
        ->type_name(fmt::format("NUMBER from {:.16g} to {:.16g}", interval.low, interval.high))
        ->transform(check);
  }
  template <class T>
  static CLI::Option* add_whole(
      CLI::App& verb, const char* name, T& value, double low, double high, const char* meaning) {
    return add_number(verb, name, value, {low, high, true}, meaning);
  }

  // Options that several verbs have.
  static CLI::Option* add_file(
      CLI::App& verb, const char* name, std::string& file, const char* kind, const char* meaning) {
    return verb.add_option(name, file, meaning)->type_name(kind);
  }
  static void add_out(CLI::App& verb, std::string& out, bool& force, const char* meaning, const char* kind = "OUTPUT") {
    add_file(verb, "--out", out, kind, meaning);
    verb.add_flag("--force", force, "replace what another verb, file, seed or scale left under the name of the result");
  }
  void add_threads(CLI::App& verb) {
    add_whole(
        verb, "--threads", threads_, 1, 4096, "threads to use; default all cores. The result does not depend on it");
  }
  static void add_progress(CLI::App& verb, std::string& mode) {
    verb.add_option("--progress", mode, "auto, line, json or none")
        ->check(CLI::IsMember({"auto", "line", "json", "none"}));
  }
  static void add_memory(CLI::App& verb, double& memory) {
    add_number(verb, "--memory", memory, {0, 1e6}, "GB of memory that runs may take together; default what is free");
  }
  static void add_confidence(CLI::App& verb, double& confidence) {
    add_number(verb, "--confidence", confidence, {0.5, 0.999999}, "of the intervals; default 0.95");
  }
  static void add_sets(CLI::App& verb, std::vector<std::string>& sets, const char* meaning) {
    verb.add_option("--set", sets, meaning)->take_all();
  }
  static void add_unsealed(CLI::App& verb, bool& unsealed) {
    verb.add_flag("--unsealed", unsealed,
        "read a result that lost its seal: one that another program, which you trust, has changed");
  }
  static void add_scenario(CLI::App& verb, ScenarioOptions& options, bool required) {
    auto* scenario = add_file(verb, "scenario", options.scenario, "SCENARIO", "scenario file (TOML)");
    if (required) scenario->required();
    add_sets(verb, options.sets, "set a parameter: path=value, as 'describe parameters' lists paths");
    const Run run;  // its ranges
    const auto whole = [&](const char* name, std::optional<std::string>& value, const Whole& field,
                           const char* meaning) {
      add_whole(verb, name, value, field.range().low, field.range().high, meaning);
    };
    whole("--seed", options.seed, run.seed, "same as --set run.seed=N");
    whole("--replicate", options.replicate, run.replicate, "same as --set run.replicate=N");
    whole("--weeks", options.weeks, run.weeks, "same as --set run.weeks=N");
    add_number(
        verb, "--scale", options.scale, {run.scale.range().low, run.scale.range().high}, "same as --set run.scale=X");
  }

  void add_run() {
    auto [verb, options] = add("run", "run a scenario and write a result file", &kurultai::run);
    add_scenario(verb, options, true);
    add_out(verb, options.out, options.force, "result file; default results/SCENARIO.h5");
    add_threads(verb);
    add_progress(verb, options.progress);
    add_whole(verb, "--checkpoint", options.checkpoint, 0, 1e6,
        "weeks between checkpoints (OUT.checkpoint); 0: never. Default: every 10 minutes, and when stopped");
    verb.add_flag(
        "--resume", options.resume, "go on from OUT.checkpoint if it is there, else start from the beginning");
    verb.add_flag("--profile", options.profile,
        "say at the end where the time went, by mechanism (most exactly with --threads 1)");
  }

  void add_runs() {
    auto [verb, options] = add("runs",
        "run scenarios of a list, each into a result of its own; what they have in common once", &kurultai::runs);
    add_file(verb, "file", options.file, "LIST", "list of runs (TOML): a table [run.NAME] for each")->required();
    add_sets(verb, options.sets, "set a key of the list: run.NAME.seed=5");
    add_file(verb, "--folder", options.folder, "FOLDER", "folder of the results; default results/LIST");
    verb.add_flag("--force", options.force, "replace what another verb, file, seed or scale left under those names");
    verb.add_flag("--dry-run", options.dry_run, "say what would be run, and the memory, time and disk it takes");
    verb.add_flag("--resume", options.resume, "go on with runs that were stopped; what is finished stays");
    add_threads(verb);
    add_memory(verb, options.memory);
    add_progress(verb, options.progress);
  }

  void add_check() {
    auto [verb, options] = add("check", "say whether a scenario is valid, and what a run will take", &kurultai::check);
    add_scenario(verb, options, true);
    add_threads(verb);
    verb.add_flag("--measure", options.measure,
        "measure first, in a few seconds, what this machine takes for such a scenario; kept for estimates to come");
  }

  void add_describe() {
    auto [verb, options] = add("describe",
        "describe parameters, levers, forms, surveys, outputs, plan, sources, the keys of a sweep, or the network of a "
        "scenario",
        &kurultai::describe);
    verb.add_option("topic", options.topic, "what to describe")
        ->required()
        ->check(CLI::IsMember(
            {"parameters", "levers", "forms", "surveys", "outputs", "plan", "sources", "sweep", "network"}));
    add_scenario(verb, options, false);
    verb.add_flag("--json", options.json, "as JSON, for programs");
  }

  void add_show() {
    auto [verb, options] = add("show", "show what a result file says", &show_file);
    add_file(verb, "file", options.file, "RESULT", "result file")->required();
    add_unsealed(verb, options.unsealed);
    verb.add_flag("--inputs", options.inputs, "list the tables that it was made from, with the hashes of their bytes");
  }

  void add_digest() {
    auto [verb, options] = add("digest", "print the digest of a result: equal for equal results", &digest_file);
    add_file(verb, "file", options.file, "RESULT", "result file")->required();
    add_unsealed(verb, options.unsealed);
  }

  void add_sweep() {
    auto [verb, options] =
        add("sweep", "run a scenario at many points, with replicates, into one result file", &kurultai::sweep);
    add_file(verb, "file", options.file, "SWEEP", "sweep file (TOML); 'describe sweep' lists its keys")->required();
    add_sets(verb, options.sets, "set a key of the sweep: sweep.replicates=5, axis.NAME.low=0.1");
    add_out(verb, options.out, options.force,
        "result file; default results/SWEEP.h5. Runs are kept beside it until it is written");
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
    auto [verb, options] =
        add("rerun", "do one run of a sweep again, to the same bits, and keep all of it", &kurultai::rerun);
    add_file(verb, "file", options.file, "SWEEP_RESULT", "result file of a sweep")->required();
    add_whole(verb, "--run", options.run, 0, 9e15, "the run's number, as 'runs/run' in the file lists them")
        ->required();
    add_out(verb, options.out, options.force, "result file; default results/SWEEP-runN.h5");
    add_file(verb, "--folder", options.folder, "INPUT", "where the base scenario's data are; default: looked for");
    add_unsealed(verb, options.unsealed);
    add_threads(verb);
  }

  void add_analyze() {
    auto [verb, options] =
        add("analyze", "say which axes of a sweep move its measures, and how much is noise", &kurultai::analyze);
    add_file(verb, "file", options.file, "SWEEP_RESULT", "result file of a sweep")->required();
    verb.add_option("--measure", options.measure, "only this measure; default all");
    add_confidence(verb, options.confidence);
    add_whole(verb, "--resamples", options.resamples, 0, 1e6,
        "samples drawn for an interval (bootstrap); 0: no intervals; default 1000");
    add_unsealed(verb, options.unsealed);
    verb.add_flag("--json", options.json, "as JSON, for programs");
  }

  void add_compare() {
    auto [verb, options] = add("compare",
        "say how much two scenarios, results or points of a sweep differ, and how sure that is", &kurultai::compare);
    add_file(verb, "a", options.a, "SCENARIO|RESULT", "scenario or result file")->required();
    add_file(
        verb, "b", options.b, "SCENARIO|RESULT", "the other; differences are b - a. Left out: two points of a sweep");
    add_sets(verb, options.sets, "set a parameter of both scenarios: path=value");
    add_whole(
        verb, "--replicates", options.replicates, 2, 1e6, "runs of each scenario, in pairs of shared luck; default 10");
    add_whole(verb, "--seed", options.seed, 0, 9e15, "of the runs; default that of scenario a");
    verb.add_option("--series", options.series,
            "series of the nation, as NAME or NAME@form=LABEL; default all, or a sweep's measures")
        ->take_all();
    add_whole(verb, "--last", options.last, 1, 5200, "means over the last so many weeks; default all");
    add_whole(verb, "--point", options.points, 0, 9e15, "a point of the sweep; give it twice for two")->take_all();
    verb.add_option("--by", options.by, "a row for each region")->check(CLI::IsMember({"region"}));
    add_confidence(verb, options.confidence);
    add_number(verb, "--power", options.power, {1e-6, 0.999999}, "with which an effect is to be found; default 0.8");
    add_number(verb, "--effect", options.effects, {-1e12, 1e12}, "say how many pairs an effect of this size needs")
        ->take_all();
    add_number(
        verb, "--margin", options.margin, {1e-300, 1e12}, "say whether the two are equivalent within this difference");
    add_out(verb, options.out, options.force, "result file; scenarios: default results/compare-A-B.h5");
    verb.add_flag(
        "--dry-run", options.dry_run, "of scenarios: say what would be run, and the memory, time and disk it takes");
    verb.add_flag("--resume", options.resume, "go on with a comparison of scenarios that was stopped");
    add_unsealed(verb, options.unsealed);
    verb.add_flag("--json", options.json, "as JSON, for programs");
    add_threads(verb);
    add_memory(verb, options.memory);
    add_progress(verb, options.progress);
  }

  void add_calibrate() {
    auto [verb, options] =
        add("calibrate", "find the values of a sweep's axes that agree with targets", &kurultai::calibrate);
    add_file(verb, "file", options.file, "CALIBRATION", "sweep file with [calibration] and [target.NAME]")->required();
    add_sets(verb, options.sets, "set a key of the file: calibration.particles=500");
    add_out(verb, options.out, options.force, "result file; default results/FILE.h5");
    verb.add_flag("--dry-run", options.dry_run, "say what would be run, and the memory, time and disk it takes");
    verb.add_flag("--resume", options.resume, "go on with a calibration that was stopped");
    add_threads(verb);
    add_memory(verb, options.memory);
    add_progress(verb, options.progress);
  }

  void add_slurm() {
    auto [verb, options] = add("slurm", "write the jobs that do a sweep on a cluster with Slurm", &kurultai::slurm);
    add_file(verb, "file", options.file, "SWEEP", "sweep file (TOML)")->required();
    add_sets(verb, options.sets, "set a key of the sweep: sweep.replicates=5");
    add_out(verb, options.out, options.force, "result file that the jobs write; default results/SWEEP.h5", "NAME");
    add_file(
        verb, "--folder", options.folder, "FOLDER", "folder for the scripts; default beside the result, SWEEP.slurm");
    add_whole(verb, "--jobs", options.jobs, 1, 100000, "bundles of runs; default as many as take --hours each");
    add_number(verb, "--hours", options.hours, {0.01, 1000}, "hours that a bundle should take; default 1");
    add_whole(verb, "--cpus", options.cpus, 1, 4096, "processors of a bundle; default 4");
    add_number(verb, "--memory", options.memory, {0, 1e6}, "GB of a bundle; default as predicted");
    verb.add_option("--partition", options.partition, "partition to submit to");
    verb.add_option("--account", options.account, "account to charge");
  }

  CLI::App app_{
      "Kurultai: simulates civic participation in local self-government.\n"
      "Start with: kurultai run scenarios/kazakhstan.toml",
      "kurultai"};
  int threads_ = 0;
  bool list_ = false;
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
  } catch (const NobodyReads&) { return exit_code_nobody_reads; } catch (const Error& e) {
    tell("kurultai: {}", e.what());
    return static_cast<int>(e.code());
  } catch (const std::system_error& e) {
    const bool scarce =
        e.code() == std::errc::resource_unavailable_try_again || e.code() == std::errc::not_enough_memory;
    tell("kurultai: {} ({}){}",
        scarce ? "no thread or no memory is to be had" : "something is wrong inside the program", e.what(),
        scarce ? " raise the limit (ulimit -u, ulimit -v), or lower --threads"
               : ". Please report it, unless you have changed its code");
    return static_cast<int>(scarce ? ExitCode::memory : ExitCode::internal);
  } catch (const std::bad_alloc&) {
    tell_text(
        "kurultai: not enough memory (the society does not fit) lower --scale, or see 'kurultai check SCENARIO'\n");
    return static_cast<int>(ExitCode::memory);
  } catch (const std::exception& e) {
    tell("kurultai: something is wrong inside the program ({}). Please report it, unless you have changed its code",
        e.what());
    return static_cast<int>(ExitCode::internal);
  }
}

}  // namespace kurultai
