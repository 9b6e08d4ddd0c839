// economy: what a place produces, and so what can be taxed there (MODEL 9; D5, D7, R8, P5, P7).
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
#include "mechanism/list.h"

namespace kurultai {
namespace {

class Economy final : public Mechanism {
 public:
  Economy()
      : Mechanism({.name = "economy",
            .meaning = "enterprises and public goods carry what places produce",
            .source = "MODEL 9; D5, D7, R8, P5",
            .phase = Phase::economy,
            .reads = {"enterprises", "stock", "adults", "harvest", "usual_harvest", "age", "occupation"},
            .writes = {"output"}}) {
    observe({.name = "output",
        .unit = "thousand tenge a head and year",
        .meaning = "output of the place, mean over its population",
        .source = "D5, D7",
        .community = [](const World& world, std::size_t c, std::size_t) {
          const double people = world.society.country.communities[c].population;
          return SeriesSpec::Ratio{world.akimats.output[c] * people, people};
        }});
  }

  Lever shock{*this,
      {.name = "shock", .meaning = "share of output that a fall of prices takes", .source = "MODEL 11, shocks: price"},
      0.0, {0, 1}};
  Real usual{*this,
      {.name = "usual",
          .unit = "thousand tenge a head and year",
          .meaning = "output of a region of which no gross product is known",
          .source = "Kazakhstan 2023, mean over residents: 6,100 (computed)"},
      6100, {0, 1e6}};
  Real a{*this,
      {.name = "a", .symbol = "a", .meaning = "elasticity of output to enterprises", .source = "MODEL 9; assumption"},
      0.2, {0, 2}};
  Real b{*this,
      {.name = "b",
          .symbol = "b",
          .meaning = "elasticity of output to public goods",
          .source = "MODEL 9; order of Aschauer 1989 and its critics, 0.1 to 0.4 (recalled)"},
      0.1, {0, 2}};
  Real speed{*this,
      {.name = "speed",
          .unit = "per 4 weeks",
          .meaning = "how fast output follows",
          .source = "assumption: about a year"},
      0.08, {0, 1}};
  Real commons{*this,
      {.name = "commons",
          .meaning = "share of farmers' output that rests on the commons",
          .source = "P7; assumption: pasture"},
      0.5, {0, 1}};

  void prepare(World& world) override {
    const Country& country = world.society.country;
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
      farmers_[c] = share_of_farmers(world, c);
      world.akimats.output[c] = start_[c];
    }
  }

  void begin(World& world) override {
    if (world.tick() % 4 == 0) follow(world);
    Akimats& akimats = world.akimats;
    for (std::size_t c = 0; c < start_.size(); ++c) {
      const double fields = akimats.usual_harvest[c] > 0 ? akimats.harvest[c] / akimats.usual_harvest[c] - 1.0 : 0.0;
      akimats.output[c] = start_[c] * factor_[world.society.country.communities[c].region] * (1.0 - shock[c]) *
                          std::max(0.0, 1.0 + commons * farmers_[c] * fields);
    }
  }

  void state(Archive& archive) override {
    archive("factor", std::span(factor_));
    archive("usual_enterprises", std::span(usual_enterprises_));
    archive("usual_goods", std::span(usual_goods_));
  }

 private:
  static double share_of_farmers(const World& world, std::size_t c) {
    const Residents& r = world.residents();
    double adults = 0;
    double farmers = 0;
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
      if (!r.adult(i)) continue;
      adults += 1;
      farmers += r.occupation[i] == static_cast<std::uint8_t>(Occupation::farmer);
    }
    return adults > 0 ? farmers / adults : 0.0;
  }

  void follow(World& world) {
    const Country& country = world.society.country;
    const std::size_t regions = factor_.size();
    std::vector<double> enterprises(regions, 0.0);
    std::vector<double> adults(regions, 0.0);
    std::vector<double> goods(regions, 0.0);
    for (std::size_t c = 0; c < start_.size(); ++c) {
      const Community& place = country.communities[c];
      double stock = 0;
      for (std::size_t g = 0; g < good_count; ++g) stock += world.akimats.stock(c, g);
      goods[place.region] += stock * place.population;
      enterprises[place.region] += world.akimats.enterprises[c] * world.akimats.adults[c];
      adults[place.region] += world.akimats.adults[c];
    }
    for (std::size_t r = 0; r < regions; ++r) {
      if (adults[r] > 0) enterprises[r] /= adults[r];
      if (world.week < 0 || world.tick() == 0) {
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

  std::vector<double> start_;    ///< y0, by community: made by `prepare`
  std::vector<double> farmers_;  ///< made by `prepare`
  std::vector<double> factor_;   ///< f, by region
  std::vector<double> usual_enterprises_;
  std::vector<double> usual_goods_;
};

}  // namespace

std::unique_ptr<Mechanism> make_economy() { return std::make_unique<Economy>(); }

}  // namespace kurultai
