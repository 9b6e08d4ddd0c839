// The verb `describe`: the dictionaries, made out of the declarations.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/console.h"
#include "base/error.h"
#include "command/sources.h"
#include "command/surveys.h"
#include "command/verbs.h"
#include "engine/memory.h"
#include "engine/simulation.h"
#include "scenario/dictionary.h"
#include "society/network_report.h"
#include "society/synthesis.h"
#include "sweep/calibration.h"

namespace kurultai {

namespace {

std::string describe_outputs(const Model& model, bool json) {
  nlohmann::json array = nlohmann::json::array();
  std::string text = "Series, by (week), (week, region) and so on; those marked * also by form of participation.\n\n";
  for (const auto& mechanism : model.mechanisms)
    for (const SeriesSpec& series : mechanism->series()) {
      text += fmt::format("{:<32} {:<10} {}\n{:<43} {}; from {}{}{}\n", series.name + (series.by_form ? " *" : ""),
          series.unit, series.meaning, "", series.source, mechanism->name(),
          series.weeks_needed() > 1 ? fmt::format("; looks back on {} weeks", series.weeks_needed()) : "",
          series.least_scale > 0 ? fmt::format("; read it at run.scale {:g} or more", series.least_scale) : "");
      array.push_back({{"name", series.name}, {"unit", series.unit}, {"meaning", series.meaning},
          {"source", series.source}, {"mechanism", mechanism->name()}, {"by_form", series.by_form},
          {"window", series.window}, {"weeks_needed", series.weeks_needed()}, {"least_scale", series.least_scale},
          {"by_stratum", series.over_residents()}});
    }
  return json ? array.dump(2) + "\n" : text;
}

std::string describe_forms(const Model& model, bool json) {
  nlohmann::json array = nlohmann::json::array();
  std::string text;
  for (std::size_t f = 0; f < model.forms.size(); ++f) {
    const FormSpec& form = model.forms[f];
    nlohmann::json item;
    item["name"] = model.forms.key(f);
    text += fmt::format("{}  {}\n", model.forms.key(f), form.title.value());
    for (const Field* field : form.fields()) {
      const Value value = field->get();
      std::string shown;
      if (const auto* x = std::get_if<double>(&value)) shown = fmt::format("{}", *x);
      if (const auto* x = std::get_if<std::int64_t>(&value)) shown = fmt::format("{}", *x);
      if (const auto* x = std::get_if<bool>(&value)) shown = *x ? "true" : "false";
      if (const auto* x = std::get_if<std::string>(&value)) shown = *x;
      if (const auto* x = std::get_if<std::vector<std::string>>(&value))
        for (const std::string& word : *x) shown += (shown.empty() ? "" : ", ") + word;
      item[field->about().name] = shown;
      if (!shown.empty() && field->about().name != "title")
        text += fmt::format("  {:<20} {:<14} {}\n", field->about().name, shown, field->about().meaning);
    }
    array.push_back(item);
    text += "\n";
  }
  if (model.forms.size() == 0)
    text = "No forms: name a scenario, as in 'kurultai describe forms scenarios/kazakhstan.toml'.\n";
  return json ? array.dump(2) + "\n" : text;
}

/// The keys of a sweep's and of a calibration's file.
std::string describe_sweep(bool json) {
  SweepTables tables;
  CalibrationSettings calibration;
  Collection<TargetSpec> targets{"target", ""};
  tables.registry.add(calibration);
  tables.registry.add(targets);
  return describe_parameters(tables.registry, json);
}

}  // namespace

int describe(const DescribeOptions& options) {
  const std::string& topic = options.topic;
  const bool json = options.json;
  Model model;
  if (!options.scenario.empty()) options.read(model);
  if (topic == "parameters") print_text(describe_parameters(model.registry, json));
  if (topic == "levers") print_text(describe_levers(model.registry, json));
  if (topic == "forms") print_text(describe_forms(model, json));
  if (topic == "surveys") print_text(describe_surveys(model, json));
  if (topic == "outputs") print_text(describe_outputs(model, json));
  if (topic == "plan") print_text(describe_plan(model));
  if (topic == "sources") print_text(describe_sources(model, json));
  if (topic == "sweep") print_text(describe_sweep(json));
  if (topic == "network") {
    if (options.scenario.empty())
      throw Error(ExitCode::usage, {"", "which network?", "a network belongs to a scenario",
                                       "say 'kurultai describe network scenarios/kazakhstan.toml'"});
    Estimator estimator;
    require_memory(estimator.of(model, 1).bytes, 0, "the society");
    for (const std::string& note : estimator.notes(model)) tell("kurultai: note: {}", note);
    const std::unique_ptr<Society> society = make_society(model);
    print_text(to_text(describe_network(*society)));
  }
  return 0;
}

}  // namespace kurultai
