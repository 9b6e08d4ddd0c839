// response: matters that close get an outcome (MODEL 6; T3, D2, D9, R1, R6, R7, P1, P2).
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
//   is about
//              (of all goods, by participants' wishes), times 1 + akimat.matching if the matter is answered
//   oversight  watched_j = share of the eligible who took part; `spending` reads it
//   support    who knew of the matter has heard of the programme; each year a share `forget` forgets it
//
// Those who took part are paid participation.reward by the republic when the matter closes, which pays the matching
// too. Limits: an outcome is yes or no, in the week a matter closes; what is given is at once in the budget.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "mechanism/conduct.h"
#include "mechanism/list.h"
#include "mechanism/membership.h"
#include "mechanism/money.h"
#include "mechanism/programme.h"
#include "mechanism/setting.h"

namespace kurultai {
namespace {

class Response final : public Mechanism {
 public:
  Response()
      : Mechanism({.name = "response",
            .meaning = "closed matters are answered or ignored",
            .source = "MODEL 6; T3, D2, D9, R1, R6, R7, P1, P2, Q3, Q4",
            .phase = Phase::response,
            .reads = {"aware", "acted", "wish", "appeals", "akim_factor", "job_satisfaction", "usual_job_satisfaction",
                "means", "kind", "community", "members", "adults", "age", "member_of", "occupation", "own_autonomy",
                "own_competence", "own_responsiveness"},
            .writes = {"answering", "workload", "voted", "cofinanced", "given", "watched", "programmes"},
            .adds = {"answered"},
            .levers = {"akimat.responsiveness", "akimat.capacity", "akimat.competence", "akimat.autonomy",
                "akimat.elected if form.*.decides=office", "akimat.matching if form.*.decides=funds",
                "participation.reward if participation.enabled=true and budget.enabled=true and "
                "form.*.standing=false"}}) {
    observe({.name = "answered",
        .meaning = "share of recent matters answered, mean over adults",
        .source = "D3, I1",
        .community = over_adults(&Akimats::answered)});
    observe({.name = "given",
        .unit = "tenge a head and year",
        .meaning = "what residents gave for public goods in money and work, of late; mean over residents",
        .source = "R7, P8",
        .community = [](const World& world, std::size_t c, std::size_t) {
          const double people = world.society.first[c + 1] - world.society.first[c];
          return SeriesSpec::Ratio{1000.0 * world.akimats.given[c] * people, people};
        }});
    observe({.name = "budget_watched",
        .meaning = "share of members of oversight bodies who took part in the last review of the budget; mean over "
                   "communities, 0 where there was none",
        .source = "D2, R3",
        .least_scale = 0.2,
        .community = [](const World& world, std::size_t c, std::size_t) {
          return SeriesSpec::Ratio{world.akimats.watched[c], 1.0};
        }});
    observe({.name = "programme_awareness",
        .meaning = "share of the eligible who have heard of the support programme",
        .source = "R6",
        .by_form = true,
        .residents =
            [this](const World& world, const Block& block, std::size_t form, auto heard, auto all) {
              const Residents& r = world.residents();
              const Programme& programme = programmes_[programme_of_[form]];
              for (Vertex i = block.first; i < block.last; ++i) {
                if ((!programme.children && !r.adult(i)) || ((programme.occupations >> r.occupation[i]) & 1U) == 0)
                  continue;
                all[i - block.first] = 1;
                heard[i - block.first] = (r.programmes[i] >> programme_of_[form]) & 1U;
              }
            },
        .happens = [this](const World&, std::size_t, std::size_t form) { return programme_of_[form] != none; }});
  }

