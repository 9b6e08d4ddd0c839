#include "base/csv.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
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
template <class Work> std::string refusal(const Work& work) {
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
      "\xEF\xBB\xBF# a comment\r\n  # more\nname, people ,\tshare\r\n\r\nAlmaty,2161695,0.5\n Oral , 7 "
      ",-1e-3");
  CHECK(table.header() == std::vector<std::string>{"name", "people", "share"});
  REQUIRE(table.rows() == 2);
  CHECK(table.text(0, 0) == "Almaty");
  CHECK(table.whole(0, 1, 0, 3000000) == 2161695);
  CHECK(table.text(1, table.column("name")) == "Oral");
  CHECK(table.number(1, 2, -1, 1) == -1e-3);
  CHECK(table.has("share"));
  CHECK_FALSE(table.has("Share"));
  CHECK(holds(table.place(0), "t.csv:5"));
  CHECK(holds(table.place(1), "t.csv:6"));
}

TEST_CASE("csv: quoted fields hold commas, quotation marks and lines, and rows after them keep their number") {
  const CsvTable table = read("a,b\n\"x, \"\"y\"\"\",\"one\ntwo\" \r\n\"\",# no comment here\n");
  REQUIRE(table.rows() == 2);
  CHECK(table.text(0, 0) == "x, \"y\"");
  CHECK(table.text(0, 1) == "one\ntwo");
  CHECK_FALSE(table.given(1, 0));
  CHECK(table.text(1, 1) == "# no comment here");
  CHECK(holds(table.place(1), "t.csv:4"));
}

TEST_CASE("csv: a header without rows is an empty table") { CHECK(read("# nothing\na,b\n\n").rows() == 0); }

TEST_CASE("csv: what is no table is refused with its line") {
  CHECK(starts(refusal_to_read(""), "t.csv: has no header"));
  CHECK(starts(refusal_to_read("# only a comment\n\n"), "t.csv: has no header"));
  CHECK(starts(refusal_to_read("a,b,a\n"), "t.csv:1: column 'a' stands twice"));
  CHECK(starts(refusal_to_read("\na,,b\n"), "t.csv:2: column 2 has no name"));
  CHECK(starts(refusal_to_read("a,b\n1,2\n\n1,2,3\n"), "t.csv:4: 3 fields in a row (the header names 2 columns)"));
  CHECK(starts(refusal_to_read("a,b\n1\n"), "t.csv:2: 1 fields in a row"));
  CHECK(starts(refusal_to_read("a\n\"b\nc\n"), "t.csv:2: a quotation mark is never closed"));
  CHECK(starts(refusal_to_read("a\n\"b\"c\n"), "t.csv:2: text after a closing quotation mark"));
  CHECK(starts(refusal_to_read(std::string("a\n1\0\n", 5)), "t.csv: is not a text file (byte 4 is zero)"));
}

TEST_CASE("csv: files that are not there or no files are refused") {
  const File file("a\n");
  CHECK(holds(refusal([&] { CsvTable::read(file.path().parent_path() / "none.csv"); }), "none.csv: no such file"));
  CHECK(holds(refusal([&] { CsvTable::read(file.path().parent_path()); }), "it is a folder"));
}

TEST_CASE("csv: cells that are no numbers are refused with line, column and range") {
  const CsvTable table = read("a,b\n,1\nnan,inf\n1e999,0x1\n 7 x,1.5\n3,99\n");
  const auto number = [&](std::size_t row, std::size_t column) {
    return refusal([&] { static_cast<void>(table.number(row, column, 0, 10)); });
  };
  CHECK(number(0, 0) == "t.csv:2: '' in column 'a' (the cell is empty) write a number in [0, 10]");
  CHECK(starts(number(1, 0), "t.csv:3: 'nan' in column 'a' (it means 'not given'"));
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
  CHECK(line == "t.csv: no column 'popluation' (the columns are name, population, wage) did you mean 'population'?");
}

