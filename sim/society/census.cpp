#include "society/census.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/elementary.h"
#include "base/error.h"
#include "base/random.h"
#include "society/census_tables.h"

namespace kurultai {

namespace {

using std::filesystem::path;

/// Divides `total` things in proportion to `weights`, each at least `least`: largest remainders, ties to the
/// earlier one. The answer adds up to `total`, which must allow for `least` each.
std::vector<long long> apportion(long long total, std::span<const double> weights, long long least = 0) {
  const std::size_t n = weights.size();
  ensure(total >= least * static_cast<long long>(n) && (n > 0 || total == 0), "apportion: too little to go round");
  double sum = 0;
  for (const double w : weights) sum += w;
  const long long free = total - least * static_cast<long long>(n);
  std::vector<long long> parts(n, least);
  std::vector<std::pair<double, std::size_t>> remainders(n);  // negative, so that the largest sort first
  long long left = free;
  for (std::size_t k = 0; k < n; ++k) {
    const double quota = static_cast<double>(free) * (sum > 0 ? weights[k] / sum : 1.0 / static_cast<double>(n));
    const auto whole = static_cast<long long>(std::floor(quota));
    parts[k] += whole;
    left -= whole;
    remainders[k] = {static_cast<double>(whole) - quota, k};
  }
  std::sort(remainders.begin(), remainders.end());
  for (std::size_t k = 0; left > 0; k = (k + 1) % n, --left) ++parts[remainders[k].second];
  for (std::size_t k = n; left < 0; k = (k == 1 ? n : k - 1), ++left) --parts[remainders[k - 1].second];
  return parts;
}

/// The luck of the settlement pattern: the census's own, whatever a run's seed.
constexpr Draws settlement_luck(2025, 0, Stream::settlements);

/// What a settlement draw is for; `east` and `north` take two items each.
enum Purpose : std::uint32_t { order = 0, east = 1, north = 3, host = 5, income = 6, weight = 7, seat = 8 };

/// A point around `centre`, likelier near it, at most `reach` km away to each side.
Position scattered(Position centre, double reach, Name name, std::uint32_t item) {
  constexpr double km_per_degree = 111.2;
  constexpr double radians = 3.14159265358979323846 / 180;
  const auto offset = [&](std::uint32_t k) {
    return reach * (settlement_luck.uniform(name, k) + settlement_luck.uniform(name, k + 1) - 1) / km_per_degree;
  };
  return {centre.latitude + offset(item + 2), centre.longitude + offset(item) / cos_(centre.latitude * radians)};
}

double distance_squared(Position a, Position b) {
  constexpr double radians = 3.14159265358979323846 / 180;
  const double up = a.latitude - b.latitude;
  const double aside = (a.longitude - b.longitude) * cos_((a.latitude + b.latitude) * 0.5 * radians);
  return up * up + aside * aside;
}

std::size_t nearest_place(Position here, std::span<const Position> places) {
  std::size_t best = 0;
  for (std::size_t k = 1; k < places.size(); ++k)
    if (distance_squared(here, places[k]) < distance_squared(here, places[best])) best = k;
  return best;
}

/// `n` seats of districts: known seats first, then other settlements, each time the one farthest from the
/// seats so far (the first: the largest); where settlements run out, points scattered over the province.
std::vector<Position> choose_seats(const Province& province, std::span<const Settlement> candidates, std::size_t n) {
  std::vector<Position> seats;
  std::vector<bool> taken(candidates.size(), false);
  while (seats.size() < n) {
    std::size_t best = candidates.size();
    double best_distance = 0;
    for (std::size_t k = 0; k < candidates.size(); ++k) {
      if (taken[k]) continue;
      const Position here = candidates[k].position;
      const double distance = seats.empty() ? 0 : distance_squared(here, seats[nearest_place(here, seats)]);
      const bool better = best == candidates.size() || (candidates[k].seat && !candidates[best].seat) ||
                          (candidates[k].seat == candidates[best].seat && distance > best_distance);
      if (!better) continue;
      best = k;
      best_distance = distance;
    }
    if (best < candidates.size()) {
      taken[best] = true;
      seats.push_back(candidates[best].position);
    } else {
      const Name name{key_of(province.region.code), static_cast<std::uint32_t>(seats.size())};
      seats.push_back(scattered(province.settlements.front().position, std::sqrt(province.area) / 2, name, seat));
    }
  }
  return seats;
}

/// Numbers 0 .. n-1 in a random order of the region's own.
std::vector<std::size_t> shuffled(std::size_t n, const std::string& region) {
  std::vector<std::pair<std::uint32_t, std::size_t>> lots(n);
  for (std::size_t k = 0; k < n; ++k)
    lots[k] = {settlement_luck.word({key_of(region), static_cast<std::uint32_t>(k)}, order), k};
  std::sort(lots.begin(), lots.end());
  std::vector<std::size_t> result(n);
  for (std::size_t k = 0; k < n; ++k) result[k] = lots[k].second;
  return result;
}

/// What the country's totals leave to one region.
struct Quota {
  long long people = 0;
  long long urban = 0;
  long long okrugs = 0;
  long long villages = 0;
  [[nodiscard]] long long rural() const { return people - urban; }
};

/// Settles one region; its districts and communities are appended to the country's.
class Settler {
 public:
  Settler(const National& national, const Province& province, const Quota& quota, Country& country)
      : national_(national),
        province_(province),
        quota_(quota),
        country_(country),
        region_(static_cast<std::uint32_t>(country.regions.size())) {
    country_.regions.push_back(province.region);
    country_.regions.back().population = static_cast<double>(quota.people);
    town_platform_ = town_share(province.platform, national.rural_platform_ratio);
    town_access_ = town_share(province.access, national.rural_access_ratio);
  }

