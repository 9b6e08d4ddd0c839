#include "command/measure.h"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <filesystem>

#include "base/calendar.h"
#include "base/console.h"
#include "base/error.h"
#include "engine/memory.h"
#include "engine/simulation.h"

namespace kurultai {

namespace {

/// So many residents, in two runs: few enough for seconds, enough to be more than what runs have in common.
constexpr std::array<double, 2> sizes = {50'000, 300'000};
/// What a run has in common whatever its size hides what residents take in one that has fewer.
constexpr double least_residents = 100'000;
constexpr double least_seconds = 60;

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Two years of the scenario at `scale`, of which the second counts: in the first matters have yet to close.
Taken two_years_of(ScenarioOptions options, double scale) {
  options.weeks = fmt::format("{}", 2 * weeks_a_year);
  options.scale = fmt::format("{}", scale);
  options.sets.emplace_back("run.warmup=0");
  Model model;
  options.read(model);
  const Estimate foretold = estimate(model, 1);
  require_memory(foretold.bytes, 0, "the measurement");
  const double busy = processor_seconds();
  const double used = used_memory();
  const std::unique_ptr<Society> society = make_society(model);
  Taken taken;
  taken.building = processor_seconds() - busy;
  taken.building_bytes = peak_memory() - used;
  taken.society_bytes = used_memory() - used;
  Simulation simulation(model, *society);
  while (simulation.week() < static_cast<std::int32_t>(weeks_a_year)) simulation.step();
  const double begun = processor_seconds();
  while (!simulation.done()) simulation.step();
  taken.running = processor_seconds() - begun;
  taken.run_bytes = used_memory() - used - taken.society_bytes;
  taken.weeks = weeks_a_year;
  taken.residents = static_cast<double>(society->residents.size());
  taken.ties = static_cast<double>(society->ties.words()) / 2;
  taken.communities = static_cast<double>(society->communities());
  taken.values_a_week = foretold.values_a_week;
  taken.record_bytes = foretold.record_bytes;
  return taken;
}

}  // namespace

Rates measure_machine(const ScenarioOptions& options) {
  Model model;
  options.read(model);
  const char* const way_out = "measure with another scenario, such as scenarios/kazakhstan.toml";
  if (model.society.source == Source::network)
    throw scenario_error(options.scenario, "this machine cannot be measured with a given network",
        "a network is taken as it is, and a measurement runs thinned societies", way_out);
  const double most = estimate(model, 1).residents / model.run.scale;
  if (most < sizes.back())
    throw scenario_error(options.scenario, "this machine cannot be measured with so small a society",
        fmt::format("at scale 1 it has {:.0f} residents, and a measurement takes {:.0f}", most, sizes.back()), way_out);
  const Taken small = two_years_of(options, sizes.front() / most);
  const Taken large = two_years_of(options, sizes.back() / most);
  return fitted(small, large, Rates{});
}

void keep_measured(const Rates& rates, const std::string& by) { keep_rates({rates, now_utc().substr(0, 10), by}); }

RunMeter::RunMeter() : begun_(std::chrono::steady_clock::now()), busy_at_begin_(processor_seconds()) {}

void RunMeter::begin_weeks() { busy_built_ = processor_seconds(); }

void RunMeter::keep(
    const Model& model, const Estimate& foretold, std::int64_t weeks, const std::string& scenario) const {
  const std::chrono::duration<double> lasted = std::chrono::steady_clock::now() - begun_;
  const KnownRates known = known_rates();
  const std::int64_t all = model.run.weeks + model.run.warmup;
  if (lasted.count() < least_seconds || foretold.residents < least_residents || weeks < weeks_a_year || known.measured)
    return;
  const double share = static_cast<double>(weeks) / static_cast<double>(all);
  const Rates rates = adjusted(known.rates, {foretold.build_busy, foretold.run_busy * share, foretold.bytes},
      {busy_built_ - busy_at_begin_, processor_seconds() - busy_built_, peak_memory()});
  try {
    keep_measured(rates, fmt::format("'run {}'", std::filesystem::path(scenario).filename().string()));
    tell("kurultai: what this machine takes is kept for estimates: {}", rates_file().string());
  } catch (const Error& error) { tell("kurultai: note: what this machine takes is not kept: {}", error.what()); }
}

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace kurultai
