#include "sweep/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/nearest.h"

namespace kurultai {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// The nearest of what is known, or what there is.
std::string advice(const std::string& name, const std::vector<std::string>& known) {
  std::string list;
  for (std::size_t k = 0; k < std::min<std::size_t>(known.size(), 12); ++k) list += (k == 0 ? "" : ", ") + known[k];
  return did_you_mean(nearest(name, known), list.empty() ? "" : fmt::format("there are: {}{}", list, known.size() > 12 ? " ..." : ""));
}

template <class Get>
std::vector<std::string> names(const auto& items, Get get) {
  std::vector<std::string> list;
  for (const auto& item : items) list.push_back(get(item));
  return list;
}

double value(const Values& values, std::size_t at) {
  return std::visit(
      [&](const auto& list) {
        if constexpr (std::is_same_v<std::decay_t<decltype(list)>, std::vector<std::string>>)
          return nothing;
        else
          return static_cast<double>(list[at]);
      },
      values);
}

/// The place of `label` in `coordinate`.
std::size_t place_of_label(const Coordinate& coordinate, const std::string& label, const std::string& place) {
  const auto* texts = std::get_if<std::vector<std::string>>(&coordinate.values);
  ensure(texts != nullptr, "labels are texts");
  const auto found = std::find(texts->begin(), texts->end(), label);
  if (found == texts->end())
    throw scenario_error(place, fmt::format("no {} is called '{}'", coordinate.name, label), "", advice(label, *texts));
  return static_cast<std::size_t>(found - texts->begin());
}

/// The value at the labels `at` of `level`.
double measured_at(const MeasureSpec& spec, const std::string& level, const std::vector<std::string>& at, const std::string& key,
                   const Result& result, const std::string& place) {
  const std::string series = spec.series.value().empty() ? key : spec.series.value();
  const Group* group = result.group("series/" + level);
  if (group == nullptr) {
    std::vector<std::string> levels;
    for (const Group& g : result.groups)
      if (g.path.rfind("series/", 0) == 0) levels.push_back(g.path.substr(7));
    throw scenario_error(place, fmt::format("measure '{}' looks at level '{}', which the runs do not keep", key, level),
                         "", advice(level, levels) + "; or add it to sweep.keep_levels");
  }
  const Variable* variable = group->variable(series);
  if (variable == nullptr)
    throw scenario_error(place, fmt::format("measure '{}' looks at the series '{}', which the runs do not keep", key, series),
                         "", advice(series, names(group->variables, [](const Variable& v) { return v.name; })));

  // Strides of the dimensions; every one but week is fixed by a label.
  std::size_t offset = 0;
  std::size_t week_stride = 0;
  std::size_t stride = 1;
  const Coordinate* weeks = nullptr;
  std::vector<std::string> open;
  for (std::size_t d = variable->dimensions.size(); d-- > 0;) {
    const Coordinate* coordinate = group->coordinate(variable->dimensions[d]);
    ensure(coordinate != nullptr, "every dimension has a coordinate");
    if (coordinate->name == "week") {
      weeks = coordinate;
      week_stride = stride;
    } else {
      bool chosen = false;
      for (const std::string& text : at)
        if (const std::size_t sign = text.find('='); sign != std::string::npos && text.substr(0, sign) == coordinate->name) {
          offset += stride * place_of_label(*coordinate, text.substr(sign + 1), place);
          chosen = true;
        }
      if (!chosen) open.push_back(coordinate->name);
    }
    stride *= size_of(coordinate->values);
  }
  if (!open.empty())
    throw scenario_error(place, fmt::format("measure '{}' leaves '{}' open", key, open.front()), fmt::format("{} has a value for each {}", series, open.front()),
                         fmt::format("choose one: at = [\"{}=...\"]", open.front()));
  for (const std::string& text : at) {
    const std::string name = text.substr(0, text.find('='));
    if (text.find('=') == std::string::npos || std::find(variable->dimensions.begin(), variable->dimensions.end(), name) == variable->dimensions.end())
      throw scenario_error(place, fmt::format("measure '{}' chooses \"{}\"", key, text), fmt::format("{} has no dimension '{}'", series, name),
                           advice(name, variable->dimensions));
  }
  ensure(weeks != nullptr, "a series has weeks");

  const std::size_t n = size_of(weeks->values);
  if (n == 0) return nothing;
  const double end = value(weeks->values, n - 1);
  const auto bound = [&](const Whole& week) { return week < 0 ? end + 1 + static_cast<double>(week) : static_cast<double>(week); };
  const double first = bound(spec.first);
  const double last = bound(spec.last);
  double sum = 0;
  double least = std::numeric_limits<double>::infinity();
  double greatest = -least;
  double latest = nothing;
  std::size_t count = 0;
  for (std::size_t t = 0; t < n; ++t) {
    const double week = value(weeks->values, t);
    const double x = value(variable->values, offset + t * week_stride);
    if (week < first || week > last || std::isnan(x)) continue;
    sum += x;
    least = std::min(least, x);
    greatest = std::max(greatest, x);
    latest = x;
    ++count;
  }
  if (count == 0) return nothing;
  if (spec.reduce.is("last")) return latest;
  if (spec.reduce.is("sum")) return sum;
  if (spec.reduce.is("least")) return least;
  if (spec.reduce.is("greatest")) return greatest;
  return sum / static_cast<double>(count);
}

}  // namespace

double measured(const MeasureSpec& spec, const std::string& key, const Result& result, const std::string& place) {
  std::vector<std::string> other = spec.minus.value();
  const auto dimension = [](const std::string& text) { return text.substr(0, text.find('=')); };
  for (const std::string& text : spec.at.value())
    if (std::none_of(spec.minus.value().begin(), spec.minus.value().end(),
                     [&](const std::string& taken) { return dimension(taken) == dimension(text); }))
      other.push_back(text);
  const auto difference = [&](const std::string& level) {
    const double value = measured_at(spec, level, spec.at.value(), key, result, place);
    return spec.minus.value().empty() ? value : value - measured_at(spec, level, other, key, result, place);
  };
  const double value = difference(spec.level.value());
  return spec.untreated ? value - difference(spec.level.value() + " untreated") : value;
}

void default_measures(Collection<MeasureSpec>& measures, const Result& result) {
  const Group* nation = result.group("series/nation");
  if (measures.size() > 0 || nation == nullptr) return;
  for (const Variable& variable : nation->variables)
    if (variable.dimensions == std::vector<std::string>{"week"}) measures.entry(variable.name);
}

}  // namespace kurultai