  /// `mean_wage`: the country's, tenge; `mean_okrug`: the country's people per okrug.
  void settle(double mean_wage, double mean_okrug) {
    if (province_.city)
      settle_city();
    else
      settle_oblast();
    give_codes();
    give_incomes(province_.region.wage / mean_wage);
    give_budgets(mean_okrug);
    for (Community& community : communities_) country_.communities.push_back(std::move(community));
  }

 private:
  std::uint32_t add_district(std::string name) {
    const auto index = static_cast<std::uint32_t>(country_.districts.size());
    country_.districts.push_back(
        {fmt::format("{}.{:02}", province_.region.code, ++districts_), std::move(name), region_});
    return index;
  }
  std::uint32_t add_synthetic_district() {
    return add_district(fmt::format("{}, district {} (synthetic)", province_.region.name, districts_ + 1));
  }
  Community& add_community(PlaceType type, std::string name, std::uint32_t district, Position position) {
    Community community;
    community.type = type;
    community.name = std::move(name);
    community.region = region_;
    community.district = district;
    community.latitude = position.latitude;
    community.longitude = position.longitude;
    const bool rural = type == PlaceType::okrug;
    community.platform = rural ? std::min(1.0, town_platform_ * national_.rural_platform_ratio) : town_platform_;
    community.access = rural ? std::min(1.0, town_access_ * national_.rural_access_ratio) : town_access_;
    community.participatory_budget = rural ? national_.okrug_participatory_budget : province_.participatory_budget;
    community.synthetic = rural || type == PlaceType::city_district;
    return communities_.emplace_back(std::move(community));
  }
  [[nodiscard]] Name name(std::size_t k) const {
    return {key_of(province_.region.code), static_cast<std::uint32_t>(k)};
  }

  /// What a share must be in towns for the region's mean to be `mean`, when in okrugs it is `ratio` of that.
  [[nodiscard]] double town_share(double mean, double ratio) const {
    const double urban = static_cast<double>(quota_.urban) / static_cast<double>(quota_.people);
    const double blend = urban + ratio * (1 - urban);
    return blend > 0 ? std::min(1.0, mean / blend) : 0.0;
  }

  /// A city of republican significance: its city districts, somewhat unequal, scattered over its area.
  void settle_city() {
    std::vector<double> weights(static_cast<std::size_t>(province_.districts));
    for (std::size_t k = 0; k < weights.size(); ++k) weights[k] = 0.6 + 0.8 * settlement_luck.uniform(name(k), weight);
    const std::vector<long long> people = apportion(quota_.people, weights, 1);
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const Position position =
          scattered(province_.settlements.front().position, std::sqrt(province_.area) / 2, name(k), east);
      const std::uint32_t district = add_synthetic_district();
      Community& community = add_community(PlaceType::city_district,
          fmt::format("{}, city district {} (synthetic)", province_.region.name, k + 1), district, position);
      community.population = static_cast<double>(people[k]);
    }
  }

