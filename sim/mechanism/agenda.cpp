// agenda: matters open, move on and close (MODEL 3; I3, P3, R7).
//
// A form with a period opens a matter every `period` weeks, at `week` of its period plus a delay that each
// community draws once from 0 .. spread-1; a form that `follows` another opens when that one closes, on the
// same subject. Only communities of the form's types hold it, and a matter of members only where an institution of the
// kind has members. A matter takes the lowest free of 16 slots; when none is free it waits, higher priority first, then
// the one that waits longer. A subject is drawn from the community's mix of wishes.
//
// A national form opens one matter for all communities that hold it, in one week, without spread, in the same slot
// everywhere, so that neighbours in other communities know which matter a bit stands for; its subject is drawn from the
// nation's wishes. The last slots are kept for national matters: as many as there are national forms, at most four;
// local ones have the others. A national form that follows a national one opens when that one closes. Standing forms
// take no slot (`feedback`). A form that decides the office is held only where the akim is elected (akimat.elected at
// least 0.5). Limits: a matter that waits keeps its length; a local form may follow a national one, not the other way
// round.
#include <algorithm>

#include "base/error.h"
#include "base/parallel.h"
#include "mechanism/conduct.h"
#include "mechanism/list.h"
#include "mechanism/membership.h"

namespace kurultai {
namespace {

constexpr std::size_t most_national_slots = 4;

struct Pending {
  std::int64_t priority = 0;
  std::int32_t since = 0;
  std::uint16_t form = 0;
  std::uint16_t subject = 0;
};

class Agenda final : public Mechanism {
 public:
  Agenda()
      : Mechanism({.name = "agenda",
            .meaning = "matters open, move to their next phase and close",
            .source = "MODEL 3; I3, P3, R1, R7",
            .phase = Phase::agenda,
            .reads = {"wishes", "adults", "members", "kind", "community"},
            .writes = {"aware", "acted", "online"},
            .levers = {"akimat.elected if form.*.decides=office"}}) {
    observe({.name = "matters_waiting",
        .unit = "matters",
        .meaning = "matters that found no free slot, all communities",
        .source = "MODEL 3",
        .community = [](const World& world, std::size_t c,
                         std::size_t) { return SeriesSpec::Ratio{static_cast<double>(world.dockets[c].waiting), 0.0}; },
        .total = true});
    observe({.name = "matters_open",
        .unit = "matters",
        .meaning = "matters open per community",
        .source = "MODEL 3",
        .least_scale = 0.2,
        .community = [](const World& world, std::size_t c, std::size_t) {
          return SeriesSpec::Ratio{static_cast<double>(__builtin_popcount(world.dockets[c].open)), 1.0};
        }});
  }

  void prepare(World& world) override {
    const std::size_t communities = world.society.communities();
    const std::size_t forms = world.forms.size();
    queue_.assign(communities, {});
    national_queue_.clear();
    nation_ = {};
    delay_.assign(communities * forms, 0);
    plan_.assign(forms, {});
    std::size_t national = 0;
    for (std::size_t f = 0; f < forms; ++f) {
      const FormSpec& form = world.forms[f];
      Plan& plan = plan_[f];
      plan.key = static_cast<std::uint32_t>(key_of(form.name()));
      plan.period = form.standing ? 0 : static_cast<std::int32_t>(form.period);
      plan.week = static_cast<std::int32_t>(form.week);
      plan.national = form.scope.is("national");
      plan.office = form.decides.is("office");
      plan.one_subject = form.subject.is("one");
      plan.children = form.eligible.is("residents");
      plan.members = form.eligible.is("members");
      plan.kinds = form.kinds();
      plan.occupations = form.occupation_mask();
      for (unsigned t = 0; t < place_type_count; ++t)
        if (form.held_in(static_cast<PlaceType>(t))) plan.types |= 1U << t;
      if (plan.national && !form.standing) ++national;
      for (std::size_t g = 0; g < forms; ++g) {
        if (form.standing || world.forms.key(g) != form.follows.value()) continue;
        ensure(!plan.national || world.forms[g].scope.is("national"),
            "a model with a national form that follows a local one was refused");
        plan_[g].followers.push_back(static_cast<std::uint16_t>(f));
      }
      if (form.spread > 0 && !plan.national)
        for (std::size_t c = 0; c < communities; ++c)
          delay_[c * forms + f] = static_cast<std::int32_t>(world.lasting(stream()).below(
              static_cast<std::uint32_t>(form.spread), {world.society.key[c], akimat}, plan.key));
    }
    reserved_ = 0;
    for (std::size_t k = 0; k < std::min(national, most_national_slots); ++k)
      reserved_ = static_cast<std::uint16_t>(reserved_ | (1U << (slot_count - 1 - k)));
  }

