// efficacy: the belief that taking part changes something (MODEL 7.15; Sjoberg, Mellon, Peixoto 2017).
//
//   acted and answered: e <- e + rate (1 - e)      acted and ignored: e <- e - rate e
//
// Starts around the chance of an answer in one's community, where it would settle for those who take part.
#include "base/elementary.h"
#include "mechanism/kit/census.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class Efficacy final : public Mechanism {
 public:
  Efficacy()
      : Mechanism({.name = "efficacy",
            .meaning = "belief that taking part changes something, by what came of one's acts",
            .source = "MODEL 7.15; Sjoberg, Mellon, Peixoto 2017",
            .phase = Phase::experience}) {
    observe({.name = "efficacy",
        .meaning = "mean belief of adults that taking part changes something",
        .source = "MODEL 7.15",
        .mean = &Residents::efficacy});
  }

  Real rate{*this, "rate", 0.1, {0, 1}, "how far one outcome moves the belief", "assumption"};
  Real start_sd{
      *this, "start_sd", 0.6, {0, 5}, "SD of the belief's logit at the start", "assumption", {.unit = "log-odds"}};

  void prepare(const Week& week) override {
    const Luck::Drawn luck = start_luck_(week);
    for (std::size_t c = 0; c < week.communities(); ++c) {
      const double centre = logit(std::min(0.95, std::max(0.05, answering_[c])));
      for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i)
        efficacy_[i] = Share(logistic(centre + start_sd * luck.normal(week.name(c, i))));
    }
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.dockets[community].closing != 0;
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const Docket& docket = week.dockets[batch.community];
    Census(batch).having(acted_.data(), docket.closing, [&](Vertex i, std::uint16_t matters) {
      for_slots(matters, [&](unsigned s) {
        if (docket.slot[s].outcome == Outcome::none) return;
        const double toward = docket.slot[s].outcome == Outcome::answered ? 1.0 : 0.0;
        efficacy_[i] = Share(efficacy_[i] + rate * (toward - efficacy_[i]));
      });
    });
  }

 private:
  Read<std::uint16_t> acted_{*this, &Residents::acted};
  Read<double> answering_{*this, &Akimats::answering, at_start};
  Add<Share> efficacy_{*this, &Residents::efficacy, at_start};
  Luck start_luck_{*this, "the belief at the start", Luck::residents, Luck::lasting};
};

}  // namespace

std::unique_ptr<Mechanism> make_efficacy() { return std::make_unique<Efficacy>(); }

}  // namespace kurultai
