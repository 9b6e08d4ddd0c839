// What residents add up to in each cell of all levels: whole numbers, the same in any order.
//
// A lane of a count has two sums in a cell, of all residents and of adults. Of what residents are the sums of each
// block are kept, and counted anew where a mechanism that writes one of the columns had work this week (World::moved).
// What happened in a week is counted in each; what became of matters, where one closes. Where cells cut across
// communities, residents are sorted by key (resident_keys.h), and four lanes at a time are summed by key.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mechanism/mechanism.h"
#include "observation/resident_keys.h"

namespace kurultai {

/// Cells of communities: [community][level]; the last cell of all is of those that are in none.
struct CommunityCells {
  std::size_t levels = 0;
  std::vector<std::uint32_t> cell = {};
  [[nodiscard]] std::span<const std::uint32_t> of(std::size_t community) const {
    return {cell.data() + community * levels, levels};
  }
};

class ResidentSums {
 public:
  /// A sum: an index.
  using Term = std::size_t;
  /// The sum of nothing.
  static constexpr Term nothing = 0;
  /// When a sum is wanted, beside the weeks in which its level is due.
  struct Wanted {
    bool every_week = false;
    bool by_key_too = false;  ///< also in cells that cut across communities
  };

  ResidentSums(const World& world, std::span<const std::unique_ptr<Mechanism>> mechanisms, CommunityCells communities,
      std::vector<ResidentKeys> keys, std::size_t cells);

  /// Residents, or adults.
  [[nodiscard]] Term people(bool adults) const { return 1 + (adults ? 1 : 0); }
  /// What a lane of a count (of a form) adds up to, of all residents or of adults alone.
  struct Of {
    std::shared_ptr<const ResidentCount> count = {};
    std::string column = {};  ///< a column that it reads beside those that it says
    bool by_form = false;
    std::size_t form = 0;
    std::size_t lane = 0;
    bool adults = false;
  };
  /// Asks for a sum; before `ready`.
  [[nodiscard]] Term of(const Of& what, Wanted wanted);
  /// After the last sum was asked for.
  void ready(const World& world);

  /// Counts the week that `world` has just finished. `due`: all sums are wanted, not those of every week alone;
  /// `keys_due` says so for each of the keys.
  void observe(const World& world, bool due, std::span<const std::uint8_t> keys_due);
  /// Says that residents may be others than they were, all of them.
  void count_anew() { counted_ = sorted_once_ = false; }
  [[nodiscard]] std::int64_t at(Term term, std::size_t cell) const { return sums_[cell * stride_ + slot_[term]]; }

 private:
  static constexpr std::size_t group_lanes = 4;  ///< summed by key together
  using Four = std::array<std::uint32_t, group_lanes>;
  using FourSums = std::array<std::int64_t, group_lanes>;

  struct Counter {
    std::shared_ptr<const ResidentCount> count = {};
    bool by_form = false;
    std::size_t form = 0;
    Wanted wanted = {};
    std::uint64_t moved_by = 0;  ///< mechanisms, as in World::moved
    std::size_t first_lane = 0;
    [[nodiscard]] bool closing() const { return count->when == ResidentCount::When::closing; }
  };
  struct TermOf {
    std::size_t counter = 0;
    std::size_t lane = 0;
    bool adults = false;
  };
  using LanesOfGroup = std::array<const std::uint16_t*, group_lanes>;
  /// Residents sorted by key, and what each key adds up to.
  struct Sorted {
    ResidentKeys by;
    std::uint64_t moved_by = 0;
    std::vector<std::uint16_t> key;    ///< by resident
    std::vector<std::int64_t> people;  ///< by key
    std::vector<FourSums> sums;        ///< this week: [group][key]
    std::vector<std::uint8_t> filled;  ///< by group: whether `sums` hold anything
    std::vector<std::uint8_t> lanes;   ///< this week: by lane, whether it is summed by key
    std::size_t first_cell = 0;        ///< its cells are [first_cell, last_cell)
    std::size_t last_cell = 0;
    [[nodiscard]] std::size_t keys() const { return by.keys.size(); }
  };
  /// What a block adds where matters close.
  struct Closed {
    std::uint32_t community = 0;
    std::uint32_t counter = 0;
    std::array<std::uint32_t, 2 * group_lanes> sums{};  ///< by lane: of all residents, of adults
  };
  struct Scratch;

  [[nodiscard]] std::uint64_t writers(std::span<const std::string> columns) const;
  [[nodiscard]] std::size_t groups() const { return (lanes_ + group_lanes - 1) / group_lanes; }
  /// Says what is counted this week.
  void choose(bool due, std::span<const std::uint8_t> keys_due);
  /// Counts the blocks of a part.
  void count_part(const World& world, std::size_t part);
  void clear(Scratch& scratch) const;
  void sort_block(const World& world, const Block& block, Scratch& scratch);
  void count_block(const World& world, const Week& week, const Block& block, Scratch& scratch);
  /// Marks adults, and counts them.
  void find_adults(const World& world, const Block& block, Scratch& scratch);
  void count_closing(const World& world, const Week& week, const Block& block, Scratch& scratch);
  /// Fills the lanes of a counter, from `first` on.
  static void fill(const Week& week, const Block& block, const Counter& counter, std::size_t first, Scratch& scratch);
  void add_by_key(
      const Block& block, std::size_t sorted, std::size_t group, const LanesOfGroup& lanes, Scratch& scratch) const;
  void take_over(const Scratch& scratch);
  void sum_rows(const World& world);
  void sum_keys(const Sorted& sorted);

  std::vector<std::pair<std::string, std::uint64_t>> writers_;  ///< of residents' columns
  CommunityCells communities_;
  std::size_t cells_;
  std::vector<Counter> counters_;
  std::vector<TermOf> terms_;                      ///< from the third on: of counters
  std::vector<std::size_t> slot_;                  ///< by term: its place among the sums of a cell
  std::vector<std::size_t> of_any_form_;           ///< counters of what closes, whatever its form
  std::vector<std::vector<std::size_t>> of_form_;  ///< the others, by form
  std::size_t lanes_ = 0;
  std::size_t row_lanes_ = 0;         ///< of those, lanes of what does not close: they are the first
  std::size_t stride_ = 0;            ///< sums of a cell: nothing, residents, adults, each lane twice
  std::size_t row_ = 0;               ///< of those, sums of a block: all but the lanes that close
  std::vector<std::size_t> parts_;    ///< first blocks of runs of blocks: what is counted together
  std::vector<std::uint64_t> moved_;  ///< by community: since what is held was counted
  std::vector<std::uint32_t> rows_;   ///< [block][slot]
  std::vector<std::int64_t> sums_;    ///< [cell][slot]
  std::vector<Sorted> sorted_;
  std::size_t most_closed_ = 0;                                  ///< sums that a part can have of matters that close
  std::array<std::vector<FourSums>, 2> of_cell_;                 ///< scratch of sum_keys: of minors, of adults
  std::vector<std::size_t> now_;                                 ///< counters of this week, but for what closes
  std::vector<std::pair<std::size_t, std::size_t>> groups_now_;  ///< this week: of sorted_, which groups of lanes
  std::vector<std::uint8_t> by_key_;                             ///< this week, by counter: by some of the keys too
  std::mutex guard_;                                             ///< of what parts add to: sorted_, sums_
  bool counted_ = false;                                         ///< what is held has been counted once
  bool sorted_once_ = false;
};

}  // namespace kurultai
