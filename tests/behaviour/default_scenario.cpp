// The default scenario and forms: the same at any scale, and at rest.
#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

const std::vector<std::string> watched = {"participation", "awareness", "trust", "satisfaction"};

/// The watched series in the third year of `country` under the forms that ship, for each of `runs` seeds.
std::vector<std::vector<double>> third_year(const Country& country, double scale, int runs) {
  std::vector<std::vector<double>> values(watched.size());
  for (int run = 1; run <= runs; ++run) {
    Experiment e;
    e.model.read(std::filesystem::path(KURULTAI_SOURCE_DIR) / "scenarios" / "forms.toml", {});
    e.set({{"run.seed", run}, {"run.scale", scale}, {"run.warmup", 104}, {"run.weeks", 52},
        {"output.levels", std::vector<std::string>{"nation"}}});
    move_into_testland(e, country);
    e.weeks(104 + 52);
    for (std::size_t k = 0; k < watched.size(); ++k)
      values[k].push_back(last_mean(national(*e.simulation, watched[k]), 52));
  }
  return values;
}

/// Checks that no series differs between two scales by more than 3% and by more than `limit` standard errors.
/// Seed by seed: a seed's communities have the same lasting place effects at any scale.
void agree(const std::vector<std::vector<double>>& a, const std::vector<std::vector<double>>& b, double limit,
    const std::string& what) {
  for (std::size_t k = 0; k < watched.size(); ++k) {
    const auto n = static_cast<double>(a[k].size());
    const double mean = std::accumulate(a[k].begin(), a[k].end(), 0.0) / n;
    const double difference = std::accumulate(b[k].begin(), b[k].end(), 0.0) / n - mean;
    double sum = 0;
    for (std::size_t run = 0; run < a[k].size(); ++run)
      sum += (b[k][run] - a[k][run] - difference) * (b[k][run] - a[k][run] - difference);
    const double se = std::sqrt(sum / (n - 1) / n);
    INFO(fmt::format("{} {}: {:.5f} and {:+.5f} +- {:.5f} ({:+.1f}%, {:+.1f} SE)", watched[k], what, mean, difference,
        se, 100 * difference / mean, difference / se));
    CHECK(std::abs(difference) < std::max(0.03 * mean, limit * se));
  }
}

}  // namespace

TEST_CASE("scale: participation, awareness and trust agree at a fifth and at full scale") {
  // 42,000 people in 24 communities, seeds 1-4. SE of the difference from the seeds themselves (3 degrees of
  // freedom): 4 SE are a false alarm of 3%, unless 3% of the value are more. The test with [full] is sharper.
  const Country country = testland(5, 3.0);
  agree(third_year(country, 1.0, 4), third_year(country, 0.2, 4), 4, "at 1 and 0.2");
}

TEST_CASE("scale: 180,000 people agree at 0.05, 0.2 and 1", "[full]") {
  // Seeds 1-6. The difference may be 3% or two SE (5 degrees of freedom: a false alarm of 10% for a series
  // whose 3% are less than two SE; only participation at 0.05 comes near).
  const Country country = testland(24, 4.0);
  const auto all = third_year(country, 1.0, 6);
  agree(all, third_year(country, 0.2, 6), 2, "at 1 and 0.2");
  agree(all, third_year(country, 0.05, 6), 2, "at 1 and 0.05");
}

TEST_CASE("scale: the test notices a quantity that does not shrink with scale") {
  // Twice the reach at one scale, as if it counted heads.
  const Country country = testland(5, 3.0);
  const auto values = [&](double reach) {
    Experiment e;
    e.model.read(std::filesystem::path(KURULTAI_SOURCE_DIR) / "scenarios" / "forms.toml", {});
    e.set({{"run.scale", 0.2}, {"run.warmup", 0}, {"information.reach", reach},
        {"output.levels", std::vector<std::string>{"nation"}}});
    move_into_testland(e, country);
    e.weeks(60);
    return last_mean(national(*e.simulation, "awareness"), 4);
  };
  const double reach = std::get<double>(Model().registry.find("information.reach")->get());
  CHECK(values(2 * reach) > 1.1 * values(reach));
}

TEST_CASE("rest: the default scenario stays put from year 2 to year 10", "[full]") {
  // Means over a year. One resident in 100 of the country, about 130,000 adults: SE of participation, a tenth
  // of them, is 0.0008, 0.8% of it; of two years, with about half of those who take part the same, below 1%,
  // so that 5% are more than 5 SE. Awareness, trust and satisfaction are surer still. Any year is compared
  // with year 2.
  Experiment e;
  e.model.read(std::filesystem::path(KURULTAI_SOURCE_DIR) / "scenarios" / "kazakhstan.toml", {});
  e.set({{"run.scale", 0.01}, {"output.levels", std::vector<std::string>{"nation"}}});
  REQUIRE(e.model.policies.size() == 0);
  e.move_into(make_society(e.model));
  e.simulation->run();
  for (const std::string& name : watched) {
    const std::vector<float> values = national(*e.simulation, name);
    REQUIRE(values.size() == 520);
    std::vector<double> years(10, 0.0);
    for (std::size_t week = 0; week < 520; ++week) years[week / 52] += values[week] / 52.0;
    std::string text;
    for (const double y : years) text += fmt::format(" {:.4f}", y);
    INFO(fmt::format("{} by year:{} (year 10 against 2: {:+.1f}%)", name, text, 100 * (years[9] / years[1] - 1)));
    for (std::size_t y = 2; y < 10; ++y) CHECK(std::abs(years[y] / years[1] - 1) < 0.05);
  }
}
