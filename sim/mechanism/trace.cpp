// trace: an act makes the next of its family likelier (MODEL 7; Coppock, Green 2016).
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
#include "mechanism/list.h"

namespace kurultai {
namespace {

class Trace final : public Mechanism {
 public:
  Trace()
      : Mechanism({.name = "trace",
            .meaning = "an act makes the next of its family likelier",
            .source = "MODEL 7; Coppock, Green 2016",
            .phase = Phase::experience,
            .reads = {"acted", "online"},
            .writes = {"trace"}}) {}

  Real gain{*this,
      {.name = "gain",
          .unit = "log-odds",
          .meaning = "what an act leaves behind, at once",
          .source = "Coppock, Green 2016: +10 points at the next round; calibrated, sim/MODEL.md"},
      1.55, {0, 5}};
  Real half_life{*this,
      {.name = "half_life",
          .unit = "week",
          .meaning = "half-life of a trace",
          .source = "assumption; seen in elections years later (Coppock, Green 2016)"},
      104, {1, 5200}};

  void prepare(World& world) override {
    world.residents().trace.fill(Score{});
    fade_ = exp_(-4.0 / half_life * std::numbers::ln2);
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.dockets[community].closing != 0 || world.due(community, 4);
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const Docket& docket = world.dockets[block.community];
    std::uint16_t closing = 0;  // matters in which an act is taking part
    for_slots(docket.closing, [&](unsigned s) {
      if (world.forms[docket.slot[s].form].counts) closing = static_cast<std::uint16_t>(closing | (1U << s));
    });
    const bool fades = world.due(block.community, 4);
    for (Vertex i = block.first; i < block.last; ++i) {
      if (fades)
        for (std::size_t f = 0; f < family_count; ++f)
          if (r.trace(i, f).raw != 0) r.trace(i, f) = Score(r.trace(i, f) * fade_);
      const auto acts = static_cast<std::uint16_t>(r.acted[i] & closing);
      if (acts == 0) continue;
      const int online = __builtin_popcount(acts & r.online[i]);
      const int offline = __builtin_popcount(acts) - online;
      if (offline != 0) r.trace(i, 0) = Score(std::max<double>(r.trace(i, 0), gain));
      if (online != 0) r.trace(i, 1) = Score(std::max<double>(r.trace(i, 1), gain));
    }
  }

 private:
  double fade_ = 1;
};

}  // namespace

std::unique_ptr<Mechanism> make_trace() { return std::make_unique<Trace>(); }

}  // namespace kurultai
