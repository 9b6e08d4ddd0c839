// institutions: civil institutions as agents that recruit, lose members, earn and spend, succeed or fail (MODEL 1, 10;
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
#include "mechanism/conduct.h"
#include "mechanism/list.h"
#include "mechanism/membership.h"
#include "society/sampling.h"

namespace kurultai {
namespace {

constexpr std::uint32_t interval = 4;      // weeks between two turns of a community
constexpr double turns = 52.0 / interval;  // turns a year
constexpr std::size_t kinds = member_kinds;

// Items of draws: the n-th institution of a community and the purpose.
constexpr std::uint32_t leaving = 0x1000;
constexpr std::uint32_t election = 0x2000;
constexpr std::uint32_t founding = 0x3000;

/// Whether an institution of this kind has a fixed number of seats, filled as they fall free.
bool seated(InstitutionKind kind) { return kind == InstitutionKind::council || kind == InstitutionKind::oversight; }

class CivilInstitutions final : public Mechanism {
 public:
  CivilInstitutions()
      : Mechanism({.name = "institutions",
            .meaning = "civil institutions recruit, lose members, earn and spend, succeed or fail",
            .source = "MODEL 1, 10; D2, R3, R5",
            .phase = Phase::government,
            .reads = {"answered", "duty", "age", "occupation", "adults", "community", "kind", "own_openness"},
            .writes = {"members", "capacity", "credibility", "activity", "money", "success", "usual_members",
                "usual_activity", "usual_success", "appeal", "member_of", "lapsed", "joined"},
            .levers = {"akimat.openness"}}) {
    observe({.name = "members",
        .meaning = "share of adults who are members of a civil institution",
        .source = "MODEL 10, R5",
        .residents = [](const World& world, const Block& block, std::size_t, auto members, auto adults) {
          const Residents& r = world.residents();
          for (Vertex i = block.first; i < block.last; ++i) {
            adults[i - block.first] = r.adult(i);
            members[i - block.first] = r.adult(i) && r.member_of[i] != 0;
          }
        }});
    for (std::size_t q = 0; q < kinds; ++q)
      observe({.name = std::string("members_") + institution_keys[q],
          .meaning = std::string("memberships per adult, by kind of institution: ") + institution_names[q],
          .source = "MODEL 10, R5",
          .least_scale = institution_keys[q] == std::string("media") ? 0.0 : 0.2,
          .community = [q](const World& world, std::size_t c, std::size_t) {
            SeriesSpec::Ratio ratio{0, static_cast<double>(world.akimats.adults[c])};
            for (std::size_t k = world.first_institution[c]; k < world.first_institution[c + 1]; ++k)
              if (world.institutions.kind[k] == q) ratio.numerator += world.institutions.members[k];
            return ratio;
          }});
    observe({.name = "institution_activity",
        .meaning = "activity of civil institutions, mean over institutions",
        .source = "MODEL 10, D2",
        .community = [](const World& world, std::size_t c, std::size_t) {
          return mean(world, c, world.institutions.activity);
        }});
    observe({.name = "institution_credibility",
        .meaning = "how far members believe their institutions, mean over institutions",
        .source = "MODEL 10, D2",
        .community = [](const World& world, std::size_t c, std::size_t) {
          return mean(world, c, world.institutions.credibility);
        }});
  }

  Lever recruiting{*this,
      {.name = "recruiting",
          .unit = "factor",
          .meaning = "how actively institutions recruit, relative to their activity",
          .source = "R5; assumption"},
      1.0, {0, 10}};
  Lever closed{*this,
      {.name = "closed",
          .meaning = "share of their activity that institutions of `closed_kinds` are kept from",
          .source = "MODEL 11: loss of an institution"},
      0.0, {0, 1}};
  Texts closed_kinds{*this,
      {.name = "closed_kinds", .meaning = "kinds of institution that `closed` closes; none: all", .source = "MODEL 11"},
      {}};
  Lever found_resident_body{*this,
      {.name = "found_resident_body",
          .unit = "factor",
          .meaning = "above 0: a resident LSG body is founded where there is none, with so many times the usual share "
                     "of adults as members",
          .source = "R5"},
      0.0, {0, 10}};
  Lever support_assembly{*this, support(0), 0.0, {0, 10000}};
  Lever support_council{*this, support(1), 0.0, {0, 10000}};
  Lever support_resident_body{*this, support(2), 0.0, {0, 10000}};
  Lever support_oversight{*this, support(3), 0.0, {0, 10000}};
  Lever support_ngo{*this, support(4), 0.0, {0, 10000}};
  Lever support_cooperative{*this, support(5), 0.0, {0, 10000}};
  Lever support_media{*this, support(6), 0.0, {0, 10000}};

