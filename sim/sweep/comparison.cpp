#include "sweep/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "sweep/statistics.h"

namespace kurultai {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double any_confidence = 0.95;  // where only mean and standard deviation are asked for

bool same(RunLuck a, RunLuck b) { return a.seed == b.seed && a.replicate == b.replicate; }

std::vector<double> known(const std::vector<double>& values) {
  std::vector<double> list;
  for (const double x : values)
    if (!std::isnan(x)) list.push_back(x);
  return list;
}

double correlation(
    std::span<const double> a, std::span<const double> b, const MeanInterval& in_a, const MeanInterval& in_b) {
  double products = 0;
  for (std::size_t k = 0; k < a.size(); ++k) products += (a[k] - in_a.mean) * (b[k] - in_b.mean);
  const double scale = in_a.sd * in_b.sd * (static_cast<double>(a.size()) - 1);
  return scale > 0 ? products / scale : nan;
}

}  // namespace

Difference difference_of(const Sample& a, const Sample& b, double confidence) {
  ensure(a.luck.size() == a.values.size() && b.luck.size() == b.values.size(), "every value has its luck");
  Difference result;
  std::vector<double> pairs_a;
  std::vector<double> pairs_b;
  for (std::size_t k = 0; k < a.luck.size(); ++k)
    for (std::size_t l = 0; l < b.luck.size(); ++l)
      if (same(a.luck[k], b.luck[l])) {
        result.paired = true;
        if (!std::isnan(a.values[k]) && !std::isnan(b.values[l])) {
          pairs_a.push_back(a.values[k]);
          pairs_b.push_back(b.values[l]);
        }
        break;
      }
  if (!result.paired) {
    pairs_a = known(a.values);
    pairs_b = known(b.values);
  }
  const MeanInterval in_a = mean_interval(pairs_a, any_confidence);
  const MeanInterval in_b = mean_interval(pairs_b, any_confidence);
  result.n_a = in_a.n;
  result.n_b = in_b.n;
  result.left_out = a.values.size() + b.values.size() - in_a.n - in_b.n;
  result.mean_a = in_a.mean;
  result.mean_b = in_b.mean;
  result.difference = in_b.mean - in_a.mean;
  result.sd = nan;
  result.error = nan;
  result.half_width = infinity;
  result.correlation = nan;
  if (result.paired) {
    const MeanInterval d = paired_difference(pairs_a, pairs_b, confidence);
    result.difference = d.mean;
    if (d.n >= 2) {
      result.sd = d.sd;
      result.error = d.sd / std::sqrt(static_cast<double>(d.n));
      result.freedom = static_cast<double>(d.n) - 1;
      result.half_width = d.half_width;
      result.correlation = correlation(pairs_a, pairs_b, in_a, in_b);
    }
  } else if (in_a.n >= 2 && in_b.n >= 2) {
    const double part_a = in_a.sd * in_a.sd / static_cast<double>(in_a.n);
    const double part_b = in_b.sd * in_b.sd / static_cast<double>(in_b.n);
    result.sd = std::sqrt(in_a.sd * in_a.sd + in_b.sd * in_b.sd);
    result.error = std::sqrt(part_a + part_b);
    const double parts =
        part_a * part_a / static_cast<double>(in_a.n - 1) + part_b * part_b / static_cast<double>(in_b.n - 1);
    result.freedom =
        parts > 0 ? (part_a + part_b) * (part_a + part_b) / parts : static_cast<double>(in_a.n + in_b.n - 2);
    result.half_width = student_quantile(confidence, result.freedom) * result.error;
  }
  result.relative = result.mean_a != 0 ? result.difference / std::fabs(result.mean_a) : nan;
  result.standardized = nan;
  if (in_a.n >= 2 && in_b.n >= 2) {
    const auto freedom_a = static_cast<double>(in_a.n - 1);
    const auto freedom_b = static_cast<double>(in_b.n - 1);
    const double pooled =
        std::sqrt((freedom_a * in_a.sd * in_a.sd + freedom_b * in_b.sd * in_b.sd) / (freedom_a + freedom_b));
    if (pooled > 0) result.standardized = result.difference / pooled;
  }
  return result;
}

std::size_t replicates_for(const Difference& difference, double effect, double confidence, double power) {
  if (std::isnan(difference.sd) || std::isnan(effect)) return no_number_of_pairs;
  return pairs_needed(effect, difference.sd, confidence, power);
}

