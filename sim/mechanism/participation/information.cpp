// information: residents become aware of open matters (MODEL 7.5; D3, R4, R6).
//
//   P = 1 - [ (1 - v_k) (1 - a_ij m_i) (1 - e_j m_i) (1 - d_ij) (1 - w_ij) (1 - o_i) prod_l (1 - qN_l)^nN (1 - qP_l)^nP
//   ]^(1/T)
//
//   a = min(1, reach (1 + a_openness (openness_j - openness_0)))       offline announcement
//   e = 1 - prod over local media of j (1 - media activity credibility)  and, of national matters, broadcast
//   d = push 2 quality_j                                                notice of the platform, to users
//   w = site 2 competence_j openness_j                                  the akimat's site, to those with access
//   v = invitation                                                      personal, to all who may take part in the form
//
// d and w reach only those whose connection is up (platform.outage).
// m_i exposure of i; o outreach by institutions of which i is a member, each reaching a member with probability
// min(1, capacity / members) x credibility x activity; nN, nP neighbours in layer l who were aware and had not /
// had acted (Banerjee et al. 2013). Every chance is given per round; T is the round's length in weeks
// (announced + open, or a part of it where a form has several rounds), so that a longer round is no treatment. The
// online layer carries between platform users only, and from those who show what they do (publication). Of local
// matters one hears inside the community only, of national ones everywhere (exposure). With `heed` = k word of mouth
// counts only from k or more neighbours (complex contagion), counted as persons: one who is met in two layers is one,
// though he has two occasions to tell.
#include <algorithm>
#include <array>

#include "base/elementary.h"
#include "mechanism/kit/acts.h"
#include "mechanism/kit/akimat_style.h"
#include "mechanism/kit/membership.h"
#include "mechanism/kit/neighbours.h"
#include "mechanism/kit/platforms.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

/// ln(1 - q): what one more contact adds to the log of staying unaware. q = 1 is certainty.
double log_unreached(double q) { return q >= 1.0 ? -1e9 : log_(1.0 - q); }

class Information final : public Mechanism {
 public:
  Information()
      : Mechanism({.name = "information",
            .meaning = "residents become aware of open matters",
            .source = "MODEL 7.5; D3, R4, R6; Banerjee et al. 2013",
            .phase = Phase::information}) {
    observe({.name = "awareness",
        .meaning = "share of eligible adults who knew of the matters that closed in the last 52 weeks",
        .source = "D3",
        .window = weeks_a_year,
        .residents =
            [this](const Week& week, const Block& block, std::size_t, auto known, auto all) {
              const Docket& docket = week.dockets[block.community];
              for (Vertex i = block.first; i < block.last; ++i)
                if (is_adult(age_[i])) {
                  const auto mine = static_cast<std::uint16_t>(franchise_.of(docket, i) & docket.closing);
                  known[i - block.first] = static_cast<std::uint32_t>(__builtin_popcount(aware_[i] & mine));
                  all[i - block.first] = static_cast<std::uint32_t>(__builtin_popcount(mine));
                }
            },
        .happens = [this](const Week& week, std::size_t c, std::size_t) { return week.dockets[c].closing != 0; }});
  }

  /// Levers count where there are matters at all.
  static constexpr const char* matters = "form.*.standing=false";

