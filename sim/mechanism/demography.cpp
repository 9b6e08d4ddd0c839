// demography: residents age, leave school, take up and leave work, die; the dead are replaced by the newborn in
// the same place of the household (MODEL 1).
//
//   chance to die within a year at age x: 1 - exp(-A_sex exp(B x)) (Gompertz)
//   chance to leave the sample:           g / (1 + g)
//
// The residents are a sample of constant size of a population that grows by g a year: to keep its mix of ages, some
// leave the sample at any age and newborns take their places as well.
//
// Once a year, communities in turn. A trait that depends on age (education at 22, occupation at 18, 23 and at
// pension age) is dealt again with the same luck. Digital life keeps its profile by age and education:
//
//   u(age, education) = logistic(L_j + leaning)     share with access among those of 6 and over, and share of users
//                                                   among adults with access; leaning as the census deals them
//   logit(skill), logit(talent) <- + skill_age / 10 + skill_education (levels gained)
//
// Who turns 6 has access with chance u, who turns 18 with access is a user with chance u. Later, as u moves from u0 to
// u1, one who has it loses it with chance 1 - u1 / u0, one who has it not gains it with chance (u1 - u0) / (1 - u0).
// L_j is set for u0 from those who have it, and for u1 such that the year leaves the community's coverage, and its
// share of users among adults, as they were: births, deaths and birthdays move single residents, not the level. Limits:
// households and ties stay; no migration; a newborn has the luck of the slot (civic duty, exposure, wish, aspiration)
// until a mechanism moves it; that the old use less is taken for an effect of age, not of their generation.
#include <algorithm>
#include <array>

#include "base/elementary.h"
#include "base/parallel.h"
#include "mechanism/list.h"
#include "society/traits.h"

namespace kurultai {
namespace {

class Demography final : public Mechanism {
 public:
  Demography()
      : Mechanism({.name = "demography",
            .meaning = "residents age, study, work, retire, die and are born",
            .source = "MODEL 1",
            .phase = Phase::demography,
            .reads = {"answering", "coverage", "household_slot", "household_size"},
            .writes = {"age", "sex", "education", "occupation", "income", "platform", "access", "propensity", "trace",
                "efficacy", "trust", "satisfaction", "skill", "talent", "programmes", "owner", "last_act"}}) {}

  Real mortality_men{*this,
      {.name = "mortality_men",
          .symbol = "A",
          .unit = "per year",
          .meaning = "men's mortality at age 0, extrapolated",
          .source = "life expectancy about 71 (recalled)"},
      1.14e-4, {0, 1}};
  Real mortality_women{*this,
      {.name = "mortality_women",
          .symbol = "A",
          .unit = "per year",
          .meaning = "women's mortality at age 0, extrapolated",
          .source = "life expectancy about 78 (recalled)"},
      6.3e-5, {0, 1}};
  Real mortality_growth{*this,
      {.name = "mortality_growth",
          .symbol = "B",
          .unit = "per year of age",
          .meaning = "how mortality grows with age",
          .source = "Gompertz; assumption"},
      0.085, {0, 1}};

  Real growth{*this,
      {.name = "growth",
          .symbol = "g",
          .unit = "per year",
          .meaning = "natural growth of the population that the residents are a sample of",
          .source = "Kazakhstan, births less deaths 2023: about 1.3% (recalled)"},
      0.013, {0, 0.1}};

  void prepare(World& world) override {
    const Traits traits(world.settings, world.seed);
    for (int age = 0; age <= 100; ++age)
      for (std::size_t e = 0; e < education_levels; ++e) {
        const auto a = static_cast<std::size_t>(age);
        connected_[a][e] = traits.access_leaning(age);
        inclined_[a][e] = traits.platform_leaning(age, static_cast<Education>(e));
      }
  }

  void begin(World& world) override {
    parallel_for(world.society.communities(), [&](std::size_t c) {
      if (world.due(c, 52)) year(world, c);
    });
  }

 private:
  static constexpr std::size_t education_levels = 3;
  using ByAge = std::array<std::array<double, education_levels>, 101>;

  /// What a resident was before the birthday.
  struct Before {
    std::uint8_t age = 0;
    std::uint8_t education = 0;
    bool here = false;  ///< and is still
  };

