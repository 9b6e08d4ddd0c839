// How far a run is: a bar on a terminal, sober lines in a log, JSON lines for programs, or nothing.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>

namespace kurultai {

/// 75 as "1:15", 3675 as "1:01:15".
std::string duration_text(double seconds);
/// `text` as a JSON string.
std::string json_text(const std::string& text);
/// Whether TERM says that the terminal cannot go back in a line.
bool plain_terminal();
/// Whether the user asked for no colours (no-color.org).
bool no_color();

/// Reports to `out` (stderr by custom) how many weeks are done, how fast, and how long it will take still.
/// Never throws after construction; a closed `out` is no reason to stop a run.
class Progress {
 public:
  /// Seconds on a clock that never goes back.
  using Clock = std::function<double()>;

  /// `mode` is auto (a bar if `is_tty`, else lines), line, json or none; throws Error (usage) for another.
  /// `weeks` counts all steps, the warm-up too; `residents` is the number of agents a step moves. With the
  /// variable NO_COLOR set (no-color.org) the bar has no colours; with TERM=dumb lines take its place.
  Progress(const std::string& mode, std::int64_t weeks, std::int64_t residents, std::FILE* out, bool is_tty,
           Clock clock = steady_clock());
  /// Leaves the cursor at the start of a line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Starts the clock anew at `week` weeks done: after the society is built, or when a run resumes.
  void start(std::int64_t week = 0);
  /// Says that `week` weeks are done, in `phase` ("warm-up", "run"). Cheap: it reads the clock and mostly
  /// returns; a line is written every 10 s or tenth of the way, a bar ten times a second.
  void update(std::int64_t week, const std::string& phase);
  /// Leaves the bar as it stands, so that other lines can follow; the next update draws it anew.
  void pause();
  /// Says what it took. Further calls do nothing.
  void finish();

  /// The clock of the machine.
  static Clock steady_clock();

 private:
  enum class Mode { none, line, bar, json };
  [[nodiscard]] bool due(double now) const;
  void draw_bar(double now);
  void write_line(double now);
  void write_json(double now, const char* event);
  [[nodiscard]] double rate(double now) const;          // agent-steps per second
  [[nodiscard]] double seconds_left(double now) const;  // negative if unknown

  Mode mode_ = Mode::none;
  bool color_ = false;
  std::int64_t weeks_;
  std::int64_t residents_;
  std::FILE* out_;
  Clock clock_;
  double begin_ = 0;             // clock at start()
  std::int64_t first_week_ = 0;  // weeks done at start()
  std::int64_t week_ = 0;
  std::string phase_;
  double last_time_ = 0;         // clock at the last report
  std::int64_t last_week_ = -1;  // weeks done at the last report, -1 for none
  std::size_t drawn_ = 0;        // columns of the bar on the screen
  bool finished_ = false;
};

}  // namespace kurultai
