// commons: farmers share a resource that grows back, and may use it up (MODEL 7.40; P7).
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
#include "mechanism/kit/census.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

constexpr std::uint32_t interval = weeks_a_month;

class Commons final : public Mechanism {
 public:
  Commons()
      : Mechanism({.name = "commons",
            .meaning = "farmers share a resource that grows back",
            .source = "MODEL 7.40; P7; Ostrom 1990, Schaefer 1954",
            .phase = Phase::economy}) {
    mean("commons", "share of capacity", "stock of the common resource, mean over farms at the start", commons_);
    mean(
        "compliance", "share", "users of the commons who keep to the quota, mean over farms at the start", compliance_);
    mean("harvest", "1", "harvest relative to the largest that lasts, mean over farms at the start", harvest_, 0.05);
  }

  Lever governance{*this, "governance", 0.0, {0, 1},
      "how far the commons are run by the community itself: its own rules, its own watch", "P7; Ostrom 1990"};
  Lever harvest_shock{
      *this, "harvest_shock", 0.0, {0, 1}, "share of the harvest that drought takes", "MODEL 7.40, shocks: harvest"};
  Real growth{*this, "growth", 0.4, {0.01, 3}, "growth of the stock where there is little of it", "assumption: pasture",
      {.symbol = "r", .unit = "per year"}};
  Real open{*this, "open", 0.85, {0, 1}, "rate at which those take who keep to no quota", "assumption",
      {.unit = "of growth"}};
  Real k0{*this, "k_0", 0.35, {0.001, 0.999}, "share who keep to the quota where nobody takes part in anything",
      "assumption", {.symbol = "k_0"}};
  Real b_took{*this, "b_took", 1.0, {0, 100}, "weight of the share of adults who took part in the last year",
      "P7; assumption", {.unit = "log-odds"}};
  Real b_members{*this, "b_members", 5.0, {0, 1000}, "weight of members of assemblies and councils an adult",
      "P7; assumption", {.unit = "log-odds"}};
  Real b_governance{*this, "b_governance", 1.5, {0, 100}, "weight of governance by the community",
      "P7; assumption, order of Ostrom 1990", {.unit = "log-odds"}};
  Real speed{
      *this, "speed", 0.08, {0, 1}, "how fast compliance follows", "assumption: about a year", {.unit = "per 4 weeks"}};

  void prepare(const Week& week) override {
    users_.assign(week.communities(), 0.0);
    for (std::size_t c = 0; c < users_.size(); ++c) {
      users_[c] = farmers(week, c);
      compliance_[c] = wanted_compliance(week, c);
      rest(c, 1.0);
    }
  }

  void begin(const Week& week) override {
    parallel_for(users_.size(), [&](std::size_t c) {
      if (!week.due(c, interval) || users_[c] <= 0) return;
      const double n = farmers(week, c) / users_[c];
      compliance_[c] += (week.warm_up() ? 1.0 : speed.value()) * (wanted_compliance(week, c) - compliance_[c]);
      if (week.warm_up()) {
        rest(c, n);
        return;
      }
      const double taken = rate(compliance_[c], n);
      double& stock = commons_[c];
      harvest_[c] = (1.0 - harvest_shock[c]) * stock * taken / (0.25 * growth);
      stock = std::clamp(stock + a_month * (growth * stock * (1.0 - stock) - taken * stock), 0.0, 1.0);
    });
  }

 private:
  Read<std::uint8_t> age_{*this, &Residents::age, at_start};
  Read<std::uint8_t> occupation_{*this, &Residents::occupation, at_start};
  Read<std::uint8_t> owner_{*this, &Residents::owner, at_start};
  Read<std::uint32_t> adults_{*this, &Akimats::adults, at_start};
  Read<double> took_part_{*this, &Akimats::took_part, at_start};
  Read<std::uint8_t> kind_{*this, &Institutions::kind, at_start};
  Read<std::uint32_t> members_{*this, &Institutions::members, as_given};
  Write<double> commons_{*this, &Akimats::commons, at_start};
  Write<double> compliance_{*this, &Akimats::compliance, at_start};
  Write<double> harvest_{*this, &Akimats::harvest, at_start};
  Write<double> usual_harvest_{*this, &Akimats::usual_harvest, at_start};

  void mean(
      const char* name, const char* unit, const char* meaning, const Write<double>& column, double least_scale = 0) {
    observe({.name = name,
        .unit = unit,
        .meaning = meaning,
        .source = "P7",
        .least_scale = least_scale,
        .community = [this, &column](const Week&, std::size_t c, std::size_t) {
          const double users = users_[c];
          return SeriesSpec::Ratio{column[c] * users, users};
        }});
  }

  /// Farmers who run a farm.
  [[nodiscard]] double farmers(const Week& week, std::size_t c) const {
    return Census(week, c).sum([&](Vertex i) {
      const unsigned farmer = occupation_[i] == static_cast<std::uint8_t>(Occupation::farmer);
      return is_adult(age_[i]) & owner_[i] & farmer;
    });
  }

  [[nodiscard]] double wanted_compliance(const Week& week, std::size_t c) const {
    double delegates = 0;
    for (std::size_t k = week.first_institution[c]; k < week.first_institution[c + 1]; ++k)
      if (kind_[k] <= static_cast<std::uint8_t>(InstitutionKind::council)) delegates += members_[k];
    const double adults = adults_[c];
    return logistic(logit(k0) + b_took * took_part_[c] + b_members * (adults > 0 ? delegates / adults : 0.0) +
                    b_governance * governance[c]);
  }

  /// Share of the stock that is taken in a year.
  [[nodiscard]] double rate(double compliance, double users) const {
    return growth * (compliance * 0.5 * std::min(1.0, users) + (1.0 - compliance) * open * users);
  }

  /// The stock where it stays as it is, and its harvest.
  void rest(std::size_t c, double users) const {
    const double taken = rate(compliance_[c], users);
    commons_[c] = users_[c] > 0 ? std::clamp(1.0 - taken / growth, 0.0, 1.0) : 1.0;
    harvest_[c] = usual_harvest_[c] = users_[c] > 0 ? commons_[c] * taken / (0.25 * growth) : 0.0;
  }

  std::vector<double> users_;  ///< farms at the start: made by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_commons() { return std::make_unique<Commons>(); }

}  // namespace kurultai
