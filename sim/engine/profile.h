// Where the time of a run goes: processor time by mechanism and hook, and of what observes it (`run --profile`).
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/model.h"

namespace kurultai {

/// Ticks of a clock that costs little to read: of the processor where it has one, else nanoseconds.
inline std::int64_t ticks_now() {
#if defined(__x86_64__)
  return static_cast<std::int64_t>(__builtin_ia32_rdtsc());
#else
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
#endif
}

class Profile {
 public:
  /// A row for each name.
  explicit Profile(std::vector<std::string> names);

  /// Adds `ticks` to row `k`. Called by several threads at once.
  void add(std::size_t k, std::int64_t ticks) { rows_[k].fetch_add(ticks, std::memory_order_relaxed); }

  struct Row {
    std::string name;
    double seconds = 0;  ///< of processor time
    double share = 0;    ///< of all rows
  };
  /// Rows that took any time, the longest first.
  [[nodiscard]] std::vector<Row> rows() const;
  /// The same as a table, of a run of `weeks` weeks with `residents` residents.
  [[nodiscard]] std::string table(std::int64_t weeks, std::size_t residents) const;

 private:
  using Clock = std::chrono::steady_clock;

  std::vector<std::string> names_;
  std::unique_ptr<std::atomic<std::int64_t>[]> rows_;  ///< ticks
  Clock::time_point began_ = Clock::now();             ///< with began_ticks_: how long a tick is
  std::int64_t began_ticks_ = ticks_now();
};

/// Takes the times of what one thread does in turn: one look at the clock for each, handed over at the end. Without a
/// profile it does nothing.
class Stopwatch {
 public:
  /// For rows `first` and those after it.
  Stopwatch(Profile* profile, std::size_t first) : profile_(profile), first_(first) {
    if (profile_ == nullptr) return;
    laps_.fill(0);
    from_ = ticks_now();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() {
    if (profile_ == nullptr) return;
    for (std::size_t k = 0; k < laps_.size(); ++k)
      if (laps_[k] != 0) profile_->add(first_ + k, laps_[k]);
  }
  /// What was done since the last lap, or since the beginning, belongs to row first + k.
  void lap(std::size_t k) {
    if (profile_ == nullptr) return;
    const std::int64_t now = ticks_now();
    laps_[k] += now - from_;
    from_ = now;
  }

 private:
  Profile* profile_;
  std::size_t first_;
  std::int64_t from_ = 0;
  std::array<std::int64_t, most_in_pass> laps_;
};

}  // namespace kurultai
