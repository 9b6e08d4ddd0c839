// participation: residents decide and act (MODEL 5; D1, P3, P4, R7).
//
// An aware, eligible resident acts on matter k with probability p = logistic(u) over the whole time it is
// open; in a week of W the hazard is 1 - (1 - p)^(1/W). Drawn as a reservation: each resident has one
// exponential number E for each matter and acts in the first week t (of W) in which
//
//   softplus(u) t / W > E        (softplus(u) = -ln(1 - p))
//
// which is that hazard exactly while u stands still, gives those who hear late the same p by the end, and lets
// peers move a decision without a new throw of the dice. Duration alone is no treatment.
//
//   u = b_form + place_j + b_habit logit(h_if) + trace_if + b_duty duty_i + b_eff (efficacy - 1/2) + b_trust (trust - 1/2)
//       + b_stake stake_ik size_k + sum_l b_now,l y_il + b_norm vis_f cohesion_j (x_if - xbar_fj) + b_ask asked_ik
//       + b_money ln(1 + reward / weekly income) - b_cost cost_ifj
//
// h propensity; stake 1 if the matter concerns one's wish, else s_other; size ln(1 + money at stake / money_0)
// for a vote on a budget, 1 for voice; y share of layer l's neighbours in the community who acted; x decaying
// memory of visible acts among neighbours, xbar its slow mean; asked 1 - (1 - r)^(neighbours who acted); cost
// hours, way and, online, missing skill. A matter that can be done in person and online is done in the family
// with the higher u; online forms are for platform users.
//
// rule = "threshold" (Granovetter 1978, Watts 2002) instead: act when the share of those who acted (among
// neighbours, or in the community) reaches one's own lasting threshold, normal(threshold_mean, threshold_sd);
// a share `instigators` has threshold 0.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/elementary.h"
#include "mechanism/list.h"

namespace kurultai {
namespace {

class Participation final : public Mechanism {
 public:
  Participation()
      : Mechanism({.name = "participation",
                   .meaning = "residents decide and act",
                   .source = "MODEL 5; D1, P3, P4, R7; Granovetter 1978; Watts 2002",
                   .phase = Phase::participation,
                   .reads = {"aware", "platform", "propensity", "trace", "duty", "efficacy", "trust", "wish", "norm",
                             "skill", "income", "place_effect", "cohesion", "habitual_norm"},
                   .writes = {"acted", "online", "last_act"}}) {
    observe({.name = "participation",
             .meaning = "share of adults who took part in anything in the last 52 weeks",
             .source = "D1",
             .residents =
                 [](const World& world, const Block& block, std::size_t, auto took_part, auto adults) {
                   const Residents& r = world.residents();
                   for (Vertex i = block.first; i < block.last; ++i) {
                     const bool adult = r.adult(i);
                     adults[i - block.first] = adult;
                     took_part[i - block.first] = adult && took_part_lately(world, i);
                   }
                 }});
    observe({.name = "participation_among_residents",
             .meaning = "share of all residents, children too, who took part in anything in the last 52 weeks",
             .source = "D1",
             .residents =
                 [](const World& world, const Block& block, std::size_t, auto took_part, auto all) {
                   for (Vertex i = block.first; i < block.last; ++i) {
                     all[i - block.first] = 1;
                     took_part[i - block.first] = took_part_lately(world, i);
                   }
                 }});
    observe(turnout("turnout", "share of eligible residents who took part, in matters of the form that closed in the last 52 weeks", true, true));
    observe(turnout("turnout_among_residents", "share of all residents who took part, in matters of the form that closed in the last 52 weeks", true, false));
    observe(turnout("form_awareness", "share of eligible residents who knew of it, in matters of the form that closed in the last 52 weeks", false, true));
  }

