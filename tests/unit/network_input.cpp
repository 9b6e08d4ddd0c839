#include "society/network_input.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <set>
#include <tuple>

#include "base/error.h"
#include "base/parallel.h"
#include "catch.h"
#include "society/graph.h"
#include "society/network_report.h"

using namespace kurultai;

namespace {

/// A folder of its own, gone at the end.
struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / fmt::format("kurultai-network-{}", ::getpid());
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::filesystem::path write(const char* name, const std::string& text) const {
    std::ofstream(path / name) << text;
    return path / name;
  }
  [[nodiscard]] std::unique_ptr<Society> read(const std::string& nodes, const std::string& edges,
      std::uint64_t seed = 1, std::vector<std::string>* notes = nullptr) const {
    return read_network(write("nodes.csv", nodes), write("edges.csv", edges), settings, seed, notes);
  }
  /// What reading says is wrong.
  [[nodiscard]] std::string complaint(const std::string& nodes, const std::string& edges) const {
    try {
      (void)read(nodes, edges);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::input);
      return error.what();
    }
    return "nothing";
  }
  SocietySettings settings;
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string few = "id,community\na,x\nb,x\nc,y\n";

}  // namespace

TEST_CASE("network input: residents, communities and ties are those of the tables") {
  const Folder folder;
  const auto society = folder.read(
      "# a comment\n"
      "id,community,region,district,type,household,age,sex,education,occupation,income,duty,wish,access,"
      "platform\n"
      "ann,x,R2,D3,town,h1,44,female,higher,public servant,1.5,-0.5,health,1,1\n"
      "bob,y,R1,D1,rural okrug,h1,60,male,basic,farmer,0.5,1.25,roads,0,0\n"
      "cid,x,,,,h1,12,male,,student,0,,,1,0\n"
      "dan,z,R1,D2,,,30,male,,,,,,,\n"
      "eve,w,R1,D1,,,31,female,,,,,,,\n",
      "source,target,layer\nann,bob,kin\ncid,dan,\nbob,eve,work or school\n");
  REQUIRE(society->communities() == 4);
  REQUIRE(society->residents.size() == 5);
  CHECK(society->scale == 1);
  // Sorted by region and district of first appearance: R2/D3 x, R1/D1 y w, R1/D2 z.
  const auto& places = society->country.communities;
  CHECK(places[0].code == "x");
  CHECK(places[1].code == "y");
  CHECK(places[2].code == "w");
  CHECK(places[3].code == "z");
  CHECK(places[1].district == places[2].district);
  CHECK(places[1].district != places[3].district);
  CHECK(places[1].region == places[3].region);
  CHECK(places[0].type == PlaceType::town);
  CHECK(places[0].population == 2);
  const GivenResidents& r = society->residents;  // ann cid | bob | eve | dan
  CHECK(r.age[0] == 44);
  CHECK(r.sex[0] == 1);
  CHECK(r.education[0] == static_cast<int>(Education::higher));
  CHECK(r.occupation[0] == static_cast<int>(Occupation::public_servant));
  CHECK(static_cast<double>(r.income[0]) == Approx(1.5).margin(0.001));
  CHECK(static_cast<double>(r.duty[0]) == Approx(-0.5).margin(0.001));
  CHECK(r.wish[0] == static_cast<int>(Good::health));
  CHECK(r.platform[0] == 1);
  CHECK(r.household_size[0] == 2);
  CHECK(r.household_slot[1] == 1);
  CHECK(r.household_size[2] == 1);
  CHECK(r.age[2] == 60);
  CHECK(r.age[4] == 30);
  const SocialGraph graph = SocialGraph::of_residents(society->ties);
  CHECK(num_edges(graph) == 4);
  CHECK(edge(0, 1, graph).first.layer == Layer::household);
  CHECK(edge(0, 2, graph).first.layer == Layer::kin);
  CHECK(edge(1, 4, graph).first.layer == Layer::neighbour);
  CHECK(edge(2, 3, graph).first.layer == Layer::work);
  CHECK(society->institutions.size() >= 4);
}

