#include "sweep/calibration_result.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "observation/result_builder.h"

namespace kurultai {

namespace {

constexpr const char* source = "calibration";

Group posterior_group(const Calibration& calibration, const WeightedSample& sample, std::span<const Particle> kept) {
  const Sweep& sweep = calibration.sweep;
  GroupBuilder group("posterior", "a weighted sample of the posterior");
  group.from(source);
  group.over("sample", counted(kept.size())).says("particle, nearest first");
  for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
    const Field* field = sweep.experiment().parameters().find(sweep.axes[a].path.value());
    const auto number = [&](const std::vector<double>& place) { return calibration.number_at(a, place[a]); };
    group.add(sweep.axes.key(a), each_of(sample.place, number))
        .unit(field->about().unit)
        .says(fmt::format("{}: {}", field->path(), field->about().meaning));
  }
  group.add("weight", sample.weight).says("weight in the posterior; sum 1");
  group.add("distance", each_of(kept, &Particle::distance))
      .says("of what was simulated, with an error of observation, from the targets");
  for (std::size_t m = 0; m < sweep.measures.size(); ++m)
    group.add(sweep.measures.key(m), each_of(kept, [&](const Particle& particle) { return particle.simulated[m]; }))
        .says("simulated, before places were adjusted and without an error of observation");
  return group.take();
}

Group generations_group(const std::vector<GenerationRecord>& generations) {
  using G = GenerationRecord;
  const auto particles = [](const G& g) { return static_cast<std::int32_t>(g.particles); };
  const auto failed = [](const G& g) { return static_cast<std::int32_t>(g.failed); };
  GroupBuilder group("generations", "how the population came nearer to the targets");
  group.from(source);
  group.over("generation", counted(generations.size())).says("generation");
  group.add("tolerance", each_of(generations, &G::tolerance)).says("distance of the farthest particle that is kept");
  group.add("nearest", each_of(generations, &G::nearest)).says("distance of the nearest particle");
  group.add("acceptance", each_of(generations, &G::acceptance))
      .says("share of the new particles that are nearer than the tolerance before");
  group.add("ess", each_of(generations, &G::ess)).says("effective size of the particles that are kept");
  group.add("particles", each_of(generations, particles)).says("new particles");
  group.add("failed", each_of(generations, failed)).says("new particles with a failed run or a measure without value");
  return group.take();
}

Group parameters_group(const std::vector<ParameterEstimate>& parameters, const std::vector<double>& correlations) {
  using P = ParameterEstimate;
  const std::vector<std::string> names = each_of(parameters, &P::name);
  GroupBuilder group("parameters", "what is known about each parameter, in its own unit");
  group.from(source);
  group.over("parameter", names).says("axis");
  group.add("path", each_of(parameters, &P::path)).says("the parameter");
  group.add("mean", each_of(parameters, &P::mean)).says("mean of the posterior");
  group.add("sd", each_of(parameters, &P::sd)).says("standard deviation of the posterior");
  group.add("low", each_of(parameters, &P::low)).says("lower end of the interval at `confidence`");
  group.add("median", each_of(parameters, &P::median)).says("median of the posterior");
  group.add("high", each_of(parameters, &P::high)).says("upper end of the interval at `confidence`");
  group.add("prior_low", each_of(parameters, &P::prior_low)).says("lower end of the prior");
  group.add("prior_high", each_of(parameters, &P::prior_high)).says("upper end of the prior");
  group.add("shrinkage", each_of(parameters, &P::shrinkage))
      .says("1 - posterior sd / prior sd, on the prior's scale; 0: nothing learned");
  group.add("r2", each_of(parameters, &P::r2))
      .says("share of the last population's variance that the adjustment explains");
  group.over("other_parameter", names).says("axis");
  group.add("correlation", correlations).says("in the posterior, on the priors' scales; near 1 or -1: not told apart");
  return group.take();
}

Group targets_group(const std::vector<TargetFit>& targets) {
  using T = TargetFit;
  GroupBuilder group("targets", "whether the posterior meets the targets, in the unit of each measure");
  group.from(source);
  group.over("target", each_of(targets, &T::name)).says("measure");
  group.add("value", each_of(targets, &T::value)).says("observed");
  group.add("sd", each_of(targets, &T::sd)).says("standard error of the observation");
  group.add("scale", each_of(targets, &T::scale)).says("a difference of so much is a distance of 1");
  group.add("prior_low", each_of(targets, &T::prior_low)).says("lower end of what the prior predicts at `confidence`");
  group.add("prior_high", each_of(targets, &T::prior_high)).says("upper end of what the prior predicts");
  group.add("predicted_low", each_of(targets, &T::low))
      .says("lower end of what the posterior predicts at `confidence`, errors of observation included");
  group.add("predicted_median", each_of(targets, &T::median)).says("median of what the posterior predicts");
  group.add("predicted_high", each_of(targets, &T::high)).says("upper end of what the posterior predicts");
  return group.take();
}

}  // namespace

Result calibration_result(
    const Calibration& calibration, const CalibrationReport& report, std::span<const Particle> kept) {
  Result file = calibration.sweep.attributes(ResultKind::calibration);
  file.attributes["confidence"] = calibration.calibration.confidence.value();
  file.attributes["ended_by"] = report.ended_by;
  file.attributes["effective_sample_size"] = report.ess;
  file.attributes["runs"] = static_cast<std::int64_t>(report.finished + report.failed);
  file.attributes["failed_runs"] = static_cast<std::int64_t>(report.failed);
  add_notes(file, calibration.remarks);
  file.groups.push_back(posterior_group(calibration, report.sample, kept));
  file.groups.push_back(generations_group(report.generations));
  file.groups.push_back(parameters_group(report.parameters, report.correlations));
  file.groups.push_back(targets_group(report.targets));
  return file;
}

}  // namespace kurultai
