// information: residents become aware of open matters (MODEL 4; D3, R4, R6).
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
#include "mechanism/conduct.h"
#include "mechanism/digital.h"
#include "mechanism/list.h"
#include "mechanism/membership.h"
#include "mechanism/neighbours.h"

namespace kurultai {
namespace {

/// ln(1 - q): what one more contact adds to the log of staying unaware. q = 1 is certainty.
double log_unreached(double q) { return q >= 1.0 ? -1e9 : log_(1.0 - q); }

class Information final : public Mechanism {
 public:
  Information()
      : Mechanism({.name = "information",
            .meaning = "residents become aware of open matters",
            .source = "MODEL 4; D3, R4, R6; Banerjee et al. 2013",
            .phase = Phase::information,
            .reads = {"exposure", "platform", "age", "members", "capacity", "credibility", "activity", "access",
                "digital_competence", "member_of", "lapsed", "joined", "community", "kind", "occupation",
                "own_openness", "shows", "signal"},
            .writes = {"aware"},
            .levers = {"information.reach if form.*.standing=false", "information.media if form.*.standing=false",
                "information.broadcast if form.*.standing=false", "information.push if form.*.standing=false",
                "information.site if form.*.standing=false", "information.outreach if form.*.standing=false",
                "akimat.openness if form.*.standing=false", "platform.quality if form.*.standing=false",
                "platform.outage if form.*.standing=false"}}) {
    observe({.name = "awareness",
        .meaning = "share of eligible adults who knew of the matters that closed in the last 52 weeks",
        .source = "D3",
        .window = 52,
        .residents =
            [](const World& world, const Block& block, std::size_t, auto known, auto all) {
              const Residents& r = world.residents();
              const Docket& docket = world.dockets[block.community];
              for (Vertex i = block.first; i < block.last; ++i)
                if (r.adult(i)) {
                  const auto mine = static_cast<std::uint16_t>(docket.eligible(r, i) & docket.closing);
                  known[i - block.first] = static_cast<std::uint32_t>(__builtin_popcount(r.aware[i] & mine));
                  all[i - block.first] = static_cast<std::uint32_t>(__builtin_popcount(mine));
                }
            },
        .happens = [](const World& world, std::size_t c, std::size_t) { return world.dockets[c].closing != 0; }});
  }

  Lever reach{*this,
      {.name = "reach",
          .symbol = "a_j",
          .unit = "per round",
          .meaning = "chance that the offline announcement reaches a fully exposed resident",
          .source = "D3, R4; assumption",
          .personal = true},
      0.25, {0, 1}};
  Real a_openness{*this,
      {.name = "a_openness",
          .meaning = "how far openness above the usual carries announcements further",
          .source = "R4; assumption"},
      0.5, {0, 10}};
  Real openness_0{*this,
      {.name = "openness_0",
          .meaning = "openness at which announcements reach as far as `reach` says",
          .source = "the default of akimat.openness"},
      0.4, {0, 1}};
  Lever media{*this,
      {.name = "media",
          .symbol = "e",
          .unit = "per round",
          .meaning = "chance that fully active and credible local media reach a fully exposed resident who does not "
                     "follow them",
          .source = "D3; assumption"},
      0.2, {0, 1}};
  Lever broadcast{*this,
      {.name = "broadcast",
          .symbol = "e",
          .unit = "per round",
          .meaning = "chance that national media tell a fully exposed resident of a national matter",
          .source = "R6; assumption"},
      0.3, {0, 1}};
  Lever push{*this,
      {.name = "push",
          .symbol = "d",
          .unit = "per round",
          .meaning = "chance that a platform's notice reaches a user",
          .source = "P4; assumption",
          .personal = true},
      0.6, {0, 1}};
  Lever site{*this,
      {.name = "site",
          .symbol = "w",
          .unit = "per round",
          .meaning = "chance that the akimat's site tells a resident with access, where it is open in full and "
                     "competence is 1/2",
          .source = "I3, R4, P4; assumption"},
      0.05, {0, 1}};
  Lever outreach{*this,
      {.name = "outreach",
          .symbol = "o",
          .unit = "factor",
          .meaning = "how actively institutions tell their members, relative to their activity",
          .source = "MODEL 4; assumption"},
      1.0, {0, 10}};
  Numbers q_aware{*this,
      {.name = "q_aware",
          .symbol = "q_N",
          .unit = "per round",
          .meaning = "chance that one informed neighbour who did not act passes it on: household, kin, neighbour, work "
                     "or school, online",
          .source = "ratio to q_acted: Banerjee et al. 2013 (recalled); level: assumption"},
      {0.08, 0.02, 0.01, 0.01, 0.01}, {0, 1}};
  Numbers q_acted{*this,
      {.name = "q_acted",
          .symbol = "q_P",
          .unit = "per round",
          .meaning = "chance that one neighbour who acted passes it on, by layer as q_aware",
          .source = "Banerjee et al. 2013 (recalled: about 7 times q_aware)"},
      {0.50, 0.14, 0.07, 0.07, 0.07}, {0, 1}};
  Whole heed{*this,
      {.name = "heed",
          .unit = "neighbours",
          .meaning = "informed neighbours it takes before word of mouth is heeded; 1: simple contagion",
          .source = "MODEL 4"},
      1, {1, 255}};

