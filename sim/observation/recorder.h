// The recorder: sums the series that mechanisms declare, week by week, and turns them into labelled arrays.
//
// Sums over residents are whole numbers, kept per block and added up: the same in any order. Levels are nation,
// region, community_type and stratum, the arms of trials if there are any, on request district and community
// (record_level.h); each becomes a group of the result, complete in itself (recorded.cpp).
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "mechanism/mechanism.h"
#include "observation/arms.h"
#include "observation/output_settings.h"
#include "observation/record_level.h"
#include "observation/result.h"

namespace kurultai {

class Recorder {
 public:
  /// `series` point into mechanisms that outlive the recorder. Of `watched` those that are recorded at all count.
  Recorder(const World& world, const std::vector<const SeriesSpec*>& series, const OutputSettings& settings,
      std::span<const Watched> watched = {});

  /// Makes room for a run of `weeks` recorded weeks, so that recording takes no more memory.
  void reserve(std::int64_t weeks);

  /// Takes in the week that `world` has just finished; weeks of the warm-up only fill the windows.
  void observe(const World& world);

  /// Windows and all that was recorded, for checkpoints. Sums of a week are made anew in each.
  void state(Archive& archive);

  /// Everything recorded, as groups "series/nation", "series/region" ..., and what is watched and not kept every week
  /// as "weekly/nation" ... Weeks of a run that are fewer than a value looks back on are NaN.
  [[nodiscard]] std::vector<Group> groups(const World& world) const;

 private:
  /// A level of this run.
  struct Level {
    const RecordLevel* row = nullptr;
    std::size_t first = 0;  ///< its first cell
    std::size_t cells = 0;
    std::int64_t every = 1;
    std::vector<std::int32_t> weeks;
  };
  struct Sum {
    std::int64_t numerator = 0;
    std::int64_t denominator = 0;
    void add(const Sum& other) {
      numerator += other.numerator;
      denominator += other.denominator;
    }
  };
  /// One series of one form: this week's sums by cell, the window, and what was recorded.
  struct Channel {
    const SeriesSpec* spec = nullptr;
    std::size_t form = 0;
    std::vector<Sum> week;                     ///< by cell
    std::vector<Sum> window;                   ///< by cell: sums over the last spec->window weeks
    std::vector<Sum> ring;                     ///< [week mod window][cell]
    std::vector<SeriesSpec::Ratio> ratio;      ///< by cell, for series over communities
    std::vector<std::vector<float>> recorded;  ///< by level: [week][cell]
    std::vector<std::vector<float>> weekly;    ///< the same of every week, where it is watched and not kept so
    std::vector<std::uint8_t> watched;         ///< by level: whether `weekly` is filled
    bool always = false;                       ///< watched at some level: due every week
    bool strata_always = false;                ///< watched by stratum
  };

  /// What was kept of a series, by level: Channel::recorded or Channel::weekly.
  using Kept = std::vector<std::vector<float>> Channel::*;

  void list_forms(const World& world);
  void list_levels(const World& world, const OutputSettings& settings);
  /// Says which cells each community is in.
  void place_communities(const Country& country);
  void add_channel(const SeriesSpec& spec, std::size_t form, std::span<const Watched> watched);

  void sum_residents(const World& world, bool due, bool strata_due);
  void sum_blocks(const World& world, std::size_t from, std::size_t to, bool due, bool strata_due);
  /// Adds a block's residents, each with what it adds to a series, to the arms they are in.
  void add_to_arms(const World& world, const Block& block, std::span<const std::uint32_t> numerator,
      std::span<const std::uint32_t> denominator, std::span<Sum> by_arm) const;
  void sum_communities(const World& world, bool due);
  void record(const World& world);
  /// A community's cell in each of its levels.
  [[nodiscard]] std::span<const std::uint32_t> cells_of(std::size_t community) const {
    return {cells_of_.data() + community * community_levels_, community_levels_};
  }
  /// This week's value of a channel in a cell.
  [[nodiscard]] static double value(const World& world, const Channel& channel, std::size_t cell);

  // The layout of the result: recorded.cpp.
  [[nodiscard]] Group series_group(const World& world, std::size_t level) const;
  [[nodiscard]] Group weekly_group(const World& world, std::size_t level) const;
  void add_dimensions(
      const World& world, const Level& level, std::vector<std::int32_t> weeks, GroupBuilder& group) const;
  /// Adds the series of a level, of those in `Channel::weekly` the watched ones.
  void add_series(std::size_t level, Kept kept, GroupBuilder& group) const;
  /// What was kept of a series by form, whose first form has the channel `channel`: [week][cell][form].
  [[nodiscard]] std::vector<float> by_form(std::size_t level, std::size_t channel, Kept kept) const;

  std::vector<Level> levels_;
  std::vector<Channel> channels_;
  std::size_t cells_ = 0;          ///< of all levels but strata and arms
  std::size_t stratum_first_ = 0;  ///< cell of the first stratum
  bool wants_strata_ = false;
  std::size_t arm_first_ = 0;                        ///< cell of the first arm
  Arms arms_;                                        ///< empty: no trial, or not asked for
  std::vector<std::uint32_t> cells_of_;              ///< [community][level but strata and arms]: its cell
  std::vector<std::vector<std::uint32_t>> members_;  ///< by cell of those levels: its communities
  std::size_t community_levels_ = 0;                 ///< levels but strata and arms: they are the first
  std::vector<Sum> block_sums_;                      ///< [block][channel]
  std::vector<Sum> stratum_sums_;                    ///< [channel][stratum]
  std::vector<Sum> arm_sums_;                        ///< [channel][arm]
  std::mutex guard_;                                 ///< of stratum_sums_ and arm_sums_
  std::vector<std::string> form_names_;              ///< titles, told apart
  std::vector<std::string> form_keys_;
  std::int32_t weeks_ = 0;  ///< recorded so far
};

}  // namespace kurultai
