// The only door to signals. INT, TERM, HUP (unless it is ignored at the start, as under nohup) and XCPU ask the program
// to stop; USR1 asks for a checkpoint. Whatever takes long calls heed_interrupt() every few milliseconds and is then
// left by an exception, so that nothing half done stays. A run in its weeks first ends the week and writes a checkpoint
// (FinishFirst). What is not over 0.8 s later ends at once, which no file minds (engine/durable_file.h).
#pragma once

#include <string>

namespace kurultai {

/// Thrown where work is left because a signal asks to stop. Not a std::exception: no handler of failures takes it for
/// one.
struct Interrupted {
  int signal;
};

/// The exit code of a program that was stopped by `signal`.
constexpr int exit_code_after(int signal) { return 128 + signal; }

/// From now on signals are kept for the functions below, and writing to a pipe that nobody reads is an error, not the
/// end.
void heed_signals();
/// The signal that asks to stop, the first if several came; 0 if none came.
int stop_signal();
/// Throws Interrupted if a signal asks to stop; within FinishFirst only if a second one does. Costs next to nothing.
void heed_interrupt();
/// Whether a checkpoint was asked for since the last call.
bool take_checkpoint_request();

/// While it lives, this thread, and parallel work that it starts, finish in order after a first signal: stop_signal()
/// tells them. A second signal leaves at once.
class FinishFirst {
 public:
  FinishFirst();
  ~FinishFirst();
  FinishFirst(const FinishFirst&) = delete;
  FinishFirst& operator=(const FinishFirst&) = delete;
};

/// Whether this thread is within FinishFirst; for parallel work, which hands it on to its threads.
bool finishing_first();
/// Gives this thread `finishing` of the thread whose work it does, until it goes.
class FinishingOf {
 public:
  explicit FinishingOf(bool finishing);
  ~FinishingOf();
  FinishingOf(const FinishingOf&) = delete;
  FinishingOf& operator=(const FinishingOf&) = delete;

 private:
  int before_;
};

/// What standard error is told at once when a first signal comes within FinishFirst: what is still finished, and how
/// long that takes. Empty: nothing. To be called by one thread.
void set_stop_notice(const std::string& line);

}  // namespace kurultai
