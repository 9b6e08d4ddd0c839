#include "engine/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_at(const std::string& place, const std::string& problem, int error) {
  throw storage_error(place, problem, std::generic_category().message(error), way_out(error));
}

/// Makes the names in the folder of `file` last. Returns the error, 0 if there is none (or the system does not let
/// us: it then does so in its own time).
int sync_folder_of(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return 0;  // a folder one may write to but not list
  const int error = ::fsync(handle) == 0 ? 0 : errno;
  ::close(handle);
  return error == EINVAL ? 0 : error;  // EINVAL: a file system that does not sync folders
}

constexpr std::string_view left_over_ending = ".tmp";

}  // namespace

DurableFile::DurableFile(fs::path path, std::string place, std::string what, int file)
    : path_(std::move(path)),
      place_(std::move(place)),
      what_(std::move(what)),
      file_(file) {}

DurableFile::DurableFile(fs::path path, std::string place, std::string what)
    : path_(std::move(path)),
      place_(std::move(place)),
      what_(std::move(what)),
      file_(-1) {
  // What a kill left there goes; a link, and what it points to, is left alone.
  struct stat there{};
  if (::lstat(path_.c_str(), &there) == 0 && S_ISREG(there.st_mode)) ::unlink(path_.c_str());
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file_ >= 0) return;
  const int error = errno;
  if (error == EEXIST)
    throw storage_error(
        place_, "cannot write the " + what_, path_.string() + " is there and is not a regular file", "remove it");
  fail("cannot write the " + what_, error);
}

DurableFile DurableFile::beside(const fs::path& name, std::string place, std::string what) {
  static std::atomic<unsigned> count = 0;
  fs::path path;
  int file = -1;
  do {  // O_EXCL: neither another thread's, nor that of a process of the same number on another host
    path = name.parent_path() /
           fmt::format(".{}.{}.{}{}", name.filename().string(), ::getpid(), count++, left_over_ending);
    file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (file < 0 && errno == EEXIST);
  if (file < 0) fail_at(place, "cannot write", errno);
  return {std::move(path), std::move(place), std::move(what), file};
}

DurableFile::~DurableFile() {
  if (file_ >= 0) ::close(file_);
  if (!kept_) ::unlink(path_.c_str());
}

void DurableFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    heed_interrupt();
    const ssize_t written = ::write(file_, bytes.data(), std::min(bytes.size(), std::size_t{1} << 24));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot write the " + what_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void DurableFile::close() {
  if (::fsync(file_) != 0) fail("cannot write the " + what_, errno);
  if (::close(std::exchange(file_, -1)) != 0) fail("cannot write the " + what_, errno);
}

bool DurableFile::holds(std::initializer_list<std::span<const std::byte>> parts) const {
  std::ifstream in(path_, std::ios::binary);
  std::size_t longest = 0;
  for (const std::span<const std::byte> part : parts) longest = std::max(longest, part.size());
  std::vector<char> block(std::min(longest, std::size_t{1} << 20));
  for (std::span<const std::byte> part : parts) {
    while (!part.empty()) {
      heed_interrupt();
      const std::size_t size = std::min(part.size(), block.size());
      if (!in.read(block.data(), static_cast<std::streamsize>(size))) return false;
      if (std::memcmp(block.data(), part.data(), size) != 0) return false;
      part = part.subspan(size);
    }
  }
  return in.peek() == std::ifstream::traits_type::eof();
}

void DurableFile::keep(const fs::path& name) {
  if (::rename(path_.c_str(), name.c_str()) != 0) fail("cannot put the " + what_ + " in place", errno);
  kept_ = true;
  const int error = sync_folder_of(name);
  if (error != 0) fail("the " + what_ + " is written, but its folder could not be synced", error);
}

void DurableFile::fail(const std::string& problem, int error) const { fail_at(place_, problem, error); }

std::string way_out(int error) {
  if (error == ENOSPC || error == EDQUOT) return "free some space or choose another --out";
  if (error == EFBIG) return "raise the limit on file size (ulimit -f)";
  if (error == EACCES || error == EPERM || error == EROFS) return "choose a folder you may write to with --out";
  if (error == ENAMETOOLONG) return "choose a shorter name with --out";
  return "choose another --out";
}

bool DurableFile::is_left_over(const std::string& name) {
  return name.starts_with('.') && name.ends_with(left_over_ending) && name.size() > left_over_ending.size();
}

}  // namespace kurultai
