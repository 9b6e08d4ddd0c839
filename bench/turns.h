// What the programs share that measure in turns: time of the clock and of processors, medians, options that are
// numbers.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

namespace kurultai {

struct Time {
  double wall = 0;  ///< seconds
  double busy = 0;  ///< processor time of all threads: what a loaded machine takes away is not in it
};

/// How long `work` takes.
template <class Work> Time timed(Work&& work) {
  const auto busy = [] {
    std::timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  };
  const auto wall = std::chrono::steady_clock::now();
  const double before = busy();
  work();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count(), busy() - before};
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

/// An option `name N` of a program, with the least that it may be. Where it is not given `value` stays.
struct NumberOption {
  const char* name;
  double& value;
  double least;
};

/// Reads the options and calls `measure`; the exit code. Options of Google Benchmark are let pass, so that
/// `kurultai bench` can hand them on.
inline int with_options(
    int argc, char** argv, std::initializer_list<NumberOption> options, const std::function<void()>& measure) try {
  for (int k = 1; k < argc; ++k) {
    const std::string name = argv[k];
    if (name.rfind("--benchmark_", 0) == 0) continue;
    const auto* option =
        std::find_if(options.begin(), options.end(), [&](const NumberOption& one) { return name == one.name; });
    const double value = k + 1 < argc ? std::atof(argv[++k]) : NAN;
    if (option == options.end() || !(value >= option->least)) {
      std::string usage = fmt::format("usage: {}", argv[0]);
      for (const NumberOption& one : options) usage += fmt::format(" [{} N, at least {}]", one.name, one.least);
      fmt::print(stderr, "{}\n", usage);
      return 2;
    }
    option->value = value;
  }
  measure();
  return 0;
} catch (const std::exception& failure) {
  fmt::print(stderr, "bench: {}\n", failure.what());
  return 1;
}

/// The same for programs that measure years: [--residents N] [--turns N] [--threads N], 0 threads: all.
inline int in_turns(
    int argc, char** argv, const std::function<void(double residents, int turns, int thread_count)>& measure) {
  double residents = 1e6;
  double turns = 5;
  double thread_count = 0;
  return with_options(argc, argv,
      {{"--residents", residents, 1000}, {"--turns", turns, 1}, {"--threads", thread_count, 1}},
      [&] { measure(residents, static_cast<int>(turns), static_cast<int>(thread_count)); });
}

}  // namespace kurultai
