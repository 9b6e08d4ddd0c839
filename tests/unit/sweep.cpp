// What a sweep's file says becomes points, settings, luck and measures.
#include "sweep/sweep.h"

#include <cmath>
#include <fstream>
#include <set>

#include "base/error.h"
#include "engine.h"
#include "engine/result_reader.h"
#include "sweep/execution.h"

using namespace kurultai;
using kurultai::test::Folder;

namespace {

/// A sweep over the test model `line` with these lines added to [sweep], and axis x.
std::unique_ptr<Sweep> line_sweep(const Folder& folder, const std::string& keys,
    const std::string& x = "values = [1, 2]", const std::string& more = "") {
  const auto file = folder.path() / "sweep.toml";
  std::ofstream(file) << "[sweep]\nmodel = \"line\"\n"
                      << keys << "\n[axis.x]\npath = \"line.x\"\n"
                      << x << "\n"
                      << more;
  return std::make_unique<Sweep>(file);
}

Result series(std::vector<std::int32_t> weeks, std::vector<double> y) {
  Result result;
  result.groups.push_back({"series/nation", "", {{"week", {"week"}, std::move(weeks), "1", "", "", {}}}, {}});
  result.groups.back().variables.push_back({"y", {"week"}, std::move(y), "1", "", "", {}});
  return result;
}

double measure(const Result& result, const std::vector<std::pair<std::string, Value>>& keys) {
  MeasureSpec spec("measure.m");
  REQUIRE(spec.series.set(std::string("y")).empty());
  for (const auto& [key, value] : keys) REQUIRE(spec.field(key)->set(value).empty());
  return measured(spec, "m", result, "here");
}

}  // namespace

TEST_CASE("sweep: a measure can be a difference between two labels") {
  Result result;
  result.groups.push_back({"series/arm", "",
      {{"week", {"week"}, std::vector<std::int32_t>{0, 1}, "1", "", "", {}},
          {"arm", {"arm"}, std::vector<std::string>{"p: treated", "p: control"}, "1", "", "", {}},
          {"form", {"form"}, std::vector<std::string>{"vote", "talk"}, "1", "", "", {}}},
      {}});
  result.groups.back().variables.push_back(
      {"y", {"week", "arm", "form"}, std::vector<double>{1, 2, 3, 4, 11, 12, 23, 34}, "1", "", "", {}});
  const auto difference = [&](const std::vector<std::string>& at, const std::vector<std::string>& minus) {
    return measure(result, {{"level", "arm"}, {"reduce", "last"}, {"at", at}, {"minus", minus}});
  };
  CHECK(difference({"arm=p: treated", "form=talk"}, {}) == 12);
  CHECK(difference({"arm=p: treated", "form=talk"}, {"arm=p: control", "form=vote"}) == 12 - 23);
  CHECK(difference({"arm=p: treated", "form=talk"}, {"arm=p: control"}) == 12 - 34);  // the form stays
  CHECK(difference({"arm=p: treated", "form=talk"}, {"arm=p: treated"}) == 0);
  CHECK_THROWS_AS(difference({"arm=p: treated", "form=talk"}, {"arm=p: controls"}), Error);
  CHECK_THROWS_AS(difference({"arm=p: treated", "form=talk"}, {"region=p"}), Error);
}

TEST_CASE("sweep: an axis' value follows from its place, by kind of parameter") {
  Section section("s", "");
  const Real real(section, "real", 0, {});
  const Whole whole(section, "whole", 0, {-100, 100});
  const Flag flag(section, "flag", false);
  AxisSpec range("axis.a");
  REQUIRE(range.low.set(2.0).empty());
  REQUIRE(range.high.set(6.0).empty());
  CHECK(std::get<double>(value_at(range, real, 0.25)) == 3.0);
  std::map<std::int64_t, int> counts;
  for (int k = 0; k < 500; ++k) ++counts[std::get<std::int64_t>(value_at(range, whole, (k + 0.5) / 500))];
  CHECK(counts == std::map<std::int64_t, int>{{2, 100}, {3, 100}, {4, 100}, {5, 100}, {6, 100}});
  REQUIRE(range.spacing.set(std::string("log")).empty());
  CHECK(std::abs(std::get<double>(value_at(range, real, 0.5)) - std::sqrt(12.0)) < 1e-12);
  CHECK(std::get<double>(value_at(range, real, 0)) == 2.0);

  AxisSpec words("axis.w");
  REQUIRE(words.values.set(std::vector<std::string>{"false", "true"}).empty());
  CHECK_FALSE(std::get<bool>(value_at(words, flag, 0.49)));
  CHECK(std::get<bool>(value_at(words, flag, 0.5)));
  AxisSpec numbers("axis.n");
  REQUIRE(numbers.values.set(std::vector<double>{1, 10, 100}).empty());
  CHECK(std::get<double>(value_at(numbers, real, 0.999999)) == 100);
}

