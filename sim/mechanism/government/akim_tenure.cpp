// office: election and appointment of the akim (MODEL 7.8; R1, T3, T6, D10).
//
// When a matter that decides the office closes, the incumbent keeps it with chance
//
//   logistic(c0 + c1 (voters' mean satisfaction - 1/2))
//
// A new akim brings a responsiveness of his own: akim_factor, uniform in 1 +- spread, times akimat.responsiveness. What
// residents remember of matters answered is forgotten half way toward what an average akim would answer. Without a
// single voter, or below the form's quorum, the incumbent stays.
//
//   official turnout = (voters + mobilisation (eligible - voters)) / eligible
//
// The administration brings a share `mobilisation` of those who would stay away. They are counted here and nowhere
// else: in no participation, habit, trace, knowledge of wishes or vote; and nothing is calibrated on official turnout.
// Where akimat.elected is below 0.5, or no form elects the akim, the district appoints him, and he answers upward:
// decisions weigh the state more (akimat_style.h). Once a year, communities in turn, the district keeps him with chance
//
//   logistic(u0 + u_mix (nearness - 1/2) + u_effort (effort_j - effort of the district's appointed) - u_tension
//   tension_j) nearness = 1 - 1/2 sum_g |mix_jg - district's mix_g|
//
// else sends a new one, as an election does.
// Limits: voters look back at their satisfaction alone; no candidates, no campaign; an election is no answer, so
// nobody's propensity or efficacy learns from it.
#include <algorithm>
#include <cmath>

