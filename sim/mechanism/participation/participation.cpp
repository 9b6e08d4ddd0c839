// participation: residents decide and act (MODEL 7.6; D1, P3, P4, R7).
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
//   u = b_form + place_j + b_habit logit(h_if) + trace_if
//       + b_duty duty_i + b_eff (efficacy - 1/2) + b_trust (trust - 1/2)
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
#include "mechanism/kit/acts.h"
#include "mechanism/kit/census.h"
#include "mechanism/kit/closing_matters.h"
#include "mechanism/kit/many.h"
#include "mechanism/kit/membership.h"
#include "mechanism/kit/neighbours.h"
#include "mechanism/kit/offers.h"
#include "mechanism/kit/platforms.h"
#include "mechanism/mechanism.h"

namespace kurultai {

/// How residents decide.
enum class Rule : std::uint8_t { logistic, threshold };
template <> inline constexpr auto words<Rule> = std::array{"logistic", "threshold"};
/// Threshold rule: whose acts count.
enum class ThresholdOver : std::uint8_t { neighbours, community };
template <> inline constexpr auto words<ThresholdOver> = std::array{"neighbours", "community"};

namespace {

class Participation final : public Mechanism {
 public:
  Participation()
      : Mechanism({.name = "participation",
            .meaning = "residents decide and act",
            .source = "MODEL 7.6; D1, P3, P4, R7; Granovetter 1978; Watts 2002",
            .phase = Phase::participation}) {
    const auto took_part = acted_lately_.count();
    observe({.name = "participation",
        .meaning = "share of adults who took part in anything in the last 52 weeks",
        .source = "D1",
        .looks_back = weeks_a_year,
        .residents = took_part});
    for (std::size_t f = 0; f < family_count; ++f)
      observe({.name = f == 0 ? "participation_offline" : "participation_online",
          .meaning = f == 0 ? "share of adults who took part in person in the last 52 weeks"
                            : "share of adults who took part online in the last 52 weeks",
          .source = "D1, P4",
          .looks_back = weeks_a_year,
          .residents = took_part,
          .numerator = 1 + f});
    observe({.name = "participation_among_residents",
        .meaning = "share of all residents, children too, who took part in anything in the last 52 weeks",
        .source = "D1",
        .looks_back = weeks_a_year,
        .residents = took_part,
        .of = SeriesSpec::Of::residents});
    const auto of_closing = [this, count = ClosingMatters::count(franchise_, aware_, acted_)](
                                const char* name, const char* meaning, std::size_t numerator, std::size_t denominator) {
      observe({.name = name,
          .meaning = meaning,
          .source = "D1, I3",
          .by_form = true,
          .window = weeks_a_year,
          .residents = count,
          .numerator = numerator,
          .of = SeriesSpec::Of::counted,
          .denominator = denominator});
    };
    of_closing("turnout",
        "share of eligible residents who took part, in matters of the form that closed in the last 52 weeks",
        ClosingMatters::acted, ClosingMatters::eligible);
    of_closing("turnout_among_residents",
        "share of all residents who took part, in matters of the form that closed in the last 52 weeks",
        ClosingMatters::acted, ClosingMatters::everybody);
    of_closing("form_awareness",
        "share of eligible residents who knew of it, in matters of the form that closed in the last 52 weeks",
        ClosingMatters::aware, ClosingMatters::eligible);
  }

  /// When levers count that act on a decision by utility, and where it can be made online.
  static constexpr const char* deliberate = "participation.rule=logistic and form.*.standing=false";
  static constexpr const char* deliberate_online = "participation.rule=logistic and form.*.online=true";

