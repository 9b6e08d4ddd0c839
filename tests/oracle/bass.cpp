// Adoption is a Bass (1969) model: its peak under complete mixing, and on random graphs the equations that are exact
// for large ones.
//
// Nobody leaves, all are alike, so appeal is 1 and the hazard is p + q x. Under complete mixing
//
//   F(t) = (1 - e^-(p+q)t) / (1 + q/p e^-(p+q)t),   peak of F' at ln(q/p) / (p+q), where F = (q - p) / 2q
//
// On a graph x is the share of neighbours: each of k neighbours adds q/k once it is a user, for ever. Cut the row at
// one tie (Miller, Slim, Volz 2012): theta_k, the chance that a tie has brought nothing yet to a resident of degree k,
// obeys
//
//   theta_k' = -(q/k) (theta_k - phi),   phi = e^-pt sum_m m P(m) / z theta_m^(m-1)      (the neighbour is no user)
//   1 - F    = e^-pt sum_k P(k) theta_k^k
#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

constexpr double p = 0.03;
constexpr double q = 0.38;

/// Share of users at the end of each step of `interval` weeks, `steps` of them.
std::vector<double> adopt(
    std::unique_ptr<Society> society, int interval, int steps, const char* mixing, std::int64_t seed) {
  Experiment e;
  e.only({"adoption"});
  e.set({{"run.seed", seed}, {"adoption.p", p}, {"adoption.q", q}, {"adoption.leave", 0.0}, {"adoption.mixing", mixing},
      {"adoption.interval", interval}, {"output.levels", std::vector<std::string>{"nation"}},
      {"output.series", std::vector<std::string>{"users"}}});
  e.move_into(std::move(society));
  const auto people = static_cast<double>(e.residents().size());
  std::vector<double> share;
  for (int step = 0; step < steps; ++step) {
    e.weeks(interval);
    const auto platform = e.residents().platform.values();
    share.push_back(static_cast<double>(std::count(platform.begin(), platform.end(), 1)) / people);
  }
  return share;
}

/// Share of users at time t (years) between the steps.
double at(const std::vector<double>& share, double t, int interval) {
  const double step = t * 52.0 / interval - 1.0;  // share[0] is the end of the first step
  const auto k = static_cast<std::size_t>(step);
  return share.at(k) + (step - static_cast<double>(k)) * (share.at(k + 1) - share.at(k));
}

/// The time about which adoption is symmetric within three years, as it is about its peak: F(t+3) + F(t-3) = 2 F(t).
double peak(const std::vector<double>& share, int interval) {
  double low = 3.5;
  double high = 6.9;
  for (int k = 0; k < 40; ++k) {
    const double t = 0.5 * (low + high);
    const double bend = at(share, t + 3, interval) + at(share, t - 3, interval) - 2 * at(share, t, interval);
    (bend > 0 ? low : high) = t;
  }
  return low;
}

/// F at the end of each year on a large graph where a share degree[k] of the residents has k ties.
std::vector<double> equations(const std::vector<double>& degree, int years) {
  double z = 0;
  for (std::size_t k = 0; k < degree.size(); ++k) z += static_cast<double>(k) * degree[k];
  std::vector<double> theta(degree.size(), 1.0);
  std::vector<double> yearly;
  constexpr int steps = 2000;  // a year
  const auto not_user = [&](double t, double less) {
    double sum = 0;
    for (std::size_t k = 1; k < degree.size(); ++k)
      sum +=
          degree[k] * (less > 0 ? static_cast<double>(k) / z : 1.0) * std::pow(theta[k], static_cast<double>(k) - less);
    return std::exp(-p * t) * (sum + (less > 0 ? 0.0 : degree[0]));
  };
  for (int n = 0; n < years * steps; ++n) {
    const double phi = not_user(n / static_cast<double>(steps), 1);
    for (std::size_t k = 1; k < degree.size(); ++k) theta[k] -= q / static_cast<double>(k) * (theta[k] - phi) / steps;
    if ((n + 1) % steps == 0) yearly.push_back(1 - not_user((n + 1) / static_cast<double>(steps), 0));
  }
  return yearly;
}

std::vector<double> poisson_degrees(double mean) {
  std::vector<double> share = {std::exp(-mean)};
  for (int k = 1; k < 60; ++k) share.push_back(share.back() * mean / k);
  return share;
}

/// The largest distance to `exact` at the ends of years 1 to 12.
double distance(const std::vector<double>& share, const std::vector<double>& exact) {
  double most = 0;
  for (std::size_t year = 1; year <= 12; ++year)
    most = std::max(most, std::abs(at(share, static_cast<double>(year), 1) - exact[year - 1]));
  return most;
}

}  // namespace

TEST_CASE("bass: under complete mixing adoption peaks at 6.193 years, at 46.05%") {
  // A million people in steps of a week. SD between runs 0.3% of the time and of the share (0.5% in six runs of
  // 400,000), and a week's step delays the peak by 0.2%: 1% is a false alarm of about 1%. Steps of four weeks, the
  // model's default, delay it by 1.5%.
  const std::vector<double> share = adopt(society_of({1000000}, {}), 1, 52 * 10, "complete", 1);
  const double t = peak(share, 1);
  INFO(
      "peak at " << t << " years, share there " << at(share, t, 1) << ", share at 6.193 years " << at(share, 6.193, 1));
  CHECK(t == Approx(6.193).epsilon(0.01));
  CHECK(at(share, t, 1) == Approx(0.4605).epsilon(0.01));
  CHECK(at(share, 6.193, 1) == Approx(0.4605).epsilon(0.01));
}

TEST_CASE("bass: on random graphs adoption follows the equations that are exact for large graphs") {
  // 100,000 people, four ties each or four on average. The largest of the twelve distances was 0.0036 on average and
  // 0.0057 at most in twelve runs with other seeds: 0.008 is a false alarm below 1%.
  constexpr std::size_t people = 100000;
  constexpr int weeks = 12 * 52 + 1;
  constexpr double tolerance = 0.008;
  const std::vector<double> regular = equations({0, 0, 0, 0, 1}, 12);
  const std::vector<double> poisson = equations(poisson_degrees(4), 12);
  const auto on_regular = adopt(society_of({people}, random_regular(people, 4, 11)), 1, weeks, "graph", 1);
  const auto on_poisson = adopt(society_of({people}, erdos_renyi(people, 4, 12)), 1, weeks, "graph", 1);
  INFO("distances " << distance(on_regular, regular) << " and " << distance(on_poisson, poisson));
  CHECK(distance(on_regular, regular) < tolerance);
  CHECK(distance(on_poisson, poisson) < tolerance);

  // The graph matters: the equations of the other graph (0.019 away from these) and of complete mixing do not fit.
  CHECK(distance(on_regular, poisson) > 1.5 * tolerance);
  CHECK(distance(on_poisson, regular) > 1.5 * tolerance);
  std::vector<double> mixed;
  for (int year = 1; year <= 12; ++year) {
    const double fade = std::exp(-(p + q) * year);
    mixed.push_back((1 - fade) / (1 + q / p * fade));
  }
  CHECK(distance(on_regular, mixed) > 1.5 * tolerance);
}
