#include "sweep/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <new>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "engine/memory.h"
#include "sweep/shared_runs.h"

namespace kurultai {

namespace {

constexpr double long_run = 600;          // seconds: between checkpoints of one run
constexpr double share_of_memory = 0.85;  // what is left is for the results being written

}  // namespace

double memory_for(const RunnerOptions& options) {
  return options.memory > 0 ? options.memory : share_of_memory * free_memory();
}

void Demand::add(const Cost& cost, std::size_t society, std::size_t runs) {
  const auto count = static_cast<double>(runs);
  sum_.runs += runs;
  sum_.seconds += cost.seconds * count;
  sum_.weeks += cost.weeks * count;
  sum_.weeks_alone += cost.weeks_alone * count;
  sum_.file_bytes += cost.file_bytes * count;
  sum_.bytes_each = std::max(sum_.bytes_each, cost.bytes);
  sum_.shared_bytes = std::max(sum_.shared_bytes, cost.shared_bytes);
  sum_.peak_bytes = std::max(sum_.peak_bytes, std::max(cost.peak_bytes, cost.bytes + cost.shared_bytes));
  if (societies_.insert(society).second) sum_.seconds += cost.society_seconds;
}

void Demand::share(const Cost& cost, double weeks) {
  if (weeks <= 0) return;
  sum_.weeks -= weeks;
  sum_.seconds -= cost.seconds * weeks / cost.weeks;
  sum_.shared_bytes = std::max(sum_.shared_bytes, cost.shared_bytes + cost.bytes);
}

void Demand::share(std::span<const Itinerary> runs, const std::function<Cost(std::size_t)>& cost) {
  for (const Stretch& stretch : shared_weeks(runs))
    if (stretch.runs.size() > 1)
      share(cost(stretch.runs.front()), (stretch.to - stretch.from) * (static_cast<double>(stretch.runs.size()) - 1));
}

Schedule Demand::fitted(const RunnerOptions& options) const {
  Schedule plan = sum_;
  plan.societies = societies_.size();
  const double room = std::max(memory_for(options) - plan.shared_bytes, 0.0);
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
  std::vector<Itinerary> itineraries;
  std::vector<Cost> costs;
  const double memory = memory_for(options);
  for (const Task& task : tasks) {
    heed_interrupt();
    const Experiment& of = task.of != nullptr ? *task.of : experiment;
    const Cost cost = of.cost(task.settings);
    demand.add(cost, societies.of(of.society_key(task.settings, task.luck)));
    if (!options.share || !may_share(cost, memory)) continue;
    if (const std::optional<Itinerary> itinerary = of.itinerary(task.settings, task.luck)) {
      itineraries.push_back(*itinerary);
      costs.push_back(cost);
    }
  }
  demand.share(itineraries, [&](std::size_t run) { return costs[run]; });
  return demand.fitted(options);
}

namespace {

/// The work of one call: jobs, handed out to threads as memory allows.
class Shift {
 public:
  Shift(const Experiment& experiment, RunStore& store, const RunnerOptions& options, const Runner::Finish& finish,
      std::span<const Task> tasks, SweepProgress& progress)
      : store_(store),
        options_(options),
        finish_(finish),
        progress_(progress),
        work_(work_of(experiment, store, tasks)),
        runs_(planned(work_, store, options)),
        memory_(memory_for(options)),
        all_threads_(std::max(options.threads, 1)) {
    for (const SharedRuns::Job& job : runs_.first()) ready_.push_back(job);
    double cost = 0;
    for (const Work& work : work_) cost += work.cost.seconds;
    for (const Stretch& stretch : runs_.stretches()) {
      const Cost& of = work_[runs_.number(stretch.runs.front())].cost;
      const double again = static_cast<double>(stretch.runs.size()) - 1;
      cost -= again * of.seconds * (stretch.to - stretch.from) / of.weeks;
    }
    progress_.add(work_.size(), cost, tasks.size() - work_.size());
    outcome_.finished = tasks.size() - work_.size();
  }

  RunnerOutcome done() {
    double biggest = 0;
    for (const Work& work : work_) biggest = std::max(biggest, work.cost.bytes);
    if (biggest > 5e8)
      set_stop_notice("kurultai: finishing the weeks that are running, then writing their checkpoints\n");
    side_by_side(std::min<std::size_t>(static_cast<std::size_t>(all_threads_), work_.size()), [this] { work_on(); });
    set_stop_notice("");
    if (fatal_) std::rethrow_exception(fatal_);
    if (!ready_.empty()) outcome_.stopped = true;
    return outcome_;
  }

 private:
  struct Work {
    const Task* task;
    const Experiment* of;
    std::string society;
    Cost cost;
  };
  /// A job and what it was given.
  struct Begun {
    SharedRuns::Job job;
    int threads = 1;
    double bytes = 0;  ///< of its own
  };
  /// How a job ended.
  struct Ended {
    bool done = false;
    std::string reason = {};  ///< it failed
    bool no_memory = false;
    std::vector<SharedRuns::Job> next = {};
  };

