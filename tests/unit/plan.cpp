// How mechanisms are fitted together: who may write what in a phase, how many a pass holds, settings of other sections.
#include "engine.h"
#include "mechanism/setting.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

class Newcomer final : public Mechanism {
 public:
  Newcomer(const std::string& name, std::vector<std::string> writes, std::vector<std::string> adds)
      : Mechanism({.name = name,
            .meaning = "a newcomer",
            .source = "test",
            .phase = Phase::digital,
            .reads = {},
            .writes = std::move(writes),
            .adds = std::move(adds)}) {}
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
  CHECK(wrong({"talent"}, {}) == "skill writes 'talent' and newcomer0 writes it, both in phase digital");
  CHECK(wrong({}, {"talent"}) == "skill writes 'talent' and newcomer0 adds to it, both in phase digital");
  CHECK(wrong({"skill"}, {}) == "skill adds to 'skill' and newcomer0 writes it, both in phase digital");
  CHECK(wrong({"trust_level"}, {"trust_level"}) ==
        "newcomer0 writes 'trust_level' and newcomer0 adds to it, both in phase digital");
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

TEST_CASE("setting: what another section has, by path and type; anything else names the path") {
  Experiment e;
  e.move_into(society_of({2}, {}));
  const World& world = e.world();
  CHECK(setting<Flag>(world, "budget.enabled"));
  CHECK(setting<Real>(world, "participation.mean_wage") == 295000.0);
  CHECK(setting<Lever>(world, "participation.reward").value() == 0.0);
  CHECK(setting<Numbers>(world, "participation.way").value().size() == place_type_count);
  const auto refused = [&](auto ask) -> std::string {
    try {
      ask();
    } catch (const std::logic_error& error) { return error.what(); }
    return {};
  };
  CHECK(refused([&] { (void)setting<Flag>(world, "budget.enabld"); }) ==
        "a mechanism reads budget.enabld, which no section has");
  CHECK(refused([&] { (void)setting<Real>(world, "participation.reward"); }) ==
        "a mechanism reads participation.reward as what it is not: it is a lever");
  CHECK(refused([&] { (void)setting<Lever>(world, "participation.mean_wage"); }) ==
        "a mechanism reads participation.mean_wage as what it is not: it is a real");
}
