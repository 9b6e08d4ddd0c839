#include "base/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/console.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/nearest.h"
#include "base/parallel.h"
#include "base/text.h"

namespace kurultai {

namespace {

/// A table in memory must fit there several times over; nothing meant for this reader comes near.
constexpr TextKind table_text = {ExitCode::input, "table", "save it as CSV in UTF-8", 4ULL << 30};

/// What spreadsheets and statistics programs write for "not given", in lower case.
constexpr std::string_view missing_words[] = {"na", "n/a", "nan", "null", "none", "-", "."};

bool is_missing_word(std::string_view text) {
  if (text.empty() || text.size() > 4 || std::string_view("nN-.").find(text[0]) == std::string_view::npos) return false;
  const auto same = [](char letter, char lower) {
    return letter == lower || (letter >= 'A' && letter <= 'Z' && letter - 'A' + 'a' == lower);
  };
  return std::any_of(std::begin(missing_words), std::end(missing_words),
      [&](std::string_view word) { return std::equal(text.begin(), text.end(), word.begin(), word.end(), same); });
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Whether `text` is digits with one `mark` among them, as in "0.5" or "-12,75".
bool has_decimal(std::string_view text, char mark) {
  const std::size_t at = text.find(mark);
  return at != std::string_view::npos && text.find_first_of("0123456789") != std::string_view::npos &&
         text.find_first_not_of("+-0123456789eE", 0) == at &&
         text.find_first_not_of("+-0123456789eE", at + 1) == std::string_view::npos;
}

/// The text of a field in quotes: "" in it is one quotation mark.
std::string undoubled(std::string_view field) {
  std::string text;
  for (std::size_t k = 0; k < field.size(); ++k) {
    text += field[k];
    k += field[k] == '"' ? 1 : 0;
  }
  return text;
}

/// Large tables are read in blocks of about so many bytes, whoever reads them.
constexpr std::size_t block_bytes = std::size_t{1} << 20;

/// Where blocks begin, each on a line of its own, and where the last one ends.
std::vector<std::size_t> block_borders(std::string_view text, std::size_t from) {
  std::vector<std::size_t> borders = {from};
  while (from < text.size()) {
    const std::size_t end = text.size() - from > block_bytes ? text.find('\n', from + block_bytes) : text.npos;
    borders.push_back(from = end == text.npos ? text.size() : end + 1);
  }
  return borders;
}

}  // namespace

/// Rows as a part of the text holds them.
struct CsvTable::Rows {
  std::size_t begin = 0;  ///< where the part begins,
  std::size_t line = 1;   ///< on which line, as far as is known,
  std::size_t end = 0;    ///< and where what follows the last record begins,
  std::size_t lines = 0;  ///< so many lines further on
  std::vector<Cell> cells = {};
  std::vector<std::uint32_t> starts = {};       ///< lines on which the rows begin, counted from `line`
  std::vector<std::size_t> doubled = {};        ///< cells that hold quotation marks, each of which stands there twice
  std::vector<std::size_t> decimal_point = {};  ///< as the table's
};

/// Cuts a text into records of fields. Knows the line each record started on.
class CsvTable::Reader {
 public:
  Reader(std::string_view text, const std::filesystem::path& file) : text_(text), file_(file) {}
  /// One that stands at a record of a table, which begins at `from`, on `line`.
  Reader(std::string_view text, const std::filesystem::path& file, char separator, std::size_t from, std::size_t line)
      : text_(text),
        file_(file),
        separator_(separator),
        at_(from),
        line_(line) {}

