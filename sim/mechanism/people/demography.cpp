// demography: residents age, leave school, take up and leave work, die; the dead are replaced by the newborn in
// the same place of the household (MODEL 7.24).
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
#include <cmath>
#include <span>

#include "base/elementary.h"
#include "base/parallel.h"
#include "mechanism/kit/many.h"
#include "mechanism/mechanism.h"
#include "society/traits.h"

namespace kurultai {
namespace {

class Demography final : public Mechanism {
 public:
  Demography()
      : Mechanism({.name = "demography",
            .meaning = "residents age, study, work, retire, die and are born",
            .source = "MODEL 7.24",
            .phase = Phase::demography}) {}

  Real mortality_men{*this, "mortality_men", 1.14e-4, {0, 1}, "men's mortality at age 0, extrapolated",
      "life expectancy about 71 (recalled)", {.symbol = "A", .unit = "per year"}};
  Real mortality_women{*this, "mortality_women", 6.3e-5, {0, 1}, "women's mortality at age 0, extrapolated",
      "life expectancy about 78 (recalled)", {.symbol = "A", .unit = "per year"}};
  Real mortality_growth{*this, "mortality_growth", 0.085, {0, 1}, "how mortality grows with age",
      "Gompertz; assumption", {.symbol = "B", .unit = "per year of age"}};

  Real growth{*this, "growth", 0.013, {0, 0.1}, "natural growth of the population that the residents are a sample of",
      "Kazakhstan, births less deaths 2023: about 1.3% (recalled)", {.symbol = "g", .unit = "per year"}};

  void prepare(const Week& week) override {
    largest_ = week.most_residents();
    const Traits traits = week.traits();
    for (std::size_t age = 0; age <= 100; ++age)
      for (const Sex sex : {Sex::male, Sex::female}) {
        const double a = sex == Sex::male ? mortality_men : mortality_women;
        mortality_[static_cast<std::size_t>(sex)][age] =
            1.0 - exp_(-a * exp_(mortality_growth * static_cast<double>(age)));
      }
    for (int age = 0; age <= 100; ++age)
      for (std::size_t e = 0; e < education_levels; ++e) {
        const auto a = static_cast<std::size_t>(age);
        connected_[a][e] = traits.access_leaning(age);
        inclined_[a][e] = traits.platform_leaning(age, static_cast<Education>(e));
      }
  }

  [[nodiscard]] bool moves(const Week& week, std::size_t community) const override {
    return week.due(community, weeks_a_year);
  }

  void begin(const Week& week) override {
    parallel_for(week.communities(), [&](std::size_t c) {
      if (week.due(c, weeks_a_year)) year(week, c);
    });
  }

 private:
  Read<std::uint8_t> household_slot_{*this, &Residents::household_slot};
  Read<std::uint8_t> household_size_{*this, &Residents::household_size};
  Read<double> answering_{*this, &Akimats::answering};
  Read<double> coverage_{*this, &Akimats::coverage};
  Write<std::uint8_t> age_{*this, &Residents::age};
  Write<std::uint8_t> sex_{*this, &Residents::sex};
  Write<std::uint8_t> education_{*this, &Residents::education};
  Write<std::uint8_t> occupation_{*this, &Residents::occupation};
  Write<Factor> income_{*this, &Residents::income};
  Write<std::uint8_t> platform_{*this, &Residents::platform};
  Write<std::uint8_t> access_{*this, &Residents::access};
  Write<Share> propensity_{*this, &Residents::propensity};
  Write<Score> trace_{*this, &Residents::trace};
  Write<Share> efficacy_{*this, &Residents::efficacy};
  Write<Share> trust_{*this, &Residents::trust};
  Write<Share> satisfaction_{*this, &Residents::satisfaction};
  Write<Share> skill_{*this, &Residents::skill};
  Write<Share> talent_{*this, &Residents::talent};
  Write<std::uint8_t> programmes_{*this, &Residents::programmes};
  Write<std::uint8_t> owner_{*this, &Residents::owner};
  Write<std::uint16_t> last_act_{*this, &Residents::last_act};
  Uses<SocietySettings> society_{*this};
  Luck dies_{*this, "who dies", Luck::residents, Luck::weekly, 1};
  Luck born_{*this, "what a newborn is", Luck::residents, Luck::weekly, 1};
  Luck platform_luck_{*this, "who signs up or leaves with age", Luck::residents, Luck::weekly, 1};
  Luck leaves_{*this, "who leaves the sample", Luck::residents, Luck::weekly, 1};
  Luck access_luck_{*this, "who gains or loses access with age", Luck::residents, Luck::weekly, 1};

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
      for (auto& by_education : share_) by_education.fill(unknown);
      level_ = wanted <= 0 ? -far : wanted >= count.all ? far : level(count, wanted);
    }
    [[nodiscard]] double share(std::size_t age, std::size_t education) {
      double& known = share_[age][education];
      if (known == unknown) known = logistic(level_ + leaning_[age][education]);
      return known;
    }

