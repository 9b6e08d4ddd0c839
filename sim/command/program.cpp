#include "command/program.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include "base/error.h"
#include "base/parallel.h"
#include "command/analyze.h"
#include "command/calibrate.h"
#include "command/compare.h"
#include "command/verbs.h"
#include "engine/simulation.h"

namespace kurultai {

namespace {

void add_scenario_options(CLI::App& verb, ScenarioOptions& options, bool required) {
  auto* scenario = verb.add_option("scenario", options.scenario, "scenario file (TOML)");
  if (required) scenario->required();
  verb.add_option("--set", options.sets, "set a parameter: path=value, as 'describe parameters' lists paths")->take_all();
  verb.add_option("--seed", options.seed, "same as --set run.seed=N");
  verb.add_option("--replicate", options.replicate, "same as --set run.replicate=N");
  verb.add_option("--weeks", options.weeks, "same as --set run.weeks=N");
  verb.add_option("--scale", options.scale, "same as --set run.scale=X");
}

int dispatch(int argc, char** argv) {
  CLI::App app{"Kurultai: simulates civic participation in local self-government.\n"
               "Start with: kurultai run scenarios/kazakhstan.toml", "kurultai"};
  app.set_version_flag("--version", program_version());
  app.require_subcommand(1);
  app.fallthrough();
  int thread_count = 0;

  RunOptions run_options;
  CLI::App* run_verb = app.add_subcommand("run", "run a scenario and write a result file");
  add_scenario_options(*run_verb, run_options, true);
  run_verb->add_option("--out", run_options.out, "result file; default results/SCENARIO.h5");
  run_verb->add_option("--threads", thread_count, "threads to use; default all cores. The result does not depend on it")
      ->check(CLI::Range(1, 4096));
  run_verb->add_option("--progress", run_options.progress, "auto, line, json or none")
      ->check(CLI::IsMember({"auto", "line", "json", "none"}));
  run_verb->add_option("--checkpoint", run_options.checkpoint,
                       "weeks between checkpoints (OUT.checkpoint); 0: never. Default: every 10 minutes, and when stopped")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1000000}));
  run_verb->add_flag("--resume", run_options.resume, "go on from OUT.checkpoint if it is there, else start from the beginning");

  SweepOptions sweep_options;
  CLI::App* sweep_verb = app.add_subcommand("sweep", "run a scenario at many points, with replicates, into one result file");
  sweep_verb->add_option("file", sweep_options.file, "sweep file (TOML)")->required();
  sweep_verb->add_option("--set", sweep_options.sets, "set a key of the sweep: sweep.replicates=5, axis.NAME.low=0.1")->take_all();
  sweep_verb->add_option("--out", sweep_options.out, "result file; default results/SWEEP.h5. Runs are kept beside it until it is written");
  sweep_verb->add_flag("--dry-run", sweep_options.dry_run, "say what would be run, and the memory, time and disk it takes");
  sweep_verb->add_flag("--resume", sweep_options.resume, "go on with a sweep that was stopped");
  sweep_verb->add_option("--shard", sweep_options.shard, "do only part i of n, as i/n; merge with --merge when all are done");
  sweep_verb->add_flag("--merge", sweep_options.merge, "run nothing; write the result file from the runs that are there");
  sweep_verb->add_flag("--keep-runs", sweep_options.keep_runs, "keep the files of single runs when all are done");
  sweep_verb->add_option("--threads", thread_count, "threads to use; default all cores. The result does not depend on it")
      ->check(CLI::Range(1, 4096));
  sweep_verb->add_option("--memory", sweep_options.memory, "GB of memory that runs may take together; default what is free")
      ->check(CLI::Range(0.0, 1e6));
  sweep_verb->add_option("--progress", sweep_options.progress, "auto, line, json or none")
      ->check(CLI::IsMember({"auto", "line", "json", "none"}));

  RerunOptions rerun_options;
  CLI::App* rerun_verb = app.add_subcommand("rerun", "do one run of a sweep again, to the same bits, and keep all of it");
  rerun_verb->add_option("file", rerun_options.file, "result file of a sweep")->required();
  rerun_verb->add_option("--run", rerun_options.run, "the run's number, as 'runs/run' in the file lists them")->required();
  rerun_verb->add_option("--out", rerun_options.out, "result file; default results/SWEEP-runN.h5");
  rerun_verb->add_option("--folder", rerun_options.folder, "where the base scenario's data are; default: looked for");
  rerun_verb->add_option("--threads", thread_count, "threads to use")->check(CLI::Range(1, 4096));

  AnalyzeOptions analyze_options;
  CLI::App* analyze_verb = app.add_subcommand("analyze", "say which axes of a sweep move its measures, and how much is noise");
  analyze_verb->add_option("file", analyze_options.file, "result file of a sweep")->required();
  analyze_verb->add_option("--measure", analyze_options.measure, "only this measure; default all");
  analyze_verb->add_option("--confidence", analyze_options.confidence, "of the intervals");
  analyze_verb->add_option("--resamples", analyze_options.resamples, "samples drawn for an interval (bootstrap)");
  analyze_verb->add_flag("--json", analyze_options.json, "as JSON, for programs");

  CalibrateOptions calibrate_options;
  CLI::App* calibrate_verb = app.add_subcommand("calibrate", "find the values of parameters that agree with what was observed");
  calibrate_verb->add_option("file", calibrate_options.file, "sweep file (TOML) with [target.NAME] and [calibration]")->required();
  calibrate_verb->add_option("--set", calibrate_options.sets, "set a key of the file: calibration.particles=500, target.NAME.value=0.3")->take_all();
  calibrate_verb->add_option("--out", calibrate_options.out, "result file; default results/FILE.h5. Runs are kept beside it until it is written");
  calibrate_verb->add_flag("--dry-run", calibrate_options.dry_run, "say what would be run, and the memory and time it takes");
  calibrate_verb->add_flag("--resume", calibrate_options.resume, "go on with a calibration that was stopped");
  calibrate_verb->add_option("--threads", thread_count, "threads to use; default all cores. The result does not depend on it")
      ->check(CLI::Range(1, 4096));
  calibrate_verb->add_option("--memory", calibrate_options.memory, "GB of memory that runs may take together; default what is free")
      ->check(CLI::Range(0.0, 1e6));
  calibrate_verb->add_option("--progress", calibrate_options.progress, "auto, line, json or none")
      ->check(CLI::IsMember({"auto", "line", "json", "none"}));

  CompareOptions compare_options;
  CLI::App* compare_verb = app.add_subcommand("compare", "say how much two scenarios, results or points of a sweep differ, and how sure that is");
  compare_verb->add_option("A", compare_options.a, "scenario (.toml) or result file (.h5)")->required();
  compare_verb->add_option("B", compare_options.b, "another of the same kind; without it two points of A are compared");
  compare_verb->add_option("--set", compare_options.sets, "scenarios: set a parameter of both, path=value")->take_all();
  compare_verb->add_option("--replicates", compare_options.replicates, "scenarios: runs of each, with shared luck");
  compare_verb->add_option("--seed", compare_options.seed, "scenarios: seed of the runs; default that of A");
  compare_verb->add_option("--series", compare_options.series, "series to compare, NAME or NAME@form=LABEL; default all that have one value a week")->take_all();
  compare_verb->add_option("--last", compare_options.last, "look at the last so many weeks only");
  compare_verb->add_option("--point", compare_options.points, "sweeps: the point of A, and a second time that of B")->take_all();
  compare_verb->add_option("--by", compare_options.by, "region: a table for each region");
  compare_verb->add_option("--confidence", compare_options.confidence, "of the intervals");
  compare_verb->add_option("--power", compare_options.power, "chance to find an effect with the replicates that are said to be needed");
  compare_verb->add_option("--effect", compare_options.effects, "say how many replicates an effect of this size needs")->take_all();
  compare_verb->add_option("--margin", compare_options.margin, "say whether A and B are equal but for less than this");
  compare_verb->add_option("--out", compare_options.out, "result file; default for scenarios results/compare-A-B.h5");
  compare_verb->add_flag("--resume", compare_options.resume, "scenarios: go on with a comparison that was stopped");
  compare_verb->add_flag("--json", compare_options.json, "as JSON, for programs");
  compare_verb->add_option("--threads", thread_count, "threads to use; default all cores. The result does not depend on it")
      ->check(CLI::Range(1, 4096));
  compare_verb->add_option("--memory", compare_options.memory, "GB of memory that runs may take together; default what is free")
      ->check(CLI::Range(0.0, 1e6));
  compare_verb->add_option("--progress", compare_options.progress, "auto, line, json or none")
      ->check(CLI::IsMember({"auto", "line", "json", "none"}));

  ScenarioOptions check_options;
  CLI::App* check_verb = app.add_subcommand("check", "say whether a scenario is valid, and what a run will take");
  add_scenario_options(*check_verb, check_options, true);

  ScenarioOptions describe_options;
  std::string topic;
  bool json = false;
  CLI::App* describe_verb = app.add_subcommand("describe", "describe parameters, levers, forms, outputs, plan, sources, or the network of a scenario");
  describe_verb->add_option("topic", topic, "what to describe")
      ->required()
      ->check(CLI::IsMember({"parameters", "levers", "forms", "outputs", "plan", "sources", "network"}));
  add_scenario_options(*describe_verb, describe_options, false);
  describe_verb->add_flag("--json", json, "as JSON, for programs");

  std::string shown;
  CLI::App* show_verb = app.add_subcommand("show", "show what a result file says");
  show_verb->add_option("file", shown, "result file")->required();

  std::string hashed;
  CLI::App* digest_verb = app.add_subcommand("digest", "print the digest of a result: equal for equal results");
  digest_verb->add_option("file", hashed, "result file")->required();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    std::fprintf(stderr, "kurultai: %s (%s) see 'kurultai --help'\n", e.what(), e.get_name().c_str());
    return static_cast<int>(ExitCode::usage);
  }
  set_threads(thread_count);
  if (*run_verb) return run(run_options);
  if (*sweep_verb) return sweep(sweep_options);
  if (*analyze_verb) return analyze(analyze_options);
  if (*rerun_verb) return rerun(rerun_options);
  if (*calibrate_verb) return calibrate(calibrate_options);
  if (*compare_verb) return compare(compare_options);
  if (*check_verb) return check(check_options);
  if (*describe_verb) return describe(topic, describe_options, json);
  if (*show_verb) return show_file(shown);
  return digest_file(hashed);
}

}  // namespace

int run_program(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error we report, not one that kills us
  try {
    return dispatch(argc, argv);
  } catch (const Error& e) {
    std::fprintf(stderr, "kurultai: %s\n", e.what());
    return static_cast<int>(e.code());
  } catch (const std::bad_alloc&) {
    std::fputs("kurultai: not enough memory (the society does not fit) lower --scale, or see 'kurultai check SCENARIO'\n", stderr);
    return static_cast<int>(ExitCode::memory);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "kurultai: something is wrong inside the program (%s) please report it\n", e.what());
    return static_cast<int>(ExitCode::internal);
  }
}

}  // namespace kurultai