  Choice rule{*this, {.name = "rule", .meaning = "how residents decide", .source = "MODEL 5"}, "logistic", {"logistic", "threshold"}};
  Real b_habit{*this, {.name = "b_habit", .symbol = "b_habit", .meaning = "weight of propensity, in log-odds per logit", .source = "MODEL 5"}, 1.0, {0, 5}};
  Real b_duty{*this, {.name = "b_duty", .symbol = "b_duty", .unit = "log-odds", .meaning = "weight of civic duty, per SD", .source = "assumption, to be calibrated"}, 0.6, {-5, 5}};
  Real b_eff{*this, {.name = "b_eff", .symbol = "b_eff", .unit = "log-odds", .meaning = "weight of efficacy", .source = "assumption, to be calibrated"}, 1.0, {-10, 10}};
  Real b_trust{*this, {.name = "b_trust", .symbol = "b_trust", .unit = "log-odds", .meaning = "weight of trust in the akim", .source = "assumption, to be calibrated"}, 0.5, {-10, 10}};
  Real b_stake{*this, {.name = "b_stake", .symbol = "b_stake", .unit = "log-odds", .meaning = "weight of what is at stake", .source = "calibrated, sim/MODEL.md"}, 2.5, {-10, 10}};
  Real s_other{*this, {.name = "s_other", .symbol = "s_other", .meaning = "stake in a matter that concerns another good than the one wished for", .source = "assumption"}, 0.3, {0, 1}};
  Real money_0{*this, {.name = "money_0", .unit = "tenge a resident and year", .meaning = "money at stake at which a vote on it starts to weigh", .source = "calibrated, sim/MODEL.md"}, 3000, {1, 1e9}};
  Numbers b_now{*this, {.name = "b_now", .symbol = "b_now,l", .unit = "log-odds", .meaning = "pull of neighbours who have acted on this matter, by layer: household, kin, neighbour, work or school, online", .source = "household: about 3 (MODEL 5); others: assumption"}, {3.0, 0.8, 0.5, 0.5, 0.5}, {-20, 20}};
  Real b_norm{*this, {.name = "b_norm", .symbol = "b_norm", .unit = "log-odds", .meaning = "weight of what neighbours were seen to do, against what is usual here", .source = "assumption, to be calibrated"}, 1.0, {-20, 20}};
  Real b_ask{*this, {.name = "b_ask", .symbol = "b_ask", .unit = "log-odds", .meaning = "weight of being asked", .source = "assumption, to be calibrated"}, 0.5, {-10, 10}};
  Real ask_rate{*this, {.name = "ask_rate", .symbol = "r", .meaning = "chance that a neighbour who acted asks one to come along", .source = "assumption"}, 0.1, {0, 1}};
  Real b_money{*this, {.name = "b_money", .symbol = "b_money", .unit = "log-odds", .meaning = "weight of a reward, in weekly incomes", .source = "assumption; tiny rewards do nothing (Panagopoulos 2013)"}, 0.8, {-10, 10}};
  Real b_cost{*this, {.name = "b_cost", .symbol = "b_cost", .unit = "log-odds per hour", .meaning = "weight of time", .source = "assumption, to be calibrated"}, 0.3, {0, 10}};
  Numbers way{*this, {.name = "way", .unit = "hour", .meaning = "there and back to an offline occasion: rural okrug, town, city, city district", .source = "assumption (2.7 villages an okrug)"}, {0.8, 0.3, 0.5, 0.5}, {0, 100}};
  Real skill_hours{*this, {.name = "skill_hours", .unit = "hour", .meaning = "time that a user without any digital skill loses online", .source = "assumption"}, 1.0, {0, 100}};
  Real mean_wage{*this, {.name = "mean_wage", .unit = "tenge a month", .meaning = "national mean wage, the unit of incomes", .source = "regions' wages 2023 (BNS), weighted by population: computed"}, 295000, {1, 1e9}};
  Lever reward{*this, {.name = "reward", .unit = "tenge", .meaning = "paid to a resident for taking part", .source = "MODEL 9; Panagopoulos 2013"}, 0, {0, 1e9}};
  Lever relief{*this, {.name = "relief", .meaning = "share of the time cost that is taken off (transport, child care, polling nearby)", .source = "P3"}, 0, {0, 1}};
  Real threshold_mean{*this, {.name = "threshold_mean", .meaning = "threshold rule: mean threshold", .source = "Granovetter 1978"}, 0.25, {-10, 10}};
  Real threshold_sd{*this, {.name = "threshold_sd", .meaning = "threshold rule: its standard deviation", .source = "Granovetter 1978"}, 0.1, {0, 10}};
  Real instigators{*this, {.name = "instigators", .meaning = "threshold rule: share with threshold 0", .source = "Watts 2002"}, 0.001, {0, 1}};
  Choice threshold_over{*this, {.name = "threshold_over", .meaning = "threshold rule: whose acts count", .source = "Watts 2002; Granovetter 1978"}, "neighbours", {"neighbours", "community"}};

