// A result claims its place: what it may not replace, what it keeps, and by what it is known.
#include "engine/output.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "base/csv.h"
#include "base/error.h"
#include "base/input_file.h"
#include "catch.h"
#include "engine/durable_file.h"
#include "engine/identity.h"
#include "engine/result_reader.h"
#include "engine/simulation.h"
#include "society/synthesis.h"

using namespace kurultai;

namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : path_(fs::canonical(fs::temp_directory_path()) / ("kurultai_output_" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directory(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path operator/(const std::string& name) const { return path_ / name; }
  fs::path file(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  fs::path path_;
};

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Result result(std::int64_t seed = 1, double reach = 0.5, const Inputs& inputs = {}) {
  Result made;
  made.attributes = {{"format_version", result_format_version}, {"kurultai_version", program_version()},
      {"git_commit", git_commit()}, {"seed", seed}, {"replicate", std::int64_t{0}},
      {"scenario", "[run]\nseed = " + std::to_string(seed) +
                       "\nscale = 1.0\n\n[information]\nreach = " + std::to_string(reach) + "\n"},
      {"inputs", to_text(inputs)}};
  made.groups.push_back(
      {"series/nation", "the nation", {{"week", {"week"}, std::vector<std::int32_t>{0}, "1", "week", "test", {}}}, {}});
  made.groups.back().variables.push_back({"y", {"week"}, std::vector<double>{reach}, "1", "y", "test", {}});
  return made;
}

OutputPlan plan(const fs::path& out, const fs::path& from, const Result& made, const std::string& verb = "run") {
  return {out, verb, {from}, made, false};
}

void write(const OutputPlan& plan) {
  Result made = plan.result;
  Output(plan, Output::Use::alone).write(made);
}

/// What the claim is refused with; empty if it is not.
std::string refusal(const OutputPlan& plan, Output::Use use = Output::Use::alone) {
  try {
    const Output output(plan, use);
    return {};
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::storage);
    return error.what();
  }
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

double value_in(const fs::path& file) {
  return std::get<std::vector<double>>(read_result(file).group("series/nation")->variable("y")->values)[0];
}

}  // namespace

TEST_CASE("an output never replaces an input, nor a file that is not a result", "[output]") {
  const Folder folder;
  const fs::path scenario = folder.file("s.toml", "title = \"s\"\n");
  SECTION("an input, by whatever name") {
    fs::create_symlink(scenario, folder / "link.toml");
    fs::create_hard_link(scenario, folder / "hard.toml");
    for (const char* name : {"s.toml", "link.toml", "hard.toml"})
      CHECK(contains(refusal(plan(folder / name, scenario, result())), "input of this very command"));
    const fs::path table = folder.file("t.csv", "id\n1\n");
    (void)CsvTable::read(table);
    CHECK(contains(refusal(plan(table, scenario, result())), "input of this very command"));
    const fs::path odd = folder.file("o.h5.checkpoint", "title = \"s\"\n");
    CHECK(contains(refusal(plan(folder / "o.h5", odd, result())), "input of this very command"));
    CHECK(text_of(scenario) == "title = \"s\"\n");
  }
  SECTION("a file of another kind, a damaged result, with --force too") {
    folder.file("notes.txt", "mine");
    write(plan(folder / "cut.h5", scenario, result()));
    fs::resize_file(folder / "cut.h5", fs::file_size(folder / "cut.h5") - 30);
    for (const char* name : {"notes.txt", "cut.h5"}) {
      OutputPlan wanted = plan(folder / name, scenario, result());
      CHECK(contains(refusal(wanted), "not a whole result"));
      wanted.force = true;
      CHECK(contains(refusal(wanted), "not a whole result"));
    }
    CHECK(text_of(folder / "notes.txt") == "mine");
    CHECK(refusal(plan(folder.file("empty", ""), scenario, result())).empty());  // as mktemp makes it
  }
  SECTION("folders, pipes, devices, names of checkpoints") {
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK_FALSE(refusal(plan(folder / "pipe", scenario, result())).empty());
    CHECK_FALSE(refusal(plan(folder / ".", scenario, result())).empty());
    CHECK_FALSE(refusal(plan("/dev/null", scenario, result())).empty());
    CHECK(contains(refusal(plan(folder / "a.h5.checkpoint", scenario, result())), "cannot have this name"));
  }
  SECTION("what stands beside it is no link") {
    const fs::path victim = folder.file("victim", "precious");
    for (const char* name : {"a.h5.checkpoint", "a.h5.checkpoint.new", "a.h5.checkpoint.previous", ".a.h5.lock"}) {
      fs::create_symlink(victim, folder / name);
      CHECK(contains(refusal(plan(folder / "a.h5", scenario, result())), "this is a link"));
      fs::remove(folder / name);
    }
    fs::create_symlink(victim, folder / "b.new");
    CHECK_THROWS_AS(DurableFile(folder / "b.new", "b", "checkpoint"), Error);
    fs::create_hard_link(victim, folder / "c.new");
    DurableFile own(folder / "c.new", "c", "checkpoint");
    own.write(std::as_bytes(std::span("x", 1)));
    CHECK(text_of(victim) == "precious");
  }
}

TEST_CASE("a link is followed, whether or not what it points to is there", "[output]") {
  const Folder folder;
  fs::create_directory(folder / "far");
  fs::create_symlink("far/a.h5", folder / "link.h5");
  for (int k = 0; k < 2; ++k) write(plan(folder / "link.h5", folder / "s.toml", result()));
  CHECK(fs::is_symlink(folder / "link.h5"));
  CHECK(fs::is_regular_file(folder / "far/a.h5"));
  fs::create_symlink("no/such/folder.h5", folder / "lost.h5");
  CHECK(contains(refusal(plan(folder / "lost.h5", folder / "s.toml", result())), "no folder"));
  fs::create_symlink("loop.h5", folder / "loop.h5");
  CHECK_FALSE(refusal(plan(folder / "loop.h5", folder / "s.toml", result())).empty());
}

TEST_CASE("what came of something else is not replaced, of the same file with other values it is kept", "[output]") {
  const Folder folder;
  const fs::path out = folder / "a.h5";
  const OutputPlan first = plan(out, folder / "s.toml", result());
  write(first);

  Result other_replicate = result();
  other_replicate.attributes["replicate"] = std::int64_t{1};
  Result other_scale = result();
  other_scale.attributes["scenario"] = std::string("[run]\nseed = 1\nscale = 0.5\n");
  const std::vector<std::pair<std::string, OutputPlan>> others = {
      {"verb run, not sweep", plan(out, folder / "s.toml", result(), "sweep")},
      {"file t/s.toml", plan(out, folder / "t/s.toml", result())},
      {"seed 1, not 2", plan(out, folder / "s.toml", result(2))},
      {"replicate 0, not 1", plan(out, folder / "s.toml", other_replicate)},
      {"scale 1.0, not 0.5", plan(out, folder / "s.toml", other_scale)}};
  for (const auto& [word, other] : others) {
    INFO(word);
    if (word.starts_with("file"))
      CHECK(contains(refusal(other), "file s.toml, not t/s.toml"));
    else
      CHECK(contains(refusal(other), word));
    OutputPlan forced = other;
    forced.force = true;
    CHECK(refusal(forced).empty());
  }

  SECTION("the same is simply replaced, and known to be finished") {
    const Output again(first, Output::Use::alone);
    CHECK(again.finished());
    CHECK(again.notices().empty());
  }
  SECTION("other values: kept, and named") {
    const OutputPlan second = plan(out, folder / "s.toml", result(1, 0.75));
    {
      const Output output(second, Output::Use::alone);
      CHECK_FALSE(output.finished());
      REQUIRE(output.notices().size() == 1);
      CHECK(contains(output.notices()[0], "[information] reach: now 0.75"));
      CHECK(contains(output.notices()[0], "a.previous.h5"));
    }
    CHECK(value_in(out) == 0.5);  // claimed, but not written
    write(second);
    CHECK(value_in(out) == 0.75);
    CHECK(value_in(folder / "a.previous.h5") == 0.5);
    SECTION("what is kept takes no other file's place") {
      folder.file("a.previous.h5", "mine");
      CHECK(contains(refusal(first), "not a whole result"));
      CHECK(text_of(folder / "a.previous.h5") == "mine");
    }
    SECTION("nor that of a link") {
      fs::remove(folder / "a.previous.h5");
      fs::create_symlink(folder / "elsewhere", folder / "a.previous.h5");
      CHECK(contains(refusal(first), "this is a link"));
    }
  }
  SECTION("a table that changed is another value, one that was renamed is not") {
    const Inputs before = {{"society.nodes", "data/nodes.csv", "0011", 10}};
    write(plan(out, folder / "s.toml", result(1, 0.5, before)));
    const Inputs renamed = {{"society.nodes", "people.csv", "0011", 10}};
    CHECK(Output(plan(out, folder / "s.toml", result(1, 0.5, renamed)), Output::Use::alone).finished());
    const Inputs changed = {{"society.nodes", "data/nodes.csv", "0012", 10}};
    const Output output(plan(out, folder / "s.toml", result(1, 0.5, changed)), Output::Use::alone);
    REQUIRE(output.notices().size() == 1);
    CHECK(contains(output.notices()[0], "the table data/nodes.csv (society.nodes) has changed"));
  }
}

TEST_CASE("two processes never write one result", "[output]") {
  const Folder folder;
  const OutputPlan wanted = plan(folder / "a.h5", folder / "s.toml", result());
  {
    const Output holder(wanted, Output::Use::alone);  // flock knows open files, so one process can stand for two
    CHECK(contains(refusal(wanted), "process " + std::to_string(::getpid()) + " is writing"));
    CHECK(contains(refusal(wanted, Output::Use::shared), "is writing"));
    CHECK(refusal(wanted, Output::Use::look).empty());
    fs::create_symlink("a.h5", folder / "link.h5");
    CHECK(contains(refusal(plan(folder / "link.h5", folder / "s.toml", result())), "is writing"));
  }
  {
    const Output one(wanted, Output::Use::shared);
    CHECK(refusal(wanted, Output::Use::shared).empty());
    CHECK(contains(refusal(wanted), "is writing"));
  }
  CHECK(refusal(wanted).empty());
  CHECK_FALSE(fs::exists(folder / ".a.h5.lock"));
  folder.file(".a.h5.lock", "12345 somewhere\n");  // of a process that was killed
  CHECK(refusal(wanted).empty());
}

TEST_CASE("an identity holds the bytes of tables, not their names", "[output]") {
  const std::string resolved = "[society]\nsource = \"network\"\nnodes = \"a.csv\"\n\n[run]\nseed = 1\n";
  const std::string moved = "[society]\nsource = \"network\"\nnodes = \"b/c.csv\"\n\n[run]\nseed = 1\n";
  const Inputs a = {{"society.nodes", "a.csv", "01", 3}};
  const Inputs b = {{"society.nodes", "b/c.csv", "01", 3}};
  const Inputs c = {{"society.nodes", "a.csv", "02", 3}};
  CHECK(identity_difference(identity_text(resolved, a), identity_text(moved, b)).empty());
  CHECK(contains(identity_difference(identity_text(resolved, a), identity_text(resolved, c)),
      "a.csv (society.nodes) has changed"));
  CHECK(contains(identity_difference(identity_text(resolved, a), identity_text(resolved, {})), "no longer read"));
  CHECK(contains(identity_difference(identity_text(resolved, {}), identity_text(resolved, a)), "was not there before"));
  CHECK(identity_difference(identity_text(prefixed("a", resolved), a), identity_text(prefixed("a", moved), b)).empty());
  CHECK(contains(identity_difference(identity_text("[run]\nseed = 1\n", a), identity_text("[run]\nseed = 2\n", a)),
      "[run] seed: now 2, before 1"));
  const Inputs back = inputs_from_text(to_text({{"society.nodes", "with blanks in it.csv", "01", 3}}));
  REQUIRE(back.size() == 1);
  CHECK(back[0].name == "with blanks in it.csv");
  Inputs two = a;
  add_inputs(two, {{"society.nodes", "other.csv", "02", 3}});
  CHECK(two.size() == 2);
  add_inputs(two, a);
  CHECK(two.size() == 2);
}

TEST_CASE("a table stays what it was when it was first met", "[output]") {
  const Folder folder;
  const fs::path table = folder.file("t.csv", "id\n1\n");
  const auto first = table_bytes(table);
  REQUIRE(first);
  CHECK(first->size == 5);
  CHECK(first->hash.size() == 32);
  CHECK_FALSE(table_bytes(folder / "none.csv"));
  CHECK_FALSE(table_bytes(folder / "."));
  folder.file("t.csv", "id\n2\n");
  CHECK(table_bytes(table)->hash != first->hash);  // not held
}

TEST_CASE("the tables of a society are those that building it reads", "[output]") {
  const fs::path scenarios = fs::path(KURULTAI_SOURCE_DIR) / "scenarios";
  for (const char* name : {"village.toml", "kazakhstan.toml"}) {
    INFO(name);
    Model model;
    model.read(scenarios / name, {});
    std::set<fs::path> listed;
    for (const SocietyTable& table : society_tables(model.society, model.source))
      listed.insert(fs::weakly_canonical(table.file));
    const std::vector<fs::path> before = noted_inputs();
    if (model.society.source == Source::network)
      (void)make_society(model);
    else
      (void)country_of(model.society, model.source);
    // Others of this process may have read them before.
    const std::vector<fs::path> after = noted_inputs();
    for (const fs::path& file : listed) CHECK(std::find(after.begin(), after.end(), file) != after.end());
    for (const fs::path& file : after)
      if (std::find(before.begin(), before.end(), file) == before.end()) CHECK(listed.contains(file));
    const Inputs inputs = inputs_of(model);
    CHECK(inputs.size() == listed.size());
    for (const Input& input : inputs) CHECK(input.role.starts_with("society."));
  }
}
