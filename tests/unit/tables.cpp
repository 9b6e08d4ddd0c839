// Every column of every table that a user may give, with everything that goes wrong in tables: a cell that says "not
// given", that is no number, that breaks a line or an encoding; another separator; a header that stands twice. Tables
// and columns are taken from the code and from the data that come with it: a new column is tried as it is.
//
// What must hold of any column: nothing but an input error is thrown, on one line, that names file and line; a word for
// "not given" does what an empty cell does; "inf" is no more of a number than any other word.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/csv.h"
#include "base/error.h"
#include "catch.h"
#include "engine/model.h"
#include "society/census.h"
#include "society/network_input.h"
#include "sweep/sweep.h"

using namespace kurultai;
namespace fs = std::filesystem;

namespace {

const fs::path data = fs::path(KURULTAI_SOURCE_DIR) / "scenarios/data";

/// A folder of its own, gone at the end.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "kurultai-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  fs::path path_;
};

/// A table as it can be written again: the header on line 1, row r on line r + 2.
struct Sheet {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;

  static Sheet of(const fs::path& file) {
    const CsvTable table = CsvTable::read(file);
    Sheet sheet{table.header(), {}};
    for (std::size_t row = 0; row < table.rows(); ++row) {
      sheet.rows.emplace_back();
      for (std::size_t k = 0; k < sheet.header.size(); ++k)
        sheet.rows.back().emplace_back(table.given(row, k) ? table.text(row, k) : "");
    }
    return sheet;
  }
  void add(const std::string& column) {
    header.push_back(column);
    for (auto& row : rows) row.emplace_back();
  }
  /// The table with the cell at (row, column) as it stands in `raw`, quotes and all.
  [[nodiscard]] std::string text(char separator = ',', std::optional<std::pair<std::size_t, std::size_t>> cell = {},
      const std::string& raw = "") const {
    std::string text;
    const auto add = [&](const std::vector<std::string>& fields, std::optional<std::size_t> row) {
      for (std::size_t k = 0; k < fields.size(); ++k) {
        if (k > 0) text += separator;
        text += cell && row == cell->first && k == cell->second
                    ? raw
                    : quoted(separator == ',' ? fields[k] : with_comma(fields[k]));
      }
      text += '\n';
    };
    add(header, {});
    for (std::size_t row = 0; row < rows.size(); ++row) add(rows[row], row);
    return text;
  }

 private:
  static std::string quoted(const std::string& field) {
    if (field.find_first_of(",;\t\"\n") == std::string::npos) return field;
    std::string text = "\"";
    for (const char c : field) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + '"';
  }
  /// A number as a spreadsheet with decimal commas writes it.
  static std::string with_comma(std::string field) {
    if (field.find_first_not_of("+-.0123456789") == std::string::npos &&
        std::count(field.begin(), field.end(), '.') == 1)
      field[field.find('.')] = ',';
    return field;
  }
};

/// What came of reading: what was read, as text, or the error.
struct Attempt {
  std::string read;
  std::string error;
  std::vector<std::string> notes;
  [[nodiscard]] bool taken() const { return error.empty(); }
};

/// A table of an input, and how the input is read from a folder where it stands.
struct TableInput {
  std::string file;
  Sheet sheet;
  std::function<Attempt(const fs::path&)> read;
  std::vector<std::string> others;  ///< tables that must stand beside it
  fs::path from;                    ///< where those are
};

Attempt attempt(const std::function<Attempt()>& read) {
  try {
    return read();
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::input);
    return {"", error.what(), {}};
  } catch (const std::exception& error) { FAIL("not an error of the input: " << error.what()); }
  return {};
}

