// satisfaction: the public good one wishes for, against what one is used to and what neighbours have (MODEL 7.17; D7).
//
//   Q_jg = G_jg^n / (G_jg^n + G_half^n)                 quality of good g in community j
//   target = 1/2 + s_own (Q - expectation) + s_rel (Q - mean Q of the district's other communities)
//   satisfaction <- satisfaction + rate (target - satisfaction)
//   expectation  <- expectation + habituation (Q - expectation)
//
// Every fourth week, communities in turn.
#include <algorithm>
#include <limits>

#include "base/elementary.h"
#include "mechanism/kit/offers.h"
#include "mechanism/kit/quality.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Satisfaction final : public Mechanism {
 public:
  Satisfaction()
      : Mechanism({.name = "satisfaction",
            .meaning = "the good one wishes for, against what one is used to and what neighbours have",
            .source = "MODEL 7.17; D7",
            .phase = Phase::experience}) {
    observe({.name = "satisfaction",
        .meaning = "mean satisfaction of adults with the public good they wish for",
        .source = "I1, D7",
        .mean = &Residents::satisfaction});
  }

  Real half{*this, "half", 50, {1e-6, 1e9}, "stock of a good that gives half of the best quality",
      "assumption: about the national mean stock", {.symbol = "G_half", .unit = "thousand tenge a head"}};
  Real shape{*this, "shape", 2.0, {0.1, 10},
      "how steeply quality rises around that stock; above 1 a little of a good is of little use",
      "D9: activation helps least where resources are short; assumption", {.symbol = "n"}};
  Real s_own{*this, "s_own", 2.0, {0, 20}, "weight of quality against what one is used to", "assumption"};
  Real s_rel{*this, "s_rel", 0.5, {0, 20}, "weight of quality against neighbouring communities", "assumption"};
  Real rate{*this, "rate", 0.1, {0, 1}, "how fast satisfaction follows", "assumption", {.unit = "per 4 weeks"}};
  Real habituation{*this, "habituation", 0.03, {0, 1}, "how fast one gets used to what there is",
      "assumption: about two years", {.unit = "per 4 weeks"}};

  void prepare(const Week& week) override {
    quality_.assign(week.communities() * good_count, 0.0);
    around_.assign(quality_.size(), 0.0);
    known_.assign(quality_.size(), std::numeric_limits<double>::quiet_NaN());
    compare(week);
    for (std::size_t c = 0; c < week.communities(); ++c)
      for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i) {
        const std::size_t at = c * good_count + wish_[i];
        expectation_[i] = Share(quality_[at]);
        satisfaction_[i] = Share(0.5 + s_rel * (quality_[at] - around_[at]));
      }
  }

  void begin(const Week& week) override { compare(week); }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.due(community, weeks_a_month);
  }

  void residents(const Week& /*week*/, const Batch& batch, Exposure& /*exposure*/) override {
    for (const Vertex i : batch) {
      const std::size_t at = batch.community * good_count + wish_[i];
      const double q = quality_[at];
      const double target = std::clamp(0.5 + s_own * (q - expectation_[i]) + s_rel * (q - around_[at]), 0.0, 1.0);
      satisfaction_[i] = Share(satisfaction_[i] + rate * (target - satisfaction_[i]));
      expectation_[i] = Share(expectation_[i] + habituation * (q - expectation_[i]));
    }
  }

 private:
  Read<std::uint8_t> wish_{*this, &Residents::wish, at_start};
  Read<double> stock_{*this, &Akimats::stock, at_start};
  Write<Share> satisfaction_{*this, &Residents::satisfaction, at_start};
  Write<Share> expectation_{*this, &Residents::expectation, at_start};
  Offers<GoodsQuality> offered_{*this, {half, shape}};

  /// Quality of each good here, and in the rest of the district (here where there is no rest).
  void compare(const Week& week) {
    const Country& country = week.country;
    const Quality quality{half, shape};
    std::vector<double>& sum = district_sum_;
    std::vector<double>& people = district_people_;
    sum.assign(country.districts.size() * good_count, 0.0);
    people.assign(country.districts.size(), 0.0);
    for (std::size_t c = 0; c < country.communities.size(); ++c) {
      const Community& community = country.communities[c];
      people[community.district] += community.population;
      for (std::size_t g = 0; g < good_count; ++g) {
        const double stock = stock_(c, g);
        if (const std::size_t at = c * good_count + g; stock != known_[at]) {
          quality_[at] = quality(stock);
          known_[at] = stock;
        }
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
  std::vector<double> known_;  ///< the stocks of which they are
  std::vector<double> around_;
  std::vector<double> district_sum_;
  std::vector<double> district_people_;
};

}  // namespace

std::unique_ptr<Mechanism> make_satisfaction() { return std::make_unique<Satisfaction>(); }

}  // namespace kurultai
