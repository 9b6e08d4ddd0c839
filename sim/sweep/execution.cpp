#include "sweep/execution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "engine/destination.h"
#include "engine/simulation.h"
#include "sweep/merge.h"
#include "sweep/statistics.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

Task task_of(const Sweep& sweep, RunKey key) { return {sweep.number(key), sweep.settings(key.point), sweep.luck(key)}; }

/// The measure of [precision] in the first `n` replicates of a point; NaN where one failed or is missing.
std::vector<double> measure_so_far(const Sweep& sweep, const Store& store, std::uint32_t point, std::size_t n) {
  std::vector<double> values(n, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t r = 0; r < n; ++r) {
    const std::uint64_t number = sweep.number({point, static_cast<std::uint32_t>(r)});
    if (!store.has(number)) continue;
    const Result run = store.head(number);
    const auto found = run.attributes.find(measure_attribute + sweep.precision.measure.value());
    if (found != run.attributes.end())
      if (const auto* value = std::get_if<double>(&found->second)) values[r] = *value;
  }
  return values;
}

/// How many replicates each point has been found to need, from what is in the store.
std::vector<std::size_t> needed_by_point(const Sweep& sweep, const Store& store, Shard shard) {
  std::vector<std::size_t> needed(sweep.points(), static_cast<std::size_t>(sweep.sweep.replicates.value()));
  if (!sweep.adaptive()) return needed;
  for (std::uint32_t p = 0; p < sweep.points(); ++p) {
    if (!sweep.in_shard({p, 0}, shard)) continue;
    while (true) {
      const std::size_t more = replicates_needed(sweep, measure_so_far(sweep, store, p, needed[p]));
      if (more == needed[p]) break;
      // Only when all that were asked for so far are done is it known that more are needed.
      bool complete = true;
      for (std::uint32_t r = 0; r < needed[p]; ++r) {
        const std::uint64_t number = sweep.number({p, r});
        complete = complete && (store.has(number) || store.has_failed(number));
      }
      if (!complete) break;
      needed[p] = more;
    }
  }
  return needed;
}

}  // namespace

fs::path runs_folder(const fs::path& out) { return destination(out).replace_extension(".runs"); }

std::vector<std::string> check_outline(Sweep& sweep) {
  const Result outline = sweep.experiment().outline(sweep.settings(0), sweep.luck({0, 0}));
  default_measures(sweep.measures, outline, sweep.experiment().course(sweep.settings(0), "nation"));
  sweep.watch_measures();
  std::vector<std::string> list = check_measures(sweep.measures, sweep.source, sweep.experiment(), outline,
      sweep.points(), [&](std::size_t p) { return sweep.settings(p); });
  for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
    const std::string& name = sweep.axes.key(a);
    bool taken = sweep.measures.find(name) != nullptr;
    for (const char* word :
        {"point", "replicate", "run", "status", "reason", "digest", "seed", "luck", "design_group", "design_moved"})
      taken = taken || name == word;
    for (const Group& group : outline.groups)
      taken = taken || group.coordinate(name) != nullptr || group.variable(name) != nullptr;
    if (taken)
      throw scenario_error(sweep.source.place_of(sweep.axes[a].name()),
          fmt::format("an axis cannot be called '{}'", name), "the result has something else of that name",
          fmt::format("call it [axis.{}_level]", name));
  }
  return list;
}

std::vector<Task> first_tasks(const Sweep& sweep, Shard shard) {
  std::vector<Task> tasks;
  for (std::uint32_t p = 0; p < sweep.points(); ++p) {
    heed_interrupt();
    for (std::uint32_t r = 0; r < sweep.sweep.replicates; ++r)
      if (sweep.in_shard({p, r}, shard)) tasks.push_back(task_of(sweep, {p, r}));
  }
  return tasks;
}

namespace {

/// Whether points may share weeks at all: some axis moves what is not read from the first week on. Axes tell it,
/// however many points there are; each point then takes its axes' values alone.
bool may_share(const Sweep& sweep, const RunnerOptions& options) {
  bool later = false;
  for (std::size_t a = 0; a < sweep.axes.size(); ++a)
    later = later || sweep.experiment().is_read_later(sweep.axes[a].path.value());
  return later && options.share && sweep.sweep.common && sweep.points() > 1;
}

/// Takes from each shard what its runs share.
void share(const Sweep& sweep, const RunnerOptions& options, std::vector<Demand>& demands) {
  const Experiment& experiment = sweep.experiment();
  const auto count = static_cast<std::uint32_t>(demands.size());
  const double memory = memory_for(options);
  std::vector<Itinerary> itineraries;  // of a replicate
  for (std::uint32_t p = 0; p < sweep.points(); ++p) {
    heed_interrupt();
    const std::optional<Itinerary> itinerary = experiment.itinerary(sweep.settings(p), sweep.luck({p, 0}));
    if (!itinerary || !may_share(experiment.cost(sweep.settings(p)), memory)) return;
    itineraries.push_back(*itinerary);
  }
  // Replicates have lucks of their own, and are alike in all else.
  for (std::uint32_t r = 0; r < sweep.sweep.replicates; ++r) {
    std::vector<std::vector<Itinerary>> runs(count);
    std::vector<std::vector<std::uint32_t>> points(count);
    for (std::uint32_t p = 0; p < sweep.points(); ++p) {
      const std::uint32_t shard = sweep.shard_of({p, r}, count) - 1;
      runs[shard].push_back(itineraries[p]);
      points[shard].push_back(p);
    }
    for (std::uint32_t s = 0; s < count; ++s)
      demands[s].share(runs[s], [&](std::size_t run) { return experiment.cost(sweep.settings(points[s][run])); });
  }
}

}  // namespace

