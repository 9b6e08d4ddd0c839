#include "scenario/resolved.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace kurultai {

namespace {

/// Lines "key = value" of a resolved scenario under their section: "[sweep] seed" and "1".
std::map<std::string, std::string> keys_of(const std::string& resolved) {
  std::map<std::string, std::string> keys;
  std::string section;
  for (std::size_t begin = 0; begin < resolved.size();) {
    const std::size_t end = std::min(resolved.find('\n', begin), resolved.size());
    const std::string line = resolved.substr(begin, end - begin);
    begin = end + 1;
    if (!line.empty() && line.front() == '[') section = line;
    const std::size_t sign = line.find(" = ");
    if (sign != std::string::npos)
      keys[(section.empty() ? "" : section + " ") + line.substr(0, sign)] = line.substr(sign + 3);
  }
  return keys;
}

}  // namespace

std::string resolved_scenario(const ScenarioSource& source, const Registry& registry) {
  std::string text = fmt::format("title = {}\n", to_toml(source.title));
  if (!source.description.empty()) text += fmt::format("description = {}\n", to_toml(source.description));
  for (const Section* section : all_sections(registry)) {
    text += fmt::format("\n[{}]\n", section->name());
    for (const Field* field : section->fields())
      text += fmt::format("{} = {}\n", field->about().name, to_toml(field->get()));
  }
  return text;
}

std::vector<std::string> differences_between(const std::string& before, const std::string& now, std::size_t most) {
  const std::map<std::string, std::string> old_keys = keys_of(before);
  const std::map<std::string, std::string> new_keys = keys_of(now);
  std::vector<std::string> list;
  for (const auto& [key, value] : new_keys) {
    const auto old = old_keys.find(key);
    if (old == old_keys.end())
      list.push_back(fmt::format("{}: now {}, before not there", key, value));
    else if (old->second != value)
      list.push_back(fmt::format("{}: now {}, before {}", key, value, old->second));
  }
  for (const auto& [key, value] : old_keys)
    if (new_keys.find(key) == new_keys.end()) list.push_back(fmt::format("{}: before {}, now not there", key, value));
  if (list.empty() && before != now) list.emplace_back("the text of the settings");
  if (list.size() > most) list.resize(most);
  return list;
}

std::string first_difference(const std::string& before, const std::string& now) {
  const std::vector<std::string> list = differences_between(before, now, 1);
  return list.empty() ? "" : list.front();
}

}  // namespace kurultai
