// Kernels of a week against their equations, term by term.
#include "kernels/kernels.h"

#include "catch.h"

using namespace kurultai::test;

TEST_CASE("kernels: neighbours are counted as one by one") { CHECK(exposure_right()); }
TEST_CASE("kernels: who hears of a matter, by the product of all chances") { CHECK(information_right()); }
TEST_CASE("kernels: who acts, by the utility term by term") { CHECK(participation_right()); }
TEST_CASE("kernels: norms are means of what neighbours show") { CHECK(norms_right()); }
TEST_CASE("kernels: trust is shared along ties of household and kin") { CHECK(trust_right()); }
TEST_CASE("kernels: what is recorded is the mean of residents") { CHECK(recorder_right()); }
