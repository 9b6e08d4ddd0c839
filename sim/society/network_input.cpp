#include "society/network_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/csv.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/labels.h"
#include "base/nearest.h"
#include "base/parallel.h"
#include "base/text.h"
#include "base/words.h"
#include "society/synthesis_institutions.h"
#include "society/synthesis_networks.h"
#include "society/traits.h"

namespace kurultai {

/// The columns of nodes.csv and edges.csv; the first two of each are required.
enum class NodeColumn : std::uint8_t {
  id,
  community,
  region,
  district,
  type,
  latitude,
  longitude,
  household,
  age,
  sex,
  education,
  occupation,
  income,
  duty,
  exposure,
  skill,
  wish,
  access,
  platform,
  resources,
  participatory_budget
};
enum class EdgeColumn : std::uint8_t { source, target, layer };
template <>
inline constexpr auto words<NodeColumn> = std::array{"id", "community", "region", "district", "type", "latitude",
    "longitude", "household", "age", "sex", "education", "occupation", "income", "duty", "exposure", "skill", "wish",
    "access", "platform", "resources", "participatory_budget"};
template <> inline constexpr auto words<EdgeColumn> = std::array{"source", "target", "layer"};

namespace {

constexpr std::size_t required_columns = 2;

template <class Column> constexpr auto columns_of() {
  std::array<NetworkColumn, count_of<Column>> columns{};
  for (std::size_t k = 0; k < columns.size(); ++k) columns[k] = {words<Column>[k], k < required_columns};
  return columns;
}
constexpr auto all_node_columns = columns_of<NodeColumn>();
constexpr auto all_edge_columns = columns_of<EdgeColumn>();

/// "a, b, c"
std::string listed(std::span<const std::string> words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : ", ") + word;
  return line;
}

/// A table and what its rows say, cell by cell; a column that is not there says nothing in any row.
template <class Column> class Cells {
 public:
  explicit Cells(const std::filesystem::path& file) : table_(CsvTable::read(file)) {
    const std::vector<std::string> known = word_list<Column>();
    for (const std::string& name : table_.header())
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        throw input_error(file.string(), fmt::format("unknown column '{}'", shown(name)), "it would be ignored",
            did_you_mean(nearest(name, known), "known columns: " + listed(known)));
      }
    for (std::size_t k = 0; k < known.size(); ++k)
      place_of_[k] = k < required_columns || table_.has(known[k]) ? table_.column(known[k]) : absent;
    if (table_.rows() == 0)
      throw input_error(file.string(), "no rows", "the table has a header only", "give at least one line of data");
  }
  [[nodiscard]] std::size_t rows() const { return table_.rows(); }
  [[nodiscard]] std::string place(std::size_t row) const { return table_.place(row); }
  /// Adds what a user should know of cells that are not given.
  void add_notes(std::vector<std::string>* notes) const {
    const std::vector<std::string> known = word_list<Column>();
    table_.add_notes(std::span(known).subspan(required_columns), notes);
  }

  [[nodiscard]] std::string_view required(std::size_t row, Column column) const {
    return table_.text(row, place_of(column));
  }
  [[nodiscard]] std::string_view required_name(std::size_t row, Column column) const {
    return table_.name(row, place_of(column));
  }
  /// What stands in the cell of a required column, given or not.
  [[nodiscard]] std::string_view raw(std::size_t row, Column column) const { return table_.raw(row, place_of(column)); }
  [[nodiscard]] std::optional<std::string_view> text(std::size_t row, Column column) const {
    return read(row, column, [&](std::size_t k) { return table_.text(row, k); });
  }
  [[nodiscard]] std::optional<std::string_view> name(std::size_t row, Column column) const {
    return read(row, column, [&](std::size_t k) { return table_.name(row, k); });
  }
  [[nodiscard]] std::optional<double> number(std::size_t row, Column column, double low, double high) const {
    return read(row, column, [&](std::size_t k) { return table_.number(row, k, low, high); });
  }
  [[nodiscard]] std::optional<std::uint8_t> whole(std::size_t row, Column column, int low, int high) const {
    return read(row, column, [&](std::size_t k) { return static_cast<std::uint8_t>(table_.whole(row, k, low, high)); });
  }
  /// The value of E that the cell's word names, of its `first` ones.
  template <class E>
  [[nodiscard]] std::optional<E> value_of(std::size_t row, Column column, std::size_t first = count_of<E>) const {
    return read(row, column, [&](std::size_t k) {
      const std::string_view value = table_.text(row, k);
      for (std::size_t w = 0; w < first; ++w)
        if (value == words<E>[w]) return static_cast<E>(w);
      const std::vector<std::string> known(words<E>.begin(), words<E>.begin() + first);
      throw input_error(place(row), fmt::format("unknown {} '{}'", word(column), shown(std::string(value))),
          "one of: " + listed(known), did_you_mean(nearest(std::string(value), known), "correct the word"));
    });
  }

