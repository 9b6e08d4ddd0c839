// adoption: residents with access become users of civic platforms, as neighbours do, and leave them (Bass 1969, on the
// graph).
//
//   hazard to sign up = appeal_j quality_factor up_j f_i (p promotion + q x_i)      per year
//   hazard to leave   = leave exp(leave_skill (1/2 - skill_i))                      per year
//   chance in `interval` weeks: 1 - exp(-hazard interval / 52), communities in turn
//
// x_i: share of users among i's neighbours in all layers (children count, and are never users) as it was at the end of
// last week; with mixing = "complete" the share in the community, i left out. f_i = exp(leaning), the log-odds by age
// and education with which the census deals out users (society.platform_age, platform_education), mean 1 over the
// adults with access in the community. quality_factor = quality / 0.5; up_j: connections that are up. appeal_j makes
// the start an equilibrium, in which as many sign up as leave:
//
//   appeal_j = users that the census gives x mean leave_i of users / sum over others with access of f_i (p + q x_i)
//
// which for people alike is leave x / ((1 - x) (p + q x)). Where the census gives none there is no appeal; with leave =
// 0 nothing could balance, and appeal is 1: the model of Bass as it is, for p = 0.03 and q = 0.38 the averages of
// Sultan, Farley and Lehmann (1990). Everyone decides on what was published; decisions are collected by block and
// carried out when all have decided. Limits: q does not differ by layer. Who leaves is as likely to return as anyone.
// Age moves use in `demography`.
#include <algorithm>

#include "base/elementary.h"
#include "base/parallel.h"
#include "mechanism/digital.h"
#include "mechanism/list.h"
#include "society/traits.h"

namespace kurultai {
namespace {

class Adoption final : public Mechanism {
 public:
  Adoption()
      : Mechanism({.name = "adoption",
            .meaning = "residents take up civic platforms as neighbours do, and leave them",
            .source = "MODEL 8; P4; Bass 1969",
            .phase = Phase::digital,
            .reads = {"access", "age", "education", "skill"},
            .writes = {"platform"},
            .levers = {"platform.quality", "platform.outage"}}) {
    observe({.name = "users",
        .meaning = "share of adults who use civic platforms",
        .source = "P4, I1",
        .residents = [](const World& world, const Block& block, std::size_t, auto users, auto adults) {
          const Residents& r = world.residents();
          for (Vertex i = block.first; i < block.last; ++i)
            if (r.adult(i)) {
              users[i - block.first] = r.platform[i];
              adults[i - block.first] = 1;
            }
        }});
  }

  Real p{*this,
      {.name = "p",
          .symbol = "p",
          .unit = "per year",
          .meaning = "pull that needs no user: announcements, offices, media",
          .source = "Sultan, Farley, Lehmann 1990 (recalled)"},
      0.03, {0, 100}};
  Real q{*this,
      {.name = "q",
          .symbol = "q",
          .unit = "per year",
          .meaning = "pull where all neighbours are users",
          .source = "Sultan, Farley, Lehmann 1990 (recalled)"},
      0.38, {0, 100}};
  Real leave{*this,
      {.name = "leave",
          .unit = "per year",
          .meaning = "users of middling skill who leave; 0: nobody, and appeal is 1",
          .source = "assumption"},
      0.1, {0, 100}};
  Real leave_skill{*this,
      {.name = "leave_skill",
          .unit = "log",
          .meaning = "how much likelier those without skill leave than the fully skilled",
          .source = "assumption; sign: P4"},
      0.5, {0, 10}};
  Choice mixing{*this,
      {.name = "mixing",
          .meaning = "whose use counts: that of neighbours, or of everyone in the community",
          .source = "MODEL 8"},
      "graph", {"graph", "complete"}};
  Whole interval{*this,
      {.name = "interval",
          .unit = "week",
          .meaning = "weeks between two occasions to sign up or leave",
          .source = "design: 4 weeks delay Bass's peak by 1.5%, 1 week by 0.2%"},
      4, {1, 52}};
  Lever promotion{*this,
      {.name = "promotion",
          .unit = "factor",
          .meaning = "promotion of civic platforms: a factor on p",
          .source = "P4, R4",
          .personal = true},
      1, {0, 1000}};

  void prepare(World& world) override {
    appeal_.assign(world.society.communities(), 1.0);
    changes_.assign(world.blocks.size(), {});
    share_.assign(world.society.communities(), 0.0);
    leaning_.assign(world.society.communities(), 1.0);
    const Traits traits(world.settings, world.seed);
    for (int education = 0; education < 3; ++education)
      for (int age = 0; age <= 100; ++age)
        inclination_[static_cast<std::size_t>(education)][static_cast<std::size_t>(age)] =
            exp_(traits.platform_leaning(age, static_cast<Education>(education)));
    parallel_for(appeal_.size(), [&](std::size_t c) {
      count(world, c);
      appeal_[c] = equilibrium(world, c);
    });
  }

