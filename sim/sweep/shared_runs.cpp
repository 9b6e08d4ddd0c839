#include "sweep/shared_runs.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"

namespace kurultai {

SharedRuns::SharedRuns(std::vector<PlannedRun> runs) : runs_(std::move(runs)) {
  place_.resize(runs_.size());
  for (std::size_t k = 0; k < runs_.size(); ++k) {
    heed_interrupt();
    const PlannedRun& run = runs_[k];
    std::optional<Itinerary> itinerary;
    if (!run.alone) itinerary = run.of->itinerary(run.settings, run.luck);
    if (!itinerary) continue;
    place_[k] = sharing_.size();
    sharing_.push_back(k);
    itineraries_.push_back(std::move(*itinerary));
  }
  stretches_ = shared_weeks(itineraries_);
  after_.resize(stretches_.size());
  ends_.resize(stretches_.size());
  for (std::size_t s = 0; s < stretches_.size(); ++s)
    if (stretches_[s].before) after_[*stretches_[s].before].push_back(s);
}

SharedRuns::Job SharedRuns::job_of(std::size_t s) const {
  const Stretch& stretch = stretches_[s];
  const std::optional<std::size_t> walked = stretch.runs.size() > 1 ? std::optional(s) : std::nullopt;
  return {sharing_[stretch.runs.front()], walked, stretch.before};
}

std::vector<SharedRuns::Job> SharedRuns::first() const {
  std::vector<Job> jobs;
  for (std::size_t k = 0; k < runs_.size(); ++k)
    if (!place_[k]) jobs.push_back({k, {}, {}});
  for (std::size_t s = 0; s < stretches_.size(); ++s)
    if (!stretches_[s].before) jobs.push_back(job_of(s));
  std::sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) { return a.run < b.run; });
  return jobs;
}

std::vector<SharedRuns::Job> SharedRuns::instead_of(const Job& walk) const {
  std::vector<Job> jobs;
  for (const std::size_t run : stretches_[walk.stretch.value()].runs) jobs.push_back({sharing_[run], {}, {}});
  return jobs;
}

std::vector<Companion> SharedRuns::companions(const Stretch& stretch) const {
  const Kinds kinds = kinds_in(itineraries_, stretch);
  std::map<std::size_t, Companion> by_run;
  const auto companion = [&](std::size_t run) -> Companion& {
    const PlannedRun& planned = runs_[sharing_[run]];
    return by_run.try_emplace(run, Companion{planned.of, planned.settings, planned.luck}).first->second;
  };
  for (const std::size_t run : kinds.records) companion(run).records = true;
  for (const std::size_t run : kinds.surveys) companion(run).surveys = true;
  by_run.erase(stretch.runs.front());  // its own watch
  std::vector<Companion> list;
  for (const auto& entry : by_run) list.push_back(entry.second);
  return list;
}

RunControl SharedRuns::from_where(const Job& job, const RunControl& control) const {
  RunControl going = control;
  if (job.from) {
    const std::scoped_lock lock(guard_);
    going.from = ends_[*job.from].waypoint;
    ensure(going.from != nullptr, "a waypoint stays until the last has left it");
  }
  return going;
}

std::optional<std::vector<SharedRuns::Job>> SharedRuns::walk(const Job& walk, const RunControl& control) {
  const std::size_t s = walk.stretch.value();
  const Stretch& stretch = stretches_[s];
  const PlannedRun& run = runs_[walk.run];
  std::shared_ptr<const Waypoint> waypoint =
      run.of->walk(run.settings, run.luck, stretch.to, companions(stretch), from_where(walk, control));
  if (waypoint == nullptr) return {};
  std::vector<Job> jobs;
  for (const std::size_t ending : stretch.ending) jobs.push_back({sharing_[ending], {}, s});
  for (const std::size_t next : after_[s]) jobs.push_back(job_of(next));
  const std::scoped_lock lock(guard_);
  ends_[s] = {std::move(waypoint), jobs.size()};
  return jobs;
}

std::optional<Result> SharedRuns::run(const Job& job, const RunControl& control) {
  const PlannedRun& run = runs_[job.run];
  return run.of->run(run.settings, run.luck, from_where(job, control));
}

bool SharedRuns::leave(const Job& job) {
  if (!job.from) return false;
  const std::scoped_lock lock(guard_);
  End& end = ends_[*job.from];
  if (--end.waiting > 0) return false;
  end.waypoint.reset();
  return true;
}

double SharedRuns::share(const Job& job) const {
  if (!place_[job.run]) return 1;
  const Itinerary& itinerary = itineraries_[*place_[job.run]];
  const std::int32_t from = job.from ? stretches_[*job.from].to : itinerary.first;
  const std::int32_t to = job.stretch ? stretches_[*job.stretch].to : itinerary.end;
  return static_cast<double>(to - from) / (itinerary.end - itinerary.first);
}

double SharedRuns::bytes(std::size_t stretch) const {
  const std::scoped_lock lock(guard_);
  return ends_[stretch].waypoint == nullptr ? 0.0 : ends_[stretch].waypoint->bytes();
}

}  // namespace kurultai