TEST_CASE("network input: every mistake is named with file and line") {
  const Folder folder;
  const std::string edges = "source,target\na,b\n";
  CHECK(folder.complaint(few, edges) == "nothing");

  std::string said = folder.complaint(few, "source,target\na,b\n\nb,zz\n");
  CHECK(contains(said, "edges.csv:4"));
  CHECK(contains(said, "unknown target 'zz'"));
  said = folder.complaint(few, "source,target,layer\na,b,friends\n");
  CHECK(contains(said, "edges.csv:2"));
  CHECK(contains(said, "unknown layer 'friends'"));
  CHECK(contains(said, "neighbour"));
  said = folder.complaint(few, "source,target,layer\na,b,kinn\n");
  CHECK(contains(said, "did you mean 'kin'?"));
  said = folder.complaint(few, "source,target\nb,b\n");
  CHECK(contains(said, "edges.csv:2"));
  CHECK(contains(said, "tied to itself"));
  said = folder.complaint(few, "source,target\nb,\n");
  CHECK(contains(said, "'target' is empty"));
  said = folder.complaint(few, "source,to\nb,a\n");
  CHECK(contains(said, "unknown column 'to'"));

  said = folder.complaint(few + "a,y\n", edges);
  CHECK(contains(said, "nodes.csv:5"));
  CHECK(contains(said, "id 'a' is given twice"));
  CHECK(contains(said, "nodes.csv:2"));
  said = folder.complaint("id,community\na,x\nb,\n", edges);
  CHECK(contains(said, "nodes.csv:3"));
  CHECK(contains(said, "'community' is empty"));
  said = folder.complaint("id,community,age\na,x,30\nb,x,-1\n", edges);
  CHECK(contains(said, "nodes.csv:3"));
  said = folder.complaint("id,community,income\na,x,inf\nb,x,1\n", edges);
  CHECK(contains(said, "nodes.csv:2"));
  said = folder.complaint("id,community,education\na,x,hihger\nb,x,\n", edges);
  CHECK(contains(said, "did you mean 'higher'?"));
  said = folder.complaint("id,community,regoin\na,x,1\nb,x,1\n", edges);
  CHECK(contains(said, "did you mean 'region'?"));
  said = folder.complaint("id\na\nb\n", edges);
  CHECK(contains(said, "community"));
  said = folder.complaint("id,community\n", edges);
  CHECK(contains(said, "no rows"));
  said = folder.complaint("id,community,region\na,x,1\nb,x,2\n", edges);
  CHECK(contains(said, "nodes.csv:3"));

  CHECK(contains(said, "region of community 'x' is '2' here and was '1' before"));
  said = folder.complaint("id,community,household\na,x,1\nb,x,2\nc,x,1\n", edges);
  CHECK(contains(said, "nodes.csv:4"));
  CHECK(contains(said, "household '1'"));
  CHECK(contains(said, "nodes.csv:2"));
}

TEST_CASE("network input: what is said of a community is the same in all its rows that say it") {
  const Folder folder;
  const std::string edges = "source,target\na,b\n";
  const auto said_of = [&](const std::string& column, const std::string& one, const std::string& other) {
    // A position needs both of its columns.
    const std::string rest = column == "latitude" ? "longitude" : column == "longitude" ? "latitude" : "exposure";
    return folder.complaint(
        "id,community," + column + "," + rest + "\na,x," + one + ",0.5\nb,x," + other + ",0.5\nc,y,,\n", edges);
  };
  for (const auto& [column, one, other] : std::vector<std::array<std::string, 3>>{{"region", "north", "south"},
           {"district", "north", "south"}, {"type", "town", "city"}, {"latitude", "43.2", "43.3"},
           {"longitude", "76", "77"}, {"resources", "10", "20"}, {"participatory_budget", "10", "20"}}) {
    const std::string said = said_of(column, one, other);
    CHECK(contains(
        said, "nodes.csv:3: " + column + " of community 'x' is '" + other + "' here and was '" + one + "' before"));
    CHECK(contains(said, "nodes.csv:2"));
    CHECK(said_of(column, one, one) == "nothing");
    CHECK(said_of(column, one, "") == "nothing");
    CHECK(said_of(column, "", one) == "nothing");  // the first row that says it
  }
  CHECK(said_of("latitude", "43.2", "43.20") == "nothing");
  CHECK(contains(said_of("longitude", "76", "-inf"), "nodes.csv:3"));
  CHECK(contains(said_of("longitude", "76", "1000"), "nodes.csv:3"));
}

