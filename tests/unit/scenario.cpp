#include "scenario/scenario.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "catch.h"
#include "scenario/dictionary.h"
#include "scenario/policy.h"
#include "scenario/resolved.h"
#include "scenario/run.h"

using namespace kurultai;
namespace fs = std::filesystem;

namespace {

struct Information : Section {
  Information() : Section("information", "how residents hear of matters") {}
  Lever reach{*this, "reach", 0.1, {0, 1}, "share reached by the announcement"};
  Real q_aware{*this, "q_aware", 0.05, {0, 1}, "", "", {.symbol = "q_N"}};
  Numbers layers{*this, "layers", {0.1, 0.2, 0.3}, {0, 1}, ""};
  WordChoice rule{*this, "rule", "simple", {"simple", "complex"}, ""};
  Whole first{*this, "first", 0, {0, 100}, ""};
  Whole last{*this, "last", 10, {0, 100}, ""};
  Text census{*this, "census", "census.csv", ""};
  Texts tags{*this, "tags", {}, ""};
  Flag on{*this, "on", true, ""};
  [[nodiscard]] std::string inconsistency() const override {
    return first > last ? "first must not come after last" : "";
  }
};

/// A registry as a program owns it.
struct World {
  World() {
    registry.add(run);
    registry.add(information);
    registry.add(policies);
  }
  Run run;
  Information information;
  Collection<PolicySpec> policies{"policy", "policies"};
  Registry registry;
};

/// A folder that is gone when the test is over.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "kurultai-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

ScenarioSource read(const std::string& text, World& world, const std::vector<std::string>& sets = {}) {
  const Folder folder;
  return read_scenario(folder.write("a.toml", text), sets, world.registry);
}

/// The message that reading `text` ends with; the folder's name is taken out of it.
std::string refusal(const std::string& text, const std::vector<std::string>& sets = {}) {
  const Folder folder;
  World world;
  const std::string before = resolved_scenario({}, world.registry);
  const fs::path file = folder.write("a.toml", text);
  try {
    read_scenario(file, sets, world.registry);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::scenario);
    CHECK(resolved_scenario({}, world.registry) == before);
    CHECK(world.policies.size() == 0);
    std::string message = error.what();
    const std::string prefix = folder.path().string() + '/';
    for (std::size_t at = message.find(prefix); at != std::string::npos; at = message.find(prefix))
      message.erase(at, prefix.size());
    return message;
  }
  FAIL("accepted: " << text.substr(0, 200));
  return {};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("scenario: sets fields of sections and makes entries of collections") {
  World world;
  const auto source = read(
      "title = \"A\"\ndescription = \"what\"\n[run]\nweeks = 100\n[information]\nreach = 0.4\nq_aware = 1\n"
      "layers = [1, 0.5, 0]\nrule = \"complex\"\ntags = [\"a\", \"b\"]\non = false\n"
      "[policy.news]\nlever = \"information.reach\"\ndose = 0.2\n[policy.a-1_b]\n",
      world);
  CHECK(source.title == "A");
  CHECK(source.description == "what");
  CHECK(world.run.weeks == 100);
  CHECK(world.information.reach.scenario() == 0.4);
  CHECK(world.information.q_aware == 1.0);
  CHECK(world.information.layers.value() == std::vector<double>{1, 0.5, 0});
  CHECK(world.information.rule.is("complex"));
  CHECK(world.information.tags.value() == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(world.information.on);
  REQUIRE(world.policies.size() == 2);
  CHECK(world.policies.key(0) == "a-1_b");
  CHECK(world.policies[1].dose == 0.2);
  CHECK(world.registry.find("policy.news.dose") == &world.policies[1].dose);
  CHECK(world.registry.find("information.reach") == &world.information.reach);
  CHECK(world.registry.find("information.nothing") == nullptr);
  CHECK(world.registry.find("reach") == nullptr);
  CHECK(world.registry.find("") == nullptr);
  CHECK(has(source.place_of("information.reach"), "a.toml:6"));
  CHECK(has(source.place_of("policy.news"), "a.toml:12"));
  CHECK(has(source.place_of("policy.news.start"), "a.toml:12"));
  CHECK(has(source.place_of("nothing.at.all"), "a.toml"));
}

TEST_CASE("scenario: dotted keys, a byte order mark and Windows line ends are as good") {
  World world;
  read("\xef\xbb\xbfinformation.reach = 0.4\r\npolicy.x.dose = 3\r\n", world);
  CHECK(world.information.reach.scenario() == 0.4);
  CHECK(world.policies[0].dose == 3.0);
}

TEST_CASE("scenario: --set comes last and wins") {
  World world;
  read("[information]\nreach = 0.4\n[policy.x]\ndose = 1\n", world,
      {"information.reach=0.5", "information.reach=0.6", "run.weeks = 1e2", "information.rule=complex",
          "information.tags=[\"x\"]", "information.census=2024-01-01", "information.layers=[0,0,1]",
          "information.on=false", "policy.x.dose=-2.5", "run.seed=7"});
  CHECK(world.information.reach.scenario() == 0.6);
  CHECK(world.run.weeks == 100);
  CHECK(world.information.rule.is("complex"));
  CHECK(world.information.tags.value() == std::vector<std::string>{"x"});
  CHECK(world.information.census.value() == "2024-01-01");
  CHECK(world.information.layers[2] == 1);
  CHECK_FALSE(world.information.on);
  CHECK(world.policies[0].dose == -2.5);
  World other;
  read("title = 'x'\n", other, {"information.census=true", "information.rule=\"complex\""});
  CHECK(other.information.census.value() == "true");
  CHECK(other.information.rule.is("complex"));
}

TEST_CASE("scenario: a wrong --set names itself") {
  const auto set = [](const std::string& one) { return refusal("[policy.news]\ndose = 1\n", {one}); };
  CHECK(set("information.reach=2") ==
        "--set information.reach=2: information.reach cannot be 2 (must lie in [0, 1]) "
        "allowed: a number in [0, 1]; default: 0.1");
  CHECK(has(set("information.reech=0.2"), "did you mean 'information.reach'?"));
  CHECK(has(set("reach=0.2"), "did you mean 'information.reach'?"));
  CHECK(has(set("information.reach"), "not of the form path=value"));
  CHECK(has(set("=1"), "not of the form path=value"));
  CHECK(has(set(""), "not of the form path=value"));
  CHECK(has(set("information.reach="), "must be a number"));
  CHECK(has(set("information.reach=nan"), "must be a finite number"));
  CHECK(has(set("information.reach=abc"), "information.reach cannot be \"abc\""));
  CHECK(has(set("information.layers=[1,2"), "not valid TOML"));
  CHECK(has(set("information.layers=" + std::string(100000, '[')), "not valid TOML"));
  CHECK(has(set("information.rule=complx"), "(nearest: complex)"));
  CHECK(has(set("information.census=\xff\xfe"), "not a text in UTF-8"));
  CHECK(has(set("policy.new.dose=1"), "--set makes none"));
  CHECK(has(set("policy.new.dose=1"), "did you mean 'policy.news.dose'?"));
  CHECK(has(set("information.first=11"), "--set information.first=11: [information] cannot be used as it is"));
}

TEST_CASE("scenario: every mistake names file, line and what is allowed") {
  CHECK(refusal("title = 'x'\n\n[information]\nreach = 1.5\n") ==
        "a.toml:4: information.reach cannot be 1.5 (must lie in [0, 1]) allowed: a number in [0, 1]; "
        "default: 0.1");
  CHECK(refusal("[information]\nreech = 1\n") ==
        "a.toml:2: unknown parameter 'reech' in [information] (the section has no such parameter) "
        "did you mean 'reach'?");
  CHECK(has(refusal("[information]\nweeks = 1\n"), "did you mean 'run.weeks'?"));
  CHECK(has(refusal("\n[informaton]\nreach = 1\n"), "a.toml:2: unknown section [informaton]"));
  CHECK(has(refusal("[informaton]\n"), "did you mean 'information'?"));
  CHECK(has(refusal("weeks = 5\n"), "did you mean 'run.weeks'?"));
  CHECK(has(refusal("titel = 'x'\n"), "did you mean 'title'?"));
  CHECK(has(refusal("title = 5\n"), "a.toml:1: title must be a text"));
  CHECK(has(refusal("information = 5\n"), "is a section"));
  CHECK(has(refusal("policy = 5\n"), "holds named tables"));
  CHECK(has(refusal("[policy]\ndose = 1\n"), "a.toml:2: policy.dose must be a table"));
  CHECK(has(refusal("[[policy.x]]\ndose = 1\n"), "policy.x must be a table"));
  CHECK(has(refusal("[[information]]\nreach = 1\n"), "is a section"));
  CHECK(has(refusal("[policy.\"Open Budget\"]\n"), "'Open Budget' cannot name a policy"));
  CHECK(has(refusal("[policy." + std::string(65, 'a') + "]\n"), "cannot name a policy"));
  CHECK(has(refusal("[policy.x]\ndoes = 1\n"), "did you mean 'dose'?"));
  CHECK(has(refusal("[information]\nreach = true\n"), "cannot be true (must be a number)"));
  CHECK(has(refusal("[information]\nreach = \"0.5\"\n"), "cannot be \"0.5\" (must be a number)"));
  CHECK(has(refusal("[information]\nreach = 2024-01-01\n"), "cannot be a date or time"));
  CHECK(has(refusal("[information.reach]\nx = 1\n"), "cannot be a table"));
  CHECK(has(refusal("[information]\nlayers = [1, [2]]\n"), "cannot be a list of mixed or nested things"));
  CHECK(has(refusal("[information]\nlayers = [0.1, 'x']\n"), "cannot be a list of mixed"));
  CHECK(has(refusal("[information]\ncensus = \"a\\u0000b\"\n"), "NUL"));
  CHECK(has(refusal("[information]\nreach = nan\n"), "must be a finite number"));
  CHECK(has(refusal("[information]\nreach = -inf\n"), "must be a finite number"));
  CHECK(has(refusal("[information]\nreach = 1e400\n"), "a.toml:2"));
  CHECK(has(refusal("[information]\n\nfirst = 20\n"), "a.toml:1: [information] cannot be used as it is (first must"));
  CHECK(has(refusal("[information]\nreach = 0.1\nreach = 0.2\n"), "a.toml:3: not valid TOML"));
  // The first mistake in the file is the one that is told, whatever the alphabet says.
  CHECK(has(refusal("[run]\nweeks = 0\n[information]\nreach = 2\n"), "a.toml:2"));
}

TEST_CASE("scenario: empty, binary, deep and huge files are refused and do no harm") {
  CHECK(has(refusal(""), "a.toml:1: the scenario is empty"));
  CHECK(has(refusal("# nothing\n\n"), "the scenario is empty"));
  CHECK(has(refusal(std::string("a\0b", 3)), "is not a text file (byte 2 is zero)"));
  CHECK(has(refusal("title = \"\xff\"\n"), "a.toml:1: not UTF-8"));
  CHECK(has(refusal("\xff\xfet\n"), "a.toml:1: not UTF-8"));
  std::string dotted = "a";
  for (int i = 0; i < 100000; ++i) dotted += ".a";
  CHECK(has(refusal("title='x'\n" + dotted + " = 1\n"), "a.toml:2: not valid TOML (a key of more than 16 parts)"));
  CHECK(has(refusal("[" + dotted + "]\n"), "a key of more than 16 parts"));
  CHECK(has(refusal("a = {" + dotted + " = 1}\n"), "a key of more than 16 parts"));
  CHECK(has(refusal("a = '''\n'''\nb = " + std::string(100000, '[')), "a.toml:3: not valid TOML (brackets nested"));
  CHECK(has(refusal("a = " + std::string(100000, '{')), "brackets nested"));
  std::string inline_tables = "a = ";
  for (int i = 0; i < 50000; ++i) inline_tables += "{a=";
  CHECK(has(refusal(inline_tables), "brackets nested"));
  CHECK(has(refusal("x = '" + std::string(1 << 20, 'a') + "'\n"), "unknown key 'x'"));
  CHECK(refusal(std::string(1 << 20, 'a') + " = 1\n").size() < 300);
  CHECK(refusal(std::string(1 << 20, 'a') + " = 1\n" + std::string(1 << 20, 'a') + " = 1\n").size() < 400);
  CHECK(has(refusal(std::string((4 << 20) + 1, '#')), "a scenario at most 4194304)"));
  // Dots and brackets inside strings and comments are no depth.
  World world;
  const std::string dots(1000, '.');
  const std::string open(1000, '[');
  read("title = \"" + dots + open + "\\\"" + open + "\" # " + open + "\ndescription = '''" + dots + "\n'" + open +
           "'''\n[information]\ncensus = '" + open + "'\n",
      world);
  CHECK(world.information.census.value() == open);
}

TEST_CASE("scenario: files that cannot be read are named") {
  const Folder folder;
  World world;
  const auto message = [&](const fs::path& file) {
    try {
      read_scenario(file, {}, world.registry);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::scenario);
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  folder.write("default.toml", "title = 'x'\n");
  CHECK(has(message(folder.path() / "defualt.toml"), "no such file"));
  CHECK(has(message(folder.path() / "defualt.toml"), "did you mean '" + (folder.path() / "default.toml").string()));
  CHECK(has(message(folder.path()), "it is a folder"));
  CHECK(has(message(folder.path() / "no" / "a.toml"), "no such file"));
  CHECK(has(message(""), "cannot read"));
  fs::create_symlink("loop.toml", folder.path() / "loop.toml");
  CHECK(has(message(folder.path() / "loop.toml"), "cannot be read"));
}

TEST_CASE("scenario: a file that it extends must be a text file, and is not waited for") {
  const Folder folder;
  World world;
  const auto refusal = [&](const std::string& base) {
    try {
      read_scenario(folder.write("a.toml", "title = 'x'\nextends = '" + base + "'\n"), {}, world.registry);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::scenario);
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  REQUIRE(mkfifo((folder.path() / "fifo.toml").c_str(), 0600) == 0);
  fs::create_symlink("fifo.toml", folder.path() / "link.toml");
  fs::create_directory(folder.path() / "folder.toml");
  folder.write("binary.toml", std::string("title = 'a\0b'\n", 14));
  folder.write("empty.toml", "");
  folder.write("cp1251.toml", "title = 'x'\ndescription = '\xC0'\n");
  folder.write("mark.toml", "\xEF\xBB\xBFtitle = 'x'\n");
  folder.write("huge.toml", std::string(5 << 20, '#'));
  for (const char* kind : {"fifo.toml", "link.toml", "/dev/zero", "/dev/tty"}) {
    INFO(kind);
    const std::string said = refusal(kind);
    CHECK(has(said, "a.toml:2: cannot read the scenario '"));
    CHECK((has(said, "it is not a regular file") || has(said, "(No such device or address)")));
  }
  CHECK(has(refusal("folder.toml"), "(it is a folder)"));
  CHECK(has(refusal("a.toml/b.toml"), "a.toml:2: cannot read the scenario"));
  CHECK(has(refusal("binary.toml"), "binary.toml: is not a text file (byte 11 is zero)"));
  CHECK(has(refusal("empty.toml"), "empty.toml:1: the scenario is empty"));
  CHECK(has(refusal("cp1251.toml"), "cp1251.toml:2: not UTF-8 (byte 0xC0"));
  CHECK(has(refusal("huge.toml"), "it holds 5242880 bytes, and a scenario at most 4194304"));
  CHECK(refusal("mark.toml") == "accepted");
}

TEST_CASE("scenario: extends, nearest wins") {
  const Folder folder;
  folder.write(
      "far/base.toml", "title = 'base'\n[information]\nreach = 0.2\nq_aware = 0.3\n[policy.x]\ndose = 1\nstart = 4\n");
  folder.write("far/middle.toml", "extends = 'base.toml'\n[information]\nq_aware = 0.4\n");
  const fs::path file =
      folder.write("near.toml", "extends = \"far/middle.toml\"\n[run]\nweeks = 9\n[policy.x]\ndose = 2\n");
  World world;
  const ScenarioSource source = read_scenario(file, {}, world.registry);
  CHECK(world.information.reach.scenario() == 0.2);
  CHECK(world.information.q_aware == 0.4);
  CHECK(world.run.weeks == 9);
  CHECK(world.policies[0].dose == 2.0);
  CHECK(world.policies[0].start == 4);
  CHECK(source.title == "near");
  CHECK(source.folders == std::vector<fs::path>{folder.path(), folder.path() / "far"});
  CHECK(source.place_of("information.reach") == (folder.path() / "far/base.toml:3").string());
  CHECK(source.place_of("policy.x.dose") == file.string() + ":5");

  folder.write("far/table.csv", "a\n");
  CHECK(source.find("table.csv") == folder.path() / "far/table.csv");
  folder.write("table.csv", "a\n");
  CHECK(source.find("table.csv") == folder.path() / "table.csv");
  CHECK(source.find((folder.path() / "table.csv").string()) == folder.path() / "table.csv");
  try {
    (void)source.find("none.csv");
    FAIL("found");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::input);
    CHECK(has(error.what(), (folder.path() / "far/none.csv").string()));
    CHECK(has(error.what(), (folder.path() / "none.csv").string()));
  }
  CHECK_THROWS_AS(source.find(""), Error);
  CHECK(source.find("far") == folder.path() / "far");
  try {
    (void)source.find(world.information.census);
    FAIL("found");
  } catch (const Error& error) { CHECK(error.message().place == (folder.path() / "far/middle.toml:2").string()); }
}

TEST_CASE("scenario: extends several, the last of them nearest") {
  const Folder folder;
  folder.write("root.toml", "[information]\nreach = 0.1\nq_aware = 0.1\n");
  folder.write("left.toml", "extends = 'root.toml'\n[information]\nreach = 0.2\n[policy.l]\ndose = 1\n");
  folder.write("right.toml", "extends = 'root.toml'\n[information]\nq_aware = 0.3\n[policy.r]\ndose = 2\n");
  const fs::path file = folder.write("both.toml", "extends = ['left.toml', 'right.toml']\n[run]\nweeks = 9\n");
  World world;
  (void)read_scenario(file, {}, world.registry);
  CHECK(world.information.reach.scenario() == 0.2);  // the root that both extend stands behind both
  CHECK(world.information.q_aware == 0.3);
  CHECK(world.policies.size() == 2);
  CHECK(world.run.weeks == 9);
}

TEST_CASE("scenario: extends that cannot be followed") {
  const Folder folder;
  World world;
  const auto message = [&](const std::string& name, const std::string& text) {
    try {
      read_scenario(folder.write(name, text), {}, world.registry);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::scenario);
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK(has(message("a.toml", "title='x'\nextends = 'none.toml'\n"), "a.toml:2: cannot read the scenario"));
  CHECK(has(message("a.toml", "extends = 'a.toml'\n"), "extends itself"));
  CHECK(has(message("a.toml", "extends = './x/../a.toml'\n"), "extends itself"));
  CHECK(has(message("a.toml", "extends = ''\n"), "a.toml:1: extends must name a file"));
  CHECK(has(message("a.toml", "extends = 3\n"), "extends must name a file"));
  CHECK(has(message("a.toml", "extends = ['b.toml', 3]\n"), "extends must name a file"));
  CHECK(has(message("a.toml", "extends = '.'\n"), "it is a folder"));
  folder.write("b.toml", "title = 'b'\nextends = 'a.toml'\n");
  CHECK(has(message("a.toml", "extends = 'b.toml'\n"), "b.toml:2: 'a.toml' extends itself"));
  folder.write("c.toml", "[information]\nreach = 7\n");
  CHECK(has(message("a.toml", "extends = 'c.toml'\n"), "c.toml:2: information.reach cannot be 7"));
  for (int i = 0; i < 40; ++i)
    folder.write("d" + std::to_string(i) + ".toml", "extends = 'd" + std::to_string(i + 1) + ".toml'\n");
  CHECK(has(message("a.toml", "extends = 'd0.toml'\n"), "too many files"));
  folder.write("bad.toml", "a = [1\n");
  CHECK(has(message("a.toml", "extends = 'bad.toml'\n"), "bad.toml:"));
}

TEST_CASE("scenario: an error leaves the registry as it was, entries too") {
  const Folder folder;
  World world;
  read("[information]\nreach = 0.7\nlayers = [1, 1, 1]\n[policy.old]\ndose = 5\n", world);
  const std::string before = resolved_scenario({}, world.registry);
  const fs::path bad = folder.write("bad.toml",
      "[information]\nreach = 0.1\nrule = 'complex'\nlayers = [0,0,0]\ntags = ['a']\n"
      "[policy.aaa]\n[policy.old]\ndose = 6\n[policy.zzz]\n[run]\nweeks = -1\n");
  CHECK_THROWS_AS(read_scenario(bad, {}, world.registry), Error);
  CHECK(resolved_scenario({}, world.registry) == before);
  REQUIRE(world.policies.size() == 1);
  CHECK(world.policies[0].dose == 5.0);
}

TEST_CASE("scenario: the resolved scenario gives the same values again") {
  World world;
  const auto source = read(
      "title = \"A \\\"quoted\\\" \\\\ one\"\ndescription = \"\"\"two\nlines\"\"\"\n[information]\nreach = "
      "0.1234567890123456789\nq_aware = 5e-324\ncensus = \"\\u0001\\t\xd0\xb0\"\ntags = [\"\", "
      "\"a,b\"]\n[run]\nscale = "
      "1\n[policy.x]\ndose = -0.0\n[policy.y]\ndose = 1.7976931348623157e308\n",
      world);
  const std::string text = resolved_scenario(source, world.registry);
  World again;
  const auto second = read(text, again);
  CHECK(second.title == "A \"quoted\" \\ one");
  CHECK(second.description == "two\nlines");
  CHECK(resolved_scenario(second, again.registry) == text);
  CHECK(again.information.reach.scenario() == world.information.reach.scenario());
  CHECK(again.information.q_aware == 5e-324);
  CHECK(again.information.census.value() == "\x01\t\xd0\xb0");
  CHECK(std::signbit(again.policies[0].dose.value()));
  CHECK(again.policies[1].dose == std::numeric_limits<double>::max());
  for (const std::string& path : world.registry.paths()) {
    REQUIRE(again.registry.find(path) != nullptr);
    CHECK(again.registry.find(path)->get() == world.registry.find(path)->get());
  }
  CHECK_FALSE(has(text, fs::temp_directory_path().string()));
  CHECK_FALSE(has(text, "extends"));
  CHECK(has(text, "\n[policy.y]\n"));
}

TEST_CASE("scenario: the dictionary shows every field once and fits the terminal") {
  World world;
  read("[information]\nq_aware = 0.25\n[policy.mine]\n", world);
  const std::string text = describe_parameters(world.registry, false);
  for (const Section* section : world.registry.sections()) {
    CHECK(has(text, "[" + section->name() + "]"));
    for (const Field* field : section->fields()) CHECK(has(text, "\n  " + field->about().name));
  }
  CHECK(has(text, "[policy.mine]"));  // what this scenario has
  CHECK_FALSE(has(text, "[policy.NAME]"));
  CHECK(has(text, "0.25 (default 0.05)"));
  std::size_t widest = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    widest = std::max(widest, end - begin);
    begin = end + 1;
  }
  CHECK(widest <= 100);
  CHECK(widest > 80);

  const auto list = nlohmann::json::parse(describe_parameters(world.registry, true));
  const std::size_t fields =
      world.run.fields().size() + world.information.fields().size() + world.policies.specimen()->fields().size();
  CHECK(list.size() == fields);
  for (const auto& entry : list)
    if (entry["path"] == "information.q_aware") {
      CHECK(entry["value"] == 0.25);
      CHECK(entry["default"] == 0.05);
      CHECK(entry["low"] == 0.0);
      CHECK(entry["lever"] == false);
    }
  const auto levers = nlohmann::json::parse(describe_levers(world.registry, true));
  REQUIRE(levers.size() == 1);
  CHECK(levers[0]["path"] == "information.reach");
  CHECK_FALSE(has(describe_levers(world.registry, false), "q_aware"));
}
