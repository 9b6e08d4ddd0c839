// sight: what neighbours will see of one's acts (MODEL 5): the memory v of norms.cpp, moved at the week's end.
//
//   v_if <- 1 - (1 - v_if)(1 - vis_f)   for each matter that closes in which i acted, by the family of the act
//   v_if <- v_if 2^(-4 / half_life)     every fourth week
#include <numbers>

#include "base/elementary.h"
#include "mechanism/list.h"

namespace kurultai {
namespace {

class Sight final : public Mechanism {
 public:
  Sight()
      : Mechanism({.name = "sight",
            .meaning = "what neighbours will see of one's acts",
            .source = "MODEL 5",
            .phase = Phase::publication,
            .reads = {"acted", "online"},
            .writes = {"visible"}}) {}

  Real half_life{*this,
      {.name = "half_life", .unit = "week", .meaning = "half-life of the memory of visible acts", .source = "MODEL 5"},
      26, {1, 5200}};

  void prepare(World& world) override {
    world.residents().visible.fill(Share{});
    fade_ = exp_(-4.0 / half_life * std::numbers::ln2);
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.dockets[community].closing != 0 || world.due(community, 4);
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const Docket& docket = world.dockets[block.community];
    const bool fades = world.due(block.community, 4);
    for (Vertex i = block.first; i < block.last; ++i) {
      if (fades)
        for (std::size_t f = 0; f < family_count; ++f)
          if (r.visible(i, f).raw != 0) r.visible(i, f) = Share(r.visible(i, f) * fade_);
      for_slots(static_cast<std::uint16_t>(r.acted[i] & docket.closing), [&](unsigned s) {
        const auto family = static_cast<Family>((r.online[i] >> s) & 1U);
        Share& v = r.visible(i, static_cast<std::size_t>(family));
        v = Share(1.0 - (1.0 - v) * (1.0 - world.forms[docket.slot[s].form].visibility(family)));
      });
    }
  }

 private:
  double fade_ = 1;
};

}  // namespace

std::unique_ptr<Mechanism> make_sight() { return std::make_unique<Sight>(); }

}  // namespace kurultai
