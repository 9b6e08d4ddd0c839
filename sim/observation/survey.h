// A survey is data (MODEL 7.43; Q1-Q4): a table [survey.NAME] in a scenario says who is asked, when, by which sample
// design and who stays away; a table [item.NAME] is a question on a scale of five points, tied to what it is about. How
// samples are drawn and what follows from them: survey_sample.h; what a run makes of it: survey_record.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "scenario/scenario.h"
#include "society/ledger.h"
#include "society/places.h"
#include "society/residents.h"

namespace kurultai {

/// Points of the scale: 1 (lowest) to 5 (highest); the two highest are the top boxes.
inline constexpr int scale_points = 5;
inline constexpr int top_box = 4;

/// What an item can be about: Choice `ItemSpec::variable`, in this order.
enum class Asked : std::uint8_t {
  trust,
  satisfaction,
  efficacy,
  awareness,
  participation,
  skill,
  answered,
  openness,
  match,
  tension,
  job_satisfaction,
};
template <>
inline constexpr auto words<Asked> = std::array{"trust", "satisfaction", "efficacy", "awareness", "participation",
    "skill", "answered", "openness", "match", "tension", "job_satisfaction"};
/// Who is asked.
enum class Respondents : std::uint8_t { residents, staff };
template <> inline constexpr auto words<Respondents> = std::array{"residents", "staff"};
/// How a sample is drawn.
enum class SampleDesign : std::uint8_t { simple, stratified, clustered };
template <> inline constexpr auto words<SampleDesign> = std::array{"simple", "stratified", "clustered"};
/// What strata are.
enum class Strata : std::uint8_t { region, type };
template <> inline constexpr auto words<Strata> = std::array{"region", "type"};
/// How a stratified sample is split.
enum class Allocation : std::uint8_t { proportional, equal };
template <> inline constexpr auto words<Allocation> = std::array{"proportional", "equal"};

/// The table [item.NAME].
struct ItemSpec : Section {
  explicit ItemSpec(std::string name)
      : Section(std::move(name), "a question of surveys, answered on a scale of five points") {}

  Text question{*this, "question", "", "the question as it is asked", "MODEL 7.43; Q1-Q4"};
  Choice<Asked> variable{*this, "variable", Asked::trust,
      "what the answer rests on, a number from 0 to 1. Of the one who is asked: trust, satisfaction, efficacy, "
      "awareness (share of live matters known), participation (took part within a year), skill, job_satisfaction "
      "(staff only). Of the community where that one lives: answered, openness, match, tension",
      "MODEL 7.43"};
  Numbers thresholds{*this, "thresholds", {0.2, 0.4, 0.6, 0.8}, {0, 1},
      "where it is cut into the five points, lowest first", "MODEL 7.43; assumption"};
  Real error{*this, "error", 0.1, {0, 10}, "SD of the error with which one reads it off oneself or one's community",
      "MODEL 7.43; assumption"};
  Real slip{*this, "slip", 0.02, {0, 1},
      "chance that another answer is noted than the one meant: any of the five alike", "MODEL 7.43; assumption"};
  Real refusal{*this, "refusal", 0.03, {0, 1}, "share of respondents who leave this question out, whatever they think",
      "MODEL 7.43; assumption"};

  [[nodiscard]] Asked asked() const { return variable; }
  [[nodiscard]] std::string inconsistency() const override {
    const std::vector<double>& cuts = thresholds.value();
    if (cuts.size() != scale_points - 1)
      return "thresholds needs four numbers, one between each two points of the scale";
    for (std::size_t k = 1; k < cuts.size(); ++k)
      if (cuts[k] < cuts[k - 1]) return "thresholds must rise";
    return {};
  }
};

/// The table [survey.NAME].
struct SurveySpec : Section {
  explicit SurveySpec(std::string name)
      : Section(std::move(name), "a survey: who is asked what, when, by which sample, and who stays away") {}

  Text title{*this, "title", "", "name in figures and tables", "MODEL 7.43"};
  Text source{*this, "source", "", "what it stands for: a tag of the source, a citation", "MODEL 7.43; Q1-Q4"};
  Choice<Respondents> asks{
      *this, "asks", Respondents::residents, "who is asked: residents, or staff of akimats", "Q1-Q4"};
  Choices<Level> levels{
      *this, "levels", {Level::community}, "of staff: levels of the akimats (community, district, region)", "Q3, Q4"};
  Choices<PlaceType> types{
      *this, "types", {}, "types of community whose residents, or akimats' staff, are asked; none: all", "Q1, Q3"};
  Texts regions{*this, "regions", {}, "regions where it is held, by name or code; none: all", "Q2"};
  Whole age_from{*this, "age_from", adult_age, {0, 100}, "youngest who are asked", "MODEL 7.43", {.unit = "year"}};
  Whole age_to{*this, "age_to", 100, {0, 100}, "oldest who are asked", "MODEL 7.43", {.unit = "year"}};
  Choices<Occupation> occupations{
      *this, "occupations", {}, "of residents: occupations that are asked; none: all", "MODEL 7.43"};

