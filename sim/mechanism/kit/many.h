// Draws of many residents at once, and safe bounds: what refuses nearly all of them before anything else is computed.
// Who is left is decided as ever, by the same words and by exp and log of base/elementary.h, so no bit depends on it.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "base/elementary.h"
#include "mechanism/mechanism.h"

namespace kurultai {

/// All residents of a community, as a Batch goes through those of a block.
class Everybody {
 public:
  Everybody(const Week& week, std::size_t c) : first_(week.first[c]), last_(week.first[c + 1]) {}
  [[nodiscard]] Batch::Iterator begin() const { return {nullptr, first_}; }
  [[nodiscard]] Batch::Iterator end() const { return {nullptr, last_}; }

 private:
  Vertex first_;
  Vertex last_;
};

/// Calls visit(i, k, words) for each resident of `residents`, all of community c, who is `meant`, in their order:
/// words[w][k] are what luck.words(name, block) gives i. `meant` is asked up to 31 residents ahead of `visit`.
template <class Range, class Meant, class Visit>
void draw_words(const Week& week, std::size_t c, const Range& residents, const Luck::Drawn& luck, std::uint32_t block,
    Meant&& meant, Visit&& visit) {
  const Vertex first = week.first[c];
  Draws::Ordinals ordinals{};
  Draws::Words words;
  std::size_t count = 0;
  const auto draw = [&] {
    luck.words(week.key[c], ordinals, count, block, words);
    for (std::size_t k = 0; k < count; ++k) visit(static_cast<Vertex>(first + ordinals[k]), k, words);
    count = 0;
  };
  for (const Vertex i : residents) {
    ordinals[count] = i - first;
    count += meant(i) ? 1 : 0;
    if (count == Draws::many) draw();
  }
  if (count != 0) draw();
}

/// The same with one word: visit(i, word), of what luck.word(name, item) gives.
template <class Range, class Meant, class Visit>
void draw_word(const Week& week, std::size_t c, const Range& residents, const Luck::Drawn& luck, std::uint32_t item,
    Meant&& meant, Visit&& visit) {
  const std::uint32_t w = luck.place_of(item);
  draw_words(week, c, residents, luck, luck.block_of(item), std::forward<Meant>(meant),
      [&](Vertex i, std::size_t k, const Draws::Words& words) { visit(i, words[w][k]); });
}

/// Bounds by table: of logit and softplus, never on the wrong side.
namespace bound {

/// What rounding may cost, times a million.
inline constexpr double margin = 1e-9;
inline constexpr double more = 1.0 + margin;

/// At least logit(share).
inline double logit_above(Share share) {
  static constexpr std::array<double, 256> table = [] {
    std::array<double, 256> values{};
    for (std::size_t k = 0; k < values.size(); ++k)
      values[k] = logit(static_cast<double>(256 * k + 255) / Share::steps) + margin;
    return values;
  }();
  return table[share.raw >> 8];
}

/// At most logit(u), u the uniform number of a word.
inline double logit_below(std::uint32_t word) {
  static constexpr std::array<double, 256> table = [] {
    std::array<double, 256> values{};
    values[0] = -1e9;
    for (std::size_t k = 1; k < values.size(); ++k) values[k] = logit(static_cast<double>(k) / 256.0) - margin;
    return values;
  }();
  return table[word >> 24];
}

/// At least softplus(u).
inline double softplus_above(double u) {
  constexpr double least = -16.0;
  constexpr double steps = 8.0;
  static constexpr std::array<double, 256> table = [] {
    std::array<double, 256> values{};
    for (std::size_t k = 0; k < values.size(); ++k)
      values[k] = softplus(least + static_cast<double>(k + 1) / steps) * more;
    return values;
  }();
  if (!(u < -least - 1.0 / steps)) return 1e9;
  return u <= least ? table[0] : table[static_cast<std::size_t>((u - least) * steps)];
}

/// At least -ln(1 - p), a hundredth above it where p is one half: the rest of the series as if its terms were alike.
inline double unreached_above(double p) {
  if (p >= 1.0) return 1e9;
  return more * p * (1.0 + p * (1.0 / 2.0 + p * (1.0 / 3.0 + p / (4.0 * (1.0 - p)))));
}

}  // namespace bound
}  // namespace kurultai
