// tension: grievances left unanswered where trust is low (MODEL 7; D10).
//
//   f_j       <- f_j + r (52 ignored matters + appeal_work appeals_j (1 - answering_j) - f_j)
//   tension_j  = f_j / (f_j + f_0) (1 - trust_j) (1 - voice s_j)
//
// ignored: matters closed this week in which some took part and that were not answered; appeals a head and year, of
// which one of each resident a year weighs as appeal_work matters; trust_j: mean of adults; s_j: share who took part in
// the last year, or for whom a resident body speaks: who can speak is less of a danger. Hence self-government lowers
// tension by answers and by taking part. r: memory of half_life weeks; in the warm-up 1 / (weeks so far) where that is
// larger. Beyond `threshold` a community counts as alarmed. Tension lowers the entry of enterprises and the tenure of
// appointed akims (`office`). Limits: no protest, no spread between communities.
#include <algorithm>
#include <numbers>

#include "base/elementary.h"
#include "mechanism/list.h"

namespace kurultai {
namespace {

class Tension final : public Mechanism {
 public:
  Tension()
      : Mechanism({.name = "tension",
            .meaning = "grievances left unanswered where trust is low",
            .source = "MODEL 7; D10",
            .phase = Phase::government,
            .reads = {"appeals", "answering", "trusted", "took_part", "adults"},
            .writes = {"tension"}}) {
    observe({.name = "tension",
        .meaning = "unanswered grievances times low trust, mean over adults",
        .source = "D10, I1",
        .least_scale = 0.2,
        .community = over_adults(&Akimats::tension)});
    observe({.name = "tension_alarm",
        .meaning = "share of adults whose community is beyond the threshold of tension",
        .source = "D10",
        .community = over_adults(
            [this](const World& world, std::size_t c) { return world.akimats.tension[c] > threshold ? 1.0 : 0.0; })});
  }

  Real f0{*this,
      {.name = "f_0",
          .symbol = "f_0",
          .unit = "grievances a year",
          .meaning = "grievances a year that make half of the largest tension",
          .source = "assumption"},
      15, {0.01, 1e4}};
  Real half_life{*this,
      {.name = "half_life", .unit = "week", .meaning = "half-life of a grievance", .source = "assumption: half a year"},
      26, {1, 5200}};
  Real appeal_work{*this,
      {.name = "appeal_work",
          .unit = "grievances per appeal a head",
          .meaning = "grievances that are as much as one ignored appeal of each resident",
          .source = "as response.appeal_work; assumption"},
      20, {0, 1e4}};
  Real voice{*this,
      {.name = "voice", .meaning = "share of tension that goes where everyone takes part", .source = "D10; assumption"},
      0.5, {0, 1}};
  Real threshold{
      *this, {.name = "threshold", .meaning = "tension that is alarming", .source = "D10; assumption"}, 0.35, {0, 1}};

  void prepare(World& world) override {
    flow_.assign(world.society.communities(), 0.0);
    memory_ = 1.0 - exp_(-std::numbers::ln2 / half_life);
    world.akimats.tension.fill(0.0);
  }

  void begin(World& world) override {
    Akimats& a = world.akimats;
    const double r = world.week < 0 ? std::max(memory_, 1.0 / (world.tick() + 1.0)) : memory_;
    for (std::size_t c = 0; c < flow_.size(); ++c) {
      double ignored = 0;
      const Docket& docket = world.dockets[c];
      for_slots(docket.closing, [&](unsigned s) {
        if (docket.slot[s].outcome == Outcome::ignored && docket.slot[s].acted > 0) ++ignored;
      });
      flow_[c] += r * (52.0 * ignored + appeal_work * a.appeals[c] * (1.0 - a.answering[c]) - flow_[c]);
      a.tension[c] = flow_[c] / (flow_[c] + f0) * (1.0 - a.trusted[c]) * (1.0 - voice * a.took_part[c]);
    }
  }

  void state(Archive& archive) override { archive("flow", flow_); }

 private:
  std::vector<double> flow_;
  double memory_ = 0;  ///< weight of a week: made by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_tension() { return std::make_unique<Tension>(); }

}  // namespace kurultai
