// An archive: saves state to bytes and loads it again, by one visit for both, so that the two cannot differ:
//
//   void state(Archive& archive) override {
//     archive("queue", queue_);
//   }
//
// Every item stands under its name, with its kind and its length, and the same items come in the same order when
// loading: a forgotten, renamed or resized item is an error that names it. Bytes lie as in the memory of the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kurultai {

/// What an archive takes as it lies in memory: numbers, and structs of numbers without padding between them
/// (padding has no value: the same state would not give the same bytes).
template <class T>
concept Plain = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> && !std::is_same_v<T, bool> &&
                (std::is_floating_point_v<T> || std::has_unique_object_representations_v<T>);

class Archive {
 public:
  using Sink = std::function<void(std::span<const std::byte>)>;  ///< takes the next bytes
  using Source = std::function<void(std::span<std::byte>)>;      ///< gives the next bytes, or throws

  /// An archive that saves into `sink`.
  static Archive saving(Sink sink) { return {std::move(sink), nullptr, 0, {}}; }
  /// An archive that loads `size` bytes from `source`, and no more. Whatever they are, it asks for no more memory than
  /// they can fill, and throws storage_error at `place` where they are not what is visited.
  static Archive loading(Source source, std::uint64_t size, std::string place) {
    return {nullptr, std::move(source), size, std::move(place)};
  }

  [[nodiscard]] bool loads() const { return source_ != nullptr; }

  /// What follows belongs to `name`: a mechanism, a table. Errors tell "name.item".
  void section(std::string_view name);

  /// One number, or one struct of numbers.
  template <Plain T> void operator()(std::string_view name, T& value) {
    row(name, Kind::value, std::span<T>(&value, 1));
  }
  /// A fixed number of values: loading leaves the length as it is and takes no other.
  template <Plain T> void operator()(std::string_view name, std::span<T> values) { row(name, Kind::span, values); }
  /// Any number of values.
  template <Plain T> void operator()(std::string_view name, std::vector<T>& values) {
    resizable(name, Kind::vector, values);
  }
  void operator()(std::string_view name, std::string& text) { resizable(name, Kind::text, text); }
  /// Any number of rows, each of any length.
  template <Plain T> void operator()(std::string_view name, std::vector<std::vector<T>>& rows) {
    rows.resize(open(name, Kind::rows, sizeof(T), rows.size(), sizeof(std::uint64_t)));
    for (std::vector<T>& values : rows) {
      values.resize(length(values.size(), sizeof(T)));
      move(std::as_writable_bytes(std::span<T>(values)));
    }
  }

  /// When loading: throws storage_error if something is left.
  void finish() const;

 private:
  enum class Kind : std::uint8_t { section = 1, value, span, vector, text, rows };

  Archive(Sink sink, Source source, std::uint64_t size, std::string place)
      : sink_(std::move(sink)),
        source_(std::move(source)),
        left_(size),
        place_(std::move(place)) {}

  template <class T> void row(std::string_view name, Kind kind, std::span<T> values) {
    const std::size_t there = open(name, kind, sizeof(T), values.size(), sizeof(T));
    if (there != values.size()) fail_length(there, values.size());
    move(std::as_writable_bytes(values));
  }
  template <class Values> void resizable(std::string_view name, Kind kind, Values& values) {
    using T = typename Values::value_type;
    values.resize(open(name, kind, sizeof(T), values.size(), sizeof(T)));
    move(std::as_writable_bytes(std::span<T>(values)));
  }

  /// Saves or checks the head of an item; returns how many values it has, each of which takes at least `least` bytes.
  std::size_t open(std::string_view name, Kind kind, std::uint64_t value_size, std::size_t count, std::size_t least);
  /// Saves `count`, or loads a count of which each takes at least `least` of the bytes that are left.
  std::size_t length(std::size_t count, std::size_t least);
  void move(std::span<std::byte> bytes);
  [[nodiscard]] std::string path(std::string_view name) const;
  [[noreturn]] void fail(const std::string& why) const;
  [[noreturn]] void fail_length(std::size_t there, std::size_t expected) const;

  Sink sink_;
  Source source_;
  std::uint64_t left_;  ///< bytes still to load
  std::string place_;
  std::string section_;
  std::string item_;  ///< the item at hand, for errors
};

}  // namespace kurultai
