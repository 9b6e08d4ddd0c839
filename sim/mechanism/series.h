// A series is declared beside the mechanism that makes it: name, meaning, unit and what is counted. The
// recorder sums it by nation, region, community type and stratum.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mechanism/week.h"
#include "society/residents.h"

namespace kurultai {

class Access;

/// What residents add to series: a few whole numbers each, the lanes of the count.
struct ResidentCount {
  enum class When : std::uint8_t {
    held,    ///< what they are: counted anew where a column that it reads may have moved
    dated,   ///< what they are as weeks pass, such as what they did of late: counted anew in each week that is recorded
    weekly,  ///< what they did this week: counted in all weeks, as what follows
    closing,  ///< what they knew of and did in matters (of one form) that close this week
  };
  static constexpr std::size_t most_lanes = 4;
  using Lanes = std::array<std::uint16_t*, most_lanes>;

  When when = When::held;
  std::size_t lanes = 1;
  /// Of what is held: the columns that it looks at, but for age.
  std::vector<const Access*> reads = {};
  /// Whether there is anything to count in a run (of a form); asked when it begins (empty: always).
  std::function<bool(std::size_t form)> applies = {};
  /// Fills in lanes[k][i - block.first] for the residents i of a block (0 before). `form` is 0 unless the series is by
  /// form. Of what is closing it is called only where a matter (of the form) closes.
  std::function<void(const Week&, const Block&, std::size_t form, const Lanes& lanes)> fill = {};
};

/// A count of what residents are, of one lane: each(week, i). It looks at the columns `reads`; at none: it is dated.
template <class Each> std::shared_ptr<const ResidentCount> counted(std::vector<const Access*> reads, Each each) {
  using When = ResidentCount::When;
  ResidentCount count{.when = reads.empty() ? When::dated : When::held, .reads = std::move(reads)};
  count.fill = [each](const Week& week, const Block& block, std::size_t, const ResidentCount::Lanes& lanes) {
    std::uint16_t* const value = lanes[0];
    for (Vertex i = block.first; i < block.last; ++i)
      value[i - block.first] = static_cast<std::uint16_t>(each(week, i));
  };
  return std::make_shared<const ResidentCount>(std::move(count));
}

/// What one adds to a series: to both sums of the ratio that it is.
struct Ratio {
  double numerator = 0;
  double denominator = 0;
};

/// What communities add to a series (of a form): made of any `each(week, community, form)` that gives a Ratio, and
/// asked of many communities at once.
class CommunityRatios {
 public:
  CommunityRatios() = default;
  template <class Each>
  CommunityRatios(Each each)  // NOLINT: a series says what one community adds
      : fill_(
            [each](const Week& week, std::size_t form, std::size_t from, std::size_t to, Ratio* at, std::size_t step) {
              for (std::size_t c = from; c < to; ++c, at += step) *at = each(week, c, form);
            }) {}
  explicit operator bool() const { return fill_ != nullptr; }
  /// Fills in at[0], at[step] ... for the communities [from, to).
  void fill(const Week& week, std::size_t form, std::size_t from, std::size_t to, Ratio* at, std::size_t step) const {
    fill_(week, form, from, to, at, step);
  }

 private:
  std::function<void(const Week&, std::size_t, std::size_t, std::size_t, Ratio*, std::size_t)> fill_;
};

/// A number of a community.
struct Ranked {
  double value = 0;
  std::uint32_t community = 0;
  bool operator<(const Ranked& other) const {
    return value != other.value ? value < other.value : community < other.community;
  }
};

/// How a series is made. A value is a ratio of two sums; sums over residents are whole numbers, so exact.
struct SeriesSpec {
  std::string name;
  std::string unit = "1";
  std::string meaning;
  std::string source;
  bool by_form = false;  ///< one series per form of participation
  int window = 1;        ///< weeks summed before the ratio is taken: 52 for things that happen now and then
  /// Weeks that a value looks back on where it is no sum over a window ("took part in the last 52 weeks").
  int looks_back = 1;
  /// The smallest run.scale at which its values are those of the whole country, within a tenth
  /// (tests/behaviour/scale.cpp); 0: any scale will do.
  double least_scale = 0;

  /// Over residents, the common case: the mean of a column over adults (of its part for `family`, if it has two).
  Column<Share> Residents::* mean = nullptr;
  std::size_t family = 0;
  /// Over residents, any other count; several series may share one. The value is its lane `numerator`, `times` over, to
  /// all residents, to adults (of whom alone it is summed then), or to its lane `denominator`.
  std::shared_ptr<const ResidentCount> residents = {};
  enum class Of : std::uint8_t { residents, adults, counted };
  std::size_t numerator = 0;
  Of of = Of::adults;
  std::size_t denominator = 1;
  int times = 1;

  using Ratio = kurultai::Ratio;
  /// Over communities, where neither of those is given: what community c adds.
  CommunityRatios community = {};
  /// Over a group of communities, where it is no ratio of sums (a Gini coefficient, an index of indices): its value for
  /// those listed, in their order; nan where there is none.
  std::function<double(const Week&, std::span<const std::uint32_t> communities)> group = {};
  /// The same of what `looks_at` says of them: its value for communities by rank, the lowest first, those alike in
  /// their order.
  std::function<double(const Week&, std::span<const Ranked> communities)> ranked = {};
  /// Of a group: the number of each community that alone tells its value: asked again only where one has moved (empty:
  /// every week).
  std::function<double(const Week&, std::size_t community)> looks_at = {};
  /// Whether the value is the numerator alone (a total), not the ratio.
  bool total = false;

  [[nodiscard]] bool over_residents() const { return mean != nullptr || residents; }
  [[nodiscard]] bool over_groups() const { return group != nullptr || ranked != nullptr; }
  /// Weeks of a run, the warm-up among them, after which the value rests on as many weeks as it says.
  [[nodiscard]] int weeks_needed() const { return window > looks_back ? window : looks_back; }
};

}  // namespace kurultai