  Choice<Rule> rule{*this, "rule", Rule::logistic, "how residents decide", "MODEL 7.6"};
  Real b_habit{
      *this, "b_habit", 1.0, {0, 5}, "weight of propensity, in log-odds per logit", "MODEL 7.6", {.symbol = "b_habit"}};
  Real b_duty{*this, "b_duty", 0.6, {-5, 5}, "weight of civic duty, per SD", "assumption, to be calibrated",
      {.symbol = "b_duty", .unit = "log-odds"}};
  Real b_eff{*this, "b_eff", 1.0, {-10, 10}, "weight of efficacy", "assumption, to be calibrated",
      {.symbol = "b_eff", .unit = "log-odds"}};
  Real b_trust{*this, "b_trust", 0.5, {-10, 10}, "weight of trust in the akim", "assumption, to be calibrated",
      {.symbol = "b_trust", .unit = "log-odds"}};
  Real b_stake{*this, "b_stake", 2.5, {-10, 10}, "weight of what is at stake", "calibrated, sim/MODEL.md",
      {.symbol = "b_stake", .unit = "log-odds"}};
  Real s_other{*this, "s_other", 0.3, {0, 1}, "stake in a matter that concerns another good than the one wished for",
      "assumption", {.symbol = "s_other"}};
  Real money_0{*this, "money_0", 3000, {1, 1e9}, "money at stake at which a vote on it starts to weigh",
      "calibrated, sim/MODEL.md", {.unit = "tenge a resident and year"}};
  Numbers b_now{*this, "b_now", {3.0, 0.8, 0.5, 0.5, 0.5}, {-20, 20},
      "pull of neighbours who have acted on this matter, by layer: household, kin, neighbour, work or school, online",
      "household: about 3 (MODEL 7.6); others: assumption", {.symbol = "b_now,l", .unit = "log-odds"}};
  Real b_norm{*this, "b_norm", 1.0, {-20, 20}, "weight of what neighbours were seen to do, against what is usual here",
      "assumption, to be calibrated", {.symbol = "b_norm", .unit = "log-odds"}};
  Real b_ask{*this, "b_ask", 0.5, {-10, 10}, "weight of being asked", "assumption, to be calibrated",
      {.symbol = "b_ask", .unit = "log-odds"}};
  Real ask_rate{*this, "ask_rate", 0.1, {0, 1}, "chance that a neighbour who acted asks one to come along",
      "assumption", {.symbol = "r"}};
  Real b_money{*this, "b_money", 0.491, {-10, 10}, "weight of a reward, in weekly incomes",
      "Leon 2017; calibrated, sim/MODEL.md; tiny rewards do nothing (Panagopoulos 2013)",
      {.symbol = "b_money", .unit = "log-odds"}};
  Real b_cost{*this, "b_cost", 0.189, {0, 10}, "weight of time",
      "Luechinger, Rosinger, Stutzer 2007; calibrated, sim/MODEL.md",
      {.symbol = "b_cost", .unit = "log-odds per hour"}};
  Numbers way{*this, "way", {0.8, 0.3, 0.5, 0.5}, {0, 100},
      "there and back to an offline occasion: rural okrug, town, city, city district",
      "assumption (2.7 villages an okrug)", {.unit = "hour"}};
  Real skill_hours{*this, "skill_hours", 1.0, {0, 100}, "time that a user without any digital skill loses online",
      "assumption", {.unit = "hour"}};
  Real mean_wage{*this, "mean_wage", 295000, {1, 1e9}, "national mean wage, the unit of incomes",
      "regions' wages 2023 (BNS), weighted by population: computed", {.unit = "tenge a month"}};
  Numbers busy{*this, "busy", {1.1, 1.3, 1.1, 0.9, 0.9, 0.7, 0.8}, {0, 10},
      "how dear an hour is: farmer, entrepreneur, employee, public servant, student, pensioner, not working",
      "assumption", {.unit = "factor"}};
  Real busy_women{*this, "busy_women", 1.05, {0, 10}, "how dear an hour is to women, relative to men", "assumption",
      {.unit = "factor"}};
  Real way_old{*this, "way_old", 1.5, {1, 10}, "how much longer the way is from the age of 70 on", "assumption",
      {.unit = "factor"}};
  Real e_cost{*this, "e_cost", 0.5, {0, 1}, "share of the cost that full experience of self-organisation takes off",
      "D8; assumption", {.symbol = "e_cost"}};
  Real ask_institution{*this, "ask_institution", 0.2, {0, 1},
      "chance that a fully active institution asks a member to come along", "MODEL 7.6; assumption",
      {.symbol = "r_inst"}};
  Real b_mail{*this, "b_mail", 0.390, {-10, 10},
      "effect of a mail with the full social pressure (neighbours see who voted)",
      "Gerber, Green, Larimer 2008; calibrated, sim/MODEL.md", {.symbol = "b_mail", .unit = "log-odds"}};
  Real b_canvass{*this, "b_canvass", 0.639, {-10, 10}, "effect of a canvasser's call at the door",
      "Nickerson 2008; calibrated, sim/MODEL.md", {.symbol = "b_canvass", .unit = "log-odds"}};
  Real b_message{*this, "b_message", 0.0235, {-10, 10}, "effect of an online message that shows friends who took part",
      "Bond et al. 2012; calibrated, sim/MODEL.md", {.symbol = "b_message", .unit = "log-odds"}};
  Lever reward{*this, "reward", 0, {0, 1e9}, "paid to a resident for taking part", "MODEL 7.6; Panagopoulos 2013",
      {.unit = "tenge", .personal = true, .read_if = deliberate}};
  Lever fine{*this, "fine", 0, {0, 1e9}, "taken from a resident for staying away", "Leon 2017",
      {.unit = "tenge", .personal = true, .read_if = deliberate}};
  Lever relief{*this, "relief", 0, {0, 1},
      "share of the time cost that is taken off (transport, child care, polling nearby)", "P3",
      {.personal = true, .read_if = deliberate}};
  Lever remote{*this, "remote", 0, {0, 1},
      "how far forms can be done by post or at home: 1: at the form's hours_remote and without any way",
      "Luechinger, Rosinger, Stutzer 2007", {.personal = true, .read_if = deliberate}};
  Lever mail{*this, "mail", 0, {0, 1},
      "social pressure of a mail about open matters: 0 none; 1: neighbours see who took part",
      "Gerber, Green, Larimer 2008", {.personal = true, .read_if = deliberate}};
  Lever canvass{*this, "canvass", 0, {0, 1}, "a canvasser calls at the door: share of those called on who open",
      "Nickerson 2008", {.personal = true, .read_if = deliberate}};
  Lever induce{*this, "induce", 0, {0, 1},
      "share of residents who know of a matter and are brought to act in it, whatever they think",
      "Coppock, Green 2016", {.personal = true, .read_if = deliberate}};
  Real threshold_mean{*this, "threshold_mean", 0.25, {-10, 10}, "threshold rule: mean threshold", "Granovetter 1978"};
  Real threshold_sd{*this, "threshold_sd", 0.1, {0, 10}, "threshold rule: its standard deviation", "Granovetter 1978"};
  Real instigators{*this, "instigators", 0.001, {0, 1}, "threshold rule: share with threshold 0", "Watts 2002"};
  Choice<ThresholdOver> threshold_over{*this, "threshold_over", ThresholdOver::neighbours,
      "threshold rule: whose acts count", "Watts 2002; Granovetter 1978"};

