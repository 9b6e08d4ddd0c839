#include "society/census.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "catch.h"

using namespace kurultai;
namespace fs = std::filesystem;

namespace {

const fs::path kazakhstan_folder = fs::path(KURULTAI_SOURCE_DIR) / "scenarios/data/kazakhstan";

const Country& kazakhstan() {
  static const Country country = read_census(kazakhstan_folder);
  return country;
}

/// A copy of the tables that a test may spoil; gone when the test is over.
class Copy {
 public:
  Copy() {
    std::string name = (fs::temp_directory_path() / "kurultai-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    fs::copy(kazakhstan_folder, folder_);
  }
  ~Copy() { fs::remove_all(folder_); }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  /// Replaces the one place where `from` stands in `file`; the line it stood on.
  int replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::stringstream stream;
    stream << std::ifstream(folder_ / file).rdbuf();
    std::string text = stream.str();
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(text.find(from, at + 1) == std::string::npos);
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    text.replace(at, from.size(), to);
    std::ofstream(folder_ / file) << text;
    return static_cast<int>(line);
  }
  [[nodiscard]] const fs::path& path() const { return folder_; }

 private:
  fs::path folder_;
};

/// What reading a census with this change is refused with, from the file's name on. "#" stands for the line.
bool refused(const std::string& file, const std::string& from, const std::string& to, std::string message) {
  const Copy copy;
  const int line = copy.replace(file, from, to);
  if (const auto at = message.find('#'); at != std::string::npos) message.replace(at, 1, std::to_string(line));
  try {
    read_census(copy.path());
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::input);
    CAPTURE(error.what());
    const bool found = std::string(error.what()).find(message) != std::string::npos;
    CHECK(found);
    return found;
  }
  return false;
}

double people(const Country& country, bool (*which)(const Community&)) {
  double sum = 0;
  for (const Community& c : country.communities)
    if (which(c)) sum += c.population;
  return sum;
}

const Community& community(const Country& country, std::string_view name) {
  const auto found = std::find_if(
      country.communities.begin(), country.communities.end(), [&](const Community& c) { return c.name == name; });
  REQUIRE(found != country.communities.end());
  return *found;
}

/// Everything about a community that can be compared, its indices aside.
auto essence(const Community& c) {
  std::vector<double> villages;
  for (const Village& village : c.villages) villages.push_back(village.population);
  return std::tuple(c.code, c.name, c.type, c.latitude, c.longitude, c.population, c.income, c.platform, c.access,
      c.participatory_budget, c.resources, c.synthetic, villages);
}

}  // namespace

TEST_CASE("census: the official counts are met exactly") {
  const Country& country = kazakhstan();
  CHECK(country.name == "Kazakhstan");
  CHECK(country.regions.size() == 20);
  CHECK(country.districts.size() == 224);
  std::map<PlaceType, int> types;
  std::size_t villages = 0;
  for (const Community& c : country.communities) {
    ++types[c.type];
    villages += c.villages.size();
    CHECK(c.villages.empty() == (c.type != PlaceType::okrug));
  }
  CHECK(types[PlaceType::okrug] == 2345);
  CHECK(villages == 6208);
  CHECK(types[PlaceType::city_district] == 8 + 5 + 5);
  CHECK(types[PlaceType::city] + types[PlaceType::town] > 200);  // GeoNames' settlements of 3,000 and more
}

TEST_CASE("census: populations are whole and add up to the person") {
  const Country& country = kazakhstan();
  double total = 0;
  std::vector<double> by_region(country.regions.size(), 0.0);
  for (const Community& c : country.communities) {
    CHECK(c.population >= 1);
    CHECK(c.population == static_cast<double>(static_cast<long long>(c.population)));
    total += c.population;
    by_region[c.region] += c.population;
    double in_villages = 0;
    for (const Village& village : c.villages) in_villages += village.population;
    if (c.type == PlaceType::okrug) CHECK(in_villages == c.population);
  }
  CHECK(total == 20478879);
  for (std::size_t r = 0; r < by_region.size(); ++r) CHECK(by_region[r] == country.regions[r].population);
  // The regions keep their shares of 2023: 610,189 and 2,161,695 of 19,765,004.
  CHECK(country.regions.front().population == Approx(20478879.0 * 610189 / 19765004).margin(1));
  CHECK(country.regions[18].name == "Almaty city");
  CHECK(country.regions[18].population == Approx(20478879.0 * 2161695 / 19765004).margin(1));
}

