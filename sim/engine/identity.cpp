#include "engine/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <sstream>

#include "base/hash.h"
#include "base/input_file.h"
#include "scenario/resolved.h"
#include "society/synthesis.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view input_mark = "# input ";

/// Fields that name a table: its bytes count, not its name.
bool names_a_table(const std::string& section, const std::string& key) {
  const auto within = [&](const char* name) { return section == name || section.ends_with(std::string(".") + name); };
  return (within("society") && (key == "nodes" || key == "edges" || key == "census")) ||
         (within("sweep") && key == "table");
}

std::string without_table_names(const std::string& resolved) {
  std::string text;
  std::string section;
  std::istringstream lines(resolved);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) section = line.substr(1, line.rfind(']') - 1);
    if (!names_a_table(section, line.substr(0, line.find(" = ")))) text += line + '\n';
  }
  return text;
}

struct Parts {
  std::string settings;
  Inputs inputs;
};

Parts parts_of(const std::string& identity) {
  Parts parts;
  std::string tables;
  std::istringstream lines(identity);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(input_mark))
      tables += line.substr(input_mark.size()) + '\n';
    else
      parts.settings += line + '\n';
  }
  parts.inputs = inputs_from_text(tables);
  return parts;
}

std::vector<std::string> table_differences(const Inputs& before, const Inputs& now) {
  std::vector<std::string> list;
  const auto find = [](const Inputs& all, const std::string& role) {
    return std::find_if(all.begin(), all.end(), [&](const Input& input) { return input.role == role; });
  };
  for (const Input& input : now) {
    const auto old = find(before, input.role);
    if (old == before.end())
      list.push_back(fmt::format("the table {} ({}) was not there before", input.name, input.role));
    else if (old->hash != input.hash)
      list.push_back(old->name == input.name
                         ? fmt::format("the table {} ({}) has changed", input.name, input.role)
                         : fmt::format("the table {} ({}) is another than {} was", input.name, input.role, old->name));
  }
  for (const Input& input : before)
    if (find(now, input.role) == now.end())
      list.push_back(fmt::format("the table {} ({}) is no longer read", input.name, input.role));
  return list;
}

}  // namespace

Inputs input_of(const std::string& role, const std::string& name, const fs::path& file) {
  Inputs inputs;
  if (const auto bytes = table_bytes(file)) {
    std::string clean = name;
    std::replace_if(
        clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    std::string word = role;
    std::replace_if(
        word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }, '_');
    inputs.push_back({word, clean, bytes->hash, bytes->size});
  }
  return inputs;
}

Inputs inputs_of(const Model& model) {
  Inputs inputs;
  for (const SocietyTable& table : society_tables(model.society, model.source))
    for (Input& input : input_of(table.role, table.name, table.file)) inputs.push_back(std::move(input));
  return inputs;
}

void add_inputs(Inputs& all, const Inputs& more) {
  for (Input input : more) {
    const auto there = [&](const std::string& role) {
      return std::find_if(all.begin(), all.end(), [&](const Input& known) { return known.role == role; });
    };
    const auto known = there(input.role);
    if (known != all.end() && known->name == input.name) continue;
    if (known != all.end()) input.role += "@" + input.name;
    std::replace(input.role.begin(), input.role.end(), ' ', '_');
    if (there(input.role) == all.end()) all.push_back(std::move(input));
  }
}

std::string to_text(const Inputs& inputs) {
  std::string text;
  for (const Input& input : inputs)
    text += fmt::format("{} {} {} {}\n", input.role, input.hash, input.size, input.name);
  return text;
}

Inputs inputs_from_text(const std::string& text) {
  Inputs inputs;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    Input input;
    std::istringstream words(line);
    if (!(words >> input.role >> input.hash >> input.size)) continue;
    words.get();
    std::getline(words, input.name);
    inputs.push_back(std::move(input));
  }
  return inputs;
}

std::string first_difference(const Inputs& before, const Inputs& now) {
  const std::vector<std::string> list = table_differences(before, now);
  return list.empty() ? "" : list.front();
}

std::string prefixed(const std::string& side, const std::string& resolved) {
  std::string text = fmt::format("[{}]\n", side);
  std::istringstream lines(resolved);
  for (std::string line; std::getline(lines, line);)
    text += (line.starts_with('[') ? fmt::format("[{}.{}", side, line.substr(1)) : line) + '\n';
  return text;
}

std::string identity_text(const std::string& settings, const Inputs& inputs) {
  std::string text = without_table_names(settings);
  std::istringstream lines(to_text(inputs));
  for (std::string line; std::getline(lines, line);) text += fmt::format("{}{}\n", input_mark, line);
  return text;
}

std::string identity_of(const Result& result) {
  const auto text = [&](const char* name) { return text_attribute(result, name); };
  std::string settings = fmt::format(
      "kurultai_version = {}\ngit_commit = {}\n", to_toml(text("kurultai_version")), to_toml(text("git_commit")));
  for (const char* part : {"comparison", "calibration", "sweep", "scenario"}) settings += text(part);
  for (const char* side : {"a", "b"})
    if (const std::string scenario = text_attribute(result, std::string("scenario_") + side); !scenario.empty())
      settings += prefixed(side, scenario);
  return identity_text(settings, inputs_from_text(text("inputs")));
}

std::vector<std::string> differences(const std::string& before, const std::string& now, std::size_t most) {
  const Parts old_parts = parts_of(before);
  const Parts new_parts = parts_of(now);
  std::vector<std::string> list = table_differences(old_parts.inputs, new_parts.inputs);
  if (list.size() < most)
    for (std::string& difference : differences_between(old_parts.settings, new_parts.settings, most - list.size()))
      list.push_back(std::move(difference));
  if (list.size() > most) list.resize(most);
  return list;
}

std::string tables_hash(const std::string& identity) {
  Hash hash;
  for (const Input& input : parts_of(identity).inputs) {
    const std::string line = fmt::format("{} {}\n", input.role, input.hash);
    hash.add(std::as_bytes(std::span(line)));
  }
  return hexadecimal(hash.value());
}

std::string identity_difference(const std::string& before, const std::string& now) {
  const std::vector<std::string> list = differences(before, now);
  return list.empty() ? "" : list.front();
}

}  // namespace kurultai