#include "base/elementary.h"
#include "mechanism/kit/acts.h"
#include "mechanism/kit/akimat_style.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class AkimTenure final : public Mechanism {
 public:
  AkimTenure()
      : Mechanism({.name = "office",
            .meaning = "elected and appointed akims keep or lose office",
            .source = "MODEL 7.8; R1, T3, T6, D10",
            .phase = Phase::response}) {
    observe({.name = "official_turnout",
        .meaning = "turnout at the last election of the akim as the administration reports it, with those it "
                   "mobilised; mean over adults of communities that have voted",
        .source = "rural akims since 2021: 79.1%, by oblast 66.5% to 90.9% (verified); never calibrated on",
        .community = [this](const Week&, std::size_t c, std::size_t) {
          const double weight = official_turnout_[c] > 0 ? adults_[c] : 0.0;
          return SeriesSpec::Ratio{official_turnout_[c] * weight, weight};
        }});
    observe({.name = "akims_replaced",
        .unit = "per year",
        .meaning = "share of elected akims voted out in a year, of late",
        .source = "MODEL 7.8",
        .least_scale = 0.05,
        .community = [this](const Week& week, std::size_t c, std::size_t) {
          const double elected = votes(week, c) && appointed_[c] <= 0 ? 1.0 : 0.0;
          return SeriesSpec::Ratio{elected * replaced_[c], elected};
        }});
    observe({.name = "akims_dismissed",
        .unit = "per year",
        .meaning = "share of appointed akims whom the district replaced in a year, of late",
        .source = "R1, T3",
        .community = [this](const Week&, std::size_t c, std::size_t) {
          const double appointed = appointed_[c];
          return SeriesSpec::Ratio{appointed * replaced_[c], appointed};
        }});
    observe({.name = "appointed",
        .meaning = "share of adults whose akim is appointed",
        .source = "R1, T6",
        .community = over_adults_of(adults_, appointed_)});
    observe({.name = "akim_factor",
        .unit = "factor",
        .meaning = "how responsive elected akims are, relative to akimat.responsiveness, mean over communities",
        .source = "MODEL 7.8",
        .community = [this](const Week& week, std::size_t c, std::size_t) {
          const double elected = votes(week, c) && appointed_[c] <= 0 ? 1.0 : 0.0;
          return SeriesSpec::Ratio{elected * akim_factor_[c], elected};
        }});
  }

  Real c0{*this, "c0", 0.7, {-20, 20}, "advantage of the incumbent whose voters are neither satisfied nor dissatisfied",
      "assumption: two of three stay", {.symbol = "c0", .unit = "log-odds"}};
  Real c1{*this, "c1", 4.0, {-100, 100}, "weight of voters' mean satisfaction", "MODEL 7.8; assumption",
      {.symbol = "c1", .unit = "log-odds"}};
  Real u0{*this, "u0", 1.0, {-20, 20},
      "odds that an appointed akim is kept for another year, where the district is neither pleased nor displeased",
      "assumption: about one in six goes", {.symbol = "u_0", .unit = "log-odds"}};
  Real u_mix{*this, "u_mix", 2.0, {-100, 100}, "weight of spending as the district would", "T3; assumption",
      {.symbol = "u_mix", .unit = "log-odds"}};
  Real u_effort{*this, "u_effort", 2.0, {-100, 100},
      "weight of collecting more of the tax potential than others of the district", "R2; assumption",
      {.symbol = "u_effort", .unit = "log-odds"}};
  Real u_tension{*this, "u_tension", 2.0, {-100, 100}, "weight of tension, which the district dislikes",
      "D10; assumption", {.symbol = "u_tension", .unit = "log-odds"}};
  Real spread{*this, "spread", 0.3, {0, 1}, "half-width of akims' own responsiveness around 1", "assumption"};

  void prepare(const Week& week) override {
    const std::size_t communities = week.communities();
    tally_.prepare(communities, week.blocks);
    forms_.assign(week.forms.size(), 0);
    types_ = 0;
    for (std::size_t f = 0; f < week.forms.size(); ++f) {
      const Form& form = week.forms[f];
      if (form.standing || form.decides != Decides::office) continue;
      forms_[f] = 1;
      types_ |= form.types;
    }
    official_turnout_.fill(0.0);
    replaced_.fill(0.0);
    appoint(week);
    for (std::size_t c = 0; c < communities; ++c) akim_factor_[c] = enabled ? factor(first_akim_(week), week, c) : 1.0;
  }

  void begin(const Week& week) override { appoint(week); }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return elections(week, community) != 0;
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const Docket& docket = week.dockets[batch.community];
    const std::uint16_t polls = elections(week, batch.community);
    tally_.clear_block(batch.block);
    const std::span<std::int64_t> sum = tally_.block(batch.block);
    for (const Vertex i : batch) {
      for_slots(static_cast<std::uint16_t>(franchise_.of(docket, i) & polls),
          [&](unsigned s) { ++sum[s * fields + eligible]; });
      for_slots(static_cast<std::uint16_t>(acted_[i] & polls), [&](unsigned s) {
        ++sum[s * fields + voters];
        sum[s * fields + content] += satisfaction_[i].raw;
      });
    }
  }

  void end(const Week& week) override {
    const Luck::Drawn stays = stays_(week);
    const Luck::Drawn kept = kept_(week);
    std::array<std::int64_t, slot_count * fields> sum{};
    for (std::size_t c = 0; c < week.communities(); ++c) {
      replaced_[c] -= replaced_[c] / weeks_a_half_year;
      const std::uint16_t polls = elections(week, c);
      if (polls == 0) continue;
      tally_.community(c, sum);
      for_slots(polls, [&](unsigned s) {
        const Form& form = week.forms[week.dockets[c].slot[s].form];
        const auto could = static_cast<double>(sum[s * fields + eligible]);
        const auto came = static_cast<double>(sum[s * fields + voters]);
        if (could > 0) official_turnout_[c] = std::min(1.0, (came + form.mobilisation * (could - came)) / could);
        if (came <= 0 || came < form.quorum * (week.first[c + 1] - week.first[c])) return;
        const double mean = static_cast<double>(sum[s * fields + content]) / Share::steps / came;
        if (stays.chance(logistic(c0 + c1 * (mean - 0.5)), week.name_of_community(c))) return;
        succeed(week, c);
      });
    }
    std::vector<double>& effort = district_effort_;
    std::vector<double>& appointed = district_appointed_;
    effort.assign(week.country.districts.size(), 0.0);
    appointed.assign(effort.size(), 0.0);
    for (std::size_t c = 0; c < week.communities(); ++c) {
      effort[district(week, c)] += appointed_[c] * effort_[c];
      appointed[district(week, c)] += appointed_[c];
    }
    for (std::size_t c = 0; c < week.communities(); ++c) {
      if (appointed_[c] <= 0 || !week.due(c, weeks_a_year)) continue;
      const std::size_t d = district(week, c);
      double nearness = 1.0;
      for (std::size_t g = 0; g < good_count; ++g)
        nearness -= 0.5 * std::abs(mix_(c, g) - area_mix_[Level::district](d, g));
      const double pleased =
          u0 + u_mix * (nearness - 0.5) + u_effort * (effort_[c] - effort[d] / appointed[d]) - u_tension * tension_[c];
      if (!kept.chance(logistic(pleased), week.name_of_community(c))) succeed(week, c);
    }
  }

 private:
  Read<std::uint16_t> acted_{*this, &Residents::acted};
  Read<Share> satisfaction_{*this, &Residents::satisfaction};
  Franchise franchise_{*this};
  Read<std::uint32_t> adults_{*this, &Akimats::adults};
  Read<double> answering_{*this, &Akimats::answering};
  Read<double> mix_{*this, &Akimats::mix};
  Read<double> effort_{*this, &Akimats::effort};
  Read<double> tension_{*this, &Akimats::tension};
  ReadAreas<double> area_mix_{*this, &Authorities::mix};
  Elects elects_{*this};
  Write<double> akim_factor_{*this, &Akimats::akim_factor, at_start};
  Write<double> official_turnout_{*this, &Akimats::official_turnout, at_start};
  Write<double> replaced_{*this, &Akimats::replaced, at_start};
  Write<double> appointed_{*this, &Akimats::appointed, at_start};
  Add<double> answered_{*this, &Akimats::answered};
  Luck first_akim_{*this, "how responsive the first akim is", Luck::communities, Luck::lasting};
  Luck next_akim_{*this, "how responsive a new akim is", Luck::communities, Luck::weekly};
  Luck stays_{*this, "whether voters keep the akim", Luck::communities, Luck::weekly, 1};
  Luck kept_{*this, "whether the district keeps him", Luck::communities, Luck::weekly, 1};

  static constexpr std::size_t eligible = 0, voters = 1, content = 2, fields = 3;

  [[nodiscard]] double factor(const Luck::Drawn& luck, const Week& week, std::size_t c) const {
    return 1.0 + spread * (2.0 * luck.uniform(week.name_of_community(c)) - 1.0);
  }
  /// A new akim takes over.
  void succeed(const Week& week, std::size_t c) const {
    const double average = std::min(1.0, akim_factor_[c] > 0 ? answering_[c] / akim_factor_[c] : answered_[c]);
    answered_[c] += 0.5 * (average - answered_[c]);
    akim_factor_[c] = factor(next_akim_(week), week, c);
    replaced_[c] += 2.0;  // a rate a year, over about half a year
  }
  void appoint(const Week& week) const {
    for (std::size_t c = 0; c < week.communities(); ++c) appointed_[c] = enabled && !chosen(week, c) ? 1.0 : 0.0;
  }
  [[nodiscard]] std::size_t district(const Week& week, std::size_t c) const { return week.place(c).district; }
  /// Whether residents choose the akim.
  [[nodiscard]] bool chosen(const Week& week, std::size_t c) const { return elects_(c) && votes(week, c); }
  /// Whether a form of the scenario elects an akim there.
  [[nodiscard]] bool votes(const Week& week, std::size_t c) const {
    return ((types_ >> static_cast<unsigned>(week.place(c).type)) & 1U) != 0;
  }
  /// Slots of elections that close this week.
  [[nodiscard]] std::uint16_t elections(const Week& week, std::size_t c) const {
    return closing_of(week.dockets[c], [&](std::size_t form) { return forms_[form] != 0; });
  }

  Tally tally_{slot_count * fields};     ///< cleared and read within a week: no state
  std::vector<double> district_effort_;  ///< scratch
  std::vector<double> district_appointed_;
  std::vector<std::uint8_t> forms_;  ///< by form: 1 if it decides the office
  unsigned types_ = 0;               ///< types of community that elect their akim
};

}  // namespace

std::unique_ptr<Mechanism> make_akim_tenure() { return std::make_unique<AkimTenure>(); }

}  // namespace kurultai