  void begin(World& world) override {
    turn_of_nation(world);
    kinds_ = kinds_with_members(world);
    parallel_chunks(world.dockets.size(), 64, [&](std::size_t from, std::size_t to) {
      for (std::size_t c = from; c < to; ++c) turn(world, c);
    });
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.dockets[community].stale != 0;
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    Residents& r = world.residents();
    const auto keep = static_cast<std::uint16_t>(~world.dockets[block.community].stale);
    for (Vertex i = block.first; i < block.last; ++i) {
      r.aware[i] &= keep;
      r.acted[i] &= keep;
      r.online[i] &= keep;
    }
  }

  void state(Archive& archive) override {
    archive("queue", queue_);
    archive("national_queue", national_queue_);
    archive("nation", std::span(&nation_, 1));
  }

 private:
  static constexpr std::uint32_t akimat = 0xffffffffU;  // the ordinal under which an akimat draws

  /// A form, looked up once.
  struct Plan {
    std::uint32_t key = 0;
    std::int32_t period = 0;  ///< 0: opened by another only, or never
    std::int32_t week = 0;
    unsigned types = 0;
    std::uint16_t kinds = 0;
    std::uint16_t occupations = 0;
    bool national = false;
    bool one_subject = false;
    bool office = false;
    bool children = false;
    bool members = false;
    std::vector<std::uint16_t> followers;
  };

  [[nodiscard]] bool opens(const Plan& plan, std::int32_t week) const {
    return plan.period > 0 && (((week - plan.week) % plan.period) + plan.period) % plan.period == 0;
  }
  /// Whether community c holds matters of the form.
  [[nodiscard]] bool holds(const World& world, std::size_t c, const Plan& plan) const {
    return ((plan.types >> static_cast<unsigned>(world.society.country.communities[c].type)) & 1U) != 0 &&
           (!plan.members || (plan.kinds & kinds_[c]) != 0) && (!plan.office || elects(world, c));
  }

  /// National matters: closed, opened and queued as a community's are, for all at once.
  void turn_of_nation(const World& world) {
    nation_.stale = nation_.closing;
    nation_.live = static_cast<std::uint16_t>(nation_.live & ~nation_.closing);
    for_slots(nation_.stale, [&](unsigned s) {
      for (const std::uint16_t f : plan_[nation_.slot[s].form].followers)
        if (plan_[f].national)
          national_queue_.push_back({world.forms[f].priority, world.week, f, nation_.slot[s].subject});
    });
    for (std::size_t f = 0; f < plan_.size(); ++f)
      if (plan_[f].national && opens(plan_[f], world.week))
        national_queue_.push_back(
            {world.forms[f].priority, world.week, static_cast<std::uint16_t>(f), national_subject(world, f)});
    if (!national_queue_.empty()) admit(world, nation_, national_queue_, reserved_);
    nation_.closing = 0;
    for_slots(nation_.live, [&](unsigned s) {
      if (world.week == nation_.slot[s].closes)
        nation_.closing = static_cast<std::uint16_t>(nation_.closing | (1U << s));
    });
  }

