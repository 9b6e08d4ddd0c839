#include "observation/result.h"

#include <bit>
#include <limits>
#include <stdexcept>

#include "catch.h"

using namespace kurultai;

namespace {

Result small_result() {
  Result result;
  result.attributes = {{"format_version", result_format_version}, {"scenario", std::string("title = \"a\"\n")},
      {"seed", std::int64_t{7}}, {"replicate", std::int64_t{0}}, {"kurultai_version", std::string("0.1")}};
  Group nation{"series/nation", "the nation", {}, {}};
  nation.coordinates = {{"week", {"week"}, std::vector<std::int32_t>{0, 1, 2}, "1", "week", "model"},
      {"form", {"form"}, std::vector<std::string>{"gathering", "e-vote"}, "", "form", "I3"}};
  nation.variables = {{"trust", {"week"}, std::vector<float>{0.5F, 0.25F, 0.125F}, "1", "mean trust", "model"},
      {"turnout", {"week", "form"}, std::vector<double>{1, 2, 3, 4, 5, 6}, "1", "turnout", "P3"}};
  Group type{"series/community_type", "types", {}, {}};
  type.coordinates = {
      {"kind", {"kind"}, std::vector<std::uint8_t>{0, 1}, "1", "kind", "model", {"rural okrug", "town"}}};
  result.groups = {nation, type};
  result.provenance = {{"host", std::string("here")}};
  return result;
}

float nan_with_payload(std::uint32_t bits) { return std::bit_cast<float>(bits); }

}  // namespace

TEST_CASE("result: groups, coordinates and variables are found by name") {
  const Result result = small_result();
  REQUIRE(result.group("series/nation") != nullptr);
  CHECK(result.group("series") == nullptr);
  const Group& nation = *result.group("series/nation");
  REQUIRE(nation.variable("trust") != nullptr);
  CHECK(nation.variable("trust")->long_name == "mean trust");
  CHECK(nation.variable("week") == nullptr);
  REQUIRE(nation.coordinate("form") != nullptr);
  CHECK(size_of(nation.coordinate("form")->values) == 2);
}

TEST_CASE("result: the digest is that of the contents, in any order") {
  const Result result = small_result();
  const std::string expected = digest(result);
  CHECK(expected.size() == 32);
  CHECK(expected.find_first_not_of("0123456789abcdef") == std::string::npos);

  Result other = small_result();
  std::swap(other.groups[0], other.groups[1]);
  std::swap(other.groups[1].variables[0], other.groups[1].variables[1]);
  std::swap(other.groups[1].coordinates[0], other.groups[1].coordinates[1]);
  other.provenance["host"] = std::string("there");
  other.attributes["kurultai_version"] = std::string("9.9");
  other.attributes["digest"] = std::string("0123");
  other.groups[1].variables[0].long_name = "said better";
  CHECK(digest(other) == expected);
}

TEST_CASE("result: the digest tells every change of contents") {
  const std::string expected = digest(small_result());
  const auto changed = [&](auto change) {
    Result result = small_result();
    change(result);
    return digest(result) != expected;
  };
  CHECK(changed([](Result& r) { std::get<std::vector<float>>(r.groups[0].variables[0].values)[1] = 0.2500001F; }));
  CHECK(changed([](Result& r) { r.groups[0].variables[0].unit = "tenge"; }));
  CHECK(changed([](Result& r) { r.groups[0].variables[0].name = "trusts"; }));
  CHECK(changed([](Result& r) { r.groups[0].path = "series/region"; }));
  CHECK(
      changed([](Result& r) { r.groups[0].coordinates[1].values = std::vector<std::string>{"gatherin", "ge-vote"}; }));
  CHECK(changed([](Result& r) { r.groups[0].variables[0].values = std::vector<double>{0.5, 0.25, 0.125}; }));
  CHECK(changed([](Result& r) { r.groups[1].coordinates[0].flag_meanings[1] = "city"; }));
  CHECK_FALSE(changed([](Result& r) { r.attributes["seed"] = std::int64_t{8}; }));
  CHECK_FALSE(changed([](Result& r) { r.attributes["replicate"] = std::int64_t{1}; }));
  CHECK_FALSE(changed([](Result& r) { r.attributes["scenario"] = std::string("title = \"b\"\n"); }));
  CHECK(changed([](Result& r) { r.groups[0].coordinates.pop_back(); }));
}

