// Calibration: its mathematics against numbers by hand, and parameters that are known recovered through the runner.
#include "sweep/calibration.h"

#include <fmt/format.h>

#include <unistd.h>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/elementary.h"
#include "base/error.h"
#include "base/random.h"
#include "catch.h"

using namespace kurultai;

namespace {

namespace fs = std::filesystem;

/// A file that goes with the test.
class Scratch {
 public:
  explicit Scratch(const std::string& text)
      : path_(fs::temp_directory_path() /
              fmt::format("kurultai-calibration-{}-{}.toml", ::getpid(), reinterpret_cast<std::uintptr_t>(this))) {
    std::ofstream(path_) << text;
  }
  ~Scratch() { fs::remove(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Particle particle(std::vector<double> place, std::vector<double> away, double weight) {
  Particle p;
  p.place = std::move(place);
  p.away = std::move(away);
  double squares = 0;
  for (const double x : p.away) squares += x * x;
  p.distance = std::sqrt(squares);
  p.weight = weight;
  return p;
}

// y_t = level e^(-rate t) with noise in every week and errors of observation; seen early and late.
const char* const decay = R"(
[sweep]
model = "decay"
set = ["decay.noise=0.3"]
[axis.level]
path = "decay.level"
low = 1
high = 10
spacing = "log"
[axis.rate]
path = "decay.rate"
low = 0
high = 0.5
[measure.early]
series = "y"
last = 2
[measure.late]
series = "y"
first = 6
[target.early]
value = 3
sd = 0.15
[target.late]
value = 0.8
sd = 0.1
[calibration]
particles = 300
generations = 5
predictive = 0
)";

CalibrationReport run(const Calibration& calibration, RunStore& store) {
  SweepProgress quiet("none");
  return execute(calibration, store, {.threads = 2}, quiet);
}

}  // namespace

TEST_CASE("weighted quantiles stand in the middle of their weights") {
  const std::vector<double> values = {3, 1, 2};
  const std::vector<double> even = {1, 1, 1};
  // Middles at 1/6, 1/2, 5/6.
  CHECK(weighted_quantile(values, even, 0.5) == 2);
  CHECK(weighted_quantile(values, even, 1.0 / 3) == Approx(1.5));
  CHECK(weighted_quantile(values, even, 0.01) == 1);
  CHECK(weighted_quantile(values, even, 0.99) == 3);
  // Weights 2, 1, 1 on 1, 2, 3: middles at 1/4, 5/8, 7/8.
  const std::vector<double> uneven = {1, 2, 1};
  CHECK(weighted_quantile(values, uneven, 0.25) == 1);
  CHECK(weighted_quantile(values, uneven, 0.5) == Approx(1 + 0.25 / 0.375));
  CHECK(std::isnan(weighted_quantile({}, {}, 0.5)));
}

TEST_CASE("effective size, mean and scale by hand") {
  CHECK(effective_size(std::vector<double>{1, 1, 1, 1}) == 4);
  CHECK(effective_size(std::vector<double>{3, 1}) == Approx(1.6));
  CHECK(weighted_mean(std::vector<double>{1, 5}, std::vector<double>{3, 1}) == 2);
  CHECK(weighted_sd(std::vector<double>{1, 5}, std::vector<double>{3, 1}) == Approx(std::sqrt(3.0)));
  CHECK(robust_scale(std::vector<double>{1, 2, 3, 4, 1000}) == Approx(1.4826));
  CHECK(robust_scale(std::vector<double>{1, 1, 1, 1, 6}) == Approx(2));  // the median deviation is 0
  CHECK(robust_scale(std::vector<double>{7, 7}) == 1);
  CHECK(resampled(std::vector<double>{1, 2, 1}, 4) == std::vector<std::size_t>{0, 1, 1, 2});
}

TEST_CASE("the nearest particles are kept, never those at infinite distance") {
  std::vector<Particle> all = {
      particle({0.1}, {3}, 1), particle({0.2}, {1}, 1), particle({0.3}, {2}, 1), particle({0.4}, {1}, 1)};
  all.emplace_back();
  all.back().place = {0.5};
  const std::vector<Particle> two = nearest_particles(all, 2);
  REQUIRE(two.size() == 2);
  CHECK(two[0].place[0] == 0.2);
  CHECK(two[1].place[0] == 0.4);
  CHECK(nearest_particles(all, 10).size() == 4);
}

TEST_CASE("proposals with their weights still stand for the prior") {
  // Whatever the parents, importance weights make the moved ones a sample of the uniform prior again: their mean
  // weight is 1, and the weighted mean of u is 1/2 and of u^2 is 1/3, of u v is 1/4.
  std::vector<Particle> parents;
  const Draws draws(7, 0, Stream::designs);
  for (std::uint32_t k = 0; k < 400; ++k) {
    const double u = std::sqrt(draws.uniform({0, k}, 0));  // more to one side
    parents.push_back(particle({u, 0.5 * u + 0.5 * draws.uniform({0, k}, 1)}, {0}, 0.5 + draws.uniform({0, k}, 2)));
  }
  const std::vector<Particle> moved = propose(parents, 20000, 3, 1);
  const std::vector<double> w = weights_of(moved);
  double mean = 0;
  double u = 0;
  double uu = 0;
  double uv = 0;
  for (const Particle& p : moved) {
    REQUIRE((p.place[0] > 0 && p.place[0] < 1 && p.place[1] > 0 && p.place[1] < 1));
    mean += p.weight / 20000;
    u += p.weight * p.place[0] / 20000;
    uu += p.weight * p.place[0] * p.place[0] / 20000;
    uv += p.weight * p.place[0] * p.place[1] / 20000;
  }
  CHECK(mean == Approx(1).margin(0.04));
  CHECK(u == Approx(0.5).margin(0.03));
  CHECK(uu == Approx(1.0 / 3).margin(0.03));
  CHECK(uv == Approx(0.25).margin(0.03));
  CHECK(effective_size(w) > 2000);
  CHECK(propose(parents, 5, 3, 1)[4].place == moved[4].place);
  CHECK(propose(parents, 5, 3, 2)[4].place != moved[4].place);
  CHECK(propose(parents, 5, 4, 1)[4].place != moved[4].place);
}

TEST_CASE("proposals of parents at one place do not fail") {
  const std::vector<Particle> parents(3, particle({0.5, 0.25}, {0}, 1));
  for (const Particle& p : propose(parents, 10, 1, 1)) {
    CHECK(p.place[0] == Approx(0.5).margin(1e-6));
    CHECK(std::isfinite(p.weight));
  }
}

TEST_CASE("the adjustment moves places along the regression to the targets") {
  // logit u = 0.3 + 0.8 x exactly: at the target (x = 0) all are at logit 0.3.
  std::vector<Particle> particles;
  for (int k = -5; k <= 5; ++k) {
    const double x = 0.2 * k;
    particles.push_back(
        particle({logistic(0.3 + 0.8 * x)}, {x, 2 * x}, 1 + 0.1 * k));  // the second target says nothing new
  }
  const WeightedSample sample = adjusted(particles);
  double sum = 0;
  for (std::size_t k = 0; k < particles.size(); ++k) {
    CHECK(sample.place[k][0] == Approx(logistic(0.3)));
    sum += sample.weight[k];
  }
  CHECK(sum == Approx(1));
  CHECK(sample.weight.front() == 0);                                             // farthest
  CHECK(sample.weight[5] / sample.weight[8] == Approx(1 / (1.3 * (1 - 0.36))));  // Epanechnikov
  CHECK(sample.r2[0] == Approx(1));
  const WeightedSample raw = unadjusted(particles);
  CHECK(raw.place[0] == particles[0].place);
  CHECK(correlation({{{1, 2}, {2, 4}, {3, 6}}, {1, 1, 1}, {}}, 0, 1) == Approx(1));
}

TEST_CASE("known parameters are recovered: 90% intervals cover 83 to 96% of 100 truths") {
  const Scratch file(decay);
  std::array<int, 2> covered = {0, 0};
  std::array<double, 2> shrinkage = {0, 0};
  constexpr int truths = 100;
  const Draws draws(2024, 0, Stream::designs, 99);
  for (std::uint32_t t = 0; t < truths; ++t) {
    // A truth out of the prior, and what would be observed in its world: a run with luck of its own, and errors.
    const double level = exp_(draws.uniform({1, t}, 0) * log_(10.0));
    const double rate = 0.5 * draws.uniform({1, t}, 1);
    double early = 0;
    double late = 0;
    for (std::uint32_t week = 0; week < 10; ++week) {
      const double y = level * exp_(-rate * week) + 0.3 * draws.normal({2, t}, week);
      if (week <= 2) early += y / 3;
      if (week >= 6) late += y / 4;
    }
    early += 0.15 * draws.normal({3, t}, 0);
    late += 0.1 * draws.normal({3, t}, 1);
    const std::vector<std::string> sets = {fmt::format("target.early.value={:.17g}", early),
        fmt::format("target.late.value={:.17g}", late), fmt::format("sweep.seed={}", t + 1)};
    const Calibration calibration(file.path(), sets);
    MemoryStore store;
    const CalibrationReport report = run(calibration, store);
    REQUIRE(report.parameters.size() == 2);
    const std::array<double, 2> truth = {level, rate};
    for (std::size_t p = 0; p < 2; ++p) {
      covered[p] += report.parameters[p].low <= truth[p] && truth[p] <= report.parameters[p].high ? 1 : 0;
      shrinkage[p] += report.parameters[p].shrinkage / truths;
    }
  }
  INFO(fmt::format(
      "covered: level {}, rate {}; learned: {:.2f}, {:.2f}", covered[0], covered[1], shrinkage[0], shrinkage[1]));
  for (std::size_t p = 0; p < 2; ++p) {
    CHECK(covered[p] >= 83);
    CHECK(covered[p] <= 96);
    CHECK(shrinkage[p] > 0.4);  // intervals that cover because they say nothing would not do
  }
}

TEST_CASE("the posterior agrees with the one known in closed form") {
  // line: y = intercept + noise z with a flat prior; observed 2 with an error: the posterior is normal around 2 with
  // variance noise^2 + sd^2 = 0.25.
  const Scratch file(R"(
[sweep]
model = "line"
set = ["line.noise=0.3", "line.slope=0"]
[axis.intercept]
path = "line.intercept"
low = -8
high = 12
[measure.y]
[target.y]
value = 2
sd = 0.4
[calibration]
particles = 2000
)");
  const Calibration calibration(file.path(), {});
  MemoryStore store;
  const CalibrationReport report = run(calibration, store);
  const ParameterEstimate& p = report.parameters.at(0);
  CHECK(p.mean == Approx(2).margin(0.06));
  CHECK(p.sd == Approx(0.5).margin(0.05));
  CHECK(p.low == Approx(2 - 1.645 * 0.5).margin(0.12));
  CHECK(p.high == Approx(2 + 1.645 * 0.5).margin(0.12));
  CHECK(report.ended_by == "acceptance");
  CHECK(report.ess > 300);
  // The posterior predicts 2 with variance 0.25 (parameter) + 0.25 (luck and error).
  const TargetFit& fit = report.targets.at(0);
  CHECK(fit.inside());
  CHECK(fit.median == Approx(2).margin(0.25));
  CHECK(fit.high - fit.low == Approx(2 * 1.645 * std::sqrt(0.5)).epsilon(0.25));
  for (std::size_t g = 1; g < report.generations.size(); ++g)
    CHECK(report.generations[g].tolerance <= report.generations[g - 1].tolerance);
}

TEST_CASE("failed runs are infinitely far and counted; if too many fail it says so") {
  const std::string text = R"(
[sweep]
model = "idle"
set = ["idle.fails_from=0.5"]
[axis.x]
path = "idle.x"
low = 0
high = 1
[measure.y]
[target.y]
value = 0.45
sd = 0.02
[calibration]
particles = 60
generations = 4
predictive = 20
)";
  const Scratch file(text);
  MemoryStore store;
  const CalibrationReport report = run(Calibration(file.path(), {}), store);
  CHECK(report.generations[0].failed == 30);
  CHECK(report.failed >= 30);
  CHECK(report.parameters[0].median == Approx(0.45).margin(0.03));
  for (const double w : report.sample.weight) CHECK(std::isfinite(w));

