// The whole step beside a yardstick: a year of the whole model on a society, recording on, in turns with a
// plain textbook PageRank iteration on the same graph. A machine's speed drifts, the ratio of the two stays;
// medians.
//
//   kurultai_bench_step [--residents N] [--turns N] [--threads N]     N residents up to the whole country
//
// A week's cost follows the agenda, so whole years are measured. Before that a small society must give the
// same bits on one thread and on all. Options of Google Benchmark are let pass, so that `kurultai bench` can
// hand them on.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <functional>

#include "base/parallel.h"
#include "kazakhstan.h"
#include "turns.h"

namespace kurultai {
namespace {

constexpr int warmup_weeks = 60;  // until the windows of a year are full
constexpr int weeks_a_year = 52;
constexpr int iterations_a_turn = 10;

double seconds(const std::function<void()>& work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

/// PageRank by pull over the ties between residents, 4-byte values.
class PageRank {
 public:
  explicit PageRank(const Ties& ties)
      : ties_(ties),
        rank_(ties.residents(), 1.0F / static_cast<float>(ties.residents())),
        given_(ties.residents()) {}

  void iterate() {
    const std::size_t n = rank_.size();
    parallel_chunks(n, 4096, [&](std::size_t from, std::size_t to) {
      for (auto i = static_cast<Vertex>(from); i < to; ++i)
        given_[i] = rank_[i] / static_cast<float>(std::max<std::size_t>(ties_.peers(i).size(), 1));
    });
    parallel_chunks(n, 4096, [&](std::size_t from, std::size_t to) {
      for (auto i = static_cast<Vertex>(from); i < to; ++i) {
        float sum = 0;
        for (const Tie tie : ties_.peers(i)) sum += given_[tie.to()];
        rank_[i] = 0.15F / static_cast<float>(n) + 0.85F * sum;
      }
    });
  }

  /// Whether an iteration pulls what an iteration that pushes would bring.
  [[nodiscard]] bool pulls_what_others_push() {
    std::vector<double> pushed(rank_.size(), 0.15 / static_cast<double>(rank_.size()));
    for (Vertex i = 0; i < rank_.size(); ++i)
      for (const Tie tie : ties_.peers(i))
        pushed[tie.to()] += 0.85 * static_cast<double>(rank_[i]) / static_cast<double>(ties_.peers(i).size());
    iterate();
    for (Vertex i = 0; i < rank_.size(); ++i)
      if (std::abs(static_cast<double>(rank_[i]) - pushed[i]) > 1e-4 * pushed[i]) return false;
    return true;
  }

 private:
  const Ties& ties_;
  std::vector<float> rank_;
  std::vector<float> given_;
};

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
  const double building = seconds([&] { society = make_society(*model); });
  const Ties& ties = society->ties;
  std::size_t tie_words = 0;
  for (Vertex i = 0; i < ties.residents(); ++i) tie_words += ties.peers(i).size();
  const auto n = static_cast<double>(society->residents.size());
  const auto m = static_cast<double>(tie_words);

  Simulation simulation(*model, *society);
  PageRank page_rank(ties);
  verify(page_rank.pulls_what_others_push(), "PageRank by pull");
  while (simulation.week() < 0) simulation.step();

  std::vector<double> week;
  std::vector<double> busy;  // processor time of all threads: what a loaded machine takes away is not in it
  std::vector<double> iteration;
  std::vector<double> ratio;
  for (int turn = 0; turn < turns; ++turn) {
    const std::clock_t begun = std::clock();
    week.push_back(seconds([&] {
      for (int w = 0; w < weeks_a_year; ++w) simulation.step();
    }) / weeks_a_year);
    busy.push_back(static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC / weeks_a_year);
    std::vector<double> several;
    for (int k = 0; k < iterations_a_turn; ++k) several.push_back(seconds([&] { page_rank.iterate(); }));
    iteration.push_back(median(several));
    ratio.push_back(iteration.back() / week.back());
  }

  // A simulation has columns of its own beside those of the society that it started from.
  const double columns = 2.0 * static_cast<double>(society->residents.bytes_per_agent());
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
