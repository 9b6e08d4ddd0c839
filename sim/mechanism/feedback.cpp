// feedback: standing forms, such as e-feedback: requests and complaints at any time, without a matter (MODEL 3; D3, P4,
// R4).
//
// In a week each resident who may and can uses a standing form with chance min(most, logistic(u)), in the family f with
// the higher u:
//
//   u = b_form + place_j + b_habit logit(h_if) + trace_if + b_duty duty_i + b_eff (efficacy - 1/2)
//       + b_need (1/2 - satisfaction) - b_cost cost_ifj
//
// b_habit, b_duty, b_eff and b_cost are those of `participation`, as are hours, way and missing skill. Who is
// dissatisfied with the good wished for has something to report: b_need. Trust has no term: it would pull both ways
// (the trusting expect an answer, which efficacy carries; the distrusting have more to complain of, which
// dissatisfaction carries). Nothing is announced and nobody sees it, so no terms of awareness, stake or neighbours.
// Online takes an account or access alone, as the form says, and a connection that is up.
//
// The akimat answers an appeal with chance
//
//   answering_j (1 + b_digital (competence_j - usual)) in [0, 1]      usual: mean digital competence at the start
//
// where answering_j falls when matters and appeals are more than the staff can handle (`response`). An answer moves
// efficacy: e <- e + learn (1 - e), silence: e <- e - learn e. So a first report that was fixed makes a second likelier
// (Sjoberg, Mellon, Peixoto 2017: +57%; here +49%, SE 4). Propensity learns once a quarter (`propensity`). An act
// counts as taking part, in what is heard of wishes and with a trace, only where the form says so. Limits: an appeal is
// answered or not in the week it is made; it changes no public good; what it is about is not told.
#include <algorithm>

#include "base/elementary.h"
#include "base/error.h"
#include "mechanism/digital.h"
#include "mechanism/list.h"
#include "mechanism/setting.h"
#include "mechanism/standing.h"

namespace kurultai {
namespace {

/// The block of words that says who uses the k-th standing form: one for four residents, under the name of their four.
constexpr std::uint32_t luck_block(unsigned k) { return k < 4 ? k : 12 + k; }
/// The item that says whether resident i is answered, under i's own name, which is the name of another four: so these
/// blocks, 4 to 11, must be none of those.
constexpr std::uint32_t answer_item(unsigned k) { return 16 + 4 * k; }
static_assert(luck_block(3) < answer_item(0) / 4 && answer_item(most_standing_forms - 1) / 4 < luck_block(4));

class Feedback final : public Mechanism {
 public:
  Feedback()
      : Mechanism({.name = "feedback",
            .meaning = "standing forms: requests and complaints at any time, answered or not",
            .source = "MODEL 3; D3, P4, R4; Sjoberg, Mellon, Peixoto 2017",
            .phase = Phase::participation,
            .reads = {"age", "occupation", "member_of", "access", "platform", "skill", "propensity", "duty",
                "satisfaction", "place_effect", "answering", "digital_competence"},
            .writes = {"appealed", "quarter", "appeals"},
            .adds = {"efficacy", "trace", "last_act"},
            .levers = {"platform.quality if form.*.standing=true", "platform.outage if form.*.standing=true"}}) {
    const auto happens = [this](const World&, std::size_t, std::size_t) { return !forms_.empty(); };
    observe({.name = "appeals",
        .unit = "appeals a head and year",
        .meaning = "uses of standing forms in the last 52 weeks, by residents of all ages",
        .source = "eOtinish 2024: 4.4 million, 0.22 a head (verified)",
        .window = 52,
        .residents =
            [](const World& world, const Block& block, std::size_t, auto made, auto people) {
              const Residents& r = world.residents();
              for (Vertex i = block.first; i < block.last; ++i) {
                people[i - block.first] = 1;
                made[i - block.first] = 52U * static_cast<std::uint32_t>(__builtin_popcount(r.appealed[i] & used));
              }
            },
        .happens = happens});
    observe({.name = "appeals_answered",
        .meaning = "share of the appeals of the last 52 weeks that were answered",
        .source = "D3, I1",
        .window = 52,
        .residents =
            [](const World& world, const Block& block, std::size_t, auto answered, auto made) {
              const Residents& r = world.residents();
              for (Vertex i = block.first; i < block.last; ++i)
                if (r.appealed[i] != 0) {
                  made[i - block.first] = static_cast<std::uint32_t>(__builtin_popcount(r.appealed[i] & used));
                  answered[i - block.first] = static_cast<std::uint32_t>(__builtin_popcount(r.appealed[i] >> 8));
                }
            },
        .happens = happens});
  }

  Real b_need{*this,
      {.name = "b_need",
          .symbol = "b_need",
          .unit = "log-odds",
          .meaning = "weight of dissatisfaction with the good wished for",
          .source = "assumption"},
      1.0, {-10, 10}};
  Real most{*this,
      {.name = "most",
          .unit = "a week",
          .meaning = "highest chance that one makes an appeal in a week",
          .source = "assumption: ten a year"},
      0.2, {0, 1}};
  Real b_digital{*this,
      {.name = "b_digital",
          .meaning = "effect of the akimat's digital competence on the chance of an answer, relative",
          .source = "R6; assumption"},
      1.0, {0, 10}};
  Real learn{*this,
      {.name = "learn",
          .meaning = "how far what came of an appeal moves efficacy",
          .source = "chosen for Sjoberg, Mellon, Peixoto 2017"},
      0.45, {0, 1}};

