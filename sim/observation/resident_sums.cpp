#include "observation/resident_sums.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/parallel.h"

namespace kurultai {

namespace {

/// Residents of a part: as many as 32 bits can sum a lane of.
constexpr std::size_t part_residents = 65536;
static_assert(part_residents * std::uint64_t{0xffff} <= 0xffffffffU && block_size <= part_residents);

constexpr std::size_t people_slot = 1;
constexpr std::size_t lane_slots = 3;  // the first slot of lanes

std::uint32_t sum(const std::uint16_t* value, std::size_t n) {
  std::uint32_t all = 0;
  for (std::size_t k = 0; k < n; ++k) all += value[k];
  return all;
}

/// Of those whose `mask` is all ones, not 0.
std::uint32_t sum(const std::uint16_t* value, const std::uint16_t* mask, std::size_t n) {
  std::uint32_t all = 0;
  for (std::size_t k = 0; k < n; ++k) all += static_cast<std::uint16_t>(value[k] & mask[k]);
  return all;
}

using Four = std::array<std::uint32_t, 4>;

// Vectors of the compiler's: eight residents of a lane, and the lanes of two or four residents in a row.
using Eight = std::uint16_t __attribute__((vector_size(16)));
using Pairs = std::uint32_t __attribute__((vector_size(16)));

/// Adds the four lanes of each resident to the sums of his key: those of residents `k` and `k` + 1 of `both`.
[[gnu::always_inline]] inline void add_two(Eight both, const std::uint16_t* key, Four* const sums) {
  constexpr Eight zero{};
  const auto add = [&](std::uint16_t of, Eight lanes) {
    Pairs sum;
    std::memcpy(&sum, &sums[of], sizeof sum);
    sum += reinterpret_cast<Pairs>(lanes);
    std::memcpy(&sums[of], &sum, sizeof sum);
  };
  add(key[0], __builtin_shufflevector(both, zero, 0, 8, 1, 9, 2, 10, 3, 11));
  add(key[1], __builtin_shufflevector(both, zero, 4, 12, 5, 13, 6, 14, 7, 15));
}

/// Adds the four values of each resident to the sums of his key.
void add_to_keys(
    std::span<const std::uint16_t> key, const std::array<const std::uint16_t*, 4>& lanes, Four* const sums) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::size_t some = 8;  // residents at once: often none of them adds anything
  std::size_t k = 0;
  for (; k + some <= key.size(); k += some) {
    std::array<Eight, 4> of;
    for (std::size_t l = 0; l < of.size(); ++l) std::memcpy(&of[l], lanes[l] + k, sizeof of[l]);
    const Eight any = of[0] | of[1] | of[2] | of[3];
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), &any, sizeof words);
    if ((words[0] | words[1]) == 0) continue;
    for (const bool second : {false, true}) {  // of the eight, the first four and the others
      const auto pairs = [&](Eight a, Eight b) {
        return reinterpret_cast<Pairs>(second ? __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
                                              : __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11));
      };
      const Pairs one = pairs(of[0], of[1]);
      const Pairs other = pairs(of[2], of[3]);
      const std::uint16_t* const at = key.data() + k + (second ? 4 : 0);
      add_two(reinterpret_cast<Eight>(__builtin_shufflevector(one, other, 0, 4, 1, 5)), at, sums);
      add_two(reinterpret_cast<Eight>(__builtin_shufflevector(one, other, 2, 6, 3, 7)), at + 2, sums);
    }
  }
  for (; k < key.size(); ++k)
    for (std::size_t l = 0; l < lanes.size(); ++l) sums[key[k]][l] += lanes[l][k];
}

}  // namespace

/// What a thread works with: filled anew for each part, kept for its memory only.
struct ResidentSums::Scratch {
  std::vector<std::uint16_t> values;  ///< [lane][resident of the block]
  std::vector<std::uint16_t> adult;   ///< all ones, or 0
  bool adults_known = false;          ///< of the block at hand
  std::vector<std::uint16_t> none;    ///< a lane of nothing
  std::vector<std::uint16_t> key;
  struct ByKey {
    std::vector<Four> sums;             ///< [group][key]
    std::vector<std::uint8_t> touched;  ///< by group: whether `sums` hold anything
    std::vector<std::int64_t> people;   ///< by key: come, less gone
    bool moved = false;
  };
  std::vector<ByKey> by_key;  ///< as sorted_
  std::vector<Closed> closed;
  [[nodiscard]] std::uint16_t* lane(std::size_t k) { return values.data() + k * block_size; }
};

