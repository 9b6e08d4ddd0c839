// Sobol' indices and Morris' ranks of functions whose indices are known, through the real runner: sweep file, tasks
// side by side, store, merged file, and back.
//
// The designs' seeds are fixed, so the tests cannot fail by chance; intervals are at 95%, and of the 22 indices looked
// at one or so may lie outside under another seed.
#include <cmath>
#include <fstream>
#include <numeric>

#include "command/analyze.h"
#include "engine.h"
#include "engine/result_reader.h"
#include "sweep/execution.h"
#include "sweep/sensitivity.h"

using namespace kurultai;
using kurultai::test::Folder;

namespace {

struct Swept {
  Design design;
  Responses y;
};

/// Runs a sweep of the test model `model` over axes x1 .. xk of [low, high] and reads what it wrote.
Swept swept(const std::string& model, std::size_t axes, double low, double high, const std::string& keys) {
  const Folder folder("oracle_" + model);
  {
    std::ofstream file(folder.path() / "sweep.toml");
    file.precision(17);
    file << "[sweep]\nmodel = \"" << model << "\"\nreplicates = 1\n" << keys << "\n[measure.y]\n";
    for (std::size_t a = 1; a <= axes; ++a)
      file << "[axis.x" << a << "]\npath = \"" << model << ".x" << a << "\"\nlow = " << low << "\nhigh = " << high
           << "\n";
  }
  Sweep sweep(folder.path() / "sweep.toml");
  ExecutionOptions options;
  options.out = folder.path() / "out.h5";
  options.runner.threads = 2;
  SweepProgress progress("none");
  const ExecutionReport report = execute(sweep, options, progress);
  REQUIRE(report.merged);
  REQUIRE(report.failed == 0);
  const Result result = read_result(options.out);
  return {sweep.design(), {1, std::get<std::vector<double>>(result.group("measures")->variable("y")->values)}};
}

void check_inside(const std::vector<Interval>& found, const std::vector<double>& truth, double widest) {
  REQUIRE(found.size() == truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    INFO("axis " << i + 1 << ": " << found[i].estimate << " in " << found[i].low << " .. " << found[i].high
                 << ", truth " << truth[i]);
    CHECK(found[i].low <= truth[i]);
    CHECK(truth[i] <= found[i].high);
    CHECK(found[i].high - found[i].low < widest);
  }
}

/// Axes from the most important to the least.
std::vector<std::size_t> ranked(const std::vector<Interval>& effects) {
  std::vector<std::size_t> order(effects.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
      [&](std::size_t a, std::size_t b) { return effects[a].estimate > effects[b].estimate; });
  return order;
}

constexpr double pi = 3.14159265358979323846;

}  // namespace

TEST_CASE("sensitivity: Ishigami's indices through the runner") {
  const Swept s = swept("ishigami", 3, -pi, pi, "design = \"saltelli\"\npoints = 512");
  const SobolIndices found = sobol_indices(s.design, s.y, 0.95, 1000, 1);
  CHECK(found.rows == 512);
  check_inside(found.first, {0.3139, 0.4424, 0.0}, 0.3);
  check_inside(found.total, {0.5576, 0.4424, 0.2437}, 0.3);
}

TEST_CASE("sensitivity: the g-function's indices through the runner, and Morris ranks alike") {
  const std::vector<double> a = {0, 1, 4.5, 9, 99, 99, 99, 99};
  double variance = 1;
  for (const double ai : a) variance *= 1 + 1 / (3 * (1 + ai) * (1 + ai));
  variance -= 1;
  std::vector<double> first, total;
  for (const double ai : a) {
    const double v = 1 / (3 * (1 + ai) * (1 + ai));
    first.push_back(v / variance);
    total.push_back(v / (1 + v) * (variance + 1) / variance);
  }
  const Swept s = swept("g_function", 8, 0, 1, "design = \"saltelli\"\npoints = 512");
  const SobolIndices found = sobol_indices(s.design, s.y, 0.95, 1000, 1);
  check_inside(found.first, first, 0.5);
  check_inside(found.total, total, 0.5);

  const Swept m = swept("g_function", 8, 0, 1, "design = \"morris\"\npoints = 40\nmorris_levels = 8");
  const MorrisEffects effects = morris_effects(m.design, m.y, 0.95, 200, 1);
  const std::vector<std::size_t> by_morris = ranked(effects.mu_star);
  const std::vector<std::size_t> by_total = ranked(found.total);
  for (std::size_t k = 0; k < 4; ++k) {  // the last four are equal by construction
    CHECK(by_morris[k] == k);
    CHECK(by_total[k] == k);
  }
}
