// How far a sweep is: a bar on a terminal, sober lines in a log, JSON lines for programs, or nothing.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>

#include "engine/progress.h"

namespace kurultai {

/// What is done, failed and running, and how long the rest will take by predicted cost. Called by several threads.
class SweepProgress {
 public:
  /// `mode` is auto (a bar on a terminal, else lines), line, json or none; throws Error (usage) for another.
  explicit SweepProgress(const std::string& mode, const Display& display = error_display(),
      Progress::Clock clock = Progress::steady_clock());
  ~SweepProgress();
  SweepProgress(const SweepProgress&) = delete;
  SweepProgress& operator=(const SweepProgress&) = delete;

  /// `runs` more to do, of `cost` together (any unit); `there` are done already.
  void add(std::size_t runs, double cost, std::size_t there);
  void began();
  /// A run of `cost` ended.
  void ended(double cost, bool failed);
  /// What several runs share, of `cost`, was done.
  void walked(double cost);
  /// A line for people between the reports, such as "adding 20 replicates".
  void say(const std::string& text);
  void finish();

  [[nodiscard]] std::size_t failed() const { return failed_; }

 private:
  enum class Mode { none, line, bar, json };
  void report(bool last);

  std::mutex guard_;
  Mode mode_ = Mode::none;
  Display display_;
  Bar bar_;
  Progress::Clock clock_;
  double begin_;
  double last_time_ = -1e9;
  std::size_t there_ = 0;
  std::size_t total_ = 0;
  std::size_t done_ = 0;  // by this process, failed ones included
  std::size_t failed_ = 0;
  std::size_t running_ = 0;
  double cost_ = 0;
  double cost_done_ = 0;
  bool finished_ = false;
};

}  // namespace kurultai
