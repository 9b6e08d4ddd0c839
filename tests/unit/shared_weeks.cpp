// Planned runs become stretches: each week once for all that read the same.
#include "sweep/shared_weeks.h"

#include <map>
#include <random>
#include <set>
#include <tuple>

#include "catch.h"

using namespace kurultai;

namespace {

Mark mark(std::uint64_t of) { return {of, 0}; }

/// A run of weeks -10 to `end` that reads `base` at first and then, week by week, other things.
Itinerary run(std::uint64_t base, std::int32_t end, std::vector<std::pair<std::int32_t, std::uint64_t>> changes = {}) {
  Itinerary itinerary;
  itinerary.base = mark(base);
  itinerary.first = -10;
  itinerary.end = end;
  for (const auto& [week, what] : changes) itinerary.changes.push_back({week, mark(what)});
  return itinerary;
}

double shared(const std::vector<Itinerary>& runs) { return count_weeks(shared_weeks(runs)).shared; }

/// The same by looking at every week of every run: how many differ in what they have read up to it.
double week_by_week(const std::vector<Itinerary>& runs) {
  double weeks = 0;
  for (std::int32_t week = -10; week < 100; ++week) {
    std::set<std::pair<Mark, std::vector<Itinerary::Change>>> different;
    for (const Itinerary& it : runs) {
      if (week >= it.end) continue;
      std::vector<Itinerary::Change> read;
      for (const Itinerary::Change& change : it.changes)
        if (change.week <= week) read.push_back(change);
      different.emplace(it.base, read);
    }
    weeks += static_cast<double>(different.size());
  }
  return weeks;
}

}  // namespace

TEST_CASE("shared weeks: a run by itself goes its whole way in one stretch") {
  const std::vector<Itinerary> runs = {run(1, 40, {{0, 7}, {20, 8}})};
  const std::vector<Stretch> stretches = shared_weeks(runs);
  REQUIRE(stretches.size() == 1);
  CHECK(stretches[0].from == -10);
  CHECK(stretches[0].to == 40);
  CHECK(stretches[0].ending == std::vector<std::size_t>{0});
  CHECK_FALSE(stretches[0].before);
}

TEST_CASE("shared weeks: runs part in the first week in which they read something else") {
  const std::vector<Itinerary> runs = {run(1, 40, {{0, 7}, {20, 8}}), run(1, 40, {{0, 7}, {20, 9}}), run(2, 40)};
  const std::vector<Stretch> stretches = shared_weeks(runs);
  REQUIRE(stretches.size() == 4);
  CHECK(stretches[0].runs == std::vector<std::size_t>{0, 1});
  CHECK(stretches[0].to == 20);
  CHECK(stretches[0].ending.empty());
  CHECK(stretches[1].before == std::optional<std::size_t>(0));
  CHECK(stretches[2].before == std::optional<std::size_t>(0));
  CHECK(stretches[3].runs == std::vector<std::size_t>{2});
  CHECK(shared(runs) == 30 + 20 + 20 + 50);
}

TEST_CASE("shared weeks: a policy that begins parts a run from one that has none, and what ends early stays behind") {
  CHECK(shared({run(1, 40), run(1, 40, {{30, 5}})}) == 40 + 10 + 10);
  CHECK(shared({run(1, 40), run(1, 25)}) == 50);
  CHECK(shared({run(1, 40, {{30, 5}}), run(1, 25, {{20, 5}}), run(1, 30)}) == 50 + 5);
  const std::vector<Stretch> stretches = shared_weeks(std::vector<Itinerary>{run(1, 40), run(1, 25)});
  REQUIRE(stretches.size() == 2);
  CHECK(stretches[0].ending == std::vector<std::size_t>{1});
  CHECK(stretches[1].ending == std::vector<std::size_t>{0});
}

TEST_CASE("shared weeks: runs that read the same from end to end are one stretch, and what they record may differ") {
  std::vector<Itinerary> runs(3, run(1, 40, {{10, 5}}));
  runs[1].surveys = mark(1);
  runs[2].records = mark(2);
  const std::vector<Stretch> stretches = shared_weeks(runs);
  REQUIRE(stretches.size() == 1);
  CHECK(stretches[0].ending == std::vector<std::size_t>{0, 1, 2});
  const Kinds kinds = kinds_in(runs, stretches[0]);
  CHECK(kinds.records == std::vector<std::size_t>{0, 2});
  CHECK(kinds.surveys == std::vector<std::size_t>{0, 1});
}

TEST_CASE("shared weeks: no more kinds of records go together than there is room for") {
  std::vector<Itinerary> runs(most_kinds_together + 1, run(1, 40));
  for (std::size_t k = 0; k < runs.size(); ++k) runs[k].records = mark(k);
  CHECK(shared(runs) == 100);
}

TEST_CASE("shared weeks: nothing is shared where all is read from the first week, even without a warm-up") {
  std::vector<Itinerary> runs = {run(1, 40, {{0, 3}}), run(1, 40, {{0, 4}})};
  for (Itinerary& it : runs) it.first = 0;
  const std::vector<Stretch> stretches = shared_weeks(runs);
  REQUIRE(stretches.size() == 2);
  for (const Stretch& stretch : stretches) {
    CHECK_FALSE(stretch.before);
    CHECK(stretch.runs.size() == 1);
  }
}

TEST_CASE("shared weeks: as many as a look at every week of every run counts, and each run has all of its own") {
  std::mt19937 random(1);
  const auto below = [&](std::uint32_t n) { return random() % n; };
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<Itinerary> runs;
    for (std::uint32_t k = 0; k < 1 + below(12); ++k) {
      std::map<std::int32_t, std::uint64_t> changes;
      const auto end = static_cast<std::int32_t>(1 + below(60));
      for (std::uint32_t c = 0; c < below(5); ++c)
        if (const auto week = static_cast<std::int32_t>(5 * below(12)); week < end) changes[week] = 1 + below(2);
      runs.push_back(run(below(2), end, {changes.begin(), changes.end()}));
    }
    const std::vector<Stretch> stretches = shared_weeks(runs);
    CHECK(count_weeks(stretches).shared == week_by_week(runs));
    std::vector<std::int32_t> at(runs.size(), -10);
    std::vector<bool> ended(runs.size(), false);
    for (std::size_t s = 0; s < stretches.size(); ++s) {
      const Stretch& stretch = stretches[s];
      CHECK(stretch.from < stretch.to);
      if (stretch.before) CHECK(*stretch.before < s);
      for (const std::size_t k : stretch.runs) {
        CHECK(at[k] == stretch.from);
        at[k] = stretch.to;
      }
      for (const std::size_t k : stretch.ending) ended[k] = true;
    }
    for (std::size_t k = 0; k < runs.size(); ++k) {
      CHECK(at[k] == runs[k].end);
      CHECK(ended[k]);
    }
  }
}
