// Standing forms: always possible, without a matter on the agenda. `feedback` lets residents use them, `propensity`
// lets them learn from it once a quarter.
#pragma once

#include "mechanism/mechanism.h"

namespace kurultai {

/// Standing forms that a scenario may have: a bit each in Residents::appealed and Residents::quarter.
inline constexpr std::size_t most_standing_forms = 8;
/// Weeks after which residents draw their lesson from standing forms.
inline constexpr std::uint32_t lesson_weeks = 13;

/// A standing form with its lists looked up.
struct StandingForm {
  std::size_t form = 0;  ///< in World::forms
  std::uint16_t types = 0;
  std::uint16_t kinds = 0;  ///< of institutions whose members may; 0: not only members
  std::uint16_t occupations = 0;
  bool children = false;

  [[nodiscard]] bool held_in(PlaceType type) const { return ((types >> static_cast<unsigned>(type)) & 1U) != 0; }
  [[nodiscard]] bool open_to(const Residents& r, std::size_t i) const {
    return (children || r.adult(i)) && ((occupations >> r.occupation[i]) & 1U) != 0 &&
           (kinds == 0 || (r.member_of[i] & kinds) != 0);
  }
};

/// The standing forms of a scenario, in the order of all forms: the k-th has bit k.
inline std::vector<StandingForm> standing_forms(const World& world) {
  std::vector<StandingForm> list;
  for (std::size_t f = 0; f < world.forms.size(); ++f) {
    const FormSpec& form = world.forms[f];
    if (!form.standing) continue;
    StandingForm standing{.form = f,
        .kinds = form.kinds(),
        .occupations = form.occupation_mask(),
        .children = form.eligible.is("residents")};
    for (unsigned t = 0; t < place_type_count; ++t)
      if (form.held_in(static_cast<PlaceType>(t)))
        standing.types = static_cast<std::uint16_t>(standing.types | (1U << t));
    list.push_back(standing);
  }
  return list;
}

}  // namespace kurultai
