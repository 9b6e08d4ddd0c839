// The streams of random numbers of list.h by the names of their mechanisms.
#pragma once

#include "mechanism/list.h"

namespace kurultai {

/// The stream of each mechanism, for what others draw as it does: StreamOf::coverage.
struct StreamOf {
#define KURULTAI_STREAM(name, number) static constexpr Stream name{number};
  KURULTAI_MECHANISMS(KURULTAI_STREAM)
#undef KURULTAI_STREAM
};

}  // namespace kurultai
