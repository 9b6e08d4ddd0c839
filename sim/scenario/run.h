// What a run is: its length, its luck and its scale.
#pragma once

#include "scenario/field.h"

namespace kurultai {

struct Run : Section {
  Run() : Section("run", "length, luck and scale of a run") {}
  Whole weeks{*this, "weeks", 520, {1, 5200}, "weeks recorded, after the warm-up", "design", {.unit = "week"}};
  Whole warmup{*this, "warmup", 104, {0, 2600}, "weeks before the record, not written; policies start after them",
      "MODEL 5", {.unit = "week"}};
  Whole seed{*this, "seed", 1, {0, 9.0e15}, "names the luck of society and run", "design"};
  Whole replicate{*this, "replicate", 0, {0, 4.0e9}, "another luck for the run in the same society", "design"};
  Real scale{*this, "scale", 0.05, {1e-5, 1},
      "residents simulated per inhabitant; communities are never thinned. The default is that of a census; where "
      "nothing sets it a plain society has 1, and a given network always has 1",
      "MODEL 2"};
};

}  // namespace kurultai
