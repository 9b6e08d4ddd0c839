// The verbs, each in a file of its own. program.cpp alone knows how they are spelled on the command line. They
// return exit codes (base/error.h) and throw Error for what the user can mend.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/estimate.h"
#include "engine/model.h"

namespace kurultai {

/// What all verbs that take a scenario understand.
struct ScenarioOptions {
  std::string scenario;
  std::vector<std::string> sets = {};  ///< --set path=value, in the order given
  std::optional<std::string> seed = {};
  std::optional<std::string> replicate = {};
  std::optional<std::string> weeks = {};
  std::optional<std::string> scale = {};

  /// Reads the scenario and these options into `model`.
  void read(Model& model) const;
};

struct CheckOptions : ScenarioOptions {
  bool measure = false;  ///< measure what this machine takes first
};

struct RunOptions : ScenarioOptions {
  std::string out;  ///< empty: results/SCENARIO.h5
  std::string progress = "auto";
  std::optional<std::int64_t> checkpoint = {};  ///< weeks between checkpoints; 0: never; not set: by the clock
  bool resume = false;
  bool force = false;    ///< replace a result of something else
  bool profile = false;  ///< say where the time went
};

struct DescribeOptions : ScenarioOptions {
  std::string topic;  ///< parameters, levers, forms, surveys, outputs, plan, sources, sweep, network
  bool json = false;
};

/// A verb that looks at one result file.
struct FileOptions {
  std::string file;
  bool unsealed = false;  ///< read a file that another program has changed
  bool inputs = false;    ///< of `show`: list the tables that it was made from
};

struct SweepOptions {
  std::string file;
  std::vector<std::string> sets = {};  ///< --set sweep.replicates=5
  std::string out;                     ///< empty: results/SWEEP.h5
  std::string shard = "1/1";
  std::string progress = "auto";
  double memory = 0;  ///< GB that runs may take together; 0: what is free
  bool dry_run = false;
  bool resume = false;
  bool merge = false;
  bool keep_runs = false;
  bool force = false;
};

struct RerunOptions {
  std::string file;
  std::uint64_t run = 0;
  std::string folder;  ///< where the base scenario's files are; empty: looked for
  std::string out;     ///< empty: results/FILE-runN.h5
  bool unsealed = false;
  bool force = false;
};

/// Says that a signal stopped a verb whose finished runs are in `runs`, and how to go on. Returns the exit code.
int stopped_with_runs(const std::filesystem::path& runs);

int run(const RunOptions& options);
int sweep(const SweepOptions& options);
int rerun(const RerunOptions& options);
int check(const CheckOptions& options);
int describe(const DescribeOptions& options);
int show_file(const FileOptions& options);
int digest_file(const FileOptions& options);

/// What a verb with --resume says when its result is there, and whole: prints `out`; exit code 0.
int finished_already(const std::filesystem::path& out);

}  // namespace kurultai
