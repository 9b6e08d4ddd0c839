// Levers without effect are reported as such: not by a difference that is not significant, but by equivalence. Paired
// replicates under common random numbers, two one-sided tests at 95%, margin 0.2 points of participation (share of
// adults who took part in anything within a year). If the true effect were as large as the margin, the chance of a
// verdict "equivalent" would be at most 5%. Positive controls of each outcome show that the instrument finds what is
// there.
#include "engine.h"
#include "sweep/comparison.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

using Settings = std::vector<std::pair<std::string, Value>>;
using Moves = std::vector<std::pair<std::string, double>>;  ///< levers and their doses

constexpr double margin = 0.002;
constexpr double confidence = 0.95;
constexpr std::uint32_t replicates = 10;

/// All mechanisms, eight okrugs of 500 people, two years; policies set the levers from the first week on.
double participation(const Settings& settings, const Moves& moves, bool moved, std::uint32_t replicate) {
  test::Experiment e;
  e.add_form("gathering", {{"period", 26}, {"week", 3}, {"spread", 13}, {"intercept", -2.5}, {"hours_offline", 2.0}});
  e.add_form("vote", {{"online", true}, {"period", 52}, {"week", 9}, {"subject", "all"}, {"intercept", -2.5},
                         {"hours_offline", 0.7}, {"hours_online", 0.2}});
  e.set({{"society.source", "plain"}, {"society.communities", 8}, {"society.people", 500.0}, {"run.scale", 1.0},
      {"run.seed", 1 + static_cast<std::int64_t>(replicate)}, {"run.warmup", 26},
      {"output.levels", std::vector<std::string>{"nation"}},
      {"output.series", std::vector<std::string>{"participation"}}});
  e.set(settings);
  for (const auto& [lever, dose] : moves) {
    const auto* found = dynamic_cast<const Lever*>(e.model.registry.find(lever));
    REQUIRE(found != nullptr);
    std::string name = "move " + lever;
    std::replace_if(name.begin(), name.end(), [](char ch) { return ch == '.' || ch == ' '; }, '_');
    e.add_policy(name, {{"lever", lever}, {"mode", "set"}, {"dose", moved ? dose : found->scenario()}});
  }
  e.move_into(make_society(e.model));
  e.weeks(26 + 104);
  return last_mean(national(*e.simulation, "participation"), 1);
}

struct Compared {
  Difference difference;
  Verdict verdict = Verdict::undecided;
};

Compared compare(const Settings& settings, const Moves& moves) {
  Sample without;
  Sample with;
  for (std::uint32_t k = 0; k < replicates; ++k)
    for (const bool moved : {false, true}) {
      Sample& side = moved ? with : without;
      side.luck.push_back({1 + k, 0});
      side.values.push_back(participation(settings, moves, moved, k));
    }
  Compared c;
  c.difference = difference_of(without, with, confidence);
  REQUIRE(c.difference.paired);
  REQUIRE(c.difference.n_a == replicates);
  CHECK(c.difference.mean_a > 0.05);  // a null where nobody takes part would be none
  CHECK(c.difference.mean_a < 0.95);
  c.verdict = verdict_of(c.difference, margin, confidence);
  return c;
}

std::string text(const Compared& c) {
  const Difference& d = c.difference;
  return fmt::format("{:.2f}% and {:.2f}%: difference {:+.4f} +- {:.4f} points, {}", 100 * d.mean_a, 100 * d.mean_b,
      100 * d.difference, 100 * d.half_width, word(c.verdict));
}

/// Whoever may take part is invited in person, so that all but one in a thousand know before it closes.
const Settings everyone_knows = {{"form.gathering.invitation", 0.999}, {"form.vote.invitation", 0.999},
    {"form.gathering.intercept", -4.5},  // not everyone takes part
    {"form.vote.intercept", -4.5}};
/// No line, no platform.
const Settings no_coverage = {{"society.access", 0.0}, {"society.platform", 0.0}};
/// All in person, and no word from the akimat's site, which trained staff would keep better. (What is left: the skilled
/// are less likely to leave platforms, whose notices tell of forms in person too.)
const Settings no_online_form = {{"form.vote.online", false}, {"information.site", 0.0}};

const Moves announcement = {{"information.reach", 1.0}, {"information.push", 1.0}};
const Moves platform = {{"adoption.promotion", 100.0}, {"platform.quality", 1.0}, {"information.push", 1.0}};
const Moves training = {{"skill.training", 60.0}, {"training.visits", 200.0}};

}  // namespace

TEST_CASE("nulls: an announcement and a push about what everyone knows") {
  const Compared c = compare(everyone_knows, announcement);
  INFO(text(c));
  CHECK(c.verdict == Verdict::equivalent);
  // where they do not, it works
  const Compared control = compare({}, announcement);
  INFO("where few know: " << text(control));
  CHECK(control.verdict == Verdict::different);
  CHECK(control.difference.difference > 5 * margin);
}

TEST_CASE("nulls: promotion, quality and notices of platforms without coverage") {
  const Compared c = compare(no_coverage, platform);
  INFO(text(c));
  CHECK(c.verdict == Verdict::equivalent);
  const Compared control = compare({}, platform);
  INFO("with coverage: " << text(control));
  CHECK(control.verdict == Verdict::different);
  CHECK(control.difference.difference > 2 * margin);
}

TEST_CASE("nulls: a reward of nearly nothing") {
  const Compared c = compare({}, {{"participation.reward", 5.0}});
  INFO(text(c));
  CHECK(c.verdict == Verdict::equivalent);
  const Compared control = compare({}, {{"participation.reward", 50000.0}});
  INFO("of a wage: " << text(control));
  CHECK(control.verdict == Verdict::different);
  CHECK(control.difference.difference > 2 * margin);
}

TEST_CASE("nulls: digital training without an outlet") {
  const Compared c = compare(no_online_form, training);
  INFO(text(c));
  CHECK(c.verdict == Verdict::equivalent);
  // An outlet: what is only online, where skill counts for much.
  const Compared control =
      compare({{"form.vote.offline", false}, {"form.vote.hours_online", 1.0}, {"form.gathering.intercept", -20.0},
                  {"society.platform", 0.8}, {"participation.b_cost", 1.0}, {"participation.skill_hours", 2.0}},
          training);
  INFO("with an outlet: " << text(control));
  CHECK(control.verdict == Verdict::different);
  CHECK(control.difference.difference > 2 * margin);
}
