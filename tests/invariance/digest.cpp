// The same bits, always: whatever the number of threads, whoever draws random numbers besides, whatever is
// off.
#include <atomic>

#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

/// testland for two years after half a year of warm-up.
struct Lived : Experiment {
  explicit Lived(
      const std::vector<std::pair<std::string, Value>>& settings = {}, std::unique_ptr<Mechanism> another = nullptr) {
    add_usual_forms(*this);
    set({{"run.warmup", 26}, {"run.scale", 0.5},
        {"output.levels", std::vector<std::string>{"nation", "region", "stratum", "community"}}});
    set(settings);
    if (another) model.mechanisms.push_back(std::move(another));
    move_into_testland(*this);
    weeks(26 + 78);
  }
};

/// Draws for everybody every week, and does nothing with it.
class Dreamer final : public Mechanism {
 public:
  explicit Dreamer(Phase phase)
      : Mechanism({.name = "dreamer", .meaning = "draws random numbers", .source = "test", .phase = phase}) {
    reserve(Stream{1999});
  }
  void begin(const Week& week) override { dreams_ += of_community_(week).word(week.name_of_community(0)); }
  [[nodiscard]] bool wanted(const Week& /*week*/, std::size_t /*community*/) const override { return true; }
  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const Luck::Drawn luck = of_resident_(week);
    std::uint32_t sum = 0;
    for (const Vertex i : batch) sum += luck.word(week.name(batch.community, i));
    dreams_ += sum;
  }

 private:
  Luck of_community_{*this, "dreams of a community", Luck::communities, Luck::weekly};
  Luck of_resident_{*this, "dreams of a resident", Luck::residents, Luck::weekly};
  std::atomic<std::uint32_t> dreams_ = 0;
};

/// Names of the columns that differ between two runs.
std::vector<std::string> differing(Experiment& a, Experiment& b) {
  return differences(columns(a.world()), columns(b.world()));
}

std::string said(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += name + " ";
  return text;
}

}  // namespace

TEST_CASE("digest: the same for any number of threads and for a second run") {
  std::string first;
  std::map<std::string, std::vector<std::byte>> state;
  for (const int count : {1, 2, 7, 1}) {
    set_threads(count);
    Lived run;
    const std::string now = digest(run.simulation->result());
    if (first.empty()) {
      first = now;
      state = columns(run.world());
    }
    INFO(count << " threads");
    CHECK(now == first);
    CHECK(said(differences(columns(run.world()), state)).empty());
  }
  set_threads(0);
  CHECK(last_mean(national(*Lived().simulation, "participation"), 1) > 0.01);  // something happened
}

TEST_CASE("digest: another seed, another replicate, another parameter is another result") {
  const Lived base;
  const std::string series = series_digest(*base.simulation);
  CHECK(series_digest(*Lived({{"run.seed", 2}}).simulation) != series);
  CHECK(series_digest(*Lived({{"run.replicate", 1}}).simulation) != series);
  CHECK(series_digest(*Lived({{"participation.b_eff", 1.1}}).simulation) != series);
}

TEST_CASE("digest: one society serves several runs, one after the other") {
  // simulation.h promises that a run begins by setting all changing columns.
  Lived run;
  const std::string first = series_digest(*run.simulation);
  run.start();
  run.weeks(26 + 78);
  CHECK(series_digest(*run.simulation) == first);
}

TEST_CASE("digest: a replicate is another run in the same society") {
  Experiment a;
  Experiment b;
  b.set("run.replicate", 1);
  for (Experiment* e : {&a, &b}) {
    add_usual_forms(*e);
    move_into_testland(*e);
  }
  for (const std::string& name : differing(a, b)) {
    INFO(name);
    const std::string column = name.substr(name.find('.') + 1);
    for (const AnyColumn* declared : a.residents().columns())
      if (declared->name() == column) CHECK(declared->life() == AnyColumn::Life::changing);
    for (const char* lasting : {"age", "sex", "income", "duty", "wish", "place_effect", "platform"})
      CHECK(column != lasting);
  }
}

TEST_CASE("digest: a mechanism that only draws random numbers changes nothing") {
  Lived base;
  for (const Phase phase : {Phase::levers, Phase::information, Phase::experience, Phase::publication}) {
    Lived run({}, std::make_unique<Dreamer>(phase));
    INFO(word(phase));
    CHECK(digest(run.simulation->result()) == digest(base.simulation->result()));
    CHECK(said(differing(base, run)).empty());
  }
}

TEST_CASE("digest: a mechanism that is off and whose columns nobody reads changes nobody else") {
  struct Case {
    std::string mechanism;
    std::vector<std::pair<std::string, Value>> unread;  ///< nobody reads its columns
    std::vector<std::string> own;
  };
  std::vector<Case> cases = {
      {"trust", {{"participation.b_trust", 0.0}, {"staff.a5", 0.0}, {"tension.enabled", false}},
          {"residents.trust", "residents.shared_trust", "akimats.trusted"}},
      {"efficacy", {{"participation.b_eff", 0.0}}, {"residents.efficacy"}},
      {"norms", {{"participation.b_norm", 0.0}}, {"residents.norm", "akimats.habitual_norm"}},
      {"sight", {{"participation.b_norm", 0.0}}, {"residents.visible", "residents.norm", "akimats.habitual_norm"}},
      {"satisfaction", {{"trust.t_sat", 0.0}}, {"residents.satisfaction", "residents.expectation"}},
      {"propensity", {{"participation.b_habit", 0.0}}, {"residents.propensity", "residents.aspiration"}},
  };
  for (Case& c : cases) {
    c.unread.emplace_back("indicators.enabled", false);  // they read all of these
    Lived with(c.unread);
    auto off = c.unread;
    off.emplace_back(c.mechanism + ".enabled", false);
    Lived without(off);
    const std::vector<std::string> differ = differing(with, without);
    INFO(c.mechanism << " off: " << said(differ));
    CHECK_FALSE(differ.empty());  // on, it did something
    for (const std::string& name : differ) {
      INFO(name);
      CHECK(std::find(c.own.begin(), c.own.end(), name) != c.own.end());
    }
    // Where others do read the columns they notice.
    Lived read;
    Lived unread({{c.mechanism + ".enabled", false}});
    CHECK(differing(read, unread).size() > c.own.size());
  }
}