  Whole week{*this, "week", 40, {0, 5200}, "week of the first round, counted from the end of the warm-up", "MODEL 7.43",
      {.unit = "week"}};
  Whole period{*this, "period", 52, {1, 5200}, "weeks from one round to the next", "MODEL 7.43", {.unit = "week"}};
  Whole rounds{*this, "rounds", 1, {1, 5200}, "how many rounds, if the run lasts that long", "MODEL 7.43"};

  Choice<SampleDesign> design{*this, "design", SampleDesign::simple,
      "sample: simple random; stratified; clustered (communities, or akimats, drawn with a chance proportional to "
      "their people, with replacement; then people there)",
      "MODEL 7.43"};
  Choice<Strata> strata{*this, "strata", Strata::region, "what strata are", "MODEL 7.43"};
  Choice<Allocation> allocation{*this, "allocation", Allocation::proportional,
      "how a stratified sample is split: by the strata's people, or equally; at least two each", "MODEL 7.43"};
  Whole size{*this, "size", 1000, {1, 10000000},
      "people drawn: of the sample itself, so it does not shrink with the scale of the run; where there are no more "
      "people all are asked",
      "MODEL 7.43", {.unit = "people"}};
  Whole clusters{
      *this, "clusters", 40, {2, 100000}, "draws of communities or akimats in a clustered sample", "MODEL 7.43"};

  Real nonresponse{*this, "nonresponse", 0.2, {0, 0.999}, "share of those drawn who stay away, whatever they would say",
      "MODEL 7.43; assumption"};
  Numbers nonresponse_types{*this, "nonresponse_types", {0, 0, 0, 0}, {-20, 20},
      "added to the log-odds of staying away, by type of community: rural okrug, town, city, city district",
      "MODEL 7.43; assumption", {.unit = "log-odds"}};
  Real selective{*this, "selective", 0.0, {-20, 20},
      "added to the log-odds of answering for each point by which one's mean answer lies above the middle of the "
      "scale; not 0: non-response depends on the answer, and intervals do not cover the truth",
      "MODEL 7.43; assumption", {.unit = "log-odds per point"}};
  Texts items{*this, "items", {}, "names of the items that are asked", "Q1-Q4"};

  [[nodiscard]] bool of_staff() const { return asks == Respondents::staff; }
  [[nodiscard]] bool answer_dependent() const { return selective != 0.0; }
  /// Whether a round is held in `now`.
  [[nodiscard]] bool due(std::int32_t now) const {
    const std::int64_t since = now - week;
    return now >= 0 && since >= 0 && since % period == 0 && since / period < rounds;
  }
  [[nodiscard]] bool asks_level(Level level) const { return levels.lists(level); }
  [[nodiscard]] bool asks_type(PlaceType type) const { return types.holds(type); }
  [[nodiscard]] bool asks_occupation(Occupation occupation) const { return occupations.holds(occupation); }
  [[nodiscard]] bool asks_region(const Region& region) const {
    return regions.value().empty() || among(region.code, regions.value()) || among(region.name, regions.value());
  }

  [[nodiscard]] std::string inconsistency() const override {
    for (const std::string& word : levels.value())
      if (word != "community" && word != "district" && word != "region")
        return "levels has '" + word + "', which is no level with staff (community, district, region)";
    for (std::string why : {types.unknown("type of community"), occupations.unknown("occupation")})
      if (!why.empty()) return why;
    if (of_staff() && levels.value().empty()) return "a survey of staff needs levels";
    if (of_staff() && !types.value().empty() && levels.value() != std::vector<std::string>{"community"})
      return "types is of communities: with it, levels can be [\"community\"] only";
    if (of_staff() && !occupations.value().empty()) return "occupations is of residents: staff are public servants";
    if (age_from > age_to) return "age_from must not lie above age_to";
    if (nonresponse_types.value().size() != place_type_count)
      return "nonresponse_types needs four numbers, one for each type of community";
    if (items.value().empty()) return "a survey asks something: items is empty";
    for (std::size_t k = 0; k < items.value().size(); ++k)
      if (std::find(items.value().begin(), items.value().begin() + static_cast<std::ptrdiff_t>(k), items.value()[k]) !=
          items.value().begin() + static_cast<std::ptrdiff_t>(k))
        return "items has '" + items.value()[k] + "' twice";
    return {};
  }

 private:
  static bool among(const std::string& word, const std::vector<std::string>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
  }
};

/// Throws scenario_error, with the place and the nearest name, for a survey whose items do not exist or cannot be asked
/// of those whom it asks.
void check_surveys(
    const Collection<SurveySpec>& surveys, const Collection<ItemSpec>& items, const ScenarioSource& source);

/// The same for regions that `country` does not have.
void check_survey_regions(const Collection<SurveySpec>& surveys, const Country& country, const ScenarioSource& source);

}  // namespace kurultai
