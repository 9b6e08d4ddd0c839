#include "observation/strata.h"

#include <numeric>
#include <vector>

namespace kurultai {

std::span<const Stratum> strata() {
  static const std::vector<Stratum> all = {{"age", "age under 18"}, {"age", "age 18-29"}, {"age", "age 30-44"},
      {"age", "age 45-59"}, {"age", "age 60 and over"}, {"sex", "men"}, {"sex", "women"},
      {"education", "basic education"}, {"education", "secondary education"}, {"education", "higher education"},
      {"occupation", "farmers"}, {"occupation", "entrepreneurs"}, {"occupation", "employees"},
      {"occupation", "public servants"}, {"occupation", "students"}, {"occupation", "pensioners"},
      {"occupation", "not working"}, {"income", "income below half the mean wage"},
      {"income", "income up to the mean wage"}, {"income", "income above the mean wage"},
      {"platform", "platform users"}, {"platform", "not on a platform"}};
  return all;
}

void kinds_of(const Residents& r, std::size_t first, std::span<std::uint16_t> kind) {
  const std::uint8_t* const age = r.age.data() + first;
  const std::uint8_t* const sex = r.sex.data() + first;
  const std::uint8_t* const education = r.education.data() + first;
  const std::uint8_t* const occupation = r.occupation.data() + first;
  const Factor* const income = r.income.data() + first;
  const std::uint8_t* const platform = r.platform.data() + first;
  constexpr std::uint16_t half = Factor(0.5).raw;
  constexpr std::uint16_t whole = Factor(1.0).raw;
  const auto& [ages, sexes, educations, occupations, incomes, platforms] = strata_of_dimension;
  for (std::size_t k = 0; k < kind.size(); ++k) {
    int of_this = (age[k] >= 18) + (age[k] >= 30) + (age[k] >= 45) + (age[k] >= 60);
    of_this = of_this * sexes + sex[k];
    of_this = of_this * educations + education[k];
    of_this = of_this * occupations + occupation[k];
    of_this = of_this * incomes + (income[k].raw >= half) + (income[k].raw >= whole);
    of_this = of_this * platforms + (platform[k] != 0 ? 0 : 1);
    kind[k] = static_cast<std::uint16_t>(of_this);
  }
}

bool is_adult_kind(std::uint16_t kind) { return kind >= kind_count / strata_of_dimension[0]; }

std::array<std::uint8_t, stratum_dimensions> strata_of(std::uint16_t kind) {
  std::array<std::uint8_t, stratum_dimensions> strata_of_kind{};
  int first = std::accumulate(strata_of_dimension.begin(), strata_of_dimension.end(), 0);
  int rest = kind;
  for (std::size_t d = stratum_dimensions; d-- > 0; rest /= strata_of_dimension[d]) {
    first -= strata_of_dimension[d];
    strata_of_kind[d] = static_cast<std::uint8_t>(first + rest % strata_of_dimension[d]);
  }
  return strata_of_kind;
}

}  // namespace kurultai
