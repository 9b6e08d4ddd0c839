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
#include "base/interrupt.h"
#include "base/labels.h"
#include "base/nearest.h"
#include "base/text.h"
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

/// A table and what its rows say, cell by cell; a column that is not there says nothing in any row.
class Cells {
 public:
  Cells(const std::filesystem::path& file, std::span<const NetworkColumn> columns) : table_(CsvTable::read(file)) {
    std::vector<std::string> known;
    for (const NetworkColumn& column : columns) known.emplace_back(column.name);
    for (const std::string& name : table_.header())
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        throw input_error(file.string(), fmt::format("unknown column '{}'", shown(name)), "it would be ignored",
            did_you_mean(nearest(name, known), "known columns: " + listed(known)));
      }
    for (const NetworkColumn& column : columns) {
      if (!column.required) optional_.emplace_back(column.name);
      if (column.required || table_.has(column.name)) place_of_.emplace(column.name, table_.column(column.name));
    }
    if (table_.rows() == 0)
      throw input_error(file.string(), "no rows", "the table has a header only", "give at least one line of data");
  }
  [[nodiscard]] std::size_t rows() const { return table_.rows(); }
  [[nodiscard]] std::string place(std::size_t row) const { return table_.place(row); }
  /// Adds what a user should know of cells that are not given.
  void add_notes(std::vector<std::string>* notes) const { table_.add_notes(optional_, notes); }

  [[nodiscard]] const std::string& required(std::size_t row, const char* column) const {
    return table_.text(row, place_of_.at(column));
  }
  [[nodiscard]] const std::string& required_name(std::size_t row, const char* column) const {
    return table_.name(row, place_of_.at(column));
  }
  [[nodiscard]] std::optional<std::string> text(std::size_t row, const char* column) const {
    return read(row, column, [&](std::size_t k) { return table_.text(row, k); });
  }
  [[nodiscard]] std::optional<std::string> name(std::size_t row, const char* column) const {
    return read(row, column, [&](std::size_t k) { return table_.name(row, k); });
  }
  [[nodiscard]] std::optional<double> number(std::size_t row, const char* column, double low, double high) const {
    return read(row, column, [&](std::size_t k) { return table_.number(row, k, low, high); });
  }
  [[nodiscard]] std::optional<std::uint8_t> whole(std::size_t row, const char* column, int low, int high) const {
    return read(row, column, [&](std::size_t k) { return static_cast<std::uint8_t>(table_.whole(row, k, low, high)); });
  }
  /// The value of E that the cell's word names, of its `first` ones.
  template <class E>
  [[nodiscard]] std::optional<std::uint8_t> value_of(
      std::size_t row, const char* column, std::size_t first = count_of<E>) const {
    return read(row, column, [&](std::size_t k) {
      const std::string& value = table_.text(row, k);
      for (std::size_t w = 0; w < first; ++w)
        if (value == words<E>[w]) return static_cast<std::uint8_t>(w);
      const std::vector<std::string> known(words<E>.begin(), words<E>.begin() + first);
      throw input_error(place(row), fmt::format("unknown {} '{}'", column, shown(value)), "one of: " + listed(known),
          did_you_mean(nearest(value, known), "correct the word"));
    });
  }

 private:
  /// What `take` makes of the cell, if it is given.
  template <class Take>
  [[nodiscard]] auto read(std::size_t row, const char* column, const Take& take) const
      -> std::optional<std::decay_t<decltype(take(std::size_t{}))>> {
    const auto at = place_of_.find(std::string_view(column));
    if (at == place_of_.end() || !table_.given(row, at->second)) return {};
    return take(at->second);
  }

  CsvTable table_;
  std::vector<std::string> optional_;
  std::map<std::string, std::size_t, std::less<>> place_of_;
};

constexpr NetworkColumn all_node_columns[] = {{"id", true}, {"community", true}, {"region"}, {"district"}, {"type"},
    {"latitude"}, {"longitude"}, {"household"}, {"age"}, {"sex"}, {"education"}, {"occupation"}, {"income"}, {"duty"},
    {"exposure"}, {"skill"}, {"wish"}, {"access"}, {"platform"}, {"resources"}, {"participatory_budget"}};
constexpr NetworkColumn all_edge_columns[] = {{"source", true}, {"target", true}, {"layer"}};

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

/// What a community's rows say of it in one column: the same in all rows that say anything.
template <class T> class Common {
 public:
  /// Hears what `row` says; throws input_error if a row before said otherwise.
  void hear(const Cells& nodes, std::size_t row, const char* column, std::optional<T> value) {
    if (!value) return;
    if (value_ && *value_ != *value)
      throw input_error(nodes.place(row),
          fmt::format("{} of community '{}' is '{}' here and was '{}' before", column, nodes.required(row, "community"),
              said(*value), said(*value_)),
          fmt::format("first said at {}", nodes.place(row_)), "give all rows of a community the same, or leave it out");
    if (!value_) row_ = row;
    value_ = std::move(value);
  }
  [[nodiscard]] T value_or(T otherwise) const { return value_.value_or(std::move(otherwise)); }
  [[nodiscard]] bool given() const { return value_.has_value(); }

 private:
  static std::string said(const std::string& text) { return shown(text); }
  static std::string said(double number) { return fmt::format("{}", number); }
  static std::string said(PlaceType type) { return word(type); }

  std::optional<T> value_;
  std::size_t row_ = 0;
};

