#include "observation/result_builder.h"

#include <numeric>
#include <utility>

namespace kurultai {

VariableBuilder& VariableBuilder::says(std::string long_name) {
  variable_.long_name = std::move(long_name);
  return *this;
}

VariableBuilder& VariableBuilder::unit(std::string unit) {
  variable_.unit = std::move(unit);
  return *this;
}

VariableBuilder& VariableBuilder::from(std::string source) {
  variable_.source = std::move(source);
  return *this;
}

VariableBuilder& VariableBuilder::one_of(std::vector<std::string> words) {
  variable_.flag_meanings = std::move(words);
  return *this;
}

VariableBuilder& VariableBuilder::coordinates(std::vector<std::string> names) {
  variable_.coordinates = std::move(names);
  return *this;
}

VariableBuilder& VariableBuilder::fact(const char* name, Attribute value) {
  variable_.facts[name] = std::move(value);
  return *this;
}

VariableBuilder& VariableBuilder::facts(std::map<std::string, Attribute> all) {
  variable_.facts = std::move(all);
  return *this;
}

GroupBuilder::GroupBuilder(std::string path, std::string long_name)
    : group_{std::move(path), std::move(long_name), {}, {}} {}

GroupBuilder& GroupBuilder::from(std::string source) {
  source_ = std::move(source);
  return *this;
}

GroupBuilder& GroupBuilder::coordinates(std::vector<std::string> names) {
  coordinates_ = std::move(names);
  return *this;
}

VariableBuilder GroupBuilder::over(std::string name, Values labels) {
  over(Coordinate{.name = name,
      .dimensions = {name},
      .values = std::move(labels),
      .unit = "1",
      .long_name = "",
      .source = source_});
  return VariableBuilder(group_.coordinates.back());
}

GroupBuilder& GroupBuilder::over(Coordinate coordinate) {
  dimensions_.push_back(coordinate.name);
  group_.coordinates.push_back(std::move(coordinate));
  return *this;
}

GroupBuilder& GroupBuilder::over_only(std::vector<std::string> names) {
  dimensions_ = std::move(names);
  return *this;
}

VariableBuilder GroupBuilder::add(std::string name, Values values) {
  group_.variables.push_back({.name = std::move(name),
      .dimensions = dimensions_,
      .values = std::move(values),
      .unit = "1",
      .long_name = "",
      .source = source_,
      .flag_meanings = {},
      .coordinates = coordinates_});
  return VariableBuilder(group_.variables.back());
}

GroupBuilder& GroupBuilder::add(const std::vector<Variable>& ready) {
  group_.variables.insert(group_.variables.end(), ready.begin(), ready.end());
  return *this;
}

Group GroupBuilder::take() { return std::move(group_); }

Coordinate weeks_coordinate(std::vector<std::int32_t> weeks) {
  return {.name = "week",
      .dimensions = {"week"},
      .values = std::move(weeks),
      .unit = "1",
      .long_name = "weeks since the end of the warm-up",
      .source = "design"};
}

std::vector<std::int32_t> counted(std::size_t n) {
  std::vector<std::int32_t> numbers(n);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace kurultai
