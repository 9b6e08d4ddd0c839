// Support programmes (R6): forms that decide "support". Who has heard of one has its bit in Residents::programmes:
// those whose matters close (`response`) and those whom a mobile group tells (`training`).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mechanism/mechanism.h"

namespace kurultai {

/// Programmes that a scenario may have.
inline constexpr std::size_t most_programmes = 8;

/// A support programme: its form, and who may hear of it.
struct Programme {
  std::size_t form = 0;  ///< in World::forms
  std::uint16_t occupations = 0;
  bool children = false;
};

/// The programmes of a scenario, in the order of all forms: the k-th has bit k. A standing form is none.
inline std::vector<Programme> programmes(const World& world) {
  std::vector<Programme> list;
  for (std::size_t f = 0; f < world.forms.size(); ++f) {
    const FormSpec& form = world.forms[f];
    if (form.decides.is("support") && !form.standing)
      list.push_back({f, form.occupation_mask(), form.eligible.is("residents")});
  }
  return list;
}

}  // namespace kurultai
