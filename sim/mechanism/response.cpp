// response: matters that close get an outcome (MODEL 6; T3, D9, R1, P1, P2).
//
//   answering_j = responsiveness_j min(1, capacity_j / load_j) R_j / (R_j + R_0) (autonomy_j + (1 - autonomy_j) above)
//
// load: matters a year on the community's agenda; R: budget a head. A matter within the akimat's powers
// (share `autonomy`) is decided here, the rest above, where a local matter is answered `above` times as often. A
// matter below its quorum fails. A vote on a budget leaves the mix that its voters wished for.
// Limits: an outcome is yes or no, in the week a matter closes.
#include <algorithm>
#include <cmath>

#include "mechanism/list.h"

namespace kurultai {
namespace {

class Response final : public Mechanism {
 public:
  Response()
      : Mechanism({.name = "response",
                   .meaning = "closed matters are answered or ignored",
                   .source = "MODEL 6; T3, D9, R1, P1, P2",
                   .phase = Phase::response,
                   .reads = {"aware", "acted", "wish"},
                   .writes = {"answering", "answered", "voted"}}) {
    observe({.name = "answered",
             .meaning = "share of recent matters answered, mean over adults",
             .source = "D3, I1",
             .community = [](const World& world, std::size_t c,
                             std::size_t) { return SeriesSpec::Ratio{world.akimats.answered[c] * world.akimats.adults[c], static_cast<double>(world.akimats.adults[c])}; }});
  }

  Real r0{*this, {.name = "resources_0", .symbol = "R_0", .unit = "thousand tenge a head and year", .meaning = "budget a head at which half of what is possible is possible", .source = "D9; assumption"}, 20, {0, 1e6}};
  Real above{*this, {.name = "above", .meaning = "how often a matter decided above is answered, relative to one decided here", .source = "R1; assumption"}, 0.5, {0, 1}};
  Real memory{*this, {.name = "memory", .unit = "per matter", .meaning = "weight of the last matter in the share answered", .source = "assumption"}, 0.1, {0, 1}};

  void prepare(World& world) override {
    const std::size_t communities = world.society.communities();
    tally_.prepare(communities, world.blocks);
    world.akimats.voted.fill(0.0);
    load_ = 0;
    std::vector<double> a_year(world.forms.size(), 0.0);
    for (std::size_t f = 0; f < world.forms.size(); ++f)
      if (world.forms[f].period > 0) a_year[f] = 52.0 / static_cast<double>(world.forms[f].period);
    // A form that follows another comes as often; chains are at most as long as there are forms.
    for (std::size_t round = 0; round < world.forms.size(); ++round)
      for (std::size_t f = 0; f < world.forms.size(); ++f)
        for (std::size_t g = 0; g < world.forms.size(); ++g)
          if (world.forms[f].period == 0 && world.forms.key(g) == world.forms[f].follows.value()) a_year[f] = a_year[g];
    for (const double n : a_year) load_ += n;
    form_key_.clear();
    for (std::size_t f = 0; f < world.forms.size(); ++f) form_key_.push_back(static_cast<std::uint32_t>(key_of(world.forms[f].name())));
    for (std::size_t c = 0; c < communities; ++c) {
      world.akimats.answering[c] = answering(world, c);
      world.akimats.answered[c] = world.akimats.answering[c];
    }
  }

  void begin(World& world) override {
    for (std::size_t c = 0; c < world.dockets.size(); ++c) world.akimats.answering[c] = answering(world, c);
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.dockets[community].closing != 0;
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    const Residents& r = world.residents();
    const Docket& docket = world.dockets[block.community];
    tally_.clear_block(block.index);
    const std::span<std::int64_t> sum = tally_.block(block.index);
    for (Vertex i = block.first; i < block.last; ++i) {
      for_slots(static_cast<std::uint16_t>(docket.eligible(r, i) & docket.closing), [&](unsigned s) { ++sum[s * fields + eligible]; });
      for_slots(static_cast<std::uint16_t>(r.aware[i] & docket.closing), [&](unsigned s) { ++sum[s * fields + aware]; });
      for_slots(static_cast<std::uint16_t>(r.acted[i] & docket.closing), [&](unsigned s) { ++sum[s * fields + acted + r.wish[i]]; });
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
        const std::int64_t* counts = &sum[s * fields];
        std::int64_t acts = 0;
        for (std::size_t g = 0; g < good_count; ++g) acts += counts[acted + g];
        matter.eligible = static_cast<std::uint32_t>(counts[eligible]);
        matter.aware = static_cast<std::uint32_t>(counts[aware]);
        matter.acted = static_cast<std::uint32_t>(acts);
        const bool quorate = static_cast<double>(acts) >= form.quorum * people;
        const bool yes = quorate &&
                         draws.chance(world.akimats.answering[c], {world.society.key[c], 0xffffffffU}, form_key_[matter.form]);
        matter.outcome = yes ? Outcome::answered : Outcome::ignored;
        double& answered = world.akimats.answered[c];
        answered += memory * ((yes ? 1.0 : 0.0) - answered);
        if (form.decides.is("budget") && acts > 0)
          for (std::size_t g = 0; g < good_count; ++g)
            world.akimats.voted(c, g) = static_cast<double>(counts[acted + g]) / static_cast<double>(acts);
      });
    }
  }

 private:
  static constexpr std::size_t eligible = 0, aware = 1, acted = 2, fields = 2 + good_count;

  [[nodiscard]] double answering(const World& world, std::size_t c) const {
    const Practice& practice = world.practice;
    const double resources = world.society.country.communities[c].resources * practice.resources[c];
    const double handled = load_ <= 0 ? 1.0 : std::min(1.0, practice.capacity[c] / load_);
    const double means = resources + r0 <= 0 ? 0.0 : resources / (resources + r0);
    return practice.responsiveness[c] * handled * means * (practice.autonomy[c] + (1.0 - practice.autonomy[c]) * above);
  }

  Tally tally_{slot_count * fields};
  double load_ = 0;
  std::vector<std::uint32_t> form_key_;
};

}  // namespace

std::unique_ptr<Mechanism> make_response() { return std::make_unique<Response>(); }

}  // namespace kurultai
