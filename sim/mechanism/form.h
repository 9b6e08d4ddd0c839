// A form of participation is data (MODEL 7.2): a table [form.NAME] in a scenario. No mechanism knows one by name.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "scenario/scenario.h"
#include "society/institutions.h"
#include "society/places.h"
#include "society/residents.h"

namespace kurultai {

/// What a form takes online.
enum class Needs : std::uint8_t { platform, access };
template <> inline constexpr auto words<Needs> = std::array{"platform", "access"};
/// What a matter is about.
enum class Subject : std::uint8_t { one, all };
template <> inline constexpr auto words<Subject> = std::array{"one", "all"};
/// Whether each community has its own matters, or one is for all.
enum class Scope : std::uint8_t { local, national };
template <> inline constexpr auto words<Scope> = std::array{"local", "national"};
/// What comes of a form.
enum class Decides : std::uint8_t { voice, budget, funds, oversight, office, support };
template <>
inline constexpr auto words<Decides> = std::array{"voice", "budget", "funds", "oversight", "office", "support"};
/// Who may take part.
enum class Eligible : std::uint8_t { adults, residents, members };
template <> inline constexpr auto words<Eligible> = std::array{"adults", "residents", "members"};

struct FormSpec : Section {
  explicit FormSpec(std::string name)
      : Section(std::move(name), "a form of participation: who, when, at what cost, deciding what") {}

  Text title{*this, "title", "", "name in figures and tables", "MODEL 7.2"};
  Flag offline{*this, "offline", true, "can be done in person", "MODEL 7.2"};
  Flag online{*this, "online", false, "can be done through a civic platform", "MODEL 7.2"};
  Choice<Needs> needs{*this, "needs", Needs::platform,
      "what it takes online: an account on a civic platform, or the internet alone", "MODEL 7.2"};
  Whole period{*this, "period", 52, {0, 520}, "weeks from one opening to the next; 0: only where `follows` opens it",
      "MODEL 7.2", {.unit = "week"}};
  Whole week{*this, "week", 0, {0, 519}, "week of the first announcement in its period", "MODEL 7.2", {.unit = "week"}};
  Whole spread{*this, "spread", 0, {0, 520}, "weeks over which communities begin, each with its own delay",
      "assumption", {.unit = "week"}};
  Text follows{
      *this, "follows", "", "form whose close opens this one in the same community, on the same subject", "MODEL 7.2"};
  Whole announced{
      *this, "announced", 1, {1, 520}, "weeks it is announced before it opens", "MODEL 7.2", {.unit = "week"}};
  Whole open{*this, "open", 4, {1, 2600}, "weeks in which residents may act (commit, for a one-day event)", "MODEL 7.2",
      {.unit = "week"}};
  Whole decide{*this, "decide", 0, {0, 2600}, "weeks over which residents make up their minds; 0: all that it is open",
      "assumption", {.unit = "week"}};
  Real invitation{*this, "invitation", 0.0, {0, 1},
      "chance that one who may take part is invited in person: a summons to a sitting, a polling card", "assumption",
      {.unit = "per round"}};
  Whole rounds{*this, "rounds", 1, {1, 520},
      "rounds of talk from announcement to close: chances to hear of it are given per round", "MODEL 7.2; assumption"};
  Choice<Subject> subject{
      *this, "subject", Subject::one, "what it is about: one public good, or all of them", "MODEL 7.2"};
  Choice<Scope> scope{*this, "scope", Scope::local,
      "local: each community has its own; national: one matter for all at once, heard of across communities",
      "MODEL 7.2"};
  Flag standing{*this, "standing", false,
      "always possible, without a matter on the agenda: residents act at a weekly rate", "MODEL 7.2"};
  Choices<PlaceType> types{*this, "types", {}, "types of community that hold it; none: all", "MODEL 7.2"};
  Choice<Decides> decides{*this, "decides", Decides::voice,
      "what comes of it: voice (wishes are heard), budget (the vote sets the participatory share), funds (residents' "
      "money or work joins the budget), oversight (spending is watched), office (the akim is elected), support (an "
      "application to a state programme)",
      "MODEL 7.2"};
  Choice<Eligible> eligible{*this, "eligible", Eligible::adults, "who may take part", "MODEL 7.2"};
  Choices<InstitutionKind> members_of{
      *this, "members_of", {}, "where only members may take part: of which kinds of institution", "MODEL 7.2"};
  Choices<Occupation> occupations{
      *this, "occupations", {}, "occupations that may take part; none: all", "MODEL 7.2, R6"};
  Real intercept{*this, "intercept", -3.0, {-20, 20}, "attraction of the form by itself", "calibrated, sim/MODEL.md",
      {.symbol = "b_form", .unit = "log-odds"}};
  Real hours_offline{*this, "hours_offline", 2.0, {0, 1000}, "time it takes in person, without the way", "assumption",
      {.unit = "hour"}};
  Real hours_online{*this, "hours_online", 0.3, {0, 1000}, "time it takes online", "assumption", {.unit = "hour"}};
  Real hours_remote{*this, "hours_remote", 0.3, {0, 1000},
      "time it takes by post or at home, without any way, where lever participation.remote opens that channel",
      "assumption", {.unit = "hour"}};
  Real money{*this, "money", 0.0, {0, 1e9}, "what a participant gives", "MODEL 7.2; assumption", {.unit = "tenge"}};
  Real in_kind{*this, "in_kind", 0.0, {0, 1000}, "of the time it takes, work that a participant gives to the matter",
      "MODEL 7.2; assumption", {.unit = "hour"}};
  Real visibility_offline{*this, "visibility_offline", 0.8, {0, 1}, "how far others see that one took part in person",
      "assumption", {.symbol = "vis_f"}};
  Real visibility_online{*this, "visibility_online", 0.1, {0, 1}, "how far others see that one took part online",
      "assumption", {.symbol = "vis_f"}};
  Real quorum{*this, "quorum", 0.0, {0, 1}, "below this share of residents the matter fails",
      "gathering: 10% (recalled)", {.unit = "share of residents"}};
  Real kept{*this, "kept", 1.0, {0, 1}, "share of commitments kept on the day", "MODEL 7.2; assumption"};
  Real mobilisation{*this, "mobilisation", 0.0, {0, 1},
      "share of those who would stay away whom the administration brings: counted in official turnout only",
      "MODEL 7.2"};
  Real baseline{*this, "baseline", 0.0, {0, 1},
      "turnout among the eligible that the warm-up seeks, by moving the intercept after each round; 0: the intercept "
      "stays",
      "design"};
  Flag counts{*this, "counts", true,
      "whether an act is taking part: counted in series participation, heard as a wish, leaving a trace; false for "
      "requests and complaints of one's own",
      "MODEL 7.2; design"};
  Whole priority{*this, "priority", 0, {-1000, 1000}, "who goes first when slots run out: the higher", "MODEL 7.2"};

