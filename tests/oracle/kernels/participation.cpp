// Who acts, against the equation of MODEL 7.6 term by term (C library) and the same reservation.
#include <algorithm>
#include <cmath>
#include <set>

#include "kernels.h"
#include "stage.h"

namespace kurultai::test {
namespace {

struct Equation {
  Stage& stage;
  std::size_t c;
  Vertex i;
  const Matter& matter;
  unsigned slot;

  [[nodiscard]] double b(const char* name, std::size_t l = 0) const { return stage.value("participation", name, l); }
  [[nodiscard]] double lever(const char* name) const { return stage.lever(std::string("participation.") + name, c, i); }
  [[nodiscard]] double incomes(double tenge) const {
    const double weekly =
        b("mean_wage") * 12.0 / 52.0 * std::max(0.01, static_cast<double>(stage.world().residents().income[i]));
    return b("b_money") * std::log1p(tenge / weekly);
  }

  /// What is the same in person and online.
  [[nodiscard]] double shared() const {
    World& world = stage.world();
    const Residents& r = world.residents();
    const Community& community = world.society.country.communities[c];
    const FormSpec& form = world.form_specs[matter.form];
    double u = b("b_duty") * r.duty[i] + b("b_eff") * (r.efficacy[i] - 0.5) + b("b_trust") * (r.trust[i] - 0.5);
    u += incomes(lever("reward")) + incomes(lever("fine")) - incomes(form.money);
    u += b("b_mail") * lever("mail") + b("b_canvass") * lever("canvass");
    if (r.platform[i] && stage.connected(c, i)) u += b("b_message") * stage.lever("platform.message", c, i);
    const double stake = matter.subject == good_count || matter.subject == r.wish[i] ? 1.0 : b("s_other");
    const double size =
        (form.decides == Decides::budget) ? std::log1p(community.participatory_budget / b("money_0")) : 1.0;
    u += b("b_stake") * stake * size;
    std::set<Vertex> asking;  // who is kin and a colleague asks once
    for (std::size_t l = 0; l < resident_layers; ++l) {
      double acted = 0;
      double all = 0;
      for (const Tie tie : world.society.ties.all(i)) {
        const bool here = tie.to() >= world.society.first[c] && tie.to() < world.society.first[c + 1];
        if (tie.to() >= r.size() || static_cast<std::size_t>(tie.layer()) != l ||
            (!here && form.scope != Scope::national))
          continue;
        const bool carries = tie.layer() != Layer::online || r.shows[tie.to()] != 0;
        const bool acts = carries && ((r.signal[tie.to()] >> (16 + slot)) & 1U) != 0;
        if (acts) asking.insert(tie.to());
        acted += acts ? 1 : 0;
        all += 1;
      }
      if (all > 0) u += b("b_now", l) * acted / all;
    }
    double unasked = std::pow(1.0 - b("ask_rate"), static_cast<double>(asking.size()));
    for (const std::size_t k : stage.memberships(c, i))
      unasked *= 1.0 - b("ask_institution") * world.institutions.activity[k];
    return u + b("b_ask") * (1.0 - unasked);
  }

  /// Whether the resident can take part in this family at all.
  [[nodiscard]] bool possible(Family family) const {
    World& world = stage.world();
    const Residents& r = world.residents();
    const FormSpec& form = world.form_specs[matter.form];
    if (family == Family::offline) return form.offline;
    if (!form.online || !stage.connected(c, i) || !((form.needs == Needs::access) ? r.access[i] : r.platform[i]))
      return false;
    const Draws lasting = world.lasting(stage.mechanism("participation").stream());
    return lasting.uniform({world.society.key[c], 0xffffffffU}, static_cast<std::uint32_t>(key_of(form.name()))) <
           stage.model->platform_service.open[c];
  }

  [[nodiscard]] double cost(Family family) const {
    World& world = stage.world();
    const Residents& r = world.residents();
    const FormSpec& form = world.form_specs[matter.form];
    double hours = family == Family::offline ? form.hours_offline : form.hours_online;
    if (family == Family::offline) {
      const double way = b("way", static_cast<std::size_t>(world.society.country.communities[c].type)) *
                         (r.age[i] >= 70 ? b("way_old") : 1.0);
      const double distant = lever("remote");
      hours = (1.0 - distant) * (hours + way) + distant * std::min(hours + way, form.hours_remote.value());
    } else {
      hours = (hours + b("skill_hours") * (1.0 - r.skill[i])) * (1.5 - stage.model->platform_service.quality[c]);
    }
    const double experience =
        std::min(1.0, std::max(-1.0, world.akimats.experience[c] - world.akimats.usual_experience[c]));
    return b("b_cost") * hours * (1.0 - lever("relief")) * (1.0 - b("e_cost") * experience) *
           b("busy", r.occupation[i]) * (r.sex[i] == static_cast<std::uint8_t>(Sex::female) ? b("busy_women") : 1.0);
  }

