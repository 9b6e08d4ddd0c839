// What government costs: a year of the whole model beside a year without money, governance, learning, indicators and
// surveys (the model as it was before them), recording on, in turns on one society; medians and their ratio.
//
//   kurultai_bench_government [--residents N] [--turns N] [--threads N]
//
// Both runs start from the same society; turns alternate, so that a machine's drift meets both. Options of Google
// Benchmark are let pass.
#include "base/parallel.h"
#include "kazakhstan.h"
#include "turns.h"

namespace kurultai {
namespace {

constexpr int warmup_weeks = 60;
constexpr int weeks_a_year = 52;

/// The mechanisms that came with government.
const std::vector<std::string>& government() {
  static const std::vector<std::string> names = {"conduct", "revenue", "transfers", "budget", "economy", "enterprise",
      "commons", "inequality", "maslikhat", "staff", "tension", "exchange", "revision", "indicators"};
  return names;
}

/// Processor time of a year, seconds.
double year(Simulation& simulation) {
  return timed([&] {
    for (int w = 0; w < weeks_a_year; ++w) simulation.step();
  }).busy;
}

void measure(double residents, int turns, int thread_count) {
  set_threads(thread_count);
  const std::unique_ptr<Model> whole = kazakhstan(residents, warmup_weeks, weeks_a_year * turns);
  std::vector<std::string> off;
  for (const std::string& name : government()) {
    (void)whole->mechanism(name);  // throws where the name has changed
    off.push_back(name + ".enabled=false");
  }
  for (std::size_t k = 0; k < whole->surveys.size(); ++k)
    off.push_back("survey." + whole->surveys.key(k) + ".week=5200");
  const std::unique_ptr<Model> without = kazakhstan(residents, warmup_weeks, weeks_a_year * turns, off);
  const std::unique_ptr<Society> society = make_society(*whole);
  Simulation with_government(*whole, *society);
  Simulation without_government(*without, *society);
  while (with_government.week() < 0) with_government.step();
  while (without_government.week() < 0) without_government.step();

  std::vector<double> with;
  std::vector<double> plain;
  std::vector<double> ratio;
  for (int turn = 0; turn < turns; ++turn) {
    with.push_back(year(with_government));
    plain.push_back(year(without_government));
    ratio.push_back(with.back() / plain.back());
  }
  fmt::print("residents            {:>12}\n", society->residents.size());
  fmt::print("threads              {:>12}   medians of {} turns of a year each, processor time\n", threads(), turns);
  fmt::print("a year of the whole  {:>12.2f} s\n", median(with));
  fmt::print("without government   {:>12.2f} s\n", median(plain));
  fmt::print("ratio                {:>12.2f}\n", median(ratio));
}

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) { return kurultai::in_turns(argc, argv, kurultai::measure); }
