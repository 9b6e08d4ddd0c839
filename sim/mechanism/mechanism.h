// The border between what happens and the engine that makes it happen. A mechanism is one .cpp file and one line in
// list.h. It sees the week (week.h) and what it declares (access.h), never files, threads or ranks: the engine calls
// its hooks in the order of the plan.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/archive.h"
#include "base/calendar.h"
#include "base/words.h"
#include "mechanism/access.h"
#include "mechanism/kit/common_levers.h"
#include "mechanism/kit/tax.h"
#include "mechanism/list.h"
#include "mechanism/series.h"
#include "mechanism/week.h"

namespace kurultai {

/// The order of a week (MODEL 3). Fixed, and here only.
enum class Phase : std::uint8_t {
  levers,
  agenda,
  exposure,
  information,
  participation,
  response,
  experience,
  digital,
  economy,
  demography,
  government,
  publication,
};
template <>
inline constexpr auto words<Phase> = std::array{"levers", "agenda", "exposure", "information", "participation",
    "response", "experience", "digital", "economy", "demography", "government", "publication"};

/// What neighbours did in one matter, as far as a resident could see it: ties inside the community, by layer.
struct Neighbours {
  std::array<std::uint16_t, resident_layers> aware{};  ///< n_N + n_P: knew of it
  std::array<std::uint16_t, resident_layers> acted{};  ///< n_P: had acted
};

/// What the neighbours of a block's residents knew and did, counted for those who ask.
class Exposure {
 public:
  /// Where it is seen: what residents published, and the matters that are live in the community.
  struct View {
    const Ties* ties = nullptr;
    const std::uint32_t* signal = nullptr;
    const std::uint8_t* shows = nullptr;
    Vertex first = 0;  ///< of the block
    std::uint16_t live = 0;
    std::uint16_t national = 0;
  };
  void look(const View& view) {
    view_ = view;
    counted_ = nobody;
  }
  /// Nothing is to be seen.
  void reset() { look({}); }
  [[nodiscard]] bool filled() const { return view_.live != 0; }
  /// The counts in slot `slot` for the r-th resident of the block; ties beyond the community are for national matters.
  Neighbours neighbours(unsigned slot, std::size_t r);

 private:
  static constexpr std::size_t nobody = ~std::size_t{0};
  /// Four slots share one word of four 16-bit counters (Ties::build keeps a row below 65,536 ties inside).
  struct Lanes {
    std::uint64_t aware = 0;
    std::uint64_t acted = 0;
  };
  void count(std::size_t group, std::size_t r);

  View view_;
  std::size_t counted_ = nobody;  ///< whose row was looked at last, and for which four slots
  std::array<Lanes, resident_layers> lanes_{};
};

/// Residents of a block who are marked, by their place in it.
class BlockBits {
 public:
  void set(std::size_t place) { words_[place / 64] |= std::uint64_t{1} << (place % 64); }
  /// Calls visit(place) for each, lowest first, and forgets them.
  template <class Visit> void take(Visit&& visit) {
    for (std::size_t w = 0; w < words_.size(); ++w)
      for (; words_[w] != 0; words_[w] &= words_[w] - 1)
        visit(64 * w + static_cast<std::size_t>(__builtin_ctzll(words_[w])));
  }

 private:
  std::array<std::uint64_t, block_size / 64> words_{};
};

/// Whole-number sums by community, added up from blocks: exact, whatever the order.
class Tally {
 public:
  explicit Tally(std::size_t counters) : counters_(counters) {}
  void prepare(std::size_t communities, std::span<const Block> blocks);
  [[nodiscard]] std::span<std::int64_t> block(std::size_t index) {
    return {block_.data() + index * counters_, counters_};
  }
  void clear_block(std::size_t index);
  /// The sum over the blocks of `community`. Valid for communities all of whose blocks were cleared this week.
  void community(std::size_t community, std::span<std::int64_t> sum) const;

 private:
  std::size_t counters_;
  std::vector<std::int64_t> block_;
  std::vector<std::uint32_t> first_block_;
};

/// What happens: a section of parameters with hooks into the week.
class Mechanism : public Section {
 public:
  /// What a mechanism is, for the plan.
  struct Role {
    std::string name;
    std::string meaning;
    std::string source;  ///< SOURCE tags and citations
    Phase phase;
  };

