// sight: what neighbours will see of one's acts (MODEL 7.27): the memory v of norms.cpp, moved at the week's end.
//
//   v_if <- 1 - (1 - v_if)(1 - vis_f)   for each matter that closes in which i acted, by the family of the act
//   v_if <- v_if 2^(-4 / half_life)     every fourth week
#include <numbers>

#include "base/elementary.h"
#include "mechanism/kit/census.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class ActVisibility final : public Mechanism {
 public:
  ActVisibility()
      : Mechanism({.name = "sight",
            .meaning = "what neighbours will see of one's acts",
            .source = "MODEL 7.27",
            .phase = Phase::publication}) {}

  Real half_life{
      *this, "half_life", 26, {1, 5200}, "half-life of the memory of visible acts", "MODEL 7.27", {.unit = "week"}};

  void prepare(const Week& /*week*/) override {
    visible_.fill(Share{});
    fade_ = exp_(-double{weeks_a_month} / half_life * std::numbers::ln2);
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.dockets[community].closing != 0 || week.due(community, weeks_a_month);
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const Docket& docket = week.dockets[batch.community];
    if (week.due(batch.community, weeks_a_month)) fade(batch);
    Census(batch).having(acted_.data(), docket.closing, [&](Vertex i, std::uint16_t matters) {
      for_slots(matters, [&](unsigned s) {
        const std::size_t family = (online_[i] >> s) & 1U;
        Share& v = visible_(i, family);
        v = Share(1.0 - (1.0 - v) * (1.0 - week.forms[docket.slot[s].form].visibility[family]));
      });
    });
  }

 private:
  Read<std::uint16_t> acted_{*this, &Residents::acted};
  Read<std::uint16_t> online_{*this, &Residents::online};
  Write<Share> visible_{*this, &Residents::visible, at_start};

  void fade(const Batch& batch) const {
    const double left = fade_;
    for (Share& v : visible_.values().subspan(family_count * batch.first, family_count * batch.size()))
      if (v.raw != 0) v = Share(v * left);
  }

  double fade_ = 1;
};

}  // namespace

std::unique_ptr<Mechanism> make_act_visibility() { return std::make_unique<ActVisibility>(); }

}  // namespace kurultai
