// Elections in a plain society of voters: what field experiments on turnout have in common.
#pragma once

#include "engine.h"

namespace kurultai::test {

/// One election a year in towns that are all alike, of which every voter hears at once: only the will to take part
/// differs. Ten elections of warm-up, in which habits form and the form finds its baseline of 30%.
class Voters : public Experiment {
 public:
  /// `sizes`: voters who live in households of 1, 2, 3, 4 and 5, as shares.
  explicit Voters(const std::vector<double>& sizes) {
    only({"policies", "agenda", "exposure", "norms", "information", "participation", "response", "trials", "propensity",
        "trace", "efficacy", "sight", "publication"});
    set({{"society.source", "plain"}, {"society.type", "town"}, {"society.communities", 10}, {"society.people", 2000.0},
        {"society.youngest", 18}, {"society.household_sizes", sizes}, {"society.place_effect_sd", 0.0},
        {"society.access", 1.0}, {"society.platform", 1.0}, {"run.scale", 1.0}, {"run.warmup", 10 * 52},
        {"information.push", 1.0}, {"output.levels", std::vector<std::string>{"nation"}},
        {"output.series", std::vector<std::string>{"turnout"}}});
    add_form("election",
        {{"subject", "all"}, {"period", 52}, {"hours_offline", 0.7}, {"visibility_offline", 0.6}, {"baseline", 0.3}});
  }
  /// Ten elections, after which the next begins a round that is recorded.
  void settle() {
    move_into(make_society(model));
    weeks(10 * 52);
  }
  /// The next election, and the rest of its year: who took part.
  [[nodiscard]] std::vector<std::uint8_t> election() {
    std::vector<std::uint8_t> acted(residents().size(), 0);
    std::size_t held = 0;
    for (int week = 0; week < 52; ++week) {
      weeks(1);
      for (std::size_t c = 0; c < society->communities(); ++c) {
        const std::uint16_t closing = world().dockets[c].closing;
        if (closing == 0) continue;
        ++held;
        for (Vertex i = society->first[c]; i < society->first[c + 1]; ++i)
          acted[i] = (residents().acted[i] & closing) != 0 ? 1 : 0;
      }
    }
    REQUIRE(held == society->communities());
    return acted;
  }
};

inline double mean_of(const std::vector<std::uint8_t>& bits) {
  return static_cast<double>(std::count(bits.begin(), bits.end(), 1)) / static_cast<double>(bits.size());
}

}  // namespace kurultai::test
