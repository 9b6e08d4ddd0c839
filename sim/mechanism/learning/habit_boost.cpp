// trace: an act makes the next of its family likelier (MODEL 7.14; Coppock, Green 2016).
//
//   trace_if <- max(trace_if, gain)   when a matter closes in which i acted, of forms that count; halves every
//   half_life weeks
//
// An act renews the trace, it does not pile up: with a dozen occasions a year a sum would make everyone who acts often
// act always. +0.44 in log-odds is +10 points at a baseline of 30%; gain is what an act leaves at once, of which a part
// is left at the next occasion. Faded every fourth week, communities in turn.
#include <algorithm>
#include <numbers>

#include "base/elementary.h"
#include "mechanism/kit/census.h"
#include "mechanism/kit/offers.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class HabitBoost final : public Mechanism {
 public:
  HabitBoost()
      : Mechanism({.name = "trace",
            .meaning = "an act makes the next of its family likelier",
            .source = "MODEL 7.14; Coppock, Green 2016",
            .phase = Phase::experience}) {}

  Real gain{*this, "gain", 1.55, {0, 5}, "what an act leaves behind, at once",
      "Coppock, Green 2016: +10 points at the next round; calibrated, sim/MODEL.md", {.unit = "log-odds"}};
  Real half_life{*this, "half_life", 104, {1, 5200}, "half-life of a trace",
      "assumption; seen in elections years later (Coppock, Green 2016)", {.unit = "week"}};

  void prepare(const Week& /*week*/) override {
    trace_.fill(Score{});
    fade_ = exp_(-double{weeks_a_month} / half_life * std::numbers::ln2);
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.dockets[community].closing != 0 || week.due(community, weeks_a_month);
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const Docket& docket = week.dockets[batch.community];
    std::uint16_t closing = 0;  // matters in which an act is taking part
    for_slots(docket.closing, [&](unsigned s) {
      if (week.forms[docket.slot[s].form].is_participation) closing = static_cast<std::uint16_t>(closing | (1U << s));
    });
    if (week.due(batch.community, weeks_a_month)) fade(batch);
    Census(batch).having(acted_.data(), closing, [&](Vertex i, std::uint16_t acts) {
      if ((acts & ~online_[i]) != 0) trace_(i, 0) = Score(std::max<double>(trace_(i, 0), gain));
      if ((acts & online_[i]) != 0) trace_(i, 1) = Score(std::max<double>(trace_(i, 1), gain));
    });
  }

 private:
  Read<std::uint16_t> acted_{*this, &Residents::acted};
  Read<std::uint16_t> online_{*this, &Residents::online};
  Write<Score> trace_{*this, &Residents::trace, at_start};
  Offers<TraceOfActs> offered_{*this, {gain}};

  void fade(const Batch& batch) const {
    const double left = fade_;
    for (Score& trace : trace_.values().subspan(family_count * batch.first, family_count * batch.size()))
      if (trace.raw != 0) trace = Score(trace * left);
  }

  double fade_ = 1;
};

}  // namespace

std::unique_ptr<Mechanism> make_habit_boost() { return std::make_unique<HabitBoost>(); }

}  // namespace kurultai