  void prepare(World& world) override {
    world.residents().last_act.fill(0);
    const std::size_t communities = world.society.communities();
    acts_.prepare(communities, world.blocks);
    share_.assign(communities * slot_count, 0.0);
    form_key_.clear();
    for (std::size_t f = 0; f < world.forms.size(); ++f)
      form_key_.push_back(static_cast<std::uint32_t>(key_of(world.forms[f].name())));
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.dockets[community].open != 0;
  }

  void residents(World& world, const Block& block, Exposure& exposure) override {
    if (rule.is("threshold")) {
      by_threshold(world, block, exposure);
    } else {
      by_utility(world, block, exposure);
    }
  }

  void end(World& world) override {
    if (!rule.is("threshold") || !threshold_over.is("community")) return;
    std::vector<std::int64_t> sum(slot_count);
    for (std::size_t c = 0; c < world.dockets.size(); ++c) {
      if (world.dockets[c].open == 0) continue;
      acts_.community(c, sum);
      const double people = world.society.first[c + 1] - world.society.first[c];
      for_slots(world.dockets[c].open, [&](unsigned s) { share_[c * slot_count + s] = static_cast<double>(sum[s]) / people; });
    }
  }

  /// The tally of acts is cleared and read within a week; last week's shares are not.
  void state(Archive& archive) override { archive("share", share_); }

 private:
  /// A series of one form: of those eligible (or of all residents), who acted (or knew) in matters that close.
  static SeriesSpec turnout(const char* name, const char* meaning, bool acts, bool of_eligible) {
    const auto closing = [](const World& world, std::size_t c, std::size_t form) {
      std::uint16_t mask = 0;
      for_slots(world.dockets[c].closing, [&](unsigned s) {
        if (world.dockets[c].slot[s].form == form) mask = static_cast<std::uint16_t>(mask | (1U << s));
      });
      return mask;
    };
    SeriesSpec spec{.name = name, .meaning = meaning, .source = "D1, I3", .by_form = true, .window = 52};
    spec.happens = [closing](const World& world, std::size_t c, std::size_t form) { return closing(world, c, form) != 0; };
    spec.residents = [closing, acts, of_eligible](const World& world, const Block& block, std::size_t form, auto did, auto could) {
      const Residents& r = world.residents();
      const std::uint16_t mask = closing(world, block.community, form);
      const auto matters = static_cast<std::uint32_t>(__builtin_popcount(mask));
      const bool children = world.forms[form].eligible.is("residents");
      for (Vertex i = block.first; i < block.last; ++i) {
        const bool eligible = children || r.adult(i);
        could[i - block.first] = eligible || !of_eligible ? matters : 0;
        const std::uint16_t bits = acts ? r.acted[i] : r.aware[i];
        if (eligible) did[i - block.first] = static_cast<std::uint32_t>(__builtin_popcount(bits & mask));
      }
    };
    return spec;
  }