  Lever reach{*this, "reach", 0.25, {0, 1}, "chance that the offline announcement reaches a fully exposed resident",
      "D3, R4; assumption", {.symbol = "a_j", .unit = "per round", .personal = true, .read_if = matters}};
  Real a_openness{*this, "a_openness", 0.5, {0, 10}, "how far openness above the usual carries announcements further",
      "R4; assumption"};
  Real openness_0{*this, "openness_0", 0.4, {0, 1}, "openness at which announcements reach as far as `reach` says",
      "the default of akimat.openness"};
  Lever media{*this, "media", 0.2, {0, 1},
      "chance that fully active and credible local media reach a fully exposed resident who does not follow them",
      "D3; assumption", {.symbol = "e", .unit = "per round", .read_if = matters}};
  Lever broadcast{*this, "broadcast", 0.3, {0, 1},
      "chance that national media tell a fully exposed resident of a national matter", "R6; assumption",
      {.symbol = "e", .unit = "per round", .read_if = matters}};
  Lever push{*this, "push", 0.6, {0, 1}, "chance that a platform's notice reaches a user", "P4; assumption",
      {.symbol = "d", .unit = "per round", .personal = true, .read_if = matters}};
  Lever site{*this, "site", 0.05, {0, 1},
      "chance that the akimat's site tells a resident with access, where it is open in full and competence is 1/2",
      "I3, R4, P4; assumption", {.symbol = "w", .unit = "per round", .read_if = matters}};
  Lever outreach{*this, "outreach", 1.0, {0, 10},
      "how actively institutions tell their members, relative to their activity", "MODEL 7.5; assumption",
      {.symbol = "o", .unit = "factor", .read_if = matters}};
  Numbers q_aware{*this, "q_aware", {0.08, 0.02, 0.01, 0.01, 0.01}, {0, 1},
      "chance that one informed neighbour who did not act passes it on: household, kin, neighbour, work or school, "
      "online",
      "ratio to q_acted: Banerjee et al. 2013 (recalled); level: assumption", {.symbol = "q_N", .unit = "per round"}};
  Numbers q_acted{*this, "q_acted", {0.50, 0.14, 0.07, 0.07, 0.07}, {0, 1},
      "chance that one neighbour who acted passes it on, by layer as q_aware",
      "Banerjee et al. 2013 (recalled: about 7 times q_aware)", {.symbol = "q_P", .unit = "per round"}};
  Whole heed{*this, "heed", 1, {1, 255},
      "informed neighbours it takes before word of mouth is heeded; 1: simple contagion", "MODEL 7.5",
      {.unit = "neighbours"}};

  [[nodiscard]] std::string inconsistency() const override {
    for (std::size_t l = 0; l < resident_layers; ++l)
      if (q_acted[l] < q_aware[l]) return "q_acted must not be smaller than q_aware in any layer";
    return {};
  }

  void prepare(const Week& week) override {
    persons_.prepare(week);
    told_.assign(kind_.size(), 0.0);
    aired_.assign(week.communities(), 0.0);
  }

  void begin(const Week& /*week*/) override {
    for (std::size_t l = 0; l < resident_layers; ++l) {
      log_aware_[l] = log_unreached(q_aware[l]);
      log_acted_[l] = log_unreached(q_acted[l]);
    }
    std::fill(aired_.begin(), aired_.end(), 1.0);
    for (std::size_t k = 0; k < kind_.size(); ++k) {
      const double members = members_[k];
      const double reached = members <= 0 ? 0.0 : std::min(1.0, capacity_[k] / members);
      told_[k] = log_unreached(std::min(1.0, reached * credibility_[k] * activity_[k] * outreach[community_[k]]));
      if (static_cast<InstitutionKind>(kind_[k]) == InstitutionKind::media) {
        const std::size_t c = community_[k];
        aired_[c] *= 1.0 - std::min(1.0, media[c] * activity_[k] * credibility_[k]);
      }
    }
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.dockets[community].live != 0;
  }

