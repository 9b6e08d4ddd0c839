// Programs that measure whole years in turns: medians, and the options they share.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <vector>

namespace kurultai {

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

/// Reads [--residents N] [--turns N] [--threads N] and calls `measure` with them; the exit code. Options of Google
/// Benchmark are let pass, so that `kurultai bench` can hand them on.
inline int in_turns(
    int argc, char** argv, const std::function<void(double residents, int turns, int thread_count)>& measure) try {
  double residents = 1e6;
  int turns = 5;
  int thread_count = 0;
  for (int k = 1; k < argc; ++k) {
    const std::string option = argv[k];
    if (option.rfind("--benchmark_", 0) == 0) continue;
    const double value = k + 1 < argc ? std::atof(argv[k + 1]) : 0;
    ++k;
    if (option == "--residents" && value >= 1000) {
      residents = value;
    } else if (option == "--turns" && value >= 1) {
      turns = static_cast<int>(value);
    } else if (option == "--threads" && value >= 1) {
      thread_count = static_cast<int>(value);
    } else {
      fmt::print(
          stderr, "usage: {} [--residents N] [--turns N] [--threads N]   (at least 1000 residents, 1 turn)\n", argv[0]);
      return 2;
    }
  }
  measure(residents, turns, thread_count);
  return 0;
} catch (const std::exception& failure) {
  fmt::print(stderr, "bench: {}\n", failure.what());
  return 1;
}

}  // namespace kurultai
