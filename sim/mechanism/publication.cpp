// publication: what neighbours will see next week, copied once, at the week's end (MODEL 2).
//
// signal = aware | acted << 16, in communities whose matters moved; shared_trust = trust every fourth week; shows: a
// platform user lets online friends see what he knows of and does, with the lasting chance `display`, and where a
// message asks him to (platform.message) with message_display more.
#include "mechanism/list.h"

namespace kurultai {
namespace {

class Publication final : public Mechanism {
 public:
  Publication()
      : Mechanism({.name = "publication",
            .meaning = "what neighbours will see next week",
            .source = "MODEL 2",
            .phase = Phase::publication,
            .reads = {"aware", "acted", "trust", "platform"},
            .writes = {"signal", "shared_trust", "shows"},
            .levers = {"platform.message"}}) {}

  Lever display{*this,
      {.name = "display",
          .meaning = "share of platform users who let online friends see what they know of and take part in",
          .source = "Bond et al. 2012; assumption",
          .personal = true},
      1.0, {0, 1}};
  Real message_display{*this,
      {.name = "message_display",
          .meaning =
              "share of the users who get the message of lever platform.message who show what they do with its button",
          .source = "Bond et al. 2012: 20% (recalled)"},
      0.2, {0, 1}};

  void prepare(World& world) override {
    Residents& r = world.residents();
    for (std::size_t i = 0; i < r.size(); ++i) {
      r.shared_trust[i] = r.trust[i];
      r.shows[i] = 0;
    }
    r.signal.fill(0);
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    const Docket& docket = world.dockets[community];
    return (docket.live | docket.stale) != 0 || world.due(community, 4);
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const Docket& docket = world.dockets[block.community];
    if ((docket.live | docket.stale) != 0)
      for (Vertex i = block.first; i < block.last; ++i)
        r.signal[i] = r.aware[i] | (static_cast<std::uint32_t>(r.acted[i]) << 16);
    if ((docket.live | docket.stale) != 0) {
      const Draws lasting = world.lasting(stream());
      for (Vertex i = block.first; i < block.last; ++i) {
        const double shown = r.platform[i] == 0
                                 ? 0.0
                                 : display.at(block.community, i) +
                                       message_display * world.platform_service.message.at(block.community, i);
        r.shows[i] = shown >= 1.0 || (shown > 0 && lasting.chance(shown, world.society.name(block.community, i)));
      }
    }
    if (world.due(block.community, 4))
      for (Vertex i = block.first; i < block.last; ++i) r.shared_trust[i] = r.trust[i];
  }
};

}  // namespace

std::unique_ptr<Mechanism> make_publication() { return std::make_unique<Publication>(); }

}  // namespace kurultai
