#include "sweep/sweep_progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace kurultai {

SweepProgress::SweepProgress(const std::string& mode, const Display& display, Progress::Clock clock)
    : display_(display),
      bar_(display, !no_color()),
      clock_(std::move(clock)),
      begin_(clock_()) {
  if (mode == "auto")
    mode_ = display.columns() > 0 && !plain_terminal() ? Mode::bar : Mode::line;
  else if (mode == "line")
    mode_ = Mode::line;
  else if (mode == "json")
    mode_ = Mode::json;
  else if (mode != "none")
    throw Error(ExitCode::usage, {"--progress " + mode, "unknown mode", "", "choose auto, line, json or none"});
}

SweepProgress::~SweepProgress() { bar_.leave(); }

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

void SweepProgress::walked(double cost) {
  const std::scoped_lock lock(guard_);
  --running_;
  cost_done_ += cost;
}

void SweepProgress::say(const std::string& text) {
  const std::scoped_lock lock(guard_);
  if (mode_ == Mode::none) return;
  if (mode_ == Mode::json) {
    display_.write(fmt::format("{{\"event\":\"note\",\"text\":{}}}\n", json_text(text)));
  } else {
    bar_.leave();
    display_.write(printable(text) + '\n');
  }
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
    display_.write(
        fmt::format("{{\"event\":\"{}\",\"runs\":{},\"finished\":{},\"failed\":{},\"running\":{},\"seconds\":{:.3f},"
                    "\"seconds_left\":{}}}\n",
            last ? "done" : "progress", total_, good, failed_, running_, seconds,
            left < 0 ? "null" : fmt::format("{:.3f}", std::max(left, 0.0))));
    return;
  }
  std::vector<Bar::Word> words = {{fmt::format("{}/{} runs", there_ + done_, total_), 4}};
  if (failed_ > 0) words.push_back({fmt::format(", {} failed", failed_), 3});
  if (!last && running_ > 0) words.push_back({fmt::format(", {} running", running_), 1});
  if (last)
    words.push_back(
        {fmt::format(" in {}", seconds < 60 ? fmt::format("{:.1f} s", seconds) : duration_text(seconds)), 2});
  else if (left >= 0)
    words.push_back({fmt::format(", {} left", duration_text(left)), 2});
  if (mode_ == Mode::line) {
    std::string text;
    for (const Bar::Word& word : words) text += word.text;
    display_.write(text + '\n');
  } else {
    words.front().text.insert(0, " ");
    bar_.draw(total_ == 0 ? 1.0 : static_cast<double>(there_ + done_) / static_cast<double>(total_), words);
    if (last) bar_.leave();
  }
}

}  // namespace kurultai
