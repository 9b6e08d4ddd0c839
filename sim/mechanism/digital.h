// What the other mechanisms read of digitalisation this week: connections that are up, and how good the platforms are.
#pragma once

#include "mechanism/mechanism.h"

namespace kurultai {

/// The levers of `coverage` and `adoption` for those who push notices, ask for online acts or answer them. Make one in
/// `prepare`. A lever of a mechanism that is switched off counts as untouched.
class Digital {
 public:
  Digital() = default;
  explicit Digital(const World& world);

  /// Share of connections that work this week in a community: 1 but for an outage.
  [[nodiscard]] double up(std::size_t community) const { return outage_ == nullptr ? 1.0 : 1.0 - (*outage_)[community]; }
  /// Quality of civic platforms, 0 to 1; `usual_quality` is the default.
  [[nodiscard]] double quality(std::size_t community) const {
    return quality_ == nullptr ? usual_quality : (*quality_)[community];
  }
  /// Quality relative to the default, a factor on notices and the like: 0 to 2.
  [[nodiscard]] double relative_quality(std::size_t community) const { return quality(community) / usual_quality; }
  /// Whether resident i, called `name`, uses civic platforms and can reach them this week. The same answer all week.
  [[nodiscard]] bool online(const World& world, std::size_t community, std::size_t i) const {
    if (world.residents().platform[i] == 0) return false;
    const double works = up(community);
    return works >= 1.0 ||
           world.draws(luck_).chance(works, world.society.name(community, static_cast<Vertex>(i)), 0);
  }

  static constexpr double usual_quality = 0.5;

 private:
  const Lever* outage_ = nullptr;
  const Lever* quality_ = nullptr;
  Stream luck_{};
};

}  // namespace kurultai
