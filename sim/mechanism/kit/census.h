// How residents are counted, and found: by loops so plain that the compiler looks at many of them at once. Nothing in
// such a loop but columns; what takes a look at ties is for the few of whom it must be asked. Whole numbers, so exact.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "mechanism/mechanism.h"

namespace kurultai {

/// Of residents next to each other: those of a block, or of a community.
class Census {
 public:
  explicit Census(const Batch& batch) : first_(batch.first), last_(batch.last) {}
  explicit Census(const Block& block) : first_(block.first), last_(block.last) {}
  Census(const Week& week, std::size_t community) : first_(week.first[community]), last_(week.first[community + 1]) {}

  /// Sum of each(i): of 16 bits in a block, below 256 in a community.
  template <class Each> [[nodiscard]] std::uint32_t sum(const Each& each) const {
    std::uint32_t sum = 0;
    for (Vertex i = first_; i < last_; ++i) sum += static_cast<std::uint32_t>(each(i));
    return sum;
  }

  /// How many there are of each key(i), a number below `keys`.
  template <std::size_t keys, class Key> [[nodiscard]] std::array<std::uint32_t, keys> by(const Key& key) const {
    // Into four tables in turn, so that those in a row who are alike do not wait for one another.
    std::array<std::array<std::uint32_t, keys>, 4> table{};
    for (Vertex i = first_; i < last_; ++i) ++table[i % 4][key(i)];
    for (std::size_t k = 0; k < keys; ++k) table[0][k] += table[1][k] + table[2][k] + table[3][k];
    return table[0];
  }

  /// Calls visit(i, those bits) for each who has some of the bits `wanted` in the column `bits`.
  template <class Visit> void having(const std::uint16_t* bits, std::uint16_t wanted, Visit&& visit) const {
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t each_of_four = 0x0001000100010001;
    Vertex i = first_;
    for (; i + 4 <= last_; i += 4) {
      std::uint64_t four = 0;
      std::memcpy(&four, bits + i, sizeof four);
      for (four &= each_of_four * wanted; four != 0;) {
        const unsigned k = static_cast<unsigned>(__builtin_ctzll(four)) / 16;
        visit(i + k, static_cast<std::uint16_t>(four >> (16 * k)));
        four &= ~(std::uint64_t{0xffff} << (16 * k));
      }
    }
    for (; i < last_; ++i)
      if (const auto his = static_cast<std::uint16_t>(bits[i] & wanted); his != 0) visit(i, his);
  }

 private:
  Vertex first_;
  Vertex last_;
};

}  // namespace kurultai
