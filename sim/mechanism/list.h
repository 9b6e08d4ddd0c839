// Every mechanism: its name in the code, which is that of its file in a room of mechanism/; its section in scenarios;
// the random stream it owns. A week runs them by phase, and within a phase in this order. To add one: write its .cpp
// with `std::unique_ptr<Mechanism> make_NAME()`, add a line here. A stream number is never used again.
//
//        name, section, stream
#define KURULTAI_MECHANISMS(MECHANISM)           \
  MECHANISM(policies, policies, 1000)            \
  MECHANISM(coverage, coverage, 1023)            \
  MECHANISM(adoption, adoption, 1024)            \
  MECHANISM(skill, skill, 1025)                  \
  MECHANISM(training, training, 1026)            \
  MECHANISM(economy, economy, 1034)              \
  MECHANISM(revenue, revenue, 1035)              \
  MECHANISM(transfers, transfers, 1036)          \
  MECHANISM(budget, budget, 1037)                \
  MECHANISM(akimat_style, conduct, 1028)         \
  MECHANISM(agenda, agenda, 1001)                \
  MECHANISM(exposure, exposure, 1002)            \
  MECHANISM(norms, norms, 1003)                  \
  MECHANISM(information, information, 1004)      \
  MECHANISM(participation, participation, 1005)  \
  MECHANISM(feedback, feedback, 1018)            \
  MECHANISM(akim_tenure, office, 1019)           \
  MECHANISM(response, response, 1006)            \
  MECHANISM(preference_knowledge, hearing, 1007) \
  MECHANISM(trials, trials, 1027)                \
  MECHANISM(maslikhat, maslikhat, 1031)          \
  MECHANISM(spending, spending, 1013)            \
  MECHANISM(enterprise, enterprise, 1038)        \
  MECHANISM(commons, commons, 1039)              \
  MECHANISM(inequality, inequality, 1040)        \
  MECHANISM(propensity, propensity, 1008)        \
  MECHANISM(habit_boost, trace, 1009)            \
  MECHANISM(efficacy, efficacy, 1010)            \
  MECHANISM(civic_learning, school, 1022)        \
  MECHANISM(satisfaction, satisfaction, 1011)    \
  MECHANISM(trust, trust, 1012)                  \
  MECHANISM(wishes, wishes, 1014)                \
  MECHANISM(demography, demography, 1015)        \
  MECHANISM(institutions, institutions, 1020)    \
  MECHANISM(experience, experience, 1021)        \
  MECHANISM(staff, staff, 1030)                  \
  MECHANISM(tension, tension, 1033)              \
  MECHANISM(indicators, indicators, 1041)        \
  MECHANISM(exchange, exchange, 1029)            \
  MECHANISM(rule_revision, revision, 1032)       \
  MECHANISM(act_visibility, sight, 1017)         \
  MECHANISM(publication, publication, 1016)

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/words.h"

namespace kurultai {

class Mechanism;

/// The mechanisms, in the order of the list; their words are the names of their sections.
enum class MechanismName : std::uint8_t {
#define KURULTAI_NAME(name, section, stream) name,
  KURULTAI_MECHANISMS(KURULTAI_NAME)
#undef KURULTAI_NAME
};
#define KURULTAI_WORD(name, section, stream) #section,
template <>
inline constexpr auto words<MechanismName> = std::to_array<const char*>({KURULTAI_MECHANISMS(KURULTAI_WORD)});
#undef KURULTAI_WORD
inline constexpr std::size_t mechanism_count = count_of<MechanismName>;

#define KURULTAI_DECLARE(name, section, stream) std::unique_ptr<Mechanism> make_##name();
KURULTAI_MECHANISMS(KURULTAI_DECLARE)
#undef KURULTAI_DECLARE

/// One of each, in the order of the list, with its stream.
std::vector<std::unique_ptr<Mechanism>> make_mechanisms();

}  // namespace kurultai
