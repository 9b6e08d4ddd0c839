#include "sweep/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <vector>

#include "base/error.h"
#include "engine/durable_file.h"
#include "engine/identity.h"
#include "engine/result_record.h"
#include "engine/sealed_file.h"
#include "scenario/scenario.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

constexpr const char* identity_name = "sweep.toml";

constexpr std::uintmax_t longest_text = std::uintmax_t{1} << 26;  ///< of what stands here as text

std::optional<std::string> text_of(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error) || fs::file_size(file, error) > longest_text) return {};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return {};
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

/// The run's number if `name` is a number with `ending`.
std::optional<std::uint64_t> number_of(const std::string& name, const std::string& ending) {
  if (name.size() <= ending.size() || name.substr(name.size() - ending.size()) != ending) return {};
  std::uint64_t number = 0;
  for (std::size_t k = 0; k + ending.size() < name.size(); ++k) {
    if (name[k] < '0' || name[k] > '9' || k > 17) return {};
    number = number * 10 + static_cast<std::uint64_t>(name[k] - '0');
  }
  return number;
}

constexpr const char* finished_ending = ".run";
constexpr const char* failed_ending = ".failed";

constexpr SealedKind run_kind{"KURULTAI run 1\n", "file of the run", "remove it: --resume does the run again"};

/// A run's attribute: a hash of the tables that it was made from.
constexpr const char* tables_attribute = "run_tables";

/// Writes `text` to `file`, as a whole or not at all.
void write_text(const fs::path& file, std::string_view text, const char* what) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span(text));
  DurableFile out = DurableFile::beside(file, file.string(), what);
  out.write(bytes);
  out.close();
  if (!out.holds({bytes}))
    throw storage_error(file.string(), fmt::format("the {} read back differs from what was written", what),
        "the disk or its driver lost data", "choose another --out");
  out.keep(file);
}

bool is_checkpoint(const std::string& name) { return name.find(".checkpoint") != std::string::npos; }

}  // namespace

Store::Store(fs::path folder, const std::string& identity, bool resume, const std::string& part)
    : folder_(std::move(folder)) {
  const std::string place = folder_.string();
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error || !fs::is_directory(folder_))
    throw storage_error(place, "cannot make the folder for the runs", error ? error.message() : "a file has that name",
        "choose another --out");

  const fs::path lock_file = folder_ / (part.empty() ? "lock" : "lock." + part);
  lock_ = ::open(lock_file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (lock_ < 0)
    throw storage_error(
        place, "cannot write into the folder", std::strerror(errno), "check its permissions and the space on the disk");
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    ::close(lock_);
    lock_ = -1;
    if (reason == EWOULDBLOCK)
      throw storage_error(place, "another process works on this sweep", "two would do the same runs",
          "wait for it, or give each a --shard");
    throw storage_error(place, "cannot lock the folder", std::strerror(reason), "use a file system that knows locks");
  }
  tables_ = tables_hash(identity);
  refresh();
  const std::size_t runs = finished_.size() + failed_.size();
  if (const auto before = text_of(folder_ / identity_name)) {
    if (const std::string difference = identity_difference(*before, identity); !difference.empty())
      throw storage_error(place, "the folder holds runs of another sweep", difference,
          "put it back as it was, choose another --out, or delete the folder to begin anew");
    if (!resume && runs > 0)
      throw storage_error(place, fmt::format("the folder holds {} runs of this sweep", runs), "it was begun before",
          "go on with --resume, or delete the folder to begin anew");
  } else {
    if (runs > 0)
      throw storage_error(place, "the folder holds runs, but no sweep.toml", "nothing says what they are of",
          "delete the folder, or choose another --out");
    // Shards may do this at the same moment; they write the same.
    write_text(folder_ / identity_name, identity, "sweep's identity");
  }
}

Store::~Store() {
  if (lock_ >= 0) ::close(lock_);
}

void Store::refresh() {
  const std::scoped_lock lock(guard_);
  finished_.clear();
  failed_.clear();
  std::error_code error;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (const auto number = number_of(name, finished_ending)) finished_.insert(*number);
    if (const auto number = number_of(name, failed_ending)) failed_.insert(*number);
  }
  if (error) throw storage_error(folder_.string(), "cannot list the runs", error.message(), "check its permissions");
}

bool Store::has(std::uint64_t number) const {
  const std::scoped_lock lock(guard_);
  return finished_.count(number) != 0;
}

bool Store::has_failed(std::uint64_t number) const {
  const std::scoped_lock lock(guard_);
  return finished_.count(number) == 0 && failed_.count(number) != 0;
}

fs::path Store::file(std::uint64_t number) const { return folder_ / fmt::format("{:08}{}", number, finished_ending); }

fs::path Store::failed_file(std::uint64_t number) const {
  return folder_ / fmt::format("{:08}{}", number, failed_ending);
}

