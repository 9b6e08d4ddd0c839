// The verbs `sweep` and `rerun`: many runs into one file, and one of them again.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/console.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/nearest.h"
#include "base/parallel.h"
#include "command/plan.h"
#include "command/verbs.h"
#include "engine/output.h"
#include "engine/result_reader.h"
#include "sweep/execution.h"
#include "sweep/merge.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

Shard shard_of(const std::string& text) {
  Shard shard;
  const std::size_t slash = text.find('/');
  const char* end = text.data() + text.size();
  const auto read = [](const char* from, const char* to, std::uint32_t& number) {
    const auto [stop, error] = std::from_chars(from, to, number);
    return error == std::errc{} && stop == to;
  };
  if (slash == std::string::npos || !read(text.data(), text.data() + slash, shard.index) ||
      !read(text.data() + slash + 1, end, shard.count) || shard.index < 1 || shard.count < 1 ||
      shard.index > shard.count)
    throw Error(ExitCode::usage, {"--shard " + text, "not of the form i/n", "i is 1 to n", "write --shard 2/8"});
  return shard;
}

constexpr std::size_t longest_list = 200;  // letters of an axis' values that a plan shows

/// The values of an axis, as a plan shows them.
std::string values_text(const AxisSpec& axis) {
  const std::size_t n = axis.values.size();
  if (n == 0)
    return fmt::format("{} to {}{}", axis.low.value(), axis.high.value(), axis.spacing == Spacing::log ? ", log" : "");
  if (n <= longest_list) {
    std::string text = to_toml(axis.values.get());
    if (text.size() <= longest_list) return text;
  }
  return fmt::format(
      "{}, {} ... {} ({} values)", to_toml(axis.values[0]), to_toml(axis.values[1]), to_toml(axis.values[n - 1]), n);
}

void print_plan(const Sweep& sweep, const ExecutionOptions& options, const std::string& file) {
  const Schedule plan = schedule(sweep, options.shard, options.runner);
  print("{}: valid\n", file);
  if (!sweep.source.title.empty()) print("  {}\n", printable(sweep.source.title));
  print(
      "  design       {} with {} points over {} axes\n", sweep.sweep.design.value(), sweep.points(), sweep.axes.size());
  for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
    const AxisSpec& axis = sweep.axes[a];
    print("    {:<10} {} {}\n", sweep.axes.key(a), axis.path.value(), values_text(axis));
  }
  print("  replicates   {}{}, {}, {}\n", sweep.sweep.replicates.value(),
      sweep.adaptive() ? fmt::format(" and more until {} is known to {}, at most {}", sweep.precision.measure.value(),
                             sweep.precision.half_width.value(), sweep.precision.at_most.value())
                       : "",
      sweep.sweep.common ? "the same luck at every point" : "a luck of its own at every point",
      sweep.sweep.society == SocietyOf::shared ? "all in one society" : "each in a society of its own");
  print("  runs         {}{}, in {} {}\n", plan.runs,
      options.shard.count > 1 ? fmt::format(" (shard {} of {})", options.shard.index, options.shard.count) : "",
      plan.societies, plan.societies == 1 ? "society" : "societies");
  print("{}{}", plan_lines(plan, options.out, sweep.adaptive() ? ", before replicates are added" : ""),
      note_lines(remarks_of(sweep)));
}

/// Where files of a scenario kept in `file` may be: where `run` would have found them.
std::vector<fs::path> likely_folders(const std::string& given, const fs::path& file) {
  if (!given.empty()) return {given};
  const fs::path here = file.has_parent_path() ? file.parent_path() : fs::path(".");
  return {"scenarios", ".", here, here / ".." / "scenarios", here / "scenarios"};
}

/// The values of a variable in the result of a sweep, `size` of them.
template <class T>
const std::vector<T>& values_of(const Result& result, const std::string& group, const std::string& name,
    std::size_t size, const std::string& file) {
  const Group* g = result.group(group);
  const Variable* v = g == nullptr ? nullptr : g->variable(name);
  const auto* values = v == nullptr ? nullptr : std::get_if<std::vector<T>>(&v->values);
  if (values == nullptr || values->size() != size)
    throw storage_error(file, fmt::format("the file has no {}/{}", group, name), "it is not the result of a sweep",
        "give a file written by 'sweep'");
  return *values;
}

/// The numbers of a sweep's runs; results of version 0.1 keep them in 32 bits.
std::vector<std::int64_t> run_numbers(const Result& result, std::size_t size, const std::string& file) {
  const Group* runs = result.group("runs");
  const Variable* run = runs == nullptr ? nullptr : runs->variable("run");
  if (run == nullptr || !std::holds_alternative<std::vector<std::int32_t>>(run->values))
    return values_of<std::int64_t>(result, "runs", "run", size, file);
  const auto& narrow = values_of<std::int32_t>(result, "runs", "run", size, file);
  return {narrow.begin(), narrow.end()};
}

