#include "sweep/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/nearest.h"
#include "base/random.h"
#include "engine/simulation.h"
#include "sweep/calibration_result.h"
#include "sweep/merge.h"

namespace kurultai {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::uint32_t errors_of_observation = 4;  // the purpose of these draws among those for designs
constexpr std::uint32_t societies = 5;
constexpr const char* task_attribute = "task";

std::string text_of(const Task& task) {
  std::string text = fmt::format("{} {}", task.luck.seed, task.luck.replicate);
  for (const Setting& setting : task.settings) text += fmt::format("\n{}={}", setting.path, to_toml(setting.value));
  return text;
}

template <class T> const T* attribute(const Result& result, const std::string& name) {
  const auto found = result.attributes.find(name);
  return found == result.attributes.end() ? nullptr : std::get_if<T>(&found->second);
}

std::size_t measure_of(const Calibration& calibration, std::size_t target) {
  const Sweep& sweep = calibration.sweep;
  for (std::size_t m = 0; m < sweep.measures.size(); ++m)
    if (sweep.measures.key(m) == calibration.targets.key(target)) return m;
  throw std::logic_error("every target has a measure");
}

void refuse_design(const Sweep& sweep) {
  for (const char* key :
      {"sweep.design", "sweep.points", "sweep.morris_levels", "sweep.table", "sweep.common", "precision"})
    if (const auto found = sweep.source.places.find(key); found != sweep.source.places.end())
      throw scenario_error(found->second, fmt::format("'{}' means nothing in a calibration", key),
          "its runs follow from the targets", "take it away; see the table [calibration]");
}

/// One calibration under way.
class Search {
 public:
  Search(const Calibration& calibration, RunStore& store, const RunnerOptions& options, SweepProgress& progress)
      : calibration_(calibration),
        sweep_(calibration.sweep),
        store_(store),
        progress_(progress),
        runner_(
            sweep_.experiment(), store, options, [this](const Task& task, Result& result) { condense(task, result); }) {
    for (std::size_t t = 0; t < calibration_.targets.size(); ++t) measures_.push_back(measure_of(calibration_, t));
  }

  CalibrationReport report() {
    CalibrationReport report;
    std::vector<Particle> kept;
    std::vector<Particle> prior;
    const auto most = static_cast<std::uint32_t>(calibration_.calibration.generations.value());
    report.ended_by = "generations";
    for (std::uint32_t generation = 0; generation < most; ++generation) {
      std::vector<Particle> fresh = generation == 0
                                        ? calibration_.first_generation()
                                        : propose(kept, calibration_.particles() - calibration_.kept(),
                                              static_cast<std::uint64_t>(sweep_.sweep.seed.value()), generation);
      if (!simulate(fresh, generation, report)) return stopped(std::move(report));
      if (generation == 0) {
        prior = fresh;
        for (std::size_t t = 0; t < measures_.size(); ++t) scales_.push_back(robust_scale(observable(fresh, t)));
      }
      GenerationRecord record;
      record.particles = fresh.size();
      std::size_t nearer = 0;
      for (Particle& particle : fresh) {
        measure_distance(particle);
        record.failed += std::isfinite(particle.distance) ? 0 : 1;
        nearer += generation > 0 && particle.distance < report.generations.back().tolerance ? 1 : 0;
      }
      record.acceptance = generation == 0 ? 1 : static_cast<double>(nearer) / static_cast<double>(fresh.size());
      kept.insert(kept.end(), fresh.begin(), fresh.end());
      kept = nearest_particles(std::move(kept), calibration_.kept());
      if (kept.size() < calibration_.fewest_kept())
        throw Error(failure_code(report.no_memory),
            {sweep_.source.path.string(),
                fmt::format("only {} of {} particles have a distance", kept.size(), fresh.size()),
                fmt::format("the others failed or their measures have no value; {} axes and {} targets need {}",
                    sweep_.axes.size(), measures_.size(), calibration_.fewest_kept()),
                "look at the reasons (*.failed in the folder of runs), at the weeks of the measures, or raise "
                "calibration.particles"});
      record.tolerance = kept.back().distance;
      record.nearest = kept.front().distance;
      record.ess = effective_size(weights_of(kept));
      report.generations.push_back(record);
      progress_.say(
          fmt::format("generation {}: kept are within {:.3g}, {:.0f}% of the new ones were nearer than before",
              generation, record.tolerance, 100 * record.acceptance));
      if (generation > 0 && record.acceptance <= calibration_.calibration.least_acceptance) {
        report.ended_by = "acceptance";
        break;
      }
    }
    report.sample = calibration_.calibration.adjust ? adjusted(kept) : unadjusted(kept);
    report.ess = effective_size(report.sample.weight);
    estimate(report);
    std::vector<Particle> posterior;
    for (const std::size_t k :
        resampled(report.sample.weight, static_cast<std::size_t>(calibration_.calibration.predictive.value()))) {
      posterior.emplace_back();
      posterior.back().place = report.sample.place[k];
    }
    if (!simulate(posterior, most, report)) return stopped(std::move(report));
    fit(report, prior, posterior);
    report.result = calibration_result(calibration_, report, kept);
    return report;
  }

