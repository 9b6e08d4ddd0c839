// Every mechanism with the random stream it owns. A week runs them by phase, and within a phase in this order;
// they are prepared in this order, each after those it starts from. To add one: write its
// .cpp with `std::unique_ptr<Mechanism> make_NAME()`, add a line here. A stream number is never used again.
//
//        name           stream
#define KURULTAI_MECHANISMS(MECHANISM) \
  MECHANISM(policies, 1000)            \
  MECHANISM(coverage, 1023)            \
  MECHANISM(adoption, 1024)            \
  MECHANISM(skill, 1025)               \
  MECHANISM(training, 1026)            \
  MECHANISM(economy, 1034)             \
  MECHANISM(revenue, 1035)             \
  MECHANISM(transfers, 1036)           \
  MECHANISM(budget, 1037)              \
  MECHANISM(conduct, 1028)             \
  MECHANISM(agenda, 1001)              \
  MECHANISM(exposure, 1002)            \
  MECHANISM(norms, 1003)               \
  MECHANISM(information, 1004)         \
  MECHANISM(participation, 1005)       \
  MECHANISM(feedback, 1018)            \
  MECHANISM(office, 1019)              \
  MECHANISM(response, 1006)            \
  MECHANISM(hearing, 1007)             \
  MECHANISM(trials, 1027)              \
  MECHANISM(maslikhat, 1031)           \
  MECHANISM(spending, 1013)            \
  MECHANISM(enterprise, 1038)          \
  MECHANISM(commons, 1039)             \
  MECHANISM(inequality, 1040)          \
  MECHANISM(propensity, 1008)          \
  MECHANISM(trace, 1009)               \
  MECHANISM(efficacy, 1010)            \
  MECHANISM(school, 1022)              \
  MECHANISM(satisfaction, 1011)        \
  MECHANISM(trust, 1012)               \
  MECHANISM(wishes, 1014)              \
  MECHANISM(demography, 1015)          \
  MECHANISM(institutions, 1020)        \
  MECHANISM(experience, 1021)          \
  MECHANISM(staff, 1030)               \
  MECHANISM(tension, 1033)             \
  MECHANISM(indicators, 1041)          \
  MECHANISM(exchange, 1029)            \
  MECHANISM(revision, 1032)            \
  MECHANISM(sight, 1017)               \
  MECHANISM(publication, 1016)

#pragma once

#include <memory>
#include <vector>

#include "mechanism/mechanism.h"

namespace kurultai {

#define KURULTAI_DECLARE(name, stream) std::unique_ptr<Mechanism> make_##name();
KURULTAI_MECHANISMS(KURULTAI_DECLARE)
#undef KURULTAI_DECLARE

/// One of each, in the order of the list, with its stream.
std::vector<std::unique_ptr<Mechanism>> make_mechanisms();

}  // namespace kurultai
