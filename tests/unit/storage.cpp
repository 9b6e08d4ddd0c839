// Result files: written, read, damaged.
#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

#include <malloc.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "catch.h"
#include "engine/destination.h"
#include "engine/result_reader.h"
#include "engine/result_writer.h"

using namespace kurultai;
namespace fs = std::filesystem;

namespace {

/// A folder of its own for a test, removed afterwards.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "kurultai-storage-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  fs::path path_;
};

/// Every type of value, an absent value, empty texts and arrays, letters of Kazakh, a scenario above HDF5's
/// limit of 64 KB on old attributes, and more attributes than fit into a compact header.
Result example(std::size_t weeks = 60) {
  Result result;
  result.attributes = {{"format_version", result_format_version}, {"title", std::string("Ауыл жиыны")},
      {"scenario", std::string(100000, '#') + "\n"}, {"seed", std::int64_t{9000000000000000}},
      {"replicate", std::int64_t{3}}, {"scale", 0.05}, {"empty", std::string()},
      {"kurultai_version", std::string("0.1.0")}, {"git_commit", std::string("abc")},
      {"description", std::string("d")}};
  std::vector<std::int32_t> week;
  std::vector<float> trust;
  std::vector<double> turnout;
  for (std::size_t w = 0; w < weeks; ++w) {
    week.push_back(static_cast<std::int32_t>(w));
    trust.push_back(1.0F / static_cast<float>(w + 1));
    for (int f = 0; f < 3; ++f) turnout.push_back(static_cast<double>(w) / 3.0 + f);
  }
  trust.back() = std::numeric_limits<float>::quiet_NaN();
  Group nation{"series/nation", "all residents", {}, {}};
  nation.coordinates = {{"week", {"week"}, week, "1", "weeks since the start", "model"},
      {"form", {"form"}, std::vector<std::string>{"skhod", "e-vote", "asar"}, "", "form of participation", "I3"}};
  nation.variables = {{"turnout", {"week", "form"}, turnout, "1", "turnout of the eligible", "P3"},
      {"trust", {"week"}, trust, "1", "mean trust", "model"},
      {"online", {"form"}, std::vector<std::uint8_t>{0, 1, 0}, "1", "family", "P4", {"offline", "on line"}},
      {"tenge", {"form"}, std::vector<std::int64_t>{1, -5000000000, 3}, "tenge", "money", "P8"},
      {"note", {"form"}, std::vector<std::string>{"қала", "", "үй"}, "", "a note", "model"},
      {"total", {}, std::vector<double>{42.5}, "tenge", "a scalar", "model"}};
  Group survey{"surveys/q1", "nobody was asked", {}, {}};
  survey.coordinates = {{"item", {"item"}, std::vector<std::string>{}, "", "item", "Q1"}};
  survey.variables = {{"mean", {"item"}, std::vector<float>{}, "1", "estimate", "Q1"}};
  Group policy{"policy", "no policies", {}, {}};
  result.groups = {nation, survey, policy};
  result.provenance = {{"host", std::string("\xff\xfe odd")}, {"threads", std::int64_t{2}}, {"seconds", 1.5}};
  return result;
}

void same_variables(const std::vector<Variable>& a, const std::vector<Variable>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    CHECK(a[k].name == b[k].name);
    CHECK(a[k].dimensions == b[k].dimensions);
    CHECK(a[k].unit == b[k].unit);
    CHECK(a[k].long_name == b[k].long_name);
    CHECK(a[k].source == b[k].source);
    CHECK(a[k].coordinates == b[k].coordinates);
    CHECK(a[k].values.index() == b[k].values.index());
    REQUIRE(a[k].flag_meanings.size() == b[k].flag_meanings.size());
    for (std::size_t m = 0; m < a[k].flag_meanings.size(); ++m)
      CHECK(flag_word(a[k].flag_meanings[m]) == b[k].flag_meanings[m]);
  }
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

