// norms: memory of what neighbours were seen to do (MODEL 5).
//
//   v_if  <- 1 - (1 - v_if)(1 - vis_f)   when i's act in a matter that closes was seen; v halves every 26 weeks
//   x_if   = mean of v_jf over all neighbours j, everywhere
//   xbar_fj <- xbar + rate (mean of x over the community - xbar)
//
// Everyone keeps the fading trace of his own visible acts, v, and neighbours read it: a mean of memories is the
// memory of a mean, so nobody has to remember others. v is what neighbours see: it changes at the week's end (it
// belongs to publication), x is gathered every fourth week, communities in turn.
#include "base/elementary.h"
#include "base/parallel.h"
#include "mechanism/list.h"

namespace kurultai {
namespace {

constexpr std::uint32_t interval = 4;  // weeks between two gathers of one community

class Norms final : public Mechanism {
 public:
  Norms()
      : Mechanism({.name = "norms",
            .meaning = "memory of what neighbours were seen to do",
            .source = "MODEL 5",
            .phase = Phase::exposure,
            .reads = {"visible"},
            .writes = {"norm", "habitual_norm"}}) {}

  Real usual_rate{*this,
      {.name = "usual_rate",
          .unit = "per 4 weeks",
          .meaning = "how fast what is seen becomes what is usual here",
          .source = "assumption: slow, about two years"},
      0.04, {0, 1}};

  void prepare(World& world) override {
    world.residents().norm.fill(Share{});
    world.akimats.habitual_norm.fill(0.0);
    sums_.prepare(world.society.communities(), world.blocks);
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.due(community, interval);
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    sums_.clear_block(block.index);
    const std::span<std::int64_t> sum = sums_.block(block.index);
    const Share* const visible = r.visible.data();
    for (Vertex i = block.first; i < block.last; ++i) {
      world.society.ties.prefetch(i + Ties::ahead, visible, family_count);
      const std::span<const Tie> peers = world.society.ties.peers(i);
      if (peers.empty()) continue;
      std::array<std::uint64_t, family_count> seen{};
      for (const Tie tie : peers)
        for (std::size_t f = 0; f < family_count; ++f) seen[f] += visible[tie.to() * family_count + f].raw;
      for (std::size_t f = 0; f < family_count; ++f) {
        r.norm(i, f).raw = static_cast<std::uint16_t>(seen[f] / peers.size());
        sum[f] += r.norm(i, f).raw;
      }
    }
  }

  void end(World& world) override {
    for (std::size_t c = 0; c < world.dockets.size(); ++c) {
      if (!wanted(world, c)) continue;
      std::array<std::int64_t, family_count> sum{};
      sums_.community(c, sum);
      const double people = world.society.first[c + 1] - world.society.first[c];
      for (std::size_t f = 0; f < family_count; ++f) {
        double& usual = world.akimats.habitual_norm(c, f);
        usual += usual_rate * (static_cast<double>(sum[f]) / 65535.0 / people - usual);
      }
    }
  }

 private:
  Tally sums_{family_count};
};

}  // namespace

std::unique_ptr<Mechanism> make_norms() { return std::make_unique<Norms>(); }

}  // namespace kurultai
