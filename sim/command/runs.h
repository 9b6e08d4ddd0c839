// The verb `runs`: several runs in one process, each into a result of its own, the one that `run` would write. Weeks
// that runs have in common are simulated once, and societies are shared. LIST is a TOML file:
//
//   [run.low]                                 the result is FOLDER/low.h5
//   scenario = "expectations.toml"            relative to the list
//   set = ["information.reach=0.1"]           settings, as --set of `run`
//   seed = 3
//
//   [run.high]
//   scenario = "expectations.toml"
//   set = ["information.reach=0.6"]
//   seed = 3
#pragma once

#include <string>
#include <vector>

namespace kurultai {

struct RunsOptions {
  std::string file;
  std::vector<std::string> sets = {};  ///< --set run.NAME.seed=5
  std::string folder;                  ///< empty: results/LIST
  std::string progress = "auto";
  double memory = 0;  ///< GB that runs may take together; 0: what is free
  bool dry_run = false;
  bool resume = false;
  bool force = false;
};

/// Runs them all; a run that fails stops no other. Returns the exit code.
int runs(const RunsOptions& options);

}  // namespace kurultai