  void begin(World& world) override {
    parallel_for(share_.size(), [&](std::size_t c) {
      if (due(world, c)) count(world, c);
    });
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override { return due(world, community); }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    const Residents& r = world.residents();
    const std::size_t c = block.community;
    const Draws draws = world.draws(stream());
    const double years = static_cast<double>(interval) / 52.0;
    const double appeal = appeal_[c] / leaning_[c] * relative_quality(world, c) * connected(world, c) * years;
    const double likely_to_leave = leave * exp_(0.5 * leave_skill) * years;
    std::vector<Vertex>& changes = changes_[block.index];
    changes.clear();
    for (Vertex i = block.first; i < block.last; ++i) {
      if (!r.adult(i) || !r.access[i]) continue;
      const double luck = draws.uniform(world.society.name(c, i));
      const auto strikes = [&](double hazard) { return luck < 1.0 - exp_(-hazard); };
      if (r.platform[i]) {
        if (luck < likely_to_leave && strikes(leaving(r, i) * years)) changes.push_back(i);
        continue;
      }
      // Few are near enough to signing up that their neighbours need be asked: 1 - e^-h < h, and x <= 1.
      const double innovation = p * promotion.at(c, i);
      const double pull = appeal * leaning(r, i);
      if (luck < pull * (innovation + q) && strikes(pull * (innovation + q * users_around(world, c, i))))
        changes.push_back(i);
    }
  }

  void end(World& world) override {
    Residents& r = world.residents();
    for (std::vector<Vertex>& changes : changes_) {
      for (const Vertex i : changes) r.platform[i] ^= 1U;
      changes.clear();
    }
  }

 private:
  [[nodiscard]] bool due(const World& world, std::size_t c) const {
    return world.due(c, static_cast<std::uint32_t>(interval));
  }
  [[nodiscard]] double leaning(const Residents& r, Vertex i) const { return inclination_[r.education[i]][r.age[i]]; }
  [[nodiscard]] double leaving(const Residents& r, Vertex i) const {
    return leave * exp_(leave_skill * (0.5 - r.skill[i]));
  }

  /// x_i of the header.
  [[nodiscard]] double users_around(const World& world, std::size_t c, Vertex i) const {
    if (mixing.is("complete")) return share_[c];
    const std::uint8_t* const platform = world.residents().platform.data();
    std::uint32_t users = 0;
    const auto neighbours = world.society.ties.peers(i);
    for (const Tie tie : neighbours) users += platform[tie.to()];
    return neighbours.empty() ? 0.0 : static_cast<double>(users) / static_cast<double>(neighbours.size());
  }

  /// The means of community c: use among its residents but for one who is no user; exp(leaning) of adults with access.
  void count(const World& world, std::size_t c) {
    const Residents& r = world.residents();
    const Vertex first = world.society.first[c];
    const Vertex last = world.society.first[c + 1];
    std::size_t users = 0;
    double leanings = 0;
    double adults = 0;
    for (Vertex i = first; i < last; ++i) {
      users += r.platform[i];
      if (!r.adult(i) || !r.access[i]) continue;
      leanings += leaning(r, i);
      ++adults;
    }
    share_[c] = last - first < 2 ? 0.0 : static_cast<double>(users) / static_cast<double>(last - first - 1);
    leaning_[c] = adults > 0 ? leanings / adults : 1.0;
  }

  /// The appeal with which as many sign up as leave, where the census's number uses platforms.
  [[nodiscard]] double equilibrium(const World& world, std::size_t c) const {
    if (leave <= 0) return 1.0;
    const Residents& r = world.residents();
    double adults = 0;
    double users = 0;
    double leavers = 0;
    double joiners = 0;  // at an appeal of 1
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
      if (!r.adult(i)) continue;
      ++adults;
      if (r.platform[i]) {
        ++users;
        leavers += leaving(r, i);
      } else if (r.access[i]) {
        joiners += leaning(r, i) / leaning_[c] * (p + q * users_around(world, c, i));
      }
    }
    if (joiners <= 0) return 0.0;
    const double typical = users > 0 ? leavers / users : leave.value();
    return typical * world.society.country.communities[c].platform * adults / joiners;
  }

  std::array<std::array<double, 101>, 3> inclination_{};  ///< exp(leaning) by education and age
  std::vector<double> appeal_;                            ///< made by prepare of the census: no state
  std::vector<double> share_;                             ///< of users; filled and read within a week
  std::vector<double> leaning_;                           ///< mean of exp(leaning); filled and read within a week
  std::vector<std::vector<Vertex>> changes_;              ///< by block, filled and carried out within a week
};

}  // namespace

std::unique_ptr<Mechanism> make_adoption() { return std::make_unique<Adoption>(); }

}  // namespace kurultai
