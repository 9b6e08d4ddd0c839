#include "society/census_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "base/csv.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/text.h"

namespace kurultai {

namespace {

using std::filesystem::path;

/// The rows of national.csv.
const std::vector<std::string> national_figures = {"country", "population", "urban_population", "districts", "okrugs",
    "villages", "okrug_budget", "town_population", "city_population", "village_spread", "rural_income_ratio",
    "income_spread", "rural_platform_ratio", "rural_access_ratio", "okrug_budget_fixed", "okrug_participatory_budget"};

/// Where settlement `key` stands: province and place in its list.
using Index = std::map<long long, std::pair<std::size_t, std::size_t>>;

void read_cities(const path& file, const National& national, const Index& index, std::vector<Province>& provinces,
    std::vector<std::string>* notes) {
  const CsvTable table = CsvTable::read(file);
  const std::size_t key = table.column("geonameid");
  const std::size_t name = table.column("name");
  const std::size_t population = table.column("population");
  const std::size_t participatory_budget = table.column("participatory_budget");
  const std::size_t platform = table.column("platform_users");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto cell = [&](std::size_t column, double low, double high) -> std::optional<double> {
      if (!table.given(row, column)) return std::nullopt;
      return table.number(row, column, low, high);
    };
    const auto found = index.find(table.whole(row, key, 0, 1LL << 40));
    const auto error = [&](std::string why) {
      return input_error(table.place(row),
          fmt::format("'{}' cannot be given figures of its own", table.text(row, name)), std::move(why),
          "correct or remove the row");
    };
    if (found == index.end()) throw error("towns.csv has no settlement with this geonameid");
    Province& province = provinces[found->second.first];
    Settlement& settlement = province.settlements[found->second.second];
    if (settlement.name != table.text(row, name))
      throw error(fmt::format("in towns.csv this geonameid is '{}'", settlement.name));
    if (province.city) throw error("it is a region by itself, whose figures stand in regions.csv");
    settlement.population = cell(population, 1, 1e9).value_or(settlement.population);
    if (settlement.population < national.town_population) throw error("it is too small for a town");
    settlement.participatory_budget = cell(participatory_budget, 0, 1e9);
    settlement.platform = cell(platform, 0, 1);
  }
  const std::string may_be_empty[] = {"population", "participatory_budget", "platform_users"};
  table.add_notes(may_be_empty, notes);
}

}  // namespace

National read_national(const path& file) {
  const CsvTable table = CsvTable::read(file);
  const std::size_t key = table.column("key");
  const std::size_t value = table.column("value");
  std::map<std::string, std::size_t> rows;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string name(table.text(row, key));
    if (std::find(national_figures.begin(), national_figures.end(), name) == national_figures.end())
      throw input_error(table.place(row), fmt::format("unknown figure '{}'", shown(name)),
          "the census has no use for it",
          did_you_mean(nearest(name, national_figures), "correct its name or remove the row"));
    if (!rows.emplace(name, row).second)
      throw input_error(
          table.place(row), fmt::format("'{}' stands twice", name), "a figure has one value", "remove one of the rows");
  }
  const auto take = [&](const std::string& name) {
    const auto found = rows.find(name);
    if (found == rows.end())
      throw input_error(file.string(), fmt::format("no row '{}'", name), "the census needs this figure",
          fmt::format("add '{},VALUE,...'", name));
    return found->second;
  };
  const auto whole = [&](const std::string& name, long long low, long long high) {
    return table.whole(take(name), value, low, high);
  };
  const auto number = [&](const std::string& name, double low, double high) {
    return table.number(take(name), value, low, high);
  };
  constexpr long long people = 2'000'000'000;
  National n;
  n.country = table.name(take("country"), value);
  n.population = whole("population", 1, people);
  n.urban_population = whole("urban_population", 0, n.population);
  n.districts = whole("districts", 1, 1'000'000);
  n.okrugs = whole("okrugs", 0, 10'000'000);
  n.villages = whole("villages", n.okrugs, 10'000'000);
  n.okrug_budget = number("okrug_budget", 0, 1e9);
  n.town_population = number("town_population", 1, 1e9);
  n.city_population = number("city_population", 1, 1e9);
  n.village_spread = number("village_spread", 0, 3);
  n.rural_income_ratio = number("rural_income_ratio", 0.01, 10);
  n.income_spread = number("income_spread", 0, 1);
  n.rural_platform_ratio = number("rural_platform_ratio", 0, 10);
  n.rural_access_ratio = number("rural_access_ratio", 0, 10);
  n.okrug_budget_fixed = number("okrug_budget_fixed", 0, 1);
  n.okrug_participatory_budget = number("okrug_participatory_budget", 0, 1e9);
  return n;
}

