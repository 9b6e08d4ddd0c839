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

bool Mechanism::changes(const std::string& table) const {
  return std::any_of(accesses_.begin(), accesses_.end(),
      [&](const Access* access) { return access->how() != Access::How::reads && access->what().table == table; });
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

namespace {

/// lanes[b]: bit k of b as a 1 in the k-th 16-bit lane.
constexpr std::array<std::uint64_t, 16> lanes = [] {
  std::array<std::uint64_t, 16> table{};
  for (unsigned b = 0; b < 16; ++b)
    for (unsigned k = 0; k < 4; ++k)
      if ((b >> k) & 1U) table[b] |= std::uint64_t{1} << (16 * k);
  return table;
}();

}  // namespace

void Exposure::count(std::size_t group, std::size_t r) {
  lanes_.fill({});
  const unsigned shift = static_cast<unsigned>(4 * group);
  const auto i = static_cast<Vertex>(view_.first + r);
  const auto look = [&](Tie tie, unsigned slots) {
    const bool carries = tie.layer() != Layer::online || view_.shows[tie.to()] != 0;
    const std::uint32_t seen = carries ? view_.signal[tie.to()] : 0;
    Lanes& sum = lanes_[static_cast<std::size_t>(tie.layer())];
    sum.aware += lanes[(seen >> shift) & slots];
    sum.acted += lanes[(seen >> (16 + shift)) & slots];
  };
  for (const Tie tie : view_.ties->inside(i)) look(tie, 15U);
  if (const unsigned everywhere = (view_.national >> shift) & 15U; everywhere != 0)
    for (const Tie tie : view_.ties->outside(i)) look(tie, everywhere);
}

Neighbours Exposure::neighbours(unsigned slot, std::size_t r) {
  Neighbours n;
  if (((view_.live >> slot) & 1U) == 0) return n;
  if (const std::size_t row = 4 * r + slot / 4; counted_ != row) {
    count(slot / 4, r);
    counted_ = row;
  }
  const unsigned shift = (slot % 4) * 16;
  for (std::size_t l = 0; l < resident_layers; ++l) {
    n.aware[l] = static_cast<std::uint16_t>(lanes_[l].aware >> shift);
    n.acted[l] = static_cast<std::uint16_t>(lanes_[l].acted >> shift);
  }
  return n;
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