  Real leave{*this,
      {.name = "leave",
          .unit = "per year",
          .meaning = "rate at which members leave an institution that does as well as usual",
          .source = "assumption"},
      0.15, {0, 10}};
  Real turnover{*this,
      {.name = "turnover",
          .unit = "per year",
          .meaning = "rate at which members die or move away, for which usual recruiting makes up",
          .source = "demography's defaults: adults replaced a year"},
      0.03, {0, 1}};
  Real l_success{*this,
      {.name = "l_success",
          .meaning = "how much faster members leave an institution that fails",
          .source = "MODEL 10; assumption"},
      2.0, {0, 20}};
  Real l_idle{*this,
      {.name = "l_idle",
          .meaning = "how much faster members leave an institution that does nothing",
          .source = "assumption"},
      1.0, {0, 20}};
  Real pull{*this,
      {.name = "pull",
          .meaning = "how many times likelier one applies whose neighbours are all members",
          .source = "recruitment by ties: Snow et al. 1980; size: assumption"},
      10.0, {0, 1000}};
  Real rivals{*this, {.name = "rivals", .meaning = "applicants for a seat that falls free", .source = "assumption"},
      10.0, {1, 1000}};
  Whole term{*this,
      {.name = "term", .unit = "year", .meaning = "years between elections of delegates", .source = "assumption"}, 4,
      {1, 100}};
  Numbers dues{*this,
      {.name = "dues",
          .unit = "thousand tenge a year",
          .meaning = "what a member pays: assembly, council, resident body, oversight, NGO, cooperative, media",
          .source = "assumption"},
      {0, 0, 1, 0, 3, 6, 2}, {0, 10000}};
  Real volunteer{*this,
      {.name = "volunteer",
          .unit = "thousand tenge a year",
          .meaning = "unpaid work that a member does",
          .source = "assumption"},
      5.0, {0.01, 10000}};
  Real spend{*this,
      {.name = "spend",
          .unit = "per 4 weeks",
          .meaning = "share of its money that an institution spends",
          .source = "assumption"},
      0.2, {0.001, 1}};
  Real s_rate{*this,
      {.name = "s_rate",
          .unit = "per 4 weeks",
          .meaning = "how fast success follows what is answered",
          .source = "assumption"},
      0.1, {0, 1}};
  Real a_rate{*this,
      {.name = "a_rate",
          .unit = "per 4 weeks",
          .meaning = "how fast activity follows means and success",
          .source = "assumption"},
      0.15, {0, 1}};
  Real g_success{*this,
      {.name = "g_success",
          .unit = "log-odds",
          .meaning = "weight of success for activity",
          .source = "MODEL 10; assumption"},
      1.0, {0, 20}};
  Real g_members{*this,
      {.name = "g_members",
          .unit = "log-odds",
          .meaning = "weight of having twice the usual members for activity",
          .source = "MODEL 10; assumption"},
      0.3, {0, 20}};
  Real g_money{*this,
      {.name = "g_money",
          .unit = "log-odds",
          .meaning = "weight of money for activity",
          .source = "MODEL 10; assumption"},
      0.5, {0, 20}};
  Real c_rate{*this,
      {.name = "c_rate",
          .unit = "per 4 weeks",
          .meaning = "how fast credibility follows success and openness",
          .source = "assumption"},
      0.1, {0, 1}};
  Real c_success{*this,
      {.name = "c_success",
          .unit = "log-odds",
          .meaning = "weight of success for credibility",
          .source = "MODEL 10; assumption"},
      2.0, {0, 20}};
  Real c_open{*this,
      {.name = "c_open",
          .unit = "log-odds",
          .meaning = "weight of the akimat's openness for credibility: what it says can be checked",
          .source = "R4; assumption"},
      1.0, {0, 20}};
  Real openness_0{*this,
      {.name = "openness_0", .meaning = "openness that people are used to", .source = "the default of akimat.openness"},
      0.4, {0, 1}};

