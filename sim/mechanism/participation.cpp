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
//   u = b_form + place_j + b_habit logit(h_if) + trace_if + b_duty duty_i + b_eff (efficacy - 1/2) + b_trust (trust -
//   1/2)
//       + b_stake stake_ik size_k + sum_l b_now,l y_il + b_norm vis_f cohesion_j (x_if - xbar_fj) + b_ask asked_ik
//       + b_money (ln(1 + reward / weekly income) + ln(1 + fine / weekly income) - ln(1 + gift / weekly income))
//       + b_mail mail_i + b_canvass canvass_i + b_message message_i - b_cost cost_ifj
//
// h propensity; stake 1 if the matter concerns one's wish, else s_other; size ln(1 + money at stake / money_0)
// for a vote on a budget, 1 for voice; y share of layer l's neighbours in the community who acted; x decaying
// memory of visible acts among neighbours, xbar its slow mean; asked 1 - (1 - r)^(neighbours who acted, as persons)
// prod over the institutions of which i is a member (1 - r_inst activity). Campaigns: pressure of a mail, a canvasser's
// call, a message among online friends (platform users), all in [0, 1]. Cost in hours, dearer for the busy and cheaper
// where experience of self-organisation (D8) is above what is usual:
//
//   in person: hours and way; with `remote` open at most hours_remote;  online: hours and missing skill, by quality
//
// A matter that can be done in person and online is done in the family with the higher u; online forms are for
// platform users, or for all with access, as the form says. A share `induce` of those treated acts in the first week
// whatever u is. On the last day a share 1 - kept of the commitments is broken; what is left are the acts. In the
// warm-up a form with a `baseline` moves its b_form after each round toward the value that gives that turnout.
//
// rule = "threshold" (Granovetter 1978, Watts 2002) instead: act when the share of those who acted (of one's ties:
// those in the community, for national matters all; or in the community) reaches one's own lasting threshold,
// normal(threshold_mean, threshold_sd); a share `instigators` has threshold 0.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/elementary.h"
#include "mechanism/digital.h"
#include "mechanism/list.h"
#include "mechanism/membership.h"
#include "mechanism/neighbours.h"

namespace kurultai {
namespace {

class Participation final : public Mechanism {
 public:
  Participation()
      : Mechanism({.name = "participation",
            .meaning = "residents decide and act",
            .source = "MODEL 5; D1, P3, P4, R7; Granovetter 1978; Watts 2002",
            .phase = Phase::participation,
            .reads = {"aware", "platform", "access", "propensity", "trace", "duty", "efficacy", "trust", "wish", "norm",
                "skill", "income", "place_effect", "cohesion", "habitual_norm", "occupation", "sex", "age", "member_of",
                "lapsed", "joined", "activity", "experience", "usual_experience", "shows", "signal"},
            .writes = {"acted", "online"},
            .adds = {"last_act"},
            .levers = {"participation.reward if participation.rule=logistic and form.*.standing=false",
                "participation.fine if participation.rule=logistic and form.*.standing=false",
                "participation.relief if participation.rule=logistic and form.*.standing=false",
                "participation.remote if participation.rule=logistic and form.*.standing=false",
                "participation.mail if participation.rule=logistic and form.*.standing=false",
                "participation.canvass if participation.rule=logistic and form.*.standing=false",
                "participation.induce if participation.rule=logistic and form.*.standing=false",
                "platform.message if participation.rule=logistic and form.*.standing=false",
                "platform.open if participation.rule=logistic and form.*.online=true",
                "platform.quality if participation.rule=logistic and form.*.online=true",
                "platform.outage if form.*.standing=false"}}) {
    observe({.name = "participation",
        .meaning = "share of adults who took part in anything in the last 52 weeks",
        .source = "D1",
        .looks_back = 52,
        .residents = [](const World& world, const Block& block, std::size_t, auto took_part, auto adults) {
          const Residents& r = world.residents();
          for (Vertex i = block.first; i < block.last; ++i) {
            const bool adult = r.adult(i);
            adults[i - block.first] = adult;
            took_part[i - block.first] = adult && took_part_lately(world, i);
          }
        }});
    for (std::size_t f = 0; f < family_count; ++f)
      observe({.name = f == 0 ? "participation_offline" : "participation_online",
          .meaning = f == 0 ? "share of adults who took part in person in the last 52 weeks"
                            : "share of adults who took part online in the last 52 weeks",
          .source = "D1, P4",
          .looks_back = 52,
          .residents = [f](const World& world, const Block& block, std::size_t, auto took_part, auto adults) {
            const Residents& r = world.residents();
            for (Vertex i = block.first; i < block.last; ++i) {
              adults[i - block.first] = r.adult(i);
              took_part[i - block.first] = r.adult(i) && took_part_lately(world, i, f);
            }
          }});
    observe({.name = "participation_among_residents",
        .meaning = "share of all residents, children too, who took part in anything in the last 52 weeks",
        .source = "D1",
        .looks_back = 52,
        .residents = [](const World& world, const Block& block, std::size_t, auto took_part, auto all) {
          for (Vertex i = block.first; i < block.last; ++i) {
            all[i - block.first] = 1;
            took_part[i - block.first] = took_part_lately(world, i);
          }
        }});
    observe(turnout("turnout",
        "share of eligible residents who took part, in matters of the form that closed in the last 52 weeks", true,
        true));
    observe(turnout("turnout_among_residents",
        "share of all residents who took part, in matters of the form that closed in the last 52 weeks", true, false));
    observe(turnout("form_awareness",
        "share of eligible residents who knew of it, in matters of the form that closed in the last 52 weeks", false,
        true));
  }

