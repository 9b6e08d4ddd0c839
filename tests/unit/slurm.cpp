#include "command/slurm.h"

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/error.h"
#include "catch.h"
#include "sweep/execution.h"

using namespace kurultai;

namespace {

namespace fs = std::filesystem;

/// A sweep of 12 points with 5 replicates; runs of level 1 take 100 s, those of level 2 200 s, of level 3 300 s.
class Example {
 public:
  explicit Example(const std::string& more = "")
      : file_(fs::temp_directory_path() / ("slurm-" + std::to_string(::getpid()) + ".toml")) {
    std::ofstream(file_) << "[sweep]\nmodel = \"idle\"\nreplicates = 5\n"
                            "[axis.level]\npath = \"idle.seconds\"\nvalues = [100, 200, 300]\n"
                            "[axis.x]\npath = \"idle.x\"\nvalues = [1, 2, 3, 4]\n[measure.y]\n"
                         << more;
    options.file = file_.string();
    options.cpus = 2;
  }
  ~Example() { fs::remove(file_); }
  [[nodiscard]] SlurmPlan plan() const { return slurm_plan(Sweep(options.file, options.sets), options); }
  SlurmOptions options;

 private:
  fs::path file_;
};

SlurmPlan by_hand() {
  SlurmPlan plan;
  plan.program = "/opt/kurultai";
  plan.here = "/data/it's here";
  plan.file = "/data/my sweeps/a.toml";
  plan.out = "/data/my sweeps/a.h5";
  plan.folder = "/data/my sweeps/a.slurm";
  plan.sets = {"sweep.replicates=5", "axis.rule.values=[\"logistic\", \"threshold\"]"};
  plan.runs = 60;
  plan.bundles = 4;
  plan.seconds = 3000;
  plan.cpus = 8;
  plan.bytes = 1.2344e9;
  plan.megabytes = 2043;
  plan.minutes = 85;
  plan.warning = 300;
  return plan;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

ExitCode refusal(const Example& example) {
  try {
    (void)example.plan();
  } catch (const Error& e) { return e.code(); }
  return ExitCode::done;
}

}  // namespace

TEST_CASE("a word of a shell stays one word") {
  CHECK(shell_word("results/a-b_c.h5") == "results/a-b_c.h5");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("my file") == "'my file'");
  CHECK(shell_word("it's") == "'it'\\''s'");
  CHECK(shell_word("$(rm x)`y`\"\\") == "'$(rm x)`y`\"\\'");
  CHECK(shell_word("~/a") == "'~/a'");
  CHECK(shell_word("a;b") == "'a;b'");
  CHECK(shell_word("ауыл") == "'ауыл'");
}

TEST_CASE("bundles take about the hours that are asked for") {
  Example example;
  // 20 runs of each level: 12,000 s, on two cores 6,000 s.
  example.options.hours = 0.5;
  CHECK(example.plan().bundles == 4);
  CHECK(example.plan().runs == 60);
  example.options.hours = 10;
  CHECK(example.plan().bundles == 1);
  CHECK(std::abs(example.plan().seconds - 6000) < 1);
  example.options.hours = 1e-6;
  CHECK(example.plan().bundles == 60);
  example.options.cpus = 4;
  example.options.hours = 0.5;
  CHECK(example.plan().bundles == 2);
}

TEST_CASE("what is asked for does for the longest bundle, with a margin") {
  Example example;
  example.options.jobs = 7;
  const SlurmPlan plan = example.plan();
  const Sweep sweep(example.options.file);
  RunnerOptions node;
  node.threads = 2;
  node.memory = 1e18;
  double longest = 0;
  for (std::uint32_t i = 1; i <= 7; ++i)
    longest = std::max(longest, schedule(sweep.experiment(), first_tasks(sweep, {i, 7}), node).seconds);
  CHECK(plan.bundles == 7);
  CHECK(plan.seconds == longest);
  CHECK(plan.minutes * 60 > 1.5 * longest);
  CHECK(plan.bytes == 2e6);
  CHECK(plan.megabytes == 503);
  CHECK(plan.warning == 300);
}

TEST_CASE("given memory bounds the runs side by side") {
  Example example;
  example.options.memory = 8;
  const SlurmPlan plan = example.plan();
  CHECK(plan.megabytes == 8000);
  CHECK(std::abs(plan.bytes - 6e9) < 1);
  // Room for one run of 1 MB only: half the speed.
  example.options.memory = 0.5018;
  example.options.jobs = 1;
  CHECK(std::abs(example.plan().seconds - 6000) < 1);  // both threads are for the one run
  example.options.memory = 0.4;
  CHECK(refusal(example) == ExitCode::usage);
}

