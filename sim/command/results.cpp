// The verbs `show` and `digest`: what a result file says.
#include "base/console.h"
#include "command/show.h"
#include "command/verbs.h"
#include "engine/progress.h"
#include "engine/storage.h"

namespace kurultai {

int show_file(const FileOptions& options) {
  const Result result = read_result(options.file);
  const int width = output_columns();
  print_text(show(result, width > 0 && !no_color(), width));
  return 0;
}

int digest_file(const FileOptions& options) {
  print("{}\n", digest(read_result(options.file)));
  return 0;
}

}  // namespace kurultai
