// policies: set this week's lever values, community by community or resident by resident (MODEL 1, 2: the means of T2).
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
#include "mechanism/list.h"
#include "society/target.h"

namespace kurultai {
namespace {

class Policies final : public Mechanism {
 public:
  Policies()
      : Mechanism({.name = "policies",
            .meaning = "set this week's lever values",
            .source = "MODEL 1, 2; T2",
            .phase = Phase::levers,
            .reads = {"age", "education", "household_size", "occupation", "platform", "sex"},
            .writes = {}}) {}

  void prepare(World& world) override {
    world.trials.clear();
    levers_.clear();
    const std::vector<Slice> slice = slices(world.policies);
    for (std::size_t p = 0; p < world.policies.size(); ++p) {
      const PolicySpec& policy = world.policies[p];
      levers_.push_back(&lever_of(policy, world.registry));
      world.trials.push_back(policy.within_communities() ? within_communities(world, policy, slice[p])
                                                         : of_communities(world, policy, slice[p]));
    }
    part_lots(world);
  }

  void begin(World& world) override {
    for (Lever* lever : levers_) lever->reset(world.society.communities());
    for (std::size_t p = 0; p < levers_.size(); ++p) {
      const PolicySpec& policy = world.policies[p];
      const double dose = dose_at(policy, world.week);
      if (dose == 0) continue;
      const Range& range = levers_[p]->range();
      const Trial& trial = world.trials[p];
      if (policy.within_communities()) {
        levers_[p]->for_residents(
            [status = trial.residents.data(), dose, &policy, &range](double value, std::size_t i) {
              return status[i] == Trial::treated ? moved(value, dose, policy, range) : value;
            });
        continue;
      }
      std::vector<double>& now = levers_[p]->now();
      for (std::size_t c = 0; c < now.size(); ++c)
        if (trial.status[c] == Trial::treated) now[c] = moved(now[c], dose, policy, range);
    }
  }

 private:
  /// A number that no resident of a community has as ordinal: names the community itself.
  static constexpr std::uint32_t whole_community = 0xffffffffU;
  /// What is drawn for one name.
  enum Item : std::uint32_t { lot, saturation, member };

  Trial of_communities(const World& world, const PolicySpec& policy, const Slice& slice) const {
    Trial trial;
    trial.status.assign(world.society.communities(), Trial::outside);
    const Draws draws = world.lasting(stream());
    const std::uint64_t key = key_of(policy.lot_name());
    for (const std::size_t c : communities_meant(world.society.country, policy))
      trial.status[c] = in(slice, draws.uniform({world.society.key[c] ^ key, whole_community}, lot)) ? Trial::treated
                                                                                                     : Trial::control;
    if (policy.is_trial()) trial.exposure = exposure_to(world, trial.status);
    return trial;
  }

  Trial within_communities(const World& world, const PolicySpec& policy, const Slice& slice) const {
    const Society& society = world.society;
    Trial trial;
    trial.status.assign(society.communities(), Trial::outside);
    trial.residents.assign(society.residents.size(), Trial::outside);
    const Draws draws = world.lasting(stream());
    const std::uint64_t key = key_of(policy.lot_name());
    const std::vector<std::size_t> target = communities_meant(world.society.country, policy);
    parallel_for(target.size(), [&](std::size_t k) {
      const std::size_t c = target[k];
      const bool takes_part = policy.community_share >= 1.0 ||
                              draws.chance(policy.community_share, {society.key[c] ^ key, whole_community}, saturation);
      trial.status[c] = takes_part ? Trial::treated : Trial::control;
      const Slice drawn = takes_part ? slice : Slice{};
      std::vector<Vertex> members;  // of a household, those in the target
      for (Vertex i = society.first[c]; i < society.first[c + 1];
          i += std::max<Vertex>(society.residents.household_size[i], 1)) {
        members.clear();
        in_target(society.residents, policy, i, members);
        if (members.empty()) continue;
        const auto name = [&](Vertex of) { return Name{society.key[c] ^ key, of - society.first[c]}; };
        if (policy.unit.is("resident")) {
          for (const Vertex m : members)
            trial.residents[m] = in(drawn, draws.uniform(name(m), lot)) ? Trial::treated : Trial::control;
          continue;
        }
        const bool treated = in(drawn, draws.uniform(name(i), lot));
        if (policy.one) {
          const Vertex chosen = members[draws.below(static_cast<std::uint32_t>(members.size()), name(i), member)];
          members.assign(1, chosen);
        }
        for (Vertex j = i; j < i + society.residents.household_size[i]; ++j)
          trial.residents[j] = treated ? Trial::beside_treated : Trial::beside_control;
        for (const Vertex m : members) trial.residents[m] = treated ? Trial::treated : Trial::control;
      }
    });
    if (policy.is_trial()) trial.treated_share = treated_share_of(world, trial.residents);
    return trial;
  }