TEST_CASE("sweep: luck is a function of seed and replicate, and of the point only if told so") {
  const Folder folder("sweep_luck");
  const auto usual = line_sweep(folder, "seed = 5\nreplicates = 3");
  CHECK(usual->luck({0, 2}).seed == 5);
  CHECK(usual->luck({0, 2}).replicate == 2);
  CHECK(usual->luck({1, 2}).replicate == 2);
  const auto own = line_sweep(folder, "seed = 5\nreplicates = 3\nsociety = \"own\"");
  CHECK(own->luck({0, 1}).seed == own->luck({1, 1}).seed);
  CHECK(own->luck({0, 1}).seed != own->luck({0, 2}).seed);
  CHECK(own->luck({0, 1}).seed <= 9'000'000'000'000'000U);
  const auto apart = line_sweep(folder, "seed = 5\nreplicates = 300\ncommon = false");
  std::set<std::uint32_t> all;
  for (std::uint32_t p = 0; p < 2; ++p)
    for (std::uint32_t r = 0; r < 300; ++r) all.insert(apart->luck({p, r}).replicate);
  CHECK(all.size() == 600);
}

TEST_CASE("sweep: shards share out every run once, whatever else is done") {
  const Folder folder("sweep_shards");
  const auto sweep = line_sweep(folder, "replicates = 7", "values = [1, 2, 3]");
  std::set<std::uint64_t> all;
  for (std::uint32_t i = 1; i <= 4; ++i)
    for (const Task& task : first_tasks(*sweep, {i, 4})) CHECK(all.insert(task.number).second);
  CHECK(all.size() == 21);
}

TEST_CASE("sweep: a table gives the points, and a list takes the k-th values together") {
  const Folder folder("sweep_csv");
  std::ofstream(folder.path() / "points.csv") << "x,slope\n1,2\n3,4\n5,6\n";
  const auto table =
      line_sweep(folder, "design = \"csv\"\ntable = \"points.csv\"", "", "[axis.slope]\npath = \"line.slope\"\n");
  REQUIRE(table->points() == 3);
  CHECK(table->axes.key(0) == "slope");
  CHECK(std::get<double>(table->settings(1)[0].value) == 4);
  CHECK(std::get<double>(table->settings(2)[1].value) == 5);
  const auto list = line_sweep(
      folder, "design = \"list\"", "values = [7, 8]", "[axis.slope]\npath = \"line.slope\"\nvalues = [1, 2]\n");
  REQUIRE(list->points() == 2);
  CHECK(std::get<double>(list->settings(1)[0].value) == 2);
  CHECK(std::get<double>(list->settings(1)[1].value) == 8);
}

TEST_CASE("sweep: a design's table that cannot be right is refused with the line") {
  const Folder folder("sweep_csv_junk");
  const auto refusal = [&](const std::string& table, ExitCode code = ExitCode::input) {
    std::ofstream(folder.path() / "points.csv") << table;
    try {
      (void)line_sweep(folder, "design = \"csv\"\ntable = \"points.csv\"", "", "[axis.slope]\npath = \"line.slope\"\n");
    } catch (const Error& error) {
      CHECK(error.code() == code);
      const std::string line = error.what();
      return line.substr(std::min(line.find("points.csv"), line.size() - 1));
    }
    return std::string("taken");
  };
  const auto starts = [](const std::string& text, const std::string& beginning) {
    return text.rfind(beginning, 0) == 0;
  };
  CHECK(refusal("x,slope\n1,2\n1,3\n") == "taken");
  CHECK(refusal("x;slope\n0,5;2\n1;3\n") == "taken");
  CHECK(
      starts(refusal("x,slope\n1,2\n3,4\n1.0,2\n"), "points.csv:4: rows 2 and 4 are one point (it would count twice)"));
  CHECK(starts(refusal("# made by hand\nx,slope\n0,2\n-0.0,2\n"), "points.csv:4: rows 3 and 4 are one point"));
  CHECK(starts(refusal("x,slope\n1,2\nNA,4\n"), "points.csv:3: 'NA' in column 'x' (it means 'not given'"));
  CHECK(starts(refusal("x,slope\n1,2\n,4\n"), "points.csv:3: '' in column 'x'"));
  CHECK(starts(refusal("x,slope\n1,inf\n"), "points.csv:2: 'inf' in column 'slope'"));
  CHECK(starts(refusal("x,slope,why\n1,2,3\n"), "points.csv: column 'why' is no axis"));
  CHECK(starts(refusal("x\n1\n"), "points.csv: no column 'slope'"));
  CHECK(starts(refusal("x,slope,x\n1,2,3\n"), "points.csv:1: column 'x' stands twice"));
  CHECK(starts(refusal("x,slope\n"), "points.csv: the table has no rows"));
  CHECK(starts(refusal(""), "points.csv: has no header"));
  CHECK(starts(refusal("x,slope\n1,\xC0\n"), "points.csv:2: not UTF-8"));
  CHECK(starts(refusal("x,slope\n1,2\n3,\"4\n5\"\n"), "points.csv:3: '4?5' in column 'slope' (it is not a number)"));
  // A value that the parameter does not take is the table's fault, not the sweep's.
  CHECK(starts(refusal("x,slope\n1,2\n3,1e299\n"), "points.csv:3: axis 'slope' cannot take line.slope to 1e+299"));

  CHECK(refusal("x,slope\n1,2\n") == "taken");
  const auto keys = [&](const std::string& text, const std::string& x, const std::string& more) {
    try {
      (void)line_sweep(folder, text, x, more);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::scenario);
      return std::string(error.what());
    }
    return std::string("taken");
  };
  const std::string slope = "[axis.slope]\npath = \"line.slope\"\n";
  const auto holds = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  CHECK(holds(
      keys("design = \"csv\"\ntable = \"points.csv\"", "values = [1, 2]", slope), "axis 'x' has values of its own"));
  CHECK(holds(keys("table = \"points.csv\"", "values = [1, 2]", slope + "values = [1, 2]\n"),
      "a table is read by a csv design only"));
  CHECK(holds(keys("", "values = [0.1, 0.5, 0.10]", slope + "values = [1, 2]\n"), "axis 'x' has the value 0.1 twice"));
  CHECK(holds(keys("design = \"list\"", "values = [1, 2, 1]", slope + "values = [3, 4, 3]\n"),
      "values 1 and 3 of the axes are one point"));
  CHECK(keys("design = \"list\"", "values = [1, 2, 1]", slope + "values = [3, 4, 5]\n") == "taken");
}

