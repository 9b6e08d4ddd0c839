// The verb `check`: valid or not, and what a run will take. Nothing is built but a given network, if it fits.
#include <fmt/format.h>

#include "base/console.h"
#include "base/parallel.h"
#include "command/plan.h"
#include "command/verbs.h"
#include "engine/memory.h"
#include "society/target.h"

namespace kurultai {

int check(const ScenarioOptions& options) {
  Model model;
  options.read(model);
  Estimator estimator;
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
  print("{}: valid\n", options.scenario);
  if (!model.source.title.empty()) print("  {}\n", printable(model.source.title));
  print("  residents  {:>14.0f}  (scale {})\n", e.residents, model.run.scale.value());
  print("  ties       {:>14.0f}\n", e.ties);
  print("  weeks      {:>14}  and {} of warm-up\n", model.run.weeks.value(), model.run.warmup.value());
  print("  memory     {:>14.2f}  GB, about{}\n", e.bytes / 1e9, memory_caveat(e.bytes));
  print("  time       {:>14.0f}  s on {} threads, about\n", e.seconds, threads());
  print("{}", note_lines(notes));
  return 0;
}

}  // namespace kurultai