/// The message of the storage_error that `action` throws; fails the test if it throws none.
std::string complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::storage);
    CHECK(!error.message().place.empty());
    CHECK(!error.message().suggestion.empty());
    return error.what();
  }
  FAIL("no storage_error");
  return {};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A sweep of `points` points and 2 replicates. A point of `share` is 2 x weeks x 5 doubles, so at 3,500 weeks 3
/// points make a chunk.
struct SweepExample {
  std::size_t points = 10;
  std::size_t weeks = 3500;
  static constexpr std::size_t replicates = 2;
  static constexpr std::size_t forms = 5;

  [[nodiscard]] std::vector<double> shares(std::size_t first, std::size_t count) const {
    const std::size_t row = replicates * weeks * forms;
    std::vector<double> values;
    for (std::size_t k = first * row; k < (first + count) * row; ++k)
      values.push_back(k % 11 == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(k % 1009) / 7);
    return values;
  }
  [[nodiscard]] static std::vector<float> means(std::size_t first, std::size_t count) {
    std::vector<float> values;
    for (std::size_t k = first * replicates; k < (first + count) * replicates; ++k)
      values.push_back(0.5F * static_cast<float>(k));
    return values;
  }
  [[nodiscard]] static std::vector<std::uint8_t> status(std::size_t, std::size_t count) {
    return std::vector<std::uint8_t>(count * replicates, 1);
  }
  [[nodiscard]] static std::vector<std::string> digests(std::size_t first, std::size_t count) {
    std::vector<std::string> values;
    for (std::size_t k = first * replicates; k < (first + count) * replicates; ++k)
      values.push_back(k % 3 == 0 ? "" : "қарар " + std::to_string(k));
    return values;
  }

  /// With values everywhere if `full`.
  [[nodiscard]] Result outline(bool full = false) const {
    std::vector<std::int32_t> point, replicate, week;
    std::vector<double> reach;
    std::vector<std::string> model;
    for (std::size_t k = 0; k < points; ++k) {
      point.push_back(static_cast<std::int32_t>(k));
      reach.push_back(0.1 * static_cast<double>(k));
      model.push_back(k % 2 == 0 ? "digital" : "quiet");
    }
    for (std::size_t k = 0; k < replicates; ++k) replicate.push_back(static_cast<std::int32_t>(k));
    for (std::size_t k = 0; k < weeks; ++k) week.push_back(static_cast<std::int32_t>(k));
    const std::vector<Coordinate> runs = {{"point", {"point"}, point, "1", "point of the design", "design"},
        {"replicate", {"replicate"}, replicate, "1", "replicate", "design"}};
    const std::vector<Variable> axes = {
        {"reach", {"point"}, reach, "1", "reach", "axis"}, {"model", {"point"}, model, "", "model", "axis"}};
    const std::size_t n = full ? points : 0;
    Result result;
    result.attributes = {{"format_version", result_format_version}, {"kind", std::string("sweep")}};
    Group design{"design", "the design", {runs[0]}, axes};
    Group status_of{"runs", "the runs", runs, axes};
    status_of.variables.push_back({"status", {"point", "replicate"}, status(0, n), "1", "status", "sweep",
        {"waiting", "done"}, {"reach", "model"}});
    status_of.variables.push_back({"digest", {"point", "replicate"}, digests(0, n), "", "digest", "sweep"});
    Group nation{"series/nation", "all residents", runs, axes};
    nation.coordinates.push_back({"week", {"week"}, week, "1", "week", "model"});
    nation.coordinates.push_back(
        {"form", {"form"}, std::vector<std::string>{"a", "b", "c", "d", "e"}, "", "form", "I3"});
    nation.variables.push_back(
        {"share", {"point", "replicate", "week", "form"}, shares(0, n), "1", "share", "P3", {}, {"reach", "model"}});
    nation.variables.push_back({"mean", {"point", "replicate"}, means(0, n), "1", "mean", "P3", {}, {"reach"}});
    result.groups = {design, status_of, nation};
    result.provenance = {{"host", std::string("here")}};
    return result;
  }

