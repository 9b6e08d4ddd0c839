#include "observation/recorder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/labels.h"
#include "base/parallel.h"

namespace kurultai {

namespace {

const std::vector<std::string>& known_levels() {
  static const std::vector<std::string> names = {
      "nation", "region", "community_type", "stratum", "arm", "district", "community"};
  return names;
}

/// Parts of a trial. The last: residents of communities that were drawn out of it (policy.NAME.community_share).
constexpr const char* part_names[] = {"treated", "control", "beside treated", "beside control", "control elsewhere"};
enum Part : std::size_t { treated, control, beside_treated, beside_control, control_elsewhere };

/// Fills in what each resident of a block adds to a series.
void count(const World& world, const Block& block, const SeriesSpec& spec, std::size_t form,
    std::span<std::uint32_t> numerator, std::span<std::uint32_t> denominator) {
  if (spec.residents) {
    std::fill(numerator.begin(), numerator.end(), 0U);
    std::fill(denominator.begin(), denominator.end(), 0U);
    spec.residents(world, block, form, numerator, denominator);
    return;
  }
  const Residents& r = world.residents();
  const Column<Share>& column = r.*spec.mean;
  const std::size_t width = column.width();
  const Share* const value = column.data() + block.first * width + spec.family;
  const std::uint8_t* const age = r.age.data() + block.first;
  for (std::size_t i = 0; i < denominator.size(); ++i) denominator[i] = age[i] >= adult_age ? 1 : 0;
  for (std::size_t i = 0; i < numerator.size(); ++i) numerator[i] = denominator[i] * value[i * width].raw;
}

}  // namespace

std::string OutputSettings::inconsistency() const {
  for (const std::string& level : levels.value())
    if (std::find(known_levels().begin(), known_levels().end(), level) == known_levels().end())
      return "levels has '" + level +
             "', but there are only nation, region, community_type, stratum, arm, district and community";
  return {};
}

std::span<const Stratum> strata() {
  static const std::vector<Stratum> all = {{"age", "age under 18"}, {"age", "age 18-29"}, {"age", "age 30-44"},
      {"age", "age 45-59"}, {"age", "age 60 and over"}, {"sex", "men"}, {"sex", "women"},
      {"education", "basic education"}, {"education", "secondary education"}, {"education", "higher education"},
      {"occupation", "farmers"}, {"occupation", "entrepreneurs"}, {"occupation", "employees"},
      {"occupation", "public servants"}, {"occupation", "students"}, {"occupation", "pensioners"},
      {"occupation", "not working"}, {"income", "income below half the mean wage"},
      {"income", "income up to the mean wage"}, {"income", "income above the mean wage"},
      {"platform", "platform users"}, {"platform", "not on a platform"}};
  return all;
}

std::uint16_t kind_of(const Residents& r, std::size_t i) {
  const int age = r.age[i];
  const double income = r.income[i];
  const int age_group = (age >= 18) + (age >= 30) + (age >= 45) + (age >= 60);
  const int income_group = (income >= 0.5) + (income >= 1.0);
  const auto& [ages, sexes, educations, occupations, incomes, platforms] = strata_of_dimension;
  int kind = age_group;
  kind = kind * sexes + r.sex[i];
  kind = kind * educations + r.education[i];
  kind = kind * occupations + r.occupation[i];
  kind = kind * incomes + income_group;
  kind = kind * platforms + (r.platform[i] != 0 ? 0 : 1);
  return static_cast<std::uint16_t>(kind);
}

std::array<std::uint8_t, stratum_dimensions> strata_of(std::uint16_t kind) {
  std::array<std::uint8_t, stratum_dimensions> strata_of_kind{};
  int first = std::accumulate(strata_of_dimension.begin(), strata_of_dimension.end(), 0);
  int rest = kind;
  for (std::size_t d = stratum_dimensions; d-- > 0; rest /= strata_of_dimension[d]) {
    first -= strata_of_dimension[d];
    strata_of_kind[d] = static_cast<std::uint8_t>(first + rest % strata_of_dimension[d]);
  }
  return strata_of_kind;
}

Recorder::Recorder(const World& world, std::vector<const SeriesSpec*> series, const OutputSettings& settings,
    std::span<const Watched> watched) {
  const Country& country = world.society.country;
  for (std::size_t f = 0; f < world.forms.size(); ++f) {
    form_keys_.push_back(world.forms.key(f));
    form_names_.push_back(world.forms[f].title.value().empty() ? form_keys_.back() : world.forms[f].title.value());
  }
  form_names_ = told_apart(std::move(form_names_), {}, form_keys_);
  cells_of_.resize(country.communities.size());
  const auto wanted = [&](const char* name) {
    const auto& list = settings.levels.value();
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  const auto add = [&](const char* name, std::size_t cells, auto cell_of) {
    if (!wanted(name)) return;
    for (std::size_t c = 0; c < cells_of_.size(); ++c)
      cells_of_[c][community_levels_] = static_cast<std::uint32_t>(cells_ + cell_of(c));
    levels_.push_back({name, cells_, cells, settings.every, {}});
    cells_ += cells;
    ++community_levels_;
  };
  add("nation", 1, [](std::size_t) { return std::size_t{0}; });
  add("region", country.regions.size(), [&](std::size_t c) { return std::size_t{country.communities[c].region}; });
  add("community_type", place_type_count,
      [&](std::size_t c) { return static_cast<std::size_t>(country.communities[c].type); });
  add("district", country.districts.size(),
      [&](std::size_t c) { return std::size_t{country.communities[c].district}; });
  add("community", country.communities.size(), [](std::size_t c) { return c; });
  members_.resize(cells_);
  for (std::uint32_t c = 0; c < cells_of_.size(); ++c)
    for (std::size_t l = 0; l < community_levels_; ++l) members_[cells_of_[c][l]].push_back(c);
  stratum_first_ = cells_;
  wants_strata_ = wanted("stratum");
  if (wants_strata_) levels_.push_back({"stratum", stratum_first_, strata().size(), settings.stratum_every, {}});

  arm_first_ = cells_ + (wants_strata_ ? strata().size() : 0);
  if (wanted("arm")) list_arms(world);
  if (!arms_.empty()) levels_.push_back({"arm", arm_first_, arms_.size(), settings.every, {}});

  const auto& kept = settings.series.value();
  for (const SeriesSpec* spec : series) {
    if (!kept.empty() && std::find(kept.begin(), kept.end(), spec->name) == kept.end()) continue;
    const std::size_t forms = spec->by_form ? form_names_.size() : 1;
    for (std::size_t f = 0; f < forms; ++f) {
      Channel channel{.spec = spec,
          .form = f,
          .week = {},
          .window = {},
          .ring = {},
          .ratio = {},
          .recorded = {},
          .weekly = {},
          .watched = {}};
      const std::size_t cells = arm_first_ + arms_.size();
      if (spec->over_residents()) {
        channel.week.resize(cells);
        if (spec->window > 1) {
          channel.window.resize(cells);
          channel.ring.resize(cells * static_cast<std::size_t>(spec->window));
        }
      } else {
        channel.ratio.resize(cells);
      }
      channel.recorded.resize(levels_.size());
      channel.weekly.resize(levels_.size());
      channel.watched.resize(levels_.size());
      for (std::size_t l = 0; l < levels_.size(); ++l) {
        const Level& level = levels_[l];
        if (level.every == 1 || std::none_of(watched.begin(), watched.end(),
                                    [&](const Watched& w) { return w.level == level.name && w.series == spec->name; }))
          continue;
        channel.watched[l] = 1;
        channel.always = true;
        channel.strata_always = channel.strata_always || level.name == "stratum";
      }
      channels_.push_back(std::move(channel));
    }
  }
  block_sums_.resize(world.blocks.size() * channels_.size());
  stratum_sums_.resize(channels_.size() * strata().size());
  arm_sums_.resize(channels_.size() * arms_.size());
}

void Recorder::list_arms(const World& world) {
  for (std::size_t p = 0; p < world.trials.size(); ++p) {
    const PolicySpec& policy = world.policies[p];
    if (!policy.is_trial()) continue;
    Split split{.policy = p};
    split.arm_of.fill(Split::none);
    split.elsewhere.fill(Split::none);
    const auto add = [&](std::uint32_t& arm, Part part) {
      arm = static_cast<std::uint32_t>(arms_.size());
      arms_.push_back({p, part, world.policies.key(p) + ": " + part_names[part]});
    };
    add(split.arm_of[Trial::treated], treated);
    add(split.arm_of[Trial::control], control);
    if (policy.unit.is("household")) {
      add(split.arm_of[Trial::beside_treated], beside_treated);
      add(split.arm_of[Trial::beside_control], beside_control);
    }
    if (policy.community_share < 1.0) add(split.elsewhere[Trial::control], control_elsewhere);
    splits_.push_back(split);
  }
}

void Recorder::observe(const World& world) {
  bool recorded = false;
  bool strata_due = false;
  for (const Level& level : levels_)
    if (world.week >= 0 && world.week % level.every == 0) (level.name == "stratum" ? strata_due : recorded) = true;
  sum_residents(world, recorded || strata_due, strata_due);
  sum_communities(world, recorded || strata_due);
  if (world.week >= 0) record(world);
}

void Recorder::state(Archive& archive) {
  archive("weeks", weeks_);
  for (Level& level : levels_) archive("weeks by " + level.name, level.weeks);
  for (Channel& channel : channels_) {
    const std::string name =
        channel.spec->name + (channel.spec->by_form ? " of form " + std::to_string(channel.form) : "");
    archive(name + ": window", std::span(channel.window));
    archive(name + ": ring", std::span(channel.ring));
    archive(name + ": recorded", channel.recorded);
    archive(name + ": weekly", channel.weekly);
  }
}

void Recorder::sum_blocks(const World& world, std::size_t from, std::size_t to, bool due, bool strata_due) {
  struct Scratch {
    std::vector<std::uint32_t> numerator, denominator;
    std::vector<std::uint16_t> kind;
    std::vector<Sum> by_kind, by_arm;
  };
  thread_local Scratch kept;  // filled anew for each use, kept for its memory only
  auto& [numerator, denominator, kind, by_kind, by_arm] = kept;
  const Vertex first = world.blocks[from].first;
  const Vertex last = world.blocks[to - 1].last;
  kind.clear();
  for (std::size_t k = 0; k < channels_.size(); ++k) {
    const SeriesSpec& spec = *channels_[k].spec;
    if (!spec.over_residents()) continue;
    const bool windowed = spec.window > 1;
    const bool by_stratum = wants_strata_ && (windowed || strata_due || channels_[k].strata_always);
    bool counted = false;
    by_arm.assign(arms_.size(), {});
    for (std::size_t b = from; b < to; ++b) {
      const Block& block = world.blocks[b];
      Sum& sum = block_sums_[b * channels_.size() + k];
      sum = {};
      if (!windowed && !due && !channels_[k].always) continue;
      if (spec.happens && !spec.happens(world, block.community, channels_[k].form)) continue;
      const std::size_t n = block.size();
      numerator.resize(n);
      denominator.resize(n);
      count(world, block, spec, channels_[k].form, numerator, denominator);
      for (std::size_t i = 0; i < n; ++i) {
        sum.numerator += numerator[i];
        sum.denominator += denominator[i];
      }
      if (!arms_.empty()) add_to_arms(world, block, numerator, denominator, by_arm);
      if (!by_stratum) continue;
      if (kind.empty()) {
        kind.resize(last - first);
        for (Vertex i = first; i < last; ++i) kind[i - first] = kind_of(world.residents(), i);
      }
      if (!counted) by_kind.assign(kind_count, {});
      counted = true;
      for (std::size_t i = 0; i < n; ++i) {
        by_kind[kind[block.first - first + i]].add({numerator[i], denominator[i]});
      }
    }
    if (!counted && arms_.empty()) continue;
    const std::scoped_lock lock(guard_);
    for (std::size_t a = 0; a < arms_.size(); ++a) arm_sums_[k * arms_.size() + a].add(by_arm[a]);
    if (!counted) continue;
    Sum* const stratum_sum = &stratum_sums_[k * strata().size()];
    for (std::size_t kd = 0; kd < kind_count; ++kd) {
      if (by_kind[kd].denominator == 0) continue;
      for (const std::uint8_t stratum : strata_of(static_cast<std::uint16_t>(kd)))
        stratum_sum[stratum].add(by_kind[kd]);
    }
  }
}

void Recorder::add_to_arms(const World& world, const Block& block, std::span<const std::uint32_t> numerator,
    std::span<const std::uint32_t> denominator, std::span<Sum> by_arm) const {
  for (const Split& split : splits_) {
    const Trial& trial = world.trials[split.policy];
    const std::uint8_t here = trial.status[block.community];
    if (here == Trial::outside) continue;
    std::array<Sum, Trial::statuses> by_status{};
    for (std::size_t i = 0; i < numerator.size(); ++i)
      by_status[trial.residents.empty() ? here : trial.residents[block.first + i]].add({numerator[i], denominator[i]});
    const auto& arm_of = trial.residents.empty() || here == Trial::treated ? split.arm_of : split.elsewhere;
    for (std::size_t s = 0; s < Trial::statuses; ++s)
      if (arm_of[s] != Split::none) by_arm[arm_of[s]].add(by_status[s]);
  }
}

void Recorder::sum_residents(const World& world, bool due, bool strata_due) {
  const std::size_t channels = channels_.size();
  const std::size_t strata_count = strata().size();
  std::fill(stratum_sums_.begin(), stratum_sums_.end(), Sum{});
  std::fill(arm_sums_.begin(), arm_sums_.end(), Sum{});
  parallel_chunks(
      world.blocks.size(), 64, [&](std::size_t from, std::size_t to) { sum_blocks(world, from, to, due, strata_due); });
  for (std::size_t k = 0; k < channels; ++k) {
    Channel& channel = channels_[k];
    if (!channel.spec->over_residents()) continue;
    std::fill(channel.week.begin(), channel.week.end(), Sum{});
    for (std::size_t b = 0; b < world.blocks.size(); ++b) {
      const Sum& sum = block_sums_[b * channels + k];
      if (sum.denominator == 0 && sum.numerator == 0) continue;
      const auto& cells = cells_of_[world.blocks[b].community];
      for (std::size_t l = 0; l < community_levels_; ++l) channel.week[cells[l]].add(sum);
    }
    if (wants_strata_)
      std::copy_n(stratum_sums_.begin() + static_cast<std::ptrdiff_t>(k * strata_count), strata_count,
          channel.week.begin() + static_cast<std::ptrdiff_t>(stratum_first_));
    std::copy_n(arm_sums_.begin() + static_cast<std::ptrdiff_t>(k * arms_.size()), arms_.size(),
        channel.week.begin() + static_cast<std::ptrdiff_t>(arm_first_));
    if (channel.spec->window > 1) {
      const std::size_t cells = channel.week.size();
      Sum* oldest = &channel.ring[(world.tick() % static_cast<std::uint32_t>(channel.spec->window)) * cells];
      for (std::size_t cell = 0; cell < cells; ++cell) {
        channel.window[cell].numerator += channel.week[cell].numerator - oldest[cell].numerator;
        channel.window[cell].denominator += channel.week[cell].denominator - oldest[cell].denominator;
        oldest[cell] = channel.week[cell];
      }
    }
  }
}

void Recorder::sum_communities(const World& world, bool due) {
  for (Channel& channel : channels_) {
    if (channel.spec->over_residents() || !(due || channel.always)) continue;
    std::fill(channel.ratio.begin(), channel.ratio.end(), SeriesSpec::Ratio{});
    if (channel.spec->group) {
      for (std::size_t cell = 0; cell < cells_; ++cell) {
        const double value = channel.spec->group(world, members_[cell]);
        if (!std::isnan(value)) channel.ratio[cell] = {value, 1.0};
      }
      continue;
    }
    for (std::size_t c = 0; c < cells_of_.size(); ++c) {
      const SeriesSpec::Ratio part = channel.spec->community(world, c, channel.form);
      for (std::size_t l = 0; l < community_levels_; ++l) {
        channel.ratio[cells_of_[c][l]].numerator += part.numerator;
        channel.ratio[cells_of_[c][l]].denominator += part.denominator;
      }
    }
  }
}

double Recorder::value(const World& world, const Channel& channel, std::size_t cell) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const SeriesSpec& spec = *channel.spec;
  if (world.tick() + 1 < static_cast<std::uint32_t>(spec.weeks_needed()))
    return none;  // it would look back on less than it says
  double numerator = 0;
  double denominator = 0;
  if (spec.over_residents()) {
    const Sum& sum = spec.window > 1 ? channel.window[cell] : channel.week[cell];
    numerator = static_cast<double>(sum.numerator) * (spec.mean != nullptr ? 1.0 / 65535.0 : 1.0);
    denominator = static_cast<double>(sum.denominator);
  } else {
    numerator = channel.ratio[cell].numerator;
    denominator = channel.ratio[cell].denominator;
  }
  return spec.total ? numerator : denominator > 0 ? numerator / denominator : none;
}

void Recorder::record(const World& world) {
  weeks_ = world.week + 1;
  for (std::size_t l = 0; l < levels_.size(); ++l) {
    Level& level = levels_[l];
    const bool kept = world.week % level.every == 0;
    if (kept) level.weeks.push_back(world.week);
    for (Channel& channel : channels_) {
      if (!kept && channel.watched[l] == 0) continue;
      for (std::size_t cell = level.first; cell < level.first + level.cells; ++cell) {
        const auto x = static_cast<float>(value(world, channel, cell));
        if (kept) channel.recorded[l].push_back(x);
        if (channel.watched[l] != 0) channel.weekly[l].push_back(x);
      }
    }
  }
}

std::vector<Coordinate> Recorder::coordinates(
    const World& world, const Level& level, std::vector<std::int32_t> weeks) const {
  std::vector<Coordinate> list;
  list.push_back({"week", {"week"}, std::move(weeks), "1", "weeks since the end of the warm-up", "design", {}});
  const Country& country = world.society.country;
  std::vector<std::string> labels;
  std::vector<std::string> codes;
  if (level.name == "region")
    for (const Region& region : country.regions) {
      labels.push_back(region.name);
      codes.push_back(region.code);
    }
  if (level.name == "district")
    for (const District& district : country.districts) labels.push_back(district.code);
  if (level.name == "community")
    for (const Community& community : country.communities) labels.push_back(community.code);
  if (level.name == "community_type") labels.assign(std::begin(place_type_names), std::end(place_type_names));
  if (level.name == "stratum")
    for (const Stratum& stratum : strata()) labels.push_back(stratum.label);
  if (level.name == "arm")
    for (const Arm& arm : arms_) labels.push_back(arm.label);
  labels = told_apart(std::move(labels), {}, codes);
  if (!labels.empty())
    list.push_back({level.name, {level.name}, labels, "1", "label of each " + level.name,
        level.name == "arm" ? "design" : "census", {}});
  if (!form_names_.empty())
    list.push_back({"form", {"form"}, form_names_, "1", "form of participation", "scenario", {}});
  return list;
}

std::vector<Variable> Recorder::variables(std::size_t l, std::vector<std::vector<float>> Channel::* values) const {
  const Level& level = levels_[l];
  const bool watched = values == &Channel::weekly;
  std::vector<Variable> list;
  for (std::size_t k = 0; k < channels_.size(); ++k) {
    const SeriesSpec& spec = *channels_[k].spec;
    if ((level.name == "stratum" || level.name == "arm") && !spec.over_residents()) continue;
    if (channels_[k].form != 0 || (watched && channels_[k].watched[l] == 0)) continue;
    Variable variable{spec.name, {"week"}, (channels_[k].*values)[l], spec.unit, spec.meaning, spec.source};
    if (level.name != "nation") variable.dimensions.push_back(level.name);
    if (spec.weeks_needed() > 1) variable.facts[fact::weeks_needed] = std::int64_t{spec.weeks_needed()};
    if (spec.least_scale > 0) variable.facts[fact::least_scale] = spec.least_scale;
    if (spec.by_form) {
      const std::size_t forms = form_names_.size();
      const std::size_t points = (channels_[k].*values)[l].size();
      std::vector<float> by_form(points * forms);
      for (std::size_t f = 0; f < forms; ++f)
        for (std::size_t p = 0; p < points; ++p) by_form[p * forms + f] = (channels_[k + f].*values)[l][p];
      variable.dimensions.push_back("form");
      variable.values = std::move(by_form);
      variable.coordinates = {"form_key"};
    }
    list.push_back(std::move(variable));
  }
  return list;
}

std::vector<Group> Recorder::groups(const World& world) const {
  std::vector<Group> all;
  const Country& country = world.society.country;
  const Variable form_key{"form_key", {"form"}, form_keys_, "1", "name of the form in the scenario", "scenario"};
  std::vector<std::int32_t> weeks(static_cast<std::size_t>(weeks_));
  std::iota(weeks.begin(), weeks.end(), 0);
  for (std::size_t l = 0; l < levels_.size(); ++l) {
    const Level& level = levels_[l];
    Group group{"series/" + level.name, "time series by " + level.name, coordinates(world, level, level.weeks),
        variables(l, &Channel::recorded)};
    if (!form_keys_.empty()) group.variables.push_back(form_key);
    const auto describe = [&](const char* name, Values values, const char* unit, const char* meaning,
                              std::vector<std::string> flags = {}) {
      group.variables.push_back({name, {level.name}, std::move(values), unit, meaning, "census", std::move(flags)});
    };
    if (level.name == "region") {
      std::vector<std::string> codes;
      std::vector<double> population;
      for (const Region& region : country.regions) codes.push_back(region.code);
      population.assign(country.regions.size(), 0.0);
      for (const Community& community : country.communities) population[community.region] += community.population;
      describe("region_code", codes, "1", "code of the region");
      describe("population", population, "people", "official population, at scale 1");
    }
    if (level.name == "district") {
      std::vector<std::string> names;
      std::vector<std::string> regions;
      for (const District& district : country.districts) {
        names.push_back(district.name);
        regions.push_back(country.regions[district.region].name);
      }
      describe("district_name", names, "1", "name of the district");
      describe("district_region", regions, "1", "region it belongs to");
    }
    if (level.name == "community") {
      std::vector<std::string> names;
      std::vector<std::string> regions;
      std::vector<double> population;
      std::vector<double> latitude;
      std::vector<double> longitude;
      std::vector<std::uint8_t> types;
      std::vector<std::uint8_t> synthetic;
      for (const Community& community : country.communities) {
        names.push_back(community.name);
        regions.push_back(country.regions[community.region].name);
        population.push_back(community.population);
        latitude.push_back(community.latitude);
        longitude.push_back(community.longitude);
        types.push_back(static_cast<std::uint8_t>(community.type));
        synthetic.push_back(community.synthetic ? 1 : 0);
      }
      describe("community_name", names, "1", "name of the community");
      describe("community_region", regions, "1", "region it belongs to");
      describe("population", population, "people", "population, at scale 1");
      describe("latitude", latitude, "degrees_north", "latitude");
      describe("longitude", longitude, "degrees_east", "longitude");
      describe("type", types, "1", "type of community", {std::begin(place_type_names), std::end(place_type_names)});
      describe("synthetic", synthetic, "1", "whether the community is synthetic", {"real", "synthetic"});
    }
    if (level.name == "stratum") {
      std::vector<std::string> names;
      for (const Stratum& stratum : strata()) names.push_back(stratum.dimension);
      describe("dimension", names, "1", "what the stratum is a part of");
    }
    if (level.name == "arm") {
      std::vector<std::string> policies;
      std::vector<std::string> parts;
      for (const Arm& arm : arms_) {
        policies.push_back(world.policies.key(arm.policy));
        parts.push_back(part_names[arm.part]);
      }
      describe("policy", policies, "1", "the trial, by its policy");
      describe("part", parts, "1", "part in the trial");
    }
    all.push_back(std::move(group));
    std::vector<Variable> weekly = variables(l, &Channel::weekly);
    for (Variable& variable : weekly) variable.coordinates.clear();
    if (!weekly.empty())
      all.push_back({"weekly/" + level.name, "what is watched by " + level.name, coordinates(world, level, weeks),
          std::move(weekly)});
  }
  return all;
}

}  // namespace kurultai