ResidentSums::ResidentSums(const World& world, std::span<const std::unique_ptr<Mechanism>> mechanisms,
    CommunityCells communities, std::vector<ResidentKeys> keys, std::size_t cells)
    : communities_(std::move(communities)),
      cells_(cells),
      slot_{0, people_slot, people_slot + 1},
      of_form_(world.forms.size()),
      moved_(world.society.communities(), 0) {
  static_assert(mechanism_count <= 64);
  for (std::size_t m = 0; m < mechanisms.size(); ++m)
    for (const Access* access : mechanisms[m]->accesses())
      if (access->how() != Access::How::reads && access->what().table == world.residents().name())
        writers_.emplace_back(access->what().column, std::uint64_t{1} << m);
  for (ResidentKeys& by : keys) {
    Sorted sorted;
    sorted.moved_by = writers(by.reads);
    sorted.key.assign(world.residents().size(), static_cast<std::uint16_t>(by.keys.size() - 1));
    sorted.people.resize(by.keys.size());
    sorted.first_cell = cells_;
    for (const ResidentKeys::Key& key : by.keys)
      for (const std::size_t cell : key.cells) {
        sorted.first_cell = std::min(sorted.first_cell, cell);
        sorted.last_cell = std::max(sorted.last_cell, cell + 1);
      }
    sorted.by = std::move(by);
    sorted_.push_back(std::move(sorted));
  }
  std::size_t residents = part_residents;
  for (std::size_t b = 0; b < world.blocks.size(); ++b) {
    const std::size_t n = world.blocks[b].size();
    if (residents + n > part_residents) {
      parts_.push_back(b);
      residents = 0;
    }
    residents += n;
  }
  parts_.push_back(world.blocks.size());
}

std::uint64_t ResidentSums::writers(std::span<const std::string> columns) const {
  std::uint64_t mask = 0;
  for (const auto& [column, mechanism] : writers_)
    if (std::find(columns.begin(), columns.end(), column) != columns.end()) mask |= mechanism;
  return mask;
}

ResidentSums::Term ResidentSums::of(const Of& what, Wanted wanted) {
  if (what.count->applies && !what.count->applies(what.form)) return nothing;
  const auto known = std::find_if(counters_.begin(), counters_.end(),
      [&](const Counter& counter) { return counter.count == what.count && counter.form == what.form; });
  const auto k = static_cast<std::size_t>(known - counters_.begin());
  if (known == counters_.end()) {
    std::vector<std::string> columns = {"age", what.column};
    for (const Access* access : what.count->reads) columns.push_back(access->what().column);
    counters_.push_back(
        {.count = what.count, .by_form = what.by_form, .form = what.form, .moved_by = writers(columns)});
  }
  Counter& counter = counters_[k];
  using When = ResidentCount::When;
  if (what.count->when == When::weekly || what.count->when == When::closing) wanted = {true, true};
  counter.wanted.every_week |= wanted.every_week;
  counter.wanted.by_key_too |= wanted.by_key_too;
  terms_.push_back({k, what.lane, what.adults});
  slot_.push_back(0);
  return slot_.size() - 1;
}

void ResidentSums::ready(const World& world) {
  const auto number = [&](Counter& counter, bool apart) {
    if (apart) lanes_ = group_lanes * groups();
    counter.first_lane = lanes_;
    lanes_ += counter.count->lanes;
  };
  // What is wanted in the same weeks shares groups.
  for (Counter& counter : counters_)
    if (!counter.closing() && !counter.wanted.by_key_too) number(counter, false);
  for (Counter& counter : counters_)
    if (!counter.closing() && counter.wanted.by_key_too) number(counter, true);
  row_lanes_ = lanes_ = group_lanes * groups();
  for (std::size_t k = 0; k < counters_.size(); ++k) {
    if (!counters_[k].closing()) continue;
    number(counters_[k], true);
    (counters_[k].by_form ? of_form_[counters_[k].form] : of_any_form_).push_back(k);
  }
  stride_ = lane_slots + 2 * lanes_;
  row_ = lane_slots + 2 * row_lanes_;
  for (std::size_t t = 0; t < terms_.size(); ++t)
    slot_[t + lane_slots] =
        lane_slots + 2 * (counters_[terms_[t].counter].first_lane + terms_[t].lane) + (terms_[t].adults ? 1 : 0);
  // Sums of all forms, or of those whose matters a docket has room for.
  std::size_t blocks = 0;
  for (std::size_t part = 0; part + 1 < parts_.size(); ++part)
    blocks = std::max(blocks, parts_[part + 1] - parts_[part]);
  std::size_t each = 0;
  for (const auto& counters : of_form_) each = std::max(each, counters.size());
  most_closed_ = blocks * (of_any_form_.size() + each * std::min(slot_count, of_form_.size()));
  rows_.resize(world.blocks.size() * row_);
  sums_.resize(cells_ * stride_);
  for (Sorted& sorted : sorted_) {
    sorted.sums.resize(groups() * sorted.keys());
    sorted.filled.resize(groups());
  }
}

