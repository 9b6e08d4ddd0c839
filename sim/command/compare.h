// The verb `compare`: how much two scenarios, results or points of sweeps differ, and how sure that is.
//
//   compare A.toml B.toml [--replicates N] [--set path=value]   runs both N times with shared luck
//   compare A.h5 B.h5                                           two runs, or two sweeps point by point
//   compare SWEEP.h5 --point I --point J                        two points of one sweep
//
// Measures are means over the weeks (--last W: over the last W) of all of the nation's series or those named by
// --series (of several dimensions as NAME@form=gathering); of sweeps the measures that they keep, unless --series
// or --last ask for others. Differences are B - A, with Student's interval over pairs of equal luck; without shared
// luck by Welch's. --margin X asks whether the two are as good as equal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "observation/result.h"
#include "sweep/comparison.h"

namespace kurultai {

struct CompareOptions {
  std::string a;
  std::string b = {};                  ///< empty: two points of `a`
  std::vector<std::string> sets = {};  ///< --set, for both scenarios
  std::size_t replicates = 10;
  std::optional<std::uint64_t> seed = {};  ///< of the runs; not set: that of scenario A
  std::vector<std::string> series = {};    ///< --series NAME or NAME@DIMENSION=LABEL
  std::optional<std::int64_t> last = {};   ///< weeks
  std::vector<std::uint64_t> points = {};  ///< none, one (of A and of B), or one of A and one of B
  std::string by = {};                     ///< "region": a row for each
  double confidence = 0.95;
  double power = 0.8;
  std::vector<double> effects = {};  ///< --effect; none: the observed difference, and 1% of A
  std::optional<double> margin = {};
  std::string out = {};  ///< result file; scenarios have a default: results/compare-A-B.h5
  std::string progress = "auto";
  double memory = 0;     ///< GB
  bool dry_run = false;  ///< of scenarios: says what would be run
  bool resume = false;
  bool force = false;  ///< replace a result of something else
  bool json = false;
  bool unsealed = false;  ///< read files that another program has changed
};

/// One comparison: a measure, at a point or for all, of the nation or a region.
struct ComparisonRow {
  std::string point = {};   ///< empty unless sweeps are compared point by point
  std::string region = {};  ///< empty: the nation, or what the measure says
  std::string measure;
  Difference difference;
  /// Of two single runs: where they differ most.
  std::string widest = {};
};

struct Comparison {
  std::string a;
  std::string b;
  std::vector<std::string> remarks = {};  ///< what a reader should know: points without a match, weeks of no use ...
  std::string caveat = {};                ///< how single runs are unlike beyond their scenarios: "scale 0.05 and 0.01"
  std::vector<ComparisonRow> rows;        ///< by point, region, measure
  std::size_t failed = 0;
  std::size_t no_memory = 0;  ///< of those, for want of memory
};

/// The result file of a comparison.
Result comparison_result(const Comparison& comparison, const CompareOptions& options);
/// A comparison for people, or as one JSON document; ends with a line break.
std::string comparison_text(const Comparison& comparison, const CompareOptions& options);
std::string comparison_json(const Comparison& comparison, const CompareOptions& options);

/// Compares and prints. Throws usage errors for what cannot be compared.
int compare(const CompareOptions& options);

}  // namespace kurultai
