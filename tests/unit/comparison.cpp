// Comparison against numbers by hand, and its text, JSON and file.
#include "sweep/comparison.h"

#include <cmath>
#include <limits>

#include "catch.h"
#include "command/compare.h"
#include "sweep/statistics.h"
#include "sweep/test_models.h"

using namespace kurultai;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

Sample sample(std::vector<double> values, std::uint32_t first_luck, std::uint64_t seed = 1) {
  Sample s;
  for (std::size_t k = 0; k < values.size(); ++k) s.luck.push_back({seed, first_luck + static_cast<std::uint32_t>(k)});
  s.values = std::move(values);
  return s;
}

}  // namespace

TEST_CASE("paired differences by hand") {
  // Differences 1, 2, 3: mean 2, standard deviation 1, t(2) at 95% = 4.30265.
  const Difference d = difference_of(sample({10, 20, 30}, 0), sample({11, 22, 33}, 0), 0.95);
  CHECK(d.paired);
  CHECK(d.n_a == 3);
  CHECK(d.mean_a == Approx(20));
  CHECK(d.mean_b == Approx(22));
  CHECK(d.difference == Approx(2));
  CHECK(d.sd == Approx(1));
  CHECK(d.half_width == Approx(4.30265 / std::sqrt(3.0)).epsilon(1e-5));
  CHECK(d.relative == Approx(0.1));
  CHECK(d.standardized == Approx(2 / std::sqrt((100 + 121) / 2.0)));
  CHECK(d.correlation == Approx(1));
  CHECK(replicates_for(d, 2, 0.95, 0.8) == pairs_needed(2, 1, 0.95, 0.8));
}

TEST_CASE("only replicates with a partner count, wherever they stand") {
  Sample a = sample({1, 2, 3, 4}, 0);
  Sample b = sample({10, 20, missing, 40}, 1);  // luck 1 .. 4
  const Difference d = difference_of(a, b, 0.95);
  CHECK(d.paired);
  CHECK(d.n_a == 2);  // luck 1 and 2; luck 3 has no value in b
  CHECK(d.left_out == 4);
  CHECK(d.difference == Approx((10 - 2 + 20 - 3) / 2.0));
}

TEST_CASE("without shared luck by Welch's test") {
  // Variances 1 and 4, n 3 and 5: error^2 = 1/3 + 2.5/5; freedom by Welch and Satterthwaite.
  const Difference d = difference_of(sample({1, 2, 3}, 0, 1), sample({4, 5, 6, 7, 8}, 0, 2), 0.95);
  CHECK_FALSE(d.paired);
  CHECK(d.difference == Approx(4));
  const double pa = 1.0 / 3;
  const double pb = 2.5 / 5;
  CHECK(d.error == Approx(std::sqrt(pa + pb)));
  CHECK(d.freedom == Approx((pa + pb) * (pa + pb) / (pa * pa / 2 + pb * pb / 4)));
  CHECK(d.half_width == Approx(student_quantile(0.95, d.freedom) * d.error));
  CHECK(d.sd == Approx(std::sqrt(1 + 2.5)));
  CHECK(std::isnan(d.correlation));
}

TEST_CASE("one replicate has no interval, none has no mean") {
  const Difference one = difference_of(sample({1}, 0), sample({3}, 0), 0.95);
  CHECK(one.difference == 2);
  CHECK(std::isinf(one.half_width));
  CHECK(replicates_for(one, 1, 0.95, 0.8) == no_number_of_pairs);
  CHECK(verdict_of(one, 100, 0.95) == Verdict::undecided);
  const Difference none = difference_of(sample({missing}, 0), sample({3}, 0), 0.95);
  CHECK(std::isnan(none.difference));
}

