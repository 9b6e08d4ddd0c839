// Several scenarios as one experiment: each as if alone, under its own name; with twins in which nobody is treated.
#include <fstream>

#include "base/error.h"
#include "engine.h"
#include "sweep/experiment.h"
#include "sweep/sweep.h"

using namespace kurultai;
using kurultai::test::Folder;

namespace {

const std::string common =
    "[society]\nsource = \"plain\"\ncommunities = 3\npeople = 200\n[run]\nscale = 1.0\nwarmup = 52\nweeks = 20\n"
    "[output]\nlevels = [\"nation\", \"arm\"]\nseries = [\"turnout\", \"participation\"]\n"
    "[form.vote]\nperiod = 520\nweek = 4\nintercept = -1.0\nsubject = \"all\"\n";
const std::string letter =
    "[policy.letter]\nlever = \"participation.mail\"\nmode = \"set\"\ndose = 1.0\nunit = \"resident\"\nshare = "
    "0.5\ntrial = true\n";

/// Two scenario files: "first" without a policy, "second" with a letter.
std::vector<std::filesystem::path> two(const Folder& folder) {
  std::ofstream(folder.path() / "first.toml") << common;
  std::ofstream(folder.path() / "second.toml") << common << letter;
  return {folder.path() / "first.toml", folder.path() / "second.toml"};
}

std::vector<float> values(const Result& result, const std::string& path, const std::string& name) {
  const Group* group = result.group(path);
  INFO(path);
  REQUIRE(group != nullptr);
  return std::get<std::vector<float>>(group->variable(name)->values);
}

}  // namespace

TEST_CASE("together: each scenario runs as if it were alone, with the settings of the point") {
  const Folder folder("together");
  const auto files = two(folder);
  const std::vector<Setting> settings = {{"participation.b_mail", 2.0}};
  const Result both = make_together(files, {}, false)->run(settings, {7, 1}, {}).value();
  const Result second = make_simulator(files[1], {})->run(settings, {7, 1}, {}).value();
  CHECK(values(both, "series/second.nation", "participation") == values(second, "series/nation", "participation"));
  CHECK(both.group("series/first.nation") != nullptr);
  CHECK(both.group("series/nation") == nullptr);
  CHECK(both.group("series/second.arm untreated") == nullptr);
}

TEST_CASE("together: in the untreated twin the lots are the same and nobody is treated") {
  const Folder folder("twins");
  const auto files = two(folder);
  const std::vector<Setting> strong = {{"participation.b_mail", 5.0}};
  const std::vector<Setting> weak = {{"participation.b_mail", 0.0}};
  const auto together = make_together(files, {}, true);
  const Result treated = together->run(strong, {7, 1}, {}).value();
  const Result nothing = together->run(weak, {7, 1}, {}).value();
  CHECK(values(treated, "series/second.nation", "participation").back() >
        values(treated, "series/second.nation untreated", "participation").back() + 0.05F);
  // A letter that moves nobody leaves what the twin has, arm by arm.
  const auto arms = values(nothing, "series/second.arm", "participation");
  const auto twins = values(nothing, "series/second.arm untreated", "participation");
  REQUIRE(arms.size() == twins.size());
  CHECK(arms == twins);
  CHECK(values(treated, "series/second.arm untreated", "participation") == twins);
}

TEST_CASE("together: what is kept of it runs again to the same values") {
  const Folder folder("together_again");
  const auto files = two(folder);
  for (const bool untreated : {false, true}) {
    const auto together = make_together(files, {}, untreated);
    const auto again = experiment_from_text("simulator", together->resolved(), {folder.path()});
    const Result a = together->run({}, {3, 0}, {}).value();
    const Result b = again->run({}, {3, 0}, {}).value();
    REQUIRE(a.groups.size() == b.groups.size());
    CHECK(values(a, "series/second.nation", "participation") == values(b, "series/second.nation", "participation"));
    CHECK(a.groups.back().path == b.groups.back().path);
  }
}

TEST_CASE("together: a setting that one of the scenarios does not have is refused") {
  const Folder folder("together_refused");
  const std::vector<Setting> settings = {{"policy.letter.dose", 0.5}};
  CHECK_THROWS_AS(make_together(two(folder), {}, false)->check(settings, "here"), Error);
}

TEST_CASE("together: a sweep names scenario or scenarios, and twins need scenarios") {
  const Folder folder("together_sweep");
  (void)two(folder);
  const auto sweep = [&](const std::string& keys) {
    const auto file = folder.path() / "sweep.toml";
    std::ofstream(file)
        << "[sweep]\n"
        << keys << "\n[axis.mail]\npath = \"participation.b_mail\"\nvalues = [0.0, 1.0]\n"
        << "[measure.effect]\nseries = \"participation\"\nlevel = \"second.arm\"\nat = [\"arm=letter: treated\"]\n"
        << "minus = [\"arm=letter: control\"]\nuntreated = true\n";
    return std::make_unique<Sweep>(file);
  };
  CHECK_NOTHROW(
      sweep("scenarios = [\"first.toml\", \"second.toml\"]\nuntreated = true\nkeep_levels = [\"nation\", \"arm\"]\n"));
  CHECK_THROWS_AS(sweep("scenario = \"first.toml\"\nscenarios = [\"second.toml\"]\n"), Error);
  CHECK_THROWS_AS(sweep("scenario = \"first.toml\"\nuntreated = true\n"), Error);
}