TEST_CASE("sweep: a measure looks at its weeks and nothing else") {
  const Result result = series({0, 4, 8, 12}, {1, 2, 4, 8});
  CHECK(measure(result, {}) == 3.75);
  CHECK(measure(result, {{"first", std::int64_t{4}}, {"last", std::int64_t{8}}}) == 3);
  CHECK(measure(result, {{"first", std::int64_t{-5}}}) == 6);
  CHECK(measure(result, {{"reduce", std::string("last")}, {"last", std::int64_t{11}}}) == 4);
  CHECK(measure(result, {{"reduce", std::string("sum")}}) == 15);
  CHECK(measure(result, {{"reduce", std::string("least")}}) == 1);
  CHECK(measure(result, {{"reduce", std::string("greatest")}}) == 8);
  CHECK(std::isnan(measure(result, {{"first", std::int64_t{13}}})));
  CHECK(std::isnan(measure(series({}, {}), {})));
  CHECK(measure(series({0, 4}, {1, std::nan("")}), {}) == 1);
}

TEST_CASE("sweep: replicates are added by the rule that the file states") {
  const Folder folder("sweep_precision");
  const auto sweep = line_sweep(folder, "replicates = 4", "values = [1]",
      "[measure.y]\n[precision]\nmeasure = \"y\"\nhalf_width = 1.0\nstep = 3\nat_most = 8\n");
  const std::vector<double> wide = {0, 10, 0, 10};
  CHECK(replicates_needed(*sweep, wide) == 7);
  CHECK(replicates_needed(*sweep, std::vector<double>{1, 1.1, 1, 1.1}) == 4);
  CHECK(replicates_needed(*sweep, std::vector<double>(7, std::nan(""))) == 7);  // all failed: more of the same
  CHECK(replicates_needed(*sweep, std::vector<double>{0, 9, 0, 9, 0, 9, 0, 9}) == 8);
}

TEST_CASE("sweep: runs of different length stand in one file, each at its own weeks") {
  const Folder folder("sweep_lengths");
  const auto file = folder.path() / "lengths.toml";
  std::ofstream(file) << "[sweep]\nscenario = \"" KURULTAI_SOURCE_DIR
                         "/scenarios/village.toml\"\nset = [\"run.warmup=4\"]\nreplicates = 2\nkeep_every = 4\n"
                      << "[axis.length]\npath = \"run.weeks\"\nvalues = [8, 20]\n[measure.trust]\n";
  Sweep sweep(file);
  ExecutionOptions options;
  options.out = folder.path() / "out.h5";
  options.runner.threads = 2;
  SweepProgress progress("none");
  REQUIRE(execute(sweep, options, progress).finished == 4);
  const Result result = read_result(options.out);
  const Group& nation = *result.group("series/nation");
  CHECK(std::get<std::vector<std::int32_t>>(nation.coordinate("week")->values) ==
        std::vector<std::int32_t>{0, 4, 8, 12, 16});
  const auto& trust = std::get<std::vector<float>>(nation.variable("trust")->values);
  REQUIRE(trust.size() == 2 * 2 * 5);
  for (std::size_t r = 0; r < 2; ++r)
    for (std::size_t t = 0; t < 5; ++t) {
      CHECK(std::isnan(trust[r * 5 + t]) == (t >= 2));
      CHECK_FALSE(std::isnan(trust[(2 + r) * 5 + t]));
      if (t < 2)
        CHECK(trust[r * 5 + t] == trust[(2 + r) * 5 + t]);  // the same luck: the short run is the long one's beginning
    }
}
