// Small tables from CSV files: a header line, then rows. Quoted fields and comment lines (#) are understood.
// Every error names file and line.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace kurultai {

class CsvTable {
 public:
  /// Reads the whole file. Throws input_error if it is missing, unreadable, binary, has no header, a doubled
  /// column name or a row of another length than the header.
  static CsvTable read(const std::filesystem::path& file);

  [[nodiscard]] std::size_t rows() const { return lines_.size(); }
  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  /// Whether there is a column called `name`.
  [[nodiscard]] bool has(const std::string& name) const;
  /// The column's index; throws input_error naming the nearest column if there is none.
  [[nodiscard]] std::size_t column(const std::string& name) const;
  [[nodiscard]] const std::string& text(std::size_t row, std::size_t column) const;
  /// The cell as a finite number in [low, high]; throws input_error naming file, line, column and why.
  [[nodiscard]] double number(std::size_t row, std::size_t column, double low, double high) const;
  /// As `number`, but must be whole.
  [[nodiscard]] long long whole(std::size_t row, std::size_t column, long long low, long long high) const;
  /// "file.csv:12" for messages about a row.
  [[nodiscard]] std::string place(std::size_t row) const;

 private:
  [[nodiscard]] std::size_t column_or_end(const std::string& name) const;

  std::filesystem::path file_;
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> cells_;
  std::vector<std::size_t> lines_;
};

}  // namespace kurultai
