// Small tables from CSV files in UTF-8: comment lines (#), a header line, then rows. The header says what separates
// fields: commas, or semicolons or tabs as spreadsheets of many countries save them; with the latter two, numbers may
// have decimal commas. Quoted fields are understood. A cell is not given if it is empty or holds one of the words NA,
// N/A, nan, NULL, None, - and ., in any case; in quotes such a word is a text.
// Every error names file and line. A table is its text and where each cell stands in it, so it takes little more memory
// than its file; large ones are cut into blocks that are read in parallel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
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
  /// The cell's text, which lasts as long as the table stays where it is. Throws input_error if it is not given: ask
  /// `given` first where it may be.
  [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const;
  /// As `text`, for names that results show: without line breaks and other control characters.
  [[nodiscard]] std::string_view name(std::size_t row, std::size_t column) const;
  /// What stands in the cell, given or not.
  [[nodiscard]] std::string_view raw(std::size_t row, std::size_t column) const { return raw(cell(row, column)); }
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
  /// Where a cell's text begins in that of the file, and how long it is.
  class Cell {
   public:
    static constexpr std::size_t longest = 0x7fffffff;
    Cell(std::size_t begin, std::size_t length, bool quoted)
        : begin_(static_cast<std::uint32_t>(begin)),
          word_(static_cast<std::uint32_t>(length) | (quoted ? in_quotes : 0)) {}
    [[nodiscard]] std::size_t begin() const { return begin_; }
    [[nodiscard]] std::size_t length() const { return word_ & ~in_quotes; }
    [[nodiscard]] bool quoted() const { return (word_ & in_quotes) != 0; }

   private:
    static constexpr std::uint32_t in_quotes = 0x80000000U;
    std::uint32_t begin_;
    std::uint32_t word_;  ///< length and `quoted`; a bit-field would read memory before it is first written
  };
  class Reader;
  struct Rows;

  /// Takes names of columns from the header that `reader` stands before.
  void read_header(Reader& reader);
  /// The records that begin before `until`, from `from` on, which is on `line`.
  [[nodiscard]] Rows read_rows(std::string_view text, std::size_t from, std::size_t line, std::size_t until) const;
  /// Checks the record that `reader` has read last into `cells`.
  void check_row(const Reader& reader, std::span<const Cell> cells) const;
  /// Takes over `rows`, which begin on `line`.
  void add_rows(Rows& rows, std::size_t line);
  [[nodiscard]] std::size_t column_or_end(std::string_view name) const;
  [[nodiscard]] const Cell& cell(std::size_t row, std::size_t column) const;
  [[nodiscard]] std::string_view raw(const Cell& cell) const {
    return std::string_view(text_).substr(cell.begin(), cell.length());
  }

  std::filesystem::path file_;
  std::string text_;  ///< of the file; quotation marks that stood twice in a cell are one
  char separator_ = ',';
  std::vector<std::string> header_;
  std::vector<Cell> cells_;  ///< row by row
  std::vector<std::uint32_t> lines_;
  std::vector<std::size_t> decimal_point_;  ///< by column: a line on which a number has a decimal point, 0 if none
};

}  // namespace kurultai