  [[nodiscard]] std::string inconsistency() const override {
    for (const std::string& word : closed_kinds.value())
      if (std::find(institution_keys, institution_keys + kinds, word) == institution_keys + kinds)
        return "closed_kinds has '" + word +
               "', which is no kind of institution with members (assembly, council, resident_body, oversight, ngo, "
               "cooperative, media)";
    return {};
  }

  void prepare(World& world) override {
    closes_.fill(closed_kinds.value().empty());
    for (std::size_t q = 0; q < kinds; ++q)
      for (const std::string& word : closed_kinds.value()) closes_[q] = closes_[q] || word == institution_keys[q];
    parallel_for(world.society.communities(), [&](std::size_t c) { settle(world, c); });
  }

  void begin(World& world) override {
    parallel_for(world.society.communities(), [&](std::size_t c) {
      if (!world.due(c, interval)) return;
      found(world, c);
      move_members(world, c);
      for (std::size_t k = world.first_institution[c]; k < world.first_institution[c + 1]; ++k)
        if (world.institutions.usual_activity[k] > 0) work(world, c, k);
    });
  }

 private:
  using ByKind = std::array<double, kinds>;
  struct Applicant {
    double wait = 0;
    Vertex resident = 0;
    bool operator<(const Applicant& other) const {
      return wait != other.wait ? wait < other.wait : resident < other.resident;
    }
  };

  static About support(std::size_t q) {
    return {.name = std::string("support_") + institution_keys[q],
        .unit = "thousand tenge a year",
        .meaning = std::string("support for each member that it usually has: ") + institution_names[q],
        .source = "D2, R3, R5"};
  }
  [[nodiscard]] double supported(std::size_t q, std::size_t c) const {
    const std::array<const Lever*, kinds> levers = {&support_assembly, &support_council, &support_resident_body,
        &support_oversight, &support_ngo, &support_cooperative, &support_media};
    return (*levers[q])[c];
  }

  /// Mean of a column over the institutions of community c that are awake.
  static SeriesSpec::Ratio mean(const World& world, std::size_t c, const Column<Share>& column) {
    SeriesSpec::Ratio ratio;
    for (std::size_t k = world.first_institution[c]; k < world.first_institution[c + 1]; ++k) {
      if (world.institutions.usual_activity[k] <= 0) continue;
      ratio.numerator += column[k];
      ratio.denominator += 1;
    }
    return ratio;
  }

  static InstitutionKind kind_of(const World& world, std::size_t k) {
    return static_cast<InstitutionKind>(world.institutions.kind[k]);
  }
  static std::uint16_t bit(std::size_t kind) { return static_cast<std::uint16_t>(1U << kind); }

  /// How much likelier than an average person resident i applies, friends apart; 0: may not.
  static double weight(const World& world, InstitutionKind kind, Vertex i) {
    const Residents& r = world.residents();
    if (kind == InstitutionKind::media) return 1.0;
    if (kind == InstitutionKind::cooperative && r.occupation[i] > static_cast<std::uint8_t>(Occupation::entrepreneur))
      return 0.0;
    return exp_(world.settings.member_duty * r.duty[i]);
  }

  /// Of resident i's neighbours in the community, the share who are members of a kind.
  static double befriended(const World& world, Vertex i, std::uint16_t kind_bit) {
    const std::span<const Tie> row = world.society.ties.inside(i);
    std::size_t friends = 0;
    for (const Tie tie : row) friends += (world.residents().member_of[tie.to()] & kind_bit) != 0;
    return row.empty() ? 0.0 : static_cast<double>(friends) / static_cast<double>(row.size());
  }

