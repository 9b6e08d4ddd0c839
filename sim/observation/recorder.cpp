#include "observation/recorder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/labels.h"
#include "observation/resident_keys.h"

namespace kurultai {

Recorder::Recorder(const World& world, std::span<const std::unique_ptr<Mechanism>> mechanisms,
    const OutputSettings& settings, std::span<const Watched> watched) {
  list_forms(world);
  list_levels(world, settings);
  place(world, mechanisms);
  const auto& kept = settings.series.value();
  for (const auto& mechanism : mechanisms)
    for (const SeriesSpec& spec : mechanism->series()) {
      if (!kept.empty() && std::find(kept.begin(), kept.end(), spec.name) == kept.end()) continue;
      const std::size_t forms = spec.by_form ? form_names_.size() : 1;
      for (std::size_t f = 0; f < forms; ++f) add_channel(world, spec, f, watched);
    }
  residents_->ready(world);
}

std::shared_ptr<const ResidentCount> Recorder::values_of(const SeriesSpec& spec) const {
  ResidentCount count;
  count.fill = [this, mean = spec.mean, family = spec.family](
                   const Week&, const Block& block, std::size_t, const ResidentCount::Lanes& lanes) {
    const Column<Share>& column = world_->residents().*mean;
    const std::size_t width = column.width();
    const Share* const value = column.data() + block.first * width + family;
    const auto copy = [&](std::size_t apart) {
      for (std::size_t k = 0; k < block.size(); ++k) lanes[0][k] = value[k * apart].raw;
    };
    if (width == 1)
      copy(1);  // a plain copy
    else
      copy(width);
  };
  return std::make_shared<const ResidentCount>(std::move(count));
}

void Recorder::list_forms(const World& world) {
  for (std::size_t f = 0; f < world.form_specs.size(); ++f) {
    const std::string& title = world.form_specs[f].title.value();
    form_keys_.push_back(world.form_specs.key(f));
    form_names_.push_back(title.empty() ? form_keys_.back() : title);
  }
  form_names_ = told_apart(std::move(form_names_), {}, form_keys_);
}

void Recorder::list_levels(const World& world, const OutputSettings& settings) {
  const std::vector<std::string>& asked = settings.levels.value();
  std::size_t first = 0;
  const auto add = [&](RecordLevel::Cells cells) {
    for (const RecordLevel& row : record_levels()) {
      if (row.cells != cells || std::find(asked.begin(), asked.end(), row.name) == asked.end()) continue;
      if (cells == RecordLevel::Cells::arms) arms_ = arms_of(world);
      const std::size_t count = row.cell_count(world, arms_.list);
      if (count == 0) continue;  // no trial, no arms
      levels_.push_back({&row, first, count, (settings.*row.every).value(), {}});
      first += count;
    }
  };
  add(RecordLevel::Cells::areas);
  areas_ = levels_.size();
  area_cells_ = first;
  add(RecordLevel::Cells::strata);
  add(RecordLevel::Cells::arms);
  cells_ = first;
}

void Recorder::place(const World& world, std::span<const std::unique_ptr<Mechanism>> mechanisms) {
  const Country& country = world.society.country;
  const auto nowhere = static_cast<std::uint32_t>(cells_);
  CommunityCells areas{.levels = areas_};
  CommunityCells communities{.levels = areas_};
  std::vector<ResidentKeys> keys;
  std::vector<const ArmSplit*> whole;  // trials of whole communities
  for (std::size_t l = areas_; l < levels_.size(); ++l) {
    const auto first = static_cast<std::uint32_t>(levels_[l].first);
    if (levels_[l].row->cells == RecordLevel::Cells::strata) {
      keys.push_back(keys_of_strata(first));
      level_of_keys_.push_back(l);
      continue;
    }
    for (const ArmSplit& split : arms_.splits) {
      if (world.trials[split.policy].residents.empty()) {
        whole.push_back(&split);
        continue;
      }
      keys.push_back(keys_of_arms(split, first));
      level_of_keys_.push_back(l);
    }
  }
  communities.levels += whole.size();
  for (std::size_t c = 0; c < country.communities.size(); ++c) {
    for (std::size_t l = 0; l < areas_; ++l) {
      const auto cell = static_cast<std::uint32_t>(levels_[l].first + levels_[l].row->area_of(country, c));
      areas.cell.push_back(cell);
      communities.cell.push_back(cell);
    }
    for (const ArmSplit* split : whole) {
      const std::uint32_t arm = split->arm_of[world.trials[split->policy].status[c]];
      const auto first = static_cast<std::uint32_t>(levels_.back().first);
      communities.cell.push_back(arm == ArmSplit::none ? nowhere : first + arm);
    }
  }
  residents_ = std::make_unique<ResidentSums>(world, mechanisms, std::move(communities), std::move(keys), cells_ + 1);
  communities_ = std::make_unique<CommunitySums>(std::move(areas), area_cells_);
}

void Recorder::add_channel(
    const World& world, const SeriesSpec& spec, std::size_t form, std::span<const Watched> watched) {
  Channel channel;
  channel.spec = &spec;
  channel.form = form;
  if (spec.over_residents() && spec.window > 1) {
    channel.window.resize(cells_);
    channel.ring.resize(cells_ * static_cast<std::size_t>(spec.window));
  }
  channel.recorded.resize(levels_.size());
  channel.weekly.resize(levels_.size());
  channel.watched.resize(levels_.size());
  for (std::size_t l = 0; l < levels_.size(); ++l) {
    const Level& level = levels_[l];
    const auto is_this = [&](const Watched& w) { return w.level == level.row->name && w.series == spec.name; };
    channel.watched[l] = level.every != 1 && std::any_of(watched.begin(), watched.end(), is_this) ? 1 : 0;
  }
  if (spec.over_residents())
    ask(world, channel);
  else
    channel.of_communities = communities_->add(
        spec, form, std::find(channel.watched.begin(), channel.watched.end(), 1) != channel.watched.end());
  channels_.push_back(std::move(channel));
}

void Recorder::ask(const World& world, Channel& channel) {
  const SeriesSpec& spec = *channel.spec;
  ResidentSums::Wanted wanted{spec.window > 1, spec.window > 1};
  for (std::size_t l = 0; l < levels_.size(); ++l)
    if (channel.watched[l] != 0) {
      wanted.every_week = true;
      wanted.by_key_too = wanted.by_key_too || l >= areas_;
    }
  using Of = SeriesSpec::Of;
  const Of of = spec.mean != nullptr ? Of::adults : spec.of;
  ResidentSums::Of what{.count = spec.mean != nullptr ? values_of(spec) : spec.residents,
      .column = spec.mean != nullptr ? (world.residents().*spec.mean).name() : std::string(),
      .by_form = spec.by_form,
      .form = channel.form,
      .lane = spec.mean != nullptr ? 0 : spec.numerator,
      .adults = of == Of::adults};
  channel.numerator = residents_->of(what, wanted);
  if (channel.numerator == ResidentSums::nothing) return;
  what.lane = spec.denominator;
  channel.denominator = of == Of::counted ? residents_->of(what, wanted) : residents_->people(of == Of::adults);
}

void Recorder::reserve(std::int64_t weeks) {
  for (std::size_t l = 0; l < levels_.size(); ++l) {
    const auto rows = static_cast<std::size_t>((weeks + levels_[l].every - 1) / levels_[l].every);
    levels_[l].weeks.reserve(rows);
    for (Channel& channel : channels_) {
      channel.recorded[l].reserve(rows * levels_[l].cells);
      if (channel.watched[l] != 0) channel.weekly[l].reserve(static_cast<std::size_t>(weeks) * levels_[l].cells);
    }
  }
}

void Recorder::observe(const World& world) {
  world_ = &world;
  const auto is_due = [&](const Level& level) { return world.week >= 0 && world.week % level.every == 0; };
  const bool due = std::any_of(levels_.begin(), levels_.end(), is_due);
  keys_due_.resize(level_of_keys_.size());
  for (std::size_t s = 0; s < keys_due_.size(); ++s) keys_due_[s] = is_due(levels_[level_of_keys_[s]]) ? 1 : 0;
  residents_->observe(world, due, keys_due_);
  move_windows(world);
  if (world.week < 0) return;
  communities_->observe(world, due);
  record(world);
}

void Recorder::move_windows(const World& world) {
  for (Channel& channel : channels_) {
    if (channel.window.empty()) continue;
    const std::size_t week = world.tick() % static_cast<std::uint32_t>(channel.spec->window);
    Sum* const oldest = channel.ring.data() + week * cells_;
    for (std::size_t cell = 0; cell < cells_; ++cell) {
      const Sum now = sum(channel, cell);
      channel.window[cell].numerator += now.numerator - oldest[cell].numerator;
      channel.window[cell].denominator += now.denominator - oldest[cell].denominator;
      oldest[cell] = now;
    }
  }
}

void Recorder::state(Archive& archive) {
  residents_->count_anew();
  communities_->ask_anew();
  archive("weeks", weeks_);
  for (Level& level : levels_) archive(std::string("weeks by ") + level.row->name, level.weeks);
  for (Channel& channel : channels_) {
    const std::string name =
        channel.spec->name + (channel.spec->by_form ? " of form " + std::to_string(channel.form) : "");
    archive(name + ": window", std::span(channel.window));
    archive(name + ": ring", std::span(channel.ring));
    archive(name + ": recorded", channel.recorded);
    archive(name + ": weekly", channel.weekly);
  }
}

Recorder::Sum Recorder::sum(const Channel& channel, std::size_t cell) const {
  return {channel.spec->times * residents_->at(channel.numerator, cell), residents_->at(channel.denominator, cell)};
}

double Recorder::value(const World& world, const Channel& channel, std::size_t cell) const {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const SeriesSpec& spec = *channel.spec;
  // It would look back on less than it says.
  if (world.tick() + 1 < static_cast<std::uint32_t>(spec.weeks_needed())) return none;
  double numerator = 0;
  double denominator = 0;
  if (spec.over_residents()) {
    const Sum all = spec.window > 1 ? channel.window[cell] : sum(channel, cell);
    numerator = static_cast<double>(all.numerator) * (spec.mean != nullptr ? 1.0 / 65535.0 : 1.0);
    denominator = static_cast<double>(all.denominator);
  } else if (cell < area_cells_) {
    const SeriesSpec::Ratio ratio = communities_->at(channel.of_communities, cell);
    numerator = ratio.numerator;
    denominator = ratio.denominator;
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

}  // namespace kurultai