  static std::vector<Work> work_of(const Experiment& experiment, const RunStore& store, std::span<const Task> tasks) {
    std::vector<Work> work;
    for (const Task& task : tasks) {
      heed_interrupt();
      if (store.has(task.number)) continue;
      const Experiment* of = task.of != nullptr ? task.of : &experiment;
      work.push_back({&task, of, of->society_key(task.settings, task.luck), of->cost(task.settings)});
    }
    // Runs in one society together, so that it is built once and goes when it is done with; in the order of their
    // numbers otherwise.
    std::stable_sort(work.begin(), work.end(), [](const Work& a, const Work& b) { return a.society < b.society; });
    return work;
  }

  static std::vector<PlannedRun> planned(
      std::span<const Work> work, const RunStore& store, const RunnerOptions& options) {
    const double memory = memory_for(options);
    std::vector<PlannedRun> runs;
    for (const Work& one : work) {
      const std::filesystem::path checkpoint = store.checkpoint_file(one.task->number);
      std::error_code ignored;
      const bool begun = !checkpoint.empty() && std::filesystem::exists(checkpoint, ignored);
      runs.push_back(
          {one.of, one.task->settings, one.task->luck, begun || !options.share || !may_share(one.cost, memory)});
    }
    return runs;
  }

  [[nodiscard]] bool stopped() const { return halt_.load() || (options_.stop && options_.stop()); }

  /// Memory of its own that a job takes: a walk ends with a copy of where it stands.
  [[nodiscard]] double own_bytes(const SharedRuns::Job& job) const {
    return work_[job.run].cost.bytes * (job.stretch ? 2 : 1);
  }
  [[nodiscard]] double needs(const SharedRuns::Job& job) const {
    const Work& work = work_[job.run];
    return own_bytes(job) + (societies_.count(work.society) != 0 ? 0.0 : work.cost.shared_bytes);
  }
  void hold_society(std::size_t run) { ++societies_[work_[run].society]; }
  void let_go_of_society(std::size_t run) {
    const Work& work = work_[run];
    if (--societies_[work.society] > 0) return;
    societies_.erase(work.society);
    memory_used_ -= work.cost.shared_bytes;
  }

  /// Waits for a job that may begin; none: there is nothing more to do.
  std::optional<Begun> next() {
    std::unique_lock lock(guard_);
    // Memory-aware: a job waits until it fits, but one may always run.
    const auto over = [&] { return (ready_.empty() && walking_ == 0) || stopped(); };
    const auto may_begin = [&] {
      return !ready_.empty() && threads_used_ < all_threads_ &&
             (running_ == 0 || memory_used_ + needs(ready_.front()) <= memory_);
    };
    while (!over() && !may_begin()) changed_.wait_for(lock, std::chrono::milliseconds(200));
    if (over()) return {};
    Begun begun{ready_.front(), 1, own_bytes(ready_.front())};
    ready_.pop_front();
    // Threads that no other job will take, for want of memory or of jobs, go to this one.
    std::size_t others = 0;
    const double left = memory_ - memory_used_ - needs(begun.job);
    if (!ready_.empty())
      others = std::min(ready_.size(),
          static_cast<std::size_t>(std::clamp(left / std::max(own_bytes(ready_.front()), 1.0), 0.0, 1e6)));
    begun.threads = std::max(1, (all_threads_ - threads_used_) / static_cast<int>(std::min<std::size_t>(others + 1,
                                                                     static_cast<std::size_t>(all_threads_))));
    threads_used_ += begun.threads;
    memory_used_ += needs(begun.job);
    hold_society(begun.job.run);
    ++running_;
    walking_ += begun.job.stretch ? 1 : 0;
    return begun;
  }

  /// What a job hears from outside; `seen` and `last` are its own.
  RunControl control(const SharedRuns::Job& job, std::uint64_t& seen, std::chrono::steady_clock::time_point& last) {
    RunControl heard;
    heard.stop = [this] { return stopped(); };
    heard.checkpoint_file = store_.checkpoint_file(work_[job.run].task->number);
    if (job.stretch) return heard;
    heard.checkpoint = [this, &seen, &last] {
      if (options_.checkpoint_asked && options_.checkpoint_asked()) ++checkpoint_requests_;
      const auto now = std::chrono::steady_clock::now();
      if (seen == checkpoint_requests_ && std::chrono::duration<double>(now - last).count() < long_run) return false;
      seen = checkpoint_requests_;
      last = now;
      return true;
    };
    return heard;
  }