TEST_CASE("csv: words for what is not given, in any case, unless they stand in quotes") {
  const CsvTable table =
      read("a,b\nNA,1\nn/a,1\nNaN,1\nNULL,1\nnone,1\n-,1\n.,1\n,1\n\"\",1\n\"NA\",x\n--,1\nNAN1,1\n#N/A,1\n");
  for (std::size_t row = 0; row < 9; ++row) {
    CHECK_FALSE(table.given(row, 0));
    CHECK(starts(
        refusal([&] { static_cast<void>(table.text(row, 0)); }), "t.csv:" + std::to_string(row + 2) + ": 'a' is "));
    CHECK(starts(
        refusal([&] { static_cast<void>(table.number(row, 0, 0, 1)); }), "t.csv:" + std::to_string(row + 2) + ": '"));
  }
  for (std::size_t row = 9; row < table.rows(); ++row) CHECK(table.given(row, 0));
  CHECK(table.text(9, 0) == "NA");
  const std::string both[] = {"a", "b", "not there"};
  std::vector<std::string> notes;
  table.add_notes(both, &notes);
  REQUIRE(notes.size() == 1);
  CHECK(holds(notes[0], "t.csv: 'a' is not given in 7 of 13 rows (-, ., NA, NULL, NaN, n/a, none)"));
}

TEST_CASE("csv: semicolons and tabs separate as the header says, and numbers may have decimal commas") {
  const std::string comma = "id,x,y\nA,0.5,-12.75\nB,3,1e-3\n";
  for (const std::string& text : {std::string("id;x;y\r\nA;0,5;-12,75\r\nB;3;1e-3\r\n"),
           std::string("\xEF\xBB\xBFid;x;y\nA;0.5;-12.75\nB;3;1e-3\n"),
           std::string("id\tx\ty\nA\t0,5\t-12,75\nB\t3\t1e-3\n"),
           std::string("id;x;y\n\"A\";\"0,5\";-12,75\nB;3;1e-3\n"), comma}) {
    const CsvTable table = read(text);
    REQUIRE(table.header() == std::vector<std::string>{"id", "x", "y"});
    REQUIRE(table.rows() == 2);
    CHECK(table.text(0, 0) == "A");
    CHECK(table.number(0, 1, 0, 1) == 0.5);
    CHECK(table.number(0, 2, -20, 0) == -12.75);
    CHECK(table.whole(1, 1, 0, 9) == 3);
  }
  const auto number = [](const std::string& text) {
    const CsvTable table = read(text);
    return refusal([&] { static_cast<void>(table.number(0, 1, 0, 1e9)); });
  };
  CHECK(number("a;b\n1;1,5\n") == "taken");
  CHECK(starts(number("a,b\n1,\"1,5\"\n"), "t.csv:2: '1,5' in column 'b' (it is not a number)"));
  CHECK(starts(number("a;b\n1;1,234.5\n"), "t.csv:2: '1,234.5' in column 'b' (it is not a number)"));
  CHECK(starts(number("a;b\n1;1,234\n1;0.5\n"),
      "t.csv:2: '1,234' in column 'b' (it has a decimal comma and line 3 a decimal point"));
  // What stands more often separates: a comma in a name does not.
  CHECK(read("a;b;c, d\n1;2;3\n").header() == std::vector<std::string>{"a", "b", "c, d"});
  CHECK(read("\"a;b\",c\n1,2\n").header() == std::vector<std::string>{"a;b", "c"});
  // An empty first or last field of a table with tabs is a field.
  CHECK_FALSE(read("a\tb\tc\n\tx\t\n").given(0, 0));
}

TEST_CASE("csv: only UTF-8 is read, and the line that is not is named") {
  CHECK(starts(refusal_to_read("a,b\n1,\xC0\n"), "t.csv:2: not UTF-8 (byte 0xC0"));
  CHECK(starts(refusal_to_read("# \xCF\xF0\na,b\n"), "t.csv:1: not UTF-8"));
  CHECK(starts(refusal_to_read("a,b\n1,\xE2\x82\n"), "t.csv:2: not UTF-8"));      // cut short
  CHECK(starts(refusal_to_read("a,b\n1,\xC0\x80\n"), "t.csv:2: not UTF-8"));      // overlong
  CHECK(starts(refusal_to_read("a,b\n1,\xED\xA0\x80\n"), "t.csv:2: not UTF-8"));  // half of a pair
  CHECK(starts(refusal_to_read("a,b\n1,\xF4\x90\x80\x80\n"), "t.csv:2: not UTF-8"));
  CHECK(read("a,b\n1,\xD2\x9B\xF0\x9F\x8C\xBE\n").text(0, 1) == "\xD2\x9B\xF0\x9F\x8C\xBE");
}