  void prepare(World& world) override {
    forms_ = standing_forms(world);
    ensure(forms_.size() <= most_standing_forms, "a model with too many standing forms was refused");
    b_habit_ = setting<Real>(world, "participation.b_habit");
    b_duty_ = setting<Real>(world, "participation.b_duty");
    b_eff_ = setting<Real>(world, "participation.b_eff");
    b_cost_ = setting<Real>(world, "participation.b_cost");
    skill_hours_ = setting<Real>(world, "participation.skill_hours");
    gain_ = setting<Flag>(world, "trace.enabled") ? setting<Real>(world, "trace.gain").value() : 0.0;
    way_ = setting<Numbers>(world, "participation.way").value();
    world.residents().appealed.fill(0);
    world.residents().quarter.fill(0);
    world.akimats.appeals.fill(0.0);
    const std::size_t communities = world.society.communities();
    tally_.prepare(communities, world.blocks);
    usual_ = 0;
    for (std::size_t c = 0; c < communities; ++c)
      usual_ += world.akimats.digital_competence[c] / static_cast<double>(communities);
  }

  [[nodiscard]] bool wanted(const World& /*world*/, std::size_t /*community*/) const override {
    return !forms_.empty();
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const std::size_t c = block.community;
    tally_.clear_block(block.index);
    std::int64_t& made = tally_.block(block.index)[0];
    // A quarter begins in the week after its lesson.
    const bool fresh =
        world.tick() > 0 &&
        (world.tick() - 1 + static_cast<std::uint32_t>(world.society.key[c] % lesson_weeks)) % lesson_weeks == 0;
    for (Vertex i = block.first; i < block.last; ++i) {
      if (r.appealed[i] != 0) r.appealed[i] = 0;
      if (fresh && r.quarter[i] != 0) r.quarter[i] = 0;
    }
    const double answer = std::clamp(
        world.akimats.answering[c] * (1.0 + b_digital * (world.akimats.digital_competence[c] - usual_)), 0.0, 1.0);
    for (unsigned k = 0; k < forms_.size(); ++k)
      if (forms_[k].held_in(world.society.country.communities[c].type)) made += use(world, block, k, answer);
  }

  void end(World& world) override {
    if (forms_.empty()) return;
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      std::int64_t made = 0;
      tally_.community(c, {&made, 1});
      const double people = std::max<double>(world.society.first[c + 1] - world.society.first[c], 1.0);
      double& of_late = world.akimats.appeals[c];
      of_late += (52.0 * static_cast<double>(made) / people - of_late) / 26.0;
    }
  }

 private:
  static constexpr unsigned used = 0xff;

  /// The residents of a block use the k-th standing form; how often.
  std::int64_t use(World& world, const Block& block, unsigned k, double answer) const {
    Residents& r = world.residents();
    const std::size_t c = block.community;
    const FormSpec& form = world.forms[forms_[k].form];
    const Draws draws = world.draws(stream());
    const double ease = 1.5 - 0.5 * relative_quality(world, c);
    const double up = connected(world, c);
    const double base = form.intercept + world.akimats.place_effect[c];
    const double way = way_[static_cast<std::size_t>(world.society.country.communities[c].type)];
    const std::array<double, family_count> constant = {
        base - b_cost_ * (form.hours_offline + way), base - b_cost_ * ease * form.hours_online};
    std::int64_t made = 0;
    // One block of random words serves four residents in a row.
    std::uint32_t four = 0xffffffffU;
    Draws::Four words{};
    for (Vertex i = block.first; i < block.last; ++i) {
      if (!forms_[k].open_to(r, i)) continue;
      const bool online = form.online_for(r, i);
      if (!form.offline && !online) continue;
      const Name name = world.society.name(c, i);
      if (four != name.ordinal / 4) words = draws.words({name.community, four = name.ordinal / 4}, luck_block(k));
      const double luck = Draws::to_uniform(words[name.ordinal % 4]);
      if (luck >= most) continue;
      const double shared = b_duty_ * r.duty[i] + b_eff_ * (r.efficacy[i] - 0.5) + b_need * (0.5 - r.satisfaction[i]);
      const auto utility = [&](std::size_t f) {
        return shared + constant[f] + b_habit_ * logit(r.propensity(i, f)) + r.trace(i, f);
      };
      const double u_offline = form.offline ? utility(0) : -1e9;
      const double u_online = online ? utility(1) - b_cost_ * skill_hours_ * ease * (1.0 - r.skill[i]) : -1e9;
      const std::size_t family = u_online > u_offline ? 1 : 0;
      if (luck >= (family == 1 ? up : 1.0) * logistic(std::max(u_online, u_offline))) continue;
      ++made;
      const bool answered = draws.chance(answer, name, answer_item(k));
      const unsigned bits = (1U << k) | (answered ? 1U << (8 + k) : 0U);
      r.appealed[i] = static_cast<std::uint16_t>(r.appealed[i] | bits);
      r.quarter[i] = static_cast<std::uint16_t>(r.quarter[i] | bits);
      r.efficacy[i] = Share(r.efficacy[i] + learn * ((answered ? 1.0 : 0.0) - r.efficacy[i]));
      if (!form.counts) continue;
      r.last_act(i, family) = static_cast<std::uint16_t>(world.tick() + 1);
      r.trace(i, family) = Score(std::max<double>(r.trace(i, family), gain_));
    }
    return made;
  }

  std::vector<StandingForm> forms_;
  Tally tally_{1};  ///< cleared and read within a week: no state
  // What `prepare` reads of other sections.
  double b_habit_ = 0, b_duty_ = 0, b_eff_ = 0, b_cost_ = 0, skill_hours_ = 0, gain_ = 0;
  std::vector<double> way_;
  double usual_ = 0;
};

}  // namespace

std::unique_ptr<Mechanism> make_feedback() { return std::make_unique<Feedback>(); }

}  // namespace kurultai