TEST_CASE("census: urban shares are the table's, and the country's is official") {
  const Country& country = kazakhstan();
  const double urban = people(country, [](const Community& c) { return c.type != PlaceType::okrug; });
  CHECK(urban / 20478879 == Approx(13013064.0 / 20478879).margin(0.0005));
  std::vector<double> towns(country.regions.size(), 0.0);
  for (const Community& c : country.communities)
    if (c.type != PlaceType::okrug) towns[c.region] += c.population;
  for (std::size_t r = 0; r < towns.size(); ++r)
    CHECK(towns[r] == Approx(country.regions[r].population * country.regions[r].urban_share).margin(0.51));
  CHECK(country.regions[8].name == "Karaganda Region");
  CHECK(country.regions[8].urban_share == 0.817);
}

TEST_CASE("census: villages are as small and as unequal as the official figures say") {
  std::vector<double> villages;
  for (const Community& c : kazakhstan().communities)
    for (const Village& village : c.villages) villages.push_back(village.population);
  std::sort(villages.begin(), villages.end());
  CHECK(villages.front() >= 1);
  const auto small = std::lower_bound(villages.begin(), villages.end(), 500.0) - villages.begin();
  CHECK(small > 6208 / 2);
  CHECK(small < 6208 * 6 / 10);
  const double rural = std::accumulate(villages.begin(), villages.end(), 0.0);
  const double smallest = std::accumulate(villages.begin(), villages.begin() + 2800, 0.0);
  CHECK(smallest / rural < 0.10);
  CHECK(smallest / rural > 0.04);
  CHECK(villages.back() < 80000);
}

TEST_CASE("census: communities are sorted, named once, and stand in a district of their region") {
  const Country& country = kazakhstan();
  std::set<std::string> codes;
  std::vector<int> filled(country.districts.size(), 0);
  for (std::size_t k = 0; k < country.communities.size(); ++k) {
    const Community& c = country.communities[k];
    CHECK(codes.insert(c.code).second);
    REQUIRE(c.district < country.districts.size());
    CHECK(country.districts[c.district].region == c.region);
    CHECK(c.code.rfind(country.districts[c.district].code + ".", 0) == 0);
    ++filled[c.district];
    if (k == 0) continue;
    const Community& before = country.communities[k - 1];
    CHECK(std::tie(before.region, before.district, before.code) < std::tie(c.region, c.district, c.code));
  }
  CHECK(std::count(filled.begin(), filled.end(), 0) == 0);
  std::map<std::string, int> districts;
  for (const District& d : country.districts) ++districts[country.regions[d.region].code];
  const std::map<std::string, int> official = {{"KZ10", 12}, {"KZ11", 20}, {"KZ15", 13}, {"KZ19", 11}, {"KZ23", 8},
      {"KZ27", 13}, {"KZ31", 11}, {"KZ33", 10}, {"KZ35", 13}, {"KZ39", 20}, {"KZ43", 9}, {"KZ47", 7}, {"KZ55", 13},
      {"KZ59", 14}, {"KZ61", 16}, {"KZ62", 5}, {"KZ63", 11}, {"KZ71", 5}, {"KZ75", 8}, {"KZ79", 5}};
  CHECK(districts == official);
}

