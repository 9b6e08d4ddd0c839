// Runs that share weeks end in the bits that each has alone, whatever they differ in; what is read from the first week
// is never shared.
#include "sweep/shared_runs.h"

#include <atomic>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <set>

#include "base/error.h"
#include "engine.h"
#include "sweep/execution.h"
#include "sweep/runner.h"
#include "values.h"

using namespace kurultai;
using kurultai::test::Folder;
using kurultai::test::values_to_try;

namespace {

using Settings = std::vector<Setting>;

/// A few hamlets with all mechanisms, a year and a half; policies from week 20 on: one on communities, one on single
/// residents with a form whose rounds are remembered, the arms of a lot. Surveys of residents and of staff.
constexpr const char* hamlets = R"(
[society]
source = "plain"
communities = 3
people = 90
[run]
scale = 1.0
warmup = 12
weeks = 44
[output]
levels = ["nation", "stratum", "arm"]
every = 2
panel = 30
[form.vote]
period = 9
open = 4
week = 2
intercept = -1.0
subject = "all"
[form.appeal]
standing = true
online = true
[policy.loud]
lever = "information.reach"
mode = "set"
dose = 0.9
start = 20
end = 35
ramp = 4
[policy.letter]
lever = "participation.mail"
mode = "set"
dose = 1.0
start = 22
unit = "household"
lot = "post"
share = 0.4
trial = true
outcome = "vote"
[policy.reminder]
lever = "participation.mail"
mode = "add"
dose = 0.5
start = 24
unit = "household"
lot = "post"
share = 0.3
[survey.asked]
items = ["trust", "match"]
size = 40
week = 10
period = 13
rounds = 3
[survey.staff]
asks = "staff"
levels = ["community"]
items = ["content"]
size = 10
week = 30
[item.trust]
variable = "trust"
[item.match]
variable = "match"
[item.content]
variable = "job_satisfaction"
)";

std::filesystem::path write(const Folder& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder.path() / name) << text;
  return folder.path() / name;
}

/// Digests of runs, by their numbers.
using Digests = std::map<std::uint64_t, std::string>;

Digests digests_of(
    const Experiment& experiment, const std::vector<Task>& tasks, RunStore& store, const RunnerOptions& options) {
  Digests digests;
  std::mutex guard;
  SweepProgress quiet("none");
  Runner runner(experiment, store, options, [&](const Task& task, Result& result) {
    const std::scoped_lock lock(guard);
    digests[task.number] = digest(result);
  });
  (void)runner.run(tasks, quiet);
  return digests;
}

Digests digests_of(const Experiment& experiment, const std::vector<Task>& tasks, bool share, int threads = 2) {
  MemoryStore store;
  return digests_of(experiment, tasks, store, {.threads = threads, .share = share});
}

/// Tasks with these settings, all under one luck.
std::vector<Task> tasks_of(const std::vector<Settings>& runs, const Experiment* of = nullptr) {
  std::vector<Task> tasks;
  for (const Settings& settings : runs) tasks.push_back({tasks.size(), settings, {5, 1}, of});
  return tasks;
}

WeekCount weeks_of(const std::vector<Task>& tasks, const Experiment& experiment) {
  std::vector<PlannedRun> runs;
  for (const Task& task : tasks) runs.push_back({task.of != nullptr ? task.of : &experiment, task.settings, task.luck});
  return count_weeks(SharedRuns(std::move(runs)).stretches());
}

/// Runs with other values of the fields that `wanted` wants, one at a time, as far as they are valid.
std::vector<Settings> variations(const Experiment& experiment, const std::function<bool(const Field&)>& wanted) {
  std::vector<Settings> runs;
  for (const Section* section : all_sections(experiment.parameters()))
    for (const Field* field : section->fields()) {
      if (!wanted(*field)) continue;
      std::set<Value> tried = {field->get()};
      for (const Value& value : values_to_try(*field)) {
        if (!tried.insert(value).second) continue;
        const Settings settings = {{field->path(), value}};
        try {
          experiment.check(settings, "here");
        } catch (const Error&) { continue; }
        runs.push_back(settings);
      }
    }
  return runs;
}

bool stands_in(const Field& field, const std::string& collection) {
  return field.section().name().rfind(collection + ".", 0) == 0;
}

/// Whether the tasks, those that can be done at all, end in the same bits with and without sharing, in at most so many
/// of the weeks.
void check_same(const Experiment& experiment, std::vector<Task> tasks, double most_weeks) {
  const Digests alone = digests_of(experiment, tasks, false);
  std::erase_if(tasks, [&](const Task& task) { return alone.count(task.number) == 0; });
  REQUIRE(tasks.size() > 1);
  const WeekCount count = weeks_of(tasks, experiment);
  CHECK(count.shared <= most_weeks * count.alone + 1e-6);
  const Digests shared = digests_of(experiment, tasks, true);
  REQUIRE(shared.size() == tasks.size());
  for (const Task& task : tasks) {
    INFO((task.settings.empty() ? "as it is"
                                : task.settings.front().path + " = " + to_toml(task.settings.front().value)));
    CHECK(shared.at(task.number) == alone.at(task.number));
  }
}

}  // namespace