TEST_CASE("csv: a message is one line, whatever a cell holds") {
  const CsvTable table = read("a,b\n\"x\ny\r\nz\xE2\x80\xA8\x1B[31m\xC2\x85\",1\n");
  const std::string said = refusal([&] { static_cast<void>(table.number(0, 0, 0, 1)); });
  CHECK(starts(said, "t.csv:2: 'x?y??z??[31m?' in column 'a'"));
  CHECK(starts(refusal([&] { static_cast<void>(table.name(0, 0)); }), "t.csv:2: 'x?y??z"));
  CHECK(table.name(0, 1) == "1");
}

TEST_CASE("csv: comments stand above the header; the header stands once; lines end in line feeds") {
  CHECK(read("# one\na,b\n#1,#2\n").text(0, 0) == "#1");
  CHECK(read("a,b\n\"# 1\",2\n").text(0, 0) == "# 1");
  for (const char* comment : {"# a comment", "# one, two", "#, two", "#1,2,3"})
    CHECK(starts(refusal_to_read(std::string("a,b\n3,4\n") + comment + "\n"),
        "t.csv:3: a row that starts with '#' (comments stand above the header only) delete the line"));
  CHECK(starts(refusal_to_read("a,b\n1,2\na,b\n"), "t.csv:3: the header stands here again"));
  CHECK(starts(refusal_to_read("a,b\r1,2\r"), "t.csv:1: a carriage return within a line"));
  CHECK(starts(refusal_to_read("# a comment\ra,b\r1,2\r"), "t.csv:1: a carriage return within a line"));
  CHECK(starts(refusal_to_read("a,b\n \r\r\n"), "t.csv:2: a carriage return within a line"));
}

TEST_CASE("csv: a line that tells the separator, as Excel writes it, is no header") {
  for (const char* line : {"sep=;\r\n", "SEP=;\n", "Sep=;\n", "# made today\n\nsep=;\n"}) {
    const CsvTable table = read(std::string(line) + "a;b, c\n0,5;x\n");
    CHECK(table.header() == std::vector<std::string>{"a", "b, c"});
    CHECK(table.number(0, 0, 0, 1) == 0.5);
  }
  CHECK(read("sep=,\na,b;c;d\n1,2\n").header() == std::vector<std::string>{"a", "b;c;d"});
  CHECK(read("sep=\t\na\tb\n1\t2\n").whole(0, 1, 0, 9) == 2);
}

TEST_CASE("csv: reading never waits for what is no file") {
  const File file("a\n");
  const fs::path fifo = file.path().parent_path() / "fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(holds(refusal([&] { CsvTable::read(fifo); }), "it is not a regular file"));
  CHECK(holds(refusal([&] { CsvTable::read("/dev/zero"); }), "it is not a regular file"));
  CHECK(holds(refusal([&] { CsvTable::read(file.path() / "below"); }), "Not a directory"));
}

namespace {

/// A table of several blocks, and what its cells say. Every `odd`-th row has cells that go over lines or hold
/// separators and quotation marks.
struct Large {
  std::string text = "\xEF\xBB\xBF# of many lines\nid,said,x\n";
  std::vector<std::array<std::string, 3>> rows = {};
  std::vector<std::size_t> lines = {};  ///< on which each row begins

