#include "society/ties.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <numeric>

#include "base/error.h"
#include "base/first_touch.h"
#include "base/parallel.h"

namespace kurultai {

namespace {

constexpr std::size_t most_vertices = std::size_t{1} << 29;
constexpr std::uint32_t most_ties_inside = 65535;
constexpr std::size_t edges_a_piece = 1 << 16;
constexpr std::size_t bodies_a_part = 1 << 10;
/// Most edges begin where the one before did and end anywhere, where one waits for memory: the cache is asked for the
/// row so many edges before, then for the place in it.
constexpr std::size_t rows_ahead = 32;
constexpr std::size_t words_ahead = 16;
constexpr std::size_t steps = 16;  ///< in which rows are moved to where they stay

/// The lists of edges cut into pieces of like size, so that one long list keeps all threads busy too.
void add_pieces(std::span<const Edge> list, std::vector<std::span<const Edge>>& pieces) {
  for (std::size_t k = 0; k < list.size(); k += edges_a_piece)
    pieces.push_back(list.subspan(k, std::min(edges_a_piece, list.size() - k)));
}

/// Gives memory that was freed back to the system: the allocator would keep it.
void give_back() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace

TieRows::TieRows(std::span<const Vertex> first, std::size_t vertices) : first_(first), vertices_(vertices) {
  if (vertices > most_vertices)
    throw input_error("society", fmt::format("{} vertices are too many for the social graph", vertices),
        fmt::format("a tie names its other end in 29 bits, so at most {} residents, akimats and "
                    "institutions fit",
            most_vertices),
        "lower run.scale or use a smaller network");
  ensure(!first.empty() && first.back() <= vertices, "TieRows: first must end with the number of residents");
  inside_.resize(first.size() - 1);
  beyond_.resize(first.size() - 1);
}

void TieRows::check(const Edge& edge) const {
  ensure(edge.a < vertices_ && edge.b < vertices_, "TieRows: an edge ends at no vertex");
  const bool of_residents = edge.a < first_.back() && edge.b < first_.back();
  ensure((static_cast<std::size_t>(edge.layer) < resident_layers) == of_residents,
      "TieRows: layers of residents join two residents, and no others do");
}

// Count, place, sort: all of it in the cache if the community is no city.
void TieRows::add(std::size_t c, std::span<const Edge> edges) {
  const Vertex low = first_[c];
  const Vertex size = first_[c + 1] - low;
  std::vector<std::uint32_t> end(size + 1, 0);  // of the row before, while words are placed
  std::size_t leaving = 0;
  const auto is_inside = [&](const Edge& edge) { return edge.a - low < size && edge.b - low < size; };
  for (const Edge& edge : edges) {
    if (edge.a == edge.b) continue;
    check(edge);
    if (is_inside(edge)) {
      ++end[edge.a - low + 1];
      ++end[edge.b - low + 1];
    } else {
      ++leaving;
    }
  }
  std::vector<Edge>& beyond = beyond_[c];
  beyond.reserve(leaving);
  for (std::size_t k = 0; k < size; ++k) end[k + 1] += end[k];
  std::vector<Tie> words(end[size]);
  for (const Edge& edge : edges) {
    if (edge.a == edge.b) continue;
    if (!is_inside(edge)) {
      beyond.push_back(edge);
      continue;
    }
    words[end[edge.a - low]++] = Tie(edge.layer, edge.b);
    words[end[edge.b - low]++] = Tie(edge.layer, edge.a);
  }
  end.pop_back();

  auto to = words.begin();
  std::uint32_t begin = 0;
  for (std::size_t k = 0; k < size; ++k) {
    const auto from = words.begin() + begin;
    const auto stop = words.begin() + end[k];
    begin = end[k];
    std::sort(from, stop);
    const auto distinct = std::unique(from, stop);
    const auto row = to;
    to = row == from ? distinct : std::copy(from, distinct, row);
    end[k] = static_cast<std::uint32_t>(to - words.begin());
    if (to - row > most_ties_inside)
      throw input_error("society", fmt::format("resident {} has {} ties inside the community", low + k, to - row),
          fmt::format("neighbours are counted in 16 bits, so at most {} fit", most_ties_inside),
          "split the hub, or make it an institution");
  }
  words.erase(to, words.end());
  inside_[c] = {std::move(end), std::move(words)};
}

// Threads place words into a row in any order; sorting the row afterwards makes the result independent of that order.
TieRows::Beyond TieRows::place_beyond(std::span<const Edge> others) {
  std::vector<std::span<const Edge>> pieces;
  for (const std::vector<Edge>& list : beyond_) add_pieces(list, pieces);
  add_pieces(others, pieces);
  Beyond beyond;
  std::vector<std::uint64_t>& end = beyond.end;
  reserve_touched(end, vertices_ + 1);
  end.resize(vertices_ + 1);
  parallel_for(pieces.size(), [&](std::size_t k) {
    const std::span<const Edge> piece = pieces[k];
    for (std::size_t e = 0; e < piece.size(); ++e) {
      const Edge& edge = piece[e];
      check(edge);
      if (e + rows_ahead < piece.size()) __builtin_prefetch(end.data() + piece[e + rows_ahead].b, 1);
      if (edge.a == edge.b) continue;
      for (const Vertex v : {edge.a, edge.b}) std::atomic_ref(end[v]).fetch_add(1, std::memory_order_relaxed);
    }
  });
  std::uint64_t sum = 0;
  for (std::uint64_t& row : end) {
    const std::uint64_t length = row;
    row = sum;
    sum += length;
  }
  // While words are placed, end[v] moves from the start of row v to its end.
  reserve_touched(beyond.words, sum);
  beyond.words.resize(sum);
  parallel_for(pieces.size(), [&](std::size_t k) {
    const std::span<const Edge> piece = pieces[k];
    for (std::size_t e = 0; e < piece.size(); ++e) {
      const Edge& edge = piece[e];
      if (e + rows_ahead < piece.size()) __builtin_prefetch(end.data() + piece[e + rows_ahead].b, 1);
      if (e + words_ahead < piece.size()) {
        const std::uint64_t place = std::atomic_ref(end[piece[e + words_ahead].b]).load(std::memory_order_relaxed);
        __builtin_prefetch(beyond.words.data() + place, 1);
      }
      if (edge.a == edge.b) continue;
      const auto put = [&](Vertex v, Tie tie) {
        beyond.words[std::atomic_ref(end[v]).fetch_add(1, std::memory_order_relaxed)] = tie;
      };
      put(edge.a, Tie(edge.layer, edge.b));
      put(edge.b, Tie(edge.layer, edge.a));
    }
  });
  beyond_.clear();
  return beyond;
}

Ties::Ends TieRows::ends_of(std::span<const Tie> inside, std::span<const Tie> beyond) const {
  Ties::Ends ends{};
  for (const Tie tie : inside) ++ends[static_cast<std::size_t>(tie.layer())];
  for (const Tie tie : beyond)
    ++ends[std::min(Ties::outside_run + static_cast<std::size_t>(tie.layer()), Ties::bodies_run)];
  for (std::size_t k = 1; k < ends.size(); ++k) ends[k] += ends[k - 1];
  return ends;
}

std::size_t TieRows::parts() const {
  return inside_.size() + (vertices_ - first_.back() + bodies_a_part - 1) / bodies_a_part;
}

template <class Work> void TieRows::for_parts(std::size_t begin, std::size_t end, const Work& work) {
  parallel_for(end - begin, [&](std::size_t k) {
    const std::size_t part = begin + k;
    if (part < inside_.size()) return work(part, first_[part], first_[part + 1]);
    const std::size_t from = first_.back() + (part - inside_.size()) * bodies_a_part;
    work(part, from, std::min(vertices_, from + bodies_a_part));
  });
}

std::span<const Tie> TieRows::inside_row(std::size_t part, std::size_t v) const {
  if (part >= inside_.size() || inside_[part].end.empty()) return {};
  return inside_[part].row(v - first_[part]);
}

Ties TieRows::build(std::span<const Edge> others) {
  Beyond beyond = place_beyond(others);
  Ties ties;
  ties.residents_ = first_.back();
  reserve_touched(ties.heads_, vertices_);
  ties.heads_.resize(vertices_);
  // Rows beyond are sorted, and heads get the ends of their runs; in the place of its begin a long row has its length.
  for_parts(0, parts(), [&](std::size_t part, std::size_t from, std::size_t to) {
    for (auto v = static_cast<Vertex>(from); v < to; ++v) {
      const std::span<Tie> row = beyond.row(v);
      std::sort(row.begin(), row.end());
      const auto distinct = static_cast<std::size_t>(std::unique(row.begin(), row.end()) - row.begin());
      const Ties::Ends ends = ends_of(inside_row(part, v), row.first(distinct));
      Ties::Head& head = ties.heads_[v];
      if (ends.back() < Ties::long_row) {
        for (std::size_t k = 0; k < ends.size(); ++k) head.end[k] = static_cast<std::uint8_t>(ends[k]);
      } else {
        head.end.back() = Ties::long_row;
        head.set_begin(ends.back());
      }
    }
  });
  for (Ties::Head& head : ties.heads_) {
    const std::uint64_t length = head.is_long() ? head.begin() : head.end.back();
    if (head.is_long()) ties.words_ += Ties::run_count;
    head.set_begin(ties.words_);
    ties.words_ += length;
    ties.ends_ += length;
  }
  ties.ties_ = std::make_unique_for_overwrite<Tie[]>(ties.words_);  // NOLINT
  const auto move = [&](std::size_t part, std::size_t from, std::size_t to) {
    for (auto v = static_cast<Vertex>(from); v < to; ++v) {
      const Ties::Head& head = ties.heads_[v];
      const std::span<const Tie> inside = inside_row(part, v);
      const std::span<const Tie> outside = beyond.row(v).first(ties.length(v) - inside.size());
      Tie* const row = ties.ties_.get() + head.begin();
      std::copy(outside.begin(), outside.end(), std::copy(inside.begin(), inside.end(), row));
      if (!head.is_long()) continue;
      const Ties::Ends ends = ends_of(inside, outside);
      std::transform(ends.begin(), ends.end(), row - Ties::run_count, Tie::of_word);
    }
    if (part < inside_.size()) inside_[part] = {};
  };
  for (std::size_t step = 0; step < steps; ++step) {  // what has been moved makes room for what comes
    for_parts(parts() * step / steps, parts() * (step + 1) / steps, move);
    give_back();
  }
  return ties;
}

std::size_t Ties::length(Vertex v) const {
  const std::uint64_t next =
      v + 1 < heads_.size() ? heads_[v + 1].begin() - (heads_[v + 1].is_long() ? run_count : 0) : words_;
  return static_cast<std::size_t>(next - heads_[v].begin());
}

void Ties::build(std::span<const std::vector<Edge>> edges, std::span<const Vertex> first, std::size_t vertices) {
  TieRows rows(first, vertices);
  const std::size_t communities = first.size() - 1;
  std::vector<std::uint32_t> home(first.back());
  for (std::size_t c = 0; c < communities; ++c)
    std::fill(home.begin() + first[c], home.begin() + first[c + 1], static_cast<std::uint32_t>(c));
  // Edges by community, last those between communities. Whoever works on a piece counts its edges first.
  std::vector<std::span<const Edge>> pieces;
  for (const std::vector<Edge>& list : edges) add_pieces(list, pieces);
  const auto part_of = [&](const Edge& edge) {
    const bool peers = edge.a < home.size() && edge.b < home.size();
    return peers && home[edge.a] == home[edge.b] ? home[edge.a] : communities;
  };
  const auto counted = [&](std::span<const Edge> piece) {
    std::vector<std::size_t> count(communities + 1, 0);
    for (const Edge& edge : piece) ++count[part_of(edge)];
    return count;
  };
  std::vector<std::size_t> end(communities + 2, 0);  // of the part before, while edges are placed
  const auto claim = [&](std::size_t part, std::size_t count) {
    return count == 0 ? 0 : std::atomic_ref(end[part]).fetch_add(count, std::memory_order_relaxed);
  };
  parallel_for(pieces.size(), [&](std::size_t k) {
    const std::vector<std::size_t> count = counted(pieces[k]);
    for (std::size_t part = 0; part < count.size(); ++part) claim(part + 1, count[part]);
  });
  std::partial_sum(end.begin(), end.end(), end.begin());
  std::vector<Edge> sorted;
  reserve_touched(sorted, end.back());
  sorted.resize(end.back());
  parallel_for(pieces.size(), [&](std::size_t k) {
    std::vector<std::size_t> to = counted(pieces[k]);
    for (std::size_t part = 0; part < to.size(); ++part) to[part] = claim(part, to[part]);
    for (const Edge& edge : pieces[k]) sorted[to[part_of(edge)]++] = edge;
  });
  const auto part = [&](std::size_t c) {
    const std::size_t begin = c == 0 ? 0 : end[c - 1];
    return std::span<const Edge>(sorted).subspan(begin, end[c] - begin);
  };
  parallel_for(communities, [&](std::size_t c) { rows.add(c, part(c)); });
  *this = rows.build(part(communities));
}

}  // namespace kurultai