  void settle_oblast() {
    const auto& all = province_.settlements;
    const std::span<const Settlement> towns(all.begin(), std::find_if(all.begin(), all.end(), [&](const Settlement& s) {
      return s.population < national_.town_population;
    }));
    std::vector<double> weights;
    for (const Settlement& town : towns) weights.push_back(town.population);
    std::vector<long long> people(towns.size(), 0);
    if (quota_.urban > 0) people = apportion(quota_.urban, weights, 1);

    // Largest first, so the cities that are districts of their own lead the list.
    const auto is_city = [&](std::size_t k) { return static_cast<double>(people[k]) >= national_.city_population; };
    std::size_t own = 0;
    while (own < towns.size() && is_city(own) && static_cast<long long>(own) < province_.districts / 2) ++own;
    std::vector<std::uint32_t> city_districts;
    for (std::size_t k = 0; k < own; ++k) city_districts.push_back(add_district(fmt::format("{} city", towns[k].name)));
    const auto rural_districts = static_cast<std::size_t>(province_.districts) - own;
    const std::vector<Position> seats = choose_seats(province_, std::span(all).subspan(own), rural_districts);
    const auto first_rural = static_cast<std::uint32_t>(country_.districts.size());
    for (std::size_t k = 0; k < rural_districts; ++k) add_synthetic_district();

    if (quota_.urban > 0) {
      for (std::size_t k = 0; k < towns.size(); ++k) {
        const std::uint32_t district =
            k < own ? city_districts[k]
                    : first_rural + static_cast<std::uint32_t>(nearest_place(towns[k].position, seats));
        Community& community =
            add_community(is_city(k) ? PlaceType::city : PlaceType::town, towns[k].name, district, towns[k].position);
        community.population = static_cast<double>(people[k]);
        community.platform = towns[k].platform.value_or(community.platform);
        community.participatory_budget = towns[k].participatory_budget.value_or(community.participatory_budget);
      }
    }
    settle_okrugs(seats, first_rural);
  }

  void settle_okrugs(std::span<const Position> seats, std::uint32_t first_district) {
    const auto n = static_cast<std::size_t>(quota_.okrugs);
    const std::vector<double> equal(seats.size(), 1.0);
    const std::vector<long long> by_district = apportion(quota_.okrugs, equal);
    const double reach = std::sqrt(province_.area / static_cast<double>(seats.size())) / 2;
    const std::size_t first = communities_.size();
    for (std::size_t d = 0; d < seats.size(); ++d) {
      for (long long i = 0; i < by_district[d]; ++i) {
        const std::size_t k = communities_.size() - first;
        add_community(PlaceType::okrug, fmt::format("{}, okrug {} (synthetic)", province_.region.name, k + 1),
            first_district + static_cast<std::uint32_t>(d), scattered(seats[d], reach, name(k), east));
      }
    }

    // Villages, largest first: the quantiles of a lognormal distribution, midpoint by midpoint.
    const auto villages = static_cast<std::size_t>(quota_.villages);
    std::vector<double> sizes(villages);
    for (std::size_t k = 0; k < villages; ++k) {
      const double rank = 1 - (static_cast<double>(k) + 0.5) / static_cast<double>(villages);
      sizes[k] = exp_(national_.village_spread * normal_quantile(rank));
    }
    const std::vector<long long> people = apportion(quota_.rural(), sizes, 1);
    const std::vector<std::size_t> centre = shuffled(n, province_.region.code);
    for (std::size_t k = 0; k < villages; ++k) {
      const std::size_t at = k < n ? centre[k] : settlement_luck.below(static_cast<std::uint32_t>(n), name(k), host);
      Community& okrug = communities_[first + at];
      okrug.villages.push_back({static_cast<double>(people[k])});
      okrug.population += static_cast<double>(people[k]);
    }
  }

  /// Sorts by district (towns stay before okrugs) and numbers the communities of each.
  void give_codes() {
    std::stable_sort(communities_.begin(), communities_.end(),
        [](const Community& a, const Community& b) { return a.district < b.district; });
    std::size_t ordinal = 0;
    for (std::size_t k = 0; k < communities_.size(); ++k) {
      ordinal = k > 0 && communities_[k].district == communities_[k - 1].district ? ordinal + 1 : 1;
      communities_[k].code = fmt::format("{}.{:03}", country_.districts[communities_[k].district].code, ordinal);
    }
  }

  /// Incomes with mean `mean` over the region's people: lower in okrugs, and spread.
  void give_incomes(double mean) {
    double sum = 0;
    for (Community& c : communities_) {
      const double luck = settlement_luck.normal({key_of(c.code), 0}, income);
      c.income = (c.type == PlaceType::okrug ? national_.rural_income_ratio : 1) * exp_(national_.income_spread * luck);
      sum += c.income * c.population;
    }
    const double factor = mean * static_cast<double>(quota_.people) / sum;
    for (Community& c : communities_) c.income *= factor;
  }