TEST_CASE("result: all NaNs hash alike, and unlike a number") {
  Result a = small_result(), b = small_result();
  auto& x = std::get<std::vector<float>>(a.groups[0].variables[0].values);
  auto& y = std::get<std::vector<float>>(b.groups[0].variables[0].values);
  x[0] = nan_with_payload(0x7fc00000U);
  y[0] = nan_with_payload(0xffc12345U);
  CHECK(digest(a) == digest(b));
  CHECK(digest(a) != digest(small_result()));
  auto& wide = std::get<std::vector<double>>(a.groups[0].variables[1].values);
  auto& other = std::get<std::vector<double>>(b.groups[0].variables[1].values);
  wide[2] = std::numeric_limits<double>::quiet_NaN();
  other[2] = -std::numeric_limits<double>::quiet_NaN();
  CHECK(digest(a) == digest(b));
}

TEST_CASE("result: long arrays are hashed to their last value") {
  Result result = small_result();
  std::vector<std::int32_t> weeks(5000, 1);
  result.groups[0].coordinates[0].values = weeks;
  result.groups[0].variables[0].values = std::vector<float>(5000, 0.5F);
  result.groups[0].variables.pop_back();
  const std::string expected = digest(result);
  std::get<std::vector<float>>(result.groups[0].variables[0].values)[4999] = 0.25F;
  CHECK(digest(result) != expected);
}

TEST_CASE("result: a meaning becomes one word") {
  CHECK(flag_word("rural okrug") == "rural_okrug");
  CHECK(flag_word("town") == "town");
  CHECK(flag_word("").size() > 0);
}

TEST_CASE("result: check finds what breaks the rules") {
  CHECK_NOTHROW(check(small_result()));
  const auto refused = [](auto change) {
    Result result = small_result();
    change(result);
    try {
      check(result);
    } catch (const std::logic_error&) { return true; }
    return false;
  };
  CHECK(refused([](Result& r) { r.groups[0].variables[0].dimensions = {"region"}; }));
  CHECK(refused([](Result& r) { std::get<std::vector<float>>(r.groups[0].variables[0].values).pop_back(); }));
  CHECK(refused([](Result& r) { r.groups[0].variables[1].dimensions = {"week"}; }));
  CHECK(refused([](Result& r) { r.groups[0].coordinates[1].dimensions = {"week"}; }));
  CHECK(refused([](Result& r) { r.groups[0].variables[1].name = "trust"; }));
  CHECK(refused([](Result& r) { r.groups[0].variables[1].name = "week"; }));
  CHECK(refused([](Result& r) { r.groups[0].variables[1].name = "a/b"; }));
  CHECK(refused([](Result& r) { r.groups[1].path = r.groups[0].path; }));
  CHECK(refused([](Result& r) { r.groups[0].variables[0].flag_meanings = {"no", "yes"}; }));
}

TEST_CASE("result: the digest of a sweep is that of its design and its runs") {
  Result sweep = small_result();
  sweep.attributes["kind"] = std::string("sweep");
  CHECK_FALSE(is_sweep(sweep));
  CHECK(digest(sweep) == digest(small_result()));
  sweep.groups.push_back({"design", "the design", {}, {}});
  sweep.groups.push_back({"runs", "the runs", {}, {}});
  sweep.groups[3].variables = {{"digest", {}, std::vector<std::string>{"0123"}, "", "digest", "sweep"}};
  CHECK(is_sweep(sweep));
  const std::string expected = digest(sweep);
  const std::string expected_whole = whole_digest(sweep);
  CHECK(expected != expected_whole);
  Result other = sweep;
  other.groups[0].variables.clear();
  CHECK(digest(other) == expected);
  CHECK(whole_digest(other) != expected_whole);
  other.groups[3].variables[0].values = std::vector<std::string>{"0124"};
  CHECK(digest(other) != expected);
  other = sweep;
  other.groups[2].path = "designs";
  CHECK(digest(other) != expected);
  other = sweep;
  other.attributes.erase("kind");
  CHECK(digest(other) == expected_whole);
}

TEST_CASE("result: an outline may lack the values over its points, a result may not") {
  Result result;
  Group runs{"runs", "the runs", {}, {}};
  runs.coordinates = {{"point", {"point"}, std::vector<std::int32_t>{0, 1}, "1", "point", "design"}};
  runs.variables = {{"trust", {"point"}, std::vector<float>{}, "1", "trust", "model"},
      {"reach", {"point"}, std::vector<double>{1, 2}, "1", "reach", "axis"}};
  result.groups = {runs};
  CHECK_NOTHROW(check_outline(result));
  CHECK_THROWS_AS(check(result), std::logic_error);
  result.groups[0].variables[0].coordinates = {"reach"};
  CHECK_NOTHROW(check_outline(result));
  result.groups[0].variables[0].coordinates = {"scale"};
  CHECK_THROWS_AS(check_outline(result), std::logic_error);
}
