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

/// A policy's conditions on a community by itself; words are looked up once, not for each community.
class Conditions {
 public:
  Conditions(const Country& country, const PolicySpec& policy) : policy_(policy) {
    if (!policy.regions.value().empty())
      for (const Region& region : country.regions)
        regions_.push_back(listed(policy.regions.value(), region.code, region.name));
    if (!policy.districts.value().empty())
      for (const District& district : country.districts)
        districts_.push_back(listed(policy.districts.value(), district.code, district.name));
    for (const char* type : words<PlaceType>) types_.push_back(listed(policy.types.value(), type, type));
  }
  bool operator()(const Community& community) const {
    return (regions_.empty() || regions_[community.region]) && (districts_.empty() || districts_[community.district]) &&
           types_[static_cast<std::size_t>(community.type)] && community.income >= policy_.income_above &&
           community.income < policy_.income_below && community.population >= policy_.population_above &&
           community.population < policy_.population_below &&
           listed(policy_.communities.value(), community.code, community.name);
  }

 private:
  const PolicySpec& policy_;
  std::vector<bool> regions_;    // empty: all
  std::vector<bool> districts_;  // empty: all
  std::vector<bool> types_;
};

/// Whether the k-th poorest of `count` communities is among the poorest and the richest shares.
bool among(std::size_t k, std::size_t count, double poorest, double richest) {
  const double rank = (static_cast<double>(k) + 0.5) / static_cast<double>(count);
  return (poorest >= 1.0 || rank < poorest) && (richest >= 1.0 || rank >= 1.0 - richest);
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
  std::vector<std::size_t> kept;
  for (std::size_t k = 0; k < order.size(); ++k)
    if (among(k, order.size(), poorest, richest)) kept.push_back(order[k]);
  std::sort(kept.begin(), kept.end());
  target = kept;
}

}  // namespace

std::vector<std::size_t> communities_meant(const Country& country, const PolicySpec& policy) {
  const Conditions meets(country, policy);
  std::vector<std::size_t> target;
  for (std::size_t c = 0; c < country.communities.size(); ++c)
    if (meets(country.communities[c])) target.push_back(c);
  keep_extremes(country, target, policy.poorest_share, policy.richest_share);
  return target;
}

bool means_any(const Country& country, const PolicySpec& policy) {
  const Conditions meets(country, policy);
  const double poorest = policy.poorest_share;
  const double richest = policy.richest_share;
  std::size_t count = 0;
  for (const Community& community : country.communities) {
    if (!meets(community)) continue;
    ++count;
    // One share alone only grows with the number of communities.
    if ((richest >= 1.0 && among(0, count, poorest, richest)) ||
        (poorest >= 1.0 && among(count - 1, count, poorest, richest)))
      return true;
  }
  for (std::size_t k = 0; k < count; ++k)
    if (among(k, count, poorest, richest)) return true;
  return false;
}

KnownTargets known_targets(const Country& country) {
  KnownTargets known;
  for (const Region& region : country.regions) known.regions.insert(known.regions.end(), {region.code, region.name});
  for (const District& district : country.districts)
    known.districts.insert(known.districts.end(), {district.code, district.name});
  known.types = word_list<PlaceType>();
  for (const Community& community : country.communities)
    known.communities.insert(known.communities.end(), {community.code, community.name});
  known.education = word_list<Education>();
  known.occupations = word_list<Occupation>();
  return known;
}

}  // namespace kurultai