  Real r0{*this,
      {.name = "resources_0",
          .symbol = "R_0",
          .unit = "thousand tenge a head and year",
          .meaning = "budget a head at which half of what is possible is possible",
          .source = "D9; assumption"},
      20, {0, 1e6}};
  Real above{*this,
      {.name = "above",
          .meaning = "how often a matter decided above is answered, relative to one decided here",
          .source = "R1; assumption"},
      0.5, {0, 1}};
  Real b_staff{*this,
      {.name = "b_staff",
          .meaning = "how much more responsive staff are by full job satisfaction beyond the usual",
          .source = "Q3, Q4, P2; assumption"},
      0.5, {0, 10}};
  Real memory{*this,
      {.name = "memory",
          .unit = "per matter",
          .meaning = "weight of the last matter in the share answered",
          .source = "assumption"},
      0.1, {0, 1}};

  Real appeal_work{*this,
      {.name = "appeal_work",
          .unit = "matters per appeal a head",
          .meaning = "matters a year that are as much work as one appeal of each resident a year",
          .source = "P2; assumption"},
      20, {0, 1e4}};
  Real kind_value{*this,
      {.name = "kind_value",
          .unit = "hourly wages",
          .meaning = "what an hour of residents' work is worth to the budget, in the community's mean wage",
          .source = "R7; assumption: unskilled"},
      0.5, {0, 10}};
  Real forget{*this,
      {.name = "forget",
          .unit = "per year",
          .meaning = "share of those who heard of a support programme who forget it",
          .source = "R6; assumption"},
      0.2, {0, 1}};

  void prepare(World& world) override {
    const std::size_t communities = world.society.communities();
    const std::size_t forms = world.forms.size();
    tally_.prepare(communities, world.blocks);
    Akimats& a = world.akimats;
    a.voted.fill(0.0);
    a.cofinanced.fill(0.0);
    a.given.fill(0.0);
    a.watched.fill(0.0);
    world.residents().programmes.fill(0);
    form_key_.clear();
    programmes_ = programmes(world);
    ensure(programmes_.size() <= most_programmes, "a model with too many support programmes was refused");
    programme_of_.assign(forms, none);
    for (std::size_t k = 0; k < programmes_.size(); ++k)
      programme_of_[programmes_[k].form] = static_cast<std::uint8_t>(k);
    for (std::size_t f = 0; f < forms; ++f)
      form_key_.push_back(static_cast<std::uint32_t>(key_of(world.forms[f].name())));
    pays_ = setting<Flag>(world, "budget.enabled");
    reward_ = &setting<Lever>(world, "participation.reward");
    hourly_wage_ = setting<Real>(world, "participation.mean_wage") * 12.0 / 52.0 / 40.0;
    count_matters(world);
    for (std::size_t c = 0; c < communities; ++c) {
      a.answering[c] = answering(world, c);
      a.answered[c] = a.answering[c];
    }
  }

  void begin(World& world) override {
    for (std::size_t c = 0; c < world.dockets.size(); ++c) {
      world.akimats.answering[c] = answering(world, c);
      world.akimats.given[c] -= world.akimats.given[c] / 26.0;
    }
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.dockets[community].closing != 0 || (!programmes_.empty() && world.due(community, 52));
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const Docket& docket = world.dockets[block.community];
    if (!programmes_.empty() && world.due(block.community, 52)) forget_programmes(world, block);
    if (docket.closing == 0) return;
    tally_.clear_block(block.index);
    const std::span<std::int64_t> sum = tally_.block(block.index);
    const std::uint16_t support = closing_of(docket, [&](std::size_t form) { return programme_of_[form] != none; });
    for (Vertex i = block.first; i < block.last; ++i) {
      for_slots(static_cast<std::uint16_t>(docket.eligible(r, i) & docket.closing),
          [&](unsigned s) { ++sum[s * fields + eligible]; });
      for_slots(
          static_cast<std::uint16_t>(r.aware[i] & docket.closing), [&](unsigned s) { ++sum[s * fields + aware]; });
      for_slots(static_cast<std::uint16_t>(r.acted[i] & docket.closing),
          [&](unsigned s) { ++sum[s * fields + acted + r.wish[i]]; });
      if (pays_ && (r.acted[i] & docket.closing) != 0) {
        const std::int64_t each = whole_tenge(reward_->at(block.community, i));
        for_slots(static_cast<std::uint16_t>(r.acted[i] & docket.closing),
            [&](unsigned s) { sum[s * fields + rewarded] += each; });
      }
      for_slots(static_cast<std::uint16_t>(r.aware[i] & support), [&](unsigned s) {
        r.programmes[i] = static_cast<std::uint8_t>(r.programmes[i] | (1U << programme_of_[docket.slot[s].form]));
      });
    }
  }

