// trials: remember, resident by resident, who took part in what a trial is to move (MODEL 7.11).
//
// For each policy that is a trial with an `outcome`: when a matter of that form closes in a community, every
// resident there gets a bit for having acted and one for having known of it; the k-th matter to close is bit k. Matters
// that closed before the policy's first week count too, the warm-up's among them: the history by which
// effects are told apart (propensity to act, acts before an induced act). A community keeps the last 16 of them, and
// then the first matters after the start up to 32 in all.
//
// It reads and never moves anything: with and without it, all else has the same bits.
#include <algorithm>

#include "mechanism/kit/acts.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Trials final : public Mechanism {
 public:
  Trials()
      : Mechanism({.name = "trials",
            .meaning = "remember who took part in what trials are to move",
            .source = "MODEL 7.11",
            .phase = Phase::response}) {}

  void prepare(const Week& week) override {
    followed_.clear();
    const std::size_t communities = week.communities();
    for (std::size_t p = 0; p < policies_->size(); ++p) {
      const PolicySpec& policy = (*policies_)[p];
      if (!policy.trial || policy.outcome.value().empty()) continue;
      Trial& trial = (*trials_)[p];
      for (std::size_t f = 0; f < week.forms.size(); ++f)
        if (forms_->key(f) == policy.outcome.value()) trial.outcome = static_cast<std::int32_t>(f);
      if (trial.outcome < 0) continue;
      trial.acted.assign(week.residents(), 0);
      trial.known.assign(week.residents(), 0);
      trial.closed.assign(communities, 0);
      trial.before.assign(communities, 0);
      followed_.push_back({&trial, policy.start});
    }
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return std::any_of(
        followed_.begin(), followed_.end(), [&](const Followed& f) { return closing(week, community, *f.trial) != 0; });
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const Docket& docket = week.dockets[batch.community];
    for (const Followed& followed : followed_) {
      Trial& trial = *followed.trial;
      const std::uint16_t mask = closing(week, batch.community, trial);
      std::size_t kept = trial.closed[batch.community];
      for_slots(mask, [&](unsigned s) {
        const bool forget = is_before(week, followed) && kept == history;
        if (!forget && kept == longest) return;
        if (forget) --kept;
        for (const Vertex i : batch) {
          const unsigned may = franchise_.of(docket, i);
          trial.acted[i] = (trial.acted[i] >> (forget ? 1 : 0)) | (((acted_[i] & may) >> s & 1U) << kept);
          trial.known[i] = (trial.known[i] >> (forget ? 1 : 0)) | (((aware_[i] & may) >> s & 1U) << kept);
        }
        ++kept;
      });
    }
  }

  void end(const Week& week) override {
    for (const Followed& followed : followed_) {
      Trial& trial = *followed.trial;
      const std::size_t most = is_before(week, followed) ? history : longest;
      for (std::size_t c = 0; c < trial.closed.size(); ++c) {
        const auto closed = static_cast<std::size_t>(__builtin_popcount(closing(week, c, trial)));
        if (closed == 0) continue;
        trial.closed[c] = static_cast<std::uint8_t>(std::min(most, trial.closed[c] + closed));
        if (is_before(week, followed)) trial.before[c] = trial.closed[c];
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
  Read<std::uint16_t> aware_{*this, &Residents::aware};
  Read<std::uint16_t> acted_{*this, &Residents::acted};
  Franchise franchise_{*this};
  Uses<Collection<PolicySpec>> policies_{*this};
  Uses<Collection<FormSpec>> forms_{*this};
  WriteTrials trials_{*this, Start::made};

  static constexpr std::size_t history = 16;  ///< matters before the start
  static constexpr std::size_t longest = 32;  ///< and with those after it: the bits of a word

  struct Followed {
    Trial* trial;
    std::int64_t start;
  };

  [[nodiscard]] bool is_before(const Week& week, const Followed& followed) const {
    return week.number() < followed.start;
  }

  /// Slots of matters of the trial's form that close in community c this week.
  [[nodiscard]] std::uint16_t closing(const Week& week, std::size_t c, const Trial& trial) const {
    return closing_of(week.dockets[c], [&](std::int32_t form) { return form == trial.outcome; });
  }

  std::vector<Followed> followed_;  ///< points into the week's trials, which stay where they are
};

}  // namespace

std::unique_ptr<Mechanism> make_trials() { return std::make_unique<Trials>(); }

}  // namespace kurultai
