// The social graph: one compressed row per vertex. Vertices are residents first (0 .. residents-1), then the
// akimats (communities, districts, regions), then the institutions. A tie is one 32-bit word: layer in the
// top three bits, the other end below. A resident's row: ties to residents of the same community, then to
// residents elsewhere, then to institutions and akimats; each of the three parts sorted by layer, then by vertex.
// Every tie stands in both rows. A row's head, 16 bytes, says where it begins and where in it each layer ends.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/words.h"

namespace kurultai {

/// What joins two vertices. The first five join residents (MODEL 2), the others none or one.
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
  static constexpr Tie of_word(std::uint32_t word) { return {static_cast<Layer>(word >> 29), word & 0x1fffffffU}; }
  friend constexpr auto operator<=>(Tie, Tie) = default;

 private:
  std::uint32_t word_;  // no value of its own: a gigabyte of ties is not written twice
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

  [[nodiscard]] std::size_t vertices() const { return heads_.size(); }
  [[nodiscard]] std::size_t residents() const { return residents_; }
  /// Stored ends: twice the number of undirected ties.
  [[nodiscard]] std::size_t words() const { return ends_; }
  [[nodiscard]] std::size_t bytes() const { return words_ * sizeof(Tie) + heads_.size() * sizeof(Head); }

  /// The whole row of any vertex.
  [[nodiscard]] std::span<const Tie> all(Vertex v) const { return runs(v, 0, bodies_run); }
  /// Resident i's ties to residents of the same community.
  [[nodiscard]] std::span<const Tie> inside(Vertex i) const { return runs(i, 0, outside_run - 1); }
  /// Resident i's ties to residents of other communities.
  [[nodiscard]] std::span<const Tie> outside(Vertex i) const { return runs(i, outside_run, bodies_run - 1); }
  /// Resident i's ties to residents anywhere.
  [[nodiscard]] std::span<const Tie> peers(Vertex i) const { return runs(i, 0, bodies_run - 1); }
  /// Those of one layer.
  [[nodiscard]] std::span<const Tie> inside(Vertex i, Layer layer) const {
    return runs(i, static_cast<std::size_t>(layer), static_cast<std::size_t>(layer));
  }
  [[nodiscard]] std::span<const Tie> outside(Vertex i, Layer layer) const {
    return runs(i, outside_run + static_cast<std::size_t>(layer), outside_run + static_cast<std::size_t>(layer));
  }
  /// Asks the cache for what the neighbours of resident i show (`shown`, `width` values each), where there is such a
  /// resident. A gather waits for memory, not for arithmetic: ask `ahead` residents before their turn. (Always inline,
  /// since GCC takes a function that only prefetches for one without effect and drops the call.)
  template <class T> [[gnu::always_inline]] void prefetch(std::size_t i, const T* shown, std::size_t width = 1) const {
    if (i >= residents()) return;
    for (const Tie tie : peers(static_cast<Vertex>(i))) __builtin_prefetch(shown + tie.to() * width);
  }
  static constexpr std::size_t ahead = 12;
  /// Resident i's ties to institutions and akimats.
  [[nodiscard]] std::span<const Tie> bodies(Vertex i) const { return runs(i, bodies_run, bodies_run); }

 private:
  friend class TieRows;
  /// A row is made of runs: a layer inside, a layer outside, bodies. Rows of akimats and institutions are all bodies.
  static constexpr std::size_t outside_run = resident_layers;
  static constexpr std::size_t bodies_run = 2 * resident_layers;
  static constexpr std::size_t run_count = bodies_run + 1;
  /// Where the runs of a row end, counted from its first word.
  using Ends = std::array<std::uint32_t, run_count>;

  struct Head {
    std::uint32_t begin_low = 0;
    std::uint8_t begin_high = 0;
    std::array<std::uint8_t, run_count> end{};  ///< the last is `long_row` where they stand before the row's words

