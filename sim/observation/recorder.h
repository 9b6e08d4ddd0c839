// The recorder: sums the series that mechanisms declare, week by week, and turns them into labelled arrays.
//
// Sums over residents are whole numbers (resident_sums.h), those over communities are added up in their order
// (community_sums.h). Levels are nation, region, community_type and stratum, the arms of trials if there are any, on
// request district and community (record_level.h); each becomes a group of the result, complete in itself
// (recorded.cpp).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mechanism/mechanism.h"
#include "observation/arms.h"
#include "observation/community_sums.h"
#include "observation/output_settings.h"
#include "observation/record_level.h"
#include "observation/resident_sums.h"
#include "observation/result.h"

namespace kurultai {

class Recorder {
 public:
  /// Of the series of `mechanisms`, which outlive the recorder. Of `watched` those that are recorded at all count.
  Recorder(const World& world, std::span<const std::unique_ptr<Mechanism>> mechanisms, const OutputSettings& settings,
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
  };
  /// One series of one form: of what it is made, the window, and what was recorded.
  struct Channel {
    const SeriesSpec* spec = nullptr;
    std::size_t form = 0;
    ResidentSums::Term numerator = ResidentSums::nothing;
    ResidentSums::Term denominator = ResidentSums::nothing;
    std::size_t of_communities = 0;            ///< its index there, for series over communities
    std::vector<Sum> window;                   ///< by cell: sums over the last spec->window weeks
    std::vector<Sum> ring;                     ///< [week mod window][cell]
    std::vector<std::vector<float>> recorded;  ///< by level: [week][cell]
    std::vector<std::vector<float>> weekly;    ///< the same of every week, where it is watched and not kept so
    std::vector<std::uint8_t> watched;         ///< by level: whether `weekly` is filled
  };

  /// What was kept of a series, by level: Channel::recorded or Channel::weekly.
  using Kept = std::vector<std::vector<float>> Channel::*;

  /// The values of a column (of its part for a family), as whole numbers, in the world that is observed.
  [[nodiscard]] std::shared_ptr<const ResidentCount> values_of(const SeriesSpec& spec) const;
  void list_forms(const World& world);
  void list_levels(const World& world, const OutputSettings& settings);
  /// Says in which cells communities and residents are.
  void place(const World& world, std::span<const std::unique_ptr<Mechanism>> mechanisms);
  void add_channel(const World& world, const SeriesSpec& spec, std::size_t form, std::span<const Watched> watched);
  /// Asks for the sums of a series over residents.
  void ask(const World& world, Channel& channel);
  void move_windows(const World& world);
  void record(const World& world);
  /// This week's sums of a channel over residents.
  [[nodiscard]] Sum sum(const Channel& channel, std::size_t cell) const;
  /// This week's value of a channel in a cell.
  [[nodiscard]] double value(const World& world, const Channel& channel, std::size_t cell) const;

  // The layout of the result: recorded.cpp.
  [[nodiscard]] Group series_group(const World& world, std::size_t level) const;
  [[nodiscard]] Group weekly_group(const World& world, std::size_t level) const;
  void add_dimensions(
      const World& world, const Level& level, std::vector<std::int32_t> weeks, GroupBuilder& group) const;
  /// Adds the series of a level, of those in `Channel::weekly` the watched ones.
  void add_series(std::size_t level, Kept kept, GroupBuilder& group) const;
  /// What was kept of a series by form, whose first form has the channel `channel`: [week][cell][form].
  [[nodiscard]] std::vector<float> by_form(std::size_t level, std::size_t channel, Kept kept) const;

  const World* world_ = nullptr;  ///< that is observed now: perhaps not that in which it was made
  std::vector<Level> levels_;
  std::vector<Channel> channels_;
  std::size_t cells_ = 0;       ///< of all levels
  std::size_t areas_ = 0;       ///< levels that communities make up: they are the first
  std::size_t area_cells_ = 0;  ///< cells of those
  Arms arms_;                   ///< empty: no trial, or not asked for
  std::unique_ptr<ResidentSums> residents_;
  std::unique_ptr<CommunitySums> communities_;
  std::vector<std::size_t> level_of_keys_;  ///< as the keys of residents_: an index into levels_
  std::vector<std::uint8_t> keys_due_;      ///< this week, likewise
  std::vector<std::string> form_names_;     ///< titles, told apart
  std::vector<std::string> form_keys_;
  std::int32_t weeks_ = 0;  ///< recorded so far
};

}  // namespace kurultai
