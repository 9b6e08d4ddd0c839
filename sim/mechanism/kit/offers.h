// What mechanisms offer each other: parameters that one owns and others read, by type (Offers and Uses of access.h).
#pragma once

#include "mechanism/access.h"
#include "scenario/field.h"

namespace kurultai {

/// `participation`: how residents weigh any act, and what it costs them.
struct DecisionWeights {
  const Real& b_habit;
  const Real& b_duty;
  const Real& b_eff;
  const Real& b_cost;
  const Real& skill_hours;
  const Numbers& way;
  const Real& mean_wage;
};

/// `participation`: what those who took part are paid.
struct Rewards {
  const Lever* reward;
};

/// `trace`: what an act leaves behind.
struct TraceOfActs {
  const Real& gain;
};

/// `satisfaction`: how good a stock of a public good is.
struct GoodsQuality {
  const Real& half;
  const Real& shape;
};

/// `transfers`: its rules, for akimats who reckon with them.
struct TransferRules {
  const Lever* equalisation;
  const Lever* withdrawal;
  const Lever* standard;
  const Lever* clawback;
  const Lever* base_equalisation;
  const Lever* cut;
};

/// `revenue`: the part of own revenue that the formula leaves out of account.
struct RevenueIncentive {
  const Lever* incentive;
};

/// `budget`: prices.
struct Prices {
  const Real& visit_cost;
};

/// `coverage`: whose connection is down.
struct Outages {
  const Luck& luck;
};

}  // namespace kurultai