  void prepare(const Week& week) override {
    last_act_.fill(0);
    persons_.prepare(week);
    const std::size_t communities = week.communities();
    acts_.prepare(communities, week.blocks);
    size_of_budget_.clear();
    for (std::size_t c = 0; c < communities; ++c)
      size_of_budget_.push_back(log_(1.0 + week.place(c).participatory_budget / money_0));
    share_.assign(communities * slot_count, 0.0);
    shift_.assign(week.forms.size(), 0.0);
    log_unasked_by_.assign(activity_.size(), 0.0);
  }

  void begin(const Week& week) override {
    if (week.number() <= 0) seek_baselines(week);
    for (std::size_t k = 0; k < activity_.size(); ++k)
      log_unasked_by_[k] = log_(1.0 - std::min(0.999, ask_institution * activity_[k]));
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.dockets[community].open != 0;
  }

  void residents(const Week& week, const Batch& batch, Exposure& exposure) override {
    if (rule == Rule::threshold) {
      by_threshold(week, batch, exposure);
    } else {
      by_utility(week, batch, exposure);
    }
    if (week.dockets[batch.community].closing != 0) keep_commitments(week, batch);
  }

  void end(const Week& week) override {
    if (rule != Rule::threshold || threshold_over != ThresholdOver::community) return;
    std::array<std::int64_t, slot_count> sum{};
    for (std::size_t c = 0; c < week.communities(); ++c) {
      if (week.dockets[c].open == 0) continue;
      acts_.community(c, sum);
      const double people = week.first[c + 1] - week.first[c];
      for_slots(
          week.dockets[c].open, [&](unsigned s) { share_[c * slot_count + s] = static_cast<double>(sum[s]) / people; });
    }
  }

