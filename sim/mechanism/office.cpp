// office: election and appointment of the akim (MODEL 3, 6; R1, T3, T6, D10).
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
// decisions weigh the state more (conduct.h). Once a year, communities in turn, the district keeps him with chance
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
#include "mechanism/conduct.h"
#include "mechanism/list.h"

namespace kurultai {
namespace {

class Office final : public Mechanism {
 public:
  Office()
      : Mechanism({.name = "office",
            .meaning = "elected and appointed akims keep or lose office",
            .source = "MODEL 3, 6; R1, T3, T6, D10",
            .phase = Phase::response,
            .reads = {"acted", "satisfaction", "answering", "mix", "area_mix", "effort", "tension", "adults", "age",
                "member_of", "occupation"},
            .writes = {"akim_factor", "official_turnout", "replaced", "appointed"},
            .adds = {"answered"},
            .levers = {"akimat.elected if form.*.decides=office"}}) {
    observe({.name = "official_turnout",
        .meaning = "turnout at the last election of the akim as the administration reports it, with those it "
                   "mobilised; mean over adults of communities that have voted",
        .source = "rural akims since 2021: 79.1%, by oblast 66.5% to 90.9% (verified); never calibrated on",
        .community = [](const World& world, std::size_t c, std::size_t) {
          const double weight = world.akimats.official_turnout[c] > 0 ? world.akimats.adults[c] : 0.0;
          return SeriesSpec::Ratio{world.akimats.official_turnout[c] * weight, weight};
        }});
    observe({.name = "akims_replaced",
        .unit = "per year",
        .meaning = "share of elected akims voted out in a year, of late",
        .source = "MODEL 6",
        .least_scale = 0.05,
        .community = [this](const World& world, std::size_t c, std::size_t) {
          const double elected = votes(world, c) && world.akimats.appointed[c] <= 0 ? 1.0 : 0.0;
          return SeriesSpec::Ratio{elected * world.akimats.replaced[c], elected};
        }});
    observe({.name = "akims_dismissed",
        .unit = "per year",
        .meaning = "share of appointed akims whom the district replaced in a year, of late",
        .source = "R1, T3",
        .community = [](const World& world, std::size_t c, std::size_t) {
          const double appointed = world.akimats.appointed[c];
          return SeriesSpec::Ratio{appointed * world.akimats.replaced[c], appointed};
        }});
    observe({.name = "appointed",
        .meaning = "share of adults whose akim is appointed",
        .source = "R1, T6",
        .community = over_adults(&Akimats::appointed)});
    observe({.name = "akim_factor",
        .unit = "factor",
        .meaning = "how responsive elected akims are, relative to akimat.responsiveness, mean over communities",
        .source = "MODEL 6",
        .community = [this](const World& world, std::size_t c, std::size_t) {
          const double elected = votes(world, c) && world.akimats.appointed[c] <= 0 ? 1.0 : 0.0;
          return SeriesSpec::Ratio{elected * world.akimats.akim_factor[c], elected};
        }});
  }

  Real c0{*this,
      {.name = "c0",
          .symbol = "c0",
          .unit = "log-odds",
          .meaning = "advantage of the incumbent whose voters are neither satisfied nor dissatisfied",
          .source = "assumption: two of three stay"},
      0.7, {-20, 20}};
  Real c1{*this,
      {.name = "c1",
          .symbol = "c1",
          .unit = "log-odds",
          .meaning = "weight of voters' mean satisfaction",
          .source = "MODEL 6; assumption"},
      4.0, {-100, 100}};
  Real u0{*this,
      {.name = "u0",
          .symbol = "u_0",
          .unit = "log-odds",
          .meaning = "odds that an appointed akim is kept for another year, where the district is neither pleased nor "
                     "displeased",
          .source = "assumption: about one in six goes"},
      1.0, {-20, 20}};
  Real u_mix{*this,
      {.name = "u_mix",
          .symbol = "u_mix",
          .unit = "log-odds",
          .meaning = "weight of spending as the district would",
          .source = "T3; assumption"},
      2.0, {-100, 100}};
  Real u_effort{*this,
      {.name = "u_effort",
          .symbol = "u_effort",
          .unit = "log-odds",
          .meaning = "weight of collecting more of the tax potential than others of the district",
          .source = "R2; assumption"},
      2.0, {-100, 100}};
  Real u_tension{*this,
      {.name = "u_tension",
          .symbol = "u_tension",
          .unit = "log-odds",
          .meaning = "weight of tension, which the district dislikes",
          .source = "D10; assumption"},
      2.0, {-100, 100}};
  Real spread{*this,
      {.name = "spread", .meaning = "half-width of akims' own responsiveness around 1", .source = "assumption"}, 0.3,
      {0, 1}};

  void prepare(World& world) override {
    const std::size_t communities = world.society.communities();
    tally_.prepare(communities, world.blocks);
    forms_.assign(world.forms.size(), 0);
    types_ = 0;
    for (std::size_t f = 0; f < world.forms.size(); ++f) {
      const FormSpec& form = world.forms[f];
      if (form.standing || !form.decides.is("office")) continue;
      forms_[f] = 1;
      for (unsigned t = 0; t < place_type_count; ++t)
        if (form.held_in(static_cast<PlaceType>(t))) types_ |= 1U << t;
    }
    world.akimats.official_turnout.fill(0.0);
    world.akimats.replaced.fill(0.0);
    const Draws draws = world.lasting(stream());
    appoint(world);
    for (std::size_t c = 0; c < communities; ++c)
      world.akimats.akim_factor[c] = enabled ? factor(draws, world, c) : 1.0;
  }

