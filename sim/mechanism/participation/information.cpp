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
#include "mechanism/kit/many.h"
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
        .residents = known_of_closing(),
        .of = SeriesSpec::Of::counted});
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
    per_week_.clear();
    invited_.clear();
    for (const Form& form : week.forms) {
      per_week_.push_back(1.0 / form.round);
      invited_.push_back(log_unreached(form.invitation));
    }
  }

  void begin(const Week& /*week*/) override {
    for (std::size_t l = 0; l < resident_layers; ++l) {
      log_aware_[l] = log_unreached(q_aware[l]);
      log_acted_[l] = log_unreached(q_acted[l]);
    }
    talk_ = Talk(log_aware_, log_acted_);
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
    const Here here(*this, week, batch.community);
    const Luck::Drawn luck = hears_(week);
    for (std::uint32_t group = 0; group < slot_count / Luck::block; ++group) {
      const unsigned slots = here.docket.live & (15U << (Luck::block * group));
      if (slots == 0) continue;
      const auto unaware = [&](Vertex i) {
        return static_cast<std::uint16_t>(franchise_.of(here.docket, i) & ~aware_[i] & slots);
      };
      draw_words(
          week, batch.community, batch, luck, group, [&](Vertex i) { return unaware(i) != 0; },
          [&](Vertex i, std::size_t lane, const Draws::Words& words) {
            const Draws::Four drawn = {words[0][lane], words[1][lane], words[2][lane], words[3][lane]};
            const std::uint16_t left = not_refused(week, here, i, unaware(i), drawn, exposure.filled());
            if (left == 0) return;
            aware_[i] =
                static_cast<std::uint16_t>(aware_[i] | learned(week, here, i, left, drawn, i - batch.first, exposure));
          });
    }
  }

 private:
  /// Of adults: in how many matters that close they may take part, and of how many of these they know.
  std::shared_ptr<const ResidentCount> known_of_closing() const {
    ResidentCount count{.when = ResidentCount::When::closing, .lanes = 2};
    count.fill = [this](const Week& week, const Block& block, std::size_t, const ResidentCount::Lanes& lanes) {
      const Docket& docket = week.dockets[block.community];
      const auto count_all = [&](const auto& may_take_part) {
        for (Vertex i = block.first; i < block.last; ++i) {
          const unsigned mine = franchise_.adult(i) ? may_take_part(i) & docket.closing : 0U;
          lanes[0][i - block.first] = static_cast<std::uint16_t>(bits_of(aware_[i] & mine));
          lanes[1][i - block.first] = static_cast<std::uint16_t>(bits_of(mine));
        }
      };
      if ((docket.members & docket.closing) != 0)
        count_all([&](Vertex i) { return franchise_.of(docket, i); });
      else
        count_all([&, may = Franchise::by_kind(docket)](Vertex i) { return may[franchise_.kind(i)]; });
    };
    return std::make_shared<const ResidentCount>(std::move(count));
  }

  Read<std::uint8_t> platform_{*this, &Residents::platform};
  Read<std::uint8_t> access_{*this, &Residents::access};
  Read<Share> own_reach_{*this, &Residents::reach};
  Read<std::uint16_t> member_of_{*this, &Residents::member_of};
  Read<std::uint32_t> signal_{*this, &Residents::signal};
  Read<std::uint8_t> shows_{*this, &Residents::shows};
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

  /// What a week of information needs of a community, looked up once a block.
  struct Here {
    Here(const Information& of, const Week& week, std::size_t c)
        : community(c),
          docket(week.dockets[c]),
          reach(of.reach.here(c)),
          push(of.push.here(c)),
          open(of.openness_(c)),
          carried(std::max(0.0, 1.0 + of.a_openness * (open - of.openness_0))),
          service(of.quality_(c)),
          site(std::min(1.0, of.site[c] * 2.0 * of.digital_competence_[c] * open)),
          broadcast(of.broadcast[c]),
          unaired(of.aired_[c]),
          most_by_announcement(
              reach.alike() ? bound::unreached_above(std::min(1.0, reach.value() * carried)) : certain),
          most_by_media(bound::unreached_above(1.0 - unaired)),
          most_by_push(push.alike() ? bound::unreached_above(std::min(1.0, push.value() * service)) : certain),
          most_by_site(bound::unreached_above(site)),
          most_by_broadcast(bound::unreached_above(broadcast)) {
      for_slots(docket.live, [&](unsigned s) {
        const Matter& matter = docket.slot[s];
        per_week[s] = of.per_week_[matter.form];
        invited[s] = of.invited_[matter.form];
        // What neighbours show is of last week.
        if (matter.announced < week.number()) most_by_tie[s] = of.talk_.most(matter.opens < week.number());
      });
    }
    static constexpr double certain = 1e9;
    std::size_t community;
    const Docket& docket;
    Lever::Here reach;
    Lever::Here push;
    double open;
    double carried;
    double service;
    double site;
    double broadcast;
    double unaired;
    // At least what each source adds to -ln of staying unaware: of m_i, those that it counts for (-ln(1 - a m) <=
    // -m ln(1 - a)).
    double most_by_announcement;
    double most_by_media;
    double most_by_push;
    double most_by_site;
    double most_by_broadcast;
    std::array<double, slot_count> per_week{};  ///< 1 / T
    std::array<double, slot_count> invited{};   ///< log of the chance not to be invited
    std::array<double, slot_count> most_by_tie{};
  };

  /// At least what neighbours add to -ln of staying unaware, four slots at a time: weights in whole steps, in 16-bit
  /// lanes of one word, so that a row is added up in a register.
  class Talk {
   public:
    static constexpr double steps = 512.0;
    Talk() = default;
    Talk(const std::array<double, resident_layers>& log_aware, const std::array<double, resident_layers>& log_acted) {
      std::uint64_t most = 1;
      for (std::size_t l = 0; l < resident_layers; ++l) {
        const std::uint64_t knew = in_steps(-log_aware[l]);
        const std::uint64_t acted = std::max(in_steps(-log_acted[l]), knew);
        most = std::max(most, acted);
        most_known_ = std::max(most_known_, static_cast<double>(knew) / steps);
        most_acted_ = std::max(most_acted_, static_cast<double>(acted) / steps);
        for (unsigned b = 0; b < 16; ++b)
          for (unsigned k = 0; k < Luck::block; ++k)
            if (((b >> k) & 1U) != 0) {
              knew_[l][b] += knew << (16 * k);
              acted_[l][b] += (acted - knew) << (16 * k);
            }
      }
      longest_ = 0xffffU / most;
    }
    /// Ties of a row that lanes have room for.
    [[nodiscard]] std::size_t longest() const { return longest_; }
    /// What a single tie adds at most, to one who knows of the matter only, or who acted.
    [[nodiscard]] double most(bool acted) const { return acted ? most_acted_ : most_known_; }
    [[nodiscard]] std::uint64_t of(Tie tie, std::uint32_t seen, unsigned shift, unsigned slots) const {
      const auto l = static_cast<std::size_t>(tie.layer());
      return knew_[l][(seen >> shift) & slots] + acted_[l][(seen >> (16 + shift)) & slots];
    }

   private:
    /// More than a lane holds is as good as certain; no row has room for it then.
    static std::uint64_t in_steps(double log) {
      return log <= 0.0 ? 0 : log < 100.0 ? static_cast<std::uint64_t>(log * steps * bound::more) + 1 : 0x10000U;
    }

    std::array<std::array<std::uint64_t, 16>, resident_layers> knew_{};
    std::array<std::array<std::uint64_t, 16>, resident_layers> acted_{};  ///< on top of that
    double most_known_ = 0;
    double most_acted_ = 0;
    std::size_t longest_ = 0;
  };

  /// Of the matters `unaware`, all of one group of four, those of which resident i may hear this week by what he drew:
  /// the chance is below that of the largest sum of all sources, 1 - e^-x < x.
  [[nodiscard]] std::uint16_t not_refused(const Week& week, const Here& here, Vertex i, std::uint16_t unaware,
      const Draws::Four& drawn, bool by_neighbours) const {
    const double m = own_reach_[i];
    const bool user = platform_[i] != 0;
    double direct = m * (here.most_by_announcement + here.most_by_media);
    if (user) direct += here.most_by_push;
    if (access_[i] != 0) direct += here.most_by_site;
    if (member_of_[i] != 0) memberships_.each(week, here.community, i, [&](std::size_t k) { direct -= told_[k]; });
    const auto may_hear = [&](unsigned s, double told) {
      double sum = direct - here.invited[s] + told;
      if (((here.docket.national >> s) & 1U) != 0) sum += m * here.most_by_broadcast;
      return sum > far || Draws::to_uniform(drawn[s % 4]) < sum * here.per_week[s] * (1.0 + 1e-6) + 1e-12;
    };
    const unsigned shift = static_cast<unsigned>(__builtin_ctz(unaware)) & ~3U;
    const unsigned everywhere = (static_cast<unsigned>(here.docket.national) >> shift) & 15U;
    const std::span<const Tie> row = everywhere != 0 ? week.ties.peers(i) : week.ties.inside(i);
    const double ties = by_neighbours ? static_cast<double>(row.size()) : 0.0;
    std::uint16_t left = 0;
    for_slots(unaware, [&](unsigned s) {
      if (may_hear(s, ties * here.most_by_tie[s])) left = static_cast<std::uint16_t>(left | (1U << s));
    });
    if (left == 0 || !by_neighbours || row.size() > talk_.longest()) return left;
    const std::uint64_t talk = talk_around(row, week.ties.inside(i).size(), shift, everywhere, user);
    for_slots(left, [&](unsigned s) {
      const double told = static_cast<double>((talk >> (16 * (s - shift))) & 0xffffU) / Talk::steps;
      if (!may_hear(s, told)) left = static_cast<std::uint16_t>(left & ~(1U << s));
    });
    return left;
  }
  /// A sum so large that 1 - e^-x is 1 in all but the last bits.
  static constexpr double far = 15.0;

  /// Those of the matters `unaware` that resident i hears of.
  [[nodiscard]] std::uint16_t learned(const Week& week, const Here& here, Vertex i, std::uint16_t unaware,
      const Draws::Four& drawn, std::size_t r, Exposure& exposure) const {
    const std::size_t c = here.community;
    const double m = own_reach_[i];
    const bool up = connection_.up(week, c, i);
    const bool user = platform_[i] != 0 && up;
    double missed = (1.0 - std::min(1.0, here.reach.at(i) * here.carried) * m) * (1.0 - (1.0 - here.unaired) * m);
    if (user) missed *= 1.0 - std::min(1.0, here.push.at(i) * here.service);
    if (access_[i] && up) missed *= 1.0 - here.site;
    double direct = log_unreached(1.0 - missed);
    memberships_.each(week, c, i, [&](std::size_t k) { direct += told_[k]; });
    const double national = direct + log_unreached(here.broadcast * m);
    std::uint16_t heard = 0;
    for_slots(unaware, [&](unsigned s) {
      const bool everywhere = ((here.docket.national >> s) & 1U) != 0;
      double unreached = here.invited[s] + (everywhere ? national : direct);
      if (exposure.filled()) {
        const Neighbours n = exposure.neighbours(s, r);
        if (heed == 1 || persons_(week, i, s, Shown::aware, n.aware, everywhere, user) >= heed)
          unreached += word_of_mouth(n, user);
      }
      if (unreached >= 0) return;
      if (Draws::to_uniform(drawn[s % 4]) < 1.0 - exp_(unreached * here.per_week[s]))
        heard = static_cast<std::uint16_t>(heard | (1U << s));
    });
    return heard;
  }

  /// Talk of what those behind a row of ties published, in the four slots from `shift` on: the first `inside` ties
  /// carry all matters, those beyond the community the ones `everywhere`.
  [[nodiscard]] std::uint64_t talk_around(
      std::span<const Tie> row, std::size_t inside, unsigned shift, unsigned everywhere, bool user) const {
    const std::uint32_t* const signal = signal_.data();
    std::uint64_t sum = 0;
    for (std::size_t k = 0; k < row.size(); ++k) {
      const Tie tie = row[k];
      if (tie.layer() == Layer::online && (!user || shows_[tie.to()] == 0)) continue;
      sum += talk_.of(tie, signal[tie.to()], shift, k < inside ? 15U : everywhere);
    }
    return sum;
  }

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
  Talk talk_;                     ///< made anew every week, as those above
  std::vector<double> per_week_;  ///< by form: 1 / T; made by `prepare`, as the next
  std::vector<double> invited_;   ///< by form: log of the chance not to be invited
  std::vector<double> told_;      ///< by institution: log of the chance not to reach a member
  std::vector<double> aired_;     ///< by community: chance that local media do not reach anyone
};

}  // namespace

std::unique_ptr<Mechanism> make_information() { return std::make_unique<Information>(); }

}  // namespace kurultai
