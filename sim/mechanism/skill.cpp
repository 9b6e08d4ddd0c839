// skill: digital skill grows by use and training and falls back without them (MODEL 8; P4, R6).
//
//   s <- s + 4/52 [ fall (rest_i - s) + use_i (1 - s) + per_hour training_j (1 - s) ]
//
// rest_i = talent_i with access to the internet, 0.3 talent_i without (the same 0.3 as in the census). use_i = use for
// users of civic platforms whose connection is up, times 1 + acts if they took part online within the last 52 weeks; 0
// for others. training: hours a year, for those with access. Every fourth week, communities in turn. Talent is what
// makes the skill of the start an equilibrium: that skill itself (over 0.3 without access), and for users s - use /
// fall (1 - s), held in [0, 1]. Limits: the start takes users for such as do not act yet; learning does not tire. Skill
// and talent age in `demography`.
#include "mechanism/digital.h"
#include "mechanism/list.h"
#include "society/traits.h"

namespace kurultai {
namespace {

class Skill final : public Mechanism {
 public:
  Skill()
      : Mechanism({.name = "skill",
            .meaning = "digital skill grows by use and training and falls back without",
            .source = "MODEL 8; P4, R6",
            .phase = Phase::digital,
            .reads = {"platform", "access", "last_act", "age"},
            .writes = {"talent"},
            .adds = {"skill"},
            .levers = {"platform.outage"}}) {
    observe({.name = "digital_skill",
        .meaning = "mean digital skill of adults",
        .source = "I1, P4",
        .mean = &Residents::skill});
  }

  Real fall{*this,
      {.name = "fall",
          .unit = "per year",
          .meaning = "how fast skill falls back without use",
          .source = "assumption: half in two years"},
      0.35, {0, 12}};
  Real use{*this,
      {.name = "use",
          .unit = "per year",
          .meaning = "share of the missing skill that users of platforms gain",
          .source = "assumption"},
      0.1, {0, 12}};
  Real acts{*this,
      {.name = "acts",
          .unit = "factor",
          .meaning = "how much more users learn who took part online in the last year",
          .source = "MODEL 8; assumption"},
      0.5, {0, 10}};
  Real per_hour{*this,
      {.name = "per_hour",
          .unit = "per hour",
          .meaning = "share of the missing skill that an hour of training gives",
          .source = "R6; assumption: 40 hours give half"},
      0.017, {0, 1}};
  Lever training{*this,
      {.name = "training",
          .unit = "hour a year",
          .meaning = "training in digital skills, for each adult with access",
          .source = "R6, P4",
          .personal = true},
      0, {0, 2000}};

  void prepare(World& world) override {
    Residents& r = world.residents();
    const double used = fall > 0 ? use / fall : 0.0;
    for (std::size_t i = 0; i < r.size(); ++i) {
      const double skill = r.skill[i];
      const double without = r.platform[i] ? skill - used * (1.0 - skill) : skill;
      r.talent[i] = Share(r.access[i] ? without : without / skill_without_access);
    }
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.due(community, 4);
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const std::size_t c = block.community;
    constexpr double years = 4.0 / 52.0;
    for (Vertex i = block.first; i < block.last; ++i) {
      if (!r.adult(i)) continue;
      const double skill = r.skill[i];
      const double rest = r.access[i] ? r.talent[i] : skill_without_access * r.talent[i];
      double gain = 0;
      if (on_platform(world, c, i)) gain += use * (took_part_lately(world, i, 1) ? 1.0 + acts : 1.0);
      if (r.access[i]) gain += per_hour * training.at(c, i);
      r.skill[i] = Share(skill + years * (fall * (rest - skill) + gain * (1.0 - skill)));
    }
  }

 private:
};

}  // namespace

std::unique_ptr<Mechanism> make_skill() { return std::make_unique<Skill>(); }

}  // namespace kurultai