void ResidentSums::observe(const World& world, bool due, std::span<const std::uint8_t> keys_due) {
  for (std::size_t c = 0; c < moved_.size(); ++c) moved_[c] |= world.moved[c];
  choose(due, keys_due);
  std::fill(sums_.begin(), sums_.end(), 0);
  parallel_for(parts_.size() - 1, [&](std::size_t part) { count_part(world, part); });
  sum_rows(world);
  for (const Sorted& sorted : sorted_) sum_keys(sorted);
  sorted_once_ = true;
  if (!due) return;
  std::fill(moved_.begin(), moved_.end(), 0);
  counted_ = true;
}

void ResidentSums::choose(bool due, std::span<const std::uint8_t> keys_due) {
  now_.clear();
  groups_now_.clear();
  by_key_.assign(counters_.size(), 0);
  for (Sorted& sorted : sorted_) {
    sorted.lanes.assign(lanes_, 0);
    for (std::size_t g = 0; g < groups(); ++g)
      if (std::exchange(sorted.filled[g], std::uint8_t{0}) != 0)
        std::fill_n(sorted.sums.begin() + static_cast<std::ptrdiff_t>(g * sorted.keys()), sorted.keys(), FourSums{});
  }
  for (std::size_t k = 0; k < counters_.size(); ++k) {
    const Counter& counter = counters_[k];
    if (!counter.closing() && (due || counter.wanted.every_week)) now_.push_back(k);
    for (std::size_t s = 0; s < sorted_.size(); ++s) {
      if (keys_due[s] == 0 && !counter.wanted.by_key_too) continue;
      by_key_[k] = 1;
      std::fill_n(sorted_[s].lanes.begin() + static_cast<std::ptrdiff_t>(counter.first_lane), counter.count->lanes,
          std::uint8_t{1});
    }
  }
  for (std::size_t s = 0; s < sorted_.size(); ++s)
    for (std::size_t g = 0; g < row_lanes_ / group_lanes; ++g) {
      const auto lanes = std::span(sorted_[s].lanes).subspan(g * group_lanes, group_lanes);
      if (std::find(lanes.begin(), lanes.end(), 1) != lanes.end()) groups_now_.emplace_back(s, g);
    }
}

void ResidentSums::count_part(const World& world, std::size_t part) {
  thread_local Scratch scratch;
  clear(scratch);
  const Week week(world);
  for (std::size_t b = parts_[part]; b < parts_[part + 1]; ++b) {
    const Block& block = world.blocks[b];
    scratch.adults_known = false;
    sort_block(world, block, scratch);
    count_block(world, week, block, scratch);
    if (world.dockets[block.community].closing != 0) count_closing(world, week, block, scratch);
  }
  const std::scoped_lock lock(guard_);
  take_over(scratch);
}

void ResidentSums::clear(Scratch& scratch) const {
  scratch.values.resize((row_lanes_ + group_lanes) * block_size);
  scratch.adult.resize(block_size);
  scratch.none.resize(block_size);
  scratch.key.resize(block_size);
  scratch.closed.clear();
  scratch.closed.reserve(most_closed_);
  scratch.by_key.resize(sorted_.size());
  for (std::size_t s = 0; s < sorted_.size(); ++s) {
    Scratch::ByKey& by_key = scratch.by_key[s];
    by_key.sums.resize(groups() * sorted_[s].keys());
    by_key.touched.assign(groups(), 0);
    by_key.people.assign(sorted_[s].keys(), 0);
    by_key.moved = false;
  }
}

