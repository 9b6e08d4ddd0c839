#include "engine/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string_view>
#include <tuple>

#include "base/calendar.h"
#include "base/error.h"
#include "base/nearest.h"
#include "engine/course.h"
#include "engine/lever_readers.h"
#include "society/target.h"

namespace kurultai {

namespace {

/// Phases that need all residents to have finished the one before: they open a new pass.
bool opens_pass(Phase phase) {
  return phase == Phase::levers || phase == Phase::response || phase == Phase::experience || phase == Phase::economy ||
         phase == Phase::publication;
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : ", ") + word;
  return line.empty() ? "-" : line;
}

/// The first few of `names`, and how many more there are.
std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 5;
  if (names.size() <= shown + 1) return joined(names);
  return fmt::format("{} and {} more", joined({names.begin(), names.begin() + shown}), names.size() - shown);
}

void check_forms(const Model& model) {
  std::vector<std::string> names;
  for (std::size_t f = 0; f < model.forms.size(); ++f) names.push_back(model.forms.key(f));
  for (std::size_t f = 0; f < model.forms.size(); ++f) {
    const FormSpec& form = model.forms[f];
    const std::string& before = form.follows.value();
    if (before.empty()) continue;
    const auto* followed = dynamic_cast<const FormSpec*>(model.forms.find(before));
    if (followed == nullptr)
      throw scenario_error(model.source.place_of(form.name() + ".follows"),
          fmt::format("form '{}' follows '{}'", model.forms.key(f), before), "no form has that name",
          did_you_mean(nearest(before, names), "name a form that the scenario has"));
    if (!form.standing && (form.scope == Scope::national) && followed->scope != Scope::national)
      throw scenario_error(model.source.place_of(form.name() + ".follows"),
          fmt::format("form '{}' is national and follows '{}', which is local", model.forms.key(f), before),
          "communities close theirs in different weeks", "make both national or both local, or give it a period");
  }
}

/// A policy on a lever that no mechanism reads.
void check_readers(const Model& model) {
  const auto* in_force = dynamic_cast<const Flag*>(model.registry.find("policies.enabled"));
  if (in_force != nullptr && !*in_force) return;
  for (std::size_t p = 0; p < model.policies.size(); ++p) {
    const PolicySpec& policy = model.policies[p];
    if (const std::string why = why_unread(model, policy.lever.value()); !why.empty())
      throw scenario_error(model.source.place_of(policy.lever.path()),
          fmt::format("{} moves {}, which does nothing here", policy.name(), policy.lever.value()),
          "no mechanism of this scenario reads it: " + why, "change that, or take the policy away");
  }
}

/// Series to keep that no mechanism has.
void check_series(const Model& model) {
  std::vector<std::string> known;
  for (const auto& mechanism : model.mechanisms)
    for (const SeriesSpec& series : mechanism->series()) known.push_back(series.name);
  for (const std::string& name : model.output.series.value())
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw scenario_error(model.source.place_of(model.output.series.path()),
          fmt::format("there is no series '{}'", name), "output.series names those to keep",
          did_you_mean(nearest(name, known), "see 'kurultai describe outputs'"));
}

/// Residents have a bit for each standing form and each support programme.
void check_room(const Model& model) {
  std::vector<const FormSpec*> standing;
  std::vector<const FormSpec*> programmes;
  for (std::size_t f = 0; f < model.forms.size(); ++f) {
    if (model.forms[f].standing)
      standing.push_back(&model.forms[f]);
    else if (model.forms[f].decides == Decides::support)
      programmes.push_back(&model.forms[f]);
  }
  if (standing.size() > most_standing_forms)
    throw scenario_error(model.source.place_of(standing[most_standing_forms]->name()),
        fmt::format("{} standing forms are too many", standing.size()),
        fmt::format("there is room for {}", most_standing_forms), "give some of them a period instead");
  if (programmes.size() > most_programmes)
    throw scenario_error(model.source.place_of(programmes[most_programmes]->name()),
        fmt::format("{} support programmes are too many", programmes.size()),
        fmt::format("there is room for {}", most_programmes), "join some of them");
}

