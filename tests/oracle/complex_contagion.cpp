// Complex contagion (information.heed = k: word of mouth counts only from k or more who know) against an independent
// slow simulation of it: adjacency lists, generators and loops of this file's own, in the order of the equation
//
//   n_i >= k:   P(i learns this week) = 1 - (1 - q)^(t_i / T)
//
// n_i persons and t_i ties to persons who knew at the end of last week: one who is met in two layers is one person with
// two occasions to tell.
// Nobody acts, and nobody tells but neighbours. Curves of awareness are compared week by week, as means over seeds.
#include <array>
#include <random>
#include <set>

#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

constexpr std::size_t people = 2000;
constexpr std::size_t degree = 8;
constexpr double q = 0.6;  ///< per round
constexpr int round_weeks = 4;
constexpr int weeks = 60;
constexpr int seeds = 80;

using Network = std::vector<Edge>;
using Curve = std::array<double, weeks>;  ///< share who know, at the end of each week

/// The model's, told to `told` at the start.
Curve by_model(const Network& network, const std::vector<std::size_t>& told, int heed, int seed) {
  Experiment e;
  e.only({"agenda", "exposure", "information", "publication"});
  e.tell_nobody();
  const std::vector<double> chances(resident_layers, q);
  e.set({{"run.seed", seed}, {"information.heed", heed}, {"information.site", 0.0}, {"information.q_aware", chances},
      {"information.q_acted", chances}, {"output.levels", std::vector<std::string>{"nation"}},
      {"output.series", std::vector<std::string>{"matters_open"}}});
  e.add_form("talk", {{"announced", 1}, {"open", 20 * round_weeks - 1}, {"rounds", 20}});  // a round of 4 weeks
  e.move_into(society_of({people}, network));
  for (const std::size_t i : told) e.residents().aware[i] = 1;  // the first matter takes slot 0
  Curve curve{};
  for (double& share : curve) {
    e.weeks(1);
    const auto aware = e.residents().aware.values();
    share = static_cast<double>(std::count(aware.begin(), aware.end(), 1)) / static_cast<double>(people);
  }
  return curve;
}

/// This file's. The model publishes what is known at a week's end, so that in the first nobody can have heard.
Curve by_hand(const Network& network, const std::vector<std::size_t>& told, int heed, int seed) {
  std::vector<std::vector<std::size_t>> neighbours(people);
  for (const Edge& edge : network) {
    neighbours[edge.a].push_back(edge.b);
    neighbours[edge.b].push_back(edge.a);
  }
  std::mt19937_64 generator(static_cast<std::uint64_t>(1000 + seed));
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  std::vector<bool> knows(people, false);
  for (const std::size_t i : told) knows[i] = true;
  Curve curve{};
  for (int week = 0; week < weeks; ++week) {
    if (week > 0) {
      const std::vector<bool> last_week = knows;
      for (std::size_t i = 0; i < people; ++i) {
        if (last_week[i]) continue;
        std::set<std::size_t> informed;
        double unreached = 1.0;
        for (const std::size_t j : neighbours[i])
          if (last_week[j]) {
            informed.insert(j);
            unreached *= 1.0 - q;
          }
        if (informed.size() < static_cast<std::size_t>(heed)) continue;
        if (uniform(generator) < 1.0 - std::pow(unreached, 1.0 / round_weeks)) knows[i] = true;
      }
    }
    curve[static_cast<std::size_t>(week)] =
        static_cast<double>(std::count(knows.begin(), knows.end(), true)) / static_cast<double>(people);
  }
  return curve;
}

/// Mean and squared standard error over seeds, in each week.
struct Mean {
  Curve mean{};
  Curve squared_error{};
};

template <class Simulate> Mean over_seeds(const Simulate& simulate) {
  std::vector<Curve> curves;
  for (int seed = 1; seed <= seeds; ++seed) curves.push_back(simulate(seed));
  Mean m;
  for (std::size_t w = 0; w < weeks; ++w) {
    for (const Curve& c : curves) m.mean[w] += c[w] / seeds;
    for (const Curve& c : curves)
      m.squared_error[w] += (c[w] - m.mean[w]) * (c[w] - m.mean[w]) / (seeds * (seeds - 1.0));
  }
  return m;
}

/// The largest difference between two mean curves in the weeks looked at, in standard errors.
double distance(const Mean& a, const Mean& b) {
  double largest = 0;
  for (const std::size_t w : {2, 4, 8, 12, 20, 30, 45}) {
    // One resident counts as the least error there can be, where all seeds of both agree.
    const double error = std::sqrt(std::max(a.squared_error[w] + b.squared_error[w], 1.0 / (people * people)));
    largest = std::max(largest, std::abs(a.mean[w] - b.mean[w]) / error);
  }
  return largest;
}

