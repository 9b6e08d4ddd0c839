// A run that is stopped and resumed gives the same bits as one that is not: from any week, on any number of threads.
//
// The cases know no mechanism by name. All of list.h run, under each combination of their choices, with every lever
// moved by a policy and more matters than slots: state that a mechanism keeps and its hook forgets shows in a later
// week.
#include "engine/checkpoint.h"

#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <numeric>

#include "base/archive.h"
#include "base/error.h"
#include "taxes.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

using Bytes = std::vector<std::byte>;
using Settings = std::vector<std::pair<std::string, Value>>;
namespace fs = std::filesystem;

constexpr int warmup = 12;
constexpr int recorded = 70;

Bytes image(Simulation& simulation) {
  Bytes bytes;
  Archive archive =
      Archive::saving([&](std::span<const std::byte> part) { bytes.insert(bytes.end(), part.begin(), part.end()); });
  simulation.state(archive);
  return bytes;
}

void load(Simulation& simulation, const Bytes& bytes) {
  std::size_t at = 0;
  Archive archive = Archive::loading(
      [&](std::span<std::byte> part) {
        std::memcpy(part.data(), bytes.data() + at, part.size());
        at += part.size();
      },
      bytes.size(), "image");
  simulation.state(archive);
  archive.finish();
}

/// Runs a mechanism as it is.
class Wrapped : public Mechanism {
 public:
  explicit Wrapped(std::unique_ptr<Mechanism> inner) : Mechanism(*inner), inner_(std::move(inner)) {}
  void prepare(const Week& week) override { inner_->prepare(week); }
  void begin(const Week& week) override { inner_->begin(week); }
  [[nodiscard]] bool wanted(const Week& week, std::size_t c) const override { return inner_->wanted(week, c); }
  [[nodiscard]] bool moves(const Week& week, std::size_t c) const override { return inner_->moves(week, c); }
  void residents(const Week& week, const Batch& batch, Exposure& exposure) override {
    inner_->residents(week, batch, exposure);
  }
  void end(const Week& week) override { inner_->end(week); }
  void state(Archive& archive) override { inner_->state(archive); }

 private:
  std::unique_ptr<Mechanism> inner_;
};

/// Forgets what it keeps from week to week.
class Forgetful final : public Wrapped {
 public:
  using Wrapped::Wrapped;
  void state(Archive& /*archive*/) override {}
};

/// Does not say where it changes residents.
class Silent final : public Wrapped {
 public:
  using Wrapped::Wrapped;
  [[nodiscard]] bool moves(const Week& /*week*/, std::size_t /*c*/) const override { return false; }
};

/// A small testland in which everything that can happen does.
void busy(Experiment& e, const Settings& settings = {}) {
  for (const auto& mechanism : e.model.mechanisms) e.set(mechanism->name() + ".enabled", true);
  add_usual_forms(e);
  e.add_form("election", {{"period", 30}, {"decides", "office"}});
  e.add_form("gift", {{"period", 6}, {"open", 3}, {"decides", "funds"}, {"money", 5000.0}, {"baseline", 0.2}});
  e.add_form("feedback", {{"standing", true}, {"online", true}, {"needs", "access"}});
  for (int k = 0; k < 6; ++k)  // national ones, of which two wait
    e.add_form(fmt::format("nation{}", k),
        {{"period", 14 + k}, {"scope", "national"}, {"decides", "support"}, {"week", k}, {"open", 8}});
  for (int k = 0; k < 18; ++k)  // more than there are slots: matters wait
    e.add_form(fmt::format("matter{:02}", k),
        {{"period", 9 + k}, {"week", k}, {"open", 12}, {"priority", k % 3}, {"online", k % 2 == 0}});
  add_usual_taxes(e);
  const std::vector<Lever*> levers = e.model.registry.levers();
  for (std::size_t k = 0; k < levers.size(); ++k)
    e.add_policy(fmt::format("p{:02}", k),
        {{"lever", levers[k]->path()}, {"mode", "set"},
            {"dose", std::clamp(1.5 * levers[k]->scenario() + 0.1, levers[k]->range().low, levers[k]->range().high)},
            {"start", static_cast<std::int64_t>(k % 30)}, {"end", static_cast<std::int64_t>(40 + k % 30)}, {"ramp", 9},
            {"share", 0.5}, {"trial", true}});
  for (const char* arm : {"mail", "money"})
    e.add_policy(arm, {{"lever", "participation.reward"}, {"dose", 20000.0}, {"unit", "household"}, {"one", true},
                          {"share", 0.3}, {"lot", "arms"}, {"trial", true}, {"outcome", "gathering"}, {"start", 20}});
  e.set({{"run.warmup", warmup}, {"run.weeks", recorded}, {"run.scale", 0.08}, {"wishes.rate", 0.5},
      {"participation.instigators", 0.15}, {"demography.mortality_men", 0.004}, {"output.panel", 100},
      {"output.panel_every", 3}, {"output.every", 2},
      {"output.levels",
          std::vector<std::string>{"nation", "region", "community_type", "stratum", "arm", "district", "community"}}});
  e.set(settings);
}

