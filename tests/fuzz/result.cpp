// Fuzz target: a result file, as it is and as one that another program has changed, which nothing guards. What is taken
// is shown, written and read again: that must give the same.
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "command/show.h"
#include "engine/result_reader.h"
#include "engine/result_writer.h"
#include "engine/simulation.h"
#include "fuzz/fuzz.h"

namespace kurultai::fuzz {

namespace {

Bytes file_of(const Result& result) {
  const std::filesystem::path file = scratch() / "seed.h5";
  write_result(file, result);
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A result of a few numbers, with one array of each type.
Result small() {
  Result result;
  result.attributes = {{"format_version", result_format_version}, {"kurultai_version", "0"},
      {"scenario", "title = \"small\"\n"}, {"seed", std::int64_t{1}}};
  const auto over_week = [](const char* name, Values values) {
    return Variable{.name = name,
        .dimensions = {"week"},
        .values = std::move(values),
        .unit = "1",
        .long_name = "a number",
        .source = "model"};
  };
  Variable kind = over_week("kind", std::vector<std::uint8_t>{0, 1, 0});
  kind.flag_meanings = {"one", "other"};
  result.groups = {{.path = "series/nation",
      .long_name = "the nation",
      .coordinates = {over_week("week", std::vector<std::int32_t>{0, 1, 2})},
      .variables = {over_week("participation", std::vector<float>{0.1F, 0.2F, 0.3F}),
          over_week("trust", std::vector<double>{0.5, 0.5, 0.5}), over_week("acts", std::vector<std::int64_t>{1, 2, 3}),
          over_week("word", std::vector<std::string>{"a", "", "b"}), kind}}};
  return result;
}

Result of_a_run() {
  Model model;
  model.read(put("run.toml", std::string("[society]\nsource = \"plain\"\ncommunities = 2\npeople = 20\n[run]\nweeks = "
                                         "8\nwarmup = 4\nscale = 1.0\n")),
      {});
  const std::unique_ptr<Society> society = make_society(model);
  Simulation simulation(model, *society);
  simulation.run();
  return simulation.result();
}

}  // namespace

std::vector<Bytes> seeds() { return {file_of(small()), file_of(of_a_run())}; }

void try_input(std::span<const char> input) {
  const std::filesystem::path file = put("input.h5", input);
  const auto read = [&](Unsealed unsealed) {
    const Result result = read_result(file, unsealed);
    ensure(!show(result, true, 80).empty(), "a result is shown");
    const std::filesystem::path copy = scratch() / "copy.h5";
    write_result(copy, result);
    ensure(whole_digest(read_result(copy)) == whole_digest(result), "a result that was written again is the same");
  };
  told([&] { read(Unsealed::refused); });
  told([&] { read(Unsealed::accepted); });
}

}  // namespace kurultai::fuzz
