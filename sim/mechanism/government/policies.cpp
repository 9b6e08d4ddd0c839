// policies: set this week's lever values, community by community or resident by resident (MODEL 7.1: the means of T2).
//
// A policy names a lever, weeks, a dose and a target. It treats whole communities, or households or residents in
// them. Where not all units of the target are treated, they are drawn by lot: a unit has a uniform number u, keyed by
// the lot's name and the unit's (a community; a community and the first member's place in it; a resident), and a
// policy treats the units with u in its slice of [0, 1). Policies of one lot have slices side by side, so that
// the arms of an experiment never meet in a unit, and the units in no arm's slice are the control of each. Lots do not
// depend on who else lives there or on the order of anything. With `community_share` below 1, communities are
// drawn first (a saturation design): those that are in stand as treated, the others as control.
//
// In a treated household every member in the target is treated, or one drawn by lot (`one`); the rest of the household
// is beside. A control household is split in the same way. Who was what, and how exposed to the treated, stands
// in the result. Policies act after the warm-up.
//
// Limits: who is in the target, and who was drawn, is settled at the start of the run by the attributes of that
// moment; a resident who is born into a slot later inherits it.
#include <algorithm>
#include <span>

#include "base/parallel.h"
#include "mechanism/mechanism.h"
#include "society/target.h"

namespace kurultai {
namespace {

class Policies final : public Mechanism {
 public:
  Policies()
      : Mechanism({.name = "policies",
            .meaning = "set this week's lever values",
            .source = "MODEL 7.1; T2",
            .phase = Phase::levers}) {}

  void prepare(const Week& week) override {
    trials_->clear();
    levers_.clear();
    const std::vector<Slice> slice = slices(*policies_);
    for (std::size_t p = 0; p < policies_->size(); ++p) {
      const PolicySpec& policy = (*policies_)[p];
      levers_.push_back(&lever_of(policy, *registry_));
      trials_->push_back(policy.within_communities() ? within_communities(week, policy, slice[p])
                                                     : of_communities(week, policy, slice[p]));
    }
    part_lots();
  }

  void begin(const Week& week) override {
    for (Lever* lever : levers_) lever->reset(week.communities());
    for (std::size_t p = 0; p < levers_.size(); ++p) {
      const PolicySpec& policy = (*policies_)[p];
      const double dose = dose_at(policy, week.number());
      if (dose == 0) continue;
      const Range& range = levers_[p]->range();
      const Trial& trial = (*trials_)[p];
      if (policy.within_communities()) {
        levers_[p]->for_residents({trial.residents.data(), Trial::treated, dose, &policy,
            [](double value, double share, const void* by, const Range& within) {
              return moved(value, share, *static_cast<const PolicySpec*>(by), within);
            }});
        continue;
      }
      std::vector<double>& now = levers_[p]->now();
      for (std::size_t c = 0; c < now.size(); ++c)
        if (trial.status[c] == Trial::treated) now[c] = moved(now[c], dose, policy, range);
    }
  }

 private:
  Read<std::uint8_t> age_{*this, &Residents::age, at_start};
  Read<std::uint8_t> education_{*this, &Residents::education, at_start};
  Read<std::uint8_t> household_size_{*this, &Residents::household_size, at_start};
  Read<std::uint8_t> occupation_{*this, &Residents::occupation, at_start};
  Read<std::uint8_t> platform_{*this, &Residents::platform, as_given};
  Read<std::uint8_t> sex_{*this, &Residents::sex, at_start};
  Uses<Collection<PolicySpec>> policies_{*this};
  Uses<Registry> registry_{*this};
  WriteTrials trials_{*this};
  Luck lots_{*this, "which units a lot draws", Luck::units, Luck::lasting, 1};
  Luck saturations_{*this, "in which communities anybody is treated", Luck::units, Luck::lasting, 1};
  Luck chosen_ones_{*this, "which member of a household is treated", Luck::units, Luck::lasting, 1};

  /// A name under the lot's key.
  [[nodiscard]] static Name of_lot(Name name, std::uint64_t key) { return {name.community ^ key, name.ordinal}; }

  Trial of_communities(const Week& week, const PolicySpec& policy, const Slice& slice) const {
    Trial trial;
    trial.status.assign(week.communities(), Trial::outside);
    const Luck::Drawn lots = lots_(week);
    const std::uint64_t key = key_of(policy.lot_name());
    for (const std::size_t c : communities_meant(week.country, policy))
      trial.status[c] =
          in(slice, lots.uniform(of_lot(week.name_of_community(c), key))) ? Trial::treated : Trial::control;
    if (policy.is_trial()) trial.spill = spill_of(week, trial.status);
    return trial;
  }

