// Who hears of a matter, against the chance as a product of powers (C library) and the same draw.
#include <algorithm>
#include <cmath>

#include "kernels.h"
#include "stage.h"

namespace kurultai::test {
namespace {

/// 1 - [ (1 - v) (1 - a m) (1 - e m) (1 - d) (1 - w) (1 - o) prod_l (1 - qN)^nN (1 - qP)^nP ]^(1/T), in the
/// order of MODEL 7.5.
double chance(Stage& stage, std::size_t c, Vertex i, unsigned s) {
  World& world = stage.world();
  const Society& society = world.society;
  const Residents& r = world.residents();
  const Institutions& bodies = world.institutions;
  const FormSpec& form = world.form_specs[world.dockets[c].slot[s].form];
  const bool national = form.scope == Scope::national;
  const auto parameter = [&](const char* name, std::size_t l = 0) { return stage.value("information", name, l); };
  const auto lever = [&](const char* name) { return stage.lever(std::string("information.") + name, c, i); };
  const double openness = std::clamp(stage.model->practice.openness[c] + world.akimats.own_openness[c], 0.0, 1.0);
  double unreached = 1.0 - form.invitation;
  const double carried = std::max(0.0, 1.0 + parameter("a_openness") * (openness - parameter("openness_0")));
  unreached *= 1.0 - std::min(1.0, lever("reach") * carried) * r.reach[i];
  double aired = 1.0;
  for (std::size_t k = 0; k < bodies.size(); ++k)
    if (bodies.community[k] == c && bodies.kind[k] == static_cast<std::uint8_t>(InstitutionKind::media))
      aired *= 1.0 - std::min(1.0, lever("media") * bodies.activity[k] * bodies.credibility[k]);
  unreached *= 1.0 - (1.0 - aired) * r.reach[i];
  if (national) unreached *= 1.0 - lever("broadcast") * r.reach[i];
  const bool up = stage.connected(c, i);
  const bool user = r.platform[i] && up;
  if (user) unreached *= 1.0 - std::min(1.0, lever("push") * stage.model->platform_service.quality[c] / 0.5);
  if (r.access[i] && up)
    unreached *= 1.0 - std::min(1.0, lever("site") * world.akimats.digital_competence[c] / 0.5 * openness);
  for (const std::size_t k : stage.memberships(c, i)) {
    const double reached =
        bodies.members[k] <= 0 ? 0.0 : std::min(1.0, static_cast<double>(bodies.capacity[k]) / bodies.members[k]);
    unreached *= 1.0 - std::min(1.0, reached * bodies.credibility[k] * bodies.activity[k] * lever("outreach"));
  }
  for (const Tie tie : society.ties.all(i)) {
    if (tie.to() >= r.size()) continue;
    const bool here = tie.to() >= society.first[c] && tie.to() < society.first[c + 1];
    const bool carries = tie.layer() != Layer::online || (user && r.shows[tie.to()]);
    if ((!here && !national) || !carries || ((r.signal[tie.to()] >> s) & 1U) == 0) continue;
    const bool acted = ((r.signal[tie.to()] >> (s + 16)) & 1U) != 0;
    unreached *= 1.0 - parameter(acted ? "q_acted" : "q_aware", static_cast<std::size_t>(tie.layer()));
  }
  return 1.0 - std::pow(unreached, static_cast<double>(form.rounds) / static_cast<double>(form.announced + form.open));
}

bool heard_right(Stage& stage) {
  World& world = stage.world();
  Residents& r = world.residents();
  Mechanism& information = stage.mechanism("information");
  const Draws draws = world.draws(information.stream());
  information.begin(Week(world));
  Exposure exposure;
  bool right = true;
  std::size_t heard = 0;
  std::size_t national = 0;
  stage.for_wanted("information", [&](const Block& block) {
    const std::vector<std::uint16_t> before(r.aware.data() + block.first, r.aware.data() + block.last);
    stage.mechanism("exposure").residents(Week(world), Batch(block), exposure);
    information.residents(Week(world), Batch(block), exposure);
    for (Vertex i = block.first; i < block.last; ++i)
      for_slots(world.dockets[block.community].live, [&](unsigned s) {
        if (((before[i - block.first] >> s) & 1U) != 0) return;
        const bool hears = ((r.aware[i] >> s) & 1U) != 0;
        if (((world.dockets[block.community].eligible(r, i) >> s) & 1U) == 0) {
          right = right && !hears;
          return;
        }
        const double p = chance(stage, block.community, i, s);
        const double u = draws.uniform(world.society.name(block.community, i), s);
        if (std::abs(u - p) > 1e-12) right = right && hears == (u < p);
        heard += hears ? 1 : 0;
        national +=
            hears && (world.form_specs[world.dockets[block.community].slot[s].form].scope == Scope::national) ? 1 : 0;
      });
  });
  return right && heard > 0 && national > 0;
}

}  // namespace

bool information_right() {
  // A week with local and national matters, and nothing left at a value that hides a term.
  Stage stage(20'000, 10,
      {"akimat.openness=0.6", "information.outreach=1.5", "information.media=0.4", "platform.quality=0.7",
          "platform.outage=0.1", "publication.display=0.6", "form.gathering.rounds=2",
          "form.gathering.invitation=0.1"});
  return heard_right(stage);
}

}  // namespace kurultai::test
