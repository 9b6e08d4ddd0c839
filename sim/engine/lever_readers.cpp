#include "engine/lever_readers.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace kurultai {

namespace {

/// Whether `path` is `pattern`, in which * stands for one name.
bool matches(std::string_view pattern, std::string_view path) {
  while (!pattern.empty() && !path.empty()) {
    const std::size_t p = pattern.find('.');
    const std::size_t q = path.find('.');
    if ((p == std::string_view::npos) != (q == std::string_view::npos)) return false;
    if (pattern.substr(0, p) != "*" && pattern.substr(0, p) != path.substr(0, q)) return false;
    if (p == std::string_view::npos) return true;
    pattern.remove_prefix(p + 1);
    path.remove_prefix(q + 1);
  }
  return false;
}

std::vector<std::string> split(const std::string& text, const std::string& at) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = text.find(at); end != std::string::npos; end = text.find(at, begin)) {
    parts.push_back(text.substr(begin, end - begin));
    begin = end + at.size();
  }
  parts.push_back(text.substr(begin));
  return parts;
}

/// Whether "participation.rule=logistic", or "form.*.standing=false" of any form, holds.
bool holds(const Model& model, const std::string& condition) {
  const std::size_t sign = condition.find('=');
  const std::string path = condition.substr(0, sign);
  const std::string wanted = condition.substr(sign + 1);
  const auto is_so = [&](const Field* field) {
    if (field == nullptr) return false;
    const std::string text = to_toml(field->get());
    return text == wanted || text == '"' + wanted + '"';
  };
  const std::size_t star = path.find(".*.");
  if (star == std::string::npos) return is_so(model.registry.find(path));
  for (const AnyCollection* collection : model.registry.collections()) {
    if (collection->name() != path.substr(0, star)) continue;
    for (const Section* entry : collection->entries())
      if (is_so(entry->field(path.substr(star + 3)))) return true;
  }
  return false;
}

/// Does `visit` with path and place of each lever that an option sets.
template <class Visit> void each_set_lever(const Model& model, Visit visit) {
  for (const auto& [path, place] : model.source.places) {
    if (place.rfind("--set", 0) != 0) continue;
    const Field* field = model.registry.find(path);
    if (field != nullptr && field->kind() == Field::Kind::lever) visit(path, place);
  }
}

}  // namespace

std::vector<std::string> unread_settings(const Model& model) {
  std::vector<std::string> notes;
  each_set_lever(model, [&](const std::string& path, const std::string& place) {
    if (const std::string why = why_unread(model, path); !why.empty())
      notes.push_back(
          fmt::format("{}: it does nothing here: no mechanism of this scenario reads {}: {}", place, path, why));
  });
  return notes;
}

bool sets_levers(const Model& model) {
  bool any = false;
  each_set_lever(model, [&](const std::string&, const std::string&) { any = true; });
  return any;
}

namespace {

/// Under which conditions ("": always) a mechanism reads the lever at `path`; none if it does not.
std::vector<std::string> conditions(const Mechanism& mechanism, const std::string& path) {
  std::vector<std::string> list;
  for (const auto& [pattern, when] : mechanism.levers())
    if (matches(pattern, path)) list.push_back(when);
  for (const Field* field : mechanism.fields())
    if (field->kind() == Field::Kind::lever && field->path() == path) list.push_back(field->about().read_if);
  return list;
}

}  // namespace

std::string why_unread(const Model& model, const std::string& path) {
  std::string why;
  const auto add = [&](const std::string& text) { why += (why.empty() ? "" : "; ") + text; };
  for (const auto& mechanism : model.mechanisms) {
    const std::vector<std::string> when = conditions(*mechanism, path);
    if (when.empty()) continue;
    if (!mechanism->enabled) {
      add(fmt::format("{} is switched off", mechanism->name()));
      continue;
    }
    std::string unmet;
    for (const std::string& condition : when) {
      const std::vector<std::string> all = condition.empty() ? std::vector<std::string>{} : split(condition, " and ");
      if (std::all_of(all.begin(), all.end(), [&](const std::string& one) { return holds(model, one); })) return {};
      unmet += (unmet.empty() ? "" : ", or ") + condition;
    }
    add(fmt::format("{} reads it only if {}", mechanism->name(), unmet));
  }
  return why.empty() ? "none reads it at all" : why;
}

}  // namespace kurultai
