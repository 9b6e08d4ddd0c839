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
      const auto count_all = [&](const auto& may_take_part) {
        for (Vertex i = block.first; i < block.last; ++i) {
          const std::size_t k = i - block.first;
          const unsigned mine = may_take_part(i) & mask;  // all of these matters, or none: they are of one form
          lanes[everybody][k] = matters;
          lanes[eligible][k] = mine != 0 ? matters : 0;
          lanes[aware][k] = static_cast<std::uint16_t>(bits_of(aware_of[i] & mine));
          lanes[acted][k] = static_cast<std::uint16_t>(bits_of(acted_of[i] & mine));
        }
      };
      if ((docket.members & mask) != 0)
        count_all([&](Vertex i) { return franchise.of(docket, i); });
      else
        count_all([&, may = Franchise::by_kind(docket)](Vertex i) { return may[franchise.kind(i)]; });
    };
    return std::make_shared<const ResidentCount>(std::move(count));
  }
};

}  // namespace kurultai
