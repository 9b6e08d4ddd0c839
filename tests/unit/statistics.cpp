#include "sweep/statistics.h"

#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"
#include "catch.h"

using namespace kurultai;

namespace {
constexpr double missing = std::numeric_limits<double>::quiet_NaN();
}

TEST_CASE("statistics: Student's quantiles are those of the tables") {
  CHECK(student_quantile(0.95, 1) == Approx(12.7062).epsilon(1e-5));
  CHECK(student_quantile(0.95, 4) == Approx(2.77645).epsilon(1e-5));
  CHECK(student_quantile(0.95, 9) == Approx(2.26216).epsilon(1e-5));
  CHECK(student_quantile(0.99, 30) == Approx(2.75000).epsilon(1e-5));
  CHECK(student_quantile(0.90, 10) == Approx(1.81246).epsilon(1e-5));
  CHECK(student_quantile(0.95, 1e6) == Approx(1.95997).epsilon(1e-5));
}

TEST_CASE("statistics: a mean with its interval, missing values left out") {
  const std::vector<double> sample = {1, missing, 2, 3, missing, 4, 5};
  const MeanInterval m = mean_interval(sample, 0.95);
  CHECK(m.n == 5);
  CHECK(m.mean == 3);
  CHECK(m.sd == Approx(std::sqrt(2.5)));
  CHECK(m.half_width == Approx(2.77645 * std::sqrt(0.5)).epsilon(1e-5));
  const MeanInterval one = mean_interval(std::vector<double>{7, missing}, 0.95);
  CHECK(one.mean == 7);
  CHECK(std::isnan(one.sd));
  CHECK(std::isinf(one.half_width));
  const MeanInterval none = mean_interval(std::vector<double>{missing}, 0.95);
  CHECK(none.n == 0);
  CHECK(std::isnan(none.mean));
  CHECK(std::isinf(none.half_width));
}

TEST_CASE("statistics: a mean's 95% interval covers the truth 95 times in 100") {
  // 4,000 samples of 5 normal numbers; the standard deviation of the coverage is 0.0034, the seed is fixed.
  const Draws draws(1, 0, Stream::resampling);
  int covered = 0;
  for (std::uint32_t s = 0; s < 4000; ++s) {
    std::vector<double> sample;
    for (std::uint32_t k = 0; k < 5; ++k) sample.push_back(10 + 3 * draws.normal({11, s}, k));
    const MeanInterval m = mean_interval(sample, 0.95);
    covered += std::fabs(m.mean - 10) <= m.half_width;
  }
  CHECK(std::fabs(covered / 4000.0 - 0.95) < 4 * 0.0034);
}

TEST_CASE("statistics: paired differences see what pairs share") {
  // Pairs share noise of standard deviation 10; their difference is 1 with noise of 0.1.
  const Draws draws(2, 0, Stream::resampling);
  std::vector<double> a, b;
  for (std::uint32_t k = 0; k < 20; ++k) {
    const double shared = 10 * draws.normal({12, k}, 0);
    a.push_back(shared);
    b.push_back(shared + 1 + 0.1 * draws.normal({12, k}, 1));
  }
  a[3] = missing;
  b[5] = missing;
  const MeanInterval d = paired_difference(a, b, 0.95);
  CHECK(d.n == 18);
  CHECK(std::fabs(d.mean - 1) < 0.1);
  CHECK(d.half_width < 0.1);
}

TEST_CASE("statistics: pairs needed are those of the published tables") {
  // Cohen 1988; G*Power 3.1, "means: difference between two dependent means", two-sided.
  CHECK(pairs_needed(0.5, 1, 0.95, 0.80) == 34);
  CHECK(pairs_needed(0.2, 1, 0.95, 0.80) == 199);
  CHECK(pairs_needed(0.8, 1, 0.95, 0.80) == 15);
  CHECK(pairs_needed(0.5, 1, 0.95, 0.90) == 44);
  CHECK(pairs_needed(0.5, 1, 0.95, 0.95) == 54);
  CHECK(pairs_needed(0.5, 1, 0.99, 0.80) == 51);
  // Both tails count where the power is low (by scipy.stats.nct; one tail alone would ask for 87 and 48).
  CHECK(pairs_needed(0.1, 1, 0.5, 0.6) == 53);
  CHECK(pairs_needed(0.1, 1, 0.95, 0.1) == 45);
  CHECK(pairs_needed(-1.5, 3, 0.95, 0.80) == 34);  // only the ratio's size counts
}

TEST_CASE("statistics: pairs needed at the edges") {
  CHECK(pairs_needed(1, 0, 0.95, 0.8) == 2);
  CHECK(pairs_needed(1e9, 1, 0.95, 0.8) == 2);
  CHECK(pairs_needed(0, 1, 0.95, 0.8) == no_number_of_pairs);
  CHECK(pairs_needed(missing, 1, 0.95, 0.8) == no_number_of_pairs);
  CHECK(pairs_needed(1e-12, 1, 0.95, 0.8) == no_number_of_pairs);
  // For many pairs the normal approximation holds: (1.959964 + 0.841621)^2 / 10^-8.
  CHECK(static_cast<double>(pairs_needed(1e-4, 1, 0.95, 0.8)) == Approx(7.8489e8).epsilon(1e-4));
  CHECK(pairs_needed(3, 1, 0.999, 0.999) > pairs_needed(3, 1, 0.95, 0.999));
}

TEST_CASE("statistics: the number of pairs has the power it promises") {
  // 4,000 experiments of 34 pairs with d = 0.5: the power is 0.8078, its standard deviation here 0.0062;
  // fixed seed.
  const Draws draws(3, 0, Stream::resampling);
  int found = 0;
  for (std::uint32_t s = 0; s < 4000; ++s) {
    std::vector<double> difference;
    for (std::uint32_t k = 0; k < 34; ++k) difference.push_back(0.5 + draws.normal({13, s}, k));
    const MeanInterval m = mean_interval(difference, 0.95);
    found += std::fabs(m.mean) > m.half_width;
  }
  CHECK(std::fabs(found / 4000.0 - 0.8078) < 4 * 0.0062);
}
