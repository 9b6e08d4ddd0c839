// How mechanisms are fitted together: who may write what in a phase, how many a pass holds, what they use of others,
// their draws, in which order they are prepared.
#include <set>

#include "engine.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

class Newcomer final : public Mechanism {
 public:
  Newcomer(const std::string& name, const std::vector<std::string>& writes, const std::vector<std::string>& adds)
      : Mechanism({.name = name, .meaning = "a newcomer", .source = "test", .phase = Phase::digital}) {
    for (const std::string& column : writes) declare(Access::How::writes, column);
    for (const std::string& column : adds) declare(Access::How::adds, column);
  }
  void declare(Access::How how, const std::string& column, Start start = Start::no) {
    accesses_.push_back(std::make_unique<Access>(*this, how, Access::What{"residents", column}, start));
  }

 private:
  std::vector<std::unique_ptr<Access>> accesses_;
};

/// What is wrong with the plan when a mechanism of the phase `digital` joins that writes and adds to such columns;
/// empty: nothing.
std::string wrong(const std::vector<std::string>& writes, const std::vector<std::string>& adds, std::size_t times = 1) {
  Model model;
  for (std::size_t k = 0; k < times; ++k)
    model.mechanisms.push_back(std::make_unique<Newcomer>(fmt::format("newcomer{}", k), writes, adds));
  try {
    (void)plan(model);
  } catch (const std::logic_error& error) { return error.what(); }
  return {};
}

}  // namespace

TEST_CASE("plan: a column has one writer in a phase, or several that add to it") {
  CHECK(wrong({"wish"}, {}).empty());  // of another phase
  CHECK(wrong({}, {"skill"}).empty());
  const std::string way_out =
      ", both in phase digital (the order would matter). Let both Add, or move one to another phase";
  CHECK(wrong({"talent"}, {}) == "skill writes residents.talent and newcomer0 writes it" + way_out);
  CHECK(wrong({}, {"talent"}) == "skill writes residents.talent and newcomer0 adds to it" + way_out);
  CHECK(wrong({"skill"}, {}) == "skill adds to residents.skill and newcomer0 writes it" + way_out);
  CHECK(wrong({"trust_level"}, {"trust_level"}) ==
        "newcomer0 writes residents.trust_level and newcomer0 adds to it" + way_out);
}

TEST_CASE("plan: a pass holds as many mechanisms as there are bits for them") {
  const Model model;
  std::size_t in_pass = 0;
  for (const Pass& pass : plan(model))
    for (const Mechanism* mechanism : pass)
      if (mechanism->name() == "skill") in_pass = pass.size();
  REQUIRE(in_pass > 0);
  const std::size_t room = 32 - in_pass;
  CHECK(wrong({}, {}, room).empty());
  CHECK(wrong({}, {}, room + 1) == fmt::format("pass 3 has more than 32 mechanisms: newcomer{} is one too many", room));
}

namespace {

struct Parameters {
  const Real& p;
};

struct Owner final : Mechanism {
  Owner() : Mechanism({.name = "owner", .meaning = "owns", .source = "test", .phase = Phase::digital}) {}
  Real p{*this, "p", 0.5, {0, 1}, "a parameter"};
  Offers<Parameters> offers{*this, {p}};
};
struct User final : Mechanism {
  User() : Mechanism({.name = "user", .meaning = "uses", .source = "test", .phase = Phase::digital}) {}
  Uses<Parameters> uses{*this};
  Switch trust{*this, MechanismName::trust};
  ReadLever openness{*this, &Practice::openness};
  ReadReal odds{*this, &Practice::appointed_odds};
  ScenarioValue resources{*this, &Practice::resources};
};

/// What std::logic_error says that `act` throws; empty: none.
template <class Act> std::string refusal(Act act) {
  try {
    act();
  } catch (const std::logic_error& error) { return error.what(); }
  return {};
}

}  // namespace

TEST_CASE("access: what a mechanism uses of others is found by type; what nobody offers, or two, ends the program") {
  Model model;
  auto joins = std::make_unique<User>();
  User& user = *joins;
  model.mechanisms.push_back(std::move(joins));
  CHECK(refusal([&] { model.link(); }).starts_with("user uses what nobody offers: "));
  model.mechanisms.push_back(std::make_unique<Owner>());
  model.link();
  CHECK(user.uses->p == 0.5);
  CHECK(static_cast<bool>(user.trust));
  CHECK(user.openness.path() == "akimat.openness");
  CHECK(user.odds == 1.5);
  CHECK(user.resources == 1.0);
  CHECK(model.registry.find("trust.enabled")->set(false).empty());
  CHECK_FALSE(static_cast<bool>(user.trust));
  CHECK(user.levers() == std::vector<std::pair<std::string, std::string>>{{"akimat.openness", ""}});
  model.mechanisms.push_back(std::make_unique<Owner>());
  CHECK(refusal([&] { model.link(); }).starts_with("two offer mechanisms the same: "));
}

