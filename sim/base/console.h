// The only door to standard output and standard error. Results go to standard output: one that cannot be written is an
// error. Messages go to standard error: one that cannot be written costs nothing but itself.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <new>
#include <string>
#include <string_view>

namespace kurultai {

/// Thrown where nobody reads standard output any more (`show FILE | head`): no reason for a message. Not a
/// std::exception.
struct NobodyReads {};
/// The exit code then: that of a program which SIGPIPE ends.
inline constexpr int exit_code_nobody_reads = 141;

/// Gives descriptors 0 to 2 that are closed to /dev/null, so that no file we open gets one of them and takes what is
/// printed. What is written there then fails as it does where they are closed. To be called before any file is opened.
void open_standard_streams();

/// Writes `text` to standard output. Throws storage_error with the system's reason, or NobodyReads.
void print_text(std::string_view text);
template <class... T> void print(fmt::format_string<T...> format, T&&... values) {
  print_text(fmt::format(format, std::forward<T>(values)...));
}
/// To be called when all is printed: some file systems tell only now that what was written is lost. Throws as
/// print_text.
void close_output();

/// `text` with '?' for what would begin a line or move a terminal's cursor: a message is one line.
std::string printable(std::string text);

/// Writes `text` to standard error as it is. Never throws.
void tell_text(std::string_view text) noexcept;
/// Tells people one line (printable).
void tell_line(const std::string& line) noexcept;
template <class... T> void tell(fmt::format_string<T...> format, T&&... values) noexcept {
  try {
    tell_line(fmt::format(format, std::forward<T>(values)...));
  } catch (const std::bad_alloc&) { tell_text("kurultai: (no memory for a message)\n"); }
}

/// Where progress is shown.
struct Display {
  std::function<void(std::string_view)> write;
  std::function<int()> columns;  ///< how wide the terminal is now; 0: it is none
};
/// Standard error.
Display error_display();
/// How wide the terminal at standard output is now; 0: it is none.
int output_columns();

}  // namespace kurultai
