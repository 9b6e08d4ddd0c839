// How akimats work: the levers of government that several mechanisms read (MODEL 6).
#pragma once

#include "scenario/field.h"

namespace kurultai {

struct Practice : Section {
  Practice() : Section("akimat", "how local administrations work") {}
  Lever openness{*this,
      {.name = "openness", .meaning = "how far decisions and spending are published", .source = "R4, D7"}, 0.4, {0, 1}};
  Lever responsiveness{*this,
      {.name = "responsiveness",
          .meaning = "chance that a matter within capacity and means is answered",
          .source = "T3, D3"},
      0.6, {0, 1}};
  Lever capacity{*this,
      {.name = "capacity",
          .unit = "matters a year",
          .meaning = "matters a year that the staff can handle properly, in a community; appeals count as "
                     "response.appeal_work says",
          .source = "P2, assumption: what comes without policy is handled"},
      50, {0, 1000}};
  Lever state_weight{*this,
      {.name = "state_weight",
          .symbol = "w_state",
          .meaning = "weight of the state's priorities against residents' wishes: the dualist dial",
          .source = "T3"},
      0.5, {0, 1}};
  Lever autonomy{*this,
      {.name = "autonomy",
          .meaning = "share of matters the akimat is empowered to decide itself; the rest is decided above",
          .source = "R1, P1"},
      0.6, {0, 1}};
  Lever audit{*this,
      {.name = "audit", .meaning = "chance that spending is audited in a year", .source = "R3, Olken 2007"}, 0.2,
      {0, 1}};
  Lever oversight{
      *this, {.name = "oversight", .meaning = "residents' oversight of spending", .source = "D2, R3"}, 0.1, {0, 1}};
  Lever participatory_share{*this,
      {.name = "participatory_share",
          .meaning = "share of capital spending that a participatory vote sets",
          .source = "R7, P3"},
      0.2, {0, 1}};
  Lever matching{*this,
      {.name = "matching",
          .unit = "tenge per tenge",
          .meaning =
              "what the state adds to each tenge that residents give, in money or work, for a matter that is answered",
          .source = "R7, P8"},
      0.0, {0, 20}};
  Lever competence{*this,
      {.name = "competence",
          .meaning = "how well the akim and staff are able to do their work; 0.5 as it is now",
          .source = "P2, D7"},
      0.5, {0, 1}};
  Lever elected{*this,
      {.name = "elected",
          .meaning = "at least 0.5: the akim is elected where a form of the scenario elects one; below: appointed, and "
                     "answers upward",
          .source = "R1, T3, T6"},
      1.0, {0, 1}};
  Real appointed_odds{*this,
      {.name = "appointed_odds",
          .unit = "factor",
          .meaning = "how much heavier the state weighs against residents (odds) where decisions answer upward: for an "
                     "appointed akim, and for akimats of districts and regions",
          .source = "T3, T5; assumption"},
      1.5, {1, 100}};
  Lever capital{*this,
      {.name = "capital",
          .meaning = "share of the budget for goods that is capital spending, of which participatory votes set a share",
          .source = "MODEL 9; assumption"},
      0.25, {0, 1}};
  Lever resources{*this,
      {.name = "resources",
          .unit = "factor",
          .meaning = "budget a head, relative to the one the census gives",
          .source = "D9, P8"},
      1.0, {0, 20}};
};

/// Civic platforms as several mechanisms meet them (MODEL 8; P4).
struct PlatformService : Section {
  PlatformService() : Section("platform", "how well civic platforms work") {}
  Lever quality{*this,
      {.name = "quality",
          .meaning = "quality of platforms: notices, ease of use, appeal to new users; 0.5 as it is now",
          .source = "P4; assumption"},
      0.5, {0, 1}};
  Lever open{*this,
      {.name = "open",
          .meaning = "share of forms with an online way for which it is open",
          .source = "P4; Spada et al. 2015"},
      1, {0, 1}};
  Lever message{*this,
      {.name = "message",
          .meaning = "an online message shows users which friends took part, and lets them show it too",
          .source = "Bond et al. 2012",
          .personal = true},
      0, {0, 1}};
  Lever outage{*this,
      {.name = "outage", .meaning = "share of internet connections that are down", .source = "MODEL 11, shocks"}, 0,
      {0, 1}};
};

}  // namespace kurultai