/// Throws unless a run of the sweep in `result` would be made from the tables that it was made from.
void check_tables(const Result& result, const Inputs& now, const std::string& file) {
  const Inputs before = inputs_from_text(text_attribute(result, "inputs"));
  if (before.empty()) return;  // of a version that did not keep them, or there were none
  for (const Input& input : now) {
    const auto known = [&](const Input& old) {
      return old.hash == input.hash && (old.role == input.role || old.role.starts_with(input.role + "@"));
    };
    if (std::any_of(before.begin(), before.end(), known)) continue;
    throw input_error(input.name, fmt::format("this table ({}) is not the one that {} was made from", input.role, file),
        "its bytes differ: the run would come out differently",
        "put it back as it was, or name the folder of the old one with --folder");
  }
}

}  // namespace

int stopped_with_runs(const fs::path& runs) {
  std::error_code ignored;
  if (fs::exists(runs, ignored))
    tell(
        "kurultai: stopped (signal {}) the runs that are finished are safe in {}; the same command with --resume goes "
        "on",
        stop_signal(), runs.string());
  else
    tell("kurultai: stopped (signal {}) nothing was begun", stop_signal());
  return exit_code_after(stop_signal());
}

int sweep(const SweepOptions& options) {
  Sweep sweep(options.file, options.sets);
  ExecutionOptions execution;
  execution.out =
      options.out.empty() ? fs::path("results") / fs::path(options.file).stem().concat(".h5") : fs::path(options.out);
  execution.resume = options.resume;
  execution.merge_only = options.merge;
  execution.keep_runs = options.keep_runs;
  execution.force = options.force;
  execution.shard = shard_of(options.shard);
  if (options.merge && execution.shard.count > 1)
    throw Error(ExitCode::usage, {"--shard " + options.shard, "not with --merge",
                                     "what is merged are the runs of all shards", "leave --shard out"});
  execution.runner.threads = threads();
  execution.runner.memory = options.memory * 1e9;
  execution.runner.stop_on_error = sweep.sweep.on_error == OnError::stop;
  execution.runner.stop = [] { return stop_signal() != 0; };
  execution.runner.checkpoint_asked = take_checkpoint_request;
  if (options.dry_run) {
    const std::vector<std::string> remarks = check_outline(sweep);
    print_plan(sweep, execution, options.file);
    print("{}", note_lines(remarks));
    return static_cast<int>(ExitCode::done);
  }
  SweepProgress progress(options.progress);
  ExecutionReport report;
  try {
    if (!options.merge) {
      const Schedule plan = schedule(sweep, execution.shard, execution.runner);
      tell_plan(plan, plan.runs, remarks_of(sweep), execution.runner, progress, options.progress);
    }
    report = execute(sweep, execution, progress);
  } catch (const Interrupted&) {  // while it was planned or merged
    return stopped_with_runs(runs_folder(execution.out));
  }
  if (report.was_there) return finished_already(execution.out);
  const std::string out = execution.out.string();
  const std::string runs = runs_folder(execution.out).string();
  if (report.stopped && stop_signal() != 0) return stopped_with_runs(runs);
  if (report.stopped) {
    tell(
        "kurultai: stopped at a failed run, as sweep.on_error = \"stop\" says; {} runs are in {}, whose files *.failed "
        "hold the reasons",
        report.finished, runs);
    return static_cast<int>(failure_code(report.no_memory));
  }
  if (!report.merged) {
    tell("kurultai: shard {} of {} is done ({} runs in {}); when all are, 'sweep {} --merge{}' makes {}",
        execution.shard.index, execution.shard.count, report.finished, runs, options.file,
        options.out.empty() ? "" : " --out " + options.out, out);
    return static_cast<int>(report.failed > 0 ? failure_code(report.no_memory) : ExitCode::done);
  }
  print("{}\n", out);
  if (report.failed + report.missing > 0) {
    tell(
        "kurultai: {} runs finished, {} failed, {} missing; 'runs/status' and 'runs/reason' in the file say which and "
        "why; --resume tries them again",
        report.finished, report.failed, report.missing);
    return static_cast<int>(failure_code(report.no_memory));
  }
  if (options.progress != "none") tell("Look at it with: ./kurultai report {}, or ./kurultai analyze {}", out, out);
  return static_cast<int>(ExitCode::done);
}

