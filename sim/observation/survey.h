// A survey is data (MODEL 11; Q1-Q4): a table [survey.NAME] in a scenario says who is asked, when, by which sample
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

/// The table [item.NAME].
struct ItemSpec : Section {
  explicit ItemSpec(std::string name)
      : Section(std::move(name), "a question of surveys, answered on a scale of five points") {}

  Text question{*this, {.name = "question", .meaning = "the question as it is asked", .source = "MODEL 11; Q1-Q4"}, ""};
  Choice variable{*this,
      {.name = "variable",
          .meaning = "what the answer rests on, a number from 0 to 1. Of the one who is asked: trust, satisfaction, "
                     "efficacy, awareness (share of live matters known), participation (took part within a year), "
                     "skill, job_satisfaction (staff only). Of the community where that one lives: answered, openness, "
                     "match, tension",
          .source = "MODEL 11"},
      "trust",
      {"trust", "satisfaction", "efficacy", "awareness", "participation", "skill", "answered", "openness", "match",
          "tension", "job_satisfaction"}};
  Numbers thresholds{*this,
      {.name = "thresholds",
          .meaning = "where it is cut into the five points, lowest first",
          .source = "MODEL 11; assumption"},
      {0.2, 0.4, 0.6, 0.8}, {0, 1}};
  Real error{*this,
      {.name = "error",
          .meaning = "SD of the error with which one reads it off oneself or one's community",
          .source = "MODEL 11; assumption"},
      0.1, {0, 10}};
  Real slip{*this,
      {.name = "slip",
          .meaning = "chance that another answer is noted than the one meant: any of the five alike",
          .source = "MODEL 11; assumption"},
      0.02, {0, 1}};
  Real refusal{*this,
      {.name = "refusal",
          .meaning = "share of respondents who leave this question out, whatever they think",
          .source = "MODEL 11; assumption"},
      0.03, {0, 1}};

  [[nodiscard]] Asked asked() const { return static_cast<Asked>(variable.index()); }
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

  Text title{*this, {.name = "title", .meaning = "name in figures and tables", .source = "MODEL 11"}, ""};
  Text source{*this,
      {.name = "source", .meaning = "what it stands for: a tag of the source, a citation", .source = "MODEL 11; Q1-Q4"},
      ""};
  Choice asks{*this, {.name = "asks", .meaning = "who is asked: residents, or staff of akimats", .source = "Q1-Q4"},
      "residents", {"residents", "staff"}};
  Texts levels{*this,
      {.name = "levels",
          .meaning = "of staff: levels of the akimats (community, district, region)",
          .source = "Q3, Q4"},
      {"community"}};
  Texts types{*this,
      {.name = "types",
          .meaning = "types of community whose residents, or akimats' staff, are asked; none: all",
          .source = "Q1, Q3"},
      {}};
  Texts regions{*this,
      {.name = "regions", .meaning = "regions where it is held, by name or code; none: all", .source = "Q2"}, {}};
  Whole age_from{*this, {.name = "age_from", .unit = "year", .meaning = "youngest who are asked", .source = "MODEL 11"},
      adult_age, {0, 100}};
  Whole age_to{*this, {.name = "age_to", .unit = "year", .meaning = "oldest who are asked", .source = "MODEL 11"}, 100,
      {0, 100}};
  Texts occupations{*this,
      {.name = "occupations", .meaning = "of residents: occupations that are asked; none: all", .source = "MODEL 11"},
      {}};

  Whole week{*this,
      {.name = "week",
          .unit = "week",
          .meaning = "week of the first round, counted from the end of the warm-up",
          .source = "MODEL 11"},
      40, {0, 5200}};
  Whole period{*this,
      {.name = "period", .unit = "week", .meaning = "weeks from one round to the next", .source = "MODEL 11"}, 52,
      {1, 5200}};
  Whole rounds{*this,
      {.name = "rounds", .meaning = "how many rounds, if the run lasts that long", .source = "MODEL 11"}, 1, {1, 5200}};

