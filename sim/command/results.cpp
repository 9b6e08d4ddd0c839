// The verbs `show` and `digest`: what a result file says.
#include "base/console.h"
#include "command/show.h"
#include "command/verbs.h"
#include "engine/progress.h"
#include "engine/storage.h"

namespace kurultai {

int show_file(const FileOptions& options) {
  const Unsealed unsealed = options.unsealed ? Unsealed::accepted : Unsealed::refused;
  const Result outline = read_outline(options.file, unsealed);
  const Result result = is_sweep(outline) ? outline : read_result(options.file, unsealed);  // a sweep's values are many
  const int width = output_columns();
  print_text(show(result, width > 0 && !no_color(), width));
  return 0;
}

int digest_file(const FileOptions& options) {
  const Unsealed unsealed = options.unsealed ? Unsealed::accepted : Unsealed::refused;
  const Result outline = read_outline(options.file, unsealed);
  const auto counts = [&](const std::string& group, const std::string&) { return in_digest(outline, group); };
  print("{}\n", digest(is_sweep(outline) ? read_result(options.file, counts, unsealed) : read_result(options.file, unsealed)));
  return 0;
}

}  // namespace kurultai
