#include "base/random.h"

#include <xxhash.h>

#include "base/elementary.h"

namespace kurultai {

std::uint64_t key_of(std::string_view code) { return XXH3_64bits(code.data(), code.size()); }

double Draws::normal(Name name, std::uint32_t item) const { return normal_quantile(uniform(name, item)); }

}  // namespace kurultai
