// The verb `describe`: the dictionaries, made out of the declarations.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "command/verbs.h"
#include "engine/simulation.h"
#include "scenario/dictionary.h"
#include "society/network_report.h"
#include "sweep/calibration.h"

namespace kurultai {

namespace {

struct Tag {
  const char* tag;
  const char* says;
};

/// What the source asks for, a line each (README, "Sources").
constexpr std::array<Tag, 42> tags = {{
    {"D1", "residents' civic activity is very low"},
    {"D2", "passivity makes civic institutions ineffective"},
    {"D3", "interaction works only if information flows"},
    {"D4", "budgets depend on transfers; no motive to raise revenue"},
    {"D5", "regions are very unequal; alarm above tenfold"},
    {"D6", "dividing functions and revenues is a repeated process"},
    {"D7", "quality of management acts on welfare and goes with openness"},
    {"D8", "experience of self-organisation is lacking"},
    {"D9", "activating self-government may fail where resources are short"},
    {"D10", "self-government lowers social tension"},
    {"T1", "six theories of local self-government"},
    {"T2", "environment, means, action"},
    {"T3", "the dualist view: the state's will and residents' interests"},
    {"T4", "residents decide local matters themselves, lawfully"},
    {"T5", "countries differ: decentralised and centralised"},
    {"T6", "self-government in Kazakhstan has a history"},
    {"T7", "self-government is a school"},
    {"Q1", "survey of rural residents"},
    {"Q2", "survey of the population of a region"},
    {"Q3", "survey of rural staff"},
    {"Q4", "survey of regional staff"},
    {"I1", "a system of indicators"},
    {"I2", "SWOT analysis"},
    {"I3", "a management mechanism: forms, methods, digitalisation"},
    {"R1", "a clear division of powers"},
    {"R2", "more financial autonomy"},
    {"R3", "stronger control of how resources are used"},
    {"R4", "publicity of decisions and spending"},
    {"R5", "a resident self-government body"},
    {"R6", "mobile groups that train akimats"},
    {"R7", "public participation in projects"},
    {"R8", "economic incentives for local power"},
    {"P1", "wider powers of local bodies"},
    {"P2", "resources, training and support"},
    {"P3", "more participation"},
    {"P4", "digital technology"},
    {"P5", "programmes for local enterprise"},
    {"P6", "support for education and culture"},
    {"P7", "sustainable use of natural resources"},
    {"P8", "fairer budgets between regions"},
    {"P9", "exchange of experience"},
    {"P10", "networks of self-government bodies"},
}};

/// Whether `text` names `tag` as a word of its own: "R1" is not in "R10".
bool names(const std::string& text, const std::string& tag) {
  for (std::size_t at = text.find(tag); at != std::string::npos; at = text.find(tag, at + 1)) {
    const bool starts = at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0;
    const std::size_t after = at + tag.size();
    const bool ends = after >= text.size() || std::isalnum(static_cast<unsigned char>(text[after])) == 0;
    if (starts && ends) return true;
  }
  return false;
}

struct Represents {
  std::string kind;
  std::string name;
};

std::vector<Represents> representing(const Model& model, const std::string& tag) {
  std::vector<Represents> list;
  for (const auto& mechanism : model.mechanisms) {
    if (names(mechanism->role().source, tag)) list.push_back({"mechanism", mechanism->name()});
    for (const SeriesSpec& series : mechanism->series())
      if (names(series.source, tag)) list.push_back({"series", series.name});
  }
  for (const Section* section : model.registry.sections())
    for (const Field* field : section->fields())
      if (names(field->about().source, tag))
        list.push_back({field->kind() == Field::Kind::lever ? "lever" : "parameter", field->path()});
  for (std::size_t p = 0; p < model.policies.size(); ++p)
    if (names(model.policies[p].source.value(), tag)) list.push_back({"policy", model.policies.key(p)});
  return list;
}

std::string describe_sources(const Model& model, bool json) {
  nlohmann::json array = nlohmann::json::array();
  std::string text = "What represents each tag of the source (README, \"Sources\").\n\n";
  for (const Tag& tag : tags) {
    const std::vector<Represents> list = representing(model, tag.tag);
    text += fmt::format("{:<4} {}\n", tag.tag, tag.says);
    nlohmann::json items = nlohmann::json::array();
    for (const Represents& item : list) {
      text += fmt::format("     {:<10} {}\n", item.kind, item.name);
      items.push_back({{"kind", item.kind}, {"name", item.name}});
    }
    if (list.empty()) text += "     not yet represented\n";
    array.push_back({{"tag", tag.tag}, {"says", tag.says}, {"represented_by", items}});
  }
  return json ? array.dump(2) + "\n" : text;
}

std::string describe_outputs(const Model& model, bool json) {
  nlohmann::json array = nlohmann::json::array();
  std::string text = "Series, by (week), (week, region) and so on; those marked * also by form of participation.\n\n";
  for (const auto& mechanism : model.mechanisms)
    for (const SeriesSpec& series : mechanism->series()) {
      text += fmt::format("{:<32} {:<10} {}\n{:<43} {}; from {}\n", series.name + (series.by_form ? " *" : ""), series.unit,
                          series.meaning, "", series.source, mechanism->name());
      array.push_back({{"name", series.name}, {"unit", series.unit}, {"meaning", series.meaning}, {"source", series.source},
                       {"mechanism", mechanism->name()}, {"by_form", series.by_form}, {"window", series.window},
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
  if (model.forms.size() == 0) text = "No forms: name a scenario, as in 'kurultai describe forms scenarios/kazakhstan.toml'.\n";
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
  if (topic == "parameters") fmt::print("{}", describe_parameters(model.registry, json));
  if (topic == "levers") fmt::print("{}", describe_levers(model.registry, json));
  if (topic == "forms") fmt::print("{}", describe_forms(model, json));
  if (topic == "outputs") fmt::print("{}", describe_outputs(model, json));
  if (topic == "plan") fmt::print("{}", describe_plan(model));
  if (topic == "sources") fmt::print("{}", describe_sources(model, json));
  if (topic == "sweep") fmt::print("{}", describe_sweep(json));
  if (topic == "network") {
    if (options.scenario.empty())
      throw Error(ExitCode::usage, {"", "which network?", "a network belongs to a scenario",
                                    "say 'kurultai describe network scenarios/kazakhstan.toml'"});
    const std::unique_ptr<Society> society = make_society(model);
    fmt::print("{}", to_text(describe_network(*society)));
  }
  return 0;
}

}  // namespace kurultai
