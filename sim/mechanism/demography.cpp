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
// pension age) is dealt again with the same luck. New adults become platform users so that a community keeps its
// share of users as long as nothing else moves it.
// Limits: households and ties stay; no migration; a newborn has the luck of the slot (civic duty, exposure, wish,
// aspiration) until a mechanism moves it.
#include <algorithm>

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
                   .reads = {"answering", "household_slot", "household_size"},
                   .writes = {"age", "sex", "education", "occupation", "income", "platform", "access", "propensity",
                              "trace", "efficacy", "trust", "satisfaction", "skill", "last_act"}}) {}

  Real mortality_men{*this, {.name = "mortality_men", .symbol = "A", .unit = "per year", .meaning = "men's mortality at age 0, extrapolated", .source = "life expectancy about 71 (recalled)"}, 1.14e-4, {0, 1}};
  Real mortality_women{*this, {.name = "mortality_women", .symbol = "A", .unit = "per year", .meaning = "women's mortality at age 0, extrapolated", .source = "life expectancy about 78 (recalled)"}, 6.3e-5, {0, 1}};
  Real mortality_growth{*this, {.name = "mortality_growth", .symbol = "B", .unit = "per year of age", .meaning = "how mortality grows with age", .source = "Gompertz; assumption"}, 0.085, {0, 1}};

  Real growth{*this, {.name = "growth", .symbol = "g", .unit = "per year", .meaning = "natural growth of the population that the residents are a sample of", .source = "Kazakhstan, births less deaths 2023: about 1.3% (recalled)"}, 0.013, {0, 0.1}};

  void prepare(World& world) override {
    target_.assign(world.society.communities(), 0.0);
    for (std::size_t c = 0; c < target_.size(); ++c) target_[c] = users(world, c);
  }

  void begin(World& world) override {
    parallel_for(world.society.communities(), [&](std::size_t c) {
      if (world.due(c, 52)) year(world, c);
    });
  }

 private:
  /// Share of adults who use civic platforms.
  static double users(const World& world, std::size_t c) {
    const Residents& r = world.residents();
    std::size_t adults = 0;
    std::size_t users = 0;
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i)
      if (r.adult(i)) {
        ++adults;
        users += r.platform[i];
      }
    return adults == 0 ? 0.0 : static_cast<double>(users) / static_cast<double>(adults);
  }

  void year(World& world, std::size_t c) const {
    Residents& r = world.residents();
    const Draws draws = world.draws(stream());
    const Community& community = world.society.country.communities[c];
    const bool town = urban(community.type);
    const Traits traits(world.settings, world.seed);
    std::size_t adults = 0;
    std::size_t users = 0;
    std::size_t entrants = 0;
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
      const Name name = world.society.name(c, i);
      const double a = r.sex[i] == static_cast<std::uint8_t>(Sex::male) ? mortality_men : mortality_women;
      if (draws.chance(1.0 - exp_(-a * exp_(mortality_growth * r.age[i])), name, 0) ||
          draws.chance(growth / (1.0 + growth), name, 3)) {
        born(world, c, i, draws.word(name, 1));
        continue;
      }
      if (r.age[i] < 100) ++r.age[i];
      const int age = r.age[i];
      const auto sex = static_cast<Sex>(r.sex[i]);
      const auto pension = static_cast<int>(sex == Sex::male ? world.settings.pension_men : world.settings.pension_women);
      const bool turns_adult = age == adult_age;
      if (turns_adult || age == 22 || age == 23 || age == pension) {
        const Education education = traits.education(name, age, town);
        const Occupation occupation = traits.occupation(name, age, sex, town);
        r.education[i] = static_cast<std::uint8_t>(education);
        r.occupation[i] = static_cast<std::uint8_t>(occupation);
        r.income[i] = Factor(traits.income(name, community.income, age, education, occupation, town));
        if (turns_adult) r.skill[i] = Share(traits.skill(name, age, education, r.access[i] != 0));
      }
      if (age < adult_age) continue;
      ++adults;
      users += r.platform[i];
      if (turns_adult && r.access[i]) ++entrants;
    }
    const double missing = target_[c] * static_cast<double>(adults) - static_cast<double>(users);
    if (entrants == 0 || missing <= 0) return;
    const double chance = missing / static_cast<double>(entrants);
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i)
      if (r.age[i] == adult_age && r.access[i] && !r.platform[i] && draws.chance(chance, world.society.name(c, i), 2)) r.platform[i] = 1;
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
    r.access[i] = 1;
    for (std::size_t f = 0; f < family_count; ++f) {
      r.last_act(i, f) = 0;
      r.propensity(i, f) = Share(0.5);
      r.trace(i, f) = Score(0.0);
    }
    r.efficacy[i] = Share(world.akimats.answering[c]);
    if (others != 0) r.trust[i].raw = static_cast<std::uint16_t>(trust / others);
    r.satisfaction[i] = Share(0.5);
  }

  std::vector<double> target_;  ///< users among those who lived when the run began: `prepare` finds it again
};

}  // namespace

std::unique_ptr<Mechanism> make_demography() { return std::make_unique<Demography>(); }

}  // namespace kurultai
