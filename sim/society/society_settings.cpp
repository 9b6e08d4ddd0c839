#include "society/society_settings.h"

namespace kurultai {

namespace {
bool all_zero(const Numbers& numbers) {
  for (const double x : numbers.value())
    if (x > 0) return false;
  return true;
}
}  // namespace

std::string SocietySettings::inconsistency() const {
  if (source == Source::network && (nodes.value().empty() || edges.value().empty()))
    return "source = \"network\" needs both nodes and edges";
  for (const Numbers* weights : {&work_urban, &work_rural, &wish_okrug, &wish_town, &wish_city, &reach_kin,
           &reach_neighbour, &reach_work, &reach_online})
    if (all_zero(*weights)) return "the weights " + weights->about().name + " must not all be 0";
  return {};
}

}  // namespace kurultai
