// The verbs `show` and `digest`: what a result file says.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "command/show.h"
#include "command/verbs.h"
#include "engine/storage.h"

namespace kurultai {

int show_file(const FileOptions& options) {
  const Result result = read_result(options.file);
  winsize window{};
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  const int width = terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 ? window.ws_col : 0;
  const char* no_color = std::getenv("NO_COLOR");
  fmt::print("{}", show(result, terminal && (no_color == nullptr || *no_color == '\0'), width));
  return 0;
}

int digest_file(const FileOptions& options) {
  fmt::print("{}\n", digest(read_result(options.file)));
  return 0;
}

}  // namespace kurultai
