// What the benchmarks work on, and the verdict of the slow checks that they begin with.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "kernels/kernels.h"
#include "kernels/stage.h"

namespace kurultai {

/// A verifier's verdict: a kernel that differs from its slow check is not worth timing.
inline void verify(bool same, const char* what) {
  if (same) return;
  fmt::print(stderr, "bench: {} differs from its slow check\n", what);
  std::abort();
}

}  // namespace kurultai
