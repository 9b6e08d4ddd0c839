#include "base/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <numeric>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace kurultai {

namespace {

/// A table in memory must fit there several times over; nothing meant for this reader comes near.
constexpr std::uintmax_t largest_file = 4ULL << 30;

std::string read_text(const std::filesystem::path& file) {
  std::error_code failure;
  const auto status = std::filesystem::status(file, failure);
  if (!std::filesystem::exists(status))
    throw input_error(file.string(), "no such file", "a table was expected here", "check the path");
  if (!std::filesystem::is_regular_file(status))
    throw input_error(file.string(), "cannot be read as a table", "it is not a regular file",
                      "name a CSV file");
  const auto size = std::filesystem::file_size(file, failure);
  if (failure) throw input_error(file.string(), "cannot be read", failure.message(), "check its permissions");
  if (size > largest_file)
    throw input_error(file.string(), fmt::format("holds {} bytes", size),
                      fmt::format("tables may hold at most {}", largest_file), "split it");
  std::ifstream stream(file, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  if (!stream || !stream.read(text.data(), static_cast<std::streamsize>(size)))
    throw input_error(file.string(), "cannot be read", "opening or reading it failed",
                      "check its permissions");
  return text;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Cuts a text into records of fields. Knows the line each record started on.
class Reader {
 public:
  Reader(std::string_view text, const std::filesystem::path& file) : text_(text), file_(file) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  }

  /// The next record that is neither blank nor a comment; false at the end.
  bool next(std::vector<std::string>& fields) {
    while (at_ < text_.size()) {
      start_ = line_;
      const std::string_view line = trimmed(peek_line());
      if (!line.empty() && line.front() != '#') {
        read_record(fields);
        return true;
      }
      skip_line();
    }
    return false;
  }
  /// The line on which the last record started, counted from 1.
  [[nodiscard]] std::size_t line() const { return start_; }

 private:
  [[nodiscard]] std::string_view peek_line() const {
    const auto end = text_.find('\n', at_);
    std::string_view line = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  void skip_line() {
    const auto end = text_.find('\n', at_);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    ++line_;
  }
  [[nodiscard]] Error error(std::string problem, std::string why, std::string suggestion) const {
    return input_error(fmt::format("{}:{}", file_.string(), start_), std::move(problem), std::move(why),
                       std::move(suggestion));
  }

  void read_record(std::vector<std::string>& fields) {
    fields.clear();
    bool more = true;
    while (more) {
      while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
      fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted_field() : plain_field());
      more = at_ < text_.size() && text_[at_] == ',';
      if (more) ++at_;
    }
    skip_line();
  }
  std::string plain_field() {
    const auto end = std::min(text_.find_first_of(",\n", at_), text_.size());
    std::string_view field = text_.substr(at_, end - at_);
    if (field.ends_with('\r')) field.remove_suffix(1);
    at_ = end;
    return std::string(trimmed(field));
  }
  /// A field in quotes: commas and line ends inside it are its own, "" is one quotation mark.
  std::string quoted_field() {
    std::string field;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (c != '"') {
        field += c;
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        field += c;
        ++at_;
      } else {
        ++at_;
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
        if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n')
          throw error("text after a closing quotation mark", "a quoted field ends at its second \"",
                      "write \"\" for a quotation mark inside it");
        return field;
      }
    }
    throw error("a quotation mark is never closed", "the file ends inside a quoted field",
                "add the closing \"");
  }

  std::string_view text_;
  const std::filesystem::path& file_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t start_ = 1;
};

/// How many letters differ between two words (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t corner = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = corner + (a[i] == b[j] ? 0 : 1);
      corner = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

}  // namespace

CsvTable CsvTable::read(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  if (const auto zero = text.find('\0'); zero != std::string::npos)
    throw input_error(file.string(), "is not a text file", fmt::format("byte {} is zero", zero + 1),
                      "save the table as CSV in UTF-8");
  CsvTable table;
  table.file_ = file;
  Reader reader(text, file);
  if (!reader.next(table.header_))
    throw input_error(file.string(), "has no header", "it holds nothing but blank and comment lines",
                      "start it with a line of column names");
  const std::size_t width = table.header_.size();
  for (std::size_t k = 0; k < width; ++k) {
    const std::string& name = table.header_[k];
    const std::string place = fmt::format("{}:{}", file.string(), reader.line());
    if (name.empty())
      throw input_error(place, fmt::format("column {} has no name", k + 1), "the header names every column",
                        "name or remove it");
    if (table.column_or_end(name) != k)
      throw input_error(place, fmt::format("column '{}' stands twice in the header", name),
                        "columns are found by name", "rename one of them");
  }
  std::vector<std::string> fields;
  while (reader.next(fields)) {
    if (fields.size() != width)
      throw input_error(fmt::format("{}:{}", file.string(), reader.line()),
                        fmt::format("{} fields in a row", fields.size()),
                        fmt::format("the header names {} columns", width),
                        "quote fields that hold a comma, leave a comma for an empty field");
    table.cells_.push_back(fields);
    table.lines_.push_back(reader.line());
  }
  return table;
}

std::size_t CsvTable::column_or_end(const std::string& name) const {
  return static_cast<std::size_t>(std::find(header_.begin(), header_.end(), name) - header_.begin());
}

bool CsvTable::has(const std::string& name) const { return column_or_end(name) < header_.size(); }

std::size_t CsvTable::column(const std::string& name) const {
  if (const std::size_t index = column_or_end(name); index < header_.size()) return index;
  const auto nearest = std::min_element(header_.begin(), header_.end(), [&](const auto& a, const auto& b) {
    return distance(name, a) < distance(name, b);
  });
  std::string known;
  for (const std::string& column : header_) known += (known.empty() ? "" : ", ") + column;
  throw input_error(file_.string(), fmt::format("no column '{}'", name), "the columns are " + known,
                    fmt::format("did you mean '{}'?", *nearest));
}

const std::string& CsvTable::text(std::size_t row, std::size_t column) const {
  return cells_.at(row).at(column);
}

double CsvTable::number(std::size_t row, std::size_t column, double low, double high) const {
  const std::string& cell = text(row, column);
  const auto error = [&](std::string why) {
    return input_error(place(row), fmt::format("'{}' in column '{}'", cell, header_[column]), std::move(why),
                       fmt::format("write a number in [{}, {}]", low, high));
  };
  double value = 0;
  const char* end = cell.data() + cell.size();
  const auto [stop, failure] = std::from_chars(cell.data(), end, value);
  if (cell.empty()) throw error("the cell is empty");
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
    throw input_error(place(row), fmt::format("'{}' in column '{}'", text(row, column), header_[column]),
                      "it is not a whole number", fmt::format("write a whole number in [{}, {}]", low, high));
  return static_cast<long long>(whole);
}

std::string CsvTable::place(std::size_t row) const {
  return fmt::format("{}:{}", file_.string(), lines_.at(row));
}

}  // namespace kurultai