   private:
    static constexpr double far = 40;
    static constexpr double unknown = -1;

    /// People of one leaning.
    struct Cell {
      double people = 0;
      double leaning = 0;
    };
    /// How many have it at a level, and by how many more for a level higher by one.
    struct Expected {
      double have = 0;
      double slope = 0;
    };
    template <class Logistic> static Expected expected(std::span<const Cell> cells, double level, Logistic&& share_at) {
      Expected sum;
      for (const Cell& cell : cells) {
        const double share = share_at(level + cell.leaning);
        sum.have += cell.people * share;
        sum.slope += cell.people * share * (1.0 - share);
      }
      return sum;
    }

    static Expected expected(std::span<const Cell> cells, double level) {
      return expected(cells, level, [](double u) { return logistic(u); });
    }
    /// logistic(u) to some 1e-8, by cubic pieces: enough to look where a level is.
    static double roughly(double u) {
      constexpr double steps = 16.0;
      struct Knot {
        double value = 0;
        double slope = 0;  // a step
      };
      static const auto knots = [] {
        std::array<Knot, static_cast<std::size_t>(2 * far * steps) + 2> all;
        for (std::size_t k = 0; k < all.size(); ++k) {
          const double s = logistic(static_cast<double>(k) / steps - far);
          all[k] = {s, s * (1.0 - s) / steps};
        }
        return all;
      }();
      const double at = std::clamp(u + far, 0.0, 2 * far) * steps;
      const auto k = static_cast<std::size_t>(at);
      const double t = at - static_cast<double>(k);
      const Knot& a = knots[k];
      const Knot& b = knots[k + 1];
      const double rise = b.value - a.value;
      return a.value +
             t * (a.slope + t * (3.0 * rise - 2.0 * a.slope - b.slope + t * (a.slope + b.slope - 2.0 * rise)));
    }

    /// By halving [-far, far] 40 times. What `expected` says far enough from the level sought is known beforehand: of
    /// terms above 0 that rise with the level, rounding takes less than a part in 10^12.
    [[nodiscard]] double level(const Count& count, double wanted) const {
      std::array<Cell, 101 * education_levels> room;
      std::size_t size = 0;
      for (std::size_t age = 0; age <= 100; ++age)
        for (std::size_t e = 0; e < education_levels; ++e)
          if (count.people[age][e] > 0) room[size++] = {count.people[age][e], leaning_[age][e]};
      const std::span<const Cell> cells(room.data(), size);
      const auto [below, above] = bracket(cells, wanted, count.all);
      double low = -far;
      double high = far;
      double middle = 0;
      for (int k = 0; k < 40; ++k) {
        middle = 0.5 * (low + high);
        const bool less = middle < below || (middle <= above && expected(cells, middle).have < wanted);
        (less ? low : high) = middle;
      }
      return middle;
    }
    /// Levels below and above which it is sure whether fewer than `wanted` have it: by Newton's method, then checked.
    static std::pair<double, double> bracket(std::span<const Cell> cells, double wanted, double all) {
      constexpr std::pair<double, double> nothing = {-far, far};
      const double noise = 1e-12 * all;
      double at = logit(wanted / all);
      for (int k = 0; k < 12; ++k) {
        const Expected now = expected(cells, at, roughly);
        const double step = (wanted - now.have) / now.slope;
        if (!(std::abs(step) < 4.0)) return nothing;
        at += step;
        if (std::abs(step) < 1e-4) break;
      }
      const auto [have, slope] = expected(cells, at);
      at += (wanted - have) / slope;
      const double reach = 1e-10 + 4.0 * noise / slope;
      if (!(reach < 1e-3) || expected(cells, at - reach).have >= wanted - noise ||
          expected(cells, at + reach).have <= wanted + noise)
        return nothing;
      return {at - reach, at + reach};
    }

