#include "society/synthesis.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <span>

#include "base/error.h"
#include "base/nearest.h"
#include "base/parallel.h"
#include "society/census.h"
#include "society/network_input.h"
#include "society/plain.h"
#include "society/synthesis_households.h"
#include "society/synthesis_institutions.h"
#include "society/synthesis_networks.h"
#include "society/traits.h"

namespace kurultai {

namespace {

constexpr double fewest_residents = 2;

/// One region: communities [from, to). Those whose share is below the minimum get it; the rest of the
/// region's residents are shared out among the others, rounded down, the largest remainders up (ties: the
/// earlier).
void apportion_region(
    const Country& country, double scale, std::size_t from, std::size_t to, std::vector<std::uint32_t>& residents) {
  double people = 0;
  for (std::size_t c = from; c < to; ++c) people += country.communities[c].population;
  const double total = static_cast<double>(static_cast<std::uint64_t>(people * scale + 0.5));
  std::vector<bool> least(to - from, false);
  double factor = scale;
  for (bool changed = true; changed;) {
    changed = false;
    double left = total;
    double others = 0;
    for (std::size_t c = from; c < to; ++c)
      if (least[c - from])
        left -= fewest_residents;
      else
        others += country.communities[c].population;
    factor = others > 0 && left > 0 ? left / others : 0;
    for (std::size_t c = from; c < to; ++c)
      if (!least[c - from] && country.communities[c].population * factor < fewest_residents)
        least[c - from] = changed = true;
  }
  double given = 0;
  std::vector<std::pair<double, std::size_t>> remainders;
  for (std::size_t c = from; c < to; ++c) {
    const double share = least[c - from] ? fewest_residents : country.communities[c].population * factor;
    residents[c] = static_cast<std::uint32_t>(share);
    given += residents[c];
    if (!least[c - from]) remainders.emplace_back(residents[c] - share, c);
  }
  std::sort(remainders.begin(), remainders.end());
  for (std::size_t k = 0; k < remainders.size() && given < total; ++k, ++given) ++residents[remainders[k].second];
}

/// Lists of edges for those at work, filled again and again: memory that is new would be cleared by the system first.
class EdgeLists {
 public:
  /// Calls work(list) with a list that is empty.
  template <class Work> void lend(const Work& work) {
    std::vector<Edge> list = take();
    list.clear();
    work(list);
    const std::scoped_lock lock(guard_);
    lists_.push_back(std::move(list));
  }