TEST_CASE("shared runs: policies that differ in any way share what came before them, to the same bits") {
  const Folder folder("shared_policies");
  const auto experiment = make_simulator(write(folder, "hamlets.toml", hamlets), {});
  std::vector<Settings> runs = variations(*experiment, [](const Field& field) { return stands_in(field, "policy"); });
  CHECK(runs.size() > 60);
  runs.insert(runs.begin(), Settings{});
  runs.push_back({{"policies.enabled", false}});
  check_same(*experiment, tasks_of(runs), 0.75);
}

TEST_CASE("shared runs: doses, starts, ends and ramps are compared as they act") {
  const Folder folder("shared_doses");
  const auto experiment = make_simulator(write(folder, "hamlets.toml", hamlets), {});
  const double reach = std::get<double>(experiment->parameters().find("information.reach")->get());
  const auto weeks = [&](const std::vector<Settings>& runs) {
    const std::vector<Task> tasks = tasks_of(runs);
    check_same(*experiment, tasks, 1.0);
    return weeks_of(tasks, *experiment).shared;
  };
  const double alone = 56;
  // A dose that is the lever's own value, in whatever week, is no policy; nor is one that is set to what it was.
  CHECK(weeks({{}, {{"policy.loud.dose", 0.9}}}) == alone);
  CHECK(weeks({{{"policy.loud.dose", reach}}, {{"policy.loud.dose", reach}, {"policy.loud.start", std::int64_t{3}}}}) ==
        alone);
  CHECK(weeks({{}, {{"policy.loud.dose", 0.8}}}) == alone + 24);  // from week 20 on
  CHECK(weeks({{}, {{"policy.loud.start", std::int64_t{26}}}}) == alone + 24);
  CHECK(weeks({{}, {{"policy.loud.end", std::int64_t{39}}}}) == alone + 8);  // from week 36 on
  CHECK(weeks({{}, {{"policy.loud.end", std::int64_t{200}}}}) == alone + 8);
  CHECK(weeks({{{"policy.loud.ramp", std::int64_t{0}}}, {{"policy.loud.ramp", std::int64_t{1}}}}) == alone);
  CHECK(weeks({{}, {{"policies.enabled", false}}}) == alone + 24);
  CHECK(weeks({{}, {{"policy.letter.share", 0.5}}}) == alone + 22);  // other lots, other arms, before they matter
  CHECK(weeks({{}, {{"policy.letter.outcome", std::string()}}}) == alone);
  CHECK(weeks({{}, {{"run.weeks", std::int64_t{30}}}, {{"run.weeks", std::int64_t{50}}}}) == alone + 6);
  // Three ways part one after the other.
  CHECK(weeks({{}, {{"policy.reminder.dose", 0.1}}, {{"policy.loud.dose", 0.1}}}) == alone + 20 + 24);
}

TEST_CASE("shared runs: what is asked, recorded and measured may differ in any way, and no week is simulated again") {
  const Folder folder("shared_surveys");
  const auto file = write(folder, "hamlets.toml", hamlets);
  const auto experiment = make_simulator(file, {});
  std::vector<Settings> runs = variations(
      *experiment, [](const Field& field) { return stands_in(field, "survey") || stands_in(field, "item"); });
  CHECK(runs.size() > most_kinds_together);
  check_same(*experiment, tasks_of(runs), 2.0 / static_cast<double>(most_kinds_together));

  // Experiments on one scenario that keep different things.
  std::vector<std::unique_ptr<Experiment>> others;
  for (const auto& sets : std::vector<std::vector<std::string>>{{}, {"output.levels=[\"nation\"]"}, {"output.panel=0"},
           {"output.every=1", "output.levels=[\"community\", \"arm\"]"}, {"output.series=[\"trust\"]"}})
    others.push_back(make_simulator(file, sets));
  others.push_back(make_simulator(file, {}));
  others.back()->watch({{"nation", "trust"}, {"stratum", "participation"}});
  std::vector<Task> tasks;
  for (const auto& other : others) tasks.push_back({tasks.size(), {}, {5, 1}, other.get()});
  check_same(*others.front(), tasks, 1.0 / static_cast<double>(others.size()));
}

TEST_CASE("shared runs: scenarios that differ in policies alone share weeks, each with its own trials") {
  const Folder folder("shared_scenarios");
  const std::string text = hamlets;
  const std::string without = text.substr(0, text.find("[policy.loud]")) + text.substr(text.find("[survey.asked]"));
  const auto with_all = make_simulator(write(folder, "all.toml", text), {});
  const auto with_none = make_simulator(write(folder, "none.toml", without), {});
  const auto with_other = make_simulator(
      write(folder, "other.toml",
          without + "[policy.visit]\nlever = \"participation.canvass\"\ndose = 1.0\nstart = 18\nunit = \"resident\"\n"
                    "share = 0.5\ntrial = true\noutcome = \"vote\"\n"),
      {});
  std::vector<Task> tasks;
  for (const Experiment* of : {with_all.get(), with_none.get(), with_other.get()})
    tasks.push_back({tasks.size(), {}, {5, 1}, of});
  check_same(*with_all, tasks, (56.0 + 24 + 26) / (3 * 56));
}

