#include "society/ties.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "base/error.h"
#include "base/parallel.h"
#include "base/random.h"
#include "catch.h"

using namespace kurultai;

namespace {

/// Edges drawn at random among `vertices`, of which the first are `residents`, with loops and doubles. Layers are those
/// that join such ends.
std::vector<Edge> random_edges(std::size_t count, Vertex residents, Vertex vertices, std::uint64_t seed) {
  Engine engine(Draws(seed, 0, Stream::statistics), {1, 0});
  std::vector<Edge> edges(count);
  for (Edge& edge : edges) {
    edge = {engine.below(vertices), engine.below(vertices)};
    const auto layers = static_cast<std::uint32_t>(resident_layers);
    edge.layer = static_cast<Layer>(edge.a < residents && edge.b < residents
                                        ? engine.below(layers)
                                        : layers + engine.below(static_cast<std::uint32_t>(layer_count) - layers));
  }
  return edges;
}

bool same(const Ties& a, const Ties& b) {
  if (a.vertices() != b.vertices() || a.words() != b.words()) return false;
  for (Vertex v = 0; v < a.vertices(); ++v) {
    if (!std::ranges::equal(a.all(v), b.all(v))) return false;
    if (v < a.residents() && (a.inside(v).size() != b.inside(v).size() || a.peers(v).size() != b.peers(v).size()))
      return false;
  }
  return true;
}

}  // namespace

TEST_CASE("ties: a row is inside, outside and bodies, each sorted by layer and vertex") {
  // Communities {0, 1, 2} and {3, 4}; 5 is an akimat, 6 an institution.
  const std::vector<Vertex> first = {0, 3, 5};
  const std::vector<std::vector<Edge>> edges = {
      {{0, 2, Layer::online}, {0, 1, Layer::online}, {2, 0, Layer::household}, {0, 4, Layer::kin}, {3, 0, Layer::work}},
      {}, {{0, 6, Layer::membership}, {5, 0, Layer::office}, {5, 6, Layer::partner}}};
  Ties ties;
  ties.build(edges, first, 7);
  REQUIRE(ties.vertices() == 7);
  REQUIRE(ties.residents() == 5);
  CHECK(ties.words() == 16);
  const std::vector<Tie> row = {Tie(Layer::household, 2), Tie(Layer::online, 1), Tie(Layer::online, 2),
      Tie(Layer::kin, 4), Tie(Layer::work, 3), Tie(Layer::membership, 6), Tie(Layer::office, 5)};
  CHECK(std::ranges::equal(ties.all(0), row));
  CHECK(ties.inside(0).size() == 3);
  CHECK(std::ranges::equal(ties.outside(0), std::vector{Tie(Layer::kin, 4), Tie(Layer::work, 3)}));
  CHECK(ties.peers(0).size() == 5);
  CHECK(std::ranges::equal(ties.bodies(0), std::vector{Tie(Layer::membership, 6), Tie(Layer::office, 5)}));
  CHECK(std::ranges::equal(ties.all(6), std::vector{Tie(Layer::membership, 0), Tie(Layer::partner, 5)}));
  CHECK(ties.inside(4).empty());
  CHECK(ties.outside(4).size() == 1);
}

TEST_CASE("ties: loops and doubles are dropped, layers between the same two are not") {
  const std::vector<Vertex> first = {0, 3};
  const std::vector<std::vector<Edge>> edges = {
      {{0, 1, Layer::kin}, {1, 0, Layer::kin}, {0, 1, Layer::work}, {2, 2, Layer::kin}, {0, 1, Layer::kin}}};
  Ties ties;
  ties.build(edges, first, 3);
  CHECK(std::ranges::equal(ties.all(0), std::vector{Tie(Layer::kin, 1), Tie(Layer::work, 1)}));
  CHECK(std::ranges::equal(ties.all(1), std::vector{Tie(Layer::kin, 0), Tie(Layer::work, 0)}));
  CHECK(ties.all(2).empty());
}

TEST_CASE("ties: rows hold exactly the edges, whatever their order, their lists and the threads") {
  constexpr Vertex n = 3000;
  const std::vector<Vertex> first = {0, 1, 500, 500, 2000, 2900};
  const std::vector<Edge> edges = random_edges(200000, first.back(), n, 7);
  std::set<std::tuple<Vertex, Vertex, Layer>> expected;
  for (const Edge& edge : edges)
    if (edge.a != edge.b) expected.insert({std::min(edge.a, edge.b), std::max(edge.a, edge.b), edge.layer});

  set_threads(1);
  Ties one;
  one.build(std::vector<std::vector<Edge>>{edges}, first, n);
  CHECK(one.words() == 2 * expected.size());
  for (Vertex v = 0; v < n; ++v)
    for (const Tie tie : one.all(v)) {
      if (!expected.contains({std::min(v, tie.to()), std::max(v, tie.to()), tie.layer()}))
        FAIL("a tie nobody asked for");
      if (v < 2900 && tie.to() < 2900) {
        const auto home = [&](Vertex i) { return std::upper_bound(first.begin(), first.end(), i) - first.begin(); };
        const auto inside = one.inside(v);
        if ((home(v) == home(tie.to())) != (std::find(inside.begin(), inside.end(), tie) != inside.end()))
          FAIL("a tie stands in the wrong part of the row");
      }
    }

  std::vector<std::vector<Edge>> lists(5);
  for (std::size_t k = edges.size(); k-- > 0;) lists[k % 5].push_back({edges[k].b, edges[k].a, edges[k].layer});
  for (const int threads : {2, 7}) {
    set_threads(threads);
    Ties many;
    many.build(lists, first, n);
    CHECK(same(one, many));
  }
  set_threads(0);
}

