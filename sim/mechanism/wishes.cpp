// wishes: what people want most changes slowly (MODEL 1).
//
// Once a year, communities in turn: with chance `rate` a resident's wish is drawn anew from the mix of the
// community and the resident's stratum, as at the start.
#include "mechanism/list.h"
#include "society/traits.h"

namespace kurultai {
namespace {

class WishesMechanism final : public Mechanism {
 public:
  WishesMechanism()
      : Mechanism({.name = "wishes",
            .meaning = "what people want most changes slowly",
            .source = "MODEL 1",
            .phase = Phase::demography,
            .reads = {"age", "occupation", "household_size", "household_slot"},
            .writes = {"wish"}}) {}

  Real rate{*this,
      {.name = "rate",
          .unit = "per year",
          .meaning = "share of residents whose wish is drawn anew",
          .source = "assumption"},
      0.2, {0, 1}};

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return rate > 0 && world.due(community, 52);
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const std::size_t c = block.community;
    const std::uint64_t key = world.society.key[c];
    const Draws draws = world.draws(stream());
    const Traits lasting(world.settings, world.seed);
    const Wishes mix = lasting.wishes(key, world.society.country.communities[c].type);
    // Another luck each time: the week's draws name it.
    const Traits anew(world.settings, (std::uint64_t{draws.words({key, 0xffffffffU})[0]} << 32) | world.tick());
    for (Vertex i = block.first; i < block.last; ++i) {
      const Name name = world.society.name(c, i);
      if (draws.chance(rate, name)) r.wish[i] = static_cast<std::uint8_t>(anew.wish(name, mix, r, i));
    }
  }
};

}  // namespace

std::unique_ptr<Mechanism> make_wishes() { return std::make_unique<WishesMechanism>(); }

}  // namespace kurultai
