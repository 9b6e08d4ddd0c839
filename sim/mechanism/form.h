// A form of participation is data (MODEL 3): a table [form.NAME] in a scenario. No mechanism knows one by name.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "scenario/scenario.h"
#include "society/institutions.h"
#include "society/places.h"
#include "society/residents.h"

namespace kurultai {

struct FormSpec : Section {
  explicit FormSpec(std::string name)
      : Section(std::move(name), "a form of participation: who, when, at what cost, deciding what") {}

  Text title{*this, {.name = "title", .meaning = "name in figures and tables", .source = "MODEL 3"}, ""};
  Flag offline{*this, {.name = "offline", .meaning = "can be done in person", .source = "MODEL 3"}, true};
  Flag online{*this, {.name = "online", .meaning = "can be done through a civic platform", .source = "MODEL 3"}, false};
  Choice needs{*this,
      {.name = "needs",
          .meaning = "what it takes online: an account on a civic platform, or the internet alone",
          .source = "MODEL 3"},
      "platform", {"platform", "access"}};
  Whole period{*this,
      {.name = "period",
          .unit = "week",
          .meaning = "weeks from one opening to the next; 0: only where `follows` opens it",
          .source = "MODEL 3"},
      52, {0, 520}};
  Whole week{*this,
      {.name = "week", .unit = "week", .meaning = "week of the first announcement in its period", .source = "MODEL 3"},
      0, {0, 519}};
  Whole spread{*this,
      {.name = "spread",
          .unit = "week",
          .meaning = "weeks over which communities begin, each with its own delay",
          .source = "assumption"},
      0, {0, 520}};
  Text follows{*this,
      {.name = "follows",
          .meaning = "form whose close opens this one in the same community, on the same subject",
          .source = "MODEL 3"},
      ""};
  Whole announced{*this,
      {.name = "announced", .unit = "week", .meaning = "weeks it is announced before it opens", .source = "MODEL 3"}, 1,
      {1, 520}};
  Whole open{*this,
      {.name = "open",
          .unit = "week",
          .meaning = "weeks in which residents may act (commit, for a one-day event)",
          .source = "MODEL 3"},
      4, {1, 2600}};
  Whole decide{*this,
      {.name = "decide",
          .unit = "week",
          .meaning = "weeks over which residents make up their minds; 0: all that it is open",
          .source = "assumption"},
      0, {0, 2600}};
  Real invitation{*this,
      {.name = "invitation",
          .unit = "per round",
          .meaning = "chance that one who may take part is invited in person: a summons to a sitting, a polling card",
          .source = "assumption"},
      0.0, {0, 1}};
  Whole rounds{*this,
      {.name = "rounds",
          .meaning = "rounds of talk from announcement to close: chances to hear of it are given per round",
          .source = "MODEL 4; assumption"},
      1, {1, 520}};
  Choice subject{*this,
      {.name = "subject", .meaning = "what it is about: one public good, or all of them", .source = "MODEL 3"}, "one",
      {"one", "all"}};
  Choice scope{*this,
      {.name = "scope",
          .meaning =
              "local: each community has its own; national: one matter for all at once, heard of across communities",
          .source = "MODEL 3"},
      "local", {"local", "national"}};
  Flag standing{*this,
      {.name = "standing",
          .meaning = "always possible, without a matter on the agenda: residents act at a weekly rate",
          .source = "MODEL 3"},
      false};
  Texts types{
      *this, {.name = "types", .meaning = "types of community that hold it; none: all", .source = "MODEL 3"}, {}};
  Choice decides{*this,
      {.name = "decides",
          .meaning = "what comes of it: voice (wishes are heard), budget (the vote sets the participatory share), "
                     "funds (residents' money or work joins the budget), oversight (spending is watched), office (the "
                     "akim is elected), support (an application to a state programme)",
          .source = "MODEL 3"},
      "voice", {"voice", "budget", "funds", "oversight", "office", "support"}};
  Choice eligible{*this, {.name = "eligible", .meaning = "who may take part", .source = "MODEL 3"}, "adults",
      {"adults", "residents", "members"}};
  Texts members_of{*this,
      {.name = "members_of",
          .meaning = "where only members may take part: of which kinds of institution",
          .source = "MODEL 3"},
      {}};
  Texts occupations{*this,
      {.name = "occupations", .meaning = "occupations that may take part; none: all", .source = "MODEL 3, R6"}, {}};
  Real intercept{*this,
      {.name = "intercept",
          .symbol = "b_form",
          .unit = "log-odds",
          .meaning = "attraction of the form by itself",
          .source = "calibrated, sim/MODEL.md"},
      -3.0, {-20, 20}};
  Real hours_offline{*this,
      {.name = "hours_offline",
          .unit = "hour",
          .meaning = "time it takes in person, without the way",
          .source = "assumption"},
      2.0, {0, 1000}};
  Real hours_online{*this,
      {.name = "hours_online", .unit = "hour", .meaning = "time it takes online", .source = "assumption"}, 0.3,
      {0, 1000}};
  Real hours_remote{*this,
      {.name = "hours_remote",
          .unit = "hour",
          .meaning =
              "time it takes by post or at home, without any way, where lever participation.remote opens that channel",
          .source = "assumption"},
      0.3, {0, 1000}};
  Real money{*this,
      {.name = "money", .unit = "tenge", .meaning = "what a participant gives", .source = "MODEL 3; assumption"}, 0.0,
      {0, 1e9}};
  Real in_kind{*this,
      {.name = "in_kind",
          .unit = "hour",
          .meaning = "of the time it takes, work that a participant gives to the matter",
          .source = "MODEL 3; assumption"},
      0.0, {0, 1000}};
  Real visibility_offline{*this,
      {.name = "visibility_offline",
          .symbol = "vis_f",
          .meaning = "how far others see that one took part in person",
          .source = "assumption"},
      0.8, {0, 1}};
  Real visibility_online{*this,
      {.name = "visibility_online",
          .symbol = "vis_f",
          .meaning = "how far others see that one took part online",
          .source = "assumption"},
      0.1, {0, 1}};
  Real quorum{*this,
      {.name = "quorum",
          .unit = "share of residents",
          .meaning = "below this share of residents the matter fails",
          .source = "gathering: 10% (recalled)"},
      0.0, {0, 1}};
  Real kept{*this, {.name = "kept", .meaning = "share of commitments kept on the day", .source = "MODEL 3; assumption"},
      1.0, {0, 1}};
  Real mobilisation{*this,
      {.name = "mobilisation",
          .meaning =
              "share of those who would stay away whom the administration brings: counted in official turnout only",
          .source = "MODEL 3"},
      0.0, {0, 1}};
  Real baseline{*this,
      {.name = "baseline",
          .meaning = "turnout among the eligible that the warm-up seeks, by moving the intercept after each round; 0: "
                     "the intercept stays",
          .source = "design"},
      0.0, {0, 1}};
  Flag counts{*this,
      {.name = "counts",
          .meaning = "whether an act is taking part: counted in series participation, heard as a wish, leaving a "
                     "trace; false for requests and complaints of one's own",
          .source = "MODEL 3; design"},
      true};
  Whole priority{*this,
      {.name = "priority", .meaning = "who goes first when slots run out: the higher", .source = "MODEL 3"}, 0,
      {-1000, 1000}};

