// trust: in the local akim, by experience and by talk (MODEL 7; T3, D3, R4; DeGroot 1974).
//
//   tau_i = level_i + t_sat (satisfaction - 1/2) + t_open (openness_j - openness_0) + t_answer (answered_j - usual_j)
//   T <- (1 - scandal_j) T                                              every week of a scandal
//   T <- T + rate (tau - T), rate times `loss_aversion` where tau < T      losses weigh more than gains
//          + share (mean of T over household and kin in the community - T)
//
// level_i: a person's own level, logistic(logit(level) + place + person). usual_j: the chance of an answer when the
// warm-up ends (when the run begins, without one): until then it goes along, so that the term is noise; scandal: a
// shock. Every fourth week, communities in turn; others' trust as they published it.
#include <algorithm>

#include "base/elementary.h"
#include "mechanism/conduct.h"
#include "mechanism/list.h"

namespace kurultai {
namespace {

class Trust final : public Mechanism {
 public:
  Trust()
      : Mechanism({.name = "trust",
            .meaning = "trust in the local akim, by experience and by talk",
            .source = "MODEL 7; T3, D3, R4; DeGroot 1974",
            .phase = Phase::experience,
            .reads = {"satisfaction", "answered", "answering", "shared_trust", "age", "own_openness"},
            .writes = {"trust", "trust_level", "trusted"},
            .levers = {"akimat.openness"}}) {
    observe({.name = "trust",
        .meaning = "mean trust of adults in the local akim",
        .source = "I1",
        .mean = &Residents::trust});
  }

  Lever scandal{*this,
      {.name = "scandal",
          .unit = "per week",
          .meaning = "share of trust in the akim that a scandal destroys in each of its weeks",
          .source = "MODEL 11, shocks"},
      0.0, {0, 1}};
  Real level{*this,
      {.name = "level",
          .meaning = "median trust at the start",
          .source = "59% (KISI 2022); an axis from 0.3 to 0.85: 31% (Qalam 2022), 84% of rural people (2025)"},
      0.59, {0.01, 0.99}};
  Real place_sd{*this,
      {.name = "place_sd",
          .unit = "log-odds",
          .meaning = "SD of the level between communities",
          .source = "assumption"},
      0.3, {0, 5}};
  Real person_sd{*this,
      {.name = "person_sd", .unit = "log-odds", .meaning = "SD of the level between people", .source = "assumption"},
      0.8, {0, 5}};
  Real t_sat{*this, {.name = "t_sat", .meaning = "weight of satisfaction", .source = "D7; assumption"}, 0.5, {-5, 5}};
  Real t_open{*this, {.name = "t_open", .meaning = "weight of openness", .source = "R4, D7; assumption"}, 0.2, {-5, 5}};
  Real openness_0{*this,
      {.name = "openness_0", .meaning = "openness that people are used to", .source = "the default of akimat.openness"},
      0.4, {0, 1}};
  Real t_answer{
      *this, {.name = "t_answer", .meaning = "weight of matters answered", .source = "T3; assumption"}, 0.2, {-5, 5}};
  Real rate{*this,
      {.name = "rate",
          .unit = "per 4 weeks",
          .meaning = "how fast trust follows experience upward",
          .source = "assumption: about a year"},
      0.05, {0, 1}};
  Real loss_aversion{*this,
      {.name = "loss_aversion",
          .unit = "factor",
          .meaning = "how much faster it follows downward",
          .source = "MODEL 7; about 2 (prospect theory, recalled)"},
      2.0, {1, 10}};
  Real share{*this,
      {.name = "share",
          .unit = "per 4 weeks",
          .meaning = "pull of household and kin",
          .source = "DeGroot 1974; assumption"},
      0.05, {0, 1}};

  void prepare(World& world) override {
    const std::size_t communities = world.society.communities();
    usual_.assign(communities, 0.0);
    be_used_to_what_is(world);
    Residents& r = world.residents();
    tally_.prepare(communities, world.blocks);
    for (std::size_t c = 0; c < communities; ++c)
      for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i)
        r.trust[i] = r.trust_level[i] = Share(own_level(world, c, i));
    for (const Block& block : world.blocks) count(world, block);
    for (std::size_t c = 0; c < communities; ++c) mean(world, c);
  }

  void begin(World& world) override {
    if (world.week < 0) be_used_to_what_is(world);
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.due(community, 4) || scandal[community] > 0;
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const std::size_t c = block.community;
    if (scandal[c] > 0)
      for (Vertex i = block.first; i < block.last; ++i) r.trust[i] = Share((1.0 - scandal[c]) * r.trust[i]);
    if (world.due(c, 4)) follow(world, block);
    count(world, block);
  }

  void end(World& world) override {
    for (std::size_t c = 0; c < world.society.communities(); ++c)
      if (wanted(world, c)) mean(world, c);
  }

  void state(Archive& archive) override { archive("usual", std::span(usual_)); }

 private:
  void be_used_to_what_is(const World& world) { std::ranges::copy(world.akimats.answering.values(), usual_.begin()); }

  /// Trust follows experience, and others' trust.
  void follow(World& world, const Block& block) const {
    Residents& r = world.residents();
    const std::size_t c = block.community;
    const double general =
        t_open * (openness(world, c) - openness_0) + t_answer * (world.akimats.answered[c] - usual_[c]);
    const Share* const shared = r.shared_trust.data();
    for (Vertex i = block.first; i < block.last; ++i) {
      const double now = r.trust[i];
      double next = now;
      if (rate > 0) {
        const double tau = std::clamp(r.trust_level[i] + t_sat * (r.satisfaction[i] - 0.5) + general, 0.0, 1.0);
        next += std::min(1.0, rate * (tau < now ? loss_aversion.value() : 1.0)) * (tau - now);
      }
      if (share > 0) {
        std::uint32_t sum = 0;
        std::uint32_t close = 0;
        for (const Tie tie : world.society.ties.inside(i)) {
          if (tie.layer() > Layer::kin) break;  // sorted: household, kin, then the rest
          sum += shared[tie.to()].raw;
          ++close;
        }
        if (close != 0) next += share * (sum / 65535.0 / close - now);
      }
      r.trust[i] = Share(next);
    }
  }

  void count(const World& world, const Block& block) {
    const Residents& r = world.residents();
    tally_.clear_block(block.index);
    const std::span<std::int64_t> sum = tally_.block(block.index);
    for (Vertex i = block.first; i < block.last; ++i) {
      if (!r.adult(i)) continue;
      sum[0] += r.trust[i].raw;
      ++sum[1];
    }
  }
  void mean(World& world, std::size_t c) const {
    std::array<std::int64_t, 2> sum{};
    tally_.community(c, sum);
    world.akimats.trusted[c] =
        sum[1] > 0 ? static_cast<double>(sum[0]) / 65535.0 / static_cast<double>(sum[1]) : level.value();
  }

  [[nodiscard]] double own_level(const World& world, std::size_t c, Vertex i) const {
    const Draws draws = world.lasting(stream());
    const double place = place_sd > 0 ? place_sd * draws.normal({world.society.key[c], 0xffffffffU}) : 0.0;
    return logistic(logit(level) + place + person_sd * draws.normal(world.society.name(c, i)));
  }

  Tally tally_{2};             ///< blocks of a community are cleared and read in one week: no state
  std::vector<double> usual_;  ///< by community: the chance of an answer that people are used to
};

}  // namespace

std::unique_ptr<Mechanism> make_trust() { return std::make_unique<Trust>(); }

}  // namespace kurultai