int rerun(const RerunOptions& options) {
  const auto wanted = [](const std::string& group, const std::string&) { return group == "design" || group == "runs"; };
  const Result file = read_result(options.file, wanted, options.unsealed ? Unsealed::accepted : Unsealed::refused);
  if (text_attribute(file, "kind") != "sweep")
    throw storage_error(options.file, "not the result of a sweep", "single runs hold their scenario whole",
        "give a file written by 'sweep'");
  SweepTables tables;
  read_scenario_text(text_attribute(file, "sweep"), options.file, {}, tables.registry);
  const Collection<AxisSpec>& axes = tables.axes;
  const std::string text = text_attribute(file, "scenario");
  const std::unique_ptr<Experiment> experiment =
      experiment_from_text(tables.sweep.model.value(), text, likely_folders(options.folder, options.file));

  const Group* runs = file.group("runs");
  const Coordinate* of_points = runs == nullptr ? nullptr : runs->coordinate("point");
  const Coordinate* of_replicates = runs == nullptr ? nullptr : runs->coordinate("replicate");
  if (of_points == nullptr || of_replicates == nullptr)
    throw storage_error(
        options.file, "the file has no runs", "it is not the result of a sweep", "give a file written by 'sweep'");
  const std::size_t points = size_of(of_points->values);
  const std::size_t replicates = size_of(of_replicates->values);
  const std::size_t cells = points * replicates;
  const std::vector<std::int64_t> numbers = run_numbers(file, cells, options.file);
  const auto found = std::find(numbers.begin(), numbers.end(), static_cast<std::int64_t>(options.run));
  if (found == numbers.end())
    throw Error(ExitCode::usage,
        {fmt::format("--run {}", options.run), fmt::format("{} has no such run", options.file),
            numbers.empty() ? "it has none"
                            : fmt::format("numbers are 0 to {}", *std::max_element(numbers.begin(), numbers.end())),
            "'runs/run' in the file lists them"});
  const auto cell = static_cast<std::size_t>(found - numbers.begin());
  const std::size_t point = cell / replicates;
  std::vector<Setting> point_settings;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const Field* field = experiment->parameters().find(axes[a].path.value());
    if (field == nullptr)
      throw storage_error(options.file, fmt::format("axis '{}' names no parameter", axes.key(a)),
          fmt::format("this program has no '{}'", axes[a].path.value()),
          "use the version of the program that wrote it");
    const auto& unit = values_of<double>(file, "design", "unit_" + axes.key(a), points, options.file);
    point_settings.push_back({axes[a].path.value(), value_at(axes[a], *field, unit[point])});
  }
  const RunLuck luck{
      static_cast<std::uint64_t>(values_of<std::int64_t>(file, "runs", "seed", cells, options.file)[cell]),
      static_cast<std::uint32_t>(values_of<std::int64_t>(file, "runs", "luck", cells, options.file)[cell])};
  const fs::path out =
      options.out.empty()
          ? fs::path("results") / fmt::format("{}-run{}.h5", fs::path(options.file).stem().string(), options.run)
          : fs::path(options.out);
  const Result planned{experiment->attributes(point_settings, luck), {}, {}};
  Output output({out, "rerun", {options.file}, planned, options.force}, Output::Use::alone);
  for (const std::string& notice : output.notices()) tell("kurultai: {}", notice);
  check_tables(file, experiment->inputs(point_settings), options.file);
  const Task task{options.run, point_settings, luck};
  RunnerOptions runner;
  runner.threads = threads();
  SweepProgress progress("auto");
  tell_plan(schedule(*experiment, std::span(&task, 1), runner), 1, experiment->remarks(point_settings), runner,
      progress, "auto");
  RunControl control;
  control.stop = [] { return stop_signal() != 0; };
  std::optional<Result> result = experiment->run(point_settings, luck, control);
  if (!result) throw Interrupted{stop_signal()};
  for (const auto& [name, value] : planned.attributes) result->attributes[name] = value;
  output.write(*result);
  print("{}\n", out.string());
  const std::string stored = values_of<std::string>(file, "runs", "digest", cells, options.file)[cell];
  const std::string now = digest(*result);
  if (stored.empty()) {
    tell("kurultai: run {} did not finish then; it did now", options.run);
  } else if (stored == now) {
    tell("kurultai: the same bits as in {} (digest {})", options.file, now);
  } else {
    tell(
        "kurultai: run {} came out differently (digest {}, in {} {}) the program or its data have changed since {} of "
        "commit {}",
        options.run, now, options.file, stored, text_attribute(file, "kurultai_version"),
        text_attribute(file, "git_commit"));
    return static_cast<int>(ExitCode::internal);
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace kurultai
