// The words of an enumeration, once: as scenarios, results, tables and messages write them, in the order of its values.
//
//   enum class Scope : std::uint8_t { local, national };
//   template <> inline constexpr auto words<Scope> = std::array{"local", "national"};
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace kurultai {

/// Specialise it beside the enumeration.
template <class E> inline constexpr auto words = nullptr;

/// How many values the enumeration has.
template <class E> inline constexpr std::size_t count_of = words<E>.size();

/// The word of one value.
template <class E> constexpr const char* word(E value) { return words<E>[static_cast<std::size_t>(value)]; }

/// All words, as texts.
template <class E> std::vector<std::string> word_list() { return {words<E>.begin(), words<E>.end()}; }

}  // namespace kurultai
