// policies: set this week's lever values, community by community (MODEL 1, 2: the means of T2).
//
// A policy names a lever, weeks, a dose and a target. Where `share` is below 1 the communities of the target are
// drawn by lot, keyed by the policy's and the community's names: the policy is a randomised trial, and who was
// treated, control or beside treated communities stands in the result. Policies act after the warm-up.
#include <algorithm>

#include "mechanism/list.h"

namespace kurultai {
namespace {

class Policies final : public Mechanism {
 public:
  Policies()
      : Mechanism({.name = "policies",
                   .meaning = "set this week's lever values",
                   .source = "MODEL 1, 2; T2",
                   .phase = Phase::levers,
                   .reads = {},
                   .writes = {}}) {}

  void prepare(World& world) override {
    world.trials.clear();
    levers_.clear();
    for (std::size_t p = 0; p < world.policies.size(); ++p) {
      const PolicySpec& policy = world.policies[p];
      Lever* lever = &lever_of(policy, world.registry);
      levers_.push_back(lever);
      world.trials.push_back(draw_lots(world, policy));
    }
  }

  void begin(World& world) override {
    for (Lever* lever : levers_) lever->reset(world.society.communities());
    for (std::size_t p = 0; p < levers_.size(); ++p) {
      const PolicySpec& policy = world.policies[p];
      const double dose = dose_at(policy, world.week);
      if (dose == 0) continue;
      std::vector<double>& now = levers_[p]->now();
      for (std::size_t c = 0; c < now.size(); ++c)
        if (world.trials[p].status[c] == Trial::treated) now[c] = moved(now[c], dose, policy, levers_[p]->range());
    }
  }

 private:
  static bool listed(const std::vector<std::string>& list, const std::string& code, const std::string& name) {
    return list.empty() || std::find(list.begin(), list.end(), code) != list.end() ||
           std::find(list.begin(), list.end(), name) != list.end();
  }

  Trial draw_lots(const World& world, const PolicySpec& policy) const {
    const Country& country = world.society.country;
    std::vector<std::size_t> target;
    for (std::size_t c = 0; c < country.communities.size(); ++c) {
      const Community& community = country.communities[c];
      const Region& region = country.regions[community.region];
      const District& district = country.districts[community.district];
      const std::string type = place_type_names[static_cast<std::size_t>(community.type)];
      if (listed(policy.regions.value(), region.code, region.name) && listed(policy.districts.value(), district.code, district.name) &&
          listed(policy.types.value(), type, type) && listed(policy.communities.value(), community.code, community.name) &&
          community.income >= policy.income_above && community.income < policy.income_below &&
          community.population >= policy.population_above && community.population < policy.population_below)
        target.push_back(c);
    }
    keep_extremes(country, target, policy.poorest_share, policy.richest_share);
    Trial trial;
    trial.status.assign(country.communities.size(), Trial::outside);
    const std::uint64_t policy_key = key_of(policy.name());
    for (const std::size_t c : target) {
      const bool treated = policy.share >= 1.0 ||
                           world.lasting(stream()).chance(policy.share, {world.society.key[c] ^ policy_key, 0xffffffffU});
      trial.status[c] = treated ? Trial::treated : Trial::control;
    }
    if (policy.trial || policy.share < 1.0) trial.exposure = exposure_to(world, trial.status);
    return trial;
  }

  /// Keeps those of `target` that are among its poorest and its richest shares.
  static void keep_extremes(const Country& country, std::vector<std::size_t>& target, double poorest, double richest) {
    if (poorest >= 1.0 && richest >= 1.0) return;
    std::vector<std::size_t> order = target;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const double x = country.communities[a].income;
      const double y = country.communities[b].income;
      return x != y ? x < y : a < b;
    });
    const auto count = static_cast<double>(order.size());
    std::vector<std::size_t> kept;
    for (std::size_t k = 0; k < order.size(); ++k) {
      const double rank = (static_cast<double>(k) + 0.5) / count;
      if ((poorest >= 1.0 || rank < poorest) && (richest >= 1.0 || rank >= 1.0 - richest)) kept.push_back(order[k]);
    }
    std::sort(kept.begin(), kept.end());
    target = kept;
  }

  /// Per community, the share of its residents' ties to other communities that lead into treated ones.
  static std::vector<float> exposure_to(const World& world, const std::vector<std::uint8_t>& status) {
    const Society& society = world.society;
    std::vector<float> exposure(society.communities(), 0.0F);
    for (std::size_t c = 0; c < society.communities(); ++c) {
      std::size_t all = 0;
      std::size_t into = 0;
      for (Vertex i = society.first[c]; i < society.first[c + 1]; ++i)
        for (const Tie tie : society.ties.outside(i)) {
          const auto at = std::upper_bound(society.first.begin(), society.first.end(), tie.to());
          const auto other = static_cast<std::size_t>(at - society.first.begin()) - 1;
          ++all;
          into += status[other] == Trial::treated ? 1 : 0;
        }
      if (all != 0) exposure[c] = static_cast<float>(static_cast<double>(into) / static_cast<double>(all));
    }
    return exposure;
  }

  std::vector<Lever*> levers_;  ///< lots are drawn again by `prepare`, the same; doses follow from the week
};

}  // namespace

std::unique_ptr<Mechanism> make_policies() { return std::make_unique<Policies>(); }

}  // namespace kurultai
