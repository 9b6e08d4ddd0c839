// commons: farmers share a resource that grows back, and may use it up (MODEL 9; P7).
//
//   X'          = r X (1 - X) - X (k r/2 min(1, n) + (1 - k) open r n)
//   harvest_j   = (1 - harvest_shock_j) X (k r/2 min(1, n) + (1 - k) open r n) / (r/4)
//   logit k*    = logit(k_0) + b_took took_part_j + b_members delegates_j + b_governance governance_j
//   k          <- k + speed (k* - k)
//
// X: stock (pasture, water) as a share of what the land carries; k: share of its users who keep to the quota, which is
// the harvest rate r/2 that gives most for ever (r/4 at X = 1/2); the others take `open` r, as if nobody else were
// there. n: users, farmers who run a farm (`enterprise`), relative to the start. delegates: members of assemblies and
// councils an adult. Every fourth week, communities in turn, where there are farmers. In the warm-up k and X stand at
// their equilibrium, so that they start at rest. The harvest acts on the place's output (`economy`) and on farms that
// close (`enterprise`). Limits: a place has one commons, its neighbours none of it; nobody is punished; animals are not
// counted.
#include <algorithm>

#include "base/elementary.h"
#include "base/parallel.h"
#include "mechanism/list.h"

namespace kurultai {
namespace {

constexpr std::uint32_t interval = 4;

class Commons final : public Mechanism {
 public:
  Commons()
      : Mechanism({.name = "commons",
            .meaning = "farmers share a resource that grows back",
            .source = "MODEL 9; P7; Ostrom 1990, Schaefer 1954",
            .phase = Phase::economy,
            .reads = {"owner", "occupation", "age", "took_part", "adults", "kind", "members"},
            .writes = {"commons", "compliance", "harvest", "usual_harvest"}}) {
    mean("commons", "share of capacity", "stock of the common resource, mean over farms at the start",
        &Akimats::commons);
    mean("compliance", "share", "users of the commons who keep to the quota, mean over farms at the start",
        &Akimats::compliance);
    mean("harvest", "1", "harvest relative to the largest that lasts, mean over farms at the start", &Akimats::harvest,
        0.05);
  }

  Lever governance{*this,
      {.name = "governance",
          .meaning = "how far the commons are run by the community itself: its own rules, its own watch",
          .source = "P7; Ostrom 1990"},
      0.0, {0, 1}};
  Lever harvest_shock{*this,
      {.name = "harvest_shock",
          .meaning = "share of the harvest that drought takes",
          .source = "MODEL 11, shocks: harvest"},
      0.0, {0, 1}};
  Real growth{*this,
      {.name = "growth",
          .symbol = "r",
          .unit = "per year",
          .meaning = "growth of the stock where there is little of it",
          .source = "assumption: pasture"},
      0.4, {0.01, 3}};
  Real open{*this,
      {.name = "open",
          .unit = "of growth",
          .meaning = "rate at which those take who keep to no quota",
          .source = "assumption"},
      0.85, {0, 1}};
  Real k0{*this,
      {.name = "k_0",
          .symbol = "k_0",
          .meaning = "share who keep to the quota where nobody takes part in anything",
          .source = "assumption"},
      0.35, {0.001, 0.999}};
  Real b_took{*this,
      {.name = "b_took",
          .unit = "log-odds",
          .meaning = "weight of the share of adults who took part in the last year",
          .source = "P7; assumption"},
      1.0, {0, 100}};
  Real b_members{*this,
      {.name = "b_members",
          .unit = "log-odds",
          .meaning = "weight of members of assemblies and councils an adult",
          .source = "P7; assumption"},
      5.0, {0, 1000}};
  Real b_governance{*this,
      {.name = "b_governance",
          .unit = "log-odds",
          .meaning = "weight of governance by the community",
          .source = "P7; assumption, order of Ostrom 1990"},
      1.5, {0, 100}};
  Real speed{*this,
      {.name = "speed",
          .unit = "per 4 weeks",
          .meaning = "how fast compliance follows",
          .source = "assumption: about a year"},
      0.08, {0, 1}};

  void prepare(World& world) override {
    users_.assign(world.society.communities(), 0.0);
    for (std::size_t c = 0; c < users_.size(); ++c) {
      users_[c] = farmers(world, c);
      world.akimats.compliance[c] = wanted_compliance(world, c);
      rest(world, c, 1.0);
    }
  }

  void begin(World& world) override {
    parallel_for(users_.size(), [&](std::size_t c) {
      if (!world.due(c, interval) || users_[c] <= 0) return;
      Akimats& a = world.akimats;
      const double n = farmers(world, c) / users_[c];
      a.compliance[c] += (world.week < 0 ? 1.0 : speed.value()) * (wanted_compliance(world, c) - a.compliance[c]);
      if (world.week < 0) {
        rest(world, c, n);
        return;
      }
      const double taken = rate(a.compliance[c], n);
      double& stock = a.commons[c];
      a.harvest[c] = (1.0 - harvest_shock[c]) * stock * taken / (0.25 * growth);
      stock = std::clamp(stock + interval / 52.0 * (growth * stock * (1.0 - stock) - taken * stock), 0.0, 1.0);
    });
  }

 private:
  void mean(const char* name, const char* unit, const char* meaning, const Column<double> Akimats::* column,
      double least_scale = 0) {
    observe({.name = name,
        .unit = unit,
        .meaning = meaning,
        .source = "P7",
        .least_scale = least_scale,
        .community = [this, column](const World& world, std::size_t c, std::size_t) {
          const double users = users_[c];
          return SeriesSpec::Ratio{(world.akimats.*column)[c] * users, users};
        }});
  }

  /// Farmers who run a farm.
  static double farmers(const World& world, std::size_t c) {
    const Residents& r = world.residents();
    double count = 0;
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i)
      count += r.adult(i) && r.occupation[i] == static_cast<std::uint8_t>(Occupation::farmer) && r.owner[i] != 0;
    return count;
  }

  [[nodiscard]] double wanted_compliance(const World& world, std::size_t c) const {
    double delegates = 0;
    for (std::size_t k = world.first_institution[c]; k < world.first_institution[c + 1]; ++k)
      if (world.institutions.kind[k] <= static_cast<std::uint8_t>(InstitutionKind::council))
        delegates += world.institutions.members[k];
    const double adults = world.akimats.adults[c];
    return logistic(logit(k0) + b_took * world.akimats.took_part[c] +
                    b_members * (adults > 0 ? delegates / adults : 0.0) + b_governance * governance[c]);
  }

  /// Share of the stock that is taken in a year.
  [[nodiscard]] double rate(double compliance, double users) const {
    return growth * (compliance * 0.5 * std::min(1.0, users) + (1.0 - compliance) * open * users);
  }

  /// The stock where it stays as it is, and its harvest.
  void rest(World& world, std::size_t c, double users) const {
    Akimats& a = world.akimats;
    const double taken = rate(a.compliance[c], users);
    a.commons[c] = users_[c] > 0 ? std::clamp(1.0 - taken / growth, 0.0, 1.0) : 1.0;
    a.harvest[c] = a.usual_harvest[c] = users_[c] > 0 ? a.commons[c] * taken / (0.25 * growth) : 0.0;
  }

  std::vector<double> users_;  ///< farms at the start: made by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_commons() { return std::make_unique<Commons>(); }

}  // namespace kurultai