TEST_CASE("network input: a position needs latitude and longitude") {
  const Folder folder;
  const std::string edges = "source,target\na,b\n";
  for (const char* nodes :
      {"id,community,latitude\na,x,\nb,y,43.2\n", "id,community,latitude,longitude\na,x,,\nb,y,43.2,NA\n"})
    CHECK(contains(folder.complaint(nodes, edges),
        "nodes.csv:3: community 'y' has a latitude and no longitude (a position needs both)"));
  CHECK(contains(folder.complaint("id,community,longitude\na,x,76.9\nb,y,\n", edges),
      "nodes.csv:2: community 'x' has a longitude and no latitude"));
  CHECK(folder.complaint("id,community,latitude,longitude\na,x,43.2,\nb,x,,76.9\nc,y,,\n", edges) ==
        "nothing");  // each in some row
}

TEST_CASE("network input: words for what is not given make no household and no resident") {
  const Folder folder;
  std::vector<std::string> notes;
  const auto society = folder.read(
      "id,community,household,age\na,x,NA,30\nb,x,NA,nan\nc,x,null,31\nd,x,-,32\ne,x,.,33\nf,x,\"NA\",34\ng,x,\"NA\","
      "35\n",
      "source,target\na,b\n", 1, &notes);
  CHECK(SocialGraph::of_residents(society->ties).vertex_count() == 7);
  CHECK(num_edges(SocialGraph::of_residents(society->ties)) == 2);  // a-b, and the household called "NA" in quotes
  REQUIRE(notes.size() == 2);
  CHECK(contains(notes[0], "nodes.csv: 'household' is not given in 5 of 7 rows (-, ., NA, null)"));
  CHECK(contains(notes[1], "nodes.csv: 'age' is not given in 1 of 7 rows (nan)"));
  CHECK(contains(folder.complaint("id,community\na,x\nNA,x\n", "source,target\na,a\n"), "nodes.csv:3: 'id' is 'NA'"));
  CHECK(contains(
      folder.complaint("id,community\na,x\nb,None\n", "source,target\na,b\n"), "nodes.csv:3: 'community' is 'None'"));
  CHECK(contains(folder.complaint(few, "source,target\na,b\nNA,b\n"), "edges.csv:3: 'source' is 'NA'"));
  CHECK(contains(folder.complaint(few, "source,target\na,b\na,-\n"), "edges.csv:3: 'target' is '-'"));
}

TEST_CASE("network input: a number sign begins an id, not a comment") {
  const Folder folder;
  const auto society = folder.read("# people\nid,community\n#1,x\n#2,x\n3,x\n4,x\n", "source,target\n#1,#2\n3,4\n");
  CHECK(society->residents.size() == 4);
  CHECK(num_edges(SocialGraph::of_residents(society->ties)) == 2);
}

TEST_CASE("network input: a new resident changes nobody else") {
  const Folder folder;
  std::string nodes = "id,community\n";
  for (int k = 0; k < 300; ++k) nodes += fmt::format("n{},c{}\n", k, k % 3);
  const std::string edges = "source,target\nn0,n1\n";
  const auto before = folder.read(nodes, edges);
  const auto after = folder.read(nodes + "new,c1\n", edges);
  REQUIRE(after->residents.size() == 301);
  for (std::size_t c = 0; c < 3; ++c) CHECK(before->key[c] == after->key[c]);
  const auto a = before->residents.columns();
  const auto b = after->residents.columns();
  std::size_t differing_ages = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    INFO(a[k]->name());
    const std::size_t width = a[k]->bytes_per_agent();
    bool same = true;
    for (std::size_t c = 0; c < 3; ++c)
      for (Vertex i = 0; i < 100; ++i)
        same = same && std::memcmp(a[k]->bytes().data() + (before->first[c] + i) * width,
                           b[k]->bytes().data() + (after->first[c] + i) * width, width) == 0;
    CHECK(same);
  }
  // ... and the draws are draws: another seed gives other people.
  const auto other = folder.read(nodes, edges, 2);
  for (std::size_t i = 0; i < 300; ++i) differing_ages += other->residents.age[i] != before->residents.age[i];
  CHECK(differing_ages > 200);
}

TEST_CASE("network input: what the table knows shifts no other draw") {
  const Folder folder;
  const auto plain = folder.read("id,community\na,x\nb,x\n", "source,target\na,b\n");
  const auto told = folder.read("id,community,skill\na,x,0.25\nb,x,\n", "source,target\na,b\n");
  CHECK(static_cast<double>(told->residents.skill[0]) == Approx(0.25).margin(0.001));
  CHECK(told->residents.skill[1].raw == plain->residents.skill[1].raw);
  CHECK(told->residents.age[0] == plain->residents.age[0]);
  CHECK(told->residents.duty[0].raw == plain->residents.duty[0].raw);
}

