#include "base/console.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>

#include "base/error.h"
#include "base/interrupt.h"

namespace kurultai {

namespace {

int columns_of(int descriptor) {
  winsize window{};
  if (::isatty(descriptor) != 1) return 0;
  return ::ioctl(descriptor, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 ? window.ws_col : 80;
}

[[noreturn]] void fail_output(int error) {
  if (error == EPIPE) throw NobodyReads{};
  throw storage_error("standard output", "cannot write", std::generic_category().message(error),
      error == ENOSPC ? "free some space, or send it elsewhere" : "send it elsewhere");
}

/// How many bytes at the begin of `text` are one letter that is no letter: 0 if it is none.
std::size_t control_at(std::string_view text) {
  const auto byte = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U; };
  if (byte(0) < 0x20 || byte(0) == 0x7f) return 1;
  if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) <= 0x9f) return 2;                     // C1
  if (byte(0) == 0xe2 && byte(1) == 0x80 && byte(2) >= 0xa8 && byte(2) <= 0xae) return 3;  // line ends, directions
  return 0;
}

}  // namespace

void open_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    // The wrong way round: reading from the first fails, and writing to the others. The lowest free number is taken.
    const int opened = ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (opened >= 0 && opened != descriptor) ::close(opened);
  }
}

void print_text(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EAGAIN) {  // somebody else's setting
      pollfd wait{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&wait, 1, 200);
      heed_interrupt();
    } else if (written < 0 && errno != EINTR) {
      fail_output(errno);
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
}

void close_output() {
  if (::close(STDOUT_FILENO) != 0 && errno != EBADF && errno != EINTR) fail_output(errno);
}

std::string printable(std::string text) {
  std::size_t size = 0;
  for (std::size_t k = 0; k < text.size();) {
    const std::size_t control = control_at(std::string_view(text).substr(k));
    text[size++] = control > 0 ? '?' : text[k];
    k += control > 0 ? control : 1;
  }
  text.resize(size);
  return text;
}

void tell_text(std::string_view text) noexcept {
  while (!text.empty()) {
    pollfd wait{STDERR_FILENO, POLLOUT, 0};
    while (::poll(&wait, 1, 200) == 0)  // a reader that does not read
      if (stop_signal() != 0) return;
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR && errno != EAGAIN) return;
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
}

void tell_line(const std::string& line) noexcept {
  try {
    tell_text(printable(line) + '\n');
  } catch (const std::bad_alloc&) { tell_text("kurultai: (no memory for a message)\n"); }
}

Display error_display() {
  return {tell_text, [] { return columns_of(STDERR_FILENO); }};
}

int output_columns() { return columns_of(STDOUT_FILENO); }

}  // namespace kurultai
