#include "command/analyze.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "catch.h"
#include "sweep/design.h"

using namespace kurultai;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

using Model = std::function<double(const std::vector<double>& x, std::uint32_t replicate)>;

std::vector<std::int32_t> counted(std::size_t n) {
  std::vector<std::int32_t> list(n);
  for (std::size_t k = 0; k < n; ++k) list[k] = static_cast<std::int32_t>(k);
  return list;
}

/// A sweep's result as the runner writes it, of axes "reach", "trust" ... from 0 to 10 and the measure
/// `turnout`.
Result sweep(const std::string& kind, const Design& design, std::size_t replicates, const Model& model) {
  const char* names[] = {"reach", "trust", "noise"};
  const std::size_t points = design.points();
  Result result;
  result.attributes = {{"kind", std::string("sweep")}, {"design", kind}, {"title", std::string("Қатысу")},
      {"seed", std::int64_t{7}}, {"replicates", static_cast<std::int64_t>(replicates)}};
  const Coordinate point{"point", {"point"}, counted(points), "1", "point", "model"};
  const Coordinate replicate{"replicate", {"replicate"}, counted(replicates), "1", "replicate", "model"};
  Group axes{"design", "the design", {point}, {}};
  for (std::size_t a = 0; a < design.axes; ++a) {
    std::vector<double> unit, value;
    for (std::size_t p = 0; p < points; ++p) unit.push_back(design(p, a)), value.push_back(10 * design(p, a));
    axes.variables.push_back(
        {names[a], {"point"}, value, "week", std::string("information.") + names[a] + ": an axis", "design"});
    axes.variables.push_back({std::string("unit_") + names[a], {"point"}, unit, "1", "place", "design"});
  }
  axes.variables.push_back({"design_group", {"point"}, design.group, "1", "group", "design"});
  axes.variables.push_back({"design_moved", {"point"}, design.moved, "1", "moved", "design"});
  std::vector<double> turnout;
  std::vector<std::uint8_t> status;
  for (std::size_t p = 0; p < points; ++p)
    for (std::uint32_t r = 0; r < replicates; ++r) {
      std::vector<double> x;
      for (std::size_t a = 0; a < design.axes; ++a) x.push_back(design(p, a));
      turnout.push_back(model(x, r));
      status.push_back(std::isnan(turnout.back()) ? 2 : 1);
    }
  Group measures{"measures", "measures", {point, replicate},
      {{"turnout", {"point", "replicate"}, turnout, "1", "mean turnout of year 5", "model"},
          {"cost", {"point", "replicate"}, std::vector<double>(turnout.size(), 4.0), "tenge", "cost", "model"}}};
  measures.variables.push_back(axes.variables[0]);  // the runner puts the axes beside every variable
  const Group runs{"runs", "runs", {point, replicate},
      {{"status", {"point", "replicate"}, status, "", "status", "model",
          {"missing", "finished", "failed", "not_needed"}}}};
  result.groups = {axes, measures, runs};
  return result;
}

std::string text_of(const Result& result) { return analysis(result, {.file = "a.h5", .resamples = 100}); }