  void residents(const Week& week, const Batch& batch, Exposure& exposure) override {
    const std::size_t c = batch.community;
    const Docket& docket = week.dockets[c];
    const Luck::Drawn luck = hears_(week);
    const double open = openness_(c);
    const double carried = std::max(0.0, 1.0 + a_openness * (open - openness_0));
    const double service = quality_(c);
    const double heard_online = std::min(1.0, site[c] * 2.0 * digital_competence_[c] * open);
    const double broadcasted = broadcast[c];
    std::array<double, slot_count> per_week{};  // 1 / T
    std::array<double, slot_count> invited{};   // log of the chance not to be invited
    for_slots(docket.live, [&](unsigned s) {
      const Form& form = week.forms[docket.slot[s].form];
      per_week[s] = 1.0 / form.round;
      invited[s] = log_unreached(form.invitation);
    });
    for (const Vertex i : batch) {
      const auto unaware = static_cast<std::uint16_t>(franchise_.of(docket, i) & ~aware_[i]);
      if (unaware == 0) continue;
      const double m = own_reach_[i];
      const bool user = platform_[i] != 0 && connection_.up(week, c, i);
      double missed = (1.0 - std::min(1.0, reach.at(c, i) * carried) * m) * (1.0 - (1.0 - aired_[c]) * m);
      if (user) missed *= 1.0 - std::min(1.0, push.at(c, i) * service);
      if (access_[i] && connection_.up(week, c, i)) missed *= 1.0 - heard_online;
      double direct = log_unreached(1.0 - missed);
      memberships_.each(week, c, i, [&](std::size_t k) { direct += told_[k]; });
      const double national = direct + log_unreached(broadcasted * m);
      const Name name = week.name(c, i);
      std::uint16_t learned = 0;
      Draws::Four words{};
      unsigned drawn = 16;
      for_slots(unaware, [&](unsigned s) {
        double unreached = invited[s] + (((docket.national >> s) & 1U) != 0 ? national : direct);
        if (exposure.filled()) {
          const Neighbours n = exposure.neighbours(s, i - batch.first);
          const bool everywhere = ((docket.national >> s) & 1U) != 0;
          if (heed == 1 || persons_(week, i, s, Shown::aware, n.aware, everywhere, user) >= heed)
            unreached += word_of_mouth(n, user);
        }
        if (unreached >= 0) return;
        if (drawn != s / 4) words = luck.words(name, drawn = s / 4);
        if (Draws::to_uniform(words[s % 4]) < 1.0 - exp_(unreached * per_week[s]))
          learned = static_cast<std::uint16_t>(learned | (1U << s));
      });
      aware_[i] = static_cast<std::uint16_t>(aware_[i] | learned);
    }
  }

 private:
  Read<std::uint8_t> age_{*this, &Residents::age};
  Read<std::uint8_t> platform_{*this, &Residents::platform};
  Read<std::uint8_t> access_{*this, &Residents::access};
  Read<Share> own_reach_{*this, &Residents::reach};
  Read<double> digital_competence_{*this, &Akimats::digital_competence};
  Read<std::uint8_t> kind_{*this, &Institutions::kind, at_start};
  Read<std::uint32_t> community_{*this, &Institutions::community};
  Read<std::uint32_t> members_{*this, &Institutions::members};
  Read<float> capacity_{*this, &Institutions::capacity};
  Read<Share> credibility_{*this, &Institutions::credibility};
  Read<Share> activity_{*this, &Institutions::activity};
  Franchise franchise_{*this};
  Memberships memberships_{*this};
  Persons persons_{*this};
  Openness openness_{*this, matters};
  RelativeQuality quality_{*this, matters};
  Connection connection_{*this, matters};
  Write<std::uint16_t> aware_{*this, &Residents::aware};
  Luck hears_{*this, "who hears of the matter in a slot", Luck::residents, Luck::weekly, slot_count};

  /// What neighbours add to the log of staying unaware, tie by tie: one met in two layers has two occasions to tell.
  [[nodiscard]] double word_of_mouth(const Neighbours& n, bool user) const {
    double sum = 0;
    for (std::size_t l = 0; l < resident_layers; ++l) {
      if (static_cast<Layer>(l) == Layer::online && !user) continue;
      sum += (n.aware[l] - n.acted[l]) * log_aware_[l] + n.acted[l] * log_acted_[l];
    }
    return sum;
  }

  std::array<double, resident_layers> log_aware_{};
  std::array<double, resident_layers> log_acted_{};
  std::vector<double> told_;   ///< by institution: log of the chance not to reach a member
  std::vector<double> aired_;  ///< by community: chance that local media do not reach anyone
};

}  // namespace

std::unique_ptr<Mechanism> make_information() { return std::make_unique<Information>(); }

}  // namespace kurultai
