#include "observation/recorder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/labels.h"
#include "base/parallel.h"
#include "observation/strata.h"

namespace kurultai {

namespace {

/// Fills in what each resident of a block adds to a series.
void count(const World& world, const Block& block, const SeriesSpec& spec, std::size_t form,
    std::span<std::uint32_t> numerator, std::span<std::uint32_t> denominator) {
  if (spec.residents) {
    std::fill(numerator.begin(), numerator.end(), 0U);
    std::fill(denominator.begin(), denominator.end(), 0U);
    spec.residents(Week(world), block, form, numerator, denominator);
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

Recorder::Recorder(const World& world, const std::vector<const SeriesSpec*>& series, const OutputSettings& settings,
    std::span<const Watched> watched) {
  list_forms(world);
  list_levels(world, settings);
  place_communities(world.society.country);
  const auto& kept = settings.series.value();
  for (const SeriesSpec* spec : series) {
    if (!kept.empty() && std::find(kept.begin(), kept.end(), spec->name) == kept.end()) continue;
    const std::size_t forms = spec->by_form ? form_names_.size() : 1;
    for (std::size_t f = 0; f < forms; ++f) add_channel(*spec, f, watched);
  }
  block_sums_.resize(world.blocks.size() * channels_.size());
  stratum_sums_.resize(channels_.size() * strata().size());
  arm_sums_.resize(channels_.size() * arms_.list.size());
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
  community_levels_ = levels_.size();
  cells_ = first;
  stratum_first_ = first;
  add(RecordLevel::Cells::strata);
  wants_strata_ = levels_.size() > community_levels_;
  arm_first_ = first;
  add(RecordLevel::Cells::arms);
}

void Recorder::place_communities(const Country& country) {
  members_.resize(cells_);
  for (std::uint32_t c = 0; c < country.communities.size(); ++c)
    for (std::size_t l = 0; l < community_levels_; ++l) {
      const std::size_t cell = levels_[l].first + levels_[l].row->area_of(country, c);
      cells_of_.push_back(static_cast<std::uint32_t>(cell));
      members_[cell].push_back(c);
    }
}

void Recorder::add_channel(const SeriesSpec& spec, std::size_t form, std::span<const Watched> watched) {
  Channel channel;
  channel.spec = &spec;
  channel.form = form;
  const std::size_t cells = arm_first_ + arms_.list.size();
  if (spec.over_residents()) {
    channel.week.resize(cells);
    if (spec.window > 1) {
      channel.window.resize(cells);
      channel.ring.resize(cells * static_cast<std::size_t>(spec.window));
    }
  } else {
    channel.ratio.resize(cells);
  }
  channel.recorded.resize(levels_.size());
  channel.weekly.resize(levels_.size());
  channel.watched.resize(levels_.size());
  for (std::size_t l = 0; l < levels_.size(); ++l) {
    const Level& level = levels_[l];
    const auto is_this = [&](const Watched& w) { return w.level == level.row->name && w.series == spec.name; };
    if (level.every == 1 || std::none_of(watched.begin(), watched.end(), is_this)) continue;
    channel.watched[l] = 1;
    channel.always = true;
    channel.strata_always = channel.strata_always || level.row->cells == RecordLevel::Cells::strata;
  }
  channels_.push_back(std::move(channel));
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
  bool recorded = false;
  bool strata_due = false;
  for (const Level& level : levels_)
    if (world.week >= 0 && world.week % level.every == 0)
      (level.row->cells == RecordLevel::Cells::strata ? strata_due : recorded) = true;
  sum_residents(world, recorded || strata_due, strata_due);
  sum_communities(world, recorded || strata_due);
  if (world.week >= 0) record(world);
}

void Recorder::state(Archive& archive) {
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

void Recorder::sum_blocks(const World& world, std::size_t from, std::size_t to, bool due, bool strata_due) {
  const Week week(world);
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
    by_arm.assign(arms_.list.size(), {});
    for (std::size_t b = from; b < to; ++b) {
      const Block& block = world.blocks[b];
      Sum& sum = block_sums_[b * channels_.size() + k];
      sum = {};
      if (!windowed && !due && !channels_[k].always) continue;
      if (spec.happens && !spec.happens(week, block.community, channels_[k].form)) continue;
      const std::size_t n = block.size();
      numerator.resize(n);
      denominator.resize(n);
      count(world, block, spec, channels_[k].form, numerator, denominator);
      for (std::size_t i = 0; i < n; ++i) {
        sum.numerator += numerator[i];
        sum.denominator += denominator[i];
      }
      if (!arms_.list.empty()) add_to_arms(world, block, numerator, denominator, by_arm);
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
    if (!counted && arms_.list.empty()) continue;
    const std::scoped_lock lock(guard_);
    for (std::size_t a = 0; a < arms_.list.size(); ++a) arm_sums_[k * arms_.list.size() + a].add(by_arm[a]);
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
  for (const ArmSplit& split : arms_.splits) {
    const Trial& trial = world.trials[split.policy];
    const std::uint8_t here = trial.status[block.community];
    if (here == Trial::outside) continue;
    std::array<Sum, Trial::statuses> by_status{};
    for (std::size_t i = 0; i < numerator.size(); ++i)
      by_status[trial.residents.empty() ? here : trial.residents[block.first + i]].add({numerator[i], denominator[i]});
    const auto& arm_of = trial.residents.empty() || here == Trial::treated ? split.arm_of : split.elsewhere;
    for (std::size_t s = 0; s < Trial::statuses; ++s)
      if (arm_of[s] != ArmSplit::none) by_arm[arm_of[s]].add(by_status[s]);
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
      const std::span<const std::uint32_t> cells = cells_of(world.blocks[b].community);
      for (std::size_t l = 0; l < community_levels_; ++l) channel.week[cells[l]].add(sum);
    }
    if (wants_strata_)
      std::copy_n(stratum_sums_.begin() + static_cast<std::ptrdiff_t>(k * strata_count), strata_count,
          channel.week.begin() + static_cast<std::ptrdiff_t>(stratum_first_));
    std::copy_n(arm_sums_.begin() + static_cast<std::ptrdiff_t>(k * arms_.list.size()), arms_.list.size(),
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
  const Week week(world);
  for (Channel& channel : channels_) {
    if (channel.spec->over_residents() || !(due || channel.always)) continue;
    std::fill(channel.ratio.begin(), channel.ratio.end(), SeriesSpec::Ratio{});
    if (channel.spec->group) {
      for (std::size_t cell = 0; cell < cells_; ++cell) {
        const double value = channel.spec->group(week, members_[cell]);
        if (!std::isnan(value)) channel.ratio[cell] = {value, 1.0};
      }
      continue;
    }
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      const std::span<const std::uint32_t> cells = cells_of(c);
      const SeriesSpec::Ratio part = channel.spec->community(week, c, channel.form);
      for (std::size_t l = 0; l < community_levels_; ++l) {
        channel.ratio[cells[l]].numerator += part.numerator;
        channel.ratio[cells[l]].denominator += part.denominator;
      }
    }
  }
}

double Recorder::value(const World& world, const Channel& channel, std::size_t cell) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const SeriesSpec& spec = *channel.spec;
  // It would look back on less than it says.
  if (world.tick() + 1 < static_cast<std::uint32_t>(spec.weeks_needed())) return none;
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

}  // namespace kurultai
