#include "sweep/sweep_progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace kurultai {

SweepProgress::SweepProgress(const std::string& mode, std::FILE* out, bool is_tty, Progress::Clock clock)
    : out_(out), clock_(std::move(clock)), begin_(clock_()) {
  if (mode == "auto")
    mode_ = is_tty && !plain_terminal() ? Mode::bar : Mode::line;
  else if (mode == "line")
    mode_ = Mode::line;
  else if (mode == "json")
    mode_ = Mode::json;
  else if (mode != "none")
    throw Error(ExitCode::usage, {"--progress " + mode, "unknown mode", "", "choose auto, line, json or none"});
  color_ = mode_ == Mode::bar && !no_color();
}

SweepProgress::~SweepProgress() {
  if (drawn_ > 0) std::fputc('\n', out_);
}

void SweepProgress::add(std::size_t runs, double cost, std::size_t there) {
  const std::scoped_lock lock(guard_);
  total_ += runs + there;
  there_ += there;
  cost_ += cost;
}

void SweepProgress::began() {
  const std::scoped_lock lock(guard_);
  ++running_;
  report(false);
}

void SweepProgress::ended(double cost, bool failed) {
  const std::scoped_lock lock(guard_);
  --running_;
  ++done_;
  if (failed) ++failed_;
  cost_done_ += cost;
  if (running_ == 0) report(false);  // else the next run that begins tells
}

void SweepProgress::say(const std::string& text) {
  const std::scoped_lock lock(guard_);
  if (mode_ == Mode::none) return;
  if (mode_ == Mode::json) {
    fmt::print(out_, "{{\"event\":\"note\",\"text\":{}}}\n", json_text(text));
  } else {
    fmt::print(out_, "{}{}\n", drawn_ > 0 ? "\n" : "", text);
    drawn_ = 0;
  }
  std::fflush(out_);
}

void SweepProgress::finish() {
  const std::scoped_lock lock(guard_);
  if (finished_) return;
  finished_ = true;
  report(true);
}

void SweepProgress::report(bool last) {
  if (mode_ == Mode::none) return;
  const double now = clock_();
  const double wait = mode_ == Mode::line ? 10.0 : 0.1;
  if (!last && now - last_time_ < wait) return;
  last_time_ = now;
  const double seconds = now - begin_;
  const double left = cost_done_ > 0 ? seconds * (cost_ - cost_done_) / cost_done_ : -1;
  const std::size_t good = there_ + done_ - failed_;
  if (mode_ == Mode::json) {
    fmt::print(out_, "{{\"event\":\"{}\",\"runs\":{},\"finished\":{},\"failed\":{},\"running\":{},\"seconds\":{:.3f},\"seconds_left\":{}}}\n",
               last ? "done" : "progress", total_, good, failed_, running_, seconds, left < 0 ? "null" : fmt::format("{:.3f}", std::max(left, 0.0)));
    std::fflush(out_);
    return;
  }
  std::string text = fmt::format("{}/{} runs", there_ + done_, total_);
  if (failed_ > 0) text += fmt::format(", {} failed", failed_);
  if (!last && running_ > 0) text += fmt::format(", {} running", running_);
  text += last ? fmt::format(" in {}", seconds < 60 ? fmt::format("{:.1f} s", seconds) : duration_text(seconds))
               : (left < 0 ? "" : fmt::format(", {} left", duration_text(left)));
  if (mode_ == Mode::line) {
    fmt::print(out_, "{}\n", text);
  } else {
    constexpr std::size_t cells = 24;
    const std::size_t full = total_ == 0 ? cells : cells * (there_ + done_) / total_;
    const std::size_t width = cells + 3 + text.size();
    const std::string blanks(drawn_ > width ? drawn_ - width : 0, ' ');
    fmt::print(out_, "\r[{}{}{}{}] {}{}", color_ ? "\x1b[32m" : "", std::string(full, '#'), color_ ? "\x1b[0m" : "", std::string(cells - full, '.'), text, blanks);
    drawn_ = width;
    if (last) {
      std::fputc('\n', out_);
      drawn_ = 0;
    }
  }
  std::fflush(out_);
}

}  // namespace kurultai
