#include "society/network_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/csv.h"
#include "base/error.h"
#include "base/labels.h"
#include "base/nearest.h"
#include "society/synthesis_institutions.h"
#include "society/synthesis_networks.h"
#include "society/traits.h"

namespace kurultai {

namespace {

/// "a, b, c"
std::string listed(std::span<const std::string> words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : ", ") + word;
  return line;
}

/// A table and what its rows say, cell by cell; a cell that is missing or empty says nothing.
class Cells {
 public:
  explicit Cells(const std::filesystem::path& file, std::span<const std::string> known)
      : table_(CsvTable::read(file)) {
    for (const std::string& name : table_.header())
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        throw input_error(
            file.string(), fmt::format("unknown column '{}'", name), "it would be ignored",
            did_you_mean(nearest(name, known), "known columns: " + listed(known)));
      }
    if (table_.rows() == 0)
      throw input_error(file.string(), "no rows", "the table has a header only",
                        "give at least one line of data");
  }
  [[nodiscard]] const CsvTable& table() const { return table_; }
  [[nodiscard]] std::string place(std::size_t row) const { return table_.place(row); }

  [[nodiscard]] std::string text(std::size_t row, const std::string& column) const {
    return table_.has(column) ? table_.text(row, table_.column(column)) : std::string();
  }
  [[nodiscard]] std::string required(std::size_t row, const std::string& column) const {
    std::string value = table_.text(row, table_.column(column));
    if (value.empty())
      throw input_error(place(row), fmt::format("'{}' is empty", column), "every row needs it",
                        "fill it in or delete the row");
    return value;
  }
  [[nodiscard]] std::optional<double> number(std::size_t row, const std::string& column, double low,
                                             double high) const {
    if (text(row, column).empty()) return {};
    return table_.number(row, table_.column(column), low, high);
  }
  [[nodiscard]] std::optional<std::uint8_t> whole(std::size_t row, const std::string& column, int low,
                                                  int high) const {
    if (text(row, column).empty()) return {};
    return static_cast<std::uint8_t>(table_.whole(row, table_.column(column), low, high));
  }
  /// The index of the cell's word in `words`.
  template <std::size_t N>
  [[nodiscard]] std::optional<std::uint8_t> word(std::size_t row, const std::string& column,
                                                 const char* const (&words)[N]) const {
    const std::string value = text(row, column);
    if (value.empty()) return {};
    for (std::size_t k = 0; k < N; ++k)
      if (value == words[k]) return static_cast<std::uint8_t>(k);
    const std::vector<std::string> known(words, words + N);
    throw input_error(place(row), fmt::format("unknown {} '{}'", column, value), "one of: " + listed(known),
                      did_you_mean(nearest(value, known), "correct the word"));
  }

 private:
  CsvTable table_;
};

constexpr const char* sex_names[] = {"male", "female"};
constexpr const char* peer_layers[] = {"household", "kin", "neighbour", "work or school", "online"};

const std::vector<std::string> node_columns = {
    "id",        "community", "region", "district",  "type",       "latitude",  "longitude",
    "household", "age",       "sex",    "education", "occupation", "income",    "duty",
    "exposure",  "skill",     "wish",   "access",    "platform",   "resources", "participatory_budget"};
const std::vector<std::string> edge_columns = {"source", "target", "layer"};

/// Items of Stream::persons under a resident's name.
enum Item : std::uint32_t { item_age, item_sex, item_access, item_platform };

/// The number of `code` in the order of first appearance.
class Codes {
 public:
  std::size_t operator[](const std::string& code) {
    const auto [at, is_new] = index_.try_emplace(code, index_.size());
    if (is_new) codes_.push_back(code);
    return at->second;
  }
  [[nodiscard]] const std::vector<std::string>& list() const { return codes_; }

 private:
  std::map<std::string, std::size_t> index_;
  std::vector<std::string> codes_;
};

/// Communities in the order of their regions and districts, and the rows of each.
struct Places {
  Country country;
  std::vector<std::vector<std::size_t>> rows;
};