 private:
  static constexpr std::size_t absent = static_cast<std::size_t>(-1);

  [[nodiscard]] std::size_t place_of(Column column) const { return place_of_[static_cast<std::size_t>(column)]; }
  /// What `take` makes of the cell, if it is given.
  template <class Take>
  [[nodiscard]] auto read(std::size_t row, Column column, const Take& take) const
      -> std::optional<std::decay_t<decltype(take(std::size_t{}))>> {
    const std::size_t at = place_of(column);
    if (at == absent || !table_.given(row, at)) return {};
    return take(at);
  }

  CsvTable table_;
  std::array<std::size_t, count_of<Column>> place_of_{};  ///< in the table
};

using Nodes = Cells<NodeColumn>;
using Edges = Cells<EdgeColumn>;

/// Items of Stream::persons under a resident's name.
enum Item : std::uint32_t { item_age, item_sex, item_access, item_platform };

/// Numbers by text, for many texts: a hash table that remembers where the texts stand, not what they are.
class Index {
 public:
  /// For at most `most` texts, which stay where they are.
  explicit Index(std::size_t most) : slots_(std::bit_ceil(2 * most + 1)) {}

  /// Gives `text` the number `value`, if it has none yet; its number.
  std::uint32_t add(std::string_view text, std::uint32_t value) {
    Slot& slot = slots_[place_of(text)];
    if (slot.text.data() == nullptr) slot = {text, tag(key_of(text)), value};
    return slot.value;
  }
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text) const {
    const Slot& slot = slots_[place_of(text)];
    return slot.text.data() == nullptr ? std::nullopt : std::optional(slot.value);
  }
  /// Asks the cache for where `text` is looked for first. (Always inline: see Ties::prefetch.)
  [[gnu::always_inline]] void ask_for_slot(std::string_view text) const {
    __builtin_prefetch(&slots_[first(key_of(text))]);
  }
  /// Asks it for the text that stands there, once the slot is at hand.
  [[gnu::always_inline]] void ask_for_text(std::string_view text) const {
    const std::uint64_t h = key_of(text);
    __builtin_prefetch(slots_[next(first(h), h)].text.data());
  }

 private:
  struct Slot {
    std::string_view text = {};
    std::uint32_t tag = 0;
    std::uint32_t value = 0;
  };
  static std::uint32_t tag(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  /// From place k on, that of the first slot which is free or has the tag of hash h.
  [[nodiscard]] std::size_t next(std::size_t k, std::uint64_t h) const {
    while (slots_[k].text.data() != nullptr && slots_[k].tag != tag(h)) k = after(k);
    return k;
  }
  [[nodiscard]] std::size_t first(std::uint64_t h) const { return h & (slots_.size() - 1); }
  [[nodiscard]] std::size_t after(std::size_t k) const { return (k + 1) & (slots_.size() - 1); }
  /// The slot of `text`, or the free one that it would get.
  [[nodiscard]] std::size_t place_of(std::string_view text) const {
    const std::uint64_t h = key_of(text);
    std::size_t k = next(first(h), h);
    while (slots_[k].text.data() != nullptr && slots_[k].text != text) k = next(after(k), h);
    return k;
  }

  std::vector<Slot> slots_;
};

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
  void hear(const Nodes& nodes, std::size_t row, NodeColumn column, std::optional<T> value) {
    if (!value) return;
    if (value_ && *value_ != *value)
      throw input_error(nodes.place(row),
          fmt::format("{} of community '{}' is '{}' here and was '{}' before", word(column),
              nodes.required(row, NodeColumn::community), said(*value), said(*value_)),
          fmt::format("first said at {}", nodes.place(row_)), "give all rows of a community the same, or leave it out");
    if (!value_) row_ = row;
    value_ = std::move(value);
  }
  [[nodiscard]] T value_or(T otherwise) const { return value_.value_or(std::move(otherwise)); }
  [[nodiscard]] bool given() const { return value_.has_value(); }

 private:
  static std::string said(std::string_view text) { return shown(std::string(text)); }
  static std::string said(double number) { return fmt::format("{}", number); }
  static std::string said(PlaceType type) { return word(type); }

  std::optional<T> value_;
  std::size_t row_ = 0;
};

