// Rates: what follows from measured runs, and the file in the user's cache that keeps it.
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "engine.h"
#include "engine/estimate.h"

using namespace kurultai;
using kurultai::test::Folder;

namespace {

/// What a run of so many residents would take by `rates`, written out.
Taken by_rates(const Rates& rates, double residents) {
  Taken taken;
  taken.residents = residents;
  taken.ties = 6 * residents;
  taken.communities = 2500;
  taken.weeks = 52;
  taken.values_a_week = 40'000;
  taken.record_bytes = 3e7 + 2 * residents;
  taken.building = 1.3 + residents * rates.resident_built;  // a part that all societies have
  taken.running = 52 * (residents * rates.resident_week + 2500 * rates.community_week + 40'000 * Rates{}.value_week);
  taken.society_bytes = residents * rates.resident_society + 8 * taken.ties + 2500 * rates.community / 2;
  taken.run_bytes = residents * rates.resident_run + 2500 * rates.community / 2 + taken.record_bytes;
  taken.building_bytes = taken.society_bytes + 5e6 + taken.ties * rates.tie_building;
  return taken;
}

void check_same(const Rates& found, const Rates& expected) {
  for (const NamedRate& rate : named_rates) {
    INFO(rate.name);
    CHECK(found.*rate.value == Approx(expected.*rate.value).epsilon(1e-9));
  }
}

Rates all_times(double factor) {
  Rates rates;
  for (const NamedRate& rate : named_rates)
    if (rate.value != &Rates::program && rate.value != &Rates::value_week) rates.*rate.value *= factor;
  return rates;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("rates: two sizes of a scenario tell what a resident, a tie and a community take") {
  for (const double factor : {0.3, 1.0, 4.0}) {
    Rates truth = all_times(factor);
    truth.community_week *= 2;
    truth.resident_run /= 1.5;
    check_same(fitted(by_rates(truth, 50'000), by_rates(truth, 300'000), Rates{}), truth);
  }
}

TEST_CASE("rates: what noise makes absurd is kept within what a machine can be") {
  Taken small = by_rates(Rates{}, 50'000);
  Taken large = by_rates(Rates{}, 300'000);
  small.running = 0.01;  // communities would take less than nothing
  const Rates steep = fitted(small, large, Rates{});
  CHECK(steep.community_week == Approx(Rates{}.community_week / 100));
  CHECK(steep.resident_week * 300'000 ==
        Approx(large.running / 52 - large.values_a_week * Rates{}.value_week).epsilon(1e-9));
  small.running = 1e6;  // and residents here
  large.running = 1.0;
  small.building_bytes = 1e12;
  const Rates flat = fitted(small, large, Rates{});
  for (const NamedRate& rate : named_rates) {
    INFO(rate.name);
    CHECK(flat.*rate.value >= Rates{}.*rate.value / 100);
    CHECK(flat.*rate.value <= Rates{}.*rate.value * 100);
  }
}

TEST_CASE("rates: adjusted to a long run they foretell it") {
  Model model;
  model.read(std::string(KURULTAI_SOURCE_DIR) + "/scenarios/kazakhstan.toml",
      std::vector<std::string>{"run.scale=0.5", "output.levels=[\"nation\"]"});
  const Estimate before = Estimator(Rates{}).of(model, 2);
  const double record = before.record_bytes;
  const Rates rates = adjusted(Rates{}, {before.build_busy, before.run_busy, before.bytes},
      {1.5 * before.build_busy, 0.6 * before.run_busy, 1.2 * before.bytes});
  const Estimate after = Estimator(rates).of(model, 2);
  CHECK(after.build_busy == Approx(1.5 * before.build_busy));
  CHECK(after.run_busy == Approx(0.6 * before.run_busy));
  // What is recorded, and the ties' rows, are counted, and do not follow the factor.
  CHECK(after.bytes == Approx(1.2 * before.bytes).epsilon(0.1));
  CHECK(after.record_bytes == record);
  CHECK(adjusted(Rates{}, {}, {}) == Rates{});
}

TEST_CASE("rates: time is counted by threads, and what is recorded takes some") {
  Model model;
  model.read(
      std::string(KURULTAI_SOURCE_DIR) + "/scenarios/kazakhstan.toml", std::vector<std::string>{"run.scale=0.002"});
  const Estimate one = Estimator(Rates{}).of(model, 1);
  const Estimate two = Estimator(Rates{}).of(model, 2);
  CHECK(one.seconds == Approx(one.build_busy + one.run_busy));
  CHECK(two.run_busy == one.run_busy);
  CHECK(two.seconds < 0.6 * one.seconds);
  CHECK(two.seconds > 0.5 * one.seconds);
  REQUIRE(model.registry.find("output.levels")->set(std::vector<std::string>{"nation", "community"}).empty());
  CHECK(Estimator(Rates{}).of(model, 1).run_busy > 1.02 * one.run_busy);
}

TEST_CASE("rates: what was kept is read again, to the last digit") {
  const Folder folder("rates_kept");
  const auto file = folder.path() / "new" / "rates.json";
  CHECK_FALSE(known_rates(file).measured);
  CHECK(known_rates(file).warning.empty());
  CHECK(known_rates({}).rates == Rates{});
  Rates rates = all_times(1.0 / 3.0);
  keep_rates({rates, "2031-02-03", "'run a \"b\".toml'"}, file);
  const KnownRates known = known_rates(file);
  CHECK(known.measured);
  CHECK(known.rates == rates);
  CHECK(known.warning.empty());
  CHECK(known.origin.find("2031-02-03 by 'run a \"b\".toml'") != std::string::npos);
  rates.resident_week *= 2;
  keep_rates({rates, "2031-02-04", "x"}, file);
  CHECK(known_rates(file).rates == rates);
  CHECK(std::distance(std::filesystem::directory_iterator(file.parent_path()), {}) == 1);  // nothing beside it
}

TEST_CASE("rates: a damaged or foreign file is passed over with a word") {
  const Folder folder("rates_damaged");
  const auto file = folder.path() / "rates.json";
  keep_rates({all_times(0.5), "2031-02-03", "x"}, file);
  const std::string whole = text_of(file);
  const auto passed_over = [&](const std::string& text, const std::string& why) {
    write(file, text);
    const KnownRates known = known_rates(file);
    INFO(text);
    CHECK_FALSE(known.measured);
    CHECK(known.rates == Rates{});
    CHECK(known.warning.find(why) != std::string::npos);
    CHECK(known.warning.find(file.string()) == 0);
  };
  for (std::size_t length = 1; length + 2 < whole.size(); length += 7) passed_over(whole.substr(0, length), "damaged");
  passed_over("", "cannot be read");
  passed_over(std::string(100'000, ' ') + whole, "cannot be read");
  passed_over("[1, 2]", "damaged");
  passed_over(std::string(5000, '['), "damaged");
  passed_over(replaced(whole, this_machine(), "another"), "another machine");
  passed_over(replaced(whole, "\"commit\": \"", "\"commit\": \"x"), "another commit");
  passed_over(replaced(whole, "\"rates\"", "\"speeds\""), "damaged");
  passed_over(replaced(whole, "bytes_a_community", "bytes_a_common"), "damaged");
  const std::string place = "\"seconds_a_resident_and_week\": ";
  for (const char* value : {"-1,", "0,", "1e300,", "1e-30,"})
    passed_over(replaced(whole, place, place + value + "\"x\": "), "seconds_a_resident_and_week cannot be");
  for (const char* value : {"null,", "\"3e-7\",", "[],", "true,"})
    passed_over(replaced(whole, place, place + value + "\"x\": "), "damaged");
  write(file, whole);
  CHECK(known_rates(file).measured);
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  CHECK(known_rates(file).warning.find("cannot be read") != std::string::npos);
}

TEST_CASE("rates: where nothing can be kept is an error with a way out") {
  const Folder folder("rates_nowhere");
  write(folder.path() / "file", "x");
  for (const std::filesystem::path& file : {std::filesystem::path(), folder.path() / "file" / "rates.json"}) try {
      keep_rates({}, file);
      FAIL("it was kept");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::storage);
      CHECK(std::string(error.what()).find("XDG_CACHE_HOME") != std::string::npos);
    }
}

TEST_CASE("rates: the file lies in the user's cache") {
  const auto with = [](const char* xdg, const char* home) {
    setenv("XDG_CACHE_HOME", xdg, 1);
    setenv("HOME", home, 1);
    return rates_file();
  };
  const char* const xdg = std::getenv("XDG_CACHE_HOME");
  const char* const home = std::getenv("HOME");
  const std::string before_xdg = xdg == nullptr ? "" : xdg;
  const std::string before_home = home == nullptr ? "" : home;
  CHECK(with("/a/b", "/h").parent_path() == "/a/b/kurultai");
  CHECK(with("", "/h").parent_path() == "/h/.cache/kurultai");
  CHECK(with("not/absolute", "/h").parent_path() == "/h/.cache/kurultai");
  CHECK(with("", "").empty());
  with(before_xdg.c_str(), before_home.c_str());
}
