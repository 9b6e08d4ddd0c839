// Civil institutions as agents (MODEL 7.25). They stand in the social graph after the akimats; residents are
// their members by ties of layer membership.
#pragma once

#include <cstdint>

#include "base/column.h"
#include "base/words.h"

namespace kurultai {

enum class InstitutionKind : std::uint8_t {
  assembly,       ///< local community assembly (delegates)
  council,        ///< territorial LSG council
  resident_body,  ///< resident LSG body (R5)
  oversight,      ///< budget-oversight commission (D2, R3)
  ngo,
  cooperative,       ///< farmers' cooperative or business association
  media,             ///< local media
  mobile_group,      ///< mobile training group (R6)
  digital_platform,  ///< (P4)
};
/// The first kinds, up to local media, have members; mobile groups and the platform have none.
inline constexpr std::size_t member_kinds = static_cast<std::size_t>(InstitutionKind::mobile_group);
/// As scenarios write them.
template <>
inline constexpr auto words<InstitutionKind> = std::array{"assembly", "council", "resident_body", "oversight", "ngo",
    "cooperative", "media", "mobile_group", "digital_platform"};
inline constexpr std::size_t institution_kinds = count_of<InstitutionKind>;
/// As figures and series name them.
inline constexpr const char* institution_names[] = {"local community assembly", "territorial LSG council",
    "resident LSG body", "budget-oversight commission", "NGO", "cooperative or business association", "local media",
    "mobile training group", "digital platform"};

struct Institutions : Table {
  Institutions() : Table("institutions") {}
  Column<std::uint8_t> kind{*this, "kind", "1", "InstitutionKind", AnyColumn::Life::fixed};
  Column<std::uint32_t> community{*this, "community", "1", "where it sits", AnyColumn::Life::fixed};
  Column<float> capacity{*this, "capacity", "members a week", "how many members it can reach in a week (extensive)"};
  Column<Share> credibility{*this, "credibility", "1", "how far members believe it"};
  Column<Share> activity{*this, "activity", "1", "how active it is"};
  Column<double> money{*this, "money", "thousand tenge", "what it has to spend (extensive)"};
  Column<double> success{*this, "success", "share", "recent matters of its community that were answered"};
  Column<std::uint32_t> members{*this, "members", "residents", "residents who are members"};
  Column<double> usual_members{
      *this, "usual_members", "residents", "members at the start or when it was founded, 0: dormant (extensive)"};
  Column<double> usual_activity{*this, "usual_activity", "1", "activity where nothing speaks for or against it"};
  Column<double> usual_success{*this, "usual_success", "share", "success before the record began"};
  Column<double> appeal{
      *this, "appeal", "per 4 weeks", "rate at which someone of mean civic duty without friends in it applies"};
};

}  // namespace kurultai