  /// Writes the points [first, last) in batches of `batch`.
  void write(ResultWriter& writer, std::size_t first, std::size_t last, std::size_t batch) const {
    for (; first < last; first += batch) {
      const std::size_t count = std::min(batch, last - first);
      writer.write("series/nation", "share", first, shares(first, count));
      writer.write("series/nation", "mean", first, means(first, count));
      writer.write("runs", "status", first, status(first, count));
      writer.write("runs", "digest", first, digests(first, count));
    }
  }
  void write(const fs::path& file, std::size_t batch) const {
    ResultWriter writer(file, outline());
    write(writer, 0, points, batch);
    writer.commit();
  }
};

}  // namespace

TEST_CASE("storage: what is read is what was written") {
  const Folder folder;
  const Result written = example();
  write_result(folder / "a.h5", written);
  CHECK(folder.entries() == 1);
  const Result read = read_result(folder / "a.h5");
  CHECK(digest(read) == digest(written));
  for (const auto& [name, value] : written.attributes) {
    INFO(name);
    REQUIRE(read.attributes.contains(name));
    CHECK((read.attributes.at(name) == value));
  }
  CHECK((read.attributes.at("digest") == Attribute(digest(written))));
  REQUIRE(read.groups.size() == written.groups.size());
  for (std::size_t g = 0; g < read.groups.size(); ++g) {
    CHECK(read.groups[g].path == written.groups[g].path);
    CHECK(read.groups[g].long_name == written.groups[g].long_name);
    same_variables(written.groups[g].coordinates, read.groups[g].coordinates);
    same_variables(written.groups[g].variables, read.groups[g].variables);
  }
  CHECK((read.provenance.at("threads") == Attribute(std::int64_t{2})));
  CHECK((read.provenance.at("seconds") == Attribute(1.5)));
  CHECK((read.provenance.at("host") == Attribute(std::string("\xef\xbf\xbd\xef\xbf\xbd odd"))));
}

TEST_CASE("storage: the same result gives the same bytes") {
  const Folder folder;
  write_result(folder / "a.h5", example());
  ::sleep(1);  // a time stamp would show
  write_result(folder / "b.h5", example());
  CHECK(bytes_of(folder / "a.h5") == bytes_of(folder / "b.h5"));
}

TEST_CASE("storage: arrays of many chunks survive") {
  const Folder folder;
  Result result = example();
  Group community{"series/community", "communities", {}, {}};
  std::vector<std::int32_t> weeks(300);
  std::vector<std::string> names;
  std::vector<float> values;
  for (int w = 0; w < 300; ++w) weeks[static_cast<std::size_t>(w)] = w;
  for (int c = 0; c < 2500; ++c) names.push_back("community " + std::to_string(c));
  for (int k = 0; k < 300 * 2500; ++k) values.push_back(static_cast<float>(k % 977));
  community.coordinates = {
      {"week", {"week"}, weeks, "1", "week", "model"}, {"community", {"community"}, names, "", "community", "model"}};
  community.variables = {{"trust", {"week", "community"}, values, "1", "trust", "model"}};
  result.groups.push_back(community);
  write_result(folder / "a.h5", result);
  CHECK(fs::file_size(folder / "a.h5") < values.size() * sizeof(float));
  const Result read = read_result(folder / "a.h5");
  REQUIRE(read.group("series/community") != nullptr);
  CHECK((read.group("series/community")->variable("trust")->values == Values(values)));
}

TEST_CASE("storage: an existing file is replaced as a whole, through a link too") {
  const Folder folder;
  put(folder / "a.h5", "something else");
  fs::create_symlink("a.h5", folder / "link.h5");
  write_result(folder / "link.h5", example());
  CHECK(fs::is_symlink(folder / "link.h5"));
  CHECK(digest(read_result(folder / "a.h5")) == digest(example()));
  CHECK(folder.entries() == 2);
}

