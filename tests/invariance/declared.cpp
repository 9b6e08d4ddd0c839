// Every mechanism writes only the columns it declares, and the residents of a block only.
#include <set>

#include "taxes.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

/// The whole world, which no declaration gives: a test may write an access of its own.
struct Everything final : Access {
  explicit Everything(Mechanism& mechanism) : Access(mechanism, How::reads, {"test", "everything"}, Start::given) {}
  void bind(World& world) override { world_ = &world; }
  World& operator*() const { return *world_; }

 private:
  World* world_ = nullptr;
};

/// Whether it is a column of a table that columns() looks at.
bool is_a_column(const Access::What& what) {
  return what.table != "budgets" && what.table != "dockets" && what.table != "trials" && what.column != "posts" &&
         what.table.find("budget") == std::string::npos;
}

/// What mechanisms did to columns, by name.
struct Deeds {
  std::map<std::string, std::set<std::string>> written;  ///< ever
  std::map<std::string, std::set<std::string>> made;     ///< by `prepare`
  std::vector<std::string> trespasses;                   ///< outside the block
  bool anew = false;                                     ///< whether a run is under way that is prepared again
};

/// Stands before a mechanism and looks at all columns before and after each of its hooks.
class Watched final : public Mechanism {
 public:
  Watched(Mechanism& inner, Deeds& deeds) : Mechanism(inner), inner_(inner), deeds_(deeds) {}
  void prepare(const Week& week) override {
    if (deeds_.anew) spoil();
    for (const std::string& name : watch([&] { inner_.prepare(week); })) deeds_.made[inner_.name()].insert(name);
  }
  void begin(const Week& week) override {
    watch([&] { inner_.begin(week); });
  }
  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return inner_.wanted(week, community);
  }
  [[nodiscard]] bool moves(const Week& week, std::size_t community) const override {
    return inner_.moves(week, community);
  }
  void residents(const Week& week, const Batch& batch, Exposure& exposure) override {
    watch([&] { inner_.residents(week, batch, exposure); }, &batch);
  }
  void end(const Week& week) override {
    watch([&] { inner_.end(week); });
  }

 private:
  /// Changes what `prepare` is to make, so that it shows where the same comes out.
  void spoil() {
    for (const Access* access : inner_.accesses()) {
      if (access->how() == Access::How::reads || access->start() != Start::made) continue;
      for (Table* table : tables(*everything_))
        for (AnyColumn* column : table->columns())
          if (access->what().table.find(table->name()) != std::string::npos && column->name() == access->what().column)
            for (std::byte& byte : column->bytes()) byte ^= std::byte{1};
    }
  }
  template <class Hook> std::vector<std::string> watch(Hook&& hook, const Batch* batch = nullptr) {
    World& world = *everything_;
    const auto before = test::columns(world);
    hook();
    std::vector<std::string> names;
    for (const std::string& name : differences(before, test::columns(world))) {
      names.push_back(name.substr(name.find('.') + 1));
      deeds_.written[inner_.name()].insert(names.back());
      if (batch != nullptr) stays_inside(world, name, before.at(name), *batch);
    }
    return names;
  }
  /// Blocks run in parallel: a hook may write to its own residents only.
  void stays_inside(World& world, const std::string& name, const std::vector<std::byte>& before, const Batch& batch) {
    for (AnyColumn* column : world.residents().columns()) {
      if (name != "residents." + column->name()) continue;
      const std::size_t width = column->bytes_per_agent();
      const std::span<const std::byte> was(before);
      const std::span<const std::byte> now = column->bytes();
      if (same_bytes(now.first(batch.first * width), was.first(batch.first * width)) &&
          same_bytes(now.subspan(batch.last * width), was.subspan(batch.last * width)))
        return;
    }
    deeds_.trespasses.push_back(inner_.name() + ": " + name);
  }

  Mechanism& inner_;
  Deeds& deeds_;
  Everything everything_{*this};
};

/// Writes a column that it does not declare, and beyond its block.
class Trespasser final : public Mechanism {
 public:
  Trespasser()
      : Mechanism({.name = "trespasser",
            .meaning = "writes what is not its own",
            .source = "test",
            .phase = Phase::digital}) {}
  [[nodiscard]] bool wanted(const Week& /*week*/, std::size_t community) const override { return community == 0; }
  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    Column<Share>& skill = (*everything_).residents().skill;
    skill[batch.first] = Share(0.5 + 0.1 * (week.number() % 2));
    skill[week.residents() - 1] = Share(0.5 + 0.1 * (week.number() % 2));
  }

 private:
  Everything everything_{*this};
};

/// Uses a column in `prepare` that it declares for the week only.
class Hasty final : public Mechanism {
 public:
  Hasty() : Mechanism({.name = "hasty", .meaning = "begins too early", .source = "test", .phase = Phase::digital}) {}
  void prepare(const Week& /*week*/) override { skill_.fill(Share(0.5)); }

