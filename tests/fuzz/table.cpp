// Fuzz target: a table. By the words that it holds it is tried as the residents or the ties of a network, a table of a
// census, or the points of a csv design; as a plain table always.
#include <array>
#include <fstream>
#include <functional>
#include <iterator>
#include <string_view>

#include "base/csv.h"
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "society/census.h"
#include "society/network_input.h"
#include "sweep/sweep.h"

namespace kurultai::fuzz {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view nodes = "id,community,age,household\n1,a,30,h\n2,a,40,h\n3,b,50,\n";
constexpr std::string_view edges = "source,target,layer\n1,2,kin\n2,3,neighbour\n";
constexpr std::string_view points = "x1,x2,x3\n0.1,0.2,0.3\n0.4,0.5,0.6\n";
constexpr std::string_view sweep = R"([sweep]
model = "ishigami"
design = "csv"
table = "points.csv"
replicates = 1
[axis.x1]
path = "ishigami.x1"
[axis.x2]
path = "ishigami.x2"
[axis.x3]
path = "ishigami.x3"
)";
/// The tables of a census, each with words that stand in it alone.
constexpr std::array<std::pair<const char*, const char*>, 5> census = {{{"regions.csv", "oblast"}, {"towns.csv", "PPL"},
    {"cities.csv", "geonameid,name,population,part"}, {"pyramid.csv", "first,last"}, {"national.csv", "key,value"}}};

fs::path shipped(const char* table) { return fs::path(KURULTAI_SOURCE_DIR) / "scenarios/data/kazakhstan" / table; }

void read_cells(const fs::path& file) {
  const CsvTable table = CsvTable::read(file);
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (std::size_t column = 0; column < table.header().size(); ++column) {
      (void)table.text(row, column);
      told([&] { (void)table.number(row, column, -1e300, 1e300); });
      told([&] { (void)table.whole(row, column, -1'000'000, 1'000'000); });
    }
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> list = {
      Bytes(nodes), Bytes(edges), Bytes(points), "id;community;age\n1;a;30,5\n", "a,b\n\"x\ny\",NA\n"};
  for (const auto& [table, word] : census) {
    std::ifstream stream(shipped(table), std::ios::binary);
    list.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return list;
}

void try_input(std::span<const char> input) {
  const std::string_view text(input.data(), input.size());
  const auto holds = [&](std::string_view words) { return text.find(words) != std::string_view::npos; };
  told([&] { read_cells(put("table.csv", input)); });
  const SocietySettings settings;
  if (holds("community"))
    told([&] { (void)read_network(put("nodes.csv", input), put("edges.csv", edges), settings, 1); });
  if (holds("target")) told([&] { (void)read_network(put("nodes.csv", nodes), put("edges.csv", input), settings, 1); });
  if (holds("x1"))
    told([&] {
      put("points.csv", input);
      const Sweep read(put("sweep.toml", sweep));
    });
  for (const auto& [table, word] : census)
    if (holds(word)) {
      const fs::path folder = scratch() / "census";
      fs::create_directories(folder);
      for (const auto& [other, unused] : census)
        fs::copy_file(shipped(other), folder / other, fs::copy_options::overwrite_existing);
      put(std::string("census/") + table, input);
      told([&] { (void)read_census(folder); });
    }
}

}  // namespace kurultai::fuzz
