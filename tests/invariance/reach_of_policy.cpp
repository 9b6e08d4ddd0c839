// Common random numbers: a policy changes only those whom it reaches.
#include "taxes.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

constexpr int starts = 9;

// Every lever has its experiment; where threads are watched, thirty times slower, every eighth: the code is the same.
#ifdef __SANITIZE_THREAD__
constexpr std::size_t stride = 8;
#else
constexpr std::size_t stride = 1;
#endif

/// A run of testland with one policy on `lever` in region 0 from week `starts`; of no dose if `moves` is
/// false.
struct Governed : Experiment {
  Governed(const Lever* like, bool moves) {
    add_usual_forms(*this);
    add_form("gift", {{"period", 26}, {"week", 1}, {"decides", "funds"}, {"money", 50000.0}, {"intercept", 2.0}});
    add_form("programme", {{"scope", "national"}, {"period", 26}, {"week", 7}, {"open", 4}, {"intercept", -2.0}});
    add_form("poll", {{"period", 52}, {"week", 20}, {"decides", "office"}, {"intercept", 0.0}});
    add_usual_taxes(*this);
    set({{"spending.a_res", 0.3}, {"run.scale", 0.5}, {"society.resident_bodies", 0.5}, {"society.ngos", 15.0},
        {"maslikhat.tolerance", 0.0}, {"revision.every", 1}, {"revenue.base_spread", 2.0},
        {"tax.wages.community", 0.8}});
    if (like != nullptr) {
      // Down to the bottom, or up where it is there already (more capacity than matters would change
      // nothing).
      const double far = like->scenario() > like->range().low ? like->range().low : std::min(like->range().high, 1e6);
      add_policy("push", {{"lever", like->path()}, {"mode", "set"}, {"dose", moves ? far : like->scenario()},
                             {"start", starts}, {"regions", std::vector<std::string>{"R0"}}});
    }
    move_into_testland(*this);
  }
};

/// How many residents of region `r` differ between two runs; and akimats, added.
std::size_t differing(Experiment& a, Experiment& b, std::uint32_t r) {
  std::size_t count = 0;
  const Society& society = *a.society;
  const auto compare = [&](Table& one, Table& two, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      for (std::size_t k = 0; k < one.columns().size(); ++k) {
        const std::size_t width = one.columns()[k]->bytes_per_agent();
        const auto x = one.columns()[k]->bytes().subspan(i * width, width);
        const auto y = two.columns()[k]->bytes().subspan(i * width, width);
        if (!same_bytes(x, y)) {
          ++count;
          break;
        }
      }
  };
  for (std::size_t c = 0; c < society.communities(); ++c)
    if (society.country.communities[c].region == r) {
      compare(a.residents(), b.residents(), society.first[c], society.first[c + 1]);
      compare(a.world().akimats, b.world().akimats, c, c + 1);
    }
  return count;
}

}  // namespace

TEST_CASE("reach: a policy touches nobody before it starts, and only its target in the first week") {
  const Model dictionary;
  const std::vector<Lever*> levers = dictionary.registry.levers();
  for (std::size_t k = 0; k < levers.size(); k += stride) {
    const Lever* lever = levers[k];
    INFO(lever->path());
    Governed without(lever, false);
    Governed with(lever, true);
    for (Experiment* e : {static_cast<Experiment*>(&without), static_cast<Experiment*>(&with)}) e->weeks(starts);
    CHECK(differing(without, with, 0) + differing(without, with, 1) == 0);
    for (Experiment* e : {static_cast<Experiment*>(&without), static_cast<Experiment*>(&with)}) e->weeks(1);
    CHECK(differing(without, with, 1) == 0);
    for (Experiment* e : {static_cast<Experiment*>(&without), static_cast<Experiment*>(&with)}) e->weeks(60);
    CHECK(differing(without, with, 0) > 0);  // the policy did something where it was meant to
  }
  CHECK(levers.size() >= 40);
}

TEST_CASE("reach: what a policy does spreads later, by ties and by what all akimats know") {
  const Model dictionary;
  const Lever* reach = static_cast<const Lever*>(dictionary.registry.find("information.reach"));
  Governed without(reach, false);
  Governed with(reach, true);
  for (Experiment* e : {static_cast<Experiment*>(&without), static_cast<Experiment*>(&with)}) e->weeks(110);
  CHECK(differing(without, with, 1) > 0);
}

TEST_CASE("reach: a policy without a dose is no policy") {
  const Model dictionary;
  Governed none(nullptr, false);
  Governed empty(static_cast<const Lever*>(dictionary.registry.find("akimat.openness")), false);
  for (Experiment* e : {static_cast<Experiment*>(&none), static_cast<Experiment*>(&empty)}) e->weeks(60);
  CHECK(series_digest(*none.simulation) == series_digest(*empty.simulation));
}
