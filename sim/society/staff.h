// Staff of akimats of all levels as rows of their own: which resident holds which post (MODEL 7.31; Q3, Q4).
#pragma once

#include "base/column.h"
#include "society/ledger.h"

namespace kurultai {

/// Posts, in the order of levels (community, district, region) and places.
struct Staff : Table {
  Staff() : Table("staff") {}
  Column<std::uint8_t> level{*this, "post_level", "1", "Level of the akimat", AnyColumn::Life::fixed};
  Column<std::uint32_t> place{
      *this, "post_place", "1", "index of its community, district or region", AnyColumn::Life::fixed};
  Column<std::uint32_t> resident{*this, "post_resident", "1", "who holds the post"};
  Column<Share> satisfaction{*this, "post_satisfaction", "1", "job satisfaction of who holds the post"};
};

}  // namespace kurultai
