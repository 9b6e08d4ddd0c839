// The levels by which series are recorded: the nation, its regions, kinds of people ... Each is a row of one table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mechanism/world.h"
#include "observation/arms.h"
#include "observation/output_settings.h"
#include "observation/result_builder.h"
#include "society/places.h"

namespace kurultai {

/// A level: the group "series/NAME", with a dimension NAME of as many cells as it has labels.
struct RecordLevel {
  /// What its cells are sums of: of communities, of residents of a kind, of residents of a part in a trial.
  enum class Cells : std::uint8_t { areas, strata, arms };
  struct Labels {
    std::vector<std::string> names;
    std::vector<std::string> codes = {};  ///< they tell apart those that are called alike
  };

  const char* name;
  Cells cells = Cells::areas;
  Whole OutputSettings::* every = &OutputSettings::every;  ///< weeks between records
  /// What its cells are called; none: it is one cell, without a dimension.
  Labels (*labels)(const World& world, std::span<const Arm> arms) = nullptr;
  const char* source = "census";  ///< of the labels
  /// Of areas: the cell that a community is in.
  std::size_t (*area_of)(const Country& country, std::size_t community) = nullptr;
  /// Adds what else is known of each cell; none: nothing is.
  void (*describe)(const World& world, std::span<const Arm> arms, GroupBuilder& group) = nullptr;

  /// Whether a series over communities has values there: parts of a community are of no such series.
  [[nodiscard]] bool of_communities() const { return cells == Cells::areas; }
  [[nodiscard]] std::size_t cell_count(const World& world, std::span<const Arm> arms) const;
};

/// All of them, in the order in which they are told to users.
std::span<const RecordLevel> record_levels();

}  // namespace kurultai
