// Runs handed on through files: what is put comes back, and damage never passes for a run.
#include "sweep/store.h"

#include <unistd.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>

#include "base/error.h"
#include "catch.h"

using namespace kurultai;

namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("kurultai_store_" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// One of everything that a result may hold.
Result example() {
  Result result;
  result.attributes = {
      {"format_version", result_format_version}, {"measure_y", 0.25}, {"title", std::string("a \"title\"\n")}};
  result.provenance = {{"host", std::string("here")}};
  Group group{"series/region", "by region", {}, {}};
  group.coordinates.push_back({"week", {"week"}, std::vector<std::int32_t>{1, 2}, "1", "week", "model", {}});
  group.coordinates.push_back(
      {"region", {"region"}, std::vector<std::string>{"", "Қостанай", "Алматы"}, "1", "region", "model", {}});
  group.variables.push_back({"trust", {"week", "region"},
      std::vector<float>{1, 2, 3, std::numeric_limits<float>::quiet_NaN(), -0.0F, 6}, "1", "trust", "[A]", {}});
  group.variables.push_back({"sum", {"week"}, std::vector<double>{1e-310, -3}, "tenge", "sum", "[B]", {}, {"kind"}});
  group.variables.push_back({"people", {"week"}, std::vector<std::int64_t>{-1, 1LL << 60}, "1", "people", "model", {}});
  group.variables.push_back(
      {"kind", {"week"}, std::vector<std::uint8_t>{0, 1}, "1", "kind", "model", {"none at all", "some"}});
  group.variables.push_back({"note", {"week"}, std::vector<std::string>{"", "said"}, "1", "note", "model", {}});
  result.groups = {group, {"series/empty", "nothing", {}, {}}};
  return result;
}

void check_description(const Variable& a, const Variable& b) {
  CHECK(a.name == b.name);
  CHECK(a.dimensions == b.dimensions);
  CHECK(a.unit == b.unit);
  CHECK(a.long_name == b.long_name);
  CHECK(a.source == b.source);
  CHECK(a.flag_meanings == b.flag_meanings);
  CHECK(a.coordinates == b.coordinates);
  CHECK(a.values.index() == b.values.index());
}

void check_head(const Result& a, const Result& b) {
  CHECK(a.attributes == b.attributes);
  CHECK(a.provenance == b.provenance);
  REQUIRE(a.groups.size() == b.groups.size());
  for (std::size_t g = 0; g < a.groups.size(); ++g) {
    CHECK(a.groups[g].path == b.groups[g].path);
    CHECK(a.groups[g].long_name == b.groups[g].long_name);
    REQUIRE(a.groups[g].coordinates.size() == b.groups[g].coordinates.size());
    REQUIRE(a.groups[g].variables.size() == b.groups[g].variables.size());
    for (std::size_t c = 0; c < a.groups[g].coordinates.size(); ++c) {
      check_description(a.groups[g].coordinates[c], b.groups[g].coordinates[c]);
      CHECK(a.groups[g].coordinates[c].values == b.groups[g].coordinates[c].values);
    }
    for (std::size_t v = 0; v < a.groups[g].variables.size(); ++v)
      check_description(a.groups[g].variables[v], b.groups[g].variables[v]);
  }
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

std::string complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::storage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("store: a run comes back as it was put, whole or its head alone, in another process too") {
  const Folder folder;
  {
    Store store(folder.path(), "a = 1\n", false, "");
    store.put(7, example());
    CHECK(store.has(7));
  }
  const Store store(folder.path(), "a = 1\n", true, "");
  CHECK(store.has(7));
  CHECK_FALSE(store.has(8));
  const Result whole = store.get(7);
  check_head(whole, example());
  CHECK(whole_digest(whole) == whole_digest(example()));
  CHECK(std::signbit(std::get<std::vector<float>>(whole.groups[0].variables[0].values)[4]));
  const Result head = store.head(7);
  check_head(head, example());
  for (const Variable& variable : head.groups[0].variables) CHECK(size_of(variable.values) == 0);
}

TEST_CASE("store: a changed or missing byte never passes for a run, not even for its head") {
  const Folder folder;
  Store store(folder.path(), "", false, "");
  store.put(0, example());
  const std::string good = bytes_of(store.file(0));
  for (std::size_t at = 0; at < good.size(); at += 7) {
    INFO(at);
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    for (const std::string& bytes : {bad, good.substr(0, at)}) {
      put(store.file(0), bytes);
      for (const std::string& message :
          {complaint([&] { (void)store.get(0); }), complaint([&] { (void)store.head(0); })}) {
        CHECK(message.find("00000000.run") != std::string::npos);
        CHECK(message.find("--resume does the run again") != std::string::npos);
      }
    }
  }
  put(store.file(0), good);
  CHECK(complaint([&] { (void)store.get(0); }).empty());
}

TEST_CASE("store: a failed run is a text with the reason, until the run is done") {
  const Folder folder;
  Store store(folder.path(), "", false, "");
  store.put_failed(3, "two lines\nof it");
  CHECK(bytes_of(folder.path() / "00000003.failed") == "two lines\nof it\n");
  CHECK(store.has_failed(3));
  CHECK(store.reason(3) == "two lines\nof it");
  put(store.failed_file(3), "two li");
  CHECK(complaint([&] { (void)store.reason(3); }).find("cut short") != std::string::npos);
  store.put(3, example());
  CHECK_FALSE(store.has_failed(3));
  CHECK_FALSE(fs::exists(folder.path() / "00000003.failed"));
  CHECK(store.has(3));
}

TEST_CASE("store: it goes with all that is ours, and leaves what is not") {
  const Folder folder;
  {
    Store store(folder.path(), "", false, "");
    store.put(1, example());
    store.put_failed(2, "why");
    put(folder.path() / ".00000005.run.123.0.tmp", "half");  // of a process that was killed
    put(folder.path() / "notes.txt", "a user's");
    store.remove();
  }
  CHECK(fs::exists(folder.path() / "notes.txt"));
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
  fs::remove(folder.path() / "notes.txt");
  Store store(folder.path(), "", false, "");
  store.put(1, example());
  store.remove();
  CHECK_FALSE(fs::exists(folder.path()));
}
