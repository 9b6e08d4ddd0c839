// What a run is: its length, its luck and its scale.
#pragma once

#include "scenario/field.h"

namespace kurultai {

struct Run : Section {
  Run() : Section("run", "length, luck and scale of a run") {}
  Whole weeks{*this,
      {.name = "weeks", .unit = "week", .meaning = "weeks recorded, after the warm-up", .source = "design"}, 520,
      {1, 5200}};
  Whole warmup{*this,
      {.name = "warmup",
          .unit = "week",
          .meaning = "weeks before the record, not written; policies start after them",
          .source = "MODEL 1"},
      104, {0, 2600}};
  Whole seed{
      *this, {.name = "seed", .meaning = "names the luck of society and run", .source = "design"}, 1, {0, 9.0e15}};
  Whole replicate{*this,
      {.name = "replicate", .meaning = "another luck for the run in the same society", .source = "design"}, 0,
      {0, 4.0e9}};
  Real scale{*this,
      {.name = "scale",
          .meaning = "residents simulated per inhabitant; communities are never thinned. The default is that of a "
                     "census; where nothing sets it a plain society has 1, and a given network always has 1",
          .source = "MODEL 1"},
      0.05, {1e-5, 1}};
};

}  // namespace kurultai
