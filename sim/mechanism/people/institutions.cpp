// institutions: civil institutions as agents that recruit, lose members, earn and spend, succeed or fail (MODEL 7.25;
// D2, R3, R5). Every fourth week, communities in turn; per institution k of kind q in community j:
//
//   applies     rate_ik = appeal_k recruiting_j (activity_k / usual) exp(member_duty duty_i) (1 + pull x_iq)
//   leaves      rate_k  = leave / 13 exp(l_success (usual_success - success) + l_idle max(0, 1 - activity / usual))
//   success     <- success + s_rate (answered_j - success)
//   money       <- (1 - spend) money + (dues_q members + support_qj usual_members) / 13,      S = 13 spend money /
//   usual_members activity    <- activity + a_rate (A - activity), at most (1 - closed_j) A, where logit A     =
//   logit(usual) + g_success (success - usual_success) + g_members (members / usual_members - 1)
//                 + g_money ln((S + volunteer) / (dues_q + volunteer))
//   logit C     = logit(society.credibility_q) + c_success (success - usual_success) + c_open (openness_j - openness_0)
//   credibility <- credibility + c_rate (C - credibility)
//   capacity    = society.outreach_q members activity / usual
//
// x_iq: share of i's neighbours in the community who are members of the kind. Who applies within four weeks joins;
// councils and oversight commissions have a fixed number of seats, for which the quickest applicants are taken. Only
// farmers and entrepreneurs join a cooperative. Delegates of the assembly are elected every `term` years, and for the
// rest of it where one dies; their odds rise with civic duty, as at the start. Nobody joins a kind of which he is a
// member, nor two institutions that he was not in at the start. `appeal` is such that at the start as many join as
// leave or die: so nothing moves of itself. A resident LSG body (R5) can be founded where there is none: its first
// members are the dutiful, and it speaks for them (hearing) and tells them (information). Limits: institutions do not
// compete for members or money; who dies is noticed within four weeks; mobile groups and the platform have no members.
#include <algorithm>
#include <array>
#include <iterator>

#include "base/elementary.h"
#include "base/parallel.h"
#include "mechanism/kit/akimat_style.h"
#include "mechanism/kit/many.h"
#include "mechanism/kit/membership.h"
#include "mechanism/kit/money.h"
#include "mechanism/mechanism.h"
#include "society/sampling.h"

namespace kurultai {
namespace {

constexpr std::uint32_t interval = weeks_a_month;  // between two turns of a community
constexpr double turns = months_a_year;            // turns a year
constexpr std::size_t kinds = member_kinds;

/// Institutions of a community that draws have room for.
constexpr std::uint32_t most_institutions = 0x1000;

/// Whether an institution of this kind has a fixed number of seats, filled as they fall free.
bool seated(InstitutionKind kind) { return kind == InstitutionKind::council || kind == InstitutionKind::oversight; }

class InstitutionsMechanism final : public Mechanism {
 public:
  InstitutionsMechanism()
      : Mechanism({.name = "institutions",
            .meaning = "civil institutions recruit, lose members, earn and spend, succeed or fail",
            .source = "MODEL 7.25; D2, R3, R5",
            .phase = Phase::government}) {
    observe({.name = "members",
        .meaning = "share of adults who are members of a civil institution",
        .source = "MODEL 7.25, R5",
        .residents = counted({&member_of_}, [this](const Week&, Vertex i) { return member_of_[i] != 0; })});
    for (std::size_t q = 0; q < kinds; ++q)
      observe({.name = std::string("members_") + words<InstitutionKind>[q],
          .meaning = std::string("memberships per adult, by kind of institution: ") + institution_names[q],
          .source = "MODEL 7.25, R5",
          .least_scale = words<InstitutionKind>[q] == std::string("media") ? 0.0 : 0.2,
          .community = [this, q](const Week& week, std::size_t c, std::size_t) {
            SeriesSpec::Ratio ratio{0, static_cast<double>(adults_[c])};
            for (std::size_t k = week.first_institution[c]; k < week.first_institution[c + 1]; ++k)
              if (kind_[k] == q) ratio.numerator += members_[k];
            return ratio;
          }});
    for (std::size_t q = 0; q < kinds; ++q)
      costs_[q] = std::make_unique<ProgrammeCost>(*this, support[static_cast<InstitutionKind>(q)],
          [this, q](const Week& week, std::size_t c) { return supported(week, c, q); });
    observe({.name = "institution_activity",
        .meaning = "activity of civil institutions, mean over institutions",
        .source = "MODEL 7.25, D2",
        .community = [this](const Week& week, std::size_t c, std::size_t) { return mean(week, c, activity_); }});
    observe({.name = "institution_credibility",
        .meaning = "how far members believe their institutions, mean over institutions",
        .source = "MODEL 7.25, D2",
        .community = [this](const Week& week, std::size_t c, std::size_t) { return mean(week, c, credibility_); }});
  }

