#include "scenario/dictionary.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

namespace kurultai {

namespace {

constexpr std::size_t columns = 100;
constexpr std::size_t indent = 6;

using Json = nlohmann::ordered_json;

/// Columns that `text` takes: letters of UTF-8, not bytes.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t to) {
  const std::size_t taken = width(text);
  return taken < to ? text + std::string(to - taken, ' ') : text;
}

/// `text` in lines that fit the terminal, each indented.
std::string wrapped(const std::string& text) {
  std::string out;
  std::string line;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!line.empty() && indent + width(line) + 1 + width(word) > columns) {
      out += std::string(indent, ' ') + line + '\n';
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    begin = end + 1;
  }
  return line.empty() ? out : out + std::string(indent, ' ') + line + '\n';
}

/// What is described: sections in their order, then of each collection the entries that there are, or else a specimen.
struct Chapters {
  explicit Chapters(const Registry& registry) {
    all.assign(registry.sections().begin(), registry.sections().end());
    for (const AnyCollection* collection : registry.collections()) {
      const std::vector<Section*> entries = collection->entries();
      all.insert(all.end(), entries.begin(), entries.end());
      if (!entries.empty()) continue;
      specimens.push_back(collection->specimen());
      all.push_back(specimens.back().get());
    }
  }
  std::vector<std::unique_ptr<Section>> specimens;
  std::vector<const Section*> all;
};

bool is_lever(const Field& field) { return field.kind() == Field::Kind::lever; }

std::vector<const Field*> chosen(const Section& section, bool levers_only) {
  std::vector<const Field*> fields;
  for (const Field* field : section.fields())
    if (!levers_only || is_lever(*field)) fields.push_back(field);
  return fields;
}

std::string value_text(const Field& field) {
  const std::string by_default = to_toml(field.default_value());
  const std::string now = to_toml(field.get());
  return now == by_default ? now : now + " (default " + by_default + ')';
}

std::string chapter_text(const Section& section, bool levers_only) {
  const std::vector<const Field*> fields = chosen(section, levers_only);
  if (fields.empty()) return {};
  std::size_t names = 0;
  std::size_t values = 0;
  for (const Field* field : fields) {
    names = std::max(names, width(field->about().name));
    if (const std::size_t value = width(value_text(*field)); value <= 24) values = std::max(values, value);
  }
  std::string text = fmt::format("[{}]  {}\n", section.name(), section.meaning());
  for (const Field* field : fields) {
    const About& about = field->about();
    std::string head = "  " + padded(about.name, names) + "  " + padded(value_text(*field), values);
    std::string tail = about.unit == "1" ? "" : about.unit;
    if (is_lever(*field))
      tail += fmt::format("{}{}lever", tail.empty() ? "" : ", ", field->about().personal ? "personal " : "");
    if (about.extensive) tail += tail.empty() ? "extensive" : ", extensive";
    if (!tail.empty()) head += "  " + tail;
    head.erase(head.find_last_not_of(' ') + 1);
    text += width(head) <= columns ? head + '\n' : "  " + about.name + '\n' + wrapped(value_text(*field) + "  " + tail);
    std::string body = about.symbol.empty() ? "" : about.symbol + ": ";
    body += about.meaning;
    body += fmt::format("{}{}.", body.empty() ? "" : "; ", field->allowed());
    if (!about.source.empty()) body += " [" + about.source + ']';
    text += wrapped(body);
  }
  return text;
}

Json bound(double limit) { return std::isfinite(limit) ? Json(limit) : Json(nullptr); }

Json json_of(const Value& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

Json entry_of(const Section& section, const Field& field) {
  const About& about = field.about();
  Json entry;
  entry["path"] = field.path();
  entry["section"] = section.name();
  entry["kind"] = to_string(field.kind());
  entry["symbol"] = about.symbol;
  entry["unit"] = about.unit;
  entry["default"] = json_of(field.default_value());
  entry["value"] = json_of(field.get());
  entry["allowed"] = field.allowed();
  Range range;
  if (const auto* real = dynamic_cast<const RealField*>(&field)) range = real->range();
  if (const auto* whole = dynamic_cast<const Whole*>(&field)) range = whole->range();
  if (const auto* numbers = dynamic_cast<const Numbers*>(&field)) range = numbers->range();
  entry["low"] = bound(range.low);
  entry["high"] = bound(range.high);
  const auto* choice = dynamic_cast<const WordChoice*>(&field);
  entry["words"] = choice ? Json(choice->words()) : Json::array();
  entry["meaning"] = about.meaning;
  entry["source"] = about.source;
  entry["lever"] = is_lever(field);
  entry["personal"] = field.about().personal;
  entry["extensive"] = about.extensive;
  return entry;
}

std::string described(const Registry& registry, bool json, bool levers_only) {
  const Chapters chapters(registry);
  if (json) {
    Json list = Json::array();
    for (const Section* section : chapters.all)
      for (const Field* field : chosen(*section, levers_only)) list.push_back(entry_of(*section, *field));
    return list.dump(2) + '\n';
  }
  std::string text;
  for (const Section* section : chapters.all) {
    const std::string chapter = chapter_text(*section, levers_only);
    if (!text.empty() && !chapter.empty()) text += '\n';
    text += chapter;
  }
  return text;
}

}  // namespace

std::string describe_parameters(const Registry& registry, bool json) { return described(registry, json, false); }

std::string describe_levers(const Registry& registry, bool json) { return described(registry, json, true); }

}  // namespace kurultai
