#include "base/interrupt.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <new>
#include <string>
#include <thread>

#include "base/console.h"
#include "base/error.h"
#include "base/parallel.h"
#include "catch.h"

using namespace kurultai;

namespace {

/// How `body` ends in a process of its own: the exit code it returns, or 128 + the signal that ends it.
int apart(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    set_threads(1);  // a process that was forked has none of its parent's threads
    heed_signals();
    _exit(body());
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Whether heed_interrupt() throws, and what signal.
int heard() {
  try {
    heed_interrupt();
  } catch (const Interrupted& interrupted) { return interrupted.signal; }
  return 0;
}

void wait_for(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

}  // namespace

TEST_CASE("interrupt: the first signal is heeded, and told") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGALRM})
    CHECK(apart([&] {
      const bool before = heard() == 0 && stop_signal() == 0;
      std::raise(signal);
      return before && heard() == signal && stop_signal() == signal ? 3 : 4;
    }) == 3);
}

TEST_CASE("interrupt: what is not over soon ends at once") {
  CHECK(apart([] {
    std::raise(SIGTERM);
    wait_for(5000);
    return 0;
  }) == 143);
}

TEST_CASE("interrupt: work that finishes first heeds a second signal only") {
  CHECK(apart([] {
    {
      const FinishFirst finish;
      std::raise(SIGTERM);
      if (heard() != 0) return 4;
      int done = 0;
      parallel_for(10, [&](std::size_t) { ++done; });
      if (done != 10) return 5;
      {
        const FinishingOf nobody(false);
        if (heard() != SIGTERM) return 6;
      }
      wait_for(1000);  // no deadline yet
      if (heard() != 0) return 7;
    }
    return heard() == SIGTERM ? 3 : 8;
  }) == 3);
  CHECK(apart([] {
    const FinishFirst finish;
    std::raise(SIGINT);
    wait_for(150);
    std::raise(SIGTERM);
    return heard() == SIGINT ? 3 : 4;  // the code is that of the first
  }) == 3);
}

TEST_CASE("interrupt: a signal that is sent to a process and to its group is one") {
  CHECK(apart([] {
    const FinishFirst finish;
    std::raise(SIGTERM);
    std::raise(SIGTERM);
    return heard() == 0 ? 3 : 4;
  }) == 3);
}

TEST_CASE("interrupt: XCPU comes again every second and is one request") {
  CHECK(apart([] {
    const FinishFirst finish;
    std::raise(SIGXCPU);
    wait_for(150);
    std::raise(SIGXCPU);
    return heard() == 0 && stop_signal() == SIGXCPU ? 3 : 4;
  }) == 3);
}

TEST_CASE("interrupt: HUP that is ignored at the start stays so; a pipe that nobody reads is no end") {
  std::signal(SIGHUP, SIG_IGN);
  const int code = apart([] {
    std::raise(SIGHUP);
    std::raise(SIGPIPE);
    return heard() == 0 ? 3 : 4;
  });
  std::signal(SIGHUP, SIG_DFL);
  CHECK(code == 3);
}

TEST_CASE("console: a message is one line, whatever it holds") {
  CHECK(printable("a\nb\tc\x1b[31m\x7f") == "a?b?c?[31m?");
  CHECK(printable("Алматы, \u00a0 naïve") == "Алматы, \u00a0 naïve");
  CHECK(printable("\u0085 \u009b31m \u2028 \u202e") == "? ?31m ? ?");
  CHECK(printable("cut \xc2") == "cut \xc2");
  CHECK(to_string(Message{"a\nb", "c\rd", "e", ""}) == "a?b: c?d (e)");
}

TEST_CASE("threads: what leaves one of several bodies reaches the caller when all have ended") {
  std::atomic<int> ended = 0;
  std::atomic<int> begun = 0;
  CHECK_THROWS_AS(side_by_side(3,
                      [&] {
                        const int mine = begun++;
                        ++ended;
                        if (mine == 1) throw std::bad_alloc();
                      }),
      std::bad_alloc);
  CHECK(ended == 3);
}
