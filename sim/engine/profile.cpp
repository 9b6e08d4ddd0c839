#include "engine/profile.h"

#include <fmt/format.h>

#include <algorithm>

namespace kurultai {

Profile::Profile(std::vector<std::string> names)
    : names_(std::move(names)),
      rows_(std::make_unique<std::atomic<std::int64_t>[]>(names_.size())) {}

std::vector<Profile::Row> Profile::rows() const {
  std::vector<Row> list;
  double all = 0;
  const double elapsed = std::chrono::duration<double>(Clock::now() - began_).count();
  const double second = elapsed / static_cast<double>(ticks_now() - began_ticks_);  // of one tick
  for (std::size_t k = 0; k < names_.size(); ++k) {
    const double seconds = second * static_cast<double>(rows_[k].load());
    all += seconds;
    if (seconds > 0) list.push_back({names_[k], seconds, 0});
  }
  for (Row& row : list) row.share = row.seconds / all;
  std::stable_sort(list.begin(), list.end(), [](const Row& a, const Row& b) { return a.seconds > b.seconds; });
  return list;
}

std::string Profile::table(std::int64_t weeks, std::size_t residents) const {
  std::string text =
      fmt::format("{:<16} {:>10} {:>7} {:>24}\n", "mechanism", "seconds", "share", "ns a resident and week");
  double all = 0;
  const double resident_weeks = static_cast<double>(weeks) * static_cast<double>(residents);
  const auto each = [&](double seconds) { return resident_weeks > 0 ? 1e9 * seconds / resident_weeks : 0.0; };
  for (const Row& row : rows()) {
    text += fmt::format(
        "{:<16} {:>10.3f} {:>6.1f}% {:>24.1f}\n", row.name, row.seconds, 100 * row.share, each(row.seconds));
    all += row.seconds;
  }
  return text + fmt::format("{:<16} {:>10.3f} {:>6.1f}% {:>24.1f}\n", "all", all, all > 0 ? 100.0 : 0.0, each(all));
}

}  // namespace kurultai
