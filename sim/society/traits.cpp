#include "society/traits.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/elementary.h"
#include "society/sampling.h"

namespace kurultai {

namespace {

/// Items of Stream::traits: a number is what a word is for, so append only.
enum Item : std::uint32_t {
  item_education,
  item_study,
  item_employed,
  item_occupation,
  item_income,
  item_duty_own,
  item_duty_household,
  item_exposure,
  item_skill,
  item_access,
  item_platform,
  item_wish,
};
/// Items of Stream::places, under the name (community, 0).
enum PlaceItem : std::uint32_t { item_effect, item_access_rounding, item_platform_rounding, item_wishes = 16 };

constexpr int higher_age = 22;
constexpr int school_age = 6;
constexpr int last_student_age = 22;

/// A logistic number: log-odds of a uniform one.
double logistic_draw(double u) { return log_(u / (1.0 - u)); }

double mean_factor(const SocietySettings& settings, double higher, const Numbers& work) {
  const double basic = settings.basic_share;
  const double by_education = basic * settings.income_education[0] +
                              (1 - basic - higher) * settings.income_education[1] +
                              higher * settings.income_education[2];
  double by_work = 0;
  double sum = 0;
  for (std::size_t k = 0; k < 4; ++k) {
    by_work += work[k] * settings.income_occupation[k];
    sum += work[k];
  }
  const double factor = by_education * by_work / sum;
  return factor > 0 ? factor : 1.0;
}

/// Marks with 1 the `count` highest of `scored`; ties go to the earlier resident.
void mark_highest(
    std::vector<std::pair<double, std::uint32_t>>& scored, std::size_t count, Column<std::uint8_t>& column) {
  count = std::min(count, scored.size());
  const auto higher = [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  };
  if (count < scored.size())
    std::nth_element(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(count), scored.end(), higher);
  for (std::size_t k = 0; k < count; ++k) column[scored[k].second] = 1;
}

}  // namespace

void TraitDraws::ahead(Name first, std::size_t count) {
  first_ = first;
  count_ = std::min(count, Draws::many);
  Draws::Ordinals ordinals{};
  for (std::size_t k = 0; k < count_; ++k) ordinals[k] = first.ordinal + static_cast<std::uint32_t>(k);
  for (std::uint32_t block = 0; block < words_.size(); ++block)
    draws_.words(first.community, ordinals, count_, block, words_[block]);
}

double TraitDraws::normal(Name name, std::uint32_t item) const { return normal_quantile(uniform(name, item)); }

Traits::Traits(const SocietySettings& settings, std::uint64_t seed)
    : settings_(settings),
      traits_(Draws(seed, 0, Stream::traits)),
      places_(seed, 0, Stream::places),
      urban_factor_(mean_factor(settings, settings.higher_urban, settings.work_urban)),
      rural_factor_(mean_factor(settings, settings.higher_rural, settings.work_rural)) {}

Education Traits::education(Name name, int age, bool urban) const {
  if (age < adult_age) return Education::basic;
  const double u = traits_.uniform(name, item_education);
  if (u < settings_.basic_share) return Education::basic;
  const double higher = age < higher_age ? 0.0 : (urban ? settings_.higher_urban : settings_.higher_rural);
  return u > 1.0 - higher ? Education::higher : Education::secondary;
}

Occupation Traits::occupation(Name name, int age, Sex sex, bool urban) const {
  if (age < school_age) return Occupation::not_working;
  if (age < adult_age) return Occupation::student;
  if (age >= (sex == Sex::male ? settings_.pension_men : settings_.pension_women)) return Occupation::pensioner;
  if (age <= last_student_age && traits_.chance(settings_.student_share, name, item_study)) return Occupation::student;
  if (!traits_.chance(settings_.employment, name, item_employed)) return Occupation::not_working;
  const std::vector<double>& work = urban ? settings_.work_urban.value() : settings_.work_rural.value();
  return static_cast<Occupation>(pick(work, traits_.uniform(name, item_occupation)));
}

double Traits::income(Name name, double mean, int age, Education education, Occupation occupation, bool urban) const {
  if (age < adult_age) return 0;
  const double sd = settings_.income_spread;
  const double luck = exp_(sd * traits_.normal(name, item_income) - 0.5 * sd * sd);
  const double kind = settings_.income_education[static_cast<std::size_t>(education)] *
                      settings_.income_occupation[static_cast<std::size_t>(occupation)];
  return mean * kind * luck / (urban ? urban_factor_ : rural_factor_);
}

double Traits::duty(Name name, Name first_member, int age, Education education) const {
  return settings_.duty_own_sd * traits_.normal(name, item_duty_own) +
         settings_.duty_household_sd * traits_.normal(first_member, item_duty_household) +
         settings_.duty_age * (std::clamp(age, adult_age, 70) - 40) / 10.0 +
         settings_.duty_education * (static_cast<double>(education) - 1.0);
}

double Traits::exposure(Name name, int age, Occupation occupation) const {
  return logistic(logit(settings_.exposure) + settings_.exposure_age * (std::clamp(age, adult_age, 90) - 40) / 10.0 +
                  settings_.exposure_occupation[static_cast<std::size_t>(occupation)] +
                  settings_.exposure_spread * traits_.normal(name, item_exposure));
}

double Traits::skill(Name name, int age, Education education, bool access) const {
  const double u = logit(settings_.skill) + settings_.skill_age * (age - 40) / 10.0 +
                   settings_.skill_education * (static_cast<double>(education) - 1.0) +
                   settings_.skill_spread * traits_.normal(name, item_skill);
  return (access ? 1.0 : skill_without_access) * logistic(u);
}

double Traits::access_score(Name name, int age) const {
  return access_leaning(age) + logistic_draw(traits_.uniform(name, item_access));
}

double Traits::access_leaning(int age) const { return settings_.access_age * std::max(0, age - 40) / 10.0; }

double Traits::platform_score(Name name, int age, Education education) const {
  return platform_leaning(age, education) + logistic_draw(traits_.uniform(name, item_platform));
}

double Traits::platform_leaning(int age, Education education) const {
  return settings_.platform_age * (age - 40) / 10.0 +
         settings_.platform_education * (static_cast<double>(education) - 1.0);
}

Wishes Traits::wishes(std::uint64_t community, PlaceType type) const {
  const Numbers& mix = type == PlaceType::okrug ? settings_.wish_okrug
                                                : (type == PlaceType::town ? settings_.wish_town : settings_.wish_city);
  Wishes weights{};
  for (std::size_t g = 0; g < good_count; ++g)
    weights[g] = mix[g] * exp_(settings_.wish_place_sd *
                               places_.normal({community, 0}, item_wishes + static_cast<std::uint32_t>(g)));
  return weights;
}

Wishes Traits::wishes(const Wishes& community, const GivenResidents& residents, std::size_t i) const {
  const std::size_t home = i - residents.household_slot[i];
  bool children = false;
  for (std::size_t k = home; k < home + residents.household_size[i]; ++k) children = children || !residents.adult(k);
  return wishes(community, residents.age[i], residents.occupation[i], children);
}

Wishes Traits::wishes(const Wishes& community, std::uint8_t age, std::uint8_t occupation, bool children) const {
  Wishes weights = community;
  const auto times = [&](const Numbers& factor) {
    for (std::size_t g = 0; g < good_count; ++g) weights[g] *= factor[g];
  };
  if (children) times(settings_.wish_parent);
  if (is_adult(age)) switch (static_cast<Occupation>(occupation)) {
      case Occupation::farmer: times(settings_.wish_farmer); break;
      case Occupation::pensioner: times(settings_.wish_pensioner); break;
      case Occupation::student:
      case Occupation::not_working: times(settings_.wish_jobless); break;
      default: break;
    }
  return weights;
}

Good Traits::wish(Name name, const Wishes& community, const GivenResidents& residents, std::size_t i) const {
  return wish(name, wishes(community, residents, i));
}

Good Traits::wish(Name name, const Wishes& own_mix) const {
  return static_cast<Good>(pick(own_mix, traits_.uniform(name, item_wish)));
}

std::size_t Traits::quota(std::uint64_t community, double share, std::size_t people, std::uint32_t item) const {
  return round_randomly(share * static_cast<double>(people), places_.uniform({community, 0}, item));
}

double Traits::place_effect(std::uint64_t community) const {
  return settings_.place_effect_sd * places_.normal({community, 0}, item_effect);
}

std::vector<AgeGroup> default_pyramid() {
  return {{0, 4, 1073, 1011}, {5, 9, 1044, 1008}, {10, 14, 987, 950}, {15, 19, 861, 822}, {20, 24, 644, 619},
      {25, 29, 619, 598}, {30, 34, 757, 740}, {35, 39, 805, 796}, {40, 44, 692, 701}, {45, 49, 587, 624},
      {50, 54, 519, 581}, {55, 59, 458, 537}, {60, 64, 421, 515}, {65, 69, 331, 463}, {70, 74, 199, 326},
      {75, 79, 99, 198}, {80, 84, 33, 90}, {85, 100, 30, 106}};
}

Pyramid::Pyramid(std::vector<AgeGroup> groups, int youngest) {
  if (groups.empty()) groups = default_pyramid();
  std::array<double, 101> people{};
  for (const AgeGroup& group : groups) {
    const int first = std::clamp(group.first, 0, 100);
    const int last = std::clamp(group.last, first, 100);
    // Years of one group hold equal numbers; of a long one (85 and over) each a third fewer than the last.
    const double keep = last - first > 5 ? 0.7 : 1.0;
    double sum = 0;
    double weight = 1;
    for (int age = first; age <= last; ++age, weight *= keep) sum += weight;
    weight = 1;
    for (int age = first; age <= last; ++age, weight *= keep) {
      const auto a = static_cast<std::size_t>(age);
      if (age >= youngest) people[a] += (group.men + group.women) * weight / sum;
      const double all = group.men + group.women;
      women_[a] = all > 0 ? group.women / all : 0.5;
    }
  }
  double total = 0;
  for (const double p : people) total += p;
  double sum = 0;
  for (std::size_t a = 0; a <= 100; ++a) {
    below_[a] = sum / total;
    sum += people[a];
  }
  below_[101] = 1;
}

int Pyramid::age(double q) const {
  const auto above = std::upper_bound(below_.begin(), below_.end(), q);
  return std::clamp(static_cast<int>(above - below_.begin()) - 1, 0, 100);
}

double Pyramid::women(int age) const { return women_[static_cast<std::size_t>(std::clamp(age, 0, 100))]; }

namespace {

/// Calls deal(i, traits) for residents [first, last) of a community, with traits whose draws are made ahead.
template <class Deal>
void deal_ahead(Traits traits, std::uint64_t community, std::size_t first, std::size_t last, const Deal& deal) {
  for (std::size_t i = first; i < last; ++i) {
    const std::size_t ordinal = i - first;
    if (ordinal % Draws::many == 0) traits.ahead({community, static_cast<std::uint32_t>(ordinal)}, last - i);
    deal(i, traits);
  }
}

}  // namespace

void deal_traits(const Traits& draws, std::uint64_t community, PlaceType type, double income, GivenResidents& residents,
    std::size_t first, std::size_t last) {
  const bool town = urban(type);
  const Wishes mix = draws.wishes(community, type);
  deal_ahead(draws, community, first, last, [&](std::size_t i, const Traits& traits) {
    const Name name{community, static_cast<std::uint32_t>(i - first)};
    const Name home{community, name.ordinal - residents.household_slot[i]};
    const int age = residents.age[i];
    const Education education = traits.education(name, age, town);
    const Occupation occupation = traits.occupation(name, age, static_cast<Sex>(residents.sex[i]), town);
    residents.education[i] = static_cast<std::uint8_t>(education);
    residents.occupation[i] = static_cast<std::uint8_t>(occupation);
    residents.income[i] = Factor(traits.income(name, income, age, education, occupation, town));
    residents.duty[i] = Score(traits.duty(name, home, age, education));
    residents.reach[i] = Share(traits.exposure(name, age, occupation));
    residents.wish[i] = static_cast<std::uint8_t>(traits.wish(name, mix, residents, i));
  });
}

void deal_digital(const Traits& draws, std::uint64_t community, double access, double platform,
    GivenResidents& residents, std::size_t first, std::size_t last) {
  const auto name = [&](std::size_t i) { return Name{community, static_cast<std::uint32_t>(i - first)}; };
  std::vector<std::pair<double, std::uint32_t>> scored;
  scored.reserve(last - first);
  deal_ahead(draws, community, first, last, [&](std::size_t i, const Traits& traits) {
    residents.access[i] = 0;
    residents.platform[i] = 0;
    if (residents.age[i] >= online_age)
      scored.emplace_back(traits.access_score(name(i), residents.age[i]), static_cast<std::uint32_t>(i));
  });
  mark_highest(scored, draws.quota(community, access, scored.size(), item_access_rounding), residents.access);
  scored.clear();
  std::size_t adults = 0;
  deal_ahead(draws, community, first, last, [&](std::size_t i, const Traits& traits) {
    adults += residents.adult(i);
    if (residents.adult(i) && residents.access[i])
      scored.emplace_back(
          traits.platform_score(name(i), residents.age[i], static_cast<Education>(residents.education[i])),
          static_cast<std::uint32_t>(i));
  });
  mark_highest(scored, draws.quota(community, platform, adults, item_platform_rounding), residents.platform);
  deal_ahead(draws, community, first, last, [&](std::size_t i, const Traits& traits) {
    residents.skill[i] = Share(traits.skill(
        name(i), residents.age[i], static_cast<Education>(residents.education[i]), residents.access[i] != 0));
  });
}

}  // namespace kurultai
