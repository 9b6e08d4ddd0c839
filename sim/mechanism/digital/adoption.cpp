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
#include "mechanism/kit/many.h"
#include "mechanism/kit/platforms.h"
#include "mechanism/mechanism.h"
#include "society/traits.h"

namespace kurultai {

/// Whose use counts.
enum class Mixing : std::uint8_t { graph, complete };
template <> inline constexpr auto words<Mixing> = std::array{"graph", "complete"};

namespace {

class Adoption final : public Mechanism {
 public:
  Adoption()
      : Mechanism({.name = "adoption",
            .meaning = "residents take up civic platforms as neighbours do, and leave them",
            .source = "MODEL 7.20; P4; Bass 1969",
            .phase = Phase::digital}) {
    observe({.name = "users",
        .meaning = "share of adults who use civic platforms",
        .source = "P4, I1",
        .residents = counted({&platform_}, [this](const Week&, Vertex i) { return platform_[i]; })});
  }

  Real p{*this, "p", 0.03, {0, 100}, "pull that needs no user: announcements, offices, media",
      "Sultan, Farley, Lehmann 1990 (recalled)", {.symbol = "p", .unit = "per year"}};
  Real q{*this, "q", 0.38, {0, 100}, "pull where all neighbours are users", "Sultan, Farley, Lehmann 1990 (recalled)",
      {.symbol = "q", .unit = "per year"}};
  Real leave{*this, "leave", 0.1, {0, 100}, "users of middling skill who leave; 0: nobody, and appeal is 1",
      "assumption", {.unit = "per year"}};
  Real leave_skill{*this, "leave_skill", 0.5, {0, 10},
      "how much likelier those without skill leave than the fully skilled", "assumption; sign: P4", {.unit = "log"}};
  Choice<Mixing> mixing{*this, "mixing", Mixing::graph,
      "whose use counts: that of neighbours, or of everyone in the community", "MODEL 7.20"};
  Whole interval{*this, "interval", 4, {1, 52}, "weeks between two occasions to sign up or leave",
      "design: 4 weeks delay Bass's peak by 1.5%, 1 week by 0.2%", {.unit = "week"}};
  Lever promotion{*this, "promotion", 1, {0, 1000}, "promotion of civic platforms: a factor on p", "P4, R4",
      {.unit = "factor", .personal = true}};

  void prepare(const Week& week) override {
    appeal_.assign(week.communities(), 1.0);
    changes_.assign(week.blocks.size(), {});
    share_.assign(week.communities(), 0.0);
    leaning_.assign(week.communities(), 1.0);
    const Traits traits = week.traits();
    for (int education = 0; education < 3; ++education)
      for (int age = 0; age <= 100; ++age)
        inclination_[static_cast<std::size_t>(education)][static_cast<std::size_t>(age)] =
            exp_(traits.platform_leaning(age, static_cast<Education>(education)));
    keenest_ = 0;
    for (const auto& by_age : inclination_)
      keenest_ = std::max(keenest_, *std::max_element(by_age.begin(), by_age.end()));
    parallel_for(appeal_.size(), [&](std::size_t c) {
      count(week, c);
      appeal_[c] = equilibrium(week, c);
    });
  }

  void begin(const Week& week) override {
    parallel_for(share_.size(), [&](std::size_t c) {
      if (due(week, c)) count(week, c);
    });
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override { return due(week, community); }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const std::size_t c = batch.community;
    const Luck::Drawn luck = moves_(week);
    const double years = static_cast<double>(interval) / weeks_a_year;
    const double appeal = appeal_[c] / leaning_[c] * quality_(c) * connection_.share(c) * years;
    const double likely_to_leave = leave * exp_(0.5 * leave_skill) * years;
    BlockBits& changes = changes_[batch.block];
    const Lever::Here promoted = promotion.here(c);
    const double likely_to_sign_up = appeal * keenest_ * (p * promoted.value() + q);
    // Few are near enough to a change that anything of theirs need be looked at.
    const std::uint32_t highest = promoted.alike()
                                      ? Draws::highest(std::max(likely_to_leave, likely_to_sign_up) * bound::more)
                                      : ~std::uint32_t{0};
    draw_word(
        week, c, batch, luck, 0, [&](Vertex i) { return is_adult(age_[i]) && access_[i] != 0; },
        [&](Vertex i, std::uint32_t word) {
          if (word > highest) return;
          const double drawn = Draws::to_uniform(word);
          const auto strikes = [&](double hazard) { return drawn < 1.0 - exp_(-hazard); };
          if (platform_[i]) {
            if (drawn < likely_to_leave && strikes(leaving(i) * years)) changes.set(i - batch.first);
            return;
          }
          // Few are near enough to signing up that their neighbours need be asked: 1 - e^-h < h, and x <= 1.
          const double innovation = p * promoted.at(i);
          const double pull = appeal * leaning(i);
          if (drawn < pull * (innovation + q) && strikes(pull * (innovation + q * users_around(week, c, i))))
            changes.set(i - batch.first);
        });
  }

