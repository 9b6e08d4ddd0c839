// What neighbours know and do, against counting neighbour by neighbour.
#include "kernels.h"
#include "stage.h"

namespace kurultai::test {
namespace {

bool community_of(const Society& society, std::size_t c, Vertex i) {
  return i >= society.first[c] && i < society.first[c + 1];
}

bool counts_right(Stage& stage) {
  World& world = stage.world();
  const Residents& r = world.residents();
  Mechanism& pass = stage.mechanism("exposure");
  Exposure exposure;
  bool right = true;
  std::size_t compared = 0;
  std::size_t beyond = 0;
  stage.for_wanted("exposure", [&](const Block& block) {
    const Docket& docket = world.dockets[block.community];
    pass.residents(Week(world), Batch(block), exposure);
    for (Vertex i = block.first; i < block.last; ++i) {
      for_slots(docket.eligible(r, i), [&](unsigned s) {
        const bool national = ((docket.national >> s) & 1U) != 0;
        const bool knows = ((r.aware[i] >> s) & 1U) != 0;
        const bool decided = ((r.acted[i] >> s) & 1U) != 0 || ((docket.open >> s) & 1U) == 0;
        if (knows && decided) return;
        Neighbours expected;
        for (const Tie tie : world.society.ties.all(i)) {
          const bool here = community_of(world.society, block.community, tie.to());
          if (tie.to() >= r.size() || (!here && !national)) continue;
          if (tie.layer() == Layer::online && !r.shows[tie.to()]) continue;
          const auto l = static_cast<std::size_t>(tie.layer());
          if ((r.signal[tie.to()] >> s) & 1U) ++expected.aware[l];
          if ((r.signal[tie.to()] >> (s + 16)) & 1U) ++expected.acted[l];
          if (!here) beyond += (r.signal[tie.to()] >> s) & 1U;
        }
        const Neighbours found = exposure.neighbours(s, i - block.first);
        right = right && found.aware == expected.aware && found.acted == expected.acted;
        for (const std::uint16_t n : expected.acted) compared += n;
      });
    }
  });
  return right && compared > 0 && beyond > 0;
}

}  // namespace

bool exposure_right() {
  Stage stage(20'000, 10, {"publication.display=0.6"});  // a national programme is open
  return counts_right(stage);
}

}  // namespace kurultai::test