 private:
  /// Fewer particles than this say nothing: the regression has to have something left over.

  static CalibrationReport stopped(CalibrationReport report) {
    CalibrationReport rest;
    rest.stopped = true;
    rest.finished = report.finished;
    rest.failed = report.failed;
    rest.no_memory = report.no_memory;
    return rest;
  }

  /// What is kept of a run: its measures.
  void condense(const Task& task, Result& result) const {
    for (std::size_t m = 0; m < sweep_.measures.size(); ++m)
      result.attributes[measure_attribute + sweep_.measures.key(m)] = measured(
          sweep_.measures[m], sweep_.measures.key(m), result, sweep_.source.place_of(sweep_.measures[m].name()));
    result.attributes.erase("scenario");
    result.attributes[task_attribute] = text_of(task);
    result.groups.clear();
  }

  /// Runs the particles and fills in what came out; false if it was stopped.
  bool simulate(std::vector<Particle>& particles, std::uint32_t generation, CalibrationReport& report) {
    std::vector<Task> tasks;
    for (std::size_t k = 0; k < particles.size(); ++k)
      for (Task& task : calibration_.tasks(particles[k], generation, k)) tasks.push_back(std::move(task));
    const std::size_t replicates = particles.empty() ? 1 : tasks.size() / particles.size();
    // A failed run is tried again at a resume; if it succeeds then, later generations differ from those that were
    // begun, and what is in the store under their numbers is of other particles. So tasks are compared.
    for (int attempt = 0;; ++attempt) {
      const Runner::Outcome outcome = runner_.run(tasks, progress_);
      if (outcome.stopped) {
        report.finished += outcome.finished;
        report.failed += outcome.failed;
        report.no_memory += outcome.no_memory;
        return false;
      }
      std::size_t dropped = 0;
      for (std::size_t k = 0; k < particles.size(); ++k) {
        particles[k].simulated.assign(sweep_.measures.size(), 0.0);
        for (std::size_t r = 0; r < replicates; ++r) {
          const Task& task = tasks[k * replicates + r];
          const std::vector<double> values = values_of(task, dropped);
          for (std::size_t m = 0; m < values.size(); ++m)
            particles[k].simulated[m] += values[m] / static_cast<double>(replicates);
        }
      }
      if (dropped == 0) {
        report.finished += outcome.finished;
        report.failed += outcome.failed;
        report.no_memory += outcome.no_memory;
        break;
      }
      ensure(attempt < 3, "files of runs stay damaged however often they are written");
      progress_.say(fmt::format("{} files of runs are damaged, or of other particles; doing these again", dropped));
    }
    const auto seed = static_cast<std::uint64_t>(sweep_.sweep.seed.value());
    const Draws draws(seed, generation, Stream::designs, errors_of_observation);
    for (std::size_t k = 0; k < particles.size(); ++k) {
      particles[k].error.clear();
      for (std::size_t t = 0; t < measures_.size(); ++t)
        particles[k].error.push_back(calibration_.targets[t].sd * draws.normal({key_of(calibration_.targets.key(t)),
                                                                      static_cast<std::uint32_t>(k)}));
    }
    return true;
  }

