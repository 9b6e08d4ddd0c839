// trust: in the local akim, by experience and by talk (MODEL 7.18; T3, D3, R4; DeGroot 1974).
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
#include "mechanism/kit/akimat_style.h"
#include "mechanism/kit/census.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Trust final : public Mechanism {
 public:
  Trust()
      : Mechanism({.name = "trust",
            .meaning = "trust in the local akim, by experience and by talk",
            .source = "MODEL 7.18; T3, D3, R4; DeGroot 1974",
            .phase = Phase::experience}) {
    observe({.name = "trust",
        .meaning = "mean trust of adults in the local akim",
        .source = "I1",
        .mean = &Residents::trust});
  }

  Lever scandal{*this, "scandal", 0.0, {0, 1},
      "share of trust in the akim that a scandal destroys in each of its weeks", "MODEL 7.18, shocks",
      {.unit = "per week"}};
  Real level{*this, "level", 0.59, {0.01, 0.99}, "median trust at the start",
      "59% (KISI 2022); an axis from 0.3 to 0.85: 31% (Qalam 2022), 84% of rural people (2025)"};
  Real place_sd{
      *this, "place_sd", 0.3, {0, 5}, "SD of the level between communities", "assumption", {.unit = "log-odds"}};
  Real person_sd{*this, "person_sd", 0.8, {0, 5}, "SD of the level between people", "assumption", {.unit = "log-odds"}};
  Real t_sat{*this, "t_sat", 0.5, {-5, 5}, "weight of satisfaction", "D7; assumption"};
  Real t_open{*this, "t_open", 0.2, {-5, 5}, "weight of openness", "R4, D7; assumption"};
  Real openness_0{
      *this, "openness_0", 0.4, {0, 1}, "openness that people are used to", "the default of akimat.openness"};
  Real t_answer{*this, "t_answer", 0.2, {-5, 5}, "weight of matters answered", "T3; assumption"};
  Real rate{*this, "rate", 0.05, {0, 1}, "how fast trust follows experience upward", "assumption: about a year",
      {.unit = "per 4 weeks"}};
  Real loss_aversion{*this, "loss_aversion", 2.0, {1, 10}, "how much faster it follows downward",
      "MODEL 7.18; about 2 (prospect theory, recalled)", {.unit = "factor"}};
  Real share{
      *this, "share", 0.05, {0, 1}, "pull of household and kin", "DeGroot 1974; assumption", {.unit = "per 4 weeks"}};

  void prepare(const Week& week) override {
    const std::size_t communities = week.communities();
    usual_.assign(communities, 0.0);
    be_used_to_what_is();
    tally_.prepare(communities, week.blocks);
    for (std::size_t c = 0; c < communities; ++c)
      for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i)
        trust_[i] = trust_level_[i] = Share(own_level(week, c, i));
    for (const Block& block : week.blocks) count(Batch(block));
    for (std::size_t c = 0; c < communities; ++c) mean(c);
  }

  void begin(const Week& week) override {
    if (week.warm_up()) be_used_to_what_is();
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.due(community, weeks_a_month) || scandal[community] > 0;
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const std::size_t c = batch.community;
    if (scandal[c] > 0)
      for (const Vertex i : batch) trust_[i] = Share((1.0 - scandal[c]) * trust_[i]);
    if (week.due(c, weeks_a_month)) follow(week, batch);
    count(batch);
  }

  void end(const Week& week) override {
    for (std::size_t c = 0; c < week.communities(); ++c)
      if (wanted(week, c)) mean(c);
  }

  void state(Archive& archive) override { archive("usual", std::span(usual_)); }

 private:
  Read<Share> satisfaction_{*this, &Residents::satisfaction};
  Read<double> answered_{*this, &Akimats::answered};
  Read<double> answering_{*this, &Akimats::answering, at_start};
  Read<Share> shared_trust_{*this, &Residents::shared_trust};
  Read<std::uint8_t> age_{*this, &Residents::age, at_start};
  Openness openness_{*this};
  Write<Share> trust_{*this, &Residents::trust, at_start};
  Write<Share> trust_level_{*this, &Residents::trust_level, at_start};
  Write<double> trusted_{*this, &Akimats::trusted, at_start};
  Luck place_luck_{*this, "a place's level", Luck::communities, Luck::lasting};
  Luck person_luck_{*this, "a person's level", Luck::residents, Luck::lasting};

  void be_used_to_what_is() { std::ranges::copy(answering_.values(), usual_.begin()); }

  /// Trust follows experience, and others' trust.
  void follow(const Week& week, const Batch& batch) const {
    const std::size_t c = batch.community;
    const double general = t_open * (openness_(c) - openness_0) + t_answer * (answered_[c] - usual_[c]);
    const Share* const shared = shared_trust_.data();
    for (const Vertex i : batch) {
      const double now = trust_[i];
      double next = now;
      if (rate > 0) {
        const double tau = std::clamp(trust_level_[i] + t_sat * (satisfaction_[i] - 0.5) + general, 0.0, 1.0);
        next += std::min(1.0, rate * (tau < now ? loss_aversion.value() : 1.0)) * (tau - now);
      }
      if (share > 0) {
        std::uint32_t sum = 0;
        std::uint32_t close = 0;
        for (const Tie tie : week.ties.inside(i)) {
          if (tie.layer() > Layer::kin) break;  // sorted: household, kin, then the rest
          sum += shared[tie.to()].raw;
          ++close;
        }
        if (close != 0) next += share * (sum / Share::steps / close - now);
      }
      trust_[i] = Share(next);
    }
  }

  void count(const Batch& batch) {
    const Census people(batch);
    const std::span<std::int64_t> sum = tally_.block(batch.block);
    sum[0] = people.sum([&](Vertex i) {
      const std::uint16_t trust = trust_[i].raw;
      return is_adult(age_[i]) ? trust : std::uint16_t{0};
    });
    sum[1] = people.sum([&](Vertex i) { return is_adult(age_[i]); });
  }
  void mean(std::size_t c) const {
    std::array<std::int64_t, 2> sum{};
    tally_.community(c, sum);
    trusted_[c] = sum[1] > 0 ? static_cast<double>(sum[0]) / Share::steps / static_cast<double>(sum[1]) : level.value();
  }

  [[nodiscard]] double own_level(const Week& week, std::size_t c, Vertex i) const {
    const double place = place_sd > 0 ? place_sd * place_luck_(week).normal(week.name_of_community(c)) : 0.0;
    return logistic(logit(level) + place + person_sd * person_luck_(week).normal(week.name(c, i)));
  }

  Tally tally_{2};             ///< blocks of a community are cleared and read in one week: no state
  std::vector<double> usual_;  ///< by community: the chance of an answer that people are used to
};

}  // namespace

std::unique_ptr<Mechanism> make_trust() { return std::make_unique<Trust>(); }

}  // namespace kurultai
