// The verb `check`: valid or not, and what a run will take.
#include <fmt/format.h>

#include "base/console.h"
#include "base/parallel.h"
#include "command/verbs.h"
#include "engine/simulation.h"

namespace kurultai {

int check(const ScenarioOptions& options) {
  Model model;
  options.read(model);
  const Estimate e = estimate(model, threads());
  // Targets of policies name places, which only the society knows.
  if (model.policies.size() > 0) {
    const std::unique_ptr<Society> society = make_society(model);
    const Simulation simulation(model, *society);
  }
  print("{}: valid\n", options.scenario);
  if (!model.source.title.empty()) print("  {}\n", model.source.title);
  print("  residents  {:>14.0f}  (scale {})\n", e.residents, model.run.scale.value());
  print("  ties       {:>14.0f}\n", e.ties);
  print("  weeks      {:>14}  and {} of warm-up\n", model.run.weeks.value(), model.run.warmup.value());
  print("  memory     {:>14.2f}  GB, about\n", e.bytes / 1e9);
  print("  time       {:>14.0f}  s on {} threads, about\n", e.seconds, threads());
  for (const std::string& remark : model.remarks()) print("  note: {}\n", remark);
  return 0;
}

}  // namespace kurultai
