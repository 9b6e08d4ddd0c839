// norms: memory of what neighbours were seen to do (MODEL 7.4).
//
//   v_if  <- 1 - (1 - v_if)(1 - vis_f)   when i's act in a matter that closes was seen; v halves every 26 weeks
//   x_if   = mean of v_jf over all neighbours j, everywhere
//   xbar_fj <- xbar + rate (mean of x over the community - xbar)
//
// Everyone keeps the fading trace of his own visible acts, v, and neighbours read it: a mean of memories is the
// memory of a mean, so nobody has to remember others. v is what neighbours see: it changes at the week's end (it
// belongs to publication), x is gathered every fourth week, communities in turn.
#include "base/elementary.h"
#include "base/parallel.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

constexpr std::uint32_t interval = weeks_a_month;  // between two gathers of one community

class Norms final : public Mechanism {
 public:
  Norms()
      : Mechanism({.name = "norms",
            .meaning = "memory of what neighbours were seen to do",
            .source = "MODEL 7.4",
            .phase = Phase::exposure}) {}

  Real usual_rate{*this, "usual_rate", 0.04, {0, 1}, "how fast what is seen becomes what is usual here",
      "assumption: slow, about two years", {.unit = "per 4 weeks"}};

  void prepare(const Week& week) override {
    norm_.fill(Share{});
    habitual_norm_.fill(0.0);
    sums_.prepare(week.communities(), week.blocks);
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.due(community, interval);
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    sums_.clear_block(batch.block);
    const std::span<std::int64_t> sum = sums_.block(batch.block);
    const Share* const visible = visible_.data();
    for (const Vertex i : batch) {
      week.ties.prefetch(i + Ties::ahead, visible, family_count);
      const std::span<const Tie> peers = week.ties.peers(i);
      if (peers.empty()) continue;
      std::uint64_t offline = 0;
      std::uint64_t online = 0;
      for (const Tie tie : peers) {
        const Share* const of = visible + tie.to() * family_count;
        offline += of[0].raw;
        online += of[1].raw;
      }
      const std::array<std::uint64_t, family_count> seen = {offline, online};
      for (std::size_t f = 0; f < family_count; ++f) {
        norm_(i, f).raw = static_cast<std::uint16_t>(seen[f] / peers.size());
        sum[f] += norm_(i, f).raw;
      }
    }
  }

  void end(const Week& week) override {
    for (std::size_t c = 0; c < week.communities(); ++c) {
      if (!wanted(week, c)) continue;
      std::array<std::int64_t, family_count> sum{};
      sums_.community(c, sum);
      const double people = week.first[c + 1] - week.first[c];
      for (std::size_t f = 0; f < family_count; ++f) {
        double& usual = habitual_norm_(c, f);
        usual += usual_rate * (static_cast<double>(sum[f]) / Share::steps / people - usual);
      }
    }
  }

 private:
  Read<Share> visible_{*this, &Residents::visible};
  Write<Share> norm_{*this, &Residents::norm, at_start};
  Write<double> habitual_norm_{*this, &Akimats::habitual_norm, at_start};

  Tally sums_{family_count};
};

}  // namespace

std::unique_ptr<Mechanism> make_norms() { return std::make_unique<Norms>(); }

}  // namespace kurultai