Places read_places(const Cells& nodes, const SocietySettings& settings) {
  struct Found {
    Community community;
    std::size_t row = 0;
    std::string region;
    std::string district;
    std::vector<std::size_t> rows;
  };
  Codes communities;
  std::vector<Found> found;
  for (std::size_t row = 0; row < nodes.table().rows(); ++row) {
    const std::string code = nodes.required(row, "community");
    const std::size_t c = communities[code];
    if (c == found.size()) {
      Found& place = found.emplace_back();
      place.row = row;
      place.region = nodes.text(row, "region");
      place.district = nodes.text(row, "district");
      place.community.code = code;
      place.community.name = code;
      place.community.type = static_cast<PlaceType>(nodes.word(row, "type", place_type_names).value_or(0));
      place.community.latitude = nodes.number(row, "latitude", -90, 90).value_or(0);
      place.community.longitude = nodes.number(row, "longitude", -180, 180).value_or(0);
      place.community.resources = nodes.number(row, "resources", 0, 1e6).value_or(settings.resources);
      place.community.participatory_budget =
          nodes.number(row, "participatory_budget", 0, 1e9).value_or(settings.participatory_budget);
    }
    Found& place = found[c];
    for (const auto& [column, value] :
         {std::pair{"region", &place.region}, std::pair{"district", &place.district}}) {
      const std::string cell = nodes.text(row, column);
      if (!cell.empty() && cell != *value)
        throw input_error(
            nodes.place(row),
            fmt::format("community '{}' is in {} '{}' here and in '{}' before", code, column, cell, *value),
            fmt::format("first said at {}", nodes.place(place.row)),
            "give a community one region and one district");
    }
    place.rows.push_back(row);
  }

  // Regions and districts by first appearance; a district is named within its region.
  Codes regions;
  Codes districts;
  std::vector<std::tuple<std::size_t, std::size_t, std::size_t>> order;
  std::vector<std::size_t> region_of_district;
  std::vector<std::string> district_names;
  for (std::size_t c = 0; c < found.size(); ++c) {
    const std::size_t region = regions[found[c].region];
    const std::size_t district = districts[found[c].region + '\n' + found[c].district];
    if (district == region_of_district.size()) {
      region_of_district.push_back(region);
      district_names.push_back(found[c].district);
    }
    order.emplace_back(region, district, c);
  }
  std::sort(order.begin(), order.end());
  const auto named = [](const std::string& text, const char* otherwise) {
    return text.empty() ? std::string(otherwise) : text;
  };
  Places places;
  places.country.name = "network";
  for (const std::string& region : regions.list()) {
    places.country.regions.push_back({.code = named(region, "region"), .name = named(region, "region")});
  }
  const auto code = [](auto& list, const std::vector<std::string>& codes) {
    for (std::size_t k = 0; k < list.size(); ++k) list[k].code = codes[k];
  };
  const auto names = [](const auto& list) {
    std::vector<std::string> of;
    for (const auto& place : list) of.push_back(place.name);
    return of;
  };
  code(places.country.regions, told_apart(names(places.country.regions), {}, {}));
  // Districts are renumbered by region, so that communities are sorted by both.
  std::vector<std::uint32_t> number(district_names.size(), 0);
  std::vector<bool> seen(district_names.size(), false);
  for (const auto& [region, district, c] : order) {
    if (!seen[district]) {
      seen[district] = true;
      number[district] = static_cast<std::uint32_t>(places.country.districts.size());
      places.country.districts.push_back({.code = {},
                                          .name = named(district_names[district], "district"),
                                          .region = static_cast<std::uint32_t>(region)});
    }
    Community& community = found[c].community;
    community.region = static_cast<std::uint32_t>(region);
    community.district = number[district];
    community.population = static_cast<double>(found[c].rows.size());
    places.country.regions[region].population += community.population;
    places.country.communities.push_back(std::move(community));
    places.rows.push_back(std::move(found[c].rows));
  }
  std::vector<std::string> of_districts;
  for (const District& district : places.country.districts) of_districts.push_back(places.country.regions[district.region].code);
  code(places.country.districts, told_apart(names(places.country.districts), of_districts, {}));
  return places;
}

