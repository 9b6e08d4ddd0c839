#include "base/input_file.h"

#include <fstream>
#include <map>
#include <mutex>
#include <span>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

/// One of the process: files are read on all floors, by several threads.
struct Known {
  std::mutex guard;
  std::map<fs::path, TableBytes> files;  ///< by absolute path
  bool held = false;
};

Known& known() {
  static Known one;
  return one;
}

fs::path key_of(const fs::path& file) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(file, error);
  return error ? file : whole;
}

}  // namespace

void note_input(const fs::path& file, std::string_view text) {
  Hash hash;
  hash.add(std::as_bytes(std::span(text)));
  const TableBytes now{hexadecimal(hash.value()), text.size()};
  const fs::path key = key_of(file);
  Known& all = known();
  const std::scoped_lock lock(all.guard);
  TableBytes& there = all.files.try_emplace(key, now).first->second;
  if (all.held && there.hash != now.hash)
    throw input_error(file.string(), "the file changed while the program ran", "it is not what it was at the start",
        "let nobody write to it, and call again");
  there = now;
}

std::optional<TableBytes> table_bytes(const fs::path& file) {
  const fs::path key = key_of(file);
  Known& all = known();
  {
    const std::scoped_lock lock(all.guard);
    const auto found = all.files.find(key);
    if (all.held && found != all.files.end()) return found->second;
  }
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return {};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return {};
  Hash hash;
  TableBytes bytes;
  std::vector<char> block(std::size_t{1} << 18);
  do {
    heed_interrupt();
    stream.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto got = static_cast<std::size_t>(stream.gcount());
    hash.add(std::as_bytes(std::span(block.data(), got)));
    bytes.size += got;
  } while (stream);
  if (stream.bad()) return {};
  bytes.hash = hexadecimal(hash.value());
  const std::scoped_lock lock(all.guard);
  return all.files[key] = bytes;
}

void hold_tables() {
  Known& all = known();
  const std::scoped_lock lock(all.guard);
  all.held = true;
}

std::vector<fs::path> noted_inputs() {
  Known& all = known();
  const std::scoped_lock lock(all.guard);
  std::vector<fs::path> files;
  for (const auto& [file, bytes] : all.files) files.push_back(file);
  return files;
}

}  // namespace kurultai
