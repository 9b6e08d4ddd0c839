// The calendar: a model year has 52 weeks, four quarters of 13, and slow things move every fourth week, 13 times a
// year.
#pragma once

#include <cstdint>

namespace kurultai {

inline constexpr std::uint32_t weeks_a_year = 52;
inline constexpr std::uint32_t weeks_a_half_year = 26;
inline constexpr std::uint32_t weeks_a_quarter = 13;
/// Between two turns of what is slow; communities take turns.
inline constexpr std::uint32_t weeks_a_month = 4;
inline constexpr std::uint32_t months_a_year = weeks_a_year / weeks_a_month;
/// A month as a part of a year.
inline constexpr double a_month = double{weeks_a_month} / weeks_a_year;

}  // namespace kurultai
