// agenda: matters open, move on and close (MODEL 7.2; I3, P3, R7).
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
#include "mechanism/kit/acts.h"
#include "mechanism/kit/akimat_style.h"
#include "mechanism/kit/membership.h"
#include "mechanism/mechanism.h"

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
            .source = "MODEL 7.2; I3, P3, R1, R7",
            .phase = Phase::agenda}) {
    observe({.name = "matters_waiting",
        .unit = "matters",
        .meaning = "matters that found no free slot, all communities",
        .source = "MODEL 7.2",
        .community = [this](const Week& week, std::size_t c,
                         std::size_t) { return SeriesSpec::Ratio{static_cast<double>(week.dockets[c].waiting), 0.0}; },
        .total = true});
    observe({.name = "matters_open",
        .unit = "matters",
        .meaning = "matters open per community",
        .source = "MODEL 7.2",
        .least_scale = 0.2,
        .community = [this](const Week& week, std::size_t c, std::size_t) {
          return SeriesSpec::Ratio{static_cast<double>(__builtin_popcount(week.dockets[c].open)), 1.0};
        }});
  }

  void prepare(const Week& week) override {
    const std::size_t communities = week.communities();
    const std::size_t forms = week.forms.size();
    queue_.assign(communities, {});
    for (std::vector<Pending>& queue : queue_) queue.reserve(2 * forms);
    national_queue_.clear();
    national_queue_.reserve(2 * forms);
    nation_ = {};
    phase_.assign(communities * forms, 0);
    now_.assign(forms, 0);
    const Luck::Drawn delays = delays_(week);
    std::size_t national = 0;
    for (std::size_t f = 0; f < forms; ++f) {
      const Form& form = week.forms[f];
      if (form.national && !form.standing) ++national;
      for (const std::uint16_t g : form.followers)
        ensure(!week.forms[g].national || form.national,
            "a model with a national form that follows a local one was refused");
      for (std::size_t c = 0; c < communities; ++c) {
        const bool delayed = form.spread > 0 && !form.national;
        const std::uint32_t delay = delayed ? delays.below(form.spread, week.name_of_community(c), form.key) : 0;
        phase_[c * forms + f] = in_period(form, form.week + static_cast<std::int32_t>(delay));
      }
    }
    reserved_ = 0;
    for (std::size_t k = 0; k < std::min(national, most_national_slots); ++k)
      reserved_ = static_cast<std::uint16_t>(reserved_ | (1U << (slot_count - 1 - k)));
  }

  void begin(const Week& week) override {
    for (std::size_t f = 0; f < now_.size(); ++f) now_[f] = in_period(week.forms[f], week.number());
    turn_of_nation(week);
    with_members_.count(week, kinds_);
    parallel_chunks(week.communities(), 64, [&](std::size_t from, std::size_t to) {
      for (std::size_t c = from; c < to; ++c) turn(week, c);
    });
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.dockets[community].stale != 0;
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const auto keep = static_cast<std::uint16_t>(~week.dockets[batch.community].stale);
    for (const Vertex i : batch) {
      aware_[i] &= keep;
      acted_[i] &= keep;
      online_[i] &= keep;
    }
  }

  void state(Archive& archive) override {
    archive("queue", queue_);
    archive("national_queue", national_queue_);
    archive("nation", std::span(&nation_, 1));
  }

 private:
  Read<double> wishes_{*this, &Akimats::wishes};
  Read<std::uint32_t> adults_{*this, &Akimats::adults};
  KindsWithMembers with_members_{*this};
  Elects elects_{*this};
  Write<std::uint16_t> aware_{*this, &Residents::aware};
  Write<std::uint16_t> acted_{*this, &Residents::acted};
  Write<std::uint16_t> online_{*this, &Residents::online};
  WriteDockets dockets_{*this};
  Luck delays_{*this, "when a form's first matter comes", Luck::communities, Luck::lasting, Luck::by_form};
  Luck subjects_{*this, "what a matter is about", Luck::communities, Luck::weekly, Luck::by_form};

  /// Weeks since a period of the form began in week `number`; 0 where it has none.
  [[nodiscard]] static std::int32_t in_period(const Form& form, std::int32_t number) {
    return form.period > 0 ? ((number % form.period) + form.period) % form.period : 0;
  }
  /// Whether a matter of the f-th form opens in community c this week.
  [[nodiscard]] bool opens(const Form& form, std::size_t f, std::size_t c) const {
    return form.period > 0 && now_[f] == phase_[c * now_.size() + f];
  }
  /// Whether community c holds matters of the form.
  [[nodiscard]] bool holds(const Week& week, std::size_t c, const Form& form) const {
    return form.held_in(week.place(c).type) && (!form.members || (form.kinds & kinds_[c]) != 0) &&
           (form.decides != Decides::office || elects_(c));
  }

  /// National matters: closed, opened and queued as a community's are, for all at once.
  void turn_of_nation(const Week& week) {
    nation_.stale = nation_.closing;
    nation_.live = static_cast<std::uint16_t>(nation_.live & ~nation_.closing);
    for_slots(nation_.stale, [&](unsigned s) {
      for (const std::uint16_t f : week.forms[nation_.slot[s].form].followers)
        if (week.forms[f].national)
          national_queue_.push_back({week.forms[f].priority, week.number(), f, nation_.slot[s].subject});
    });
    for (std::size_t f = 0; f < week.forms.size(); ++f)
      if (week.forms[f].national && opens(week.forms[f], f, 0))
        national_queue_.push_back(
            {week.forms[f].priority, week.number(), static_cast<std::uint16_t>(f), national_subject(week, f)});
    if (!national_queue_.empty()) admit(week, nation_, national_queue_, reserved_);
    nation_.closing = 0;
    for_slots(nation_.live, [&](unsigned s) {
      if (week.number() == nation_.slot[s].closes)
        nation_.closing = static_cast<std::uint16_t>(nation_.closing | (1U << s));
    });
  }

  void turn(const Week& week, std::size_t c) {
    Docket& docket = dockets_[c];
    std::vector<Pending>& queue = queue_[c];
    docket.stale = docket.closing;
    docket.live = static_cast<std::uint16_t>(docket.live & ~docket.closing);
    for_slots(docket.stale, [&](unsigned s) {
      for (const std::uint16_t f : week.forms[docket.slot[s].form].followers)
        if (!week.forms[f].national && holds(week, c, week.forms[f]))
          queue.push_back({week.forms[f].priority, week.number(), f, docket.slot[s].subject});
    });
    for (std::size_t f = 0; f < week.forms.size(); ++f)
      if (!week.forms[f].national && opens(week.forms[f], f, c) && holds(week, c, week.forms[f]))
        queue.push_back({week.forms[f].priority, week.number(), static_cast<std::uint16_t>(f), subject(week, c, f)});
    if (!queue.empty()) admit(week, docket, queue, static_cast<std::uint16_t>(~reserved_));
    for_slots(nation_.live, [&](unsigned s) {
      const Matter& matter = nation_.slot[s];
      if (matter.announced != week.number() || !holds(week, c, week.forms[matter.form])) return;
      docket.slot[s] = matter;
      docket.live = static_cast<std::uint16_t>(docket.live | (1U << s));
    });
    std::size_t waiting = queue.size();
    for (const Pending& pending : national_queue_) waiting += holds(week, c, week.forms[pending.form]);
    docket.waiting = static_cast<std::uint16_t>(std::min<std::size_t>(waiting, 65535));
    docket.national = static_cast<std::uint16_t>(docket.live & reserved_);
    docket.open = 0;
    docket.adults = docket.live;
    docket.children = docket.members = docket.closing = 0;
    docket.occupation.fill(docket.live);
    docket.kind.fill(0);
    for_slots(docket.live, [&](unsigned s) {
      const Matter& matter = docket.slot[s];
      const Form& form = week.forms[matter.form];
      const auto bit = static_cast<std::uint16_t>(1U << s);
      if (week.number() >= matter.opens) docket.open |= bit;
      if (week.number() == matter.closes) docket.closing |= bit;
      if (form.children) docket.children |= bit;
      if (form.members) {
        docket.members |= bit;
        for (std::size_t kind = 0; kind < institution_kinds; ++kind)
          if ((form.kinds >> kind) & 1U) docket.kind[kind] |= bit;
      }
      for (std::size_t o = 0; o < occupation_count; ++o)
        if (((form.occupations >> o) & 1U) == 0) docket.occupation[o] &= static_cast<std::uint16_t>(~bit);
    });
  }

  /// Gives waiting matters free slots out of `allowed`.
  void admit(const Week& week, Docket& docket, std::vector<Pending>& queue, std::uint16_t allowed) const {
    const auto sooner = [](const Pending& a, const Pending& b) {
      return a.priority != b.priority ? a.priority > b.priority : a.since < b.since;
    };
    for (auto at = queue.begin(); at != queue.end(); ++at)  // a stable sort of few, which takes no memory
      std::rotate(std::upper_bound(queue.begin(), at, *at, sooner), at, at + 1);
    auto free_slots = static_cast<std::uint16_t>(~(docket.live | docket.stale) & allowed);
    std::size_t taken = 0;
    while (taken < queue.size() && free_slots != 0) {
      const Pending& pending = queue[taken++];
      const Form& form = week.forms[pending.form];
      const auto s = static_cast<unsigned>(__builtin_ctz(free_slots));
      free_slots = static_cast<std::uint16_t>(free_slots & (free_slots - 1));
      const auto opens = week.number() + form.announced;
      docket.slot[s] = {.announced = week.number(),
          .opens = opens,
          .closes = opens + form.open - 1,
          .form = pending.form,
          .subject = static_cast<std::uint8_t>(pending.subject)};
      docket.live = static_cast<std::uint16_t>(docket.live | (1U << s));
    }
    queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(taken));
  }

  [[nodiscard]] std::uint8_t subject(const Week& week, std::size_t c, std::size_t f) const {
    if (!week.forms[f].one_subject) return good_count;
    double u = subjects_(week).uniform(week.name_of_community(c), week.forms[f].key);
    for (std::size_t g = 0; g + 1 < good_count; ++g) {
      u -= wishes_(c, g);
      if (u < 0) return static_cast<std::uint8_t>(g);
    }
    return good_count - 1;
  }
  [[nodiscard]] std::uint8_t national_subject(const Week& week, std::size_t f) const {
    if (!week.forms[f].one_subject) return good_count;
    double adults = 0;
    for (const std::uint32_t n : adults_.values()) adults += n;
    double left = adults * subjects_(week).uniform(Week::name_of_nation(), week.forms[f].key);
    for (std::size_t g = 0; g + 1 < good_count; ++g) {
      for (std::size_t c = 0; c < week.communities(); ++c) left -= wishes_(c, g) * adults_[c];
      if (left < 0) return static_cast<std::uint8_t>(g);
    }
    return good_count - 1;
  }

  std::vector<std::vector<Pending>> queue_;
  std::vector<Pending> national_queue_;
  Docket nation_{};                   ///< slots of national matters: live, closing and stale
  std::vector<std::int32_t> phase_;   ///< by community and form: week of its period in which a matter opens
  std::vector<std::int32_t> now_;     ///< by form: week of its period; made anew every week
  std::vector<std::uint16_t> kinds_;  ///< by community: institutions with members, counted anew every week
  std::uint16_t reserved_ = 0;        ///< slots for national matters
};

}  // namespace

std::unique_ptr<Mechanism> make_agenda() { return std::make_unique<Agenda>(); }

}  // namespace kurultai
