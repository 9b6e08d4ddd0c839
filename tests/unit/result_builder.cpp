#include "observation/result_builder.h"

#include "catch.h"
#include "observation/output_settings.h"

using namespace kurultai;

TEST_CASE("a group is built by name") {
  GroupBuilder builder("panel", "a sample");
  builder.from("design").coordinates({"reach"});
  builder.over(weeks_coordinate({0, 4}));
  builder.add("trust", std::vector<double>{0.5, 0.25}).says("trust").unit("points").from("model");
  builder.over("resident", counted(1)).says("number");
  builder.add("act", std::vector<std::uint8_t>{0, 1})
      .says("took part")
      .one_of({"no", "yes"})
      .coordinates({})
      .fact(fact::weeks_needed, std::int64_t{52});
  builder.over_only({"resident"}).add("reach", std::vector<double>{1}).coordinates({});
  Result result;
  result.groups.push_back(builder.take());
  check(result);

  const Group& group = result.groups[0];
  CHECK(group.path == "panel");
  CHECK(group.long_name == "a sample");
  CHECK(group.coordinate("week")->source == "design");
  CHECK(group.coordinate("resident")->long_name == "number");
  const Variable& trust = *group.variable("trust");
  CHECK(trust.dimensions == std::vector<std::string>{"week"});
  CHECK(trust.unit == "points");
  CHECK(trust.source == "model");
  CHECK(trust.coordinates == std::vector<std::string>{"reach"});
  const Variable& act = *group.variable("act");
  CHECK(act.dimensions == std::vector<std::string>{"week", "resident"});
  CHECK(act.unit == "1");
  CHECK(act.source == "design");
  CHECK(act.flag_meanings == std::vector<std::string>{"no", "yes"});
  CHECK(act.facts.at(fact::weeks_needed) == Attribute(std::int64_t{52}));
  CHECK(group.variable("reach")->dimensions == std::vector<std::string>{"resident"});
}

TEST_CASE("an unknown level is told with those there are") {
  OutputSettings output;
  CHECK(output.inconsistency().empty());
  REQUIRE(output.levels.set(std::vector<std::string>{"nation", "village"}).empty());
  CHECK(output.inconsistency() ==
        "levels has 'village', but there are only nation, region, community_type, stratum, "
        "arm, district and community");
}
