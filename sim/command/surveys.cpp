#include "command/surveys.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace kurultai {

namespace {

std::string joined(const std::vector<std::string>& words, const char* none) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : ", ") + word;
  return line.empty() ? none : line;
}

std::string who(const SurveySpec& survey) {
  std::string line =
      survey.of_staff() ? "staff of akimats: " + joined(survey.levels.value(), "") : std::string("residents");
  if (!survey.types.value().empty()) line += "; " + joined(survey.types.value(), "");
  if (!survey.occupations.value().empty()) line += "; " + joined(survey.occupations.value(), "");
  line += fmt::format("; aged {} to {}", survey.age_from.value(), survey.age_to.value());
  return line + "; regions: " + joined(survey.regions.value(), "all");
}

std::string sample(const SurveySpec& survey) {
  std::string line = fmt::format("{} people, {}", survey.size.value(), survey.design.value());
  if (survey.design == SampleDesign::stratified)
    line += fmt::format(" by {}, {} allocation", survey.strata.value(), survey.allocation.value());
  if (survey.design == SampleDesign::clustered)
    line += fmt::format(", {} draws of {}", survey.clusters.value(), survey.of_staff() ? "akimats" : "communities");
  return line;
}

std::string away(const SurveySpec& survey) {
  std::string line = fmt::format("{:g} stay away", survey.nonresponse.value());
  const std::vector<double>& types = survey.nonresponse_types.value();
  if (std::any_of(types.begin(), types.end(), [](double x) { return x != 0; }))
    line += ", more or fewer by type of community";
  if (survey.answer_dependent())
    line += fmt::format(
        "; depends on the answer ({:g} log-odds a point): intervals do not cover the truth", survey.selective.value());
  return line;
}

const ItemSpec& item_of(const Model& model, const std::string& name) {  // Model::check has seen to it
  std::size_t k = 0;
  while (k + 1 < model.items.size() && model.items.key(k) != name) ++k;
  return model.items[k];
}

}  // namespace

std::string describe_surveys(const Model& model, bool json) {
  nlohmann::json array = nlohmann::json::array();
  std::string text;
  for (std::size_t s = 0; s < model.surveys.size(); ++s) {
    const SurveySpec& survey = model.surveys[s];
    text += fmt::format("{}  {}\n", model.surveys.key(s), survey.title.value());
    const std::string when = fmt::format("week {}, every {} weeks, {} round{} at most", survey.week.value(),
        survey.period.value(), survey.rounds.value(), survey.rounds == 1 ? "" : "s");
    for (const auto& [name, said] : {std::pair<const char*, std::string>{"source", survey.source.value()},
             {"asks", who(survey)}, {"when", when}, {"sample", sample(survey)}, {"absent", away(survey)}})
      if (!said.empty()) text += fmt::format("  {:<10} {}\n", name, said);
    nlohmann::json entry = {{"name", model.surveys.key(s)}, {"title", survey.title.value()},
        {"source", survey.source.value()}, {"asks", who(survey)}, {"first_week", survey.week.value()},
        {"period", survey.period.value()}, {"rounds", survey.rounds.value()}, {"design", survey.design.value()},
        {"size", survey.size.value()}, {"nonresponse", survey.nonresponse.value()},
        {"answer_dependent", survey.answer_dependent()}, {"items", nlohmann::json::array()}};
    for (const std::string& name : survey.items.value()) {
      const ItemSpec& item = item_of(model, name);
      text += fmt::format("  {:<10} {:<14} {}\n", "item", name, item.question.value());
      text +=
          fmt::format("  {:<25} rests on {}, cut at {:g}, {:g}, {:g}, {:g}; error {:g}, slips {:g}, left out {:g}\n",
              "", item.variable.value(), item.thresholds[0], item.thresholds[1], item.thresholds[2], item.thresholds[3],
              item.error.value(), item.slip.value(), item.refusal.value());
      entry["items"].push_back({{"name", name}, {"question", item.question.value()},
          {"variable", item.variable.value()}, {"thresholds", item.thresholds.value()}, {"error", item.error.value()},
          {"slip", item.slip.value()}, {"refusal", item.refusal.value()}});
    }
    array.push_back(entry);
    text += "\n";
  }
  if (model.surveys.size() == 0)
    text = "No surveys: name a scenario, as in 'kurultai describe surveys scenarios/surveys.toml'.\n";
  return json ? array.dump(2) + "\n" : text;
}

}  // namespace kurultai
