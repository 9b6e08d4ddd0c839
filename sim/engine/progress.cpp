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
  return [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
}

void Bar::draw(double share, const std::vector<Word>& words) {
  constexpr std::size_t longest = 24, shortest = 6;
  const int columns = display_.columns();
  const std::size_t room = columns > 0 ? static_cast<std::size_t>(columns) - 1 : 1000;
  std::vector<Word> shown = words;
  const auto length = [&] {
    std::size_t sum = 0;
    for (const Word& word : shown) sum += word.text.size();
    return sum;
  };
  const auto lighter = [](const Word& a, const Word& b) { return a.weight < b.weight; };
  while (shown.size() > 1 && length() + shortest + 2 > room)
    shown.erase(std::min_element(shown.begin(), shown.end(), lighter));
  std::string text;
  for (const Word& word : shown) text += word.text;
  const std::size_t cells = room > text.size() + shortest + 2 ? std::min(longest, room - text.size() - 2) : 0;
  const auto full = static_cast<std::size_t>(static_cast<double>(cells) * std::clamp(share, 0.0, 1.0));
  std::string line = "\r";
  if (cells > 0) {
    line += color_ ? "[\x1b[32m" : "[";
    line += std::string(full, '#') + (color_ ? "\x1b[0m" : "") + std::string(cells - full, '.') + ']';
  }
  text = text.substr(0, room);
  const std::size_t width = text.size() + (cells > 0 ? cells + 2 : 0);
  display_.write(line + text + std::string(std::min(std::max(drawn_, width), room) - width, ' '));
  drawn_ = std::max<std::size_t>(width, 1);
}

void Bar::leave() {
  if (drawn_ > 0) display_.write("\n");
  drawn_ = 0;
}

Progress::Progress(
    const std::string& mode, std::int64_t weeks, std::int64_t residents, const Display& display, Clock clock)
    : weeks_(weeks),
      residents_(residents),
      display_(display),
      bar_(display, !no_color()),
      clock_(std::move(clock)) {
  if (mode == "auto")
    mode_ = display.columns() > 0 && !plain_terminal() ? Mode::bar : Mode::line;
  else if (mode == "line")
    mode_ = Mode::line;
  else if (mode == "json")
    mode_ = Mode::json;
  else if (mode != "none")
    throw Error(ExitCode::usage, {"--progress " + mode, "unknown mode", "", "choose auto, line, json or none"});
  start();
}

Progress::~Progress() { bar_.leave(); }

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
  last_time_ = now;
  last_week_ = week_;
}

void Progress::pause() { bar_.leave(); }

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
  return seconds > 0 ? static_cast<double>(week_ - first_week_) * static_cast<double>(residents_) / seconds : 0.0;
}

double Progress::seconds_left(double now) const {
  if (week_ <= first_week_) return -1;
  return (now - begin_) / static_cast<double>(week_ - first_week_) *
         static_cast<double>(std::max(weeks_ - week_, std::int64_t{0}));
}

void Progress::draw_bar(double now) {
  const std::int64_t total = std::max(weeks_, std::int64_t{1});
  const std::int64_t done = std::clamp(week_, std::int64_t{0}, total);
  std::vector<Bar::Word> words = {
      {fmt::format(" {:3}%", 100 * done / total), 5}, {fmt::format("  week {}/{}", week_, weeks_), 3}};
  if (!phase_.empty()) words.push_back({"  " + phase_.substr(0, 12), 1});
  if (week_ > first_week_) {
    words.push_back({fmt::format("  {}steps/s", thousands(rate(now))), 2});
    words.push_back({fmt::format("  {} left", duration_text(seconds_left(now))), 4});
  }
  bar_.draw(static_cast<double>(done) / static_cast<double>(total), words);
}

void Progress::write_line(double now) {
  std::string line = fmt::format("week {}/{} ({}%)", week_, weeks_, weeks_ > 0 ? 100 * week_ / weeks_ : 100);
  if (!phase_.empty()) line += " " + phase_;
  if (week_ > first_week_)
    line += fmt::format(", {}agent-steps/s, {} left", thousands(rate(now)), duration_text(seconds_left(now)));
  display_.write(line + '\n');
}

void Progress::write_json(double now, const char* event) {
  const double left = seconds_left(now);
  display_.write(
      fmt::format("{{\"event\":\"{}\",\"week\":{},\"weeks\":{},\"phase\":{},\"seconds\":{:.3f},"
                  "\"agent_steps_per_second\":{:.0f},\"seconds_left\":{}}}\n",
          event, week_, weeks_, json_text(phase_), now - begin_, rate(now),
          left < 0 ? "null" : fmt::format("{:.3f}", left)));
}

void Progress::finish() {
  if (mode_ == Mode::none || finished_) return;
  finished_ = true;
  const double now = clock_();
  if (mode_ == Mode::json) {
    write_json(now, "done");
  } else {
    if (bar_.drawn() && last_week_ != week_) draw_bar(now);
    bar_.leave();
    display_.write(fmt::format("{} weeks in {}, {}agent-steps/s\n", week_ - first_week_,
        now - begin_ < 60 ? fmt::format("{:.1f} s", now - begin_) : duration_text(now - begin_), thousands(rate(now))));
  }
}

}  // namespace kurultai