Verdict verdict_of(const Difference& difference, double margin, double confidence) {
  if (difference.freedom < 1) return Verdict::undecided;
  const double one_sided = student_quantile(1 - 2 * (1 - confidence), difference.freedom) * difference.error;
  if (difference.difference - one_sided > -margin && difference.difference + one_sided < margin)
    return Verdict::equivalent;
  return std::fabs(difference.difference) > difference.half_width ? Verdict::different : Verdict::undecided;
}

Result run_of_sweep(const Result& sweep, std::size_t point, std::size_t replicate) {
  Result run;
  for (const Group& group : sweep.groups) {
    if (group.path.rfind("series/", 0) != 0) continue;
    Group part{group.path, group.long_name, {}, {}};
    std::size_t replicates = 0;
    for (const Coordinate& coordinate : group.coordinates) {
      if (coordinate.name == "replicate") replicates = size_of(coordinate.values);
      if (coordinate.name != "point" && coordinate.name != "replicate") part.coordinates.push_back(coordinate);
    }
    for (const Variable& variable : group.variables) {
      if (variable.dimensions.empty() || variable.dimensions[0] != "point") {  // labels: the same in all runs
        part.variables.push_back(variable);
        part.variables.back().coordinates.clear();
        continue;
      }
      if (variable.dimensions.size() < 2 || variable.dimensions[1] != "replicate") continue;
      Variable own = variable;
      own.dimensions.erase(own.dimensions.begin(), own.dimensions.begin() + 2);
      own.coordinates.clear();
      std::size_t size = 1;
      for (const std::string& dimension : own.dimensions) size *= size_of(part.coordinate(dimension)->values);
      std::visit(
          [&](auto& values) {
            const std::size_t first = (point * replicates + replicate) * size;
            ensure(first + size <= values.size(), "a sweep has a value for each point and replicate");
            values = std::decay_t<decltype(values)>(values.begin() + static_cast<std::ptrdiff_t>(first),
                values.begin() + static_cast<std::ptrdiff_t>(first + size));
          },
          own.values);
      part.variables.push_back(std::move(own));
    }
    run.groups.push_back(std::move(part));
  }
  return run;
}

std::vector<Task> tasks_of_pairs(const Experiment& a, const Experiment& b, std::size_t replicates, std::uint64_t seed) {
  std::vector<Task> tasks;
  for (std::uint32_t r = 0; r < replicates; ++r)
    for (const Experiment* of : {&a, &b}) tasks.push_back({tasks.size(), {}, {seed, r}, of});
  return tasks;
}

PairedRuns run_pairs(const Experiment& a, const Experiment& b, std::size_t replicates, std::uint64_t seed,
    RunStore& store, const RunnerOptions& options, SweepProgress& progress) {
  PairedRuns pairs;
  const auto condense = [](const Task&, Result& result) {
    result.attributes.erase("scenario");
    std::erase_if(result.groups,
        [](const Group& group) { return group.path.rfind("series/", 0) != 0 && group.path.rfind("weekly/", 0) != 0; });
  };
  const std::vector<Task> tasks = tasks_of_pairs(a, b, replicates, seed);
  Runner runner(a, store, options, condense);
  for (int attempt = 0;; ++attempt) {
    const RunnerOutcome outcome = runner.run(tasks, progress);
    pairs.stopped = outcome.stopped;
    if (outcome.stopped) return pairs;
    pairs.a = pairs.b = {};
    bool damaged = false;
    for (const Task& task : tasks) {
      Side& side = task.number % 2 == 0 ? pairs.a : pairs.b;
      side.luck.push_back(task.luck);
      side.runs.emplace_back();
      if (!store.has(task.number)) continue;
      try {
        side.runs.back() = store.get(task.number);
      } catch (const Error& e) {
        if (e.code() != ExitCode::storage) throw;
        store.drop(task.number);
        damaged = true;
      }
    }
    if (!damaged) {
      pairs.failed = outcome.failed;
      pairs.no_memory = outcome.no_memory;
      return pairs;
    }
    ensure(attempt < 3, "files of runs stay damaged however often they are written");
  }
}

Sample sample_of(const Side& side, const MeasureSpec& spec, const std::string& key, const std::vector<double>* common) {
  Sample sample;
  sample.luck = side.luck;
  for (const Result& run : side.runs)
    sample.values.push_back(run.groups.empty() ? nan : measured(spec, key, run, side.name, common));
  return sample;
}

}  // namespace kurultai