  Lever recruiting{*this, "recruiting", 1.0, {0, 10}, "how actively institutions recruit, relative to their activity",
      "R5; assumption", {.unit = "factor"}};
  Lever closed{*this, "closed", 0.0, {0, 1},
      "share of their activity that institutions of `closed_kinds` are kept from",
      "MODEL 7.25: loss of an institution"};
  Choices<InstitutionKind> closed_kinds{
      *this, "closed_kinds", {}, "kinds of institution that `closed` closes; none: all", "MODEL 7.25"};
  Lever found_resident_body{*this, "found_resident_body", 0.0, {0, 10},
      "above 0: a resident LSG body is founded where there is none, with so many times the usual share of adults as "
      "members",
      "R5", {.unit = "factor"}};
  LeverFor<InstitutionKind, kinds> support{*this, about_support, 0.0, {0, 10000}};

  Real leave{*this, "leave", 0.15, {0, 10}, "rate at which members leave an institution that does as well as usual",
      "assumption", {.unit = "per year"}};
  Real turnover{*this, "turnover", 0.03, {0, 1},
      "rate at which members die or move away, for which usual recruiting makes up",
      "demography's defaults: adults replaced a year", {.unit = "per year"}};
  Real l_success{*this, "l_success", 2.0, {0, 20}, "how much faster members leave an institution that fails",
      "MODEL 7.25; assumption"};
  Real l_idle{
      *this, "l_idle", 1.0, {0, 20}, "how much faster members leave an institution that does nothing", "assumption"};
  Real pull{*this, "pull", 10.0, {0, 1000}, "how many times likelier one applies whose neighbours are all members",
      "recruitment by ties: Snow et al. 1980; size: assumption"};
  Real rivals{*this, "rivals", 10.0, {1, 1000}, "applicants for a seat that falls free", "assumption"};
  Whole term{*this, "term", 4, {1, 100}, "years between elections of delegates", "assumption", {.unit = "year"}};
  Numbers dues{*this, "dues", {0, 0, 1, 0, 3, 6, 2}, {0, 10000},
      "what a member pays: assembly, council, resident body, oversight, NGO, cooperative, media", "assumption",
      {.unit = "thousand tenge a year"}};
  Real volunteer{*this, "volunteer", 5.0, {0.01, 10000}, "unpaid work that a member does", "assumption",
      {.unit = "thousand tenge a year"}};
  Real spend{*this, "spend", 0.2, {0.001, 1}, "share of its money that an institution spends", "assumption",
      {.unit = "per 4 weeks"}};
  Real s_rate{
      *this, "s_rate", 0.1, {0, 1}, "how fast success follows what is answered", "assumption", {.unit = "per 4 weeks"}};
  Real a_rate{*this, "a_rate", 0.15, {0, 1}, "how fast activity follows means and success", "assumption",
      {.unit = "per 4 weeks"}};
  Real g_success{*this, "g_success", 1.0, {0, 20}, "weight of success for activity", "MODEL 7.25; assumption",
      {.unit = "log-odds"}};
  Real g_members{*this, "g_members", 0.3, {0, 20}, "weight of having twice the usual members for activity",
      "MODEL 7.25; assumption", {.unit = "log-odds"}};
  Real g_money{
      *this, "g_money", 0.5, {0, 20}, "weight of money for activity", "MODEL 7.25; assumption", {.unit = "log-odds"}};
  Real c_rate{*this, "c_rate", 0.1, {0, 1}, "how fast credibility follows success and openness", "assumption",
      {.unit = "per 4 weeks"}};
  Real c_success{*this, "c_success", 2.0, {0, 20}, "weight of success for credibility", "MODEL 7.25; assumption",
      {.unit = "log-odds"}};
  Real c_open{*this, "c_open", 1.0, {0, 20},
      "weight of the akimat's openness for credibility: what it says can be checked", "R4; assumption",
      {.unit = "log-odds"}};
  Real openness_0{
      *this, "openness_0", 0.4, {0, 1}, "openness that people are used to", "the default of akimat.openness"};

