// conduct: no two akimats work alike (MODEL 7.29; P2, D7, T2).
//
//   own_openness, own_responsiveness, own_competence = SD x luck_j       lasting; luck standard normal, within +- 2.5
//   own_competence <- own_competence + 4/52 [ gain (1 - C_j) t_j / (t_j + t_0) - fade (own_competence - SD luck_j) ]
//
// C_j: competence, lever and own together (akimat_style.h); t_j: training and support of akims and staff, tenge a
// resident and year, which the republic pays. Every fourth week, communities in turn. What peers teach (`exchange`)
// adds to the same columns; what is learned in competence fades like training. Akimats of districts and regions have a
// lasting competence of their own around 0.5, with which they hear their area (`spending`). Competence acts on how much
// work the staff can handle (`response`) and on enterprise. Limits: character does not change with the akim (his
// responsiveness does: `office`); all akims gain alike from training.
#include <algorithm>

#include "mechanism/kit/akimat_style.h"
#include "mechanism/kit/money.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class AkimatStyle final : public Mechanism {
 public:
  AkimatStyle()
      : Mechanism({.name = "conduct",
            .meaning = "akimats' own character, and their training",
            .source = "MODEL 7.29; P2, D7, T2",
            .phase = Phase::government}) {
    observe({.name = "own_competence",
        .meaning = "competence of akimats beyond what the lever says, mean over adults",
        .source = "P2, D7",
        .community = over_adults_of(adults_, own_competence_)});
    observe({.name = "own_openness",
        .meaning = "openness of akimats beyond what the lever says, mean over adults",
        .source = "R4, D7",
        .community = over_adults_of(adults_, own_openness_)});
  }

  Lever training{*this, "training", 0.0, {0, 1e5}, "training and support of akims and staff beyond the usual", "P2",
      {.unit = "tenge a resident and year"}};
  Real sd{*this, "sd", 0.08, {0, 0.5}, "SD of akimats' own openness, responsiveness and competence", "assumption"};
  Real gain{*this, "gain", 0.3, {0, 10}, "share of the missing competence that training without limit gives in a year",
      "P2; assumption", {.unit = "per year"}};
  Real t0{*this, "t_0", 500, {1e-3, 1e6}, "training that gives half of it", "P2; assumption",
      {.symbol = "t_0", .unit = "tenge a resident and year"}};
  Real fade{*this, "fade", 0.15, {0, 10}, "share of what was learned in competence that is lost in a year",
      "assumption", {.unit = "per year"}};

  void prepare(const Week& week) override {
    const auto luck = [&](const Luck& of, Name name) {
      return enabled ? sd * std::clamp(of(week).normal(name), -2.5, 2.5) : 0.0;
    };
    character_.assign(week.communities(), 0.0);
    for (std::size_t c = 0; c < character_.size(); ++c) {
      const Name place = week.name_of_community(c);
      own_openness_[c] = luck(openness_luck_, place);
      own_responsiveness_[c] = luck(responsiveness_luck_, place);
      own_competence_[c] = character_[c] = luck(competence_luck_, place);
    }
    const Country& country = week.country;
    for (std::size_t d = 0; d < country.districts.size(); ++d)
      office_competence_[Level::district][d] = 0.5 + luck(district_luck_, week.name_of_district(d));
    for (std::size_t r = 0; r < country.regions.size(); ++r)
      office_competence_[Level::region][r] = 0.5 + luck(region_luck_, week.name_of_region(r));
  }

  void begin(const Week& week) override {
    for (std::size_t c = 0; c < character_.size(); ++c) {
      if (!week.due(c, weeks_a_month)) continue;
      double& own = own_competence_[c];
      own +=
          a_month * (gain * (1.0 - competence_(c)) * training[c] / (training[c] + t0) - fade * (own - character_[c]));
      if (money_) payments_.earmark(c, Flow::support, training[c] * inhabitants(week, c) / months_a_year);
    }
  }

 private:
  Read<std::uint32_t> adults_{*this, &Akimats::adults};
  Competence competence_{*this};
  Add<double> own_openness_{*this, &Akimats::own_openness, at_start};
  Add<double> own_responsiveness_{*this, &Akimats::own_responsiveness, at_start};
  Add<double> own_competence_{*this, &Akimats::own_competence, at_start};
  WriteAreas<double> office_competence_{*this, &Authorities::competence, at_start};
  Switch money_{*this, MechanismName::budget};
  Payments payments_{*this};
  Luck openness_luck_{*this, "an akimat's openness", Luck::communities, Luck::lasting};
  Luck responsiveness_luck_{*this, "its responsiveness", Luck::communities, Luck::lasting};
  Luck competence_luck_{*this, "its competence", Luck::communities, Luck::lasting};
  Luck district_luck_{
      *this, "that of a district", Luck::areas, Luck::lasting, Luck::block, Luck::After{competence_luck_}};
  Luck region_luck_{*this, "that of a region", Luck::areas, Luck::lasting, Luck::block, Luck::After{district_luck_}};

  std::vector<double> character_;  ///< by community: made by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_akimat_style() { return std::make_unique<AkimatStyle>(); }

}  // namespace kurultai
