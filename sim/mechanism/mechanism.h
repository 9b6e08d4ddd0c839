// The border between what happens and the engine that makes it happen. A mechanism is one .cpp file and one
// line in list.h. It never sees files, threads or ranks: the engine calls its hooks in the order of the plan.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/archive.h"
#include "base/random.h"
#include "mechanism/docket.h"
#include "mechanism/form.h"
#include "mechanism/practice.h"
#include "mechanism/series.h"
#include "mechanism/tax.h"
#include "scenario/policy.h"
#include "society/akimats.h"
#include "society/authorities.h"
#include "society/ledger.h"
#include "society/society.h"
#include "society/society_settings.h"
#include "society/staff.h"

namespace kurultai {

/// The order of a week (MODEL 2). Fixed, and here only.
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
inline constexpr const char* phase_names[] = {"levers", "agenda", "exposure", "information", "participation",
    "response", "experience", "digital", "economy", "demography", "government", "publication"};

/// What neighbours did in one matter, as far as a resident could see it: ties inside the community, by layer.
struct Neighbours {
  std::array<std::uint16_t, resident_layers> aware{};  ///< n_N + n_P: knew of it
  std::array<std::uint16_t, resident_layers> acted{};  ///< n_P: had acted
};

/// What the exposure pass found for the residents of a block. Memory is reused from block to block.
/// Four slots share one 64-bit word of four counters: `lanes(resident, layer)` of a group of slots.
class Exposure {
 public:
  /// Makes room for `residents` and the slots in `mask`, all zero.
  void reset(std::size_t residents, std::uint16_t mask);
  struct Lanes {
    std::uint64_t aware = 0;
    std::uint64_t acted = 0;
  };
  /// Counters of the four slots of `group` (0..3) for the r-th resident of the block.
  Lanes* lanes(std::size_t group, std::size_t r) { return lanes_.data() + (offset_[group] + r) * resident_layers; }
  [[nodiscard]] const Lanes* lanes(std::size_t group, std::size_t r) const {
    return lanes_.data() + (offset_[group] + r) * resident_layers;
  }
  [[nodiscard]] bool filled() const { return mask_ != 0; }
  /// The counts in slot `slot` for the r-th resident of the block.
  [[nodiscard]] Neighbours neighbours(unsigned slot, std::size_t r) const {
    Neighbours n;
    if (((mask_ >> slot) & 1U) == 0) return n;
    const Lanes* lane = lanes(slot / 4, r);
    const unsigned shift = (slot % 4) * 16;
    for (std::size_t l = 0; l < resident_layers; ++l) {
      n.aware[l] = static_cast<std::uint16_t>(lane[l].aware >> shift);
      n.acted[l] = static_cast<std::uint16_t>(lane[l].acted >> shift);
    }
    return n;
  }

 private:
  std::uint16_t mask_ = 0;
  std::array<std::size_t, 4> offset_{};
  std::vector<Lanes> lanes_;
};

/// A fixed run of residents of one community: the unit of parallel work.
struct Block {
  std::uint32_t index = 0;
  std::uint32_t community = 0;
  Vertex first = 0;
  Vertex last = 0;  ///< one past the end
  [[nodiscard]] std::size_t size() const { return last - first; }
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
  [[nodiscard]] std::vector<std::int64_t> community(std::size_t community) const;
  void community(std::size_t community, std::span<std::int64_t> sum) const;

 private:
  std::size_t counters_;
  std::vector<std::int64_t> block_;
  std::vector<std::uint32_t> first_block_;
};

/// Whom a policy reaches: recorded in the result under /policy.
struct Trial {
  /// `beside_...`: untreated members of a household of which another member is treated (or stands as control).
  enum Status : std::uint8_t { outside, treated, control, beside_treated, beside_control };
  static constexpr std::size_t statuses = 5;
  std::vector<std::uint8_t> status;     ///< per community
  std::vector<float> exposure;          ///< per community, share of outside ties into treated ones; empty: no trial
  std::vector<std::uint8_t> residents;  ///< per resident, Status; empty: the policy treats whole communities
  std::vector<float>
      treated_share;          ///< per resident, share of ties to residents that lead to treated ones; empty: no trial
  std::int32_t outcome = -1;  ///< the form whose matters are counted below; -1: none
  std::vector<std::uint32_t> acted;  ///< per resident: bit k: acted in the k-th closed matter of the form; see `before`
  std::vector<std::uint32_t> known;  ///< per resident: bit k: knew of it
  std::vector<std::uint8_t> closed;  ///< per community: matters of the form that closed, at most 32
  std::vector<std::uint8_t> before;  ///< per community: of those, before the policy's first week
};

/// Everything a mechanism may see. One per run: the society is shared and never changed, the run has its own
/// residents and institutions, which begin as the society's.
struct World {
  const Society& society;
  Collection<FormSpec>& forms;
  Collection<PolicySpec>& policies;
  const Collection<TaxSpec>& taxes;
  const Registry& registry;
  const SocietySettings& settings;
  Practice& practice;
  PlatformService& platform_service;
  Residents own_residents = {};
  Institutions institutions = {};
  Akimats akimats = {};
  Authorities districts{"districts"};
  Authorities regions{"regions"};
  Staff staff = {};
  Ledger ledger = {};
  /// By community, and one more: its first institution with members. These stand in the order of communities.
  std::vector<std::size_t> first_institution = {};
  std::vector<Docket> dockets = {};
  std::vector<Block> blocks = {};
  std::uint64_t seed = 0;
  std::uint32_t replicate = 0;
  std::int32_t week = 0;           ///< 0 is the first recorded week; negative in the warm-up
  std::int32_t first_week = 0;     ///< minus the warm-up
  std::vector<Trial> trials = {};  ///< per policy, in the order of their names