/// Every combination of the words of each section's choices, one section at a time.
std::vector<Settings> choices() {
  std::vector<Settings> all = {{}};
  const Model model;
  for (const auto& mechanism : model.mechanisms) {
    std::vector<Settings> of_section = {{}};
    for (const Field* field : mechanism->fields()) {
      if (field->kind() != Field::Kind::choice) continue;
      std::vector<Settings> longer;
      for (const Settings& settings : of_section)
        for (const std::string& word : static_cast<const WordChoice*>(field)->words()) {
          longer.push_back(settings);
          longer.back().emplace_back(field->path(), word);
        }
      of_section = std::move(longer);
    }
    if (of_section.size() > 1) all.insert(all.end(), of_section.begin(), of_section.end());
  }
  return all;
}

using Change = std::function<void(Experiment&)>;

/// What a run is at its stops and at its end.
struct Course {
  std::map<int, Bytes> stop;
  Bytes end;
  std::string digest;
};

Course uninterrupted(
    const Settings& settings, const std::vector<int>& stops, const Change& change = [](Experiment&) {}) {
  Experiment e;
  busy(e, settings);
  change(e);
  move_into_testland(e);
  Course run;
  for (int week = 0; week < warmup + recorded; ++week) {
    if (std::find(stops.begin(), stops.end(), week) != stops.end()) run.stop[week] = image(*e.simulation);
    e.weeks(1);
  }
  run.end = image(*e.simulation);
  run.digest = digest(e.simulation->result());
  return run;
}

/// Stops in every week. After each the series count all residents anew.
std::vector<int> every_week() {
  std::vector<int> weeks(warmup + recorded);
  std::iota(weeks.begin(), weeks.end(), 0);
  return weeks;
}

Course resumed(const Settings& settings, const Bytes& from, const Change& change = [](Experiment&) {}) {
  Experiment e;
  busy(e, settings);
  change(e);
  move_into_testland(e);
  load(*e.simulation, from);
  Course run;
  run.stop[0] = image(*e.simulation);
  e.simulation->run();
  run.end = image(*e.simulation);
  run.digest = digest(e.simulation->result());
  return run;
}

std::string said(const Settings& settings) {
  std::string text;
  for (const auto& [path, value] : settings) text += path + "=" + to_toml(value) + " ";
  return text;
}

