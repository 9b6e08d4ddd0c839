#include "sweep/runner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <fstream>
#include <map>
#include <mutex>
#include <new>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"

namespace kurultai {

namespace {

constexpr double long_run = 600;           // seconds: between checkpoints of one run
constexpr double share_of_memory = 0.85;   // what is left is for the results being written

/// The number in the file `name`, a control group's setting or count; negative if there is none.
double number_in(const std::string& name) {
  std::ifstream file(name);
  double number = -1;
  return file >> number ? number : -1;
}

}  // namespace

double free_memory() {
  double bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("MemAvailable:", 0) == 0) {
      std::istringstream words(line.substr(13));
      double kib = 0;
      if (words >> kib) bytes = kib * 1024;
    }
  const double limit = number_in("/sys/fs/cgroup/memory.max");
  const double used = number_in("/sys/fs/cgroup/memory.current");
  if (limit > 0 && used >= 0) bytes = std::min(bytes, std::max(limit - used, 0.0));
  return bytes;
}

Schedule schedule(const Experiment& experiment, std::span<const Task> tasks, const RunnerOptions& options) {
  Schedule plan;
  std::set<std::string> societies;
  for (const Task& task : tasks) {
    const Cost cost = experiment.cost(task.settings);
    plan.seconds += cost.seconds;
    plan.file_bytes += cost.file_bytes;
    plan.bytes_each = std::max(plan.bytes_each, cost.bytes);
    plan.shared_bytes = std::max(plan.shared_bytes, cost.shared_bytes);
    societies.insert(experiment.society_key(task.settings, task.luck));
  }
  plan.societies = societies.size();
  const double memory = options.memory > 0 ? options.memory : share_of_memory * free_memory();
  const double room = std::max(memory - plan.shared_bytes, 0.0);
  const double fit = plan.bytes_each > 0 ? std::max(room / plan.bytes_each, 1.0) : 1e9;
  const auto most = static_cast<std::size_t>(std::max(options.threads, 1));
  plan.side_by_side = std::max<std::size_t>(1, std::min({most, tasks.size(), static_cast<std::size_t>(std::min(fit, 1e6))}));
  plan.threads_each = static_cast<int>(most / plan.side_by_side);
  plan.seconds /= static_cast<double>(plan.side_by_side) * plan.threads_each;
  return plan;
}

Runner::Runner(const Experiment& experiment, RunStore& store, RunnerOptions options, Finish finish)
    : experiment_(experiment), store_(store), options_(std::move(options)), finish_(std::move(finish)) {}

Runner::Outcome Runner::run(std::span<const Task> tasks, SweepProgress& progress) {
  struct Work {
    const Task* task;
    std::string society;
    Cost cost;
  };
  std::vector<Work> todo;
  double cost = 0;
  for (const Task& task : tasks) {
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

  const auto worker = [&] {
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
          others = std::min(todo.size() - next, static_cast<std::size_t>(std::clamp(left / std::max(todo[next].cost.bytes, 1.0), 0.0, 1e6)));
        threads = std::max(1, (all_threads - threads_used) / static_cast<int>(std::min<std::size_t>(others + 1, static_cast<std::size_t>(all_threads))));
        threads_used += threads;
        memory_used += needs(*work);
        ++societies[work->society];
        ++running;
      }
      progress.began();
      const Task& task = *work->task;
      bool done = false;
      bool failed = false;
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
        } catch (const std::bad_alloc&) {
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

  side_by_side(std::min<std::size_t>(static_cast<std::size_t>(all_threads), todo.size()), worker);
  if (fatal) std::rethrow_exception(fatal);
  outcome.finished += tasks.size() - todo.size();
  if (next < todo.size()) outcome.stopped = true;
  return outcome;
}

}  // namespace kurultai