  [[nodiscard]] Residents& residents() { return own_residents; }
  [[nodiscard]] const Residents& residents() const { return own_residents; }
  /// Weeks since the run began, for keys of draws.
  [[nodiscard]] std::uint32_t tick() const { return static_cast<std::uint32_t>(week - first_week); }
  /// Draws of `stream` this week.
  [[nodiscard]] Draws draws(Stream stream) const { return {seed, replicate, stream, tick()}; }
  /// Draws of `stream` that do not depend on the week (lasting traits).
  [[nodiscard]] Draws lasting(Stream stream) const { return {seed, replicate, stream, 0xffff}; }
  /// True once every `period` weeks, at a week of the community's own: slow things are staggered.
  [[nodiscard]] bool due(std::size_t community, std::uint32_t period) const {
    return (tick() + static_cast<std::uint32_t>(society.key[community] % period)) % period == 0;
  }
};

/// Whether resident i took part within the last 52 weeks in a form of `family`.
inline bool took_part_lately(const World& world, std::size_t i, std::size_t family) {
  const std::uint16_t last = world.residents().last_act(i, family);
  return last != 0 && static_cast<std::int32_t>(world.tick()) - (static_cast<std::int32_t>(last) - 1) < 52;
}
/// The same in a form of any family.
inline bool took_part_lately(const World& world, std::size_t i) {
  return took_part_lately(world, i, 0) || took_part_lately(world, i, 1);
}

/// A series over communities: the mean over adults of what `value(world, c)` says of community c.
template <class Value> auto over_adults(Value value) {
  return [value](const World& world, std::size_t c, std::size_t) {
    const double adults = world.akimats.adults[c];
    return SeriesSpec::Ratio{value(world, c) * adults, adults};
  };
}
/// The same of a column of the akimats.
inline auto over_adults(Column<double> Akimats::* column) {
  return over_adults([column](const World& world, std::size_t c) { return (world.akimats.*column)[c]; });
}

/// What happens: a section of parameters with hooks into the week.
class Mechanism : public Section {
 public:
  /// What a mechanism is, for the plan. Columns by name, as their tables declare them.
  struct Role {
    std::string name;
    std::string meaning;
    std::string source;  ///< SOURCE tags and citations
    Phase phase;
    std::vector<std::string> reads;
    std::vector<std::string> writes;
    std::vector<std::string> adds = {};  ///< contributions to columns that others add to as well
    /// Levers of other sections that it reads ("akimat.openness"), and those that it reads under a condition only
    /// ("participation.mail if participation.rule=logistic"); see engine/lever_readers.h.
    std::vector<std::string> levers = {};
  };

  explicit Mechanism(Role role);
  [[nodiscard]] const Role& role() const { return role_; }
  [[nodiscard]] Stream stream() const { return stream_; }
  void reserve(Stream stream) { stream_ = stream; }
  [[nodiscard]] std::span<const SeriesSpec> series() const { return series_; }

  /// Once, when the society is built: initial values of the columns it writes, room for its own tallies.
  virtual void prepare(World& /*world*/) {}
  /// Each week before the blocks of its pass: work on communities.
  virtual void begin(World& /*world*/) {}
  /// Whether this week the residents of `community` have work here.
  [[nodiscard]] virtual bool wanted(const World& /*world*/, std::size_t /*community*/) const { return false; }
  /// Each week for each block of a wanted community; blocks run in parallel, so it writes to its residents only.
  virtual void residents(World& /*world*/, const Block& /*block*/, Exposure& /*exposure*/) {}
  /// Each week after the blocks of its pass: work on communities.
  virtual void end(World& /*world*/) {}
  /// What it keeps from week to week outside the tables of columns, for checkpoints: visited to save and to load.
  /// Leave out what `prepare` makes of scenario and society (it runs before a resume too) and what a week fills anew.
  virtual void state(Archive& /*archive*/) {}

  Flag enabled{*this, {.name = "enabled", .meaning = "whether this mechanism runs at all", .source = "design"}, true};

 protected:
  /// Declares a series; see series.h.
  void observe(SeriesSpec series) { series_.push_back(std::move(series)); }

 private:
  Role role_;
  Stream stream_{};
  std::vector<SeriesSpec> series_;
};

}  // namespace kurultai
