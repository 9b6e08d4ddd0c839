// The quality of a public good that comes of its stock: one place for satisfaction and the indicators (MODEL 7.17; D9).
#pragma once

#include "base/elementary.h"

namespace kurultai {

/// Q = G^n / (G^n + half^n): with n above 1 a little of a good is of little use, and much adds little.
struct Quality {
  double half = 1;   ///< stock that gives half of the best quality, thousand tenge a head
  double shape = 1;  ///< n

  [[nodiscard]] double operator()(double stock) const {
    return stock <= 0 ? 0.0 : 1.0 / (1.0 + pow_(half / stock, shape));
  }
};

}  // namespace kurultai
