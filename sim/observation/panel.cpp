#include "observation/panel.h"

namespace kurultai {

Panel::Panel(const World& world, std::int64_t residents, std::int64_t every) : every_(every) {
  const Society& society = world.society;
  if (residents <= 0 || society.residents.size() == 0) return;
  const double chance = static_cast<double>(residents) / static_cast<double>(society.residents.size());
  const Draws draws(world.seed, 0, Stream::statistics);
  for (std::size_t c = 0; c < society.communities(); ++c)
    for (Vertex i = society.first[c]; i < society.first[c + 1]; ++i) {
      if (!draws.chance(chance, society.name(c, i))) continue;
      member_.push_back(i);
      community_.push_back(society.country.communities[c].code);
      ordinal_.push_back(static_cast<std::int32_t>(i - society.first[c]));
      sex_.push_back(society.residents.sex[i]);
      education_.push_back(society.residents.education[i]);
      occupation_.push_back(society.residents.occupation[i]);
    }
}

void Panel::observe(const World& world) {
  if (member_.empty() || world.week < 0 || world.week % every_ != 0) return;
  const Residents& r = world.residents();
  weeks_.push_back(world.week);
  for (const Vertex i : member_) {
    trust_.push_back(static_cast<float>(r.trust[i]));
    efficacy_.push_back(static_cast<float>(r.efficacy[i]));
    satisfaction_.push_back(static_cast<float>(r.satisfaction[i]));
    propensity_.push_back(static_cast<float>(r.propensity(i, 0)));
    age_.push_back(r.age[i]);
    took_part_.push_back(took_part_lately(world, i) ? 1 : 0);
  }
}

void Panel::state(Archive& archive) {
  archive("weeks", weeks_);
  archive("trust", trust_);
  archive("efficacy", efficacy_);
  archive("satisfaction", satisfaction_);
  archive("propensity", propensity_);
  archive("age", age_);
  archive("took_part", took_part_);
}

Group Panel::group() const {
  std::vector<std::int32_t> number(member_.size());
  for (std::size_t k = 0; k < number.size(); ++k) number[k] = static_cast<std::int32_t>(k);
  Group group{"panel", "a sample of residents, followed through the run", {}, {}};
  group.coordinates.push_back({"week", {"week"}, weeks_, "1", "weeks since the end of the warm-up", "design", {}});
  group.coordinates.push_back({"resident", {"resident"}, number, "1", "number in the panel", "design", {}});
  const auto fixed = [&](const char* name, Values values, const char* meaning, std::vector<std::string> flags = {}) {
    group.variables.push_back({name, {"resident"}, std::move(values), "1", meaning, "MODEL 11", std::move(flags)});
  };
  const auto moving = [&](const char* name, Values values, const char* unit, const char* meaning,
                          std::vector<std::string> flags = {}) {
    group.variables.push_back(
        {name, {"week", "resident"}, std::move(values), unit, meaning, "MODEL 11", std::move(flags)});
  };
  fixed("community", community_, "code of the resident's community");
  fixed("ordinal", ordinal_, "place in the community: with its code the resident's name");
  fixed("sex", sex_, "sex at the start", {"male", "female"});
  fixed("education", education_, "education at the start", {std::begin(education_names), std::end(education_names)});
  fixed(
      "occupation", occupation_, "occupation at the start", {std::begin(occupation_names), std::end(occupation_names)});
  moving("age", age_, "year", "age in whole years");
  moving(
      "took_part", took_part_, "1", "whether the resident took part in anything in the last 52 weeks", {"no", "yes"});
  moving("trust", trust_, "1", "trust in the local akim");
  moving("efficacy", efficacy_, "1", "belief that taking part changes something");
  moving("satisfaction", satisfaction_, "1", "satisfaction with the public good wished for");
  moving("propensity", propensity_, "1", "propensity to take part offline");
  return group;
}

}  // namespace kurultai