  Choice design{*this,
      {.name = "design",
          .meaning = "sample: simple random; stratified; clustered (communities, or akimats, drawn with a chance "
                     "proportional to their people, with replacement; then people there)",
          .source = "MODEL 11"},
      "simple", {"simple", "stratified", "clustered"}};
  Choice strata{
      *this, {.name = "strata", .meaning = "what strata are", .source = "MODEL 11"}, "region", {"region", "type"}};
  Choice allocation{*this,
      {.name = "allocation",
          .meaning = "how a stratified sample is split: by the strata's people, or equally; at least two each",
          .source = "MODEL 11"},
      "proportional", {"proportional", "equal"}};
  Whole size{*this,
      {.name = "size",
          .unit = "people",
          .meaning = "people drawn: of the sample itself, so it does not shrink with the scale of the run; where there "
                     "are no more people all are asked",
          .source = "MODEL 11"},
      1000, {1, 10000000}};
  Whole clusters{*this,
      {.name = "clusters", .meaning = "draws of communities or akimats in a clustered sample", .source = "MODEL 11"},
      40, {2, 100000}};

  Real nonresponse{*this,
      {.name = "nonresponse",
          .meaning = "share of those drawn who stay away, whatever they would say",
          .source = "MODEL 11; assumption"},
      0.2, {0, 0.999}};
  Numbers nonresponse_types{*this,
      {.name = "nonresponse_types",
          .unit = "log-odds",
          .meaning =
              "added to the log-odds of staying away, by type of community: rural okrug, town, city, city district",
          .source = "MODEL 11; assumption"},
      {0, 0, 0, 0}, {-20, 20}};
  Real selective{*this,
      {.name = "selective",
          .unit = "log-odds per point",
          .meaning =
              "added to the log-odds of answering for each point by which one's mean answer lies above the middle of "
              "the scale; not 0: non-response depends on the answer, and intervals do not cover the truth",
          .source = "MODEL 11; assumption"},
      0.0, {-20, 20}};
  Texts items{*this, {.name = "items", .meaning = "names of the items that are asked", .source = "Q1-Q4"}, {}};

  [[nodiscard]] bool of_staff() const { return asks.is("staff"); }
  [[nodiscard]] bool answer_dependent() const { return selective != 0.0; }
  /// Whether a round is held in `now`.
  [[nodiscard]] bool due(std::int32_t now) const {
    const std::int64_t since = now - week;
    return now >= 0 && since >= 0 && since % period == 0 && since / period < rounds;
  }
  [[nodiscard]] bool asks_level(Level level) const {
    return among(level_names[static_cast<std::size_t>(level)], levels.value());
  }
  [[nodiscard]] bool asks_type(PlaceType type) const {
    return types.value().empty() || among(place_type_names[static_cast<std::size_t>(type)], types.value());
  }
  [[nodiscard]] bool asks_occupation(Occupation occupation) const {
    return occupations.value().empty() ||
           among(occupation_names[static_cast<std::size_t>(occupation)], occupations.value());
  }
  [[nodiscard]] bool asks_region(const Region& region) const {
    return regions.value().empty() || among(region.code, regions.value()) || among(region.name, regions.value());
  }

  [[nodiscard]] std::string inconsistency() const override {
    for (const std::string& word : levels.value())
      if (word != "community" && word != "district" && word != "region")
        return "levels has '" + word + "', which is no level with staff (community, district, region)";
    for (const std::string& word : types.value())
      if (std::find(std::begin(place_type_names), std::end(place_type_names), word) == std::end(place_type_names))
        return "types has '" + word + "', which is no type of community (rural okrug, town, city, city district)";
    for (const std::string& word : occupations.value())
      if (std::find(std::begin(occupation_names), std::end(occupation_names), word) == std::end(occupation_names))
        return "occupations has '" + word +
               "', which is no occupation (farmer, entrepreneur, employee, public servant, student, pensioner, not "
               "working)";
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