  /// Okrug budgets are partly the same for all and partly in proportion to people, with the official mean.
  void give_budgets(double mean_okrug) {
    for (Community& c : communities_) {
      const double fixed = national_.okrug_budget_fixed;
      const double budget = national_.okrug_budget * (fixed + (1 - fixed) * c.population / mean_okrug);
      c.resources = c.type == PlaceType::okrug ? 1000 * budget / c.population : province_.town_budget;
    }
  }

  const National& national_;
  const Province& province_;
  const Quota& quota_;
  Country& country_;
  std::uint32_t region_;
  double town_platform_ = 0;  ///< share of platform users in the region's towns
  double town_access_ = 0;    ///< share of people with access in the region's towns
  int districts_ = 0;
  std::vector<Community> communities_;
};

/// Divides the country's totals among its regions.
std::vector<Quota> divide(const National& national, const std::vector<Province>& provinces, const path& folder) {
  std::vector<double> weights;
  for (const Province& p : provinces) weights.push_back(p.region.population);
  const std::vector<long long> people = apportion(national.population, weights);
  std::vector<Quota> quotas(provinces.size());
  std::vector<double> rural(provinces.size());
  for (std::size_t k = 0; k < provinces.size(); ++k) {
    quotas[k].people = people[k];
    quotas[k].urban =
        static_cast<long long>(std::floor(static_cast<double>(people[k]) * provinces[k].region.urban_share + 0.5));
    rural[k] = static_cast<double>(quotas[k].rural());
  }
  const bool any = std::any_of(rural.begin(), rural.end(), [](double r) { return r > 0; });
  if (!any && national.villages > 0)
    throw input_error((folder / "national.csv").string(), "villages, but no rural people",
        "all regions are urban by their shares", "set okrugs and villages to 0");
  const std::vector<long long> okrugs = apportion(national.okrugs, rural);
  const std::vector<long long> villages = apportion(national.villages, rural);
  for (std::size_t k = 0; k < provinces.size(); ++k) {
    Quota& q = quotas[k];
    const Province& p = provinces[k];
    const auto error = [&](std::string problem, std::string why) {
      return input_error((folder / "regions.csv").string(), fmt::format("{}: {}", p.region.name, problem),
          std::move(why), "check its population and urban_share, and the totals in national.csv");
    };
    if (q.people < (p.city ? p.districts : 1)) throw error("too few people", "a community needs at least one");
    if (p.city) continue;
    q.okrugs = okrugs[k];
    q.villages = villages[k];
    if (q.okrugs < p.districts)
      throw error(fmt::format("its rural people make {} okrugs for {} districts", q.okrugs, p.districts),
          "every district has an okrug");
    if (q.villages < q.okrugs)
      throw error(fmt::format("{} villages for {} okrugs", q.villages, q.okrugs), "every okrug has a village");
    if (q.rural() < q.villages)
      throw error(fmt::format("{} rural people for {} villages", q.rural(), q.villages), "a village is not empty");
    const auto towns = std::count_if(p.settlements.begin(), p.settlements.end(),
        [&](const Settlement& s) { return s.population >= national.town_population; });
    if (q.urban > 0 && q.urban < towns)
      throw error(fmt::format("{} urban people for {} towns", q.urban, towns), "a town is not empty");
  }
  return quotas;
}

}  // namespace

Country read_census(const path& folder, std::vector<std::string>* notes) {
  const National national = read_national(folder / "national.csv");
  std::vector<Province> provinces = read_regions(folder / "regions.csv", national);
  read_settlements(folder, national, provinces, notes);
  Country country;
  country.name = national.country;
  country.pyramid = read_pyramid(folder / "pyramid.csv");

  const std::vector<Quota> quotas = divide(national, provinces, folder);
  double wages = 0;
  double rural = 0;
  for (std::size_t k = 0; k < provinces.size(); ++k) {
    wages += provinces[k].region.wage * static_cast<double>(quotas[k].people);
    rural += static_cast<double>(quotas[k].rural());
  }
  const double mean_wage = wages / static_cast<double>(national.population);
  const double mean_okrug = national.okrugs > 0 ? rural / static_cast<double>(national.okrugs) : 1;
  for (std::size_t k = 0; k < provinces.size(); ++k)
    Settler(national, provinces[k], quotas[k], country).settle(mean_wage, mean_okrug);
  return country;
}

}  // namespace kurultai