void ResidentSums::sort_block(const World& world, const Block& block, Scratch& scratch) {
  for (std::size_t s = 0; s < sorted_.size(); ++s) {
    Sorted& sorted = sorted_[s];
    if (sorted_once_ && (world.moved[block.community] & sorted.moved_by) == 0) continue;
    const std::span<std::uint16_t> now(scratch.key.data(), block.size());
    sorted.by.find(world, block, now);
    Scratch::ByKey& by_key = scratch.by_key[s];
    by_key.moved = true;
    for (std::size_t k = 0; k < now.size(); ++k) {
      std::uint16_t& key = sorted.key[block.first + k];
      --by_key.people[key];
      ++by_key.people[now[k]];
      key = now[k];
    }
  }
}

void ResidentSums::fill(
    const Week& week, const Block& block, const Counter& counter, std::size_t first, Scratch& scratch) {
  ResidentCount::Lanes lanes{};
  for (std::size_t l = 0; l < counter.count->lanes; ++l) {
    lanes[l] = scratch.lane(first + l);
    std::fill_n(lanes[l], block.size(), std::uint16_t{0});
  }
  counter.count->fill(week, block, counter.form, lanes);
}

void ResidentSums::count_block(const World& world, const Week& week, const Block& block, Scratch& scratch) {
  const std::size_t n = block.size();
  std::uint32_t* const row = rows_.data() + block.index * row_;
  for (const std::size_t k : now_) {
    const Counter& counter = counters_[k];
    const bool held = counter.count->when == ResidentCount::When::held && counted_;
    if (held && by_key_[k] == 0 && (moved_[block.community] & counter.moved_by) == 0) continue;
    find_adults(world, block, scratch);
    fill(week, block, counter, counter.first_lane, scratch);
    for (std::size_t l = counter.first_lane; l < counter.first_lane + counter.count->lanes; ++l) {
      row[lane_slots + 2 * l] = sum(scratch.lane(l), n);
      row[lane_slots + 2 * l + 1] = sum(scratch.lane(l), scratch.adult.data(), n);
    }
  }
  for (const auto& [s, g] : groups_now_) {
    LanesOfGroup lanes{};
    for (std::size_t l = 0; l < group_lanes; ++l) {
      const bool wanted = sorted_[s].lanes[g * group_lanes + l] != 0;
      lanes[l] = wanted ? scratch.lane(g * group_lanes + l) : scratch.none.data();
    }
    add_by_key(block, s, g, lanes, scratch);
  }
}

void ResidentSums::find_adults(const World& world, const Block& block, Scratch& scratch) {
  if (std::exchange(scratch.adults_known, true)) return;
  const std::uint8_t* const age = world.residents().age.data() + block.first;
  for (std::size_t k = 0; k < block.size(); ++k)
    scratch.adult[k] = static_cast<std::uint16_t>(is_adult(age[k]) ? 0xffff : 0);
  std::uint32_t adults = 0;
  for (std::size_t k = 0; k < block.size(); ++k) adults += scratch.adult[k] & 1U;
  std::uint32_t* const row = rows_.data() + block.index * row_;
  row[people_slot] = static_cast<std::uint32_t>(block.size());
  row[people_slot + 1] = adults;
}

void ResidentSums::count_closing(const World& world, const Week& week, const Block& block, Scratch& scratch) {
  const Docket& docket = world.dockets[block.community];
  find_adults(world, block, scratch);
  const auto count = [&](std::size_t k) {
    const Counter& counter = counters_[k];
    fill(week, block, counter, row_lanes_, scratch);
    Closed closed{.community = block.community, .counter = static_cast<std::uint32_t>(k)};
    LanesOfGroup lanes{};
    lanes.fill(scratch.none.data());
    for (std::size_t l = 0; l < counter.count->lanes; ++l) {
      lanes[l] = scratch.lane(row_lanes_ + l);
      closed.sums[2 * l] = sum(lanes[l], block.size());
      closed.sums[2 * l + 1] = sum(lanes[l], scratch.adult.data(), block.size());
    }
    scratch.closed.push_back(closed);
    for (std::size_t s = 0; s < sorted_.size(); ++s)
      add_by_key(block, s, counter.first_lane / group_lanes, lanes, scratch);
  };
  for (const std::size_t k : of_any_form_) count(k);
  unsigned seen = 0;
  for_slots(docket.closing, [&](unsigned s) {
    const std::uint16_t form = docket.slot[s].form;
    bool first = true;
    for_slots(
        static_cast<std::uint16_t>(seen), [&](unsigned other) { first = first && docket.slot[other].form != form; });
    seen |= 1U << s;
    if (first)
      for (const std::size_t k : of_form_[form]) count(k);
  });
}

