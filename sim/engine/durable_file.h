// Files that are there as a whole or not at all, whatever happens on the way: written beside their place, synced,
// renamed into it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace kurultai {

/// A new file under a name of its own, taken away again unless `keep` is reached. All errors are storage_error at
/// `place`, with "cannot write the `what`" and a way out. (A kill leaves the file behind.)
class DurableFile {
 public:
  DurableFile(std::filesystem::path path, std::string place, std::string what);
  DurableFile(const DurableFile&) = delete;
  DurableFile& operator=(const DurableFile&) = delete;
  ~DurableFile();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  void write(std::span<const std::byte> bytes);
  /// Sees to it that what was written is on the disk.
  void close();
  /// Gives the file its name, in one step, and makes that last.
  void keep(const std::filesystem::path& name);

 private:
  [[noreturn]] void fail(const std::string& problem, int error) const;

  std::filesystem::path path_;
  std::string place_;
  std::string what_;
  int file_ = -1;
  bool kept_ = false;
};

/// Makes the names in the folder of `file` last. Returns the error, 0 if there is none (or the system does not let
/// us: it then does so in its own time).
int sync_folder_of(const std::filesystem::path& file);

}  // namespace kurultai
