#include "observation/arms.h"

namespace kurultai {

Arms arms_of(const World& world) {
  Arms arms;
  for (std::size_t p = 0; p < world.trials.size(); ++p) {
    const PolicySpec& policy = world.policies[p];
    if (!policy.is_trial()) continue;
    ArmSplit split{.policy = p};
    split.arm_of.fill(ArmSplit::none);
    split.elsewhere.fill(ArmSplit::none);
    const auto add = [&](std::uint32_t& arm, const char* part) {
      arm = static_cast<std::uint32_t>(arms.list.size());
      arms.list.push_back({p, part, world.policies.key(p) + ": " + part});
    };
    add(split.arm_of[Trial::treated], "treated");
    add(split.arm_of[Trial::control], "control");
    if (policy.unit == TreatedUnit::household) {
      add(split.arm_of[Trial::beside_treated], "beside treated");
      add(split.arm_of[Trial::beside_control], "beside control");
    }
    // Residents of communities that were drawn out of the trial.
    if (policy.community_share < 1.0) add(split.elsewhere[Trial::control], "control elsewhere");
    arms.splits.push_back(split);
  }
  return arms;
}

}  // namespace kurultai
