// Trust shared along ties of household and kin, against the equation taken neighbour by neighbour.
#include <cmath>

#include "kernels.h"
#include "stage.h"

namespace kurultai::test {
namespace {

bool shared_right(Stage& stage) {
  World& world = stage.world();
  Residents& r = world.residents();
  const double share = stage.value("trust", "share");
  Exposure unused;
  bool right = true;
  std::size_t moved = 0;
  stage.for_wanted("trust", [&](const Block& block) {
    const std::vector<Share> before(r.trust.data() + block.first, r.trust.data() + block.last);
    stage.mechanism("trust").residents(Week(world), Batch(block), unused);
    for (Vertex i = block.first; i < block.last; ++i) {
      double sum = 0;
      double close = 0;
      for (const Tie tie : world.society.ties.all(i)) {
        const bool here =
            tie.to() >= world.society.first[block.community] && tie.to() < world.society.first[block.community + 1];
        if (!here || (tie.layer() != Layer::household && tie.layer() != Layer::kin)) continue;
        sum += r.shared_trust[tie.to()];
        close += 1;
      }
      const double own = before[i - block.first];
      const double expected = close > 0 ? own + share * (sum / close - own) : own;
      right = right && std::abs(r.trust[i] - expected) < 1e-5;
      moved += r.trust[i].raw != before[i - block.first].raw ? 1 : 0;
    }
  });
  return right && moved > 0;
}

}  // namespace

bool trust_right() {
  Stage stage(20'000, 12, {"trust.rate=0"});
  return shared_right(stage);
}

}  // namespace kurultai::test
