// The verb `check`: valid or not, and what a run will take. Nothing is built but a given network, if it fits; and with
// --measure two small societies, to learn what this machine takes.
#include <fmt/format.h>

#include <filesystem>

#include "base/console.h"
#include "base/parallel.h"
#include "command/measure.h"
#include "command/plan.h"
#include "command/verbs.h"
#include "engine/memory.h"
#include "society/target.h"

namespace kurultai {

int check(const CheckOptions& options) {
  if (options.measure)
    keep_measured(measure_machine(options),
        fmt::format("'check --measure {}'", std::filesystem::path(options.scenario).filename().string()));
  Model model;
  options.read(model);
  const KnownRates known = known_rates();
  Estimator estimator(known.rates);
  const Estimate e = estimator.of(model, threads());
  std::vector<std::string> notes;
  // Targets of policies and regions of surveys name places, which only the tables of the society know.
  std::shared_ptr<const Country> places;
  if (model.policies.size() > 0 || model.surveys.size() > 0) {
    places = estimator.places(model);
    if (places == nullptr) {
      notes.emplace_back(
          "the network was not read, since it does not fit into memory: places that policies and surveys name are not "
          "checked");
    } else {
      check_targets(model.policies, known_targets(*places), model.source);
      check_survey_regions(model.surveys, *places, model.source);
    }
  }
  for (std::string& remark : model.remarks(places.get())) notes.push_back(std::move(remark));
  for (std::string& note : estimator.notes(model)) notes.push_back(std::move(note));
  for (std::string& note : model.reading_notes()) notes.push_back(std::move(note));
  if (!known.warning.empty()) notes.push_back(known.warning);
  print("{}: valid\n", options.scenario);
  if (!model.source.title.empty()) print("  {}\n", printable(model.source.title));
  print("  residents  {:>14.0f}  (scale {})\n", e.residents, model.run.scale.value());
  print("  ties       {:>14.0f}\n", e.ties);
  print("  weeks      {:>14}  and {} of warm-up\n", model.run.weeks.value(), model.run.warmup.value());
  print("  memory     {:>14.2f}  GB, about{}\n", e.bytes / 1e9, memory_caveat(e.bytes));
  print("  processor  {:>14.0f}  s of processor time, about\n", e.build_busy + e.run_busy);
  print("  time       {:>14.0f}  s on {} threads, about, if they are idle\n", e.seconds, threads());
  print("  from       {}\n", known.origin);
  print("{}", note_lines(notes));
  return 0;
}

}  // namespace kurultai