  /// Rate of applications per unit of appeal of an institution of each kind, all adults of community c together.
  [[nodiscard]] ByKind pool(const World& world, std::size_t c) const {
    const Residents& r = world.residents();
    ByKind sum{};
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
      if (!r.adult(i) || r.joined[i] != 0) continue;
      for (std::size_t q = 0; q < kinds; ++q) {
        if (!here(world, c, q) || (r.member_of[i] & bit(q)) != 0) continue;
        const double w = weight(world, static_cast<InstitutionKind>(q), i);
        if (w > 0) sum[q] += w * (1.0 + pull * befriended(world, i, bit(q)));
      }
    }
    return sum;
  }
  static bool here(const World& world, std::size_t c, std::size_t q) {
    for (std::size_t k = world.first_institution[c]; k < world.first_institution[c + 1]; ++k)
      if (world.institutions.kind[k] == q && world.institutions.usual_members[k] > 0) return true;
    return false;
  }

  /// Appeal at which institution k has as many applicants (for a seat: `rivals` times as many) as members who go.
  void balance(World& world, std::size_t k, const ByKind& all) const {
    Institutions& bodies = world.institutions;
    const double applications = all[bodies.kind[k]];
    const double going =
        (leave + turnover) / turns * bodies.usual_members[k] * (seated(kind_of(world, k)) ? rivals.value() : 1.0);
    bodies.appeal[k] = applications > 0 ? going / applications : 0.0;
  }

  /// The start: members by ties, everything as usual.
  void settle(World& world, std::size_t c) const {
    Residents& r = world.residents();
    Institutions& bodies = world.institutions;
    for (std::size_t k = world.first_institution[c]; k < world.first_institution[c + 1]; ++k) bodies.members[k] = 0;
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
      r.lapsed[i] = 0;
      r.joined[i] = 0;
      r.member_of[i] = 0;
      for_memberships(world, c, i, [&](std::size_t k) {
        ++bodies.members[k];
        r.member_of[i] = static_cast<std::uint16_t>(r.member_of[i] | bit(bodies.kind[k]));
      });
    }
    for (std::size_t k = world.first_institution[c]; k < world.first_institution[c + 1]; ++k)
      start(world, c, k, world.society.institutions.activity[k]);
    const ByKind all = pool(world, c);
    for (std::size_t k = world.first_institution[c]; k < world.first_institution[c + 1]; ++k) balance(world, k, all);
  }

  /// Institution k begins with the members it has and this activity; 0: it sleeps.
  void start(World& world, std::size_t c, std::size_t k, double activity) const {
    Institutions& bodies = world.institutions;
    const std::size_t q = bodies.kind[k];
    bodies.usual_members[k] = bodies.members[k];
    bodies.usual_activity[k] = activity;
    bodies.activity[k] = Share(activity);
    bodies.success[k] = bodies.usual_success[k] = world.akimats.answered[c];
    bodies.credibility[k] = Share(credible(world, c, k));
    bodies.money[k] = dues[q] * bodies.usual_members[k] / turns / spend;
    bodies.capacity[k] = static_cast<float>(world.settings.outreach[q] * bodies.members[k]);
  }

  [[nodiscard]] double credible(const World& world, std::size_t c, std::size_t k) const {
    const Institutions& bodies = world.institutions;
    return logistic(logit(world.settings.credibility[bodies.kind[k]]) +
                    c_success * (bodies.success[k] - bodies.usual_success[k]) +
                    c_open * (openness(world, c) - openness_0));
  }

  /// Wakes the resident body of community c where a policy founds it.
  void found(World& world, std::size_t c) const {
    if (found_resident_body[c] <= 0) return;
    Institutions& bodies = world.institutions;
    for (std::size_t k = world.first_institution[c]; k < world.first_institution[c + 1]; ++k) {
      if (kind_of(world, k) != InstitutionKind::resident_body || bodies.usual_activity[k] > 0) continue;
      const double wanted = found_resident_body[c] * world.settings.resident_body_share * world.akimats.adults[c];
      const double luck = world.draws(stream()).uniform({world.society.key[c], 0xffffffffU}, founding);
      elect(world, c, k, round_randomly(wanted, luck), false);
      start(world, c, k, world.settings.activity[bodies.kind[k]]);
      balance(world, k, pool(world, c));
    }
  }

