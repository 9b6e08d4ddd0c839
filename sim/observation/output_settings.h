// What a run writes: the table [output], and what measures ask for beside it.
#pragma once

#include <string>

#include "scenario/field.h"

namespace kurultai {

/// What is written: the table [output].
struct OutputSettings : Section {
  OutputSettings() : Section("output", "what a run writes") {}
  Texts levels{*this, "levels", {"nation", "region", "community_type", "stratum", "arm"},
      "nation, region, community_type, stratum, arm (of trials, where there are any), district, community", "MODEL 4"};
  Texts series{*this, "series", {}, "names of the series to keep; empty: all", "MODEL 4"};
  Whole every{*this, "every", 1, {1, 5200}, "weeks between records", "design", {.unit = "week"}};
  Whole stratum_every{
      *this, "stratum_every", 4, {1, 5200}, "weeks between records by stratum", "design", {.unit = "week"}};
  Whole panel{*this, "panel", 0, {0, 1e7}, "residents followed one by one, about so many; 0: none", "MODEL 4",
      {.unit = "residents"}};
  Whole panel_every{
      *this, "panel_every", 4, {1, 5200}, "weeks between records of the panel", "design", {.unit = "week"}};
  [[nodiscard]] std::string inconsistency() const override;
};

/// A series of a level that is also recorded every week, whatever `every` says: measures look at what happened, not at
/// what is kept.
struct Watched {
  std::string level;
  std::string series;
};

}  // namespace kurultai
