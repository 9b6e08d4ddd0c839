#include "engine/result_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/archive.h"
#include "base/error.h"
#include "engine/child.h"
#include "engine/hdf5.h"
#include "engine/hdf5_image.h"
#include "engine/hdf5_read.h"
#include "engine/result_record.h"
#include "engine/seal.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;
using namespace hdf5;

constexpr const char* too_large = "too large";
constexpr const char* damaged_suggestion = "run the scenario again, or restore the file from a copy";

/// The bytes of a file, in memory.
class Bytes {
 public:
  /// Reads `file`; messages speak of `place`.
  Bytes(const fs::path& file, const std::string& place) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (!fs::exists(status)) throw storage_error(place, "no such file", error ? error.message() : "", "check the path");
    if (!fs::is_regular_file(status))
      throw storage_error(place, "not a file", "a result is a regular file", "check the path");
    const int handle = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (handle < 0) {
      const int problem = errno;
      throw storage_error(place, "cannot read", std::generic_category().message(problem),
          problem == EACCES ? "ask its owner for the right to read it" : "check the path");
    }
    struct stat about{};
    int problem = ::fstat(handle, &about) == 0 ? 0 : errno;
    if (problem == 0) {
      memory_.reset(static_cast<char*>(std::malloc(static_cast<std::size_t>(about.st_size) + 1)));
      if (memory_ == nullptr) problem = ENOMEM;
    }
    while (problem == 0 && size_ < static_cast<std::size_t>(about.st_size)) {
      const std::size_t part = std::min(static_cast<std::size_t>(about.st_size) - size_, std::size_t{1} << 30);
      const ssize_t count = ::read(handle, memory_.get() + size_, part);
      if (count == 0) break;  // it has become shorter: its seal will tell
      if (count < 0 && errno != EINTR) problem = errno;
      size_ += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    }
    ::close(handle);
    if (problem == ENOMEM)
      throw Error(ExitCode::memory, {place, "cannot read", "not enough memory", "read it on a larger machine"});
    if (problem != 0)
      throw storage_error(place, "cannot read", std::generic_category().message(problem), "check the disk");
  }
  [[nodiscard]] std::span<char> all() const { return {memory_.get(), size_}; }

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  std::unique_ptr<char, Free> memory_;
  std::size_t size_ = 0;
};

/// Throws if what has these root attributes, at `place`, is nothing that this program reads.
void check_format(const std::map<std::string, Attribute>& attributes, const std::string& place) {
  const auto version = attributes.find("format_version");
  const auto* number = version == attributes.end() ? nullptr : std::get_if<std::int64_t>(&version->second);
  if (number == nullptr)
    throw storage_error(
        place, "not a result file", "it is HDF5, but has no format_version", "give a file written by 'run'");
  if (*number > result_format_version)
    throw storage_error(place, fmt::format("the file has format {}", *number),
        fmt::format("this program reads formats up to {}", result_format_version),
        "read it with the newer Kurultai that wrote it");
}

/// Throws Failure unless the arrays of every group fit their dimensions, as those of check(result) do.
void check_shapes(const Result& result) {
  for (const Group& group : result.groups)
    for (const Variable& variable : group.variables) {
      std::size_t size = 1;
      for (const std::string& dimension : variable.dimensions) {
        const Coordinate* coordinate = group.coordinate(dimension);
        if (coordinate == nullptr)
          throw Failure(
              "cannot read '" + group.path + "/" + variable.name + "'", "a dimension of it has no coordinate");
        size *= size_of(coordinate->values);
      }
      const std::size_t found = size_of(variable.values);
      if (found != 0 && found != size)
        throw Failure(
            "cannot read '" + group.path + "/" + variable.name + "'", "its size is not that of its dimensions");
    }
}

/// What is read of a file: a result, or why there is none.
struct Found {
  Result result;
  std::optional<Message> refused;

  void visit(Archive& archive) {
    std::uint8_t there = refused ? 0 : 1;
    archive("there", there);
    if (there != 0) {
      visit_head(archive, result);
      return visit_values(archive, result);
    }
    if (!refused) refused.emplace();
    for (std::string* part : {&refused->problem, &refused->why, &refused->suggestion}) archive("refused", *part);
  }
};

