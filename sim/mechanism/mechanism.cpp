#include "mechanism/mechanism.h"

#include <algorithm>
#include <stdexcept>

namespace kurultai {

Mechanism::Mechanism(Role role) : Section(role.name, role.meaning), role_(std::move(role)) {}

Mechanism::Mechanism(const Mechanism& stands_for)
    : Section(stands_for.role_.name, stands_for.role_.meaning),
      role_(stands_for.role_),
      stream_(stands_for.stream_),
      series_(stands_for.series_),
      accesses_(stands_for.accesses_),
      links_(stands_for.links_),
      offers_(stands_for.offers_),
      lucks_(stands_for.lucks_),
      costs_(stands_for.costs_),
      levers_(stands_for.levers_),
      lever_patterns_(stands_for.lever_patterns_) {}

void Mechanism::add(const Luck& luck) {
  for (const Luck* other : lucks_)
    if (other->of() == luck.of() && other->lasts() == luck.lasts() && luck.first() < other->last() &&
        other->first() < luck.last())
      throw std::logic_error(name() + ": two lucks share numbers: " + other->what() + "; " + luck.what());
  lucks_.push_back(&luck);
}

std::vector<std::string> Mechanism::columns(Access::How how) const {
  std::vector<std::string> names;
  for (const Access* access : accesses_)
    if (access->how() == how) names.push_back(access->what().column);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::pair<std::string, std::string>> Mechanism::levers() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const ReadLever* lever : levers_) all.emplace_back(lever->path(), lever->when());
  for (const std::string& pattern : lever_patterns_) all.emplace_back(pattern, "");
  return all;
}

void Mechanism::bind(World& world, Bound bound) {
  for (Access* access : accesses_)
    if (bound == Bound::running || access->start() != Start::no)
      access->bind(world);
    else
      access->release();
}

void Mechanism::offer(Offered& offered) const {
  for (const AnyOffer* offer : offers_) offer->add_to(offered);
}

void Mechanism::link(const Offered& offered) {
  for (Link* link : links_) link->link(offered, name());
}

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

}  // namespace kurultai
