// Values to try on a parameter.
#pragma once

#include <algorithm>
#include <vector>

#include "scenario/field.h"

namespace kurultai::test {

/// Its ends, its words, and something odd.
inline std::vector<Value> values_to_try(const Field& field) {
  switch (field.kind()) {
    case Field::Kind::flag: return {true, false};
    case Field::Kind::choice: {
      std::vector<Value> words;
      for (const std::string& word : static_cast<const WordChoice&>(field).words()) words.emplace_back(word);
      return words;
    }
    case Field::Kind::whole: {
      const Range& range = static_cast<const Whole&>(field).range();
      return {static_cast<std::int64_t>(std::max(range.low, -1e6)),
          static_cast<std::int64_t>(std::min(range.high, 1e6)), std::int64_t{0}, std::int64_t{1}};
    }
    case Field::Kind::real:
    case Field::Kind::lever: {
      const Range& range = static_cast<const RealField&>(field).range();
      return {std::max(range.low, -1e6), std::min(range.high, 1e6), 0.5};
    }
    case Field::Kind::text: return {std::string("nothing of that name"), std::string()};
    case Field::Kind::texts: return {std::vector<std::string>{"nothing of that name"}, std::vector<std::string>{}};
    case Field::Kind::numbers:
      return {std::vector<double>(std::get<std::vector<double>>(field.get()).size(), 0.0), std::vector<double>{1.0}};
    default: return {};
  }
}

}  // namespace kurultai::test
