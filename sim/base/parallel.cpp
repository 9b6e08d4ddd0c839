#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#ifndef KURULTAI_STD_THREADS
  #include <tbb/blocked_range.h>
  #include <tbb/global_control.h>
  #include <tbb/parallel_for.h>
  #include <tbb/task_arena.h>
#endif

#include "base/interrupt.h"

namespace kurultai {

namespace {
int& thread_count() {
  static int count = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return count;
}
}  // namespace

int threads() { return thread_count(); }

namespace {

/// Several threads that are joined whatever happens.
class Team {
 public:
  Team() = default;
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team() {
    for (std::thread& thread : threads_) thread.join();
  }
  /// Up to `n` threads more that do `body`. Where no more are to be had (a limit on processes, or on memory), there are
  /// fewer: whoever calls works too, so that all is done. Returns how many there are.
  std::size_t grow(std::size_t n, const std::function<void()>& body) {
    try {
      threads_.reserve(n);
      while (threads_.size() < n) threads_.emplace_back(body);
    } catch (const std::system_error&) {  // what there is must do
    } catch (const std::bad_alloc&) {}
    return threads_.size();
  }

 private:
  std::vector<std::thread> threads_;
};

/// Of the exceptions of several threads that of the work that comes first.
class FirstFailure {
 public:
  /// Keeps the exception of work number `k`; of equal numbers the first that is told.
  void keep(std::size_t k = 0) {
    const std::scoped_lock lock(guard_);
    if (failure_ && k >= at_) return;
    failure_ = std::current_exception();
    at_ = k;
  }
  /// Whether work that comes before number `k` has failed.
  [[nodiscard]] bool before(std::size_t k) const { return at_.load(std::memory_order_relaxed) < k; }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::mutex guard_;
  std::exception_ptr failure_;
  std::atomic<std::size_t> at_ = std::numeric_limits<std::size_t>::max();
};

/// How many threads there can be at once, this one included: `wanted`, or fewer where a limit stands in the way.
int threads_to_be_had(int wanted) {
  std::mutex guard;
  std::condition_variable counted;
  bool over = false;
  std::size_t others = 0;
  {
    Team team;
    others = team.grow(static_cast<std::size_t>(wanted - 1), [&] {
      std::unique_lock lock(guard);
      counted.wait(lock, [&] { return over; });
    });
    const std::scoped_lock lock(guard);
    over = true;
    counted.notify_all();
  }
  // At a limit one is left free: a thread that has just ended may still count.
  return others + 1 < static_cast<std::size_t>(wanted) ? std::max(static_cast<int>(others), 1) : wanted;
}

int threads_here(int wanted) {
  const int all = wanted > 0 ? wanted : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return threads_to_be_had(all);
}

}  // namespace

void side_by_side(std::size_t n, const std::function<void()>& body) {
  FirstFailure failure;
  const auto work = [&] {
    try {
      body();
    } catch (...) { failure.keep(); }
  };
  {
    Team team;
    if (n > 1) team.grow(n - 1, work);
    if (n > 0) work();
  }
  failure.rethrow();
}

#ifndef KURULTAI_STD_THREADS

namespace {
/// Has TBB make its threads now. It makes them when there is work for them, and at a limit that ends the program.
void wake_workers(int count) {
  std::atomic<int> awake = 0;
  const auto begun = std::chrono::steady_clock::now();
  tbb::parallel_for(
      0, count, 1,
      [&](int) {
        ++awake;
        while (awake < count && std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(50))
          std::this_thread::yield();
      },
      tbb::simple_partitioner());
}
}  // namespace

void set_threads(int count) {
  static std::unique_ptr<tbb::global_control> control;
  count = threads_here(count);
  thread_count() = count;
  control.reset();
  control = std::make_unique<tbb::global_control>(
      tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(count));
  if (count > 1) wake_workers(count);
}

void with_threads(int limit, const std::function<void()>& body) {
  if (threads() == 1) return body();  // without TBB: it may be that no thread is to be had
  tbb::task_arena arena(std::max(limit, 1));
  arena.execute(body);
}

void parallel_for(std::size_t n, FunctionRef<void(std::size_t)> body) {
  if (threads() == 1) {
    for (std::size_t k = 0; k < n; ++k) {
      heed_interrupt();
      body(k);
    }
    return;
  }
  FirstFailure failure;
  const bool finishing = finishing_first();
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, n), [&](const tbb::blocked_range<std::size_t>& range) {
    const FinishingOf caller(finishing);
    for (std::size_t k = range.begin(); k != range.end() && !failure.before(k); ++k) {
      try {
        heed_interrupt();
        body(k);
      } catch (...) { failure.keep(k); }
    }
  });
  failure.rethrow();
}

void parallel_chunks(std::size_t n, std::size_t grain, FunctionRef<void(std::size_t, std::size_t)> body) {
  if (threads() == 1) {
    for (std::size_t first = 0; first < n; first += std::max<std::size_t>(grain, 1)) {
      heed_interrupt();
      body(first, std::min(n, first + std::max<std::size_t>(grain, 1)));
    }
    return;
  }
  const bool finishing = finishing_first();
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, n, grain), [&](const tbb::blocked_range<std::size_t>& range) {
    const FinishingOf caller(finishing);
    heed_interrupt();
    body(range.begin(), range.end());
  });
}

#else

// The backend for ThreadSanitizer, which cannot see into TBB: plain threads that take the next block.
void set_threads(int count) { thread_count() = threads_here(count); }

namespace {
int& thread_limit() {
  thread_local int limit = 0;  // 0: none
  return limit;
}
}  // namespace

void with_threads(int limit, const std::function<void()>& body) {
  const int before = std::exchange(thread_limit(), std::max(limit, 1));
  try {
    body();
  } catch (...) {
    thread_limit() = before;
    throw;
  }
  thread_limit() = before;
}

void parallel_for(std::size_t n, FunctionRef<void(std::size_t)> body) {
  std::atomic<std::size_t> next{0};
  FirstFailure failure;
  const bool finishing = finishing_first();
  auto work = [&] {
    const FinishingOf caller(finishing);
    for (std::size_t k = next++; k < n && !failure.before(k); k = next++) {
      try {
        heed_interrupt();
        body(k);
      } catch (...) { failure.keep(k); }
    }
  };
  const int limit = thread_limit() == 0 ? threads() : std::min(thread_limit(), threads());
  {
    Team team;
    if (n > 1) team.grow(std::min(static_cast<std::size_t>(limit), n) - 1, work);
    work();
  }
  failure.rethrow();
}

void parallel_chunks(std::size_t n, std::size_t grain, FunctionRef<void(std::size_t, std::size_t)> body) {
  const std::size_t chunks = (n + grain - 1) / std::max<std::size_t>(grain, 1);
  parallel_for(chunks, [&](std::size_t k) { body(k * grain, std::min(n, (k + 1) * grain)); });
}

#endif

}  // namespace kurultai
