#include "engine/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/input_file.h"
#include "base/text.h"
#include "engine/destination.h"
#include "engine/durable_file.h"
#include "engine/identity.h"
#include "engine/result_reader.h"
#include "engine/result_writer.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

std::string reason(int error) { return std::generic_category().message(error); }

/// Who holds the lock file open at `handle`, as far as it says.
std::string holder(int handle) {
  char text[256];
  const ssize_t size = ::pread(handle, text, sizeof text, 0);
  std::istringstream words(std::string(text, size > 0 ? static_cast<std::size_t>(size) : 0));
  std::string process;
  std::string host;
  words >> process >> host;
  const bool number =
      !process.empty() && std::all_of(process.begin(), process.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!number) return "another process";
  char here[256] = {};
  ::gethostname(here, sizeof here - 1);
  return fmt::format("process {}{}", process, host.empty() || host == here ? "" : " on another machine");
}

/// `path`, which is only a name: that of a result with `ending` before its own ending.
fs::path with_ending(const fs::path& path, const char* ending) {
  fs::path name = path.stem();
  name += ending;
  name += path.extension();
  return path.parent_path() / name;
}

/// The value of `key` under [run] in a resolved scenario.
std::string run_value(const std::string& scenario, const std::string& key) {
  std::istringstream lines(scenario);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) inside = line == "[run]";
    if (inside && line.starts_with(key + " = ")) return line.substr(key.size() + 3);
  }
  return {};
}

/// What decides whether one result may take the place of another, by what a user calls it.
std::vector<std::pair<std::string, std::string>> origin(
    const Result& result, const std::string& verb, const std::string& from) {
  const auto number = [&](const char* name) {
    const auto found = result.attributes.find(name);
    const auto* whole = found == result.attributes.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
    return whole == nullptr ? std::string() : fmt::format("{}", *whole);
  };
  std::string scale;
  for (const char* text : {"scenario", "scenario_a"})
    if (scale.empty()) scale = run_value(text_attribute(result, text), "scale");
  return {
      {"verb", verb}, {"file", from}, {"seed", number("seed")}, {"replicate", number("replicate")}, {"scale", scale}};
}

std::string provenance_text(const Result& result, const char* name) {
  const auto found = result.provenance.find(name);
  const auto* text = found == result.provenance.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text == nullptr ? std::string() : *text;
}

/// The verb that made `result`; those of older versions say what they are and not more.
std::string verb_of(const Result& result) {
  const std::string verb = provenance_text(result, "verb");
  if (!verb.empty()) return verb;
  const std::string kind = text_attribute(result, "kind");
  return kind == "comparison" ? "compare" : kind == "calibration" ? "calibrate" : kind.empty() ? "run" : kind;
}

/// Whether all runs that `result` is made of are in it.
bool is_complete(const Result& result) {
  if (const auto failed = result.attributes.find("failed_runs");
      failed != result.attributes.end() && failed->second != Attribute(std::int64_t{0}))
    return false;
  const Group* runs = result.group("runs");
  const Variable* status = runs == nullptr ? nullptr : runs->variable("status");
  if (status == nullptr) return !is_sweep(result);
  const auto* values = std::get_if<std::vector<std::uint8_t>>(&status->values);
  return values != nullptr && std::all_of(values->begin(), values->end(), [&](std::uint8_t s) {
    return s < status->flag_meanings.size() &&
           (status->flag_meanings[s] == "finished" || status->flag_meanings[s] == "not_needed");
  });
}

/// `text` of a message, cut between letters.
std::string cut(const std::string& text, std::size_t most = 200) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

/// What is at `file`, as far as it takes to tell what it is. Throws storage_error if it is not a result of ours.
Result head_of(const fs::path& file, const std::string& place) {
  try {
    Result there = read_result(
        file, [](const std::string& group, const std::string& name) { return group == "runs" && name == "status"; });
    if (!text_attribute(there, "kurultai_version").empty()) return there;
    throw storage_error({}, "it does not say which version wrote it", "", "");
  } catch (const Error& error) {
    const Message& message = error.message();
    throw storage_error(place, "this file is there, and is not a whole result of this program",
        message.why.empty() ? message.problem : message.problem + ": " + message.why,
        "it is not replaced: move it away, or choose another --out");
  }
}

