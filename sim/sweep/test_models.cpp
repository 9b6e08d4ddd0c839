// Models with known answers, behind the same interface as the simulator: they test designs, runner, sensitivity and
// calibration, and show how a sweep works in a second.
//
//   ishigami    y = sin x1 + a sin^2 x2 + b x3^4 sin x1                  x in [-pi, pi] (Ishigami & Homma 1990)
//   g_function  y = prod_i (|4 x_i - 2| + a_i) / (1 + a_i)               x in [0, 1] (Sobol' 1993)
//   line        y = slope x + intercept + noise z                        z standard normal
//   idle        y = x after `seconds` of work; fails if `fails` says so  for scheduling
//   decay       y_t = level e^(-rate t) + noise z_t, weeks t = 0 .. 9    for calibration
//
// All can carry noise: noise times a standard normal number of each week under the run's luck, the same for all points
// with common random numbers.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <ctime>
#include <limits>
#include <numbers>

#include "base/elementary.h"
#include "base/error.h"
#include "base/random.h"
#include "engine/simulation.h"
#include "observation/result_builder.h"
#include "scenario/resolved.h"
#include "sweep/test_models.h"

namespace kurultai {

namespace {

/// What all of them share: a section, its noise, one number out of it.
class TestModel : public Section {
 public:
  using Section::Section;
  [[nodiscard]] virtual double y(const RunControl& control) const = 0;
  /// The answer by week; only some models have more than one.
  [[nodiscard]] virtual std::vector<double> weeks(const RunControl& control) const { return {y(control)}; }
  Real noise{*this, "noise", 0, {0, 1e9}, "standard deviation of what luck adds", "test"};
};

class Ishigami final : public TestModel {
 public:
  Ishigami() : TestModel("ishigami", "y = sin x1 + a sin^2 x2 + b x3^4 sin x1") {}
  [[nodiscard]] double y(const RunControl& /*control*/) const override {
    const double s = cos_(x1 - pi / 2);  // the sine
    const double t = cos_(x2 - pi / 2);
    return s + a * t * t + b * x3 * x3 * x3 * x3 * s;
  }
  static constexpr double pi = std::numbers::pi;
  Real x1{*this, "x1", 0, {-pi, pi}, "", "Ishigami & Homma 1990"};
  Real x2{*this, "x2", 0, {-pi, pi}, "", "Ishigami & Homma 1990"};
  Real x3{*this, "x3", 0, {-pi, pi}, "", "Ishigami & Homma 1990"};
  Real a{*this, "a", 7, {}, "", "Ishigami & Homma 1990"};
  Real b{*this, "b", 0.1, {}, "", "Ishigami & Homma 1990"};
};

class GFunction final : public TestModel {
 public:
  GFunction() : TestModel("g_function", "y = prod (|4 x_i - 2| + a_i) / (1 + a_i)") {}
  [[nodiscard]] double y(const RunControl& /*control*/) const override {
    double product = 1;
    for (std::size_t i = 0; i < 8; ++i) product *= (std::fabs(4 * *x_[i] - 2) + a[i]) / (1 + a[i]);
    return product;
  }
  Real x1{*this, "x1", 0, {0, 1}, "", "Sobol' 1993"};
  Real x2{*this, "x2", 0, {0, 1}, "", "Sobol' 1993"};
  Real x3{*this, "x3", 0, {0, 1}, "", "Sobol' 1993"};
  Real x4{*this, "x4", 0, {0, 1}, "", "Sobol' 1993"};
  Real x5{*this, "x5", 0, {0, 1}, "", "Sobol' 1993"};
  Real x6{*this, "x6", 0, {0, 1}, "", "Sobol' 1993"};
  Real x7{*this, "x7", 0, {0, 1}, "", "Sobol' 1993"};
  Real x8{*this, "x8", 0, {0, 1}, "", "Sobol' 1993"};
  Numbers a{*this, "a", {0, 1, 4.5, 9, 99, 99, 99, 99}, {0, 1e9}, "", "Saltelli et al. 2010"};

