#include "command/number_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace kurultai {

namespace {

/// The power of ten of the first digit of `x`, rounded to so many significant digits.
int exponent(double x, int digits) {
  const std::string text = fmt::format("{:.{}e}", x, digits - 1);
  return std::stoi(text.substr(text.find('e') + 1));
}

}  // namespace

std::string number_text(double x, double error, bool sign) {
  if (!std::isfinite(x)) return "–";
  const double size = std::fabs(x);
  const bool known = std::isfinite(error) && error > 0;
  if (x == 0 && !known) return "0";
  // Decimals that show the error's first two digits, or four of the number's own.
  const int last = known ? exponent(error, 2) - 1 : exponent(size, 4) - 3;
  const double largest = std::max(size, known ? error : 0.0);
  if (largest >= 1e12 || largest < 1e-6) return sign ? fmt::format("{:+.3g}", x) : fmt::format("{:.3g}", x);
  const int decimals = std::clamp(-last, 0, 12);
  // Digits left of the point that the error leaves open are not rounded away: a reader expects whole numbers there.
  std::string text = fmt::format("{:.{}f}", size, decimals);
  const bool nothing = text.find_first_not_of("0.") == std::string::npos;
  if (x < 0 && !nothing) return "-" + text;
  return (sign && !nothing ? "+" : "") + text;
}

Scaled scaled(double size, const std::string& unit) {
  static constexpr const char* words[] = {"", "thousand ", "million ", "billion "};
  // Money is counted in words; what is counted in something else keeps its unit.
  if (unit.find("tenge") == std::string::npos || !std::isfinite(size)) return {1, unit};
  std::size_t word = 0;
  std::string rest = unit;
  for (std::size_t k = 1; k < std::size(words); ++k)
    if (unit.rfind(words[k], 0) == 0) {
      word = k;
      rest = unit.substr(std::string(words[k]).size());
    }
  if (rest.rfind("tenge", 0) != 0) return {1, unit};
  double factor = 1;
  double now = std::fabs(size);
  while (now >= 1000 && word + 1 < std::size(words)) {
    now /= 1000;
    factor /= 1000;
    ++word;
  }
  while (now > 0 && now < 1 && word > 0) {
    now *= 1000;
    factor *= 1000;
    --word;
  }
  return {factor, words[word] + rest};
}

}  // namespace kurultai
