#include "engine/rates.h"

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <span>

#include "base/elementary.h"
#include "base/error.h"
#include "base/hash.h"
#include "engine/durable_file.h"
#include "engine/simulation.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

/// A rate this many times smaller or larger than the one built in was not measured, whatever the machine.
constexpr double most_off = 100;
/// The cache's file is a few hundred bytes.
constexpr std::size_t most_bytes = 65536;

/// `value` as far as it may be off what is built in.
double plausible(double value, double built_in) {
  return std::isfinite(value) ? std::clamp(value, built_in / most_off, built_in * most_off) : built_in;
}

/// A quantity that grows with residents and with communities, as seen at two sizes.
struct Line {
  double a_resident = 0;
  double rest = 0;  ///< of no residents
  Line(const Taken& small, const Taken& large, double at_small, double at_large) {
    a_resident = (at_large - at_small) / (large.residents - small.residents);
    rest = at_small - a_resident * small.residents;
    if (rest < 0) {  // noise: all of it is the residents'
      rest = 0;
      a_resident = at_large / large.residents;
    }
  }
};

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (const std::size_t colon = line.find(": "); line.rfind("model name", 0) == 0 && colon != std::string::npos)
      return line.substr(colon + 2);
  return "processor of no name";
}

/// The bytes of `file`; nothing if it cannot be read or is too long to be one of ours.
std::optional<std::string> bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(most_bytes, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  const auto count = static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0));
  if (stream.bad() || count == 0 || count == most_bytes) return std::nullopt;
  text.resize(count);
  return text;
}

/// What is wrong with `text`; empty: nothing, and `kept` is what it says.
std::string read_rates(const std::string& text, KeptRates& kept) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  const auto word = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!json.is_object()) return "it is damaged";
  if (word("machine") != this_machine()) return "it is of another machine";
  if (word("commit") != git_commit()) return "it is of another commit of the program";
  kept.when = word("when");
  kept.by = word("by");
  const auto rates = json.find("rates");
  for (const NamedRate& rate : named_rates) {
    const double built_in = Rates{}.*rate.value;
    if (rates == json.end() || !rates->is_object() || !rates->contains(rate.name)) return "it is damaged";
    const nlohmann::json& value = (*rates)[rate.name];
    if (!value.is_number()) return "it is damaged";
    kept.rates.*rate.value = value.get<double>();
    if (plausible(kept.rates.*rate.value, built_in) != kept.rates.*rate.value)
      return fmt::format("its {} cannot be", rate.name);
  }
  return {};
}

}  // namespace

double farther(double residents) {
  constexpr double each_e_fold = 0.036;  // bench/country: between one and twenty million residents
  return 1.0 + each_e_fold * log_(std::max(1.0, residents / near_residents));
}

Rates fitted(const Taken& small, const Taken& large, const Rates& known) {
  Rates rates = known;
  const auto week = [&](const Taken& taken) {
    return taken.running / taken.weeks - taken.values_a_week * known.value_week;
  };
  const Line time(small, large, week(small), week(large));
  rates.resident_week = time.a_resident;
  rates.community_week = time.rest / large.communities;
  rates.resident_built = Line(small, large, small.building, large.building).a_resident;

  const auto rows = [](const Taken& taken) { return bytes_a_tie * taken.ties; };
  const Line society(small, large, small.society_bytes - rows(small), large.society_bytes - rows(large));
  const Line run(small, large, small.run_bytes - small.record_bytes, large.run_bytes - large.record_bytes);
  rates.resident_society = society.a_resident;
  rates.resident_run = run.a_resident;
  rates.community = (society.rest + run.rest) / large.communities;
  const double beside = large.building_bytes - large.society_bytes - (small.building_bytes - small.society_bytes);
  rates.tie_building = beside / (large.ties - small.ties);
  for (const NamedRate& rate : named_rates) rates.*rate.value = plausible(rates.*rate.value, Rates{}.*rate.value);
  return rates;
}

Rates adjusted(const Rates& known, const Foretold& foretold, const Foretold& taken) {
  Rates rates = known;
  const auto factor = [](double was, double told) { return told > 0 && was > 0 ? was / told : 1.0; };
  const auto multiply = [&](double by, std::initializer_list<double Rates::*> values) {
    for (const auto value : values) rates.*value = plausible(rates.*value * by, Rates{}.*value);
  };
  multiply(factor(taken.building, foretold.building), {&Rates::resident_built});
  multiply(
      factor(taken.running, foretold.running), {&Rates::resident_week, &Rates::community_week, &Rates::value_week});
  multiply(factor(taken.bytes - known.program, foretold.bytes - known.program),
      {&Rates::resident_society, &Rates::resident_run, &Rates::community, &Rates::tie_building});
  return rates;
}

std::string this_machine() {
  return fmt::format("{}, {} threads", processor(), std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
}

fs::path rates_file() {
  const auto folder = [](const char* variable) {
    const char* const value = std::getenv(variable);
    const fs::path path = value == nullptr ? "" : value;
    return path.is_absolute() ? path : fs::path();
  };
  fs::path cache = folder("XDG_CACHE_HOME");
  if (cache.empty() && !folder("HOME").empty()) cache = folder("HOME") / ".cache";
  if (cache.empty()) return {};
  Hash hash;
  const std::string key = this_machine() + "\n" + git_commit();
  hash.add(std::as_bytes(std::span(key)));
  return cache / "kurultai" / ("rates-" + hexadecimal(hash.value()).substr(0, 16) + ".json");
}

KnownRates known_rates(const fs::path& file) {
  KnownRates known;
  known.origin = "figures built into the program (check --measure takes those of this machine)";
  std::error_code error;
  if (file.empty() || !fs::exists(file, error)) return known;
  KeptRates kept;
  const std::optional<std::string> text = fs::is_regular_file(file, error) ? bytes_of(file) : std::nullopt;
  const std::string wrong = text ? read_rates(*text, kept) : "it cannot be read";
  if (!wrong.empty()) {
    known.warning = fmt::format("{} is passed over: {}; 'check --measure' writes it anew", file.string(), wrong);
    return known;
  }
  return {kept.rates, true, fmt::format("a measurement of this machine, {} by {}", kept.when, kept.by), {}};
}

void keep_rates(const KeptRates& kept, const fs::path& file) {
  nlohmann::ordered_json json = {
      {"machine", this_machine()}, {"commit", git_commit()}, {"when", kept.when}, {"by", kept.by}};
  for (const NamedRate& rate : named_rates) json["rates"][rate.name] = kept.rates.*rate.value;
  const std::string text = json.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  const char* const way_out = "set XDG_CACHE_HOME to a folder that you may write to";
  if (file.empty())
    throw storage_error("", "there is no folder for a cache", "neither XDG_CACHE_HOME nor HOME names one", way_out);
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) throw storage_error(file.parent_path().string(), "cannot make the folder", error.message(), way_out);
  try {
    DurableFile beside = DurableFile::beside(file, file.string(), "measurement");
    beside.write(std::as_bytes(std::span(text)));
    beside.close();
    beside.keep(file);
  } catch (const Error& failed) {
    const Message& message = failed.message();
    throw storage_error(message.place, message.problem, message.why, way_out);
  }
}

}  // namespace kurultai
