// How akimats work: the levers of government that several mechanisms read (MODEL 7.9, 7.12, 7.29).
#pragma once

#include "scenario/field.h"

namespace kurultai {

struct Practice : Section {
  Practice() : Section("akimat", "how local administrations work") {}
  Lever openness{*this, "openness", 0.4, {0, 1}, "how far decisions and spending are published", "R4, D7"};
  Lever responsiveness{
      *this, "responsiveness", 0.6, {0, 1}, "chance that a matter within capacity and means is answered", "T3, D3"};
  Lever capacity{*this, "capacity", 50, {0, 1000},
      "matters a year that the staff can handle properly, in a community; appeals count as response.appeal_work says",
      "P2, assumption: what comes without policy is handled", {.unit = "matters a year"}};
  Lever state_weight{*this, "state_weight", 0.5, {0, 1},
      "weight of the state's priorities against residents' wishes: the dualist dial", "T3", {.symbol = "w_state"}};
  Lever autonomy{*this, "autonomy", 0.6, {0, 1},
      "share of matters the akimat is empowered to decide itself; the rest is decided above", "R1, P1"};
  Lever audit{*this, "audit", 0.2, {0, 1}, "chance that spending is audited in a year", "R3, Olken 2007"};
  Lever oversight{*this, "oversight", 0.1, {0, 1}, "residents' oversight of spending", "D2, R3"};
  Lever participatory_share{
      *this, "participatory_share", 0.2, {0, 1}, "share of capital spending that a participatory vote sets", "R7, P3"};
  Lever matching{*this, "matching", 0.0, {0, 20},
      "what the state adds to each tenge that residents give, in money or work, for a matter that is answered",
      "R7, P8", {.unit = "tenge per tenge"}};
  Lever competence{*this, "competence", 0.5, {0, 1},
      "how well the akim and staff are able to do their work; 0.5 as it is now", "P2, D7"};
  Lever elected{*this, "elected", 1.0, {0, 1},
      "at least 0.5: the akim is elected where a form of the scenario elects one; below: appointed, and answers upward",
      "R1, T3, T6"};
  Real appointed_odds{*this, "appointed_odds", 1.5, {1, 100},
      "how much heavier the state weighs against residents (odds) where decisions answer upward: for an appointed "
      "akim, and for akimats of districts and regions",
      "T3, T5; assumption", {.unit = "factor"}};
  Lever capital{*this, "capital", 0.25, {0, 1},
      "share of the budget for goods that is capital spending, of which participatory votes set a share",
      "MODEL 7.12; assumption"};
  Lever resources{*this, "resources", 1.0, {0, 20}, "budget a head, relative to the one the census gives", "D9, P8",
      {.unit = "factor"}};
};

/// Civic platforms as several mechanisms meet them (MODEL 7.20; P4).
struct PlatformService : Section {
  PlatformService() : Section("platform", "how well civic platforms work") {}
  Lever quality{*this, "quality", 0.5, {0, 1},
      "quality of platforms: notices, ease of use, appeal to new users; 0.5 as it is now", "P4; assumption"};
  Lever open{
      *this, "open", 1, {0, 1}, "share of forms with an online way for which it is open", "P4; Spada et al. 2015"};
  Lever message{*this, "message", 0, {0, 1},
      "an online message shows users which friends took part, and lets them show it too", "Bond et al. 2012",
      {.personal = true}};
  Lever outage{*this, "outage", 0, {0, 1}, "share of internet connections that are down", "MODEL 7.19, shocks"};
};

}  // namespace kurultai
