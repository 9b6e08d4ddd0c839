// propensity: people repeat what satisfied (MODEL 7; Bendor, Diermeier, Ting 2003; Fowler 2006).
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
#include "mechanism/list.h"
#include "mechanism/setting.h"
#include "mechanism/standing.h"

namespace kurultai {
namespace {

class Propensity final : public Mechanism {
 public:
  Propensity()
      : Mechanism({.name = "propensity",
            .meaning = "people repeat what satisfied",
            .source = "MODEL 7; Bendor, Diermeier, Ting 2003; Fowler 2006",
            .phase = Phase::experience,
            .reads = {"aware", "acted", "online", "platform", "access", "quarter", "answering", "age", "member_of",
                "occupation"},
            .writes = {"propensity", "aspiration"}}) {
    observe({.name = "propensity",
        .meaning = "mean propensity of adults to take part offline",
        .source = "MODEL 7",
        .mean = &Residents::propensity});
  }

  Real start{*this,
      {.name = "start", .meaning = "median propensity at the start", .source = "equilibrium of the defaults"}, 0.5,
      {0.001, 0.999}};
  Real start_sd{*this,
      {.name = "start_sd",
          .unit = "log-odds",
          .meaning = "SD of the propensity's logit at the start",
          .source = "equilibrium of the defaults"},
      0.5, {0, 5}};
  Real alpha{*this,
      {.name = "alpha",
          .symbol = "alpha",
          .meaning = "speed of learning",
          .source = "Bendor, Diermeier, Ting 2003: 0.1"},
      0.1, {0, 1}};
  Real beta{*this,
      {.name = "beta",
          .symbol = "beta",
          .meaning = "speed at which aspirations follow payoffs",
          .source = "Bendor, Diermeier, Ting 2003: 0.1; slower here, assumption"},
      0.05, {0, 1}};
  Real aspiration{*this,
      {.name = "aspiration",
          .symbol = "a",
          .meaning = "aspiration at the start",
          .source = "equilibrium of the defaults"},
      0.53, {0, 1}};
  Real v_act{
      *this, {.name = "v_act", .meaning = "payoff of taking part by itself", .source = "assumption"}, 0.45, {-5, 5}};
  Real v_answer{*this,
      {.name = "v_answer", .meaning = "what an answer adds for those who took part", .source = "assumption"}, 0.25,
      {-5, 5}};
  Real v_stay{
      *this, {.name = "v_stay", .meaning = "payoff of staying away by itself", .source = "assumption"}, 0.5, {-5, 5}};
  Real v_public{*this,
      {.name = "v_public", .meaning = "what an answer adds for those who stayed away", .source = "assumption"}, 0.05,
      {-5, 5}};
  Real spread{*this,
      {.name = "spread",
          .symbol = "omega",
          .meaning = "half-width of the noise in payoffs",
          .source = "Bendor, Diermeier, Ting 2003"},
      0.5, {0, 5}};

  void prepare(World& world) override {
    standing_ = standing_forms(world);
    if (!setting<Flag>(world, "feedback.enabled")) standing_.clear();
    Residents& r = world.residents();
    const Draws draws = world.lasting(stream());
    r.aspiration.fill(Share(aspiration));
    for (std::size_t c = 0; c < world.society.communities(); ++c)
      for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i)
        for (std::size_t f = 0; f < family_count; ++f)
          r.propensity(i, f) = Share(logistic(
              logit(start) + start_sd * draws.normal(world.society.name(c, i), static_cast<std::uint32_t>(f))));
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.dockets[community].closing != 0 || (!standing_.empty() && world.due(community, lesson_weeks));
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const Docket& docket = world.dockets[block.community];
    const Draws draws = world.draws(stream());
    if (world.due(block.community, lesson_weeks))
      for (unsigned k = 0; k < standing_.size(); ++k) learn_standing(world, block, k);
    for (Vertex i = block.first; i < block.last; ++i) {
      const auto known = static_cast<std::uint16_t>(r.aware[i] & docket.closing);
      if (known == 0) continue;
      const Name name = world.society.name(block.community, i);
      for_slots(known, [&](unsigned s) {
        const Matter& matter = docket.slot[s];
        if (matter.outcome == Outcome::none) return;
        const FormSpec& form = world.forms[matter.form];
        const double answered = matter.outcome == Outcome::answered ? 1.0 : 0.0;
        const Draws::Four words = draws.words(name, s);
        if ((r.acted[i] >> s) & 1U) {
          learn(r, i, (r.online[i] >> s) & 1U, true, v_act + v_answer * answered, words[0]);
        } else {
          const double payoff = v_stay + v_public * answered;
          if (form.offline) learn(r, i, 0, false, payoff, words[0]);
          if (form.online_for(r, i)) learn(r, i, 1, false, payoff, words[1]);
        }
      });
    }
  }

 private:
  /// The quarter's lesson from the k-th standing form.
  void learn_standing(World& world, const Block& block, unsigned k) const {
    const std::size_t c = block.community;
    if (!standing_[k].held_in(world.society.country.communities[c].type)) return;
    Residents& r = world.residents();
    const FormSpec& form = world.forms[standing_[k].form];
    const Draws draws = world.draws(stream());
    const double stayed = v_stay + v_public * world.akimats.answering[c];
    for (Vertex i = block.first; i < block.last; ++i) {
      const bool online = form.online_for(r, i);
      if (!standing_[k].open_to(r, i) || (!form.offline && !online)) continue;
      const std::uint32_t word = draws.words(world.society.name(c, i), slot_count + k)[0];
      const bool acted = ((r.quarter[i] >> k) & 1U) != 0;
      const bool answered = ((r.quarter[i] >> (8 + k)) & 1U) != 0;
      learn(r, i, online ? 1 : 0, acted, acted ? v_act + (answered ? v_answer.value() : 0.0) : stayed, word);
    }
  }

  void learn(Residents& r, Vertex i, std::size_t family, bool acted, double value, std::uint32_t word) const {
    Share& h = r.propensity(i, family);
    Share& a = r.aspiration(i, family);
    const double payoff = value + spread * (2.0 * Draws::to_uniform(word) - 1.0);
    const bool satisfied = payoff >= a;
    h = Share(satisfied == acted ? h + alpha * (1.0 - h) : h - alpha * h);
    a = Share(a + beta * (payoff - a));
  }

  std::vector<StandingForm> standing_;  ///< found anew by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_propensity() { return std::make_unique<Propensity>(); }

}  // namespace kurultai
