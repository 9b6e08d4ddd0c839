// tension: grievances left unanswered where trust is low (MODEL 7.34; D10).
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
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Tension final : public Mechanism {
 public:
  Tension()
      : Mechanism({.name = "tension",
            .meaning = "grievances left unanswered where trust is low",
            .source = "MODEL 7.34; D10",
            .phase = Phase::government}) {
    observe({.name = "tension",
        .meaning = "unanswered grievances times low trust, mean over adults",
        .source = "D10, I1",
        .least_scale = 0.2,
        .community = over_adults_of(adults_, tension_)});
    observe({.name = "tension_alarm",
        .meaning = "share of adults whose community is beyond the threshold of tension",
        .source = "D10",
        .community =
            over_adults(adults_, [this](const Week&, std::size_t c) { return tension_[c] > threshold ? 1.0 : 0.0; })});
  }

  Real f0{*this, "f_0", 15, {0.01, 1e4}, "grievances a year that make half of the largest tension", "assumption",
      {.symbol = "f_0", .unit = "grievances a year"}};
  Real half_life{
      *this, "half_life", 26, {1, 5200}, "half-life of a grievance", "assumption: half a year", {.unit = "week"}};
  Real appeal_work{*this, "appeal_work", 20, {0, 1e4},
      "grievances that are as much as one ignored appeal of each resident", "as response.appeal_work; assumption",
      {.unit = "grievances per appeal a head"}};
  Real voice{*this, "voice", 0.5, {0, 1}, "share of tension that goes where everyone takes part", "D10; assumption"};
  Real threshold{*this, "threshold", 0.35, {0, 1}, "tension that is alarming", "D10; assumption"};

  void prepare(const Week& week) override {
    flow_.assign(week.communities(), 0.0);
    memory_ = 1.0 - exp_(-std::numbers::ln2 / half_life);
    tension_.fill(0.0);
  }

  void begin(const Week& week) override {
    const double r = week.warm_up() ? std::max(memory_, 1.0 / (week.tick() + 1.0)) : memory_;
    for (std::size_t c = 0; c < flow_.size(); ++c) {
      double ignored = 0;
      const Docket& docket = week.dockets[c];
      for_slots(docket.closing, [&](unsigned s) {
        if (docket.slot[s].outcome == Outcome::ignored && docket.slot[s].acted > 0) ++ignored;
      });
      flow_[c] += r * (weeks_a_year * ignored + appeal_work * appeals_[c] * (1.0 - answering_[c]) - flow_[c]);
      tension_[c] = flow_[c] / (flow_[c] + f0) * (1.0 - trusted_[c]) * (1.0 - voice * took_part_[c]);
    }
  }

  void state(Archive& archive) override { archive("flow", flow_); }

 private:
  Read<double> appeals_{*this, &Akimats::appeals};
  Read<double> answering_{*this, &Akimats::answering};
  Read<double> trusted_{*this, &Akimats::trusted};
  Read<double> took_part_{*this, &Akimats::took_part};
  Read<std::uint32_t> adults_{*this, &Akimats::adults};
  Write<double> tension_{*this, &Akimats::tension, at_start};

  std::vector<double> flow_;
  double memory_ = 0;  ///< weight of a week: made by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_tension() { return std::make_unique<Tension>(); }

}  // namespace kurultai
