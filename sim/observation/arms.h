// The arms of trials: those of a part ("treated", "control" ...) in the trial of one policy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mechanism/world.h"

namespace kurultai {

/// A cell of the level "arm".
struct Arm {
  std::size_t policy = 0;
  const char* part = "";  ///< "treated", "control", "beside treated" ...
  std::string label;      ///< "mail: treated"
};

/// Which arm residents are in, by their status in the trial of `policy`: an index into the list of arms.
struct ArmSplit {
  static constexpr std::uint32_t none = 0xffffffffU;
  std::size_t policy = 0;
  std::array<std::uint32_t, Trial::statuses> arm_of{};     ///< where the trial takes place
  std::array<std::uint32_t, Trial::statuses> elsewhere{};  ///< in communities drawn out of it
};

/// All arms of all trials.
struct Arms {
  std::vector<Arm> list;
  std::vector<ArmSplit> splits;  ///< one a trial
};
Arms arms_of(const World& world);

}  // namespace kurultai
