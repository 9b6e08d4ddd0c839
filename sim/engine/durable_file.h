// Files that are there as a whole or not at all, whatever happens on the way: written beside their place, synced,
// compared with what was to be written, renamed into their place.
#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>

namespace kurultai {

/// A new file under a name of its own, taken away again unless `keep` is reached. All errors are storage_error at
/// `place`, with "cannot write the `what`" and a way out. (A kill leaves the file behind.)
class DurableFile {
 public:
  /// A file at `path`, which nobody else writes at the same time; what a kill left there is taken away first. Never
  /// through a link: one at `path` is an error.
  DurableFile(std::filesystem::path path, std::string place, std::string what);
  /// A file under a hidden name beside `name`, of this object alone whoever else writes there.
  static DurableFile beside(const std::filesystem::path& name, std::string place, std::string what);
  /// Whether `name` is one that `beside` gives: left behind by a kill, unless a process is at it.
  static bool is_left_over(const std::string& name);
  DurableFile(const DurableFile&) = delete;
  DurableFile& operator=(const DurableFile&) = delete;
  ~DurableFile();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::string& place() const { return place_; }

  void write(std::span<const std::byte> bytes);
  /// Sees to it that what was written is on the disk.
  void close();
  /// Whether the closed file holds `parts`, one after the other, and nothing else, read from it.
  [[nodiscard]] bool holds(std::initializer_list<std::span<const std::byte>> parts) const;
  /// Gives the file its name, in one step, and makes that last.
  void keep(const std::filesystem::path& name);

 private:
  DurableFile(std::filesystem::path path, std::string place, std::string what, int file);
  [[noreturn]] void fail(const std::string& problem, int error) const;

  std::filesystem::path path_;
  std::string place_;
  std::string what_;
  int file_ = -1;
  bool kept_ = false;
};

/// What a user may do about `error`, a number in errno, that kept a file from being written.
std::string way_out(int error);

}  // namespace kurultai