  static bool in(const Slice& slice, double u) { return u >= slice.from && u < slice.to; }

  /// Adds to `members` those of the household whose first member is `first` whom `policy` means.
  static void in_target(const Residents& r, const PolicySpec& policy, Vertex first, std::vector<Vertex>& members) {
    const Vertex end = first + std::max<Vertex>(r.household_size[first], 1);
    const auto of_age = [&](Vertex i) { return r.age[i] >= policy.age_from && r.age[i] <= policy.age_to; };
    if (policy.household_size != 0) {
      std::int64_t count = 0;
      for (Vertex i = first; i < end; ++i) count += of_age(i) ? 1 : 0;
      if (count != policy.household_size) return;
    }
    const auto word_in = [](const std::vector<std::string>& list, const char* word) {
      return list.empty() || std::find(list.begin(), list.end(), word) != list.end();
    };
    for (Vertex i = first; i < end; ++i)
      if (of_age(i) && (policy.sex.index() == 0 || r.sex[i] + 1U == policy.sex.index()) &&
          (policy.users.index() == 0 || (r.platform[i] != 0) == policy.users.is("users")) &&
          word_in(policy.education.value(), education_names[r.education[i]]) &&
          word_in(policy.occupations.value(), occupation_names[r.occupation[i]]))
        members.push_back(i);
  }

  /// A unit that another arm of the lot treats is outside for this policy: neither treated nor control.
  static void part_lots(World& world) {
    for (std::size_t p = 0; p < world.trials.size(); ++p)
      for (std::size_t q = 0; q < world.trials.size(); ++q) {
        if (p == q || world.policies[p].lot_name() != world.policies[q].lot_name()) continue;
        const bool within = world.policies[p].within_communities();
        const std::vector<std::uint8_t>& other = within ? world.trials[q].residents : world.trials[q].status;
        std::vector<std::uint8_t>& mine = within ? world.trials[p].residents : world.trials[p].status;
        for (std::size_t k = 0; k < mine.size(); ++k)
          if (other[k] == Trial::treated || other[k] == Trial::beside_treated) mine[k] = Trial::outside;
      }
  }

  /// Per resident, the share of ties to residents that lead to treated ones.
  static std::vector<float> treated_share_of(const World& world, const std::vector<std::uint8_t>& status) {
    const Ties& ties = world.society.ties;
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
  static std::vector<float> exposure_to(const World& world, const std::vector<std::uint8_t>& status) {
    const Society& society = world.society;
    std::vector<float> exposure(society.communities(), 0.0F);
    for (std::size_t c = 0; c < society.communities(); ++c) {
      std::size_t all = 0;
      std::size_t into = 0;
      for (Vertex i = society.first[c]; i < society.first[c + 1]; ++i)
        for (const Tie tie : society.ties.outside(i)) {
          const auto at = std::upper_bound(society.first.begin(), society.first.end(), tie.to());
          const auto other = static_cast<std::size_t>(at - society.first.begin()) - 1;
          ++all;
          into += status[other] == Trial::treated ? 1 : 0;
        }
      if (all != 0) exposure[c] = static_cast<float>(static_cast<double>(into) / static_cast<double>(all));
    }
    return exposure;
  }

  std::vector<Lever*> levers_;  ///< lots are drawn again by `prepare`, the same; doses follow from the week
};

}  // namespace

std::unique_ptr<Mechanism> make_policies() { return std::make_unique<Policies>(); }

}  // namespace kurultai
