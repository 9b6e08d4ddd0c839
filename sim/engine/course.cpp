#include "engine/course.h"

#include <fmt/format.h>

#include <algorithm>

namespace kurultai {

namespace {

double number(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1.0 : 0.0;
  const auto* real = std::get_if<double>(&value);
  return real == nullptr ? 0.0 : *real;
}

template <class T> T attribute(const Result& result, const char* name, T otherwise) {
  const auto found = result.attributes.find(name);
  const auto* value = found == result.attributes.end() ? nullptr : std::get_if<T>(&found->second);
  return value == nullptr ? otherwise : *value;
}

}  // namespace

Course course_of(const Registry& parameters, const std::function<const Value*(const std::string& path)>& value) {
  const auto at = [&](const std::string& path, double otherwise) {
    if (const Value* other = value(path)) return number(*other);
    const Field* field = parameters.find(path);
    return field == nullptr ? otherwise : number(field->get());
  };
  const auto week = [&](const std::string& path) { return static_cast<std::int64_t>(at(path, 0)); };
  Course course;
  course.weeks = week("run.weeks");
  course.warmup = week("run.warmup");
  course.scale = at("run.scale", 1);
  if (at("policies.enabled", 1) == 0) return course;
  for (const AnyCollection* collection : parameters.collections()) {
    if (collection->name() != "policy") continue;
    for (const Section* policy : collection->entries()) {
      const std::int64_t start = week(policy->name() + ".start");
      if (start >= course.weeks) continue;  // it never begins
      const std::int64_t full = start + week(policy->name() + ".ramp");
      course.begin = course.begin == Course::none ? start : std::min(course.begin, start);
      if (full <= course.full) continue;
      course.full = full;
      course.policy = policy->name();
    }
  }
  return course;
}

Course course_of(const Result& result) {
  Course course;
  course.weeks = attribute(result, "weeks", std::int64_t{0});
  course.warmup = attribute(result, "warmup", std::int64_t{0});
  course.scale = attribute(result, "scale", 1.0);
  course.begin = attribute(result, "policy_begin", Course::none);
  course.full = attribute(result, "policy_full", Course::none);
  course.policy = text_attribute(result, "policy_last");
  return course;
}

void describe(const Course& course, Result& result) {
  result.attributes["weeks"] = course.weeks;
  result.attributes["warmup"] = course.warmup;
  result.attributes["scale"] = course.scale;
  if (course.full == Course::none) return;
  result.attributes["policy_begin"] = course.begin;
  result.attributes["policy_full"] = course.full;
  result.attributes["policy_last"] = course.policy;
}

std::string scale_remark(std::vector<std::pair<std::string, double>> series, double scale) {
  if (series.empty()) return {};
  std::stable_sort(series.begin(), series.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  constexpr std::size_t most = 6;
  std::string list;
  for (std::size_t k = 0; k < std::min(most, series.size()); ++k)
    list += fmt::format("{}{} ({:g})", k == 0 ? "" : ", ", series[k].first, series[k].second);
  if (series.size() > most) list += fmt::format(" and {} more", series.size() - most);
  return fmt::format("not to be read at run.scale {:g}, but at the scale in brackets or more: {}", scale, list);
}

}  // namespace kurultai
