// How what was recorded stands in a result: a group for each level, with its dimensions, its series, and what is known
// of its cells.
#include <utility>

#include "base/labels.h"
#include "observation/recorder.h"
#include "observation/result_builder.h"

namespace kurultai {

void Recorder::add_dimensions(
    const World& world, const Level& level, std::vector<std::int32_t> weeks, GroupBuilder& group) const {
  group.over(weeks_coordinate(std::move(weeks)));
  const RecordLevel& row = *level.row;
  if (row.labels != nullptr) {
    RecordLevel::Labels labels = row.labels(world, arms_.list);
    group.over(row.name, told_apart(std::move(labels.names), {}, labels.codes))
        .says(std::string("label of each ") + row.name)
        .from(row.source);
  }
  if (!form_names_.empty()) group.over("form", form_names_).says("form of participation").from("scenario");
}

void Recorder::add_series(std::size_t l, Kept kept, GroupBuilder& group) const {
  const RecordLevel& row = *levels_[l].row;
  const bool weekly = kept == &Channel::weekly;
  for (std::size_t k = 0; k < channels_.size(); ++k) {
    const Channel& channel = channels_[k];
    const SeriesSpec& spec = *channel.spec;
    if (!row.of_communities() && !spec.over_residents()) continue;
    if (channel.form != 0 || (weekly && channel.watched[l] == 0)) continue;
    std::vector<std::string> dimensions = {"week"};
    if (row.labels != nullptr) dimensions.emplace_back(row.name);
    if (spec.by_form) dimensions.emplace_back("form");
    group.over_only(std::move(dimensions));
    Values values = spec.by_form ? Values(by_form(l, k, kept)) : Values((channel.*kept)[l]);
    VariableBuilder variable = group.add(spec.name, std::move(values));
    variable.unit(spec.unit).says(spec.meaning).from(spec.source);
    if (spec.weeks_needed() > 1) variable.fact(fact::weeks_needed, std::int64_t{spec.weeks_needed()});
    if (spec.least_scale > 0) variable.fact(fact::least_scale, spec.least_scale);
    if (spec.by_form && !weekly) variable.coordinates({"form_key"});
  }
}

std::vector<float> Recorder::by_form(std::size_t l, std::size_t k, Kept kept) const {
  const std::size_t forms = form_names_.size();
  const std::size_t points = (channels_[k].*kept)[l].size();
  std::vector<float> values(points * forms);
  for (std::size_t f = 0; f < forms; ++f)
    for (std::size_t p = 0; p < points; ++p) values[p * forms + f] = (channels_[k + f].*kept)[l][p];
  return values;
}

Group Recorder::series_group(const World& world, std::size_t l) const {
  const Level& level = levels_[l];
  const RecordLevel& row = *level.row;
  GroupBuilder group(std::string("series/") + row.name, std::string("time series by ") + row.name);
  add_dimensions(world, level, level.weeks, group);
  add_series(l, &Channel::recorded, group);
  if (!form_keys_.empty())
    group.over_only({"form"}).add("form_key", form_keys_).says("name of the form in the scenario").from("scenario");
  group.over_only({row.name}).from("census");
  if (row.describe != nullptr) row.describe(world, arms_.list, group);
  return group.take();
}

Group Recorder::weekly_group(const World& world, std::size_t l) const {
  const Level& level = levels_[l];
  GroupBuilder group(std::string("weekly/") + level.row->name, std::string("what is watched by ") + level.row->name);
  add_dimensions(world, level, counted(static_cast<std::size_t>(weeks_)), group);
  add_series(l, &Channel::weekly, group);
  return group.take();
}

std::vector<Group> Recorder::groups(const World& world) const {
  std::vector<Group> all;
  for (std::size_t l = 0; l < levels_.size(); ++l) {
    all.push_back(series_group(world, l));
    if (Group weekly = weekly_group(world, l); !weekly.variables.empty()) all.push_back(std::move(weekly));
  }
  return all;
}

}  // namespace kurultai