TEST_CASE("census: what is synthetic says so, towns are real") {
  for (const Community& c : kazakhstan().communities) {
    const bool labelled = c.name.find("(synthetic)") != std::string::npos;
    CHECK(labelled == c.synthetic);
    CHECK(c.synthetic == (c.type == PlaceType::okrug || c.type == PlaceType::city_district));
    CHECK(c.latitude > 39);
    CHECK(c.latitude < 57);
    CHECK(c.longitude > 45);
    CHECK(c.longitude < 89);
  }
  const Community& karaganda = community(kazakhstan(), "Karagandy");
  CHECK(karaganda.type == PlaceType::city);
  CHECK(karaganda.latitude == Approx(49.80187));
  CHECK(karaganda.longitude == Approx(73.10211));
  const Community& fort = community(kazakhstan(), "Fort-Shevchenko");
  CHECK(fort.type == PlaceType::town);
  CHECK(kazakhstan().regions[fort.region].name == "Mangystau Region");
}

TEST_CASE("census: incomes keep the regions' wages, and okrugs earn less than towns") {
  const Country& country = kazakhstan();
  double national = 0;
  for (const Region& r : country.regions) national += r.wage * r.population / 20478879;
  std::vector<double> sum(country.regions.size(), 0.0);
  std::map<bool, std::pair<double, double>> by_kind;  // rural: income relative to the region's mean, people
  for (const Community& c : country.communities) {
    sum[c.region] += c.income * c.population;
    const Region& region = country.regions[c.region];
    if (region.urban_share == 1) continue;
    auto& [income, heads] = by_kind[c.type == PlaceType::okrug];
    income += c.income * national / region.wage * c.population;
    heads += c.population;
  }
  for (std::size_t r = 0; r < sum.size(); ++r)
    CHECK(sum[r] / country.regions[r].population == Approx(country.regions[r].wage / national).epsilon(1e-9));
  CHECK(by_kind[true].first / by_kind[true].second < 0.95);
  CHECK(by_kind[false].first / by_kind[false].second > 1.05);
}

TEST_CASE("census: shares and budgets") {
  const Country& country = kazakhstan();
  double okrug_budgets = 0;
  double access = 0;
  for (const Community& c : country.communities) {
    CHECK(c.platform > 0);
    CHECK(c.platform < 0.5);
    CHECK(c.access > 0.8);
    CHECK(c.access <= 1);
    access += c.access * c.population / 20478879;
    if (c.type == PlaceType::okrug) okrug_budgets += c.resources * c.population / 1000;  // million tenge
  }
  CHECK(okrug_budgets / 2345 == Approx(190).epsilon(1e-9));
  CHECK(access == Approx(0.929).margin(0.005));
  CHECK(community(country, "Almaty city, city district 3 (synthetic)").participatory_budget == 8280);
  const Community& kostanay = community(country, "Kostanay");
  CHECK(kostanay.type == PlaceType::city);
  CHECK(kostanay.population * kostanay.participatory_budget == Approx(800e6).epsilon(0.1));
  CHECK(community(country, "Rudnyy").participatory_budget == 300);
}

TEST_CASE("census: the pyramid covers all ages") {
  const std::vector<AgeGroup>& pyramid = kazakhstan().pyramid;
  REQUIRE(pyramid.size() == 18);
  CHECK(pyramid.front().first == 0);
  CHECK(pyramid.back().last == 100);
  double total = 0;
  for (const AgeGroup& group : pyramid) total += group.men + group.women;
  CHECK(total == Approx(20850).margin(250));  // thousands: the United Nations' estimate, not the census's
}

TEST_CASE("census: a region's settlements do not depend on the order of the tables or on other regions' names") {
  const Copy copy;
  copy.replace("regions.csv", "KZ10,Abai Region", "KZ99,Abai Region");
  std::stringstream stream;
  stream << std::ifstream(copy.path() / "towns.csv").rdbuf();
  std::string towns = stream.str();
  for (auto at = towns.find(",KZ10,"); at != std::string::npos; at = towns.find(",KZ10,"))
    towns[at + 3] = towns[at + 4] = '9';
  std::ofstream(copy.path() / "towns.csv") << towns;
  const Country other = read_census(copy.path());
  CHECK(other.regions.back().code == "KZ99");
  const auto in_region = [](const Country& country, const std::string& code) {
    std::vector<decltype(essence(country.communities[0]))> list;
    for (const Community& c : country.communities)
      if (country.regions[c.region].code == code) list.push_back(essence(c));
    return list;
  };
  CHECK(in_region(other, "KZ11").size() > 100);
  CHECK(in_region(other, "KZ11") == in_region(kazakhstan(), "KZ11"));
  CHECK(in_region(other, "KZ75") == in_region(kazakhstan(), "KZ75"));
  CHECK(in_region(other, "KZ99") != in_region(kazakhstan(), "KZ10"));
}

