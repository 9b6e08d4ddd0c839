#include "observation/survey.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/nearest.h"

namespace kurultai {

void check_surveys(
    const Collection<SurveySpec>& surveys, const Collection<ItemSpec>& items, const ScenarioSource& source) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < items.size(); ++k) names.push_back(items.key(k));
  for (std::size_t s = 0; s < surveys.size(); ++s) {
    const SurveySpec& survey = surveys[s];
    for (const std::string& name : survey.items.value()) {
      const auto found = std::find(names.begin(), names.end(), name);
      const std::string place = source.place_of(survey.items.path());
      if (found == names.end()) {
        throw scenario_error(place, fmt::format("survey '{}' asks '{}'", surveys.key(s), name), "no item has that name",
            did_you_mean(nearest(name, names), fmt::format("add a table [item.{}]", name)));
      }
      const ItemSpec& item = items[static_cast<std::size_t>(found - names.begin())];
      if (item.asked() == Asked::job_satisfaction && !survey.of_staff())
        throw scenario_error(place, fmt::format("survey '{}' asks residents '{}'", surveys.key(s), name),
            "job satisfaction is of staff", "set asks = \"staff\", or leave the item out");
    }
  }
}

void check_survey_regions(const Collection<SurveySpec>& surveys, const Country& country, const ScenarioSource& source) {
  std::vector<std::string> known;
  for (const Region& region : country.regions) known.insert(known.end(), {region.code, region.name});
  for (std::size_t s = 0; s < surveys.size(); ++s)
    for (const std::string& name : surveys[s].regions.value()) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      throw scenario_error(source.place_of(surveys[s].regions.path()),
          fmt::format("survey '{}' is held in '{}'", surveys.key(s), name),
          "the society has no region of that code or name",
          did_you_mean(nearest(name, known), "name a region, or leave regions empty"));
    }
}

}  // namespace kurultai