  void end(const Week& week) override {
    for (std::size_t b = 0; b < changes_.size(); ++b)
      changes_[b].take([&](std::size_t k) { platform_[week.blocks[b].first + k] ^= 1U; });
  }

 private:
  Read<std::uint8_t> access_{*this, &Residents::access, at_start};
  Read<std::uint8_t> age_{*this, &Residents::age, at_start};
  Read<std::uint8_t> education_{*this, &Residents::education, at_start};
  Read<Share> skill_{*this, &Residents::skill, at_start};
  Write<std::uint8_t> platform_{*this, &Residents::platform, as_given};
  RelativeQuality quality_{*this};
  Connection connection_{*this};
  Luck moves_{*this, "who signs up or leaves", Luck::residents, Luck::weekly};

  [[nodiscard]] bool due(const Week& week, std::size_t c) const {
    return week.due(c, static_cast<std::uint32_t>(interval));
  }
  [[nodiscard]] double leaning(Vertex i) const { return inclination_[education_[i]][age_[i]]; }
  [[nodiscard]] double leaving(Vertex i) const { return leave * exp_(leave_skill * (0.5 - skill_[i])); }

  /// x_i of the header.
  [[nodiscard]] double users_around(const Week& week, std::size_t c, Vertex i) const {
    if (mixing == Mixing::complete) return share_[c];
    const std::uint8_t* const platform = platform_.data();
    std::uint32_t users = 0;
    const auto neighbours = week.ties.peers(i);
    for (const Tie tie : neighbours) users += platform[tie.to()];
    return neighbours.empty() ? 0.0 : static_cast<double>(users) / static_cast<double>(neighbours.size());
  }

  /// The means of community c: use among its residents but for one who is no user; exp(leaning) of adults with access.
  void count(const Week& week, std::size_t c) {
    const Vertex first = week.first[c];
    const Vertex last = week.first[c + 1];
    std::size_t users = 0;
    double leanings = 0;
    double adults = 0;
    for (Vertex i = first; i < last; ++i) {
      users += platform_[i];
      if (!is_adult(age_[i]) || !access_[i]) continue;
      leanings += leaning(i);
      ++adults;
    }
    share_[c] = last - first < 2 ? 0.0 : static_cast<double>(users) / static_cast<double>(last - first - 1);
    leaning_[c] = adults > 0 ? leanings / adults : 1.0;
  }

  /// The appeal with which as many sign up as leave, where the census's number uses platforms.
  [[nodiscard]] double equilibrium(const Week& week, std::size_t c) const {
    if (leave <= 0) return 1.0;
    double adults = 0;
    double users = 0;
    double leavers = 0;
    double joiners = 0;  // at an appeal of 1
    for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i) {
      if (!is_adult(age_[i])) continue;
      ++adults;
      if (platform_[i]) {
        ++users;
        leavers += leaving(i);
      } else if (access_[i]) {
        joiners += leaning(i) / leaning_[c] * (p + q * users_around(week, c, i));
      }
    }
    if (joiners <= 0) return 0.0;
    const double typical = users > 0 ? leavers / users : leave.value();
    return typical * week.place(c).platform * adults / joiners;
  }

  std::array<std::array<double, 101>, 3> inclination_{};  ///< exp(leaning) by education and age
  double keenest_ = 0;                                    ///< the largest of them
  std::vector<double> appeal_;                            ///< made by prepare of the census: no state
  std::vector<double> share_;                             ///< of users; filled and read within a week
  std::vector<double> leaning_;                           ///< mean of exp(leaning); filled and read within a week
  std::vector<BlockBits> changes_;  ///< whose use changes, by block: filled and carried out within a week
};

}  // namespace

std::unique_ptr<Mechanism> make_adoption() { return std::make_unique<Adoption>(); }

}  // namespace kurultai
