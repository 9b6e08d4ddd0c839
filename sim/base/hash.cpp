#include "base/hash.h"

#include <cstring>
#include <new>

namespace kurultai {

Hash::Hash() : state_(XXH3_createState(), &XXH3_freeState) {
  if (!state_) throw std::bad_alloc();
  XXH3_128bits_reset(state_.get());
}

void Hash::add(std::span<const std::byte> bytes) { XXH3_128bits_update(state_.get(), bytes.data(), bytes.size()); }

Hash::Value Hash::value() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_.get()));
  Value bytes{};
  std::memcpy(bytes.data(), canonical.digest, sizeof canonical);
  return bytes;
}

std::string hexadecimal(const Hash::Value& value) {
  std::string digits;
  for (const std::byte byte : value) {
    digits += "0123456789abcdef"[std::to_integer<unsigned>(byte) >> 4U];
    digits += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 15U];
  }
  return digits;
}

}  // namespace kurultai