void check_scale(const Model& model) {
  const Real& scale = model.run.scale;
  if (model.society.source == Source::network && scale != 1)
    throw scenario_error(model.source.place_of(scale.path()),
        fmt::format("{} cannot be {}", scale.path(), scale.value()),
        "the society is a given network, which is never thinned", "leave it out, or set it to 1");
}

/// "policy" for the section policy.open_budget.
std::string_view collection_of(const Section& section) {
  const std::string_view name = section.name();
  return name.substr(0, name.find('.'));
}

bool stands_in(const Field& field, std::initializer_list<std::string_view> collections) {
  return std::find(collections.begin(), collections.end(), collection_of(field.section())) != collections.end();
}

/// A rule between parameters of several sections.
struct Rule {
  /// Whether it reads a field: a change of others cannot break it. A test tries every parameter.
  bool (*reads)(const Field&);
  void (*check)(const Model&);
};

bool reads_forms(const Field& field) { return stands_in(field, {"form"}); }

/// All rules that no single section can see. A new one goes here, with what it reads.
constexpr Rule rules[] = {
    {[](const Field& field) { return stands_in(field, {"policy", "form"}); },
        [](const Model& model) { check_policies(model.policies, model.registry, model.source); }},
    {[](const Field& field) { return stands_in(field, {"survey", "item"}); },
        [](const Model& model) { check_surveys(model.surveys, model.items, model.source); }},
    {reads_forms, check_forms},
    {reads_forms, check_room},
    {[](const Field& field) { return stands_in(field, {"output"}); }, check_series},
    {[](const Field& field) { return stands_in(field, {"run", "society"}); }, check_scale},
    // Conditions under which mechanisms read a lever are on switches and choices.
    {[](const Field& field) {
       return field.kind() == Field::Kind::flag || field.kind() == Field::Kind::choice || field.about().name == "lever";
     },
        check_readers},
};

/// Whether two policies may be in force in one week and one place.
bool may_meet(const PolicySpec& a, const PolicySpec& b) {
  const auto ends_before = [](const PolicySpec& first, const PolicySpec& then) {
    return first.end >= 0 && first.end < then.start;
  };
  const bool arms = !a.lot.value().empty() && a.lot.value() == b.lot.value();
  return !arms && !ends_before(a, b) && !ends_before(b, a);
}

}  // namespace

Model::Model() : mechanisms(make_mechanisms()) {
  registry.add(run);
  registry.add(society);
  registry.add(practice);
  registry.add(platform_service);
  registry.add(output);
  for (const auto& mechanism : mechanisms) registry.add(*mechanism);
  registry.add(forms);
  registry.add(taxes);
  registry.add(policies);
  registry.add(surveys);
  registry.add(items);
  link();
}

void Model::link() {
  switches_ = {};
  costs_.all.clear();
  std::vector<const Mechanism*> by_name;
  for (const auto& mechanism : mechanisms) {
    by_name.push_back(mechanism.get());
    for (std::size_t k = 0; k < mechanism_count; ++k)
      if (mechanism->name() == words<MechanismName>[k]) switches_.enabled[k] = &mechanism->enabled;
  }
  std::stable_sort(
      by_name.begin(), by_name.end(), [](const Mechanism* a, const Mechanism* b) { return a->name() < b->name(); });
  for (const Mechanism* mechanism : by_name)
    for (const ProgrammeCost* cost : mechanism->costs()) costs_.all.emplace_back(&mechanism->enabled, cost);
  Offered offered;
  offered.add(practice);
  offered.add(platform_service);
  offered.add(society);
  offered.add(forms);
  offered.add(taxes);
  offered.add(policies);
  offered.add(registry);
  offered.add(switches_);
  offered.add(costs_);
  for (const auto& mechanism : mechanisms) mechanism->offer(offered);
  for (const auto& mechanism : mechanisms) mechanism->link(offered);
}

