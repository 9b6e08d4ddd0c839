// What residents had to do with the matters of a form that close this week: what series over rounds rest on.
#pragma once

#include <memory>
#include <utility>

#include "mechanism/kit/acts.h"

namespace kurultai {

struct ClosingMatters {
  // Lanes: of how many of these matters a resident was eligible, aware, acted; and how many there are, for everybody.
  static constexpr std::size_t eligible = 0;
  static constexpr std::size_t aware = 1;
  static constexpr std::size_t acted = 2;
  static constexpr std::size_t everybody = 3;

  /// The count, by what a mechanism declares of these columns, which outlives it.
  template <class Aware, class Acted>
  static std::shared_ptr<const ResidentCount> count(
      const Franchise& franchise, const Aware& aware_of, const Acted& acted_of) {
    ResidentCount count{.when = ResidentCount::When::closing, .lanes = 4};
    count.fill = [&](const Week& week, const Block& block, std::size_t form, const ResidentCount::Lanes& lanes) {
      const Docket& docket = week.dockets[block.community];
      const std::uint16_t mask = closing_of(docket, [form](std::size_t f) { return f == form; });
      const auto matters = static_cast<std::uint16_t>(bits_of(mask));
      for (Vertex i = block.first; i < block.last; ++i) {
        const std::size_t k = i - block.first;
        lanes[everybody][k] = matters;
        if ((franchise.of(docket, i) & mask) == 0) continue;
        lanes[eligible][k] = matters;
        lanes[aware][k] = static_cast<std::uint16_t>(bits_of(aware_of[i] & mask));
        lanes[acted][k] = static_cast<std::uint16_t>(bits_of(acted_of[i] & mask));
      }
    };
    return std::make_shared<const ResidentCount>(std::move(count));
  }
};

}  // namespace kurultai
