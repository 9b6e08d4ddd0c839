// What a run will take, before it is begun: a guide, not a promise.
#pragma once

#include "engine/model.h"

namespace kurultai {

struct Estimate {
  double residents = 0;
  double ties = 0;
  double bytes = 0;          ///< at the peak, of the whole run
  double society_bytes = 0;  ///< of the society, which runs may share
  double run_bytes = 0;      ///< of a run's own state
  double seconds_a_week = 0;
  double seconds = 0;        ///< of the whole run, building the society included
};

/// Bytes, and seconds on `threads` threads, that a run of `model` will take. Reads the census, or builds the society
/// of a given network.
Estimate estimate(const Model& model, int threads);

}  // namespace kurultai