  explicit Large(std::size_t count, std::size_t odd) {
    std::size_t line = 3;
    const auto add = [&](const std::string& cells) {
      text += cells + "\n";
      line += 1 + static_cast<std::size_t>(std::count(cells.begin(), cells.end(), '\n'));
    };
    for (std::size_t k = 0; k < count; ++k) {
      const std::string id = "r" + std::to_string(k * 7919 % 1000003);
      if (k % 1001 == 0) add("");
      lines.push_back(line);
      if (k % odd == odd - 1) {
        rows.push_back({id, "\"one\", two\n" + std::string(k % 90, 'y') + "\n\n1,2,3\n4,\"5\"\n", "7"});
        add(id + ",\"\"\"one\"\", two\n" + std::string(k % 90, 'y') + "\n\n1,2,3\n4,\"\"5\"\"\n\",7");
      } else {
        rows.push_back({id, std::string(k % 70, 'x'), std::to_string(k % 10)});
        add(" " + rows.back()[0] + "\t, " + rows.back()[1] + "," + rows.back()[2] + (k % 3 == 0 ? "\r" : ""));
      }
    }
  }
};

}  // namespace

TEST_CASE("csv: large tables are read as small ones are, by any number of threads") {
  for (const std::size_t odd : {2U, 1000U, 1000000U}) {
    const Large large(60000, odd);
    REQUIRE(large.text.size() > 2U << 20);
    for (const int count : {1, 2, 7}) {
      set_threads(count);
      const CsvTable table = read(large.text);
      REQUIRE(table.rows() == large.rows.size());
      std::size_t wrong = 0;
      for (std::size_t row = 0; row < table.rows(); ++row) {
        wrong += table.line(row) != large.lines[row];
        for (std::size_t k = 0; k < 3; ++k) wrong += table.raw(row, k) != large.rows[row][k];
      }
      CHECK(wrong == 0);
    }
  }
  set_threads(0);
}

TEST_CASE("csv: the first fault of a large table is named with its line, whatever threads meet before") {
  const Large large(60000, 1000);
  const std::size_t half = large.text.find('\n', large.text.size() / 2) + 1;
  const auto line = 1 + std::count(large.text.begin(), large.text.begin() + static_cast<std::ptrdiff_t>(half), '\n');
  const auto with = [&](const std::string& fault, const std::string& more) {
    return large.text.substr(0, half) + fault + large.text.substr(half) + more;
  };
  const std::string place = "t.csv:" + std::to_string(line) + ": ";
  for (const int count : {1, 2, 7}) {
    set_threads(count);
    for (const char* later : {"", "1,2\n", "\"never closed\n"}) {
      CHECK(starts(refusal_to_read(with("1,2\n", later)), place + "2 fields in a row"));
      CHECK(starts(refusal_to_read(with("1,\"2\"3,4\n", later)), place + "text after a closing quotation mark"));
      CHECK(starts(refusal_to_read(with("1,2\r3,4\n", later)), place + "a carriage return within a line"));
      CHECK(starts(refusal_to_read(with("id,\"said\",x\n", later)), place + "the header stands here again"));
      CHECK(starts(refusal_to_read(with("# a, b\n", later)), place + "a row that starts with '#'"));
    }
    CHECK(starts(refusal_to_read(with("1,\"2,3\n", "\"\"")), place + "text after a closing quotation mark"));
    CHECK(starts(refusal_to_read(large.text + "1,\"2,3\n"),
        "t.csv:" + std::to_string(std::count(large.text.begin(), large.text.end(), '\n') + 1) +
            ": a quotation mark is never closed"));
  }
  set_threads(0);
}

TEST_CASE("csv: a cell may be longer than a block, and hold what looks like rows") {
  std::string cell;
  while (cell.size() < 5U << 20) cell += "1,2,3\n";
  for (const int count : {1, 2}) {
    set_threads(count);
    const CsvTable table = read("a,b,c\n1,\"" + cell + "\",3\n4,5,6\n");
    REQUIRE(table.rows() == 2);
    CHECK(table.text(0, 1) == cell);
    CHECK(table.text(1, 0) == "4");
    CHECK(table.line(1) == 3 + static_cast<std::size_t>(std::count(cell.begin(), cell.end(), '\n')));
    const CsvTable pointed = read("a;b\n" + std::string(3U << 20, '\n') + "1;0.5\n1;0,5\n");
    CHECK(holds(refusal([&] { static_cast<void>(pointed.number(1, 1, 0, 1)); }),
        "line " + std::to_string((3U << 20) + 2) + " a decimal point"));
  }
  set_threads(0);
}
