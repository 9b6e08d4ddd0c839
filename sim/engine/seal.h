// The seal of a file: its last bytes, a hash of all bytes before them. It tells whether they are those that
// were written, not who wrote them: anybody can seal anything.
//
// A checkpoint or a run of a sweep begins with a mark of its own and ends with the hash (sealed_file.h). A
// result begins as HDF5 wants it; so a mark stands before its hash, and a file without that mark has no seal.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/hash.h"

namespace kurultai {

/// The mark in the seal of a result.
inline constexpr std::string_view result_mark = "KURULTAI";

/// The seal of the bytes that are added, in their order.
class Seal {
 public:
  using Bytes = std::vector<std::byte>;

  /// `mark` stands before the hash; what is hashed are the bytes before the mark.
  explicit Seal(std::string_view mark = {}) : mark_(mark) {}
  void add(std::span<const std::byte> bytes) { hash_.add(bytes); }
  /// What follows the bytes added so far.
  [[nodiscard]] Bytes bytes() const;
  /// How many bytes a seal with `mark` has.
  static constexpr std::size_t size(std::string_view mark = {}) { return mark.size() + sizeof(Hash::Value); }

 private:
  std::string_view mark_;
  Hash hash_;
};

/// What a file says of its seal. A file without one is no longer, or never was, as this program wrote it.
enum class SealState { missing, broken, whole };

/// Whether `file`, all of its bytes, ends with a seal with `mark`.
SealState examine_seal(std::span<const std::byte> file, std::string_view mark);

}  // namespace kurultai
