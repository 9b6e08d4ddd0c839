// DeGroot (1974): talk alone brings a connected graph to agreement at the degree-weighted mean of the start.
#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

struct Spread {
  double low = 1, high = 0, mean = 0;
};

Spread talk(const std::vector<Edge>& edges, std::size_t n, double rate, int weeks, double& weighted, double& plain) {
  Experiment e;
  e.only({"trust", "publication"});
  e.set({{"trust.rate", rate}, {"trust.share", 0.4}, {"trust.place_sd", 0.0}});
  e.move_into(society_of({n}, edges));
  Residents& r = e.residents();
  double degrees = 0;
  weighted = plain = 0;
  for (Vertex i = 0; i < n; ++i) {
    r.trust[i] = Share(i < n / 10 ? 0.8 : 0.3);  // the oldest have most ties
    r.shared_trust[i] = r.trust[i];
    const auto degree = static_cast<double>(e.society->ties.peers(i).size());
    degrees += degree;
    weighted += degree * r.trust[i];
    plain += r.trust[i] / static_cast<double>(n);
  }
  weighted /= degrees;
  e.weeks(weeks);
  Spread out;
  for (Vertex i = 0; i < n; ++i) {
    out.low = std::min<double>(out.low, r.trust[i]);
    out.high = std::max<double>(out.high, r.trust[i]);
    out.mean += r.trust[i] / static_cast<double>(n);
  }
  return out;
}

}  // namespace

TEST_CASE("consensus: talk alone ends at the degree-weighted mean of the start") {
  // No chance: the graph and the start are given. Tolerance: trust has 16 bits. A resident stands still when
  // the pull share |mean - T| is below half a step of 1/65535, hence neighbours differ by at most 1.25 steps
  // each way and all of a small-diameter graph by a few: 20 steps = 0.0003. Rounding moves the mean by at
  // most half a step a talk; measured drift 0.0001. The plain mean (0.35) is 0.08 away.
  const std::size_t n = 2000;
  for (const Layer layer : {Layer::kin, Layer::household}) {
    double weighted = 0;
    double plain = 0;
    const Spread end = talk(barabasi_albert(n, 3, 9, layer), n, 0.0, 4 * 150, weighted, plain);
    INFO("weighted " << weighted << ", plain " << plain << ", end " << end.low << " to " << end.high);
    REQUIRE(std::abs(weighted - plain) > 0.05);
    CHECK(end.high - end.low < 0.0003);
    CHECK(end.mean == Approx(weighted).margin(0.0005));
  }
}

TEST_CASE("consensus: the oracle notices ties that do not talk and a pull of one's own") {
  const std::size_t n = 2000;
  double weighted = 0;
  double plain = 0;
  const Spread strangers = talk(barabasi_albert(n, 3, 9, Layer::neighbour), n, 0.0, 4 * 50, weighted, plain);
  CHECK(strangers.high - strangers.low == Approx(0.5).margin(0.0001));  // neighbours are not close: nothing moves
  const Spread own = talk(barabasi_albert(n, 3, 9, Layer::kin), n, 0.05, 4 * 150, weighted, plain);
  CHECK(std::abs(own.mean - weighted) > 0.05);
}
