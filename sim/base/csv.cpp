#include "base/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/console.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/nearest.h"
#include "base/text.h"

namespace kurultai {

namespace {

/// A table in memory must fit there several times over; nothing meant for this reader comes near.
constexpr TextKind table_text = {ExitCode::input, "table", "save it as CSV in UTF-8", 4ULL << 30};

/// What spreadsheets and statistics programs write for "not given", in lower case.
constexpr std::string_view missing_words[] = {"na", "n/a", "nan", "null", "none", "-", "."};

bool is_missing_word(const std::string& text) {
  if (text.empty() || text.size() > 4) return false;
  std::string folded = text;
  for (char& letter : folded)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return std::find(std::begin(missing_words), std::end(missing_words), folded) != std::end(missing_words);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Whether `text` is digits with one `mark` among them, as in "0.5" or "-12,75".
bool has_decimal(const std::string& text, char mark) {
  const std::size_t at = text.find(mark);
  return at != std::string::npos && text.find_first_of("0123456789") != std::string::npos &&
         text.find_first_not_of("+-0123456789eE", 0) == at &&
         text.find_first_not_of("+-0123456789eE", at + 1) == std::string::npos;
}

}  // namespace

/// Cuts a text into records of fields. Knows the line each record started on.
class CsvTable::Reader {
 public:
  Reader(std::string_view text, const std::filesystem::path& file) : text_(text), file_(file) {}

  /// The header: the first record that is neither blank nor a comment; false if there is none. What separates its
  /// fields separates all; a line "sep=;" before it, which Excel reads and writes, says so outright.
  bool header(std::vector<Cell>& fields) {
    bool told = false;
    while (!done() && (blank() || trimmed(peek_line()).front() == '#' || tells_separator())) {
      if (tells_separator()) separator_ = peek_line()[4], told = true;
      skip_unread_line();
    }
    if (done()) return false;
    if (!told) separator_ = separator_of_record();
    read_record(fields);
    return true;
  }
  /// The next record that is not blank; false at the end.
  bool next(std::vector<Cell>& fields) {
    while (!done() && blank()) skip_unread_line();
    if (done()) return false;
    read_record(fields);
    return true;
  }
  /// The line on which the last record started, counted from 1.
  [[nodiscard]] std::size_t line() const { return start_; }
  [[nodiscard]] char separator() const { return separator_; }

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
    return input_error(
        fmt::format("{}:{}", file_.string(), start_), std::move(problem), std::move(why), std::move(suggestion));
  }

  [[nodiscard]] Error carriage_return() const {
    return error("a carriage return within a line", "lines end in a line feed, alone or after a carriage return",
        "save the table with such line ends");
  }