  /// What is the same for all residents of a community in one matter and family.
  struct Occasion {
    bool possible = false;
    double constant = 0;  ///< b_form + place - b_cost (hours and way)
    double sight = 0;     ///< b_norm vis_f cohesion_j
    double skill = 0;     ///< b_cost skill_hours, online
  };

  [[nodiscard]] Occasion occasion(const World& world, std::size_t c, const FormSpec& form, Family family) const {
    const bool online = family == Family::online;
    const double cost = (1.0 - relief[c]) * (form.hours(family) + (online ? 0.0 : way[type(world, c)]));
    return {form.in(family), form.intercept + world.akimats.place_effect[c] - b_cost * cost,
            b_norm * form.visibility(family) * world.akimats.cohesion[c],
            online ? b_cost * skill_hours * (1.0 - relief[c]) : 0.0};
  }
  static std::size_t type(const World& world, std::size_t c) {
    return static_cast<std::size_t>(world.society.country.communities[c].type);
  }

  void by_utility(World& world, const Block& block, const Exposure& exposure) {
    Residents& r = world.residents();
    const std::size_t c = block.community;
    const Docket& docket = world.dockets[c];
    const Akimats& akimats = world.akimats;
    const Ties& ties = world.society.ties;
    const double log_unasked = ask_rate >= 1.0 ? -1e9 : log_(1.0 - ask_rate);
    const double paid = reward[c];
    const double weekly_wage = mean_wage * 12.0 / 52.0;

    std::array<std::array<Occasion, family_count>, slot_count> occasions{};
    std::array<double, slot_count> size{};
    std::array<double, slot_count> pace{};  // t / W
    for_slots(docket.open, [&](unsigned s) {
      const Matter& matter = docket.slot[s];
      const FormSpec& form = world.forms[matter.form];
      for (std::size_t f = 0; f < family_count; ++f) occasions[s][f] = occasion(world, c, form, static_cast<Family>(f));
      size[s] = form.decides.is("budget")
                    ? log_(1.0 + world.society.country.communities[c].participatory_budget / money_0)
                    : 1.0;
      const double weeks = static_cast<double>(form.decide > 0 ? std::min<std::int64_t>(form.decide, form.open) : form.open.value());
      pace[s] = std::min(1.0, (world.week - matter.opens + 1) / weeks);
    });

    for (Vertex i = block.first; i < block.last; ++i) {
      const auto candidates = static_cast<std::uint16_t>(docket.eligible(r, i) & docket.open & r.aware[i] & ~r.acted[i]);
      if (candidates == 0) continue;
      const bool user = r.platform[i] != 0;
      const double person = b_duty * r.duty[i] + b_eff * (r.efficacy[i] - 0.5) + b_trust * (r.trust[i] - 0.5) +
                            (paid > 0 ? b_money * log_(1.0 + paid / (weekly_wage * std::max<double>(r.income[i], 0.01))) : 0.0);
      std::array<double, family_count> habit{};
      std::array<double, family_count> norm{};
      for (std::size_t f = 0; f < (user ? family_count : 1); ++f) {
        habit[f] = b_habit * logit(r.propensity(i, f)) + r.trace(i, f);
        norm[f] = r.norm(i, f) - akimats.habitual_norm(c, f);
      }
      const auto degree = [row = ties.inside(i)](std::size_t l) {
        return static_cast<double>(std::count_if(row.begin(), row.end(), [l](Tie tie) { return static_cast<std::size_t>(tie.layer()) == l; }));
      };
      for_slots(candidates, [&](unsigned s) {
        const Matter& matter = docket.slot[s];
        double shared = person + b_stake * size[s] * (matter.subject == good_count || matter.subject == r.wish[i] ? 1.0 : s_other.value());
        const Neighbours n = exposure.neighbours(s, i - block.first);
        std::uint32_t acted = 0;
        for (std::size_t l = 0; l < resident_layers; ++l)
          if (n.acted[l] != 0) {
            shared += b_now[l] * n.acted[l] / degree(l);
            acted += n.acted[l];
          }
        if (acted != 0) shared += b_ask * (1.0 - exp_(acted * log_unasked));
        const auto utility = [&](std::size_t f) {
          const Occasion& o = occasions[s][f];
          return shared + o.constant + habit[f] + o.sight * norm[f] - o.skill * (1.0 - r.skill[i]);
        };
        const bool offline_possible = occasions[s][0].possible;
        const bool online_possible = occasions[s][1].possible && user;
        if (!offline_possible && !online_possible) return;
        const double u_offline = offline_possible ? utility(0) : -1e9;
        const double u_online = online_possible ? utility(1) : -1e9;
        const double u = std::max(u_offline, u_online);
        if (softplus(u) * pace[s] > reservation(world, c, i, matter)) act(world, i, s, u_online > u_offline);
      });
    }
  }

