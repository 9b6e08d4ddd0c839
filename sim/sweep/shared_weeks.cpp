#include "sweep/shared_weeks.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"

namespace kurultai {

namespace {

/// Grows the stretches of runs that begin alike.
class Growth {
 public:
  Growth(std::span<const Itinerary> runs, std::vector<Stretch>& stretches)
      : runs_(runs),
        stretches_(stretches),
        next_(runs.size(), 0) {}

  /// Of `members`, which have the weeks from `from` on before them, and may read the same in them.
  void grow(std::int32_t from, std::vector<std::size_t> members) {
    std::vector<Part> waiting = {{std::nullopt, from, std::move(members)}};
    while (!waiting.empty()) {  // not by recursion: policies may begin week after week
      heed_interrupt();
      Part part = std::move(waiting.back());
      waiting.pop_back();
      const std::int32_t to = parting(part.members);
      std::optional<std::size_t> before = part.before;
      std::vector<std::size_t> ending;
      std::map<Mark, std::vector<std::size_t>> parts = parted(part.members, to, ending);
      if (to > part.from) {
        before = stretches_.size();
        stretches_.push_back({part.before, part.from, to, std::move(part.members), std::move(ending)});
      }
      const auto old = static_cast<std::ptrdiff_t>(waiting.size());
      for (auto& entry : parts) waiting.push_back({before, to, std::move(entry.second)});
      std::sort(waiting.begin() + old, waiting.end(),
          [](const Part& a, const Part& b) { return a.members.front() > b.members.front(); });
    }
  }

 private:
  struct Part {
    std::optional<std::size_t> before;
    std::int32_t from = 0;
    std::vector<std::size_t> members;
  };

  [[nodiscard]] const Itinerary::Change* next_change(std::size_t run) const {
    return next_[run] < runs_[run].changes.size() ? &runs_[run].changes[next_[run]] : nullptr;
  }

  /// The first week in which not all members do the same: some read something else, or are over. Goes past what they
  /// read alike.
  std::int32_t parting(std::span<const std::size_t> members) {
    if (members.size() == 1) return runs_[members.front()].end;
    while (true) {
      const Itinerary::Change* change = next_change(members.front());
      std::int32_t week = runs_[members.front()].end;
      bool alike = change != nullptr;
      for (const std::size_t run : members) {
        const Itinerary::Change* other = next_change(run);
        week = std::min({week, runs_[run].end, other != nullptr ? other->week : week});
        alike = alike && other != nullptr && *other == *change;
      }
      if (!alike || change->week != week) return week;
      for (const std::size_t run : members) ++next_[run];
    }
  }

  /// Those of `members` that go on, by what they read from week `to` on; the others end before it.
  std::map<Mark, std::vector<std::size_t>> parted(
      std::span<const std::size_t> members, std::int32_t to, std::vector<std::size_t>& ending) {
    std::map<Mark, std::vector<std::size_t>> parts;
    for (const std::size_t run : members) {
      if (runs_[run].end == to) {
        ending.push_back(run);
        continue;
      }
      const Itinerary::Change* change = next_change(run);
      const bool begins = change != nullptr && change->week == to;
      parts[begins ? change->what : Mark{}].push_back(run);
      if (begins) ++next_[run];
    }
    return parts;
  }

  std::span<const Itinerary> runs_;
  std::vector<Stretch>& stretches_;
  std::vector<std::size_t> next_;  ///< by run: the first of its changes that lies ahead
};

/// Which number each mark gets where each new one gets the next.
class KindNumbers {
 public:
  std::size_t of(const Mark& mark) { return numbers_.emplace(mark, numbers_.size()).first->second; }

 private:
  std::map<Mark, std::size_t> numbers_;
};

}  // namespace

std::vector<Stretch> shared_weeks(std::span<const Itinerary> runs) {
  struct Kind {
    KindNumbers records;
    KindNumbers surveys;
  };
  std::map<Mark, Kind> kinds;  // by what is read from the first week on
  std::map<std::tuple<Mark, std::int32_t, std::size_t, std::size_t>, std::vector<std::size_t>> groups;
  std::vector<std::vector<std::size_t>*> order;
  for (std::size_t run = 0; run < runs.size(); ++run) {
    const Itinerary& it = runs[run];
    ensure(
        it.first < it.end && (it.changes.empty() || it.changes.back().week < it.end), "a run reads while it goes on");
    Kind& kind = kinds[it.base];
    const std::size_t records = kind.records.of(it.records) / most_kinds_together;
    const std::size_t surveys = kind.surveys.of(it.surveys) / most_kinds_together;
    std::vector<std::size_t>& group = groups[{it.base, it.first, records, surveys}];
    if (group.empty()) order.push_back(&group);
    group.push_back(run);
  }
  std::vector<Stretch> stretches;
  Growth growth(runs, stretches);
  for (std::vector<std::size_t>* group : order) {
    const std::int32_t first = runs[group->front()].first;
    growth.grow(first, std::move(*group));
  }
  return stretches;
}

WeekCount count_weeks(std::span<const Stretch> stretches) {
  WeekCount count;
  for (const Stretch& stretch : stretches) {
    const double weeks = stretch.to - stretch.from;
    count.shared += weeks;
    count.alone += weeks * static_cast<double>(stretch.runs.size());
  }
  return count;
}

Kinds kinds_in(std::span<const Itinerary> runs, const Stretch& stretch) {
  Kinds kinds;
  std::map<Mark, bool> records;
  std::map<Mark, bool> surveys;
  for (const std::size_t run : stretch.runs) {
    if (records.emplace(runs[run].records, true).second) kinds.records.push_back(run);
    if (surveys.emplace(runs[run].surveys, true).second) kinds.surveys.push_back(run);
  }
  return kinds;
}

}  // namespace kurultai