  Choice rule{*this, {.name = "rule", .meaning = "how residents decide", .source = "MODEL 5"}, "logistic",
      {"logistic", "threshold"}};
  Real b_habit{*this,
      {.name = "b_habit",
          .symbol = "b_habit",
          .meaning = "weight of propensity, in log-odds per logit",
          .source = "MODEL 5"},
      1.0, {0, 5}};
  Real b_duty{*this,
      {.name = "b_duty",
          .symbol = "b_duty",
          .unit = "log-odds",
          .meaning = "weight of civic duty, per SD",
          .source = "assumption, to be calibrated"},
      0.6, {-5, 5}};
  Real b_eff{*this,
      {.name = "b_eff",
          .symbol = "b_eff",
          .unit = "log-odds",
          .meaning = "weight of efficacy",
          .source = "assumption, to be calibrated"},
      1.0, {-10, 10}};
  Real b_trust{*this,
      {.name = "b_trust",
          .symbol = "b_trust",
          .unit = "log-odds",
          .meaning = "weight of trust in the akim",
          .source = "assumption, to be calibrated"},
      0.5, {-10, 10}};
  Real b_stake{*this,
      {.name = "b_stake",
          .symbol = "b_stake",
          .unit = "log-odds",
          .meaning = "weight of what is at stake",
          .source = "calibrated, sim/MODEL.md"},
      2.5, {-10, 10}};
  Real s_other{*this,
      {.name = "s_other",
          .symbol = "s_other",
          .meaning = "stake in a matter that concerns another good than the one wished for",
          .source = "assumption"},
      0.3, {0, 1}};
  Real money_0{*this,
      {.name = "money_0",
          .unit = "tenge a resident and year",
          .meaning = "money at stake at which a vote on it starts to weigh",
          .source = "calibrated, sim/MODEL.md"},
      3000, {1, 1e9}};
  Numbers b_now{*this,
      {.name = "b_now",
          .symbol = "b_now,l",
          .unit = "log-odds",
          .meaning = "pull of neighbours who have acted on this matter, by layer: household, kin, neighbour, work or "
                     "school, online",
          .source = "household: about 3 (MODEL 5); others: assumption"},
      {3.0, 0.8, 0.5, 0.5, 0.5}, {-20, 20}};
  Real b_norm{*this,
      {.name = "b_norm",
          .symbol = "b_norm",
          .unit = "log-odds",
          .meaning = "weight of what neighbours were seen to do, against what is usual here",
          .source = "assumption, to be calibrated"},
      1.0, {-20, 20}};
  Real b_ask{*this,
      {.name = "b_ask",
          .symbol = "b_ask",
          .unit = "log-odds",
          .meaning = "weight of being asked",
          .source = "assumption, to be calibrated"},
      0.5, {-10, 10}};
  Real ask_rate{*this,
      {.name = "ask_rate",
          .symbol = "r",
          .meaning = "chance that a neighbour who acted asks one to come along",
          .source = "assumption"},
      0.1, {0, 1}};
  Real b_money{*this,
      {.name = "b_money",
          .symbol = "b_money",
          .unit = "log-odds",
          .meaning = "weight of a reward, in weekly incomes",
          .source = "Leon 2017; calibrated, sim/MODEL.md; tiny rewards do nothing (Panagopoulos 2013)"},
      0.491, {-10, 10}};
  Real b_cost{*this,
      {.name = "b_cost",
          .symbol = "b_cost",
          .unit = "log-odds per hour",
          .meaning = "weight of time",
          .source = "Luechinger, Rosinger, Stutzer 2007; calibrated, sim/MODEL.md"},
      0.189, {0, 10}};
  Numbers way{*this,
      {.name = "way",
          .unit = "hour",
          .meaning = "there and back to an offline occasion: rural okrug, town, city, city district",
          .source = "assumption (2.7 villages an okrug)"},
      {0.8, 0.3, 0.5, 0.5}, {0, 100}};
  Real skill_hours{*this,
      {.name = "skill_hours",
          .unit = "hour",
          .meaning = "time that a user without any digital skill loses online",
          .source = "assumption"},
      1.0, {0, 100}};
  Real mean_wage{*this,
      {.name = "mean_wage",
          .unit = "tenge a month",
          .meaning = "national mean wage, the unit of incomes",
          .source = "regions' wages 2023 (BNS), weighted by population: computed"},
      295000, {1, 1e9}};
  Numbers busy{*this,
      {.name = "busy",
          .unit = "factor",
          .meaning =
              "how dear an hour is: farmer, entrepreneur, employee, public servant, student, pensioner, not working",
          .source = "assumption"},
      {1.1, 1.3, 1.1, 0.9, 0.9, 0.7, 0.8}, {0, 10}};
  Real busy_women{*this,
      {.name = "busy_women",
          .unit = "factor",
          .meaning = "how dear an hour is to women, relative to men",
          .source = "assumption"},
      1.05, {0, 10}};
  Real way_old{*this,
      {.name = "way_old",
          .unit = "factor",
          .meaning = "how much longer the way is from the age of 70 on",
          .source = "assumption"},
      1.5, {1, 10}};
  Real e_cost{*this,
      {.name = "e_cost",
          .symbol = "e_cost",
          .meaning = "share of the cost that full experience of self-organisation takes off",
          .source = "D8; assumption"},
      0.5, {0, 1}};
  Real ask_institution{*this,
      {.name = "ask_institution",
          .symbol = "r_inst",
          .meaning = "chance that a fully active institution asks a member to come along",
          .source = "MODEL 5; assumption"},
      0.2, {0, 1}};
  Real b_mail{*this,
      {.name = "b_mail",
          .symbol = "b_mail",
          .unit = "log-odds",
          .meaning = "effect of a mail with the full social pressure (neighbours see who voted)",
          .source = "Gerber, Green, Larimer 2008; calibrated, sim/MODEL.md"},
      0.390, {-10, 10}};
  Real b_canvass{*this,
      {.name = "b_canvass",
          .symbol = "b_canvass",
          .unit = "log-odds",
          .meaning = "effect of a canvasser's call at the door",
          .source = "Nickerson 2008; calibrated, sim/MODEL.md"},
      0.639, {-10, 10}};
  Real b_message{*this,
      {.name = "b_message",
          .symbol = "b_message",
          .unit = "log-odds",
          .meaning = "effect of an online message that shows friends who took part",
          .source = "Bond et al. 2012; calibrated, sim/MODEL.md"},
      0.0235, {-10, 10}};
  Lever reward{*this,
      {.name = "reward",
          .unit = "tenge",
          .meaning = "paid to a resident for taking part",
          .source = "MODEL 9; Panagopoulos 2013",
          .personal = true},
      0, {0, 1e9}};
  Lever fine{*this,
      {.name = "fine",
          .unit = "tenge",
          .meaning = "taken from a resident for staying away",
          .source = "Leon 2017",
          .personal = true},
      0, {0, 1e9}};
  Lever relief{*this,
      {.name = "relief",
          .meaning = "share of the time cost that is taken off (transport, child care, polling nearby)",
          .source = "P3",
          .personal = true},
      0, {0, 1}};
  Lever remote{*this,
      {.name = "remote",
          .meaning = "how far forms can be done by post or at home: 1: at the form's hours_remote and without any way",
          .source = "Luechinger, Rosinger, Stutzer 2007",
          .personal = true},
      0, {0, 1}};
  Lever mail{*this,
      {.name = "mail",
          .meaning = "social pressure of a mail about open matters: 0 none; 1: neighbours see who took part",
          .source = "Gerber, Green, Larimer 2008",
          .personal = true},
      0, {0, 1}};
  Lever canvass{*this,
      {.name = "canvass",
          .meaning = "a canvasser calls at the door: share of those called on who open",
          .source = "Nickerson 2008",
          .personal = true},
      0, {0, 1}};
  Lever induce{*this,
      {.name = "induce",
          .meaning = "share of residents who know of a matter and are brought to act in it, whatever they think",
          .source = "Coppock, Green 2016",
          .personal = true},
      0, {0, 1}};
  Real threshold_mean{*this,
      {.name = "threshold_mean", .meaning = "threshold rule: mean threshold", .source = "Granovetter 1978"}, 0.25,
      {-10, 10}};
  Real threshold_sd{*this,
      {.name = "threshold_sd", .meaning = "threshold rule: its standard deviation", .source = "Granovetter 1978"}, 0.1,
      {0, 10}};
  Real instigators{*this,
      {.name = "instigators", .meaning = "threshold rule: share with threshold 0", .source = "Watts 2002"}, 0.001,
      {0, 1}};
  Choice threshold_over{*this,
      {.name = "threshold_over",
          .meaning = "threshold rule: whose acts count",
          .source = "Watts 2002; Granovetter 1978"},
      "neighbours", {"neighbours", "community"}};

