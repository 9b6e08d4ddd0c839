// Surveys in a run (MODEL 7.43; Q1-Q4): a user's own survey is data; the same bits for any threads and after a stop;
// who may be asked; messages.
#include <cstring>
#include <fstream>

#include "base/error.h"
#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

constexpr const char* own = R"(
[society]
source = "plain"
communities = 30
people = 120
[run]
warmup = 4
weeks = 20
scale = 1.0
[item.mood]
question = "Is it worth while?"
variable = "trust"
[survey.own]
title = "A survey of one's own"
size = 200
week = 3
period = 8
rounds = 9
nonresponse = 0.2
items = ["mood"]
)";

struct Written {
  explicit Written(const std::string& text) : folder("survey") { std::ofstream(folder.path() / "s.toml") << text; }
  void read(Model& model, const std::vector<std::string>& sets = {}) const {
    model.read(folder.path() / "s.toml", sets);
  }
  std::string complaint(const std::vector<std::string>& sets = {}) const {
    Model model;
    try {
      read(model, sets);
      const auto society = make_society(model);
      const Simulation simulation(model, *society);
      return "nothing";
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::scenario);
      return error.what();
    }
  }
  Folder folder;
};

Result result_of(const Written& scenario, const std::vector<std::string>& sets = {}, int threads = 0, int stop = 0) {
  Model model;
  scenario.read(model, sets);
  set_threads(threads);
  const auto society = make_society(model);
  auto simulation = std::make_unique<Simulation>(model, *society);
  Model again;
  scenario.read(again, sets);
  if (stop > 0) {
    for (int k = 0; k < stop; ++k) simulation->step();
    std::vector<std::byte> bytes;
    Archive out =
        Archive::saving([&](std::span<const std::byte> part) { bytes.insert(bytes.end(), part.begin(), part.end()); });
    simulation->state(out);
    auto resumed = std::make_unique<Simulation>(again, *society);
    std::size_t at = 0;
    Archive in = Archive::loading(
        [&](std::span<std::byte> part) {
          std::memcpy(part.data(), bytes.data() + at, part.size());
          at += part.size();
        },
        bytes.size(), "image");
    resumed->state(in);
    simulation = std::move(resumed);
  }
  simulation->run();
  set_threads(0);
  return simulation->result();
}

const std::vector<double>& values(const Result& result, const std::string& survey, const char* name) {
  const Group* group = result.group("surveys/" + survey);
  REQUIRE(group != nullptr);
  const Variable* variable = group->variable(name);
  REQUIRE(variable != nullptr);
  return std::get<std::vector<double>>(variable->values);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("surveys: a survey that a scenario adds is held, and stands beside the truth") {
  const Written scenario(own);
  const Result result = result_of(scenario);
  check(result);
  const Group* group = result.group("surveys/own");
  REQUIRE(group != nullptr);
  CHECK(group->long_name == "A survey of one's own");
  CHECK(std::get<std::vector<std::int32_t>>(group->coordinate("week")->values) == std::vector<std::int32_t>{3, 11, 19});
  CHECK(std::get<std::vector<std::int64_t>>(group->variable("drawn")->values) == std::vector<std::int64_t>(3, 200));
  const auto answered = std::get<std::vector<std::int64_t>>(group->variable("answered")->values);
  CHECK(std::abs(static_cast<double>(answered[0]) - 160) < 30);
  const auto& mean = values(result, "own", "estimate");
  const auto& census = values(result, "own", "census");
  const auto& error = values(result, "own", "standard_error");
  const auto& latent = values(result, "own", "latent");
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(error[k] > 0);
    CHECK(error[k] < 0.2);
    CHECK(std::abs(mean[k] - census[k]) < 4 * error[k]);
    CHECK(census[k] == Approx(1.0 + 5.0 * (latent[k] - 0.1)).margin(0.2));  // five points of equal width
  }
  CHECK(mean[0] != mean[1]);  // another sample each round
  CHECK(std::get<std::vector<std::uint8_t>>(group->variable("answer_dependent")->values) ==
        std::vector<std::uint8_t>(3, 0));
}

TEST_CASE("surveys: a run says so where non-response depends on the answer") {
  const Written scenario(own);
  const Result result =
      result_of(scenario, {"survey.own.selective=1.5", "survey.own.size=2000", "survey.own.nonresponse=0.5"});
  const Group* group = result.group("surveys/own");
  CHECK(has(group->long_name, "depends on the answer"));
  CHECK(std::get<std::vector<std::uint8_t>>(group->variable("answer_dependent")->values)[0] == 1);
  CHECK(values(result, "own", "estimate")[0] > values(result, "own", "census")[0] + 0.2);
  CHECK(values(result, "own", "low")[0] > values(result, "own", "census")[0]);
}