TEST_CASE("storage: a malformed result is our fault, and leaves nothing") {
  const Folder folder;
  Result result = example();
  result.groups[0].variables[1].dimensions = {"region"};
  CHECK_THROWS_AS(write_result(folder / "a.h5", result), std::logic_error);
  result = example();
  result.groups[0].coordinates[0].unit = "days";
  CHECK_THROWS_AS(write_result(folder / "a.h5", result), std::logic_error);
  result.groups[0].coordinates[0].unit = "weeks since 2020-01-01";
  CHECK_THROWS_AS(write_result(folder / "a.h5", result), std::logic_error);
  result = example();
  result.attributes.erase("format_version");
  CHECK_THROWS_AS(write_result(folder / "a.h5", result), std::logic_error);
  CHECK(folder.entries() == 0);
}

TEST_CASE("storage: places that cannot be written to are named beforehand") {
  const Folder folder;
  CHECK(contains(complaint([&] { prepare_output(folder / "no/such/a.h5"); }), "mkdir -p"));
  CHECK(contains(complaint([&] { write_result(folder / "no/such/a.h5", example()); }), "mkdir -p"));
  CHECK(contains(complaint([&] { prepare_output(folder.path()); }), "folder"));
  CHECK(contains(complaint([&] { prepare_output("/dev/null"); }), "regular file"));
  complaint([&] { write_result(folder / std::string(300, 'x'), example()); });
  if (::geteuid() != 0) CHECK(contains(complaint([&] { prepare_output("/proc/a.h5"); }), "ermission"));
  CHECK_NOTHROW(prepare_output(folder / "a.h5"));
  CHECK(folder.entries() == 0);
}

TEST_CASE("storage: the folder results is made where it is missing") {
  const Folder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  std::string problem;
  try {
    write_result("results/a.h5", example());
    write_result("plain.h5", example());
  } catch (const std::exception& error) { problem = error.what(); }
  fs::current_path(before);
  CHECK(problem.empty());
  CHECK(fs::is_regular_file(folder / "results/a.h5"));
  CHECK(fs::is_regular_file(folder / "plain.h5"));
}

TEST_CASE("storage: a limit on file size is met at any length without damage") {
  const Folder folder;
  const Result old = example(3);
  write_result(folder / "a.h5", old);
  write_result(folder / "size.h5", example());
  const auto size = fs::file_size(folder / "size.h5");
  fs::remove(folder / "size.h5");
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  for (const std::uintmax_t limit : {std::uintmax_t{0}, std::uintmax_t{1}, size / 2, size - 1}) {
    const rlimit tight{limit, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
    std::string message;
    try {
      write_result(folder / "a.h5", example());
    } catch (const Error& error) { message = error.what(); }
    ::setrlimit(RLIMIT_FSIZE, &before);
    INFO(limit);
    CHECK(contains(message, "ulimit"));
    CHECK(folder.entries() == 1);
    CHECK(digest(read_result(folder / "a.h5")) == digest(old));
  }
  std::signal(SIGXFSZ, handler);
}

TEST_CASE("storage: a full disk is noticed and leaves the old file") {
  const Folder folder;
  const fs::path disk = folder / "disk";
  fs::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=192k") != 0) {
    WARN("not allowed to mount a small disk: skipped");
    return;
  }
  std::string message;
  std::size_t entries = 0;
  bool old_kept = false;
  try {
    write_result(disk / "a.h5", example(3));
    Result large = example();
    std::vector<double> noise;  // does not compress
    std::uint64_t state = 1;
    for (int k = 0; k < 60 * 3; ++k) noise.push_back(static_cast<double>(state = state * 6364136223846793005U + 1));
    for (int copy = 0; copy < 80; ++copy)
      large.groups[0].variables.push_back({"noise" + std::to_string(copy), {"week", "form"}, noise, "1", "n", "n"});
    write_result(disk / "a.h5", large);
  } catch (const Error& error) { message = error.what(); }
  try {
    entries = static_cast<std::size_t>(std::distance(fs::directory_iterator(disk), fs::directory_iterator()));
    old_kept = digest(read_result(disk / "a.h5")) == digest(example(3));
  } catch (const Error&) { old_kept = false; }
  ::umount(disk.c_str());
  INFO(message);
  CHECK(contains(message, "No space left"));
  CHECK(contains(message, "free some space"));
  CHECK(entries == 1);
  CHECK(old_kept);
}

