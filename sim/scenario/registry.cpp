#include "scenario/registry.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"

namespace kurultai {

Section* AnyCollection::find(const std::string& key) const {
  for (Section* entry : entries())
    if (key_of_entry(*entry) == key) return entry;
  return nullptr;
}

Field* Registry::find(const std::string& path) const {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string::npos) return nullptr;
  // No list of all sections: planning asks for every point of a sweep.
  const std::string_view name = std::string_view(path).substr(0, dot);
  for (const Section* section : sections_)
    if (section->name() == name) return section->field(path.substr(dot + 1));
  const std::string_view of = name.substr(0, name.find('.'));
  for (const AnyCollection* collection : collections_) {
    if (collection->name() != of) continue;
    for (const Section* entry : collection->entries())
      if (entry->name() == name) return entry->field(path.substr(dot + 1));
  }
  return nullptr;
}

std::vector<Lever*> Registry::levers() const {
  std::vector<Lever*> levers;
  const auto add = [&levers](const Section& section) {
    for (Field* field : section.fields())
      if (field->kind() == Field::Kind::lever) levers.push_back(static_cast<Lever*>(field));
  };
  for (const Section* section : sections_) add(*section);
  for (const AnyCollection* collection : collections_)
    for (const Section* entry : collection->entries()) add(*entry);
  return levers;
}

std::vector<std::string> Registry::paths() const {
  std::vector<std::string> list;
  for (const Section* section : all_sections(*this))
    for (const Field* field : section->fields()) list.push_back(field->path());
  std::sort(list.begin(), list.end());
  return list;
}

Snapshot::Snapshot(const Registry& registry) : registry_(registry) {
  for (Section* section : registry.sections()) keep(*section);
  for (AnyCollection* collection : registry.collections())
    for (Section* entry : collection->entries()) {
      keep(*entry);
      entries_.push_back(entry->name());
    }
  std::sort(entries_.begin(), entries_.end());
}

void Snapshot::restore() const {
  for (AnyCollection* collection : registry_.collections())
    for (const Section* entry : collection->entries())
      if (!std::binary_search(entries_.begin(), entries_.end(), entry->name()))
        collection->remove(collection->key_of_entry(*entry));
  for (const auto& [field, value] : fields_) ensure(field->set(value).empty(), "a field takes back the value it had");
}

void Snapshot::keep(const Section& section) {
  for (Field* field : section.fields()) fields_.emplace_back(field, field->get());
}

std::vector<const Section*> all_sections(const Registry& registry) {
  std::vector<const Section*> all(registry.sections().begin(), registry.sections().end());
  for (const AnyCollection* collection : registry.collections())
    for (const Section* entry : collection->entries()) all.push_back(entry);
  return all;
}

void copy_values(const Registry& from, const Registry& to) {
  for (AnyCollection* collection : from.collections())
    for (AnyCollection* twin : to.collections())
      if (twin->name() == collection->name())
        for (const Section* entry : collection->entries()) twin->entry(collection->key_of_entry(*entry));
  for (const Section* section : all_sections(from))
    for (const Field* field : section->fields()) {
      Field* twin = to.find(field->path());
      ensure(twin != nullptr && twin->set(field->get()).empty(), "registries of one kind have the same fields");
    }
}

}  // namespace kurultai