std::string described(const Country& country) {
  std::string text = country.name;
  for (const Region& r : country.regions)
    text += fmt::format("\n{} {} {} {} {} {}", r.code, r.name, r.population, r.grp_per_head, r.wage, r.urban_share);
  for (const Community& c : country.communities)
    text += fmt::format("\n{} {} {} {} {} {} {} {} {} {} {}", c.code, c.name, static_cast<int>(c.type), c.district,
        c.latitude, c.longitude, c.population, c.income, c.platform, c.participatory_budget, c.resources);
  for (const AgeGroup& a : country.pyramid) text += fmt::format("\n{} {} {} {}", a.first, a.last, a.men, a.women);
  return text;
}

Attempt read_as_census(const fs::path& folder) {
  return attempt([&] {
    std::vector<std::string> notes;
    const Country country = read_census(folder, &notes);
    return Attempt{described(country), "", notes};
  });
}

Attempt read_as_network(const fs::path& folder) {
  return attempt([&] {
    std::vector<std::string> notes;
    const SocietySettings settings;
    const auto society = read_network(folder / "nodes.csv", folder / "edges.csv", settings, 1, &notes);
    std::string text = described(society->country);
    for (auto* column : society->residents.columns())
      text.append(reinterpret_cast<const char*>(column->bytes().data()), column->bytes().size());
    text += fmt::format("\n{} ties", society->ties.words());
    return Attempt{text, "", notes};
  });
}

/// One axis for each kind of parameter that can be an axis.
std::map<std::string, std::string> axes_of_all_kinds() {
  const Model model;
  std::map<std::string, std::string> axes;
  std::vector<Field::Kind> seen;
  for (const Section* section : model.registry.sections())
    for (const Field* field : section->fields()) {
      const bool list = field->kind() == Field::Kind::texts || field->kind() == Field::Kind::numbers ||
                        field->kind() == Field::Kind::list;
      if (list || section->name() == "run" || section->name() == "output" || section->name() == "society") continue;
      if (std::find(seen.begin(), seen.end(), field->kind()) != seen.end()) continue;
      seen.push_back(field->kind());
      axes.emplace(fmt::format("axis{}", seen.size()), field->path());
    }
  return axes;
}

Attempt read_as_design(const fs::path& folder) {
  std::string text = fmt::format("[sweep]\nscenario = \"{}\"\ndesign = \"csv\"\ntable = \"design.csv\"\n",
      (data.parent_path() / "village.toml").string());
  for (const auto& [name, path] : axes_of_all_kinds()) text += fmt::format("[axis.{}]\npath = \"{}\"\n", name, path);
  std::ofstream(folder / "sweep.toml") << text;
  return attempt([&] {
    const Sweep sweep(folder / "sweep.toml");
    std::string points;
    for (std::size_t p = 0; p < sweep.points(); ++p)
      for (const Setting& setting : sweep.settings(p))
        points += fmt::format("{} {}\n", setting.path, to_toml(setting.value));
    return Attempt{points, "", {}};
  });
}

/// A design whose rows are the defaults of its axes' parameters, and others.
Sheet design() {
  const Model model;
  Sheet sheet;
  sheet.rows.resize(2);
  for (const auto& [name, path] : axes_of_all_kinds()) {
    const Field* field = model.registry.find(path);
    sheet.header.push_back(name);
    const Value value = field->default_value();
    const auto* text = std::get_if<std::string>(&value);
    for (auto& row : sheet.rows) row.push_back(text ? *text : to_toml(value));
    if (std::holds_alternative<bool>(value)) sheet.rows[1].back() = std::get<bool>(value) ? "false" : "true";
  }
  return sheet;
}

