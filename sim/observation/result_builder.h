// Groups of a result, built by name: what is not said has its default, and who reads it sees what is what.
//
//   GroupBuilder panel("panel", "a sample of residents, followed through the run");
//   panel.from("MODEL 4");
//   panel.over("resident", numbers).says("number in the panel").from("design");
//   panel.add("age", ages).unit("year").says("age in whole years");
//   panel.add("sex", sexes).says("sex at the start").one_of({"male", "female"});
//   result.groups.push_back(panel.take());
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "observation/result.h"

namespace kurultai {

/// Says what the variable is that was added last. Of no use once another one is added.
class VariableBuilder {
 public:
  explicit VariableBuilder(Variable& variable) : variable_(variable) {}

  /// Its long_name: one line a reader understands.
  VariableBuilder& says(std::string long_name);
  /// Its unit, if it is no share and no count.
  VariableBuilder& unit(std::string unit);
  /// Its source, if it is not that of the group.
  VariableBuilder& from(std::string source);
  /// Of bytes: the meaning of 0, 1, 2 ...
  VariableBuilder& one_of(std::vector<std::string> words);
  /// The variables of the group that label it besides its dimensions, if they are not those of the group.
  VariableBuilder& coordinates(std::vector<std::string> names);
  /// What a reader should know of its values: `variable_facts`.
  VariableBuilder& fact(const char* name, Attribute value);
  VariableBuilder& facts(std::map<std::string, Attribute> all);

 private:
  Variable& variable_;
};

/// Builds a group, line by line. Its own `from` and `coordinates` hold for what is added after them.
class GroupBuilder {
 public:
  GroupBuilder(std::string path, std::string long_name);

  /// The source of what is added from now on.
  GroupBuilder& from(std::string source);
  /// The auxiliary coordinates of variables that are added from now on.
  GroupBuilder& coordinates(std::vector<std::string> names);

  /// A dimension with its labels. Variables that are added from now on are over it too, as the fastest.
  VariableBuilder over(std::string name, Values labels);
  GroupBuilder& over(Coordinate coordinate);
  /// Variables that are added from now on are over these dimensions alone.
  GroupBuilder& over_only(std::vector<std::string> names);

  VariableBuilder add(std::string name, Values values);
  /// Variables that are complete as they are.
  GroupBuilder& add(const std::vector<Variable>& ready);

  /// What was built. The builder is of no use afterwards.
  [[nodiscard]] Group take();

 private:
  Group group_;
  std::string source_;
  std::vector<std::string> dimensions_;
  std::vector<std::string> coordinates_;
};

/// The dimension of recorded weeks.
Coordinate weeks_coordinate(std::vector<std::int32_t> weeks);

/// 0, 1, 2 ... : labels of what has a number only.
std::vector<std::int32_t> counted(std::size_t n);

/// One thing of each item, in their order: `get` is a member or a function.
template <class Items, class Get> auto each_of(const Items& items, Get get) {
  std::vector<std::decay_t<decltype(std::invoke(get, *items.begin()))>> values;
  values.reserve(items.size());
  for (const auto& item : items) values.push_back(std::invoke(get, item));
  return values;
}

}  // namespace kurultai
