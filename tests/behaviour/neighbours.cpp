// Neighbours are persons: whoever is kin, lives next door and works at the same place asks once and is heeded once. And
// a share of neighbours is a share of all whose acts could be seen.
#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

constexpr std::size_t people = 1000;

/// A random network of neighbours; `again`: the same ties as kin and at work too.
std::vector<Edge> network(bool again) {
  std::vector<Edge> edges = random_regular(people, 6, 3);
  const std::size_t once = edges.size();
  for (std::size_t k = 0; again && k < once; ++k)
    for (const Layer layer : {Layer::kin, Layer::work}) edges.push_back({edges[k].a, edges[k].b, layer});
  return edges;
}

/// One form that is open for ten weeks, in a society of `network`; ties of neighbours alone carry news, those at work
/// and of kin none.
std::unique_ptr<Experiment> talk(bool again, const std::vector<std::pair<std::string, Value>>& settings) {
  auto e = std::make_unique<Experiment>();
  e->only({"agenda", "exposure", "information", "participation", "publication"});
  e->sway_nobody();
  e->tell_nobody();
  e->set(settings);
  e->add_form("talk", {{"open", 20}, {"decide", 20}});
  e->move_into(society_of({people}, network(again)));
  return e;
}

std::vector<std::uint16_t> bits(const Column<std::uint16_t>& column) {
  return {column.values().begin(), column.values().end()};
}

}  // namespace

TEST_CASE("neighbours: who is met in three layers asks once") {
  const auto acted = [](bool again, double b_ask) {
    auto e = talk(again, {{"information.reach", 1.0}, {"participation.b_ask", b_ask}, {"participation.ask_rate", 0.4}});
    e->weeks(12);
    return bits(e->residents().acted);
  };
  const auto once = acted(false, 3.0);
  CHECK((once == acted(true, 3.0)));   // parentheses: a thousand numbers tell nobody anything
  CHECK((once != acted(false, 0.0)));  // to be asked matters
  CHECK(std::count(once.begin(), once.end(), 1) > 300);
}

TEST_CASE("neighbours: who is met in three layers is heeded once") {
  std::vector<double> chances(resident_layers, 0.0);
  chances[static_cast<std::size_t>(Layer::neighbour)] = 0.6;
  const auto aware = [&](bool again, int heed) {
    auto e =
        talk(again, {{"information.q_aware", chances}, {"information.q_acted", chances}, {"information.heed", heed}});
    for (std::size_t i = 0; i < people; i += 5) e->residents().aware[i] = 1;  // the first matter takes slot 0
    e->weeks(8);
    return bits(e->residents().aware);
  };
  for (const int heed : {1, 2, 3}) {
    INFO("heed " << heed);
    CHECK((aware(false, heed) == aware(true, heed)));
  }
  CHECK((aware(false, 2) != aware(false, 1)));
}

TEST_CASE("neighbours: the share that a threshold asks for is of all ties in national matters") {
  // Resident 0 knows one who acts, in the own community, and three elsewhere who do not: half of those near, an eighth
  // of all.
  const auto follows = [](const char* scope, double threshold) {
    Experiment e;
    e.only({"agenda", "exposure", "information", "participation", "publication"});
    e.sway_nobody();
    e.tell_nobody();
    e.set({{"information.reach", 1.0}, {"participation.rule", "threshold"}, {"participation.threshold_mean", threshold},
        {"participation.threshold_sd", 0.0}, {"participation.instigators", 0.0}});
    e.add_form("call", {{"open", 20}, {"scope", scope}});
    std::vector<Edge> edges = {{0, 1}, {0, 2}};
    for (Vertex far = 3; far < 9; ++far) edges.push_back({0, far});
    e.move_into(society_of({3, 6}, edges));
    e.weeks(1);
    const Docket& docket = e.world().dockets[0];
    REQUIRE(docket.live != 0);
    e.residents().aware[1] |= docket.live;
    e.residents().acted[1] |= docket.live;
    e.weeks(3);
    return (e.residents().acted[0] & docket.live) != 0;
  };
  CHECK(follows("local", 0.5));
  CHECK_FALSE(follows("local", 0.51));
  CHECK(follows("national", 0.125));
  CHECK_FALSE(follows("national", 0.13));
}