  void end(World& world) override {
    std::array<std::int64_t, slot_count * fields> sum{};
    const Draws draws = world.draws(stream());
    for (std::size_t c = 0; c < world.dockets.size(); ++c) {
      Docket& docket = world.dockets[c];
      if (docket.closing == 0) continue;
      tally_.community(c, sum);
      const double people = world.society.first[c + 1] - world.society.first[c];
      for_slots(docket.closing, [&](unsigned s) {
        Matter& matter = docket.slot[s];
        const FormSpec& form = world.forms[matter.form];
        const std::span<const std::int64_t> counts(&sum[s * fields], fields);
        std::int64_t acts = 0;
        for (std::size_t g = 0; g < good_count; ++g) acts += counts[acted + g];
        matter.eligible = static_cast<std::uint32_t>(counts[eligible]);
        matter.aware = static_cast<std::uint32_t>(counts[aware]);
        matter.acted = static_cast<std::uint32_t>(acts);
        if (counts[rewarded] > 0)
          earmark(world, c, Flow::reward, static_cast<double>(counts[rewarded]) * weight_of_resident(world, c));
        if (matter.eligible == 0 || form.decides.is("office")) return;
        const bool quorate = static_cast<double>(acts) >= form.quorum * people;
        const bool yes = quorate && draws.chance(world.akimats.answering[c], {world.society.key[c], 0xffffffffU},
                                        form_key_[matter.form]);
        matter.outcome = yes ? Outcome::answered : Outcome::ignored;
        double& answered = world.akimats.answered[c];
        answered += memory * ((yes ? 1.0 : 0.0) - answered);
        if (form.decides.is("oversight"))
          world.akimats.watched[c] = static_cast<double>(acts) / static_cast<double>(matter.eligible);
        if (acts == 0 || !quorate) return;
        if (form.decides.is("budget"))
          for (std::size_t g = 0; g < good_count; ++g)
            world.akimats.voted(c, g) = static_cast<double>(counts[acted + g]) / static_cast<double>(acts);
        if (form.decides.is("funds")) collect(world, c, matter, counts.subspan(acted), people);
      });
    }
  }

 private:
  static constexpr std::size_t eligible = 0, aware = 1, rewarded = 2, acted = 3, fields = 3 + good_count;

  static constexpr std::uint8_t none = 0xff;

  /// Matters a year in each community, by the forms that it holds; national ones do not come to it.
  void count_matters(const World& world) {
    const std::size_t forms = world.forms.size();
    std::vector<double> a_year(forms, 0.0);
    std::vector<std::size_t> before(forms, forms);  // the form it follows
    for (std::size_t f = 0; f < forms; ++f) {
      const FormSpec& form = world.forms[f];
      if (form.standing) continue;
      if (form.period > 0) a_year[f] = 52.0 / static_cast<double>(form.period);
      for (std::size_t g = 0; g < forms; ++g)
        if (world.forms.key(g) == form.follows.value()) before[f] = g;
    }
    // A form that follows another comes as often; chains are at most as long as there are forms.
    for (std::size_t round = 0; round < forms; ++round)
      for (std::size_t f = 0; f < forms; ++f)
        if (world.forms[f].period == 0 && before[f] < forms) a_year[f] = a_year[before[f]];
    const std::vector<std::uint16_t> kinds = kinds_with_members(world);
    matters_.assign(world.society.communities(), 0.0);
    elections_.assign(world.society.communities(), 0.0);
    for (std::size_t f = 0; f < forms; ++f) {
      const FormSpec& form = world.forms[f];
      if (form.scope.is("national")) continue;
      std::vector<double>& load = form.decides.is("office") ? elections_ : matters_;
      for (std::size_t c = 0; c < load.size(); ++c)
        if (form.held_in(world.society.country.communities[c].type) &&
            (!form.eligible.is("members") || (form.kinds() & kinds[c]) != 0))
          load[c] += a_year[f];
    }
  }