 private:
  std::vector<Edge> take() {
    const std::scoped_lock lock(guard_);
    if (lists_.empty()) return {};
    std::vector<Edge> list = std::move(lists_.back());
    lists_.pop_back();
    return list;
  }
  std::mutex guard_;
  std::vector<std::vector<Edge>> lists_;
};

}  // namespace

std::vector<std::uint32_t> apportion(const Country& country, double scale) {
  std::vector<std::uint32_t> residents(country.communities.size());
  for (std::size_t from = 0; from < residents.size();) {
    std::size_t to = from;
    while (to < residents.size() && country.communities[to].region == country.communities[from].region) ++to;
    apportion_region(country, scale, from, to, residents);
    from = to;
  }
  return residents;
}

std::unique_ptr<Society> synthesise(
    const Country& country, const SocietySettings& settings, double scale, std::uint64_t seed) {
  ensure(scale > 0 && scale <= 1, "synthesise: the scale must lie in (0, 1]");
  auto society = std::make_unique<Society>();
  society->country = country;
  society->scale = scale;
  std::uint64_t total = 0;
  for (const std::uint32_t n : apportion(country, scale)) {
    society->first.push_back(static_cast<Vertex>(total));
    total += n;
    if (total >> 29 != 0)
      throw input_error("society", fmt::format("more than {} residents", 1U << 29),
          "a tie names its other end in 29 bits", "lower run.scale");
  }
  society->first.push_back(static_cast<Vertex>(total));
  for (const Community& community : country.communities) society->key.push_back(key_of(community.code));
  GivenResidents& residents = society->residents;
  const std::span<AnyColumn* const> columns = residents.columns();
  parallel_for(columns.size(), [&](std::size_t k) { columns[k]->resize(total); });
  residents.resize(total);

  const Pyramid pyramid(country.pyramid, static_cast<int>(settings.youngest));
  const Traits traits(settings, seed);
  parallel_for(society->communities(), [&](std::size_t c) {
    const Community& community = country.communities[c];
    const Vertex first = society->first[c];
    const Vertex last = society->first[c + 1];
    const double mean = urban(community.type) ? settings.household_urban : settings.household_rural;
    settle_households(settings, pyramid, mean, seed, society->key[c], residents, first, last);
    deal_traits(traits, society->key[c], community.type, community.income, residents, first, last);
    deal_digital(traits, society->key[c], community.access, community.platform, residents, first, last);
  });
  found_institutions(settings, seed, *society);

  TieRows rows(society->first, society->vertices());
  {
    const TieMaker maker(settings, seed, *society);
    EdgeLists lists;
    parallel_for(society->communities(), [&](std::size_t c) {
      lists.lend([&](std::vector<Edge>& edges) {
        maker.residents(c, edges);
        join_institutions(settings, seed, c, *society, edges);
        rows.add(c, edges);
      });
    });
  }
  society->ties = rows.build(partner_ties(*society));
  return society;
}

std::unique_ptr<Society> build_society(const SocietySettings& settings, double scale, std::uint64_t seed,
    const ScenarioSource& source, std::vector<std::string>* notes) {
  if (settings.source == Source::network) {
    const std::filesystem::path nodes = source.find(settings.nodes);  // looked for first, so reported first
    const std::filesystem::path edges = source.find(settings.edges);
    return read_network(nodes, edges, settings, seed, notes);
  }
  return synthesise(country_of(settings, source, notes), settings, scale, seed);
}

std::vector<SocietyTable> society_tables(const SocietySettings& settings, const ScenarioSource& source) {
  std::vector<SocietyTable> tables;
  if (settings.source == Source::network) {
    tables.push_back({"society.nodes", settings.nodes.value(), source.find(settings.nodes)});
    tables.push_back({"society.edges", settings.edges.value(), source.find(settings.edges)});
  } else if (settings.source == Source::census) {
    const std::filesystem::path folder = source.find(settings.census);
    std::error_code ignored;
    for (const char* table : {"national", "regions", "towns", "cities", "pyramid"}) {
      const std::string name = std::string(table) + ".csv";
      if (name == "cities.csv" && !std::filesystem::exists(folder / name, ignored))
        continue;  // the one that may be missing
      tables.push_back({std::string("society.census.") + table,
          (std::filesystem::path(settings.census.value()) / name).string(), folder / name});
    }
  }
  return tables;
}

Country country_of(const SocietySettings& settings, const ScenarioSource& source, std::vector<std::string>* notes) {
  if (settings.source == Source::plain) return plain_country(settings);
  Country country = read_census(source.find(settings.census), notes);
  if (settings.regions.value().empty()) return country;
  std::vector<bool> kept(country.regions.size(), false);
  for (const std::string& wanted : settings.regions.value()) {
    std::vector<std::string> known;
    bool found = false;
    for (std::size_t r = 0; r < kept.size(); ++r) {
      found = found || country.regions[r].code == wanted || country.regions[r].name == wanted;
      if (country.regions[r].code == wanted || country.regions[r].name == wanted) kept[r] = true;
      known.insert(known.end(), {country.regions[r].code, country.regions[r].name});
    }
    if (found) continue;
    throw scenario_error(source.place_of(settings.regions.path()),
        fmt::format("unknown region {}", to_toml(Value{wanted})), "the census has no such code or name",
        did_you_mean(nearest(wanted, known)));
  }
  return part_of(country, kept);
}

}  // namespace kurultai