TEST_CASE("storage: what is no result is refused with a reason") {
  const Folder folder;
  CHECK(contains(complaint([&] { read_result(folder / "none.h5"); }), "no such file"));
  CHECK(contains(complaint([&] { read_result(folder.path()); }), "not a file"));
  put(folder / "empty.h5", "");
  CHECK(contains(complaint([&] { read_result(folder / "empty.h5"); }), "it is empty"));
  put(folder / "text.h5", "week,trust\n1,0.5\n");
  CHECK(contains(complaint([&] { read_result(folder / "text.h5"); }), "not HDF5"));
}

TEST_CASE("storage: a truncated file is refused") {
  const Folder folder;
  write_result(folder / "a.h5", example());
  const std::string whole = bytes_of(folder / "a.h5");
  for (const std::size_t length : {whole.size() - 25, whole.size() / 2, std::size_t{100}}) {
    put(folder / "cut.h5", whole.substr(0, length));
    const std::string message = complaint([&] { read_result(folder / "cut.h5"); });
    INFO(message);
    CHECK(contains(message, "damaged"));
  }
}

TEST_CASE("storage: a changed byte never passes for a result") {
  const Folder folder;
  write_result(folder / "a.h5", example(10));
  const std::string whole = bytes_of(folder / "a.h5");
  for (std::size_t at = 0; at < whole.size(); at += 97) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    put(folder / "b.h5", changed);
    CHECK(contains(complaint([&] { read_result(folder / "b.h5"); }), at < 8 ? "not HDF5" : "damaged"));
  }
}

TEST_CASE("storage: a file without its seal is read only if that is accepted, and crashes nobody") {
  const Folder folder;
  write_result(folder / "a.h5", example(10));
  const std::string bare = bytes_of(folder / "a.h5").substr(0, fs::file_size(folder / "a.h5") - 24);
  put(folder / "b.h5", bare);
  CHECK(contains(complaint([&] { read_result(folder / "b.h5"); }), "its seal is missing"));
  CHECK(contains(complaint([&] { read_outline(folder / "b.h5"); }), "--unsealed"));
  CHECK(digest(read_result(folder / "b.h5", Unsealed::accepted)) == digest(example(10)));
  CHECK(read_outline(folder / "b.h5", Unsealed::accepted).groups.size() == 3);
  for (std::size_t at = 8; at < bare.size(); at += bare.size() / 40) {  // HDF5 may crash: in the child
    std::string changed = bare;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    put(folder / "b.h5", changed);
    INFO(at);
    std::string found = digest(example(10));
    try {
      found = digest(read_result(folder / "b.h5", Unsealed::accepted));
    } catch (const Error& error) { CHECK(error.code() == ExitCode::storage); }
    CHECK(found == digest(example(10)));
  }
}

