#include "observation/panel.h"

#include "observation/result_builder.h"

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
  GroupBuilder panel("panel", "a sample of residents, followed through the run");
  panel.from("MODEL 4");
  panel.over(weeks_coordinate(weeks_));
  panel.over("resident", counted(member_.size())).says("number in the panel").from("design");
  panel.over_only({"resident"});
  panel.add("community", community_).says("code of the resident's community");
  panel.add("ordinal", ordinal_).says("place in the community: with its code the resident's name");
  panel.add("sex", sex_).says("sex at the start").one_of({"male", "female"});
  panel.add("education", education_).says("education at the start").one_of(word_list<Education>());
  panel.add("occupation", occupation_).says("occupation at the start").one_of(word_list<Occupation>());
  panel.over_only({"week", "resident"});
  panel.add("age", age_).unit("year").says("age in whole years");
  panel.add("took_part", took_part_)
      .says("whether the resident took part in anything in the last 52 weeks")
      .one_of({"no", "yes"});
  panel.add("trust", trust_).says("trust in the local akim");
  panel.add("efficacy", efficacy_).says("belief that taking part changes something");
  panel.add("satisfaction", satisfaction_).says("satisfaction with the public good wished for");
  panel.add("propensity", propensity_).says("propensity to take part offline");
  return panel.take();
}

}  // namespace kurultai
