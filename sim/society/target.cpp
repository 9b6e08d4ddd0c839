#include "society/target.h"

#include <algorithm>
#include <string>

#include "society/residents.h"

namespace kurultai {

namespace {

bool listed(const std::vector<std::string>& list, const std::string& code, const std::string& name) {
  return list.empty() || std::find(list.begin(), list.end(), code) != list.end() ||
         std::find(list.begin(), list.end(), name) != list.end();
}

/// Keeps those of `target` that are among its poorest and its richest shares.
void keep_extremes(const Country& country, std::vector<std::size_t>& target, double poorest, double richest) {
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

}  // namespace

std::vector<std::size_t> communities_meant(const Country& country, const PolicySpec& policy) {
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
  return target;
}

KnownTargets known_targets(const Country& country) {
  KnownTargets known;
  for (const Region& region : country.regions) known.regions.insert(known.regions.end(), {region.code, region.name});
  for (const District& district : country.districts) known.districts.insert(known.districts.end(), {district.code, district.name});
  known.types.assign(std::begin(place_type_names), std::end(place_type_names));
  for (const Community& community : country.communities)
    known.communities.insert(known.communities.end(), {community.code, community.name});
  known.education.assign(std::begin(education_names), std::end(education_names));
  known.occupations.assign(std::begin(occupation_names), std::end(occupation_names));
  return known;
}

}  // namespace kurultai
