#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
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

void side_by_side(std::size_t n, const std::function<void()>& body) {
  std::vector<std::thread> team;
  for (std::size_t k = 0; k < n; ++k) team.emplace_back(body);
  for (std::thread& thread : team) thread.join();
}

#ifndef KURULTAI_STD_THREADS

void set_threads(int count) {
  static std::unique_ptr<tbb::global_control> control;
  if (count <= 0) count = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  thread_count() = count;
  control.reset();
  control = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                  static_cast<std::size_t>(count));
}

void with_threads(int limit, const std::function<void()>& body) {
  tbb::task_arena arena(std::max(limit, 1));
  arena.execute(body);
}

void parallel_for(std::size_t n, const std::function<void(std::size_t)>& body) {
  const bool finishing = finishing_first();
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, n), [&](const tbb::blocked_range<std::size_t>& range) {
    const FinishingOf caller(finishing);
    for (std::size_t k = range.begin(); k != range.end(); ++k) {
      heed_interrupt();
      body(k);
    }
  });
}

void parallel_chunks(std::size_t n, std::size_t grain, const std::function<void(std::size_t, std::size_t)>& body) {
  const bool finishing = finishing_first();
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, n, grain), [&](const tbb::blocked_range<std::size_t>& range) {
    const FinishingOf caller(finishing);
    heed_interrupt();
    body(range.begin(), range.end());
  });
}

#else

// The backend for ThreadSanitizer, which cannot see into TBB: plain threads that take the next block.
void set_threads(int count) {
  thread_count() = count <= 0 ? static_cast<int>(std::max(1U, std::thread::hardware_concurrency())) : count;
}

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

void parallel_for(std::size_t n, const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex guard;
  const bool finishing = finishing_first();
  auto work = [&] {
    const FinishingOf caller(finishing);
    for (std::size_t k = next++; k < n; k = next++) {
      try {
        heed_interrupt();
        body(k);
      } catch (...) {
        const std::scoped_lock lock(guard);
        if (!failure) failure = std::current_exception();
        next = n;
      }
    }
  };
  std::vector<std::thread> team;
  const int size = thread_limit() == 0 ? threads() : std::min(thread_limit(), threads());
  for (int t = 1; t < size; ++t) team.emplace_back(work);
  work();
  for (std::thread& thread : team) thread.join();
  if (failure) std::rethrow_exception(failure);
}

void parallel_chunks(std::size_t n, std::size_t grain, const std::function<void(std::size_t, std::size_t)>& body) {
  const std::size_t chunks = (n + grain - 1) / std::max<std::size_t>(grain, 1);
  parallel_for(chunks, [&](std::size_t k) { body(k * grain, std::min(n, (k + 1) * grain)); });
}

#endif

}  // namespace kurultai
