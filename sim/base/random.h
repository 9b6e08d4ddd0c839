// Random numbers without state. A draw is a pure function of who draws it and what for: seed, replicate,
// the agent's stable name (community, ordinal in it), an item (partner, matter ...), the week and the
// purpose (stream). Nothing else, so threads, order of work and other agents cannot change it.
// Generator: Threefry 4x32 (Salmon et al. 2011), 20 rounds, from Random123.
#pragma once

#include <Random123/threefry.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace kurultai {

/// What a draw is for. A number is reserved for ever: never reuse one, append only. Mechanisms reserve
/// theirs in mechanism/list.h from 1000 on.
enum class Stream : std::uint16_t {
  settlements = 1,
  households = 2,
  persons = 3,
  traits = 4,
  kin = 5,
  neighbours = 6,
  work = 7,
  online = 8,
  outside = 9,
  institutions = 10,
  places = 11,
  policies = 12,
  statistics = 13,
  designs = 14,
  resampling = 15,
  surveys = 16,
};

/// The stable name of an agent: the key of its community (a hash of its code) and its place in it.
struct Name {
  std::uint64_t community = 0;
  std::uint32_t ordinal = 0;
};

/// A stable 64-bit key for a community, policy or institution out of its code (XXH3).
std::uint64_t key_of(std::string_view code);

/// All draws of one purpose in one week. Cheap to make; holds no state that changes.
class Draws {
 public:
  using Four = std::array<std::uint32_t, 4>;

  constexpr Draws(std::uint64_t seed, std::uint32_t replicate, Stream stream, std::uint32_t week = 0)
      : key_{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32), replicate,
            (static_cast<std::uint32_t>(stream) << 16) ^ week}} {}

  /// Four independent words for `name` and `item`.
  [[nodiscard]] Four words(Name name, std::uint32_t item = 0) const {
    const threefry4x32_ctr_t counter = {{static_cast<std::uint32_t>(name.community),
        static_cast<std::uint32_t>(name.community >> 32), name.ordinal, item}};
    const threefry4x32_ctr_t r = threefry4x32_R(20, counter, key_);
    return {r.v[0], r.v[1], r.v[2], r.v[3]};
  }
  /// One word for `name` and `item`; items 4k .. 4k+3 share a block.
  [[nodiscard]] std::uint32_t word(Name name, std::uint32_t item = 0) const {
    return words(name, item >> 2)[item & 3U];
  }
  /// Agents whose words are drawn together, at most.
  static constexpr std::size_t many = 32;
  using Ordinals = std::array<std::uint32_t, many>;
  /// Word w of the k-th of them stands at [w][k].
  using Words = std::array<std::array<std::uint32_t, many>, 4>;
  /// The words of the first `count` of `ordinals` in a community, the same as words() gives each; what stands behind
  /// them is not to be read. Whole numbers, so instruction sets cannot differ.
  void words(std::uint64_t community, const Ordinals& ordinals, std::size_t count, std::uint32_t item, Words& to) const;
  /// A uniform number in (0, 1), never 0 or 1.
  [[nodiscard]] double uniform(Name name, std::uint32_t item = 0) const { return to_uniform(word(name, item)); }
  /// True with probability p (to 2^-32; exactly never for p <= 0, always for p >= 1).
  [[nodiscard]] bool chance(double p, Name name, std::uint32_t item = 0) const {
    return to_uniform(word(name, item)) < p;
  }
  /// A whole number in 0 .. n-1 (n > 0).
  [[nodiscard]] std::uint32_t below(std::uint32_t n, Name name, std::uint32_t item = 0) const {
    return to_below(word(name, item), n);
  }
  /// A standard normal number.
  [[nodiscard]] double normal(Name name, std::uint32_t item = 0) const;

  static constexpr double to_uniform(std::uint32_t word) { return (word + 0.5) * 0x1p-32; }
  /// A word above this one strikes with no chance up to p: who draws it is refused before his chance is known.
  static constexpr std::uint32_t highest(double p) {
    return p >= 1.0 ? 0xffffffffU : p > 0 ? static_cast<std::uint32_t>(p * 0x1p32) : 0U;
  }
  static constexpr std::uint32_t to_below(std::uint32_t word, std::uint32_t n) {
    return static_cast<std::uint32_t>((static_cast<std::uint64_t>(word) * n) >> 32);
  }

 private:
  threefry4x32_key_t key_;
};

/// A stream of words in a row, for library code that wants an engine (Boost's graph generators, shuffles).
/// It starts from a name and never leaves it: use one engine per community and purpose.
class Engine {
 public:
  using result_type = std::uint32_t;
  Engine(const Draws& draws, Name name) : draws_(draws), name_(name) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return 0xffffffffU; }
  result_type operator()() {
    if (next_ % 4 == 0) four_ = draws_.words(name_, next_ / 4);
    return four_[next_++ % 4];
  }
  double uniform() { return Draws::to_uniform((*this)()); }
  std::uint32_t below(std::uint32_t n) { return Draws::to_below((*this)(), n); }

 private:
  Draws draws_;
  Name name_;
  std::uint32_t next_ = 0;
  Draws::Four four_{};
};

}  // namespace kurultai
