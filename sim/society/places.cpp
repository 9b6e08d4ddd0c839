#include "society/places.h"

namespace kurultai {

Country part_of(const Country& country, const std::vector<bool>& kept) {
  Country part;
  part.name = country.name;
  part.pyramid = country.pyramid;
  std::vector<std::uint32_t> region(country.regions.size(), 0);
  std::vector<std::uint32_t> district(country.districts.size(), 0);
  for (std::size_t r = 0; r < country.regions.size(); ++r) {
    if (!kept[r]) continue;
    region[r] = static_cast<std::uint32_t>(part.regions.size());
    part.regions.push_back(country.regions[r]);
  }
  for (std::size_t d = 0; d < country.districts.size(); ++d) {
    if (!kept[country.districts[d].region]) continue;
    district[d] = static_cast<std::uint32_t>(part.districts.size());
    part.districts.push_back(country.districts[d]);
    part.districts.back().region = region[country.districts[d].region];
  }
  for (const Community& community : country.communities) {
    if (!kept[community.region]) continue;
    part.communities.push_back(community);
    part.communities.back().region = region[community.region];
    part.communities.back().district = district[community.district];
  }
  return part;
}

}  // namespace kurultai
