// The verb `slurm`: a sweep as jobs of a cluster that has Slurm. It writes three scripts that a person can read:
//
//   bundles.sh  a job array; task i of n does the shard i/n of the sweep, and goes on from what is there
//   merge.sh    the one result file, when all bundles are over, however they ended
//   submit.sh   submits both; again after a failure, for what is missing
//
// What is finished is known from the files of runs alone; what the queue says of its jobs is never asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sweep/sweep.h"

namespace kurultai {

struct SlurmOptions {
  std::string file;
  std::vector<std::string> sets = {};     ///< --set sweep.replicates=5
  std::string out = {};                   ///< empty: results/SWEEP.h5
  std::string folder = {};                ///< of the scripts; empty: beside the result, SWEEP.slurm
  std::optional<std::int64_t> jobs = {};  ///< bundles; not set: as many as take `hours` each
  double hours = 1;                       ///< that a bundle should take, predicted
  int cpus = 4;                           ///< of a bundle
  double memory = 0;                      ///< GB of a bundle; 0: predicted
  std::string partition = {};
  std::string account = {};
  bool force = false;  ///< handed on to the sweep
};

/// What the scripts are made from.
struct SlurmPlan {
  std::filesystem::path program;  ///< this and all other paths: absolute
  std::filesystem::path here;     ///< where the verb was called: names in `sets` may be relative to it
  std::filesystem::path file;
  std::filesystem::path out;
  std::filesystem::path folder;
  std::vector<std::string> sets = {};
  std::size_t runs = 0;
  std::size_t bundles = 1;
  double seconds = 0;  ///< of the longest bundle, predicted
  int cpus = 1;
  double bytes = 0;       ///< that the runs of a bundle may take together
  double peak_bytes = 0;  ///< that the biggest run takes alone
  int megabytes = 0;      ///< of memory that is asked for
  int minutes = 0;        ///< that are asked for
  int warning = 0;        ///< seconds before the end of these at which Slurm gives notice
  std::string partition = {};
  std::string account = {};
  bool force = false;
};

struct SlurmScripts {
  std::string bundles;
  std::string merge;
  std::string submit;
};

/// `text` as one word of a shell.
std::string shell_word(const std::string& text);

/// How many bundles, and what each asks for. Throws a usage error if there are to be more bundles than runs, or if a
/// name or path cannot stand in a script.
SlurmPlan slurm_plan(const Sweep& sweep, const SlurmOptions& options);

SlurmScripts slurm_scripts(const SlurmPlan& plan);

/// Writes the scripts and says how to submit them. Throws storage_error if the folder holds something else.
int slurm(const SlurmOptions& options);

}  // namespace kurultai
