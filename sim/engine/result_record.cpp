#include "engine/result_record.h"

#include <type_traits>
#include <utility>

#include "base/error.h"

namespace kurultai {

namespace {

/// Visits any number of `items`, each by `each`. Loading makes them one by one: a wrong number asks for no memory.
template <class T, class Each> void list(Archive& archive, const char* name, std::vector<T>& items, Each each) {
  std::uint64_t count = items.size();
  archive(name, count);
  if (archive.loads()) items.clear();
  for (std::uint64_t k = 0; k < count; ++k) {
    if (archive.loads()) items.emplace_back();
    each(items[k]);
  }
}

void texts(Archive& archive, const char* name, std::vector<std::string>& items) {
  list(archive, name, items, [&](std::string& text) { archive("text", text); });
}

/// Visits which of its alternatives `value` holds; when loading it holds that one, empty.
template <class... T> void alternative(Archive& archive, std::variant<T...>& value) {
  auto index = static_cast<std::uint64_t>(value.index());
  archive("type", index);
  if (!archive.loads()) return;
  std::uint64_t k = 0;
  ((k++ == index ? void(value.template emplace<T>()) : void()), ...);
  if (value.index() != index)
    throw storage_error({}, "cannot load a result", "it holds a value of a type that is not known",
        "another version of the program wrote it");
}

void attributes(Archive& archive, const char* name, std::map<std::string, Attribute>& values) {
  std::vector<std::pair<std::string, Attribute>> items(values.begin(), values.end());
  list(archive, name, items, [&](std::pair<std::string, Attribute>& item) {
    archive("name", item.first);
    alternative(archive, item.second);
    std::visit([&](auto& value) { archive("value", value); }, item.second);
  });
  if (archive.loads()) values = {items.begin(), items.end()};
}

void description(Archive& archive, Variable& variable) {
  archive("variable", variable.name);
  texts(archive, "dimensions", variable.dimensions);
  archive("unit", variable.unit);
  archive("long_name", variable.long_name);
  archive("source", variable.source);
  texts(archive, "flag_meanings", variable.flag_meanings);
  texts(archive, "coordinates", variable.coordinates);
  attributes(archive, "facts", variable.facts);
  alternative(archive, variable.values);
}

void values(Archive& archive, Variable& variable) {
  std::visit(
      [&]<class T>(std::vector<T>& items) {
        if constexpr (std::is_same_v<T, std::string>) {
          texts(archive, "values", items);
        } else {
          archive("values", items);
        }
      },
      variable.values);
}

}  // namespace

void visit_head(Archive& archive, Result& result) {
  attributes(archive, "attributes", result.attributes);
  attributes(archive, "provenance", result.provenance);
  list(archive, "groups", result.groups, [&](Group& group) {
    archive("path", group.path);
    archive("long_name", group.long_name);
    list(archive, "coordinates", group.coordinates, [&](Coordinate& coordinate) {
      description(archive, coordinate);
      values(archive, coordinate);
    });
    list(archive, "variables", group.variables, [&](Variable& variable) { description(archive, variable); });
  });
}

void visit_values(Archive& archive, Result& result) {
  for (Group& group : result.groups)
    for (Variable& variable : group.variables) values(archive, variable);
}

}  // namespace kurultai
