#include "command/calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/console.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "command/number_text.h"
#include "command/plan.h"
#include "command/verbs.h"
#include "engine/output.h"
#include "engine/progress.h"
#include "sweep/execution.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

/// How the first generation will be run.
Schedule schedule_of(const Calibration& calibration, const RunnerOptions& runner) {
  std::vector<Task> tasks;
  const std::vector<Particle> first = calibration.first_generation();
  for (std::size_t k = 0; k < first.size(); ++k)
    for (Task& task : calibration.tasks(first[k], 0, k)) tasks.push_back(std::move(task));
  return schedule(calibration.sweep.experiment(), tasks, runner);
}

std::string plan_text(const Calibration& calibration, const RunnerOptions& runner, const fs::path& out) {
  const Sweep& sweep = calibration.sweep;
  const Schedule plan = schedule_of(calibration, runner);
  const double more = static_cast<double>(calibration.most_runs()) / static_cast<double>(plan.runs);
  std::string text;
  for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
    const AxisSpec& axis = sweep.axes[a];
    text += fmt::format("  {:<12} {} between {:g} and {:g}{}\n", sweep.axes.key(a), axis.path.value(), axis.low.value(),
        axis.high.value(), axis.spacing == Spacing::log ? ", even in the logarithm" : "");
  }
  for (std::size_t t = 0; t < calibration.targets.size(); ++t) {
    const TargetSpec& target = calibration.targets[t];
    text += fmt::format("  {:<12} observed {:g} +- {:g}{}\n", calibration.targets.key(t), target.value.value(),
        target.sd.value(), target.source.value().empty() ? "" : fmt::format(" ({})", target.source.value()));
  }
  text +=
      fmt::format("  runs         {} in the first generation, at most {} in all\n", plan.runs, calibration.most_runs());
  return text +
         plan_lines(
             plan, out, fmt::format(", for the first generation; at most {}", duration_text(plan.seconds * more))) +
         note_lines(remarks_of(sweep));
}

