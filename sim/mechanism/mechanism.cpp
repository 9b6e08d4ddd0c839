#include "mechanism/mechanism.h"

#include <algorithm>

namespace kurultai {

Mechanism::Mechanism(Role role) : Section(role.name, role.meaning), role_(std::move(role)) {}

void Exposure::reset(std::size_t residents, std::uint16_t mask) {
  mask_ = mask;
  std::size_t groups = 0;
  for (std::size_t g = 0; g < 4; ++g)
    if (((mask >> (4 * g)) & 15U) != 0) offset_[g] = residents * groups++;
  const std::size_t needed = residents * groups * resident_layers;
  if (lanes_.size() < needed) lanes_.resize(needed);
  std::fill_n(lanes_.begin(), needed, Lanes{});
}

void Tally::prepare(std::size_t communities, std::span<const Block> blocks) {
  block_.assign(blocks.size() * counters_, 0);
  first_block_.assign(communities + 1, 0);
  for (const Block& block : blocks) ++first_block_[block.community + 1];
  for (std::size_t c = 0; c < communities; ++c) first_block_[c + 1] += first_block_[c];
}

void Tally::clear_block(std::size_t index) {
  std::fill_n(block_.begin() + static_cast<std::ptrdiff_t>(index * counters_), counters_, 0);
}

void Tally::community(std::size_t community, std::span<std::int64_t> sum) const {
  std::fill(sum.begin(), sum.end(), 0);
  for (std::size_t b = first_block_[community]; b < first_block_[community + 1]; ++b)
    for (std::size_t k = 0; k < counters_; ++k) sum[k] += block_[b * counters_ + k];
}

std::vector<std::int64_t> Tally::community(std::size_t c) const {
  std::vector<std::int64_t> sum(counters_);
  community(c, sum);
  return sum;
}

}  // namespace kurultai
