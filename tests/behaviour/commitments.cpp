// Commitments that are kept or broken on the day; forms that seek a baseline; one's act shown to friends by a message.
#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

/// Everyone of 4 communities of 1,000 knows of the matter and acts with chance 1/2.
Experiment& commit(Experiment& e, double kept) {
  e.only({"agenda", "information", "participation", "response", "publication", "propensity", "trace"});
  e.tell_nobody();
  e.set("information.reach", 1.0);
  e.sway_nobody();
  e.add_form("day", {{"period", 520}, {"open", 4}, {"kept", kept}});
  e.move_into(society_of({1000, 1000, 1000, 1000}, {}));
  return e;
}

/// Acts and acts that left a date, in the week of the close.
std::pair<double, double> at_close(Experiment& e) {
  e.weeks(5);
  double acted = 0;
  double dated = 0;
  for (std::size_t i = 0; i < e.residents().size(); ++i) {
    acted += e.residents().acted[i] != 0 ? 1 : 0;
    dated += e.residents().last_act(i, 0) != 0 ? 1 : 0;
  }
  return {acted, dated};
}

}  // namespace

TEST_CASE("commitments: those that are not kept are no acts, and the same people would have acted") {
  Experiment all;
  Experiment some;
  Experiment none;
  const auto [every, dated] = at_close(commit(all, 1.0));
  const auto [kept, kept_dated] = at_close(commit(some, 0.7));
  CHECK(every == dated);
  CHECK(kept == kept_dated);
  CHECK(every > 1500);
  CHECK(kept / every == Approx(0.7).margin(4 * std::sqrt(0.21 / every)));  // 4 SE: 6e-5
  for (std::size_t i = 0; i < all.residents().size(); ++i)
    if (some.residents().acted[i] != 0) CHECK(all.residents().acted[i] != 0);
  CHECK(at_close(commit(none, 0.0)).first == 0);
}

TEST_CASE("commitments: until the day they are seen, kept or not") {
  Experiment all;
  Experiment none;
  commit(all, 1.0).weeks(4);
  commit(none, 0.0).weeks(4);
  CHECK(std::equal(all.residents().signal.values().begin(), all.residents().signal.values().end(),
      none.residents().signal.values().begin()));
}

TEST_CASE("baseline: the warm-up finds the intercept that gives a turnout, whatever the intercept was") {
  for (const double intercept : {-4.0, 0.0, 2.0}) {
    Experiment e;
    e.set(
        {{"society.source", "plain"}, {"society.communities", 10}, {"society.people", 1000.0}, {"society.youngest", 18},
            {"society.platform", 1.0}, {"society.access", 1.0}, {"information.push", 1.0}, {"run.scale", 1.0},
            {"run.warmup", 520}, {"run.weeks", 30}, {"demography.enabled", false}, {"adoption.enabled", false}});
    e.add_form("vote", {{"period", 52}, {"open", 4}, {"subject", "all"}, {"intercept", intercept}, {"baseline", 0.35}});
    e.move_into(make_society(e.model));
    e.weeks(550);
    const std::vector<float> turnout = national(*e.simulation, "turnout");
    INFO(intercept);
    CHECK(turnout.back() == Approx(0.35).margin(0.03));  // a round's own luck has an SD of about 0.008
  }
}

TEST_CASE("message: it moves users to act and shows their acts to online friends") {
  const auto [alone, shown] = [] {
    std::array<double, 2> acts{};
    for (int k = 0; k < 2; ++k) {
      Experiment e;
      e.only({"agenda", "exposure", "information", "participation", "response", "publication", "propensity"});
      e.tell_nobody();
      e.set("information.reach", 1.0);
      e.sway_nobody();
      e.set({{"participation.b_message", 0.0}, {"participation.b_now", std::vector<double>{0, 0, 0, 0, 2.0}},
          {"publication.display", 0.0}, {"publication.message_display", 1.0},
          {"platform.message", static_cast<double>(k)}});
      e.add_form("vote", {{"period", 520}, {"open", 4}});
      const std::vector<Edge> friends = random_regular(2000, 6, 1, Layer::online);
      auto home = society_of({2000}, friends);
      home->residents.platform.fill(1);
      e.move_into(std::move(home));
      e.weeks(5);
      acts[static_cast<std::size_t>(k)] = static_cast<double>(std::count_if(e.residents().acted.values().begin(),
          e.residents().acted.values().end(), [](std::uint16_t a) { return a != 0; }));
    }
    return acts;
  }();
  CHECK(shown > alone + 100);
}