  void prepare(World& world) override {
    world.residents().last_act.fill(0);
    const std::size_t communities = world.society.communities();
    acts_.prepare(communities, world.blocks);
    share_.assign(communities * slot_count, 0.0);
    form_key_.clear();
    for (std::size_t f = 0; f < world.forms.size(); ++f)
      form_key_.push_back(static_cast<std::uint32_t>(key_of(world.forms[f].name())));
    shift_.assign(world.forms.size(), 0.0);
    log_unasked_by_.assign(world.institutions.size(), 0.0);
  }

  void begin(World& world) override {
    if (world.week <= 0) seek_baselines(world);
    const Institutions& bodies = world.institutions;
    for (std::size_t k = 0; k < bodies.size(); ++k)
      log_unasked_by_[k] = log_(1.0 - std::min(0.999, ask_institution * bodies.activity[k]));
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
    if (world.dockets[block.community].closing != 0) keep_commitments(world, block);
  }

  void end(World& world) override {
    if (!rule.is("threshold") || !threshold_over.is("community")) return;
    std::vector<std::int64_t> sum(slot_count);
    for (std::size_t c = 0; c < world.dockets.size(); ++c) {
      if (world.dockets[c].open == 0) continue;
      acts_.community(c, sum);
      const double people = world.society.first[c + 1] - world.society.first[c];
      for_slots(world.dockets[c].open,
          [&](unsigned s) { share_[c * slot_count + s] = static_cast<double>(sum[s]) / people; });
    }
  }