/// Puts the residents of community c, given by `rows`, into their columns, and their household ties into
/// `edges`.
void settle(const Cells& nodes, const std::vector<std::size_t>& rows, const SocietySettings& settings,
            const Traits& traits, const Pyramid& adults, std::uint64_t seed, std::size_t c, Society& society,
            std::vector<Edge>& edges) {
  Residents& residents = society.residents;
  const Community& community = society.country.communities[c];
  const Vertex first = society.first[c];
  const Draws draws(seed, 0, Stream::persons);

  std::map<std::string, std::size_t> ended;  // households and the row where they first stood
  for (std::size_t k = 0; k < rows.size();) {
    const std::string household = nodes.text(rows[k], "household");
    std::size_t to = k + 1;
    if (!household.empty()) {
      while (to < rows.size() && nodes.text(rows[to], "household") == household) ++to;
      const auto [before, is_new] = ended.try_emplace(household, rows[k]);
      if (!is_new)
        throw input_error(
            nodes.place(rows[k]),
            fmt::format("household '{}' of community '{}' continues here", household, community.code),
            fmt::format("it began at {} and other households stand between", nodes.place(before->second)),
            "put the members of a household into adjacent rows");
      if (to - k > 255)
        throw input_error(nodes.place(rows[k]),
                          fmt::format("household '{}' has {} members", household, to - k), "at most 255 fit",
                          "divide it");
    }
    for (std::size_t m = k; m < to; ++m) {
      residents.household_slot[first + m] = static_cast<std::uint8_t>(m - k);
      residents.household_size[first + m] = static_cast<std::uint8_t>(to - k);
      for (std::size_t other = m + 1; other < to; ++other)
        edges.push_back(
            {static_cast<Vertex>(first + m), static_cast<Vertex>(first + other), Layer::household});
    }
    k = to;
  }

  // Everything is drawn first and what the table knows put over it, so that a known cell shifts no other
  // draw.
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::size_t i = first + k;
    const Name name{society.key[c], static_cast<std::uint32_t>(k)};
    residents.age[i] = nodes.whole(rows[k], "age", 0, 100)
                           .value_or(static_cast<std::uint8_t>(adults.age(draws.uniform(name, item_age))));
    residents.sex[i] = nodes.word(rows[k], "sex", sex_names)
                           .value_or(draws.chance(adults.women(residents.age[i]), name, item_sex) ? 1 : 0);
  }
  deal_traits(traits, society.key[c], community.type, community.income, residents, first,
              society.first[c + 1]);
  const Wishes mix = traits.wishes(society.key[c], community.type);
  const bool town = urban(community.type);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::size_t i = first + k;
    const std::size_t row = rows[k];
    const Name name{society.key[c], static_cast<std::uint32_t>(k)};
    const int age = residents.age[i];
    residents.education[i] = nodes.word(row, "education", education_names).value_or(residents.education[i]);
    residents.occupation[i] =
        nodes.word(row, "occupation", occupation_names).value_or(residents.occupation[i]);
    const auto education = static_cast<Education>(residents.education[i]);
    residents.income[i] =
        Factor(nodes.number(row, "income", 0, 63)
                   .value_or(traits.income(name, community.income, age, education,
                                           static_cast<Occupation>(residents.occupation[i]), town)));
    if (const auto duty = nodes.number(row, "duty", -8, 7.999)) residents.duty[i] = Score(*duty);
    if (const auto exposure = nodes.number(row, "exposure", 0, 1)) residents.exposure[i] = Share(*exposure);
    residents.wish[i] = nodes.word(row, "wish", good_names)
                            .value_or(static_cast<std::uint8_t>(traits.wish(name, mix, residents, i)));
    const bool reaches = age >= online_age && draws.chance(settings.access, name, item_access);
    residents.access[i] = nodes.whole(row, "access", 0, 1).value_or(reaches ? 1 : 0);
    const bool uses =
        residents.access[i] && residents.adult(i) && draws.chance(settings.platform, name, item_platform);
    residents.platform[i] = nodes.whole(row, "platform", 0, 1).value_or(uses ? 1 : 0);
    residents.skill[i] = Share(nodes.number(row, "skill", 0, 1)
                                   .value_or(traits.skill(name, age, education, residents.access[i] != 0)));
  }
}