TEST_CASE("storage: whatever byte is changed, zeroed or cut, the file is refused", "[full]") {
  const Folder folder;
  write_result(folder / "run.h5", example());
  SweepExample{40, 60}.write(folder / "sweep.h5", 2);
  std::size_t refused = 0;
  for (const char* name : {"run.h5", "sweep.h5"}) {
    const std::string whole = bytes_of(folder / name);
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < std::min<std::size_t>(4096, whole.size()); ++at)
      places.insert(places.end(), {at, whole.size() - 1 - at});
    for (std::uint64_t k = 0; k < 5000; ++k)
      places.push_back(static_cast<std::size_t>(k * 0x9e3779b97f4a7c15ULL % whole.size()));
    for (const std::size_t at : places)
      for (const int way : {0, 1, 2}) {
        std::string changed = whole;
        if (way == 0) changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
        if (way == 1) changed[at] = '\0';
        if (way == 2) changed.resize(at);
        if (changed == whole) continue;
        put(folder / "b.h5", changed);
        try {
          read_outline(folder / "b.h5");
          FAIL(name << ": passes with byte " << at << " changed in way " << way);
        } catch (const Error& error) { refused += error.code() == ExitCode::storage ? 1 : 0; }
      }
  }
  CHECK(refused > 60000);
}

TEST_CASE("storage: a sweep written in batches is what it would be in one piece") {
  const Folder folder;
  const SweepExample sweep;
  const Result whole = sweep.outline(true);
  std::size_t batch = 0;
  {
    ResultWriter writer(folder / "a.h5", sweep.outline());
    batch = writer.batch();
    CHECK(batch == 3);  // 2 x 3,500 x 5 doubles are 280 kB; three of them fit into a chunk of 1 MiB
    sweep.write(writer, 0, sweep.points, batch);
    CHECK(folder.entries() == 0);
    writer.commit();
  }
  CHECK(folder.entries() == 1);
  const Result read = read_result(folder / "a.h5");
  CHECK(whole_digest(read) == whole_digest(whole));
  CHECK((read.attributes.at("digest") == Attribute(digest(whole))));
  REQUIRE(read.groups.size() == whole.groups.size());
  for (std::size_t g = 0; g < read.groups.size(); ++g) {
    same_variables(whole.groups[g].coordinates, read.groups[g].coordinates);
    same_variables(whole.groups[g].variables, read.groups[g].variables);
  }
  for (const std::size_t other : {std::size_t{1}, std::size_t{4}, std::size_t{10}}) {
    sweep.write(folder / "b.h5", other);
    CHECK(whole_digest(read_result(folder / "b.h5")) == whole_digest(whole));
    CHECK(fs::file_size(folder / "b.h5") < fs::file_size(folder / "a.h5") * 11 / 10);
  }
  {  // in another order
    ResultWriter writer(folder / "b.h5", sweep.outline());
    sweep.write(writer, 5, 10, 2);
    sweep.write(writer, 0, 5, 2);
    writer.commit();
  }
  CHECK(whole_digest(read_result(folder / "b.h5")) == whole_digest(whole));
}

TEST_CASE("storage: the same batches give the same bytes, in another process too") {
  const Folder folder;
  const SweepExample sweep{10, 200};
  sweep.write(folder / "a.h5", 3);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::mallopt(M_PERTURB, 0x5a);  // memory that nobody set would show
    try {
      sweep.write(folder / "b.h5", 3);
    } catch (...) { ::_exit(1); }
    ::_exit(0);
  }
  int status = 1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(bytes_of(folder / "a.h5") == bytes_of(folder / "b.h5"));
}

TEST_CASE("storage: what a sweep never writes reads as NaN, 0 and no text") {
  const Folder folder;
  const SweepExample sweep{4, 3500};
  ResultWriter writer(folder / "a.h5", sweep.outline());
  sweep.write(writer, 1, 2, 1);
  writer.commit();
  const Result read = read_result(folder / "a.h5");
  const auto& shares = std::get<std::vector<double>>(read.group("series/nation")->variable("share")->values);
  const std::size_t row = shares.size() / 4;
  CHECK(digest(Values(std::vector<double>(shares.begin() + row, shares.begin() + 2 * row))) ==
        digest(Values(sweep.shares(1, 1))));
  CHECK(std::isnan(shares[0]));
  CHECK(std::isnan(shares[2 * row]));
  CHECK(std::isnan(shares.back()));
  CHECK((read.group("runs")->variable("status")->values == Values(std::vector<std::uint8_t>{0, 0, 1, 1, 0, 0, 0, 0})));
  CHECK((read.group("runs")->variable("digest")->values ==
         Values(std::vector<std::string>{"", "", "қарар 2", "", "", "", "", ""})));
  ResultWriter(folder / "b.h5", sweep.outline()).commit();  // nothing at all: the values take no space
  CHECK(std::isnan(std::get<std::vector<double>>(
      read_result(folder / "b.h5").group("series/nation")->variable("share")->values)[0]));
}

