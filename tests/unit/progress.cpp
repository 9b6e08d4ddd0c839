#include "engine/progress.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "catch.h"
#include "sweep/sweep_progress.h"

using namespace kurultai;

namespace {

/// What a Progress writes, on a clock that the test moves.
class Log {
 public:
  /// A terminal of so many columns; 0: a file.
  explicit Log(int width = 0) : columns(width) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  [[nodiscard]] Display display() {
    return {[this](std::string_view text) { text_ += text; }, [this] { return columns; }};
  }
  [[nodiscard]] Progress::Clock clock() {
    return [this] { return now; };
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> out;
    std::string line;
    for (const char c : text()) {
      if (c == '\n')
        out.push_back(std::exchange(line, ""));
      else
        line += c;
    }
    CHECK(line.empty());
    return out;
  }
  double now = 100.0;
  int columns;

 private:
  std::string text_;
};

/// Sets an environment variable, or removes it, for as long as it lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  ~Environment() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("progress: an unknown mode is a usage error") {
  Log log;
  try {
    const Progress progress("bars", 10, 10, log.display());
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::usage);
    CHECK(contains(error.what(), "auto, line, json or none"));
  }
}

TEST_CASE("progress: none is silent") {
  Log log;
  {
    Progress progress("none", 10, 10, log.display(), log.clock());
    for (int week = 1; week <= 10; ++week) progress.update(week, "run");
    progress.finish();
  }
  CHECK(log.text().empty());
}

TEST_CASE("progress: a log gets a line every ten seconds or tenth of the way, no more") {
  Log log;
  Progress progress("auto", 100, 5000, log.display(), log.clock());
  for (int week = 1; week <= 100; ++week) {
    log.now += 2.0;  // 10% in 20 s: the ten seconds decide
    progress.update(week, week <= 50 ? "warm-up" : "run");
  }
  const auto lines = log.lines();
  CHECK(lines.size() == 20);
  CHECK(contains(lines[0], "week 5/100 (5%) warm-up"));
  CHECK(contains(lines[0], "2.5 k agent-steps/s"));
  CHECK(contains(lines[0], "3:10 left"));
  CHECK(contains(lines.back(), "week 100/100 (100%) run"));
  CHECK(!contains(log.text(), "\x1b"));
  CHECK(!contains(log.text(), "\r"));
}

TEST_CASE("progress: a fast run says a line each tenth, but not each moment") {
  Log log;
  Progress progress("line", 1000, 10, log.display(), log.clock());
  for (int week = 1; week <= 1000; ++week) {
    log.now += 0.02;  // 10% in 2 s
    progress.update(week, "run");
  }
  CHECK(log.lines().size() == 10);
  Log sprint;
  Progress quick("line", 1000, 10, sprint.display(), sprint.clock());
  for (int week = 1; week <= 1000; ++week) {
    sprint.now += 0.0001;
    quick.update(week, "run");
  }
  CHECK(sprint.text().empty());
  quick.finish();
  CHECK(sprint.lines().size() == 1);
  CHECK(contains(sprint.text(), "1000 weeks in 0.1 s, 100 k agent-steps/s"));
  quick.finish();
  quick.update(1000, "run");
  CHECK(sprint.lines().size() == 1);
}

TEST_CASE("progress: a bar is redrawn in place and leaves a clean line") {
  const Environment term("TERM", "xterm"), plain("NO_COLOR", nullptr);
  Log log(200);
  {
    Progress progress("auto", 200, 1000000, log.display(), log.clock());
    for (int week = 1; week <= 100; ++week) {
      log.now += 0.05;
      progress.update(week, "run");
    }
  }
  const std::string text = log.text();
  CHECK(text.back() == '\n');
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  const auto draws = std::count(text.begin(), text.end(), '\r');
  CHECK(draws >= 34);
  CHECK(draws <= 51);
  CHECK(contains(text, "50%  week 100/200  run  20 M steps/s  0:05 left"));
  CHECK(contains(text, "\x1b[32m"));
}

TEST_CASE("progress: NO_COLOR and dumb terminals are heeded") {
  const Environment term("TERM", "xterm"), plain("NO_COLOR", "1");
  Log log(200);
  Progress progress("auto", 2, 10, log.display(), log.clock());
  log.now += 1;
  progress.update(1, "run");
  CHECK(contains(log.text(), "\r["));
  CHECK(!contains(log.text(), "\x1b"));
  const Environment dumb("TERM", "dumb");
  Log lines(200);
  Progress simple("auto", 2, 10, lines.display(), lines.clock());
  lines.now += 11;
  simple.update(1, "run");
  CHECK(lines.lines().size() == 1);
  CHECK(!contains(lines.text(), "\r"));
}

TEST_CASE("progress: a resumed run counts its own weeks for rate and time left") {
  Log log;
  Progress progress("line", 100, 1000, log.display(), log.clock());
  log.now += 500;
  progress.start(90);
  log.now += 10;
  progress.update(95, "run");
  REQUIRE(log.lines().size() == 1);
  CHECK(contains(log.lines()[0], "500 agent-steps/s, 0:10 left"));
}

TEST_CASE("progress: JSON is a line an event, with odd phases escaped") {
  Log log;
  Progress progress("json", 10, 100, log.display(), log.clock());
  log.now += 2;
  progress.update(4, "a \"b\"\n");
  progress.finish();
  const auto lines = log.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == R"({"event":"progress","week":4,"weeks":10,"phase":"a \"b\"\u000a","seconds":2.000,)"
                    R"("agent_steps_per_second":200,"seconds_left":3.000})");
  CHECK(contains(lines[1], R"("event":"done")"));
}

TEST_CASE("progress: a bar is at least a column narrower than the terminal, which may change its width") {
  const Environment term("TERM", "xterm"), plain("NO_COLOR", "1");
  const auto widest = [](const Log& log) {
    std::size_t most = 0, width = 0;
    for (const char c : log.text()) {
      width = c == '\r' || c == '\n' ? 0 : width + 1;
      most = std::max(most, width);
    }
    return most;
  };
  for (const int columns : {1, 2, 10, 20, 40, 60, 79, 80, 81, 132}) {
    CAPTURE(columns);
    Log run(columns);
    Progress progress("auto", 1040, 20'000'000, run.display(), run.clock());
    Log runs(columns);
    SweepProgress sweep("auto", runs.display(), runs.clock());
    sweep.add(20'000, 20'000, 0);
    for (int week = 1; week <= 40; ++week) {
      if (week == 21) run.columns = runs.columns = std::max(columns - 7, 1);
      run.now += 1;
      progress.update(week, "warm-up");
      runs.now += 1;
      sweep.began();
      sweep.ended(1, week < 3);
    }
    CHECK(widest(run) <= static_cast<std::size_t>(columns) - 1);
    CHECK(widest(runs) <= static_cast<std::size_t>(columns) - 1);
    if (columns == 20) CHECK(contains(run.text(), "[............]   1%"));
    if (columns == 81) CHECK(contains(run.text(), "week 20/1040  warm-up"));
  }
}