  MemoryStore fresh;
  const std::vector<std::string> nearly_all = {"sweep.set=[\"idle.fails_from=0.03\"]"};
  CHECK_THROWS_AS(run(Calibration(file.path(), nearly_all), fresh), Error);
}

TEST_CASE("runs of other particles in the store are done again") {
  const Scratch file(decay);
  const std::vector<std::string> sets = {
      "calibration.particles=40", "calibration.generations=3", "calibration.predictive=5"};
  const Calibration calibration(file.path(), sets);
  MemoryStore store;
  const std::string clean = digest(run(calibration, store).result);
  MemoryStore other;
  Result wrong = store.get(3);
  wrong.attributes["task"] = std::string("another");
  wrong.attributes["measure.early"] = 1e9;
  other.put(3, wrong);
  other.put(41, wrong);
  CHECK(digest(run(calibration, other).result) == clean);
}

TEST_CASE("what is wrong with a calibration's file is said with its place") {
  const auto message = [](const std::string& more) {
    const Scratch file(std::string(decay) + more);
    try {
      const Calibration calibration(file.path(), {});
    } catch (const Error& e) {
      CHECK(e.code() == ExitCode::scenario);
      return std::string(e.what());
    }
    return std::string();
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  CHECK(message("").empty());
  CHECK(has(message("[target.earlyy]\nvalue = 1\nsd = 0\n"), "did you mean 'early'?"));
  CHECK(has(message("[measure.third]\nseries = \"y\"\n[target.third]\nvalue = 1\n"), "has no sd"));
  CHECK(has(message("[measure.third]\nseries = \"y\"\n[target.third]\nsd = 1\n"), "has no value"));
  CHECK(has(message("[measure.z]\n"), "looks at the series 'z'"));
  CHECK(has(message("[measure.level]\nseries = \"y\"\n"), "cannot be called 'level'"));
  CHECK(has(message("[precision]\nmeasure = \"early\"\nhalf_width = 1\n"), "means nothing in a calibration"));
  CHECK(has(message("[axis.noise]\npath = \"decay.noise\"\nvalues = [1, 2]\n"), "lists values"));
  CHECK(has(message("[axis.noise]\npath = \"decay.noise\"\n"), "has no range"));
}
