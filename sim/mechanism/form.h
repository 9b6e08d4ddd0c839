// A form of participation is data (MODEL 3): a table [form.NAME] in a scenario. No mechanism knows one by name.
#pragma once

#include "scenario/scenario.h"
#include "society/residents.h"

namespace kurultai {

struct FormSpec : Section {
  explicit FormSpec(std::string name) : Section(std::move(name), "a form of participation: who, when, at what cost, deciding what") {}

  Text title{*this, {.name = "title", .meaning = "name in figures and tables", .source = "MODEL 3"}, ""};
  Flag offline{*this, {.name = "offline", .meaning = "can be done in person", .source = "MODEL 3"}, true};
  Flag online{*this, {.name = "online", .meaning = "can be done through a civic platform", .source = "MODEL 3"}, false};
  Whole period{*this, {.name = "period", .unit = "week", .meaning = "weeks from one opening to the next; 0: only where `follows` opens it", .source = "MODEL 3"}, 52, {0, 520}};
  Whole week{*this, {.name = "week", .unit = "week", .meaning = "week of the first announcement in its period", .source = "MODEL 3"}, 0, {0, 519}};
  Whole spread{*this, {.name = "spread", .unit = "week", .meaning = "weeks over which communities begin, each with its own delay", .source = "assumption"}, 0, {0, 520}};
  Text follows{*this, {.name = "follows", .meaning = "form whose close opens this one in the same community, on the same subject", .source = "MODEL 3"}, ""};
  Whole announced{*this, {.name = "announced", .unit = "week", .meaning = "weeks it is announced before it opens", .source = "MODEL 3"}, 1, {1, 520}};
  Whole open{*this, {.name = "open", .unit = "week", .meaning = "weeks in which residents may act (commit, for a one-day event)", .source = "MODEL 3"}, 4, {1, 2600}};
  Whole decide{*this, {.name = "decide", .unit = "week", .meaning = "weeks over which residents make up their minds; 0: all that it is open", .source = "assumption"}, 0, {0, 2600}};
  Choice subject{*this, {.name = "subject", .meaning = "what it is about: one public good, or all of them", .source = "MODEL 3"}, "one", {"one", "all"}};
  Choice decides{*this, {.name = "decides", .meaning = "what comes of it: voice (wishes are heard), budget (the vote sets the participatory share)", .source = "MODEL 3"}, "voice", {"voice", "budget"}};
  Choice eligible{*this, {.name = "eligible", .meaning = "who may take part", .source = "MODEL 3"}, "adults", {"adults", "residents"}};
  Real intercept{*this, {.name = "intercept", .symbol = "b_form", .unit = "log-odds", .meaning = "attraction of the form by itself", .source = "calibrated, sim/MODEL.md"}, -3.0, {-20, 20}};
  Real hours_offline{*this, {.name = "hours_offline", .unit = "hour", .meaning = "time it takes in person, without the way", .source = "assumption"}, 2.0, {0, 1000}};
  Real hours_online{*this, {.name = "hours_online", .unit = "hour", .meaning = "time it takes online", .source = "assumption"}, 0.3, {0, 1000}};
  Real visibility_offline{*this, {.name = "visibility_offline", .symbol = "vis_f", .meaning = "how far others see that one took part in person", .source = "assumption"}, 0.8, {0, 1}};
  Real visibility_online{*this, {.name = "visibility_online", .symbol = "vis_f", .meaning = "how far others see that one took part online", .source = "assumption"}, 0.1, {0, 1}};
  Real quorum{*this, {.name = "quorum", .unit = "share of residents", .meaning = "below this share of residents the matter fails", .source = "gathering: 10% (recalled)"}, 0.0, {0, 1}};
  Whole priority{*this, {.name = "priority", .meaning = "who goes first when slots run out: the higher", .source = "MODEL 3"}, 0, {-1000, 1000}};

  [[nodiscard]] bool in(Family family) const { return family == Family::offline ? offline : online; }
  [[nodiscard]] double hours(Family family) const { return family == Family::offline ? hours_offline : hours_online; }
  [[nodiscard]] double visibility(Family family) const {
    return family == Family::offline ? visibility_offline : visibility_online;
  }
  /// Weeks from announcement to close: the length of the round in which q and reach are given.
  [[nodiscard]] std::int64_t round() const { return announced + open; }
  [[nodiscard]] std::string inconsistency() const override {
    if (!offline && !online) return "a form must be possible offline or online";
    if (follows.value().empty() && period == 0) return "a form needs a period, or a form that it follows";
    if (!follows.value().empty() && "form." + follows.value() == name()) return "a form cannot follow itself";
    if (period > 0 && week >= period) return "week must be smaller than period";
    return {};
  }
};

}  // namespace kurultai
