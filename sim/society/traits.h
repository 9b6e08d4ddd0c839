// What a person is like, drawn one trait at a time. Every draw is keyed by the person's name, so a trait does
// not depend on other people or on which other traits are drawn. Synthesis, network input and demography
// share it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "society/places.h"
#include "society/residents.h"
#include "society/society_settings.h"

namespace kurultai {

/// Weights of the public goods, in the order of Good.
using Wishes = std::array<double, good_count>;

/// Whether people of such a place live as townspeople.
constexpr bool urban(PlaceType type) { return type != PlaceType::okrug; }

/// The draws that traits are made of: items 0 to 11 of a person. Those of residents in a row can be drawn ahead, all at
/// once, which is several times faster and gives the same words.
class TraitDraws {
 public:
  explicit TraitDraws(const Draws& draws) : draws_(draws) {}
  /// Draws for `first` and those that follow, `count` people (at most Draws::many).
  void ahead(Name first, std::size_t count);
  [[nodiscard]] double uniform(Name name, std::uint32_t item) const { return Draws::to_uniform(word(name, item)); }
  [[nodiscard]] bool chance(double p, Name name, std::uint32_t item) const { return uniform(name, item) < p; }
  [[nodiscard]] double normal(Name name, std::uint32_t item) const;

 private:
  [[nodiscard]] std::uint32_t word(Name name, std::uint32_t item) const {
    const std::uint32_t k = name.ordinal - first_.ordinal;
    return k < count_ && name.community == first_.community ? words_[item / 4][item % 4][k] : draws_.word(name, item);
  }

  Draws draws_;
  Name first_;
  std::size_t count_ = 0;
  std::array<Draws::Words, 3> words_{};
};

/// Deals out traits for one seed.
class Traits {
 public:
  Traits(const SocietySettings& settings, std::uint64_t seed);
  /// Draws ahead what the traits of `first` and those that follow are made of, `count` people (at most Draws::many).
  void ahead(Name first, std::size_t count) { traits_.ahead(first, count); }

  [[nodiscard]] Education education(Name name, int age, bool urban) const;
  [[nodiscard]] Occupation occupation(Name name, int age, Sex sex, bool urban) const;
  /// Income in national mean wages, where workers of the community earn `mean` on average.
  [[nodiscard]] double income(
      Name name, double mean, int age, Education education, Occupation occupation, bool urban) const;
  /// Civic duty: own part plus the part of the household, keyed by the name of its first member, by age and education.
  [[nodiscard]] double duty(Name name, Name first_member, int age, Education education) const;
  [[nodiscard]] double exposure(Name name, int age, Occupation occupation) const;
  [[nodiscard]] double skill(Name name, int age, Education education, bool access) const;
  /// Log-odds (up to a constant of the community) of having access and of using civic platforms, with the
  /// person's luck added: the residents with the highest scores have it.
  [[nodiscard]] double access_score(Name name, int age) const;
  [[nodiscard]] double platform_score(Name name, int age, Education education) const;
  /// The parts of these scores that age and education make, without luck.
  [[nodiscard]] double access_leaning(int age) const;
  [[nodiscard]] double platform_leaning(int age, Education education) const;

  /// The mix of wishes of a community: by its type, tilted by its own luck.
  [[nodiscard]] Wishes wishes(std::uint64_t community, PlaceType type) const;
  /// `wishes` as resident i, a member of a stratum, weighs them.
  [[nodiscard]] Wishes wishes(const Wishes& community, const GivenResidents& residents, std::size_t i) const;
  /// The same of one of that age and occupation, with children at home or without.
  [[nodiscard]] Wishes wishes(const Wishes& community, std::uint8_t age, std::uint8_t occupation, bool children) const;
  /// The good that resident i, called `name`, wants most.
  [[nodiscard]] Good wish(Name name, const Wishes& community, const GivenResidents& residents, std::size_t i) const;
  [[nodiscard]] Good wish(Name name, const Wishes& own_mix) const;

  /// How many of `people` in a community are `share` of them, rounded up or down by the community's luck
  /// `item`, so that small communities add up.
  [[nodiscard]] std::size_t quota(std::uint64_t community, double share, std::size_t people, std::uint32_t item) const;

  /// The lasting place effect of a community, log-odds.
  [[nodiscard]] double place_effect(std::uint64_t community) const;

 private:
  const SocietySettings& settings_;
  TraitDraws traits_;
  Draws places_;
  double urban_factor_;  ///< mean income factor of urban workers
  double rural_factor_;
};

/// Age groups of Kazakhstan in 2025 (UN World Population Prospects 2024), for countries without a pyramid.
std::vector<AgeGroup> default_pyramid();

/// Ages and sexes after a pyramid.
class Pyramid {
 public:
  /// Only people of at least `youngest` years. An empty list of groups means default_pyramid().
  explicit Pyramid(std::vector<AgeGroup> groups, int youngest = 0);
  /// The age below which a share q of the people are, 0 < q < 1; grows with q.
  [[nodiscard]] int age(double q) const;
  /// Share of women at an age.
  [[nodiscard]] double women(int age) const;

 private:
  std::array<double, 102> below_{};  ///< share of people younger than each age
  std::array<double, 101> women_{};
};

/// Gives residents [first, last) of community c all traits but age, sex, household and digital ones, from
/// what they have already. `income` is the mean of its workers.
void deal_traits(const Traits& traits, std::uint64_t community, PlaceType type, double income,
    GivenResidents& residents, std::size_t first, std::size_t last);

/// Names the share `access` of the residents aged 6 and over of [first, last) who reach the internet, and the
/// share `platform` of its adults who use civic platforms (of those with access); then skill. Exact to one
/// resident.
void deal_digital(const Traits& traits, std::uint64_t community, double access, double platform,
    GivenResidents& residents, std::size_t first, std::size_t last);

/// The youngest age at which access to the internet counts.
inline constexpr int online_age = 6;

/// Digital skill of those who never reach the internet, as a share of what they would have with it.
inline constexpr double skill_without_access = 0.3;

}  // namespace kurultai