  /// The header: the first record that is neither blank nor a comment; false if there is none. What separates its
  /// fields separates all; a line "sep=;" before it, which Excel reads and writes, says so outright.
  bool header(Rows& rows) {
    bool told = false;
    while (!done() && (blank() || trimmed(peek_line()).front() == '#' || tells_separator())) {
      if (tells_separator()) separator_ = peek_line()[4], told = true;
      skip_unread_line();
    }
    if (done()) return false;
    if (!told) separator_ = separator_of_record();
    read_record(rows);
    return true;
  }
  /// Adds the cells of the next record that is not blank to `rows`; false if none begins before `until`.
  bool next(std::size_t until, Rows& rows) {
    while (at_ < until && blank()) skip_unread_line();
    if (at_ >= until) return false;
    read_record(rows);
    return true;
  }
  /// The line on which the last record started, counted from 1.
  [[nodiscard]] std::size_t line() const { return start_; }
  [[nodiscard]] std::string place() const { return fmt::format("{}:{}", file_.string(), start_); }
  [[nodiscard]] char separator() const { return separator_; }
  /// Where it stands, and on which line.
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::size_t line_at() const { return line_; }

 private:
  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] bool blank() const { return trimmed(peek_line()).empty(); }
  [[nodiscard]] std::string_view peek_line() const {
    const auto end = text_.find('\n', at_);
    std::string_view line = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  /// Whether the line is "sep=" and a comma, a semicolon or a tab.
  [[nodiscard]] bool tells_separator() const {
    const std::string_view line = peek_line();
    const auto is = [&](std::size_t k, char lower) { return (line[k] | 0x20) == lower; };  // in capitals or not
    return line.size() == 5 && is(0, 's') && is(1, 'e') && is(2, 'p') && line[3] == '=' &&
           std::string_view(",;\t").find(line[4]) != std::string_view::npos;
  }
  /// Passes over a blank line or a comment.
  void skip_unread_line() {
    start_ = line_;
    if (peek_line().find('\r') != std::string_view::npos) throw carriage_return();
    skip_line();
  }
  void skip_line() {
    const auto end = text_.find('\n', at_);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    ++line_;
  }
  /// Whichever of comma, semicolon and tab stands most often outside quotes.
  [[nodiscard]] char separator_of_record() const {
    std::size_t commas = 0, semicolons = 0, tabs = 0;
    bool quoted = false;
    for (std::size_t at = at_; at < text_.size() && (quoted || text_[at] != '\n'); ++at) {
      if (text_[at] == '"') quoted = !quoted;
      if (quoted) continue;
      commas += text_[at] == ',';
      semicolons += text_[at] == ';';
      tabs += text_[at] == '\t';
    }
    if (commas >= semicolons && commas > 0) return ',';  // "id,\tage": tabs may stand around other separators
    return semicolons > 0 ? ';' : tabs > 0 ? '\t' : ',';
  }
  [[nodiscard]] Error error(std::string problem, std::string why, std::string suggestion) const {
    return input_error(place(), std::move(problem), std::move(why), std::move(suggestion));
  }

  [[nodiscard]] Error carriage_return() const {
    return error("a carriage return within a line", "lines end in a line feed, alone or after a carriage return",
        "save the table with such line ends");
  }

  void read_record(Rows& rows) {
    start_ = line_;
    bool more = true;
    while (more) {
      skip_blanks();
      if (!done() && text_[at_] == '"')
        quoted_field(rows);
      else
        plain_field(rows);
      more = !done() && text_[at_] == separator_;
      if (more) ++at_;
    }
    skip_line();
  }
  void skip_blanks() {
    while (!done() && (text_[at_] == ' ' || text_[at_] == '\t') && text_[at_] != separator_) ++at_;
  }
  void plain_field(Rows& rows) {
    const std::size_t from = at_;
    while (!done() && text_[at_] != separator_ && text_[at_] != '\n') ++at_;
    std::string_view field = text_.substr(from, at_ - from);
    if (field.ends_with('\r')) field.remove_suffix(1);
    if (field.find('\r') != std::string_view::npos) throw carriage_return();
    add(trimmed(field), false, rows);
  }
  /// A field in quotes: separators and line ends inside it are its own, "" is one quotation mark.
  void quoted_field(Rows& rows) {
    const std::size_t from = ++at_;
    bool doubled = false;
    for (; !done(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') continue;
      if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        doubled = true;
        ++at_;
        continue;
      }
      if (doubled) rows.doubled.push_back(rows.cells.size());
      add(text_.substr(from, at_ - from), true, rows);
      ++at_;
      skip_blanks();
      if (!done() && text_[at_] == '\r') ++at_;
      if (!done() && text_[at_] != separator_ && text_[at_] != '\n')
        throw error("text after a closing quotation mark", "a quoted field ends at its second \"",
            "write \"\" for a quotation mark inside it");
      return;
    }
    throw error("a quotation mark is never closed", "the file ends inside a quoted field", "add the closing \"");
  }
  void add(std::string_view field, bool quoted, Rows& rows) const {
    if (field.size() > Cell::longest)
      throw error(fmt::format("a field of {} bytes", field.size()), "2 GB and more do not fit", "divide it");
    rows.cells.emplace_back(static_cast<std::size_t>(field.data() - text_.data()), field.size(), quoted);
  }

  std::string_view text_;
  const std::filesystem::path& file_;
  char separator_ = ',';
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t start_ = 1;
};

// Blocks are read side by side, each as if a record began at its first line. That is not so where the line before
// belongs to a field in quotes that goes on, and nobody knows a block's line yet. So whatever is wrong in a block, or
// does not begin where the one before ended, is read again when its turn comes: what is refused, and where, is what it
// would be if all had been read from the top.
CsvTable CsvTable::read(const std::filesystem::path& file) {
  CsvTable table;
  table.file_ = file;
  table.text_ = read_text(file, table_text);
  const std::string_view text = table.text_;
  Reader reader(text, file);
  table.read_header(reader);
  const std::vector<std::size_t> borders = block_borders(text, reader.at());
  std::vector<std::optional<Rows>> blocks(borders.size() - 1);
  parallel_for(blocks.size(), [&](std::size_t k) {
    try {
      blocks[k] = table.read_rows(text.substr(0, borders[k + 1]), borders[k], 1, borders[k + 1]);
    } catch (const Error&) {}  // told when its turn comes
  });
  std::size_t cells = 0;
  for (const std::optional<Rows>& block : blocks) cells += block ? block->cells.size() : 0;
  table.cells_.reserve(cells);
  table.lines_.reserve(cells / table.header_.size());
  std::size_t at = reader.at();
  std::size_t line = reader.line_at();
  for (std::size_t k = 0; k < blocks.size(); ++k) {
    if (!blocks[k] || blocks[k]->begin != at) blocks[k] = table.read_rows(text, at, line, borders[k + 1]);
    at = blocks[k]->end;
    table.add_rows(*blocks[k], line);
    line += blocks[k]->lines;
    blocks[k].reset();
  }
  return table;
}

void CsvTable::read_header(Reader& reader) {
  Rows rows;
  if (!reader.header(rows))
    throw input_error(file_.string(), "has no header", "it holds nothing but blank and comment lines",
        "start it with a line of column names");
  separator_ = reader.separator();
  for (const Cell& cell : rows.cells) header_.push_back(cell.quoted() ? undoubled(raw(cell)) : std::string(raw(cell)));
  for (std::size_t k = 0; k < header_.size(); ++k) {
    const std::string& name = header_[k];
    if (name.empty())
      throw input_error(reader.place(), fmt::format("column {} has no name", k + 1), "the header names every column",
          "name or remove it");
    if (column_or_end(name) != k)
      throw input_error(reader.place(), fmt::format("column '{}' stands twice in the header", name),
          "columns are found by name", "rename one of them");
  }
  decimal_point_.assign(header_.size(), 0);
}

CsvTable::Rows CsvTable::read_rows(std::string_view text, std::size_t from, std::size_t line, std::size_t until) const {
  const std::size_t width = header_.size();
  Rows rows{.begin = from, .line = line};
  rows.decimal_point.assign(width, 0);
  Reader reader(text, file_, separator_, from, line);
  for (std::size_t before = 0; reader.next(until, rows); before = rows.cells.size()) {
    heed_interrupt();
    const auto row = std::span<const Cell>(rows.cells).subspan(before);
    check_row(reader, row);
    if (separator_ != ',')
      for (std::size_t k = 0; k < width; ++k)
        if (rows.decimal_point[k] == 0 && has_decimal(raw(row[k]), '.')) rows.decimal_point[k] = reader.line();
    rows.starts.push_back(static_cast<std::uint32_t>(reader.line() - line));
  }
  rows.end = reader.at();
  rows.lines = reader.line_at() - line;
  return rows;
}

void CsvTable::check_row(const Reader& reader, std::span<const Cell> cells) const {
  // "#1" is an id, "# what follows" a remark; where the number of fields is wrong, either.
  const std::size_t width = header_.size();
  const std::string_view first = raw(cells[0]);
  if (!cells[0].quoted() && first.starts_with('#') && (first.size() == 1 || first[1] == ' ' || cells.size() != width))
    throw input_error(reader.place(), "a row that starts with '#'", "comments stand above the header only",
        fmt::format("delete the line; if '{0}' is meant, quote it: \"{0}\"", shown(std::string(first))));
  if (cells.size() != width) {
    const std::string kind = separator_ == ',' ? "comma" : separator_ == ';' ? "semicolon" : "tab";
    throw input_error(reader.place(), fmt::format("{} fields in a row", cells.size()),
        fmt::format("the header names {} columns", width),
        fmt::format("quote fields that hold a {0}, leave a {0} for an empty field", kind));
  }
  const auto names = [&](const Cell& cell, const std::string& name) {
    return cell.length() >= name.size() && (cell.quoted() ? undoubled(raw(cell)) == name : raw(cell) == name);
  };
  if (std::equal(cells.begin(), cells.end(), header_.begin(), header_.end(), names))
    throw input_error(reader.place(), "the header stands here again", "a table has one header", "delete the line");
}

void CsvTable::add_rows(Rows& rows, std::size_t line) {
  for (const std::size_t k : rows.doubled) {
    Cell& cell = rows.cells[k];
    const std::string said = undoubled(raw(cell));
    std::copy(said.begin(), said.end(), text_.begin() + static_cast<std::ptrdiff_t>(cell.begin()));
    cell = Cell(cell.begin(), said.size(), true);
  }
  cells_.insert(cells_.end(), rows.cells.begin(), rows.cells.end());
  for (const std::uint32_t start : rows.starts) lines_.push_back(static_cast<std::uint32_t>(line + start));
  for (std::size_t k = 0; k < header_.size(); ++k)
    if (decimal_point_[k] == 0 && rows.decimal_point[k] != 0)
      decimal_point_[k] = rows.decimal_point[k] - rows.line + line;
}

std::uintmax_t CsvTable::file_size(const std::filesystem::path& file) { return text_size(file, table_text); }

std::size_t CsvTable::column_or_end(std::string_view name) const {
  return static_cast<std::size_t>(std::find(header_.begin(), header_.end(), name) - header_.begin());
}

bool CsvTable::has(const std::string& name) const { return column_or_end(name) < header_.size(); }

std::size_t CsvTable::column(const std::string& name) const {
  if (const std::size_t index = column_or_end(name); index < header_.size()) return index;
  std::string known;
  for (const std::string& column : header_) known += (known.empty() ? "" : ", ") + column;
  throw input_error(file_.string(), fmt::format("no column '{}'", name), "the columns are " + shown(known, 500),
      did_you_mean(nearest(name, header_), "add it"));
}

const CsvTable::Cell& CsvTable::cell(std::size_t row, std::size_t column) const {
  return cells_.at(row * header_.size() + column);
}

bool CsvTable::given(std::size_t row, std::size_t column) const {
  const Cell& it = cell(row, column);
  return it.length() > 0 && (it.quoted() || !is_missing_word(raw(it)));
}

std::string_view CsvTable::text(std::size_t row, std::size_t column) const {
  const std::string_view said = raw(row, column);
  if (said.empty())
    throw input_error(place(row), fmt::format("'{}' is empty", header_[column]), "every row needs it",
        "fill it in or delete the row");
  if (!given(row, column))
    throw input_error(place(row), fmt::format("'{}' is '{}'", header_[column], said),
        "that means it is not given, and every row needs it",
        fmt::format("fill it in or delete the row; if the word is meant, quote it: \"{}\"", said));
  return said;
}

std::string_view CsvTable::name(std::size_t row, std::size_t column) const {
  const std::string_view said = text(row, column);
  if (std::all_of(said.begin(), said.end(), [](char c) { return c >= ' ' && c <= '~'; })) return said;
  const std::string whole(said);
  if (printable(whole) != whole)
    throw input_error(place(row), fmt::format("'{}' in column '{}'", shown(whole), header_[column]),
        "a name cannot hold line breaks or other control characters", "write it on one line");
  return said;
}

double CsvTable::number(std::size_t row, std::size_t column, double low, double high) const {
  const std::string_view cell = raw(row, column);
  const auto error = [&](std::string why) {
    return input_error(place(row), fmt::format("'{}' in column '{}'", shown(std::string(cell)), header_[column]),
        std::move(why), fmt::format("write a number in [{}, {}]", low, high));
  };
  if (cell.empty()) throw error("the cell is empty");
  if (!given(row, column)) throw error("it means 'not given', and every row needs it");
  std::string with_point;
  std::string_view digits = cell;
  if (separator_ != ',' && has_decimal(cell, ',')) {
    if (decimal_point_[column] != 0)
      throw error(fmt::format(
          "it has a decimal comma and line {} a decimal point: is one of them for thousands?", decimal_point_[column]));
    with_point = cell;
    with_point[with_point.find(',')] = '.';
    digits = with_point;
  }
  double value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, value);
  if (failure == std::errc::result_out_of_range) throw error("no such number can be held");
  if (failure != std::errc() || stop != end || !std::isfinite(value)) throw error("it is not a number");
  if (value < low || value > high) throw error("it is out of range");
  return value;
}

long long CsvTable::whole(std::size_t row, std::size_t column, long long low, long long high) const {
  const double value = number(row, column, static_cast<double>(low), static_cast<double>(high));
  const double whole = std::floor(value);
  // Beyond 2^53 a double no longer tells whole numbers apart.
  if (whole != value || std::abs(value) > 9007199254740992.0)
    throw input_error(place(row), fmt::format("'{}' in column '{}'", raw(row, column), header_[column]),
        "it is not a whole number", fmt::format("write a whole number in [{}, {}]", low, high));
  return static_cast<long long>(whole);
}

std::string CsvTable::place(std::size_t row) const { return fmt::format("{}:{}", file_.string(), line(row)); }

void CsvTable::add_notes(std::span<const std::string> may_be_empty, std::vector<std::string>* notes) const {
  if (notes == nullptr) return;
  for (const std::string& name : may_be_empty) {
    if (!has(name)) continue;
    const std::size_t k = column(name);
    std::size_t count = 0;
    std::set<std::string> words;
    for (std::size_t row = 0; row < rows(); ++row) {
      if (raw(row, k).empty() || given(row, k)) continue;
      ++count;
      words.emplace(raw(row, k));
    }
    if (count == 0) continue;
    std::string said;
    for (const std::string& word : words) said += (said.empty() ? "" : ", ") + word;
    notes->push_back(fmt::format(
        "{}: '{}' is not given in {} of {} rows ({})", printable(file_.string()), name, count, rows(), said));
  }
}

}  // namespace kurultai