TEST_CASE("storage: a writer that is given up leaves nothing, and refuses what was not agreed") {
  const Folder folder;
  const SweepExample sweep{4, 5};
  {
    ResultWriter writer(folder / "a.h5", sweep.outline());
    sweep.write(writer, 0, 4, 2);
  }
  CHECK(folder.entries() == 0);
  ResultWriter writer(folder / "a.h5", sweep.outline());
  const auto refuses = [&](const char* group, const char* name, std::size_t first, const Values& values) {
    CHECK_THROWS_AS(writer.write(group, name, first, values), std::logic_error);
  };
  refuses("series/nation", "none", 0, SweepExample::means(0, 1));
  refuses("series/nation", "reach", 0, std::vector<double>{1});
  refuses("series/nation", "mean", 0, std::vector<double>{1, 2});
  refuses("series/nation", "mean", 0, std::vector<float>{1});
  refuses("series/nation", "mean", 0, std::vector<float>{});
  refuses("series/nation", "mean", 3, SweepExample::means(3, 2));
  refuses("series/nation", "mean", 5, SweepExample::means(5, 1));
  writer.write("series/nation", "mean", 1, SweepExample::means(1, 2));
  refuses("series/nation", "mean", 2, SweepExample::means(2, 1));
  Result outline = sweep.outline();
  CHECK_THROWS_AS(write_result(folder / "a.h5", outline), std::logic_error);
  outline.groups[2].variables.back().coordinates = {"scale"};
  CHECK_THROWS_AS(ResultWriter(folder / "a.h5", outline), std::logic_error);
  outline = sweep.outline();
  std::get<std::vector<double>>(outline.groups[0].variables[0].values).pop_back();
  CHECK_THROWS_AS(ResultWriter(folder / "a.h5", outline), std::logic_error);
  CHECK(folder.entries() == 0);
}