/// A community of the table and what its rows say of it, column by column.
struct Found {
  std::string code;
  Common<std::string> region = {};
  Common<std::string> district = {};
  Common<PlaceType> type = {};
  Common<double> latitude = {};
  Common<double> longitude = {};
  Common<double> resources = {};
  Common<double> participatory_budget = {};
  std::vector<std::size_t> rows = {};
};

/// The communities in the order of first appearance.
std::vector<Found> find_communities(const Cells& nodes) {
  Codes communities;
  std::vector<Found> found;
  for (std::size_t row = 0; row < nodes.rows(); ++row) {
    heed_interrupt();
    const std::string& code = nodes.required_name(row, "community");
    const std::size_t c = communities[code];
    if (c == found.size()) found.emplace_back().code = code;
    Found& place = found[c];
    place.region.hear(nodes, row, "region", nodes.name(row, "region"));
    place.district.hear(nodes, row, "district", nodes.name(row, "district"));
    const auto type = nodes.value_of<PlaceType>(row, "type");
    place.type.hear(nodes, row, "type", type ? std::optional(static_cast<PlaceType>(*type)) : std::nullopt);
    place.latitude.hear(nodes, row, "latitude", nodes.number(row, "latitude", -90, 90));
    place.longitude.hear(nodes, row, "longitude", nodes.number(row, "longitude", -180, 180));
    place.resources.hear(nodes, row, "resources", nodes.number(row, "resources", 0, 1e6));
    place.participatory_budget.hear(
        nodes, row, "participatory_budget", nodes.number(row, "participatory_budget", 0, 1e9));
    place.rows.push_back(row);
  }
  return found;
}

/// A community and where its rows say it is; "" where they do not.
struct Settled {
  Community community;
  std::string region;
  std::string district;
  std::vector<std::size_t> rows;
};

Settled settled(const Cells& nodes, const SocietySettings& settings, Found& place) {
  Community community;
  community.code = community.name = place.code;
  community.type = place.type.value_or(PlaceType::okrug);
  if (place.latitude.given() != place.longitude.given())
    throw input_error(nodes.place(place.rows.front()),
        fmt::format("community '{}' has a {} and no {}", place.code, place.latitude.given() ? "latitude" : "longitude",
            place.latitude.given() ? "longitude" : "latitude"),
        "a position needs both", "give both or leave both out");
  community.latitude = place.latitude.value_or(0);
  community.longitude = place.longitude.value_or(0);
  community.resources = place.resources.value_or(settings.resources);
  community.participatory_budget = place.participatory_budget.value_or(settings.participatory_budget);
  return {std::move(community), place.region.value_or(""), place.district.value_or(""), std::move(place.rows)};
}

