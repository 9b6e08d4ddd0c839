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

std::uint16_t kind_of(const Residents& r, std::size_t i) {
  const int age = r.age[i];
  const double income = r.income[i];
  const int age_group = (age >= 18) + (age >= 30) + (age >= 45) + (age >= 60);
  const int income_group = (income >= 0.5) + (income >= 1.0);
  const auto& [ages, sexes, educations, occupations, incomes, platforms] = strata_of_dimension;
  int kind = age_group;
  kind = kind * sexes + r.sex[i];
  kind = kind * educations + r.education[i];
  kind = kind * occupations + r.occupation[i];
  kind = kind * incomes + income_group;
  kind = kind * platforms + (r.platform[i] != 0 ? 0 : 1);
  return static_cast<std::uint16_t>(kind);
}

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
