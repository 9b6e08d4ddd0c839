#include "base/random.h"

#include <xxhash.h>

#include <algorithm>

#include "base/elementary.h"

namespace kurultai {

std::uint64_t key_of(std::string_view code) { return XXH3_64bits(code.data(), code.size()); }

namespace {

/// Eight agents at once: a vector of the compiler's, in one register or two.
constexpr std::size_t lanes = 8;
using Lane = std::uint32_t __attribute__((vector_size(lanes * sizeof(std::uint32_t)), aligned(4), may_alias));

[[gnu::always_inline]] inline void mix(Lane& x, Lane& y, int rotation) {
  x += y;
  y = ((y << rotation) | (y >> (32 - rotation))) ^ x;
}

/// The rounds of Threefry 4x32-20 (Salmon et al. 2011) from `round` on, a key injected every four.
template <int round>
[[gnu::always_inline]] inline void rounds(Lane& a, Lane& b, Lane& c, Lane& d, const std::uint32_t* keys) {
  constexpr int rotation[8][2] = {{10, 26}, {11, 21}, {13, 27}, {23, 5}, {6, 20}, {17, 11}, {25, 10}, {18, 20}};
  if constexpr (round < 20) {
    mix(a, round % 2 == 0 ? b : d, rotation[round % 8][0]);
    mix(c, round % 2 == 0 ? d : b, rotation[round % 8][1]);
    if constexpr (round % 4 == 3) {
      constexpr int injection = round / 4 + 1;
      a += keys[injection % 5];
      b += keys[(injection + 1) % 5];
      c += keys[(injection + 2) % 5];
      d += keys[(injection + 3) % 5] + static_cast<std::uint32_t>(injection);
    }
    rounds<round + 1>(a, b, c, d, keys);
  }
}

/// Words of the first `count` of `ordinals`, in groups of eight.
[[gnu::always_inline]] inline void threefry(const threefry4x32_key_t& key, std::uint64_t community,
    const Draws::Ordinals& ordinals, std::size_t count, std::uint32_t item, Draws::Words& to) {
  const std::uint32_t keys[5] = {
      key.v[0], key.v[1], key.v[2], key.v[3], 0x1BD11BDAU ^ key.v[0] ^ key.v[1] ^ key.v[2] ^ key.v[3]};
  for (std::size_t from = 0; from < count; from += lanes) {
    Lane a = Lane{} + (static_cast<std::uint32_t>(community) + keys[0]);
    Lane b = Lane{} + (static_cast<std::uint32_t>(community >> 32) + keys[1]);
    Lane c = *reinterpret_cast<const Lane*>(ordinals.data() + from) + keys[2];
    Lane d = Lane{} + (item + keys[3]);
    rounds<0>(a, b, c, d, keys);
    *reinterpret_cast<Lane*>(to[0].data() + from) = a;
    *reinterpret_cast<Lane*>(to[1].data() + from) = b;
    *reinterpret_cast<Lane*>(to[2].data() + from) = c;
    *reinterpret_cast<Lane*>(to[3].data() + from) = d;
  }
}

void threefry_plain(const threefry4x32_key_t& key, std::uint64_t community, const Draws::Ordinals& ordinals,
    std::size_t count, std::uint32_t item, Draws::Words& to) {
  threefry(key, community, ordinals, count, item, to);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void threefry_avx2(const threefry4x32_key_t& key, std::uint64_t community,
    const Draws::Ordinals& ordinals, std::size_t count, std::uint32_t item, Draws::Words& to) {
  threefry(key, community, ordinals, count, item, to);
}
const auto threefry_here = __builtin_cpu_supports("avx2") ? threefry_avx2 : threefry_plain;
#else
const auto threefry_here = threefry_plain;
#endif

}  // namespace

void Draws::words(
    std::uint64_t community, const Ordinals& ordinals, std::size_t count, std::uint32_t item, Words& to) const {
  threefry_here(key_, community, ordinals, std::min(count, many), item, to);
}

double Draws::normal(Name name, std::uint32_t item) const { return normal_quantile(uniform(name, item)); }

}  // namespace kurultai
