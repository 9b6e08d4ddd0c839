#include "mechanism/list.h"

#include <algorithm>

#include "mechanism/mechanism.h"

namespace kurultai {

namespace {

#define KURULTAI_NUMBER(name, section, stream) stream,
constexpr std::array streams = {KURULTAI_MECHANISMS(KURULTAI_NUMBER)};
#undef KURULTAI_NUMBER

/// Whether no stream stands twice, or below those of base/random.h.
constexpr bool single() {
  for (std::size_t a = 0; a < streams.size(); ++a) {
    if (streams[a] < 1000) return false;
    for (std::size_t b = 0; b < a; ++b)
      if (streams[a] == streams[b]) return false;
  }
  return true;
}
static_assert(single(), "a random stream belongs to one mechanism, and its number is 1000 or more");

}  // namespace

std::vector<std::unique_ptr<Mechanism>> make_mechanisms() {
  std::vector<std::unique_ptr<Mechanism>> all;
#define KURULTAI_MAKE(name, section, number) \
  all.push_back(make_##name());              \
  all.back()->reserve(Stream{number});
  KURULTAI_MECHANISMS(KURULTAI_MAKE)
#undef KURULTAI_MAKE
  return all;
}

}  // namespace kurultai