nlohmann::json json_of(const Result& result, const std::string& measure = "turnout") {
  return nlohmann::json::parse(analysis(result, {.file = "a.h5", .measure = measure, .resamples = 100, .json = true}));
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t place(const std::string& text, const std::string& part) {
  INFO(text);
  REQUIRE(contains(text, part));
  return text.find(part);
}

double additive(const std::vector<double>& x, std::uint32_t) { return x[0] + 3 * x[1]; }

/// The message of the error that an analysis ends with; its exit code must be `code`.
std::string message(const Result& result, const AnalyzeOptions& options, ExitCode code) {
  try {
    analysis(result, options);
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("analyze: a Saltelli sweep gives Sobol' indices, ranked") {
  const Result result = sweep("saltelli", saltelli_design(256, 3, 1), 1, additive);
  const std::string text = text_of(result);
  CHECK(place(text, "Қатысу") == 0);
  CHECK(contains(text, "design saltelli: 3 axes, 1280 points, 1 replicate at most, seed 7"));
  CHECK(contains(text, "runs: 1280 finished\n"));
  CHECK(contains(text, "turnout: mean turnout of year 5\n"));
  CHECK(contains(text, "not known without two replicates"));
  const std::size_t head = place(text, "Sobol' indices from 256 rows; 95% intervals");
  CHECK(head < place(text, "    trust  0.898"));
  CHECK(place(text, "    trust  0.898") < place(text, "    reach  0.100"));  // shares of 0.9, 0.1 and 0
  CHECK(place(text, "    reach  0.100") < place(text, "    noise  0.000"));
  CHECK(contains(text, "first indices add up to 0.998;"));
  CHECK(contains(text, "cost [tenge]\n  mean 4.000, standard deviation 0 over 1280 runs\n  it does not vary"));

  const nlohmann::json json = json_of(result);
  CHECK(json["title"] == "Қатысу");
  CHECK(json["runs"]["finished"] == 1280);
  REQUIRE(json["measures"].size() == 1);
  const nlohmann::json& first = json["measures"][0]["sobol"]["axes"][0];
  CHECK(first["axis"] == "trust");
  CHECK(first["total"]["estimate"].get<double>() == Approx(0.9).margin(0.02));
  CHECK(first["total"]["low"].get<double>() < 0.9);
  CHECK(json["measures"][0]["noise_share"].is_null());
  CHECK(json["measures"][0]["regression"]["r2"].get<double>() == Approx(1));
  CHECK(json_of(result, "cost")["measures"][0]["sobol"]["axes"][0]["total"]["estimate"].is_null());
}

TEST_CASE("analyze: noise and missing runs are told") {
  const Draws draws(1, 0, Stream::resampling);
  std::uint32_t run = 0;
  const Result result =
      sweep("saltelli", saltelli_design(64, 2, 1), 2, [&](const std::vector<double>& x, std::uint32_t r) {
        ++run;
        return run == 9 || run == 10 ? missing : additive(x, r) + draws.normal({1, run});  // both of point 4
      });
  const std::string text = text_of(result);
  CHECK(contains(text, "runs: 510 finished, 2 failed"));
  CHECK(contains(text, "from 63 rows, 1 row with missing runs left out"));
  CHECK(contains(text, "of the variance of points' means is replicates' noise"));
  const double share = json_of(result)["measures"][0]["noise_share"].get<double>();
  CHECK(share == Approx(1 / (1 + 10.0 / 12)).margin(0.12));  // noise of 1 beside (1 + 9) / 12
}

TEST_CASE("analyze: a Morris sweep gives elementary effects, ranked") {
  const Result result = sweep("morris", morris_design(20, 3, 4, 1), 1, additive);
  const std::string text = text_of(result);
  const std::size_t head = place(text, "Morris' elementary effects");
  CHECK(head < place(text, "    trust  3.000  3.000 .. 3.000  3.000"));
  CHECK(place(text, "    trust  3.000") < place(text, "    reach  1.000"));
  const nlohmann::json json = json_of(result);
  CHECK(json["measures"][0]["morris"]["axes"][0]["mu_star"]["estimate"].get<double>() == Approx(3));
  CHECK(json["measures"][0]["morris"]["axes"][2]["steps"] == 20);
}

TEST_CASE("analyze: a grid gives means by level") {
  const Result result = sweep("grid", grid_design({2, 3}), 3,
      [](const std::vector<double>& x, std::uint32_t r) { return additive(x, r) + 0.1 * r; });
  const std::string text = text_of(result);
  CHECK(contains(text, "means by level; 95% intervals of each mean alone"));
  // reach 2.5 and trust 5: 0.25 + 1.5 + 0.1, half-width 4.3027 * 0.1 / sqrt 3.
  CHECK(contains(text, "  1.85  1.60 .. 2.10     3"));
  CHECK(contains(text, "reach [week]"));
  const nlohmann::json level = json_of(result)["measures"][0]["levels"][1];
  CHECK(level["at"]["reach"] == 2.5);
  CHECK(level["mean"].get<double>() == Approx(1.85));
  CHECK(level["high"].get<double>() == Approx(1.85 + 0.24841).epsilon(1e-4));
  CHECK(contains(text, "standardised regression coefficients from 6 points; R² = 1.00"));
  // Three axes: no table of means.
  CHECK(!contains(text_of(sweep("grid", grid_design({2, 2, 2}), 1, additive)), "means by level"));
}

TEST_CASE("analyze: a regression that explains little warns, and one that cannot be is left out") {
  const auto bent = [](const std::vector<double>& x, std::uint32_t) {
    return (x[0] - 0.5) * (x[0] - 0.5) + x[1] / 100;
  };
  const std::string text = text_of(sweep("latin", latin_design(100, 2, 1), 1, bent));
  CHECK(contains(text, "warning: R² below 0.7"));
  CHECK(!contains(text_of(sweep("latin", latin_design(100, 2, 1), 1, additive)), "warning"));
  CHECK(!contains(text_of(sweep("latin", latin_design(3, 2, 1), 1, additive)), "regression"));
}

TEST_CASE("analyze: axes of words are marked") {
  Result result =
      sweep("list", grid_design({3}), 2, [](const std::vector<double>& x, std::uint32_t r) { return x[0] + 0.1 * r; });
  result.groups[0].variables[0].values = std::vector<std::string>{"open", "closed", "mixed"};
  const std::string text = text_of(result);
  CHECK(contains(text, "    closed"));
  CHECK(contains(text, "reach *"));
  CHECK(contains(text, "* words, in the order"));
  CHECK(json_of(result)["measures"][0]["levels"][1]["at"]["reach"] == "closed");
}

TEST_CASE("analyze: what cannot be analysed is told") {
  const Result good = sweep("latin", latin_design(10, 2, 1), 1, additive);
  const AnalyzeOptions options{.file = "a.h5", .resamples = 10};
  CHECK(message(good, {.file = "a.h5", .measure = "turnuot"}, ExitCode::usage) ==
        "--measure turnuot: the sweep has no such measure (it has turnout and others) did you mean 'turnout'?");
  CHECK(contains(message(good, {.file = "a.h5", .confidence = 95}, ExitCode::usage), "--confidence 95: out of range"));
  CHECK(contains(message(good, {.file = "a.h5", .resamples = 1'000'000'000}, ExitCode::usage), "--resamples"));
  CHECK(contains(message(Result{}, options, ExitCode::storage), "a.h5: is no result of a sweep"));
  const auto damaged = [&](const std::function<void(Result&)>& damage) {
    Result bad = good;
    damage(bad);
    return message(bad, options, ExitCode::storage);
  };
  CHECK(contains(damaged([](Result& r) { r.groups.erase(r.groups.begin()); }), "no group 'design'"));
  CHECK(contains(damaged([](Result& r) { r.groups.erase(r.groups.begin() + 1); }), "the sweep has no measures"));
  CHECK(contains(damaged([](Result& r) { r.groups[1].variables.clear(); }), "no measures"));
  CHECK(contains(damaged([](Result& r) { r.groups[0].variables.pop_back(); }), "design_moved is missing"));
  CHECK(contains(damaged([](Result& r) { r.groups[0].variables[1].values = std::vector<double>{1}; }), "'unit_reach'"));
  CHECK(contains(
      damaged([](Result& r) { r.groups[0].variables[4].values = std::vector<std::int32_t>(10, 99); }), "of point 0"));
  CHECK(contains(damaged([](Result& r) { r.groups[1].coordinates[0].values = counted(9); }), "different points"));
}