void Model::read(const std::filesystem::path& file, std::span<const std::string> sets) {
  source = read_scenario(file, sets, registry);
  check();
}

void Model::use_keys() {
  for (std::size_t p = 0; p < policies.size(); ++p) use_key(policies[p].outcome, forms, "title", source);
  for (std::size_t f = 0; f < forms.size(); ++f) use_key(forms[f].follows, forms, "title", source);
  for (std::size_t s = 0; s < surveys.size(); ++s) kurultai::use_keys(surveys[s].items, items, "question", source);
}

void Model::settle() {
  if (source.places.count(run.scale.path()) > 0) return;
  const Value scale = society.source == Source::census ? run.scale.default_value() : Value{1.0};
  ensure(run.scale.set(scale).empty(), "the default scales are allowed");
}

void Model::check() {
  settle();
  use_keys();
  check_consistency(source, registry);
  for (const Rule& rule : rules) rule.check(*this);
}

void Model::check(std::span<const Field* const> changed) {
  settle();
  const auto any = [&](auto holds) {
    return std::any_of(changed.begin(), changed.end(), [&](const Field* field) { return holds(*field); });
  };
  if (any([](const Field& field) { return field.kind() == Field::Kind::text || field.kind() == Field::Kind::texts; }))
    use_keys();
  Registry sections;
  for (const Field* field : changed)
    sections.add(const_cast<Section&>(field->section()));  // NOLINT: it is only looked at
  check_consistency(source, sections);
  for (const Rule& rule : rules)
    if (any(rule.reads)) rule.check(*this);
}

bool Model::remarks_read(const Field& field) {
  const std::string_view section = collection_of(field.section());
  const std::string& name = field.about().name;
  if (section == "run") return name == "weeks" || name == "scale";
  if (section == "policy") return name != "dose" && name != "mode" && name != "ramp" && name != "share";
  return section == "policies" || section == "survey" || section == "society";
}

std::vector<std::string> Model::reading_notes() const {
  std::vector<std::string> list;
  if (const Course course = course_of(registry); course.full != Course::none) {
    const std::int64_t full_of_year = course.full + weeks_a_year;
    list.push_back(
        fmt::format("{} is in full force from week {} on: of {} weeks {} lie before its full effect on "
                    "series that look back on 52 weeks ({}), {} on others",
            course.policy, course.full, course.weeks, std::min(full_of_year, course.weeks),
            full_of_year < course.weeks ? fmt::format("a measure with first = {} leaves them out", full_of_year)
                                        : "none would be left after it",
            std::min(course.full, course.weeks)));
  }
  std::vector<std::pair<std::string, double>> of_scale;
  const std::vector<std::string>& kept = output.series.value();
  for (const auto& mechanism : mechanisms)
    for (const SeriesSpec& series : mechanism->series())
      if (run.scale < series.least_scale &&
          (kept.empty() || std::find(kept.begin(), kept.end(), series.name) != kept.end()))
        of_scale.emplace_back(series.name, series.least_scale);
  if (std::string text = scale_remark(std::move(of_scale), run.scale); !text.empty()) list.push_back(std::move(text));
  for (std::string& note : unread_settings(*this)) list.push_back(std::move(note));
  return list;
}

std::string Model::thinned_by_another_file() const {
  const auto scale = source.places.find(run.scale.path());
  if (society.source != Source::plain || run.scale == 1 || scale == source.places.end()) return {};
  const auto file = [](const std::string& place) { return place.substr(0, place.rfind(':')); };
  if (scale->second.rfind("--set", 0) == 0 || file(scale->second) == file(source.place_of(society.source.path())))
    return {};
  return fmt::format("a file that the scenario builds on thins its plain society: run.scale = {}", run.scale.value());
}

