// trials: remember, resident by resident, who took part in what a trial is to move (MODEL 1).
//
// For each policy that is a trial with an `outcome`: when a matter of that form closes in a community, every
// resident there gets a bit for having acted and one for having known of it; the k-th matter to close is bit k. Matters
// that closed before the policy's first week count too, the warm-up's among them: the history by which
// effects are told apart (propensity to act, acts before an induced act). A community keeps the last 16 of them, and
// then the first matters after the start up to 32 in all.
//
// It reads and never moves anything: with and without it, all else has the same bits.
#include <algorithm>

#include "mechanism/list.h"

namespace kurultai {
namespace {

class Trials final : public Mechanism {
 public:
  Trials()
      : Mechanism({.name = "trials",
            .meaning = "remember who took part in what trials are to move",
            .source = "MODEL 1",
            .phase = Phase::response,
            .reads = {"aware", "acted", "age", "occupation", "member_of"},
            .writes = {}}) {}

  void prepare(World& world) override {
    followed_.clear();
    const std::size_t communities = world.society.communities();
    for (std::size_t p = 0; p < world.policies.size(); ++p) {
      const PolicySpec& policy = world.policies[p];
      if (!policy.trial || policy.outcome.value().empty()) continue;
      Trial& trial = world.trials[p];
      for (std::size_t f = 0; f < world.forms.size(); ++f)
        if (world.forms.key(f) == policy.outcome.value()) trial.outcome = static_cast<std::int32_t>(f);
      if (trial.outcome < 0) continue;
      trial.acted.assign(world.residents().size(), 0);
      trial.known.assign(world.residents().size(), 0);
      trial.closed.assign(communities, 0);
      trial.before.assign(communities, 0);
      followed_.push_back({&trial, policy.start});
    }
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return std::any_of(followed_.begin(), followed_.end(),
        [&](const Followed& f) { return closing(world, community, *f.trial) != 0; });
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    const Residents& r = world.residents();
    const Docket& docket = world.dockets[block.community];
    for (const Followed& followed : followed_) {
      Trial& trial = *followed.trial;
      const std::uint16_t mask = closing(world, block.community, trial);
      std::size_t kept = trial.closed[block.community];
      for_slots(mask, [&](unsigned s) {
        const bool forget = is_before(world, followed) && kept == history;
        if (!forget && kept == longest) return;
        if (forget) --kept;
        for (Vertex i = block.first; i < block.last; ++i) {
          const unsigned may = docket.eligible(r, i);
          trial.acted[i] = (trial.acted[i] >> (forget ? 1 : 0)) | (((r.acted[i] & may) >> s & 1U) << kept);
          trial.known[i] = (trial.known[i] >> (forget ? 1 : 0)) | (((r.aware[i] & may) >> s & 1U) << kept);
        }
        ++kept;
      });
    }
  }

  void end(World& world) override {
    for (const Followed& followed : followed_) {
      Trial& trial = *followed.trial;
      const std::size_t most = is_before(world, followed) ? history : longest;
      for (std::size_t c = 0; c < trial.closed.size(); ++c) {
        const auto closed = static_cast<std::size_t>(__builtin_popcount(closing(world, c, trial)));
        if (closed == 0) continue;
        trial.closed[c] = static_cast<std::uint8_t>(std::min(most, trial.closed[c] + closed));
        if (is_before(world, followed)) trial.before[c] = trial.closed[c];
      }
    }
  }

  void state(Archive& archive) override {
    for (std::size_t k = 0; k < followed_.size(); ++k) {
      Trial& trial = *followed_[k].trial;
      const std::string name = "trial " + std::to_string(k) + ": ";
      archive(name + "acted", std::span(trial.acted));
      archive(name + "known", std::span(trial.known));
      archive(name + "closed", std::span(trial.closed));
      archive(name + "before", std::span(trial.before));
    }
  }

 private:
  static constexpr std::size_t history = 16;  ///< matters before the start
  static constexpr std::size_t longest = 32;  ///< and with those after it: the bits of a word

  struct Followed {
    Trial* trial;
    std::int64_t start;
  };

  static bool is_before(const World& world, const Followed& followed) { return world.week < followed.start; }

  /// Slots of matters of the trial's form that close in community c this week.
  static std::uint16_t closing(const World& world, std::size_t c, const Trial& trial) {
    return closing_of(world.dockets[c], [&](std::int32_t form) { return form == trial.outcome; });
  }

  std::vector<Followed> followed_;  ///< points into the world's trials, which stay where they are
};

}  // namespace

std::unique_ptr<Mechanism> make_trials() { return std::make_unique<Trials>(); }

}  // namespace kurultai
