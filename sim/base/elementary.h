// exp, log and what is made of them, the same to the bit on every compiler and C library: plain IEEE
// arithmetic in a fixed order (compiled with -ffp-contract=off). Use these, never std::exp and its kin,
// wherever a result depends on them (tests/structure looks for offenders). sqrt is exact in IEEE: use std::sqrt.
// Accuracy: relative error below 4e-16 in the tested range (tests/unit/elementary).
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace kurultai {

/// 2^k for -1022 <= k <= 1023.
constexpr double power_of_two(std::int64_t k) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

/// e^x; 0 below -708, the largest double's order above 709 (never inf for finite scenario values).
constexpr double exp_(double x) {
  if (!(x > -708.0)) return x != x ? x : 0.0;
  if (x > 709.0) x = 709.0;
  // x = k ln 2 + r, |r| <= ln 2 / 2; Cephes' rational approximation of e^r.
  const double scaled = x * 1.4426950408889634074;
  const auto k = static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
  const double kd = static_cast<double>(k);
  const double r = (x - kd * 6.93145751953125e-1) - kd * 1.42860682030941723212e-6;
  const double rr = r * r;
  const double p = r * ((1.26177193074810590878e-4 * rr + 3.02994407707441961300e-2) * rr + 9.99999999999999999910e-1);
  const double q =
      ((3.00198505138664455042e-6 * rr + 2.52448340349684104192e-3) * rr + 2.27265548208155028766e-1) * rr + 2.0;
  return (1.0 + 2.0 * (p / (q - p))) * power_of_two(k);
}

/// ln x for normal x > 0; -745 for x <= 0 (a floor, so that logs of shares stay finite).
constexpr double log_(double x) {
  if (!(x > 2.2250738585072014e-308)) return x != x ? x : -745.0;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto k = static_cast<std::int64_t>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL);  // 1 <= m < 2
  if (m > 1.41421356237309504880) {
    m *= 0.5;
    ++k;
  }
  // ln m = 2 atanh(s), s = (m - 1) / (m + 1): fdlibm's polynomial.
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double w = z * z;
  const double t1 = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const double t2 =
      z * (6.666666666666735130e-1 +
              w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const double half = 0.5 * f * f;
  const double kd = static_cast<double>(k);
  return kd * 6.93147180369123816490e-1 - ((half - (s * (half + t1 + t2) + kd * 1.90821492927058770002e-10)) - f);
}

/// ln(1 + e^u), without overflow.
constexpr double softplus(double u) {
  if (u > 36.0) return u;
  if (u < -36.0) return exp_(u);
  return u > 0 ? u + log_(1.0 + exp_(-u)) : log_(1.0 + exp_(u));
}

/// 1 / (1 + e^-u).
constexpr double logistic(double u) { return 1.0 / (1.0 + exp_(-u)); }

/// ln(p / (1 - p)), p held inside [1e-9, 1 - 1e-9].
constexpr double logit(double p) {
  const double q = p < 1e-9 ? 1e-9 : (p > 1.0 - 1e-9 ? 1.0 - 1e-9 : p);
  return log_(q / (1.0 - q));
}

/// a^b for a > 0.
constexpr double pow_(double a, double b) { return exp_(b * log_(a)); }

/// cos x for |x| <= pi (latitudes): Taylor series around the nearest of 0 and pi/2, error below 1e-12.
double cos_(double x);

/// Quantile of the standard normal distribution (Acklam 2003, relative error below 1.2e-9), 0 < p < 1.
double normal_quantile(double p);

}  // namespace kurultai