  /// The tally of acts is cleared and read within a week; last week's shares are not.
  void state(Archive& archive) override {
    archive("share", share_);
    archive("shift", shift_);
  }

 private:
  /// A series of one form: of those eligible (or of all residents), who acted (or knew) in matters that close.
  static SeriesSpec turnout(const char* name, const char* meaning, bool acts, bool of_eligible) {
    const auto closing = [](const World& world, std::size_t c, std::size_t form) {
      return closing_of(world.dockets[c], [form](std::size_t f) { return f == form; });
    };
    SeriesSpec spec{.name = name, .meaning = meaning, .source = "D1, I3", .by_form = true, .window = 52};
    spec.happens = [closing](
                       const World& world, std::size_t c, std::size_t form) { return closing(world, c, form) != 0; };
    spec.residents = [closing, acts, of_eligible](
                         const World& world, const Block& block, std::size_t form, auto did, auto could) {
      const Residents& r = world.residents();
      const std::uint16_t mask = closing(world, block.community, form);
      const Docket& docket = world.dockets[block.community];
      const auto matters = static_cast<std::uint32_t>(__builtin_popcount(mask));
      for (Vertex i = block.first; i < block.last; ++i) {
        const bool eligible = (docket.eligible(r, i) & mask) != 0;
        could[i - block.first] = eligible || !of_eligible ? matters : 0;
        const std::uint16_t bits = acts ? r.acted[i] : r.aware[i];
        if (eligible) did[i - block.first] = static_cast<std::uint32_t>(__builtin_popcount(bits & mask));
      }
    };
    return spec;
  }