  [[nodiscard]] std::string inconsistency() const override {
    return closed_kinds.unknown("kind of institution with members");
  }

  void prepare(const Week& week) override {
    for (std::size_t q = 0; q < kinds; ++q) closes_[q] = closed_kinds.holds(static_cast<InstitutionKind>(q));
    largest_ = week.most_residents();
    most_here_ = 0;
    for (std::size_t c = 0; c < week.communities(); ++c)
      most_here_ = std::max(most_here_, week.first_institution[c + 1] - week.first_institution[c]);
    keenest_.assign(week.communities(), 0.0);
    for (std::size_t k = 0; k < keenness_.size(); ++k) {
      const double low = (static_cast<double>(k) - 128.0) / 16.0;
      keenness_[k] =
          bound::more * std::max(exp_(society_->member_duty * low), exp_(society_->member_duty * (low + 1.0 / 16.0)));
    }
    parallel_for(week.communities(), [&](std::size_t c) {
      for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i) keenest_[c] = std::max(keenest_[c], keenness(i));
      settle(week, c);
    });
  }

  [[nodiscard]] bool moves(const Week& week, std::size_t community) const override {
    return week.due(community, interval);
  }

  void begin(const Week& week) override {
    parallel_for(week.communities(), [&](std::size_t c) {
      if (!week.due(c, interval)) return;
      found(week, c);
      move_members(week, c);
      for (std::size_t k = week.first_institution[c]; k < week.first_institution[c + 1]; ++k)
        if (usual_activity_[k] > 0) work(week, c, k);
    });
  }

 private:
  Read<double> answered_{*this, &Akimats::answered, at_start};
  Read<std::uint32_t> adults_{*this, &Akimats::adults};
  Read<Score> duty_{*this, &Residents::duty, at_start};
  Read<std::uint8_t> age_{*this, &Residents::age, at_start};
  Read<std::uint8_t> occupation_{*this, &Residents::occupation, at_start};
  Read<std::uint8_t> kind_{*this, &Institutions::kind, at_start};
  Read<std::uint32_t> community_{*this, &Institutions::community, at_start};
  Memberships memberships_{*this, at_start};
  Openness openness_{*this, {}, at_start};
  Uses<SocietySettings> society_{*this};
  Write<std::uint32_t> members_{*this, &Institutions::members, at_start};
  Write<float> capacity_{*this, &Institutions::capacity, at_start};
  Write<Share> credibility_{*this, &Institutions::credibility, at_start};
  Write<Share> activity_{*this, &Institutions::activity, as_given};
  Write<double> money_{*this, &Institutions::money, at_start};
  Write<double> success_{*this, &Institutions::success, at_start};
  Write<double> usual_members_{*this, &Institutions::usual_members, at_start};
  Write<double> usual_activity_{*this, &Institutions::usual_activity, at_start};
  Write<double> usual_success_{*this, &Institutions::usual_success, at_start};
  Write<double> appeal_{*this, &Institutions::appeal, at_start};
  Write<std::uint16_t> member_of_{*this, &Residents::member_of, at_start};
  Write<std::uint8_t> lapsed_{*this, &Residents::lapsed, at_start};
  Write<std::uint32_t> joined_{*this, &Residents::joined, at_start};
  Luck applies_{
      *this, "who applies to the n-th institution of a community", Luck::residents, Luck::weekly, most_institutions};
  Luck leaves_{*this, "who leaves it", Luck::residents, Luck::weekly, most_institutions};
  Luck elects_{*this, "who is elected to it", Luck::residents, Luck::weekly, most_institutions};
  Luck founds_{*this, "members of a body that is founded", Luck::communities, Luck::weekly, 1, Luck::After{elects_}};