bool is_there(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(file, ignored));
}

/// Whether `file` holds nothing, as what `mktemp` makes: there is nothing to lose.
bool holds_nothing(const fs::path& file) {
  std::error_code error;
  return fs::file_size(file, error) == 0 && !error;
}

/// Throws unless nothing is at `file`, or a regular file of its own: what we write beside the result never goes through
/// a link.
void refuse_link(const fs::path& file, const std::string& place) {
  std::error_code ignored;
  const fs::file_status status = fs::symlink_status(file, ignored);
  if (!fs::exists(status) || fs::is_regular_file(status)) return;
  throw storage_error(file.string(), fs::is_symlink(status) ? "this is a link" : "this is not a regular file",
      fmt::format("a file of that name belongs to {}, and nothing is written through links", place),
      "remove it, or choose another --out");
}

}  // namespace

NameLock::NameLock(const fs::path& name, bool shared)
    : file_(name.parent_path() / ("." + name.filename().string() + ".lock")) {
  const std::string place = name.string();
  while (true) {
    handle_ = ::open(file_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (handle_ < 0) {
      const int error = errno;
      if (error == ELOOP)
        throw storage_error(file_.string(), "this is a link",
            fmt::format("it is to lock {}, and nothing is written through links", place), "remove it");
      throw storage_error(place, "cannot write", reason(error), way_out(error));
    }
    if (::flock(handle_, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
      const int error = errno;
      const std::string who = error == EWOULDBLOCK ? holder(handle_) : "";
      ::close(std::exchange(handle_, -1));
      if (error == EWOULDBLOCK)
        throw storage_error(place, fmt::format("{} is writing this result", who), "one of the two would be lost",
            "wait for it, or choose another --out");
      missing_ = reason(error);
      return;
    }
    // Who held it may have taken the file away in the meantime: then this is a lock on nothing.
    struct stat held{};
    struct stat named{};
    if (::fstat(handle_, &held) == 0 && ::lstat(file_.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
        held.st_dev == named.st_dev)
      break;
    ::close(std::exchange(handle_, -1));
  }
  if (shared) return;
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  const std::string text = fmt::format("{} {}\n", ::getpid(), host);
  // For messages alone: a full disk does not matter.
  if (::ftruncate(handle_, 0) != 0 || ::pwrite(handle_, text.data(), text.size(), 0) < 0) return;
}

NameLock::~NameLock() {
  if (handle_ < 0) return;
  if (::flock(handle_, LOCK_EX | LOCK_NB) == 0) ::unlink(file_.c_str());  // else others share it still
  ::close(handle_);
}

Output::Output(const OutputPlan& plan, Use use) : place_(plan.file.string()), verb_(plan.verb) {
  prepare_output(plan.file);
  file_ = destination(plan.file);
  const std::string name = file_.filename().string();
  for (const char* ending : {".checkpoint", ".checkpoint.new", ".checkpoint.previous"})
    if (name.ends_with(ending))
      throw storage_error(
          place_, "a result cannot have this name", "checkpoints of another result would", "choose another --out");
  refuse_inputs(plan);
  for (const char* ending : {".checkpoint", ".checkpoint.new", ".checkpoint.previous"})
    refuse_link(fs::path(file_).concat(ending), place_);
  std::error_code ignored;
  const fs::path folder = fs::weakly_canonical(fs::absolute(file_, ignored).parent_path(), ignored);
  for (const fs::path& from : plan.from) {
    const fs::path whole = fs::weakly_canonical(from, ignored);
    from_ += (from_.empty() ? "" : " ") + stored_text(whole.lexically_relative(folder).generic_string());
  }
  if (use != Use::look) {
    lock_.emplace(file_, use == Use::shared);
    if (!lock_->missing().empty())
      notices_.push_back(
          fmt::format("{} cannot be locked ({}): see to it that no other process writes it", place_, lock_->missing()));
  }
  if (is_there(file_) && !holds_nothing(file_)) look_at_what_is_there(plan);
}

void Output::refuse_inputs(const OutputPlan& plan) const {
  std::vector<fs::path> inputs = plan.from;
  for (fs::path& noted : noted_inputs()) inputs.push_back(std::move(noted));
  for (const char* ending : {"", ".checkpoint", ".checkpoint.new", ".checkpoint.previous"}) {
    const fs::path ours = fs::path(file_).concat(ending);
    for (const fs::path& input : inputs) {
      std::error_code error;
      if (fs::equivalent(ours, input, error) && !error)
        throw storage_error(place_,
            *ending == '\0' ? "this is an input of this very command"
                            : fmt::format("its {} would be an input of this very command", ending + 1),
            fmt::format("{} would be overwritten", input.string()), "choose another --out");
    }
  }
}

void Output::look_at_what_is_there(const OutputPlan& plan) {
  const Result there = head_of(file_, place_);
  const std::string from_there = provenance_text(there, "made_from");
  const auto before = origin(there, verb_of(there), from_there);
  const auto now = origin(plan.result, verb_, from_);
  const auto others = [&](const Result& result, const auto& its) {
    std::string list;
    for (std::size_t k = 0; k < now.size(); ++k)
      if (its[k].second != now[k].second && !its[k].second.empty() && !now[k].second.empty())
        list += fmt::format(
            "{}{} {}, not {}", list.empty() ? "" : ", ", now[k].first, cut(its[k].second), cut(now[k].second));
    // Older versions kept the name of the file alone.
    const std::string name = provenance_text(result, "scenario_file");
    if (its[1].second.empty() && !name.empty() && !plan.from.empty() && name != plan.from.front().filename().string())
      list += fmt::format("{}file {}", list.empty() ? "" : ", ", cut(name));
    return list;
  };
  if (const std::string list = others(there, before); !list.empty()) {
    if (plan.force) return;
    throw storage_error(place_, fmt::format("this is the result of something else: {}", list), "it would be lost",
        "choose another --out, move it away, or replace it with --force");
  }
  const std::vector<std::string> differ = differences(identity_of(there), identity_of(plan.result), 6);
  if (differ.empty()) {
    finished_ = is_complete(there);
    return;
  }
  previous_ = with_ending(file_, ".previous");
  std::string values;
  for (std::size_t k = 0; k < std::min<std::size_t>(differ.size(), 5); ++k)
    values += (k == 0 ? "" : "; ") + cut(differ[k]);
  if (differ.size() > 5) values += "; and more";
  std::string kept =
      fmt::format("{} is there with other values ({}): it will be kept as {}", place_, values, previous_.string());
  if (is_there(previous_)) {
    refuse_link(previous_, place_);
    const auto not_ours = [&](const std::string& what) {
      return storage_error(previous_.string(), what,
          fmt::format("{} would be kept under this name, since it has other values: {}", place_, values),
          "move it away, or choose another --out");
    };
    for (const fs::path& input : plan.from) {
      std::error_code error;
      if (fs::equivalent(previous_, input, error) && !error) throw not_ours("this is an input of this very command");
    }
    const Result older = head_of(previous_, previous_.string());
    if (const std::string list = others(older, origin(older, verb_of(older), provenance_text(older, "made_from")));
        !list.empty() && !plan.force)
      throw not_ours(fmt::format("this is the result of something else: {}", list));
    kept += ", in place of what was kept there before";
  }
  notices_.push_back(std::move(kept));
}

void Output::sign(Result& result) const {
  result.provenance["verb"] = verb_;
  result.provenance["made_from"] = from_;
}

void Output::make_way() {
  if (previous_.empty()) return;
  if (::rename(file_.c_str(), previous_.c_str()) != 0 && errno != ENOENT)
    throw storage_error(
        place_, fmt::format("cannot keep what is there as {}", previous_.string()), reason(errno), way_out(errno));
  previous_.clear();
}

void Output::write(Result& result) {
  sign(result);
  write_result(file_, result, [this] { make_way(); });
}

}  // namespace kurultai