std::vector<std::string> Model::remarks(const Country* places) const {
  std::vector<std::string> list;
  if (const std::string thinned = thinned_by_another_file(); !thinned.empty()) list.push_back(thinned);
  const std::int64_t last = run.weeks - 1;
  std::vector<std::string> late;
  std::vector<std::string> idle;
  std::map<std::string, std::vector<std::size_t>> movers;  // by lever
  for (std::size_t p = 0; p < policies.size(); ++p) {
    const PolicySpec& policy = policies[p];
    if (policy.start > last) late.push_back(policy.name());
    if (places != nullptr && !means_any(*places, policy)) idle.push_back(policy.name());
    movers[policy.lever.value()].push_back(p);
  }
  if (late.size() == 1) {
    const auto* policy = dynamic_cast<const PolicySpec*>(policies.find(late[0].substr(late[0].find('.') + 1)));
    list.push_back(fmt::format(
        "{} begins in week {} and the run ends with week {}: it does nothing", late[0], policy->start.value(), last));
  } else if (!late.empty()) {
    list.push_back(fmt::format(
        "{} policies begin after the run's last week, {}, and do nothing: {}", late.size(), last, some_of(late)));
  }
  if (!idle.empty())
    list.push_back(idle.size() == 1
                       ? fmt::format("{} treats nobody: no community meets its conditions", idle[0])
                       : fmt::format("{} policies treat nobody, since no community meets their conditions: {}",
                             idle.size(), some_of(idle)));
  for (const auto& [lever, of] : movers) {
    std::vector<std::string> meet;
    for (const std::size_t p : of)
      if (std::any_of(
              of.begin(), of.end(), [&](std::size_t q) { return q != p && may_meet(policies[p], policies[q]); }))
        meet.push_back(policies[p].name());
    if (meet.size() == 2)
      list.push_back(fmt::format(
          "{} and {} move {} in the same weeks: where both apply they act in this order", meet[0], meet[1], lever));
    else if (!meet.empty())
      list.push_back(fmt::format(
          "{} policies move {} in weeks that meet: where several apply they act in the order of their names: {}",
          meet.size(), lever, some_of(meet)));
  }
  const auto* enabled = dynamic_cast<const Flag*>(registry.find("policies.enabled"));
  if (policies.size() > 0 && enabled != nullptr && !*enabled)
    list.push_back("policies.enabled is false: no policy does anything");
  std::vector<std::string> unheld;
  for (std::size_t s = 0; s < surveys.size(); ++s)
    if (surveys[s].week > last)
      unheld.push_back(fmt::format("{} (week {})", surveys[s].name(), surveys[s].week.value()));
  if (!unheld.empty())
    list.push_back(fmt::format("not held, since the run ends with week {}: {}", last, some_of(unheld)));
  return list;
}

Mechanism& Model::mechanism(const std::string& name) {
  for (const auto& mechanism : mechanisms)
    if (mechanism->name() == name) return *mechanism;
  throw std::logic_error("no mechanism is called " + name);
}

namespace {

/// Throws std::logic_error where one mechanism writes what another of its phase writes or adds to.
class Claims {
 public:
  void add(const Mechanism& mechanism) {
    for (const Access* access : mechanism.accesses())
      if (access->how() != Access::How::reads)
        add(mechanism.role(), access->what(), access->how() == Access::How::adds);
  }