/// Reads what is `wanted` of the HDF5 file in `image`. To be used in a Session only.
Found parse(
    std::span<char> image, const std::string& place, const Wanted& wanted, bool unwanted_are_empty, Budget budget) {
  const Selection selection{wanted, unwanted_are_empty, &budget};
  Found found;
  Result& result = found.result;
  Paths left_out;
  try {
    const File handle = open_image(image);
    result.attributes = read_root_attributes(handle);
    check_format(result.attributes, place);
    left_out = read_groups(handle, selection, result);
    check_shapes(result);
    const bool complete = std::none_of(
        left_out.begin(), left_out.end(), [&](const std::string& path) { return in_digest(result, path); });
    const auto stated = result.attributes.find("digest");
    if (complete && (stated == result.attributes.end() || stated->second != Attribute(digest(result))))
      throw Failure("its contents do not have the digest that it states", "something has changed them");
  } catch (const Failure& failure) {
    found.refused = {place, fmt::format("the file is damaged: {}", failure.what()), failure.why, damaged_suggestion};
  } catch (const Error& error) { found.refused = error.message(); } catch (const std::bad_alloc&) {
    found.refused = {place, too_large, "it asks for more memory than a file of its size may", damaged_suggestion};
  }
  return found;
}

/// As `parse`, in a child process. Where none is to be had, what is `sealed` is read here.
Found parse_apart(
    std::span<char> image, const std::string& place, const Wanted& wanted, bool unwanted_are_empty, bool sealed) {
  // Values are packed: some ten to one on average, more only where hardly anything changes.
  const std::size_t values = (std::size_t{1} << 30) + 50 * image.size();
  const ChildLimits limits{2 * values, std::chrono::seconds(4 + image.size() / (std::size_t{1} << 22))};
  const auto work = [&](const Child::Send& send) {
    Found found = parse(image, place, wanted, unwanted_are_empty, Budget(values));
    Archive archive = Archive::saving(send);
    found.visit(archive);
  };
  std::optional<Child> child;
  {
    const Session session;
    try {
      child.emplace(limits, work);
    } catch (const std::system_error& error) {
      if (sealed) return parse(image, place, wanted, unwanted_are_empty, Budget(values));
      throw storage_error(place, "cannot read",
          fmt::format("no process is to be had for it: {}", error.code().message()),
          "end other programs, or raise the limit (ulimit -u)");
    }
  }
  const auto refusal = [&](const std::string& why) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) == 0 &&
        limit.rlim_cur != RLIM_INFINITY)  // of what we were given, not of the file
      return Error(ExitCode::memory, {place, "cannot read", "not enough memory: " + why,
                                         "raise the limit (ulimit -v), or read it on a larger machine"});
    return storage_error(place, "the file is damaged: HDF5 cannot read it", why, damaged_suggestion);
  };
  Found found;
  try {
    Archive archive = Archive::loading([&](std::span<std::byte> bytes) { child->read(bytes); }, 2 * values, place);
    found.visit(archive);
    if (!found.refused) check_shapes(found.result);
    if (found.refused && found.refused->problem == too_large) throw refusal(found.refused->why);
  } catch (const Child::Ended& ended) { throw refusal(ended.why); } catch (const Failure& failure) {
    throw storage_error(place, fmt::format("the file is damaged: {}", failure.what()), failure.why, damaged_suggestion);
  }
  return found;
}

/// Reads what is `wanted` of `file`.
Result read(const fs::path& file, const Wanted& wanted, bool unwanted_are_empty, Unsealed unsealed) {
  const std::string place = file.string();
  const Bytes bytes(file, place);
  std::span<char> image = bytes.all();
  if (image.empty()) throw storage_error(place, "not a result file", "it is empty", "give a file written by 'run'");
  if (!std::string_view(image.data(), image.size()).starts_with("\x89HDF\r\n\x1a\n"))
    throw storage_error(place, "not a result file", "it is not HDF5", "give a file written by 'run'");
  const SealState seal = examine_seal(std::as_bytes(image), result_mark);
  switch (seal) {
    case SealState::broken:
      throw storage_error(place, "the file is damaged: its seal is broken", "its bytes are not those that were written",
          damaged_suggestion);
    case SealState::missing:
      if (unsealed == Unsealed::accepted) break;
      throw storage_error(place, "the file is damaged: its seal is missing",
          "it was cut short, or changed or written by another program",
          "restore it from a copy; if it went through a program that you trust, add --unsealed");
    case SealState::whole: image = image.first(image.size() - Seal::size(result_mark));
  }
  Found found = parse_apart(image, place, wanted, unwanted_are_empty, seal == SealState::whole);
  if (found.refused) throw storage_error(place, found.refused->problem, found.refused->why, found.refused->suggestion);
  return std::move(found.result);
}

}  // namespace

Result read_result(const fs::path& file, Unsealed unsealed) { return read(file, {}, false, unsealed); }

Result read_result(const fs::path& file, const Wanted& wanted, Unsealed unsealed) {
  return read(file, wanted, false, unsealed);
}

Result read_outline(const fs::path& file, Unsealed unsealed) {
  return read(file, [](const std::string&, const std::string&) { return false; }, true, unsealed);
}

}  // namespace kurultai
