// Experience of self-organisation and cohesion (MODEL 7.26; D8, P6).
#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

/// testland after two years of warm-up and `weeks` more under a policy on `lever`.
struct Course : Experiment {
  Course(const std::string& lever, double dose, int length,
      const std::vector<std::pair<std::string, Value>>& settings = {}) {
    add_usual_forms(*this);
    set({{"run.warmup", 104}, {"run.scale", 0.5}, {"output.levels", std::vector<std::string>{"nation"}}});
    set(settings);
    if (!lever.empty()) add_policy("move", {{"lever", lever}, {"mode", "set"}, {"dose", dose}});
    move_into_testland(*this);
    weeks(104 + length);
  }
  [[nodiscard]] double last(const char* series) { return last_mean(national(*simulation, series), 52); }
};

}  // namespace

TEST_CASE("experience: at rest it stays what is usual") {
  Course e("", 0, 208);
  const Akimats& a = e.world().akimats;
  double usual = 0;
  for (std::size_t c = 0; c < e.society->communities(); ++c) usual += a.usual_experience[c] * a.adults[c];
  usual /= std::accumulate(a.adults.values().begin(), a.adults.values().end(), 0.0);
  INFO("usual " << usual << ", in year 4 " << e.last("experience"));
  CHECK(usual > 0.05);
  CHECK(std::abs(e.last("experience") / usual - 1) < 0.1);
  CHECK(e.last("cohesion") == Approx(1.0));
}

TEST_CASE("experience: it grows with matters completed by many, and lifts efficacy") {
  // A weight of money of its own, so that the reward moves many whatever the calibrated one.
  const std::vector<std::pair<std::string, Value>> alone = {
      {"efficacy.rate", 0.0}, {"school.enabled", false}, {"experience.enough", 0.5}, {"participation.b_money", 0.8}};
  Course usual("", 0, 208, alone);
  Course eager("participation.reward", 100000.0, 208, alone);
  INFO(fmt::format("experience {:.3f} and {:.3f}, efficacy {:.4f} and {:.4f}", usual.last("experience"),
      eager.last("experience"), usual.last("efficacy"), eager.last("efficacy")));
  CHECK(eager.last("experience") > 1.2 * usual.last("experience"));
  CHECK(eager.last("efficacy") > usual.last("efficacy") + 0.005);
  auto off = alone;
  off.emplace_back("experience.enabled", false);
  Course without("participation.reward", 100000.0, 104, off);
  CHECK(without.last("experience") == 0);
}

TEST_CASE("experience: experience makes acting cheaper") {
  // The same people, told that their community has organised itself before, or not.
  const auto acts = [](double experience) {
    Experiment e;
    add_usual_forms(e);
    e.set({{"experience.enabled", false}, {"run.scale", 0.5}, {"output.levels", std::vector<std::string>{"nation"}}});
    move_into_testland(e);
    e.world().akimats.experience.fill(experience);
    e.weeks(52);
    return national(*e.simulation, "participation").back();
  };
  CHECK(acts(0.9) > 1.02 * acts(0.0));
}

TEST_CASE("experience: support of culture and education raises cohesion") {
  Course usual("", 0, 156);
  Course supported("experience.support", 10.0, 156);
  CHECK(supported.last("cohesion") > 1.3);
  // 1 + 10 / (10 + 5) is where it goes.
  CHECK(supported.last("cohesion") < 1.0 + 2.0 / 3.0 + 1e-9);
  CHECK(differences(columns(usual.world()), columns(supported.world())).size() > 3);  // and people act otherwise
}