    const ByAge& leaning_;
    ByAge share_{};  ///< looked up so far
    double level_ = 0;
  };

  void year(const Week& week, std::size_t c) const {
    const Vertex first = week.first[c];
    const Vertex last = week.first[c + 1];
    Count lines;
    Count users;
    double adults = 0;
    for (Vertex i = first; i < last; ++i) {
      if (age_[i] >= online_age) lines.add(age_[i], education_[i], access_[i]);
      if (!is_adult(age_[i])) continue;
      ++adults;
      if (access_[i]) users.add(age_[i], education_[i], platform_[i]);
    }
    const std::span<const Before> before = lives(week, c);

    Count grown;
    double adults_now = 0;
    for (Vertex i = first; i < last; ++i) {
      if (age_[i] >= online_age) grown.add(age_[i], education_[i], access_[i]);
      adults_now += is_adult(age_[i]);
    }
    follow(week, c, before, online_age, Profile(connected_, lines, lines.having),
        Profile(connected_, grown, coverage_[c] * grown.all), access_, access_luck_);
    Count online;
    for (Vertex i = first; i < last; ++i) {
      if (access_[i] == 0)
        platform_[i] = 0;
      else if (is_adult(age_[i]))
        online.add(age_[i], education_[i], platform_[i]);
    }
    follow(week, c, before, adult_age, Profile(inclined_, users, users.having),
        Profile(inclined_, online, adults > 0 ? users.having / adults * adults_now : 0.0), platform_, platform_luck_);
    skills(week, c, before);
  }

  /// Births, deaths and birthdays.
  std::span<const Before> lives(const Week& week, std::size_t c) const {
    const Luck::Drawn dies = dies_(week);
    const Luck::Drawn leaves = leaves_(week);
    const Luck::Drawn born_as = born_(week);
    const Community& community = week.place(c);
    const bool town = urban(community.type);
    const Traits traits = week.traits();
    thread_local std::vector<Before> before;  // scratch, kept for its memory only
    before.reserve(largest_);
    before.assign(week.residents(c), {});
    const double goes = growth / (1.0 + growth);
    const auto live = [&](Vertex i, bool gone, std::uint32_t luck) {
      if (gone) return born(week, c, i, luck);
      const Name name = week.name(c, i);
      before[i - week.first[c]] = {age_[i], education_[i], true};
      if (age_[i] < 100) ++age_[i];
      const int age = age_[i];
      const auto sex = static_cast<Sex>(sex_[i]);
      const auto pension = static_cast<int>(sex == Sex::male ? society_->pension_men : society_->pension_women);
      if (age == adult_age || age == 22 || age == 23 || age == pension) {
        const Education education = traits.education(name, age, town);
        const Occupation occupation = traits.occupation(name, age, sex, town);
        education_[i] = static_cast<std::uint8_t>(education);
        occupation_[i] = static_cast<std::uint8_t>(occupation);
        income_[i] = Factor(traits.income(name, community.income, age, education, occupation, town));
      }
    };
    // Who dies, who leaves and what a newborn is stand in one block of words.
    draw_words(
        week, c, Everybody(week, c), dies, 0, [](Vertex) { return true; },
        [&](Vertex i, std::size_t k, const Draws::Words& words) {
          const auto chance = [&](double p, const Luck::Drawn& luck) {
            return Draws::to_uniform(words[luck.place_of(0)][k]) < p;
          };
          const bool gone = chance(mortality_[sex_[i]][age_[i]], dies) || chance(goes, leaves);
          live(i, gone, words[born_as.place_of(0)][k]);
        });
    return before;
  }

