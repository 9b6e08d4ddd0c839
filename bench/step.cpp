// The whole step beside a yardstick: a year of the whole model on a society, recording on, in turns with a
// plain textbook PageRank iteration on the same graph. A machine's speed drifts, the ratio of the two stays;
// medians.
//
//   kurultai_bench_step [--residents N] [--turns N] [--threads N]     N residents up to the whole country
//
// A week's cost follows the agenda, so whole years are measured. Before that a small society must give the
// same bits on one thread and on all. Options of Google Benchmark are let pass, so that `kurultai bench` can
// hand them on.
#include "base/parallel.h"
#include "kazakhstan.h"
#include "page_rank.h"
#include "turns.h"

namespace kurultai {
namespace {

constexpr int warmup_weeks = 60;  // until the windows of a year are full
constexpr int weeks_a_year = 52;
constexpr int iterations_a_turn = 10;

std::string small_run(int thread_count) {
  set_threads(thread_count);
  const std::unique_ptr<Model> model = kazakhstan(20'000, 10, weeks_a_year);
  const std::unique_ptr<Society> society = make_society(*model);
  Simulation simulation(*model, *society);
  simulation.run();
  return digest(simulation.result());
}

void measure(double residents, int turns, int thread_count) {
  const std::string alone = small_run(1);
  verify(small_run(thread_count) == alone, "a run on several threads");  // leaves the number of threads set

  const std::unique_ptr<Model> model = kazakhstan(residents, warmup_weeks, weeks_a_year * turns);
  std::unique_ptr<Society> society;
  const double building = timed([&] { society = make_society(*model); }).wall;
  const Ties& ties = society->ties;
  std::size_t tie_words = 0;
  for (Vertex i = 0; i < ties.residents(); ++i) tie_words += ties.peers(i).size();
  const auto n = static_cast<double>(society->residents.size());
  const auto m = static_cast<double>(tie_words);

  Simulation simulation(*model, *society);
  const PeersOf peers(ties);
  PageRank page_rank(peers);
  verify(page_rank.pulls_what_others_push(), "PageRank by pull");
  while (simulation.week() < 0) simulation.step();

  std::vector<double> week;
  std::vector<double> busy;
  std::vector<double> iteration;
  std::vector<double> ratio;
  for (int turn = 0; turn < turns; ++turn) {
    const Time year = timed([&] {
      for (int w = 0; w < weeks_a_year; ++w) simulation.step();
    });
    week.push_back(year.wall / weeks_a_year);
    busy.push_back(year.busy / weeks_a_year);
    std::vector<double> several;
    for (int k = 0; k < iterations_a_turn; ++k) several.push_back(timed([&] { page_rank.iterate(); }).wall);
    iteration.push_back(median(several));
    ratio.push_back(iteration.back() / week.back());
  }

  // A simulation has columns of its own beside those of the society that it started from.
  const double columns =
      static_cast<double>(society->residents.bytes_per_agent() + simulation.world().residents().bytes_per_agent());
  const double rows = static_cast<double>(ties.bytes()) / n;
  fmt::print("residents            {:>12.0f}   {:.1f} ties each, {:.0f} bytes each (columns {:.0f}, ties {:.0f})\n", n,
      m / n, columns + rows, columns, rows);
  fmt::print("society built in     {:>12.2f} s\n", building);
  fmt::print("threads              {:>12}   medians of {} turns of a year each\n", threads(), turns);
  fmt::print("whole step           {:>12.1f} million agent-steps a second, {:.0f} million ties, {:.1f} ms a week\n",
      n / median(week) * 1e-6, m / median(week) * 1e-6, median(week) * 1e3);
  fmt::print(
      "                     {:>12.1f} million agent-steps a second of processor time\n", n / median(busy) * 1e-6);
  fmt::print("PageRank iteration   {:>12.1f} million residents a second, {:.0f} million ties, {:.1f} ms\n",
      n / median(iteration) * 1e-6, m / median(iteration) * 1e-6, median(iteration) * 1e3);
  fmt::print("ratio                {:>12.2f}   PageRank iterations in the time of a step: {:.2f}\n", median(ratio),
      1.0 / median(ratio));
}

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) { return kurultai::in_turns(argc, argv, kurultai::measure); }
