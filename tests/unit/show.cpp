#include "command/show.h"

#include <limits>
#include <sstream>
#include <vector>

#include "catch.h"

using namespace kurultai;

namespace {

Result example() {
  Result result;
  result.attributes = {{"format_version", result_format_version}, {"title", std::string("Ауыл жиыны")},
      {"seed", std::int64_t{42}}, {"replicate", std::int64_t{3}}, {"scale", 0.05},
      {"digest", std::string("00112233445566778899aabbccddeeff")}, {"kurultai_version", std::string("0.1.0")}};
  constexpr int weeks = 200;
  std::vector<std::int32_t> week;
  std::vector<float> participation, efficacy, turnout, trust;
  for (int w = 0; w < weeks; ++w) {
    week.push_back(w);
    participation.push_back(0.2F + 0.001F * static_cast<float>(w));
    efficacy.push_back(0.5F);
    turnout.push_back(0.1F);
    turnout.push_back(w == 150 ? 0.9F : 0.3F);
    for (int r = 0; r < 3; ++r) trust.push_back(0.1F * static_cast<float>(r + 1) + 0.001F * static_cast<float>(w));
  }
  const Coordinate time{"week", {"week"}, week, "1", "week", "model"};
  Group nation{"series/nation", "nation", {}, {}};
  nation.coordinates = {time, {"form", {"form"}, std::vector<std::string>{"gathering", "e-vote"}, "", "form", "I3"}};
  nation.variables = {{"efficacy", {"week"}, efficacy, "1", "mean efficacy", "T7"},
      {"participation", {"week"}, participation, "1", "share of adults who took part", "D1"},
      {"turnout", {"week", "form"}, turnout, "1", "turnout of the eligible", "P3"}};
  Group region{"series/region", "regions", {}, {}};
  region.coordinates = {
      time, {"region", {"region"}, std::vector<std::string>{"Абай", "Akmola", "Astana"}, "", "region", "model"}};
  region.variables = {{"trust", {"week", "region"}, trust, "1", "mean trust", "model"}};
  Group survey{"surveys/q1", "survey", {}, {}};
  survey.coordinates = {{"item", {"item"}, std::vector<std::string>{"a", "b"}, "", "item", "Q1"}};
  survey.variables = {{"mean", {"item"}, std::vector<float>{1, 2}, "1", "mean", "Q1"}};
  result.groups = {nation, region, survey};
  return result;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t columns(const std::string& line) {
  std::size_t count = 0;
  for (const char c : line) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

std::vector<std::string> lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

/// The first line that holds `part`, "" if none does.
std::string line_with(const std::string& text, const std::string& part) {
  for (const std::string& line : lines(text))
    if (contains(line, part)) return line;
  return "";
}

}  // namespace

TEST_CASE("show: the head says what was run") {
  const std::string text = show(example(), false, 80);
  CHECK(lines(text)[0] == "Ауыл жиыны");
  CHECK(contains(text, "seed 42, replicate 3, scale 0.05, 200 weeks, 1402 values in 3 groups"));
  CHECK(contains(text, "digest 00112233445566778899aabbccddeeff"));
  CHECK(contains(text, "kurultai 0.1.0"));
  CHECK(text.back() == '\n');
}

TEST_CASE("show: a main series is a graph with its last, least and greatest value") {
  const std::string text = show(example(), false, 80);
  CHECK(contains(text, "share of adults who took part"));
  CHECK(contains(text, "last 0.399, least 0.200 (week 0), greatest 0.399 (week 199)"));
  // A rising line: the lowest row starts at the left, the uppermost ends at the right.
  const std::string top = line_with(text, "0.399 ┤"), bottom = line_with(text, "0.200 ┤");
  REQUIRE(!top.empty());
  REQUIRE(!bottom.empty());
  CHECK(columns(top) == 80);
  CHECK(columns(bottom) < 40);
  CHECK(contains(top, "⠉"));
}

TEST_CASE("show: other series and forms take a line each") {
  const std::string text = show(example(), false, 80);
  const std::string flat = line_with(text, "efficacy");
  CHECK(contains(flat, "0.500"));
  CHECK(!contains(flat, "█"));
  CHECK(contains(text, "turnout by form"));
  const std::string peak = line_with(text, "e-vote");
  CHECK(contains(peak, "█"));
  CHECK(contains(peak, "0.900"));
  CHECK(contains(line_with(text, "gathering"), "0.100"));
}

TEST_CASE("show: noise is no trend") {
  Result result = example();
  auto& values = std::get<std::vector<float>>(result.groups[0].variables[1].values);
  for (std::size_t w = 0; w < values.size(); ++w) values[w] = 0.5F + (w % 2 == 0 ? 0.0F : 0.001F);
  const std::string text = show(result, false, 80);
  CHECK(line_with(text, "0.525 ┤").size() < 30);  // the line keeps to the middle row
  CHECK(line_with(text, "0.476 ┤").size() < 30);
  CHECK(contains(text, "least 0.500 (week 0), greatest 0.501 (week 1)"));
}

TEST_CASE("show: long meanings are wrapped, small numbers keep their digits") {
  Result result = example();
  Variable& participation = result.groups[0].variables[1];
  participation.long_name = std::string(75, 'a') + " " + std::string(30, 'b');
  auto& values = std::get<std::vector<float>>(participation.values);
  values.assign(values.size(), 0.000512F);
  const std::string text = show(result, false, 80);
  CHECK(line_with(text, "aaa") == std::string(75, 'a'));
  CHECK(line_with(text, "bbb") == std::string(30, 'b'));
  CHECK(contains(text, "last 0.000512"));
}

TEST_CASE("show: regions are ranked by the first series") {
  const std::string text = show(example(), false, 80);
  const auto astana = text.find("Astana"), akmola = text.find("Akmola"), abai = text.find("Абай");
  REQUIRE(astana != std::string::npos);
  REQUIRE(abai != std::string::npos);
  CHECK(astana < akmola);
  CHECK(akmola < abai);
  CHECK(contains(line_with(text, "Astana"), "0.499"));
  CHECK(contains(text, "surveys/q1: 1 variable over 2 item"));
}

TEST_CASE("show: colours only where they are allowed, and no line is too wide") {
  CHECK(!contains(show(example(), false, 80), "\x1b"));
  CHECK(contains(show(example(), true, 80), "\x1b["));
  for (const int width : {0, 1, 72, 80, 100, 120, 1000}) {
    const std::size_t most = width == 0 ? 80 : width < 72 ? 72 : width > 120 ? 120 : static_cast<std::size_t>(width);
    for (const std::string& line : lines(show(example(), false, width))) {
      INFO(line);
      CHECK(columns(line) <= most);
    }
  }
}

TEST_CASE("show: what is absent is left out") {
  Result empty;
  CHECK(contains(show(empty, false, 80), "A result without a title"));
  Result result = example();
  result.groups.erase(result.groups.begin());
  CHECK(!contains(show(result, false, 80), "participation"));
  CHECK(contains(show(result, false, 80), "Astana"));
  result = example();
  result.groups.erase(result.groups.begin() + 1);
  CHECK(!contains(show(result, false, 80), "regions in"));
}

TEST_CASE("show: absent values, a single week and no week at all") {
  Result result = example();
  auto& values = std::get<std::vector<float>>(result.groups[0].variables[1].values);
  values.assign(values.size(), std::numeric_limits<float>::quiet_NaN());
  CHECK(contains(show(result, false, 80), "no values"));
  values[17] = 0.25F;
  CHECK(contains(show(result, false, 80), "last 0.250, least 0.250 (week 17)"));
  for (const std::size_t weeks : {std::size_t{1}, std::size_t{0}}) {
    Result brief = example();
    Group& nation = brief.groups[0];
    nation.coordinates[0].values = std::vector<std::int32_t>(weeks, 0);
    nation.variables[0].values = std::vector<float>(weeks, 0.5F);
    nation.variables[1].values = std::vector<float>(weeks, 0.5F);
    nation.variables[2].values = std::vector<float>(2 * weeks, 0.5F);
    CHECK_NOTHROW(check(brief));
    CHECK(contains(show(brief, false, 80), weeks == 1 ? "1 weeks" : "0 weeks"));
  }
}

TEST_CASE("show: a survey's last round stands beside the census") {
  Result result = example();
  Group survey{"surveys/q1", "do local bodies work?", {}, {}};
  survey.coordinates = {{"week", {"week"}, std::vector<std::int32_t>{40, 92}, "1", "week", "design"},
      {"item", {"item"}, std::vector<std::string>{"trust", "work"}, "1", "item", "Q1"}};
  const auto add = [&](const char* name, std::vector<double> values) {
    survey.variables.push_back({name, {"week", "item"}, std::move(values), "1", name, "Q1"});
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  add("respondents", {100, 100, 87, 0});
  add("estimate", {1, 1, 3.4, nan});
  add("low", {1, 1, 3.1, nan});
  add("high", {1, 1, 3.7, nan});
  add("census", {1, 1, 3.25, 2.5});
  result.groups.push_back(survey);
  const std::string text = show(result, false, 80);
  CHECK(contains(text, "survey q1, week 92 (the last of 2 rounds)"));
  const std::string trust = line_with(text, "3.10 to 3.70");
  CHECK(contains(trust, "87"));
  CHECK(contains(trust, "3.25"));
  CHECK(contains(line_with(text, "2.50"), "–"));  // nobody answered
}
