// Slow checks of the kernels of a week: each equation term by term as the model's document writes it, resident by
// resident, with the C library. They are oracles of the tests (tests/oracle/kernels.cpp), and a benchmark begins with
// its own: a kernel that differs is not worth timing. Each runs weeks of the country with 20,000 residents and says
// whether the kernel agrees; false, too, if nothing happened that could have differed.
#pragma once

namespace kurultai::test {

bool exposure_right();
bool information_right();
bool norms_right();
bool participation_right();
bool recorder_right();
bool trust_right();

}  // namespace kurultai::test
