// The formula of transfers, and what of a tenge of own revenue it leaves (MODEL 7.37; D4, P8). One place for both
// sides: the mechanism `transfers` allots by it, and akimats reckon with it when they choose effort and rates
// (`revenue`).
//
//   excess   = own - standard
//   counted  = standard + (1 - s) (excess - free),        free = incentive max(0, excess)
//   T        = eq max(0, need - counted) - wd max(0, counted - need) - clawback (excess - free),  times 1 - cut where
//   positive
//
// own: taxes that the budget keeps; standard: what they would be at standard effort. s = 1 counts capacity at standard
// effort, so that nobody gains or loses by effort; s = 0 counts what is collected, and takes eq of each tenge back.
#pragma once

#include <algorithm>

namespace kurultai {

/// What of own revenue is taken, and what a need is worth.
struct TransferFormula {
  double equalisation = 0;  ///< eq
  double withdrawal = 0;    ///< wd
  double standard = 1;      ///< s
  double clawback = 0;      ///< c
  double incentive = 0;     ///< share of own revenue beyond the standard that is left out of account (R8)
  double cut = 0;           ///< share of what is given that is not paid

  /// What a budget is given, less what is taken from it, in the unit of the arguments.
  [[nodiscard]] double transfer(double need, double own, double standard_revenue) const {
    const double excess = own - standard_revenue;
    const double reckoned = excess - incentive * std::max(0.0, excess);
    const double gap = need - (standard_revenue + (1.0 - standard) * reckoned);
    const double t = (gap > 0 ? equalisation : withdrawal) * gap - clawback * reckoned;
    return t > 0 ? (1.0 - cut) * t : t;
  }
};

}  // namespace kurultai