  void read_record(std::vector<Cell>& fields) {
    start_ = line_;
    fields.clear();
    bool more = true;
    while (more) {
      skip_blanks();
      fields.push_back(!done() && text_[at_] == '"' ? quoted_field() : plain_field());
      more = !done() && text_[at_] == separator_;
      if (more) ++at_;
    }
    skip_line();
  }
  void skip_blanks() {
    while (!done() && (text_[at_] == ' ' || text_[at_] == '\t') && text_[at_] != separator_) ++at_;
  }
  Cell plain_field() {
    const char ends[] = {separator_, '\n', '\0'};
    const auto end = std::min(text_.find_first_of(ends, at_), text_.size());
    std::string_view field = text_.substr(at_, end - at_);
    if (field.ends_with('\r')) field.remove_suffix(1);
    if (field.find('\r') != std::string_view::npos) throw carriage_return();
    at_ = end;
    return {std::string(trimmed(field)), false};
  }
  /// A field in quotes: separators and line ends inside it are its own, "" is one quotation mark.
  Cell quoted_field() {
    std::string field;
    for (++at_; !done(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (c != '"') {
        field += c;
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        field += c;
        ++at_;
      } else {
        ++at_;
        skip_blanks();
        if (!done() && text_[at_] == '\r') ++at_;
        if (!done() && text_[at_] != separator_ && text_[at_] != '\n')
          throw error("text after a closing quotation mark", "a quoted field ends at its second \"",
              "write \"\" for a quotation mark inside it");
        return {std::move(field), true};
      }
    }
    throw error("a quotation mark is never closed", "the file ends inside a quoted field", "add the closing \"");
  }

  std::string_view text_;
  const std::filesystem::path& file_;
  char separator_ = ',';
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t start_ = 1;
};

CsvTable CsvTable::read(const std::filesystem::path& file) {
  const std::string text = read_text(file, table_text);
  CsvTable table;
  table.file_ = file;
  Reader reader(text, file);
  std::vector<Cell> fields;
  if (!reader.header(fields))
    throw input_error(file.string(), "has no header", "it holds nothing but blank and comment lines",
        "start it with a line of column names");
  const auto place = [&] { return fmt::format("{}:{}", file.string(), reader.line()); };
  table.separator_ = reader.separator();
  for (const Cell& field : fields) table.header_.push_back(field.text);
  const std::size_t width = table.header_.size();
  for (std::size_t k = 0; k < width; ++k) {
    const std::string& name = table.header_[k];
    if (name.empty())
      throw input_error(
          place(), fmt::format("column {} has no name", k + 1), "the header names every column", "name or remove it");
    if (table.column_or_end(name) != k)
      throw input_error(place(), fmt::format("column '{}' stands twice in the header", name),
          "columns are found by name", "rename one of them");
  }
  table.decimal_point_.assign(width, 0);
  const auto repeats_header = [&] {
    for (std::size_t k = 0; k < width; ++k)
      if (fields[k].text != table.header_[k]) return false;
    return true;
  };
  while (reader.next(fields)) {
    heed_interrupt();
    // "#1" is an id, "# what follows" a remark; where the number of fields is wrong, either.
    const std::string& first = fields[0].text;
    if (!fields[0].quoted && first.starts_with('#') && (first.size() == 1 || first[1] == ' ' || fields.size() != width))
      throw input_error(place(), "a row that starts with '#'", "comments stand above the header only",
          fmt::format("delete the line; if '{0}' is meant, quote it: \"{0}\"", shown(first)));
    if (fields.size() != width) {
      const std::string kind = table.separator_ == ',' ? "comma" : table.separator_ == ';' ? "semicolon" : "tab";
      throw input_error(place(), fmt::format("{} fields in a row", fields.size()),
          fmt::format("the header names {} columns", width),
          fmt::format("quote fields that hold a {0}, leave a {0} for an empty field", kind));
    }
    if (repeats_header())
      throw input_error(place(), "the header stands here again", "a table has one header", "delete the line");
    if (table.separator_ != ',')
      for (std::size_t k = 0; k < width; ++k)
        if (table.decimal_point_[k] == 0 && has_decimal(fields[k].text, '.')) table.decimal_point_[k] = reader.line();
    table.cells_.push_back(std::move(fields));
    table.lines_.push_back(reader.line());
  }
  return table;
}

std::uintmax_t CsvTable::file_size(const std::filesystem::path& file) { return text_size(file, table_text); }

std::size_t CsvTable::column_or_end(const std::string& name) const {
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

bool CsvTable::given(std::size_t row, std::size_t column) const {
  const Cell& cell = cells_.at(row).at(column);
  return !cell.text.empty() && (cell.quoted || !is_missing_word(cell.text));
}

const std::string& CsvTable::text(std::size_t row, std::size_t column) const {
  const std::string& cell = cells_.at(row).at(column).text;
  if (cell.empty())
    throw input_error(place(row), fmt::format("'{}' is empty", header_[column]), "every row needs it",
        "fill it in or delete the row");
  if (!given(row, column))
    throw input_error(place(row), fmt::format("'{}' is '{}'", header_[column], cell),
        "that means it is not given, and every row needs it",
        fmt::format("fill it in or delete the row; if the word is meant, quote it: \"{}\"", cell));
  return cell;
}

const std::string& CsvTable::name(std::size_t row, std::size_t column) const {
  const std::string& cell = text(row, column);
  if (printable(cell) != cell)
    throw input_error(place(row), fmt::format("'{}' in column '{}'", shown(cell), header_[column]),
        "a name cannot hold line breaks or other control characters", "write it on one line");
  return cell;
}

double CsvTable::number(std::size_t row, std::size_t column, double low, double high) const {
  const std::string& cell = cells_.at(row).at(column).text;
  const auto error = [&](std::string why) {
    return input_error(place(row), fmt::format("'{}' in column '{}'", shown(cell), header_[column]), std::move(why),
        fmt::format("write a number in [{}, {}]", low, high));
  };
  if (cell.empty()) throw error("the cell is empty");
  if (!given(row, column)) throw error("it means 'not given', and every row needs it");
  std::string digits = cell;
  if (separator_ != ',' && has_decimal(cell, ',')) {
    if (decimal_point_[column] != 0)
      throw error(fmt::format(
          "it has a decimal comma and line {} a decimal point: is one of them for thousands?", decimal_point_[column]));
    digits[digits.find(',')] = '.';
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
    throw input_error(place(row), fmt::format("'{}' in column '{}'", cells_.at(row).at(column).text, header_[column]),
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
      if (cells_[row][k].text.empty() || given(row, k)) continue;
      ++count;
      words.insert(cells_[row][k].text);
    }
    if (count == 0) continue;
    std::string said;
    for (const std::string& word : words) said += (said.empty() ? "" : ", ") + word;
    notes->push_back(fmt::format(
        "{}: '{}' is not given in {} of {} rows ({})", printable(file_.string()), name, count, rows(), said));
  }
}

}  // namespace kurultai
