// How far a run is: a bar on a terminal, sober lines in a log, JSON lines for programs, or nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/console.h"

namespace kurultai {

/// 75 as "1:15", 3675 as "1:01:15".
std::string duration_text(double seconds);
/// `text` as a JSON string.
std::string json_text(const std::string& text);
/// Whether TERM says that the terminal cannot go back in a line.
bool plain_terminal();
/// Whether the user asked for no colours (no-color.org).
bool no_color();

/// A bar on a terminal, drawn anew in its place, with words behind it. At most a column narrower than the terminal is
/// at that moment: words go, and the bar grows shorter, before a line would wrap.
class Bar {
 public:
  struct Word {
    std::string text;
    int weight;  ///< where room is short, the lightest goes first
  };
  Bar(Display display, bool color) : display_(std::move(display)), color_(color) {}
  void draw(double share, const std::vector<Word>& words);
  /// Leaves the bar as it stands and goes to the next line, if something is drawn.
  void leave();
  [[nodiscard]] bool drawn() const { return drawn_ > 0; }

 private:
  Display display_;
  bool color_;
  std::size_t drawn_ = 0;  // columns on the screen
};

/// Reports to a display (standard error by custom) how many weeks are done, how fast, and how long it will take still.
/// Never throws after construction; a display that is gone is no reason to stop a run.
class Progress {
 public:
  /// Seconds on a clock that never goes back.
  using Clock = std::function<double()>;

  /// `mode` is auto (a bar on a terminal, else lines), line, json or none; throws Error (usage) for another.
  /// `weeks` counts all steps, the warm-up too; `residents` is the number of agents a step moves. With the
  /// variable NO_COLOR set (no-color.org) the bar has no colours; with TERM=dumb lines take its place.
  Progress(const std::string& mode, std::int64_t weeks, std::int64_t residents,
      const Display& display = error_display(), Clock clock = steady_clock());
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
  std::int64_t weeks_;
  std::int64_t residents_;
  Display display_;
  Bar bar_;
  Clock clock_;
  double begin_ = 0;             // clock at start()
  std::int64_t first_week_ = 0;  // weeks done at start()
  std::int64_t week_ = 0;
  std::string phase_;
  double last_time_ = 0;         // clock at the last report
  std::int64_t last_week_ = -1;  // weeks done at the last report, -1 for none
  bool finished_ = false;
};

}  // namespace kurultai
