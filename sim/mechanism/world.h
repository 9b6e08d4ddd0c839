// All that a run holds. The engine makes it, hands mechanisms what they declare of it, and observation records from it.
// No mechanism names it: they see a Week (week.h) and what they declare (access.h).
#pragma once

#include <cstdint>
#include <vector>

#include "base/calendar.h"
#include "base/random.h"
#include "mechanism/docket.h"
#include "mechanism/form.h"
#include "mechanism/kit/common_levers.h"
#include "scenario/policy.h"
#include "society/akimats.h"
#include "society/authorities.h"
#include "society/ledger.h"
#include "society/society.h"
#include "society/society_settings.h"
#include "society/staff.h"

namespace kurultai {

/// Residents of a block at most: big enough to pay for itself, small enough for the cache.
inline constexpr Vertex block_size = 1024;

/// A fixed run of residents of one community: the unit of parallel work.
struct Block {
  std::uint32_t index = 0;
  std::uint32_t community = 0;
  Vertex first = 0;
  Vertex last = 0;  ///< one past the end
  [[nodiscard]] std::size_t size() const { return last - first; }
};

/// Whom a policy reaches: recorded in the result under /policy.
struct Trial {
  /// `beside_...`: untreated members of a household of which another member is treated (or stands as control).
  enum Status : std::uint8_t { outside, treated, control, beside_treated, beside_control };
  static constexpr std::size_t statuses = 5;
  std::vector<std::uint8_t> status;     ///< per community
  std::vector<float> spill;             ///< per community, share of outside ties into treated ones; empty: no trial
  std::vector<std::uint8_t> residents;  ///< per resident, Status; empty: the policy treats whole communities
  std::vector<float>
      treated_share;          ///< per resident, share of ties to residents that lead to treated ones; empty: no trial
  std::int32_t outcome = -1;  ///< the form whose matters are counted below; -1: none
  std::vector<std::uint32_t> acted;  ///< per resident: bit k: acted in the k-th closed matter of the form; see `before`
  std::vector<std::uint32_t> known;  ///< per resident: bit k: knew of it
  std::vector<std::uint8_t> closed;  ///< per community: matters of the form that closed, at most 32
  std::vector<std::uint8_t> before;  ///< per community: of those, before the policy's first week
};

/// One per run: the society is shared and never changed, the run has its own residents and institutions, which begin as
/// the society's.
struct World {
  const Society& society;
  const Collection<FormSpec>& form_specs;
  const Collection<PolicySpec>& policies;
  const SocietySettings& settings;
  const Practice& practice;
  std::vector<Form> forms = {};  ///< in the order of form_specs
  Residents own_residents = {};
  Institutions institutions = {};
  Akimats akimats = {};
  Authorities districts{"districts"};
  Authorities regions{"regions"};
  Staff staff = {};
  Ledger ledger = {};
  /// By community, and one more: its first institution with members. These stand in the order of communities.
  std::vector<std::size_t> first_institution = {};
  std::vector<Docket> dockets = {};
  std::vector<Block> blocks = {};
  std::uint64_t seed = 0;
  std::uint32_t replicate = 0;
  std::int32_t week = 0;           ///< 0 is the first recorded week; negative in the warm-up
  std::int32_t first_week = 0;     ///< minus the warm-up
  std::vector<Trial> trials = {};  ///< per policy, in the order of their names
  /// By community: which mechanisms may have changed residents there this week, a bit each in the order of list.h.
  std::vector<std::uint64_t> moved = {};

  [[nodiscard]] Residents& residents() { return own_residents; }
  [[nodiscard]] const Residents& residents() const { return own_residents; }
  /// Weeks since the run began, for keys of draws.
  [[nodiscard]] std::uint32_t tick() const { return static_cast<std::uint32_t>(week - first_week); }
  /// Draws of `stream` this week.
  [[nodiscard]] Draws draws(Stream stream) const { return {seed, replicate, stream, tick()}; }
  /// Draws of `stream` that do not depend on the week (lasting traits).
  [[nodiscard]] Draws lasting(Stream stream) const { return {seed, replicate, stream, 0xffff}; }
};

/// Whether an act of which `last_act` tells (Residents::last_act) lies within the last `weeks` before `tick`, this one
/// included.
inline bool acted_within(std::uint16_t last_act, std::uint32_t tick, std::uint32_t weeks) {
  return last_act > (tick < weeks ? 0 : tick - weeks + 1);
}

/// Whether resident i took part within the last year in a form of `family`; of any.
inline bool took_part_lately(const World& world, std::size_t i, std::size_t family) {
  return acted_within(world.residents().last_act(i, family), world.tick(), weeks_a_year);
}
inline bool took_part_lately(const World& world, std::size_t i) {
  return took_part_lately(world, i, 0) || took_part_lately(world, i, 1);
}

}  // namespace kurultai
