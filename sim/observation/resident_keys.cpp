#include "observation/resident_keys.h"

#include "observation/strata.h"

namespace kurultai {

ResidentKeys keys_of_strata(std::uint32_t first) {
  ResidentKeys keys{.reads = {"age", "sex", "education", "occupation", "income", "platform"}};
  for (std::size_t kind = 0; kind < kind_count; ++kind) {
    ResidentKeys::Key key{.adult = is_adult_kind(static_cast<std::uint16_t>(kind))};
    for (const std::uint8_t stratum : strata_of(static_cast<std::uint16_t>(kind))) key.cells.push_back(first + stratum);
    keys.keys.push_back(std::move(key));
  }
  keys.keys.emplace_back();
  keys.find = [](const World& world, const Block& block, std::span<std::uint16_t> kind) {
    kinds_of(world.residents(), block.first, kind);
  };
  return keys;
}

ResidentKeys keys_of_arms(const ArmSplit& split, std::uint32_t first) {
  // Key: twice the status in the trial, and 1 for adults; after those of where the trial takes place, those elsewhere.
  ResidentKeys keys{.reads = {"age"}};
  for (const auto* arm_of : {&split.arm_of, &split.elsewhere})
    for (const std::uint32_t arm : *arm_of)
      for (const bool adult : {false, true}) {
        ResidentKeys::Key key{.adult = adult};
        if (arm != ArmSplit::none) key.cells = {first + arm};
        keys.keys.push_back(std::move(key));
      }
  keys.keys.emplace_back();
  const auto nowhere = static_cast<std::uint16_t>(keys.keys.size() - 1);
  keys.find = [policy = split.policy, nowhere](const World& world, const Block& block, std::span<std::uint16_t> key) {
    const Trial& trial = world.trials[policy];
    const std::uint8_t here = trial.status[block.community];
    const std::size_t elsewhere = here == Trial::treated ? 0 : Trial::statuses;
    for (Vertex i = block.first; i < block.last; ++i)
      key[i - block.first] = here == Trial::outside
                                 ? nowhere
                                 : static_cast<std::uint16_t>(
                                       2 * (elsewhere + trial.residents[i]) + (world.residents().adult(i) ? 1U : 0U));
  };
  return keys;
}

}  // namespace kurultai
