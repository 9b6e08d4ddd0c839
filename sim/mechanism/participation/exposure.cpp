// exposure: what neighbours published at the end of last week, counted for those who ask (MODEL 7.3).
//
// For each resident of a community with live matters, each layer and each matter: how many neighbours in the
// community knew of it (n_N + n_P) and how many had acted (n_P). `information` and `participation` ask for those few
// whose luck leaves it open (Exposure::neighbours). Pull, never push; only ties inside the community are read, since
// local matters spread inside only, and those beyond for national matters; the online layer carries from those who show
// online what they do (publication).
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class ExposureMechanism final : public Mechanism {
 public:
  ExposureMechanism()
      : Mechanism({.name = "exposure",
            .meaning = "what neighbours knew and did last week, counted by layer",
            .source = "MODEL 7.3",
            .phase = Phase::exposure}) {}

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.dockets[community].live != 0;
  }

  void residents(const Week& week, const Batch& batch, Exposure& exposure) override {
    const Docket& docket = week.dockets[batch.community];
    exposure.look({.ties = &week.ties,
        .signal = signal_.data(),
        .shows = shows_.data(),
        .first = batch.first,
        .live = docket.live,
        .national = docket.national});
  }

 private:
  Read<std::uint32_t> signal_{*this, &Residents::signal};
  Read<std::uint8_t> shows_{*this, &Residents::shows};
};

}  // namespace

std::unique_ptr<Mechanism> make_exposure() { return std::make_unique<ExposureMechanism>(); }

}  // namespace kurultai