std::vector<Province> read_regions(const path& file, const National& national) {
  const CsvTable table = CsvTable::read(file);
  const std::size_t code = table.column("code");
  const std::size_t name = table.column("name");
  const std::size_t kind = table.column("kind");
  const std::size_t population = table.column("population");
  const std::size_t area = table.column("area_km2");
  const std::size_t districts = table.column("districts");
  const std::size_t grp_per_head = table.column("grp_per_head");
  const std::size_t wage = table.column("wage");
  const std::size_t urban_share = table.column("urban_share");
  const std::size_t platform = table.column("platform_users");
  const std::size_t access = table.column("access");
  const std::size_t participatory_budget = table.column("participatory_budget");
  const std::size_t town_budget = table.column("town_budget");

  std::vector<Province> provinces;
  std::set<std::string> codes;
  double people = 0;
  double urban = 0;
  long long units = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    Province p;
    p.region.code = table.name(row, code);
    p.region.name = table.name(row, name);
    if (!codes.insert(p.region.code).second)
      throw input_error(
          table.place(row), fmt::format("region code '{}' stands twice", p.region.code), "codes differ", "correct it");
    p.city = table.text(row, kind) == "city";
    if (!p.city && table.text(row, kind) != "oblast")
      throw input_error(table.place(row), fmt::format("'{}' in column 'kind'", table.text(row, kind)),
          "no such kind of region", "write oblast or city");
    p.region.population = static_cast<double>(table.whole(row, population, 1, 2'000'000'000));
    p.area = table.number(row, area, 1, 2e7);
    p.districts = table.whole(row, districts, 1, 100'000);
    p.region.grp_per_head = table.number(row, grp_per_head, 0, 1e9);
    p.region.wage = table.number(row, wage, 1, 1e9);
    p.region.urban_share = table.number(row, urban_share, p.city ? 1 : 0, 1);
    p.platform = table.number(row, platform, 0, 1);
    p.access = table.number(row, access, 0, 1);
    p.participatory_budget = table.number(row, participatory_budget, 0, 1e9);
    p.town_budget = table.number(row, town_budget, 0, 1e9);
    people += p.region.population;
    urban += p.region.population * p.region.urban_share;
    units += p.districts;
    provinces.push_back(std::move(p));
  }
  if (provinces.empty()) throw input_error(file.string(), "lists no region", "a country has at least one", "add a row");
  if (units != national.districts)
    throw input_error(file.string(), fmt::format("lists {} districts in all", units),
        fmt::format("national.csv counts {}", national.districts), "make them agree");
  const double share = static_cast<double>(national.urban_population) / static_cast<double>(national.population);
  if (std::abs(urban / people - share) > 0.001)
    throw input_error(file.string(), fmt::format("the urban shares make {:.2f}% of the country", 100 * urban / people),
        fmt::format("national.csv says {:.2f}%", 100 * share), "adjust the shares that are filled in");
  std::sort(provinces.begin(), provinces.end(),
      [](const Province& a, const Province& b) { return a.region.code < b.region.code; });
  return provinces;
}

void read_settlements(
    const path& folder, const National& national, std::vector<Province>& provinces, std::vector<std::string>* notes) {
  const CsvTable table = CsvTable::read(folder / "towns.csv");
  const std::size_t key = table.column("geonameid");
  const std::size_t name = table.column("name");
  const std::size_t region = table.column("region");
  const std::size_t latitude = table.column("latitude");
  const std::size_t longitude = table.column("longitude");
  const std::size_t population = table.column("population");
  const std::size_t feature = table.column("feature");
  Index index;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string_view code = table.text(row, region);
    const auto province =
        std::find_if(provinces.begin(), provinces.end(), [&](const Province& p) { return p.region.code == code; });
    if (province == provinces.end())
      throw input_error(table.place(row), fmt::format("unknown region '{}'", code), "regions.csv does not list it",
          "use one of its codes");
    Settlement s;
    s.key = table.whole(row, key, 0, 1LL << 40);
    s.name = table.name(row, name);
    s.position = {table.number(row, latitude, -85, 85), table.number(row, longitude, -180, 180)};
    s.population = table.number(row, population, 0, 1e9);
    s.seat = table.given(row, feature) && table.text(row, feature) == "PPLA2";
    const std::pair where{static_cast<std::size_t>(province - provinces.begin()), province->settlements.size()};
    if (!index.emplace(s.key, where).second)
      throw input_error(table.place(row), fmt::format("geonameid {} stands twice", s.key),
          "it is the settlement's name for good", "remove one of the rows");
    province->settlements.push_back(std::move(s));
  }
  const std::string may_be_empty[] = {"feature"};
  table.add_notes(may_be_empty, notes);
  std::error_code failed;  // what is there and cannot be read is an error of its own
  if (std::filesystem::symlink_status(folder / "cities.csv", failed).type() != std::filesystem::file_type::not_found)
    read_cities(folder / "cities.csv", national, index, provinces, notes);
  for (Province& p : provinces) {
    std::sort(p.settlements.begin(), p.settlements.end(), [](const Settlement& a, const Settlement& b) {
      return std::pair(-a.population, a.key) < std::pair(-b.population, b.key);
    });
    const double least = p.city ? 0 : national.town_population;
    if (p.region.urban_share > 0 && (p.settlements.empty() || p.settlements.front().population < least))
      throw input_error((folder / "towns.csv").string(), fmt::format("no town in {}", p.region.name),
          fmt::format("{:.1f}% of its people are urban", 100 * p.region.urban_share),
          "add one, or set its urban_share to 0");
    if (p.settlements.empty())
      throw input_error((folder / "towns.csv").string(), fmt::format("no settlement in {}", p.region.name),
          "its place on the map is not known", "add one; its population may be 0");
  }
}

std::vector<AgeGroup> read_pyramid(const path& file) {
  const CsvTable table = CsvTable::read(file);
  const std::size_t first = table.column("first");
  const std::size_t last = table.column("last");
  const std::size_t men = table.column("men");
  const std::size_t women = table.column("women");
  std::vector<AgeGroup> pyramid;
  double people = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const long long expected = pyramid.empty() ? 0 : pyramid.back().last + 1;
    AgeGroup group;
    group.first = static_cast<int>(table.whole(row, first, 0, 100));
    if (group.first != expected)
      throw input_error(table.place(row), fmt::format("an age group from {} on", group.first),
          fmt::format("ages up to {} are told, none in between", expected - 1),
          fmt::format("continue from {}", expected));
    group.last = static_cast<int>(table.whole(row, last, group.first, 100));
    group.men = table.number(row, men, 0, 1e9);
    group.women = table.number(row, women, 0, 1e9);
    people += group.men + group.women;
    pyramid.push_back(group);
  }
  if (!(people > 0))
    throw input_error(file.string(), "holds no people", "ages are drawn from it", "fill in its age groups");
  return pyramid;
}

}  // namespace kurultai