std::vector<Schedule> schedules(const Sweep& sweep, std::uint32_t count, const RunnerOptions& options) {
  std::vector<Demand> demands(count);
  SocietyNumbers societies;
  const Experiment& experiment = sweep.experiment();
  const bool own = sweep.sweep.society == SocietyOf::own;
  for (std::uint32_t p = 0; p < sweep.points(); ++p) {
    heed_interrupt();
    const std::vector<Setting>& settings = sweep.settings(p);
    const Cost cost = experiment.cost(settings);
    std::size_t society = 0;
    for (std::uint32_t r = 0; r < sweep.sweep.replicates; ++r) {
      if (r == 0 || own) society = societies.of(experiment.society_key(settings, sweep.luck({p, r})));
      demands[sweep.shard_of({p, r}, count) - 1].add(cost, society);
    }
  }
  if (may_share(sweep, options)) share(sweep, options, demands);
  std::vector<Schedule> plans;
  for (const Demand& demand : demands) plans.push_back(demand.fitted(options));
  return plans;
}

Schedule schedule(const Sweep& sweep, Shard shard, const RunnerOptions& options) {
  return schedules(sweep, shard.count, options)[shard.index - 1];
}

namespace {

/// A remark without its numbers: those that differ in them alone are told once. Digits in names stay.
std::string without_numbers(const std::string& remark) {
  std::string form;
  bool in_name = false;
  for (const char c : remark) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit || in_name)
      form += c;
    else if (form.empty() || form.back() != '#')
      form += '#';
    if (!digit) in_name = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (in_name && c == '.');
  }
  return form;
}

/// A remark for each axis on a lever that no mechanism reads at any point.
std::vector<std::string> idle_axes(const Sweep& sweep) {
  std::vector<std::string> list;
  for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
    const std::string& path = sweep.axes[a].path.value();
    std::string why = sweep.experiment().why_unread(sweep.settings(0), path);
    for (std::size_t p = 1; p < sweep.points() && !why.empty(); ++p) {
      heed_interrupt();
      why = sweep.experiment().why_unread(sweep.settings(p), path);
    }
    if (!why.empty())
      list.push_back(
          fmt::format("axis '{}' moves {}, which does nothing at any point: no mechanism of this scenario reads it: {}",
              sweep.axes.key(a), path, why));
  }
  return list;
}

/// A remark where the base scenario sets luck that runs of the sweep do not have.
std::vector<std::string> other_luck(const Sweep& sweep) {
  std::vector<std::string> list;
  const Registry& parameters = sweep.experiment().parameters();
  for (const auto& [path, used] :
      {std::pair{"run.seed", sweep.sweep.seed.get()}, std::pair{"run.replicate", Value{std::int64_t{0}}}}) {
    const Field* field = parameters.find(path);
    if (field != nullptr && sweep.experiment().source().places.count(path) > 0 && field->get() != used)
      list.push_back(fmt::format("the scenario's {} = {} is not that of the runs: luck comes from sweep.seed = {}",
          path, to_toml(field->get()), sweep.sweep.seed.value()));
  }
  return list;
}

}  // namespace

std::vector<std::string> remarks_of(const Sweep& sweep) {
  struct Said {
    std::size_t points = 0;
    std::size_t first = 0;
    std::string text = {};
    bool alike = true;
  };
  std::map<std::string, Said> said;  // by form
  std::vector<std::string> order;
  for (std::size_t p = 0; p < sweep.points(); ++p) {
    heed_interrupt();
    for (const std::string& remark : sweep.experiment().remarks(sweep.settings(p))) {
      const std::string form = without_numbers(remark);
      const auto [at, fresh] = said.try_emplace(form, Said{0, p, remark});
      if (fresh) order.push_back(form);
      at->second.alike = at->second.alike && at->second.text == remark;
      ++at->second.points;
    }
  }
  constexpr std::size_t most = 20;
  std::vector<std::string> list = idle_axes(sweep);
  for (std::string& remark : other_luck(sweep)) list.push_back(std::move(remark));
  for (const std::string& form : order) {
    if (list.size() == most) {
      list.push_back(fmt::format("and {} notes more", order.size() - most));
      break;
    }
    const Said& about = said[form];
    const std::string& text = about.text;
    list.push_back(about.points == sweep.points() && about.alike ? text
                   : about.points == 1                           ? fmt::format("point {}: {}", about.first, text)
                   : about.alike ? fmt::format("{} of {} points, such as point {}: {}", about.points, sweep.points(),
                                       about.first, text)
                                 : fmt::format("{} of {} points, each with its own numbers, such as point {}: {}",
                                       about.points, sweep.points(), about.first, text));
  }
  return list;
}

