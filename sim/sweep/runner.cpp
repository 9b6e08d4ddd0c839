#include "sweep/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <new>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "engine/memory.h"

namespace kurultai {

namespace {

constexpr double long_run = 600;          // seconds: between checkpoints of one run
constexpr double share_of_memory = 0.85;  // what is left is for the results being written

}  // namespace

void Demand::add(const Cost& cost, std::size_t society, std::size_t runs) {
  sum_.runs += runs;
  sum_.seconds += cost.seconds * static_cast<double>(runs);
  sum_.file_bytes += cost.file_bytes * static_cast<double>(runs);
  sum_.bytes_each = std::max(sum_.bytes_each, cost.bytes);
  sum_.shared_bytes = std::max(sum_.shared_bytes, cost.shared_bytes);
  sum_.peak_bytes = std::max(sum_.peak_bytes, std::max(cost.peak_bytes, cost.bytes + cost.shared_bytes));
  if (societies_.insert(society).second) sum_.seconds += cost.society_seconds;
}

Schedule Demand::fitted(const RunnerOptions& options) const {
  Schedule plan = sum_;
  plan.societies = societies_.size();
  const double memory = options.memory > 0 ? options.memory : share_of_memory * free_memory();
  const double room = std::max(memory - plan.shared_bytes, 0.0);
  const double fit = plan.bytes_each > 0 ? std::max(room / plan.bytes_each, 1.0) : 1e9;
  const auto most = static_cast<std::size_t>(std::max(options.threads, 1));
  plan.side_by_side =
      std::max<std::size_t>(1, std::min({most, plan.runs, static_cast<std::size_t>(std::min(fit, 1e6))}));
  plan.threads_each = static_cast<int>(most / plan.side_by_side);
  plan.seconds /= static_cast<double>(plan.side_by_side) * plan.threads_each;
  return plan;
}

void require_memory(const Schedule& plan, const RunnerOptions& options) {
  require_memory(plan.peak_bytes, options.memory, plan.societies > 1 ? "the biggest run" : "a run");
}

Schedule schedule(const Experiment& experiment, std::span<const Task> tasks, const RunnerOptions& options) {
  Demand demand;
  SocietyNumbers societies;
  for (const Task& task : tasks) {
    heed_interrupt();
    demand.add(experiment.cost(task.settings), societies.of(experiment.society_key(task.settings, task.luck)));
  }
  return demand.fitted(options);
}

Runner::Runner(const Experiment& experiment, RunStore& store, RunnerOptions options, Finish finish)
    : experiment_(experiment),
      store_(store),
      options_(std::move(options)),
      finish_(std::move(finish)) {}

Runner::Outcome Runner::run(std::span<const Task> tasks, SweepProgress& progress) {
  struct Work {
    const Task* task;
    std::string society;
    Cost cost;
  };
  std::vector<Work> todo;
  double cost = 0;
  for (const Task& task : tasks) {
    heed_interrupt();
    if (store_.has(task.number)) continue;
    Work work{&task, experiment_.society_key(task.settings, task.luck), experiment_.cost(task.settings)};
    cost += work.cost.seconds;
    todo.push_back(std::move(work));
  }
  // Runs in one society together, so that it is built once and goes when it is done with; in the order of their
  // numbers otherwise.
  std::stable_sort(todo.begin(), todo.end(), [](const Work& a, const Work& b) { return a.society < b.society; });
  progress.add(todo.size(), cost, tasks.size() - todo.size());

  const double memory = options_.memory > 0 ? options_.memory : share_of_memory * free_memory();
  const int all_threads = std::max(options_.threads, 1);
  std::mutex guard;
  std::condition_variable changed;
  std::size_t next = 0;
  std::size_t running = 0;
  int threads_used = 0;
  double memory_used = 0;
  std::map<std::string, std::size_t> societies;  // how many runs live in each
  std::atomic<bool> halt = false;
  std::exception_ptr fatal;
  Outcome outcome;
  std::atomic<std::uint64_t> checkpoint_requests = 0;

  const auto stopped = [&] { return halt.load() || (options_.stop && options_.stop()); };
  const auto needs = [&](const Work& work) {
    return work.cost.bytes + (societies.count(work.society) != 0 ? 0.0 : work.cost.shared_bytes);
  };

  const auto work_on = [&] {
    while (true) {
      const Work* work = nullptr;
      int threads = 1;
      {
        std::unique_lock lock(guard);
        // Memory-aware: a run waits until it fits, but one may always run.
        const auto may_begin = [&] {
          return next >= todo.size() || stopped() ||
                 (threads_used < all_threads && (running == 0 || memory_used + needs(todo[next]) <= memory));
        };
        while (!may_begin()) changed.wait_for(lock, std::chrono::milliseconds(200));
        if (next >= todo.size() || stopped()) return;
        work = &todo[next++];
        // Threads that no later run will take, for want of memory or of runs, go to this one.
        std::size_t others = 0;
        const double left = memory - memory_used - needs(*work);
        if (next < todo.size())
          others = std::min(todo.size() - next,
              static_cast<std::size_t>(std::clamp(left / std::max(todo[next].cost.bytes, 1.0), 0.0, 1e6)));
        threads = std::max(1, (all_threads - threads_used) / static_cast<int>(std::min<std::size_t>(
                                                                 others + 1, static_cast<std::size_t>(all_threads))));
        threads_used += threads;
        memory_used += needs(*work);
        ++societies[work->society];
        ++running;
      }
      progress.began();
      const Task& task = *work->task;
      bool done = false;
      bool failed = false;
      bool no_memory = false;
      std::string reason;
      try {
        std::optional<Result> result;
        auto last = std::chrono::steady_clock::now();
        std::uint64_t seen = checkpoint_requests;
        RunControl control;
        control.stop = stopped;
        control.checkpoint_file = store_.checkpoint_file(task.number);
        control.checkpoint = [&] {
          if (options_.checkpoint_asked && options_.checkpoint_asked()) ++checkpoint_requests;
          const auto now = std::chrono::steady_clock::now();
          if (seen == checkpoint_requests && std::chrono::duration<double>(now - last).count() < long_run) return false;
          seen = checkpoint_requests;
          last = now;
          return true;
        };
        try {
          with_threads(threads, [&] { result = experiment_.run(task.settings, task.luck, control); });
        } catch (const Error& e) {
          if (e.code() == ExitCode::storage) throw;
          reason = e.what();
          no_memory = e.code() == ExitCode::memory;
        } catch (const std::bad_alloc&) {
          no_memory = true;
          reason = "not enough memory (fewer runs side by side may help: --threads, --memory)";
        } catch (const std::logic_error& e) {
          reason = fmt::format("something is wrong inside the program ({})", e.what());
        }
        failed = !reason.empty();
        if (failed) {
          store_.put_failed(task.number, reason);
        } else if (result) {
          finish_(task, *result);
          store_.put(task.number, *result);
        }
        done = failed || result.has_value();
      } catch (const Interrupted&) {
        halt = true;  // while it was built: `done` stays false
      } catch (...) {
        const std::scoped_lock lock(guard);
        if (!fatal) fatal = std::current_exception();
        halt = true;
      }
      if (done) progress.ended(work->cost.seconds, failed);
      const std::scoped_lock lock(guard);
      --running;
      threads_used -= threads;
      memory_used -= work->cost.bytes;
      if (--societies[work->society] == 0) {
        societies.erase(work->society);
        memory_used -= work->cost.shared_bytes;
      }
      if (done) ++(failed ? outcome.failed : outcome.finished);
      if (done && no_memory) ++outcome.no_memory;
      if (failed && options_.stop_on_error) {
        halt = true;
        progress.say(fmt::format("run {} failed: {}; stopping, as on_error says", task.number, reason));
      } else if (failed && outcome.failed <= 3) {
        progress.say(fmt::format("run {} failed: {}", task.number, reason));
      }
      if (!done) outcome.stopped = true;
      changed.notify_all();
    }
  };

  const auto worker = [&] {
    try {
      work_on();
    } catch (...) {  // no memory to go on with: the others stop, too
      const std::scoped_lock lock(guard);
      if (!fatal) fatal = std::current_exception();
      halt = true;
    }
  };

  double biggest = 0;
  for (const Work& work : todo) biggest = std::max(biggest, work.cost.bytes);
  if (biggest > 5e8)
    set_stop_notice("kurultai: finishing the weeks that are running, then writing their checkpoints\n");
  side_by_side(std::min<std::size_t>(static_cast<std::size_t>(all_threads), todo.size()), worker);
  set_stop_notice("");
  if (fatal) std::rethrow_exception(fatal);
  outcome.finished += tasks.size() - todo.size();
  if (next < todo.size()) outcome.stopped = true;
  return outcome;
}

}  // namespace kurultai
