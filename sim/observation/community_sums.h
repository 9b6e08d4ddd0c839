// Series over communities in each cell of the levels that communities make up: ratios of sums, added up in the order of
// communities, and values of groups.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mechanism/mechanism.h"
#include "observation/resident_sums.h"

namespace kurultai {

class CommunitySums {
 public:
  /// Cells are numbered from 0 on, those of `communities`.
  CommunitySums(CommunityCells communities, std::size_t cells);

  /// Asks for a series (of a form), in every week or where it is due: its index.
  std::size_t add(const SeriesSpec& spec, std::size_t form, bool every_week);
  /// Says that communities may be others than they were, all of them.
  void ask_anew() {
    for (Series& series : series_) series.seen.clear();
  }
  /// Sums the week that `world` has just finished.
  void observe(const World& world, bool due);
  [[nodiscard]] SeriesSpec::Ratio at(std::size_t series, std::size_t cell) const { return series_[series].ratio[cell]; }

 private:
  struct Series {
    const SeriesSpec* spec = nullptr;
    std::size_t form = 0;
    bool every_week = false;
    std::vector<SeriesSpec::Ratio> ratio;      ///< by cell
    std::vector<double> seen;                  ///< of a group: what it looks at, by community, when it was asked last
    std::vector<std::vector<Ranked>> ranking;  ///< by cell: of these, where it is told by ranks
  };
  void sum(const Week& week, bool due);
  void ask_group(const Week& week, Series& series);
  /// Ranks the communities of a cell by what was seen: those that stayed stand in their order already.
  void rank(Series& series, std::size_t cell);

  CommunityCells communities_;
  std::vector<std::vector<std::uint32_t>> members_;  ///< by cell
  std::vector<Series> series_;
  std::vector<Series*> asked_;           ///< scratch, as all that follows
  std::vector<SeriesSpec::Ratio> here_;  ///< [community][series asked]
  std::vector<SeriesSpec::Ratio> sums_;  ///< [cell][series asked]
  std::vector<std::uint8_t> moved_;      ///< by cell
  std::vector<Ranked> stay_;
  std::vector<Ranked> move_;
};

}  // namespace kurultai
