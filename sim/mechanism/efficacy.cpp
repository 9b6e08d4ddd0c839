// efficacy: the belief that taking part changes something (MODEL 7; Sjoberg, Mellon, Peixoto 2017).
//
//   acted and answered: e <- e + rate (1 - e)      acted and ignored: e <- e - rate e
//
// Starts around the chance of an answer in one's community, where it would settle for those who take part.
#include "base/elementary.h"
#include "mechanism/list.h"

namespace kurultai {
namespace {

class Efficacy final : public Mechanism {
 public:
  Efficacy()
      : Mechanism({.name = "efficacy",
            .meaning = "belief that taking part changes something, by what came of one's acts",
            .source = "MODEL 7; Sjoberg, Mellon, Peixoto 2017",
            .phase = Phase::experience,
            .reads = {"acted", "answering"},
            .writes = {},
            .adds = {"efficacy"}}) {
    observe({.name = "efficacy",
        .meaning = "mean belief of adults that taking part changes something",
        .source = "MODEL 7",
        .mean = &Residents::efficacy});
  }

  Real rate{
      *this, {.name = "rate", .meaning = "how far one outcome moves the belief", .source = "assumption"}, 0.1, {0, 1}};
  Real start_sd{*this,
      {.name = "start_sd",
          .unit = "log-odds",
          .meaning = "SD of the belief's logit at the start",
          .source = "assumption"},
      0.6, {0, 5}};

  void prepare(World& world) override {
    Residents& r = world.residents();
    const Draws draws = world.lasting(stream());
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      const double centre = logit(std::min(0.95, std::max(0.05, world.akimats.answering[c])));
      for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i)
        r.efficacy[i] = Share(logistic(centre + start_sd * draws.normal(world.society.name(c, i))));
    }
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.dockets[community].closing != 0;
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const Docket& docket = world.dockets[block.community];
    for (Vertex i = block.first; i < block.last; ++i)
      for_slots(static_cast<std::uint16_t>(r.acted[i] & docket.closing), [&](unsigned s) {
        if (docket.slot[s].outcome == Outcome::none) return;
        const double toward = docket.slot[s].outcome == Outcome::answered ? 1.0 : 0.0;
        r.efficacy[i] = Share(r.efficacy[i] + rate * (toward - r.efficacy[i]));
      });
  }
};

}  // namespace

std::unique_ptr<Mechanism> make_efficacy() { return std::make_unique<Efficacy>(); }

}  // namespace kurultai
