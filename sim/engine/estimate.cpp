#include "engine/estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/csv.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "engine/memory.h"
#include "engine/simulation.h"
#include "observation/strata.h"
#include "society/plain.h"
#include "society/synthesis.h"

namespace kurultai {

namespace {

/// The share of a week that one thread does alone while others wait (bench/country: time on one thread and on several).
constexpr double alone = 0.05;
constexpr double bytes_a_table_byte = 3;  ///< cells of a table while it is read, over its file
constexpr double packed = 0.6;            ///< a recorded number on disk, over its bytes in memory
constexpr double file_base = 4e5;         ///< names, units and meanings in a result file

/// What the program can name: a tie has 29 bits for its other end, a row's place 40.
constexpr double most_residents = 536870912.0;
constexpr double most_ties = 1099511627776.0;

bool records(const OutputSettings& output, const char* level) {
  const std::vector<std::string>& levels = output.levels.value();
  return std::find(levels.begin(), levels.end(), level) != levels.end();
}

double count_lines(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::array<char, 1 << 16> buffer{};
  double lines = 0;
  while (stream.read(buffer.data(), buffer.size()) || stream.gcount() > 0) {
    heed_interrupt();
    lines += static_cast<double>(std::count(buffer.begin(), buffer.begin() + stream.gcount(), '\n'));
  }
  return lines;
}

/// How long `busy` seconds of processor time take on so many threads of an idle machine.
double on_threads(double busy, int threads) { return busy * (alone + (1 - alone) / threads); }

/// Arms that the level "arm" has.
double arms_of(const Collection<PolicySpec>& policies) {
  double arms = 0;
  for (std::size_t p = 0; p < policies.size(); ++p)
    if (policies[p].is_trial())
      arms += 2.0 + (policies[p].unit == TreatedUnit::household ? 2.0 : 0.0) +
              (policies[p].community_share < 1.0 ? 1.0 : 0.0);
  return arms;
}

}  // namespace

std::shared_ptr<const Country> Estimator::places(const Model& model) {
  if (model.society.source == Source::plain) return std::make_shared<const Country>(plain_country(model.society));
  return places_of(model).country;
}

std::vector<std::string> Estimator::notes(const Model& model) { return places_of(model).notes; }

const Estimator::Places& Estimator::places_of(const Model& model) {
  const SocietySettings& society = model.society;
  if (society.source == Source::plain) {
    plain_.communities = static_cast<double>(society.communities.value());
    plain_.districts = 1;
    plain_.regions.assign(1, {society.people * plain_.communities, plain_.communities});
    return plain_;
  }
  const bool network = society.source == Source::network;
  std::string key = network ? to_toml(society.nodes.get()) + to_toml(society.edges.get())
                            : to_toml(society.census.get()) + to_toml(society.regions.get());
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  Places places;
  if (network) {
    const std::filesystem::path nodes = model.source.find(society.nodes);  // looked for first, so reported first
    const std::filesystem::path edges = model.source.find(society.edges);
    places.table_bytes =
        bytes_a_table_byte * static_cast<double>(CsvTable::file_size(nodes) + CsvTable::file_size(edges));
    places.regions.resize(1);
    places.districts = places.communities = 1;
    if (places.table_bytes < present_memory()) {
      const std::unique_ptr<Society> whole = build_society(
          society, model.run.scale, static_cast<std::uint64_t>(model.run.seed.value()), model.source, &places.notes);
      places.residents = static_cast<double>(whole->residents.size());
      double ends = 0;
      for (Vertex i = 0; i < whole->residents.size(); ++i) ends += static_cast<double>(whole->ties.all(i).size());
      places.ties = ends / 2;
      places.regions.resize(whole->country.regions.size());
      places.districts = static_cast<double>(whole->country.districts.size());
      places.communities = static_cast<double>(whole->country.communities.size());
      places.country = std::make_shared<const Country>(whole->country);
    } else {
      places.residents = count_lines(nodes);
      places.ties = count_lines(edges);
    }
  } else {
    auto country = std::make_shared<Country>(country_of(society, model.source, &places.notes));
    places.regions.resize(country->regions.size());
    for (const Community& community : country->communities) {
      places.regions[community.region].people += community.population;
      ++places.regions[community.region].communities;
    }
    places.districts = static_cast<double>(country->districts.size());
    places.communities = static_cast<double>(country->communities.size());
    places.country = std::move(country);
  }
  return known_.emplace(std::move(key), std::move(places)).first->second;
}

const Estimator::Channels& Estimator::channels_of(const Model& model) {
  const std::vector<std::string>& wanted = model.output.series.value();
  if (channels_.all > 0 && channels_.forms == model.forms.size() && channels_.wanted == wanted) return channels_;
  channels_ = {wanted, model.forms.size(), 0, 0, 0};
  for (const auto& mechanism : model.mechanisms)
    for (const SeriesSpec& spec : mechanism->series()) {
      if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), spec.name) == wanted.end()) continue;
      const double forms = spec.by_form ? static_cast<double>(channels_.forms) : 1.0;
      channels_.all += forms;
      channels_.bytes_a_cell += 16.0 * forms;  // this week's sums
      if (!spec.over_residents()) continue;
      channels_.over_residents += forms;
      if (spec.window > 1) channels_.bytes_a_cell += 16.0 * forms * (1.0 + spec.window);
    }
  return channels_;
}

