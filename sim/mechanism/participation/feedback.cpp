// feedback: standing forms, such as e-feedback: requests and complaints at any time, without a matter (MODEL 7.7; D3,
// P4, R4).
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
#include <limits>

#include "base/elementary.h"
#include "base/error.h"
#include "mechanism/kit/acts.h"
#include "mechanism/kit/many.h"
#include "mechanism/kit/offers.h"
#include "mechanism/kit/platforms.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Feedback final : public Mechanism {
 public:
  Feedback()
      : Mechanism({.name = "feedback",
            .meaning = "standing forms: requests and complaints at any time, answered or not",
            .source = "MODEL 7.7; D3, P4, R4; Sjoberg, Mellon, Peixoto 2017",
            .phase = Phase::participation}) {
    const auto count = uses();
    observe({.name = "appeals",
        .unit = "appeals a head and year",
        .meaning = "uses of standing forms in the last 52 weeks, by residents of all ages",
        .source = "eOtinish 2024: 4.4 million, 0.22 a head (verified)",
        .window = weeks_a_year,
        .residents = count,
        .of = SeriesSpec::Of::residents,
        .times = weeks_a_year});
    observe({.name = "appeals_answered",
        .meaning = "share of the appeals of the last 52 weeks that were answered",
        .source = "D3, I1",
        .window = weeks_a_year,
        .residents = count,
        .numerator = 1,
        .of = SeriesSpec::Of::counted,
        .denominator = 0});
  }

  Real b_need{*this, "b_need", 1.0, {-10, 10}, "weight of dissatisfaction with the good wished for", "assumption",
      {.symbol = "b_need", .unit = "log-odds"}};
  Real most{*this, "most", 0.2, {0, 1}, "highest chance that one makes an appeal in a week", "assumption: ten a year",
      {.unit = "a week"}};
  Real b_digital{*this, "b_digital", 1.0, {0, 10},
      "effect of the akimat's digital competence on the chance of an answer, relative", "R6; assumption"};
  Real learn{*this, "learn", 0.45, {0, 1}, "how far what came of an appeal moves efficacy",
      "chosen for Sjoberg, Mellon, Peixoto 2017"};

  void prepare(const Week& week) override {
    forms_ = standing(week.forms);
    ensure(forms_.size() <= most_standing_forms, "a model with too many standing forms was refused");
    appealed_.fill(0);
    quarter_.fill(0);
    appeals_.fill(0.0);
    const std::size_t communities = week.communities();
    tally_.prepare(communities, week.blocks);
    usual_ = 0;
    for (std::size_t c = 0; c < communities; ++c) usual_ += digital_competence_[c] / static_cast<double>(communities);
  }

  [[nodiscard]] bool wanted(const Week& /*week*/, std::size_t /*community*/) const override { return !forms_.empty(); }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const std::size_t c = batch.community;
    tally_.clear_block(batch.block);
    std::int64_t& made = tally_.block(batch.block)[0];
    // A quarter begins in the week after its lesson.
    const bool fresh =
        week.tick() > 0 &&
        (week.tick() - 1 + static_cast<std::uint32_t>(week.key[c] % weeks_a_quarter)) % weeks_a_quarter == 0;
    for (const Vertex i : batch) {
      if (appealed_[i] != 0) appealed_[i] = 0;
      if (fresh && quarter_[i] != 0) quarter_[i] = 0;
    }
    const double answer = std::clamp(answering_[c] * (1.0 + b_digital * (digital_competence_[c] - usual_)), 0.0, 1.0);
    for (unsigned k = 0; k < forms_.size(); ++k)
      if (week.forms[forms_[k]].held_in(week.place(c).type)) made += use(week, batch, k, answer);
  }

  void end(const Week& week) override {
    if (forms_.empty()) return;
    for (std::size_t c = 0; c < week.communities(); ++c) {
      std::int64_t made = 0;
      tally_.community(c, {&made, 1});
      const double people = std::max<double>(week.first[c + 1] - week.first[c], 1.0);
      double& of_late = appeals_[c];
      of_late += (weeks_a_year * static_cast<double>(made) / people - of_late) / weeks_a_half_year;
    }
  }

 private:
  /// Appeals of this week: made, and of these answered.
  std::shared_ptr<const ResidentCount> uses() const {
    ResidentCount count{.when = ResidentCount::When::weekly, .lanes = 2};
    count.applies = [this](std::size_t) { return !forms_.empty(); };
    count.fill = [this](const Week&, const Block& block, std::size_t, const ResidentCount::Lanes& lanes) {
      Census(block).having(appealed_.data(), 0xffff, [&](Vertex i, std::uint16_t appeals) {
        lanes[0][i - block.first] = static_cast<std::uint16_t>(bits_of(appeals & used));
        lanes[1][i - block.first] = static_cast<std::uint16_t>(bits_of(appeals >> 8));
      });
    };
    return std::make_shared<const ResidentCount>(std::move(count));
  }

  static constexpr unsigned first_forms = 4;

  Read<std::uint8_t> access_{*this, &Residents::access};
  Read<std::uint8_t> platform_{*this, &Residents::platform};
  Read<Share> skill_{*this, &Residents::skill};
  Read<Share> propensity_{*this, &Residents::propensity};
  Read<Score> duty_{*this, &Residents::duty};
  Read<Share> satisfaction_{*this, &Residents::satisfaction};
  Read<double> place_effect_{*this, &Akimats::place_effect};
  Read<double> answering_{*this, &Akimats::answering};
  Read<double> digital_competence_{*this, &Akimats::digital_competence, at_start};
  Franchise franchise_{*this};
  RelativeQuality quality_{*this, "form.*.standing=true"};
  Connection connection_{*this, "form.*.standing=true"};
  Uses<DecisionWeights> weights_{*this};
  Uses<TraceOfActs> trace_of_acts_{*this};
  Switch trace_on_{*this, MechanismName::habit_boost};
  Write<std::uint16_t> appealed_{*this, &Residents::appealed, at_start};
  Write<std::uint16_t> quarter_{*this, &Residents::quarter, at_start};
  Write<double> appeals_{*this, &Akimats::appeals, at_start};
  Add<Share> efficacy_{*this, &Residents::efficacy};
  Add<Score> trace_{*this, &Residents::trace};
  Add<std::uint16_t> last_act_{*this, &Residents::last_act};
  // Who uses the k-th form stands under the name of four residents, which is the name of another resident too.
  Luck uses_{
      *this, "who uses one of the first four standing forms", Luck::residents, Luck::weekly, first_forms* Luck::block};
  Luck answers_{*this, "who is answered", Luck::residents, Luck::weekly, most_standing_forms* Luck::block};
  Luck retired_{*this, "nothing any more", Luck::residents, Luck::weekly, first_forms* Luck::block};
  Luck uses_later_{*this, "who uses one of the further ones", Luck::residents, Luck::weekly, first_forms* Luck::block};

  static constexpr unsigned used = 0xff;

  /// The residents of a block use the k-th standing form; how often.
  std::int64_t use(const Week& week, const Batch& batch, unsigned k, double answer) const {
    const std::size_t c = batch.community;
    const Form& form = week.forms[forms_[k]];
    const Luck::Drawn uses = k < first_forms ? uses_(week) : uses_later_(week);
    const Luck::Drawn answers = answers_(week);
    const double ease = 1.5 - 0.5 * quality_(c);
    const double up = connection_.share(c);
    const double b_cost = weights_->b_cost;
    const double gain = trace_on_ ? trace_of_acts_->gain.value() : 0.0;
    const double base = form.intercept + place_effect_[c];
    const double way = weights_->way[static_cast<std::size_t>(week.place(c).type)];
    const std::array<double, family_count> constant = {
        base - b_cost * (form.hours[0] + way), base - b_cost * ease * form.hours[1]};
    std::int64_t made = 0;
    // One block of random words serves four residents in a row, and one drawing 128.
    constexpr std::uint32_t together = Luck::block * static_cast<std::uint32_t>(Draws::many);
    const std::uint32_t highest = Draws::highest(most);
    std::uint32_t drawn = std::numeric_limits<std::uint32_t>::max();
    Draws::Words words;
    for (const Vertex i : batch) {
      const Name name = week.name(c, i);
      if (drawn != name.ordinal / together) {
        drawn = name.ordinal / together;
        draw_fours(week, c, uses, drawn * Draws::many, k % first_forms, words);
      }
      const std::uint32_t word = words[name.ordinal % Luck::block][name.ordinal / Luck::block % Draws::many];
      if (word > highest || !franchise_.of(form, i)) continue;
      const bool online = form.online_for(access_[i], platform_[i]);
      if (!form.offline && !online) continue;
      const double luck = Draws::to_uniform(word);
      if (luck >= most) continue;
      const double shared =
          weights_->b_duty * duty_[i] + weights_->b_eff * (efficacy_[i] - 0.5) + b_need * (0.5 - satisfaction_[i]);
      // Costs of missing skill and of a bad connection left out, and habit from above: who would not act then does not.
      const auto at_most = [&](std::size_t f) {
        return constant[f] + weights_->b_habit * bound::logit_above(propensity_(i, f)) + trace_(i, f);
      };
      const double hope = std::max(form.offline ? at_most(0) : -1e9, online ? at_most(1) : -1e9);
      if (shared + hope < bound::logit_below(word) - bound::margin) continue;
      const auto utility = [&](std::size_t f) {
        return shared + constant[f] + weights_->b_habit * logit(propensity_(i, f)) + trace_(i, f);
      };
      const double u_offline = form.offline ? utility(0) : -1e9;
      const double u_online = online ? utility(1) - b_cost * weights_->skill_hours * ease * (1.0 - skill_[i]) : -1e9;
      const std::size_t family = u_online > u_offline ? 1 : 0;
      if (luck >= (family == 1 ? up : 1.0) * logistic(std::max(u_online, u_offline))) continue;
      ++made;
      const bool answered = answers.chance(answer, name, Luck::block * k);
      const unsigned bits = (1U << k) | (answered ? 1U << (8 + k) : 0U);
      appealed_[i] = static_cast<std::uint16_t>(appealed_[i] | bits);
      quarter_[i] = static_cast<std::uint16_t>(quarter_[i] | bits);
      efficacy_[i] = Share(efficacy_[i] + learn * ((answered ? 1.0 : 0.0) - efficacy_[i]));
      if (!form.is_participation) continue;
      last_act_(i, family) = static_cast<std::uint16_t>(week.tick() + 1);
      trace_(i, family) = Score(std::max<double>(trace_(i, family), gain));
    }
    return made;
  }

  /// The words of up to 128 residents of community c, those of four at a time from the `from`-th four on.
  static void draw_fours(const Week& week, std::size_t c, const Luck::Drawn& uses, std::size_t from,
      std::uint32_t block, Draws::Words& words) {
    Draws::Ordinals fours;
    for (std::size_t k = 0; k < fours.size(); ++k) fours[k] = static_cast<std::uint32_t>(from + k);
    const std::size_t all = (week.residents(c) + Luck::block - 1) / Luck::block;
    uses.words(week.key[c], fours, std::min(Draws::many, all - from), block, words);
  }

  std::vector<std::size_t> forms_;  ///< that stand always
  Tally tally_{1};                  ///< cleared and read within a week: no state
  double usual_ = 0;
};

}  // namespace

std::unique_ptr<Mechanism> make_feedback() { return std::make_unique<Feedback>(); }

}  // namespace kurultai
