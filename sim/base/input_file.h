// What the process has read: the files that no output may replace, and the bytes of the tables that a run is made from.
// A table is known by a hash of its bytes, never by its name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kurultai {

/// The bytes of a table.
struct TableBytes {
  std::string hash;        ///< XXH3, 128 bits, 32 hexadecimal digits
  std::uint64_t size = 0;  ///< bytes
};

/// Remembers that `file` was read, as `text`: read_text (base/text.h) says so of scenarios and tables. Throws
/// input_error if tables are held (hold_tables) and it had other bytes when the process first met it.
void note_input(const std::filesystem::path& file, std::string_view text);

/// What is in the table `file`, read for it if tables are not held or it was not met before; nothing if it cannot be
/// read: who needs it will say why.
std::optional<TableBytes> table_bytes(const std::filesystem::path& file);

/// From now on a table stays what it was when it was first met, so that what was hashed is what is read, and all runs
/// of the process are of the same data.
void hold_tables();

/// All files that were noted.
std::vector<std::filesystem::path> noted_inputs();

}  // namespace kurultai