  /// Fills `seats` of institution k, where `anew` after its members have left: the odds of adults rise with civic duty.
  void elect(World& world, std::size_t c, std::size_t k, std::size_t seats, bool anew) const {
    Residents& r = world.residents();
    const Draws draws = world.draws(stream());
    const auto n = static_cast<std::uint32_t>(k - world.first_institution[c]);
    std::vector<Applicant> candidates;
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
      if (anew && is_member(world, i, k)) leave_body(world, i, k);
      if (!r.adult(i) || r.joined[i] != 0 || (r.member_of[i] & bit(world.institutions.kind[k])) != 0) continue;
      const double w = weight(world, kind_of(world, k), i);
      if (w > 0) candidates.push_back({-log_(draws.uniform(world.society.name(c, i), election + n)) / w, i});
    }
    seats = std::min(seats, candidates.size());
    std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(seats), candidates.end());
    for (std::size_t s = 0; s < seats; ++s) join_body(world, candidates[s].resident, k);
  }

  /// Leaving and joining, both out of the state as it was.
  void move_members(World& world, std::size_t c) const {
    const Residents& r = world.residents();
    const Institutions& bodies = world.institutions;
    const Draws draws = world.draws(stream());
    const std::size_t count = world.first_institution[c + 1] - world.first_institution[c];
    std::vector<double> leaves(count, 0.0);  // rate a member
    std::vector<double> drive(count, 0.0);   // rate of applications of an average person without friends in it
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t k = world.first_institution[c] + n;
      const double usual = bodies.usual_activity[k];
      if (usual <= 0) continue;
      const double active = bodies.activity[k] / usual;
      if (kind_of(world, k) == InstitutionKind::assembly) continue;
      leaves[n] =
          leave / turns *
          exp_(l_success * (bodies.usual_success[k] - bodies.success[k]) + l_idle * std::max(0.0, 1.0 - active));
      drive[n] = bodies.appeal[k] * recruiting[c] * active;
    }
    std::vector<std::pair<Vertex, std::size_t>> going;
    std::vector<std::vector<Applicant>> coming(count);
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
      const bool adult = r.adult(i);
      const Name name = world.society.name(c, i);
      if (r.member_of[i] != 0)
        for_memberships(world, c, i, [&](std::size_t k) {
          const auto n = static_cast<std::uint32_t>(k - world.first_institution[c]);
          if (!adult || draws.chance(leaves[n], name, leaving + n)) going.emplace_back(i, k);
        });
      if (!adult || r.joined[i] != 0) continue;
      Draws::Four words{};
      for (std::uint32_t n = 0; n < count; ++n) {
        if (n % 4 == 0) words = draws.words(name, n / 4);
        const std::size_t k = world.first_institution[c] + n;
        if (drive[n] <= 0 || (r.member_of[i] & bit(bodies.kind[k])) != 0) continue;
        const double alone = drive[n] * weight(world, kind_of(world, k), i);
        const double u = Draws::to_uniform(words[n % 4]);
        if (1.0 - u >= alone * (1.0 + pull)) continue;  // -ln u is larger still: friends need not be counted
        const double rate = alone * (1.0 + pull * befriended(world, i, bit(bodies.kind[k])));
        const double wait = -log_(u);
        if (wait < rate) coming[n].push_back({wait / rate, i});
      }
    }
    for (const auto& [i, k] : going) leave_body(world, i, k);
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t k = world.first_institution[c] + n;
      std::sort(coming[n].begin(), coming[n].end());
      for (const Applicant& applicant : coming[n]) {
        if (seated(kind_of(world, k)) && bodies.members[k] >= bodies.usual_members[k]) break;
        if (r.joined[applicant.resident] == 0 && (r.member_of[applicant.resident] & bit(bodies.kind[k])) == 0)
          join_body(world, applicant.resident, k);
      }
      if (kind_of(world, k) != InstitutionKind::assembly || bodies.activity[k] <= 0) continue;
      const bool anew = world.due(c, static_cast<std::uint32_t>(52 * term));
      const auto seats = static_cast<std::size_t>(bodies.usual_members[k]);
      if (anew || bodies.members[k] < seats) elect(world, c, k, anew ? seats : seats - bodies.members[k], anew);
    }
  }

  static bool is_member(const World& world, Vertex i, std::size_t k) {
    bool found = false;
    for_memberships(world, world.institutions.community[k], i, [&](std::size_t other) { found = found || other == k; });
    return found;
  }

  /// The place in `lapsed` of resident i's tie to institution k; ending_memberships: none that can end.
  static unsigned place_of(const World& world, Vertex i, std::size_t k) {
    unsigned nth = 0;
    for (const Tie tie : world.society.ties.bodies(i)) {
      if (tie.layer() != Layer::membership) continue;
      if (nth >= ending_memberships) break;
      if (world.society.institution_of(tie.to()) == k) return nth;
      ++nth;
    }
    return ending_memberships;
  }

  /// As `joined` has it: the place of institution k among those of its community, from 1 on.
  static std::uint32_t place_among(const World& world, std::size_t k) {
    return static_cast<std::uint32_t>(k - world.first_institution[world.institutions.community[k]] + 1);
  }

  static void leave_body(World& world, Vertex i, std::size_t k) {
    Residents& r = world.residents();
    if (r.joined[i] == place_among(world, k)) {
      r.joined[i] = 0;
    } else {
      const unsigned place = place_of(world, i, k);
      if (place == ending_memberships) return;
      r.lapsed[i] = static_cast<std::uint8_t>(r.lapsed[i] | (1U << place));
    }
    --world.institutions.members[k];
    r.member_of[i] = 0;
    for_memberships(world, world.institutions.community[k], i, [&](std::size_t other) {
      r.member_of[i] = static_cast<std::uint16_t>(r.member_of[i] | bit(world.institutions.kind[other]));
    });
  }

  /// Resident i, not a member of the kind and with nothing joined, becomes a member of institution k (again).
  static void join_body(World& world, Vertex i, std::size_t k) {
    Residents& r = world.residents();
    const unsigned place = place_of(world, i, k);
    if (place < ending_memberships)
      r.lapsed[i] = static_cast<std::uint8_t>(r.lapsed[i] & ~(1U << place));
    else
      r.joined[i] = place_among(world, k);
    ++world.institutions.members[k];
    r.member_of[i] = static_cast<std::uint16_t>(r.member_of[i] | bit(world.institutions.kind[k]));
  }

  /// Success, money, activity, credibility and capacity of institution k after its members have moved.
  void work(World& world, std::size_t c, std::size_t k) const {
    Institutions& bodies = world.institutions;
    const std::size_t q = bodies.kind[k];
    const double size = bodies.usual_members[k];
    const double members = bodies.members[k];
    bodies.success[k] += s_rate * (world.akimats.answered[c] - bodies.success[k]);
    if (world.week < 0) bodies.usual_success[k] = bodies.success[k];
    const double better = bodies.success[k] - bodies.usual_success[k];

    const double given = supported(q, c);
    bodies.money[k] += (dues[q] * members + given * size) / turns - spend * bodies.money[k];
    const double spent = size > 0 ? turns * spend * bodies.money[k] / size : dues[q] + given;
    const double target = logistic(logit(bodies.usual_activity[k]) + g_success * better +
                                   g_members * (members - size) / std::max(size, 1.0) +
                                   g_money * log_((spent + volunteer) / (dues[q] + volunteer)));
    double activity = bodies.activity[k] + a_rate * (target - bodies.activity[k]);
    if (closes_[q]) activity = std::min(activity, (1.0 - closed[c]) * target);
    bodies.activity[k] = Share(activity);
    bodies.credibility[k] = Share(bodies.credibility[k] + c_rate * (credible(world, c, k) - bodies.credibility[k]));
    bodies.capacity[k] = static_cast<float>(world.settings.outreach[q] * members * activity / bodies.usual_activity[k]);
  }

  std::array<bool, kinds> closes_{};  ///< kinds that `closed` closes: made by `prepare`
};

}  // namespace

std::unique_ptr<Mechanism> make_institutions() { return std::make_unique<CivilInstitutions>(); }

}  // namespace kurultai