  void forget_programmes(World& world, const Block& block) const {
    Residents& r = world.residents();
    const Draws draws = world.draws(stream());
    for (Vertex i = block.first; i < block.last; ++i)
      if (r.programmes[i] != 0)
        for (unsigned k = 0; k < programmes_.size(); ++k)
          if (((r.programmes[i] >> k) & 1U) != 0 && draws.chance(forget, world.society.name(block.community, i), k))
            r.programmes[i] = static_cast<std::uint8_t>(r.programmes[i] & ~(1U << k));
  }

  /// What participants give joins the budget: `by_wish` are their numbers by the good they wish for.
  void collect(
      World& world, std::size_t c, const Matter& matter, std::span<const std::int64_t> by_wish, double people) const {
    const FormSpec& form = world.forms[matter.form];
    const double each =
        form.money + form.in_kind * hourly_wage_ * world.society.country.communities[c].income * kind_value;
    const double own = static_cast<double>(matter.acted) * each / people / 1000.0;  // thousand tenge a head
    world.akimats.given[c] += 2.0 * own;  // a rate a year, over about half a year
    const double matched = matter.outcome == Outcome::answered ? world.practice.matching[c] : 0.0;
    const double all = own * (1.0 + matched);
    if (pays_) {
      const Ledger::Account budget{Level::community, c};
      const double tenge = 1000.0 * own * inhabitants(world, c);
      world.ledger.receive(budget, Flow::gift, whole_tenge(tenge));
      world.ledger.pay({Level::republic, 0}, budget, Flow::programme, whole_tenge(tenge * matched));
    }
    for (std::size_t g = 0; g < good_count; ++g) {
      const double share = matter.subject == good_count
                               ? static_cast<double>(by_wish[g]) / static_cast<double>(matter.acted)
                               : (matter.subject == g ? 1.0 : 0.0);
      world.akimats.cofinanced(c, g) += share * all;
    }
  }

  static constexpr double most_work = 10.0;  ///< workload beyond which it makes no difference

  [[nodiscard]] double answering(World& world, std::size_t c) const {
    const Practice& practice = world.practice;
    const double resources = world.akimats.means[c];
    const double load = matters_[c] + (elects(world, c) ? elections_[c] : 0.0) + appeal_work * world.akimats.appeals[c];
    const double able = practice.capacity[c] * competence(world, c) / 0.5;
    world.akimats.workload[c] = load <= 0 ? 0.0 : std::min(most_work, able > 0 ? load / able : most_work);
    const double handled = load <= 0 ? 1.0 : std::min(1.0, able / load);
    const double staff =
        std::max(0.0, 1.0 + b_staff * (world.akimats.job_satisfaction[c] - world.akimats.usual_job_satisfaction[c]));
    const double means = resources + r0 <= 0 ? 0.0 : resources / (resources + r0);
    return std::min(1.0, responsiveness(world, c) * world.akimats.akim_factor[c] * staff) * handled * means *
           (autonomy(world, c) + (1.0 - autonomy(world, c)) * above);
  }

  Tally tally_{slot_count * fields};
  std::vector<double> matters_;    ///< a year, by community; without elections of the akim
  std::vector<double> elections_;  ///< of the akim a year, where he is elected
  std::vector<Programme> programmes_;
  std::vector<std::uint8_t> programme_of_;  ///< by form: its bit in Residents::programmes
  double hourly_wage_ = 0;                  ///< tenge, of a national mean wage
  bool pays_ = false;                       ///< whether there is public money
  const Lever* reward_ = nullptr;           ///< participation.reward
  std::vector<std::uint32_t> form_key_;
};

}  // namespace

std::unique_ptr<Mechanism> make_response() { return std::make_unique<Response>(); }

}  // namespace kurultai
