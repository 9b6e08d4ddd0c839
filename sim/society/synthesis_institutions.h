// Civil institutions: which there are, who belongs to them, and who works in the akimat.
#pragma once

#include <cstdint>
#include <vector>

#include "society/society.h"
#include "society/society_settings.h"

namespace kurultai {

/// Delegates of a local community assembly by people of the community: 5-10 up to 10,000 people, 11-15 up to
/// 15,000, 16-20 up to 20,000, 21-25 above (Order of the Ministry of National Economy 88, 2021).
int assembly_size(double population);

/// Fills the table of institutions but for members and capacity: those of each community in its order (their
/// number does not depend on the scale; a resident LSG body that does not exist yet stands there asleep, without
/// activity and members), then the regions' mobile groups and the nation's digital platform.
void found_institutions(const SocietySettings& settings, std::uint64_t seed, Society& society);

/// Chooses the members of the institutions of community c and the staff of its akimat, and adds the ties:
/// membership, office, and institution - akimat. Members are extensive: their number is that of the full
/// population times the scale, rounded by luck so that communities add up (an institution may be left
/// without).
void join_institutions(
    const SocietySettings& settings, std::uint64_t seed, std::size_t c, Society& society, std::vector<Edge>& edges);

}  // namespace kurultai
