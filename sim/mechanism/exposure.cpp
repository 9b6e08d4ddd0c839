// exposure: one gather over ties reads what neighbours published at the end of last week (MODEL 2, 4, 5).
//
// For each resident of a community with live matters, each layer and each matter: how many neighbours in the
// community knew of it (n_N + n_P) and how many had acted (n_P). Only residents who may still hear of a matter or
// decide on it are looked at; the counts of the others stay 0. Pull, never push; only ties inside the community are
// read, since local matters spread inside only, and those beyond for national matters; the online layer carries
// from those who show online what they do (publication). Counts of four
// slots are added in one 64-bit word of four 16-bit lanes (Ties::build keeps a row below 65,536 ties inside).
#include "mechanism/list.h"

namespace kurultai {
namespace {

/// lanes[b]: bit k of b as a 1 in the k-th 16-bit lane.
constexpr std::array<std::uint64_t, 16> lanes = [] {
  std::array<std::uint64_t, 16> table{};
  for (unsigned b = 0; b < 16; ++b)
    for (unsigned k = 0; k < 4; ++k)
      if ((b >> k) & 1U) table[b] |= std::uint64_t{1} << (16 * k);
  return table;
}();

class ExposurePass final : public Mechanism {
 public:
  ExposurePass()
      : Mechanism({.name = "exposure",
            .meaning = "what neighbours knew and did last week, counted by layer",
            .source = "MODEL 2",
            .phase = Phase::exposure,
            .reads = {"signal", "shows", "age", "occupation", "member_of", "aware", "acted"},
            .writes = {}}) {}

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.dockets[community].live != 0;
  }

  void residents(World& world, const Block& block, Exposure& exposure) override {
    const Docket& docket = world.dockets[block.community];
    exposure.reset(block.size(), docket.live);
    const Residents& r = world.residents();
    const std::uint32_t* const signal = r.signal.data();
    const std::uint8_t* const shows = r.shows.data();
    const Ties& ties = world.society.ties;
    for (std::size_t group = 0; group < 4; ++group) {
      const unsigned shift = static_cast<unsigned>(4 * group);
      if (((docket.live >> shift) & 15U) == 0) continue;
      Exposure::Lanes* layers = exposure.lanes(group, 0);
      for (Vertex i = block.first; i < block.last; ++i, layers += resident_layers) {
        const unsigned undecided = docket.eligible(r, i) & (~r.aware[i] | (docket.open & ~r.acted[i]));
        if (((undecided >> shift) & 15U) == 0) continue;
        const auto look = [&](Tie tie, unsigned slots) {
          const bool carries = tie.layer() != Layer::online || shows[tie.to()] != 0;
          const std::uint32_t seen = carries ? signal[tie.to()] : 0;
          Exposure::Lanes& sum = layers[static_cast<std::size_t>(tie.layer())];
          sum.aware += lanes[(seen >> shift) & slots];
          sum.acted += lanes[(seen >> (16 + shift)) & slots];
        };
        for (const Tie tie : ties.inside(i)) look(tie, 15U);
        if (const unsigned everywhere = ((undecided & docket.national) >> shift) & 15U; everywhere != 0)
          for (const Tie tie : ties.outside(i)) look(tie, everywhere);
      }
    }
  }
};

}  // namespace

std::unique_ptr<Mechanism> make_exposure() { return std::make_unique<ExposurePass>(); }

}  // namespace kurultai