std::vector<TableInput> all_tables() {
  std::vector<TableInput> tables;
  std::vector<std::string> census;
  for (const auto& entry : fs::directory_iterator(data / "kazakhstan"))
    census.push_back(entry.path().filename().string());
  std::sort(census.begin(), census.end());
  for (const std::string& file : census)
    tables.push_back({file, Sheet::of(data / "kazakhstan" / file), read_as_census, census, data / "kazakhstan"});
  const std::vector<std::string> network = {"nodes.csv", "edges.csv"};
  for (const std::string& file : network) {
    TableInput table{file, Sheet::of(data / "village" / file), read_as_network, network, data / "village"};
    for (const NetworkColumn& column : file == "nodes.csv" ? node_columns() : edge_columns())
      if (std::find(table.sheet.header.begin(), table.sheet.header.end(), column.name) == table.sheet.header.end())
        table.sheet.add(column.name);
    tables.push_back(std::move(table));
  }
  tables.push_back({"design.csv", design(), read_as_design, {}, {}});
  return tables;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("tables: each column of each table with everything that goes wrong in cells") {
  for (const TableInput& table : all_tables()) {
    const Folder folder;
    for (const std::string& other : table.others) fs::copy(table.from / other, folder.path() / other);
    const auto read = [&](const std::string& text) {
      folder.write(table.file, text);
      return table.read(folder.path());
    };
    const Sheet& sheet = table.sheet;
    REQUIRE(!sheet.rows.empty());
    INFO(table.file);
    const Attempt control = read(sheet.text());
    INFO(control.error);
    REQUIRE(control.taken());
    CHECK(control.notes.empty());

    // As another country's spreadsheet saves it; as two tables put together; with a column twice.
    for (const char separator : {';', '\t'}) {
      const Attempt other = read("\xEF\xBB\xBF" + sheet.text(separator));
      INFO(separator << other.error);
      CHECK(other.read == control.read);
    }
    const std::string again = sheet.text() + sheet.text();
    CHECK(holds(
        read(again).error, fmt::format("{}:{}: the header stands here again", table.file, sheet.rows.size() + 2)));

    // A figure a row, or a row that is like the others.
    std::set<std::size_t> rows = {0, sheet.rows.size() - 1};
    if (table.file == "national.csv")
      for (std::size_t row = 0; row < sheet.rows.size(); ++row) rows.insert(row);
    for (std::size_t k = 0; k < sheet.header.size(); ++k) {
      INFO(sheet.header[k]);
      Sheet twice = sheet;
      twice.add(sheet.header[k]);
      CHECK(
          holds(read(twice.text()).error, fmt::format("{}:1: column '{}' stands twice", table.file, sheet.header[k])));
      Sheet renamed = sheet;
      renamed.header[k] += "\n(renamed)";
      const Attempt without = read(renamed.text());  // taken where the column is a remark that nobody reads
      CHECK(!holds(without.error, "\n"));

      for (const std::size_t row : rows) {
        const std::string place = fmt::format("{}:{}", table.file, row + 2);
        INFO(place);
        const auto with = [&](const std::string& raw) {
          const Attempt out = read(sheet.text(',', std::pair{row, k}, raw));
          INFO(raw << ": " << out.error);
          CHECK(!holds(out.error, "\n"));
          // Its own line, or that of a row which names what stood here before.
          if (!out.taken())
            CHECK((holds(out.error, place) ||
                   (holds(out.error, ".csv:") && holds(out.error, "'" + sheet.rows[row][k] + "'"))));
          return out;
        };
        const Attempt empty = with("");
        for (const char* word : {"NA", "nan"}) {
          const Attempt out = with(word);
          INFO(word << ": " << out.error << " but empty: " << empty.error);
          CHECK(out.taken() == empty.taken());
          CHECK(out.read == empty.read);
          if (out.taken() && !without.taken()) {
            REQUIRE(out.notes.size() == 1);
            CHECK(holds(out.notes[0], fmt::format("{}: '{}' is not given in 1 of {} rows ({})", table.file,
                                          sheet.header[k], sheet.rows.size(), word)));
          }
        }
        const bool any_word = with("qqq").taken();
        CHECK(with("inf").taken() == any_word);
        CHECK(with("\"NA\"").taken() == any_word);
        static_cast<void>(with("\"one\ntwo\""));
        CHECK(holds(with("\xC0\xEA\xF1\xF3").error, place + ": not UTF-8"));
      }
    }
  }
}
