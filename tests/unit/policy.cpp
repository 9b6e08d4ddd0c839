#include "scenario/policy.h"

#include "base/error.h"
#include "catch.h"

using namespace kurultai;

namespace {

struct Information : Section {
  explicit Information(const std::string& name = "information") : Section(name, "") {}
  Lever reach{*this, "reach", 0.1, {0, 1}, ""};
  Lever mail{*this, "mail", 0.0, {0, 1}, "", "", {.personal = true}};
  Real q_aware{*this, "q_aware", 0.05, {0, 1}, ""};
  Flag standing{*this, "standing", false, ""};
};

struct World {
  World() {
    registry.add(information);
    registry.add(policies);
    source.path = "a.toml";
  }
  PolicySpec& policy(const std::string& lever) {
    auto& made = static_cast<PolicySpec&>(policies.entry("p"));
    REQUIRE(made.lever.set(lever).empty());
    return made;
  }
  std::string refusal() {
    try {
      check_policies(policies, registry, source);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::scenario);
      return error.what();
    }
    return {};
  }
  Information information;
  Collection<PolicySpec> policies{"policy", ""};
  Registry registry;
  ScenarioSource source;
};

void put(Field& field, const Value& value) { REQUIRE(field.set(value).empty()); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const Range all;

}  // namespace

TEST_CASE("policy: the dose is there from start to end and grows over the ramp") {
  PolicySpec policy("policy.p");
  CHECK(dose_at(policy, -1) == 0);
  CHECK(dose_at(policy, 0) == 1);
  CHECK(dose_at(policy, 100000) == 1);
  put(policy.start, std::int64_t{10});
  put(policy.end, std::int64_t{20});
  put(policy.ramp, std::int64_t{4});
  CHECK(dose_at(policy, 9) == 0);
  CHECK(dose_at(policy, 10) == 0.25);
  CHECK(dose_at(policy, 11) == 0.5);
  CHECK(dose_at(policy, 13) == 1);
  CHECK(dose_at(policy, 20) == 1);
  CHECK(dose_at(policy, 21) == 0);
  put(policy.ramp, std::int64_t{1});
  CHECK(dose_at(policy, 10) == 1);
}

TEST_CASE("policy: adds to, sets or multiplies the lever, inside its range") {
  PolicySpec policy("policy.p");
  put(policy.dose, 0.5);
  CHECK(moved(0.25, 0, policy, all) == 0.25);
  CHECK(moved(0.25, 0.5, policy, all) == 0.5);
  CHECK(moved(0.25, 1, policy, all) == 0.75);
  CHECK(moved(0.75, 1, policy, {0, 1}) == 1);
  put(policy.dose, -3.0);
  CHECK(moved(0.75, 1, policy, {0, 1}) == 0);
  put(policy.dose, 0.5);
  put(policy.mode, std::string("set"));
  CHECK(moved(0.25, 0, policy, all) == 0.25);
  CHECK(moved(0.25, 0.5, policy, all) == 0.375);
  CHECK(moved(0.25, 1, policy, all) == 0.5);
  put(policy.mode, std::string("multiply"));
  CHECK(moved(0.5, 0, policy, all) == 0.5);
  CHECK(moved(0.5, 0.5, policy, all) == 0.375);
  CHECK(moved(0.5, 1, policy, all) == 0.25);
}

TEST_CASE("policy: contradictions in one policy") {
  PolicySpec policy("policy.p");
  CHECK(policy.inconsistency().empty());
  put(policy.start, std::int64_t{10});
  put(policy.end, std::int64_t{9});
  CHECK(has(policy.inconsistency(), "ends in week 9"));
  put(policy.end, std::int64_t{10});
  CHECK(policy.inconsistency().empty());
  put(policy.trial, true);
  CHECK(has(policy.inconsistency(), "trial"));
  put(policy.share, 0.5);
  CHECK(policy.inconsistency().empty());
  put(policy.income_above, 2.0);
  put(policy.income_below, 1.0);
  CHECK(has(policy.inconsistency(), "income"));
  put(policy.income_below, 3.0);
  put(policy.population_below, 0.0);
  CHECK(has(policy.inconsistency(), "population"));
  put(policy.population_below, 100.0);
  put(policy.poorest_share, 0.5);
  put(policy.richest_share, 0.5);
  CHECK(has(policy.inconsistency(), "nobody"));
  put(policy.richest_share, 1.0);
  CHECK(policy.inconsistency().empty());
  put(policy.mode, std::string("multiply"));
  put(policy.dose, -1.0);
  CHECK(has(policy.inconsistency(), "multiplied"));
}