  /// What the year changes in `having` (access, use of platforms) among those of at least `youngest` years.
  void follow(const Week& week, std::size_t c, std::span<const Before> before, int youngest, Profile then, Profile now,
      const Write<std::uint8_t>& having, const Luck& luck) const {
    const Vertex first = week.first[c];
    const bool needs_access = youngest == adult_age;
    draw_word(
        week, c, Everybody(week, c), luck(week), 0,
        [&](Vertex i) { return before[i - first].here && age_[i] >= youngest && (!needs_access || access_[i] != 0); },
        [&](Vertex i, std::uint32_t word) {
          const Before& was = before[i - first];
          const double u1 = now.share(age_[i], education_[i]);
          const double u0 = was.age < youngest ? 0.0 : then.share(was.age, was.education);
          const double change = having[i] ? (u1 < u0 ? 1.0 - u1 / u0 : 0.0) : (u1 > u0 ? (u1 - u0) / (1.0 - u0) : 0.0);
          if (change > 0 && Draws::to_uniform(word) < change) having[i] ^= 1U;
        });
  }

  /// Skill is dealt at 18, and moves with age and education.
  void skills(const Week& week, std::size_t c, std::span<const Before> before) const {
    const Traits traits = week.traits();
    const Vertex first = week.first[c];
    for (Vertex i = first; i < week.first[c + 1]; ++i) {
      const Before& was = before[i - first];
      if (!was.here || !is_adult(age_[i]) || age_[i] == was.age) continue;
      const auto education = static_cast<Education>(education_[i]);
      if (age_[i] == adult_age) {
        skill_[i] = Share(traits.skill(week.name(c, i), adult_age, education, access_[i] != 0));
        talent_[i] = Share(traits.skill(week.name(c, i), adult_age, education, true));
        continue;
      }
      const double shift = society_->skill_age / 10.0 + society_->skill_education * (education_[i] - was.education);
      skill_[i] = Share(logistic(logit(skill_[i]) + shift));
      talent_[i] = Share(logistic(logit(talent_[i]) + shift));
    }
  }

  /// A newborn in the place of the dead, who takes over the mood of the household.
  void born(const Week& week, std::size_t c, Vertex i, std::uint32_t luck) const {
    const Vertex first = i - household_slot_[i];
    const Vertex last = first + std::max<Vertex>(household_size_[i], 1);
    std::uint32_t trust = 0;
    std::uint32_t others = 0;
    for (Vertex j = std::max(first, week.first[c]); j < std::min(last, week.first[c + 1]); ++j)
      if (j != i) {
        trust += trust_[j].raw;
        ++others;
      }
    age_[i] = 0;
    sex_[i] = static_cast<std::uint8_t>(luck & 1U);
    education_[i] = static_cast<std::uint8_t>(Education::basic);
    occupation_[i] = static_cast<std::uint8_t>(Occupation::student);
    income_[i] = Factor(0.0);
    platform_[i] = 0;
    access_[i] = 0;
    programmes_[i] = 0;
    owner_[i] = 0;
    for (std::size_t f = 0; f < family_count; ++f) {
      last_act_(i, f) = 0;
      propensity_(i, f) = Share(0.5);
      trace_(i, f) = Score(0.0);
    }
    efficacy_[i] = Share(answering_[c]);
    if (others != 0) trust_[i].raw = static_cast<std::uint16_t>(trust / others);
    satisfaction_[i] = Share(0.5);
  }

  Vertex largest_ = 0;                                  ///< residents of the largest community; made by prepare
  std::array<std::array<double, 101>, 2> mortality_{};  ///< by sex and age: chance to die within a year
  ByAge connected_{};                                   ///< leaning to have access; made by prepare
  ByAge inclined_{};                                    ///< leaning to use platforms
};

}  // namespace

std::unique_ptr<Mechanism> make_demography() { return std::make_unique<Demography>(); }

}  // namespace kurultai
