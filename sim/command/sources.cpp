#include "command/sources.h"

#include <fmt/format.h>

#include <cctype>
#include <nlohmann/json.hpp>

#include "scenario/dictionary.h"

namespace kurultai {

namespace {

/// What else represents a tag than what declares its source itself: scenarios, by their place under scenarios/, and the
/// design.
struct Beside {
  const char* tag;
  const char* kind;
  const char* name;
};
constexpr Beside beside[] = {
    {"D1", "scenario", "kazakhstan.toml"},
    {"D9", "scenario", "proposals/D9.toml"},
    {"T1", "scenario", "governance/free_community.toml"},
    {"T1", "scenario", "governance/public.toml"},
    {"T1", "scenario", "governance/state.toml"},
    {"T1", "scenario", "governance/dualist.toml"},
    {"T1", "scenario", "governance/social_service.toml"},
    {"T1", "scenario", "governance/municipal_socialism.toml"},
    {"T2", "design",
        "society/ is the environment, levers and policies in scenario/ are the means, mechanism/ is the action"},
    {"T3", "scenario", "governance/dualist.toml"},
    {"T4", "scenario", "forms.toml"},
    {"T5", "scenario", "governance/decentralised.toml"},
    {"T5", "scenario", "governance/intermediate.toml"},
    {"T5", "scenario", "governance/centralised.toml"},
    {"T6", "scenario", "history.toml"},
    {"T7", "scenario", "experiments/induced_act.toml"},
    {"Q1", "survey", "surveys.toml: rural_residents"},
    {"Q2", "survey", "surveys.toml: region_residents"},
    {"Q3", "survey", "surveys.toml: rural_staff"},
    {"Q4", "survey", "surveys.toml: region_staff"},
    {"I2", "command", "./kurultai swot RUN REFERENCE"},
    {"I3", "scenario", "proposals/P4.toml"},
    {"R1", "scenario", "proposals/R1.toml"},
    {"R2", "scenario", "proposals/R2.toml"},
    {"R3", "scenario", "proposals/R3.toml"},
    {"R4", "scenario", "proposals/R4.toml"},
    {"R5", "scenario", "proposals/R5.toml"},
    {"R6", "scenario", "proposals/R6.toml"},
    {"R7", "scenario", "proposals/R7.toml"},
    {"R8", "scenario", "proposals/R8.toml"},
    {"P1", "scenario", "proposals/P1.toml"},
    {"P2", "scenario", "proposals/P2.toml"},
    {"P3", "scenario", "proposals/P3.toml"},
    {"P4", "scenario", "proposals/P4.toml"},
    {"P5", "scenario", "proposals/P5.toml"},
    {"P6", "scenario", "proposals/P6.toml"},
    {"P7", "scenario", "proposals/P7.toml"},
    {"P8", "scenario", "proposals/P8.toml"},
    {"P9", "scenario", "proposals/P9.toml"},
    {"P10", "scenario", "proposals/P10.toml"},
};

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
  for (const Beside& item : beside)
    if (tag == item.tag) list.push_back({item.kind, item.name});
  return list;
}

const char* word(Expectation::Sign sign) {
  switch (sign) {
    case Expectation::Sign::rise: return "rises";
    case Expectation::Sign::fall: return "falls";
    case Expectation::Sign::none: break;
  }
  return "stays";
}

nlohmann::json to_json(const Expectation& e) {
  nlohmann::json moves = nlohmann::json::array();
  for (const Expectation::Move& move : e.moves)
    moves.push_back({{"lever", move.lever}, {"low", move.low}, {"high", move.high}});
  return {{"says", e.says}, {"moves", moves}, {"where", e.where}, {"series", e.series}, {"sign", word(e.sign)},
      {"least", e.least}, {"horizon", e.horizon}, {"mended", e.mended}, {"by_construction", e.by_construction}};
}

std::string to_text(const Expectation& e) {
  std::string moves;
  for (const Expectation::Move& move : e.moves)
    moves += fmt::format("{}{} {:g} to {:g}", moves.empty() ? "" : ", ", move.lever, move.low, move.high);
  return fmt::format("     expected   {}: {} {} by {} {:g} in {} weeks: {}\n", moves, e.series, word(e.sign),
      e.sign == Expectation::Sign::none ? "less than" : "at least", e.least, e.horizon, e.says);
}

}  // namespace

const std::vector<Tag>& tags() {
  static const std::vector<Tag> all = {

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
  };
  return all;
}

std::string describe_sources(const Model& model, bool json) {
  nlohmann::json array = nlohmann::json::array();
  std::string text = "What represents each tag of the source (README, \"Sources\"), and what is expected of it.\n\n";
  for (const Tag& tag : tags()) {
    const std::vector<Represents> list = representing(model, tag.tag);
    text += fmt::format("{:<4} {}\n", tag.tag, tag.says);
    nlohmann::json items = nlohmann::json::array();
    for (const Represents& item : list) {
      text += fmt::format("     {:<10} {}\n", item.kind, item.name);
      items.push_back({{"kind", item.kind}, {"name", item.name}});
    }
    if (list.empty()) text += "     not yet represented\n";
    nlohmann::json expected = nlohmann::json::array();
    for (const Expectation& e : expectations())
      if (std::string(tag.tag) == e.tag) {
        text += to_text(e);
        expected.push_back(to_json(e));
      }
    array.push_back({{"tag", tag.tag}, {"says", tag.says}, {"represented_by", items}, {"expectations", expected}});
  }
  return json ? array.dump(2) + "\n" : text;
}

}  // namespace kurultai