TEST_CASE("census: two readings are the same to the bit") {
  const Country again = read_census(kazakhstan_folder);
  REQUIRE(again.communities.size() == kazakhstan().communities.size());
  for (std::size_t k = 0; k < again.communities.size(); ++k)
    CHECK(essence(again.communities[k]) == essence(kazakhstan().communities[k]));
}

TEST_CASE("census: tables that cannot be used are refused with file and line") {
  CHECK(refused("regions.csv", "KZ11,Akmola Region,oblast,787971", "KZ11,Akmola Region,oblast,many",
      "regions.csv:#: 'many' in column 'population' (it is not a number)"));
  CHECK(refused("regions.csv", "KZ11,Akmola Region,oblast", "KZ11,Akmola Region,province",
      "regions.csv:#: 'province' in column 'kind'"));
  CHECK(refused("regions.csv", "KZ11,Akmola", "KZ10,Akmola", "regions.csv:#: region code 'KZ10'"));
  CHECK(refused("regions.csv", "145445,20,", "145445,21,", "regions.csv: lists 225 districts in all"));
  CHECK(refused("regions.csv", "official,0.161,", "official,0.561,", "regions.csv: the urban shares make"));
  CHECK(refused("regions.csv", ",urban_share,", ",urban_part,", "regions.csv: no column 'urban_share'"));
  CHECK(refused("towns.csv", "Karagandy,KZ35", "Karagandy,KZ36", "towns.csv:#: unknown region 'KZ36'"));
  CHECK(refused(
      "towns.csv", "Karagandy,KZ35,49.80187", "Karagandy,KZ35,149.8", "towns.csv:#: '149.8' in column 'latitude'"));
  CHECK(refused("towns.csv", "609655,Karagandy", "1518262,Karagandy", "geonameid 1518262 stands twice"));
  CHECK(refused(
      "pyramid.csv", "\n25,29,", "\n26,29,", "an age group from 26 on (ages up to 24 are told, none in between)"));
  CHECK(refused("national.csv", "villages,6208", "villages,60x8", "national.csv:#: '60x8' in column 'value'"));
  CHECK(refused("national.csv", "\nvillage_spread,", "\nvillage_spred,",
      "unknown figure 'village_spred' (the census has no use for it) did you mean 'village_spread'?"));
  CHECK(refused("national.csv", "\ncity_population,", "\ntown_population,", "'town_population' stands twice"));
  CHECK(refused("national.csv", "\nokrugs,2345", "\nunheard_of,1,,,\nokrugs,2345", "unknown figure 'unheard_of'"));
  CHECK(refused("national.csv", "\nokrugs,2345", "\nokrugs,234", "7 okrugs for 12 districts"));
  CHECK(refused(
      "cities.csv", "1519928,Kostanay", "1519929,Kostanay", "cities.csv:#: 'Kostanay' cannot be given figures"));
  CHECK(refused("cities.csv", "1519928,Kostanay", "1526384,Almaty", "whose figures stand in regions.csv"));
}

TEST_CASE("census: a missing table is an error, missing figures of single cities are not") {
  const Copy copy;
  fs::remove(copy.path() / "cities.csv");
  CHECK(community(read_census(copy.path()), "Kostanay").participatory_budget == 300);
  for (const char* file : {"pyramid.csv", "towns.csv", "regions.csv", "national.csv"}) {
    fs::remove(copy.path() / file);
    try {
      read_census(copy.path());
      FAIL("read without " << file);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::input);
      CHECK(std::string(error.what()).find(std::string(file) + ": no such file") != std::string::npos);
    }
  }
}