/// Lines of a table, columns aligned: the first to the left, the others to the right.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> width(rows[0].size(), 0);
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], row[c].size());
  std::string text;
  for (const auto& row : rows) {
    std::string line = fmt::format("  {:<{}}", row[0], width[0]);
    for (std::size_t c = 1; c < row.size(); ++c) line += fmt::format("  {:>{}}", row[c], width[c]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

/// With the digits that `error` decides.
std::string number(double x, double error = 0) { return std::isnan(x) ? "-" : number_text(x, error); }

std::string percent(double share) { return std::isnan(share) ? "-" : fmt::format("{:.0f}%", 100 * share); }

}  // namespace

std::string calibration_text(const Calibration& calibration, const CalibrationReport& report) {
  const CalibrationSettings& settings = calibration.calibration;
  const std::string confidence = percent(settings.confidence);
  std::string text = printable(calibration.sweep.source.title) + "\n\n";
  std::vector<std::vector<std::string>> rows = {
      {"parameter", "median", confidence + " from", "to", "mean", "sd", "prior from", "to", "learned"}};
  for (const ParameterEstimate& p : report.parameters)
    rows.push_back({p.path, number(p.median, p.sd), number(p.low, p.sd), number(p.high, p.sd), number(p.mean, p.sd),
        number(p.sd, p.sd), number(p.prior_low), number(p.prior_high), percent(std::max(p.shrinkage, 0.0))});
  text += aligned(rows);
  text += "  (learned: by how much the standard deviation shrank against the prior)\n\n";
  const bool predicted = settings.predictive > 0;
  rows = {{"target", "observed", "sd", "prior gives " + confidence, "to"}};
  if (predicted) rows[0].insert(rows[0].end(), {"posterior gives", confidence + " from", "to", ""});
  for (const TargetFit& t : report.targets) {
    const double spread = 0.5 * (t.prior_high - t.prior_low);
    const double error = 0.5 * (t.high - t.low);
    rows.push_back(
        {t.name, number(t.value, t.sd), number(t.sd, t.sd), number(t.prior_low, spread), number(t.prior_high, spread)});
    if (predicted)
      rows.back().insert(rows.back().end(),
          {number(t.median, error), number(t.low, error), number(t.high, error), t.inside() ? "met" : "MISSED"});
  }
  text += aligned(rows) + "\n";

  std::size_t failed = 0;
  for (const GenerationRecord& g : report.generations) failed += g.failed;
  const GenerationRecord& last = report.generations.back();
  text +=
      fmt::format("  {} generations, {} runs; ended {}\n", report.generations.size(), report.finished + report.failed,
          report.ended_by == "acceptance"
              ? fmt::format("because only {} of the new particles were nearer", percent(last.acceptance))
              : fmt::format("at the most generations that were asked for ({} of the new particles were still nearer)",
                    percent(last.acceptance)));
  text += fmt::format("  distance of those kept: {} at first, {} at last; effective size of the sample {:.0f}\n",
      number(report.generations.front().tolerance), number(last.tolerance), report.ess);
  if (failed > 0)
    text +=
        fmt::format("  {} particles failed, or their measures had no value: they count as infinitely far\n", failed);
  for (const TargetFit& t : report.targets)
    if (t.value < t.prior_low || t.value > t.prior_high)
      text += fmt::format(
          "  careful: {} was observed at {}, where the prior hardly ever leads; widen the axes' ranges, or the model "
          "cannot do it\n",
          t.name, number(t.value));
  const std::size_t n = report.parameters.size();
  for (std::size_t a = 0; a < n; ++a) {
    if (report.parameters[a].shrinkage < 0.1)
      text += fmt::format("  careful: the targets say next to nothing about {}\n", report.parameters[a].path);
    for (std::size_t b = a + 1; b < n; ++b)
      if (std::fabs(report.correlations[a * n + b]) > 0.9)
        text += fmt::format("  careful: {} and {} are hardly told apart (correlation {:.2f})\n",
            report.parameters[a].path, report.parameters[b].path, report.correlations[a * n + b]);
  }
  if (report.ess < 50) text += "  careful: the sample is small; more particles make the intervals surer\n";
  text += "\n  the medians as settings, for --set or for `set` of a sweep:\n  set = [";
  for (std::size_t a = 0; a < n; ++a) {
    const ParameterEstimate& p = report.parameters[a];
    const Field* field = calibration.sweep.experiment().parameters().find(p.path);
    const bool whole = field->kind() == Field::Kind::whole;
    text += fmt::format("{}\"{}={}\"", a == 0 ? "" : ", ", p.path,
        whole ? fmt::format("{:.0f}", p.median) : fmt::format("{:.6g}", p.median));
  }
  return text + "]\n";
}

int calibrate(const CalibrateOptions& options) {
  const Calibration calibration(options.file, options.sets);
  const fs::path out =
      options.out.empty() ? fs::path("results") / fs::path(options.file).stem().concat(".h5") : fs::path(options.out);
  RunnerOptions runner;
  runner.threads = threads();
  runner.memory = options.memory * 1e9;
  runner.stop_on_error = calibration.sweep.sweep.on_error == OnError::stop;
  runner.stop = [] { return stop_signal() != 0; };
  runner.checkpoint_asked = take_checkpoint_request;
  if (options.dry_run) {
    print("{}: valid\n  {}\n{}", options.file, printable(calibration.sweep.source.title),
        plan_text(calibration, runner, out));
    print("{}", note_lines(calibration.remarks));
    return static_cast<int>(ExitCode::done);
  }
  SweepProgress progress(options.progress);
  Output output(
      {out, "calibrate", {options.file}, calibration.sweep.attributes(ResultKind::calibration), options.force},
      Output::Use::alone);
  if (options.resume && output.finished()) {
    Store::remove_left_over(runs_folder(out), calibration.sweep.identity());
    return finished_already(out);
  }
  for (const std::string& notice : output.notices()) progress.say(notice);
  Schedule most = schedule_of(calibration, runner);
  most.seconds *= static_cast<double>(calibration.most_runs()) / static_cast<double>(most.runs);
  tell_plan(
      most, calibration.most_runs(), remarks_of(calibration.sweep), runner, progress, options.progress, "at most ");
  for (const std::string& remark : calibration.remarks) progress.say("note: " + remark);
  const std::string runs = runs_folder(out).string();
  CalibrationReport report;
  try {
    Store store(runs, calibration.sweep.identity(), options.resume, "");
    report = execute(calibration, store, runner, progress);
    progress.finish();
    if (!report.stopped) {
      output.write(report.result);
      if (report.failed == 0) store.remove();
    }
  } catch (const Interrupted&) { return stopped_with_runs(runs); }
  if (report.stopped && stop_signal() != 0) return stopped_with_runs(runs);
  if (report.stopped) {
    tell(
        "kurultai: stopped at a failed run, as sweep.on_error = \"stop\" says; the files *.failed in {} hold the "
        "reasons",
        runs);
    return static_cast<int>(failure_code(report.no_memory));
  }
  print_text(calibration_text(calibration, report));
  if (options.progress != "none") tell("Written to {}", out.string());
  if (report.failed > 0) {
    tell("kurultai: {} of {} runs failed; the files *.failed in {} hold the reasons; --resume tries them again",
        report.failed, report.finished + report.failed, runs);
    return static_cast<int>(failure_code(report.no_memory));
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace kurultai
