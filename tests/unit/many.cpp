// What refuses residents before their chance is known: never one whom the law would have taken.
#include "mechanism/kit/many.h"

#include <algorithm>
#include <cmath>

#include "catch.h"

using namespace kurultai;

TEST_CASE("bounds: logit of a share from above, of a word from below, and close to it", "[many]") {
  double widest = 0;
  for (std::uint32_t raw = 0; raw <= 0xffffU; ++raw) {
    Share share;
    share.raw = static_cast<std::uint16_t>(raw);
    REQUIRE(bound::logit_above(share) >= logit(share));
    if (raw >= 0x1000 && raw < 0xf000) widest = std::max(widest, bound::logit_above(share) - logit(share));
  }
  CHECK(widest < 0.1);
  widest = 0;
  for (std::uint64_t word = 0; word <= 0xffffffffU; word += 9973) {
    const double u = Draws::to_uniform(static_cast<std::uint32_t>(word));
    REQUIRE(bound::logit_below(static_cast<std::uint32_t>(word)) <= std::log(u / (1.0 - u)));
    if (u > 0.1 && u < 0.9) widest = std::max(widest, logit(u) - bound::logit_below(static_cast<std::uint32_t>(word)));
  }
  CHECK(widest < 0.1);
  for (const std::uint32_t word : {0U, 1U, 0x00ffffffU, 0x01000000U, 0xffffffffU}) {
    const double u = Draws::to_uniform(word);
    CHECK(bound::logit_below(word) <= std::log(u / (1.0 - u)));
  }
}

TEST_CASE("bounds: -ln(1 - p) from above, and close to it", "[many]") {
  double widest = 0;
  for (double p = 1e-6; p < 1.0; p += 0.00037) {
    REQUIRE(bound::unreached_above(p) >= -log_(1.0 - p));
    if (p <= 0.5) widest = std::max(widest, bound::unreached_above(p) / -log_(1.0 - p));
  }
  CHECK(widest < 1.01);
  CHECK(bound::unreached_above(0.0) == 0.0);
  CHECK(bound::unreached_above(1.0) >= 1e9);
}

TEST_CASE("bounds: softplus from above, and close to it", "[many]") {
  double widest = 0;
  for (double u = -40.0; u < 40.0; u += 0.0037) {
    REQUIRE(bound::softplus_above(u) >= softplus(u));
    if (u > -15.0 && u < 15.0) widest = std::max(widest, bound::softplus_above(u) / softplus(u));
  }
  CHECK(widest < 1.14);
  for (const double u : {-1e9, -16.0, -15.875, 15.875, 16.0, 1e6}) CHECK(bound::softplus_above(u) >= softplus(u));
}
