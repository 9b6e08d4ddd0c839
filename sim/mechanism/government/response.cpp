// response: matters that close get an outcome (MODEL 7.9; T3, D2, D9, R1, R6, R7, P1, P2).
//
//   answering_j = min(1, responsiveness_j akim_j staff_j) min(1, 1 / workload_j) R_j / (R_j + R_0) (autonomy_j + (1 -
//   autonomy_j) above) workload_j  = (matters a year + appeal_work appeals a head and year) / (capacity_j competence_j
//   / 0.5) staff_j     = max(0, 1 + b_staff (job satisfaction_j - usual))
//
// akim_j: the akim's own factor (`office`); R: budget a head; matters a year: those of the local forms that communities
// of this type hold, and whose members it has; an election of the akim where he is elected. National matters do not
// come to the akimat. Staff grow with the population, so appeals are counted a head. A matter within the akimat's
// powers (share `autonomy`) is decided here, the rest above, where a local matter is answered `above` times as often. A
// matter below its quorum fails; one in which nobody may take part, and an election, have no outcome. Besides the
// answer:
//
//   budget     the mix that its voters wished for is left for the participatory share
//   funds      if quorate: acts (money + in_kind hourly wage kind_value) / population joins the budget of the good it
//              is about (of all goods, by participants' wishes), times 1 + akimat.matching if the matter is answered
//   oversight  watched_j = share of the eligible who took part; `spending` reads it
//   support    who knew of the matter has heard of the programme; each year a share `forget` forgets it
//
// Those who took part are paid participation.reward by the republic when the matter closes, which pays the matching
// too. Limits: an outcome is yes or no, in the week a matter closes; what is given is at once in the budget.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "mechanism/kit/acts.h"
#include "mechanism/kit/akimat_style.h"
#include "mechanism/kit/census.h"
#include "mechanism/kit/membership.h"
#include "mechanism/kit/money.h"
#include "mechanism/kit/offers.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Response final : public Mechanism {
 public:
  Response()
      : Mechanism({.name = "response",
            .meaning = "closed matters are answered or ignored",
            .source = "MODEL 7.9; T3, D2, D9, R1, R6, R7, P1, P2, Q3, Q4",
            .phase = Phase::response}) {
    observe({.name = "answered",
        .meaning = "share of recent matters answered, mean over adults",
        .source = "D3, I1",
        .community = over_adults_of(adults_, answered_)});
    observe({.name = "given",
        .unit = "tenge a head and year",
        .meaning = "what residents gave for public goods in money and work, of late; mean over residents",
        .source = "R7, P8",
        .community = [this](const Week& week, std::size_t c, std::size_t) {
          const double people = week.first[c + 1] - week.first[c];
          return SeriesSpec::Ratio{1000.0 * given_[c] * people, people};
        }});
    observe({.name = "budget_watched",
        .meaning = "share of members of oversight bodies who took part in the last review of the budget; mean over "
                   "communities, 0 where there was none",
        .source = "D2, R3",
        .least_scale = 0.2,
        .community = [this](const Week&, std::size_t c, std::size_t) { return SeriesSpec::Ratio{watched_[c], 1.0}; }});
    observe({.name = "programme_awareness",
        .meaning = "share of the eligible who have heard of the support programme",
        .source = "R6",
        .by_form = true,
        .residents = heard_of_programme(),
        .of = SeriesSpec::Of::counted});
  }

  Real r0{*this, "resources_0", 20, {0, 1e6}, "budget a head at which half of what is possible is possible",
      "D9; assumption", {.symbol = "R_0", .unit = "thousand tenge a head and year"}};
  Real above{*this, "above", 0.5, {0, 1}, "how often a matter decided above is answered, relative to one decided here",
      "R1; assumption"};
  Real b_staff{*this, "b_staff", 0.5, {0, 10},
      "how much more responsive staff are by full job satisfaction beyond the usual", "Q3, Q4, P2; assumption"};
  Real memory{*this, "memory", 0.1, {0, 1}, "weight of the last matter in the share answered", "assumption",
      {.unit = "per matter"}};

  Real appeal_work{*this, "appeal_work", 20, {0, 1e4},
      "matters a year that are as much work as one appeal of each resident a year", "P2; assumption",
      {.unit = "matters per appeal a head"}};
  Real kind_value{*this, "kind_value", 0.5, {0, 10},
      "what an hour of residents' work is worth to the budget, in the community's mean wage",
      "R7; assumption: unskilled", {.unit = "hourly wages"}};
  Real forget{*this, "forget", 0.2, {0, 1}, "share of those who heard of a support programme who forget it",
      "R6; assumption", {.unit = "per year"}};

  void prepare(const Week& week) override {
    const std::size_t communities = week.communities();
    const std::size_t forms = week.forms.size();
    tally_.prepare(communities, week.blocks);
    voted_.fill(0.0);
    cofinanced_.fill(0.0);
    given_.fill(0.0);
    watched_.fill(0.0);
    programmes_.fill(0);
    const std::vector<std::size_t> support = kurultai::programmes(week.forms);
    programme_count_ = support.size();
    ensure(programme_count_ <= most_programmes, "a model with too many support programmes was refused");
    programme_of_.assign(forms, none);
    for (std::size_t k = 0; k < support.size(); ++k) programme_of_[support[k]] = static_cast<std::uint8_t>(k);
    hourly_wage_ = weights_->mean_wage * 12.0 / weeks_a_year / 40.0;
    count_matters(week);
    for (std::size_t c = 0; c < communities; ++c) {
      answering_[c] = answering(c);
      answered_[c] = answering_[c];
    }
  }

  void begin(const Week& week) override {
    for (std::size_t c = 0; c < week.communities(); ++c) {
      answering_[c] = answering(c);
      given_[c] -= given_[c] / weeks_a_half_year;
    }
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.dockets[community].closing != 0 || forgets(week, community);
  }
  [[nodiscard]] bool moves(const Week& week, std::size_t community) const override {
    return forgets(week, community) || of_programmes(week.dockets[community]) != 0;
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const Docket& docket = week.dockets[batch.community];
    if (forgets(week, batch.community)) forget_programmes(week, batch);
    if (docket.closing == 0) return;
    tally_.clear_block(batch.block);
    const Census people(batch);
    const std::span<std::int64_t> sum = tally_.block(batch.block);
    count_eligible(docket, people, sum);
    for_slots(docket.closing,
        [&](unsigned s) { sum[s * fields + aware] = people.sum([&](Vertex i) { return (aware_[i] >> s) & 1U; }); });
    const Lever::Here paid = reward_.here(batch.community);
    people.having(acted_.data(), docket.closing, [&](Vertex i, std::uint16_t matters) {
      const std::int64_t each = money_ ? whole_tenge(paid.at(i)) : 0;
      for_slots(matters, [&](unsigned s) {
        ++sum[s * fields + acted + wish_[i]];
        sum[s * fields + rewarded] += each;
      });
    });
    people.having(aware_.data(), of_programmes(docket), [&](Vertex i, std::uint16_t matters) {
      for_slots(matters, [&](unsigned s) {
        programmes_[i] = static_cast<std::uint8_t>(programmes_[i] | (1U << programme_of_[docket.slot[s].form]));
      });
    });
  }

  void end(const Week& week) override {
    std::array<std::int64_t, slot_count * fields> sum{};
    const Luck::Drawn luck = answers_(week);
    for (std::size_t c = 0; c < week.communities(); ++c) {
      Docket& docket = dockets_[c];
      if (docket.closing == 0) continue;
      tally_.community(c, sum);
      const double people = week.first[c + 1] - week.first[c];
      for_slots(docket.closing, [&](unsigned s) {
        Matter& matter = docket.slot[s];
        const Form& form = week.forms[matter.form];
        const std::span<const std::int64_t> counts(&sum[s * fields], fields);
        std::int64_t acts = 0;
        for (std::size_t g = 0; g < good_count; ++g) acts += counts[acted + g];
        matter.eligible = static_cast<std::uint32_t>(counts[eligible]);
        matter.aware = static_cast<std::uint32_t>(counts[aware]);
        matter.acted = static_cast<std::uint32_t>(acts);
        if (counts[rewarded] > 0)
          payments_.earmark(c, Flow::reward, static_cast<double>(counts[rewarded]) * weight_of_resident(week, c));
        if (matter.eligible == 0 || (form.decides == Decides::office)) return;
        const bool quorate = static_cast<double>(acts) >= form.quorum * people;
        const bool yes = quorate && luck.chance(answering_[c], week.name_of_community(c), form.key);
        matter.outcome = yes ? Outcome::answered : Outcome::ignored;
        double& answered = answered_[c];
        answered += memory * ((yes ? 1.0 : 0.0) - answered);
        if (form.decides == Decides::oversight)
          watched_[c] = static_cast<double>(acts) / static_cast<double>(matter.eligible);
        if (acts == 0 || !quorate) return;
        if (form.decides == Decides::budget)
          for (std::size_t g = 0; g < good_count; ++g)
            voted_(c, g) = static_cast<double>(counts[acted + g]) / static_cast<double>(acts);
        if (form.decides == Decides::funds) collect(week, c, matter, counts.subspan(acted), people);
      });
    }
  }

 private:
  /// Of those whom a support programme is for: who has heard of it, and all.
  std::shared_ptr<const ResidentCount> heard_of_programme() const {
    ResidentCount count{.lanes = 2, .reads = {&occupation_, &programmes_}};
    count.applies = [this](std::size_t form) { return programme_of_[form] != none; };
    count.fill = [this](const Week& week, const Block& block, std::size_t form, const ResidentCount::Lanes& lanes) {
      const Form& programme = week.forms[form];
      const unsigned place = programme_of_[form];
      for (Vertex i = block.first; i < block.last; ++i) {
        const unsigned one_of_them = (programme.children || franchise_.adult(i) ? 1U : 0U) &
                                     (static_cast<unsigned>(programme.occupations) >> occupation_[i]);
        lanes[0][i - block.first] = static_cast<std::uint16_t>(one_of_them & (programmes_[i] >> place));
        lanes[1][i - block.first] = static_cast<std::uint16_t>(one_of_them);
      }
    };
    return std::make_shared<const ResidentCount>(std::move(count));
  }

  Read<std::uint16_t> aware_{*this, &Residents::aware};
  Read<std::uint16_t> acted_{*this, &Residents::acted};
  Read<std::uint8_t> wish_{*this, &Residents::wish};
  Read<std::uint8_t> occupation_{*this, &Residents::occupation};
  Franchise franchise_{*this};
  Read<std::uint32_t> adults_{*this, &Akimats::adults};
  Read<double> appeals_{*this, &Akimats::appeals, at_start};
  Read<double> akim_factor_{*this, &Akimats::akim_factor, at_start};
  Read<double> job_satisfaction_{*this, &Akimats::job_satisfaction, as_given};
  Read<double> usual_job_satisfaction_{*this, &Akimats::usual_job_satisfaction, as_given};
  Read<double> means_{*this, &Akimats::means, at_start};
  KindsWithMembers with_members_{*this, as_given};
  Responsiveness responsiveness_{*this, at_start};
  Competence competence_{*this, at_start};
  Autonomy autonomy_{*this, as_given};
  Elects elects_{*this};
  ReadLever capacity_{*this, &Practice::capacity};
  ReadLever matching_{*this, &Practice::matching, "form.*.decides=funds"};
  ReadLever reward_{
      *this, &Rewards::reward, "participation.enabled=true and budget.enabled=true and form.*.standing=false"};
  Uses<DecisionWeights> weights_{*this};
  Switch money_{*this, MechanismName::budget};
  Payments payments_{*this};
  WriteDockets dockets_{*this};
  Write<double> answering_{*this, &Akimats::answering, at_start};
  Write<double> workload_{*this, &Akimats::workload, at_start};
  Write<double> voted_{*this, &Akimats::voted, at_start};
  Write<double> cofinanced_{*this, &Akimats::cofinanced, at_start};
  Write<double> given_{*this, &Akimats::given, at_start};
  Write<double> watched_{*this, &Akimats::watched, at_start};
  Write<std::uint8_t> programmes_{*this, &Residents::programmes, at_start};
  Add<double> answered_{*this, &Akimats::answered, at_start};
  Luck answers_{*this, "whether a matter is answered", Luck::communities, Luck::weekly, Luck::by_form};
  Luck forgets_{*this, "who forgets the k-th programme", Luck::residents, Luck::weekly, most_programmes};

  static constexpr std::size_t eligible = 0, aware = 1, rewarded = 2, acted = 3, fields = 3 + good_count;

  static constexpr std::uint8_t none = 0xff;

  /// Who may take part in the matters that close.
  void count_eligible(const Docket& docket, const Census& people, std::span<std::int64_t> sum) const {
    const auto alike = people.by<Franchise::kinds>([&](Vertex i) { return franchise_.kind(i); });
    const auto may = Franchise::by_kind(docket);
    for_slots(docket.closing, [&](unsigned s) {
      for (std::size_t k = 0; k < Franchise::kinds; ++k)
        if (((may[k] >> s) & 1U) != 0) sum[s * fields + eligible] += alike[k];
    });
    franchise_.each_of_members(docket, people, docket.closing,
        [&](Vertex, std::uint16_t matters) { for_slots(matters, [&](unsigned s) { ++sum[s * fields + eligible]; }); });
  }

  /// Matters a year in each community, by the forms that it holds; national ones do not come to it.
  void count_matters(const Week& week) {
    const std::size_t forms = week.forms.size();
    std::vector<double> a_year(forms, 0.0);
    for (std::size_t f = 0; f < forms; ++f)
      if (week.forms[f].period > 0) a_year[f] = weeks_a_year / static_cast<double>(week.forms[f].period);
    // A form that follows another comes as often; chains are at most as long as there are forms.
    for (std::size_t round = 0; round < forms; ++round)
      for (std::size_t f = 0; f < forms; ++f)
        if (week.forms[f].period == 0 && week.forms[f].follows >= 0)
          a_year[f] = a_year[static_cast<std::size_t>(week.forms[f].follows)];
    std::vector<std::uint16_t> kinds;
    with_members_.count(week, kinds);
    matters_.assign(week.communities(), 0.0);
    elections_.assign(week.communities(), 0.0);
    for (std::size_t f = 0; f < forms; ++f) {
      const Form& form = week.forms[f];
      if (form.national) continue;
      std::vector<double>& load = form.decides == Decides::office ? elections_ : matters_;
      for (std::size_t c = 0; c < load.size(); ++c)
        if (form.held_in(week.place(c).type) && (!form.members || (form.kinds & kinds[c]) != 0)) load[c] += a_year[f];
    }
  }

  /// Matters of support programmes that close.
  [[nodiscard]] std::uint16_t of_programmes(const Docket& docket) const {
    return closing_of(docket, [&](std::size_t form) { return programme_of_[form] != none; });
  }

  /// Whether this is the week of the year in which a community forgets some of what it has heard of programmes.
  [[nodiscard]] bool forgets(const Week& week, std::size_t c) const {
    return programme_count_ != 0 && week.due(c, weeks_a_year);
  }
  void forget_programmes(const Week& week, const Batch& batch) const {
    const Luck::Drawn luck = forgets_(week);
    for (const Vertex i : batch)
      if (programmes_[i] != 0)
        for (unsigned k = 0; k < programme_count_; ++k)
          if (((programmes_[i] >> k) & 1U) != 0 && luck.chance(forget, week.name(batch.community, i), k))
            programmes_[i] = static_cast<std::uint8_t>(programmes_[i] & ~(1U << k));
  }

  /// What participants give joins the budget: `by_wish` are their numbers by the good they wish for.
  void collect(const Week& week, std::size_t c, const Matter& matter, std::span<const std::int64_t> by_wish,
      double people) const {
    const Form& form = week.forms[matter.form];
    const double each = form.money + form.in_kind * hourly_wage_ * week.place(c).income * kind_value;
    const double own = static_cast<double>(matter.acted) * each / people / 1000.0;  // thousand tenge a head
    given_[c] += 2.0 * own;  // a rate a year, over about half a year
    const double matched = matter.outcome == Outcome::answered ? matching_[c] : 0.0;
    const double all = own * (1.0 + matched);
    if (money_) {
      const Ledger::Account budget{Level::community, c};
      const double tenge = 1000.0 * own * inhabitants(week, c);
      payments_.receive(budget, Flow::gift, whole_tenge(tenge));
      payments_.pay({Level::republic, 0}, budget, Flow::programme, whole_tenge(tenge * matched));
    }
    for (std::size_t g = 0; g < good_count; ++g) {
      const double share = matter.subject == good_count
                               ? static_cast<double>(by_wish[g]) / static_cast<double>(matter.acted)
                               : (matter.subject == g ? 1.0 : 0.0);
      cofinanced_(c, g) += share * all;
    }
  }

  static constexpr double most_work = 10.0;  ///< workload beyond which it makes no difference

  [[nodiscard]] double answering(std::size_t c) const {
    const double resources = means_[c];
    const double load = matters_[c] + (elects_(c) ? elections_[c] : 0.0) + appeal_work * appeals_[c];
    const double able = capacity_[c] * competence_(c) / 0.5;
    workload_[c] = load <= 0 ? 0.0 : std::min(most_work, able > 0 ? load / able : most_work);
    const double handled = load <= 0 ? 1.0 : std::min(1.0, able / load);
    const double staff = std::max(0.0, 1.0 + b_staff * (job_satisfaction_[c] - usual_job_satisfaction_[c]));
    const double means = resources + r0 <= 0 ? 0.0 : resources / (resources + r0);
    return std::min(1.0, responsiveness_(c) * akim_factor_[c] * staff) * handled * means *
           (autonomy_(c) + (1.0 - autonomy_(c)) * above);
  }

  Tally tally_{slot_count * fields};
  std::vector<double> matters_;    ///< a year, by community; without elections of the akim
  std::vector<double> elections_;  ///< of the akim a year, where he is elected
  std::size_t programme_count_ = 0;
  std::vector<std::uint8_t> programme_of_;  ///< by form: its bit in Residents::programmes
  double hourly_wage_ = 0;                  ///< tenge, of a national mean wage
};

}  // namespace

std::unique_ptr<Mechanism> make_response() { return std::make_unique<Response>(); }

}  // namespace kurultai
