// Civic platforms and connections as mechanisms meet them this week: the levers of [platform].
#pragma once

#include <string>
#include <utility>

#include "mechanism/kit/offers.h"
#include "mechanism/mechanism.h"

namespace kurultai {

/// Quality of platforms relative to the usual 0.5: a factor on notices and sign-ups, 0 to 2.
class RelativeQuality {
 public:
  explicit RelativeQuality(Mechanism& mechanism, std::string when = {})
      : quality_(mechanism, &PlatformService::quality, std::move(when)) {}
  double operator()(std::size_t community) const { return 2.0 * quality_[community]; }

 private:
  ReadLever quality_;
};

/// Which connections are up.
class Connection {
 public:
  explicit Connection(Mechanism& mechanism, std::string when = {})
      : outage_(mechanism, &PlatformService::outage, std::move(when)),
        outages_(mechanism) {}
  /// Share of connections that work in a community: 1 but for an outage.
  [[nodiscard]] double share(std::size_t community) const { return 1.0 - outage_[community]; }
  /// Whether that of resident i is up. The same answer all week.
  [[nodiscard]] bool up(const Week& week, std::size_t community, Vertex i) const {
    const double works = share(community);
    return works >= 1.0 || outages_->luck(week).chance(works, week.name(community, i));
  }

 private:
  ReadLever outage_;
  Uses<Outages> outages_;
};

}  // namespace kurultai
