// Kinds of people, for series by stratum.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "society/residents.h"

namespace kurultai {

/// One kind of people, for series by stratum: "age 18-29".
struct Stratum {
  std::string dimension;  ///< "age", "sex", "education", "occupation", "income", "platform"
  std::string label;
};

/// All strata, dimension by dimension.
std::span<const Stratum> strata();
/// Dimensions of strata: every resident is in one stratum of each.
inline constexpr std::size_t stratum_dimensions = 6;
/// Residents of one kind are in the same strata: people are counted by kind, and strata are sums of kinds.
inline constexpr std::array<std::uint8_t, stratum_dimensions> strata_of_dimension = {5, 2, 3, 7, 3, 2};
inline constexpr std::size_t kind_count = std::size_t{5} * 2 * 3 * 7 * 3 * 2;
/// The kinds of residents from `first` on.
void kinds_of(const Residents& residents, std::size_t first, std::span<std::uint16_t> kind);
/// Whether those of a kind are adults (its first dimension is age, its first stratum under 18).
bool is_adult_kind(std::uint16_t kind);
/// The strata of a kind: indices into strata(), one a dimension.
std::array<std::uint8_t, stratum_dimensions> strata_of(std::uint16_t kind);

}  // namespace kurultai
