#include "scenario/field.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <stdexcept>

#include "base/nearest.h"
#include "catch.h"

using namespace kurultai;

namespace {

struct Every : Section {
  Every() : Section("every", "a field of every kind") {}
  Real share{*this, "share", 0.5, {0, 1}, ""};
  Real positive{*this, "positive", 1, {0, std::numeric_limits<double>::infinity()}, ""};
  Real free{*this, "free", 0, {}, ""};
  Whole weeks{*this, "weeks", 52, {1, 5200}, ""};
  Flag on{*this, "on", true, ""};
  WordChoice rule{*this, "rule", "logistic", {"logistic", "threshold"}, ""};
  Text file{*this, "file", "a.csv", ""};
  Texts places{*this, "places", {}, ""};
  Numbers mix{*this, "mix", {0.2, 0.8}, {0, 1}, ""};
  Lever reach{*this, "reach", 0.1, {0, 1}, ""};
};

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();
const Value text = std::string("0.5");

}  // namespace

TEST_CASE("field: a real takes numbers in its range and nothing else") {
  Every s;
  CHECK(s.share.set(0.25).empty());
  CHECK(s.share == 0.25);
  CHECK(s.share.set(std::int64_t{1}).empty());
  CHECK(s.share == 1.0);
  CHECK(s.share.set(1.0000001) == "must lie in [0, 1]");
  CHECK(s.share.set(-1e-300) == "must lie in [0, 1]");
  CHECK(s.share.set(not_a_number) == "must be a finite number");
  CHECK(s.share.set(infinite) == "must be a finite number");
  CHECK(s.free.set(-infinite) == "must be a finite number");
  CHECK(s.share.set(true) == "must be a number");
  CHECK(s.share.set(text) == "must be a number");
  CHECK(s.share.set(std::vector<double>{0.5}) == "must be a number");
  CHECK(s.positive.set(-1.0) == "must be at least 0");
  CHECK(s.share == 1.0);  // what is refused changes nothing
  CHECK(s.positive == 1.0);
  CHECK(std::get<double>(s.share.default_value()) == 0.5);
  CHECK(s.share.allowed() == "a number in [0, 1]");
  CHECK(s.positive.allowed() == "a number of at least 0");
  CHECK(s.free.allowed() == "a number");
}

TEST_CASE("field: a whole number may be written as a real that is whole") {
  Every s;
  CHECK(s.weeks.set(1e3).empty());
  CHECK(s.weeks == 1000);
  CHECK(s.weeks.set(10.5) == "must be a whole number");
  CHECK(s.weeks.set(not_a_number) == "must be a whole number");
  CHECK(s.weeks.set(infinite) == "must be a whole number");
  CHECK(s.weeks.set(1e300) == "must lie in [1, 5200]");
  CHECK(s.weeks.set(std::int64_t{0}) == "must lie in [1, 5200]");
  CHECK(s.weeks.set(std::int64_t{5201}) == "must lie in [1, 5200]");
  CHECK(s.weeks.set(std::string("52")) == "must be a whole number");
  CHECK(s.weeks.set(false) == "must be a whole number");
  CHECK(s.weeks == 1000);
}

TEST_CASE("field: a whole number without bounds refuses reals that name no single number") {
  Section section("s", "");
  Whole free(section, "free", 0, {});
  CHECK_FALSE(free.set(1e16).empty());
  CHECK_FALSE(free.set(-1e300).empty());
  CHECK(free.set(std::int64_t{9007199254740993}).empty());
  CHECK(free == 9007199254740993);
}

