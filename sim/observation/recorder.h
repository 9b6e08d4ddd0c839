// The recorder: sums the series that mechanisms declare, week by week, and turns them into labelled arrays.
//
// Sums over residents are whole numbers, kept per block and added up: the same in any order. Levels are nation,
// region, community_type and stratum, the arms of trials if there are any, on request district and community; each
// becomes a group of the result, complete in itself.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "mechanism/mechanism.h"
#include "observation/result.h"
#include "scenario/field.h"

namespace kurultai {

/// What is written: the table [output].
struct OutputSettings : Section {
  OutputSettings() : Section("output", "what a run writes") {}
  Texts levels{*this,
      {.name = "levels",
          .meaning =
              "nation, region, community_type, stratum, arm (of trials, where there are any), district, community",
          .source = "MODEL 11"},
      {"nation", "region", "community_type", "stratum", "arm"}};
  Texts series{
      *this, {.name = "series", .meaning = "names of the series to keep; empty: all", .source = "MODEL 11"}, {}};
  Whole every{
      *this, {.name = "every", .unit = "week", .meaning = "weeks between records", .source = "design"}, 1, {1, 5200}};
  Whole stratum_every{*this,
      {.name = "stratum_every", .unit = "week", .meaning = "weeks between records by stratum", .source = "design"}, 4,
      {1, 5200}};
  Whole panel{*this,
      {.name = "panel",
          .unit = "residents",
          .meaning = "residents followed one by one, about so many; 0: none",
          .source = "MODEL 11"},
      0, {0, 1e7}};
  Whole panel_every{*this,
      {.name = "panel_every", .unit = "week", .meaning = "weeks between records of the panel", .source = "design"}, 4,
      {1, 5200}};
  [[nodiscard]] std::string inconsistency() const override;
};

/// One kind of people, for series by stratum: "age 18-29".
struct Stratum {
  std::string dimension;  ///< "age", "sex", "education", "occupation", "income", "platform"
  std::string label;
};

/// All strata, dimension by dimension.
std::span<const Stratum> strata();
/// Dimensions of strata: every resident is in one stratum of each.
inline constexpr std::size_t stratum_dimensions = 6;
/// Residents of one kind are in the same strata: people are counted by kind, and strata are sums of kinds.
inline constexpr std::array<std::uint8_t, stratum_dimensions> strata_of_dimension = {5, 2, 3, 7, 3, 2};
inline constexpr std::size_t kind_count = 5 * 2 * 3 * 7 * 3 * 2;
/// The kind of resident i.
std::uint16_t kind_of(const Residents& residents, std::size_t i);
/// The strata of a kind: indices into strata(), one a dimension.
std::array<std::uint8_t, stratum_dimensions> strata_of(std::uint16_t kind);

/// A series of a level that is also recorded every week, whatever `every` says: measures look at what happened, not at
/// what is kept.
struct Watched {
  std::string level;
  std::string series;
};

class Recorder {
 public:
  /// `series` point into mechanisms that outlive the recorder. Of `watched` those that are recorded at all count.
  Recorder(const World& world, std::vector<const SeriesSpec*> series, const OutputSettings& settings,
      std::span<const Watched> watched = {});

  /// Takes in the week that `world` has just finished; weeks of the warm-up only fill the windows.
  void observe(const World& world);

  /// Windows and all that was recorded, for checkpoints. Sums of a week are made anew in each.
  void state(Archive& archive);

  /// Everything recorded, as groups "series/nation", "series/region" ..., and what is watched and not kept every week
  /// as "weekly/nation" ... Weeks of a run that are fewer than a value looks back on are NaN.
  [[nodiscard]] std::vector<Group> groups(const World& world) const;

 private:
  struct Level {
    std::string name;
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
  /// Those of a part ("treated", "control" ...) in the trial of one policy: a cell of the level "arm".
  struct Arm {
    std::size_t policy = 0;
    std::size_t part = 0;
    std::string label;
  };
  /// Which arm (index into arms_) residents are in, by their status in the trial of `policy`.
  struct Split {
    static constexpr std::uint32_t none = 0xffffffffU;
    std::size_t policy = 0;
    std::array<std::uint32_t, Trial::statuses> arm_of{};     ///< where the trial takes place
    std::array<std::uint32_t, Trial::statuses> elsewhere{};  ///< in communities drawn out of it
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

  void sum_residents(const World& world, bool due, bool strata_due);
  void sum_blocks(const World& world, std::size_t from, std::size_t to, bool due, bool strata_due);
  void list_arms(const World& world);
  /// Adds a block's residents, each with what it adds to a series, to the arms they are in.
  void add_to_arms(const World& world, const Block& block, std::span<const std::uint32_t> numerator,
      std::span<const std::uint32_t> denominator, std::span<Sum> by_arm) const;
  void sum_communities(const World& world, bool due);
  void record(const World& world);
  /// This week's value of a channel in a cell.
  [[nodiscard]] static double value(const World& world, const Channel& channel, std::size_t cell);
  /// The series of a level, each with what `Channel::recorded` or `Channel::weekly` holds.
  [[nodiscard]] std::vector<Variable> variables(
      std::size_t level, std::vector<std::vector<float>> Channel::* values) const;
  [[nodiscard]] std::vector<Coordinate> coordinates(
      const World& world, const Level& level, std::vector<std::int32_t> weeks) const;

  std::vector<Level> levels_;
  std::vector<Channel> channels_;
  std::size_t cells_ = 0;          ///< of all levels but strata and arms
  std::size_t stratum_first_ = 0;  ///< cell of the first stratum
  bool wants_strata_ = false;
  std::size_t arm_first_ = 0;  ///< cell of the first arm
  std::vector<Arm> arms_;      ///< empty: no trial, or not asked for
  std::vector<Split> splits_;
  std::vector<std::array<std::uint32_t, 6>> cells_of_;  ///< by community: its cell in each level but strata and arms
  std::vector<std::vector<std::uint32_t>> members_;     ///< by cell of those levels: its communities
  std::size_t community_levels_ = 0;
  std::vector<Sum> block_sums_;          ///< [block][channel]
  std::vector<Sum> stratum_sums_;        ///< [channel][stratum]
  std::vector<Sum> arm_sums_;            ///< [channel][arm]
  std::mutex guard_;                     ///< of stratum_sums_ and arm_sums_
  std::vector<std::string> form_names_;  ///< titles, told apart
  std::vector<std::string> form_keys_;
  std::int32_t weeks_ = 0;  ///< recorded so far
};

}  // namespace kurultai
