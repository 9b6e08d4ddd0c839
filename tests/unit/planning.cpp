// Planning: what is found wrong, foreseen and noted before anything runs, and that the short ways to it are exact.
#include <fmt/format.h>

#include <fstream>
#include <random>

#include "base/error.h"
#include "engine.h"
#include "engine/estimate.h"
#include "engine/memory.h"
#include "society/synthesis.h"
#include "sweep/execution.h"
#include "values.h"

using namespace kurultai;
using kurultai::test::Folder;
using kurultai::test::values_to_try;

namespace {

const std::string source_folder = KURULTAI_SOURCE_DIR;

/// The village with two policies on one lever, a survey and whatever else stands in `more`.
std::filesystem::path scenario(const Folder& folder, const std::string& more = "") {
  const auto file = folder.path() / "scenario.toml";
  std::ofstream(file) << "extends = \"" << source_folder << "/scenarios/village.toml\"\n"
                      << "[policy.a]\nlever = \"information.reach\"\ndose = 0.1\n[policy.b]\nlever = "
                         "\"information.reach\"\ndose = 0.1\nstart = 20\nend = 30\n"
                      << more;
  return file;
}

/// The message of what `act` throws, and its exit code; "" if it throws nothing.
template <class Act> std::pair<std::string, ExitCode> complaint(Act&& act) {
  try {
    act();
  } catch (const Error& e) { return {e.what(), e.code()}; }
  return {"", ExitCode::done};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("planning: a rule that a parameter can break is looked at when that parameter changes") {
  const Folder folder("planning_rules");
  Model model;
  model.read(scenario(folder,
                 "[survey.s]\nitems = [\"i\"]\n[item.i]\n[form.other]\nperiod = 10\nstanding = false\nfollows = "
                 "\"gathering\"\n"
                 "[policy.c]\nlever = \"participation.mail\"\nunit = \"resident\"\nshare = 0.5\ntrial = true\noutcome "
                 "= \"gathering\"\nlot = \"l\"\n"
                 "[policy.d]\nlever = \"participation.mail\"\nunit = \"resident\"\nshare = 0.3\nlot = \"l\"\n"),
      {});
  std::size_t broken = 0;
  std::size_t tried = 0;
  const auto every_section = [&](const auto& visit) {
    for (const Section* section : model.registry.sections()) visit(*section);
    for (const AnyCollection* collection : model.registry.collections())
      for (const Section* section : collection->entries()) visit(*section);
  };
  every_section([&](const Section& section) {
    for (Field* field : section.fields()) {
      const Value before = field->get();
      for (const Value& value : values_to_try(*field)) {
        if (!field->set(value).empty()) continue;
        const Field* const changed[] = {field};
        const bool whole = !complaint([&] { model.check(); }).first.empty();
        const bool part = !complaint([&] { model.check(changed); }).first.empty();
        INFO(field->path() << " = " << to_toml(value));
        CHECK(whole == part);
        ++tried;
        broken += whole ? 1 : 0;
      }
      REQUIRE(field->set(before).empty());
    }
  });
  CHECK(tried > 1000);
  CHECK(broken > 40);
}

TEST_CASE("planning: a point checked after others is judged as if it came first") {
  const Folder folder("planning_points");
  const auto file = scenario(folder);
  const auto experiment = make_simulator(file, {});
  std::mt19937 random(1);
  const auto pick = [&](std::vector<Value> values) { return values[random() % values.size()]; };
  std::size_t refused = 0;
  for (int k = 0; k < 60; ++k) {
    std::vector<Setting> settings;
    if (random() % 2 == 0)
      settings.push_back(
          {"policy.b.end", pick({std::int64_t{30}, std::int64_t{10}, std::int64_t{-1}, std::int64_t{-7}})});
    if (random() % 2 == 0)
      settings.push_back({"policy.a.mode", pick({std::string("set"), std::string("multiply"), std::string("add")})});
    if (random() % 2 == 0) settings.push_back({"policy.a.dose", pick({0.5, -0.5, 3.0})});
    if (random() % 2 == 0) settings.push_back({"information.reach", pick({0.5, 1.5})});
    if (random() % 2 == 0) settings.push_back({"society.people", pick({500.0, 1000.0})});
    const auto after_others = complaint([&] { experiment->check(settings, "here"); }).first;
    const auto first = complaint([&] { make_simulator(file, {})->check(settings, "here"); }).first;
    CHECK(after_others.empty() == first.empty());
    refused += first.empty() ? 0 : 1;
    if (!first.empty()) continue;
    CHECK(experiment->remarks(settings) == make_simulator(file, {})->remarks(settings));
    CHECK(experiment->cost(settings).bytes == make_simulator(file, {})->cost(settings).bytes);
  }
  CHECK(refused > 10);
  CHECK(refused < 50);
}

TEST_CASE("planning: all rows of a table that cannot be are named at once") {
  const Folder folder("planning_table");
  const auto base = scenario(folder);
  std::ofstream table(folder.path() / "points.csv");
  table << "reach,end\n";
  for (int row = 2; row <= 400; ++row) table << (row == 301 ? 1.5 : 0.5) << ',' << (row == 77 ? 10 : 25 + row) << '\n';
  table.close();
  std::ofstream(folder.path() / "sweep.toml")
      << "[sweep]\nscenario = \"scenario.toml\"\ndesign = \"csv\"\ntable = \"points.csv\"\n"
      << "[axis.reach]\npath = \"information.reach\"\n[axis.end]\npath = \"policy.b.end\"\n";
  const auto [message, code] = complaint([&] { Sweep(folder.path() / "sweep.toml"); });
  CHECK(code == ExitCode::input);
  CHECK(contains(message, "points.csv:77"));
  CHECK(contains(message, "before its start"));
  CHECK(contains(message, "points.csv:301"));
  CHECK(contains(message, "1.5"));
  CHECK(message.find(":77") < message.find(":301"));
}

TEST_CASE("planning: what a sweep decides itself cannot be set") {
  const Folder folder("planning_set");
  scenario(folder);
  for (const std::string set : {"run.seed=42", " run.seed = 42", "run.replicate=3", "output.levels=[\"nation\"]",
           "output.series=[]", "output.every=2"}) {
    std::ofstream(folder.path() / "sweep.toml")
        << "[sweep]\nscenario = \"scenario.toml\"\nset = [" << to_toml(Value{set}) << "]\n";
    const auto [message, code] = complaint([&] { Sweep(folder.path() / "sweep.toml"); });
    INFO(set << ": " << message);
    CHECK(code == ExitCode::scenario);
    CHECK(contains(message, "use sweep."));
  }
}

TEST_CASE("planning: runs are numbered in 64 bits") {
  const Folder folder("planning_numbers");
  std::ofstream(folder.path() / "sweep.toml")
      << "[sweep]\nmodel = \"ishigami\"\ndesign = \"latin\"\npoints = 3000\nreplicates = 2\n"
      << "[axis.x]\npath = \"ishigami.x1\"\nlow = -1\nhigh = 1\n[measure.y]\n[precision]\nmeasure = \"y\"\nhalf_width "
         "= 1\nat_most = 1000000\n";
  const Sweep sweep(folder.path() / "sweep.toml");
  const RunKey last{2999, 999'999};
  CHECK(sweep.number(last) == 2'999'999'999U);
  CHECK(sweep.key(sweep.number(last)).point == 2999);
  CHECK(sweep.key(sweep.number(last)).replicate == 999'999);
  std::ofstream(folder.path() / "much.toml")
      << "[sweep]\nmodel = \"ishigami\"\ndesign = \"latin\"\npoints = 100000\nreplicates = 1000000\n"
      << "[axis.x]\npath = \"ishigami.x1\"\nlow = -1\nhigh = 1\n";
  CHECK(contains(complaint([&] { Sweep(folder.path() / "much.toml"); }).first, "too many runs"));
}

TEST_CASE("planning: the plans of all shards are the whole's") {
  const Folder folder("planning_shards");
  std::ofstream(folder.path() / "sweep.toml")
      << "[sweep]\nmodel = \"idle\"\nreplicates = 7\nset = [\"idle.seconds=2\"]\n[axis.x]\npath = \"idle.x\"\nvalues = "
         "[1, 2, 3]\n";
  const Sweep sweep(folder.path() / "sweep.toml");
  RunnerOptions options;
  std::size_t runs = 0;
  for (std::uint32_t i = 1; i <= 4; ++i) {
    const Schedule plan = schedule(sweep, {i, 4}, options);
    CHECK(plan.runs == first_tasks(sweep, {i, 4}).size());
    CHECK(plan.runs == schedules(sweep, 4, options)[i - 1].runs);
    runs += plan.runs;
  }
  CHECK(runs == 21);
  CHECK(schedule(sweep, {}, options).seconds > 41);
}

TEST_CASE("planning: scenarios of one name are called by the ends of their paths that differ") {
  using Names = std::vector<std::string>;
  CHECK(distinct_names({"/x/a/base.toml", "/x/b/base.toml"}) == Names{"a/base", "b/base"});
  CHECK(distinct_names({"/x/a/base.toml", "/x/b/other.toml"}) == Names{"base", "other"});
  CHECK(
      distinct_names({"/x/a/base.toml", "/y/a/base.toml", "/x/b/mail.toml"}) == Names{"x/a/base", "y/a/base", "mail"});
  CHECK(distinct_names({"/base.toml", "/b/base.toml"}) == Names{"base", "b/base"});
  CHECK(distinct_names({"/x/a/../a/base.toml", "/x/b/base.toml"}) == Names{"a/base", "b/base"});
  CHECK(complaint([] { distinct_names({"/x/a/base.toml", "/x/./a/base.toml"}); }).second == ExitCode::scenario);
}

TEST_CASE("planning: a point without any value gets no more replicates") {
  const Folder folder("planning_failed");
  std::ofstream(folder.path() / "sweep.toml")
      << "[sweep]\nmodel = \"line\"\nreplicates = 4\n[axis.x]\npath = \"line.x\"\nvalues = [1]\n"
      << "[measure.y]\n[precision]\nmeasure = \"y\"\nhalf_width = 1.0\nstep = 3\nat_most = 8\n";
  const Sweep sweep(folder.path() / "sweep.toml");
  const double none = std::nan("");
  CHECK(replicates_needed(sweep, std::vector<double>(4, none)) == 4);
  CHECK(replicates_needed(sweep, std::vector<double>{none, none, none, 1.0}) == 7);
}

TEST_CASE("planning: a remark a lever, however many policies move it") {
  Model model;
  for (int k = 0; k < 1000; ++k) {
    model.policies.entry(fmt::format("p{:04}", k));
    REQUIRE(model.registry.find(fmt::format("policy.p{:04}.lever", k))->set(std::string("information.reach")).empty());
  }
  REQUIRE(model.remarks().size() == 1);
  CHECK(contains(model.remarks()[0], "1000 policies move information.reach"));
  REQUIRE(model.registry.find("run.weeks")->set(std::int64_t{50}).empty());
  for (int k = 0; k < 1000; ++k)
    REQUIRE(model.registry.find(fmt::format("policy.p{:04}.start", k))->set(std::int64_t{60}).empty());
  CHECK(model.remarks().size() == 2);
  CHECK(contains(model.remarks()[0], "1000 policies begin after the run's last week, 49"));
}

TEST_CASE("planning: a policy that no community fits treats nobody, and is named with the points where that is so") {
  const Folder folder("planning_nobody");
  const auto file = scenario(folder, "[policy.c]\nlever = \"information.reach\"\ntypes = [\"city\"]\n");
  Model model;
  model.read(file, {});
  Estimator estimator;
  const std::vector<std::string> all = model.remarks(estimator.places(model).get());
  CHECK(std::any_of(
      all.begin(), all.end(), [](const std::string& remark) { return contains(remark, "policy.c treats nobody"); }));
  std::ofstream(folder.path() / "sweep.toml")
      << "[sweep]\nscenario = \"scenario.toml\"\n[axis.start]\npath = \"policy.a.start\"\nvalues = [0, 10, 5000]\n";
  const std::vector<std::string> notes = remarks_of(Sweep(folder.path() / "sweep.toml"));
  CHECK(std::any_of(notes.begin(), notes.end(),
      [](const std::string& note) { return contains(note, "policy.c treats nobody") && !contains(note, "point"); }));
  CHECK(std::any_of(notes.begin(), notes.end(),
      [](const std::string& note) { return contains(note, "point 2: policy.a begins in week 5000"); }));
}

TEST_CASE("planning: remarks that differ in numbers alone are one, with how many points it is about") {
  const Folder folder("planning_alike");
  scenario(folder, "[policy.r4_site]\nlever = \"information.reach\"\n[policy.r5_site]\nlever = \"information.site\"\n");
  std::ofstream sweep(folder.path() / "sweep.toml");
  sweep << "[sweep]\nscenario = \"scenario.toml\"\n[axis.start]\npath = \"policy.r4_site.start\"\nvalues = [0";
  for (int k = 0; k < 50; ++k) sweep << ", " << 4000 + k;
  sweep << "]\n[axis.other]\npath = \"policy.r5_site.start\"\nvalues = [0]\n" << std::flush;
  std::vector<std::string> notes = remarks_of(Sweep(folder.path() / "sweep.toml"));
  notes.erase(std::remove_if(
                  notes.begin(), notes.end(), [](const std::string& note) { return !contains(note, "does nothing"); }),
      notes.end());
  REQUIRE(notes.size() == 1);
  CHECK(contains(
      notes[0], "50 of 51 points, each with its own numbers, such as point 1: policy.r4_site begins in week 4000"));
}

TEST_CASE("planning: a series to keep that there is not is refused, with the nearest") {
  const Folder folder("planning_series");
  const auto [text, code] =
      complaint([&] { Model().read(scenario(folder, "[output]\nseries = [\"trust\", \"awarenes\"]\n"), {}); });
  CHECK(code == ExitCode::scenario);
  CHECK(contains(text, "there is no series 'awarenes'"));
  CHECK(contains(text, "'awareness'"));
}

TEST_CASE("planning: a lever that no mechanism reads is noted as an axis, and where an option sets it") {
  const Folder folder("planning_unread");
  const auto file = scenario(folder, "");
  const auto plan_of = [&](const std::string& set, const std::string& more) {
    std::ofstream(folder.path() / "sweep.toml") << "[sweep]\nscenario = \"scenario.toml\"\nset = [" << set << "]\n"
                                                << more;
    return remarks_of(Sweep(folder.path() / "sweep.toml"));
  };
  const std::string axis = "[axis.mail]\npath = \"participation.mail\"\nvalues = [0.1, 0.2]\n";
  const std::string rule = "[axis.rule]\npath = \"participation.rule\"\nvalues = [\"threshold\", \"logistic\"]\n";
  const std::vector<std::string> idle = plan_of("\"participation.rule=threshold\"", axis);
  CHECK(std::count_if(idle.begin(), idle.end(), [](const std::string& note) {
    return contains(note, "axis 'mail' moves participation.mail, which does nothing at any point");
  }) == 1);
  const auto does_nothing = [](const std::vector<std::string>& notes) {
    return std::count_if(
        notes.begin(), notes.end(), [](const std::string& note) { return contains(note, "does nothing"); });
  };
  CHECK(does_nothing(plan_of("", axis + rule)) == 0);  // read at some points
  const std::vector<std::string> notes = plan_of("\"participation.induce=0.1\"", axis + rule);
  CHECK(does_nothing(notes) == 1);
  CHECK(
      std::any_of(notes.begin(), notes.end(), [](const std::string& note) { return contains(note, "2 of 4 points"); }));
  scenario(folder, "[run]\nseed = 7\n");
  const std::vector<std::string> luck = plan_of("", axis);
  CHECK(std::any_of(luck.begin(), luck.end(), [](const std::string& note) {
    return contains(note, "run.seed = 7 is not that of the runs: luck comes from sweep.seed = 1");
  }));
  Model model;
  model.read(file,
      std::vector<std::string>{"participation.rule=threshold", "participation.mail=0.2", "information.reach=0.2"});
  CHECK(does_nothing(model.reading_notes()) == 1);
}

TEST_CASE("planning: residents are foreseen to the person, and what no machine can name is refused") {
  Model model;
  model.read(source_folder + "/scenarios/kazakhstan.toml", {});
  for (const double scale : {1e-5, 1e-4, 0.002, 0.05, 1.0}) {
    REQUIRE(model.registry.find("run.scale")->set(scale).empty());
    double residents = 0;
    for (const std::uint32_t n : apportion(country_of(model.society, model.source), scale)) residents += n;
    CHECK(estimate(model, 1).residents == residents);
  }
  Model plain;
  const auto set = [&](const char* path, const Value& value) {
    REQUIRE(plain.registry.find(path)->set(value).empty());
  };
  set("society.source", std::string("plain"));
  set("run.scale", 1.0);
  set("society.communities", std::int64_t{100'000});
  set("society.people", 1e5);
  CHECK(complaint([&] { (void)estimate(plain, 1); }).second == ExitCode::scenario);
  set("society.people", 2.0);
  CHECK(estimate(plain, 1).residents == 200'000);
}

TEST_CASE("planning: what is recorded counts, in memory and on disk") {
  Model model;
  model.read(source_folder + "/scenarios/kazakhstan.toml",
      std::vector<std::string>{"run.scale=0.002", "output.levels=[\"nation\"]"});
  Estimator estimator;
  const Estimate little = estimator.of(model, 1);
  const auto with = [&](const char* path, const Value& value) {
    Field* field = model.registry.find(path);
    const Value before = field->get();
    REQUIRE(field->set(value).empty());
    const Estimate more = estimator.of(model, 1);
    REQUIRE(field->set(before).empty());
    return more;
  };
  const Estimate communities = with("output.levels", std::vector<std::string>{"nation", "community"});
  CHECK(communities.bytes > little.bytes + 2e8);
  CHECK(communities.file_bytes > 10 * little.file_bytes);
  CHECK(with("output.panel", std::int64_t{20'000}).bytes > little.bytes + 1e7);
  CHECK(with("output.panel", std::int64_t{20'000}).file_bytes > little.file_bytes + 1e7);
  CHECK(with("output.every", std::int64_t{52}).file_bytes < little.file_bytes);
  CHECK(with("output.series", std::vector<std::string>{"turnout"}).bytes < little.bytes);
}

TEST_CASE("planning: memory that is not there is refused with advice") {
  CHECK_NOTHROW(require_memory(1e6, 0, "the run"));
  const auto [message, code] = complaint([] { require_memory(1e18, 0, "the run"); });
  CHECK(code == ExitCode::memory);
  CHECK(contains(message, "this machine has"));
  CHECK(contains(message, "run.scale"));
  CHECK(contains(complaint([] { require_memory(2e6, 1e6, "a run"); }).first, "--memory"));
  CHECK(contains(memory_caveat(1e18), "more than this machine has ("));
  CHECK(memory_caveat(1e6).empty());
}
