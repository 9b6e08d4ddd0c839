// Duration alone is no treatment (MODEL 7.6): a matter open 1, 4 or 8 weeks draws the same total without peers.
#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

/// Share of 600,000 alike in all but propensity who took part in one matter, open for `weeks`.
double total(int weeks, double reach, std::int64_t seed, bool peers, std::size_t people = 600000, int decide = 0) {
  Experiment e;
  e.only({"agenda", "exposure", "information", "participation", "publication"});
  e.sway_nobody();
  e.tell_nobody();
  e.set({{"run.seed", seed}, {"propensity.start", 0.25}, {"propensity.start_sd", 0.8}, {"information.reach", reach},
      {"output.levels", std::vector<std::string>{"nation"}},
      {"output.series", std::vector<std::string>{"matters_open"}}});
  if (peers) e.set("participation.b_now", std::vector<double>(resident_layers, 3.0));
  e.add_form("occasion", {{"open", weeks}, {"decide", decide}});
  // Couples: the strongest tie there is.
  std::vector<Edge> couples;
  if (peers)
    for (Vertex i = 0; i + 1 < people; i += 2) couples.push_back({i, i + 1, Layer::household});
  e.move_into(society_of({people}, couples));
  e.weeks(1 + weeks);
  const auto acted = e.residents().acted.values();
  REQUIRE(e.world().dockets[0].closing == 1);
  return static_cast<double>(std::count(acted.begin(), acted.end(), 1)) / static_cast<double>(people);
}

}  // namespace

TEST_CASE("duration: without peers a matter draws the same total, however long it is open") {
  // Where all know of it the same residents act, to a head: each has one reservation for a matter. Where 60%
  // hear of it, at other times, the difference of two totals near 0.17 of 600,000 has SE
  // sqrt(2 x 0.17 x 0.83 / 6e5) = 0.0007 (less, since reservations are shared): 0.3 points are 4.3 SE, false
  // alarm below 2e-5.
  for (const double reach : {1.0, 0.6}) {
    const double one = total(1, reach, 1, false);
    CHECK(one > 0.1);
    for (const int weeks : {4, 8}) {
      const double share = total(weeks, reach, 1, false);
      INFO("reach " << reach << ": " << one << " in 1 week, " << share << " in " << weeks);
      CHECK(std::abs(share - one) < (reach == 1.0 ? 1e-9 : 0.003));
    }
    // Making up one's mind early (decide) is no treatment either.
    CHECK(std::abs(total(8, reach, 1, false, 600000, 2) - one) < (reach == 1.0 ? 1e-9 : 0.003));
  }
}

TEST_CASE("duration: with peers it may matter, so the test can see a difference") {
  // In one week nobody sees anybody act; in eight, b_now = 3 on a housemate raises the total by several
  // points.
  const double one = total(1, 1.0, 1, true, 200000);
  const double eight = total(8, 1.0, 1, true, 200000);
  INFO(one << " in 1 week, " << eight << " in 8");
  CHECK(eight > one + 0.02);
  CHECK(one == Approx(total(1, 1.0, 1, false, 200000)).margin(1e-9));
}