  /// People by age and education, of whom some have what is in question.
  struct Count {
    ByAge people{};
    double all = 0;
    double having = 0;
    void add(std::size_t age, std::size_t education, bool has) {
      ++people[age][education];
      ++all;
      having += has;
    }
  };

  /// u of the header: the level at which `wanted` of those counted have it.
  class Profile {
   public:
    Profile(const ByAge& leaning, const Count& count, double wanted) : leaning_(leaning) {
      constexpr double far = 40;
      if (wanted <= 0 || wanted >= count.all) {
        level_ = wanted > 0 ? far : -far;
        return;
      }
      double low = -far;
      double high = far;
      for (int k = 0; k < 40; ++k) {
        level_ = 0.5 * (low + high);
        double expected = 0;
        for (std::size_t age = 0; age <= 100; ++age)
          for (std::size_t e = 0; e < education_levels; ++e)
            if (count.people[age][e] > 0) expected += count.people[age][e] * share(age, e);
        (expected < wanted ? low : high) = level_;
      }
    }
    [[nodiscard]] double share(std::size_t age, std::size_t education) const {
      return logistic(level_ + leaning_[age][education]);
    }

   private:
    const ByAge& leaning_;
    double level_ = 0;
  };

  void year(World& world, std::size_t c) const {
    const Residents& r = world.residents();
    const Vertex first = world.society.first[c];
    const Vertex last = world.society.first[c + 1];
    Count lines;
    Count users;
    double adults = 0;
    for (Vertex i = first; i < last; ++i) {
      if (r.age[i] >= online_age) lines.add(r.age[i], r.education[i], r.access[i]);
      if (!r.adult(i)) continue;
      ++adults;
      if (r.access[i]) users.add(r.age[i], r.education[i], r.platform[i]);
    }
    const std::vector<Before> before = lives(world, c);

    Count grown;
    double adults_now = 0;
    for (Vertex i = first; i < last; ++i) {
      if (r.age[i] >= online_age) grown.add(r.age[i], r.education[i], r.access[i]);
      adults_now += r.adult(i);
    }
    follow(world, c, before, online_age, Profile(connected_, lines, lines.having),
        Profile(connected_, grown, world.akimats.coverage[c] * grown.all), world.residents().access, 4);
    Count online;
    for (Vertex i = first; i < last; ++i) {
      if (r.access[i] == 0)
        world.residents().platform[i] = 0;
      else if (r.adult(i))
        online.add(r.age[i], r.education[i], r.platform[i]);
    }
    follow(world, c, before, adult_age, Profile(inclined_, users, users.having),
        Profile(inclined_, online, adults > 0 ? users.having / adults * adults_now : 0.0), world.residents().platform,
        2);
    skills(world, c, before);
  }

  /// Births, deaths and birthdays.
  [[nodiscard]] std::vector<Before> lives(World& world, std::size_t c) const {
    Residents& r = world.residents();
    const Draws draws = world.draws(stream());
    const Community& community = world.society.country.communities[c];
    const bool town = urban(community.type);
    const Traits traits(world.settings, world.seed);
    std::vector<Before> before(world.society.first[c + 1] - world.society.first[c]);
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
      const Name name = world.society.name(c, i);
      const double a = r.sex[i] == static_cast<std::uint8_t>(Sex::male) ? mortality_men : mortality_women;
      if (draws.chance(1.0 - exp_(-a * exp_(mortality_growth * r.age[i])), name, 0) ||
          draws.chance(growth / (1.0 + growth), name, 3)) {
        born(world, c, i, draws.word(name, 1));
        continue;
      }
      before[i - world.society.first[c]] = {r.age[i], r.education[i], true};
      if (r.age[i] < 100) ++r.age[i];
      const int age = r.age[i];
      const auto sex = static_cast<Sex>(r.sex[i]);
      const auto pension =
          static_cast<int>(sex == Sex::male ? world.settings.pension_men : world.settings.pension_women);
      if (age == adult_age || age == 22 || age == 23 || age == pension) {
        const Education education = traits.education(name, age, town);
        const Occupation occupation = traits.occupation(name, age, sex, town);
        r.education[i] = static_cast<std::uint8_t>(education);
        r.occupation[i] = static_cast<std::uint8_t>(occupation);
        r.income[i] = Factor(traits.income(name, community.income, age, education, occupation, town));
      }
    }
    return before;
  }

