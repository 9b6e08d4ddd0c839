#include "base/archive.h"

#include <fmt/format.h>

#include "base/error.h"

namespace kurultai {

namespace {

constexpr std::size_t longest_name = 1000;  // of an item

}  // namespace

void Archive::section(std::string_view name) {
  section_.clear();
  open(name, Kind::section, 0, 0, 0);
  section_ = name;
}

std::size_t Archive::open(
    std::string_view name, Kind kind, std::uint64_t value_size, std::size_t count, std::size_t least) {
  ensure(name.size() <= longest_name, "an archive's names are short");
  item_ = path(name);
  std::string found(name);
  const std::size_t letters = length(name.size(), 1);
  if (letters > longest_name) fail("another item stands in its place");
  found.resize(letters);
  move(std::as_writable_bytes(std::span<char>(found)));
  if (found != name) fail(fmt::format("'{}' stands in its place", path(found)));
  Kind kind_there = kind;
  std::uint64_t size_there = value_size;
  move(std::as_writable_bytes(std::span(&kind_there, 1)));
  move(std::as_writable_bytes(std::span(&size_there, 1)));
  if (kind_there != kind || size_there != value_size) fail("it is of another kind");
  return length(count, least);
}

std::size_t Archive::length(std::size_t count, std::size_t least) {
  std::uint64_t there = count;
  move(std::as_writable_bytes(std::span(&there, 1)));
  if (loads() && least != 0 && there > left_ / least)
    fail(fmt::format("{} values do not fit into the {} bytes that follow", there, left_));
  return static_cast<std::size_t>(there);
}

void Archive::move(std::span<std::byte> bytes) {
  if (bytes.empty()) return;  // an empty vector's address may be null, which memcpy does not take
  if (!loads()) return sink_(bytes);
  if (bytes.size() > left_) fail("the end comes too early");
  left_ -= bytes.size();
  source_(bytes);
}

std::string Archive::path(std::string_view name) const {
  return section_.empty() ? std::string(name) : fmt::format("{}.{}", section_, name);
}

void Archive::fail(const std::string& why) const {
  throw storage_error(place_, fmt::format("cannot load '{}'", item_), why,
      "the file is damaged, or another version of the program wrote it");
}

void Archive::fail_length(std::size_t there, std::size_t expected) const {
  fail(fmt::format("{} values are stored, {} are expected", there, expected));
}

void Archive::finish() const {
  if (!loads() || left_ == 0) return;
  throw storage_error(place_, fmt::format("{} bytes are left", left_), "all items are loaded",
      "the file is damaged, or another version of the program wrote it");
}

}  // namespace kurultai