  /// After each round of the warm-up: moves b_form of forms with a baseline toward the turnout that they seek.
  void seek_baselines(const World& world) {
    for (std::size_t f = 0; f < world.forms.size(); ++f) {
      const double wanted = world.forms[f].baseline;
      if (wanted <= 0) continue;
      double acted = 0;
      double eligible = 0;
      for (const Docket& docket : world.dockets)
        for_slots(docket.stale, [&](unsigned s) {
          if (docket.slot[s].form != f) return;
          acted += docket.slot[s].acted;
          eligible += docket.slot[s].eligible;
        });
      if (eligible > 0) shift_[f] += baseline_step * (logit(wanted) - logit((acted + 0.5) / (eligible + 1.0)));
    }
  }
  static constexpr double baseline_step = 0.7;  // below 1, since peers multiply what a step does

  /// What is the same for all residents of a community in one matter and family.
  struct Occasion {
    bool possible = false;
    double constant = 0;  ///< b_form + place
    double hours = 0;     ///< without the way
    double way = 0;
    double remote = 0;  ///< hours by post or at home
    double sight = 0;   ///< b_norm vis_f cohesion_j
    double skill = 0;   ///< hours lost without skill, online
  };

  [[nodiscard]] Occasion occasion(const World& world, std::size_t c, std::size_t f, Family family) const {
    const FormSpec& form = world.forms[f];
    const bool online = family == Family::online;
    const double ease = online ? 1.5 - 0.5 * relative_quality(world, c) : 1.0;
    return {.possible = form.in(family) && (!online || open_online(world, c, f)),
        .constant = form.intercept + shift_[f] + world.akimats.place_effect[c],
        .hours = form.hours(family) * ease,
        .way = online ? 0.0 : way[type(world, c)],
        .remote = online ? 1e9 : form.hours_remote.value(),
        .sight = b_norm * form.visibility(family) * world.akimats.cohesion[c],
        .skill = online ? skill_hours * ease : 0.0};
  }
  /// Whether the online way of a form is open in a community this week: drawn once for each, so that more openness adds
  /// to what is open and takes nothing away.
  [[nodiscard]] bool open_online(const World& world, std::size_t c, std::size_t f) const {
    const double open = world.platform_service.open[c];
    if (open <= 0.0) return false;
    return open >= 1.0 || world.lasting(stream()).chance(open, {world.society.key[c], 0xffffffffU}, form_key_[f]);
  }
  static std::size_t type(const World& world, std::size_t c) {
    return static_cast<std::size_t>(world.society.country.communities[c].type);
  }

  /// What resident i brings to every matter of this week.
  struct Person {
    double utility = 0;
    double hour = 0;  ///< b_cost of one hour
    double way = 1;   ///< how much longer the way is
    double remote = 0;
    double weekly_income = 0;
    double log_unasked = 0;  ///< by institutions
    bool connected = true;
  };

  /// Share of the cost that community c's experience of self-organisation leaves.
  [[nodiscard]] double left_of_cost(const World& world, std::size_t c) const {
    return 1.0 - e_cost * std::clamp(world.akimats.experience[c] - world.akimats.usual_experience[c], -1.0, 1.0);
  }

  [[nodiscard]] Person person(const World& world, std::size_t c, Vertex i, double cost_left) const {
    const Residents& r = world.residents();
    Person p;
    p.weekly_income = mean_wage * 12.0 / 52.0 * std::max<double>(r.income[i], 0.01);
    p.utility = b_duty * r.duty[i] + b_eff * (r.efficacy[i] - 0.5) + b_trust * (r.trust[i] - 0.5);
    const double paid = reward.at(c, i);
    const double fined = fine.at(c, i);
    if (paid > 0) p.utility += b_money * log_(1.0 + paid / p.weekly_income);
    if (fined > 0) p.utility += b_money * log_(1.0 + fined / p.weekly_income);
    p.utility += b_mail * mail.at(c, i) + b_canvass * canvass.at(c, i);
    p.connected = connected(world, c, i);
    if (p.connected && r.platform[i] != 0) p.utility += b_message * world.platform_service.message.at(c, i);
    p.hour = b_cost * (1.0 - relief.at(c, i)) * cost_left * busy[r.occupation[i]] *
             (static_cast<Sex>(r.sex[i]) == Sex::female ? busy_women.value() : 1.0);
    p.way = r.age[i] >= 70 ? way_old.value() : 1.0;
    p.remote = remote.at(c, i);
    for_memberships(world, c, i, [&](std::size_t k) { p.log_unasked += log_unasked_by_[k]; });
    return p;
  }

