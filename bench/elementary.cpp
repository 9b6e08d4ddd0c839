// exp, log and their kin, against the C library's; ours are the same to the bit everywhere.
#include <benchmark/benchmark.h>

#include <cmath>

#include "base/elementary.h"
#include "kazakhstan.h"

namespace kurultai {
namespace {

constexpr int points = 4096;

bool near(double value, double expected, double tolerance) {
  return std::abs(value - expected) <= tolerance * std::max(1e-300, std::abs(expected));
}

bool functions_right() {
  for (int k = 0; k < 200'000; ++k) {
    const double u = -30.0 + 60.0 * (k + 0.5) / 200'000.0;
    const double p = (k + 0.5) / 200'000.0;
    const bool right = near(exp_(u), std::exp(u), 1e-15) && near(log_(p), std::log(p), 1e-15) &&
                       near(logistic(u), 1.0 / (1.0 + std::exp(-u)), 1e-14) &&
                       std::abs(softplus(u) - std::log1p(std::exp(u))) < 1e-14 &&
                       std::abs(0.5 * std::erfc(-normal_quantile(p) / std::sqrt(2.0)) - p) < 2e-9;
    if (!right) return false;
  }
  return true;
}

/// Calls `function` on points between `low` and `high`.
template <class Function> void over(benchmark::State& state, double low, double high, Function function) {
  std::vector<double> x;
  for (int k = 0; k < points; ++k) x.push_back(low + (high - low) * ((k * 2654435761U) % points + 0.5) / points);
  for (auto _ : state)
    for (const double v : x) benchmark::DoNotOptimize(function(v));
  state.SetItemsProcessed(state.iterations() * points);
}

void ours_exp(benchmark::State& s) {
  over(s, -20, 5, [](double x) { return exp_(x); });
}
void library_exp(benchmark::State& s) {
  over(s, -20, 5, [](double x) { return std::exp(x); });
}
void ours_log(benchmark::State& s) {
  over(s, 0, 1, [](double x) { return log_(x); });
}
void library_log(benchmark::State& s) {
  over(s, 0, 1, [](double x) { return std::log(x); });
}
void ours_logistic(benchmark::State& s) {
  over(s, -8, 8, [](double x) { return logistic(x); });
}
void ours_softplus(benchmark::State& s) {
  over(s, -8, 8, [](double x) { return softplus(x); });
}
void ours_normal_quantile(benchmark::State& s) {
  over(s, 0, 1, [](double x) { return normal_quantile(x); });
}
BENCHMARK(ours_exp);
BENCHMARK(library_exp);
BENCHMARK(ours_log);
BENCHMARK(library_log);
BENCHMARK(ours_logistic);
BENCHMARK(ours_softplus);
BENCHMARK(ours_normal_quantile);

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  kurultai::verify(kurultai::functions_right(), "an elementary function");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
