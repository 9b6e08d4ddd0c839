// The verb `calibrate`: which values of parameters agree with what was observed.
#pragma once

#include <string>
#include <vector>

#include "sweep/calibration.h"

namespace kurultai {

struct CalibrateOptions {
  std::string file;
  std::vector<std::string> sets = {};  ///< --set calibration.particles=500
  std::string out = {};                ///< empty: results/FILE.h5
  std::string progress = "auto";
  double memory = 0;  ///< GB that runs may take together; 0: what is free
  bool dry_run = false;
  bool resume = false;
  bool force = false;  ///< replace a result of something else
};

/// What a calibration found, for people: the parameters, how the targets are met, what to be careful about, and the
/// medians as settings. Ends with a line break.
std::string calibration_text(const Calibration& calibration, const CalibrationReport& report);

/// Runs the calibration, writes its result file and prints what it found; exit codes as `sweep`.
int calibrate(const CalibrateOptions& options);

}  // namespace kurultai
