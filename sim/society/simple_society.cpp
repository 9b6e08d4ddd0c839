#include "society/simple_society.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/elementary.h"
#include "base/error.h"

namespace kurultai {

namespace {

/// The luck of a textbook graph; each kind has a name of its own.
Engine engine_of(std::uint64_t seed, const char* graph) {
  return {Draws(seed, 0, Stream::statistics), {key_of(graph), 0}};
}

/// A uniform number in (0, 1) of 53 bits.
double fine_uniform(Engine& engine) {
  const std::uint64_t high = engine() >> 5;
  const std::uint64_t low = engine() >> 6;
  return (static_cast<double>(high * 67108864ULL + low) + 0.5) * 0x1p-53;
}

}  // namespace

std::unique_ptr<Society> society_of(
    const std::vector<std::size_t>& residents_per_community, std::span<const Edge> edges) {
  auto society = std::make_unique<Society>();
  Country& country = society->country;
  country.name = "simple";
  country.regions.push_back({.code = "r0", .name = "region 0", .wage = 1});
  country.districts.push_back({.code = "d0", .name = "district 0"});
  society->first.push_back(0);
  for (const std::size_t n : residents_per_community) {
    Community community;
    community.code = fmt::format("c{}", country.communities.size());
    community.name = community.code;
    community.population = static_cast<double>(n);
    country.regions[0].population += community.population;
    society->key.push_back(key_of(community.code));
    society->first.push_back(static_cast<Vertex>(society->first.back() + n));
    country.communities.push_back(std::move(community));
  }
  GivenResidents& residents = society->residents;
  residents.resize(society->first.back());
  residents.age.fill(40);
  residents.education.fill(static_cast<std::uint8_t>(Education::secondary));
  residents.occupation.fill(static_cast<std::uint8_t>(Occupation::employee));
  residents.income.fill(Factor(1));
  residents.household_size.fill(1);
  residents.reach.fill(Share(1));
  residents.access.fill(1);
  residents.skill.fill(Share(0.5));
  const std::vector<Edge> list(edges.begin(), edges.end());
  society->ties.build(std::span(&list, 1), society->first, society->vertices());
  return society;
}

std::vector<Edge> erdos_renyi(std::size_t n, double mean_degree, std::uint64_t seed, Layer layer) {
  ensure(n < 2 || (mean_degree >= 0 && mean_degree < static_cast<double>(n)),
      "erdos_renyi: mean degree must lie in [0, n)");
  std::vector<Edge> edges;
  if (n < 2 || mean_degree <= 0) return edges;
  const double p = mean_degree / static_cast<double>(n - 1);
  if (p >= 1) return complete_graph(n, layer);
  edges.reserve(static_cast<std::size_t>(0.52 * mean_degree * static_cast<double>(n)) + 16);
  Engine engine = engine_of(seed, "erdos_renyi");
  // Pairs (a, b), b < a, in a row; the gap to the next tie is geometric (Batagelj and Brandes 2005).
  // ln(1 - p) by its series where p is small: 1 - p would lose its digits.
  const double log_miss = p < 1e-4 ? -p * (1 + p * (0.5 + p / 3)) : log_(1 - p);
  std::uint64_t a = 1;
  double b = -1;
  for (;;) {
    b += 1 + static_cast<double>(static_cast<std::uint64_t>(log_(fine_uniform(engine)) / log_miss));
    while (a < n && b >= static_cast<double>(a)) {
      b -= static_cast<double>(a);
      ++a;
    }
    if (a >= n) return edges;
    edges.push_back({static_cast<Vertex>(a), static_cast<Vertex>(b), layer});
  }
}

std::vector<Edge> random_regular(std::size_t n, std::size_t degree, std::uint64_t seed, Layer layer) {
  ensure(degree < n && n * degree % 2 == 0, "random_regular: degree < n and n x degree even");
  Engine engine = engine_of(seed, "random_regular");
  std::vector<Vertex> stubs;
  stubs.reserve(n * degree);
  for (std::size_t v = 0; v < n; ++v) stubs.insert(stubs.end(), degree, static_cast<Vertex>(v));
  for (std::size_t k = stubs.size(); k > 1; --k)
    std::swap(stubs[k - 1], stubs[engine.below(static_cast<std::uint32_t>(k))]);
  const std::size_t count = stubs.size() / 2;
  const auto pair = [&](std::size_t e) { return std::minmax(stubs[2 * e], stubs[2 * e + 1]); };
  // Sweep until simple: a loop or a double swaps its second end with that of any edge.
  for (int sweep = 0; sweep < 1000; ++sweep) {
    std::vector<std::pair<std::pair<Vertex, Vertex>, std::size_t>> sorted;
    sorted.reserve(count);
    for (std::size_t e = 0; e < count; ++e) sorted.emplace_back(pair(e), e);
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::size_t> bad;
    for (std::size_t k = 0; k < count; ++k)
      if (sorted[k].first.first == sorted[k].first.second || (k > 0 && sorted[k].first == sorted[k - 1].first))
        bad.push_back(sorted[k].second);
    if (bad.empty()) {
      std::vector<Edge> edges(count);
      for (std::size_t e = 0; e < count; ++e) edges[e] = {stubs[2 * e], stubs[2 * e + 1], layer};
      return edges;
    }
    for (const std::size_t e : bad)
      std::swap(
          stubs[2 * e + 1], stubs[2 * static_cast<std::size_t>(engine.below(static_cast<std::uint32_t>(count))) + 1]);
  }
  throw std::logic_error("random_regular: no simple graph found");
}

std::vector<Edge> watts_strogatz(std::size_t n, std::size_t k, double p, std::uint64_t seed, Layer layer) {
  ensure(k % 2 == 0 && k + 1 < n, "watts_strogatz: k even and k + 1 < n");
  Engine engine = engine_of(seed, "watts_strogatz");
  const auto size = static_cast<std::uint32_t>(n);
  std::vector<std::set<Vertex>> known(n);
  const auto join = [&](Vertex a, Vertex b) {
    known[a].insert(b);
    known[b].insert(a);
  };
  for (std::uint32_t i = 0; i < size; ++i)
    for (std::uint32_t j = 1; j <= k / 2; ++j) join(i, (i + j) % size);
  for (std::uint32_t j = 1; j <= k / 2; ++j)
    for (std::uint32_t i = 0; i < size; ++i) {
      if (engine.uniform() >= p || known[i].size() + 1 >= n) continue;
      const Vertex old = (i + j) % size;
      if (!known[i].contains(old)) continue;  // moved away already from its other end
      Vertex other = engine.below(size);
      while (other == i || known[i].contains(other)) other = engine.below(size);
      known[i].erase(old);
      known[old].erase(i);
      join(i, other);
    }
  std::vector<Edge> edges;
  edges.reserve(n * k / 2);
  for (std::uint32_t i = 0; i < size; ++i)
    for (const Vertex j : known[i])
      if (i < j) edges.push_back({i, j, layer});
  return edges;
}

std::vector<Edge> barabasi_albert(std::size_t n, std::size_t m, std::uint64_t seed, Layer layer) {
  ensure(m >= 1 && m < n, "barabasi_albert: 1 <= m < n");
  Engine engine = engine_of(seed, "barabasi_albert");
  std::vector<Edge> edges = complete_graph(m + 1, layer);
  std::vector<Vertex> ends;  // each resident as often as its degree
  ends.reserve(2 * n * m);
  for (const Edge& edge : edges) ends.insert(ends.end(), {edge.a, edge.b});
  std::vector<Vertex> chosen;
  for (auto v = static_cast<Vertex>(m + 1); v < n; ++v) {
    chosen.clear();
    while (chosen.size() < m) {
      const Vertex other = ends[engine.below(static_cast<std::uint32_t>(ends.size()))];
      if (std::find(chosen.begin(), chosen.end(), other) == chosen.end()) chosen.push_back(other);
    }
    for (const Vertex other : chosen) {
      edges.push_back({v, other, layer});
      ends.insert(ends.end(), {v, other});
    }
  }
  return edges;
}

std::vector<Edge> complete_graph(std::size_t n, Layer layer) {
  std::vector<Edge> edges;
  for (Vertex i = 0; i < n; ++i)
    for (Vertex j = i + 1; j < n; ++j) edges.push_back({i, j, layer});
  return edges;
}

}  // namespace kurultai
