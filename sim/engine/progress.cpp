#include "engine/progress.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <fmt/format.h>

#include "base/error.h"

namespace kurultai {
namespace {

/// 12345678 as "12.3 M ", ready for a unit.
std::string thousands(double x) {
  for (const auto& [unit, letter] : {std::pair{1e9, 'G'}, std::pair{1e6, 'M'}, std::pair{1e3, 'k'}})
    if (x >= unit) return fmt::format("{:.3g} {} ", x / unit, letter);
  return fmt::format("{:.0f} ", x);
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::min(std::max(seconds, 0.0), 3.6e8) + 0.5);
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
  return fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      out += c;
  }
  return out + '"';
}

bool plain_terminal() {
  const char* value = std::getenv("TERM");
  return value != nullptr && std::string(value) == "dumb";
}

bool no_color() {
  const char* value = std::getenv("NO_COLOR");
  return value != nullptr && *value != '\0';
}

Progress::Clock Progress::steady_clock() {
  return [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
}

Progress::Progress(const std::string& mode, std::int64_t weeks, std::int64_t residents, std::FILE* out,
                   bool is_tty, Clock clock)
    : weeks_(weeks), residents_(residents), out_(out), clock_(std::move(clock)) {
  if (mode == "auto")
    mode_ = is_tty && !plain_terminal() ? Mode::bar : Mode::line;
  else if (mode == "line")
    mode_ = Mode::line;
  else if (mode == "json")
    mode_ = Mode::json;
  else if (mode != "none")
    throw Error(ExitCode::usage,
                {"--progress " + mode, "unknown mode", "", "choose auto, line, json or none"});
  color_ = mode_ == Mode::bar && !no_color();
  start();
}

Progress::~Progress() {
  if (drawn_ > 0) std::fputc('\n', out_);
}

void Progress::start(std::int64_t week) {
  begin_ = last_time_ = clock_();
  first_week_ = week_ = week;
  last_week_ = -1;
}

void Progress::update(std::int64_t week, const std::string& phase) {
  if (mode_ == Mode::none || finished_) return;
  week_ = week;
  const double now = clock_();
  if (!due(now)) return;
  phase_ = phase;
  switch (mode_) {
    case Mode::bar: draw_bar(now); break;
    case Mode::line: write_line(now); break;
    default: write_json(now, "progress"); break;
  }
  std::fflush(out_);
  last_time_ = now;
  last_week_ = week_;
}

void Progress::pause() {
  if (drawn_ > 0) std::fputc('\n', out_);
  drawn_ = 0;
}

bool Progress::due(double now) const {
  const double waited = now - last_time_;
  if (mode_ == Mode::line) {
    if (waited >= 10.0) return true;
    const std::int64_t before = std::max(last_week_, first_week_);
    return waited >= 1.0 && weeks_ > 0 && 10 * week_ / weeks_ > 10 * before / weeks_;
  }
  return last_week_ < 0 || waited >= 0.1 || week_ >= weeks_;
}

double Progress::rate(double now) const {
  const double seconds = now - begin_;
  return seconds > 0 ? static_cast<double>(week_ - first_week_) * static_cast<double>(residents_) / seconds
                     : 0.0;
}

double Progress::seconds_left(double now) const {
  if (week_ <= first_week_) return -1;
  return (now - begin_) / static_cast<double>(week_ - first_week_) *
         static_cast<double>(std::max(weeks_ - week_, std::int64_t{0}));
}

void Progress::draw_bar(double now) {
  constexpr std::int64_t cells = 24;
  const std::int64_t total = std::max(weeks_, std::int64_t{1});
  const std::int64_t done = std::clamp(week_, std::int64_t{0}, total);
  const std::string full(static_cast<std::size_t>(cells * done / total), '#');
  const std::string empty(static_cast<std::size_t>(cells) - full.size(), '.');
  std::string text = fmt::format(" {:3}%  week {}/{}", 100 * done / total, week_, weeks_);
  if (!phase_.empty()) text += "  " + phase_.substr(0, 12);
  if (week_ > first_week_) {
    text += fmt::format("  {}steps/s", thousands(rate(now)));
    text += fmt::format("  {} left", duration_text(seconds_left(now)));
  }
  const std::size_t width = static_cast<std::size_t>(cells) + 2 + text.size();
  const std::string blanks(drawn_ > width ? drawn_ - width : 0, ' ');
  fmt::print(out_, "\r[{}{}{}{}]{}{}", color_ ? "\x1b[32m" : "", full, color_ ? "\x1b[0m" : "", empty, text,
             blanks);
  drawn_ = width;
}

void Progress::write_line(double now) {
  std::string line = fmt::format("week {}/{} ({}%)", week_, weeks_, weeks_ > 0 ? 100 * week_ / weeks_ : 100);
  if (!phase_.empty()) line += " " + phase_;
  if (week_ > first_week_)
    line += fmt::format(", {}agent-steps/s, {} left", thousands(rate(now)), duration_text(seconds_left(now)));
  fmt::print(out_, "{}\n", line);
}

void Progress::write_json(double now, const char* event) {
  const double left = seconds_left(now);
  fmt::print(out_,
             "{{\"event\":\"{}\",\"week\":{},\"weeks\":{},\"phase\":{},\"seconds\":{:.3f},"
             "\"agent_steps_per_second\":{:.0f},\"seconds_left\":{}}}\n",
             event, week_, weeks_, json_text(phase_), now - begin_, rate(now),
             left < 0 ? "null" : fmt::format("{:.3f}", left));
}

void Progress::finish() {
  if (mode_ == Mode::none || finished_) return;
  finished_ = true;
  const double now = clock_();
  if (mode_ == Mode::json) {
    write_json(now, "done");
  } else {
    if (drawn_ > 0) {
      if (last_week_ != week_) draw_bar(now);
      std::fputc('\n', out_);
      drawn_ = 0;
    }
    fmt::print(out_, "{} weeks in {}, {}agent-steps/s\n", week_ - first_week_,
               now - begin_ < 60 ? fmt::format("{:.1f} s", now - begin_) : duration_text(now - begin_),
               thousands(rate(now)));
  }
  std::fflush(out_);
}

}  // namespace kurultai
