// Random draws, against Threefry 4x32 written out as its authors describe it (Salmon et al. 2011).
#include <benchmark/benchmark.h>

#include "base/random.h"
#include "kazakhstan.h"

namespace kurultai {
namespace {

using Four = Draws::Four;

/// 20 rounds on four words, a key injected every four rounds.
Four threefry(const Four& counter, const Four& key) {
  constexpr std::uint32_t rotation[8][2] = {
      {10, 26}, {11, 21}, {13, 27}, {23, 5}, {6, 20}, {17, 11}, {25, 10}, {18, 20}};
  const std::uint32_t keys[5] = {key[0], key[1], key[2], key[3], 0x1BD11BDAU ^ key[0] ^ key[1] ^ key[2] ^ key[3]};
  const auto rotate = [](std::uint32_t x, std::uint32_t n) { return (x << n) | (x >> (32 - n)); };
  Four x = counter;
  for (std::size_t w = 0; w < 4; ++w) x[w] += keys[w];
  for (std::uint32_t round = 0; round < 20; ++round) {
    const std::size_t a = round % 2 == 0 ? 1 : 3;
    const std::size_t b = round % 2 == 0 ? 3 : 1;
    x[0] += x[a];
    x[a] = rotate(x[a], rotation[round % 8][0]) ^ x[0];
    x[2] += x[b];
    x[b] = rotate(x[b], rotation[round % 8][1]) ^ x[2];
    if (round % 4 != 3) continue;
    const std::uint32_t injection = round / 4 + 1;
    for (std::uint32_t w = 0; w < 4; ++w) x[w] += keys[(injection + w) % 5];
    x[3] += injection;
  }
  return x;
}

bool draws_right() {
  for (std::uint32_t k = 0; k < 10'000; ++k) {
    const std::uint64_t seed = key_of(std::to_string(k));
    const Name name{key_of(std::to_string(k + 1)), 7 * k};
    const Four key = {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32), k,
        (static_cast<std::uint32_t>(Stream::persons) << 16) ^ (k % 700)};
    const Four counter = {static_cast<std::uint32_t>(name.community), static_cast<std::uint32_t>(name.community >> 32),
        name.ordinal, k % 5};
    if (Draws(seed, k, Stream::persons, k % 700).words(name, k % 5) != threefry(counter, key)) return false;
  }
  return true;
}

constexpr std::int64_t residents = 4096;

template <class Draw> void each_resident(benchmark::State& state, Draw draw) {
  const Draws draws(1, 0, Stream::persons, 3);
  for (auto _ : state)
    for (std::uint32_t i = 0; i < residents; ++i) benchmark::DoNotOptimize(draw(draws, Name{42, i}));
  state.SetItemsProcessed(state.iterations() * residents);
}

void four_words(benchmark::State& state) {
  each_resident(state, [](const Draws& draws, Name name) { return draws.words(name); });
}
void uniform(benchmark::State& state) {
  each_resident(state, [](const Draws& draws, Name name) { return draws.uniform(name); });
}
void normal(benchmark::State& state) {
  each_resident(state, [](const Draws& draws, Name name) { return draws.normal(name); });
}
BENCHMARK(four_words);
BENCHMARK(uniform);
BENCHMARK(normal);

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  kurultai::verify(kurultai::draws_right(), "Threefry");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
