#include "observation/community_sums.h"

#include <bit>
#include <cmath>
#include <utility>

namespace kurultai {

CommunitySums::CommunitySums(CommunityCells communities, std::size_t cells)
    : communities_(std::move(communities)),
      members_(cells) {
  if (communities_.levels == 0) return;
  for (std::uint32_t c = 0; c < communities_.cell.size() / communities_.levels; ++c)
    for (const std::uint32_t cell : communities_.of(c)) members_[cell].push_back(c);
}

std::size_t CommunitySums::add(const SeriesSpec& spec, std::size_t form, bool every_week) {
  series_.push_back({&spec, form, every_week, std::vector<SeriesSpec::Ratio>(members_.size()), {}});
  return series_.size() - 1;
}

void CommunitySums::observe(const World& world, bool due) {
  const Week week(world);
  sum(week, due);
  for (Series& series : series_)
    if (series.spec->group && (due || series.every_week)) ask_group(week, series);
}

void CommunitySums::sum(const Week& week, bool due) {
  asked_.clear();
  for (Series& series : series_)
    if (!series.spec->group && (due || series.every_week)) asked_.push_back(&series);
  if (asked_.empty()) return;
  // All series of a community side by side, so that several are added at once.
  const std::size_t n = asked_.size();
  here_.resize(n);
  sums_.assign(members_.size() * n, {});
  for (std::size_t c = 0; c < week.communities(); ++c) {
    for (std::size_t k = 0; k < n; ++k) here_[k] = asked_[k]->spec->community(week, c, asked_[k]->form);
    for (const std::uint32_t cell : communities_.of(c)) {
      SeriesSpec::Ratio* const sum = sums_.data() + cell * n;
      for (std::size_t k = 0; k < n; ++k) {
        sum[k].numerator += here_[k].numerator;
        sum[k].denominator += here_[k].denominator;
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
    const double value = spec.group(week, members_[cell]);
    series.ratio[cell] = std::isnan(value) ? SeriesSpec::Ratio{} : SeriesSpec::Ratio{value, 1.0};
  }
}

}  // namespace kurultai
