// propensity: people repeat what satisfied (MODEL 7.13; Bendor, Diermeier, Ting 2003; Fowler 2006).
//
// Once for each closed matter that one knew of and was eligible for, in the family of the act (for those who
// stayed away: each family open to them):
//
//   payoff of acting:   pi = v_act + v_answer [answered] + noise
//   payoff of staying:  pi = v_stay + v_public [answered] + noise        noise uniform in +-spread
//   acted,  pi >= a: h <- h + alpha (1 - h)      acted,  pi < a: h <- h - alpha h
//   stayed, pi >= a: h <- h - alpha h            stayed, pi < a: h <- h + alpha (1 - h)
//   a <- a + beta (pi - a)
//
// Standing forms teach once a quarter, as one matter: answered if any of one's appeals was; who made none gets, on
// average, what those answered in the community leave to all, v_public answering_j.
//
// With fixed aspirations E[h] = (1 - s_stay) / ((1 - s_act) + (1 - s_stay)) when p = h (s: chance to be satisfied).
// By itself this makes casual participants (Fowler's criticism); the trace makes histories habitual.
#include "base/elementary.h"
#include "mechanism/kit/acts.h"
#include "mechanism/kit/many.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Propensity final : public Mechanism {
 public:
  Propensity()
      : Mechanism({.name = "propensity",
            .meaning = "people repeat what satisfied",
            .source = "MODEL 7.13; Bendor, Diermeier, Ting 2003; Fowler 2006",
            .phase = Phase::experience}) {
    observe({.name = "propensity",
        .meaning = "mean propensity of adults to take part offline",
        .source = "MODEL 7.13",
        .mean = &Residents::propensity});
  }

  Real start{*this, "start", 0.5, {0.001, 0.999}, "median propensity at the start", "equilibrium of the defaults"};
  Real start_sd{*this, "start_sd", 0.5, {0, 5}, "SD of the propensity's logit at the start",
      "equilibrium of the defaults", {.unit = "log-odds"}};
  Real alpha{
      *this, "alpha", 0.1, {0, 1}, "speed of learning", "Bendor, Diermeier, Ting 2003: 0.1", {.symbol = "alpha"}};
  Real beta{*this, "beta", 0.05, {0, 1}, "speed at which aspirations follow payoffs",
      "Bendor, Diermeier, Ting 2003: 0.1; slower here, assumption", {.symbol = "beta"}};
  Real aspiration{
      *this, "aspiration", 0.53, {0, 1}, "aspiration at the start", "equilibrium of the defaults", {.symbol = "a"}};
  Real v_act{*this, "v_act", 0.45, {-5, 5}, "payoff of taking part by itself", "assumption"};
  Real v_answer{*this, "v_answer", 0.25, {-5, 5}, "what an answer adds for those who took part", "assumption"};
  Real v_stay{*this, "v_stay", 0.5, {-5, 5}, "payoff of staying away by itself", "assumption"};
  Real v_public{*this, "v_public", 0.05, {-5, 5}, "what an answer adds for those who stayed away", "assumption"};
  Real spread{*this, "spread", 0.5, {0, 5}, "half-width of the noise in payoffs", "Bendor, Diermeier, Ting 2003",
      {.symbol = "omega"}};

  void prepare(const Week& week) override {
    standing_ = standing(week.forms);
    if (!feedback_) standing_.clear();
    const Luck::Drawn luck = start_luck_(week);
    aspiration_.fill(Share(aspiration));
    for (std::size_t c = 0; c < week.communities(); ++c)
      for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i)
        for (std::size_t f = 0; f < family_count; ++f)
          propensity_(i, f) =
              Share(logistic(logit(start) + start_sd * luck.normal(week.name(c, i), static_cast<std::uint32_t>(f))));
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.dockets[community].closing != 0 || (!standing_.empty() && week.due(community, weeks_a_quarter));
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const Docket& docket = week.dockets[batch.community];
    const Luck::Drawn luck = matters_(week);
    if (week.due(batch.community, weeks_a_quarter))
      for (unsigned k = 0; k < standing_.size(); ++k) learn_standing(week, batch, k);
    for_slots(docket.closing, [&](unsigned s) {
      const Matter& matter = docket.slot[s];
      if (matter.outcome == Outcome::none) return;
      const Form& form = week.forms[matter.form];
      const double answered = matter.outcome == Outcome::answered ? 1.0 : 0.0;
      draw_words(
          week, batch.community, batch, luck, s, [&](Vertex i) { return ((aware_[i] >> s) & 1U) != 0; },
          [&](Vertex i, std::size_t k, const Draws::Words& words) {
            if ((acted_[i] >> s) & 1U) {
              learn(i, (online_[i] >> s) & 1U, true, v_act + v_answer * answered, words[0][k]);
              return;
            }
            const double payoff = v_stay + v_public * answered;
            if (form.offline) learn(i, 0, false, payoff, words[0][k]);
            if (form.online_for(access_[i], platform_[i])) learn(i, 1, false, payoff, words[1][k]);
          });
    });
  }

 private:
  Read<std::uint16_t> aware_{*this, &Residents::aware};
  Read<std::uint16_t> acted_{*this, &Residents::acted};
  Read<std::uint16_t> online_{*this, &Residents::online};
  Read<std::uint8_t> platform_{*this, &Residents::platform};
  Read<std::uint8_t> access_{*this, &Residents::access};
  Read<std::uint16_t> quarter_{*this, &Residents::quarter};
  Read<double> answering_{*this, &Akimats::answering};
  Franchise franchise_{*this};
  Switch feedback_{*this, MechanismName::feedback};
  Write<Share> propensity_{*this, &Residents::propensity, at_start};
  Write<Share> aspiration_{*this, &Residents::aspiration, at_start};
  Luck start_luck_{*this, "propensity at the start, by family", Luck::residents, Luck::lasting, family_count};
  Luck matters_{
      *this, "noise in the payoff of the matter in a slot", Luck::residents, Luck::weekly, slot_count* Luck::block};
  Luck quarters_{*this, "noise in that of the k-th standing form", Luck::residents, Luck::weekly,
      most_standing_forms* Luck::block};

  /// The quarter's lesson from the k-th standing form.
  void learn_standing(const Week& week, const Batch& batch, unsigned k) const {
    const std::size_t c = batch.community;
    const Form& form = week.forms[standing_[k]];
    if (!form.held_in(week.place(c).type)) return;
    const Luck::Drawn luck = quarters_(week);
    const double stayed = v_stay + v_public * answering_[c];
    const auto online = [&](Vertex i) { return form.online_for(access_[i], platform_[i]); };
    draw_words(
        week, c, batch, luck, k, [&](Vertex i) { return franchise_.of(form, i) && (form.offline || online(i)); },
        [&](Vertex i, std::size_t lane, const Draws::Words& words) {
          const bool acted = ((quarter_[i] >> k) & 1U) != 0;
          const bool answered = ((quarter_[i] >> (8 + k)) & 1U) != 0;
          const double value = acted ? v_act + (answered ? v_answer.value() : 0.0) : stayed;
          learn(i, online(i) ? 1 : 0, acted, value, words[0][lane]);
        });
  }

  void learn(Vertex i, std::size_t family, bool acted, double value, std::uint32_t word) const {
    Share& h = propensity_(i, family);
    Share& a = aspiration_(i, family);
    const double payoff = value + spread * (2.0 * Draws::to_uniform(word) - 1.0);
    const bool satisfied = payoff >= a;
    h = Share(satisfied == acted ? h + alpha * (1.0 - h) : h - alpha * h);
    a = Share(a + beta * (payoff - a));
  }

  std::vector<std::size_t> standing_;  ///< forms, found anew by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_propensity() { return std::make_unique<Propensity>(); }

}  // namespace kurultai