/// What the residents tell about their community.
void sum_up(Society& society, std::size_t c) {
  const Residents& residents = society.residents;
  double adults = 0;
  double users = 0;
  double online = 0;
  for (std::size_t i = society.first[c]; i < society.first[c + 1]; ++i) {
    adults += residents.adult(i);
    users += residents.platform[i] && residents.adult(i);
    online += residents.access[i];
  }
  Community& community = society.country.communities[c];
  community.platform = adults > 0 ? users / adults : 0;
  community.access = online / community.population;
}

}  // namespace

std::unique_ptr<Society> read_network(const std::filesystem::path& nodes_file,
                                      const std::filesystem::path& edges_file,
                                      const SocietySettings& settings, std::uint64_t seed) {
  const Cells nodes(nodes_file, node_columns);
  const Cells ties(edges_file, edge_columns);
  Places places = read_places(nodes, settings);
  auto society = std::make_unique<Society>();
  society->country = std::move(places.country);
  society->scale = 1;
  society->first.push_back(0);
  // Where each id lives; only looked up, never walked through.
  std::unordered_map<std::string, std::pair<Vertex, std::size_t>> vertex;
  std::vector<Vertex> vertex_of_row(nodes.table().rows());
  for (std::size_t c = 0; c < places.rows.size(); ++c) {
    for (std::size_t k = 0; k < places.rows[c].size(); ++k)
      vertex_of_row[places.rows[c][k]] = static_cast<Vertex>(society->first[c] + k);
    society->first.push_back(static_cast<Vertex>(society->first[c] + places.rows[c].size()));
    society->key.push_back(key_of(society->country.communities[c].code));
  }
  for (std::size_t row = 0; row < nodes.table().rows(); ++row) {
    const std::string id = nodes.required(row, "id");
    const auto [at, is_new] = vertex.try_emplace(id, vertex_of_row[row], row);
    if (!is_new)
      throw input_error(nodes.place(row), fmt::format("id '{}' is given twice", id),
                        fmt::format("first at {}", nodes.place(at->second.second)),
                        "give every resident an id of its own");
  }
  society->residents.resize(society->first.back());

  const Traits traits(settings, seed);
  const Pyramid adults({}, adult_age);
  std::vector<std::vector<Edge>> edges(1);
  for (std::size_t c = 0; c < places.rows.size(); ++c) {
    settle(nodes, places.rows[c], settings, traits, adults, seed, c, *society, edges[0]);
    sum_up(*society, c);
  }
  for (std::size_t row = 0; row < ties.table().rows(); ++row) {
    const auto end = [&](const char* column) {
      const std::string id = ties.required(row, column);
      const auto at = vertex.find(id);
      if (at == vertex.end())
        throw input_error(ties.place(row), fmt::format("unknown {} '{}'", column, id),
                          fmt::format("{} has no such id", nodes_file.string()),
                          "add the resident or delete the tie");
      return at->second.first;
    };
    const Vertex a = end("source");
    const Vertex b = end("target");
    if (a == b)
      throw input_error(ties.place(row), fmt::format("'{}' is tied to itself", ties.text(row, "source")),
                        "a tie joins two residents", "delete the row");
    edges[0].push_back(
        {a, b,
         static_cast<Layer>(
             ties.word(row, "layer", peer_layers).value_or(static_cast<std::uint8_t>(Layer::neighbour)))});
  }

  found_institutions(settings, seed, *society);
  for (std::size_t c = 0; c < society->communities(); ++c)
    join_institutions(settings, seed, c, *society, edges[0]);
  edges.push_back(partner_ties(*society));
  society->ties.build(edges, society->first, society->vertices());
  return society;
}

}  // namespace kurultai
