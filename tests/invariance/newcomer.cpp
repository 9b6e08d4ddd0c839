// One more resident changes nobody else's history: every draw stands under the resident's own name.
#include <fstream>

#include "engine.h"
#include "society/network_input.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

constexpr std::size_t communities = 3;
constexpr std::size_t people = 90;

/// Three communities of two districts, households of three, ties at random inside and some across; `more` are
/// further rows of the table of residents.
void write(const std::filesystem::path& folder, const std::string& more) {
  std::filesystem::create_directories(folder);
  std::ofstream nodes(folder / "nodes.csv");
  std::ofstream edges(folder / "edges.csv");
  nodes << "id,community,region,district,type,household,age\n";
  edges << "source,target,layer\n";
  Engine luck(Draws(7, 0, Stream::statistics), {1, 0});
  const char* layers[] = {"kin", "neighbour", "work or school", "online"};
  for (std::size_t c = 0; c < communities; ++c)
    for (std::size_t k = 0; k < people; ++k) {
      nodes << fmt::format("{}-{},place {},r{},d{},{},{},{}\n", c, k, c, c / 2, c / 2, c == 1 ? "town" : "rural okrug",
          k / 3, k % 3 == 2 ? 8 + k % 12 : 20 + luck.below(60));
      for (int n = 0; n < 4; ++n) {
        const std::size_t other = luck.below(people);
        const std::size_t there = luck.below(10) == 0 ? luck.below(communities) : c;
        if (other != k) edges << fmt::format("{}-{},{}-{},{}\n", c, k, there, other, layers[luck.below(4)]);
      }
    }
  nodes << more;
}

struct Hamlet : Experiment {
  Hamlet(const std::filesystem::path& folder, const std::vector<std::pair<std::string, Value>>& settings) {
    add_usual_forms(*this);
    set(settings);
    auto home = read_network(folder / "nodes.csv", folder / "edges.csv", model.society, 1);
    for (std::size_t c = 0; c < home->communities(); ++c) {
      home->country.communities[c].resources = 60;
      home->country.communities[c].participatory_budget = 3000;
    }
    move_into(std::move(home));
  }
};

/// The columns of resident k of the community called `code`, one after the other.
std::vector<std::byte> history(Experiment& e, const std::string& code, std::size_t k) {
  const Society& society = *e.society;
  std::size_t c = 0;
  while (c < society.communities() && society.country.communities[c].code != code) ++c;
  REQUIRE(c < society.communities());
  const std::size_t i = society.first[c] + k;
  std::vector<std::byte> all;
  for (AnyColumn* column : e.residents().columns()) {
    const std::size_t width = column->bytes_per_agent();
    const auto from = column->bytes().begin() + static_cast<std::ptrdiff_t>(i * width);
    all.insert(all.end(), from, from + static_cast<std::ptrdiff_t>(width));
  }
  return all;
}

/// How many residents (of those who are in both) have another history after some week up to `weeks`.
std::size_t changed(Hamlet& a, Hamlet& b, int weeks) {
  std::vector<bool> other(communities * people, false);
  for (int week = 0; week <= weeks; ++week) {
    for (std::size_t c = 0; c < communities; ++c)
      for (std::size_t k = 0; k < people; ++k)
        if (history(a, fmt::format("place {}", c), k) != history(b, fmt::format("place {}", c), k))
          other[c * people + k] = true;
    a.weeks(1);
    b.weeks(1);
  }
  return static_cast<std::size_t>(std::count(other.begin(), other.end(), true));
}

// The nation's mix of wishes is the prior of every akimat (spending), and mobile groups visit the communities of a
// region in turn (training), akimats meet (exchange), and councils weigh wishes of a region (maslikhat): intended ties
// between all.
const std::vector<std::pair<std::string, Value>> no_prior = {
    {"akimat.state_weight", 1.0}, {"training.visits", 0.0}, {"exchange.enabled", false}, {"maslikhat.power", 0.0}};

// What a community as a whole does to its residents.
const std::vector<std::pair<std::string, Value>> no_community = {
    {"akimat.state_weight", 1.0},         // mix of wishes
    {"akimat.participatory_share", 0.0},  // votes
    {"satisfaction.s_rel", 0.0},          // comparison with the district, by population
    {"participation.b_norm", 0.0},        // what is usual here
    {"information.outreach", 0.0},        // places in institutions are limited
    {"institutions.enabled", false},      // and as many join as leave
    {"experience.enabled", false},        // turnout
    {"exchange.enabled", false},          // akimats meet
    {"staff.enabled", false},             // posts are limited, and residents' trust is heard
    {"maslikhat.enabled", false},         // wishes of those who took part
    {"demography.enabled", false},        // share of platform users is kept
    {"coverage.enabled", false},          // share with access too
    {"adoption.enabled", false},          // as many sign up as leave
    {"training.enabled", false},          // seats are limited
    {"form.gathering.subject", "all"},    // subjects follow wishes
};

}  // namespace

TEST_CASE("newcomer: one in a new community of his own changes nobody's history") {
  const Folder folder("newcomer_own");
  write(folder.path() / "a", "");
  write(folder.path() / "b", "new,another place,r0,another district,rural okrug,1,40\n");
  Hamlet a(folder.path() / "a", no_prior);
  Hamlet b(folder.path() / "b", no_prior);
  REQUIRE(b.residents().size() == a.residents().size() + 1);
  // The newcomer's community is numbered before others, so that positions in arrays shift.
  REQUIRE(b.society->country.communities.back().code == "place 2");
  CHECK(changed(a, b, 110) == 0);
  const auto acted = a.residents().last_act.values();
  CHECK(std::any_of(acted.begin(), acted.end(), [](std::uint16_t week) { return week != 0; }));
}

TEST_CASE("newcomer: one more in a community changes nobody's history without feedback of the community") {
  const Folder folder("newcomer_here");
  write(folder.path() / "a", "");
  write(folder.path() / "b", "new,place 0,r0,d0,,new,40\n");
  Hamlet a(folder.path() / "a", no_community);
  Hamlet b(folder.path() / "b", no_community);
  REQUIRE(b.society->first[1] == people + 1);
  CHECK(changed(a, b, 110) == 0);
}

TEST_CASE("newcomer: the test notices a tie to the newcomer, and the feedback of the community") {
  const Folder folder("newcomer_tied");
  write(folder.path() / "a", "");
  write(folder.path() / "b", "new,place 0,r0,d0,,new,40\n");
  {
    Hamlet a(folder.path() / "a", {});
    Hamlet b(folder.path() / "b", {});
    CHECK(changed(a, b, 110) > 0);
  }
  std::ofstream(folder.path() / "b" / "edges.csv", std::ios::app) << "new,0-0,kin\nnew,0-3,household\n";
  Hamlet a(folder.path() / "a", no_community);
  Hamlet b(folder.path() / "b", no_community);
  const std::size_t touched = changed(a, b, 110);
  CHECK(touched > 0);
  CHECK(touched <= 2 * people);  // trust and word of mouth stay inside the community; ties across carry norms only
}
