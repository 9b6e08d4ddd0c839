// The country beside two yardsticks: where a week goes, what a resident and a community cost in time and memory, what a
// second thread brings, and how much crosses the borders of regions.
//
//   kurultai_bench_country [--scale X] [--warmup N] [--threads N]
//
// Scale 1 (the default) is the whole country and takes some 4 GB. Default scenario as shipped: all mechanisms, default
// output, surveys; its second recorded year. After each of its weeks come one iteration of PageRank (own 4-byte targets
// on huge pages, and on the society's own rows) and one pass that only reads: in turns, so that a machine's drift meets
// all alike. The fixed cost of a community comes from two thinned countries, again in turns, and what threads bring
// from at most a million residents.
//
// Standard output is a table: name, value, unit, meaning.
#include <array>
#include <atomic>
#include <bit>
#include <map>
#include <set>

#include "base/calendar.h"
#include "base/parallel.h"
#include "engine/memory.h"
#include "kazakhstan.h"
#include "page_rank.h"
#include "turns.h"

namespace kurultai {
namespace {

constexpr int year = static_cast<int>(weeks_a_year);

using HugeFloats = std::vector<float, HugePages<float>>;

/// The table on standard output, and how far it is on standard error.
void report(const std::string& name, double value, const char* unit, const std::string& meaning) {
  fmt::print("{},{:.6g},{},\"{}\"\n", name, value, unit, meaning);
  std::fflush(stdout);
}
void stage(const char* what) { fmt::print(stderr, "country: {}\n", what); }

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// A model, a society of its own or of another, and where its run stands.
struct Instance {
  explicit Instance(std::unique_ptr<Model> of) : model(std::move(of)), own(make_society(*model)), society(own.get()) {
    simulation = std::make_unique<Simulation>(*model, *society);
  }
  Instance(std::unique_ptr<Model> of, const Society& shared) : model(std::move(of)), society(&shared) {
    simulation = std::make_unique<Simulation>(*model, *society);
  }
  [[nodiscard]] double residents() const { return static_cast<double>(society->residents.size()); }

  std::unique_ptr<Model> model;
  std::unique_ptr<Society> own;
  const Society* society;
  std::unique_ptr<Simulation> simulation;
};

/// Reads `words` once; a checksum, so that it is not left out. Four sums: one would wait for itself.
std::uint64_t read_all(std::span<const Vertex> words) {
  std::atomic<std::uint64_t> all = 0;
  parallel_chunks(words.size(), 1 << 16, [&](std::size_t from, std::size_t to) {
    std::array<std::uint64_t, 4> sum{};
    for (; from + 4 <= to; from += 4)
      for (std::size_t k = 0; k < 4; ++k) sum[k] += words[from + k];
    for (; from < to; ++from) sum[0] += words[from];
    all += sum[0] + sum[1] + sum[2] + sum[3];
  });
  return all;
}

/// What crosses borders: of ties between residents, of what who heard or acted may tell, of who must be known
/// elsewhere.
class Borders {
 public:
  explicit Borders(const Society& society) : society_(society), region_(society.residents.size()) {
    for (std::size_t c = 0; c < society.communities(); ++c)
      for (Vertex i = society.first[c]; i < society.first[c + 1]; ++i)
        region_[i] = static_cast<std::uint8_t>(society.country.communities[c].region);
  }

  void report_ties() const {
    double all = 0, outside = 0, across = 0, known = 0, residents = 0;
    for (Vertex i = 0; i < region_.size(); ++i) {
      std::set<std::uint8_t> others;
      for (const Tie tie : society_.ties.outside(i))
        if (region_[tie.to()] != region_[i]) {
          ++across;
          others.insert(region_[tie.to()]);
        }
      all += static_cast<double>(society_.ties.peers(i).size());
      outside += static_cast<double>(society_.ties.outside(i).size());
      known += static_cast<double>(others.size());
      residents += others.empty() ? 0 : 1;
    }
    const auto n = static_cast<double>(region_.size());
    report("ties", all / n, "a resident", "ties to other residents");
    report("ties_outside", 100 * outside / all, "%", "of these, to other communities");
    report("ties_across", 100 * across / all, "%", "of these, to other regions");
    report("border", 100 * residents / n, "%", "residents with a tie to another region");
    report("copies", 100 * known / n, "%", "residents of other regions that regions would keep copies of, of all");
  }