/// Where two images of runs with these settings first differ: what loading one up to there stumbles over.
std::string first_difference(const Settings& settings, const Bytes& a, const Bytes& b) {
  if (a == b) return {};
  const auto [at, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  Experiment e;
  busy(e, settings);
  move_into_testland(e);
  try {
    load(*e.simulation, Bytes(a.begin(), at));
  } catch (const Error& error) { return error.what(); }
  return fmt::format("after {} bytes of {} and {}", at - a.begin(), a.size(), b.size());
}

/// A run that is cheap to begin, for what is about files.
struct Hamlet : Experiment {
  explicit Hamlet(const Settings& settings = {}, double people = 1.0) {
    add_usual_forms(*this);
    add_policy("p", {{"lever", "information.reach"}, {"dose", 0.5}});
    set({{"run.scale", 0.02}, {"run.weeks", 20}, {"output.levels", std::vector<std::string>{"nation"}}});
    set(settings);
    move_into_testland(*this, testland(1, people));
  }
};

Bytes contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

void put(const fs::path& file, std::span<const std::byte> bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// What resuming says: the error, else the warning.
std::string complaint(const fs::path& file, const Settings& settings = {}, double people = 1.0) {
  Hamlet run(settings, people);
  try {
    const auto resumed = Checkpoint(file, *run.simulation).resume();
    return resumed ? resumed->warning : "nothing there";
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::storage);
    return error.what();
  }
}

/// The week from which a run resumes; -1 if there is no checkpoint.
int week_of(const fs::path& file) {
  Hamlet run;
  return Checkpoint(file, *run.simulation).resume() ? run.simulation->week() : -1;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("checkpoint: from any week on any number of threads the run ends in the same bits") {
  const Course whole = uninterrupted({}, {0, 1, 7, warmup, warmup + 1, 30, 53, 64, warmup + recorded - 1});
  std::size_t turn = 0;
  for (const auto& [week, stop] : whole.stop) {
    const int count = std::array{1, 2, 7}[turn++ % 3];
    set_threads(count);
    const Course run = resumed({}, stop);
    INFO("stopped after " << week << " weeks, resumed on " << count << " threads");
    CHECK(first_difference({}, stop, run.stop.at(0)).empty());
    CHECK(first_difference({}, whole.end, run.end).empty());
    CHECK(run.digest == whole.digest);
  }
  set_threads(0);
}

TEST_CASE("checkpoint: nothing is forgotten under any choice of any mechanism") {
  for (const Settings& settings : choices()) {
    const Course whole = uninterrupted(settings, {9, 37, 60});
    for (const auto& [week, stop] : whole.stop) {
      const Course run = resumed(settings, stop);
      INFO(said(settings) << "stopped after " << week << " weeks");
      CHECK(first_difference(settings, whole.end, run.end).empty());
      CHECK(run.digest == whole.digest);
    }
  }
}

/// Where no level cuts across communities: else residents are counted whenever such a level is due.
const std::pair<std::string, Value> areas_alone = {"output.levels", std::vector<std::string>{"nation", "region"}};

TEST_CASE("series: what is kept of residents is what counting all of them anew gives, under any choice") {
  std::vector<Settings> all = choices();
  all.push_back({areas_alone});
  all.push_back({areas_alone, {"demography.enabled", false}});
  for (const Settings& settings : all) {
    INFO(said(settings));
    CHECK(uninterrupted(settings, {}).digest == uninterrupted(settings, every_week()).digest);
  }
}

TEST_CASE("series: the case notices a mechanism that changes residents and does not say so") {
  for (const std::string name : {"demography", "coverage", "enterprise", "institutions", "trust"}) {
    // Demography changes somebody everywhere within a month, and hides that another does not say so; its own silence
    // shows where residents are sorted by age.
    const Settings settings =
        name == "demography" ? Settings{}
                             : Settings{areas_alone, {"demography.enabled", false}, {"coverage.investment", 100.0}};
    const Change silence = [&name](Experiment& e) {
      for (auto& mechanism : e.model.mechanisms)
        if (mechanism->name() == name) mechanism = std::make_unique<Silent>(std::move(mechanism));
    };
    INFO(name);
    CHECK(uninterrupted(settings, {}, silence).digest != uninterrupted(settings, every_week(), silence).digest);
  }
}

TEST_CASE("checkpoint: these cases notice a mechanism that forgets what it keeps") {
  std::vector<std::string> keep;  // mechanisms that keep anything
  const Model model;
  for (const auto& mechanism : model.mechanisms) {
    std::size_t bytes = 0;
    Archive archive = Archive::saving([&](std::span<const std::byte> part) { bytes += part.size(); });
    mechanism->state(archive);
    if (bytes != 0) keep.push_back(mechanism->name());
  }
  REQUIRE(keep.size() >= 2);
  for (const std::string& name : keep) {
    const Change forget = [&name](Experiment& e) {
      for (auto& mechanism : e.model.mechanisms)
        if (mechanism->name() == name) mechanism = std::make_unique<Forgetful>(std::move(mechanism));
    };
    bool noticed = false;
    for (const Settings& settings : choices()) {
      if (noticed) break;
      const Course whole = uninterrupted(settings, {9, 37, 60}, forget);
      for (const auto& [week, stop] : whole.stop) noticed = noticed || resumed(settings, stop, forget).end != whole.end;
    }
    INFO(name);
    CHECK(noticed);
  }
}

TEST_CASE("checkpoint: columns that it leaves out never change") {
  Experiment e;
  busy(e);
  move_into_testland(e);
  const auto before = columns(e.world());
  e.simulation->run();
  const std::vector<std::string> changed = differences(before, columns(e.world()));
  CHECK(changed.size() > 10);
  std::size_t fixed = 0;
  for (Table* table : {static_cast<Table*>(&e.world().residents()), static_cast<Table*>(&e.world().akimats),
           static_cast<Table*>(&e.world().institutions)})
    for (const AnyColumn* column : table->columns()) {
      if (column->life() != AnyColumn::Life::fixed) continue;
      ++fixed;
      INFO(column->name());
      CHECK(std::find(changed.begin(), changed.end(), table->name() + "." + column->name()) == changed.end());
    }
  CHECK(fixed >= 3);
}

TEST_CASE("checkpoint: through a file, with its log, and away when the run is done") {
  const Folder folder("checkpoint");
  const fs::path file = folder.path() / "x.checkpoint";
  Hamlet whole;
  whole.simulation->run();

  Hamlet first;
  first.weeks(5);
  Checkpoint checkpoint(file, *first.simulation);
  CHECK_FALSE(checkpoint.exists());
  CHECK_FALSE(checkpoint.resume());
  checkpoint.write({.resumed = 3, .seconds = 1.5});
  CHECK(checkpoint.exists());
  first.weeks(2);  // lost
  set_threads(3);
  Hamlet second;
  Checkpoint again(file, *second.simulation);
  const auto resumed = again.resume();
  REQUIRE(resumed);
  CHECK(resumed->warning.empty());
  CHECK(resumed->log.resumed == 4);
  CHECK(resumed->log.seconds == 1.5);
  CHECK(second.simulation->week() == 5);
  second.simulation->run();
  CHECK(digest(second.simulation->result()) == digest(whole.simulation->result()));
  set_threads(0);
  again.write({});
  CHECK(fs::exists(checkpoint.previous()));
  again.remove();
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("checkpoint: a damaged or truncated file is passed over for the one before, else refused") {
  const Folder folder("damaged");
  const fs::path file = folder.path() / "x.checkpoint";
  const fs::path previous = folder.path() / "x.checkpoint.previous";
  Hamlet run;
  Checkpoint checkpoint(file, *run.simulation);
  run.weeks(4);
  checkpoint.write({});
  run.weeks(4);
  checkpoint.write({});
  CHECK(week_of(file) == 8);
  const Bytes good = contents(file);
  const Bytes before = contents(previous);

  std::vector<std::size_t> places;
  for (std::size_t k = 0; k < 40; ++k) places.push_back(k);
  for (std::size_t k = 1; k <= 24; ++k) places.push_back(good.size() - k);
  for (std::size_t k = 1; k < 60; ++k) places.push_back(good.size() * k / 60);
  for (const std::size_t at : places) {
    INFO("at byte " << at << " of " << good.size());
    Bytes damaged = good;
    damaged[at] ^= std::byte{0x10};
    for (const std::span<const std::byte> bytes :
        {std::span<const std::byte>(damaged), std::span<const std::byte>(good).first(at)}) {
      put(file, bytes);
      put(previous, before);
      CHECK(week_of(file) == 4);
      fs::remove(previous);
      CHECK(has(complaint(file), file.string()));
    }
  }
  put(file, good);
  put(previous, before);
  CHECK(complaint(file).empty());
  put(file, std::span(good).first(100));
  put(previous, std::span(before).first(200));
  const std::string both = complaint(file);
  CHECK(has(both, file.string() + ": "));
  CHECK(has(both, previous.string() + ": "));
  fs::remove(file);
  put(previous, before);
  CHECK(week_of(file) == 4);  // killed between two renames
}

TEST_CASE("checkpoint: loading bytes that no hash vouches for ends well or in an error") {
  Hamlet run;
  run.weeks(6);
  const Bytes good = image(*run.simulation);
  std::size_t refused = 0;
  for (std::size_t k = 0; k < 400; ++k) {
    Bytes bad = good;
    const std::size_t at = k < 200 ? k : good.size() * (k - 200) / 200;
    bad[at] ^= static_cast<std::byte>(k % 2 == 0 ? 0xff : 0x01);
    try {
      load(*run.simulation, bad);
    } catch (const Error&) { ++refused; }
  }
  CHECK(refused > 100);
}

TEST_CASE("checkpoint: one of another run is refused by the first key that differs") {
  const Folder folder("foreign");
  const fs::path file = folder.path() / "x.checkpoint";
  Hamlet run;
  run.weeks(3);
  Checkpoint checkpoint(file, *run.simulation);
  checkpoint.write({});
  checkpoint.write({});  // the one before is no way around it
  const std::vector<std::pair<std::string, Value>> changes = {{"run.seed", 2}, {"run.weeks", 21},
      {"participation.b_eff", 1.25}, {"information.enabled", false}, {"output.every", 2}, {"run.scale", 0.03},
      {"policy.p.dose", 0.25}, {"form.gathering.open", 5}, {"trust.level", 0.58}};
  for (const auto& change : changes) {
    const std::string said = complaint(file, {change});
    INFO(change.first << ": " << said);
    const std::size_t dot = change.first.rfind('.');
    CHECK(has(said, fmt::format("another run ([{}] {}: now {}", change.first.substr(0, dot),
                        change.first.substr(dot + 1), to_toml(change.second))));
  }
  CHECK(has(complaint(file, {}, 1.1), "input data"));
  Hamlet more;
  more.add_form("another");
  try {
    Checkpoint(file, *more.simulation).resume();
    FAIL("resumed with another form");
  } catch (const Error& error) {
    CHECK(has(error.what(), "[form.another]"));
    CHECK(has(error.what(), "before not there"));
  }
  CHECK(week_of(file) == 3);
}

TEST_CASE("checkpoint: what is written pushes out what is good only, and fails without loss") {
  const Folder folder("order");
  const fs::path file = folder.path() / "x.checkpoint";
  const fs::path previous = folder.path() / "x.checkpoint.previous";
  Hamlet run;
  Checkpoint checkpoint(file, *run.simulation);
  for (int k = 0; k < 3; ++k) {
    run.weeks(2);
    checkpoint.write({});
  }
  const Bytes good = contents(previous);  // week 4
  put(file, std::span(good).first(50));

  Hamlet again;
  Checkpoint resumed(file, *again.simulation);
  REQUIRE(resumed.resume());
  CHECK(again.simulation->week() == 4);
  again.weeks(1);
  resumed.write({});
  CHECK(contents(previous) == good);  // not the damaged one
  CHECK(week_of(file) == 5);

  Hamlet anew;
  anew.weeks(1);
  Checkpoint other(file, *anew.simulation);
  other.write({});
  CHECK(week_of(file) == 1);
  CHECK_FALSE(fs::exists(previous));  // it was of the other run

  fs::create_directory(folder.path() / "x.checkpoint.new");
  anew.weeks(1);
  CHECK_THROWS_AS(other.write({}), Error);
  CHECK(week_of(file) == 1);
  fs::remove(folder.path() / "x.checkpoint.new");
  other.write({});
  CHECK(week_of(file) == 2);
}
