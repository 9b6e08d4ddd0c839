// Levels whose cells cut across communities: strata, and the arms of trials of households and single people. Residents
// are sorted by key, so that what they add is summed by key first: those of one key are in the same cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mechanism/world.h"
#include "observation/arms.h"

namespace kurultai {

struct ResidentKeys {
  struct Key {
    std::vector<std::uint32_t> cells = {};  ///< of the recorder
    bool adult = false;
  };
  std::vector<Key> keys = {};  ///< the last one: those who are in no cell
  /// Residents' columns that keys follow from, by name.
  std::vector<std::string> reads = {};
  /// The keys of a block's residents.
  std::function<void(const World&, const Block&, std::span<std::uint16_t> key)> find = {};
};

/// The strata of residents, whose cells begin with `first`.
ResidentKeys keys_of_strata(std::uint32_t first);
/// The arms of a trial of households or single people, where the first of all arms has cell `first`.
ResidentKeys keys_of_arms(const ArmSplit& split, std::uint32_t first);

}  // namespace kurultai
