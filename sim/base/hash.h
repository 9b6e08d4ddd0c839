// A running hash of bytes (XXH3, 128 bits): whether two things are the same, not who made them.
#pragma once

#include <xxhash.h>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace kurultai {

class Hash {
 public:
  using Value = std::array<std::byte, sizeof(XXH128_canonical_t)>;  ///< the same on all machines

  Hash();
  void add(std::span<const std::byte> bytes);
  /// The hash of all that was added so far.
  [[nodiscard]] Value value() const;

 private:
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state_;
};

/// `value` as 32 hexadecimal digits.
std::string hexadecimal(const Hash::Value& value);

}  // namespace kurultai