void Estimator::add_record(const Model& model, const Places& places, Estimate& e) {
  const OutputSettings& output = model.output;
  const Channels& channels = channels_of(model);
  const double weeks = static_cast<double>(model.run.weeks.value());
  const auto times = [&](const Whole& every) { return std::ceil(weeks / static_cast<double>(every.value())); };
  double cells = 0;
  double values = 0;  // recorded, of all series
  double kept = 0;    // of those, values that reach the file
  const auto add = [&](const char* level, double count, const Whole& every, double in_file) {
    if (!records(output, level)) return;
    cells += count;
    values += count * times(every) * channels.all;
    kept += count * times(every) * in_file;
  };
  add("nation", 1, output.every, channels.all);
  add("region", static_cast<double>(places.regions.size()), output.every, channels.all);
  add("community_type", static_cast<double>(place_type_count), output.every, channels.all);
  add("district", places.districts, output.every, channels.all);
  add("community", places.communities, output.every, channels.all);
  add("stratum", static_cast<double>(strata().size()), output.stratum_every, channels.over_residents);
  const double arms = arms_of(model.policies);
  add("arm", arms, output.every, channels.over_residents);
  const double blocks = places.communities + e.residents / 1024;
  const double panel = std::min(static_cast<double>(output.panel.value()), e.residents);
  const double panel_values = panel * times(output.panel_every);
  double survey_values = 0;
  for (std::size_t s = 0; s < model.surveys.size(); ++s) {
    const SurveySpec& survey = model.surveys[s];
    const double rounds = survey.period > 0 ? std::min(static_cast<double>(survey.rounds.value()),
                                                  weeks / static_cast<double>(survey.period.value()) + 1)
                                            : 1.0;
    survey_values += rounds * 13.0 * static_cast<double>(survey.items.value().size());
  }
  double trial_values = 0;  // numbers about a resident, in the record of a policy
  for (std::size_t p = 0; p < model.policies.size(); ++p) {
    const PolicySpec& policy = model.policies[p];
    if ((policy.within_communities() && policy.is_trial()) || !policy.outcome.value().empty())
      trial_values += e.residents;
  }
  e.values_a_week = weeks > 0 ? values / weeks : 0;
  // Sums are kept by block, the kind of each resident for strata. What was recorded is there twice when the result is
  // made of it; what hangs on residents is copied as it grows.
  e.record_bytes = channels.bytes_a_cell * cells + 2.0 * 4.0 * values + 8.0 * blocks * channels.over_residents +
                   (records(output, "stratum") ? 2.0 * e.residents : 0.0) + 2.0 * 18.0 * panel_values +
                   2.0 * 8.0 * survey_values + 2.0 * 50.0 * trial_values;
  e.file_bytes = file_base + packed * (4.0 * kept + 18.0 * panel_values + 8.0 * survey_values) + 12.0 * trial_values;
}

Estimate Estimator::of(const Model& model, int thread_count) {
  Estimate e;
  const Places& places = places_of(model);
  if (model.society.source == Source::network) {
    e.residents = places.residents;
    e.ties = places.ties;
  } else {
    // What `apportion` gives: a region's people, at least two in each community.
    for (const Places::Part& region : places.regions)
      e.residents += std::max(std::floor(region.people * model.run.scale + 0.5), 2.0 * region.communities);
    const double degree =
        3.0 + model.society.kin_degree + 2.0 * static_cast<double>(model.society.neighbour_sides) + 3.2;
    e.ties = e.residents * degree / 2;
  }
  if (e.residents > most_residents || e.ties > most_ties)
    throw scenario_error(model.source.place_of(model.society.source == Source::plain ? "society.people" : "run.scale"),
        e.residents > most_residents ? fmt::format("{:.3g} residents are more than the program can name", e.residents)
                                     : fmt::format("{:.3g} ties are more than the program can name", e.ties),
        e.residents > most_residents ? fmt::format("at most {:.0f}, on any machine", most_residents)
                                     : fmt::format("at most {:.0f}, on any machine", most_ties),
        "lower run.scale, or take fewer people");
  e.society_bytes =
      e.residents * rates_.resident_society + e.ties * bytes_a_tie + places.communities * rates_.community / 2;
  double trial_bytes = 0;  // a resident: part, ties to the treated, acts remembered
  for (std::size_t p = 0; p < model.policies.size(); ++p) {
    const PolicySpec& policy = model.policies[p];
    if (policy.within_communities()) trial_bytes += policy.is_trial() ? 5.0 : 1.0;
    if (!policy.outcome.value().empty()) trial_bytes += 8.0;
  }
  add_record(model, places, e);
  e.run_bytes = rates_.program + e.residents * (rates_.resident_run + trial_bytes) +
                places.communities * rates_.community / 2 + e.record_bytes;
  const double building = std::max(e.ties * rates_.tie_building, places.table_bytes);  // edges, or tables
  e.bytes = e.society_bytes + std::max(e.run_bytes, rates_.program + building);
  const double week = e.residents * rates_.resident_week * farther(e.residents) +
                      places.communities * rates_.community_week + e.values_a_week * rates_.value_week;
  e.build_busy = e.residents * rates_.resident_built;
  const auto weeks = static_cast<double>(model.run.weeks + model.run.warmup);
  e.run_busy = week * weeks;
  e.seconds_a_week = on_threads(week, thread_count);
  e.build_seconds = on_threads(e.build_busy, thread_count);
  e.seconds = e.build_seconds + e.seconds_a_week * weeks;
  return e;
}

Estimate estimate(const Model& model, int threads) { return Estimator().of(model, threads); }

}  // namespace kurultai