 private:
  Add<Share> skill_{*this, &Residents::skill};
};

struct Onlooker : Deeds {
  std::vector<std::unique_ptr<Mechanism>> inner;
};

/// Three years of a small testland, every mechanism on and watched; then all are prepared anew, since what
/// `prepare` writes shows only where columns are not fresh.
Onlooker three_years(bool trespass) {
  Onlooker watch;
  Experiment e;
  add_usual_forms(e);
  add_usual_taxes(e);
  e.add_form("election", {{"period", 52}, {"week", 20}, {"decides", "office"}});
  e.add_form("gift", {{"period", 52}, {"week", 30}, {"decides", "funds"}, {"money", 5000.0}});
  e.add_form("review", {{"period", 52}, {"week", 40}, {"decides", "oversight"}});
  e.add_form("support", {{"period", 52}, {"week", 10}, {"decides", "support"}, {"scope", "national"}});
  e.add_form("feedback", {{"standing", true}, {"online", true}, {"needs", "access"}});
  for (const auto& mechanism : e.model.mechanisms) e.set(mechanism->name() + ".enabled", true);
  e.set({{"run.scale", 0.12}, {"run.warmup", 26}, {"participation.b_norm", 1.0}, {"norms.usual_rate", 0.3},
      {"wishes.rate", 0.5}, {"maslikhat.tolerance", 0.0}, {"revision.every", 1}, {"exchange.experiments", 13.0},
      {"exchange.pool", 0.5}, {"demography.mortality_men", 0.004}, {"demography.mortality_women", 0.004},
      {"output.levels", std::vector<std::string>{"nation"}}});
  e.add_policy("open", {{"lever", "akimat.openness"}, {"mode", "set"}, {"dose", 0.9}, {"start", 10}});
  e.add_policy("appoint", {{"lever", "akimat.elected"}, {"mode", "set"}, {"dose", 0.0}, {"start", 10},
                              {"regions", std::vector<std::string>{"R0"}}});
  e.add_policy("culture", {{"lever", "experience.support"}, {"mode", "set"}, {"dose", 10.0}, {"start", 10}});
  for (const Lever* lever : e.model.registry.levers())  // what is off by default has to be written, too
    if (lever->scenario() == 0 && lever->range().high > 0) {
      std::string name = lever->path();
      std::replace(name.begin(), name.end(), '.', '_');
      e.add_policy(name,
          {{"lever", lever->path()}, {"mode", "set"}, {"dose", std::min(0.1, lever->range().high)}, {"start", 20}});
    }
  if (trespass) e.model.mechanisms.push_back(std::make_unique<Trespasser>());
  watch.inner = std::move(e.model.mechanisms);
  e.model.mechanisms.clear();
  for (const auto& mechanism : watch.inner) e.model.mechanisms.push_back(std::make_unique<Watched>(*mechanism, watch));
  set_threads(1);
  move_into_testland(e);
  e.weeks(156);
  watch.anew = true;
  e.simulation->prepare();
  set_threads(0);
  return watch;
}

}  // namespace

TEST_CASE("declared: every mechanism writes the columns it declares, and no others") {
  const Onlooker watch = three_years(false);
  CHECK(watch.inner.size() == Model().mechanisms.size());
  for (const auto& mechanism : watch.inner) {
    const std::string& name = mechanism->name();
    std::set<std::string> declared;
    std::set<std::string> at_the_start;
    for (const Access* access : mechanism->accesses()) {
      if (access->how() == Access::How::reads || !is_a_column(access->what())) continue;
      declared.insert(access->what().column);
      if (access->start() == Start::made) at_the_start.insert(access->what().column);
    }
    const auto of = [&](const std::map<std::string, std::set<std::string>>& deeds) {
      return deeds.count(name) != 0 ? deeds.at(name) : std::set<std::string>{};
    };
    INFO(name << " declares what it does not write in this run, or the other way round; if a lever is 0 that would "
                 "move it, a policy above has to set it");
    CHECK(of(watch.written) == declared);
    CHECK(of(watch.made) == at_the_start);
  }
  for (const std::string& trespass : watch.trespasses) FAIL_CHECK("outside its block: " << trespass);
}

TEST_CASE("declared: what prepare uses without a word is told, with a way out") {
  Experiment e;
  e.model.mechanisms.push_back(std::make_unique<Hasty>());
  CHECK_THROWS_WITH(move_into_testland(e),
      "hasty: 'prepare' uses residents.skill (its declaration does not say so). Add at_start where it is made then, or "
      "as_given");
}

TEST_CASE("declared: the test notices a mechanism that writes what is not its own") {
  const Onlooker watch = three_years(true);
  CHECK(watch.written.at("trespasser") == std::set<std::string>{"skill"});
  CHECK(watch.inner.back()->columns(Access::How::writes).empty());
  CHECK(std::count(watch.trespasses.begin(), watch.trespasses.end(), "trespasser: residents.skill") > 0);
}
