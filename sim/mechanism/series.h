// A series is declared beside the mechanism that makes it: name, meaning, unit and what is counted. The
// recorder sums it by nation, region, community type and stratum.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "mechanism/week.h"
#include "society/residents.h"

namespace kurultai {

/// How a series is made. A value is a ratio of two sums; sums over residents are whole numbers, so exact.
struct SeriesSpec {
  std::string name;
  std::string unit = "1";
  std::string meaning;
  std::string source;
  bool by_form = false;  ///< one series per form of participation
  int window = 1;        ///< weeks summed before the ratio is taken: 52 for things that happen now and then
  /// Weeks that a value looks back on where it is no sum over a window ("took part in the last 52 weeks").
  int looks_back = 1;
  /// The smallest run.scale at which its values are those of the whole country, within a tenth
  /// (tests/behaviour/scale.cpp); 0: any scale will do.
  double least_scale = 0;

  /// Over residents, the common case: the mean of a column over adults (of its part for `family`, if it has two).
  Column<Share> Residents::* mean = nullptr;
  std::size_t family = 0;
  /// Over residents, any other count: fills numerator and denominator for each resident of the block (cleared before).
  /// Called only where `happens` says so. `form` is 0 unless by_form.
  std::function<void(const Week&, const Block&, std::size_t form, std::span<std::uint32_t> numerator,
      std::span<std::uint32_t> denominator)>
      residents = {};
  /// Whether this week's `residents` has anything to count in a community (empty: always).
  std::function<bool(const Week&, std::size_t community, std::size_t form)> happens = {};

  struct Ratio {
    double numerator = 0;
    double denominator = 0;
  };
  /// Over communities, where neither of those is given: what community c adds.
  std::function<Ratio(const Week&, std::size_t community, std::size_t form)> community = {};
  /// Over a group of communities, where it is no ratio of sums (a Gini coefficient, an index of indices): its value for
  /// those listed, in their order; nan where there is none.
  std::function<double(const Week&, std::span<const std::uint32_t> communities)> group = {};
  /// Whether the value is the numerator alone (a total), not the ratio.
  bool total = false;

  [[nodiscard]] bool over_residents() const { return mean != nullptr || residents; }
  /// Weeks of a run, the warm-up among them, after which the value rests on as many weeks as it says.
  [[nodiscard]] int weeks_needed() const { return window > looks_back ? window : looks_back; }
};

}  // namespace kurultai