  /// The tally of acts is cleared and read within a week; last week's shares are not.
  void state(Archive& archive) override {
    archive("share", share_);
    archive("shift", shift_);
  }

 private:
  TookPart acted_lately_{*this};
  Franchise franchise_{*this};
  Memberships memberships_{*this};
  Persons persons_{*this};
  Read<std::uint16_t> aware_{*this, &Residents::aware};
  Read<std::uint16_t> member_of_{*this, &Residents::member_of};
  Read<std::uint32_t> signal_{*this, &Residents::signal};
  Read<std::uint8_t> platform_{*this, &Residents::platform};
  Read<std::uint8_t> access_{*this, &Residents::access};
  Read<Share> propensity_{*this, &Residents::propensity};
  Read<Score> trace_{*this, &Residents::trace};
  Read<Score> duty_{*this, &Residents::duty};
  Read<Share> efficacy_{*this, &Residents::efficacy};
  Read<Share> trust_{*this, &Residents::trust};
  Read<std::uint8_t> wish_{*this, &Residents::wish};
  Read<Share> norm_{*this, &Residents::norm};
  Read<Share> skill_{*this, &Residents::skill};
  Read<Factor> income_{*this, &Residents::income};
  Read<std::uint8_t> occupation_{*this, &Residents::occupation};
  Read<std::uint8_t> sex_{*this, &Residents::sex};
  Read<std::uint8_t> age_{*this, &Residents::age};
  Read<double> place_effect_{*this, &Akimats::place_effect};
  Read<double> cohesion_{*this, &Akimats::cohesion};
  Read<double> habitual_norm_{*this, &Akimats::habitual_norm};
  Read<double> experience_{*this, &Akimats::experience};
  Read<double> usual_experience_{*this, &Akimats::usual_experience};
  Read<Share> activity_{*this, &Institutions::activity, as_given};
  ReadLever message_{*this, &PlatformService::message, deliberate};
  ReadLever open_{*this, &PlatformService::open, deliberate_online};
  RelativeQuality quality_{*this, deliberate_online};
  Connection connection_{*this, "form.*.standing=false"};
  Write<std::uint16_t> acted_{*this, &Residents::acted};
  Write<std::uint16_t> online_{*this, &Residents::online};
  Add<std::uint16_t> last_act_{*this, &Residents::last_act, at_start};
  Offers<DecisionWeights> weights_{*this, {b_habit, b_duty, b_eff, b_cost, skill_hours, way, mean_wage}};
  Offers<Rewards> rewards_{*this, {&reward}};
  Luck opens_online_{*this, "whether a form is open online", Luck::communities, Luck::lasting, Luck::by_form};
  Luck instigates_{*this, "who has no threshold", Luck::residents, Luck::lasting, 1};
  Luck thresholds_{*this, "a resident's threshold", Luck::residents, Luck::lasting, 1};
  Luck reservation_{*this, "a resident's reservation in a matter, whether he is induced, whether he keeps his word",
      Luck::residents, Luck::weekly, Luck::by_form};

