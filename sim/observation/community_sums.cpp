#include "observation/community_sums.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace kurultai {

namespace {

/// Communities that a series is asked of at once: as many as stay in a cache with all series.
constexpr std::size_t together = 32;

}  // namespace

CommunitySums::CommunitySums(CommunityCells communities, std::size_t cells)
    : communities_(std::move(communities)),
      members_(cells) {
  if (communities_.levels == 0) return;
  for (std::uint32_t c = 0; c < communities_.cell.size() / communities_.levels; ++c)
    for (const std::uint32_t cell : communities_.of(c)) members_[cell].push_back(c);
}

std::size_t CommunitySums::add(const SeriesSpec& spec, std::size_t form, bool every_week) {
  series_.push_back({&spec, form, every_week, std::vector<SeriesSpec::Ratio>(members_.size()), {}, {}});
  if (spec.ranked) {
    series_.back().ranking.resize(members_.size());
    for (const auto& members : members_) {
      stay_.reserve(members.size());
      move_.reserve(members.size());
    }
  }
  return series_.size() - 1;
}

void CommunitySums::observe(const World& world, bool due) {
  const Week week(world);
  sum(week, due);
  for (Series& series : series_)
    if (series.spec->over_groups() && (due || series.every_week)) ask_group(week, series);
}

void CommunitySums::sum(const Week& week, bool due) {
  asked_.clear();
  for (Series& series : series_)
    if (!series.spec->over_groups() && (due || series.every_week)) asked_.push_back(&series);
  if (asked_.empty()) return;
  // All series of a community side by side, so that several are added at once.
  const std::size_t n = asked_.size();
  here_.resize(together * n);
  sums_.assign(members_.size() * n, {});
  for (std::size_t from = 0; from < week.communities(); from += together) {
    const std::size_t to = std::min(from + together, week.communities());
    for (std::size_t k = 0; k < n; ++k)
      asked_[k]->spec->community.fill(week, asked_[k]->form, from, to, here_.data() + k, n);
    for (std::size_t c = from; c < to; ++c) {
      const Ratio* const here = here_.data() + (c - from) * n;
      for (const std::uint32_t cell : communities_.of(c)) {
        Ratio* const sum = sums_.data() + cell * n;
        for (std::size_t k = 0; k < n; ++k) {
          sum[k].numerator += here[k].numerator;
          sum[k].denominator += here[k].denominator;
        }
      }
    }
  }
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t cell = 0; cell < members_.size(); ++cell) asked_[k]->ratio[cell] = sums_[cell * n + k];
}

void CommunitySums::ask_group(const Week& week, Series& series) {
  const SeriesSpec& spec = *series.spec;
  moved_.assign(members_.size(), spec.looks_at && !series.seen.empty() ? 0 : 1);
  if (spec.looks_at) {
    series.seen.resize(week.communities());
    for (std::size_t c = 0; c < series.seen.size(); ++c) {
      const double now = spec.looks_at(week, c);
      if (std::bit_cast<std::uint64_t>(std::exchange(series.seen[c], now)) == std::bit_cast<std::uint64_t>(now))
        continue;
      for (const std::uint32_t cell : communities_.of(c)) moved_[cell] = 1;
    }
  }
  for (std::size_t cell = 0; cell < members_.size(); ++cell) {
    if (moved_[cell] == 0) continue;
    if (spec.ranked) rank(series, cell);
    const double value = spec.ranked ? spec.ranked(week, series.ranking[cell]) : spec.group(week, members_[cell]);
    series.ratio[cell] = std::isnan(value) ? SeriesSpec::Ratio{} : SeriesSpec::Ratio{value, 1.0};
  }
}

void CommunitySums::rank(Series& series, std::size_t cell) {
  std::vector<Ranked>& ranking = series.ranking[cell];
  if (ranking.empty()) {
    for (const std::uint32_t c : members_[cell]) ranking.push_back({series.seen[c], c});
    std::sort(ranking.begin(), ranking.end());
    return;
  }
  stay_.clear();
  move_.clear();
  for (const auto& [value, c] : ranking) (value == series.seen[c] ? stay_ : move_).push_back({series.seen[c], c});
  std::sort(move_.begin(), move_.end());
  std::merge(stay_.begin(), stay_.end(), move_.begin(), move_.end(), ranking.begin());
}

}  // namespace kurultai
