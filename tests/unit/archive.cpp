// One visit saves and loads; what does not fit is an error that names the item, never a crash or a flood of memory.
#include "base/archive.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "catch.h"

using namespace kurultai;

namespace {

using Bytes = std::vector<std::byte>;

struct Pair {
  std::int32_t a = 0;
  std::int32_t b = 0;
  friend bool operator==(const Pair&, const Pair&) = default;
};
struct Padded {
  std::int64_t a = 0;
  std::int8_t b = 0;
};
static_assert(Plain<int> && Plain<double> && Plain<Pair> && Plain<std::byte>);
static_assert(!Plain<Padded> && !Plain<bool> && !Plain<int*> && !Plain<std::string>);

/// Something of each kind that an archive takes.
struct State {
  std::int32_t whole = 0;
  double real = 0;
  Pair pair;
  std::vector<double> fixed = std::vector<double>(3);
  std::vector<Pair> list;
  std::string text;
  std::vector<std::vector<std::uint16_t>> rows;
  friend bool operator==(const State&, const State&) = default;

  void visit(Archive& archive) {
    archive.section("numbers");
    archive("whole", whole);
    archive("real", real);
    archive("pair", pair);
    archive("fixed", std::span(fixed));
    archive.section("lists");
    archive("list", list);
    archive("text", text);
    archive("rows", rows);
  }
};

State filled() {
  return {.whole = -7,
      .real = 0.1,
      .pair = {3, 4},
      .fixed = {1, -0.0, 1e300},
      .list = {{1, 2}, {5, 6}},
      .text = std::string("a\0b", 3),
      .rows = {{1, 2, 3}, {}, {65535}}};
}

template <class Visit> Bytes save(Visit&& visit) {
  Bytes bytes;
  Archive archive =
      Archive::saving([&](std::span<const std::byte> part) { bytes.insert(bytes.end(), part.begin(), part.end()); });
  CHECK_FALSE(archive.loads());
  visit(archive);
  archive.finish();
  return bytes;
}

template <class Visit> void load(const Bytes& bytes, Visit&& visit) {
  std::size_t at = 0;
  Archive archive = Archive::loading(
      [&](std::span<std::byte> part) {
        REQUIRE(part.size() <= bytes.size() - at);  // it asks for no more than there is
        std::memcpy(part.data(), bytes.data() + at, part.size());
        at += part.size();
      },
      bytes.size(), "file");
  visit(archive);
  archive.finish();
}

/// What loading says; empty if it says nothing.
template <class Visit> std::string complaint(const Bytes& bytes, Visit&& visit) {
  try {
    load(bytes, visit);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::storage);
    CHECK(error.message().place == "file");
    return error.what();
  }
  return {};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("archive: what is saved is what is loaded, into anything") {
  State one = filled();
  const Bytes bytes = save([&](Archive& a) { one.visit(a); });
  CHECK(save([&](Archive& a) { one.visit(a); }) == bytes);
  State other;
  other.list.resize(9);
  other.text = "longer than before";
  other.rows.resize(1);
  load(bytes, [&](Archive& a) { other.visit(a); });
  CHECK(other == filled());
  CHECK(std::signbit(other.fixed[1]));
  CHECK(save([&](Archive& a) { other.visit(a); }) == bytes);
}

TEST_CASE("archive: an item that is forgotten, new, renamed, resized or of another kind is named") {
  State state = filled();
  const Bytes bytes = save([&](Archive& a) { state.visit(a); });
  const auto numbers = [&](auto second) {
    return complaint(bytes, [&](Archive& a) {
      a.section("numbers");
      a("whole", state.whole);
      second(a);
    });
  };
  const std::string forgotten = numbers([&](Archive& a) { a("pair", state.pair); });
  CHECK(has(forgotten, "'numbers.pair'"));
  CHECK(has(forgotten, "'numbers.real' stands in its place"));
  float narrow = 0;
  CHECK(has(numbers([&](Archive& a) { a("real", narrow); }), "another kind"));
  std::vector<double> list;
  CHECK(has(numbers([&](Archive& a) { a("real", list); }), "another kind"));
  CHECK(has(numbers([&](Archive& a) { a("real", state.real); }), "bytes are left"));
  CHECK(has(numbers([&](Archive& a) { a.section("lists"); }), "'lists'"));
  std::vector<double> shorter(2);
  const std::string resized = numbers([&](Archive& a) {
    a("real", state.real);
    a("pair", state.pair);
    a("fixed", std::span(shorter));
  });
  CHECK(has(resized, "3 values are stored, 2 are expected"));
  CHECK(has(complaint(bytes,
                [&](Archive& a) {
                  state.visit(a);
                  a("more", state.whole);
                }),
      "'lists.more'"));
}

TEST_CASE(
    "archive: damaged bytes are refused or load, whatever they are; lengths ask for no more memory than there is") {
  State state = filled();
  const Bytes bytes = save([&](Archive& a) { state.visit(a); });
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
      Bytes damaged = bytes;
      damaged[at] ^= static_cast<std::byte>(flip);
      State into;
      refused += complaint(damaged, [&](Archive& a) { into.visit(a); }).empty() ? 0 : 1;
      CHECK(into.list.capacity() + into.rows.capacity() + into.text.capacity() < 4 * bytes.size());
    }
    State into;
    CHECK_FALSE(complaint(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at)), [&](Archive& a) {
      into.visit(a);
    }).empty());
  }
  CHECK(refused > bytes.size());  // names, kinds and lengths; values have the checkpoint's hash
  Bytes longer = bytes;
  longer.push_back(std::byte{});
  State into;
  CHECK(has(complaint(longer, [&](Archive& a) { into.visit(a); }), "1 bytes are left"));
}

TEST_CASE("archive: nothing is something too") {
  State empty;
  empty.fixed.clear();
  const Bytes bytes = save([&](Archive& a) { empty.visit(a); });
  State into = filled();
  into.fixed.clear();
  load(bytes, [&](Archive& a) { into.visit(a); });
  CHECK(into == empty);
}