  /// After each round of the warm-up: moves b_form of forms with a baseline toward the turnout that they seek.
  void seek_baselines(const Week& week) {
    for (std::size_t f = 0; f < week.forms.size(); ++f) {
      const double wanted = week.forms[f].baseline;
      if (wanted <= 0) continue;
      double acted = 0;
      double eligible = 0;
      for (const Docket& docket : week.dockets)
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
  /// What is the same for all in one matter.
  struct Question {
    unsigned slot = 0;
    const Form* form = nullptr;
    std::array<Occasion, family_count> in{};
    double size = 1;
    double pace = 1;  ///< t / W
    bool everywhere = false;
  };
  /// This week in a community, looked up once a block.
  struct Here {
    Here(const Participation& of, const Week& week, std::size_t c)
        : community(c),
          docket(week.dockets[c]),
          cost_left(of.left_of_cost(c)),
          reward(of.reward.here(c)),
          fine(of.fine.here(c)),
          relief(of.relief.here(c)),
          remote(of.remote.here(c)),
          mail(of.mail.here(c)),
          canvass(of.canvass.here(c)),
          message(of.message_.here(c)),
          induce(of.induce.here(c)) {}
    std::size_t community;
    const Docket& docket;
    double cost_left;
    Lever::Here reward;
    Lever::Here fine;
    Lever::Here relief;
    Lever::Here remote;
    Lever::Here mail;
    Lever::Here canvass;
    Lever::Here message;
    Lever::Here induce;
  };

  [[nodiscard]] Question question(const Week& week, std::size_t c, unsigned s) const {
    const Docket& docket = week.dockets[c];
    const Matter& matter = docket.slot[s];
    const Form& form = week.forms[matter.form];
    return {.slot = s,
        .form = &form,
        .in = {occasion(week, c, matter.form, Family::offline), occasion(week, c, matter.form, Family::online)},
        .size = form.decides == Decides::budget ? size_of_budget_[c] : 1.0,
        .pace = std::min(1.0, (week.number() - matter.opens + 1) / static_cast<double>(form.deciding)),
        .everywhere = ((docket.national >> s) & 1U) != 0};
  }

  [[nodiscard]] Occasion occasion(const Week& week, std::size_t c, std::size_t f, Family family) const {
    const Form& form = week.forms[f];
    const bool online = family == Family::online;
    const double ease = online ? 1.5 - 0.5 * quality_(c) : 1.0;
    return {.possible = form.in(family) && (!online || open_online(week, c, f)),
        .constant = form.intercept + shift_[f] + place_effect_[c],
        .hours = form.hours[static_cast<std::size_t>(family)] * ease,
        .way = online ? 0.0 : way[type(week, c)],
        .remote = online ? 1e9 : form.hours_remote,
        .sight = b_norm * form.visibility[static_cast<std::size_t>(family)] * cohesion_[c],
        .skill = online ? skill_hours * ease : 0.0};
  }
  /// Whether the online way of a form is open in a community this week: drawn once for each, so that more openness adds
  /// to what is open and takes nothing away.
  [[nodiscard]] bool open_online(const Week& week, std::size_t c, std::size_t f) const {
    const double open = open_[c];
    if (open <= 0.0) return false;
    return open >= 1.0 || opens_online_(week).chance(open, week.name_of_community(c), week.forms[f].key);
  }
  [[nodiscard]] std::size_t type(const Week& week, std::size_t c) const {
    return static_cast<std::size_t>(week.place(c).type);
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
  [[nodiscard]] double left_of_cost(std::size_t c) const {
    return 1.0 - e_cost * std::clamp(experience_[c] - usual_experience_[c], -1.0, 1.0);
  }

  /// All but what institutions ask; `connected`: whether his connection is up.
  [[nodiscard]] Person person(const Here& here, Vertex i, bool connected) const {
    Person p;
    p.weekly_income = mean_wage * 12.0 / weeks_a_year * std::max<double>(income_[i], 0.01);
    p.utility = b_duty * duty_[i] + b_eff * (efficacy_[i] - 0.5) + b_trust * (trust_[i] - 0.5);
    const double paid = here.reward.at(i);
    const double fined = here.fine.at(i);
    if (paid > 0) p.utility += b_money * log_(1.0 + paid / p.weekly_income);
    if (fined > 0) p.utility += b_money * log_(1.0 + fined / p.weekly_income);
    p.utility += b_mail * here.mail.at(i) + b_canvass * here.canvass.at(i);
    p.connected = connected;
    if (p.connected && platform_[i] != 0) p.utility += b_message * here.message.at(i);
    p.hour = b_cost * (1.0 - here.relief.at(i)) * here.cost_left * busy[occupation_[i]] *
             (static_cast<Sex>(sex_[i]) == Sex::female ? busy_women.value() : 1.0);
    p.way = age_[i] >= 70 ? way_old.value() : 1.0;
    p.remote = here.remote.at(i);
    return p;
  }

  /// Hours that the matter takes resident i in one family.
  static double hours(const Occasion& o, const Person& p, double skill) {
    const double usual = o.hours + o.way * p.way + o.skill * (1.0 - skill);
    return usual + p.remote * (std::min(usual, o.remote) - usual);
  }

  void by_utility(const Week& week, const Batch& batch, Exposure& exposure) {
    const Here here(*this, week, batch.community);
    for_slots(here.docket.open, [&](unsigned s) {
      const Question asked = question(week, here.community, s);
      const Matter& matter = here.docket.slot[s];
      const auto decides = [&](Vertex i) {
        return ((franchise_.of(here.docket, i) & aware_[i] & ~acted_[i]) >> s & 1U) != 0;
      };
      draw_words(week, here.community, batch, reservation_.of_week(week, matter.announced), asked.form->key, decides,
          [&](Vertex i, std::size_t k, const Draws::Words& words) {
            const Draws::Four luck = {words[0][k], words[1][k], words[2][k], words[3][k]};
            if (!refused(week, here, asked, i, luck)) decide(week, here, asked, i, luck, i - batch.first, exposure);
          });
    });
  }

  /// How far what his neighbours were seen to do lies above what is usual here.
  [[nodiscard]] double norm_of(std::size_t c, Vertex i, std::size_t f) const {
    return norm_(i, f) - habitual_norm_(c, f);
  }
  [[nodiscard]] double stake(const Here& here, const Question& asked, Vertex i) const {
    const std::uint8_t subject = here.docket.slot[asked.slot].subject;
    return b_stake * asked.size * (subject == good_count || subject == wish_[i] ? 1.0 : s_other.value());
  }

  /// Whether resident i surely does not act this week, by a bound of his utility from above: no neighbour of his has
  /// acted, an institution surely asks, and habit is rounded up. -ln(luck) >= 1 - luck.
  [[nodiscard]] bool refused(
      const Week& week, const Here& here, const Question& asked, Vertex i, const Draws::Four& luck) const {
    if (!here.induce.alike() || here.induce.value() > 0) return false;
    const Person self = person(here, i, true);
    double most = -1e9;
    for (std::size_t f = 0; f < family_count; ++f) {
      const Occasion& o = asked.in[f];
      if (!o.possible || (f == 1 && !asked.form->online_for(access_[i], platform_[i]))) continue;
      most = std::max(most, o.constant + b_habit * bound::logit_above(propensity_(i, f)) + trace_(i, f) +
                                o.sight * norm_of(here.community, i, f) - self.hour * hours(o, self, skill_[i]));
    }
    most += self.utility + stake(here, asked, i);
    if (asked.form->money > 0) most -= b_money * log_(1.0 + asked.form->money / self.weekly_income);
    if (platform_[i] != 0) most += std::max(0.0, -b_message * here.message.at(i));  // for whom it may be down
    if (member_of_[i] != 0) most += std::max(0.0, b_ask.value());
    if (bound::softplus_above(most + bound::margin) * asked.pace >= Draws::to_uniform(~luck[0])) return false;
    const unsigned bit = 16 + asked.slot;
    const std::uint32_t* const signal = signal_.data();
    std::uint32_t around = 0;
    for (const Tie tie : asked.everywhere ? week.ties.peers(i) : week.ties.inside(i)) around |= signal[tie.to()];
    return ((around >> bit) & 1U) == 0;
  }

  /// Whether resident i acts on what is asked, and how.
  void decide(const Week& week, const Here& here, const Question& asked, Vertex i, const Draws::Four& luck,
      std::size_t r, Exposure& exposure) const {
    const std::size_t c = here.community;
    const Form& form = *asked.form;
    const double log_unasked = ask_rate >= 1.0 ? -1e9 : log_(1.0 - ask_rate);
    Person self = person(here, i, connection_.up(week, c, i));
    memberships_.each(week, c, i, [&](std::size_t k) { self.log_unasked += log_unasked_by_[k]; });
    const auto degree = [&](std::size_t l) {
      const std::span<const Tie> row = asked.everywhere ? week.ties.peers(i) : week.ties.inside(i);
      return static_cast<double>(
          std::count_if(row.begin(), row.end(), [l](Tie tie) { return static_cast<std::size_t>(tie.layer()) == l; }));
    };
    double shared = self.utility + stake(here, asked, i);
    if (form.money > 0) shared -= b_money * log_(1.0 + form.money / self.weekly_income);
    const Neighbours n = exposure.neighbours(asked.slot, r);
    for (std::size_t l = 0; l < resident_layers; ++l)
      if (n.acted[l] != 0) shared += b_now[l] * n.acted[l] / degree(l);
    const auto askers =
        static_cast<double>(persons_(week, i, asked.slot, Shown::acted, n.acted, asked.everywhere, true));
    if (const double unasked = askers * log_unasked + self.log_unasked; unasked < 0)
      shared += b_ask * (1.0 - exp_(unasked));
    const auto utility = [&](std::size_t f) {
      const Occasion& o = asked.in[f];
      const double habit = b_habit * logit(propensity_(i, f)) + trace_(i, f);
      return shared + o.constant + habit + o.sight * norm_of(c, i, f) - self.hour * hours(o, self, skill_[i]);
    };
    const bool offline_possible = asked.in[0].possible;
    const bool online_possible = asked.in[1].possible && self.connected && form.online_for(access_[i], platform_[i]);
    if (!offline_possible && !online_possible) return;
    const double u_offline = offline_possible ? utility(0) : -1e9;
    const double u_online = online_possible ? utility(1) : -1e9;
    const double u = std::max(u_offline, u_online);
    // The reservation E of the header, drawn once for a resident and a matter.
    const bool acts = softplus(u) * asked.pace > -log_(Draws::to_uniform(luck[0]));
    const double induced = here.induce.at(i);
    if (acts || (induced > 0 && Draws::to_uniform(luck[1]) < induced)) act(i, asked.slot, u_online > u_offline);
  }

  /// The luck of a resident in a matter: words for the reservation, for being induced and for keeping one's word.
  [[nodiscard]] Draws::Four words(const Week& week, std::size_t c, Vertex i, const Matter& matter) const {
    return reservation_.of_week(week, matter.announced).words(week.name(c, i), week.forms[matter.form].key);
  }

  void act(Vertex i, unsigned s, bool online) const {
    acted_[i] = static_cast<std::uint16_t>(acted_[i] | (1U << s));
    if (online) online_[i] = static_cast<std::uint16_t>(online_[i] | (1U << s));
  }

  /// The last day: commitments that are not kept fall away, the others are acts.
  void keep_commitments(const Week& week, const Batch& batch) const {
    const Docket& docket = week.dockets[batch.community];
    const auto now = static_cast<std::uint16_t>(week.tick() + 1);
    Census(batch).having(acted_.data(), docket.closing, [&](Vertex i, std::uint16_t matters) {
      for_slots(matters, [&](unsigned s) {
        const Matter& matter = docket.slot[s];
        const double kept = week.forms[matter.form].kept;
        const bool online = ((online_[i] >> s) & 1U) != 0;
        if (kept < 1.0 && Draws::to_uniform(words(week, batch.community, i, matter)[2]) >= kept) {
          acted_[i] = static_cast<std::uint16_t>(acted_[i] & ~(1U << s));
          online_[i] = static_cast<std::uint16_t>(online_[i] & ~(1U << s));
        } else if (week.forms[matter.form].is_participation) {
          last_act_(i, online ? 1 : 0) = now;
        }
      });
    });
  }

  void by_threshold(const Week& week, const Batch& batch, Exposure& exposure) {
    const std::size_t c = batch.community;
    const Docket& docket = week.dockets[c];
    const bool mixing = threshold_over == ThresholdOver::community;
    acts_.clear_block(batch.block);
    const std::span<std::int64_t> acts = acts_.block(batch.block);
    const Luck::Drawn instigates = instigates_(week);
    const Luck::Drawn thresholds = thresholds_(week);
    for (const Vertex i : batch) {
      const auto candidates =
          static_cast<std::uint16_t>(franchise_.of(docket, i) & docket.open & aware_[i] & ~acted_[i]);
      if (candidates != 0) {
        const Name name = week.name(c, i);
        const bool instigator = instigates.chance(instigators, name);
        const double threshold = instigator ? 0.0 : threshold_mean + threshold_sd * thresholds.normal(name);
        for_slots(candidates, [&](unsigned s) {
          double others = share_[c * slot_count + s];
          if (!mixing) {
            const Neighbours n = exposure.neighbours(s, i - batch.first);
            std::uint32_t acted = 0;
            for (const std::uint16_t a : n.acted) acted += a;
            const bool everywhere = ((docket.national >> s) & 1U) != 0;
            const std::size_t degree = everywhere ? week.ties.peers(i).size() : week.ties.inside(i).size();
            others = degree == 0 ? 0.0 : static_cast<double>(acted) / static_cast<double>(degree);
          } else if (docket.slot[s].opens == week.number()) {
            others = 0;  // nobody has acted yet; the slot's last matter left its share behind
          }
          const bool online = !week.forms[docket.slot[s].form].offline;
          if (others >= threshold &&
              (!online ||
                  (week.forms[docket.slot[s].form].online_for(access_[i], platform_[i]) && connection_.up(week, c, i))))
            act(i, s, online);
        });
      }
      for_slots(static_cast<std::uint16_t>(acted_[i] & docket.open), [&](unsigned s) { ++acts[s]; });
    }
  }

  Tally acts_{slot_count};
  std::vector<double> share_;           ///< threshold rule: share of each community that acted, by slot, last week
  std::vector<double> shift_;           ///< by form: what its baseline has added to b_form
  std::vector<double> size_of_budget_;  ///< size_k of a vote on the budget, by community; made by `prepare`
  std::vector<double> log_unasked_by_;  ///< by institution, made anew every week
};

}  // namespace

std::unique_ptr<Mechanism> make_participation() { return std::make_unique<Participation>(); }

}  // namespace kurultai