 private:
  std::array<const Real*, 8> x_ = {&x1, &x2, &x3, &x4, &x5, &x6, &x7, &x8};
};

class Line final : public TestModel {
 public:
  Line() : TestModel("line", "y = slope x + intercept") {}
  [[nodiscard]] double y(const RunControl& /*control*/) const override { return slope * x + intercept; }
  Real x{*this, "x", 1, {-1e9, 1e9}, "", "test"};
  Real slope{*this, "slope", 1, {-1e9, 1e9}, "", "test"};
  Real intercept{*this, "intercept", 0, {-1e9, 1e9}, "", "test"};
};

class Decay final : public TestModel {
 public:
  Decay() : TestModel("decay", "y_t = level e^(-rate t)") {}
  [[nodiscard]] double y(const RunControl& /*control*/) const override { return level; }
  [[nodiscard]] std::vector<double> weeks(const RunControl& /*control*/) const override {
    std::vector<double> path;
    for (int t = 0; t < 10; ++t) path.push_back(level * exp_(-rate * t));
    return path;
  }
  Real level{*this, "level", 1, {0, 1e9}, "", "test"};
  Real rate{*this, "rate", 0.1, {0, 100}, "", "test", {.unit = "per week"}};
};

class Idle final : public TestModel {
 public:
  Idle() : TestModel("idle", "works for a while, then y = x") {}
  [[nodiscard]] double y(const RunControl& control) const override {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    while (Clock::now() < end) {
      if (control.stop && control.stop()) return std::numeric_limits<double>::quiet_NaN();
      if (!busy) {
        const std::timespec a_while{0, 200'000};
        nanosleep(&a_while, nullptr);
      }
    }
    if (x >= fails_from)
      throw Error(ExitCode::input,
          {"idle", fmt::format("x is {}", x.value()), fmt::format("runs with x >= {} fail", fails_from.value()), ""});
    return x;
  }
  Real x{*this, "x", 0, {-1e9, 1e9}, "", "test"};
  Real seconds{*this, "seconds", 0, {0, 1e6}, "how long a run takes", "test", {.unit = "s"}};
  Flag busy{*this, "busy", false, "keeps its core busy, or sleeps", "test"};
  Real fails_from{*this, "fails_from", 1e9, {}, "runs with x of at least this fail", "test"};
};

std::unique_ptr<TestModel> make(const std::string& name) {
  if (name == "ishigami") return std::make_unique<Ishigami>();
  if (name == "g_function") return std::make_unique<GFunction>();
  if (name == "line") return std::make_unique<Line>();
  if (name == "idle") return std::make_unique<Idle>();
  if (name == "decay") return std::make_unique<Decay>();
  throw scenario_error("", fmt::format("there is no test model '{}'", name), "", "");
}

class TestExperiment final : public Experiment {
 public:
  TestExperiment(const std::string& name, const std::string& text, std::span<const std::string> sets)
      : name_(name),
        model_(make(name)) {
    registry_.add(*model_);
    source_ = read_scenario_text(text, name, {}, registry_, sets);
  }
  [[nodiscard]] const Registry& parameters() const override { return registry_; }
  [[nodiscard]] const ScenarioSource& source() const override { return source_; }
  [[nodiscard]] std::string resolved() const override { return resolved_scenario(source_, registry_); }

  void check(std::span<const Setting> settings, const std::string& /*place*/) const override { (void)with(settings); }

  [[nodiscard]] Cost cost(std::span<const Setting> settings) const override {
    const auto model = with(settings);
    const auto* seconds = dynamic_cast<const Real*>(model->field("seconds"));
    return {.seconds = (seconds != nullptr ? seconds->value() : 0) + 1e-6,
        .bytes = 1e6,
        .shared_bytes = 0,
        .file_bytes = 6e3};
  }

  [[nodiscard]] std::map<std::string, Attribute> attributes(
      std::span<const Setting> settings, RunLuck luck) const override {
    const auto model = with(settings);
    Registry registry;
    registry.add(*model);
    return {{"kurultai_version", program_version()}, {"git_commit", git_commit()},
        {"scenario", resolved_scenario(source_, registry)}, {"inputs", std::string()},
        {"seed", static_cast<std::int64_t>(luck.seed)}, {"replicate", static_cast<std::int64_t>(luck.replicate)}};
  }

  [[nodiscard]] Result outline(std::span<const Setting> /*settings*/, RunLuck luck) const override {
    return result({0}, luck);
  }

  std::optional<Result> run(std::span<const Setting> settings, RunLuck luck, const RunControl& control) const override {
    const auto model = with(settings);
    std::vector<double> y = model->weeks(control);
    if (control.stop && control.stop()) return {};
    const Draws draws(luck.seed, luck.replicate, Stream::designs, 2);
    for (std::size_t t = 0; t < y.size(); ++t) y[t] += model->noise * draws.normal({0, static_cast<std::uint32_t>(t)});
    return result(y, luck);
  }

 private:
  [[nodiscard]] std::unique_ptr<TestModel> with(std::span<const Setting> settings) const {
    std::unique_ptr<TestModel> model = make(name_);
    Registry registry;
    registry.add(*model);
    copy_values(registry_, registry);
    for (const Setting& setting : settings) {
      Field* field = registry.find(setting.path);
      ensure(field != nullptr, "a setting names a parameter");
      const std::string why = field->set(setting.value);
      if (!why.empty())
        throw scenario_error(
            setting.path, fmt::format("{} cannot be {}", setting.path, to_toml(setting.value)), why, "");
    }
    return model;
  }

  [[nodiscard]] Result result(const std::vector<double>& y, RunLuck luck) const {
    Result result;
    result.attributes["format_version"] = result_format_version;
    result.attributes["title"] = source_.title;
    result.attributes["seed"] = static_cast<std::int64_t>(luck.seed);
    result.attributes["replicate"] = static_cast<std::int64_t>(luck.replicate);
    GroupBuilder nation("series/nation", "the model's answer");
    nation.from("test");
    nation.over("week", counted(y.size())).says("week");
    nation.add("y", y).says(model_->meaning());
    result.groups.push_back(nation.take());
    return result;
  }

  std::string name_;
  std::unique_ptr<TestModel> model_;
  Registry registry_;
  ScenarioSource source_;
};

}  // namespace

std::vector<std::string> test_model_names() { return {"ishigami", "g_function", "line", "idle", "decay"}; }

std::unique_ptr<Experiment> make_test_model(const std::string& name, std::span<const std::string> sets) {
  return std::make_unique<TestExperiment>(name, fmt::format("title = \"test model {}\"\n", name), sets);
}

std::unique_ptr<Experiment> make_test_model_from_text(const std::string& name, const std::string& text) {
  return std::make_unique<TestExperiment>(name, text, std::span<const std::string>{});
}

}  // namespace kurultai
