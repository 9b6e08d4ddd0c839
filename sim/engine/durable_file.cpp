#include "engine/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace kurultai {

namespace {

std::string way_out(int error) {
  if (error == ENOSPC || error == EDQUOT) return "free some space or choose another --out";
  if (error == EFBIG) return "raise the limit on file size (ulimit -f)";
  if (error == EACCES || error == EPERM || error == EROFS) return "choose a folder you may write to with --out";
  if (error == ENAMETOOLONG) return "choose a shorter name with --out";
  return "choose another --out";
}

}  // namespace

DurableFile::DurableFile(std::filesystem::path path, std::string place, std::string what)
    : path_(std::move(path)), place_(std::move(place)), what_(std::move(what)) {
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file_ < 0) fail("cannot write the " + what_, errno);
}

DurableFile::~DurableFile() {
  if (file_ >= 0) ::close(file_);
  if (!kept_) ::unlink(path_.c_str());
}

void DurableFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    // Linux moves at most 2 GB a call.
    const ssize_t written = ::write(file_, bytes.data(), std::min(bytes.size(), std::size_t{1} << 30));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot write the " + what_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void DurableFile::close() {
  if (::fsync(file_) != 0) fail("cannot write the " + what_, errno);
  if (::close(std::exchange(file_, -1)) != 0) fail("cannot write the " + what_, errno);
}

void DurableFile::keep(const std::filesystem::path& name) {
  if (::rename(path_.c_str(), name.c_str()) != 0) fail("cannot put the " + what_ + " in place", errno);
  kept_ = true;
  const int error = sync_folder_of(name);
  if (error != 0) fail("the " + what_ + " is written, but its folder could not be synced", error);
}

void DurableFile::fail(const std::string& problem, int error) const {
  throw storage_error(place_, problem, std::generic_category().message(error), way_out(error));
}

int sync_folder_of(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return 0;  // a folder one may write to but not list
  const int error = ::fsync(handle) == 0 ? 0 : errno;
  ::close(handle);
  return error == EINVAL ? 0 : error;  // EINVAL: a file system that does not sync folders
}

}  // namespace kurultai