  /// Before a week: remembers who knows and who acted.
  void look(const Residents& residents) {
    aware_.assign(residents.aware.values().begin(), residents.aware.values().end());
    acted_.assign(residents.acted.values().begin(), residents.acted.values().end());
  }
  /// After it: counts who has heard or acted since, and whom they may tell.
  void count(const Residents& residents) {
    ++weeks_;
    for (Vertex i = 0; i < region_.size(); ++i) {
      const int heard = std::popcount(static_cast<std::uint16_t>(residents.aware[i] & ~aware_[i]));
      const int acted = std::popcount(static_cast<std::uint16_t>(residents.acted[i] & ~acted_[i]));
      if (heard + acted == 0) continue;
      const int events = heard + acted;
      std::size_t elsewhere = 0;
      for (const Tie tie : society_.ties.outside(i)) elsewhere += region_[tie.to()] != region_[i] ? 1 : 0;
      heard_ += heard;
      acted_count_ += acted;
      told_ += events * static_cast<double>(society_.ties.peers(i).size());
      told_across_ += events * static_cast<double>(elsewhere);
      crossing_ += elsewhere > 0 ? events : 0;
    }
  }
  void report_events() const {
    const double resident_weeks = weeks_ * static_cast<double>(region_.size());
    report("heard", heard_ / resident_weeks, "a resident and week", "residents who hear of a matter");
    report("acted", acted_count_ / resident_weeks, "a resident and week", "residents who take part");
    const double events = heard_ + acted_count_;
    report("events_crossing", 100 * crossing_ / events, "%", "of these events, with a tie to another region");
    report("told_across", 100 * told_across_ / told_, "%", "of the ties of these events, to other regions");
    report("messages", told_across_ / resident_weeks, "a resident and week", "ties of events that cross regions");
  }