TEST_CASE("storage: a full disk at the commit of a sweep leaves the old file; freed, it commits") {
  const Folder folder;
  const SweepExample sweep{6, 300};
  write_result(folder / "a.h5", example(3));
  ResultWriter writer(folder / "a.h5", sweep.outline());
  sweep.write(writer, 0, 6, 2);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  for (const rlim_t limit : {rlim_t{0}, rlim_t{5000}}) {
    const rlimit tight{limit, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
    std::string message;
    try {
      writer.commit();
    } catch (const Error& error) { message = error.what(); }
    ::setrlimit(RLIMIT_FSIZE, &before);
    CHECK(contains(message, "ulimit"));
    CHECK(folder.entries() == 1);
    CHECK(digest(read_result(folder / "a.h5")) == digest(example(3)));
  }
  std::signal(SIGXFSZ, handler);
  writer.commit();
  CHECK(folder.entries() == 1);
  CHECK(whole_digest(read_result(folder / "a.h5")) == whole_digest(sweep.outline(true)));
}

TEST_CASE("storage: a part of a file is read with the coordinates of its groups") {
  const Folder folder;
  write_result(folder / "a.h5", example());
  const Result part = read_result(folder / "a.h5", [](const std::string& group, const std::string& name) {
    return group == "series/nation" && (name == "note" || name == "total");
  });
  REQUIRE(part.groups.size() == 1);
  const Group& nation = part.groups[0];
  CHECK(nation.path == "series/nation");
  same_variables(example().groups[0].coordinates, nation.coordinates);
  CHECK((nation.coordinates[1].values == example().groups[0].coordinates[1].values));
  REQUIRE(nation.variables.size() == 2);
  CHECK((nation.variable("note")->values == example().groups[0].variable("note")->values));
  CHECK((nation.variable("total")->values == Values(std::vector<double>{42.5})));
  CHECK(part.attributes.size() > 10);
  CHECK(read_result(folder / "a.h5", [](const auto&, const auto&) { return false; }).groups.empty());

  const Result outline = read_outline(folder / "a.h5");
  REQUIRE(outline.groups.size() == 3);
  same_variables(example().groups[0].variables, outline.groups[0].variables);
  CHECK((outline.groups[0].coordinates[1].values == example().groups[0].coordinates[1].values));
  for (const Variable& variable : outline.groups[0].variables) CHECK(size_of(variable.values) == 0);
  CHECK((outline.provenance.at("threads") == Attribute(std::int64_t{2})));
}

TEST_CASE("storage: a part of a damaged file is refused, and so is a sweep without its seal") {
  const Folder folder;
  const auto nothing = [](const std::string&, const std::string&) { return false; };
  SweepExample{4, 20}.write(folder / "a.h5", 2);
  const std::string whole = bytes_of(folder / "a.h5");
  for (const std::size_t length : {whole.size() - 24, whole.size() - 1, whole.size() / 2}) {
    put(folder / "b.h5", whole.substr(0, length));
    CHECK(contains(complaint([&] { read_result(folder / "b.h5", nothing); }), "damaged"));
    CHECK(contains(complaint([&] { read_outline(folder / "b.h5"); }), "damaged"));
    CHECK(contains(complaint([&] { read_result(folder / "b.h5"); }), "damaged"));
  }
  for (std::size_t at = 8; at < whole.size(); at += 997) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    put(folder / "b.h5", changed);
    CHECK(contains(complaint([&] { read_outline(folder / "b.h5"); }), "damaged"));
  }
}

TEST_CASE("storage: threads write and read side by side") {
  const Folder folder;
  std::vector<std::string> problems(4);
  std::vector<std::thread> threads;
  const Result result = example(20);
  const std::string expected = digest(result);
  for (std::size_t t = 0; t < problems.size(); ++t)
    threads.emplace_back([&, t] {
      try {
        for (int k = 0; k < 50; ++k) {
          const fs::path own = folder / (std::to_string(t) + "-" + std::to_string(k) + ".h5");
          write_result(own, result);
          write_result(folder / "all.h5", result);  // one name for all: each replaces it as a whole
          if (digest(read_result(own)) != expected) problems[t] = "another digest";
          read_result(folder / "all.h5");
          try {
            read_result(folder / "none.h5");
            problems[t] = "no error";
          } catch (const Error&) {}
        }
      } catch (const std::exception& error) { problems[t] = error.what(); }
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& problem : problems) CHECK(problem.empty());
  CHECK(folder.entries() == 4 * 50 + 1);
}

TEST_CASE("storage: several writers and what they write do not mix") {
  const Folder folder;
  const SweepExample one{4, 30}, other{7, 20};
  ResultWriter first(folder / "a.h5", one.outline());
  ResultWriter second(folder / "b.h5", other.outline());
  one.write(first, 0, 2, 1);
  other.write(second, 0, 7, 3);
  write_result(folder / "c.h5", example());
  second.commit();
  one.write(first, 2, 4, 1);
  first.commit();
  CHECK(whole_digest(read_result(folder / "a.h5")) == whole_digest(one.outline(true)));
  CHECK(whole_digest(read_result(folder / "b.h5")) == whole_digest(other.outline(true)));
  CHECK(digest(read_result(folder / "c.h5")) == digest(example()));
}
