#include "engine/child.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"

// Sanitizers take memory and time of their own, and what they report should be read.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  #define KURULTAI_SANITIZED 1
#elif defined(__has_feature)
  #if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
    #define KURULTAI_SANITIZED 1
  #endif
#endif
#ifndef KURULTAI_SANITIZED
  #define KURULTAI_SANITIZED 0
#endif

namespace kurultai {

namespace {

constexpr bool sanitized = KURULTAI_SANITIZED != 0;
constexpr int failed = 1;  ///< the child's exit code where `work` threw

void limit(int resource, rlim_t most) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) return;
  now.rlim_max = std::min(now.rlim_max, most);
  now.rlim_cur = std::min(now.rlim_cur, most);
  ::setrlimit(resource, &now);
}

/// Bytes of address space that this process has. Not to be called in a child of several threads: it may ask for a lock
/// that one of the others held.
rlim_t address_space() {
  std::ifstream in("/proc/self/statm");
  rlim_t pages = 0;
  in >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

/// Has the child end by any signal, with its parent, and within its limits.
void confine(const ChildLimits& limits, rlim_t there) {
  for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  limit(RLIMIT_CORE, 0);
  const auto seconds = static_cast<rlim_t>(limits.processor.count()) * (sanitized ? 10 : 1);
  limit(RLIMIT_CPU, seconds);
  ::alarm(static_cast<unsigned>(60 + 20 * seconds));  // it may wait for something instead
  if (sanitized) return;
  limit(RLIMIT_AS, there + limits.memory);
  if (const int nowhere = ::open("/dev/null", O_WRONLY); nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
}

void write_all(int pipe, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(pipe, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) ::_exit(failed);
    bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
}

}  // namespace

Child::Child(const ChildLimits& limits, const std::function<void(const Send&)>& work) : limits_(limits) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category());
  const pid_t parent = ::getpid();
  const rlim_t there = address_space();
  process_ = ::fork();
  if (process_ == 0) {
    confine(limits, there);
    if (::getppid() != parent) ::_exit(failed);  // it ended before its end was heeded
    try {
      work([to = ends[1]](std::span<const std::byte> bytes) { write_all(to, bytes); });
    } catch (...) { ::_exit(failed); }
    ::_exit(0);
  }
  const int problem = errno;
  ::close(ends[1]);
  pipe_ = ends[0];
  if (process_ > 0) return;
  ::close(pipe_);
  throw std::system_error(problem, std::generic_category());
}

Child::~Child() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    end();
  }
  ::close(pipe_);
}

void Child::read(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::read(pipe_, bytes.data(), bytes.size());
    if (count == 0 || (count < 0 && errno != EINTR)) {
      const std::string why = end();
      heed_interrupt();  // a signal that asks to stop has ended the child, too
      throw Ended{why};
    }
    if (count < 0) heed_interrupt();
    bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
}

std::string Child::end() {
  if (process_ <= 0) return "it ended before";
  int status = 0;
  pid_t ended = 0;
  do { ended = ::waitpid(process_, &status, 0); } while (ended < 0 && errno == EINTR);
  process_ = -1;
  if (ended < 0) return std::generic_category().message(errno);
  if (!WIFSIGNALED(status)) return WEXITSTATUS(status) == 0 ? "it ended too early" : "it could not go on";
  switch (const int signal = WTERMSIG(status)) {
    case SIGXCPU:
    case SIGKILL: return fmt::format("it took longer than {} s", limits_.processor.count());
    case SIGALRM: return "it did not end";
    default: return ::strsignal(signal);
  }
}

}  // namespace kurultai
