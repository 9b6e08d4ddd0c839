// conduct: no two akimats work alike (MODEL 6, 10; P2, D7, T2).
//
//   own_openness, own_responsiveness, own_competence = SD x luck_j       lasting; luck standard normal, within +- 2.5
//   own_competence <- own_competence + 4/52 [ gain (1 - C_j) t_j / (t_j + t_0) - fade (own_competence - SD luck_j) ]
//
// C_j: competence, lever and own together (conduct.h); t_j: training and support of akims and staff, tenge a resident
// and year, which the republic pays. Every fourth week, communities in turn. What peers teach (`exchange`) adds to the
// same columns; what is learned in competence fades like training. Akimats of districts and regions have a lasting
// competence of their own around 0.5, with which they hear their area (`spending`). Competence acts on how much work
// the staff can handle (`response`) and on enterprise. Limits: character does not change with the akim (his
// responsiveness does: `office`); all akims gain alike from training.
#include <algorithm>

#include "mechanism/conduct.h"
#include "mechanism/list.h"
#include "mechanism/money.h"
#include "mechanism/setting.h"

namespace kurultai {
namespace {

class Conduct final : public Mechanism {
 public:
  Conduct()
      : Mechanism({.name = "conduct",
            .meaning = "akimats' own character, and their training",
            .source = "MODEL 6, 10; P2, D7, T2",
            .phase = Phase::government,
            .reads = {"adults"},
            .writes = {"office_competence"},
            .adds = {"own_openness", "own_responsiveness", "own_competence"},
            .levers = {"akimat.competence"}}) {
    observe({.name = "own_competence",
        .meaning = "competence of akimats beyond what the lever says, mean over adults",
        .source = "P2, D7",
        .community = over_adults(&Akimats::own_competence)});
    observe({.name = "own_openness",
        .meaning = "openness of akimats beyond what the lever says, mean over adults",
        .source = "R4, D7",
        .community = over_adults(&Akimats::own_openness)});
  }

  Lever training{*this,
      {.name = "training",
          .unit = "tenge a resident and year",
          .meaning = "training and support of akims and staff beyond the usual",
          .source = "P2"},
      0.0, {0, 1e5}};
  Real sd{*this,
      {.name = "sd", .meaning = "SD of akimats' own openness, responsiveness and competence", .source = "assumption"},
      0.08, {0, 0.5}};
  Real gain{*this,
      {.name = "gain",
          .unit = "per year",
          .meaning = "share of the missing competence that training without limit gives in a year",
          .source = "P2; assumption"},
      0.3, {0, 10}};
  Real t0{*this,
      {.name = "t_0",
          .symbol = "t_0",
          .unit = "tenge a resident and year",
          .meaning = "training that gives half of it",
          .source = "P2; assumption"},
      500, {1e-3, 1e6}};
  Real fade{*this,
      {.name = "fade",
          .unit = "per year",
          .meaning = "share of what was learned in competence that is lost in a year",
          .source = "assumption"},
      0.15, {0, 10}};

  void prepare(World& world) override {
    pays_ = setting<Flag>(world, "budget.enabled");
    Akimats& a = world.akimats;
    const Draws draws = world.lasting(stream());
    const auto luck = [&](Name name, std::uint32_t item) {
      return enabled ? sd * std::clamp(draws.normal(name, item), -2.5, 2.5) : 0.0;
    };
    character_.assign(a.size(), 0.0);
    for (std::size_t c = 0; c < a.size(); ++c) {
      const Name place{world.society.key[c], 0xffffffffU};
      a.own_openness[c] = luck(place, 0);
      a.own_responsiveness[c] = luck(place, 4);
      a.own_competence[c] = character_[c] = luck(place, 8);
    }
    const Country& country = world.society.country;
    for (std::size_t d = 0; d < country.districts.size(); ++d)
      world.districts.competence[d] = 0.5 + luck({key_of(country.districts[d].code), 0xfffffffeU}, 12);
    for (std::size_t r = 0; r < country.regions.size(); ++r)
      world.regions.competence[r] = 0.5 + luck({key_of(country.regions[r].code), 0xfffffffdU}, 16);
  }

  void begin(World& world) override {
    for (std::size_t c = 0; c < character_.size(); ++c) {
      if (!world.due(c, 4)) continue;
      double& own = world.akimats.own_competence[c];
      own += 4.0 / 52.0 *
             (gain * (1.0 - competence(world, c)) * training[c] / (training[c] + t0) - fade * (own - character_[c]));
      if (pays_) earmark(world, c, Flow::support, training[c] * inhabitants(world, c) / 13.0);
    }
  }

 private:
  bool pays_ = false;              ///< whether there is public money: made by `prepare`
  std::vector<double> character_;  ///< by community: made by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_conduct() { return std::make_unique<Conduct>(); }

}  // namespace kurultai
