// skill: digital skill grows by use and training and falls back without them (MODEL 7.21; P4, R6).
//
//   s <- s + 4/52 [ fall (rest_i - s) + use_i (1 - s) + per_hour training_j (1 - s) ]
//
// rest_i = talent_i with access to the internet, 0.3 talent_i without (the same 0.3 as in the census). use_i = use for
// users of civic platforms whose connection is up, times 1 + acts if they took part online within the last 52 weeks; 0
// for others. training: hours a year, for those with access. Every fourth week, communities in turn. Talent is what
// makes the skill of the start an equilibrium: that skill itself (over 0.3 without access), and for users s - use /
// fall (1 - s), held in [0, 1]. Limits: the start takes users for such as do not act yet; learning does not tire. Skill
// and talent age in `demography`.
#include "mechanism/kit/acts.h"
#include "mechanism/kit/platforms.h"
#include "mechanism/mechanism.h"
#include "society/traits.h"

namespace kurultai {
namespace {

class Skill final : public Mechanism {
 public:
  Skill()
      : Mechanism({.name = "skill",
            .meaning = "digital skill grows by use and training and falls back without",
            .source = "MODEL 7.21; P4, R6",
            .phase = Phase::digital}) {
    observe({.name = "digital_skill",
        .meaning = "mean digital skill of adults",
        .source = "I1, P4",
        .mean = &Residents::skill});
  }

  Real fall{*this, "fall", 0.35, {0, 12}, "how fast skill falls back without use", "assumption: half in two years",
      {.unit = "per year"}};
  Real use{*this, "use", 0.1, {0, 12}, "share of the missing skill that users of platforms gain", "assumption",
      {.unit = "per year"}};
  Real acts{*this, "acts", 0.5, {0, 10}, "how much more users learn who took part online in the last year",
      "MODEL 7.21; assumption", {.unit = "factor"}};
  Real per_hour{*this, "per_hour", 0.017, {0, 1}, "share of the missing skill that an hour of training gives",
      "R6; assumption: 40 hours give half", {.unit = "per hour"}};
  Lever training{*this, "training", 0, {0, 2000}, "training in digital skills, for each adult with access", "R6, P4",
      {.unit = "hour a year", .personal = true}};

  void prepare(const Week& week) override {
    const double used = fall > 0 ? use / fall : 0.0;
    for (Vertex i = 0; i < week.residents(); ++i) {
      const double skill = skill_[i];
      const double without = platform_[i] ? skill - used * (1.0 - skill) : skill;
      talent_[i] = Share(access_[i] ? without : without / skill_without_access);
    }
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.due(community, weeks_a_month);
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const std::size_t c = batch.community;
    constexpr double years = a_month;
    const Lever::Here trained = training.here(c);
    const TookPart::Lately acted = took_part_lately_.lately(week);
    for (const Vertex i : batch) {
      if (!is_adult(age_[i])) continue;
      const double skill = skill_[i];
      const double rest = access_[i] ? talent_[i] : skill_without_access * talent_[i];
      double gain = 0;
      if (platform_[i] != 0 && connection_.up(week, c, i)) gain += use * (acted(i, 1) ? 1.0 + acts : 1.0);
      if (access_[i]) gain += per_hour * trained.at(i);
      skill_[i] = Share(skill + years * (fall * (rest - skill) + gain * (1.0 - skill)));
    }
  }

 private:
  Read<std::uint8_t> platform_{*this, &Residents::platform, at_start};
  Read<std::uint8_t> access_{*this, &Residents::access, at_start};
  Read<std::uint8_t> age_{*this, &Residents::age};
  TookPart took_part_lately_{*this};
  Connection connection_{*this};
  Write<Share> talent_{*this, &Residents::talent, at_start};
  Add<Share> skill_{*this, &Residents::skill, as_given};
};

}  // namespace

std::unique_ptr<Mechanism> make_skill() { return std::make_unique<Skill>(); }

}  // namespace kurultai