  [[nodiscard]] double utility(Family family) const {
    if (!possible(family)) return -1e9;
    World& world = stage.world();
    const Residents& r = world.residents();
    const FormSpec& form = world.form_specs[matter.form];
    const auto f = static_cast<std::size_t>(family);
    const double h = r.propensity(i, f);
    return shared() + form.intercept + world.akimats.place_effect[c] + b("b_habit") * std::log(h / (1.0 - h)) +
           r.trace(i, f) +
           b("b_norm") * (family == Family::offline ? form.visibility_offline : form.visibility_online) *
               world.akimats.cohesion[c] * (r.norm(i, f) - world.akimats.habitual_norm(c, f)) -
           cost(family);
  }
};

bool may_take_part(const World& world, std::size_t c, Vertex i, const FormSpec& form) {
  const Residents& r = world.residents();
  const auto listed = [](const std::vector<std::string>& list, const char* word) {
    return list.empty() || std::find(list.begin(), list.end(), word) != list.end();
  };
  if (form.eligible != Eligible::residents && r.age[i] < 18) return false;
  if (!listed(form.occupations.value(), words<Occupation>[r.occupation[i]])) return false;
  if (!listed(form.types.value(), word(world.society.country.communities[c].type))) return false;
  if (form.eligible != Eligible::members) return true;
  for (std::size_t kind = 0; kind < institution_kinds; ++kind)
    if (((r.member_of[i] >> kind) & 1U) != 0 && listed(form.members_of.value(), words<InstitutionKind>[kind]))
      return true;
  return false;
}

/// No form of the scenario seeks a baseline, so that the intercepts are those of the file.
bool acts_right(Stage& stage) {
  World& world = stage.world();
  Residents& r = world.residents();
  Mechanism& participation = stage.mechanism("participation");
  participation.begin(Week(world));
  Exposure exposure;
  bool right = true;
  std::size_t acts = 0;
  std::size_t national = 0;
  std::size_t members = 0;
  std::size_t broken = 0;
  stage.for_wanted("participation", [&](const Block& block) {
    const std::size_t c = block.community;
    const Docket& docket = world.dockets[c];
    const std::vector<std::uint16_t> before(r.acted.data() + block.first, r.acted.data() + block.last);
    stage.mechanism("exposure").residents(Week(world), Batch(block), exposure);
    participation.residents(Week(world), Batch(block), exposure);
    for (Vertex i = block.first; i < block.last; ++i)
      for_slots(docket.open, [&](unsigned s) {
        if (((before[i - block.first] >> s) & 1U) != 0) return;
        const bool act = ((r.acted[i] >> s) & 1U) != 0;
        const Matter& matter = docket.slot[s];
        const FormSpec& form = world.form_specs[matter.form];
        const Equation equation{stage, c, i, matter, s};
        const double in_person = equation.utility(Family::offline);
        const double online = equation.utility(Family::online);
        const double u = std::max(in_person, online);
        if (!may_take_part(world, c, i, form) || ((r.aware[i] >> s) & 1U) == 0 || u < -1e8) {
          right = right && !act;
          return;
        }
        const double time = form.decide > 0 ? static_cast<double>(std::min(form.decide.value(), form.open.value()))
                                            : static_cast<double>(form.open.value());
        const double waited = std::log1p(std::exp(u)) * std::min(1.0, (world.week - matter.opens + 1) / time);
        const Draws draws(world.seed, world.replicate, participation.stream(),
            static_cast<std::uint32_t>(matter.announced - world.first_week));
        const Draws::Four luck = draws.words(world.society.name(c, i), static_cast<std::uint32_t>(key_of(form.name())));
        const double reservation = -std::log(Draws::to_uniform(luck[0]));
        const bool induced = Draws::to_uniform(luck[1]) < equation.lever("induce");
        const bool kept = ((docket.closing >> s) & 1U) == 0 || Draws::to_uniform(luck[2]) < form.kept;
        if (std::abs(waited - reservation) > 1e-10) right = right && act == ((induced || waited > reservation) && kept);
        if (act && std::abs(online - in_person) > 1e-10)
          right = right && (((r.online[i] >> s) & 1U) != 0) == (online > in_person);
        acts += act ? 1 : 0;
        national += act && (form.scope == Scope::national) ? 1 : 0;
        members += act && (form.eligible == Eligible::members) ? 1 : 0;
        broken += !kept && (induced || waited > reservation) ? 1 : 0;
      });
  });
  return right && acts > 0 && national > 0 && members > 0 && broken > 0;
}

}  // namespace

bool participation_right() {
  // Gatherings close, members meet and a national programme is open in both weeks, a vote on a budget in the
  // second; every term of the utility is at work.
  for (const int week : {10, 17}) {
    Stage stage(20'000, week,
        {"participation.reward=900", "participation.fine=4000", "participation.relief=0.2", "participation.remote=0.4",
            "participation.mail=0.6", "participation.canvass=0.3", "participation.induce=0.02",
            "participation.b_message=0.4", "platform.message=0.5", "platform.quality=0.7", "platform.open=0.8",
            "platform.outage=0.1", "form.gathering.kept=0.7", "form.gathering.money=500", "form.gathering.week=5",
            "form.gathering.intercept=-1.0"});
    if (!acts_right(stage)) return false;
  }
  return true;
}

}  // namespace kurultai::test