TEST_CASE("luck: numbers are handed out in turn, and none twice") {
  struct Lucky final : Mechanism {
    Lucky() : Mechanism({.name = "lucky", .meaning = "draws", .source = "test", .phase = Phase::digital}) {}
    Luck first{*this, "first", Luck::residents, Luck::weekly};
    Luck second{*this, "second", Luck::residents, Luck::weekly, 3};
    Luck third{*this, "third", Luck::residents, Luck::weekly, 1};
    Luck others{*this, "of communities", Luck::communities, Luck::weekly};
    Luck lasting{*this, "of the run", Luck::residents, Luck::lasting};
    Luck after{*this, "after", Luck::communities, Luck::lasting, 2, Luck::After{third}};
  } lucky;
  const auto numbers = [](const Luck& luck) { return std::pair{luck.first(), luck.last()}; };
  using Numbers = std::pair<std::uint64_t, std::uint64_t>;
  CHECK(numbers(lucky.first) == Numbers{0, 4});
  CHECK(numbers(lucky.second) == Numbers{4, 7});
  CHECK(numbers(lucky.third) == Numbers{7, 8});
  CHECK(numbers(lucky.others) == Numbers{0, 4});
  CHECK(numbers(lucky.lasting) == Numbers{0, 4});
  CHECK(numbers(lucky.after) == Numbers{8, 10});
  CHECK(refusal([&] { const Luck all(lucky, "all forms", Luck::residents, Luck::weekly, Luck::by_form); }) ==
        "lucky: two lucks share numbers: first; all forms");
  CHECK(refusal([&] {
    const Luck again(lucky, "again", Luck::residents, Luck::weekly, 1, Luck::After{lucky.first});
  }) == "lucky: two lucks share numbers: second; again");
  // Streams: one for each mechanism.
  std::set<Stream> streams;
  for (const auto& mechanism : Model().mechanisms) CHECK(streams.insert(mechanism->stream()).second);
  CHECK(streams.size() == mechanism_count);
}

TEST_CASE("luck: the words are those of the generator under stream, week, name and number") {
  struct Lucky final : Mechanism {
    Lucky() : Mechanism({.name = "lucky", .meaning = "draws", .source = "test", .phase = Phase::digital}) {
      reserve(Stream{1999});
    }
    Luck first{*this, "first", Luck::residents, Luck::weekly};
    Luck second{*this, "second", Luck::residents, Luck::weekly};
    Luck lasting{*this, "of the run", Luck::residents, Luck::lasting, 6};
    Luck forms{*this, "by form", Luck::communities, Luck::weekly, Luck::by_form};
  } lucky;
  Experiment e;
  e.move_into(society_of({2}, {}));
  e.weeks(3);
  const Week week(e.world());
  const Name name = week.name(0, 1);
  const Draws draws(e.world().seed, e.world().replicate, Stream{1999}, 3);
  CHECK(lucky.first(week).word(name, 2) == draws.word(name, 2));
  CHECK(lucky.second(week).words(name) == draws.words(name, 1));
  CHECK(lucky.second(week).word(name, 1) == draws.word(name, 5));
  CHECK(lucky.first.of_week(week, 1).uniform(name) ==
        Draws(e.world().seed, e.world().replicate, Stream{1999}, 1).uniform(name, 0));
  CHECK(lucky.lasting(week).normal(name, 5) == e.world().lasting(Stream{1999}).normal(name, 5));
  CHECK(lucky.forms(week).word(name, 0x89abcdef) == draws.word(name, 0x89abcdef));
}

TEST_CASE("preparation: after those from which one starts, before those who make what it takes as given") {
  Model model;
  const auto place = [&](const std::string& name) {
    const std::vector<Mechanism*> order = order_of_preparation(model);
    for (std::size_t k = 0; k < order.size(); ++k)
      if (order[k]->name() == name) return k;
    return order.size();
  };
  // As they stand in the list, which is an order that fits.
  const std::vector<Mechanism*> usual = order_of_preparation(model);
  for (std::size_t k = 0; k < usual.size(); ++k) CHECK(usual[k] == model.mechanisms[k].get());
  CHECK(place("revenue") > place("economy"));
  CHECK(place("response") < place("institutions"));
  auto early = std::make_unique<Newcomer>("early", std::vector<std::string>{}, std::vector<std::string>{});
  early->declare(Access::How::writes, "new", at_start);
  auto late = std::make_unique<Newcomer>("late", std::vector<std::string>{}, std::vector<std::string>{});
  late->declare(Access::How::reads, "new", at_start);
  auto before = std::make_unique<Newcomer>("before", std::vector<std::string>{}, std::vector<std::string>{});
  before->declare(Access::How::reads, "new", as_given);
  Newcomer& last = *late;
  for (auto* one : {&late, &early, &before}) model.mechanisms.push_back(std::move(*one));
  CHECK(place("before") < place("early"));
  CHECK(place("early") < place("late"));
  last.declare(Access::How::writes, "other", at_start);
  auto waits = std::make_unique<Newcomer>("waits", std::vector<std::string>{}, std::vector<std::string>{});
  waits->declare(Access::How::reads, "other", at_start);
  waits->declare(Access::How::writes, "third", at_start);
  last.declare(Access::How::reads, "third", at_start);
  model.mechanisms.push_back(std::move(waits));
  CHECK(refusal([&] { (void)order_of_preparation(model); }) ==
        "each of these mechanisms starts from what another of them makes: late after waits, waits after late");
}