  /// Whether resident i has what it takes to do it online.
  [[nodiscard]] bool online_for(const Residents& r, std::size_t i) const {
    return online && (needs.is("access") ? r.access[i] : r.platform[i]) != 0;
  }
  [[nodiscard]] bool in(Family family) const { return family == Family::offline ? offline : online; }
  [[nodiscard]] double hours(Family family) const { return family == Family::offline ? hours_offline : hours_online; }
  [[nodiscard]] double visibility(Family family) const {
    return family == Family::offline ? visibility_offline : visibility_online;
  }
  /// Weeks of the round for which q and reach are given.
  [[nodiscard]] double round() const { return static_cast<double>(announced + open) / static_cast<double>(rounds); }
  /// Kinds of institution whose members may take part, as bits.
  [[nodiscard]] std::uint16_t kinds() const { return mask(members_of.value(), institution_keys); }
  /// Occupations that may take part, as bits.
  [[nodiscard]] std::uint16_t occupation_mask() const {
    return occupations.value().empty() ? std::uint16_t{0xffff} : mask(occupations.value(), occupation_names);
  }
  /// Whether communities of type `type` hold it.
  [[nodiscard]] bool held_in(PlaceType type) const {
    return types.value().empty() || ((mask(types.value(), place_type_names) >> static_cast<unsigned>(type)) & 1U) != 0;
  }
  [[nodiscard]] std::string inconsistency() const override {
    if (const std::string word = unknown(members_of.value(), institution_keys); !word.empty())
      return "members_of has '" + word +
             "', which is no kind of institution (assembly, council, resident_body, oversight, ngo, cooperative, "
             "media)";
    if (const std::string word = unknown(occupations.value(), occupation_names); !word.empty())
      return "occupations has '" + word +
             "', which is no occupation (farmer, entrepreneur, employee, public servant, student, pensioner, not "
             "working)";
    if (const std::string word = unknown(types.value(), place_type_names); !word.empty())
      return "types has '" + word + "', which is no type of community (rural okrug, town, city, city district)";
    if (eligible.is("members") != !members_of.value().empty())
      return "eligible = \"members\" and members_of go together";
    if (!offline && !online) return "a form must be possible offline or online";
    if (standing && !follows.value().empty()) return "a standing form follows none";
    if (!standing && follows.value().empty() && period == 0) return "a form needs a period, or a form that it follows";
    if (!follows.value().empty() && "form." + follows.value() == name()) return "a form cannot follow itself";
    if (period > 0 && week >= period) return "week must be smaller than period";
    return {};
  }

 private:
  template <std::size_t n>
  static std::uint16_t mask(const std::vector<std::string>& words, const char* const (&names)[n]) {
    unsigned bits = 0;
    for (std::size_t k = 0; k < n; ++k)
      for (const std::string& word : words)
        if (word == names[k]) bits |= 1U << k;
    return static_cast<std::uint16_t>(bits);
  }
  /// The first of `words` that is not among `names`; empty: none.
  template <std::size_t n>
  static std::string unknown(const std::vector<std::string>& words, const char* const (&names)[n]) {
    for (const std::string& word : words)
      if (std::find(std::begin(names), std::end(names), word) == std::end(names)) return word;
    return {};
  }
};

}  // namespace kurultai