  using ByKind = std::array<double, kinds>;
  struct Applicant {
    double wait = 0;
    Vertex resident = 0;
    bool operator<(const Applicant& other) const {
      return wait != other.wait ? wait < other.wait : resident < other.resident;
    }
  };

  struct Application {
    std::uint32_t to = 0;  ///< the institution's place among those of the community
    Applicant applicant;
    bool operator<(const Application& other) const {
      return to != other.to ? to < other.to : applicant < other.applicant;
    }
  };
  /// What a community's turn needs, kept for its memory only: one for each thread.
  struct Scratch {
    std::vector<double> leaves;  ///< rate a member
    std::vector<double> drive;   ///< rate of applications of an average person without friends in it
    std::vector<std::pair<Vertex, std::size_t>> going;
    std::vector<Application> coming;
    std::vector<Applicant> candidates;
  };
  [[nodiscard]] Scratch& scratch() const {
    thread_local Scratch scratch;
    scratch.leaves.reserve(most_here_);
    scratch.drive.reserve(most_here_);
    scratch.going.reserve(largest_);
    scratch.coming.reserve(largest_);
    scratch.candidates.reserve(largest_);
    return scratch;
  }

  static About about_support(InstitutionKind kind) {
    return {std::string("support_") + word(kind),
        std::string("support for each member that it usually has: ") +
            institution_names[static_cast<std::size_t>(kind)],
        "D2, R3, R5", {.unit = "thousand tenge a year"}};
  }
  /// Usual members of the institutions of a kind that are awake, at scale 1.
  [[nodiscard]] double supported(const Week& week, std::size_t c, std::size_t kind) const {
    double sum = 0;
    for (std::size_t k = week.first_institution[c]; k < week.first_institution[c + 1]; ++k)
      if (kind_[k] == kind && usual_activity_[k] > 0) sum += usual_members_[k];
    return sum * weight_of_resident(week, c);
  }

  /// Mean of a column over the institutions of community c that are awake.
  [[nodiscard]] SeriesSpec::Ratio mean(const Week& week, std::size_t c, const Write<Share>& column) const {
    SeriesSpec::Ratio ratio;
    for (std::size_t k = week.first_institution[c]; k < week.first_institution[c + 1]; ++k) {
      if (usual_activity_[k] <= 0) continue;
      ratio.numerator += column[k];
      ratio.denominator += 1;
    }
    return ratio;
  }

  [[nodiscard]] InstitutionKind kind_of(std::size_t k) const { return static_cast<InstitutionKind>(kind_[k]); }
  static std::uint16_t bit(std::size_t kind) { return static_cast<std::uint16_t>(1U << kind); }

  /// How much likelier than an average person resident i applies, friends apart; 0: may not.
  [[nodiscard]] double weight(InstitutionKind kind, Vertex i) const {
    if (kind == InstitutionKind::media) return 1.0;
    if (kind == InstitutionKind::cooperative && occupation_[i] > static_cast<std::uint8_t>(Occupation::entrepreneur))
      return 0.0;
    return exp_(society_->member_duty * duty_[i]);
  }

  /// Of resident i's neighbours in the community, the share who are members of a kind.
  [[nodiscard]] double befriended(const Week& week, Vertex i, std::uint16_t kind_bit) const {
    const std::span<const Tie> row = week.ties.inside(i);
    std::size_t friends = 0;
    for (const Tie tie : row) friends += (member_of_[tie.to()] & kind_bit) != 0;
    return row.empty() ? 0.0 : static_cast<double>(friends) / static_cast<double>(row.size());
  }

  /// Rate of applications per unit of appeal of an institution of each kind, all adults of community c together.
  [[nodiscard]] ByKind pool(const Week& week, std::size_t c) const {
    ByKind sum{};
    for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i) {
      if (!is_adult(age_[i]) || joined_[i] != 0) continue;
      for (std::size_t q = 0; q < kinds; ++q) {
        if (!here(week, c, q) || (member_of_[i] & bit(q)) != 0) continue;
        const double w = weight(static_cast<InstitutionKind>(q), i);
        if (w > 0) sum[q] += w * (1.0 + pull * befriended(week, i, bit(q)));
      }
    }
    return sum;
  }
  [[nodiscard]] bool here(const Week& week, std::size_t c, std::size_t q) const {
    for (std::size_t k = week.first_institution[c]; k < week.first_institution[c + 1]; ++k)
      if (kind_[k] == q && usual_members_[k] > 0) return true;
    return false;
  }