TEST_CASE("network input: the example village is a society") {
  const std::filesystem::path folder = std::filesystem::path(KURULTAI_SOURCE_DIR) / "scenarios/data/village";
  const SocietySettings settings;
  const auto society = read_network(folder / "nodes.csv", folder / "edges.csv", settings, 1);
  CHECK(society->residents.size() == 206);
  CHECK(society->communities() == 3);
  const NetworkReport report = describe_network(*society);
  CHECK(report.mean_degree > 8);
  CHECK(report.mean_degree < 14);
  CHECK(report.clustering > 0.15);
  CHECK(report.components == 1);
  CHECK(report.inside > 0.9);
  CHECK(report.inside < 1);
}

TEST_CASE("network input: districts of one name in two regions are told apart by their region") {
  const Folder folder;
  const auto society =
      folder.read("id,community,region,district\na,x,Region A,Central\nb,y,Region B,Central\nc,z,Region B,North\n",
          "source,target,layer\na,b,kin\n");
  const auto& districts = society->country.districts;
  REQUIRE(districts.size() == 3);
  std::vector<std::string> codes;
  for (const District& district : districts) codes.push_back(district.code);
  CHECK(codes == std::vector<std::string>{"Central, Region A", "Central, Region B", "North"});
  CHECK(districts[1].name == "Central");
}

TEST_CASE("network input: many ties, by any number of threads, and the first fault of several") {
  const Folder folder;
  constexpr int people = 3000;
  constexpr int count = 100000;
  std::string nodes = "id,community,household,age\n";
  for (int k = 0; k < people; ++k) nodes += fmt::format("p{},c{},h{},{}\n", k, k / 300, k / 3, k % 90);
  std::vector<std::string> rows;
  std::set<std::tuple<Vertex, Vertex, Layer>> expected;
  for (int k = 0; k < count; ++k) {
    const auto a = static_cast<Vertex>(k * 7LL % people);
    const auto b = static_cast<Vertex>((a + 1 + k * 31LL % (people - 1)) % people);
    const auto layer = static_cast<Layer>(k % 4 + 1);
    rows.push_back(fmt::format("p{},p{},{}", a, b, word(layer)));
    expected.emplace(std::min(a, b), std::max(a, b), layer);
  }
  const auto text = [&] {
    std::string all = "source,target,layer\n";
    for (const std::string& row : rows) all += row + "\n";
    return all;
  };
  for (const int thread_count : {1, 2, 7}) {
    set_threads(thread_count);
    const auto society = folder.read(nodes, text());
    std::size_t found = 0;
    std::size_t wrong = 0;
    for (Vertex i = 0; i < people; ++i)
      for (const Tie tie : society->ties.peers(i)) {
        if (tie.layer() == Layer::household || tie.to() < i) continue;
        ++found;
        wrong += expected.contains({i, tie.to(), tie.layer()}) ? 0 : 1;
      }
    CHECK(found == expected.size());
    CHECK(wrong == 0);
    const std::vector<std::string> whole = rows;
    rows[90000] = "p1,p1,kin";
    rows[40000] = "p1,nobody,kin";
    CHECK(contains(folder.complaint(nodes, text()), "edges.csv:40002: unknown target 'nobody'"));
    rows[39999] = "p1,p2,kinn";
    CHECK(contains(folder.complaint(nodes, text()), "edges.csv:40001: unknown layer 'kinn'"));
    rows[39998] = "p5,,kin";
    CHECK(contains(folder.complaint(nodes, text()), "edges.csv:40000: 'target' is empty"));
    rows = whole;
    const std::string more = "q,c7,h1,30\nr,c0,,101\n";
    CHECK(contains(folder.complaint(nodes + more, text()), "nodes.csv:3003: '101' in column 'age'"));
    CHECK(contains(folder.complaint(nodes + more + "p7,c3,,1\n", text()), "nodes.csv:3004: id 'p7' is given twice"));
    CHECK(contains(folder.complaint(nodes + more + "p7,c3,,1\n", text()), "nodes.csv:9"));
  }
  set_threads(0);
}