TEST_CASE("policy: moves levers and nothing else") {
  World none;
  CHECK(none.refusal().empty());
  World good;
  const PolicySpec& policy = good.policy("information.reach");
  CHECK(good.refusal().empty());
  CHECK(&lever_of(policy, good.registry) == &good.information.reach);
  World empty;
  empty.policy("");
  CHECK(has(empty.refusal(), "policy.p names no lever"));
  World mistyped;
  mistyped.policy("information.reech");
  CHECK(has(mistyped.refusal(), "unknown lever \"information.reech\""));
  CHECK(has(mistyped.refusal(), "did you mean 'information.reach'?"));
  World fixed;
  fixed.source.places["policy.p"] = "a.toml:3";
  fixed.source.places["policy.p.lever"] = "a.toml:4";
  fixed.policy("information.q_aware");
  CHECK(has(fixed.refusal(), "a.toml:4: policy.p: policy on a parameter that is no lever, information.q_aware"));
  CHECK_THROWS_AS(lever_of(fixed.policies[0], fixed.registry), std::logic_error);
  World too_far;
  put(too_far.policy("information.reach").mode, std::string("set"));
  put(too_far.policies[0].dose, 1.5);
  CHECK(has(too_far.refusal(), "cannot set information.reach to 1.5"));
}

TEST_CASE("policy: a target names places that exist") {
  World world;
  put(world.policy("information.reach").regions, std::vector<std::string>{"KZ10", "Abay Region"});
  const KnownTargets known{
      {"KZ10", "Abai Region"}, {"KZ1010"}, {"town"}, {"c1"}, {"basic", "higher"}, {"farmer", "student"}};
  world.source.places["policy.p.regions"] = "a.toml:7";
  try {
    check_targets(world.policies, known, world.source);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::scenario);
    CHECK(has(error.what(), "a.toml:7: policy.p.regions: unknown place \"Abay Region\""));
    CHECK(has(error.what(), "did you mean 'Abai Region'?"));
  }
  put(world.policies[0].regions, std::vector<std::string>{"Abai Region"});
  put(world.policies[0].types, std::vector<std::string>{"town"});
  put(world.policies[0].communities, std::vector<std::string>{"c1"});
  CHECK_NOTHROW(check_targets(world.policies, known, world.source));
  put(world.policies[0].districts, std::vector<std::string>{"c1"});
  CHECK_THROWS_AS(check_targets(world.policies, known, world.source), Error);
}

TEST_CASE("policy: arms of one lot lie side by side") {
  World world;
  const auto arm = [&](const std::string& name, double share, const std::string& lot) -> PolicySpec& {
    auto& made = static_cast<PolicySpec&>(world.policies.entry(name));
    put(made.lever, std::string("information.reach"));
    put(made.share, share);
    put(made.lot, lot);
    return made;
  };
  arm("b", 0.25, "mail");
  arm("a", 0.5, "mail");
  arm("alone", 0.5, "");
  CHECK(world.policies[0].lot_name() == "policy.mail");
  CHECK(world.policies[1].lot_name() == "policy.alone");
  const std::vector<Slice> drawn = slices(world.policies);  // a, alone, b
  CHECK(drawn[0].from == 0.0);
  CHECK(drawn[0].to == 0.5);
  CHECK(drawn[1].from == 0.0);
  CHECK(drawn[1].to == 0.5);
  CHECK(drawn[2].from == 0.5);
  CHECK(drawn[2].to == 0.75);
  CHECK(world.refusal().empty());

  PolicySpec& c = arm("c", 0.25, "mail");
  CHECK(world.refusal().empty());
  CHECK(slices(world.policies)[3].to == 1.0);
  put(c.share, 0.375);
  CHECK(has(world.refusal(), "the shares of the 3 arms of policy.mail add up to 1.125"));
  put(c.share, 0.25);
  put(c.unit, std::string("resident"));
  world.information.reach.set(0.2);
  CHECK(has(world.refusal(), "policy.c moves information.reach for single residents"));
  put(c.lever, std::string("information.mail"));
  CHECK(has(world.refusal(), "policy.a and policy.c share a lot but differ in unit"));
}

