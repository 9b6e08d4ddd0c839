// The surveys of a run: holds the rounds that are due and keeps what they found, beside what was true (MODEL 7.43;
// Q1-Q4).
#pragma once

#include <vector>

#include "observation/result.h"
#include "observation/survey_sample.h"

namespace kurultai {

class SurveyRecord {
 public:
  /// Both collections must outlive it. Throws scenario_error for regions that the society does not have.
  SurveyRecord(const World& world, const Collection<SurveySpec>& surveys, const Collection<ItemSpec>& items,
      const ScenarioSource& source);

  /// Holds the rounds that are due in the week that `world` has just finished.
  void observe(const World& world);

  /// All that was found, for checkpoints.
  void state(Archive& archive);

  /// The groups "surveys/NAME": by (week, item) respondents, estimates of the mean and of the share of the two top
  /// boxes, with standard errors, 95% intervals and design effects, beside what a full census with the same
  /// questionnaire would give and the mean of what the item is about; by (week) people, drawn and answered. A survey
  /// without a round is left out.
  [[nodiscard]] std::vector<Group> groups() const;

 private:
  struct Rounds {
    std::vector<std::int32_t> week;
    std::vector<std::int64_t> people;  ///< by round: of the population
    std::vector<std::int64_t> drawn;
    std::vector<std::int64_t> answered;
    std::vector<double> values;  ///< by round, item and field
  };
  [[nodiscard]] std::vector<const ItemSpec*> items_of(const SurveySpec& survey) const;
  [[nodiscard]] Group group(std::size_t survey) const;

  const Collection<SurveySpec>& surveys_;
  const Collection<ItemSpec>& items_;
  std::vector<Rounds> rounds_;  ///< by survey
};

}  // namespace kurultai
