#include "engine/itinerary.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string_view>

#include "base/error.h"
#include "scenario/resolved.h"

namespace kurultai {

namespace {

bool stands_in(const Field& field, std::initializer_list<std::string_view> collections) {
  const std::string_view section = field.section().name();
  const std::string_view collection = section.substr(0, section.find('.'));
  return std::find(collections.begin(), collections.end(), collection) != collections.end();
}

bool is_luck(const Field& field) {
  const std::string& name = field.about().name;
  return stands_in(field, {"run"}) && (name == "seed" || name == "replicate");
}

bool makes_society(const Field& field) {
  return stands_in(field, {"society"}) || (stands_in(field, {"run"}) && field.about().name == "scale");
}

/// A table is known by where it stands: two files may call two tables by one name.
std::string value_text(const Model& model, const Field& field) {
  const std::string& name = field.about().name;
  const auto* file = dynamic_cast<const Text*>(&field);
  if (file == nullptr || !stands_in(field, {"society"}) || file->value().empty() ||
      (name != "census" && name != "nodes" && name != "edges"))
    return to_toml(field.get());
  try {
    return std::filesystem::absolute(model.source.find(*file)).lexically_normal().string();
  } catch (const Error&) { return file->value(); }  // who builds the society will say so
}

Mark mark_of_field(const Model& model, const Field& field) {
  return mark_of(field.path() + " = " + value_text(model, field));
}

template <class Wanted> Mark sum_of_fields(const Model& model, Wanted&& wanted) {
  Mark sum;
  for (const Section* section : all_sections(model.registry))
    for (const Field* field : section->fields())
      if (wanted(*field)) sum += mark_of_field(model, *field);
  return sum;
}

/// Fields of a policy that say when and how far, or are for people: all others say for whom.
bool says_for_whom(const Field& field) {
  static constexpr std::string_view others[] = {
      "lever", "mode", "dose", "start", "end", "ramp", "trial", "outcome", "share", "meaning", "source"};
  return std::find(std::begin(others), std::end(others), field.about().name) == std::end(others);
}

/// Whom each policy reaches, whatever it does to them.
std::vector<Mark> targets_of(const Model& model) {
  const std::vector<Slice> slice = slices(model.policies);
  std::vector<Mark> targets;
  for (std::size_t p = 0; p < model.policies.size(); ++p) {
    const PolicySpec& policy = model.policies[p];
    targets.push_back(
        mark_of(fmt::format("{} {} {} {}", policy.name(), policy.lot_name(), slice[p].from, slice[p].to)));
    for (const Field* field : policy.fields())
      if (says_for_whom(*field)) targets.back() += mark_of_field(model, *field);
  }
  return targets;
}

bool moves_nothing(const Model& model, const PolicySpec& policy) {
  if (policy.mode == Mode::add) return policy.dose == 0;
  if (policy.mode == Mode::multiply) return policy.dose == 1;
  if (policy.dose != lever_of(policy, model.registry).scenario()) return false;
  for (std::size_t p = 0; p < model.policies.size(); ++p)
    if (&model.policies[p] != &policy && model.policies[p].lever.value() == policy.lever.value()) return false;
  return true;
}

/// What a policy changes, and when, added to what others do.
void add_changes(
    const Model& model, const PolicySpec& policy, const Mark& target, std::map<std::int64_t, Mark>& changes) {
  if (moves_nothing(model, policy)) return;
  const std::string move = fmt::format("{:016x}{:016x} {} {} {} {}", target.high, target.low, policy.lever.value(),
      policy.mode.value(), policy.dose.value(), std::max<std::int64_t>(policy.ramp, 1));
  changes[policy.start] += mark_of(move);
  if (policy.end != -1) changes[policy.end + 1] += mark_of("ends: " + move);
}

/// How what a policy does is recorded.
Mark recorded_of(const PolicySpec& policy, const Mark& target) {
  Mark mark = target;
  mark += mark_of(fmt::format("{} {} {} {} {}", policy.name(), bool{policy.trial}, policy.is_trial(),
      policy.outcome.value(), policy.outcome.value().empty() ? 0 : policy.start.value()));
  return mark;
}

bool is_survey(const Field& field) { return stands_in(field, {"survey", "item"}); }
bool is_output(const Field& field) { return stands_in(field, {"output"}); }

}  // namespace

Mark& Mark::operator+=(const Mark& other) {
  high += other.high;
  low += other.low;
  return *this;
}

Mark& Mark::operator-=(const Mark& other) {
  high -= other.high;
  low -= other.low;
  return *this;
}

Mark mark_of(const std::string& text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return {hash.high64, hash.low64};
}

bool Itineraries::is_read_later(const Field& field) {
  return is_survey(field) || is_output(field) || stands_in(field, {"policy"}) || field.path() == "run.weeks" ||
         field.path() == "policies.enabled";
}

Itineraries::Itineraries(const Model& base)
    : base_(base),
      from_first_week_(
          sum_of_fields(base, [](const Field& field) { return !is_read_later(field) && !is_luck(field); })),
      society_(sum_of_fields(base, makes_society)),
      output_(sum_of_fields(base, is_output)),
      surveys_(sum_of_fields(base, is_survey)),
      targets_(targets_of(base)) {}

Itinerary Itineraries::of(
    const Model& model, std::span<const std::string> moved, std::uint64_t seed, std::uint32_t replicate) const {
  Itinerary itinerary;
  itinerary.base = from_first_week_;
  itinerary.base += mark_of(fmt::format("luck {} {}", seed, replicate));
  bool other_targets = false;
  bool other_surveys = false;
  bool other_output = false;
  for (const std::string& path : moved) {
    const Field* field = model.registry.find(path);
    const Field* before = base_.registry.find(path);
    ensure(field != nullptr && before != nullptr, "a setting names a parameter");
    other_surveys = other_surveys || is_survey(*field);
    other_output = other_output || is_output(*field);
    other_targets =
        other_targets || (stands_in(*field, {"policy"}) && (says_for_whom(*field) || field->about().name == "share"));
    if (is_read_later(*field) || is_luck(*field)) continue;
    itinerary.base -= mark_of_field(base_, *before);
    itinerary.base += mark_of_field(model, *field);
  }
  itinerary.first = -static_cast<std::int32_t>(model.run.warmup);
  itinerary.end = static_cast<std::int32_t>(model.run.weeks);

  const std::vector<Mark> own_targets = other_targets ? targets_of(model) : std::vector<Mark>{};
  const std::vector<Mark>& targets = other_targets ? own_targets : targets_;
  itinerary.records = other_output ? sum_of_fields(model, is_output) : output_;
  itinerary.surveys = other_surveys ? sum_of_fields(model, is_survey) : surveys_;
  for (const Watched& watched : model.watched)
    itinerary.records += mark_of(fmt::format("watched {} {}", watched.level, watched.series));
  std::map<std::int64_t, Mark> changes;
  const auto* in_force = dynamic_cast<const Flag*>(model.registry.find("policies.enabled"));
  for (std::size_t p = 0; p < model.policies.size(); ++p) {
    if (in_force == nullptr || *in_force) add_changes(model, model.policies[p], targets[p], changes);
    itinerary.records += recorded_of(model.policies[p], targets[p]);
  }
  for (const auto& [week, what] : changes)
    if (week < itinerary.end) itinerary.changes.push_back({static_cast<std::int32_t>(week), what});
  return itinerary;
}

}  // namespace kurultai
