#include "mechanism/streams.h"

namespace kurultai {

std::vector<std::unique_ptr<Mechanism>> make_mechanisms() {
  std::vector<std::unique_ptr<Mechanism>> all;
#define KURULTAI_MAKE(name, stream) \
  all.push_back(make_##name());     \
  all.back()->reserve(StreamOf::name);
  KURULTAI_MECHANISMS(KURULTAI_MAKE)
#undef KURULTAI_MAKE
  return all;
}

}  // namespace kurultai
