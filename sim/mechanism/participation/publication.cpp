// publication: what neighbours will see next week, copied once, at the week's end (MODEL 7.28).
//
// signal = aware | acted << 16, in communities whose matters moved; shared_trust = trust every fourth week; shows: a
// platform user lets online friends see what he knows of and does, with the lasting chance `display`, and where a
// message asks him to (platform.message) with message_display more.
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
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    const Docket& docket = week.dockets[community];
    return (docket.live | docket.stale) != 0 || week.due(community, weeks_a_month);
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const Docket& docket = week.dockets[batch.community];
    if ((docket.live | docket.stale) != 0)
      for (const Vertex i : batch) signal_[i] = aware_[i] | (static_cast<std::uint32_t>(acted_[i]) << 16);
    if ((docket.live | docket.stale) != 0) show(week, batch);
    if (week.due(batch.community, weeks_a_month))
      for (const Vertex i : batch) shared_trust_[i] = trust_[i];
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
  void show(const Week& week, const Batch& batch) const {
    const Lever::Here displayed = display.here(batch.community);
    const Lever::Here asked = message_.here(batch.community);
    const auto share = [&](Vertex i) { return displayed.at(i) + message_display * asked.at(i); };
    if (displayed.alike() && asked.alike() && displayed.value() + message_display * asked.value() >= 1.0) {
      for (const Vertex i : batch) shows_[i] = platform_[i] != 0;
      return;
    }
    const auto drawn = [&](Vertex i) {
      const double shown = platform_[i] == 0 ? 0.0 : share(i);
      shows_[i] = shown >= 1.0;
      return shown > 0 && shown < 1.0;
    };
    draw_word(week, batch.community, batch, shows_luck_(week), 0, drawn,
        [&](Vertex i, std::uint32_t word) { shows_[i] = Draws::to_uniform(word) < share(i); });
  }
};

}  // namespace

std::unique_ptr<Mechanism> make_publication() { return std::make_unique<Publication>(); }

}  // namespace kurultai
