// A model: everything that a scenario sets, before a society is built. One place that knows all sections.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mechanism/mechanism.h"
#include "observation/output_settings.h"
#include "observation/survey.h"
#include "scenario/policy.h"
#include "scenario/run.h"
#include "scenario/scenario.h"
#include "society/places.h"

namespace kurultai {

struct Model {
  Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  /// Reads a scenario and the user's settings into the sections and checks what only the whole can show.
  /// Throws scenario_error.
  void read(const std::filesystem::path& file, std::span<const std::string> sets);

  /// Gives run.scale, where nothing sets it, the default of the society's source: a census is thinned, a plain society
  /// and a given network are taken as they are. Writes keys for titles (of forms: policy.outcome, form.follows; of
  /// items: survey.items). Then throws scenario_error for what only the whole can show: sections that contradict
  /// themselves, policies without a lever or on one that no mechanism reads, a network that would be thinned, forms
  /// that follow none, surveys without their items.
  void check();
  /// The same for a model that held when it was checked last, if nothing but the fields `changed` has changed since:
  /// looks at their sections and at the rules that read them.
  void check(std::span<const Field* const> changed);

  /// What is valid and still hardly meant: policies and surveys that lie beyond the last week, policies that meet on
  /// one lever, and, where the `places` of the society are known, policies that no community's conditions fit.
  [[nodiscard]] std::vector<std::string> remarks(const Country* places = nullptr) const;
  /// Whether `remarks` may change with `field`.
  [[nodiscard]] static bool remarks_read(const Field& field);
  /// What a reader of the result should know: from when on policies show in full, series that are not to be read at
  /// this scale.
  [[nodiscard]] std::vector<std::string> reading_notes() const;

  /// Lets every mechanism find what it uses of others; again after mechanisms were added. Throws std::logic_error if
  /// nobody offers it.
  void link();

  /// The mechanism called `name`; throws std::logic_error if there is none.
  Mechanism& mechanism(const std::string& name);

  Run run;
  SocietySettings society;
  Practice practice;
  PlatformService platform_service;
  OutputSettings output;
  Collection<FormSpec> forms{"form", "forms of participation"};
  Collection<TaxSpec> taxes{"tax", "taxes"};
  Collection<PolicySpec> policies{"policy", "policies"};
  Collection<SurveySpec> surveys{"survey", "surveys"};
  Collection<ItemSpec> items{"item", "questions of surveys"};
  std::vector<std::unique_ptr<Mechanism>> mechanisms;
  Registry registry;
  ScenarioSource source;
  std::vector<Watched> watched;  ///< series that are also recorded every week, for measures; no part of the scenario

 private:
  /// Gives run.scale, where nothing sets it, the default of the society's source.
  void settle();
  /// What to say where another file than that which makes the society plain thins it; "" where none does.
  [[nodiscard]] std::string thinned_by_another_file() const;
  void use_keys();

  Switches switches_;
  ProgrammeCosts costs_;
};

/// The mechanisms of one pass over the residents: begun together, run block by block, ended together.
using Pass = std::vector<Mechanism*>;
/// Mechanisms that a pass may have: a bit each in what a community wants of it (Simulation::wanted_).
inline constexpr std::size_t most_in_pass = 32;

/// The order of a week's work. Throws std::logic_error if one writes what another of its phase writes or adds to.
std::vector<Pass> plan(const Model& model);

/// In which order mechanisms are prepared: each after those from which it starts, else as they stand in the list.
/// Throws std::logic_error where some wait for each other.
std::vector<Mechanism*> order_of_preparation(const Model& model);

/// The plan as text: pass, phase, mechanism, what it reads and writes.
std::string describe_plan(const Model& model);

}  // namespace kurultai
