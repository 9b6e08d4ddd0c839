// Akimats of districts and regions, each with its maslikhat, as columns (MODEL 2).
#pragma once

#include "base/column.h"
#include "society/ledger.h"
#include "society/places.h"
#include "society/residents.h"

namespace kurultai {

/// The index of the district or region, as `level` says, in which a community lies.
inline std::uint32_t area_of(const Community& place, Level level) {
  return level == Level::district ? place.district : place.region;
}

struct Authorities : Table {
  explicit Authorities(std::string name) : Table(std::move(name)) {}
  using Life = AnyColumn::Life;

  Column<double> wishes{
      *this, "area_wishes", "share", "mix of wishes of the adults of its area, by good", Life::changing, good_count};
  Column<double> heard{
      *this, "area_heard", "share", "mix of wishes of those who took part there, by good", Life::changing, good_count};
  Column<double> took_part{*this, "area_took_part", "share", "adults of its area who took part in the last year"};
  Column<double> proposed{
      *this, "area_proposed", "share", "mix that it proposes to its maslikhat, by good", Life::changing, good_count};
  Column<double> mix{*this, "area_mix", "share", "mix in which it spends what it decides for communities, by good",
      Life::changing, good_count};
  Column<double> distance{
      *this, "budget_distance", "1", "distance of the budget from voters' wishes, as its maslikhat saw it last"};
  Column<double> amended{
      *this, "budget_amended", "share", "share of that distance by which its maslikhat amended the budget"};
  Column<double> delay{*this, "budget_delay", "week", "weeks by which its maslikhat delayed the budget"};
  Column<double> job_satisfaction{*this, "office_satisfaction", "1", "job satisfaction of its staff, mean"};
  Column<double> competence{*this, "office_competence", "1", "how well it is run"};
};

}  // namespace kurultai