/// A community of the table and what its rows say of it, column by column.
struct Found {
  std::string code;
  Common<std::string_view> region = {};
  Common<std::string_view> district = {};
  Common<PlaceType> type = {};
  Common<double> latitude = {};
  Common<double> longitude = {};
  Common<double> resources = {};
  Common<double> participatory_budget = {};
  std::vector<std::size_t> rows = {};
};

/// The communities in the order of first appearance.
std::vector<Found> find_communities(const Nodes& nodes) {
  Index communities(nodes.rows());
  std::vector<Found> found;
  for (std::size_t row = 0; row < nodes.rows(); ++row) {
    heed_interrupt();
    const std::string_view code = nodes.required_name(row, NodeColumn::community);
    const std::size_t c = communities.add(code, static_cast<std::uint32_t>(found.size()));
    if (c == found.size()) found.emplace_back().code = code;
    Found& place = found[c];
    const auto hear = [&](auto& common, NodeColumn column, auto value) { common.hear(nodes, row, column, value); };
    const auto number = [&](Common<double>& common, NodeColumn column, double low, double high) {
      hear(common, column, nodes.number(row, column, low, high));
    };
    hear(place.region, NodeColumn::region, nodes.name(row, NodeColumn::region));
    hear(place.district, NodeColumn::district, nodes.name(row, NodeColumn::district));
    hear(place.type, NodeColumn::type, nodes.value_of<PlaceType>(row, NodeColumn::type));
    number(place.latitude, NodeColumn::latitude, -90, 90);
    number(place.longitude, NodeColumn::longitude, -180, 180);
    number(place.resources, NodeColumn::resources, 0, 1e6);
    number(place.participatory_budget, NodeColumn::participatory_budget, 0, 1e9);
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

Settled settled(const Nodes& nodes, const SocietySettings& settings, Found& place) {
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
  return {std::move(community), std::string(place.region.value_or("")), std::string(place.district.value_or("")),
      std::move(place.rows)};
}

Places read_places(const Nodes& nodes, const SocietySettings& settings) {
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
void settle(const Nodes& nodes, const std::vector<std::size_t>& rows, const SocietySettings& settings,
    const Traits& traits, const Pyramid& adults, std::uint64_t seed, std::size_t c, Society& society,
    std::vector<Edge>& edges) {
  GivenResidents& residents = society.residents;
  const Community& community = society.country.communities[c];
  const Vertex first = society.first[c];
  const Draws draws(seed, 0, Stream::persons);

  std::map<std::string_view, std::size_t> ended;  // households and the row where they first stood
  for (std::size_t k = 0; k < rows.size();) {
    const std::string_view household = nodes.text(rows[k], NodeColumn::household).value_or("");
    std::size_t to = k + 1;
    if (!household.empty()) {
      while (to < rows.size() && nodes.text(rows[to], NodeColumn::household) == household) ++to;
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
    residents.age[i] = nodes.whole(rows[k], NodeColumn::age, 0, 100)
                           .value_or(static_cast<std::uint8_t>(adults.age(draws.uniform(name, item_age))));
    const Sex drawn = draws.chance(adults.women(residents.age[i]), name, item_sex) ? Sex::female : Sex::male;
    residents.sex[i] = static_cast<std::uint8_t>(nodes.value_of<Sex>(rows[k], NodeColumn::sex).value_or(drawn));
  }
  deal_traits(traits, society.key[c], community.type, community.income, residents, first, society.first[c + 1]);
  const Wishes mix = traits.wishes(society.key[c], community.type);
  const bool town = urban(community.type);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::size_t i = first + k;
    const std::size_t row = rows[k];
    const Name name{society.key[c], static_cast<std::uint32_t>(k)};
    const int age = residents.age[i];
    const auto education =
        nodes.value_of<Education>(row, NodeColumn::education).value_or(static_cast<Education>(residents.education[i]));
    const auto occupation = nodes.value_of<Occupation>(row, NodeColumn::occupation)
                                .value_or(static_cast<Occupation>(residents.occupation[i]));
    residents.education[i] = static_cast<std::uint8_t>(education);
    residents.occupation[i] = static_cast<std::uint8_t>(occupation);
    residents.income[i] = Factor(nodes.number(row, NodeColumn::income, 0, 63)
            .value_or(traits.income(name, community.income, age, education, occupation, town)));
    if (const auto duty = nodes.number(row, NodeColumn::duty, -8, 7.999)) residents.duty[i] = Score(*duty);
    if (const auto exposure = nodes.number(row, NodeColumn::exposure, 0, 1)) residents.reach[i] = Share(*exposure);
    residents.wish[i] = static_cast<std::uint8_t>(
        nodes.value_of<Good>(row, NodeColumn::wish).value_or(traits.wish(name, mix, residents, i)));
    const bool reaches = age >= online_age && draws.chance(settings.access, name, item_access);
    residents.access[i] = nodes.whole(row, NodeColumn::access, 0, 1).value_or(reaches ? 1 : 0);
    const bool uses = residents.access[i] && residents.adult(i) && draws.chance(settings.platform, name, item_platform);
    residents.platform[i] = nodes.whole(row, NodeColumn::platform, 0, 1).value_or(uses ? 1 : 0);
    residents.skill[i] = Share(nodes.number(row, NodeColumn::skill, 0, 1)
            .value_or(traits.skill(name, age, education, residents.access[i] != 0)));
  }
}

/// What the residents tell about their community.
void sum_up(Society& society, std::size_t c) {
  const GivenResidents& residents = society.residents;
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

/// Looking up an id waits for memory, twice: the cache is asked so many rows before, and half as many.
constexpr std::size_t ids_ahead = 16;

/// Vertices of residents by their ids, which differ; `vertex_of_row`: by row of the table.
Index find_residents(const Nodes& nodes, std::span<const Vertex> vertex_of_row) {
  Index vertices(nodes.rows());
  for (std::size_t row = 0; row < nodes.rows(); ++row) {
    heed_interrupt();
    if (row + ids_ahead < nodes.rows()) vertices.ask_for_slot(nodes.raw(row + ids_ahead, NodeColumn::id));
    const std::string_view id = nodes.required(row, NodeColumn::id);
    const Vertex vertex = vertices.add(id, vertex_of_row[row]);
    if (vertex != vertex_of_row[row])
      throw input_error(nodes.place(row), fmt::format("id '{}' is given twice", id),
          fmt::format("first at {}",
              nodes.place(static_cast<std::size_t>(
                  std::find(vertex_of_row.begin(), vertex_of_row.end(), vertex) - vertex_of_row.begin()))),
          "give every resident an id of its own");
  }
  return vertices;
}

constexpr std::size_t ties_a_block = 1 << 15;

/// The ties of block `k` of the table `ties` between the residents `vertices` of the table `nodes_file`.
std::vector<Edge> read_ties(
    const Edges& ties, std::size_t k, const Index& vertices, const std::filesystem::path& nodes_file) {
  const std::size_t to = std::min(ties.rows(), (k + 1) * ties_a_block);
  std::vector<Edge> edges;
  edges.reserve(to - k * ties_a_block);
  for (std::size_t row = k * ties_a_block; row < to; ++row) {
    heed_interrupt();
    for (const EdgeColumn column : {EdgeColumn::source, EdgeColumn::target}) {
      if (row + ids_ahead < to) vertices.ask_for_slot(ties.raw(row + ids_ahead, column));
      if (row + ids_ahead / 2 < to) vertices.ask_for_text(ties.raw(row + ids_ahead / 2, column));
    }
    const auto end = [&](EdgeColumn column) {
      const std::string_view id = ties.required(row, column);
      const std::optional<Vertex> vertex = vertices.find(id);
      if (!vertex)
        throw input_error(ties.place(row), fmt::format("unknown {} '{}'", word(column), id),
            fmt::format("{} has no such id", nodes_file.string()), "add the resident or delete the tie");
      return *vertex;
    };
    const Vertex a = end(EdgeColumn::source);
    const Vertex b = end(EdgeColumn::target);
    if (a == b)
      throw input_error(ties.place(row), fmt::format("'{}' is tied to itself", ties.required(row, EdgeColumn::source)),
          "a tie joins two residents", "delete the row");
    edges.push_back({a, b, ties.value_of<Layer>(row, EdgeColumn::layer, resident_layers).value_or(Layer::neighbour)});
  }
  return edges;
}

/// Fills `society` with places and residents from the two tables; all ties that these tell of, list by list. Those of
/// community c are the c-th list.
std::vector<std::vector<Edge>> read_tables(const std::filesystem::path& nodes_file,
    const std::filesystem::path& edges_file, const SocietySettings& settings, std::uint64_t seed,
    std::vector<std::string>* notes, Society& society) {
  std::optional<Nodes> nodes_read;
  std::optional<Edges> ties_read;
  parallel_for(2, [&](std::size_t k) {
    if (k == 0)
      nodes_read.emplace(nodes_file);
    else
      ties_read.emplace(edges_file);
  });
  const Nodes& nodes = *nodes_read;
  const Edges& ties = *ties_read;
  nodes.add_notes(notes);
  ties.add_notes(notes);
  Places places = read_places(nodes, settings);
  society.country = std::move(places.country);
  society.scale = 1;
  society.first.push_back(0);
  std::vector<Vertex> vertex_of_row(nodes.rows());
  for (std::size_t c = 0; c < places.rows.size(); ++c) {
    for (std::size_t k = 0; k < places.rows[c].size(); ++k)
      vertex_of_row[places.rows[c][k]] = static_cast<Vertex>(society.first[c] + k);
    society.first.push_back(static_cast<Vertex>(society.first[c] + places.rows[c].size()));
    society.key.push_back(key_of(society.country.communities[c].code));
  }
  const Index vertices = find_residents(nodes, vertex_of_row);
  society.residents.resize(society.first.back());

  const Traits traits(settings, seed);
  const Pyramid adults({}, adult_age);
  const std::size_t communities = society.communities();
  const std::size_t blocks = (ties.rows() + ties_a_block - 1) / ties_a_block;
  std::vector<std::vector<Edge>> edges(communities + blocks);
  parallel_for(communities, [&](std::size_t c) {
    settle(nodes, places.rows[c], settings, traits, adults, seed, c, society, edges[c]);
    sum_up(society, c);
  });
  parallel_for(blocks, [&](std::size_t k) { edges[communities + k] = read_ties(ties, k, vertices, nodes_file); });
  return edges;
}

}  // namespace

std::span<const NetworkColumn> node_columns() { return all_node_columns; }
std::span<const NetworkColumn> edge_columns() { return all_edge_columns; }

std::unique_ptr<Society> read_network(const std::filesystem::path& nodes_file, const std::filesystem::path& edges_file,
    const SocietySettings& settings, std::uint64_t seed, std::vector<std::string>* notes) {
  auto society = std::make_unique<Society>();
  std::vector<std::vector<Edge>> edges = read_tables(nodes_file, edges_file, settings, seed, notes, *society);
  found_institutions(settings, seed, *society);
  parallel_for(
      society->communities(), [&](std::size_t c) { join_institutions(settings, seed, c, *society, edges[c]); });
  edges.push_back(partner_ties(*society));
  society->ties.build(edges, society->first, society->vertices());
  return society;
}

}  // namespace kurultai