Places read_places(const Cells& nodes, const SocietySettings& settings) {
  std::vector<Settled> found;
  for (Found& place : find_communities(nodes)) found.push_back(settled(nodes, settings, place));

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
  for (const District& district : places.country.districts)
    of_districts.push_back(places.country.regions[district.region].code);
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
    const std::string household = nodes.text(rows[k], "household").value_or("");
    std::size_t to = k + 1;
    if (!household.empty()) {
      while (to < rows.size() && nodes.text(rows[to], "household") == household) ++to;
      const auto [before, is_new] = ended.try_emplace(household, rows[k]);
      if (!is_new)
        throw input_error(nodes.place(rows[k]),
            fmt::format("household '{}' of community '{}' continues here", household, community.code),
            fmt::format("it began at {} and other households stand between", nodes.place(before->second)),
            "put the members of a household into adjacent rows");
      if (to - k > 255)
        throw input_error(nodes.place(rows[k]), fmt::format("household '{}' has {} members", household, to - k),
            "at most 255 fit", "divide it");
    }
    for (std::size_t m = k; m < to; ++m) {
      residents.household_slot[first + m] = static_cast<std::uint8_t>(m - k);
      residents.household_size[first + m] = static_cast<std::uint8_t>(to - k);
      for (std::size_t other = m + 1; other < to; ++other)
        edges.push_back({static_cast<Vertex>(first + m), static_cast<Vertex>(first + other), Layer::household});
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
    residents.sex[i] = nodes.value_of<Sex>(rows[k], "sex")
                           .value_or(draws.chance(adults.women(residents.age[i]), name, item_sex) ? 1 : 0);
  }
  deal_traits(traits, society.key[c], community.type, community.income, residents, first, society.first[c + 1]);
  const Wishes mix = traits.wishes(society.key[c], community.type);
  const bool town = urban(community.type);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::size_t i = first + k;
    const std::size_t row = rows[k];
    const Name name{society.key[c], static_cast<std::uint32_t>(k)};
    const int age = residents.age[i];
    residents.education[i] = nodes.value_of<Education>(row, "education").value_or(residents.education[i]);
    residents.occupation[i] = nodes.value_of<Occupation>(row, "occupation").value_or(residents.occupation[i]);
    const auto education = static_cast<Education>(residents.education[i]);
    residents.income[i] = Factor(nodes.number(row, "income", 0, 63)
            .value_or(traits.income(
                name, community.income, age, education, static_cast<Occupation>(residents.occupation[i]), town)));
    if (const auto duty = nodes.number(row, "duty", -8, 7.999)) residents.duty[i] = Score(*duty);
    if (const auto exposure = nodes.number(row, "exposure", 0, 1)) residents.reach[i] = Share(*exposure);
    residents.wish[i] =
        nodes.value_of<Good>(row, "wish").value_or(static_cast<std::uint8_t>(traits.wish(name, mix, residents, i)));
    const bool reaches = age >= online_age && draws.chance(settings.access, name, item_access);
    residents.access[i] = nodes.whole(row, "access", 0, 1).value_or(reaches ? 1 : 0);
    const bool uses = residents.access[i] && residents.adult(i) && draws.chance(settings.platform, name, item_platform);
    residents.platform[i] = nodes.whole(row, "platform", 0, 1).value_or(uses ? 1 : 0);
    residents.skill[i] =
        Share(nodes.number(row, "skill", 0, 1).value_or(traits.skill(name, age, education, residents.access[i] != 0)));
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

std::span<const NetworkColumn> node_columns() { return all_node_columns; }
std::span<const NetworkColumn> edge_columns() { return all_edge_columns; }

std::unique_ptr<Society> read_network(const std::filesystem::path& nodes_file, const std::filesystem::path& edges_file,
    const SocietySettings& settings, std::uint64_t seed, std::vector<std::string>* notes) {
  const Cells nodes(nodes_file, all_node_columns);
  const Cells ties(edges_file, all_edge_columns);
  nodes.add_notes(notes);
  ties.add_notes(notes);
  Places places = read_places(nodes, settings);
  auto society = std::make_unique<Society>();
  society->country = std::move(places.country);
  society->scale = 1;
  society->first.push_back(0);
  // Where each id lives; only looked up, never walked through.
  std::unordered_map<std::string, std::pair<Vertex, std::size_t>> vertex;
  std::vector<Vertex> vertex_of_row(nodes.rows());
  for (std::size_t c = 0; c < places.rows.size(); ++c) {
    for (std::size_t k = 0; k < places.rows[c].size(); ++k)
      vertex_of_row[places.rows[c][k]] = static_cast<Vertex>(society->first[c] + k);
    society->first.push_back(static_cast<Vertex>(society->first[c] + places.rows[c].size()));
    society->key.push_back(key_of(society->country.communities[c].code));
  }
  for (std::size_t row = 0; row < nodes.rows(); ++row) {
    heed_interrupt();
    const std::string& id = nodes.required(row, "id");
    const auto [at, is_new] = vertex.try_emplace(id, vertex_of_row[row], row);
    if (!is_new)
      throw input_error(nodes.place(row), fmt::format("id '{}' is given twice", id),
          fmt::format("first at {}", nodes.place(at->second.second)), "give every resident an id of its own");
  }
  society->residents.resize(society->first.back());

  const Traits traits(settings, seed);
  const Pyramid adults({}, adult_age);
  std::vector<std::vector<Edge>> edges(1);
  for (std::size_t c = 0; c < places.rows.size(); ++c) {
    settle(nodes, places.rows[c], settings, traits, adults, seed, c, *society, edges[0]);
    sum_up(*society, c);
  }
  for (std::size_t row = 0; row < ties.rows(); ++row) {
    heed_interrupt();
    const auto end = [&](const char* column) {
      const std::string& id = ties.required(row, column);
      const auto at = vertex.find(id);
      if (at == vertex.end())
        throw input_error(ties.place(row), fmt::format("unknown {} '{}'", column, id),
            fmt::format("{} has no such id", nodes_file.string()), "add the resident or delete the tie");
      return at->second.first;
    };
    const Vertex a = end("source");
    const Vertex b = end("target");
    if (a == b)
      throw input_error(ties.place(row), fmt::format("'{}' is tied to itself", ties.required(row, "source")),
          "a tie joins two residents", "delete the row");
    edges[0].push_back({a, b,
        static_cast<Layer>(ties.value_of<Layer>(row, "layer", resident_layers)
                .value_or(static_cast<std::uint8_t>(Layer::neighbour)))});
  }

  found_institutions(settings, seed, *society);
  for (std::size_t c = 0; c < society->communities(); ++c) join_institutions(settings, seed, c, *society, edges[0]);
  edges.push_back(partner_ties(*society));
  society->ties.build(edges, society->first, society->vertices());
  return society;
}

}  // namespace kurultai
