// coverage: investment brings residents to the internet (MODEL 8; I3, P4).
//
//   C_j <- C_j + (1 - C_j) (1 - exp(-yield investment_j 4/52))
//
// C_j: share of residents aged 6 and over who can reach the internet, at the start as the census has it. Where fewer
// have access, those without it gain it until the share is C_j: first who ranks highest by lasting luck and age, the
// order in which the census dealt access. Lines once laid stay: C does not decay. Every fourth week, communities in
// turn. What age does to access, at the same C, is `demography`'s. Lever platform.outage is the share of connections
// that are down this week, drawn resident by resident (`connected` in digital.h): a platform user who is cut off is for
// that week like one who never signed up. Limits: a connection costs the same everywhere; an outage cuts residents, not
// the akimat.
#include <algorithm>

#include "base/elementary.h"
#include "base/parallel.h"
#include "mechanism/digital.h"
#include "mechanism/list.h"
#include "society/traits.h"

namespace kurultai {
namespace {

class Coverage final : public Mechanism {
 public:
  Coverage()
      : Mechanism({.name = "coverage",
            .meaning = "investment brings residents to the internet",
            .source = "MODEL 8; I3, P4",
            .phase = Phase::digital,
            .reads = {"age"},
            .writes = {"access", "coverage"}}) {
    observe({.name = "access",
        .meaning = "share of residents aged 6 and over who have access to the internet; outages do not count",
        .source = "I3",
        .residents = [](const World& world, const Block& block, std::size_t, auto connected, auto all) {
          const Residents& r = world.residents();
          for (Vertex i = block.first; i < block.last; ++i)
            if (r.age[i] >= online_age) {
              connected[i - block.first] = r.access[i];
              all[i - block.first] = 1;
            }
        }});
  }

  Lever investment{*this,
      {.name = "investment",
          .unit = "thousand tenge a resident and year",
          .meaning = "spent on connections, beyond what keeps up those there are",
          .source = "I3, P4"},
      0, {0, 1e6}};
  Real yield{*this,
      {.name = "yield",
          .unit = "per thousand tenge a resident",
          .meaning = "share of those without access whom the first thousand tenge a resident connects",
          .source = "assumption: 50 thousand tenge a person where 10% lack access"},
      0.2, {0, 100}};

  void prepare(World& world) override {
    for (std::size_t c = 0; c < world.society.communities(); ++c) world.akimats.coverage[c] = count(world, c).share();
  }

  void begin(World& world) override {
    parallel_for(world.society.communities(), [&](std::size_t c) {
      if (world.due(c, 4)) extend(world, c);
    });
  }

 private:
  struct Count {
    std::size_t people = 0;
    std::size_t connected = 0;
    [[nodiscard]] double share() const {
      return people == 0 ? 1.0 : static_cast<double>(connected) / static_cast<double>(people);
    }
  };

  static Count count(const World& world, std::size_t c) {
    const Residents& r = world.residents();
    Count n;
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i)
      if (r.age[i] >= online_age) {
        ++n.people;
        n.connected += r.access[i];
      }
    return n;
  }

  void extend(World& world, std::size_t c) const {
    Residents& r = world.residents();
    const Count n = count(world, c);
    double& coverage = world.akimats.coverage[c];
    coverage += (1.0 - coverage) * (1.0 - exp_(-yield * investment[c] * 4.0 / 52.0));
    const auto wanted = static_cast<std::size_t>(coverage * static_cast<double>(n.people) + 1e-6);
    if (wanted <= n.connected) return;
    const Traits traits(world.settings, world.seed);
    std::vector<std::pair<double, Vertex>> waiting;  // minus score: the highest first, then the earlier resident
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i)
      if (r.age[i] >= online_age && r.access[i] == 0)
        waiting.emplace_back(-traits.access_score(world.society.name(c, i), r.age[i]), i);
    const auto gained = static_cast<std::ptrdiff_t>(std::min(wanted - n.connected, waiting.size()));
    std::partial_sort(waiting.begin(), waiting.begin() + gained, waiting.end());
    for (std::ptrdiff_t k = 0; k < gained; ++k) r.access[waiting[static_cast<std::size_t>(k)].second] = 1;
  }
};

}  // namespace

std::unique_ptr<Mechanism> make_coverage() { return std::make_unique<Coverage>(); }

}  // namespace kurultai
