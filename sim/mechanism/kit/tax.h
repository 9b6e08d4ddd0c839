// A tax is data (MODEL 7.36; R2): a table [tax.NAME] in a scenario. Shares of what it brings are levers.
#pragma once

#include "scenario/scenario.h"

namespace kurultai {

/// What a tax is on.
enum class TaxBase : std::uint8_t { wages, profits, turnover, property, land };
template <> inline constexpr auto words<TaxBase> = std::array{"wages", "profits", "turnover", "property", "land"};

struct TaxSpec : Section {
  static constexpr const char* collection_name = "tax";
  explicit TaxSpec(std::string name) : Section(std::move(name), "a tax: on what, at what rate, who keeps it") {}

  Text title{*this, "title", "", "name in figures and tables", "MODEL 7.36"};
  Choice<TaxBase> base{*this, "base", TaxBase::wages,
      "what is taxed, for people (how much there is of it, `taxed` says): wages, profits, turnover of small and medium "
      "enterprises, property, land and vehicles",
      "R2"};
  Real rate{*this, "rate", 0.1, {0, 1}, "rate by law", "R2", {.unit = "share of the base"}};
  Real taxed{*this, "taxed", 0.1, {0, 10}, "the base, as a share of the output of the place", "assumption",
      {.unit = "share of output"}};
  Real reach{*this, "reach", 1.0, {0, 1},
      "share of the tax that comes in as the effort of the community's akimat goes; the rest as standard effort does",
      "assumption"};
  Flag free{*this, "free", false, "whether akimats of communities may set the rate, around the one by law",
      "MODEL 7.36; Buettner 2006"};
  Lever community{*this, "community", 0.0, {0, 1}, "share of the tax that the community's budget keeps", "R2, D6",
      {.symbol = "rho"}};
  Lever district{*this, "district", 0.0, {0, 1},
      "share that the district's budget keeps, as far as the community leaves it", "R2, D6"};
  Lever region{*this, "region", 0.0, {0, 1},
      "share that the region's budget keeps, as far as those leave it; the rest is the republic's", "R2, D6"};
};

}  // namespace kurultai
