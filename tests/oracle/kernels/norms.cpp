// The mean of visible acts (norms), against means taken neighbour by neighbour.
#include "kernels.h"
#include "stage.h"

namespace kurultai::test {
namespace {

bool means_right(Stage& stage) {
  World& world = stage.world();
  const Residents& r = world.residents();
  Exposure unused;
  bool right = true;
  std::uint64_t seen = 0;
  stage.for_wanted("norms", [&](const Block& block) {
    stage.mechanism("norms").residents(Week(world), Batch(block), unused);
    for (Vertex i = block.first; i < block.last; ++i)
      for (std::size_t f = 0; f < family_count; ++f) {
        std::uint64_t sum = 0;
        std::uint64_t neighbours = 0;
        for (const Tie tie : world.society.ties.all(i))
          if (tie.to() < r.size()) {
            sum += r.visible(tie.to(), f).raw;
            ++neighbours;
          }
        seen += sum;
        if (neighbours != 0) right = right && r.norm(i, f).raw == sum / neighbours;
      }
  });
  return right && seen > 0;
}

}  // namespace

bool norms_right() {
  Stage stage(20'000);
  return means_right(stage);
}

}  // namespace kurultai::test
