// publication: what neighbours will see next week, copied once, at the week's end (MODEL 7.28).
//
// signal = aware | acted << 16, in communities whose matters moved; shared_trust = trust every fourth week; shows: a
// platform user lets online friends see what he knows of and does, with the lasting chance `display`, and where a
// message asks him to (platform.message) with message_display more.
#include <algorithm>
#include <functional>

#include "mechanism/kit/many.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Publication final : public Mechanism {
 public:
  Publication()
      : Mechanism({.name = "publication",
            .meaning = "what neighbours will see next week",
            .source = "MODEL 7.28",
            .phase = Phase::publication}) {}

  Lever display{*this, "display", 1.0, {0, 1},
      "share of platform users who let online friends see what they know of and take part in",
      "Bond et al. 2012; assumption", {.personal = true}};
  Real message_display{*this, "message_display", 0.2, {0, 1},
      "share of the users who get the message of lever platform.message who show what they do with its button",
      "Bond et al. 2012: 20% (recalled)"};

  void prepare(const Week& week) override {
    for (Vertex i = 0; i < week.residents(); ++i) {
      shared_trust_[i] = trust_[i];
      shows_[i] = 0;
    }
    signal_.fill(0);
    would_show_.assign(week.residents(), 0);
    share_.assign(week.blocks.size(), -1.0);
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    const Docket& docket = week.dockets[community];
    return (docket.live | docket.stale) != 0 || week.due(community, weeks_a_month);
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const Docket& docket = week.dockets[batch.community];
    if ((docket.live | docket.stale) != 0) {
      const auto both = [](std::uint16_t aware, std::uint16_t acted) { return aware | std::uint32_t{acted} << 16; };
      const std::uint16_t* const aware = aware_.data() + batch.first;
      std::transform(aware, aware + batch.size(), acted_.data() + batch.first, signal_.data() + batch.first, both);
      show(week, batch);
    }
    if (week.due(batch.community, weeks_a_month))
      std::copy_n(trust_.data() + batch.first, batch.size(), shared_trust_.data() + batch.first);
  }

 private:
  Read<std::uint16_t> aware_{*this, &Residents::aware};
  Read<std::uint16_t> acted_{*this, &Residents::acted};
  Read<Share> trust_{*this, &Residents::trust, at_start};
  Read<std::uint8_t> platform_{*this, &Residents::platform};
  ReadLever message_{*this, &PlatformService::message};
  Write<std::uint32_t> signal_{*this, &Residents::signal, at_start};
  Write<Share> shared_trust_{*this, &Residents::shared_trust, at_start};
  Write<std::uint8_t> shows_{*this, &Residents::shows, at_start};
  Luck shows_luck_{*this, "who shows what he does", Luck::residents, Luck::lasting, 1};

  /// Who lets others see what he does.
  void show(const Week& week, const Batch& batch) {
    const Lever::Here displayed = display.here(batch.community);
    const Lever::Here asked = message_.here(batch.community);
    if (!displayed.alike() || !asked.alike()) {
      show_one_by_one(week, batch, displayed, asked);
      return;
    }
    const double share = displayed.value() + message_display * asked.value();
    const std::uint8_t* const users = platform_.data() + batch.first;
    std::uint8_t* const shown = shows_.data() + batch.first;
    if (share >= 1.0) {
      std::copy_n(users, batch.size(), shown);
      return;
    }
    if (share_[batch.block] != share) {
      draw_word(
          week, batch.community, batch, shows_luck_(week), 0, [](Vertex) { return true; },
          [&](Vertex i, std::uint32_t word) { would_show_[i] = Draws::to_uniform(word) < share; });
      share_[batch.block] = share;
    }
    std::transform(users, users + batch.size(), would_show_.data() + batch.first, shown, std::bit_and<std::uint8_t>());
  }

  /// The same where a policy treats single residents.
  void show_one_by_one(
      const Week& week, const Batch& batch, const Lever::Here& displayed, const Lever::Here& asked) const {
    const auto share = [&](Vertex i) { return displayed.at(i) + message_display * asked.at(i); };
    const auto drawn = [&](Vertex i) {
      const double shown = platform_[i] == 0 ? 0.0 : share(i);
      shows_[i] = shown >= 1.0;
      return shown > 0 && shown < 1.0;
    };
    draw_word(week, batch.community, batch, shows_luck_(week), 0, drawn,
        [&](Vertex i, std::uint32_t word) { shows_[i] = Draws::to_uniform(word) < share(i); });
  }

  // Made of lasting luck: no state.
  std::vector<std::uint8_t> would_show_;  ///< by resident: whether he would if he were a user; it moves with a lever
  std::vector<double> share_;             ///< by block: the share of users for which that was drawn; below 0: never yet
};

}  // namespace

std::unique_ptr<Mechanism> make_publication() { return std::make_unique<Publication>(); }

}  // namespace kurultai