 private:
  struct Claim {
    std::string mechanism;
    bool adds;
  };
  void add(const Mechanism::Role& role, const Access::What& what, bool adds) {
    const auto [at, fresh] = claims_.emplace(std::tuple{role.phase, what.table, what.column}, Claim{role.name, adds});
    if (fresh || (at->second.adds == adds && (adds || at->second.mechanism == role.name))) return;
    const auto does = [](bool add) { return add ? "adds to" : "writes"; };
    throw std::logic_error(fmt::format(
        "{} {} {}.{} and {} {} it, both in phase {} (the order would matter). Let both Add, or move one to another "
        "phase",
        at->second.mechanism, does(at->second.adds), what.table, what.column, role.name, does(adds), word(role.phase)));
  }
  std::map<std::tuple<Phase, std::string, std::string>, Claim> claims_;
};

/// Whether mechanism `b` is prepared only after `a`: it starts from what a makes, or a from what b has not yet made.
bool comes_after(const Mechanism& a, const Mechanism& b) {
  const auto meets = [](const Access* x, const Access* y) {
    return x->what().table == y->what().table && x->what().column == y->what().column;
  };
  const auto makes = [](const Access* access) {
    return access->how() != Access::How::reads && access->start() == Start::made;
  };
  for (const Access* x : a.accesses())
    for (const Access* y : b.accesses()) {
      if (!meets(x, y)) continue;
      if (makes(x) && y->how() == Access::How::reads && y->start() == Start::made) return true;
      if (x->start() == Start::given && makes(y)) return true;
    }
  return false;
}

}  // namespace

std::vector<Pass> plan(const Model& model) {
  std::vector<Pass> passes;
  Claims claims;
  Phase last = Phase::publication;
  std::vector<Mechanism*> ordered;
  for (const auto& mechanism : model.mechanisms) ordered.push_back(mechanism.get());
  std::stable_sort(ordered.begin(), ordered.end(),
      [](const Mechanism* a, const Mechanism* b) { return a->role().phase < b->role().phase; });
  for (Mechanism* mechanism : ordered) {
    const Phase phase = mechanism->role().phase;
    if (passes.empty() || (phase != last && opens_pass(phase))) passes.emplace_back();
    last = phase;
    passes.back().push_back(mechanism);
    if (passes.back().size() > most_in_pass)
      throw std::logic_error(fmt::format(
          "pass {} has more than {} mechanisms: {} is one too many", passes.size(), most_in_pass, mechanism->name()));
    claims.add(*mechanism);
  }
  return passes;
}

std::vector<Mechanism*> order_of_preparation(const Model& model) {
  std::vector<Mechanism*> waiting;
  for (const auto& mechanism : model.mechanisms) waiting.push_back(mechanism.get());
  std::vector<Mechanism*> order;
  while (!waiting.empty()) {
    const auto next = std::find_if(waiting.begin(), waiting.end(), [&](const Mechanism* one) {
      return std::none_of(waiting.begin(), waiting.end(),
          [&](const Mechanism* other) { return other != one && comes_after(*other, *one); });
    });
    if (next == waiting.end()) {
      std::vector<std::string> waits;
      for (const Mechanism* one : waiting)
        for (const Mechanism* other : waiting)
          if (other != one && comes_after(*other, *one)) waits.push_back(one->name() + " after " + other->name());
      throw std::logic_error("each of these mechanisms starts from what another of them makes: " + joined(waits));
    }
    order.push_back(*next);
    waiting.erase(next);
  }
  return order;
}

std::string describe_plan(const Model& model) {
  std::string text = "One week, in this order. Each pass goes once over the residents, block by block.\n";
  std::size_t number = 0;
  for (const Pass& pass : plan(model)) {
    text += fmt::format("\npass {}\n", ++number);
    for (const Mechanism* mechanism : pass) {
      const Mechanism::Role& role = mechanism->role();
      text += fmt::format(
          "  {:<14} {:<14} {}{}\n", word(role.phase), role.name, role.meaning, mechanism->enabled ? "" : " (off)");
      text += fmt::format("  {:<29} reads {}\n  {:<29} writes {}\n", "", joined(mechanism->columns(Access::How::reads)),
          "", joined(mechanism->columns(Access::How::writes)));
      if (const auto added = mechanism->columns(Access::How::adds); !added.empty())
        text += fmt::format("  {:<29} adds to {}\n", "", joined(added));
    }
  }
  text += "\nThen the series are recorded and the clock ticks.\n";
  return text;
}

}  // namespace kurultai
