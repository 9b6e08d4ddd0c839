// The verb `analyze`: which axes of a sweep move its measures.
#pragma once

#include <cstddef>
#include <string>

#include "observation/result.h"

namespace kurultai {

struct AnalyzeOptions {
  std::string file;
  std::string measure = {};      ///< --measure; empty: all
  double confidence = 0.95;      ///< of all intervals
  std::size_t resamples = 1000;  ///< of the bootstrap; 0: no intervals
  bool json = false;
  bool unsealed = false;  ///< read a file that another program has changed
};

/// What the sweep in `result` says about each measure: where its variance comes from, and what the design
/// allows: Sobol' indices (saltelli), Morris' effects, means by level (grid, list or csv of one or two axes),
/// standardised regression coefficients. Axes by falling importance. A text for people, or one JSON document;
/// ends with a line break. Throws storage_error if `result` is no sweep, a usage error for an unknown measure
/// or a number that makes no sense.
std::string analysis(const Result& result, const AnalyzeOptions& options);

/// Prints the analysis of the file. Throws as analysis and read_result do.
int analyze(const AnalyzeOptions& options);

}  // namespace kurultai
