// What a measure looks at: every week whatever is kept, labels by key or title, windows, and what is to be said of
// them.
#include "sweep/measure.h"

#include <cmath>
#include <fstream>

#include "base/error.h"
#include "base/labels.h"
#include "command/number_text.h"
#include "engine.h"
#include "engine/lever_readers.h"
#include "engine/result_reader.h"
#include "sweep/execution.h"

using namespace kurultai;
using kurultai::test::Folder;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A small society without a census, with two votes of one title and a gathering.
const std::string country =
    "[society]\nsource = \"plain\"\ncommunities = 4\npeople = 100\n[run]\nscale = 1.0\nwarmup = 10\nweeks = 60\n"
    "[form.by_post]\ntitle = \"Vote\"\nperiod = 13\nsubject = \"all\"\n[form.in_hall]\ntitle = \"Vote\"\nperiod = "
    "13\nsubject = \"all\"\n"
    "[form.gathering]\ntitle = \"Gathering of the village\"\nperiod = 13\nsubject = \"all\"\n";

std::filesystem::path scenario(const Folder& folder, const std::string& more = "") {
  std::ofstream(folder.path() / "country.toml") << country << more;
  return folder.path() / "country.toml";
}

/// A sweep of that country.
std::filesystem::path sweep_file(
    const Folder& folder, const std::string& settings, const std::string& tables, const std::string& more = "") {
  scenario(folder, more);
  std::ofstream(folder.path() / "sweep.toml") << "[sweep]\nscenario = \"country.toml\"\nreplicates = 2\n"
                                              << settings << "\n"
                                              << tables;
  return folder.path() / "sweep.toml";
}

/// The sweep's result, of two replicates.
Result swept(
    const Folder& folder, const std::string& settings, const std::string& tables, const std::string& more = "") {
  Sweep sweep(sweep_file(folder, settings, tables, more));
  ExecutionOptions options;
  options.out = folder.path() / "out.h5";
  options.runner.threads = 1;
  SweepProgress progress("none");
  REQUIRE(execute(sweep, options, progress).finished > 0);
  return read_result(options.out);
}

std::vector<double> measure(const Result& result, const std::string& name) {
  return std::get<std::vector<double>>(result.group("measures")->variable(name)->values);
}

std::string complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::scenario);
    return error.what();
  }
  return "nothing";
}

/// What a measure with those keys makes of one run of `country`.
double of_run(const Result& run, const std::string& series, const std::vector<std::string>& at,
    const std::string& level = "nation") {
  MeasureSpec spec("measure.x");
  REQUIRE(spec.series.set(series).empty());
  REQUIRE(spec.at.set(at).empty());
  REQUIRE(spec.level.set(level).empty());
  return measured(spec, "x", run, "here");
}

}  // namespace

TEST_CASE("measures: every week counts, whatever is kept") {
  const std::string tables =
      "[measure.total]\nseries = \"matters_open\"\nreduce = \"sum\"\n[measure.most]\nseries = \"matters_open\"\nreduce "
      "= \"greatest\"\n"
      "[measure.knew]\nseries = \"form_awareness\"\nat = [\"form=gathering\"]\nfirst = 45\n"
      "[measure.taught]\nseries = \"awareness\"\nlevel = \"stratum\"\nat = [\"stratum=higher education\"]\n";
  const auto with = [&](const std::string& every) {
    const Folder folder("measure_every");
    return swept(folder, "keep_levels = [\"nation\", \"stratum\"]\nkeep_every = " + every, tables);
  };
  const Result each = with("1");
  const Result seventh = with("7");
  for (const char* name : {"total", "most", "knew", "taught"}) {
    INFO(name);
    CHECK(measure(each, name) == measure(seventh, name));
    CHECK_FALSE(std::isnan(measure(each, name)[0]));
  }
  // What is stored is what keep_every says, and the run's digest is that of what is stored.
  CHECK(size_of(seventh.group("series/nation")->coordinate("week")->values) == 9);
  CHECK(seventh.group("weekly/nation") == nullptr);
  const Folder folder("measure_rerun");
  const auto plain = make_simulator(scenario(folder),
      std::vector<std::string>{"output.levels=[\"nation\", \"stratum\"]", "output.series=[]", "output.every=7"});
  const std::optional<Result> run = plain->run({}, {1, 0}, {});
  CHECK(std::get<std::vector<std::string>>(seventh.group("runs")->variable("digest")->values)[0] == digest(*run));
}