 private:
  const Society& society_;
  std::vector<std::uint8_t> region_;
  std::vector<std::uint16_t> aware_;
  std::vector<std::uint16_t> acted_;
  double weeks_ = 0, heard_ = 0, acted_count_ = 0, told_ = 0, told_across_ = 0, crossing_ = 0;
};

/// Seconds of processor time by row of the profile: its shares of what the process took, since the profile itself goes
/// by the clock.
std::map<std::string, double> by_mechanism(const Simulation& simulation, double busy) {
  std::map<std::string, double> seconds;
  for (const Profile::Row& row : simulation.profile()->rows()) seconds[row.name] = row.share * busy;
  return seconds;
}

/// Bytes a resident of the columns of `how`.
double column_bytes(const Mechanism& mechanism, Residents& residents, Access::How how) {
  std::set<std::string> names;  // a column may be declared twice
  for (const Access* access : mechanism.accesses())
    if (access->how() == how && access->what().table == residents.name()) names.insert(access->what().column);
  double bytes = 0;
  for (const AnyColumn* column : residents.columns())
    if (names.contains(column->name())) bytes += static_cast<double>(column->bytes_per_agent());
  return bytes;
}

void report_memory_of_mechanisms(Instance& country) {
  for (const auto& mechanism : country.model->mechanisms) {
    double kept = 0;
    Archive archive =
        Archive::saving([&](std::span<const std::byte> bytes) { kept += static_cast<double>(bytes.size()); });
    mechanism->state(archive);
    Residents& residents = country.simulation->world().residents();
    const auto bytes = [&](Access::How how) { return column_bytes(*mechanism, residents, how); };
    report("reads:" + mechanism->name(), bytes(Access::How::reads), "bytes", "of a resident, that it may read");
    report("writes:" + mechanism->name(), bytes(Access::How::writes) + bytes(Access::How::adds), "bytes",
        "of a resident, that it may write");
    report("keeps:" + mechanism->name(), kept / country.residents(), "bytes",
        "a resident, that it keeps from week to week beside columns");
  }
}

/// The second recorded year, with its yardsticks.
void measure_year(Instance& country, Borders& borders) {
  const PeersOf peers(country.society->ties);
  const Targets targets(peers);
  PageRank<Targets, HugeFloats> page_rank(targets);
  PageRank page_rank_in_place(peers);
  verify(page_rank.pulls_what_others_push(), "PageRank by pull");
  verify(page_rank_in_place.pulls_what_others_push(), "PageRank by pull in place");
  Simulation& simulation = *country.simulation;
  simulation.take_times();
  std::vector<double> week, week_busy, iteration, iteration_busy, in_place, reading;
  std::uint64_t checksum = 0;
  for (int w = 0; w < year; ++w) {
    const bool counted = w % static_cast<int>(weeks_a_month) == 0;
    if (counted) borders.look(simulation.world().residents());
    const Time step = timed([&] { simulation.step(); });
    if (counted) borders.count(simulation.world().residents());
    week.push_back(step.wall);
    week_busy.push_back(step.busy);
    const Time once = timed([&] { page_rank.iterate(); });
    iteration.push_back(once.wall);
    iteration_busy.push_back(once.busy);
    in_place.push_back(timed([&] { page_rank_in_place.iterate(); }).wall);
    reading.push_back(timed([&] { checksum += read_all(targets.all()); }).wall);
  }
  verify(checksum == year * read_all(targets.all()), "reading");
  const double n = country.residents();
  const double bytes = static_cast<double>(targets.all().size_bytes());
  report("week_wall", 1e3 * mean(week), "ms", "a week, mean of the second recorded year");
  report("week_busy", 1e9 * mean(week_busy) / n, "ns", "processor time a resident and week, mean of that year");
  report("week_longest", 1e3 * *std::max_element(week.begin(), week.end()), "ms", "its longest week");
  report("page_rank", 1e3 * median(iteration), "ms", "an iteration of PageRank, own targets on huge pages, median");
  report("page_rank_busy", 1e9 * median(iteration_busy) / n, "ns", "its processor time a resident, median");
  report("page_rank_in_place", 1e3 * median(in_place), "ms", "an iteration on the society's own rows, median");
  report("ratio", mean(week) / median(iteration), "iterations", "a week in iterations of PageRank");
  report("ratio_busy", mean(week_busy) / median(iteration_busy), "iterations", "the same by processor time");
  report("ratio_in_place", mean(week) / median(in_place), "iterations", "in those on the society's own rows");
  report("read", 1e-9 * bytes / median(reading), "GB a second", "reading the targets from end to end, median");
  borders.report_events();
  for (const auto& [name, seconds] : by_mechanism(simulation, 1e9 * mean(week_busy) / n))
    report("mechanism:" + name, seconds, "ns", "processor time a resident and week");
}

/// Returns what the run was of: version, commit, digest.
std::string measure_country(double scale, int warmup) {
  stage("building the society");
  const double before = used_memory();
  const double residents = scale * inhabitants;
  auto model = kazakhstan(residents, warmup, 2 * year);
  std::unique_ptr<Society> society;
  const Time built = timed([&] { society = make_society(*model); });
  const double with_society = used_memory();
  const double peak_building = peak_memory();
  Instance country(std::move(model), *society);
  const double n = country.residents();
  report("residents", n, "", "residents simulated");
  report("communities", static_cast<double>(society->communities()), "", "communities");
  report("regions", static_cast<double>(society->country.regions.size()), "", "regions");
  report("threads", threads(), "", "threads");
  report("built", built.wall, "s", "to build the society");
  report("built_busy", 1e6 * built.busy / n, "us", "processor time a resident to build the society");
  Borders borders(*society);
  borders.report_ties();

  stage("warm-up and the first year");
  while (country.simulation->week() < year) country.simulation->step();
  const double with_run = used_memory() - static_cast<double>(society->residents.size());  // the borders' own
  report("bytes_society", (with_society - before) / n, "bytes", "of memory a resident, the society");
  report("bytes_run", (with_run - with_society) / n, "bytes", "of memory a resident, the run, with its record");
  report("peak_building", 1e-9 * peak_building, "GB", "peak of memory while the society is built");
  report("peak", 1e-9 * peak_memory(), "GB", "peak of memory, until the yardsticks come");
  report("bytes_peak", (peak_memory() - before) / n, "bytes",
      "of memory a resident at that peak, the program not counted");

  stage("the second year, in turns with the yardsticks");
  measure_year(country, borders);
  report_memory_of_mechanisms(country);
  return fmt::format("{} {} {}", program_version(), git_commit(), digest(country.simulation->result()));
}

/// One year of runs of one society side by side, on 1, 2, 4 ... threads, week by week in turns.
void measure_threads(double residents) {
  stage("threads");
  const int all = threads();
  std::vector<int> counts;
  for (int k = 1; k < all; k *= 2) counts.push_back(k);
  counts.push_back(all);
  const auto model = [&] { return kazakhstan(residents, 0, 2 * year); };
  Instance first(model());
  std::vector<std::unique_ptr<Instance>> others;
  for (std::size_t k = 1; k < counts.size(); ++k) others.push_back(std::make_unique<Instance>(model(), *first.society));
  const auto simulation = [&](std::size_t k) -> Simulation& {
    return k == 0 ? *first.simulation : *others[k - 1]->simulation;
  };
  std::vector<Time> sum(counts.size());
  for (int w = 0; w < 2 * year; ++w)
    for (std::size_t k = 0; k < counts.size(); ++k) {
      const auto step = [&] { simulation(k).step(); };
      if (w < year) {
        step();
        continue;
      }
      Time once;
      with_threads(counts[k], [&] { once = timed(step); });
      sum[k].wall += once.wall;
      sum[k].busy += once.busy;
    }
  const double n = first.residents();
  report("scaling_residents", n, "", "residents of the runs on several numbers of threads");
  for (std::size_t k = 0; k < counts.size(); ++k) {
    report(fmt::format("wall:{}", counts[k]), 1e3 * sum[k].wall / year, "ms", "a week on so many threads");
    report(fmt::format("busy:{}", counts[k]), 1e9 * sum[k].busy / year / n, "ns",
        "processor time a resident and week on so many threads");
  }
}

/// What a community costs, however few live there: what is left of a week without residents, by the line through two
/// thinned countries of the same communities.
void measure_communities() {
  stage("the country thinned to 200,000 and to 800,000");
  const std::array<std::unique_ptr<Instance>, 2> countries = {std::make_unique<Instance>(kazakhstan(2e5, 0, 2 * year)),
      std::make_unique<Instance>(kazakhstan(8e5, 0, 2 * year))};
  std::array<double, 2> busy{};
  for (int w = 0; w < 2 * year; ++w)
    for (std::size_t k = 0; k < 2; ++k) {
      Simulation& simulation = *countries[k]->simulation;
      if (w == year) simulation.take_times();
      const double once = timed([&] { simulation.step(); }).busy;
      if (w >= year) busy[k] += once;
    }
  const double larger = countries[1]->residents() / countries[0]->residents();
  const double community_weeks = static_cast<double>(countries[0]->society->communities()) * year;
  const auto of_none = [&](double few, double many) {
    return 1e6 * (larger * few - many) / (larger - 1) / community_weeks;
  };
  report("community", of_none(busy[0], busy[1]), "us",
      fmt::format("processor time a community and week, without residents: by the country with {:.0f} and with {:.0f}",
          countries[0]->residents(), countries[1]->residents()));
  std::map<std::string, double> few = by_mechanism(*countries[0]->simulation, busy[0]);
  for (const auto& [name, seconds] : by_mechanism(*countries[1]->simulation, busy[1]))
    report("community:" + name, of_none(few[name], seconds), "us", "processor time a community and week");
}

}  // namespace
}  // namespace kurultai

int main(int argc, char** argv) {
  double scale = 1;
  double warmup = 156;
  double thread_count = 0;
  return kurultai::with_options(
      argc, argv, {{"--scale", scale, 0.0005}, {"--warmup", warmup, 0}, {"--threads", thread_count, 1}}, [&] {
        kurultai::set_threads(static_cast<int>(thread_count));
        const std::string made = kurultai::measure_country(scale, static_cast<int>(warmup));
        kurultai::measure_threads(std::min(scale * kurultai::inhabitants, 1e6));
        kurultai::measure_communities();
        fmt::print("# made {}\n", made);
      });
}