  /// Hours that the matter takes resident i in one family.
  static double hours(const Occasion& o, const Person& p, double skill) {
    const double usual = o.hours + o.way * p.way + o.skill * (1.0 - skill);
    return usual + p.remote * (std::min(usual, o.remote) - usual);
  }

  void by_utility(World& world, const Block& block, const Exposure& exposure) {
    Residents& r = world.residents();
    const std::size_t c = block.community;
    const Docket& docket = world.dockets[c];
    const Akimats& akimats = world.akimats;
    const Ties& ties = world.society.ties;
    const double log_unasked = ask_rate >= 1.0 ? -1e9 : log_(1.0 - ask_rate);
    const double cost_left = left_of_cost(world, c);

    std::array<std::array<Occasion, family_count>, slot_count> occasions{};
    std::array<double, slot_count> size{};
    std::array<double, slot_count> pace{};  // t / W
    for_slots(docket.open, [&](unsigned s) {
      const Matter& matter = docket.slot[s];
      const FormSpec& form = world.forms[matter.form];
      for (std::size_t f = 0; f < family_count; ++f)
        occasions[s][f] = occasion(world, c, matter.form, static_cast<Family>(f));
      size[s] = form.decides.is("budget")
                    ? log_(1.0 + world.society.country.communities[c].participatory_budget / money_0)
                    : 1.0;
      const double weeks =
          static_cast<double>(form.decide > 0 ? std::min<std::int64_t>(form.decide, form.open) : form.open.value());
      pace[s] = std::min(1.0, (world.week - matter.opens + 1) / weeks);
    });

    for (Vertex i = block.first; i < block.last; ++i) {
      const auto candidates =
          static_cast<std::uint16_t>(docket.eligible(r, i) & docket.open & r.aware[i] & ~r.acted[i]);
      if (candidates == 0) continue;
      const Person self = person(world, c, i, cost_left);
      std::array<double, family_count> habit{};
      std::array<double, family_count> norm{};
      for (std::size_t f = 0; f < (r.access[i] != 0 || r.platform[i] != 0 ? family_count : 1); ++f) {
        habit[f] = b_habit * logit(r.propensity(i, f)) + r.trace(i, f);
        norm[f] = r.norm(i, f) - akimats.habitual_norm(c, f);
      }
      const double induced = induce.at(c, i);
      const auto degree = [&](std::size_t l, bool national) {
        const std::span<const Tie> row = national ? ties.peers(i) : ties.inside(i);
        return static_cast<double>(
            std::count_if(row.begin(), row.end(), [l](Tie tie) { return static_cast<std::size_t>(tie.layer()) == l; }));
      };
      for_slots(candidates, [&](unsigned s) {
        const Matter& matter = docket.slot[s];
        const FormSpec& form = world.forms[matter.form];
        double shared =
            self.utility +
            b_stake * size[s] * (matter.subject == good_count || matter.subject == r.wish[i] ? 1.0 : s_other.value());
        if (form.money > 0) shared -= b_money * log_(1.0 + form.money / self.weekly_income);
        const Neighbours n = exposure.neighbours(s, i - block.first);
        const bool everywhere = ((docket.national >> s) & 1U) != 0;
        for (std::size_t l = 0; l < resident_layers; ++l)
          if (n.acted[l] != 0) shared += b_now[l] * n.acted[l] / degree(l, everywhere);
        const auto askers = static_cast<double>(persons(world, i, s, Shown::acted, n.acted, everywhere, true));
        if (const double unasked = askers * log_unasked + self.log_unasked; unasked < 0)
          shared += b_ask * (1.0 - exp_(unasked));
        const auto utility = [&](std::size_t f) {
          const Occasion& o = occasions[s][f];
          return shared + o.constant + habit[f] + o.sight * norm[f] - self.hour * hours(o, self, r.skill[i]);
        };
        const bool offline_possible = occasions[s][0].possible;
        const bool online_possible = occasions[s][1].possible && self.connected && form.online_for(r, i);
        if (!offline_possible && !online_possible) return;
        const double u_offline = offline_possible ? utility(0) : -1e9;
        const double u_online = online_possible ? utility(1) : -1e9;
        const double u = std::max(u_offline, u_online);
        const Draws::Four luck = words(world, c, i, matter);
        // The reservation E of the header, drawn once for a resident and a matter.
        const bool acts = softplus(u) * pace[s] > -log_(Draws::to_uniform(luck[0]));
        if (acts || (induced > 0 && Draws::to_uniform(luck[1]) < induced)) act(r, i, s, u_online > u_offline);
      });
    }
  }