  void turn(World& world, std::size_t c) {
    Docket& docket = world.dockets[c];
    std::vector<Pending>& queue = queue_[c];
    docket.stale = docket.closing;
    docket.live = static_cast<std::uint16_t>(docket.live & ~docket.closing);
    for_slots(docket.stale, [&](unsigned s) {
      for (const std::uint16_t f : plan_[docket.slot[s].form].followers)
        if (!plan_[f].national && holds(world, c, plan_[f]))
          queue.push_back({world.forms[f].priority, world.week, f, docket.slot[s].subject});
    });
    for (std::size_t f = 0; f < plan_.size(); ++f)
      if (!plan_[f].national && opens(plan_[f], world.week - delay_[c * plan_.size() + f]) && holds(world, c, plan_[f]))
        queue.push_back({world.forms[f].priority, world.week, static_cast<std::uint16_t>(f), subject(world, c, f)});
    if (!queue.empty()) admit(world, docket, queue, static_cast<std::uint16_t>(~reserved_));
    for_slots(nation_.live, [&](unsigned s) {
      const Matter& matter = nation_.slot[s];
      if (matter.announced != world.week || !holds(world, c, plan_[matter.form])) return;
      docket.slot[s] = matter;
      docket.live = static_cast<std::uint16_t>(docket.live | (1U << s));
    });
    std::size_t waiting = queue.size();
    for (const Pending& pending : national_queue_) waiting += holds(world, c, plan_[pending.form]);
    docket.waiting = static_cast<std::uint16_t>(std::min<std::size_t>(waiting, 65535));
    docket.national = static_cast<std::uint16_t>(docket.live & reserved_);
    docket.open = 0;
    docket.adults = docket.live;
    docket.children = docket.members = docket.closing = 0;
    docket.occupation.fill(docket.live);
    docket.kind.fill(0);
    for_slots(docket.live, [&](unsigned s) {
      const Matter& matter = docket.slot[s];
      const Plan& plan = plan_[matter.form];
      const auto bit = static_cast<std::uint16_t>(1U << s);
      if (world.week >= matter.opens) docket.open |= bit;
      if (world.week == matter.closes) docket.closing |= bit;
      if (plan.children) docket.children |= bit;
      if (plan.members) {
        docket.members |= bit;
        for (std::size_t kind = 0; kind < institution_kinds; ++kind)
          if ((plan.kinds >> kind) & 1U) docket.kind[kind] |= bit;
      }
      for (std::size_t o = 0; o < occupation_count; ++o)
        if (((plan.occupations >> o) & 1U) == 0) docket.occupation[o] &= static_cast<std::uint16_t>(~bit);
    });
  }

  /// Gives waiting matters free slots out of `allowed`.
  void admit(const World& world, Docket& docket, std::vector<Pending>& queue, std::uint16_t allowed) const {
    std::stable_sort(queue.begin(), queue.end(), [](const Pending& a, const Pending& b) {
      return a.priority != b.priority ? a.priority > b.priority : a.since < b.since;
    });
    auto free_slots = static_cast<std::uint16_t>(~(docket.live | docket.stale) & allowed);
    std::size_t taken = 0;
    while (taken < queue.size() && free_slots != 0) {
      const Pending& pending = queue[taken++];
      const FormSpec& form = world.forms[pending.form];
      const auto s = static_cast<unsigned>(__builtin_ctz(free_slots));
      free_slots = static_cast<std::uint16_t>(free_slots & (free_slots - 1));
      const auto opens = world.week + static_cast<std::int32_t>(form.announced);
      docket.slot[s] = {.announced = world.week,
          .opens = opens,
          .closes = opens + static_cast<std::int32_t>(form.open) - 1,
          .form = pending.form,
          .subject = static_cast<std::uint8_t>(pending.subject)};
      docket.live = static_cast<std::uint16_t>(docket.live | (1U << s));
    }
    queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(taken));
  }

  [[nodiscard]] std::uint8_t subject(const World& world, std::size_t c, std::size_t f) const {
    if (!plan_[f].one_subject) return good_count;
    double u = world.draws(stream()).uniform({world.society.key[c], akimat}, plan_[f].key);
    for (std::size_t g = 0; g + 1 < good_count; ++g) {
      u -= world.akimats.wishes(c, g);
      if (u < 0) return static_cast<std::uint8_t>(g);
    }
    return good_count - 1;
  }
  [[nodiscard]] std::uint8_t national_subject(const World& world, std::size_t f) const {
    if (!plan_[f].one_subject) return good_count;
    double adults = 0;
    for (const std::uint32_t n : world.akimats.adults.values()) adults += n;
    double left = adults * world.draws(stream()).uniform({0, akimat}, plan_[f].key);
    for (std::size_t g = 0; g + 1 < good_count; ++g) {
      for (std::size_t c = 0; c < world.society.communities(); ++c)
        left -= world.akimats.wishes(c, g) * world.akimats.adults[c];
      if (left < 0) return static_cast<std::uint8_t>(g);
    }
    return good_count - 1;
  }

  std::vector<std::vector<Pending>> queue_;
  std::vector<Pending> national_queue_;
  Docket nation_{};  ///< slots of national matters: live, closing and stale
  std::vector<std::int32_t> delay_;
  std::vector<Plan> plan_;            ///< by form
  std::vector<std::uint16_t> kinds_;  ///< by community: institutions with members, counted anew every week
  std::uint16_t reserved_ = 0;        ///< slots for national matters
};

}  // namespace

std::unique_ptr<Mechanism> make_agenda() { return std::make_unique<Agenda>(); }

}  // namespace kurultai