TEST_CASE("every bundle has something to do") {
  Example example;
  example.options.jobs = 61;
  CHECK(refusal(example) == ExitCode::usage);
  example.options.jobs = 60;
  CHECK(refusal(example) == ExitCode::done);
  example.options.jobs = 0;
  CHECK(refusal(example) == ExitCode::usage);
  Example adaptive("[precision]\nmeasure = \"y\"\nhalf_width = 0.1\nat_most = 50\n");
  adaptive.options.jobs = 13;  // of 12 points, which are not divided
  CHECK(refusal(adaptive) == ExitCode::usage);
  adaptive.options.jobs.reset();
  adaptive.options.hours = 1e-6;
  CHECK(adaptive.plan().bundles == 12);
}

TEST_CASE("what cannot stand in a script is refused") {
  Example example;
  example.options.partition = "short\n#SBATCH --mem=0";
  CHECK(refusal(example) == ExitCode::usage);
  example.options.partition = "short,long";
  CHECK(refusal(example) == ExitCode::done);
  example.options.account = "a b";
  CHECK(refusal(example) == ExitCode::usage);
  example.options.account = "";
  example.options.out = "a\nb.h5";
  CHECK(refusal(example) == ExitCode::usage);
}

TEST_CASE("paths of a plan are absolute") {
  Example example;
  SlurmPlan plan = example.plan();
  CHECK(
      plan.out == fs::current_path() / "results" / fs::path(example.options.file).filename().replace_extension(".h5"));
  CHECK(plan.folder == fs::path(plan.out).replace_extension(".slurm"));
  CHECK(fs::exists(plan.program));
  example.options.out = "x/../a.h5";
  example.options.folder = "jobs/";
  plan = example.plan();
  CHECK(plan.out == fs::current_path() / "a.h5");
  CHECK(plan.folder == fs::current_path() / "jobs");
}

TEST_CASE("scripts say what the plan says") {
  const SlurmScripts scripts = slurm_scripts(by_hand());
  for (const char* line :
      {"#!/bin/bash\n# Written by 'kurultai slurm' for '/data/my sweeps/a.toml' into '/data/my sweeps/a.h5'\n",
          "\n#SBATCH --array=1-4\n", "\n#SBATCH --cpus-per-task=8\n", "\n#SBATCH --mem=2043M\n",
          "\n#SBATCH --time=0-01:25:00\n", "\n#SBATCH --signal=B:USR1@300\n", "\n#SBATCH --requeue\n",
          "\n#SBATCH --job-name=kurultai-a\n", "\ncd '/data/it'\\''s here' || exit 1\n",
          "\n/opt/kurultai sweep '/data/my sweeps/a.toml' --set sweep.replicates=5 --set "
          "'axis.rule.values=[\"logistic\", \"threshold\"]'"
          " --out '/data/my sweeps/a.h5' \\\n  --shard \"$SLURM_ARRAY_TASK_ID/4\" --resume --threads "
          "\"${SLURM_CPUS_PER_TASK:-8}\""
          " --memory 1.235 --progress line &\n"}) {
    INFO(line);
    CHECK(has(scripts.bundles, line));
  }
  CHECK(has(scripts.merge, "--out '/data/my sweeps/a.h5' --merge "));
  CHECK(has(
      scripts.submit, "\ncd '/data/my sweeps/a.slurm'\nout='/data/my sweeps/a.h5'\nruns='/data/my sweeps/a.runs'\n"));
  CHECK(has(scripts.submit, "--dependency=afterany:\"$array\" merge.sh"));
  CHECK_FALSE(has(scripts.bundles, "--partition"));
  CHECK_FALSE(has(scripts.merge, "--account"));

  SlurmPlan plan = by_hand();
  plan.partition = "short";
  plan.account = "p17";
  plan.minutes = 3 * 1440 + 61;
  const SlurmScripts others = slurm_scripts(plan);
  CHECK(has(others.bundles, "\n#SBATCH --time=3-01:01:00\n"));
  for (const std::string& text : {others.bundles, others.merge})
    CHECK(has(text, "\n#SBATCH --partition=short\n#SBATCH --account=p17\n"));
}

TEST_CASE("what Slurm reads comes before the first command") {
  const SlurmScripts scripts = slurm_scripts(by_hand());
  for (const std::string& text : {scripts.bundles, scripts.merge}) {
    const std::size_t last = text.rfind("#SBATCH");
    CHECK(last < text.find("\ncd "));
    CHECK(text.find("\ncd ") != std::string::npos);
  }
}