  /// E of the header: drawn once for a resident and a matter.
  [[nodiscard]] double reservation(const World& world, std::size_t c, Vertex i, const Matter& matter) const {
    const Draws draws(world.seed, world.replicate, stream(), static_cast<std::uint32_t>(matter.announced - world.first_week));
    return -log_(Draws::to_uniform(draws.words(world.society.name(c, i), form_key_[matter.form])[0]));
  }

  static void act(World& world, Vertex i, unsigned s, bool online) {
    Residents& r = world.residents();
    r.acted[i] = static_cast<std::uint16_t>(r.acted[i] | (1U << s));
    if (online) r.online[i] = static_cast<std::uint16_t>(r.online[i] | (1U << s));
    r.last_act(i, online) = static_cast<std::uint16_t>(world.tick() + 1);
  }

  void by_threshold(World& world, const Block& block, const Exposure& exposure) {
    Residents& r = world.residents();
    const std::size_t c = block.community;
    const Docket& docket = world.dockets[c];
    const bool mixing = threshold_over.is("community");
    acts_.clear_block(block.index);
    const std::span<std::int64_t> acts = acts_.block(block.index);
    const Draws lasting = world.lasting(stream());
    for (Vertex i = block.first; i < block.last; ++i) {
      const auto candidates = static_cast<std::uint16_t>(docket.eligible(r, i) & docket.open & r.aware[i] & ~r.acted[i]);
      if (candidates != 0) {
        const Name name = world.society.name(c, i);
        const bool instigator = lasting.chance(instigators, name, 0);
        const double threshold = instigator ? 0.0 : threshold_mean + threshold_sd * lasting.normal(name, 1);
        const std::size_t degree = world.society.ties.inside(i).size();
        for_slots(candidates, [&](unsigned s) {
          double others = share_[c * slot_count + s];
          if (!mixing) {
            const Neighbours n = exposure.neighbours(s, i - block.first);
            std::uint32_t acted = 0;
            for (const std::uint16_t a : n.acted) acted += a;
            others = degree == 0 ? 0.0 : static_cast<double>(acted) / static_cast<double>(degree);
          } else if (docket.slot[s].opens == world.week) {
            others = 0;  // nobody has acted yet; the slot's last matter left its share behind
          }
          const bool online = !world.forms[docket.slot[s].form].offline;
          if (others >= threshold && (!online || r.platform[i])) act(world, i, s, online);
        });
      }
      for_slots(static_cast<std::uint16_t>(r.acted[i] & docket.open), [&](unsigned s) { ++acts[s]; });
    }
  }

  Tally acts_{slot_count};
  std::vector<double> share_;  ///< threshold rule: share of each community that acted, by slot, last week
  std::vector<std::uint32_t> form_key_;
};

}  // namespace

std::unique_ptr<Mechanism> make_participation() { return std::make_unique<Participation>(); }

}  // namespace kurultai
