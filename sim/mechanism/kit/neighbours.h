// Neighbours as persons. Exposure counts ties, layer by layer; one who is kin and a colleague stands in two layers.
#pragma once

#include <algorithm>
#include <vector>

#include "mechanism/mechanism.h"

namespace kurultai {

/// What a neighbour shows of a matter: that he knows of it, or that he acted.
enum class Shown : unsigned { aware = 0, acted = 16 };

/// How many persons a resident's ties lead to who show something.
class Persons {
 public:
  explicit Persons(Mechanism& mechanism)
      : signal_(mechanism, &Residents::signal),
        shows_(mechanism, &Residents::shows) {}
  /// Once, before the first week.
  void prepare(const Week& week) {
    for (Vertex i = 0; i < week.residents(); ++i) most_ = std::max(most_, week.ties.peers(i).size());
  }
  /// Those behind the ties of `counts` (an Exposure's, of slot `slot` for resident i): each counts once, in however
  /// many layers one meets him. `everywhere`: ties beyond the community too; `online`: whether the online layer carries
  /// to i at all.
  std::int64_t operator()(const Week& week, Vertex i, unsigned slot, Shown what,
      const std::array<std::uint16_t, resident_layers>& counts, bool everywhere, bool online) const {
    constexpr auto last = static_cast<std::size_t>(Layer::online);
    std::int64_t ties = 0;
    int layers = 0;
    for (std::size_t l = 0; l < resident_layers; ++l) {
      if (counts[l] == 0 || (l == last && !online)) continue;
      ties += counts[l];
      ++layers;
    }
    if (layers < 2) return ties;           // within a layer nobody stands twice
    thread_local std::vector<Vertex> met;  // scratch, kept for its memory only
    met.clear();
    met.reserve(most_);
    const unsigned shift = slot + static_cast<unsigned>(what);
    const auto& row = everywhere ? week.ties.peers(i) : week.ties.inside(i);
    for (const Tie tie : row) {
      if (tie.layer() == Layer::online && (!online || shows_[tie.to()] == 0)) continue;
      if (((signal_[tie.to()] >> shift) & 1U) != 0) met.push_back(tie.to());
    }
    std::sort(met.begin(), met.end());
    return std::unique(met.begin(), met.end()) - met.begin();
  }

 private:
  Read<std::uint32_t> signal_;
  Read<std::uint8_t> shows_;
  std::size_t most_ = 0;  ///< ties of the resident who has most
};

}  // namespace kurultai
