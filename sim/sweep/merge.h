// Merging: the files of single runs become one file with the dimensions (point, replicate, ...), a batch of points at a
// time. The same runs give the same bytes, whoever made them and in whatever order.
#pragma once

#include <vector>

#include "engine/output.h"
#include "sweep/runner.h"
#include "sweep/sweep.h"

namespace kurultai {

/// What stands in a run's file beside its series.
inline constexpr const char* run_digest_attribute = "run_digest";
inline constexpr const char* measure_attribute = "measure.";  ///< and the measure's name

/// Takes the measures and the digest of a run and leaves out what sweeps do not keep: all but the series.
void condense(const Sweep& sweep, Result& result);

struct MergeReport {
  std::size_t finished = 0;
  std::size_t failed = 0;
  std::size_t missing = 0;
  std::vector<std::uint64_t> damaged;  ///< files that cannot be read: nothing was written if there are any
};

/// Merges the runs in `store` into `output`. `needed` is how many replicates each point should have.
MergeReport merge(const Sweep& sweep, const Store& store, const std::vector<std::size_t>& needed, Output& output);

/// The group "design" of a sweep: axes by point, and what the method knows about each point.
Group design_group(const Sweep& sweep);

}  // namespace kurultai
