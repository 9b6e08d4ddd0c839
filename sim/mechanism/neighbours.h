// Neighbours as persons. Exposure counts ties, layer by layer; one who is kin and a colleague stands in two layers.
#pragma once

#include <algorithm>
#include <vector>

#include "mechanism/mechanism.h"

namespace kurultai {

/// What a neighbour shows of a matter: that he knows of it, or that he acted.
enum class Shown : unsigned { aware = 0, acted = 16 };

/// How many persons the ties in `ties` of `counts` (an Exposure's, of slot `slot` for resident i) lead to: each counts
/// once, in however many layers one meets him. `everywhere`: ties beyond the community too; `online`: whether the
/// online layer carries to i at all.
inline std::int64_t persons(const World& world, Vertex i, unsigned slot, Shown what,
    const std::array<std::uint16_t, resident_layers>& counts, bool everywhere, bool online) {
  constexpr auto last = static_cast<std::size_t>(Layer::online);
  std::int64_t ties = 0;
  int layers = 0;
  for (std::size_t l = 0; l < resident_layers; ++l) {
    if (counts[l] == 0 || (l == last && !online)) continue;
    ties += counts[l];
    ++layers;
  }
  if (layers < 2) return ties;  // within a layer nobody stands twice
  const Residents& r = world.residents();
  thread_local std::vector<Vertex> met;
  met.clear();
  const unsigned shift = slot + static_cast<unsigned>(what);
  const auto& row = everywhere ? world.society.ties.peers(i) : world.society.ties.inside(i);
  for (const Tie tie : row) {
    if (tie.layer() == Layer::online && (!online || r.shows[tie.to()] == 0)) continue;
    if (((r.signal[tie.to()] >> shift) & 1U) != 0) met.push_back(tie.to());
  }
  std::sort(met.begin(), met.end());
  return std::unique(met.begin(), met.end()) - met.begin();
}

}  // namespace kurultai
