// Small tables from CSV files in UTF-8: comment lines (#), a header line, then rows. The header says what separates
// fields: commas, or semicolons or tabs as spreadsheets of many countries save them; with the latter two, numbers may
// have decimal commas. Quoted fields are understood. A cell is not given if it is empty or holds one of the words NA,
// N/A, nan, NULL, None, - and ., in any case; in quotes such a word is a text.
// Every error names file and line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace kurultai {

class CsvTable {
 public:
  /// Reads the whole file. Throws input_error if it is missing, unreadable, not a file, binary, not UTF-8, has no
  /// header, a doubled column name, the header among the rows or a row of another length than the header.
  static CsvTable read(const std::filesystem::path& file);
  /// Bytes of the file; throws input_error for what is no file of a table, without reading it.
  static std::uintmax_t file_size(const std::filesystem::path& file);

  [[nodiscard]] std::size_t rows() const { return lines_.size(); }
  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  /// Whether there is a column called `name`.
  [[nodiscard]] bool has(const std::string& name) const;
  /// The column's index; throws input_error naming the nearest column if there is none.
  [[nodiscard]] std::size_t column(const std::string& name) const;
  /// Whether the cell says anything.
  [[nodiscard]] bool given(std::size_t row, std::size_t column) const;
  /// The cell's text. Throws input_error if it is not given: ask `given` first where it may be.
  [[nodiscard]] const std::string& text(std::size_t row, std::size_t column) const;
  /// As `text`, for names that results show: without line breaks and other control characters.
  [[nodiscard]] const std::string& name(std::size_t row, std::size_t column) const;
  /// The cell as a finite number in [low, high]; throws input_error naming file, line, column and why.
  [[nodiscard]] double number(std::size_t row, std::size_t column, double low, double high) const;
  /// As `number`, but must be whole.
  [[nodiscard]] long long whole(std::size_t row, std::size_t column, long long low, long long high) const;
  /// The line on which a row begins, counted from 1.
  [[nodiscard]] std::size_t line(std::size_t row) const { return lines_.at(row); }
  /// "file.csv:12" for messages about a row.
  [[nodiscard]] std::string place(std::size_t row) const;
  /// Adds to `notes`, if given, what a user should know of those of the columns `may_be_empty` that words leave empty:
  /// a line a column, with the number of rows.
  void add_notes(std::span<const std::string> may_be_empty, std::vector<std::string>* notes) const;

 private:
  struct Cell {
    std::string text;
    bool quoted = false;
  };
  class Reader;

  [[nodiscard]] std::size_t column_or_end(const std::string& name) const;

  std::filesystem::path file_;
  char separator_ = ',';
  std::vector<std::string> header_;
  std::vector<std::vector<Cell>> cells_;
  std::vector<std::size_t> lines_;
  std::vector<std::size_t> decimal_point_;  // by column: a line on which a number has a decimal point, 0 if none
};

}  // namespace kurultai