  [[nodiscard]] std::string inconsistency() const override {
    for (std::size_t l = 0; l < resident_layers; ++l)
      if (q_acted[l] < q_aware[l]) return "q_acted must not be smaller than q_aware in any layer";
    return {};
  }

  void prepare(World& world) override {
    told_.assign(world.institutions.size(), 0.0);
    aired_.assign(world.society.communities(), 0.0);
  }

  void begin(World& world) override {
    for (std::size_t l = 0; l < resident_layers; ++l) {
      log_aware_[l] = log_unreached(q_aware[l]);
      log_acted_[l] = log_unreached(q_acted[l]);
    }
    const Institutions& bodies = world.institutions;
    std::fill(aired_.begin(), aired_.end(), 1.0);
    for (std::size_t k = 0; k < bodies.size(); ++k) {
      const double members = bodies.members[k];
      const double reached = members <= 0 ? 0.0 : std::min(1.0, bodies.capacity[k] / members);
      told_[k] = log_unreached(
          std::min(1.0, reached * bodies.credibility[k] * bodies.activity[k] * outreach[bodies.community[k]]));
      if (static_cast<InstitutionKind>(bodies.kind[k]) == InstitutionKind::media) {
        const std::size_t c = bodies.community[k];
        aired_[c] *= 1.0 - std::min(1.0, media[c] * bodies.activity[k] * bodies.credibility[k]);
      }
    }
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.dockets[community].live != 0;
  }

  void residents(World& world, const Block& block, Exposure& exposure) override {
    Residents& r = world.residents();
    const std::size_t c = block.community;
    const Docket& docket = world.dockets[c];
    const Draws draws = world.draws(stream());
    const double open = openness(world, c);
    const double carried = std::max(0.0, 1.0 + a_openness * (open - openness_0));
    const double service = relative_quality(world, c);
    const double heard_online = std::min(1.0, site[c] * 2.0 * world.akimats.digital_competence[c] * open);
    const double broadcasted = broadcast[c];
    std::array<double, slot_count> per_week{};  // 1 / T
    std::array<double, slot_count> invited{};   // log of the chance not to be invited
    for_slots(docket.live, [&](unsigned s) {
      const FormSpec& form = world.forms[docket.slot[s].form];
      per_week[s] = 1.0 / form.round();
      invited[s] = log_unreached(form.invitation);
    });
    for (Vertex i = block.first; i < block.last; ++i) {
      const auto unaware = static_cast<std::uint16_t>(docket.eligible(r, i) & ~r.aware[i]);
      if (unaware == 0) continue;
      const double m = r.exposure[i];
      const bool user = on_platform(world, c, i);
      double missed = (1.0 - std::min(1.0, reach.at(c, i) * carried) * m) * (1.0 - (1.0 - aired_[c]) * m);
      if (user) missed *= 1.0 - std::min(1.0, push.at(c, i) * service);
      if (r.access[i] && connected(world, c, i)) missed *= 1.0 - heard_online;
      double direct = log_unreached(1.0 - missed);
      for_memberships(world, c, i, [&](std::size_t k) { direct += told_[k]; });
      const double national = direct + log_unreached(broadcasted * m);
      const Name name = world.society.name(c, i);
      std::uint16_t learned = 0;
      Draws::Four words{};
      unsigned drawn = 16;
      for_slots(unaware, [&](unsigned s) {
        double unreached = invited[s] + (((docket.national >> s) & 1U) != 0 ? national : direct);
        if (exposure.filled()) {
          const Neighbours n = exposure.neighbours(s, i - block.first);
          const bool everywhere = ((docket.national >> s) & 1U) != 0;
          if (heed == 1 || persons(world, i, s, Shown::aware, n.aware, everywhere, user) >= heed)
            unreached += word_of_mouth(n, user);
        }
        if (unreached >= 0) return;
        if (drawn != s / 4) words = draws.words(name, drawn = s / 4);
        if (Draws::to_uniform(words[s % 4]) < 1.0 - exp_(unreached * per_week[s]))
          learned = static_cast<std::uint16_t>(learned | (1U << s));
      });
      r.aware[i] = static_cast<std::uint16_t>(r.aware[i] | learned);
    }
  }

 private:
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
