// Residents as columns. Numbered once, by region, district, community and household; residents of a
// community are adjacent, members of a household too. The number formats are part of the results.
#pragma once

#include <cstdint>

#include "base/column.h"
#include "base/words.h"

namespace kurultai {

/// The six public goods of which a resident wants one most (MODEL: wish).
enum class Good : std::uint8_t { water, roads, school, health, safety, work };
template <>
inline constexpr auto words<Good> =
    std::array{"water and utilities", "roads", "school and culture", "health", "safety and environment", "work"};
inline constexpr std::size_t good_count = count_of<Good>;

enum class Sex : std::uint8_t { male, female };
enum class Education : std::uint8_t { basic, secondary, higher };
enum class Occupation : std::uint8_t {
  farmer,
  entrepreneur,
  employee,
  public_servant,
  student,
  pensioner,
  not_working
};
template <> inline constexpr auto words<Sex> = std::array{"male", "female"};
template <> inline constexpr auto words<Education> = std::array{"basic", "secondary", "higher"};
template <>
inline constexpr auto words<Occupation> =
    std::array{"farmer", "entrepreneur", "employee", "public servant", "student", "pensioner", "not working"};
inline constexpr std::size_t occupation_count = count_of<Occupation>;

/// Families of forms: what habit, trace and norms are kept for.
enum class Family : std::uint8_t { offline, online };
inline constexpr std::size_t family_count = 2;

/// Who is old enough to take part (MODEL 7.2: 18 and over).
inline constexpr int adult_age = 18;
constexpr bool is_adult(std::uint8_t age) { return age >= adult_age; }

/// Residents as they are when the society is built: 17 bytes each. `life` fixed: nothing changes it later.
struct GivenResidents : Table {
  GivenResidents() : Table("residents") {}
  using Life = AnyColumn::Life;

  Column<std::uint8_t> age{*this, "age", "year", "age in whole years, capped at 100"};
  Column<std::uint8_t> sex{*this, "sex", "1", "Sex"};
  Column<std::uint8_t> education{*this, "education", "1", "Education"};
  Column<std::uint8_t> occupation{*this, "occupation", "1", "Occupation"};
  Column<Factor> income{*this, "income", "national mean wage", "income of the person"};
  Column<Score> duty{*this, "duty", "1", "civic duty: own part plus household part"};
  Column<std::uint8_t> household_slot{
      *this, "household_slot", "1", "place in the household: i - slot is its first member", Life::fixed};
  Column<std::uint8_t> household_size{*this, "household_size", "1", "members of the household", Life::fixed};
  Column<Share> reach{*this, "exposure", "1", "m_i: how much of an announcement reaches this person"};
  Column<std::uint8_t> access{*this, "access", "1", "1: can reach the internet"};
  Column<std::uint8_t> platform{*this, "platform", "1", "1: user of civic platforms"};
  Column<Share> skill{*this, "skill", "1", "digital skill"};
  Column<std::uint8_t> wish{*this, "wish", "1", "the public good wanted most"};

  [[nodiscard]] bool adult(std::size_t i) const { return is_adult(age[i]); }
};

/// Residents of a run: what they were given, which the run may change, and what comes about in it.
struct Residents : GivenResidents {
  Column<Share> talent{*this, "talent", "1", "digital skill that stays without use and training"};
  Column<std::uint8_t> programmes{
      *this, "programmes", "bits", "support programmes that this resident has heard of, in the order of their forms"};
  Column<std::uint16_t> member_of{
      *this, "member_of", "bits", "kinds of institutions of which this resident is a member (bit: InstitutionKind)"};
  Column<std::uint8_t> lapsed{*this, "lapsed", "bits", "memberships of the start that ended, in the order of the ties"};
  Column<std::uint32_t> joined{*this, "joined", "1",
      "place of the institution joined since the start among those of the community, from 1 on; 0: none"};
  Column<std::uint8_t> owner{*this, "owner", "1", "1: runs an enterprise"};

  Column<std::uint16_t> aware{*this, "aware", "bits", "slots of open matters this resident knows of"};
  Column<std::uint16_t> acted{*this, "acted", "bits", "slots of matters this resident took part in"};
  Column<std::uint16_t> online{*this, "online", "bits", "those of `acted` that were done online"};
  Column<std::uint16_t> appealed{*this, "appealed", "bits",
      "standing forms used this week (low half) and answered (high half), in the order of the forms"};
  Column<std::uint16_t> quarter{*this, "quarter", "bits", "as `appealed`, in the quarter so far"};
  Column<std::uint32_t> signal{*this, "signal", "bits", "published last week: aware (low half) and acted (high half)"};
  Column<std::uint8_t> shows{
      *this, "shows", "1", "published: 1: online friends see what this resident knows of and does"};
  Column<std::uint16_t> last_act{
      *this, "last_act", "week", "week of the last act plus 1, 0: never, by family", Life::changing, family_count};

  Column<Share> propensity{*this, "propensity", "1", "h: propensity to act, by family", Life::changing, family_count};
  Column<Share> aspiration{*this, "aspiration", "1", "payoff that satisfies, by family", Life::changing, family_count};
  Column<Score> trace{
      *this, "trace", "log-odds", "what past acts add to the next, by family", Life::changing, family_count};
  Column<Share> visible{
      *this, "visible", "1", "published: decaying memory of own visible acts, by family", Life::changing, family_count};
  Column<Share> schooling{*this, "schooling", "1", "what acting has taught and is not forgotten, by family of acts",
      Life::changing, family_count};
  Column<Share> norm{
      *this, "norm", "1", "x: mean of neighbours' visible acts, by family", Life::changing, family_count};
  Column<Share> efficacy{*this, "efficacy", "1", "belief that taking part changes something"};
  Column<Share> trust{*this, "trust", "1", "trust in the local akim"};
  Column<Share> trust_level{
      *this, "trust_level", "1", "trust that this person would have if nothing spoke for or against it"};
  Column<Share> shared_trust{*this, "shared_trust", "1", "published: trust as close neighbours see it"};
  Column<Share> satisfaction{*this, "satisfaction", "1", "satisfaction with the public good wished for"};
  Column<Share> expectation{*this, "expectation", "1", "quality of the wished-for good that this resident is used to"};
};

}  // namespace kurultai
