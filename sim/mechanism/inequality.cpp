// inequality: how unequal places are, and the alarm of D5 (MODEL 9, 11; D5, P8, I1).
//
//   Gini = sum over a, b of w_a w_b |x_a - x_b| / (2 mean),      w: shares of inhabitants
//
// Series over the communities or regions of a cell; nothing else. The alarm sounds where the richest region produces
// more than `alarm` times as much a head as the poorest. Limits: between places only; inside a place residents' incomes
// differ as the census deals them.
#include <algorithm>
#include <limits>
#include <numeric>

#include "mechanism/list.h"
#include "mechanism/money.h"

namespace kurultai {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

class Inequality final : public Mechanism {
 public:
  Inequality()
      : Mechanism({.name = "inequality",
            .meaning = "how unequal places are",
            .source = "MODEL 9, 11; D5, P8, I1",
            .phase = Phase::economy,
            .reads = {"output", "took_part", "own_revenue", "means"},
            .writes = {}}) {
    between("gini_output", "Gini coefficient of output a head between communities", "D5", &Akimats::output);
    between("gini_own_revenue", "Gini coefficient of own revenue a head between communities", "D4, D5",
        &Akimats::own_revenue);
    between("gini_means", "Gini coefficient of budgets for public goods a head between communities", "D5, P8",
        &Akimats::means);
    between("gini_participation",
        "Gini coefficient of the share of adults who took part in the last year between communities", "D5, D1",
        &Akimats::took_part, 52, 0.2);
    observe({.name = "rich_poor_ratio",
        .meaning = "output a head of the richest region over that of the poorest",
        .source = "D5: 10.97 in 2023 (Atyrau to Turkistan)",
        .group = [](const World& world, std::span<const std::uint32_t> list) { return ratio(world, list); }});
    observe({.name = "inequality_alarm",
        .meaning = "1: the richest region produces more than ten times as much a head as the poorest",
        .source = "D5",
        .group = [this](const World& world, std::span<const std::uint32_t> list) {
          const double r = enabled ? ratio(world, list) : none;
          return std::isnan(r) ? none : (r > alarm ? 1.0 : 0.0);
        }});
  }

  Real alarm{*this,
      {.name = "alarm",
          .meaning = "ratio of the richest to the poorest region above which the state is at risk",
          .source = "D5"},
      10.0, {1, 1e6}};

 private:
  void between(const char* name, const char* meaning, const char* source, const Column<double> Akimats::* column,
      int looks_back = 1, double least_scale = 0) {
    observe({.name = name,
        .meaning = meaning,
        .source = source,
        .looks_back = looks_back,
        .least_scale = least_scale,
        .group = [column](const World& world, std::span<const std::uint32_t> list) {
          return gini(world, list, world.akimats.*column);
        }});
  }

  static double gini(const World& world, std::span<const std::uint32_t> list, const Column<double>& column) {
    std::vector<std::uint32_t> order(list.begin(), list.end());
    std::sort(order.begin(), order.end(),
        [&](std::uint32_t a, std::uint32_t b) { return column[a] != column[b] ? column[a] < column[b] : a < b; });
    double people = 0;
    double all = 0;
    double area = 0;  // twice that under the Lorenz curve, times people x all
    for (const std::uint32_t c : order) {
      const double w = inhabitants(world, c);
      const double before = all;
      people += w;
      all += w * column[c];
      area += w * (before + all);
    }
    return people > 0 && all > 0 ? 1.0 - area / (people * all) : none;
  }

  static double ratio(const World& world, std::span<const std::uint32_t> list) {
    const std::size_t regions = world.society.country.regions.size();
    std::vector<double> people(regions, 0.0);
    std::vector<double> output(regions, 0.0);
    for (const std::uint32_t c : list) {
      const std::size_t region = world.society.country.communities[c].region;
      people[region] += inhabitants(world, c);
      output[region] += inhabitants(world, c) * world.akimats.output[c];
    }
    double least = none;
    double most = none;
    std::size_t count = 0;
    for (std::size_t r = 0; r < regions; ++r) {
      if (people[r] <= 0) continue;
      const double a_head = output[r] / people[r];
      least = count == 0 ? a_head : std::min(least, a_head);
      most = count == 0 ? a_head : std::max(most, a_head);
      ++count;
    }
    return count > 1 && least > 0 ? most / least : none;
  }
};

}  // namespace

std::unique_ptr<Mechanism> make_inequality() { return std::make_unique<Inequality>(); }

}  // namespace kurultai
