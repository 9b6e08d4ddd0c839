// Where the time of a run goes: processor time by mechanism and hook, and of what observes it (`run --profile`).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kurultai {

class Profile {
 public:
  using Clock = std::chrono::steady_clock;

  /// A row for each name.
  explicit Profile(std::vector<std::string> names);

  /// Adds the time since `from` to row `k` and returns the time it is now. Called by several threads at once.
  Clock::time_point add(std::size_t k, Clock::time_point from) {
    const Clock::time_point now = Clock::now();
    rows_[k].fetch_add(
        std::chrono::duration_cast<std::chrono::nanoseconds>(now - from).count(), std::memory_order_relaxed);
    return now;
  }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

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
  std::vector<std::string> names_;
  std::unique_ptr<std::atomic<std::int64_t>[]> rows_;  ///< nanoseconds
};

}  // namespace kurultai
