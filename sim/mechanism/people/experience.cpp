// experience: communities learn to organise themselves, and grow together (MODEL 7.26; D8, P6).
//
//   flow_j       <- flow_j + r (52 sum over matters closed this week of min(1, turnout / enough) - flow_j)
//   experience_j  = flow_j / (flow_j + flow_0)
//   efficacy_i   += change of lift_j,    lift_j <- lift_j + e_rate (b_experience (experience_j - usual_experience_j) -
//   lift_j) cohesion_j   <- cohesion_j + rate (1 + c_support support_j / (support_j + support_0) - cohesion_j)
//
// flow: matters a year that were completed with enough people, by memory of half_life weeks; a matter with less turnout
// counts for less. In the warm-up r is 1 / (weeks so far) where that is larger, so that flow is a plain mean and
// starts at rest; `usual_experience` is the experience at the end of the warm-up. Participation reads the difference
// of the two as a share of the cost of acting that falls away. Turnout is of the eligible. lift and cohesion move
// every fourth week. `support` is the support of culture and education: people who meet there care more what others do.
// Limits: without a warm-up experience begins at 0 and that is usual; whether a matter was answered does not count
// (that is efficacy's).
#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/elementary.h"
#include "mechanism/kit/money.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Experience final : public Mechanism {
 public:
  Experience()
      : Mechanism({.name = "experience",
            .meaning = "experience of self-organisation and cohesion of communities",
            .source = "MODEL 7.26; D8, P6",
            .phase = Phase::government}) {
    observe({.name = "experience",
        .meaning = "experience of self-organisation, mean over adults",
        .source = "D8",
        .least_scale = 0.2,
        .community = over_adults_of(adults_, experience_)});
    observe({.name = "cohesion",
        .meaning = "how much neighbours' acts count, mean over adults",
        .source = "P6",
        .community = over_adults_of(adults_, cohesion_)});
  }

  Lever support{*this, "support", 0.0, {0, 1000}, "support of culture and education beyond the usual", "P6",
      {.unit = "thousand tenge a resident and year"}};
  Real enough{*this, "enough", 0.1, {0.0001, 1}, "turnout at which a completed matter counts in full",
      "the quorum of gatherings; D8", {.unit = "share of eligible"}};
  Real flow_0{*this, "flow_0", 4.0, {0.01, 1000}, "matters a year that make half of full experience", "D8; assumption",
      {.unit = "matters a year"}};
  Real half_life{
      *this, "half_life", 104, {1, 5200}, "half-life of experience", "assumption: about two years", {.unit = "week"}};
  Real b_experience{*this, "b_experience", 0.2, {0, 1}, "efficacy gained by full experience", "D8; assumption"};
  Real e_rate{*this, "e_rate", 0.05, {0, 1}, "how fast efficacy follows experience", "assumption: about a year",
      {.unit = "per 4 weeks"}};
  Real c_support{*this, "c_support", 1.0, {0, 10}, "cohesion gained by support without limit, relative to the usual",
      "P6; assumption", {.symbol = "c_support"}};
  Real support_0{*this, "support_0", 5.0, {0.01, 1000}, "support that gains half of it", "P6; assumption",
      {.unit = "thousand tenge a resident and year"}};
  Real rate{*this, "rate", 0.05, {0, 1}, "how fast cohesion follows support", "assumption: about a year",
      {.unit = "per 4 weeks"}};

  void prepare(const Week& week) override {
    const std::size_t communities = week.communities();
    flow_.assign(communities, 0.0);
    lift_.assign(communities, 0.0);
    step_.assign(communities, 0);
    memory_ = 1.0 - exp_(-std::numbers::ln2 / half_life);
    for (std::size_t c = 0; c < communities; ++c) {
      experience_[c] = usual_experience_[c] = 0;
      cohesion_[c] = cohesive(c);
    }
  }

  void begin(const Week& week) override {
    const double r = week.warm_up() ? std::max(memory_, 1.0 / (week.tick() + 1.0)) : memory_;
    for (std::size_t c = 0; c < flow_.size(); ++c) {
      flow_[c] += r * (completed(week.dockets[c]) - flow_[c]);
      experience_[c] = flow_[c] / (flow_[c] + flow_0);
      if (week.warm_up()) usual_experience_[c] = experience_[c];
      if (!week.due(c, weeks_a_month)) continue;
      cohesion_[c] += rate * (cohesive(c) - cohesion_[c]);
      // In whole steps of a resident's efficacy, so that nothing is lost by rounding, however slow.
      const double wanted = e_rate * (b_experience * (experience_[c] - usual_experience_[c]) - lift_[c]);
      step_[c] = static_cast<std::int32_t>(std::floor(wanted * Share::steps + 0.5));
      lift_[c] += step_[c] / Share::steps;
    }
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.due(community, weeks_a_month) && step_[community] != 0;
  }

  void residents(const Week& /*week*/, const Batch& batch, Exposure& /*exposure*/) override {
    const double step = step_[batch.community] / Share::steps;
    for (const Vertex i : batch) efficacy_[i] = Share(efficacy_[i] + step);
  }

  void state(Archive& archive) override {
    archive("flow", flow_);
    archive("lift", lift_);
  }

 private:
  Read<std::uint32_t> adults_{*this, &Akimats::adults};
  Write<double> experience_{*this, &Akimats::experience, at_start};
  Write<double> usual_experience_{*this, &Akimats::usual_experience, at_start};
  Write<double> cohesion_{*this, &Akimats::cohesion, at_start};
  Add<Share> efficacy_{*this, &Residents::efficacy};
  ProgrammeCost cost_{*this, support, [](const Week& week, std::size_t c) { return inhabitants(week, c); }};

  [[nodiscard]] double cohesive(std::size_t c) const { return 1.0 + c_support * support[c] / (support[c] + support_0); }

  /// Matters a year, if every week were like this.
  [[nodiscard]] double completed(const Docket& docket) const {
    double sum = 0;
    for_slots(docket.closing, [&](unsigned s) {
      const Matter& matter = docket.slot[s];
      if (matter.outcome == Outcome::none || matter.eligible == 0) return;
      sum += std::min(1.0, static_cast<double>(matter.acted) / matter.eligible / enough);
    });
    return weeks_a_year * sum;
  }

  std::vector<double> flow_;
  std::vector<double> lift_;
  std::vector<std::int32_t> step_;  ///< change of lift this week, in steps of Share: made and used in one week
  double memory_ = 0;               ///< weight of a week: made by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_experience() { return std::make_unique<Experience>(); }

}  // namespace kurultai
