// school: who takes part learns to (MODEL 7; T7: participation as a school of democracy).
//
//   L_if <- L_if + learn (1 - L_if)   for each matter that closes in which i acted, in family f of the act;
//   L_if halves every half_life weeks
//   efficacy_i <- efficacy_i + gain_efficacy dL_i      skill_i <- skill_i + gain_online dL_i,online + gain_offline
//   dL_i,offline
//
// dL every change of L, up and down: so efficacy and skill are higher by what is learned and not yet forgotten, and
// nothing moves where people act as often as usual. Efficacy counts in every form, skill in every form online: acting
// in one makes acting in others likelier. Offline acts teach digital skill a little, by help that one finds there.
// Limits: what one learns does not depend on the form or on its outcome (that is efficacy's); at 0 and 1 of
// efficacy and skill some of it is lost.
#include <numbers>

#include "base/elementary.h"
#include "mechanism/list.h"

namespace kurultai {
namespace {

class School final : public Mechanism {
 public:
  School()
      : Mechanism({.name = "school",
            .meaning = "acting in one form raises skill and efficacy, which count in the others",
            .source = "MODEL 7; T7",
            .phase = Phase::experience,
            .reads = {"acted", "online", "age"},
            .writes = {"schooling"},
            .adds = {"efficacy", "skill"}}) {
    observe({.name = "schooling",
        .meaning = "what acting in person has taught adults and is not forgotten, mean",
        .source = "T7",
        .mean = &Residents::schooling});
  }

  Real learn{*this,
      {.name = "learn", .meaning = "share of what there is to learn that one act teaches", .source = "assumption"},
      0.25, {0, 1}};
  Real gain_efficacy{*this,
      {.name = "gain_efficacy",
          .meaning = "efficacy gained by all there is to learn",
          .source = "T7; sign: Finkel 1985 (recalled); size: assumption"},
      0.15, {0, 1}};
  Real gain_online{*this,
      {.name = "gain_online",
          .meaning = "digital skill gained by all that online acts teach",
          .source = "T7; assumption"},
      0.2, {0, 1}};
  Real gain_offline{*this,
      {.name = "gain_offline",
          .meaning = "digital skill gained by all that acts in person teach, through help there",
          .source = "T7; assumption"},
      0.05, {0, 1}};
  Real half_life{*this,
      {.name = "half_life", .unit = "week", .meaning = "half-life of what was learned", .source = "assumption"}, 52,
      {1, 5200}};

  void prepare(World& world) override {
    world.residents().schooling.fill(Share{});
    keep_ = exp_(-4.0 / half_life * std::numbers::ln2);
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.dockets[community].closing != 0 || world.due(community, 4);
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const std::uint16_t closing = world.dockets[block.community].closing;
    const bool forgets = world.due(block.community, 4);
    for (Vertex i = block.first; i < block.last; ++i) {
      const auto acts = static_cast<std::uint16_t>(r.acted[i] & closing);
      for (std::size_t f = 0; f < family_count; ++f) {
        Share& learned = r.schooling(i, f);
        const double before = learned;
        if (forgets && learned.raw != 0) {
          if (r.age[i] == 0) {  // a newborn in the place of the dead: efficacy and skill are new already
            learned = Share{};
            continue;
          }
          learned = Share(keep_ * learned);
        }
        const auto of_family = static_cast<unsigned>(
            f == static_cast<std::size_t>(Family::online) ? acts & r.online[i] : acts & ~r.online[i]);
        for (int n = __builtin_popcount(of_family); n > 0; --n) learned = Share(learned + learn * (1.0 - learned));
        const double change = learned - before;
        if (change == 0) continue;
        r.efficacy[i] = Share(r.efficacy[i] + gain_efficacy * change);
        r.skill[i] =
            Share(r.skill[i] + (f == static_cast<std::size_t>(Family::online) ? gain_online : gain_offline) * change);
      }
    }
  }

 private:
  double keep_ = 1;  ///< of what was learned, what four weeks leave: made by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_school() { return std::make_unique<School>(); }

}  // namespace kurultai
