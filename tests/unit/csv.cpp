#include "base/csv.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "catch.h"

using namespace kurultai;
namespace fs = std::filesystem;

namespace {

/// A table that is gone when the test is over.
class File {
 public:
  explicit File(const std::string& text) {
    std::string name = (fs::temp_directory_path() / "kurultai-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    std::ofstream(path(), std::ios::binary) << text;
  }
  ~File() { fs::remove_all(folder_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] fs::path path() const { return folder_ / "t.csv"; }

 private:
  fs::path folder_;
};

CsvTable read(const std::string& text) { return CsvTable::read(File(text).path()); }

/// What `work` refuses with, from the file's name on; must be an input error.
template <class Work>
std::string refusal(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::input);
    const std::string line = error.what();
    return line.substr(line.find("t.csv") == std::string::npos ? 0 : line.find("t.csv"));
  }
  return "taken";
}
std::string refusal_to_read(const std::string& text) {
  return refusal([&] { read(text); });
}

bool starts(const std::string& text, const std::string& beginning) { return text.rfind(beginning, 0) == 0; }
bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("csv: header, rows, comments, blank lines, both kinds of line ends") {
  const CsvTable table = read(
      "\xEF\xBB\xBF# a comment\r\nname, people ,\tshare\r\n\r\nAlmaty,2161695,0.5\n  # more\n Oral , 7 "
      ",-1e-3");
  CHECK(table.header() == std::vector<std::string>{"name", "people", "share"});
  REQUIRE(table.rows() == 2);
  CHECK(table.text(0, 0) == "Almaty");
  CHECK(table.whole(0, 1, 0, 3000000) == 2161695);
  CHECK(table.text(1, table.column("name")) == "Oral");
  CHECK(table.number(1, 2, -1, 1) == -1e-3);
  CHECK(table.has("share"));
  CHECK_FALSE(table.has("Share"));
  CHECK(holds(table.place(0), "t.csv:4"));
  CHECK(holds(table.place(1), "t.csv:6"));
}

TEST_CASE(
    "csv: quoted fields hold commas, quotation marks and lines, and rows after them keep their number") {
  const CsvTable table = read("a,b\n\"x, \"\"y\"\"\",\"one\ntwo\" \r\n\"\",# no comment here\n");
  REQUIRE(table.rows() == 2);
  CHECK(table.text(0, 0) == "x, \"y\"");
  CHECK(table.text(0, 1) == "one\ntwo");
  CHECK(table.text(1, 0).empty());
  CHECK(table.text(1, 1) == "# no comment here");
  CHECK(holds(table.place(1), "t.csv:4"));
}

TEST_CASE("csv: a header without rows is an empty table") { CHECK(read("a,b\n# nothing\n").rows() == 0); }

TEST_CASE("csv: what is no table is refused with its line") {
  CHECK(starts(refusal_to_read(""), "t.csv: has no header"));
  CHECK(starts(refusal_to_read("# only a comment\n\n"), "t.csv: has no header"));
  CHECK(starts(refusal_to_read("a,b,a\n"), "t.csv:1: column 'a' stands twice"));
  CHECK(starts(refusal_to_read("\na,,b\n"), "t.csv:2: column 2 has no name"));
  CHECK(starts(refusal_to_read("a,b\n1,2\n\n1,2,3\n"),
               "t.csv:4: 3 fields in a row (the header names 2 columns)"));
  CHECK(starts(refusal_to_read("a,b\n1\n"), "t.csv:2: 1 fields in a row"));
  CHECK(starts(refusal_to_read("a\n\"b\nc\n"), "t.csv:2: a quotation mark is never closed"));
  CHECK(starts(refusal_to_read("a\n\"b\"c\n"), "t.csv:2: text after a closing quotation mark"));
  CHECK(starts(refusal_to_read(std::string("a\n1\0\n", 5)), "t.csv: is not a text file (byte 4 is zero)"));
}

TEST_CASE("csv: files that are not there or no files are refused") {
  const File file("a\n");
  CHECK(holds(refusal([&] { CsvTable::read(file.path().parent_path() / "none.csv"); }),
              "none.csv: no such file"));
  CHECK(holds(refusal([&] { CsvTable::read(file.path().parent_path()); }), "it is not a regular file"));
}

TEST_CASE("csv: cells that are no numbers are refused with line, column and range") {
  const CsvTable table = read("a,b\n,1\nnan,inf\n1e999,0x1\n 7 x,1.5\n3,99\n");
  const auto number = [&](std::size_t row, std::size_t column) {
    return refusal([&] { static_cast<void>(table.number(row, column, 0, 10)); });
  };
  CHECK(number(0, 0) == "t.csv:2: '' in column 'a' (the cell is empty) write a number in [0, 10]");
  CHECK(starts(number(1, 0), "t.csv:3: 'nan' in column 'a' (it is not a number)"));
  CHECK(starts(number(1, 1), "t.csv:3: 'inf' in column 'b' (it is not a number)"));
  CHECK(starts(number(2, 0), "t.csv:4: '1e999' in column 'a' (no such number can be held)"));
  CHECK(starts(number(2, 1), "t.csv:4: '0x1' in column 'b' (it is not a number)"));
  CHECK(starts(number(3, 0), "t.csv:5: '7 x' in column 'a' (it is not a number)"));
  CHECK(starts(number(4, 1), "t.csv:6: '99' in column 'b' (it is out of range)"));
  CHECK(number(4, 0) == "taken");
  const auto whole = [&](std::size_t row, std::size_t column) {
    return refusal([&] { static_cast<void>(table.whole(row, column, 0, 10)); });
  };
  CHECK(starts(whole(3, 1), "t.csv:5: '1.5' in column 'b' (it is not a whole number)"));
  CHECK(whole(4, 0) == "taken");
}

TEST_CASE("csv: a missing column names the nearest") {
  const CsvTable table = read("name,population,wage\n");
  const std::string line = refusal([&] { static_cast<void>(table.column("popluation")); });
  CHECK(line ==
        "t.csv: no column 'popluation' (the columns are name, population, wage) did you mean 'population'?");
}