void ResidentSums::add_by_key(
    const Block& block, std::size_t s, std::size_t group, const LanesOfGroup& lanes, Scratch& scratch) const {
  Scratch::ByKey& by_key = scratch.by_key[s];
  Four* const sums = by_key.sums.data() + group * sorted_[s].keys();
  if (std::exchange(by_key.touched[group], std::uint8_t{1}) == 0) std::fill_n(sums, sorted_[s].keys(), Four{});
  add_to_keys({sorted_[s].key.data() + block.first, block.size()}, lanes, sums);
}

void ResidentSums::take_over(const Scratch& scratch) {
  for (const Closed& closed : scratch.closed)
    for (const std::uint32_t cell : communities_.of(closed.community)) {
      const Counter& counter = counters_[closed.counter];
      std::int64_t* const sums = sums_.data() + cell * stride_ + lane_slots + 2 * counter.first_lane;
      for (std::size_t k = 0; k < 2 * counter.count->lanes; ++k) sums[k] += closed.sums[k];
    }
  for (std::size_t s = 0; s < sorted_.size(); ++s) {
    Sorted& sorted = sorted_[s];
    const Scratch::ByKey& from = scratch.by_key[s];
    if (from.moved)
      for (std::size_t key = 0; key < sorted.keys(); ++key) sorted.people[key] += from.people[key];
    for (std::size_t g = 0; g < groups(); ++g) {
      if (from.touched[g] == 0) continue;
      sorted.filled[g] = 1;
      for (std::size_t key = g * sorted.keys(); key < (g + 1) * sorted.keys(); ++key)
        for (std::size_t l = 0; l < group_lanes; ++l) sorted.sums[key][l] += from.sums[key][l];
    }
  }
}

void ResidentSums::sum_rows(const World& world) {
  for (const Block& block : world.blocks) {
    const std::uint32_t* const row = rows_.data() + block.index * row_;
    for (const std::uint32_t cell : communities_.of(block.community)) {
      std::int64_t* const sums = sums_.data() + cell * stride_;
      for (std::size_t slot = 0; slot < row_; ++slot) sums[slot] += row[slot];
    }
  }
}

void ResidentSums::sum_keys(const Sorted& sorted) {
  for (std::size_t key = 0; key < sorted.keys(); ++key)
    for (const std::uint32_t cell : sorted.by.keys[key].cells) {
      sums_[cell * stride_ + people_slot] += sorted.people[key];
      if (sorted.by.keys[key].adult) sums_[cell * stride_ + people_slot + 1] += sorted.people[key];
    }
  for (std::size_t g = 0; g < groups(); ++g) {
    if (sorted.filled[g] == 0) continue;
    for (auto& sums : of_cell_) sums.assign(sorted.last_cell, {});
    for (std::size_t k = 0; k < sorted.keys(); ++k) {
      if (sorted.people[k] == 0) continue;
      const ResidentKeys::Key& key = sorted.by.keys[k];
      const FourSums& of_key = sorted.sums[g * sorted.keys() + k];
      for (const std::uint32_t cell : key.cells)
        for (std::size_t l = 0; l < group_lanes; ++l) of_cell_[key.adult ? 1 : 0][cell][l] += of_key[l];
    }
    for (std::size_t cell = sorted.first_cell; cell < sorted.last_cell; ++cell)
      for (std::size_t l = 0; l < group_lanes; ++l) {
        if (g * group_lanes + l >= lanes_) break;
        std::int64_t* const sums = sums_.data() + cell * stride_ + lane_slots + 2 * (g * group_lanes + l);
        sums[0] += of_cell_[0][cell][l] + of_cell_[1][cell][l];
        sums[1] += of_cell_[1][cell][l];
      }
  }
}

}  // namespace kurultai