  Trial within_communities(const Week& week, const PolicySpec& policy, const Slice& slice) const {
    Trial trial;
    trial.status.assign(week.communities(), Trial::outside);
    trial.residents.assign(week.residents(), Trial::outside);
    const Luck::Drawn lots = lots_(week);
    const Luck::Drawn saturations = saturations_(week);
    const Luck::Drawn chosen_ones = chosen_ones_(week);
    const std::uint64_t key = key_of(policy.lot_name());
    const std::vector<std::size_t> target = communities_meant(week.country, policy);
    parallel_for(target.size(), [&](std::size_t k) {
      const std::size_t c = target[k];
      const bool takes_part = policy.community_share >= 1.0 ||
                              saturations.chance(policy.community_share, of_lot(week.name_of_community(c), key));
      trial.status[c] = takes_part ? Trial::treated : Trial::control;
      const Slice drawn = takes_part ? slice : Slice{};
      std::vector<Vertex> members;  // of a household, those in the target
      for (Vertex i = week.first[c]; i < week.first[c + 1]; i += std::max<Vertex>(household_size_[i], 1)) {
        members.clear();
        in_target(policy, i, members);
        if (members.empty()) continue;
        const auto name = [&](Vertex of) { return of_lot(week.name(c, of), key); };
        if (policy.unit == TreatedUnit::resident) {
          for (const Vertex m : members)
            trial.residents[m] = in(drawn, lots.uniform(name(m))) ? Trial::treated : Trial::control;
          continue;
        }
        const bool treated = in(drawn, lots.uniform(name(i)));
        if (policy.one) {
          const Vertex chosen = members[chosen_ones.below(static_cast<std::uint32_t>(members.size()), name(i))];
          members.assign(1, chosen);
        }
        for (Vertex j = i; j < i + household_size_[i]; ++j)
          trial.residents[j] = treated ? Trial::beside_treated : Trial::beside_control;
        for (const Vertex m : members) trial.residents[m] = treated ? Trial::treated : Trial::control;
      }
    });
    if (policy.is_trial()) trial.treated_share = treated_share_of(week, trial.residents);
    return trial;
  }

  static bool in(const Slice& slice, double u) { return u >= slice.from && u < slice.to; }

  /// Adds to `members` those of the household whose first member is `first` whom `policy` means.
  void in_target(const PolicySpec& policy, Vertex first, std::vector<Vertex>& members) const {
    const Vertex end = first + std::max<Vertex>(household_size_[first], 1);
    const auto of_age = [&](Vertex i) { return age_[i] >= policy.age_from && age_[i] <= policy.age_to; };
    if (policy.household_size != 0) {
      std::int64_t count = 0;
      for (Vertex i = first; i < end; ++i) count += of_age(i) ? 1 : 0;
      if (count != policy.household_size) return;
    }
    const auto word_in = [](const std::vector<std::string>& list, const char* word) {
      return list.empty() || std::find(list.begin(), list.end(), word) != list.end();
    };
    for (Vertex i = first; i < end; ++i)
      if (of_age(i) && (policy.sex == WhichSex::any || sex_[i] + 1U == policy.sex.index()) &&
          (policy.users == Users::any || (platform_[i] != 0) == (policy.users == Users::users)) &&
          word_in(policy.education.value(), words<Education>[education_[i]]) &&
          word_in(policy.occupations.value(), words<Occupation>[occupation_[i]]))
        members.push_back(i);
  }

  /// A unit that another arm of the lot treats is outside for this policy: neither treated nor control.
  void part_lots() const {
    for (std::size_t p = 0; p < trials_->size(); ++p)
      for (std::size_t q = 0; q < trials_->size(); ++q) {
        if (p == q || (*policies_)[p].lot_name() != (*policies_)[q].lot_name()) continue;
        const bool within = (*policies_)[p].within_communities();
        const std::vector<std::uint8_t>& other = within ? (*trials_)[q].residents : (*trials_)[q].status;
        std::vector<std::uint8_t>& mine = within ? (*trials_)[p].residents : (*trials_)[p].status;
        for (std::size_t k = 0; k < mine.size(); ++k)
          if (other[k] == Trial::treated || other[k] == Trial::beside_treated) mine[k] = Trial::outside;
      }
  }

  /// Per resident, the share of ties to residents that lead to treated ones.
  [[nodiscard]] std::vector<float> treated_share_of(const Week& week, const std::vector<std::uint8_t>& status) const {
    const Ties& ties = week.ties;
    std::vector<float> share(status.size(), 0.0F);
    parallel_chunks(status.size(), 4096, [&](std::size_t from, std::size_t to) {
      for (std::size_t i = from; i < to; ++i) {
        ties.prefetch(i + Ties::ahead, status.data());
        const std::span<const Tie> peers = ties.peers(static_cast<Vertex>(i));
        const auto treated =
            std::count_if(peers.begin(), peers.end(), [&](Tie tie) { return status[tie.to()] == Trial::treated; });
        if (treated != 0)
          share[i] = static_cast<float>(static_cast<double>(treated) / static_cast<double>(peers.size()));
      }
    });
    return share;
  }

  /// Per community, the share of its residents' ties to other communities that lead into treated ones.
  [[nodiscard]] std::vector<float> spill_of(const Week& week, const std::vector<std::uint8_t>& status) const {
    std::vector<float> spill(week.communities(), 0.0F);
    for (std::size_t c = 0; c < week.communities(); ++c) {
      std::size_t all = 0;
      std::size_t into = 0;
      for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i)
        for (const Tie tie : week.ties.outside(i)) {
          const auto at = std::upper_bound(week.first.begin(), week.first.end(), tie.to());
          const auto other = static_cast<std::size_t>(at - week.first.begin()) - 1;
          ++all;
          into += status[other] == Trial::treated ? 1 : 0;
        }
      if (all != 0) spill[c] = static_cast<float>(static_cast<double>(into) / static_cast<double>(all));
    }
    return spill;
  }

  std::vector<Lever*> levers_;  ///< lots are drawn again by `prepare`, the same; doses follow from the week
};

}  // namespace

std::unique_ptr<Mechanism> make_policies() { return std::make_unique<Policies>(); }

}  // namespace kurultai
