// What follows for a model from what a scenario says and leaves out.
#include "engine/model.h"

#include <fstream>

#include "base/error.h"
#include "engine.h"
#include "engine/estimate.h"
#include "scenario/resolved.h"
#include "sweep/sweep.h"

using namespace kurultai;
using kurultai::test::Folder;

namespace {

const std::string village_tables =
    "source = \"network\"\nnodes = \"" KURULTAI_SOURCE_DIR
    "/scenarios/data/village/nodes.csv\"\nedges = \"" KURULTAI_SOURCE_DIR "/scenarios/data/village/edges.csv\"\n";

std::unique_ptr<Model> read(const Folder& folder, const std::string& text, const std::vector<std::string>& sets = {}) {
  std::ofstream(folder.path() / "a.toml") << text;
  auto model = std::make_unique<Model>();
  model->read(folder.path() / "a.toml", sets);
  return model;
}

std::string refusal(const Folder& folder, const std::string& text, const std::vector<std::string>& sets = {}) {
  try {
    (void)read(folder, text, sets);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::scenario);
    return error.what();
  }
  return "taken";
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("model: a census is thinned by default; a plain society and a network are taken as they are") {
  const Folder folder("scale");
  CHECK(read(folder, "title = \"census\"\n")->run.scale == 0.05);
  const auto plain = read(folder, "[society]\nsource = \"plain\"\ncommunities = 10\npeople = 2000\n");
  CHECK(plain->run.scale == 1.0);
  CHECK(estimate(*plain, 1).residents == 20000);
  CHECK(holds(resolved_scenario(plain->source, plain->registry), "scale = 1"));
  CHECK(read(folder, "[society]\n" + village_tables)->run.scale == 1.0);
  // Where the scenario, a file that it extends or an option says so, a plain society is thinned.
  CHECK(read(folder, "[society]\nsource = \"plain\"\n[run]\nscale = 0.05\n")->run.scale == 0.05);
  CHECK(read(folder, "[society]\nsource = \"plain\"\n", {"run.scale=0.5"})->run.scale == 0.5);
  CHECK(read(folder, "title = \"as plain\"\n", {"society.source=plain"})->run.scale == 1.0);
  std::ofstream(folder.path() / "base.toml") << "[run]\nscale = 0.25\n";
  const auto inherited = read(folder, "extends = \"base.toml\"\n[society]\nsource = \"plain\"\n");
  CHECK(inherited->run.scale == 0.25);
  REQUIRE(inherited->remarks().size() == 1);
  CHECK(holds(inherited->remarks()[0], "thins its plain society: run.scale = 0.25"));
  CHECK(read(folder, "[society]\nsource = \"plain\"\n[run]\nscale = 0.05\n")->remarks().empty());
}

TEST_CASE("model: a given network is never thinned") {
  const Folder folder("network_scale");
  CHECK(holds(refusal(folder, "[society]\n" + village_tables + "[run]\nscale = 0.5\n"),
      "a.toml:6: run.scale cannot be 0.5 (the society is a given network"));
  CHECK(holds(refusal(folder, "[society]\n" + village_tables, {"run.scale=0.05"}),
      "--set run.scale=0.05: run.scale cannot be 0.05"));
  CHECK(refusal(folder, "[society]\n" + village_tables, {"run.scale=1"}) == "taken");
  const auto village = read(folder, "[society]\n" + village_tables);
  const auto society = make_society(*village);
  CHECK(std::get<double>(Simulation(*village, *society).result().attributes.at("scale")) == 1.0);
}

TEST_CASE("model: where the society's source is an axis, the default scale follows it") {
  const Folder folder("source_axis");
  std::ofstream(folder.path() / "plain.toml") << "[society]\nsource = \"plain\"\n"
                                              << village_tables.substr(village_tables.find("nodes"));
  const auto sweep = [&](const std::string& set) {
    std::ofstream(folder.path() / "sweep.toml")
        << "[sweep]\nscenario = \"plain.toml\"\nset = [" << set
        << "]\n[axis.source]\npath = \"society.source\"\nvalues = [\"plain\", \"census\"]\n";
    return std::make_unique<Sweep>(folder.path() / "sweep.toml");
  };
  const auto residents = [](const Sweep& s, std::size_t point) {
    return s.experiment().cost(s.settings(point)).shared_bytes;
  };
  const auto by_default = sweep("\"society.census=" KURULTAI_SOURCE_DIR "/scenarios/data/kazakhstan\"");
  const auto by_hand =
      sweep("\"society.census=" KURULTAI_SOURCE_DIR "/scenarios/data/kazakhstan\", \"run.scale=0.05\"");
  CHECK(residents(*by_default, 1) == residents(*by_hand, 1));     // 0.05 for the census
  CHECK(residents(*by_default, 0) > 5 * residents(*by_hand, 0));  // 1 for the plain society; communities take some too
}
