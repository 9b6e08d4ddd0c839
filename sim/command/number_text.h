// How numbers are printed: with the digits that their error decides, and with a prefix a reader knows.
#pragma once

#include <string>

namespace kurultai {

/// `x` with as many digits as its error decides: the error's first two ("3.8883" with an error of 0.00026 is "3.88830",
/// with one of 0.4 "3.89"); without an error (NaN, infinite, 0) four significant digits. Never in powers of ten unless
/// it is smaller than 1e-6 or larger than 1e12; "–" where there is no number. `sign`: with a plus where it is above 0.
std::string number_text(double x, double error, bool sign = false);

/// A unit brought to a size that reads well: `factor` times a value is in `unit`. "thousand tenge" where values are
/// some thousands is 0.001 and "million tenge".
struct Scaled {
  double factor = 1;
  std::string unit;
};
/// For values of about the size `size` in `unit` (CF's or ours; "1" is no unit).
Scaled scaled(double size, const std::string& unit);

}  // namespace kurultai
