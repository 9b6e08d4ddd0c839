// The only door to threads. Work is a list of fixed blocks; which thread does a block never matters:
// a block writes what is its own, and sums are kept per block and added in block order by the caller.
#pragma once

#include <cstddef>
#include <functional>

namespace kurultai {

/// A function that is called while somebody else holds it: costs no memory, unlike std::function.
template <class Signature> class FunctionRef;
template <class... Arguments> class FunctionRef<void(Arguments...)> {
 public:
  template <class Function>
  FunctionRef(const Function& function)  // NOLINT: stands for the function
      : function_(&function),
        call_([](const void* held, Arguments... arguments) { (*static_cast<const Function*>(held))(arguments...); }) {}
  void operator()(Arguments... arguments) const { call_(function_, arguments...); }

 private:
  const void* function_;
  void (*call_)(const void*, Arguments...);
};

/// Sets how many threads the program may use (0: all cores; fewer where no more are to be had). Call once, at the
/// start.
void set_threads(int threads);
/// How many threads are in use.
int threads();

/// Runs `body` such that parallel work in it uses at most `limit` threads. Several threads of a program may be in here
/// at once, each with its own limit: runs side by side.
void with_threads(int limit, const std::function<void()>& body);

/// Runs `body` up to `n` times at once, here and in threads of their own (fewer where no more are to be had), and waits
/// for all: for workers that take work until none is left. The first exception that leaves a body is rethrown here.
void side_by_side(std::size_t n, const std::function<void()>& body);

/// Runs body(k) for every k in [0, n), in any order, on all threads; returns when all are done. Where bodies throw, the
/// exception of the lowest k is rethrown here, as in a loop. Heeds interruption (base/interrupt.h) between bodies.
void parallel_for(std::size_t n, FunctionRef<void(std::size_t)> body);

/// Runs body(first, last) for chunks that together cover [0, n) once. Chunks are at least `grain` long
/// (but for the last) and their borders may differ between runs: only for work whose result cannot see them.
void parallel_chunks(std::size_t n, std::size_t grain, FunctionRef<void(std::size_t, std::size_t)> body);

}  // namespace kurultai