  /// Appeal at which institution k has as many applicants (for a seat: `rivals` times as many) as members who go.
  void balance(std::size_t k, const ByKind& all) const {
    const double applications = all[kind_[k]];
    const double going = (leave + turnover) / turns * usual_members_[k] * (seated(kind_of(k)) ? rivals.value() : 1.0);
    appeal_[k] = applications > 0 ? going / applications : 0.0;
  }

  /// The start: members by ties, everything as usual.
  void settle(const Week& week, std::size_t c) const {
    for (std::size_t k = week.first_institution[c]; k < week.first_institution[c + 1]; ++k) members_[k] = 0;
    for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i) {
      lapsed_[i] = 0;
      joined_[i] = 0;
      member_of_[i] = 0;
      memberships_.each(week, c, i, [&](std::size_t k) {
        ++members_[k];
        member_of_[i] = static_cast<std::uint16_t>(member_of_[i] | bit(kind_[k]));
      });
    }
    for (std::size_t k = week.first_institution[c]; k < week.first_institution[c + 1]; ++k) start(c, k, activity_[k]);
    const ByKind all = pool(week, c);
    for (std::size_t k = week.first_institution[c]; k < week.first_institution[c + 1]; ++k) balance(k, all);
  }

  /// Institution k begins with the members it has and this activity; 0: it sleeps.
  void start(std::size_t c, std::size_t k, double activity) const {
    const std::size_t q = kind_[k];
    usual_members_[k] = members_[k];
    usual_activity_[k] = activity;
    activity_[k] = Share(activity);
    success_[k] = usual_success_[k] = answered_[c];
    credibility_[k] = Share(credible(c, k));
    money_[k] = dues[q] * usual_members_[k] / turns / spend;
    capacity_[k] = static_cast<float>(society_->outreach[q] * members_[k]);
  }

  [[nodiscard]] double credible(std::size_t c, std::size_t k) const {
    return logistic(logit(society_->credibility[kind_[k]]) + c_success * (success_[k] - usual_success_[k]) +
                    c_open * (openness_(c) - openness_0));
  }

  /// Wakes the resident body of community c where a policy founds it.
  void found(const Week& week, std::size_t c) const {
    if (found_resident_body[c] <= 0) return;
    for (std::size_t k = week.first_institution[c]; k < week.first_institution[c + 1]; ++k) {
      if (kind_of(k) != InstitutionKind::resident_body || usual_activity_[k] > 0) continue;
      const double wanted = found_resident_body[c] * society_->resident_body_share * adults_[c];
      const double luck = founds_(week).uniform(week.name_of_community(c));
      elect(week, c, k, round_randomly(wanted, luck), false);
      start(c, k, society_->activity[kind_[k]]);
      balance(k, pool(week, c));
    }
  }

  /// Fills `seats` of institution k, where `anew` after its members have left: the odds of adults rise with civic duty.
  void elect(const Week& week, std::size_t c, std::size_t k, std::size_t seats, bool anew) const {
    const Luck::Drawn elects = elects_(week);
    const auto n = static_cast<std::uint32_t>(k - week.first_institution[c]);
    std::vector<Applicant>& candidates = scratch().candidates;
    candidates.clear();
    for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i) {
      if (anew && is_member(week, i, k)) leave_body(week, i, k);
      if (!is_adult(age_[i]) || joined_[i] != 0 || (member_of_[i] & bit(kind_[k])) != 0) continue;
      const double w = weight(kind_of(k), i);
      if (w > 0) candidates.push_back({-log_(elects.uniform(week.name(c, i), n)) / w, i});
    }
    seats = std::min(seats, candidates.size());
    std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(seats), candidates.end());
    for (std::size_t s = 0; s < seats; ++s) join_body(week, candidates[s].resident, k);
  }

  /// Leaving and joining, both out of the state as it was.
  void move_members(const Week& week, std::size_t c) const {
    const Luck::Drawn leaving = leaves_(week);
    const std::size_t count = week.first_institution[c + 1] - week.first_institution[c];
    Scratch& of = scratch();
    std::vector<double>& leaves = of.leaves;
    std::vector<double>& drive = of.drive;
    leaves.assign(count, 0.0);
    drive.assign(count, 0.0);
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t k = week.first_institution[c] + n;
      const double usual = usual_activity_[k];
      if (usual <= 0) continue;
      const double active = activity_[k] / usual;
      if (kind_of(k) == InstitutionKind::assembly) continue;
      leaves[n] =
          leave / turns * exp_(l_success * (usual_success_[k] - success_[k]) + l_idle * std::max(0.0, 1.0 - active));
      drive[n] = appeal_[k] * recruiting[c] * active;
    }
    std::vector<std::pair<Vertex, std::size_t>>& going = of.going;
    going.clear();
    for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i)
      if (member_of_[i] != 0)
        memberships_.each(week, c, i, [&](std::size_t k) {
          const auto n = static_cast<std::uint32_t>(k - week.first_institution[c]);
          if (!is_adult(age_[i]) || leaving.chance(leaves[n], week.name(c, i), n)) going.emplace_back(i, k);
        });
    std::vector<Application>& coming = of.coming;
    coming.clear();
    for (std::uint32_t n = 0; n < count; n += Luck::block)
      apply(week, c, n, std::span(drive).subspan(n, std::min<std::size_t>(Luck::block, count - n)), coming);
    for (const auto& [i, k] : going) leave_body(week, i, k);
    std::sort(coming.begin(), coming.end());
    auto next = coming.begin();
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t k = week.first_institution[c] + n;
      for (; next != coming.end() && next->to == n; ++next) {
        const Applicant& applicant = next->applicant;
        if (seated(kind_of(k)) && members_[k] >= usual_members_[k]) continue;
        if (joined_[applicant.resident] == 0 && (member_of_[applicant.resident] & bit(kind_[k])) == 0)
          join_body(week, applicant.resident, k);
      }
      if (kind_of(k) != InstitutionKind::assembly || activity_[k] <= 0) continue;
      const bool anew = week.due(c, static_cast<std::uint32_t>(weeks_a_year * term));
      const auto seats = static_cast<std::size_t>(usual_members_[k]);
      if (anew || members_[k] < seats) elect(week, c, k, anew ? seats : seats - members_[k], anew);
    }
  }

  /// At least the weight of resident i for an institution of any kind.
  [[nodiscard]] double keenness(Vertex i) const {
    const int step = (duty_[i].raw >> 8) + 128;
    return std::max(1.0, keenness_[static_cast<std::size_t>(step)]);
  }

  /// Applications to the institutions of community c from the n-th on, of `drive` each; one block of words serves four.
  /// Who waits longer than the keenest would is refused at once: 1 - u < -ln u, and all neighbours may be members.
  void apply(const Week& week, std::size_t c, std::uint32_t n, std::span<const double> drive,
      std::vector<Application>& coming) const {
    std::array<double, Luck::block> rate{};  // of the keenest, all of whose neighbours are members
    std::array<std::uint32_t, Luck::block> highest{};
    for (std::size_t w = 0; w < drive.size(); ++w) {
      rate[w] = drive[w] * (1.0 + pull) * bound::more;
      highest[w] = Draws::highest(rate[w] * keenest_[c]);
    }
    const auto may_join = [&](Vertex i) { return is_adult(age_[i]) && joined_[i] == 0; };
    draw_words(week, c, Everybody(week, c), applies_(week), n / Luck::block, may_join,
        [&](Vertex i, std::size_t lane, const Draws::Words& words) {
          for (std::size_t w = 0; w < drive.size(); ++w) {
            const std::uint32_t word = words[w][lane];
            if (~word > highest[w] || Draws::to_uniform(~word) >= rate[w] * keenness(i)) continue;
            const std::size_t k = week.first_institution[c] + n + w;
            if (drive[w] <= 0 || (member_of_[i] & bit(kind_[k])) != 0) continue;
            const double alone = drive[w] * weight(kind_of(k), i);
            const double u = Draws::to_uniform(word);
            if (1.0 - u >= alone * (1.0 + pull)) continue;  // -ln u is larger still: friends need not be counted
            const double now = alone * (1.0 + pull * befriended(week, i, bit(kind_[k])));
            const double wait = -log_(u);
            if (wait < now) coming.push_back({static_cast<std::uint32_t>(n + w), {wait / now, i}});
          }
        });
  }

  [[nodiscard]] bool is_member(const Week& week, Vertex i, std::size_t k) const {
    bool found = false;
    memberships_.each(week, community_[k], i, [&](std::size_t other) { found = found || other == k; });
    return found;
  }

  /// The place in `lapsed` of resident i's tie to institution k; ending_memberships: none that can end.
  [[nodiscard]] unsigned place_of(const Week& week, Vertex i, std::size_t k) const {
    unsigned nth = 0;
    for (const Tie tie : week.ties.bodies(i)) {
      if (tie.layer() != Layer::membership) continue;
      if (nth >= ending_memberships) break;
      if (week.institution_of(tie.to()) == k) return nth;
      ++nth;
    }
    return ending_memberships;
  }

  /// As `joined` has it: the place of institution k among those of its community, from 1 on.
  [[nodiscard]] std::uint32_t place_among(const Week& week, std::size_t k) const {
    return static_cast<std::uint32_t>(k - week.first_institution[community_[k]] + 1);
  }

  void leave_body(const Week& week, Vertex i, std::size_t k) const {
    if (joined_[i] == place_among(week, k)) {
      joined_[i] = 0;
    } else {
      const unsigned place = place_of(week, i, k);
      if (place == ending_memberships) return;
      lapsed_[i] = static_cast<std::uint8_t>(lapsed_[i] | (1U << place));
    }
    --members_[k];
    member_of_[i] = 0;
    memberships_.each(week, community_[k], i,
        [&](std::size_t other) { member_of_[i] = static_cast<std::uint16_t>(member_of_[i] | bit(kind_[other])); });
  }

  /// Resident i, not a member of the kind and with nothing joined, becomes a member of institution k (again).
  void join_body(const Week& week, Vertex i, std::size_t k) const {
    const unsigned place = place_of(week, i, k);
    if (place < ending_memberships)
      lapsed_[i] = static_cast<std::uint8_t>(lapsed_[i] & ~(1U << place));
    else
      joined_[i] = place_among(week, k);
    ++members_[k];
    member_of_[i] = static_cast<std::uint16_t>(member_of_[i] | bit(kind_[k]));
  }

  /// Success, money, activity, credibility and capacity of institution k after its members have moved.
  void work(const Week& week, std::size_t c, std::size_t k) const {
    const std::size_t q = kind_[k];
    const double size = usual_members_[k];
    const double members = members_[k];
    success_[k] += s_rate * (answered_[c] - success_[k]);
    if (week.warm_up()) usual_success_[k] = success_[k];
    const double better = success_[k] - usual_success_[k];

    const double given = support[static_cast<InstitutionKind>(q)][c];
    money_[k] += (dues[q] * members + given * size) / turns - spend * money_[k];
    const double spent = size > 0 ? turns * spend * money_[k] / size : dues[q] + given;
    const double target =
        logistic(logit(usual_activity_[k]) + g_success * better + g_members * (members - size) / std::max(size, 1.0) +
                 g_money * log_((spent + volunteer) / (dues[q] + volunteer)));
    double activity = activity_[k] + a_rate * (target - activity_[k]);
    if (closes_[q]) activity = std::min(activity, (1.0 - closed[c]) * target);
    activity_[k] = Share(activity);
    credibility_[k] = Share(credibility_[k] + c_rate * (credible(c, k) - credibility_[k]));
    capacity_[k] = static_cast<float>(society_->outreach[q] * members * activity / usual_activity_[k]);
  }

  std::array<std::unique_ptr<ProgrammeCost>, kinds> costs_;  ///< of support
  Vertex largest_ = 0;                  ///< residents of the largest community: made by `prepare`, as all below
  std::size_t most_here_ = 0;           ///< institutions of a community, at most
  std::array<bool, kinds> closes_{};    ///< kinds that `closed` closes
  std::array<double, 256> keenness_{};  ///< at least the weight by civic duty, in steps of 1/16
  std::vector<double> keenest_;         ///< by community: at least that of any resident
};

}  // namespace

std::unique_ptr<Mechanism> make_institutions() { return std::make_unique<InstitutionsMechanism>(); }

}  // namespace kurultai
