#include "observation/survey_record.h"

#include <utility>

#include "observation/result_builder.h"

namespace kurultai {

namespace {

struct Kept {
  const char* name;
  const char* unit;
  const char* meaning;
};

/// What is kept of an item in a round, in this order.
constexpr Kept fields[] = {
    {"respondents", "people", "answers to the item"},
    {"estimate", "points", "estimate of the mean answer, 1 to 5"},
    {"standard_error", "points", "standard error of the mean answer, for the finite population and the design"},
    {"low", "points", "lower end of the 95% interval of the mean answer"},
    {"high", "points", "upper end of the 95% interval of the mean answer"},
    {"design_effect", "1", "variance of the mean answer over that of a simple sample of as many respondents"},
    {"share", "1", "estimate of the share of the two top boxes"},
    {"share_standard_error", "1", "standard error of the share of the two top boxes"},
    {"share_low", "1", "lower end of the 95% interval of the share of the two top boxes"},
    {"share_high", "1", "upper end of the 95% interval of the share of the two top boxes"},
    {"census", "points", "mean answer that a full census with the same questionnaire would give"},
    {"census_share", "1", "share of the two top boxes that a full census with the same questionnaire would give"},
    {"latent", "1", "mean of what the item is about, 0 to 1, over all who may be asked"},
};
constexpr std::size_t field_count = std::size(fields);

constexpr const char* biased =
    "; non-response depends on the answer: estimates are biased, intervals do not cover the truth";

}  // namespace

SurveyRecord::SurveyRecord(const World& world, const Collection<SurveySpec>& surveys, const Collection<ItemSpec>& items,
    const ScenarioSource& source)
    : surveys_(surveys),
      items_(items),
      rounds_(surveys.size()) {
  check_survey_regions(surveys, world.society.country, source);
}

std::vector<const ItemSpec*> SurveyRecord::items_of(const SurveySpec& survey) const {
  std::vector<const ItemSpec*> list;
  for (const std::string& name : survey.items.value())
    for (std::size_t k = 0; k < items_.size(); ++k)
      if (items_.key(k) == name) list.push_back(&items_[k]);
  return list;
}

void SurveyRecord::observe(const World& world) {
  for (std::size_t s = 0; s < surveys_.size(); ++s) {
    const SurveySpec& survey = surveys_[s];
    if (!survey.due(world.week)) continue;
    const Draws draws = world.draws(Stream::surveys);
    const Frame frame = frame_of(world, survey);
    const Questionnaire questionnaire(world, survey, items_of(survey), frame, draws);
    const std::vector<Census> census = take_census(frame, questionnaire);
    const RoundReport report = hold_round(frame, survey, questionnaire, draws);
    Rounds& rounds = rounds_[s];
    rounds.week.push_back(world.week);
    rounds.people.push_back(frame.size());
    rounds.drawn.push_back(report.drawn);
    rounds.answered.push_back(report.answered);
    for (std::size_t k = 0; k < census.size(); ++k) {
      const Finding& mean = report.items[k].mean;
      const Finding& share = report.items[k].share;
      rounds.values.insert(rounds.values.end(),
          {static_cast<double>(mean.respondents), mean.value, mean.error, mean.low, mean.high, mean.design_effect,
              share.value, share.error, share.low, share.high, census[k].mean, census[k].share, census[k].latent});
    }
  }
}

void SurveyRecord::state(Archive& archive) {
  for (std::size_t s = 0; s < rounds_.size(); ++s) {
    archive.section(surveys_[s].name());
    archive("week", rounds_[s].week);
    archive("people", rounds_[s].people);
    archive("drawn", rounds_[s].drawn);
    archive("answered", rounds_[s].answered);
    archive("values", rounds_[s].values);
  }
}

Group SurveyRecord::group(std::size_t s) const {
  const SurveySpec& survey = surveys_[s];
  const Rounds& rounds = rounds_[s];
  const std::string title = survey.title.value().empty() ? surveys_.key(s) : survey.title.value();
  const std::string warning = survey.answer_dependent() ? biased : "";
  const std::vector<const ItemSpec*> items = items_of(survey);
  GroupBuilder group("surveys/" + surveys_.key(s), title + warning);
  group.from(survey.source.value().empty() ? "model" : survey.source.value());
  group.over(weeks_coordinate(rounds.week));
  group.over("item", survey.items.value()).says("question asked");

  group.over_only({"week"});
  group.add("people", rounds.people).unit("people").says("people who may be asked, at the scale of the run");
  group.add("drawn", rounds.drawn).unit("people").says("people drawn into the sample");
  group.add("answered", rounds.answered).unit("people").says("of those drawn, people who did not stay away");
  group.add("answer_dependent", std::vector<std::uint8_t>(rounds.week.size(), survey.answer_dependent() ? 1 : 0))
      .says("whether who stays away depends on the answer" + warning)
      .one_of({"no", "yes"});

  group.over_only({"item"});
  group.add("question", each_of(items, [](const ItemSpec* item) { return item->question.value(); }))
      .says("the question as it is asked");
  group.add("variable", each_of(items, [](const ItemSpec* item) { return item->variable.value(); }))
      .says("what the answer rests on")
      .from("MODEL 7.43");

  group.over_only({"week", "item"});
  for (std::size_t f = 0; f < field_count; ++f) {
    std::vector<double> values(rounds.week.size() * items.size());
    for (std::size_t cell = 0; cell < values.size(); ++cell) values[cell] = rounds.values[cell * field_count + f];
    group.add(fields[f].name, std::move(values)).unit(fields[f].unit).says(fields[f].meaning);
  }
  return group.take();
}

std::vector<Group> SurveyRecord::groups() const {
  std::vector<Group> groups;
  for (std::size_t s = 0; s < surveys_.size(); ++s)
    if (!rounds_[s].week.empty()) groups.push_back(group(s));
  return groups;
}

}  // namespace kurultai