TEST_CASE("shared runs: what is read from the first week is never shared, nor is another luck") {
  const Folder folder("shared_never");
  const auto experiment = make_simulator(write(folder, "hamlets.toml", hamlets), {});
  const std::vector<Settings> runs = variations(*experiment, [&](const Field& field) {
    return !experiment->is_read_later(field.path()) && field.path() != "run.seed" && field.path() != "run.replicate";
  });
  CHECK(runs.size() > 500);
  const Itinerary as_it_is = experiment->itinerary({}, {5, 1}).value();
  std::set<Mark> bases = {as_it_is.base};
  for (const Settings& settings : runs) {
    INFO(settings.front().path + " = " + to_toml(settings.front().value));
    CHECK(bases.insert(experiment->itinerary(settings, {5, 1}).value().base).second);
  }
  CHECK(bases.insert(experiment->itinerary({}, {5, 2}).value().base).second);
  CHECK(bases.insert(experiment->itinerary({}, {6, 1}).value().base).second);
  // Set to the value that it has, a parameter is as it is.
  for (const char* path : {"information.reach", "form.vote.intercept", "society.people", "run.scale"}) {
    const Value value = experiment->parameters().find(path)->get();
    CHECK(experiment->itinerary(Settings{{path, value}}, {5, 1}).value().base == as_it_is.base);
  }
}

TEST_CASE("shared runs: stopped at any moment and resumed, runs end in the same bits") {
  const Folder folder("shared_stopped");
  const auto experiment = make_simulator(write(folder, "hamlets.toml", hamlets), {});
  std::vector<Settings> runs;
  for (const double dose : {0.1, 0.2, 0.3, 0.4}) runs.push_back({{"policy.loud.dose", dose}});
  runs.push_back({{"run.weeks", std::int64_t{30}}});
  std::vector<Task> tasks = tasks_of(runs);
  const Digests alone = digests_of(*experiment, tasks, false);
  for (const int patience : {1, 20, 40, 60, 90, 120}) {  // weeks, or looks between them
    Store store(folder.path() / std::to_string(patience), "an identity", false, "");
    std::atomic<int> looks = 0;
    Digests found = digests_of(*experiment, tasks, store, {.threads = 2, .stop = [&] { return ++looks > patience; }});
    CHECK(found.size() < tasks.size());
    for (const auto& [number, digest] : digests_of(*experiment, tasks, store, {.threads = 2})) {
      CHECK(found.count(number) == 0);  // what is finished is not done again
      found[number] = digest;
    }
    CHECK(found == alone);
  }
}

TEST_CASE("shared runs: where memory is short each run goes alone; threads and shards change nothing") {
  const Folder folder("shared_memory");
  const auto experiment = make_simulator(write(folder, "hamlets.toml", hamlets), {});
  std::vector<Settings> runs;
  for (const double dose : {0.1, 0.2, 0.3, 0.4, 0.5}) runs.push_back({{"policy.loud.dose", dose}});
  const std::vector<Task> tasks = tasks_of(runs);
  const Digests alone = digests_of(*experiment, tasks, false);
  for (const int threads : {1, 3, 7}) CHECK(digests_of(*experiment, tasks, true, threads) == alone);
  const Cost cost = experiment->cost({});
  const double just_one = cost.bytes + cost.shared_bytes + 1;
  CHECK_FALSE(may_share(cost, just_one));
  MemoryStore store;
  CHECK(digests_of(*experiment, tasks, store, {.threads = 2, .memory = just_one}) == alone);
  Digests of_shards;
  for (std::size_t shard = 0; shard < 2; ++shard) {
    std::vector<Task> part;
    for (const Task& task : tasks)
      if (task.number % 2 == shard) part.push_back(task);
    of_shards.merge(digests_of(*experiment, part, true));
  }
  CHECK(of_shards == alone);
}

TEST_CASE("shared runs: a run that fails leaves the others as they are") {
  const Folder folder("shared_failed");
  const auto experiment = make_simulator(write(folder, "hamlets.toml", hamlets), {});
  std::vector<Task> tasks = tasks_of({{{"survey.asked.regions", std::vector<std::string>{"nowhere"}}},
      {{"policy.loud.dose", 0.2}}, {{"policy.loud.dose", 0.4}}});
  MemoryStore store;
  SweepProgress quiet("none");
  Digests shared;
  Runner runner(*experiment, store, {.threads = 1},
      [&](const Task& task, Result& result) { shared[task.number] = digest(result); });
  const RunnerOutcome outcome = runner.run(tasks, quiet);
  CHECK(outcome.failed == 1);
  CHECK(outcome.finished == 2);
  CHECK(store.has_failed(0));
  tasks.erase(tasks.begin());
  CHECK(shared == digests_of(*experiment, tasks, false));
}
