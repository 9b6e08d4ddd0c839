#include "mechanism/form.h"

#include <algorithm>

#include "base/random.h"

namespace kurultai {

namespace {

Form looked_up(const FormSpec& spec) {
  Form form;
  form.key = static_cast<std::uint32_t>(key_of(spec.name()));
  form.needs = spec.needs;
  form.decides = spec.decides;
  form.offline = spec.offline;
  form.online = spec.online;
  form.standing = spec.standing;
  form.national = spec.scope == Scope::national;
  form.one_subject = spec.subject == Subject::one;
  form.children = spec.eligible == Eligible::residents;
  form.members = spec.eligible == Eligible::members;
  form.is_participation = spec.counts;
  for (unsigned t = 0; t < place_type_count; ++t)
    if (spec.types.holds(static_cast<PlaceType>(t))) form.types = static_cast<std::uint16_t>(form.types | (1U << t));
  form.kinds = static_cast<std::uint16_t>(spec.members_of.mask());
  if (!spec.occupations.none()) form.occupations = static_cast<std::uint16_t>(spec.occupations.mask());
  form.period = spec.standing ? 0 : static_cast<std::int32_t>(spec.period);
  form.week = static_cast<std::int32_t>(spec.week);
  form.spread = static_cast<std::uint32_t>(spec.spread);
  form.announced = static_cast<std::int32_t>(spec.announced);
  form.open = static_cast<std::int32_t>(spec.open);
  form.deciding =
      static_cast<std::int32_t>(spec.decide > 0 ? std::min(spec.decide.value(), spec.open.value()) : spec.open.value());
  form.priority = spec.priority;
  form.round = static_cast<double>(spec.announced + spec.open) / static_cast<double>(spec.rounds);
  form.invitation = spec.invitation;
  form.intercept = spec.intercept;
  form.hours = {spec.hours_offline, spec.hours_online};
  form.hours_remote = spec.hours_remote;
  form.visibility = {spec.visibility_offline, spec.visibility_online};
  form.money = spec.money;
  form.in_kind = spec.in_kind;
  form.quorum = spec.quorum;
  form.kept = spec.kept;
  form.mobilisation = spec.mobilisation;
  form.baseline = spec.baseline;
  return form;
}

}  // namespace

std::vector<Form> compiled(const Collection<FormSpec>& specs) {
  std::vector<Form> forms;
  for (std::size_t f = 0; f < specs.size(); ++f) forms.push_back(looked_up(specs[f]));
  for (std::size_t f = 0; f < forms.size(); ++f)
    for (std::size_t g = 0; g < forms.size(); ++g) {
      if (forms[f].standing || specs.key(g) != specs[f].follows.value()) continue;
      forms[f].follows = static_cast<std::int32_t>(g);
      forms[g].followers.push_back(static_cast<std::uint16_t>(f));
    }
  return forms;
}

std::vector<std::size_t> standing(std::span<const Form> forms) {
  std::vector<std::size_t> list;
  for (std::size_t f = 0; f < forms.size(); ++f)
    if (forms[f].standing) list.push_back(f);
  return list;
}

std::vector<std::size_t> programmes(std::span<const Form> forms) {
  std::vector<std::size_t> list;
  for (std::size_t f = 0; f < forms.size(); ++f)
    if (forms[f].decides == Decides::support && !forms[f].standing) list.push_back(f);
  return list;
}

}  // namespace kurultai
