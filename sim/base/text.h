// Text that others wrote: reading a whole file of it, quoting it in messages, keeping it in files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace kurultai {

/// What a text file is read as: how errors call it, their exit code, and what is too much.
struct TextKind {
  ExitCode code = ExitCode::input;
  const char* name = "text";   ///< "table": "cannot be read as a table"
  const char* advice = "";     ///< how to save such a file: "save it as CSV in UTF-8"
  std::uintmax_t largest = 0;  ///< bytes
};

/// The whole of `file`, which is UTF-8 without NUL; a byte order mark is left out. Never waits: only regular files are
/// read. Throws an Error of the kind's code that says why the file cannot be read, at the file (with the line, where a
/// line is at fault) or, where the file itself is not what was named, at `named_at` if that is not empty.
std::string read_text(const std::filesystem::path& file, const TextKind& kind, const std::string& named_at = {});

/// Bytes that `file` holds. Refuses what read_text refuses, as far as that shows without reading it.
std::uintmax_t text_size(const std::filesystem::path& file, const TextKind& kind);

/// Where `text` stops being UTF-8: the position of the first byte that does not belong, or npos.
std::size_t first_not_utf8(std::string_view text);

/// `text` on one line and short enough to be quoted in a message, cut between UTF-8 letters.
std::string shown(const std::string& text, std::size_t longest = 60);

/// `text` as files keep it: every byte that is not UTF-8, and every NUL, is U+FFFD.
std::string stored_text(const std::string& text);

/// Each of `texts` as files keep it.
std::vector<std::string> stored_texts(const std::vector<std::string>& texts);

}  // namespace kurultai