  /// The measures of a run in the store, NaN if it failed. Drops the run, and counts that, if its file is of no use.
  std::vector<double> values_of(const Task& task, std::size_t& dropped) {
    std::vector<double> values(sweep_.measures.size(), nan);
    if (!store_.has(task.number)) return values;
    try {
      const Result run = store_.get(task.number);
      const std::string* of = attribute<std::string>(run, task_attribute);
      if (of != nullptr && *of == text_of(task)) {
        for (std::size_t m = 0; m < values.size(); ++m)
          if (const double* value = attribute<double>(run, measure_attribute + sweep_.measures.key(m)))
            values[m] = *value;
        return values;
      }
    } catch (const Error& e) {
      if (e.code() != ExitCode::storage) throw;
    }
    store_.drop(task.number);
    ++dropped;
    return values;
  }

  /// Target `t` as it would have been observed in each particle's world.
  [[nodiscard]] std::vector<double> observable(std::span<const Particle> particles, std::size_t t) const {
    std::vector<double> values;
    for (const Particle& particle : particles) values.push_back(particle.simulated[measures_[t]] + particle.error[t]);
    return values;
  }

  void measure_distance(Particle& particle) const {
    particle.away.clear();
    double squares = 0;
    for (std::size_t t = 0; t < measures_.size(); ++t) {
      const TargetSpec& target = calibration_.targets[t];
      particle.away.push_back((particle.simulated[measures_[t]] + particle.error[t] - target.value) / scales_[t]);
      squares += target.weight * particle.away.back() * particle.away.back();
    }
    particle.distance = std::isfinite(squares) ? std::sqrt(squares) : infinity;
  }

  void estimate(CalibrationReport& report) const {
    const CalibrationSettings& settings = calibration_.calibration;
    const double tail = (1 - settings.confidence) / 2;
    const std::vector<double>& weight = report.sample.weight;
    const std::size_t axes = sweep_.axes.size();
    for (std::size_t a = 0; a < axes; ++a) {
      std::vector<double> places;
      std::vector<double> numbers;
      for (const std::vector<double>& place : report.sample.place) {
        places.push_back(place[a]);
        numbers.push_back(calibration_.number_at(a, place[a]));
      }
      const auto quantile = [&](double share) {
        return calibration_.number_at(a, weighted_quantile(places, weight, share));
      };
      const AxisSpec& axis = sweep_.axes[a];
      ParameterEstimate estimate;
      estimate.name = sweep_.axes.key(a);
      estimate.path = axis.path.value();
      estimate.unit = sweep_.experiment().parameters().find(estimate.path)->about().unit;
      estimate.mean = weighted_mean(numbers, weight);
      estimate.sd = weighted_sd(numbers, weight);
      estimate.low = quantile(tail);
      estimate.median = quantile(0.5);
      estimate.high = quantile(1 - tail);
      estimate.prior_low = axis.low;
      estimate.prior_high = axis.high;
      estimate.shrinkage = 1 - weighted_sd(places, weight) * std::sqrt(12.0);  // sd of the uniform prior: 1 / sqrt 12
      estimate.r2 = report.sample.r2[a];
      report.parameters.push_back(estimate);
      for (std::size_t b = 0; b < axes; ++b)
        report.correlations.push_back(a == b ? 1.0 : correlation(report.sample, a, b));
    }
  }