TEST_CASE("surveys: the same bits for any threads, after a stop, and whatever else is asked") {
  const Written scenario(own);
  const Result one = result_of(scenario, {}, 1);
  CHECK(digest(one) == digest(result_of(scenario, {}, 7)));
  CHECK(digest(one) == digest(result_of(scenario, {}, 0, 10)));
  // A second survey changes nothing in the first; surveys change nothing in the society.
  const Written two(std::string(own) + "[survey.other]\nsize = 50\nweek = 3\nitems = [\"mood\"]\n");
  const Result more = result_of(two);
  CHECK(values(more, "own", "estimate") == values(one, "own", "estimate"));
  CHECK(values(more, "other", "estimate")[0] != values(one, "own", "estimate")[0]);
  CHECK(std::get<std::vector<float>>(one.group("series/nation")->variable("trust")->values) ==
        std::get<std::vector<float>>(
            result_of(scenario, {"survey.own.week=19"}).group("series/nation")->variable("trust")->values));
}

TEST_CASE("surveys: staff who are not there give an empty result, not a wrong one") {
  const Written scenario(
      std::string(own) +
      "[item.work]\nvariable = \"job_satisfaction\"\n[survey.staff]\nasks = \"staff\"\nlevels = [\"region\"]\n"
      "week = 3\nage_from = 99\nage_to = 99\ndesign = \"stratified\"\nitems = [\"work\"]\n");
  const Result result = result_of(scenario);
  CHECK(values(result, "staff", "respondents")[0] == 0);
  CHECK(std::isnan(values(result, "staff", "estimate")[0]));
  CHECK(std::isnan(values(result, "staff", "census")[0]));
  check(result);
}

TEST_CASE("surveys: only those are asked whom the survey names") {
  Experiment e;
  for (const auto& [name, field, value] : std::vector<std::tuple<std::string, std::string, Value>>{
           {"rural", "types", std::vector<std::string>{"rural okrug"}},
           {"region", "regions", std::vector<std::string>{"R1"}}, {"old", "age_from", 60},
           {"farmers", "occupations", std::vector<std::string>{"farmer"}}}) {
    e.model.surveys.entry(name);
    e.model.items.entry("trust");
    e.set({{"survey." + name + ".items", std::vector<std::string>{"trust"}}, {"survey." + name + ".week", 0},
        {"survey." + name + "." + field, value}});
  }
  move_into_testland(e);
  e.weeks(1);
  const Residents& r = e.residents();
  const Country& country = e.society->country;
  std::array<std::int64_t, 4> expected{};
  for (std::size_t c = 0; c < country.communities.size(); ++c)
    for (Vertex i = e.society->first[c]; i < e.society->first[c + 1]; ++i) {
      if (!r.adult(i)) continue;
      expected[0] += r.occupation[i] == static_cast<std::uint8_t>(Occupation::farmer);
      expected[1] += r.age[i] >= 60;
      expected[2] += country.communities[c].region == 1;
      expected[3] += country.communities[c].type == PlaceType::okrug;
    }
  const Result result = e.simulation->result();
  std::size_t k = 0;
  for (const char* name : {"farmers", "old", "region", "rural"}) {
    INFO(name);
    CHECK(expected[k] > 0);
    CHECK(std::get<std::vector<std::int64_t>>(
              result.group(std::string("surveys/") + name)->variable("people")->values)[0] == expected[k]);
    ++k;
  }
}

TEST_CASE("surveys: what cannot be asked is an error that says why") {
  const Written scenario(own);
  CHECK(has(scenario.complaint({"survey.own.items=[\"mod\"]"}), "did you mean 'mood'?"));
  CHECK(has(scenario.complaint({"survey.own.items=[]"}), "items is empty"));
  CHECK(has(scenario.complaint({"survey.own.items=[\"mood\", \"mood\"]"}), "twice"));
  CHECK(has(scenario.complaint({"item.mood.variable=job_satisfaction"}), "job satisfaction is of staff"));
  CHECK(has(scenario.complaint({"item.mood.thresholds=[0.5, 0.4, 0.6, 0.8]"}), "thresholds must rise"));
  CHECK(has(scenario.complaint({"survey.own.regions=[\"plian\"]"}), "did you mean 'plain'?"));
  CHECK(has(scenario.complaint({"survey.own.types=[\"village\"]"}), "no type of community"));
  CHECK(has(scenario.complaint({"survey.own.levels=[\"nation\"]"}), "no level with staff"));
  CHECK(has(scenario.complaint({"survey.own.age_from=60", "survey.own.age_to=50"}), "age_from"));
  CHECK(scenario.complaint() == "nothing");
}