  void begin(World& world) override { appoint(world); }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return elections(world, community) != 0;
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    const Residents& r = world.residents();
    const Docket& docket = world.dockets[block.community];
    const std::uint16_t polls = elections(world, block.community);
    tally_.clear_block(block.index);
    const std::span<std::int64_t> sum = tally_.block(block.index);
    for (Vertex i = block.first; i < block.last; ++i) {
      for_slots(
          static_cast<std::uint16_t>(docket.eligible(r, i) & polls), [&](unsigned s) { ++sum[s * fields + eligible]; });
      for_slots(static_cast<std::uint16_t>(r.acted[i] & polls), [&](unsigned s) {
        ++sum[s * fields + voters];
        sum[s * fields + content] += r.satisfaction[i].raw;
      });
    }
  }

  void end(World& world) override {
    Akimats& a = world.akimats;
    const Draws draws = world.draws(stream());
    std::array<std::int64_t, slot_count * fields> sum{};
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      a.replaced[c] -= a.replaced[c] / 26.0;
      const std::uint16_t polls = elections(world, c);
      if (polls == 0) continue;
      tally_.community(c, sum);
      for_slots(polls, [&](unsigned s) {
        const FormSpec& form = world.forms[world.dockets[c].slot[s].form];
        const auto could = static_cast<double>(sum[s * fields + eligible]);
        const auto came = static_cast<double>(sum[s * fields + voters]);
        if (could > 0) a.official_turnout[c] = std::min(1.0, (came + form.mobilisation * (could - came)) / could);
        if (came <= 0 || came < form.quorum * (world.society.first[c + 1] - world.society.first[c])) return;
        const double mean = static_cast<double>(sum[s * fields + content]) / 65535.0 / came;
        if (draws.chance(logistic(c0 + c1 * (mean - 0.5)), place(world, c), 4)) return;
        succeed(world, c, draws);
      });
    }
    std::vector<double> effort(world.districts.size(), 0.0);
    std::vector<double> appointed(world.districts.size(), 0.0);
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      effort[district(world, c)] += a.appointed[c] * a.effort[c];
      appointed[district(world, c)] += a.appointed[c];
    }
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      if (a.appointed[c] <= 0 || !world.due(c, 52)) continue;
      const std::size_t d = district(world, c);
      double nearness = 1.0;
      for (std::size_t g = 0; g < good_count; ++g) nearness -= 0.5 * std::abs(a.mix(c, g) - world.districts.mix(d, g));
      const double pleased = u0 + u_mix * (nearness - 0.5) + u_effort * (a.effort[c] - effort[d] / appointed[d]) -
                             u_tension * a.tension[c];
      if (!draws.chance(logistic(pleased), place(world, c), 5)) succeed(world, c, draws);
    }
  }

 private:
  static constexpr std::size_t eligible = 0, voters = 1, content = 2, fields = 3;

  static Name place(const World& world, std::size_t c) { return {world.society.key[c], 0xffffffffU}; }
  [[nodiscard]] double factor(const Draws& draws, const World& world, std::size_t c) const {
    return 1.0 + spread * (2.0 * draws.uniform(place(world, c), 0) - 1.0);
  }
  /// A new akim takes over.
  void succeed(World& world, std::size_t c, const Draws& draws) const {
    Akimats& a = world.akimats;
    const double average = std::min(1.0, a.akim_factor[c] > 0 ? a.answering[c] / a.akim_factor[c] : a.answered[c]);
    a.answered[c] += 0.5 * (average - a.answered[c]);
    a.akim_factor[c] = factor(draws, world, c);
    a.replaced[c] += 2.0;  // a rate a year, over about half a year
  }
  void appoint(World& world) const {
    for (std::size_t c = 0; c < world.society.communities(); ++c)
      world.akimats.appointed[c] = enabled && !chosen(world, c) ? 1.0 : 0.0;
  }
  static std::size_t district(const World& world, std::size_t c) {
    return world.society.country.communities[c].district;
  }
  /// Whether residents choose the akim.
  [[nodiscard]] bool chosen(const World& world, std::size_t c) const { return elects(world, c) && votes(world, c); }
  /// Whether a form of the scenario elects an akim there.
  [[nodiscard]] bool votes(const World& world, std::size_t c) const {
    return ((types_ >> static_cast<unsigned>(world.society.country.communities[c].type)) & 1U) != 0;
  }
  /// Slots of elections that close this week.
  [[nodiscard]] std::uint16_t elections(const World& world, std::size_t c) const {
    return closing_of(world.dockets[c], [&](std::size_t form) { return forms_[form] != 0; });
  }

  Tally tally_{slot_count * fields};  ///< cleared and read within a week: no state
  std::vector<std::uint8_t> forms_;   ///< by form: 1 if it decides the office
  unsigned types_ = 0;                ///< types of community that elect their akim
};

}  // namespace

std::unique_ptr<Mechanism> make_office() { return std::make_unique<Office>(); }

}  // namespace kurultai