fs::path Store::checkpoint_file(std::uint64_t number) const {
  return folder_ / fmt::format("{:08}.checkpoint", number);
}

void Store::put(std::uint64_t number, const Result& result) {
  const fs::path name = file(number);
  DurableFile out = DurableFile::beside(name, name.string(), std::string(run_kind.what));
  write_sealed(out, run_kind, [copy = result, this](Archive& archive) mutable {
    copy.attributes[tables_attribute] = tables_;
    visit_head(archive, copy);
    visit_values(archive, copy);
  });
  out.keep(name);
  const std::scoped_lock lock(guard_);
  finished_.insert(number);
  if (failed_.erase(number) == 0) return;
  std::error_code ignored;
  fs::remove(failed_file(number), ignored);
}

void Store::put_failed(std::uint64_t number, const std::string& reason) {
  write_text(failed_file(number), reason + "\n", "reason of the failed run");
  const std::scoped_lock lock(guard_);
  failed_.insert(number);
}

void Store::require_own(Result& run, const fs::path& file) const {
  const std::string made_from = text_attribute(run, tables_attribute);
  run.attributes.erase(tables_attribute);
  if (made_from.empty() || made_from == tables_) return;  // an older version did not say
  throw RunOfOthers(ExitCode::storage,
      {file.string(), "this run was made from other tables than this folder's", "files of two sweeps were put together",
          "take it out of the folder: --resume does the run again"});
}

Result Store::head(std::uint64_t number) const {
  Result result;
  read_sealed(file(number), run_kind, [&](Archive& archive) { visit_head(archive, result); });
  require_own(result, file(number));
  return result;
}

Result Store::get(std::uint64_t number) const {
  Result result;
  read_sealed(file(number), run_kind, [&](Archive& archive) {
    visit_head(archive, result);
    visit_values(archive, result);
    archive.finish();
  });
  require_own(result, file(number));
  try {
    check(result);
  } catch (const std::logic_error& broken) {  // anybody can seal anything
    throw storage_error(
        file(number).string(), "the file of the run is damaged", broken.what(), std::string(run_kind.way_out));
  }
  return result;
}

std::string Store::reason(std::uint64_t number) const {
  const fs::path name = failed_file(number);
  std::optional<std::string> text = text_of(name);
  if (!text)
    throw storage_error(
        name.string(), "cannot read", "it cannot be opened, or is no text of ours", "check its permissions");
  if (text->empty() || text->back() != '\n')
    throw storage_error(name.string(), "the reason of the failed run is damaged", "it is cut short",
        "remove it: --resume tries the run again");
  text->pop_back();
  return *text;
}

void Store::drop(std::uint64_t number) {
  std::error_code ignored;
  fs::remove(file(number), ignored);
  fs::remove(failed_file(number), ignored);
  const std::scoped_lock lock(guard_);
  finished_.erase(number);
  failed_.erase(number);
}

void Store::remove_left_over(const fs::path& folder, const std::string& identity) {
  std::error_code ignored;
  if (!fs::exists(folder / identity_name, ignored)) return;
  try {
    Store(folder, identity, true, "").remove();
  } catch (const Error&) {
    return;  // of something else: not ours to remove
  }
}

void Store::remove() {
  // Only what is ours: a user may have put something of his own here.
  std::vector<fs::path> ours;
  std::error_code error;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (number_of(name, finished_ending) || number_of(name, failed_ending) || DurableFile::is_left_over(name) ||
        is_checkpoint(name) || name.rfind("lock", 0) == 0)
      ours.push_back(it->path());
  }
  for (const fs::path& path : ours)
    if (!error) fs::remove(path, error);
  if (error) return;  // what is left is still a sweep that can be resumed: its identity goes last
  fs::remove(folder_ / identity_name, error);
  fs::remove(folder_, error);
}

bool MemoryStore::has(std::uint64_t number) const {
  const std::scoped_lock lock(guard_);
  return finished_.count(number) != 0;
}

bool MemoryStore::has_failed(std::uint64_t number) const {
  const std::scoped_lock lock(guard_);
  return finished_.count(number) == 0 && failed_.count(number) != 0;
}

void MemoryStore::put(std::uint64_t number, const Result& result) {
  const std::scoped_lock lock(guard_);
  finished_[number] = result;
  failed_.erase(number);
}

void MemoryStore::put_failed(std::uint64_t number, const std::string& /*reason*/) {
  const std::scoped_lock lock(guard_);
  failed_.insert(number);
}

Result MemoryStore::get(std::uint64_t number) const {
  const std::scoped_lock lock(guard_);
  return finished_.at(number);
}

void MemoryStore::drop(std::uint64_t number) {
  const std::scoped_lock lock(guard_);
  finished_.erase(number);
  failed_.erase(number);
}

}  // namespace kurultai
