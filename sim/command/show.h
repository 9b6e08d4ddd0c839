// The verb `show`: what a result says, on a terminal.
#pragma once

#include <string>

#include "observation/result.h"

namespace kurultai {

/// A summary of `result` that a person reads: what was run, the nation's series as line graphs (in Braille
/// dots), a line for each form of participation, and the regions' last values. What a result does not hold is
/// left out. `color` allows ANSI colours (the caller heeds NO_COLOR); `width` is that of the terminal in
/// columns, held inside 72 to 120 (80 if 0 or less). Ends with a line break.
std::string show(const Result& result, bool color, int width);

}  // namespace kurultai
