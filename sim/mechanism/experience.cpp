// experience: communities learn to organise themselves, and grow together (MODEL 10; D8, P6).
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
#include "mechanism/list.h"

namespace kurultai {
namespace {

class Experience final : public Mechanism {
 public:
  Experience()
      : Mechanism({.name = "experience",
            .meaning = "experience of self-organisation and cohesion of communities",
            .source = "MODEL 10; D8, P6",
            .phase = Phase::government,
            .reads = {"adults"},
            .writes = {"experience", "usual_experience", "cohesion"},
            .adds = {"efficacy"}}) {
    observe({.name = "experience",
        .meaning = "experience of self-organisation, mean over adults",
        .source = "D8",
        .least_scale = 0.2,
        .community = over_adults(&Akimats::experience)});
    observe({.name = "cohesion",
        .meaning = "how much neighbours' acts count, mean over adults",
        .source = "P6",
        .community = over_adults(&Akimats::cohesion)});
  }

  Lever support{*this,
      {.name = "support",
          .unit = "thousand tenge a resident and year",
          .meaning = "support of culture and education beyond the usual",
          .source = "P6"},
      0.0, {0, 1000}};
  Real enough{*this,
      {.name = "enough",
          .unit = "share of eligible",
          .meaning = "turnout at which a completed matter counts in full",
          .source = "the quorum of gatherings; D8"},
      0.1, {0.0001, 1}};
  Real flow_0{*this,
      {.name = "flow_0",
          .unit = "matters a year",
          .meaning = "matters a year that make half of full experience",
          .source = "D8; assumption"},
      4.0, {0.01, 1000}};
  Real half_life{*this,
      {.name = "half_life",
          .unit = "week",
          .meaning = "half-life of experience",
          .source = "assumption: about two years"},
      104, {1, 5200}};
  Real b_experience{*this,
      {.name = "b_experience", .meaning = "efficacy gained by full experience", .source = "D8; assumption"}, 0.2,
      {0, 1}};
  Real e_rate{*this,
      {.name = "e_rate",
          .unit = "per 4 weeks",
          .meaning = "how fast efficacy follows experience",
          .source = "assumption: about a year"},
      0.05, {0, 1}};
  Real c_support{*this,
      {.name = "c_support",
          .symbol = "c_support",
          .meaning = "cohesion gained by support without limit, relative to the usual",
          .source = "P6; assumption"},
      1.0, {0, 10}};
  Real support_0{*this,
      {.name = "support_0",
          .unit = "thousand tenge a resident and year",
          .meaning = "support that gains half of it",
          .source = "P6; assumption"},
      5.0, {0.01, 1000}};
  Real rate{*this,
      {.name = "rate",
          .unit = "per 4 weeks",
          .meaning = "how fast cohesion follows support",
          .source = "assumption: about a year"},
      0.05, {0, 1}};

  void prepare(World& world) override {
    const std::size_t communities = world.society.communities();
    flow_.assign(communities, 0.0);
    lift_.assign(communities, 0.0);
    step_.assign(communities, 0);
    memory_ = 1.0 - exp_(-std::numbers::ln2 / half_life);
    for (std::size_t c = 0; c < communities; ++c) {
      world.akimats.experience[c] = world.akimats.usual_experience[c] = 0;
      world.akimats.cohesion[c] = cohesive(c);
    }
  }

  void begin(World& world) override {
    Akimats& a = world.akimats;
    const double r = world.week < 0 ? std::max(memory_, 1.0 / (world.tick() + 1.0)) : memory_;
    for (std::size_t c = 0; c < flow_.size(); ++c) {
      flow_[c] += r * (completed(world.dockets[c]) - flow_[c]);
      a.experience[c] = flow_[c] / (flow_[c] + flow_0);
      if (world.week < 0) a.usual_experience[c] = a.experience[c];
      if (!world.due(c, 4)) continue;
      a.cohesion[c] += rate * (cohesive(c) - a.cohesion[c]);
      // In whole steps of a resident's efficacy, so that nothing is lost by rounding, however slow.
      const double wanted = e_rate * (b_experience * (a.experience[c] - a.usual_experience[c]) - lift_[c]);
      step_[c] = static_cast<std::int32_t>(std::floor(wanted * 65535.0 + 0.5));
      lift_[c] += step_[c] / 65535.0;
    }
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.due(community, 4) && step_[community] != 0;
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const double step = step_[block.community] / 65535.0;
    for (Vertex i = block.first; i < block.last; ++i) r.efficacy[i] = Share(r.efficacy[i] + step);
  }

  void state(Archive& archive) override {
    archive("flow", flow_);
    archive("lift", lift_);
  }

 private:
  [[nodiscard]] double cohesive(std::size_t c) const { return 1.0 + c_support * support[c] / (support[c] + support_0); }

  /// Matters a year, if every week were like this.
  [[nodiscard]] double completed(const Docket& docket) const {
    double sum = 0;
    for_slots(docket.closing, [&](unsigned s) {
      const Matter& matter = docket.slot[s];
      if (matter.outcome == Outcome::none || matter.eligible == 0) return;
      sum += std::min(1.0, static_cast<double>(matter.acted) / matter.eligible / enough);
    });
    return 52.0 * sum;
  }

  std::vector<double> flow_;
  std::vector<double> lift_;
  std::vector<std::int32_t> step_;  ///< change of lift this week, in steps of Share: made and used in one week
  double memory_ = 0;               ///< weight of a week: made by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_experience() { return std::make_unique<Experience>(); }

}  // namespace kurultai
