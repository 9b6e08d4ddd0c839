// What every mechanism sees of a week without saying so: the clock, who lives where, the graph, the forms and what is
// on the agenda. Nothing of it can be changed. The state of agents is not here: a mechanism declares what it touches
// (access.h).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/calendar.h"
#include "mechanism/world.h"
#include "society/traits.h"

namespace kurultai {

class Week {
  const World& world_;

 public:
  explicit Week(const World& world)
      : world_(world),
        country(world.society.country),
        first(world.society.first),
        key(world.society.key),
        ties(world.society.ties),
        first_institution(world.first_institution),
        blocks(world.blocks),
        dockets(world.dockets),
        forms(world.forms) {}

  const Country& country;
  const std::vector<Vertex>& first;       ///< first resident of each community; last: number of residents
  const std::vector<std::uint64_t>& key;  ///< stable key of each community
  const Ties& ties;
  const std::vector<std::size_t>&
      first_institution;  ///< by community, and one more: its first institution with members
  const std::vector<Block>& blocks;
  const std::vector<Docket>& dockets;  ///< by community
  const std::vector<Form>& forms;      ///< in the order of their keys

  /// 0 is the first recorded week; negative in the warm-up.
  [[nodiscard]] std::int32_t number() const { return world_.week; }
  [[nodiscard]] bool warm_up() const { return world_.week < 0; }
  /// Weeks since the run began.
  [[nodiscard]] std::uint32_t tick() const { return world_.tick(); }
  /// The same of another week.
  [[nodiscard]] std::uint32_t tick_of(std::int32_t number) const {
    return static_cast<std::uint32_t>(number - world_.first_week);
  }
  /// True once every `period` weeks, at a week of the community's own: slow things are staggered.
  [[nodiscard]] bool due(std::size_t community, std::uint32_t period) const {
    return (tick() + static_cast<std::uint32_t>(key[community] % period)) % period == 0;
  }

  [[nodiscard]] std::size_t communities() const { return country.communities.size(); }
  [[nodiscard]] const Community& place(std::size_t community) const { return country.communities[community]; }
  [[nodiscard]] Vertex residents() const { return first.back(); }
  [[nodiscard]] Vertex residents(std::size_t community) const { return first[community + 1] - first[community]; }
  /// Of the largest community.
  [[nodiscard]] Vertex most_residents() const {
    Vertex most = 0;
    for (std::size_t c = 0; c < communities(); ++c) most = std::max(most, residents(c));
    return most;
  }
  /// Residents per inhabitant.
  [[nodiscard]] double scale() const { return world_.society.scale; }
  /// Adults' and children's traits as the census deals them.
  [[nodiscard]] Traits traits() const { return {world_.settings, world_.seed}; }
  /// Others, of another luck.
  [[nodiscard]] Traits traits(std::uint64_t luck) const { return {world_.settings, luck}; }

  // Under which name an agent draws. Residents have ordinals from 0; places have the last ones, which no resident
  // reaches.
  static constexpr std::uint32_t ordinal_of_community = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint32_t ordinal_of_district = ordinal_of_community - 1;
  static constexpr std::uint32_t ordinal_of_region = ordinal_of_community - 2;
  [[nodiscard]] Name name(std::size_t community, Vertex i) const { return {key[community], i - first[community]}; }
  [[nodiscard]] Name name_of_community(std::size_t c) const { return {key[c], ordinal_of_community}; }
  [[nodiscard]] Name name_of_district(std::size_t d) const {
    return {key_of(country.districts[d].code), ordinal_of_district};
  }
  [[nodiscard]] Name name_of_region(std::size_t r) const {
    return {key_of(country.regions[r].code), ordinal_of_region};
  }
  [[nodiscard]] static constexpr Name name_of_nation() { return {0, ordinal_of_community}; }

  /// The vertex of a community's akimat in the graph, and the community of one; at least communities() if it is none.
  [[nodiscard]] Vertex akimat(std::size_t community) const { return world_.society.akimat(community); }
  [[nodiscard]] std::size_t community_of(Vertex akimat) const { return static_cast<std::size_t>(akimat) - residents(); }
  /// Index of the institution at a vertex beyond the akimats.
  [[nodiscard]] std::size_t institution_of(Vertex v) const { return world_.society.institution_of(v); }

 private:
  friend class Luck;
  [[nodiscard]] Draws draws(Stream stream, std::uint32_t week) const {
    return {world_.seed, world_.replicate, stream, week};
  }
};

/// Residents of one block who are handed to a mechanism together: all of it, or those listed, in the order of their
/// numbers.
class Batch {
 public:
  explicit Batch(const Block& of) : Batch(of, nullptr, of.first, of.last) {}
  Batch(const Block& of, std::span<const Vertex> listed)
      : Batch(of, listed.data(), 0, static_cast<Vertex>(listed.size())) {}

  class Iterator {
   public:
    Iterator(const Vertex* list, Vertex at) : list_(list), at_(at) {}
    Vertex operator*() const { return list_ == nullptr ? at_ : list_[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const Vertex* list_;
    Vertex at_;
  };
  [[nodiscard]] Iterator begin() const { return {list_, begin_}; }
  [[nodiscard]] Iterator end() const { return {list_, end_}; }

  const std::uint32_t block;
  const std::uint32_t community;
  const Vertex first;  ///< of the block
  const Vertex last;
  /// Residents of the block, handed over or not.
  [[nodiscard]] std::size_t size() const { return last - first; }

 private:
  Batch(const Block& of, const Vertex* list, Vertex begin, Vertex end)
      : block(of.index),
        community(of.community),
        first(of.first),
        last(of.last),
        list_(list),
        begin_(begin),
        end_(end) {}
  const Vertex* list_;
  Vertex begin_;
  Vertex end_;
};

}  // namespace kurultai
