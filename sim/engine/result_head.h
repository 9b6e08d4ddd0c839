// The head of every result: what kind it is, and of which program.
#pragma once

#include <array>
#include <cstdint>

#include "base/words.h"
#include "observation/result.h"

namespace kurultai {

/// What a result is of: the attribute `kind`. That of a single run has none.
enum class ResultKind : std::uint8_t { run, sweep, calibration, comparison };
template <> inline constexpr auto words<ResultKind> = std::array{"run", "sweep", "calibration", "comparison"};

/// A result with nothing but its format, its kind, the program's version and its commit.
Result new_result(ResultKind kind);

}  // namespace kurultai
