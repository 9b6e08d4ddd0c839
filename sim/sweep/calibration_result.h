// What a calibration leaves: the posterior, how it was found, what is known about each parameter, how targets are met.
#pragma once

#include <span>

#include "observation/result.h"
#include "sweep/calibration.h"

namespace kurultai {

/// The file of a calibration whose last population is `kept`: the groups posterior, generations, parameters, targets.
Result calibration_result(
    const Calibration& calibration, const CalibrationReport& report, std::span<const Particle> kept);

}  // namespace kurultai