  explicit Mechanism(Role role);
  [[nodiscard]] const Role& role() const { return role_; }
  [[nodiscard]] Stream stream() const { return stream_; }
  void reserve(Stream stream) { stream_ = stream; }
  [[nodiscard]] std::span<const SeriesSpec> series() const { return series_; }

  // What it declares.
  [[nodiscard]] std::span<Access* const> accesses() const { return accesses_; }
  [[nodiscard]] std::span<const Luck* const> lucks() const { return lucks_; }
  /// Names of the columns that it touches so, each once, sorted.
  [[nodiscard]] std::vector<std::string> columns(Access::How how) const;
  /// Whether it changes a column of the table that is called so.
  [[nodiscard]] bool changes(const std::string& table) const;
  /// Levers of other sections, by path (* for any entry of a collection), and the condition under which it reads them.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> levers() const;

  /// Once, when the run begins: values of the columns that it makes then, room for its own tallies.
  virtual void prepare(const Week& /*week*/) {}
  /// Each week before the blocks of its pass: work on communities.
  virtual void begin(const Week& /*week*/) {}
  /// Whether this week the residents of `community` have work here.
  [[nodiscard]] virtual bool wanted(const Week& /*week*/, std::size_t /*community*/) const { return false; }
  /// Whether this week it may change residents of `community`: there, or in `begin` or `end`. What was counted of
  /// others is kept.
  [[nodiscard]] virtual bool moves(const Week& week, std::size_t community) const { return wanted(week, community); }
  /// Each week for each block of a wanted community; blocks run in parallel, so it writes to its residents only.
  virtual void residents(const Week& /*week*/, const Batch& /*batch*/, Exposure& /*exposure*/) {}
  /// Each week after the blocks of its pass: work on communities.
  virtual void end(const Week& /*week*/) {}
  /// What it keeps from week to week outside the tables of columns, for checkpoints: visited to save and to load.
  /// Leave out what `prepare` makes of scenario and society (it runs before a resume too) and what a week fills anew.
  virtual void state(Archive& /*archive*/) {}

  // For the engine.
  /// Which accesses lead somewhere: those of `prepare`, or all.
  enum class Bound : std::uint8_t { preparing, running };
  void bind(World& world, Bound bound);
  void offer(Offered& offered) const;
  void link(const Offered& offered);
  [[nodiscard]] std::span<const ProgrammeCost* const> costs() const { return costs_; }

  Flag enabled{*this, "enabled", true, "whether this mechanism runs at all", "design"};

 protected:
  /// One that stands for another, such as a test's that watches it: with all that the other declares.
  explicit Mechanism(const Mechanism& stands_for);
  /// Declares a series; see series.h.
  void observe(SeriesSpec series) { series_.push_back(std::move(series)); }

 private:
  friend class Access;
  friend class AnyOffer;
  friend class Link;
  friend class Luck;
  friend class ProgrammeCost;
  friend class ReadLever;
  template <class S> friend class ReadLevers;

  /// Throws std::logic_error where it shares a number with another.
  void add(const Luck& luck);

  Role role_;
  Stream stream_{};
  std::vector<SeriesSpec> series_;
  std::vector<Access*> accesses_;
  std::vector<Link*> links_;
  std::vector<const AnyOffer*> offers_;
  std::vector<const Luck*> lucks_;
  std::vector<const ProgrammeCost*> costs_;
  std::vector<const ReadLever*> levers_;
  std::vector<std::string> lever_patterns_;
};

template <class S> void ReadLevers<S>::declare(Mechanism& mechanism) {
  static const S entry("any.NAME");
  const std::string collection = S::collection_name;
  mechanism.lever_patterns_.push_back(collection + ".*." + (entry.*lever_).about().name);
}

/// A series over communities: the mean over adults, by `adults`, of what `value(week, c)` says of community c.
template <class Value> auto over_adults(const Read<std::uint32_t>& adults, Value value) {
  return [&adults, value](const Week& week, std::size_t c, std::size_t) {
    const double people = adults[c];
    return SeriesSpec::Ratio{value(week, c) * people, people};
  };
}
/// The same of a column of the akimats.
template <class Column> auto over_adults_of(const Read<std::uint32_t>& adults, const Column& column) {
  return over_adults(adults, [&column](const Week&, std::size_t c) { return column[c]; });
}

}  // namespace kurultai
