// exposure: one gather over ties reads what neighbours published at the end of last week (MODEL 7.3).
//
// For each resident of a community with live matters, each layer and each matter: how many neighbours in the
// community knew of it (n_N + n_P) and how many had acted (n_P). Only residents who may still hear of a matter or
// decide on it are looked at; the counts of the others stay 0. Pull, never push; only ties inside the community are
// read, since local matters spread inside only, and those beyond for national matters; the online layer carries
// from those who show online what they do (publication). Counts of four
// slots are added in one 64-bit word of four 16-bit lanes (Ties::build keeps a row below 65,536 ties inside).
#include "mechanism/kit/acts.h"
#include "mechanism/mechanism.h"

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

class ExposureMechanism final : public Mechanism {
 public:
  ExposureMechanism()
      : Mechanism({.name = "exposure",
            .meaning = "what neighbours knew and did last week, counted by layer",
            .source = "MODEL 7.3",
            .phase = Phase::exposure}) {}

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.dockets[community].live != 0;
  }

  void residents(const Week& week, const Batch& batch, Exposure& exposure) override {
    const Docket& docket = week.dockets[batch.community];
    exposure.reset(batch.size(), docket.live);
    const std::uint32_t* const signal = signal_.data();
    const std::uint8_t* const shows = shows_.data();
    const Ties& ties = week.ties;
    for (std::size_t group = 0; group < 4; ++group) {
      const unsigned shift = static_cast<unsigned>(4 * group);
      if (((docket.live >> shift) & 15U) == 0) continue;
      for (const Vertex i : batch) {
        Exposure::Lanes* const layers = exposure.lanes(group, i - batch.first);
        const unsigned undecided = franchise_.of(docket, i) & (~aware_[i] | (docket.open & ~acted_[i]));
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

 private:
  Read<std::uint32_t> signal_{*this, &Residents::signal};
  Read<std::uint8_t> shows_{*this, &Residents::shows};
  Read<std::uint16_t> aware_{*this, &Residents::aware};
  Read<std::uint16_t> acted_{*this, &Residents::acted};
  Franchise franchise_{*this};
};

}  // namespace

std::unique_ptr<Mechanism> make_exposure() { return std::make_unique<ExposureMechanism>(); }

}  // namespace kurultai