TEST_CASE("ties: rows of any length, layer by layer") {
  // Residents 0 to 1999 in two communities, bodies beyond; 7 has so many ties in each part that bytes do not count
  // them.
  const std::vector<Vertex> first = {0, 1000, 2000};
  constexpr Vertex n = 2600;
  for (const Vertex ties : {0U, 60U, 63U, 64U, 200U, 400U}) {
    std::vector<std::vector<Edge>> lists = {random_edges(3000, 2000, n, ties)};
    std::vector<Edge>& edges = lists[0];
    for (Vertex k = 0; k < ties; ++k) {
      edges.push_back({7, 100 + k, k % 2 == 0 ? Layer::kin : Layer::work});
      edges.push_back({1100 + k, 7, Layer::online});
      edges.push_back({7, 2100 + k, Layer::membership});
      edges.push_back({2550, 100 + k, Layer::office});
    }
    std::vector<std::array<std::set<Tie>, 3>> expected(n);  // by part of the row, as plain sets
    const auto community = [&](Vertex v) { return v / 1000; };
    const auto expect = [&](Vertex v, Tie tie) {
      const bool peers = v < 2000 && tie.to() < 2000;
      expected[v][!peers ? 2 : community(v) == community(tie.to()) ? 0 : 1].insert(tie);
    };
    for (const Edge& edge : edges)
      if (edge.a != edge.b) {
        expect(edge.a, Tie(edge.layer, edge.b));
        expect(edge.b, Tie(edge.layer, edge.a));
      }
    Ties built;
    built.build(lists, first, n);
    std::size_t words = 0;
    for (Vertex v = 0; v < n; ++v) {
      const auto& [inside, outside, bodies] = expected[v];
      words += built.all(v).size();
      if (!std::ranges::equal(built.inside(v), inside) || !std::ranges::equal(built.outside(v), outside) ||
          !std::ranges::equal(built.bodies(v), bodies) ||
          built.all(v).size() != inside.size() + outside.size() + bodies.size() ||
          built.peers(v).size() != inside.size() + outside.size())
        FAIL("the row of " << v << " is wrong, with " << ties << " ties");
      const auto of_layer = [](const std::set<Tie>& part, Layer layer) {
        std::vector<Tie> list;
        for (const Tie tie : part)
          if (tie.layer() == layer) list.push_back(tie);
        return list;
      };
      for (std::size_t l = 0; l < resident_layers; ++l) {
        const auto layer = static_cast<Layer>(l);
        if (!std::ranges::equal(built.inside(v, layer), of_layer(inside, layer)) ||
            !std::ranges::equal(built.outside(v, layer), of_layer(outside, layer)))
          FAIL("layer " << l << " of " << v << " is wrong, with " << ties << " ties");
      }
    }
    CHECK(built.words() == words);
  }
}

TEST_CASE("ties: layers of residents join residents, the others do not") {
  const std::vector<Vertex> first = {0, 2};
  for (const Edge& edge : {Edge{0, 1, Layer::office}, Edge{0, 2, Layer::kin}, Edge{2, 3, Layer::online}}) {
    const std::vector<std::vector<Edge>> edges = {{edge}};
    Ties ties;
    CHECK_THROWS_AS(ties.build(edges, first, 4), std::logic_error);
  }
}

TEST_CASE("ties: what cannot be stored is refused") {
  Ties ties;
  const std::vector<Vertex> first = {0, 2};
  CHECK_THROWS_AS(ties.build({}, first, (std::size_t{1} << 29) + 1), Error);
  try {
    ties.build({}, first, (std::size_t{1} << 29) + 1);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::input);
    CHECK(std::string(error.what()).find("536870913 vertices are too many") != std::string::npos);
    CHECK(std::string(error.what()).find("run.scale") != std::string::npos);
  }
  const std::vector<std::vector<Edge>> stray = {{{0, 9, Layer::kin}}};
  CHECK_THROWS_AS(ties.build(stray, first, 2), std::logic_error);
}

TEST_CASE("ties: a hub beyond what neighbours are counted in is refused with what to do") {
  constexpr Vertex people = 65600;
  std::vector<Edge> star;
  for (Vertex i = 1; i < people; ++i) star.push_back({0, i, Layer::online});
  const std::vector<std::vector<Edge>> edges = {star};
  const std::vector<Vertex> first = {0, people};
  Ties ties;
  CHECK_THROWS_AS(ties.build(edges, first, people), Error);
}