  /// Does a walk, or a run up to its place in the store. A failed walk is no failure of a run: each is then made alone.
  Ended make(const Begun& begun) {
    Ended ended;
    const Task& task = *work_[begun.job.run].task;
    auto last = std::chrono::steady_clock::now();
    std::uint64_t seen = checkpoint_requests_;
    const RunControl heard = control(begun.job, seen, last);
    std::optional<Result> result;
    std::optional<std::vector<SharedRuns::Job>> walked;
    try {
      with_threads(begun.threads, [&] {
        if (begun.job.stretch)
          walked = runs_.walk(begun.job, heard);
        else
          result = runs_.run(begun.job, heard);
      });
    } catch (const Error& e) {
      if (e.code() == ExitCode::storage) throw;
      ended.reason = e.what();
      ended.no_memory = e.code() == ExitCode::memory;
    } catch (const std::bad_alloc&) {
      ended.no_memory = true;
      ended.reason = "not enough memory (fewer runs side by side may help: --threads, --memory)";
    } catch (const std::logic_error& e) {
      ended.reason = fmt::format("something is wrong inside the program ({})", e.what());
    }
    const bool failed = !ended.reason.empty();
    ended.done = failed || result || walked;
    if (begun.job.stretch) {
      if (ended.done) ended.next = failed ? runs_.instead_of(begun.job) : std::move(*walked);
    } else if (failed) {
      store_.put_failed(task.number, ended.reason);
    } else if (result) {
      finish_(task, *result);
      store_.put(task.number, *result);
    }
    return ended;
  }

  /// Gives back what a job took, and hands on what it leaves.
  void close(const Begun& begun, const Ended& ended) {
    const Work& work = work_[begun.job.run];
    const double cost = work.cost.seconds * runs_.share(begun.job);
    const bool failed = ended.done && !ended.reason.empty();
    const std::scoped_lock lock(guard_);
    --running_;
    threads_used_ -= begun.threads;
    memory_used_ -= begun.bytes;
    if (begun.job.from) {
      const double held = runs_.bytes(*begun.job.from);
      if (runs_.leave(begun.job)) {
        memory_used_ -= held;
        let_go_of_society(runs_.number(runs_.stretches()[*begun.job.from].runs.front()));
      }
    }
    if (begun.job.stretch) {
      --walking_;
      if (ended.done) progress_.walked(cost);
      if (ended.done && !failed) {  // its waypoint stays, and with it the society
        memory_used_ += runs_.bytes(*begun.job.stretch);
        hold_society(begun.job.run);
      }
      ready_.insert(ready_.begin(), ended.next.begin(), ended.next.end());
    } else if (ended.done) {
      progress_.ended(cost, failed);
      ++(failed ? outcome_.failed : outcome_.finished);
      if (ended.no_memory) ++outcome_.no_memory;
      if (failed) tell_failure(work.task->number, ended.reason);
    }
    let_go_of_society(begun.job.run);
    if (!ended.done) outcome_.stopped = true;
    changed_.notify_all();
  }

  void tell_failure(std::uint64_t number, const std::string& reason) {
    if (options_.stop_on_error) halt_ = true;
    if (options_.stop_on_error)
      progress_.say(fmt::format("run {} failed: {}; stopping, as on_error says", number, reason));
    else if (outcome_.failed <= 3)
      progress_.say(fmt::format("run {} failed: {}", number, reason));
  }

  void work_on() {
    try {
      while (const std::optional<Begun> begun = next()) {
        progress_.began();
        Ended ended;
        try {
          ended = make(*begun);
        } catch (const Interrupted&) {
          halt_ = true;  // while it was built: it is not done
        } catch (...) { fail(); }
        close(*begun, ended);
      }
    } catch (...) { fail(); }  // no memory to go on with: the others stop, too
  }

  void fail() {
    const std::scoped_lock lock(guard_);
    if (!fatal_) fatal_ = std::current_exception();
    halt_ = true;
  }

  RunStore& store_;
  const RunnerOptions& options_;
  const Runner::Finish& finish_;
  SweepProgress& progress_;
  const std::vector<Work> work_;
  SharedRuns runs_;
  const double memory_;
  const int all_threads_;
  std::atomic<bool> halt_ = false;
  std::atomic<std::uint64_t> checkpoint_requests_ = 0;

  std::mutex guard_;  // of what follows
  std::condition_variable changed_;
  std::deque<SharedRuns::Job> ready_;
  std::size_t running_ = 0;
  std::size_t walking_ = 0;  ///< of those, walks: more will be ready after them
  int threads_used_ = 0;
  double memory_used_ = 0;
  std::map<std::string, std::size_t> societies_;  ///< jobs and waypoints in each
  std::exception_ptr fatal_;
  RunnerOutcome outcome_;
};

}  // namespace

Runner::Runner(const Experiment& experiment, RunStore& store, RunnerOptions options, Finish finish)
    : experiment_(experiment),
      store_(store),
      options_(std::move(options)),
      finish_(std::move(finish)) {}

RunnerOutcome Runner::run(std::span<const Task> tasks, SweepProgress& progress) {
  return Shift(experiment_, store_, options_, finish_, tasks, progress).done();
}

}  // namespace kurultai
