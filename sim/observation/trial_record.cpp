#include "observation/trial_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "observation/result_builder.h"

namespace kurultai {

namespace {

/// Number of members of resident i's household who were of the target's age at the start.
std::uint8_t members_of_age(const GivenResidents& start, const PolicySpec& policy, Vertex i) {
  const Vertex first = i - start.household_slot[i];
  std::uint8_t count = 0;
  for (Vertex j = first; j < first + start.household_size[i]; ++j)
    if (start.age[j] >= policy.age_from && start.age[j] <= policy.age_to) ++count;
  return count;
}

/// What is told of residents: of each who has a part in the policy, or ties to those it treats.
struct ResidentRecord {
  std::vector<std::int64_t> number;
  std::vector<std::int32_t> community;
  std::vector<std::int64_t> household;
  std::vector<std::uint8_t> status;
  std::vector<float> treated_share;
  std::vector<std::uint8_t> age;
  std::vector<std::uint8_t> sex;
  std::vector<std::uint8_t> platform;
  std::vector<std::uint8_t> of_age;
  std::vector<std::int64_t> acted;
  std::vector<std::int64_t> known;
};

ResidentRecord record_of(const World& world, const PolicySpec& policy, const Trial& trial) {
  const Society& society = world.society;
  const GivenResidents& start = society.residents;  // as they were when lots were drawn
  ResidentRecord record;
  for (std::size_t c = 0; c < society.communities(); ++c)
    for (Vertex i = society.first[c]; i < society.first[c + 1]; ++i) {
      const std::uint8_t part = trial.residents.empty() ? trial.status[c] : trial.residents[i];
      const float exposed = trial.treated_share.empty() ? 0.0F : trial.treated_share[i];
      if (part == Trial::outside && exposed == 0.0F) continue;
      record.number.push_back(i);
      record.community.push_back(static_cast<std::int32_t>(c));
      record.household.push_back(i - start.household_slot[i]);
      record.status.push_back(part);
      record.treated_share.push_back(exposed);
      record.age.push_back(start.age[i]);
      record.sex.push_back(start.sex[i]);
      record.platform.push_back(start.platform[i] != 0 ? 1 : 0);
      record.of_age.push_back(members_of_age(start, policy, i));
      if (trial.outcome < 0) continue;
      record.acted.push_back(trial.acted[i]);
      record.known.push_back(trial.known[i]);
    }
  return record;
}

/// Adds the dimension `resident` and the variables over it.
void add_residents(const World& world, const PolicySpec& policy, const Trial& trial, GroupBuilder& group) {
  ResidentRecord record = record_of(world, policy, trial);
  group.from("model");
  group.over("resident", std::move(record.number)).says("number of the resident in the society");
  group.over_only({"resident"});
  group.add("resident_status", std::move(record.status))
      .says("part in the policy")
      .from("design")
      .one_of({"outside the target", "treated", "control", "beside treated", "beside control"});
  group.add("resident_community", std::move(record.community))
      .says("place of the resident's community in `community`, from 0")
      .from("census");
  group.add("household", std::move(record.household)).says("number of the household's first member");
  group.add("household_eligible", std::move(record.of_age))
      .says("members of the household of the target's age, at the start");
  if (!trial.treated_share.empty())
    group.add("treated_share", std::move(record.treated_share))
        .says("share of the resident's ties to residents that lead to treated ones");
  group.add("age", std::move(record.age)).unit("year").says("age at the start");
  group.add("sex", std::move(record.sex)).says("sex").one_of({"male", "female"});
  group.add("platform", std::move(record.platform)).says("user of a civic platform at the start").one_of({"no", "yes"});
  if (trial.outcome < 0) return;
  group.add("acted", std::move(record.acted))
      .unit("bits")
      .says("bit k: took part in the k-th closed matter of the outcome's form");
  group.add("known", std::move(record.known))
      .unit("bits")
      .says("bit k: knew of the k-th closed matter of the outcome's form");
}

}  // namespace

std::string reach_of(const World& world, std::size_t p) {
  const Trial& trial = world.trials[p];
  const bool within = world.policies[p].within_communities();
  const auto treated_of = [](const std::vector<std::uint8_t>& status) {
    return std::count(status.begin(), status.end(), Trial::treated);
  };
  std::size_t communities = 0;  // in which somebody is treated
  for (std::size_t c = 0; c < trial.status.size(); ++c)
    communities += within ? std::count(trial.residents.begin() + world.society.first[c],
                                trial.residents.begin() + world.society.first[c + 1], Trial::treated) > 0
                          : trial.status[c] == Trial::treated;
  if (communities == 0) return "treats nobody";
  const std::string where = fmt::format("{} of {} communities", communities, trial.status.size());
  return within ? fmt::format(
                      "treats {} of {} residents, in {}", treated_of(trial.residents), trial.residents.size(), where)
                : "treats " + where;
}

Group trial_record(const World& world, std::size_t p) {
  const PolicySpec& policy = world.policies[p];
  const Trial& trial = world.trials[p];
  GroupBuilder group("policy/" + world.policies.key(p), "whom the policy reaches: it " + reach_of(world, p));
  group.over("community", each_of(world.society.country.communities, &Community::code))
      .says("code of the community")
      .from("census");
  group.from("model");
  group.add("status", trial.status)
      .says("part in the policy")
      .from("design")
      .one_of({"outside the target", "treated", "control"});
  if (!trial.spill.empty())
    group.add("exposure", trial.spill)
        .says("share of residents' ties to other communities that lead into treated ones");
  if (trial.outcome >= 0) {
    group.add("closed", trial.closed)
        .says("matters of the outcome's form that closed: bits in use of `acted` and `known`");
    group.add("before", trial.before).says("of those, how many closed before the policy's first week: the first bits");
  }
  if ((policy.within_communities() && policy.is_trial()) || trial.outcome >= 0)
    add_residents(world, policy, trial, group);
  return group.take();
}

}  // namespace kurultai