TEST_CASE("field: flags, choices, texts and lists") {
  Every s;
  CHECK(s.on.set(std::int64_t{1}) == "must be true or false");
  CHECK(s.on.set(false).empty());
  CHECK_FALSE(s.on);
  CHECK(s.rule.set(std::string("treshold")) == "must be one of logistic, threshold (nearest: threshold)");
  CHECK(s.rule.set(std::string("qqqqqqqq")) == "must be one of logistic, threshold");
  CHECK(s.rule.set(true) == "must be one of logistic, threshold");
  CHECK(s.rule.is("logistic"));
  CHECK(s.rule.set(std::string("threshold")).empty());
  CHECK(s.rule.index() == 1);
  CHECK(s.file.set(1.0) == "must be a text");
  CHECK(s.file.set(std::string("b.csv")).empty());
  CHECK(s.file.value() == "b.csv");
  CHECK(s.places.set(std::string("KZ10")) == "must be a list of texts");
  CHECK(s.places.set(std::vector<double>{1}) == "must be a list of texts");
  CHECK(s.places.set(std::vector<std::string>{"KZ10", "KZ11"}).empty());
  CHECK(s.places.value().size() == 2);
  CHECK(s.places.set(std::vector<double>{}).empty());
  CHECK(s.places.value().empty());
  CHECK(s.mix.set(std::vector<double>{1}) == "must be a list of 2 numbers, not 1");
  CHECK(s.mix.set(std::vector<double>{0.5, 2}) == "number 2 of the list must lie in [0, 1]");
  CHECK(s.mix.set(std::vector<double>{not_a_number, 0.5}) == "number 1 of the list must be a finite number");
  CHECK(s.mix.set(0.5) == "must be a list of 2 numbers, each in [0, 1]");
  CHECK(s.mix[1] == 0.8);
  CHECK(s.mix.set(std::vector<double>{0, 1}).empty());
  CHECK(s.mix[1] == 1);
}

TEST_CASE("field: a lever starts at the scenario's value in every community") {
  Every s;
  CHECK(s.reach.kind() == Field::Kind::lever);
  CHECK(s.reach.set(0.3).empty());
  s.reach.reset(3);
  s.reach.now()[1] = 0.9;
  CHECK(s.reach[0] == 0.3);
  CHECK(s.reach[1] == 0.9);
  CHECK(s.reach.now().size() == 3);
}

TEST_CASE("field: a declaration that cannot be right is our own fault") {
  Section section("s", "");
  Real first(section, "a", 0, {0, 1});
  CHECK(first.path() == "s.a");
  CHECK(section.field("a") == &first);
  CHECK(section.field("b") == nullptr);
  CHECK_THROWS_AS(Real(section, "a", 0, {0, 1}), std::logic_error);
  CHECK_THROWS_AS(Real(section, "b", 2, {0, 1}), std::logic_error);
}

TEST_CASE("field: values are written so that they read back to the same bits") {
  CHECK(to_toml(1.0) == "1.0");
  CHECK(to_toml(0.1) == "0.1");
  CHECK(to_toml(-0.0) == "-0.0");
  CHECK(to_toml(1e300) == "1e+300");
  CHECK(to_toml(std::int64_t{-7}) == "-7");
  CHECK(to_toml(true) == "true");
  CHECK(to_toml(std::string("a\"b\\c\n\x01\xc3\xa9")) == "\"a\\\"b\\\\c\\n\\u0001\xc3\xa9\"");
  CHECK(to_toml(std::vector<std::string>{"a", "b"}) == "[\"a\", \"b\"]");
  CHECK(to_toml(std::vector<double>{1, 0.5}) == "[1.0, 0.5]");
  CHECK(to_toml(std::vector<double>{}) == "[]");
  std::mt19937_64 bits(1);
  int compared = 0;
  for (int i = 0; i < 100000; ++i) {
    const double x = std::bit_cast<double>(bits());
    if (!std::isfinite(x)) continue;
    REQUIRE(std::strtod(to_toml(x).c_str(), nullptr) == x);
    ++compared;
  }
  CHECK(compared > 99000);
}

TEST_CASE("field: the nearest word") {
  const std::vector<std::string> words = {"information", "participation", "reach", "reads", "q_aware", "q_acted"};
  CHECK(nearest("reech", words) == "reach");
  CHECK(nearest("raech", words) == "reach");  // two letters swapped are one slip
  CHECK(nearest("REACH", words) == "reach");
  CHECK(nearest("reacs", words) == "reach");  // as near to reads: the first wins
  CHECK(nearest("informaton", words) == "information");
  CHECK(nearest("info", words) == "information");
  CHECK(nearest("in", words).empty());
  CHECK(nearest("zzzzz", words).empty());
  CHECK(nearest("", words).empty());
  CHECK(nearest(std::string(100000, 'a'), words).empty());
  CHECK(nearest("x", std::vector<std::string>{}).empty());
}
