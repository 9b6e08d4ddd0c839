#include "observation/trial_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace kurultai {

namespace {

/// Number of members of resident i's household who were of the target's age at the start.
std::uint8_t members_of_age(const Residents& start, const PolicySpec& policy, Vertex i) {
  const Vertex first = i - start.household_slot[i];
  std::uint8_t count = 0;
  for (Vertex j = first; j < first + start.household_size[i]; ++j)
    if (start.age[j] >= policy.age_from && start.age[j] <= policy.age_to) ++count;
  return count;
}

/// Adds the dimension `resident` and the variables over it.
void add_residents(const World& world, const PolicySpec& policy, const Trial& trial, Group& group) {
  const Society& society = world.society;
  const Residents& start = society.residents;  // as they were when lots were drawn
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
  for (std::size_t c = 0; c < society.communities(); ++c)
    for (Vertex i = society.first[c]; i < society.first[c + 1]; ++i) {
      const std::uint8_t part = trial.residents.empty() ? trial.status[c] : trial.residents[i];
      const float exposed = trial.treated_share.empty() ? 0.0F : trial.treated_share[i];
      if (part == Trial::outside && exposed == 0.0F) continue;
      number.push_back(i);
      community.push_back(static_cast<std::int32_t>(c));
      household.push_back(i - start.household_slot[i]);
      status.push_back(part);
      treated_share.push_back(exposed);
      age.push_back(start.age[i]);
      sex.push_back(start.sex[i]);
      platform.push_back(start.platform[i] != 0 ? 1 : 0);
      of_age.push_back(members_of_age(start, policy, i));
      if (trial.outcome < 0) continue;
      acted.push_back(trial.acted[i]);
      known.push_back(trial.known[i]);
    }
  group.coordinates.push_back(
      {"resident", {"resident"}, std::move(number), "1", "number of the resident in the society", "model", {}});
  const auto add = [&](const char* name, Values values, const char* unit, const char* meaning, const char* source,
                       std::vector<std::string> flags = {}) {
    group.variables.push_back({name, {"resident"}, std::move(values), unit, meaning, source, std::move(flags)});
  };
  add("resident_status", std::move(status), "1", "part in the policy", "design",
      {"outside the target", "treated", "control", "beside treated", "beside control"});
  add("resident_community", std::move(community), "1", "place of the resident's community in `community`, from 0",
      "census");
  add("household", std::move(household), "1", "number of the household's first member", "model");
  add("household_eligible", std::move(of_age), "1", "members of the household of the target's age, at the start",
      "model");
  if (!trial.treated_share.empty())
    add("treated_share", std::move(treated_share), "1",
        "share of the resident's ties to residents that lead to treated ones", "model");
  add("age", std::move(age), "year", "age at the start", "model");
  add("sex", std::move(sex), "1", "sex", "model", {"male", "female"});
  add("platform", std::move(platform), "1", "user of a civic platform at the start", "model", {"no", "yes"});
  if (trial.outcome < 0) return;
  add("acted", std::move(acted), "bits", "bit k: took part in the k-th closed matter of the outcome's form", "model");
  add("known", std::move(known), "bits", "bit k: knew of the k-th closed matter of the outcome's form", "model");
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
  std::vector<std::string> codes;
  for (const Community& community : world.society.country.communities) codes.push_back(community.code);
  Group group{"policy/" + world.policies.key(p), "whom the policy reaches: it " + reach_of(world, p),
      {{"community", {"community"}, codes, "1", "code of the community", "census", {}}}, {}};
  const auto add = [&](const char* name, Values values, const char* meaning, const char* source,
                       std::vector<std::string> flags = {}) {
    group.variables.push_back({name, {"community"}, std::move(values), "1", meaning, source, std::move(flags)});
  };
  add("status", trial.status, "part in the policy", "design", {"outside the target", "treated", "control"});
  if (!trial.exposure.empty())
    add("exposure", trial.exposure, "share of residents' ties to other communities that lead into treated ones",
        "model");
  if (trial.outcome >= 0) {
    add("closed", trial.closed, "matters of the outcome's form that closed: bits in use of `acted` and `known`",
        "model");
    add("before", trial.before, "of those, how many closed before the policy's first week: the first bits", "model");
  }
  if ((policy.within_communities() && policy.is_trial()) || trial.outcome >= 0)
    add_residents(world, policy, trial, group);
  return group;
}

}  // namespace kurultai
