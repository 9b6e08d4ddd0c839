// What a sweep costs beside its runs, and what a second thread brings.
//
//   kurultai_bench_sweep [--runs N] [--seconds S] [--turns N]
//
// The same N runs of the Kazakhstan scenario, each of about S seconds on one thread, are done in turns: bare (one
// after the other, results thrown away), as a sweep on one thread, as a sweep on two: scheduling, seeding, writing
// and merging are what the second takes more than the first. Processor time is what a loaded machine does not
// change; medians over turns. Verified: bare and sweep have the same digests. Options of Google Benchmark are let pass.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/parallel.h"
#include "engine/result_reader.h"
#include "kazakhstan.h"
#include "sweep/execution.h"
#include "turns.h"

namespace kurultai {
namespace {

void measure(std::size_t runs, double seconds, int turns) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("kurultai_bench_{}", getpid());
  std::filesystem::create_directories(folder);
  // 25,000 residents for 208 weeks take about half a second on one thread.
  const double scale = 0.0025 * seconds;
  std::ofstream(folder / "sweep.toml") << fmt::format(
      "[sweep]\nscenario = \"{}/scenarios/kazakhstan.toml\"\nset = [\"run.scale={:.6f}\", \"run.warmup=52\", "
      "\"run.weeks=156\"]\nreplicates = {}\n"
      "[axis.announcement]\npath = \"information.reach\"\nvalues = [0.2, 0.4]\n[measure.participation]\n",
      KURULTAI_SOURCE_DIR, scale, std::max<std::size_t>(runs / 2, 1));

  std::vector<std::string> digests;
  const auto bare = [&] {
    Sweep sweep(folder / "sweep.toml");
    digests.clear();
    for (const Task& task : first_tasks(sweep, {}))
      with_threads(1, [&] { digests.push_back(digest(*sweep.experiment().run(task.settings, task.luck, {}))); });
  };
  const auto swept = [&](int threads) {
    const std::filesystem::path out = folder / "out.h5";
    Sweep sweep(folder / "sweep.toml");
    ExecutionOptions options;
    options.out = out;
    options.runner.threads = threads;
    SweepProgress progress("none");
    const ExecutionReport report = execute(sweep, options, progress);
    verify(report.merged && report.failed == 0, "the sweep");
    const Result result = read_result(
        out, [](const std::string& group, const std::string& name) { return group == "runs" && name == "digest"; });
    verify(std::get<std::vector<std::string>>(result.group("runs")->variable("digest")->values) == digests,
        "the runs of the sweep");
  };

  std::vector<double> overhead, overhead_wall, speedup, one, a_run;
  for (int turn = 0; turn < turns; ++turn) {
    const Time alone = timed(bare);
    const Time single = timed([&] { swept(1); });
    const Time twice = timed([&] { swept(2); });
    overhead.push_back(single.busy / alone.busy - 1);
    overhead_wall.push_back(single.wall / alone.wall - 1);
    speedup.push_back(single.wall / twice.wall);
    one.push_back(3600 * static_cast<double>(digests.size()) / single.wall);
    a_run.push_back(alone.busy / static_cast<double>(digests.size()));
  }
  std::filesystem::remove_all(folder);
  fmt::print("{} runs of {:.2f} s, median of {} turns\n", digests.size(), median(a_run), turns);
  fmt::print("  a sweep takes more than its runs  {:+.2f}% processor time, {:+.2f}% time\n", 100 * median(overhead),
      100 * median(overhead_wall));
  fmt::print("  runs an hour on one thread        {:.0f}\n", median(one));
  fmt::print("  two threads against one           {:.2f} times the runs an hour\n", median(speedup));
}

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  double runs = 20;
  double seconds = 1;
  double turns = 3;
  return kurultai::with_options(
      argc, argv, {{"--runs", runs, 2}, {"--seconds", seconds, 0.01}, {"--turns", turns, 1}}, [&] {
        kurultai::set_threads(2);
        kurultai::measure(static_cast<std::size_t>(runs), seconds, static_cast<int>(turns));
      });
}