struct Case {
  const char* name;
  Network network;
  std::vector<std::size_t> told;
};

/// A clustered small world, in which 20 who live side by side know; a random regular graph, in which every eighth does;
/// and that graph with every second tie at work too.
std::vector<Case> cases() {
  std::vector<std::size_t> side_by_side(20);
  std::iota(side_by_side.begin(), side_by_side.end(), std::size_t{0});
  std::vector<std::size_t> scattered;
  for (std::size_t i = 0; i < people; i += 8) scattered.push_back(i);
  Network layered = random_regular(people, degree, 7);
  const std::size_t once = layered.size();
  for (std::size_t k = 0; k < once; k += 2) layered.push_back({layered[k].a, layered[k].b, Layer::work});
  return {{"small world", watts_strogatz(people, degree, 0.05, 7), side_by_side},
      {"random regular", random_regular(people, degree, 7), scattered}, {"two layers", layered, scattered}};
}

/// Weeks until half know; `weeks` if they never do.
int half_know(const Mean& m) {
  int week = 0;
  while (week < weeks && m.mean[static_cast<std::size_t>(week)] < 0.5) ++week;
  return week;
}

}  // namespace

TEST_CASE("complex contagion: curves of awareness are those of a slow simulation of it") {
  // 3 networks x 3 thresholds x 7 weeks = 63 comparisons of means of 80 seeds each; Student's t with 158 degrees of
  // freedom is beyond 4.5 with chance 1.3e-5, so that there is a false alarm somewhere with less than 0.0009.
  for (const Case& c : cases())
    for (const int heed : {1, 2, 3}) {
      const Mean model = over_seeds([&](int seed) { return by_model(c.network, c.told, heed, seed); });
      const Mean hand = over_seeds([&](int seed) { return by_hand(c.network, c.told, heed, seed); });
      INFO(fmt::format("{}, k = {}: week 12 {:.4f} and {:.4f}, week 30 {:.4f} and {:.4f}, apart {:.2f} SE", c.name,
          heed, model.mean[12], hand.mean[12], model.mean[30], hand.mean[30], distance(model, hand)));
      CHECK(model.mean[45] > 2 * model.mean[0]);  // something spreads
      CHECK(distance(model, hand) < 4.5);
    }
}

TEST_CASE("complex contagion: the oracle notices another threshold") {
  const std::vector<Case> all = cases();
  for (const Case& c : all) {
    const Mean two = over_seeds([&](int seed) { return by_model(c.network, c.told, 2, seed); });
    for (const int other : {1, 3}) {
      INFO(c.name << " k = " << other);
      CHECK(distance(two, over_seeds([&](int seed) { return by_hand(c.network, c.told, other, seed); })) > 10);
    }
  }
}

TEST_CASE("complex contagion: clustering slows simple contagion and carries complex contagion") {
  // Centola and Macy 2007: one resident and all neighbours know. What needs one source runs fastest on a random graph;
  // what needs two stops there, since hardly anyone has two informed neighbours, and goes round a lattice whose ties
  // overlap.
  const Network lattice = watts_strogatz(people, degree, 0.0, 7);
  const Network random = random_regular(people, degree, 7);
  const auto around_first = [](const Network& network) {
    std::vector<std::size_t> told = {0};
    for (const Edge& edge : network) {
      if (edge.a == 0) told.push_back(edge.b);
      if (edge.b == 0) told.push_back(edge.a);
    }
    REQUIRE(told.size() == degree + 1);
    return told;
  };
  const auto spread = [&](const Network& network, int heed) {
    return over_seeds([&](int seed) { return by_model(network, around_first(network), heed, seed); });
  };
  const Mean simple_lattice = spread(lattice, 1);
  const Mean simple_random = spread(random, 1);
  const Mean complex_lattice = spread(lattice, 2);
  const Mean complex_random = spread(random, 2);
  INFO(fmt::format(
      "half know, k = 1: lattice week {}, random week {}", half_know(simple_lattice), half_know(simple_random)));
  INFO(fmt::format("in the end, k = 1: {:.3f} and {:.3f}; k = 2: {:.3f} and {:.3f}", simple_lattice.mean[weeks - 1],
      simple_random.mean[weeks - 1], complex_lattice.mean[weeks - 1], complex_random.mean[weeks - 1]));
  CHECK(half_know(simple_random) < half_know(simple_lattice));
  CHECK(simple_random.mean[weeks - 1] > 0.99);
  CHECK(complex_lattice.mean[weeks - 1] > 10 * complex_random.mean[weeks - 1]);
  CHECK(complex_random.mean[weeks - 1] < 0.02);
}
