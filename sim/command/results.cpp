// The verbs `show` and `digest`: what a result file says.
#include <algorithm>

#include "base/console.h"
#include "command/show.h"
#include "command/verbs.h"
#include "engine/identity.h"
#include "engine/progress.h"
#include "engine/result_reader.h"

namespace kurultai {

namespace {

/// A line each: what a table was for, the hash of its bytes, how many they were, and its name.
int show_inputs(const FileOptions& options) {
  const std::string& file = options.file;
  const Result result = read_outline(file, options.unsealed ? Unsealed::accepted : Unsealed::refused);
  const Inputs inputs = inputs_from_text(text_attribute(result, "inputs"));
  if (inputs.empty()) {
    tell("kurultai: {}: {}", file,
        result.attributes.count("inputs") != 0 ? "made from no table"
                                               : "written by a version that did not keep its inputs");
    return 0;
  }
  std::size_t width = 0;
  for (const Input& input : inputs) width = std::max(width, input.role.size());
  for (const Input& input : inputs)
    print("{:<{}}  {}  {:>12}  {}\n", input.role, width, input.hash, input.size, input.name);
  return 0;
}

}  // namespace

int show_file(const FileOptions& options) {
  if (options.inputs) return show_inputs(options);
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
  print("{}\n",
      digest(is_sweep(outline) ? read_result(options.file, counts, unsealed) : read_result(options.file, unsealed)));
  return 0;
}

}  // namespace kurultai