    void set_begin(std::uint64_t begin) {
      begin_low = static_cast<std::uint32_t>(begin);
      begin_high = static_cast<std::uint8_t>(begin >> 32);
    }
    [[nodiscard]] std::uint64_t begin() const { return std::uint64_t{begin_high} << 32 | begin_low; }
    [[nodiscard]] bool is_long() const { return end.back() == long_row; }
  };
  static_assert(sizeof(Head) == 16);
  static constexpr std::uint8_t long_row = 255;

  /// Words in the row of v, looked up from where the next one begins.
  [[nodiscard]] std::size_t length(Vertex v) const;
  /// Runs `from` to `last` of the row of v.
  [[nodiscard]] std::span<const Tie> runs(Vertex v, std::size_t from, std::size_t last) const {
    const Head& head = heads_[v];
    const Tie* const row = ties_.get() + head.begin();
    if (head.is_long()) [[unlikely]] {
      const Tie* const end = row - run_count;
      return {row + (from == 0 ? 0 : end[from - 1].word()), row + end[last].word()};
    }
    return {row + (from == 0 ? 0 : head.end[from - 1]), row + head.end[last]};
  }

  std::vector<Head> heads_;
  std::unique_ptr<Tie[]> ties_;  // NOLINT: a vector would write it first, by one thread
  std::size_t words_ = 0;        ///< of `ties_`
  std::size_t ends_ = 0;
  std::size_t residents_ = 0;
};

/// Builds Ties community by community, so that no more edges are there at once than those at work: what is inside a
/// community becomes rows at once.
class TieRows {
 public:
  /// `first` and `vertices` as in Ties::build. Throws input_error for more vertices than a tie can name.
  TieRows(std::span<const Vertex> first, std::size_t vertices);
  /// Takes `edges` that begin in community c, once for each community, in any order, side by side. Throws input_error
  /// for a resident with more ties inside than are counted.
  void add(std::size_t c, std::span<const Edge> edges);
  /// The rows of all edges: those that were added, and `others`, which join no residents of one community.
  Ties build(std::span<const Edge> others);

 private:
  /// The rows of a community, of ties inside it.
  struct Inside {
    std::vector<std::uint32_t> end;  ///< by resident
    std::vector<Tie> words;
    [[nodiscard]] std::span<const Tie> row(std::size_t ordinal) const {
      const std::uint32_t begin = ordinal == 0 ? 0 : end[ordinal - 1];
      return {words.data() + begin, end[ordinal] - begin};
    }
  };
  /// Rows of ties that leave communities.
  struct Beyond {
    std::vector<std::uint64_t> end;  ///< by vertex
    std::vector<Tie> words;          ///< with doubles
    [[nodiscard]] std::span<Tie> row(std::size_t v) {
      const std::uint64_t begin = v == 0 ? 0 : end[v - 1];
      return {words.data() + begin, static_cast<std::size_t>(end[v] - begin)};
    }
  };
  void check(const Edge& edge) const;
  [[nodiscard]] Beyond place_beyond(std::span<const Edge> others);
  /// Where the runs of the row of v end that is made of two sorted ones.
  [[nodiscard]] Ties::Ends ends_of(std::span<const Tie> inside, std::span<const Tie> beyond) const;
  /// The graph in parts: communities, then bodies.
  [[nodiscard]] std::size_t parts() const;
  /// Calls work(part, from, to) for parts [begin, end) and the vertices [from, to) of each, in parallel.
  template <class Work> void for_parts(std::size_t begin, std::size_t end, const Work& work);
  [[nodiscard]] std::span<const Tie> inside_row(std::size_t part, std::size_t v) const;

  std::span<const Vertex> first_;
  std::size_t vertices_;
  std::vector<Inside> inside_;             ///< by community
  std::vector<std::vector<Edge>> beyond_;  ///< by community: edges that leave it
};

}  // namespace kurultai
