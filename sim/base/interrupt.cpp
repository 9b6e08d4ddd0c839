#include "base/interrupt.h"

#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string_view>
#include <utility>

namespace kurultai {

namespace {

// A signal's handler reaches nothing else: the one place where the program keeps state of its own.
std::atomic<int> asked_to_stop = 0;
std::atomic<int> requests = 0;  // to stop
std::atomic<bool> asked_for_checkpoint = false;
std::atomic<int> finishing = 0;  // objects FinishFirst
std::atomic<bool> deadline_set = false;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

thread_local int depth = 0;  // FinishFirst on this thread

struct Notice {
  std::array<char, 400> text;
  std::size_t size = 0;
};
std::array<Notice, 2> notices;
std::atomic<const Notice*> notice = nullptr;

constexpr suseconds_t patience = 800'000;    // microseconds
constexpr std::int64_t twice = 100'000'000;  // nanoseconds: `timeout` sends its signal to a process and to its group
std::atomic<std::int64_t> first_request = 0;

std::int64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// Writes to standard error from a signal's handler.
void write_now(const char* text, std::size_t size) {
  if (::write(STDERR_FILENO, text, size) < 0) return;  // it costs nothing but itself
}

void set_deadline() {
  if (deadline_set.exchange(true)) return;
  const itimerval soon{{0, 0}, {0, patience}};
  setitimer(ITIMER_REAL, &soon, nullptr);
}

void stop(int signal) {
  const int error = errno;
  const bool again = requests > 0 && (signal == SIGXCPU || now() - first_request < twice);  // XCPU comes every second
  if (!again) {
    int none = 0;
    if (asked_to_stop.compare_exchange_strong(none, signal)) first_request = now();
    const int before = requests++;
    if (before >= 2) _exit(exit_code_after(asked_to_stop));
    if (before == 1 || finishing == 0) {
      set_deadline();
    } else if (const Notice* told = notice) {
      write_now(told->text.data(), told->size);
    }
  }
  errno = error;
}

void late(int signal) {
  if (requests == 0) return stop(signal);  // somebody else's alarm
  constexpr std::string_view line = "kurultai: stopped by a signal\n";
  write_now(line.data(), line.size());
  _exit(exit_code_after(asked_to_stop));
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

bool ignored(int signal) {
  struct sigaction action{};
  return sigaction(signal, nullptr, &action) == 0 && (action.sa_flags & SA_SIGINFO) == 0 &&
         action.sa_handler == SIG_IGN;
}

}  // namespace

void heed_signals() {
  handle(SIGALRM, late);
  handle(SIGINT, stop);
  handle(SIGTERM, stop);
  if (!ignored(SIGHUP)) handle(SIGHUP, stop);
  handle(SIGXCPU, stop);
  handle(SIGUSR1, [](int) { asked_for_checkpoint = true; });
  handle(SIGPIPE, SIG_IGN);
  handle(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error we report, not one that kills us
}

int stop_signal() { return asked_to_stop; }

void heed_interrupt() {
  const int heard = requests.load(std::memory_order_relaxed);
  if (heard == 0 || (heard == 1 && depth > 0)) return;
  throw Interrupted{asked_to_stop};
}

bool take_checkpoint_request() { return asked_for_checkpoint.exchange(false); }

FinishFirst::FinishFirst() {
  ++finishing;
  ++depth;
}

FinishFirst::~FinishFirst() {
  --depth;
  if (--finishing == 0 && requests > 0) set_deadline();
}

bool finishing_first() { return depth > 0; }

FinishingOf::FinishingOf(bool finishing_of) : before_(std::exchange(depth, finishing_of ? 1 : 0)) {}
FinishingOf::~FinishingOf() { depth = before_; }

void set_stop_notice(const std::string& line) {
  if (line.empty()) {
    notice = nullptr;
    return;
  }
  Notice& other = notice == &notices[0] ? notices[1] : notices[0];
  other.size = std::min(line.size(), other.text.size());
  std::copy_n(line.begin(), other.size, other.text.begin());
  notice = &other;
}

}  // namespace kurultai
