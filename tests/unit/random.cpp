#include "base/random.h"

#include <array>
#include <cmath>
#include <set>
#include <vector>

#include "catch.h"
#include "society/sampling.h"

using namespace kurultai;

TEST_CASE("random: Threefry 4x32-20 gives the known answers of Random123", "[random]") {
  // kat_vectors of Random123: zero, all ones, digits of pi.
  using Ctr = threefry4x32_ctr_t;
  using Key = threefry4x32_key_t;
  const Ctr zero = threefry4x32_R(20, Ctr{{0, 0, 0, 0}}, Key{{0, 0, 0, 0}});
  CHECK(zero.v[0] == 0x9c6ca96aU);
  CHECK(zero.v[1] == 0xe17eae66U);
  CHECK(zero.v[2] == 0xfc10ecd4U);
  CHECK(zero.v[3] == 0x5256a7d8U);
  const std::uint32_t all = 0xffffffffU;
  const Ctr ones = threefry4x32_R(20, Ctr{{all, all, all, all}}, Key{{all, all, all, all}});
  CHECK(ones.v[0] == 0x2a881696U);
  CHECK(ones.v[1] == 0x57012287U);
  CHECK(ones.v[2] == 0xf6c7446eU);
  CHECK(ones.v[3] == 0xa16a6732U);
}

TEST_CASE("random: a draw depends on every part of its name and on nothing else", "[random]") {
  const Draws base(1, 0, Stream::traits, 5);
  const Name name{7, 3};
  const std::uint32_t word = base.word(name, 2);
  CHECK(word == Draws(1, 0, Stream::traits, 5).word(name, 2));
  CHECK(word != Draws(2, 0, Stream::traits, 5).word(name, 2));
  CHECK(word != Draws(std::uint64_t{1} << 32 | 1U, 0, Stream::traits, 5).word(name, 2));
  CHECK(word != Draws(1, 1, Stream::traits, 5).word(name, 2));
  CHECK(word != Draws(1, 0, Stream::kin, 5).word(name, 2));
  CHECK(word != Draws(1, 0, Stream::traits, 6).word(name, 2));
  CHECK(word != base.word({8, 3}, 2));
  CHECK(word != base.word({7 + (std::uint64_t{1} << 40), 3}, 2));
  CHECK(word != base.word({7, 4}, 2));
  CHECK(word != base.word(name, 3));
  CHECK(word != base.word(name, 6));
}

TEST_CASE("random: uniform numbers are uniform, also between neighbours' names", "[random]") {
  // Chi-square over 64 bins of 640,000 numbers: 63 degrees of freedom, 0.1% above 103.4 for one try.
  const Draws draws(1, 0, Stream::persons, 0);
  std::array<int, 64> bins{};
  double pairs = 0;
  double last = 0.5;
  for (std::uint32_t i = 0; i < 640000; ++i) {
    const double u = draws.uniform({42, i});
    REQUIRE(u > 0);
    REQUIRE(u < 1);
    ++bins[static_cast<std::size_t>(u * 64)];
    pairs += (u - 0.5) * (last - 0.5);
    last = u;
  }
  double chi = 0;
  for (const int n : bins) chi += (n - 10000.0) * (n - 10000.0) / 10000.0;
  CHECK(chi < 103.4);
  // Correlation of neighbours: SE 1 / 800; 4 SE is passed by chance once in 16,000.
  CHECK(std::abs(pairs / 640000 * 12) < 4.0 / 800);
}

TEST_CASE("random: chances at the ends, numbers below n, an engine that stays in its name", "[random]") {
  const Draws draws(9, 0, Stream::persons, 0);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    CHECK_FALSE(draws.chance(0.0, {1, i}));
    CHECK(draws.chance(1.0, {1, i}));
    CHECK(draws.below(3, {1, i}) < 3);
  }
  Engine a(draws, {1, 1});
  Engine b(draws, {1, 1});
  std::set<std::uint32_t> seen;
  for (int k = 0; k < 100; ++k) {
    const std::uint32_t x = a();
    CHECK(x == b());
    seen.insert(x);
  }
  CHECK(seen.size() == 100);
}

TEST_CASE("random: an engine gives the words of its name, item by item", "[random]") {
  const Draws draws(std::uint64_t{5} << 40 | 3U, 2, Stream::persons, 4);
  const Name name{key_of("KZ39.01.001"), 12};
  Engine engine(draws, name);
  for (std::uint32_t item = 0; item < 3 * Draws::many; ++item)
    for (const std::uint32_t word : draws.words(name, item)) REQUIRE(engine() == word);
}

TEST_CASE("random: by steps a word gives what its uniform number gives", "[random]") {
  const Draws draws(8, 0, Stream::persons);
  const Poisson poisson(1.3);
  const std::vector<double> weights = {0.2, 0, 0.5, 1e-12, 0.3, 0};
  const auto picked = [&](double u) { return pick(weights, u); };
  const Steps poisson_steps(poisson);
  const Steps pick_steps(picked);
  const auto same = [&](std::uint32_t word) {
    REQUIRE(poisson_steps(word) == poisson(Draws::to_uniform(word)));
    REQUIRE(pick_steps(word) == picked(Draws::to_uniform(word)));
  };
  for (std::uint32_t i = 0; i < 100000; ++i) same(draws.word({1, i}));
  for (std::uint32_t k = 0; k < 1000; ++k) {  // both ends, and about the borders of the choice
    same(k);
    same(0xffffffffU - k);
    same(static_cast<std::uint32_t>(0.2 * 0x1p32) - 500 + k);
    same(static_cast<std::uint32_t>(0.7 * 0x1p32) - 500 + k);
  }
}

TEST_CASE("random: many agents at once draw the words that each draws alone", "[random]") {
  const Draws draws(std::uint64_t{3} << 40 | 11U, 5, Stream::persons, 17);
  const std::uint64_t community = key_of("KZ39.01.001");
  Draws::Ordinals ordinals{};
  for (std::size_t k = 0; k < ordinals.size(); ++k) ordinals[k] = static_cast<std::uint32_t>(k * k * 7919U + 3U);
  for (std::size_t count = 0; count <= Draws::many; ++count)
    for (const std::uint32_t item : {0U, 7U, 0xfffffff0U}) {
      Draws::Words words{};
      draws.words(community, ordinals, count, item, words);
      for (std::size_t k = 0; k < count; ++k) {
        const Draws::Four alone = draws.words({community, ordinals[k]}, item);
        for (std::size_t w = 0; w < alone.size(); ++w) REQUIRE(words[w][k] == alone[w]);
      }
    }
}

TEST_CASE("random: a word that strikes is never above the highest", "[random]") {
  for (const double p : {-1.0, 0.0, 1e-12, 0x1p-33, 0x1p-32, 1e-9, 0.004, 0.25, 1.0 / 3.0, 0.999999999, 1.0, 7.0}) {
    const std::uint32_t highest = Draws::highest(p);
    if (highest != 0xffffffffU) CHECK(Draws::to_uniform(highest + 1U) > p);
    if (highest > 1U && p < 1.0) CHECK(Draws::to_uniform(highest - 1U) < p);
  }
}

TEST_CASE("random: keys of codes are stable", "[random]") {
  CHECK(key_of("KZ39.01.001") == key_of("KZ39.01.001"));
  CHECK(key_of("KZ39.01.001") != key_of("KZ39.01.002"));
  CHECK(key_of("") == 0x2d06800538d394c2ULL);  // XXH3_64bits of nothing, seed 0
}