  /// What the year changes in `having` (access, use of platforms) among those of at least `youngest` years.
  void follow(World& world, std::size_t c, const std::vector<Before>& before, int youngest, const Profile& then,
      const Profile& now, Column<std::uint8_t>& having, std::uint32_t item) const {
    const Residents& r = world.residents();
    const Draws draws = world.draws(stream());
    const Vertex first = world.society.first[c];
    const bool needs_access = youngest == adult_age;
    for (Vertex i = first; i < world.society.first[c + 1]; ++i) {
      const Before& was = before[i - first];
      if (!was.here || r.age[i] < youngest || (needs_access && r.access[i] == 0)) continue;
      const double u1 = now.share(r.age[i], r.education[i]);
      const double u0 = was.age < youngest ? 0.0 : then.share(was.age, was.education);
      const double change = having[i] ? (u1 < u0 ? 1.0 - u1 / u0 : 0.0) : (u1 > u0 ? (u1 - u0) / (1.0 - u0) : 0.0);
      if (change > 0 && draws.chance(change, world.society.name(c, i), item)) having[i] ^= 1U;
    }
  }

  /// Skill is dealt at 18, and moves with age and education.
  static void skills(World& world, std::size_t c, const std::vector<Before>& before) {
    Residents& r = world.residents();
    const Traits traits(world.settings, world.seed);
    const Vertex first = world.society.first[c];
    for (Vertex i = first; i < world.society.first[c + 1]; ++i) {
      const Before& was = before[i - first];
      if (!was.here || !r.adult(i) || r.age[i] == was.age) continue;
      const auto education = static_cast<Education>(r.education[i]);
      if (r.age[i] == adult_age) {
        r.skill[i] = Share(traits.skill(world.society.name(c, i), adult_age, education, r.access[i] != 0));
        r.talent[i] = Share(traits.skill(world.society.name(c, i), adult_age, education, true));
        continue;
      }
      const double shift =
          world.settings.skill_age / 10.0 + world.settings.skill_education * (r.education[i] - was.education);
      r.skill[i] = Share(logistic(logit(r.skill[i]) + shift));
      r.talent[i] = Share(logistic(logit(r.talent[i]) + shift));
    }
  }

  /// A newborn in the place of the dead, who takes over the mood of the household.
  static void born(World& world, std::size_t c, Vertex i, std::uint32_t luck) {
    Residents& r = world.residents();
    const Vertex first = i - r.household_slot[i];
    const Vertex last = first + std::max<Vertex>(r.household_size[i], 1);
    std::uint32_t trust = 0;
    std::uint32_t others = 0;
    for (Vertex j = std::max(first, world.society.first[c]); j < std::min(last, world.society.first[c + 1]); ++j)
      if (j != i) {
        trust += r.trust[j].raw;
        ++others;
      }
    r.age[i] = 0;
    r.sex[i] = static_cast<std::uint8_t>(luck & 1U);
    r.education[i] = static_cast<std::uint8_t>(Education::basic);
    r.occupation[i] = static_cast<std::uint8_t>(Occupation::student);
    r.income[i] = Factor(0.0);
    r.platform[i] = 0;
    r.access[i] = 0;
    r.programmes[i] = 0;
    r.owner[i] = 0;
    for (std::size_t f = 0; f < family_count; ++f) {
      r.last_act(i, f) = 0;
      r.propensity(i, f) = Share(0.5);
      r.trace(i, f) = Score(0.0);
    }
    r.efficacy[i] = Share(world.akimats.answering[c]);
    if (others != 0) r.trust[i].raw = static_cast<std::uint16_t>(trust / others);
    r.satisfaction[i] = Share(0.5);
  }

  ByAge connected_{};  ///< leaning to have access; made by prepare
  ByAge inclined_{};   ///< leaning to use platforms
};

}  // namespace

std::unique_ptr<Mechanism> make_demography() { return std::make_unique<Demography>(); }

}  // namespace kurultai
