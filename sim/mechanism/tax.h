// A tax is data (MODEL 9; R2): a table [tax.NAME] in a scenario. Shares of what it brings are levers.
#pragma once

#include "scenario/scenario.h"

namespace kurultai {

struct TaxSpec : Section {
  explicit TaxSpec(std::string name) : Section(std::move(name), "a tax: on what, at what rate, who keeps it") {}

  Text title{*this, {.name = "title", .meaning = "name in figures and tables", .source = "MODEL 9"}, ""};
  Choice base{*this,
      {.name = "base",
          .meaning = "what is taxed, for people (how much there is of it, `taxed` says): wages, profits, turnover of "
                     "small and medium enterprises, property, land and vehicles",
          .source = "R2"},
      "wages", {"wages", "profits", "turnover", "property", "land"}};
  Real rate{
      *this, {.name = "rate", .unit = "share of the base", .meaning = "rate by law", .source = "R2"}, 0.1, {0, 1}};
  Real taxed{*this,
      {.name = "taxed",
          .unit = "share of output",
          .meaning = "the base, as a share of the output of the place",
          .source = "assumption"},
      0.1, {0, 10}};
  Real reach{*this,
      {.name = "reach",
          .meaning = "share of the tax that comes in as the effort of the community's akimat goes; the rest as "
                     "standard effort does",
          .source = "assumption"},
      1.0, {0, 1}};
  Flag free{*this,
      {.name = "free",
          .meaning = "whether akimats of communities may set the rate, around the one by law",
          .source = "MODEL 9; Buettner 2006"},
      false};
  Lever community{*this,
      {.name = "community",
          .symbol = "rho",
          .meaning = "share of the tax that the community's budget keeps",
          .source = "R2, D6"},
      0.0, {0, 1}};
  Lever district{*this,
      {.name = "district",
          .meaning = "share that the district's budget keeps, as far as the community leaves it",
          .source = "R2, D6"},
      0.0, {0, 1}};
  Lever region{*this,
      {.name = "region",
          .meaning = "share that the region's budget keeps, as far as those leave it; the rest is the republic's",
          .source = "R2, D6"},
      0.0, {0, 1}};
};

}  // namespace kurultai
