// How a survey samples and what it may conclude (MODEL 7.43): pure functions of a world, or of plain numbers.
//
//   simple      n of N, each set of n alike                      mean, (1 - n/N) s^2 / n
//   stratified  n_h of N_h in each stratum                       sum W_h mean_h, W_h = N_h / N,
//                                                                sum W_h^2 (1 - n_h/N_h) s_h^2 / n_h
//   clustered   m draws of clusters with chance N_c / N, with    mean of the draws' means, their variance / m
//               replacement; n / m people in each                (Hansen and Hurwitz 1943: no correction is due)
//
// n counts respondents. Intervals of means: mean +- t se, t of Student with n - 1, Satterthwaite's, or m - 1 degrees of
// freedom. Intervals of shares: Wilson's, with the effective size p (1 - p) / se^2 and the same t. Design effect: se^2
// over that of a simple sample of as many respondents.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/random.h"
#include "mechanism/mechanism.h"
#include "observation/survey.h"

namespace kurultai {

/// Who may be asked: people by place, in the order of places.
struct Frame {
  /// A community, or an akimat with staff.
  struct Cluster {
    std::uint64_t key = 0;   ///< with the ordinal a stable name of each of its people
    std::uint32_t base = 0;  ///< agent with the ordinal 0
    std::uint32_t stratum = 0;
    std::uint8_t type = place_type_count;  ///< PlaceType; of akimats above communities: none
  };
  std::vector<Cluster> clusters;
  std::vector<std::uint32_t> first = {0};  ///< by cluster: its first entry of `agents`; and one more
  std::vector<std::uint32_t> agents;       ///< residents, or posts of World::staff
  std::uint32_t strata = 1;

  [[nodiscard]] std::uint32_t size() const { return first.back(); }
  [[nodiscard]] Name name(std::uint32_t cluster, std::uint32_t agent) const {
    return {clusters[cluster].key, agent - clusters[cluster].base};
  }
};

/// The population of `survey` in `world` as it is now.
Frame frame_of(const World& world, const SurveySpec& survey);

/// One who was drawn.
struct Unit {
  std::uint32_t cluster = 0;
  std::uint32_t agent = 0;
};

/// Those drawn together: everybody, a stratum, or one draw of a cluster.
struct SampleGroup {
  double population = 0;  ///< people of the frame that it stands for
  std::vector<Unit> units;
};

/// Draws a sample by the survey's design. `purpose` keeps surveys apart that are drawn in one week.
std::vector<SampleGroup> draw_sample(
    const Frame& frame, const SurveySpec& survey, const Draws& draws, std::uint32_t purpose);

/// What the members of a group of the sample answered.
struct GroupAnswers {
  double population = 0;
  std::vector<double> values = {};
};

/// A mean, or a share, with what it is worth. nan where it cannot be told.
struct Finding {
  std::int64_t respondents = 0;
  double value = std::numeric_limits<double>::quiet_NaN();
  double error = std::numeric_limits<double>::quiet_NaN();  ///< standard error
  double low = std::numeric_limits<double>::quiet_NaN();    ///< of the 95% interval
  double high = std::numeric_limits<double>::quiet_NaN();
  double design_effect = std::numeric_limits<double>::quiet_NaN();
};

/// The mean of `groups` sampled by `clustered` draws or else by strata (one: a simple sample); of a `share` the values
/// are 0 and 1.
Finding estimate(std::span<const GroupAnswers> groups, bool clustered, bool share);

/// 97.5% quantile of Student's t, 1 to 3 degrees of freedom from the table, above by Cornish and Fisher's expansion (to
/// 0.2%).
double student_975(double freedom);

/// The questionnaire of a survey put to people: answers are functions of who answers, never of the sample.
class Questionnaire {
 public:
  /// `draws` are those of answers; `frame` must outlive it.
  Questionnaire(const World& world, const SurveySpec& survey, std::vector<const ItemSpec*> items, const Frame& frame,
      const Draws& draws);

  [[nodiscard]] std::size_t size() const { return items_.size(); }
  /// What item `k` is about, of `unit`: 0 to 1.
  [[nodiscard]] double latent(std::size_t k, Unit unit) const;
  /// The point of the scale that `unit` ticks, if it answers: 1 to 5.
  [[nodiscard]] int answer(std::size_t k, Unit unit) const;
  /// Whether `unit` leaves item `k` out, by the luck of the round.
  [[nodiscard]] bool refuses(std::size_t k, Unit unit, const Draws& draws) const;
  /// Chance that `unit` answers at all, given its mean answer.
  [[nodiscard]] double response_chance(Unit unit, double mean_answer) const;

 private:
  [[nodiscard]] std::uint32_t resident_of(Unit unit) const;

  const World& world_;
  const SurveySpec& survey_;
  std::vector<const ItemSpec*> items_;
  const Frame& frame_;
  Draws draws_;
  std::vector<std::uint32_t> purpose_;    ///< by item: what its draws are for
  std::vector<std::uint32_t> community_;  ///< of staff, by cluster: its community, else none
};

/// What everybody would say with the same questionnaire, and what it is about.
struct Census {
  double mean = std::numeric_limits<double>::quiet_NaN();    ///< of answers, 1 to 5
  double share = std::numeric_limits<double>::quiet_NaN();   ///< of the two top boxes
  double latent = std::numeric_limits<double>::quiet_NaN();  ///< mean of what the item is about, 0 to 1
};

/// By item.
std::vector<Census> take_census(const Frame& frame, const Questionnaire& questionnaire);

/// One item of one round as the survey reports it.
struct ItemReport {
  Finding mean;   ///< of answers, 1 to 5
  Finding share;  ///< of the two top boxes
};

/// A round as the survey reports it.
struct RoundReport {
  std::int64_t drawn = 0;
  std::int64_t answered = 0;  ///< of those, who did not stay away
  std::vector<ItemReport> items;
};

/// Draws a sample and asks it. `draws` are those of the sample, of who stays away and of what is left out.
RoundReport hold_round(
    const Frame& frame, const SurveySpec& survey, const Questionnaire& questionnaire, const Draws& draws);

}  // namespace kurultai
