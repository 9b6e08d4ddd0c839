// satisfaction: the public good one wishes for, against what one is used to and what neighbours have (MODEL 7; D7).
//
//   Q_jg = G_jg^n / (G_jg^n + G_half^n)                 quality of good g in community j
//   target = 1/2 + s_own (Q - expectation) + s_rel (Q - mean Q of the district's other communities)
//   satisfaction <- satisfaction + rate (target - satisfaction)
//   expectation  <- expectation + habituation (Q - expectation)
//
// Every fourth week, communities in turn.
#include <algorithm>

#include "base/elementary.h"
#include "mechanism/list.h"
#include "mechanism/quality.h"

namespace kurultai {
namespace {

class Satisfaction final : public Mechanism {
 public:
  Satisfaction()
      : Mechanism({.name = "satisfaction",
            .meaning = "the good one wishes for, against what one is used to and what neighbours have",
            .source = "MODEL 7; D7",
            .phase = Phase::experience,
            .reads = {"wish", "stock"},
            .writes = {"satisfaction", "expectation"}}) {
    observe({.name = "satisfaction",
        .meaning = "mean satisfaction of adults with the public good they wish for",
        .source = "I1, D7",
        .mean = &Residents::satisfaction});
  }

  Real half{*this,
      {.name = "half",
          .symbol = "G_half",
          .unit = "thousand tenge a head",
          .meaning = "stock of a good that gives half of the best quality",
          .source = "assumption: about the national mean stock"},
      50, {1e-6, 1e9}};
  Real shape{*this,
      {.name = "shape",
          .symbol = "n",
          .meaning = "how steeply quality rises around that stock; above 1 a little of a good is of little use",
          .source = "D9: activation helps least where resources are short; assumption"},
      2.0, {0.1, 10}};
  Real s_own{*this,
      {.name = "s_own", .meaning = "weight of quality against what one is used to", .source = "assumption"}, 2.0,
      {0, 20}};
  Real s_rel{*this,
      {.name = "s_rel", .meaning = "weight of quality against neighbouring communities", .source = "assumption"}, 0.5,
      {0, 20}};
  Real rate{*this,
      {.name = "rate", .unit = "per 4 weeks", .meaning = "how fast satisfaction follows", .source = "assumption"}, 0.1,
      {0, 1}};
  Real habituation{*this,
      {.name = "habituation",
          .unit = "per 4 weeks",
          .meaning = "how fast one gets used to what there is",
          .source = "assumption: about two years"},
      0.03, {0, 1}};

  void prepare(World& world) override {
    quality_.assign(world.society.communities() * good_count, 0.0);
    around_.assign(quality_.size(), 0.0);
    compare(world);
    Residents& r = world.residents();
    for (std::size_t c = 0; c < world.society.communities(); ++c)
      for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
        const std::size_t at = c * good_count + r.wish[i];
        r.expectation[i] = Share(quality_[at]);
        r.satisfaction[i] = Share(0.5 + s_rel * (quality_[at] - around_[at]));
      }
  }

  void begin(World& world) override { compare(world); }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.due(community, 4);
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    for (Vertex i = block.first; i < block.last; ++i) {
      const std::size_t at = block.community * good_count + r.wish[i];
      const double q = quality_[at];
      const double target = std::clamp(0.5 + s_own * (q - r.expectation[i]) + s_rel * (q - around_[at]), 0.0, 1.0);
      r.satisfaction[i] = Share(r.satisfaction[i] + rate * (target - r.satisfaction[i]));
      r.expectation[i] = Share(r.expectation[i] + habituation * (q - r.expectation[i]));
    }
  }

 private:
  /// Quality of each good here, and in the rest of the district (here where there is no rest).
  void compare(const World& world) {
    const Country& country = world.society.country;
    const Quality quality{half, shape};
    std::vector<double>& sum = district_sum_;
    std::vector<double>& people = district_people_;
    sum.assign(country.districts.size() * good_count, 0.0);
    people.assign(country.districts.size(), 0.0);
    for (std::size_t c = 0; c < country.communities.size(); ++c) {
      const Community& community = country.communities[c];
      people[community.district] += community.population;
      for (std::size_t g = 0; g < good_count; ++g) {
        const double stock = world.akimats.stock(c, g);
        quality_[c * good_count + g] = quality(stock);
        sum[community.district * good_count + g] += community.population * quality_[c * good_count + g];
      }
    }
    for (std::size_t c = 0; c < country.communities.size(); ++c) {
      const Community& community = country.communities[c];
      const double others = people[community.district] - community.population;
      for (std::size_t g = 0; g < good_count; ++g) {
        const std::size_t at = c * good_count + g;
        around_[at] = others > 0.5
                          ? (sum[community.district * good_count + g] - community.population * quality_[at]) / others
                          : quality_[at];
      }
    }
  }

  // Made anew every week out of the stocks: no state.
  std::vector<double> quality_;
  std::vector<double> around_;
  std::vector<double> district_sum_;
  std::vector<double> district_people_;
};

}  // namespace

std::unique_ptr<Mechanism> make_satisfaction() { return std::make_unique<Satisfaction>(); }

}  // namespace kurultai
