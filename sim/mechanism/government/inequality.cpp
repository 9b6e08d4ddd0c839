// inequality: how unequal places are, and the alarm of D5 (MODEL 7.41; D5, P8, I1).
//
//   Gini = sum over a, b of w_a w_b |x_a - x_b| / (2 mean),      w: shares of inhabitants
//
// Series over the communities or regions of a cell; nothing else. The alarm sounds where the richest region produces
// more than `alarm` times as much a head as the poorest. Limits: between places only; inside a place residents' incomes
// differ as the census deals them.
#include <algorithm>
#include <limits>
#include <vector>

#include "mechanism/kit/money.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

class Inequality final : public Mechanism {
 public:
  Inequality()
      : Mechanism({.name = "inequality",
            .meaning = "how unequal places are",
            .source = "MODEL 7.41; D5, P8, I1",
            .phase = Phase::economy}) {
    between("gini_output", "Gini coefficient of output a head between communities", "D5", output_);
    between("gini_own_revenue", "Gini coefficient of own revenue a head between communities", "D4, D5", own_revenue_);
    between("gini_means", "Gini coefficient of budgets for public goods a head between communities", "D5, P8", means_);
    between("gini_participation",
        "Gini coefficient of the share of adults who took part in the last year between communities", "D5, D1",
        took_part_, weeks_a_year, 0.2);
    observe({.name = "rich_poor_ratio",
        .meaning = "output a head of the richest region over that of the poorest",
        .source = "D5: 10.97 in 2023 (Atyrau to Turkistan)",
        .group = [this](const Week& week, std::span<const std::uint32_t> list) { return ratio(week, list); },
        .looks_at = [this](const Week&, std::size_t c) { return output_[c]; }});
    observe({.name = "inequality_alarm",
        .meaning = "1: the richest region produces more than ten times as much a head as the poorest",
        .source = "D5",
        .group =
            [this](const Week& week, std::span<const std::uint32_t> list) {
              const double r = enabled ? ratio(week, list) : none;
              return std::isnan(r) ? none : (r > alarm ? 1.0 : 0.0);
            },
        .looks_at = [this](const Week&, std::size_t c) { return output_[c]; }});
  }

  Real alarm{*this, "alarm", 10.0, {1, 1e6},
      "ratio of the richest to the poorest region above which the state is at risk", "D5"};

 private:
  Read<double> output_{*this, &Akimats::output};
  Read<double> own_revenue_{*this, &Akimats::own_revenue};
  Read<double> means_{*this, &Akimats::means};
  Read<double> took_part_{*this, &Akimats::took_part};

  void between(const char* name, const char* meaning, const char* source, const Read<double>& column,
      int looks_back = 1, double least_scale = 0) {
    observe({.name = name,
        .meaning = meaning,
        .source = source,
        .looks_back = looks_back,
        .least_scale = least_scale,
        .ranked = [](const Week& week, std::span<const Ranked> list) { return gini(week, list); },
        .looks_at = [&column](const Week&, std::size_t c) { return column[c]; }});
  }

  static double gini(const Week& week, std::span<const Ranked> list) {
    double people = 0;
    double all = 0;
    double area = 0;  // twice that under the Lorenz curve, times people x all
    for (const auto& [value, c] : list) {
      const double w = inhabitants(week, c);
      const double before = all;
      people += w;
      all += w * value;
      area += w * (before + all);
    }
    return people > 0 && all > 0 ? 1.0 - area / (people * all) : none;
  }

  [[nodiscard]] double ratio(const Week& week, std::span<const std::uint32_t> list) const {
    const std::size_t regions = week.country.regions.size();
    thread_local std::vector<double> people;  // scratch, as the next
    thread_local std::vector<double> output;
    people.assign(regions, 0.0);
    output.assign(regions, 0.0);
    for (const std::uint32_t c : list) {
      const std::size_t region = week.place(c).region;
      people[region] += inhabitants(week, c);
      output[region] += inhabitants(week, c) * output_[c];
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
