// The verb `run`: a scenario becomes a result file.
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <chrono>
#include <ctime>
#include <filesystem>

#include "base/error.h"
#include "base/parallel.h"
#include "command/verbs.h"
#include "engine/progress.h"
#include "engine/simulation.h"
#include "engine/storage.h"

namespace kurultai {

namespace {

volatile std::sig_atomic_t caught_signal = 0;
void catch_signal(int signal) { caught_signal = signal; }

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace

void ScenarioOptions::read(Model& model) const {
  std::vector<std::string> all = sets;
  if (seed) all.push_back("run.seed=" + *seed);
  if (replicate) all.push_back("run.replicate=" + *replicate);
  if (weeks) all.push_back("run.weeks=" + *weeks);
  if (scale) all.push_back("run.scale=" + *scale);
  model.read(scenario, all);
}

int run(const RunOptions& options) {
  const auto begun = std::chrono::steady_clock::now();
  Model model;
  options.read(model);
  const std::filesystem::path out =
      options.out.empty() ? std::filesystem::path("results") / std::filesystem::path(options.scenario).stem().concat(".h5")
                          : std::filesystem::path(options.out);
  prepare_output(out);
  const double needed = estimate(model).bytes;
  const double present = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  if (needed > present)
    throw Error(ExitCode::memory, {"", fmt::format("the run needs about {:.1f} GB of memory", needed / 1e9),
                                   fmt::format("this machine has {:.1f} GB", present / 1e9), "lower --scale"});

  const std::unique_ptr<Society> society = make_society(model);
  Simulation simulation(model, *society);
  const auto built = std::chrono::steady_clock::now();

  std::signal(SIGINT, catch_signal);
  std::signal(SIGTERM, catch_signal);
  Progress progress(options.progress, model.run.weeks + model.run.warmup,
                    static_cast<std::int64_t>(society->residents.size()), stderr, isatty(STDERR_FILENO) == 1);
  progress.start();
  simulation.run([&] {
    progress.update(simulation.week() - simulation.world().first_week, simulation.week() <= 0 ? "warm-up" : "run");
    return caught_signal == 0;
  });
  if (caught_signal != 0) {
    fmt::print(stderr, "\nkurultai: stopped in week {} of {} (signal {}) nothing was written; {} is as it was\n",
               simulation.week(), model.run.weeks.value(), static_cast<int>(caught_signal), out.string());
    return static_cast<int>(caught_signal == SIGINT ? ExitCode::interrupted : ExitCode::terminated);
  }
  progress.finish();

  Result result = simulation.result();
  const std::chrono::duration<double> building = built - begun;
  const std::chrono::duration<double> running = std::chrono::steady_clock::now() - built;
  result.provenance["created"] = now_utc();
  result.provenance["threads"] = static_cast<std::int64_t>(threads());
  result.provenance["seconds_building"] = building.count();
  result.provenance["seconds_running"] = running.count();
  result.provenance["scenario_file"] = std::filesystem::path(options.scenario).filename().string();
  write_result(out, result);
  fmt::print("{}\n", out.string());
  if (options.progress != "none")
    fmt::print(stderr, "Look at it with: ./kurultai show {}\n", out.string());
  return static_cast<int>(ExitCode::done);
}

}  // namespace kurultai
