// Every mechanism writes only the columns it declares, and the residents of a block only.
#include <set>

#include "taxes.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

/// Stands before a mechanism and looks at all columns before and after each of its hooks.
class Watched final : public Mechanism {
 public:
  Watched(Mechanism& inner, std::map<std::string, std::set<std::string>>& written, std::vector<std::string>& trespasses)
      : Mechanism(inner.role()),
        inner_(inner),
        written_(written[inner.name()]),
        trespasses_(trespasses) {
    for (const SeriesSpec& series : inner.series()) observe(series);
  }
  void prepare(World& world) override {
    watch(world, [&] { inner_.prepare(world); });
  }
  void begin(World& world) override {
    watch(world, [&] { inner_.begin(world); });
  }
  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return inner_.wanted(world, community);
  }
  void residents(World& world, const Block& block, Exposure& exposure) override {
    watch(world, [&] { inner_.residents(world, block, exposure); }, &block);
  }
  void end(World& world) override {
    watch(world, [&] { inner_.end(world); });
  }

 private:
  template <class Hook> void watch(World& world, Hook&& hook, const Block* block = nullptr) {
    const auto before = columns(world);
    hook();
    for (const std::string& name : differences(before, columns(world))) {
      written_.insert(name.substr(name.find('.') + 1));
      if (block != nullptr) stays_inside(world, name, before.at(name), *block);
    }
  }
  /// Blocks run in parallel: a hook may write to its own residents only.
  void stays_inside(World& world, const std::string& name, const std::vector<std::byte>& before, const Block& block) {
    for (AnyColumn* column : world.residents().columns()) {
      if (name != "residents." + column->name()) continue;
      const std::size_t width = column->bytes_per_agent();
      const std::span<const std::byte> was(before);
      const std::span<const std::byte> now = column->bytes();
      if (same_bytes(now.first(block.first * width), was.first(block.first * width)) &&
          same_bytes(now.subspan(block.last * width), was.subspan(block.last * width)))
        return;
    }
    trespasses_.push_back(inner_.name() + ": " + name);
  }

  Mechanism& inner_;
  std::set<std::string>& written_;
  std::vector<std::string>& trespasses_;
};

/// Writes a column that it does not declare, and beyond its block.
class Trespasser final : public Mechanism {
 public:
  Trespasser()
      : Mechanism({.name = "trespasser",
            .meaning = "writes what is not its own",
            .source = "test",
            .phase = Phase::digital,
            .reads = {},
            .writes = {}}) {}
  [[nodiscard]] bool wanted(const World& /*world*/, std::size_t community) const override { return community == 0; }
  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    world.residents().skill[block.first] = Share(0.5 + 0.1 * (world.week % 2));
    world.residents().skill[world.residents().size() - 1] = Share(0.5 + 0.1 * (world.week % 2));
  }
};

struct Watch {
  std::map<std::string, std::set<std::string>> written;
  std::vector<std::string> trespasses;
  std::map<std::string, Mechanism::Role> roles;
};

/// Three years of a small testland, every mechanism on and watched; then all are prepared anew, since what
/// `prepare` writes shows only where columns are not fresh.
Watch three_years(bool trespass) {
  Watch watch;
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
  if (trespass) e.model.mechanisms.push_back(std::make_unique<Trespasser>());
  std::vector<std::unique_ptr<Mechanism>> inner = std::move(e.model.mechanisms);
  e.model.mechanisms.clear();
  for (const auto& mechanism : inner) {
    watch.roles.emplace(mechanism->name(), mechanism->role());
    e.model.mechanisms.push_back(std::make_unique<Watched>(*mechanism, watch.written, watch.trespasses));
  }
  set_threads(1);
  move_into_testland(e);
  e.weeks(156);
  for (const auto& mechanism : e.model.mechanisms) mechanism->prepare(e.world());
  set_threads(0);
  return watch;
}

}  // namespace

TEST_CASE("declared: every mechanism writes the columns it declares, and no others") {
  const Watch watch = three_years(false);
  CHECK(watch.roles.size() == Model().mechanisms.size());
  for (const auto& [name, role] : watch.roles) {
    std::set<std::string> declared(role.writes.begin(), role.writes.end());
    declared.insert(role.adds.begin(), role.adds.end());
    for (const std::string& column : watch.written.at(name)) {
      INFO(name << " writes " << column << " and does not say so");
      CHECK(declared.count(column) == 1);
    }
    for (const std::string& column : declared) {
      INFO(name << " says that it writes " << column << " and never does");
      CHECK(watch.written.at(name).count(column) == 1);
    }
  }
  for (const std::string& trespass : watch.trespasses) FAIL_CHECK("outside its block: " << trespass);
}

TEST_CASE("declared: columns that are read and written exist") {
  Experiment e;
  e.move_into(society_of({2}, {}));
  std::set<std::string> known = {"exposure"};  // what the exposure pass hands on
  for (const auto& [name, bytes] : columns(e.world())) known.insert(name.substr(name.find('.') + 1));
  for (const auto& mechanism : e.model.mechanisms) {
    const Mechanism::Role& role = mechanism->role();
    for (const auto* list : {&role.reads, &role.writes, &role.adds})
      for (const std::string& column : *list) {
        INFO(role.name << ": " << column);
        CHECK(known.count(column) == 1);
      }
  }
}

TEST_CASE("declared: the test notices a mechanism that writes what is not its own") {
  const Watch watch = three_years(true);
  CHECK(watch.written.at("trespasser") == std::set<std::string>{"skill"});
  CHECK(std::count(watch.trespasses.begin(), watch.trespasses.end(), "trespasser: residents.skill") > 0);
}