  [[nodiscard]] std::string inconsistency() const override {
    for (std::string why : {members_of.unknown("kind of institution"), occupations.unknown("occupation"),
             types.unknown("type of community")})
      if (!why.empty()) return why;
    if ((eligible == Eligible::members) != !members_of.value().empty())
      return "eligible = \"members\" and members_of go together";
    if (!offline && !online) return "a form must be possible offline or online";
    if (standing && !follows.value().empty()) return "a standing form follows none";
    if (!standing && follows.value().empty() && period == 0) return "a form needs a period, or a form that it follows";
    if (!follows.value().empty() && "form." + follows.value() == name()) return "a form cannot follow itself";
    if (period > 0 && week >= period) return "week must be smaller than period";
    return {};
  }
};

/// A form as a week needs it: what its table says, looked up once. Plain data.
struct Form {
  std::uint32_t key = 0;                      ///< under which it draws
  std::int32_t follows = -1;                  ///< the form whose close opens it; -1: none
  std::vector<std::uint16_t> followers = {};  ///< forms that its close opens
  Needs needs = Needs::platform;
  Decides decides = Decides::voice;
  bool offline = true;
  bool online = false;
  bool standing = false;
  bool national = false;
  bool one_subject = true;
  bool children = false;               ///< open to those under 18, too
  bool members = false;                ///< open to members of an institution of `kinds` only
  bool is_participation = true;        ///< an act is taking part: counted, heard as a wish, leaving a trace
  std::uint16_t types = 0;             ///< of community that hold it, as bits
  std::uint16_t kinds = 0;             ///< of institution, as bits
  std::uint16_t occupations = 0xffff;  ///< as bits
  std::int32_t period = 0;             ///< weeks; 0: opened by another only, or never
  std::int32_t week = 0;
  std::uint32_t spread = 0;
  std::int32_t announced = 1;
  std::int32_t open = 1;
  std::int32_t deciding = 1;  ///< weeks over which residents make up their minds
  std::int64_t priority = 0;
  double round = 1;  ///< weeks for which chances to hear of it are given
  double invitation = 0;
  double intercept = 0;
  std::array<double, family_count> hours{};
  double hours_remote = 0;
  std::array<double, family_count> visibility{};
  double money = 0;
  double in_kind = 0;
  double quorum = 0;
  double kept = 1;
  double mobilisation = 0;
  double baseline = 0;

  /// Whether communities of type `type` hold it.
  [[nodiscard]] bool held_in(PlaceType type) const { return ((types >> static_cast<unsigned>(type)) & 1U) != 0; }
  /// Whether one of that age, occupation and memberships may take part.
  [[nodiscard]] bool open_to(std::uint8_t age, std::uint8_t occupation, std::uint16_t member_of) const {
    return (children || is_adult(age)) && ((occupations >> occupation) & 1U) != 0 &&
           (kinds == 0 || (member_of & kinds) != 0);
  }
  /// Whether it can be done online by one who has (or has not) access to the internet and an account on a platform.
  [[nodiscard]] bool online_for(std::uint8_t access, std::uint8_t platform) const {
    return online && (needs == Needs::access ? access : platform) != 0;
  }
  [[nodiscard]] bool in(Family family) const { return family == Family::offline ? offline : online; }
};

/// All forms of a scenario, in the order of their keys.
std::vector<Form> compiled(const Collection<FormSpec>& specs);

/// Standing forms that a scenario may have: a bit each in Residents::appealed and Residents::quarter.
inline constexpr std::size_t most_standing_forms = 8;
/// Always possible, without a matter on the agenda: places of those forms. The k-th has bit k.
std::vector<std::size_t> standing(std::span<const Form> forms);

/// Support programmes that a scenario may have: a bit each in Residents::programmes.
inline constexpr std::size_t most_programmes = 8;
/// Support programmes (R6): forms that decide "support" and do not stand always; places of those. The k-th has bit k.
std::vector<std::size_t> programmes(std::span<const Form> forms);

}  // namespace kurultai