  /// The luck of a resident in a matter: words for the reservation, for being induced and for keeping one's word.
  [[nodiscard]] Draws::Four words(const World& world, std::size_t c, Vertex i, const Matter& matter) const {
    const Draws draws(
        world.seed, world.replicate, stream(), static_cast<std::uint32_t>(matter.announced - world.first_week));
    return draws.words(world.society.name(c, i), form_key_[matter.form]);
  }

  static void act(Residents& r, Vertex i, unsigned s, bool online) {
    r.acted[i] = static_cast<std::uint16_t>(r.acted[i] | (1U << s));
    if (online) r.online[i] = static_cast<std::uint16_t>(r.online[i] | (1U << s));
  }

  /// The last day: commitments that are not kept fall away, the others are acts.
  void keep_commitments(World& world, const Block& block) const {
    Residents& r = world.residents();
    const Docket& docket = world.dockets[block.community];
    const auto now = static_cast<std::uint16_t>(world.tick() + 1);
    for (Vertex i = block.first; i < block.last; ++i)
      for_slots(static_cast<std::uint16_t>(r.acted[i] & docket.closing), [&](unsigned s) {
        const Matter& matter = docket.slot[s];
        const double kept = world.forms[matter.form].kept;
        const bool online = ((r.online[i] >> s) & 1U) != 0;
        if (kept < 1.0 && Draws::to_uniform(words(world, block.community, i, matter)[2]) >= kept) {
          r.acted[i] = static_cast<std::uint16_t>(r.acted[i] & ~(1U << s));
          r.online[i] = static_cast<std::uint16_t>(r.online[i] & ~(1U << s));
        } else if (world.forms[matter.form].counts) {
          r.last_act(i, online ? 1 : 0) = now;
        }
      });
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
      const auto candidates =
          static_cast<std::uint16_t>(docket.eligible(r, i) & docket.open & r.aware[i] & ~r.acted[i]);
      if (candidates != 0) {
        const Name name = world.society.name(c, i);
        const bool instigator = lasting.chance(instigators, name, 0);
        const double threshold = instigator ? 0.0 : threshold_mean + threshold_sd * lasting.normal(name, 1);
        for_slots(candidates, [&](unsigned s) {
          double others = share_[c * slot_count + s];
          if (!mixing) {
            const Neighbours n = exposure.neighbours(s, i - block.first);
            std::uint32_t acted = 0;
            for (const std::uint16_t a : n.acted) acted += a;
            const bool everywhere = ((docket.national >> s) & 1U) != 0;
            const std::size_t degree =
                everywhere ? world.society.ties.peers(i).size() : world.society.ties.inside(i).size();
            others = degree == 0 ? 0.0 : static_cast<double>(acted) / static_cast<double>(degree);
          } else if (docket.slot[s].opens == world.week) {
            others = 0;  // nobody has acted yet; the slot's last matter left its share behind
          }
          const bool online = !world.forms[docket.slot[s].form].offline;
          if (others >= threshold &&
              (!online || (world.forms[docket.slot[s].form].online_for(r, i) && connected(world, c, i))))
            act(r, i, s, online);
        });
      }
      for_slots(static_cast<std::uint16_t>(r.acted[i] & docket.open), [&](unsigned s) { ++acts[s]; });
    }
  }

  Tally acts_{slot_count};
  std::vector<double> share_;           ///< threshold rule: share of each community that acted, by slot, last week
  std::vector<double> shift_;           ///< by form: what its baseline has added to b_form
  std::vector<double> log_unasked_by_;  ///< by institution, made anew every week
  std::vector<std::uint32_t> form_key_;
};

}  // namespace

std::unique_ptr<Mechanism> make_participation() { return std::make_unique<Participation>(); }

}  // namespace kurultai