TEST_CASE("equivalence by two one-sided tests") {
  // Mean 2, error 1/sqrt 3, t(2) one-sided at 95% = 2.91999: equivalent within more than 2 + 1.68586.
  const Difference d = difference_of(sample({10, 20, 30}, 0), sample({11, 22, 33}, 0), 0.95);
  CHECK(verdict_of(d, 3.70, 0.95) == Verdict::equivalent);
  CHECK(verdict_of(d, 3.67, 0.95) == Verdict::undecided);  // and the interval holds 0
  const Difference clear = difference_of(sample({10, 20, 30}, 0), sample({12, 22.1, 31.9}, 0), 0.95);
  CHECK(verdict_of(clear, 1, 0.95) == Verdict::different);
  CHECK(verdict_of(clear, 3, 0.95) == Verdict::equivalent);  // it differs, but by less than matters
  const Difference nothing = difference_of(sample({1, 2, 3}, 0), sample({1, 2, 3}, 0), 0.95);
  CHECK(nothing.half_width == 0);
  CHECK(verdict_of(nothing, 1e-9, 0.95) == Verdict::equivalent);
  CHECK(replicates_for(nothing, 0, 0.95, 0.8) == no_number_of_pairs);
}

TEST_CASE("a run taken out of a sweep") {
  Result sweep;
  Group group{"series/region", "",
      {{"point", {"point"}, std::vector<std::int32_t>{0, 1}, "1", "", "", {}},
          {"replicate", {"replicate"}, std::vector<std::int32_t>{0, 1, 2}, "1", "", "", {}},
          {"week", {"week"}, std::vector<std::int32_t>{0, 4}, "1", "", "", {}}},
      {}};
  std::vector<double> values;
  for (int k = 0; k < 12; ++k) values.push_back(k);
  group.variables.push_back({"x", {"point", "replicate", "week"}, values, "1", "", "", {}, {"reach"}});
  group.variables.push_back({"reach", {"point"}, std::vector<double>{0.1, 0.2}, "1", "", "", {}});
  sweep.groups = {group, {"design", "", {}, {}}};
  const Result run = run_of_sweep(sweep, 1, 2);
  REQUIRE(run.groups.size() == 1);
  REQUIRE(run.groups[0].variables.size() == 1);
  CHECK(std::get<std::vector<double>>(run.groups[0].variables[0].values) == std::vector<double>{10, 11});
  CHECK(run.groups[0].coordinates.size() == 1);
  check(run);
}

TEST_CASE("paired runs share their luck and are there again after a stop") {
  const auto a = make_test_model_from_text("line", "[line]\nnoise = 1\nintercept = 5\n");
  const auto b = make_test_model_from_text("line", "[line]\nnoise = 1\nintercept = 5.5\n");
  MemoryStore store;
  SweepProgress quiet("none");
  const PairedRuns stopped = run_pairs(*a, *b, 8, 3, store, {.threads = 1, .stop = [] { return true; }}, quiet);
  CHECK(stopped.stopped);
  const PairedRuns pairs = run_pairs(*a, *b, 8, 3, store, {.threads = 2}, quiet);
  REQUIRE_FALSE(pairs.stopped);
  MeasureSpec spec("measure.y");
  const Difference d = difference_of(sample_of(pairs.a, spec, "y"), sample_of(pairs.b, spec, "y"), 0.95);
  CHECK(d.paired);
  CHECK(d.n_a == 8);
  CHECK(d.difference == Approx(0.5));
  CHECK(d.sd == Approx(0).margin(1e-12));  // the noise is common and goes away
  CHECK(d.correlation == Approx(1));
  CHECK(std::fabs(d.mean_a - 5) > 1e-3);
}

TEST_CASE("text, JSON and file of a comparison") {
  Comparison comparison;
  comparison.a = "first";
  comparison.b = "second";
  for (const char* region : {"east", "west"})
    for (const char* measure : {"trust", "turnout"})
      comparison.rows.push_back(
          {"", region, measure, difference_of(sample({10, 20, 30}, 0), sample({11, 22, 33}, 0), 0.95), {}});
  CompareOptions options;
  options.a = "a.h5";
  options.b = "b.h5";
  options.margin = 5;
  const std::string text = comparison_text(comparison, options);
  for (const char* part : {"3 pairs", "east", "west", "turnout", "+10%", "equivalent", "n for 1% of A"}) {
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
  }
  const std::string json = comparison_json(comparison, options);
  CHECK(json.find("\"verdict\": \"equivalent\"") != std::string::npos);
  CHECK(json.find("\"region\": \"west\"") != std::string::npos);
  const Result file = comparison_result(comparison, options);
  check(file);
  const Group* group = file.group("differences");
  REQUIRE(group != nullptr);
  CHECK(group->variable("difference")->dimensions == std::vector<std::string>{"region", "measure"});
  CHECK(group->variable("verdict") != nullptr);
}