TEST_CASE("measures: a value that would look back on fewer weeks than it says is missing, and left out") {
  const Folder folder("measure_window");
  const auto run = make_simulator(scenario(folder), {})->run({}, {1, 0}, {});
  const Group& nation = *run->group("series/nation");
  for (const char* name : {"participation", "awareness", "indicator_participation", "gini_participation"}) {
    INFO(name);
    const auto& values = std::get<std::vector<float>>(nation.variable(name)->values);
    for (std::size_t t = 0; t < 41; ++t) CHECK(std::isnan(values[t]));  // with ten weeks of warm-up
    CHECK_FALSE(std::isnan(values[41]));
  }
  CHECK_FALSE(std::isnan(std::get<std::vector<float>>(nation.variable("trust")->values)[0]));

  Sweep sweep(sweep_file(folder, "", "[measure.participation]\n"));
  const std::vector<std::string> remarks = check_outline(sweep);
  REQUIRE(remarks.size() == 1);
  CHECK(contains(remarks[0], "participation: 41 of 60 weeks are left out"));
  Sweep late(sweep_file(folder, "", "[measure.participation]\nlast = 20\n"));
  CHECK(contains(complaint([&] { check_outline(late); }),
      "measure 'participation' has no value in any of its weeks (participation looks back on 52 weeks"));
  Sweep none(sweep_file(folder, "", "[measure.trust]\nfirst = 30\nlast = 20\n"));
  CHECK(contains(complaint([&] { check_outline(none); }), "measure 'trust' looks at no week"));
  Sweep beyond(sweep_file(folder, "", "[measure.trust]\nfirst = 60\n"));
  CHECK(contains(complaint([&] { check_outline(beyond); }), "measure 'trust' looks at no week"));
}

TEST_CASE("measures: weeks before the full effect of policies are told, with the week that leaves them out") {
  const Folder folder("measure_effect");
  const std::string policy =
      "[policy.loud]\nlever = \"information.reach\"\nmode = \"set\"\ndose = 0.9\nstart = 20\nramp = 5\n";
  const auto remarks = [&](const std::string& tables, const std::string& more) {
    Sweep sweep(sweep_file(folder, "set = [\"run.warmup=60\", \"run.weeks=100\"]", tables, more));
    std::string all;
    for (const std::string& remark : check_outline(sweep)) all += remark + '\n';
    return all;
  };
  CHECK(remarks("[measure.trust]\n", policy) ==
        "trust: 25 of 100 weeks lie before the full effect of policy.loud (week 25); first = 25 leaves them out\n");
  CHECK(contains(remarks("[measure.participation]\n", policy),
      "77 of 100 weeks lie before the full effect of policy.loud (week 77); first = 77 leaves them out"));
  CHECK(remarks("[measure.participation]\nfirst = 77\n", policy).empty());
  CHECK(remarks("[measure.trust]\nlast = 19\n", policy).empty());  // what was before
  CHECK(remarks("[measure.trust]\n", "").empty());
  CHECK(contains(remarks("[axis.begin]\npath = \"policy.loud.start\"\nvalues = [20, 50]\n[measure.trust]\n", policy),
      "(week 55)"));
  const Result result =
      swept(folder, "set = [\"run.warmup=60\", \"run.weeks=100\"]", "[measure.participation]\n", policy);
  const Variable& of = *result.group("measures")->variable("participation");
  CHECK(whole_fact(of, fact::weeks_before_effect, 0) == 77);
  CHECK(whole_fact(of, fact::full_effect, 0) == 77);
  CHECK(contains(kurultai::remarks({reading_of(of, "participation")}).at(0), "77 of 100 weeks lie before"));
}

