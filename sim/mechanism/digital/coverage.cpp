// coverage: investment brings residents to the internet (MODEL 7.19; I3, P4).
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
#include "mechanism/kit/census.h"
#include "mechanism/kit/money.h"
#include "mechanism/kit/offers.h"
#include "mechanism/mechanism.h"
#include "society/traits.h"

namespace kurultai {
namespace {

class Coverage final : public Mechanism {
 public:
  Coverage()
      : Mechanism({.name = "coverage",
            .meaning = "investment brings residents to the internet",
            .source = "MODEL 7.19; I3, P4",
            .phase = Phase::digital}) {
    observe({.name = "access",
        .meaning = "share of residents aged 6 and over who have access to the internet; outages do not count",
        .source = "I3",
        .residents = connected(),
        .of = SeriesSpec::Of::counted});
  }

  Lever investment{*this, "investment", 0, {0, 1e6}, "spent on connections, beyond what keeps up those there are",
      "I3, P4", {.unit = "thousand tenge a resident and year"}};
  Real yield{*this, "yield", 0.2, {0, 100},
      "share of those without access whom the first thousand tenge a resident connects",
      "assumption: 50 thousand tenge a person where 10% lack access", {.unit = "per thousand tenge a resident"}};

  void prepare(const Week& week) override {
    largest_ = week.most_residents();
    for (std::size_t c = 0; c < week.communities(); ++c) coverage_[c] = count(week, c).share();
  }

  [[nodiscard]] bool moves(const Week& week, std::size_t community) const override {
    return week.due(community, weeks_a_month);
  }

  void begin(const Week& week) override {
    parallel_for(week.communities(), [&](std::size_t c) {
      if (week.due(c, weeks_a_month)) extend(week, c);
    });
  }

 private:
  /// Of those old enough for it: who has access, and all.
  std::shared_ptr<const ResidentCount> connected() const {
    ResidentCount count{.lanes = 2, .reads = {&access_}};
    count.fill = [this](const Week&, const Block& block, std::size_t, const ResidentCount::Lanes& lanes) {
      for (Vertex i = block.first; i < block.last; ++i) {
        const unsigned old_enough = age_[i] >= online_age ? 1 : 0;
        lanes[0][i - block.first] = static_cast<std::uint16_t>(old_enough & access_[i]);
        lanes[1][i - block.first] = static_cast<std::uint16_t>(old_enough);
      }
    };
    return std::make_shared<const ResidentCount>(std::move(count));
  }

  Read<std::uint8_t> age_{*this, &Residents::age, at_start};
  Write<std::uint8_t> access_{*this, &Residents::access, as_given};
  Write<double> coverage_{*this, &Akimats::coverage, at_start};
  Luck outage_{*this, "whose connection is down", Luck::residents, Luck::weekly};
  Offers<Outages> outages_{*this, {outage_}};
  ProgrammeCost cost_{*this, investment, [](const Week& week, std::size_t c) { return inhabitants(week, c); }};

  struct Count {
    std::size_t people = 0;
    std::size_t connected = 0;
    [[nodiscard]] double share() const {
      return people == 0 ? 1.0 : static_cast<double>(connected) / static_cast<double>(people);
    }
  };

  [[nodiscard]] Count count(const Week& week, std::size_t c) const {
    const Census all(week, c);
    return {.people = all.sum([&](Vertex i) { return age_[i] >= online_age; }),
        .connected = all.sum([&](Vertex i) { return (age_[i] >= online_age) & access_[i]; })};
  }

  void extend(const Week& week, std::size_t c) const {
    // Scratch, of minus the score: the highest first, then the earlier resident.
    thread_local std::vector<std::pair<double, Vertex>> waiting;
    waiting.clear();
    waiting.reserve(largest_);
    const Count n = count(week, c);
    double& coverage = coverage_[c];
    coverage += (1.0 - coverage) * (1.0 - exp_(-yield * investment[c] * weeks_a_month / weeks_a_year));
    const auto wanted = static_cast<std::size_t>(coverage * static_cast<double>(n.people) + 1e-6);
    if (wanted <= n.connected) return;
    const Traits traits = week.traits();
    for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i)
      if (age_[i] >= online_age && access_[i] == 0)
        waiting.emplace_back(-traits.access_score(week.name(c, i), age_[i]), i);
    const auto gained = static_cast<std::ptrdiff_t>(std::min(wanted - n.connected, waiting.size()));
    std::partial_sort(waiting.begin(), waiting.begin() + gained, waiting.end());
    for (std::ptrdiff_t k = 0; k < gained; ++k) access_[waiting[static_cast<std::size_t>(k)].second] = 1;
  }

  Vertex largest_ = 0;  ///< residents of the largest community; made by prepare
};

}  // namespace

std::unique_ptr<Mechanism> make_coverage() { return std::make_unique<Coverage>(); }

}  // namespace kurultai