std::size_t replicates_needed(const Sweep& sweep, std::span<const double> measure) {
  const std::size_t n = measure.size();
  const auto most = static_cast<std::size_t>(sweep.precision.at_most.value());
  if (!sweep.adaptive() || n >= most) return n;
  if (std::all_of(measure.begin(), measure.end(), [](double value) { return std::isnan(value); }))
    return n;  // more of the same
  if (mean_interval(measure, sweep.precision.confidence).half_width <= sweep.precision.half_width) return n;
  return std::min(most, n + static_cast<std::size_t>(sweep.precision.step.value()));
}

ExecutionReport execute(Sweep& sweep, const ExecutionOptions& options, SweepProgress& progress) {
  ExecutionReport report;
  prepare_output(options.out);
  const std::vector<std::string> remarks =
      check_outline(sweep);  // it settles what the measures are, by which the sweep is known
  const bool whole = options.shard.count == 1;
  Output output({options.out, "sweep", {sweep.source.path}, sweep.attributes(), options.force},
      whole && !options.merge_only ? Output::Use::alone : Output::Use::shared);
  const fs::path runs = runs_folder(output.file());
  std::error_code ignored;
  const bool begun = fs::exists(runs, ignored);
  // A job that is put back into a queue after the end must not begin anew, nor replace the result by nothing.
  if ((options.resume || options.merge_only) && output.finished() && (!begun || options.keep_runs)) {
    report.merged = report.was_there = true;
    return report;
  }
  if (!begun && options.merge_only)
    throw storage_error(
        runs.string(), "there are no runs to merge", "no such folder", "do the sweep first, or its shards");
  for (const std::string& notice : output.notices()) progress.say(notice);
  for (const std::string& remark : remarks) progress.say("note: " + remark);
  Store store(runs, sweep.identity(), options.resume || options.merge_only || !whole,
      options.merge_only ? "merge" : (whole ? "" : fmt::format("{}of{}", options.shard.index, options.shard.count)));
  Runner runner(
      sweep.experiment(), store, options.runner, [&](const Task&, Result& result) { condense(sweep, result); });

  std::vector<Task> tasks = first_tasks(sweep, options.shard);
  for (int attempt = 0;; ++attempt) {
    while (!options.merge_only) {
      const Runner::Outcome outcome = runner.run(tasks, progress);
      report.stopped = outcome.stopped;
      report.no_memory += outcome.no_memory;
      if (outcome.stopped) break;
      if (!sweep.adaptive()) break;
      const std::vector<std::size_t> needed = needed_by_point(sweep, store, options.shard);
      tasks.clear();
      for (std::uint32_t p = 0; p < sweep.points(); ++p)
        for (std::uint32_t r = 0; r < needed[p]; ++r) {
          const Task task = task_of(sweep, {p, r});
          if (sweep.in_shard({p, r}, options.shard) && !store.has(task.number) && !store.has_failed(task.number))
            tasks.push_back(task);
        }
      if (tasks.empty()) break;
      progress.say(fmt::format("adding {} replicates, for {} to be known to {}", tasks.size(),
          sweep.precision.measure.value(), sweep.precision.half_width.value()));
    }
    if (report.stopped || (!whole && !options.merge_only)) break;
    store.refresh();
    const MergeReport merged = merge(sweep, store, needed_by_point(sweep, store, {}), output);
    if (merged.damaged.empty()) {
      report.finished = merged.finished;
      report.failed = merged.failed;
      report.missing = merged.missing;
      report.merged = true;
      break;
    }
    ensure(attempt < 3, "files of runs stay damaged however often they are written");
    tasks.clear();
    for (const std::uint64_t number : merged.damaged) {
      progress.say(fmt::format(
          "the file of run {} is damaged{}", number, options.merge_only ? "; it is left out" : "; doing it again"));
      store.drop(number);
      tasks.push_back(task_of(sweep, sweep.key(number)));
    }
  }
  progress.finish();
  if (!report.merged) {
    for (const Task& task : first_tasks(sweep, options.shard)) {
      report.finished += store.has(task.number) ? 1 : 0;
      report.failed += store.has_failed(task.number) ? 1 : 0;
    }
  } else if (report.failed == 0 && report.missing == 0 && !options.keep_runs) {
    store.remove();
  }
  return report;
}

}  // namespace kurultai
