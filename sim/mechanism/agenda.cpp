// agenda: matters open, move on and close (MODEL 3; I3, P3, R7).
//
// A form with a period opens a matter every `period` weeks, at `week` of its period plus a delay that each
// community draws once from 0 .. spread-1; a form that `follows` another opens when that one closes, on the
// same subject. A matter takes the lowest free of 16 slots; when none is free it waits, higher priority first,
// then the one that waits longer. A subject is drawn from the community's mix of wishes.
// Limits: matters are local; a matter that waits keeps its length.
#include <algorithm>

#include "base/parallel.h"
#include "mechanism/list.h"

namespace kurultai {
namespace {

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
                   .source = "MODEL 3; I3, P3, R7",
                   .phase = Phase::agenda,
                   .reads = {"wishes"},
                   .writes = {"aware", "acted", "online"}}) {
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
             .community =
                 [](const World& world, std::size_t c, std::size_t) {
                   return SeriesSpec::Ratio{static_cast<double>(__builtin_popcount(world.dockets[c].open)), 1.0};
                 }});
  }

  void prepare(World& world) override {
    const std::size_t communities = world.society.communities();
    queue_.assign(communities, {});
    delay_.assign(communities * world.forms.size(), 0);
    follower_.assign(world.forms.size(), {});
    key_.clear();
    kinds_.clear();
    occupations_.clear();
    for (std::size_t f = 0; f < world.forms.size(); ++f) {
      const FormSpec& form = world.forms[f];
      key_.push_back(static_cast<std::uint32_t>(key_of(form.name())));
      kinds_.push_back(form.kinds());
      occupations_.push_back(form.occupation_mask());
      for (std::size_t g = 0; g < world.forms.size(); ++g)
        if (world.forms.key(g) == form.follows.value()) follower_[g].push_back(static_cast<std::uint16_t>(f));
      if (form.spread > 0)
        for (std::size_t c = 0; c < communities; ++c)
          delay_[c * world.forms.size() + f] = static_cast<std::int32_t>(
              world.lasting(stream()).below(static_cast<std::uint32_t>(form.spread), {world.society.key[c], akimat}, key_[f]));
    }
  }

  void begin(World& world) override {
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

  void state(Archive& archive) override { archive("queue", queue_); }

 private:
  static constexpr std::uint32_t akimat = 0xffffffffU;  // the ordinal under which an akimat draws

  void turn(World& world, std::size_t c) {
    Docket& docket = world.dockets[c];
    std::vector<Pending>& queue = queue_[c];
    docket.stale = docket.closing;
    docket.live = static_cast<std::uint16_t>(docket.live & ~docket.closing);
    for_slots(docket.stale, [&](unsigned s) {
      for (const std::uint16_t f : follower_[docket.slot[s].form])
        queue.push_back({world.forms[f].priority, world.week, f, docket.slot[s].subject});
    });
    for (std::size_t f = 0; f < world.forms.size(); ++f) {
      const FormSpec& form = world.forms[f];
      if (form.period == 0) continue;
      const auto period = static_cast<std::int32_t>(form.period);
      const std::int32_t since = world.week - static_cast<std::int32_t>(form.week) - delay_[c * world.forms.size() + f];
      if (((since % period) + period) % period == 0)
        queue.push_back({form.priority, world.week, static_cast<std::uint16_t>(f), subject(world, c, f)});
    }
    if (!queue.empty()) admit(world, docket, queue);
    docket.waiting = static_cast<std::uint16_t>(std::min<std::size_t>(queue.size(), 65535));
    docket.open = 0;
    docket.adults = docket.live;
    docket.children = docket.members = docket.closing = 0;
    docket.occupation.fill(docket.live);
    docket.kind.fill(0);
    for_slots(docket.live, [&](unsigned s) {
      const Matter& matter = docket.slot[s];
      const FormSpec& form = world.forms[matter.form];
      const auto bit = static_cast<std::uint16_t>(1U << s);
      if (world.week >= matter.opens) docket.open |= bit;
      if (world.week == matter.closes) docket.closing |= bit;
      if (form.eligible.is("residents")) docket.children |= bit;
      if (form.eligible.is("members")) {
        docket.members |= bit;
        for (std::size_t kind = 0; kind < institution_kinds; ++kind)
          if ((kinds_[matter.form] >> kind) & 1U) docket.kind[kind] |= bit;
      }
      for (std::size_t o = 0; o < occupation_count; ++o)
        if (((occupations_[matter.form] >> o) & 1U) == 0) docket.occupation[o] &= static_cast<std::uint16_t>(~bit);
    });
  }

  void admit(const World& world, Docket& docket, std::vector<Pending>& queue) const {
    std::stable_sort(queue.begin(), queue.end(), [](const Pending& a, const Pending& b) {
      return a.priority != b.priority ? a.priority > b.priority : a.since < b.since;
    });
    auto free_slots = static_cast<std::uint16_t>(~(docket.live | docket.stale));
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
    if (world.forms[f].subject.is("all")) return good_count;
    double u = world.draws(stream()).uniform({world.society.key[c], akimat}, key_[f]);
    for (std::size_t g = 0; g + 1 < good_count; ++g) {
      u -= world.akimats.wishes(c, g);
      if (u < 0) return static_cast<std::uint8_t>(g);
    }
    return good_count - 1;
  }

  std::vector<std::vector<Pending>> queue_;
  std::vector<std::int32_t> delay_;
  std::vector<std::vector<std::uint16_t>> follower_;
  std::vector<std::uint32_t> key_;
  std::vector<std::uint16_t> kinds_;        ///< by form: FormSpec::kinds
  std::vector<std::uint16_t> occupations_;  ///< by form: FormSpec::occupation_mask
};

}  // namespace

std::unique_ptr<Mechanism> make_agenda() { return std::make_unique<Agenda>(); }

}  // namespace kurultai
