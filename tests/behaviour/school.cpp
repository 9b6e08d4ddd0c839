// School of democracy (MODEL 7.16; T7): acting in one form raises skill and efficacy, and so acts in another.
#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

constexpr std::size_t people = 40000;

struct Lesson {
  double skill = 0;
  double efficacy = 0;
  double acted = 0;  ///< share of the residents who acted in the other form, online
};

/// All take part in a meeting, or none; what came of it weeks later, in a form online that has nothing else to do with
/// it.
Lesson after_meeting(bool attended, bool school, int pause) {
  Experiment e;
  e.only({"agenda", "exposure", "information", "participation", "response", "publication"});
  e.sway_nobody();
  e.tell_nobody();
  e.set({{"school.enabled", school}, {"school.learn", 0.8}, {"school.gain_efficacy", 0.2}, {"school.gain_offline", 0.2},
      {"information.reach", 1.0}, {"participation.b_eff", 2.0}, {"participation.b_cost", 1.0},
      {"participation.skill_hours", 1.0}});
  e.add_form("meeting", {{"open", 1}, {"intercept", attended ? 20.0 : -20.0}});
  e.add_form("poll", {{"online", true}, {"offline", false}, {"open", 1}, {"week", pause}});
  auto home = society_of({people}, {});
  home->residents.platform.fill(1);
  e.move_into(std::move(home));
  e.residents().efficacy.fill(Share(0.5));
  e.weeks(pause + 2);
  Lesson lesson;
  for (std::size_t i = 0; i < people; ++i) {
    lesson.skill += e.residents().skill[i] / static_cast<double>(people);
    lesson.efficacy += e.residents().efficacy[i] / static_cast<double>(people);
    lesson.acted += (e.residents().online[i] != 0) / static_cast<double>(people);
  }
  return lesson;
}

}  // namespace

TEST_CASE("school: an act in one form raises skill, efficacy and acts in another") {
  // The same residents and draws: the difference of acts is by the lesson alone. Skill saves 0.16 hours, efficacy is
  // worth 0.32: near 1/2, some 11 points; half of that would be 11 SE of an independent sample.
  const Lesson without = after_meeting(false, true, 8);
  const Lesson with = after_meeting(true, true, 8);
  INFO(fmt::format("acted: {:.4f} and {:.4f}", without.acted, with.acted));
  CHECK(with.skill > without.skill + 0.1);
  CHECK(with.efficacy > without.efficacy + 0.1);
  CHECK(with.acted > without.acted + 0.05);
}

TEST_CASE("school: what is learned fades") {
  const Lesson soon = after_meeting(true, true, 8);
  const Lesson late = after_meeting(true, true, 112);  // two half-lives later
  const Lesson never = after_meeting(false, true, 112);
  INFO(fmt::format("efficacy {:.4f} soon, {:.4f} late, {:.4f} without", soon.efficacy, late.efficacy, never.efficacy));
  CHECK(late.acted > never.acted);
  CHECK(late.acted - never.acted < 0.6 * (soon.acted - after_meeting(false, true, 8).acted));
}

TEST_CASE("school: off, the act teaches nothing") {
  const Lesson without = after_meeting(false, false, 8);
  const Lesson with = after_meeting(true, false, 8);
  CHECK(with.skill == without.skill);
  CHECK(with.efficacy == without.efficacy);
  CHECK(with.acted == without.acted);
  CHECK(without.acted > 0.1);
}

TEST_CASE("school: what it gave is taken back to a step, so nothing moves of itself") {
  Experiment e;
  add_usual_forms(e);
  e.set({{"run.warmup", 104}, {"run.scale", 1.0}, {"output.levels", std::vector<std::string>{"nation"}}});
  move_into_testland(e);
  e.weeks(104 + 260);
  const std::vector<float> learned = national(*e.simulation, "schooling");
  const double year_1 = std::accumulate(learned.begin(), learned.begin() + 52, 0.0) / 52;
  const double year_5 = last_mean(learned, 52);
  INFO(year_1 << " to " << year_5);
  CHECK(year_1 > 0.005);
  CHECK(std::abs(year_5 / year_1 - 1) < 0.25);
}
