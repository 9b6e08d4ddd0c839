// Calibration of the simulator itself: parameters of a village that are known are found again from what one run showed.
#include "sweep/calibration.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/parallel.h"
#include "base/random.h"
#include "catch.h"

using namespace kurultai;

TEST_CASE("known parameters of a village are recovered: 90% intervals cover 83 to 96% of 100 truths", "[full]") {
  namespace fs = std::filesystem;
  const fs::path file = fs::temp_directory_path() / fmt::format("kurultai-village-{}.toml", ::getpid());
  // Every run in a society of its own: what the network's tables do not say is drawn, in the truth's world too.
  std::ofstream(file) << fmt::format(R"(
[sweep]
scenario = "{}/scenarios/village.toml"
set = ["run.warmup=52", "run.weeks=40"]
society = "own"
keep_levels = ["nation"]
keep_series = ["awareness", "participation"]
keep_every = 1
[axis.announcement]
path = "information.reach"
low = 0.05
high = 0.95
[axis.cost]
path = "participation.b_cost"
low = 0
high = 2
[measure.awareness]
[measure.participation]
[target.awareness]
value = 0
sd = 0.02
[target.participation]
value = 0
sd = 0.005
[calibration]
particles = 400
generations = 4
predictive = 0
)",
      KURULTAI_SOURCE_DIR);
  std::array<int, 2> covered = {0, 0};
  std::array<double, 2> learned = {0, 0};
  constexpr int truths = 100;
  const Draws draws(4711, 0, Stream::designs, 99);
  for (std::uint32_t t = 0; t < truths; ++t) {
    const std::array<double, 2> truth = {0.05 + 0.9 * draws.uniform({1, t}, 0), 2 * draws.uniform({1, t}, 1)};
    const Calibration reality(file, {});
    const std::vector<Setting> settings = {{"information.reach", truth[0]}, {"participation.b_cost", truth[1]}};
    const std::optional<Result> seen = reality.sweep.experiment().run(settings, {900'000 + t, 0}, {});
    REQUIRE(seen.has_value());
    std::vector<std::string> sets = {fmt::format("sweep.seed={}", t + 1)};
    for (std::size_t m = 0; m < 2; ++m) {
      const std::string& name = reality.targets.key(m);
      const double value = measured(reality.sweep.measures[m], name, *seen, "") +
                           reality.targets[m].sd * draws.normal({2, t}, static_cast<std::uint32_t>(m));
      sets.push_back(fmt::format("target.{}.value={:.17g}", name, value));
    }
    const Calibration calibration(file, sets);
    MemoryStore store;
    SweepProgress quiet("none");
    const CalibrationReport report = execute(calibration, store, {.threads = threads()}, quiet);
    REQUIRE(report.parameters.size() == 2);
    for (std::size_t p = 0; p < 2; ++p) {
      covered[p] += report.parameters[p].low <= truth[p] && truth[p] <= report.parameters[p].high ? 1 : 0;
      learned[p] += report.parameters[p].shrinkage / truths;
    }
  }
  fs::remove(file);
  const std::string figures = fmt::format(
      "covered: announcement {}, cost {}; learned: {:.2f}, {:.2f}", covered[0], covered[1], learned[0], learned[1]);
  INFO(figures);
  std::printf("%s\n", figures.c_str());
  for (std::size_t p = 0; p < 2; ++p) {
    CHECK(covered[p] >= 83);
    CHECK(covered[p] <= 96);
    CHECK(learned[p] > 0.3);
  }
}
