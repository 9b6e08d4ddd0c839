// school: who takes part learns to (MODEL 7.16; T7: participation as a school of democracy).
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
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class CivicLearning final : public Mechanism {
 public:
  CivicLearning()
      : Mechanism({.name = "school",
            .meaning = "acting in one form raises skill and efficacy, which count in the others",
            .source = "MODEL 7.16; T7",
            .phase = Phase::experience}) {
    observe({.name = "schooling",
        .meaning = "what acting in person has taught adults and is not forgotten, mean",
        .source = "T7",
        .mean = &Residents::schooling});
  }

  Real learn{*this, "learn", 0.25, {0, 1}, "share of what there is to learn that one act teaches", "assumption"};
  Real gain_efficacy{*this, "gain_efficacy", 0.15, {0, 1}, "efficacy gained by all there is to learn",
      "T7; sign: Finkel 1985 (recalled); size: assumption"};
  Real gain_online{
      *this, "gain_online", 0.2, {0, 1}, "digital skill gained by all that online acts teach", "T7; assumption"};
  Real gain_offline{*this, "gain_offline", 0.05, {0, 1},
      "digital skill gained by all that acts in person teach, through help there", "T7; assumption"};
  Real half_life{*this, "half_life", 52, {1, 5200}, "half-life of what was learned", "assumption", {.unit = "week"}};

  void prepare(const Week& /*week*/) override {
    schooling_.fill(Share{});
    keep_ = exp_(-double{weeks_a_month} / half_life * std::numbers::ln2);
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.dockets[community].closing != 0 || week.due(community, weeks_a_month);
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const std::uint16_t closing = week.dockets[batch.community].closing;
    const bool forgets = week.due(batch.community, weeks_a_month);
    for (const Vertex i : batch) {
      const auto acts = static_cast<std::uint16_t>(acted_[i] & closing);
      if (acts == 0 && (!forgets || (schooling_(i, 0).raw | schooling_(i, 1).raw) == 0)) continue;
      for (std::size_t f = 0; f < family_count; ++f) {
        Share& learned = schooling_(i, f);
        const double before = learned;
        if (forgets && learned.raw != 0) {
          if (age_[i] == 0) {  // a newborn in the place of the dead: efficacy and skill are new already
            learned = Share{};
            continue;
          }
          learned = Share(keep_ * learned);
        }
        const auto of_family = static_cast<unsigned>(
            f == static_cast<std::size_t>(Family::online) ? acts & online_[i] : acts & ~online_[i]);
        for (int n = __builtin_popcount(of_family); n > 0; --n) learned = Share(learned + learn * (1.0 - learned));
        const double change = learned - before;
        if (change == 0) continue;
        efficacy_[i] = Share(efficacy_[i] + gain_efficacy * change);
        skill_[i] =
            Share(skill_[i] + (f == static_cast<std::size_t>(Family::online) ? gain_online : gain_offline) * change);
      }
    }
  }

 private:
  Read<std::uint16_t> acted_{*this, &Residents::acted};
  Read<std::uint16_t> online_{*this, &Residents::online};
  Read<std::uint8_t> age_{*this, &Residents::age};
  Write<Share> schooling_{*this, &Residents::schooling, at_start};
  Add<Share> efficacy_{*this, &Residents::efficacy};
  Add<Share> skill_{*this, &Residents::skill};

  double keep_ = 1;  ///< of what was learned, what four weeks leave: made by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_civic_learning() { return std::make_unique<CivicLearning>(); }

}  // namespace kurultai
