#include "command/signals.h"

#include <atomic>
#include <csignal>

namespace kurultai {

namespace {

// A signal's handler reaches nothing else: the one place where the program keeps state of its own.
std::atomic<int> asked_to_stop = 0;
std::atomic<bool> asked_for_checkpoint = false;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

void handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(signal, &action, nullptr);
}

}  // namespace

void heed_signals() {
  const auto stop = [](int signal) { asked_to_stop = signal; };
  handle(SIGINT, stop, static_cast<int>(SA_RESETHAND) | SA_RESTART);
  handle(SIGTERM, stop, SA_RESTART);
  handle(SIGUSR1, [](int) { asked_for_checkpoint = true; }, SA_RESTART);
}

int stop_signal() { return asked_to_stop; }

bool take_checkpoint_request() { return asked_for_checkpoint.exchange(false); }

}  // namespace kurultai
