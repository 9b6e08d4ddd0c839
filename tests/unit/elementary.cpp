#include "base/elementary.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "catch.h"

using namespace kurultai;

namespace {
double relative(double x, double exact) { return exact == 0 ? std::abs(x) : std::abs(x / exact - 1.0); }
}  // namespace

TEST_CASE("elementary: exp_ and log_ agree with the C library to 4e-16", "[elementary]") {
  double worst_exp = 0;
  double worst_log = 0;
  for (int k = -700000; k <= 700000; k += 7) {
    const double x = k * 1e-3;
    worst_exp = std::max(worst_exp, relative(exp_(x), std::exp(x)));
  }
  for (double x = 1e-300; x < 1e300; x *= 1.0137) worst_log = std::max(worst_log, relative(log_(x), std::log(x)));
  for (int k = 1; k < 200000; ++k) {
    const double x = 0.5 + k * 1e-5;
    if (std::abs(x - 1.0) > 1e-9) worst_log = std::max(worst_log, relative(log_(x), std::log(x)));
  }
  CHECK(worst_exp < 4e-16);
  CHECK(worst_log < 4e-16);
}

TEST_CASE("elementary: the ends of the range are finite and monotone", "[elementary]") {
  CHECK(exp_(-1e9) == 0.0);
  CHECK(exp_(-std::numeric_limits<double>::infinity()) == 0.0);
  CHECK(std::isfinite(exp_(1e9)));
  CHECK(std::isnan(exp_(std::nan(""))));
  CHECK(log_(0.0) == -745.0);
  CHECK(log_(-1.0) == -745.0);
  CHECK(exp_(0.0) == 1.0);
  CHECK(log_(1.0) == 0.0);
  CHECK(softplus(800.0) == 800.0);
  CHECK(softplus(-800.0) == 0.0);
  CHECK(logistic(0.0) == 0.5);
  CHECK(logistic(-1e9) < 1e-300);
  CHECK(logistic(1e9) == 1.0);
  CHECK(std::abs(logistic(logit(0.3)) - 0.3) < 1e-15);
  CHECK(std::abs(softplus(0.7) - std::log1p(std::exp(0.7))) < 1e-15);
  CHECK(std::abs(pow_(2.5, 3.25) - std::pow(2.5, 3.25)) < 1e-12);
}

TEST_CASE("elementary: cosine and the normal quantile", "[elementary]") {
  double worst = 0;
  for (int k = -314; k <= 314; ++k) worst = std::max(worst, std::abs(cos_(k * 0.01) - std::cos(k * 0.01)));
  CHECK(worst < 1e-12);
  // Phi(quantile(p)) = p, Phi through the complementary error function.
  double off = 0;
  for (double p = 1e-6; p < 1.0; p += 1e-4) {
    const double z = normal_quantile(p);
    off = std::max(off, std::abs(0.5 * std::erfc(-z / std::sqrt(2.0)) / p - 1.0));
  }
  CHECK(off < 1e-7);
  CHECK(std::abs(normal_quantile(0.975) - 1.959963985) < 1e-8);
  CHECK(std::abs(normal_quantile(0.975) + normal_quantile(0.025)) < 1e-12);
}