TEST_CASE("measures: labels are named by key or title, and a title of several is refused with the keys") {
  const Folder folder("measure_labels");
  const auto run = make_simulator(scenario(folder), std::vector<std::string>{"output.levels=[\"nation\", \"region\"]"})
                       ->run({}, {1, 0}, {});
  const Group& nation = *run->group("series/nation");
  CHECK(std::get<std::vector<std::string>>(nation.coordinate("form")->values) ==
        std::vector<std::string>{"Vote (by_post)", "Gathering of the village", "Vote (in_hall)"});
  CHECK(std::get<std::vector<std::string>>(nation.variable("form_key")->values) ==
        std::vector<std::string>{"by_post", "gathering", "in_hall"});
  CHECK(nation.variable("turnout")->coordinates == std::vector<std::string>{"form_key"});
  const double by_key = of_run(*run, "turnout", {"form=gathering"});
  CHECK_FALSE(std::isnan(by_key));
  CHECK(of_run(*run, "turnout", {"form=Gathering of the village"}) == by_key);
  CHECK(of_run(*run, "turnout", {"form=in_hall"}) == of_run(*run, "turnout", {"form=Vote (in_hall)"}));
  const std::string several = complaint([&] { of_run(*run, "turnout", {"form=Vote"}); });
  CHECK(contains(several, "'Vote' names no single form"));
  CHECK(contains(several, "'Vote (by_post)', 'Vote (in_hall)'"));
  CHECK(contains(complaint([&] { of_run(*run, "turnout", {"form=gatering"}); }), "gathering"));
  CHECK(contains(
      complaint([&] { of_run(*run, "turnout", {"form=gathering", "form=in_hall"}); }), "chooses 'form' twice"));
  CHECK(contains(
      complaint([&] { of_run(*run, "turnout", {"form=gathering", "form=gathering"}); }), "chooses 'form' twice"));
  CHECK(contains(
      complaint([&] { of_run(*run, "turnout", {"form=gathering", "week=3"}); }), "choose them by first and last"));
  CHECK(of_run(*run, "trust", {"region=plain"}, "region") == of_run(*run, "trust", {}));
}

TEST_CASE("names: a scenario may name forms and items by their titles; keys are what is kept") {
  const Folder folder("names");
  const std::string trial =
      "[policy.letter]\nlever = \"participation.mail\"\nmode = \"set\"\ndose = 1.0\nunit = \"resident\"\nshare = "
      "0.5\ntrial = true\noutcome = ";
  Model model;
  model.read(scenario(folder, trial + "\"Gathering of the village\"\n[item.sure]\nquestion = \"Are you "
                                      "sure?\"\n[survey.all]\nitems = [\"Are you sure?\"]\n"),
      {});
  CHECK(model.policies[0].outcome.value() == "gathering");
  CHECK(model.surveys[0].items.value() == std::vector<std::string>{"sure"});
  const std::string several = complaint([&] { Model().read(scenario(folder, trial + "\"Vote\"\n"), {}); });
  CHECK(contains(several, "'Vote' names no single form"));
  CHECK(contains(several, "by_post, in_hall"));
}

TEST_CASE("labels that are alike are told apart by place, code or number") {
  using Texts = std::vector<std::string>;
  CHECK(told_apart({"Central", "North", "Central"}, {"A", "A", "B"}, {}) == Texts{"Central, A", "North", "Central, B"});
  CHECK(told_apart({"Central", "Central"}, {"A", "A"}, {"c1", "c2"}) == Texts{"Central, A (c1)", "Central, A (c2)"});
  CHECK(told_apart({"x", "x", "x 2"}, {}, {}) == Texts{"x", "x 3", "x 2"});
}

