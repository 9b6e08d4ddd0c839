// The social graph: one compressed row per vertex. Vertices are residents first (0 .. residents-1), then the
// akimats (communities, districts, regions), then the institutions. A tie is one 32-bit word: layer in the
// top three bits, the other end below. A resident's row: ties to residents of the same community, then to
// residents elsewhere, then to institutions and akimats; each of the three parts sorted by layer, then by vertex.
// Every tie stands in both rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/words.h"

namespace kurultai {

/// What joins two vertices. The first five join residents (MODEL 2).
enum class Layer : std::uint8_t { household, kin, neighbour, work, online, membership, office, partner };
template <>
inline constexpr auto words<Layer> =
    std::array{"household", "kin", "neighbour", "work or school", "online", "membership", "office", "partner"};
inline constexpr std::size_t layer_count = count_of<Layer>;
inline constexpr std::size_t resident_layers = 5;

using Vertex = std::uint32_t;

/// One end of a tie as its row stores it.
class Tie {
 public:
  Tie() = default;
  constexpr Tie(Layer layer, Vertex to) : word_((static_cast<std::uint32_t>(layer) << 29) | to) {}
  [[nodiscard]] constexpr Layer layer() const { return static_cast<Layer>(word_ >> 29); }
  [[nodiscard]] constexpr Vertex to() const { return word_ & 0x1fffffffU; }
  [[nodiscard]] constexpr std::uint32_t word() const { return word_; }
  friend constexpr auto operator<=>(Tie, Tie) = default;

 private:
  std::uint32_t word_ = 0;
};

/// An undirected tie before it is stored. `a` and `b` in any order; a == b is dropped.
struct Edge {
  Vertex a = 0;
  Vertex b = 0;
  Layer layer = Layer::neighbour;
};

/// The compressed rows.
class Ties {
 public:
  /// Builds the rows from `edges` (duplicates within a layer and loops are dropped). `first` holds the first
  /// resident of each community and, last, the number of residents; `vertices` counts all vertices.
  /// The lists of edges are read in order and may be empty; the result does not depend on their order.
  void build(std::span<const std::vector<Edge>> edges, std::span<const Vertex> first, std::size_t vertices);

  [[nodiscard]] std::size_t vertices() const { return begin_.empty() ? 0 : begin_.size() - 1; }
  [[nodiscard]] std::size_t residents() const { return inside_.size(); }
  /// Stored words: twice the number of undirected ties.
  [[nodiscard]] std::size_t words() const { return ties_.size(); }
  [[nodiscard]] std::size_t bytes() const {
    return ties_.size() * sizeof(Tie) + begin_.size() * sizeof(std::uint64_t) +
           (inside_.size() + peers_.size()) * sizeof(std::uint32_t);
  }

  /// The whole row of any vertex.
  [[nodiscard]] std::span<const Tie> all(Vertex v) const { return row(v, 0, begin_[v + 1] - begin_[v]); }
  /// Resident i's ties to residents of the same community.
  [[nodiscard]] std::span<const Tie> inside(Vertex i) const { return row(i, 0, inside_[i]); }
  /// Resident i's ties to residents of other communities.
  [[nodiscard]] std::span<const Tie> outside(Vertex i) const { return row(i, inside_[i], peers_[i]); }
  /// Resident i's ties to residents anywhere.
  [[nodiscard]] std::span<const Tie> peers(Vertex i) const { return row(i, 0, peers_[i]); }
  /// Asks the cache for what the neighbours of resident i show (`shown`, `width` values each), where there is such a
  /// resident. A gather waits for memory, not for arithmetic: ask `ahead` residents before their turn. (Always inline,
  /// since GCC takes a function that only prefetches for one without effect and drops the call.)
  template <class T> [[gnu::always_inline]] void prefetch(std::size_t i, const T* shown, std::size_t width = 1) const {
    if (i >= residents()) return;
    for (const Tie tie : peers(static_cast<Vertex>(i))) __builtin_prefetch(shown + tie.to() * width);
  }
  static constexpr std::size_t ahead = 12;
  /// Resident i's ties to institutions and akimats.
  [[nodiscard]] std::span<const Tie> bodies(Vertex i) const { return row(i, peers_[i], begin_[i + 1] - begin_[i]); }

 private:
  /// The steps of `build`. Counts the ends of all edges and puts a word for each into its row, in any order; begin_[v]
  /// is the end of row v then.
  void place(std::span<const std::span<const Edge>> pieces, std::size_t vertices);
  /// Sorts the rows and takes duplicates out; how long each is then.
  std::vector<std::uint32_t> sort_rows(std::span<const Vertex> first, std::size_t vertices);
  /// Closes the gaps that duplicates left; begin_ becomes the start of each row again.
  void close_gaps(std::span<const std::uint32_t> length);

  [[nodiscard]] std::span<const Tie> row(Vertex v, std::uint64_t from, std::uint64_t to) const {
    return {ties_.data() + begin_[v] + from, static_cast<std::size_t>(to - from)};
  }
  std::vector<std::uint64_t> begin_;
  std::vector<std::uint32_t> inside_;  ///< ties inside the community, per resident
  std::vector<std::uint32_t> peers_;   ///< ties to residents, per resident
  std::vector<Tie> ties_;
};

}  // namespace kurultai
