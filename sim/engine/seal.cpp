#include "engine/seal.h"

#include <algorithm>

namespace kurultai {

Seal::Bytes Seal::bytes() const {
  const std::span<const std::byte> mark = std::as_bytes(std::span(mark_));
  const Hash::Value hash = hash_.value();
  Bytes all(mark.begin(), mark.end());
  all.insert(all.end(), hash.begin(), hash.end());
  return all;
}

SealState examine_seal(std::span<const std::byte> file, std::string_view mark) {
  if (file.size() < Seal::size(mark)) return SealState::missing;
  const std::span<const std::byte> found = file.last(Seal::size(mark));
  if (!std::ranges::equal(found.first(mark.size()), std::as_bytes(std::span(mark)))) return SealState::missing;
  Seal seal(mark);
  seal.add(file.first(file.size() - found.size()));
  return std::ranges::equal(found, seal.bytes()) ? SealState::whole : SealState::broken;
}

}  // namespace kurultai