  void fit(CalibrationReport& report, std::span<const Particle> prior, std::span<const Particle> posterior) const {
    const double tail = (1 - calibration_.calibration.confidence) / 2;
    for (std::size_t t = 0; t < measures_.size(); ++t) {
      const std::vector<double> before = observable(prior, t);
      const std::vector<double> after = observable(posterior, t);
      const auto quantile = [](const std::vector<double>& values, double share) {
        return weighted_quantile(values, std::vector<double>(values.size(), 1.0), share);
      };
      TargetFit fit;
      fit.name = calibration_.targets.key(t);
      fit.value = calibration_.targets[t].value;
      fit.sd = calibration_.targets[t].sd;
      fit.scale = scales_[t];
      fit.prior_low = quantile(before, tail);
      fit.prior_high = quantile(before, 1 - tail);
      fit.low = quantile(after, tail);
      fit.median = quantile(after, 0.5);
      fit.high = quantile(after, 1 - tail);
      report.targets.push_back(fit);
    }
  }

  const Calibration& calibration_;
  const Sweep& sweep_;
  RunStore& store_;
  SweepProgress& progress_;
  Runner runner_;
  std::vector<std::size_t> measures_;  // by target
  std::vector<double> scales_;         // by target
};

}  // namespace

Calibration::Calibration(const std::filesystem::path& file, std::span<const std::string> sets)
    : sweep(
          file, sets,
          [this](Sweep& tables) {
            tables.registry.add(calibration);
            tables.registry.add(targets);
            ensure(tables.sweep.design.set(std::string("latin")).empty() &&
                       tables.sweep.replicates.set(std::int64_t{1}).empty(),
                "defaults of a calibration are allowed");
          },
          refuse_design) {
  check();
}

void Calibration::check() {
  const ScenarioSource& source = sweep.source;
  std::vector<std::string> names;
  std::set<std::string> taken = {"sample", "weight", "distance"};
  for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
    if (sweep.axes[a].values.size() > 0)
      throw scenario_error(source.place_of(sweep.axes[a].name() + ".values"),
          fmt::format("axis '{}' lists values", sweep.axes.key(a)), "a calibration looks for numbers in a range",
          "give low and high, or run a calibration for each value (sweep.set)");
    if (!taken.insert(sweep.axes.key(a)).second)
      throw scenario_error(source.place_of(sweep.axes[a].name()),
          fmt::format("an axis cannot be called '{}'", sweep.axes.key(a)), "the result has something else of that name",
          "choose another name");
  }
  for (std::size_t m = 0; m < sweep.measures.size(); ++m) {
    names.push_back(sweep.measures.key(m));
    if (!taken.insert(names.back()).second)
      throw scenario_error(source.place_of(sweep.measures[m].name()),
          fmt::format("a measure cannot be called '{}'", names.back()),
          "the result has an axis or something else of that name",
          fmt::format("call it [measure.mean_{}], with series = \"{}\"", names.back(),
              sweep.measures[m].series.value().empty() ? names.back() : sweep.measures[m].series.value()));
  }
  if (targets.size() == 0)
    throw scenario_error(source.path.string(), "a calibration needs targets", "nothing says what was observed",
        "add [target.NAME] for a measure, with value and sd");
  double weights = 0;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const TargetSpec& target = targets[t];
    if (sweep.measures.find(targets.key(t)) == nullptr) {
      throw scenario_error(source.place_of(target.name()), fmt::format("target '{}' is no measure", targets.key(t)),
          "a target is the observed value of a measure",
          did_you_mean(nearest(targets.key(t), names), fmt::format("add [measure.{}]", targets.key(t))));
    }
    for (const char* key : {"value", "sd"})
      if (source.places.count(fmt::format("{}.{}", target.name(), key)) == 0)
        throw scenario_error(source.place_of(target.name()), fmt::format("target '{}' has no {}", targets.key(t), key),
            "",
            std::string(key) == "sd" ? "add sd, the standard error of the observation; 0 if it is exact"
                                     : "add what was observed");
    weights += target.weight;
  }
  if (weights <= 0)
    throw scenario_error(source.place_of("target"), "all targets have weight 0", "nothing would be looked at", "");
  if (kept() == 0 || kept() == particles())
    throw scenario_error(
        source.place_of("calibration"), "some particles must be kept, and some not", "", "change particles or keep");
  if (static_cast<double>(particles()) * (static_cast<double>(calibration.generations.value()) + 1) *
              static_cast<double>(sweep.sweep.replicates.value()) +
          static_cast<double>(calibration.predictive.value()) * static_cast<double>(sweep.sweep.replicates.value()) >
      4e9)
    throw scenario_error(
        source.place_of("calibration"), "more than 4e9 runs", "", "take fewer particles, generations or replicates");
  if (kept() < fewest_kept())
    throw scenario_error(source.place_of("calibration"),
        fmt::format("{} of {} particles are kept, too few", kept(), particles()),
        fmt::format("{} axes and {} targets need {}", sweep.axes.size(), targets.size(), fewest_kept()),
        "raise calibration.particles or keep");
  const std::vector<Particle> first = first_generation();
  const Task task = tasks(first[0], 0, 0)[0];
  const Result outline = sweep.experiment().outline(task.settings, task.luck);
  sweep.watch_measures();
  remarks = check_measures(sweep.measures, source, sweep.experiment(), outline, first.size(),
      [&](std::size_t k) { return tasks(first[k], 0, k)[0].settings; });
}