TEST_CASE("policy: single residents are treated by levers that can differ between them") {
  World world;
  PolicySpec& policy = world.policy("information.reach");
  put(policy.unit, std::string("household"));
  const std::string text = world.refusal();
  CHECK(has(text, "policy.p moves information.reach for single households"));
  CHECK(has(text, "information.mail"));
  put(policy.lever, std::string("information.mail"));
  CHECK(world.refusal().empty());
  CHECK(policy.within_communities());
  CHECK_FALSE(policy.is_trial());
  put(policy.community_share, 0.5);
  CHECK(policy.is_trial());
}

TEST_CASE("policy: a trial's outcome is a form of the scenario") {
  World world;
  Collection<Information> forms{"form", ""};
  forms.entry("gathering");
  forms.entry("vote");
  world.registry.add(forms);
  PolicySpec& policy = world.policy("information.reach");
  put(policy.share, 0.5);
  put(policy.outcome, std::string("gathring"));
  CHECK(has(policy.inconsistency(), "trial = true"));
  put(policy.trial, true);
  CHECK(policy.inconsistency().empty());
  CHECK(has(world.refusal(), "policy.p.outcome: unknown form \"gathring\""));
  CHECK(has(world.refusal(), "did you mean 'gathering'?"));
  put(policy.outcome, std::string("zzz"));
  CHECK(has(world.refusal(), "there are: gathering, vote"));
  put(policy.outcome, std::string("vote"));
  CHECK(world.refusal().empty());
  put(static_cast<Information&>(forms.entry("vote")).standing, true);
  CHECK(has(world.refusal(), "policy.p.outcome: \"vote\" is a standing form"));
}

TEST_CASE("policy: conditions on residents") {
  PolicySpec policy("policy.p");
  put(policy.age_from, std::int64_t{60});
  CHECK(has(policy.inconsistency(), "age_from chooses residents"));
  put(policy.unit, std::string("resident"));
  CHECK(policy.inconsistency().empty());
  put(policy.age_to, std::int64_t{50});
  CHECK(has(policy.inconsistency(), "age_from 60 is above age_to 50"));
  put(policy.age_to, std::int64_t{70});
  put(policy.one, true);
  CHECK(has(policy.inconsistency(), "unit = \"household\""));
  put(policy.unit, std::string("household"));
  CHECK(policy.inconsistency().empty());

  World world;
  world.policy("information.mail");
  const KnownTargets known{{}, {}, {}, {}, {"basic", "higher"}, {"farmer", "student"}};
  put(world.policies[0].occupations, std::vector<std::string>{"farmers"});
  const auto refusal = [&] {
    try {
      check_targets(world.policies, known, world.source);
    } catch (const Error& error) { return std::string(error.what()); }
    return std::string();
  };
  CHECK(has(refusal(), "policy.p.occupations: unknown occupation \"farmers\""));
  CHECK(has(refusal(), "did you mean 'farmer'?"));
  put(world.policies[0].occupations, std::vector<std::string>{"student"});
  put(world.policies[0].education, std::vector<std::string>{"phd"});
  CHECK(has(refusal(), "unknown education \"phd\""));
  CHECK(has(refusal(), "there are: basic, higher"));
  put(world.policies[0].education, std::vector<std::string>{"higher"});
  CHECK(refusal().empty());
}

TEST_CASE("policy: a place by a name that several have is refused with their codes, unless regions tell which") {
  const KnownTargets known{{"A", "Region A", "B", "Region B"}, {"a1", "Central", "b1", "Central"}, {}, {}, {}, {}};
  const auto told = [&](const std::vector<std::string>& regions, const std::string& district) {
    Collection<PolicySpec> policies{"policy", ""};
    auto& policy = dynamic_cast<PolicySpec&>(policies.entry("p"));
    REQUIRE(policy.regions.set(regions).empty());
    REQUIRE(policy.districts.set(std::vector<std::string>{district}).empty());
    try {
      check_targets(policies, known, {});
    } catch (const Error& error) { return std::string(error.what()); }
    return std::string();
  };
  CHECK(told({}, "Central").find("names no single place") != std::string::npos);
  CHECK(told({}, "Central").find("a1, b1") != std::string::npos);
  CHECK(told({"Region A"}, "Central").empty());
  CHECK(told({}, "b1").empty());
}