TEST_CASE("levers: a policy on one that no mechanism of the scenario reads is refused with the reason") {
  const Folder folder("levers");
  const auto with = [&](const std::string& lever, const std::vector<std::string>& sets) {
    const std::filesystem::path file =
        scenario(folder, "[policy.p]\nlever = \"" + lever + "\"\nmode = \"set\"\ndose = 0.5\n");
    return complaint([&] { Model().read(file, sets); });
  };
  CHECK(with("participation.mail", {}) == "nothing");
  CHECK(contains(with("participation.mail", {"participation.rule=threshold"}),
      "participation reads it only if participation.rule=logistic"));
  CHECK(contains(
      with("participation.induce", {"participation.rule=threshold"}), "no mechanism of this scenario reads it"));
  CHECK(contains(with("platform.open", {"participation.rule=threshold"}), "does nothing here"));
  CHECK(contains(with("platform.open", {}), "form.*.online=true"));  // no form has an online way
  CHECK(contains(with("akimat.matching", {}), "response reads it only if form.*.decides=funds"));
  CHECK(contains(with("information.reach", {"information.enabled=false"}), "information is switched off"));
  CHECK(with("information.reach", {"information.enabled=false", "policies.enabled=false"}) == "nothing");
  CHECK(with("akimat.openness", {"information.enabled=false"}) == "nothing");
}

TEST_CASE("levers: what declarations name exists, and what no mechanism reads changes nothing") {
  Model model;
  const Registry& registry = model.registry;
  for (const auto& mechanism : model.mechanisms)
    for (const auto& [path, when] : mechanism->levers()) {
      INFO(mechanism->name() << ": " << path << " if " << when);
      if (path.find('*') == std::string::npos) {
        const Field* lever = registry.find(path);
        REQUIRE(lever != nullptr);
        CHECK(lever->kind() == Field::Kind::lever);
      }
    }
  // Under the threshold rule, with the money and the bodies switched off: a lever that is said to be read by none moves
  // nothing.
  const std::vector<std::string> sets = {"participation.rule=threshold", "participation.instigators=0.3",
      "budget.enabled=false", "institutions.enabled=false", "information.enabled=false"};
  const Folder folder("levers_all");
  const std::filesystem::path file = scenario(folder);
  const auto digest_with = [&](const std::string& lever, double value) {
    std::vector<std::string> all = sets;
    all.insert(all.end(), {"run.warmup=2", "run.weeks=30"});
    if (!lever.empty()) all.push_back(fmt::format("{}={}", lever, value));
    return digest(*make_simulator(file, all)->run({}, {1, 0}, {}));
  };
  Model bare;
  bare.read(file, sets);
  const std::string usual = digest_with("", 0);
  std::size_t unread = 0;
  for (const Lever* lever : bare.registry.levers()) {
    if (why_unread(bare, lever->path()).empty()) continue;
    INFO(lever->path());
    const double other = lever->scenario() < 0.5 * (lever->range().low + std::min(lever->range().high, 1.0))
                             ? std::min(lever->range().high, 1.0)
                             : lever->range().low;
    CHECK(digest_with(lever->path(), other) == usual);
    ++unread;
  }
  CHECK(unread >= 20);
}

TEST_CASE("numbers have the digits that their error decides") {
  CHECK(number_text(3.88834, 0.0261) == "3.888");
  CHECK(number_text(3.88834, 0.4) == "3.89");
  CHECK(number_text(3.88834, 0.0996) == "3.89");
  CHECK(number_text(-3.88834, 12, true) == "-4");
  CHECK(number_text(3.88834, 0.4, true) == "+3.89");
  CHECK(number_text(-0.0001, 0.2, true) == "0.00");
  CHECK(number_text(6143.2, 0) == "6143");
  CHECK(number_text(614321, 0) == "614321");
  CHECK(number_text(0.012345, std::nan("")) == "0.01235");
  CHECK(number_text(std::nan(""), 1) == "–");
  CHECK(scaled(6143, "thousand tenge a head and year").unit == "million tenge a head and year");
  CHECK(scaled(6143, "thousand tenge a head and year").factor == Approx(0.001));
  CHECK(scaled(0.2, "million tenge").unit == "thousand tenge");
  CHECK(scaled(6143, "per adult").unit == "per adult");
}