std::size_t Calibration::kept() const {
  return static_cast<std::size_t>(static_cast<double>(particles()) * calibration.keep);
}

std::size_t Calibration::fewest_kept() const { return 2 * (targets.size() + sweep.axes.size()) + 4; }

std::size_t Calibration::most_runs() const {
  return static_cast<std::size_t>(sweep.sweep.replicates.value()) *
         (particles() + static_cast<std::size_t>(calibration.generations.value() - 1) * (particles() - kept()) +
             static_cast<std::size_t>(calibration.predictive.value()));
}

std::vector<Task> Calibration::tasks(const Particle& particle, std::uint32_t generation, std::size_t k) const {
  std::vector<Setting> settings;
  for (std::size_t a = 0; a < sweep.axes.size(); ++a)
    settings.push_back({sweep.axes[a].path.value(), value_at(a, particle.place[a])});
  const auto replicates = static_cast<std::uint64_t>(sweep.sweep.replicates.value());
  std::vector<Task> list;
  for (std::uint64_t r = 0; r < replicates; ++r) {
    const std::uint64_t number = (generation * particles() + k) * replicates + r;
    RunLuck luck{static_cast<std::uint64_t>(sweep.sweep.seed.value()), static_cast<std::uint32_t>(number)};
    if (sweep.sweep.society == SocietyOf::own) {
      const Draws::Four four = Draws(luck.seed, luck.replicate, Stream::designs, societies).words({0, 0});
      luck = {((static_cast<std::uint64_t>(four[0]) << 32) | four[1]) >> 12, 0};  // run.seed takes 52 bits
    }
    list.push_back({number, settings, luck});
  }
  return list;
}

std::vector<Particle> Calibration::first_generation() const {
  const Design design =
      latin_design(particles(), sweep.axes.size(), static_cast<std::uint64_t>(sweep.sweep.seed.value()));
  std::vector<Particle> list(particles());
  for (std::size_t k = 0; k < list.size(); ++k)
    for (std::size_t a = 0; a < design.axes; ++a) list[k].place.push_back(design(k, a));
  return list;
}

Value Calibration::value_at(std::size_t a, double u) const {
  return kurultai::value_at(sweep.axes[a], *sweep.experiment().parameters().find(sweep.axes[a].path.value()), u);
}

double Calibration::number_at(std::size_t a, double u) const {
  const Value value = value_at(a, u);
  const auto* whole = std::get_if<std::int64_t>(&value);
  return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value);
}

CalibrationReport execute(
    const Calibration& calibration, RunStore& store, const RunnerOptions& options, SweepProgress& progress) {
  return Search(calibration, store, options, progress).report();
}

}  // namespace kurultai
