// economy: what a place produces, and so what can be taxed there (MODEL 7.35; D5, D7, R8, P5, P7).
//
//   Y_r      = Y0_r f_r,             f_r <- f_r + speed ((E_r / E0_r)^a (G_r / G0_r)^b - f_r)      every fourth week
//   output_j = y0_j f_r (1 - shock_j) max(0, 1 + commons farmers_j (harvest_j / usual_harvest_j - 1))
//
// Y0_r: gross product of the region a head (`usual` where none is known), spread over its communities by their relative
// income, so that the region's sum is met: D5's ratio of the richest to the poorest region follows from it. E:
// enterprises an adult, G: stock of public goods a head, of the region; E0, G0: the same at the end of the warm-up.
// farmers_j: share of farmers among adults at the start. Limits: no growth and no prices but the shock; the region
// moves as one; no trade, no investment.
#include <algorithm>

#include "base/elementary.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Economy final : public Mechanism {
 public:
  Economy()
      : Mechanism({.name = "economy",
            .meaning = "enterprises and public goods carry what places produce",
            .source = "MODEL 7.35; D5, D7, R8, P5",
            .phase = Phase::economy}) {
    observe({.name = "output",
        .unit = "thousand tenge a head and year",
        .meaning = "output of the place, mean over its population",
        .source = "D5, D7",
        .community = [this](const Week& week, std::size_t c, std::size_t) {
          const double people = week.place(c).population;
          return SeriesSpec::Ratio{output_[c] * people, people};
        }});
  }

  Lever shock{*this, "shock", 0.0, {0, 1}, "share of output that a fall of prices takes", "MODEL 7.35, shocks: price"};
  Real usual{*this, "usual", 6100, {0, 1e6}, "output of a region of which no gross product is known",
      "Kazakhstan 2023, mean over residents: 6,100 (computed)", {.unit = "thousand tenge a head and year"}};
  Real a{*this, "a", 0.2, {0, 2}, "elasticity of output to enterprises", "MODEL 7.35; assumption", {.symbol = "a"}};
  Real b{*this, "b", 0.1, {0, 2}, "elasticity of output to public goods",
      "MODEL 7.35; order of Aschauer 1989 and its critics, 0.1 to 0.4 (recalled)", {.symbol = "b"}};
  Real speed{
      *this, "speed", 0.08, {0, 1}, "how fast output follows", "assumption: about a year", {.unit = "per 4 weeks"}};
  Real commons{
      *this, "commons", 0.5, {0, 1}, "share of farmers' output that rests on the commons", "P7; assumption: pasture"};

  void prepare(const Week& week) override {
    const Country& country = week.country;
    const std::size_t regions = country.regions.size();
    std::vector<double> people(regions, 0.0);
    std::vector<double> income(regions, 0.0);
    for (const Community& place : country.communities) {
      people[place.region] += place.population;
      income[place.region] += place.population * place.income;
    }
    start_.assign(country.communities.size(), 0.0);
    farmers_.assign(start_.size(), 0.0);
    factor_.assign(regions, 1.0);
    usual_enterprises_.assign(regions, 0.0);
    usual_goods_.assign(regions, 0.0);
    for (std::size_t c = 0; c < start_.size(); ++c) {
      const Community& place = country.communities[c];
      const double head = country.regions[place.region].grp_per_head;
      const double mean = income[place.region] > 0 ? income[place.region] / people[place.region] : 1.0;
      start_[c] = (head > 0 ? head : usual.value()) * (income[place.region] > 0 ? place.income / mean : 1.0);
      farmers_[c] = share_of_farmers(week, c);
      output_[c] = start_[c];
    }
  }

  void begin(const Week& week) override {
    if (week.tick() % weeks_a_month == 0) follow(week);
    for (std::size_t c = 0; c < start_.size(); ++c) {
      const double fields = usual_harvest_[c] > 0 ? harvest_[c] / usual_harvest_[c] - 1.0 : 0.0;
      output_[c] = start_[c] * factor_[week.place(c).region] * (1.0 - shock[c]) *
                   std::max(0.0, 1.0 + commons * farmers_[c] * fields);
    }
  }

  void state(Archive& archive) override {
    archive("factor", std::span(factor_));
    archive("usual_enterprises", std::span(usual_enterprises_));
    archive("usual_goods", std::span(usual_goods_));
  }

 private:
  Read<std::uint8_t> age_{*this, &Residents::age, at_start};
  Read<std::uint8_t> occupation_{*this, &Residents::occupation, at_start};
  Read<std::uint32_t> adults_{*this, &Akimats::adults};
  Read<double> enterprises_{*this, &Akimats::enterprises};
  Read<double> stock_{*this, &Akimats::stock};
  Read<double> harvest_{*this, &Akimats::harvest};
  Read<double> usual_harvest_{*this, &Akimats::usual_harvest};
  Write<double> output_{*this, &Akimats::output, at_start};

  [[nodiscard]] double share_of_farmers(const Week& week, std::size_t c) const {
    double adults = 0;
    double farmers = 0;
    for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i) {
      if (!is_adult(age_[i])) continue;
      adults += 1;
      farmers += occupation_[i] == static_cast<std::uint8_t>(Occupation::farmer);
    }
    return adults > 0 ? farmers / adults : 0.0;
  }

  void follow(const Week& week) {
    const Country& country = week.country;
    const std::size_t regions = factor_.size();
    std::vector<double>& enterprises = region_enterprises_;
    std::vector<double>& adults = region_adults_;
    std::vector<double>& goods = region_goods_;
    for (std::vector<double>* sum : {&enterprises, &adults, &goods}) sum->assign(regions, 0.0);
    for (std::size_t c = 0; c < start_.size(); ++c) {
      const Community& place = country.communities[c];
      double stock = 0;
      for (std::size_t g = 0; g < good_count; ++g) stock += stock_(c, g);
      goods[place.region] += stock * place.population;
      enterprises[place.region] += enterprises_[c] * adults_[c];
      adults[place.region] += adults_[c];
    }
    for (std::size_t r = 0; r < regions; ++r) {
      if (adults[r] > 0) enterprises[r] /= adults[r];
      if (week.warm_up() || week.tick() == 0) {
        usual_enterprises_[r] = enterprises[r];
        usual_goods_[r] = goods[r];
        continue;
      }
      factor_[r] +=
          speed * (ratio(enterprises[r], usual_enterprises_[r], a) * ratio(goods[r], usual_goods_[r], b) - factor_[r]);
    }
  }
  static double ratio(double now, double before, double power) {
    return now > 0 && before > 0 ? pow_(now / before, power) : 1.0;
  }

  std::vector<double> start_;               ///< y0, by community: made by `prepare`
  std::vector<double> farmers_;             ///< made by `prepare`
  std::vector<double> factor_;              ///< f, by region
  std::vector<double> region_enterprises_;  ///< scratch, as the two below
  std::vector<double> region_adults_;
  std::vector<double> region_goods_;
  std::vector<double> usual_enterprises_;
  std::vector<double> usual_goods_;
};

}  // namespace

std::unique_ptr<Mechanism> make_economy() { return std::make_unique<Economy>(); }

}  // namespace kurultai
