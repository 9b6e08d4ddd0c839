#include "society/ties.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "base/error.h"
#include "base/parallel.h"

namespace kurultai {

namespace {

constexpr std::size_t most_vertices = std::size_t{1} << 29;
constexpr std::uint32_t most_ties_inside = 65535;
constexpr std::size_t edges_a_piece = 1 << 16;
constexpr std::size_t rows_a_chunk = 1 << 13;

/// The lists of edges cut into pieces of like size, so that one long list keeps all threads busy too.
std::vector<std::span<const Edge>> pieces_of(std::span<const std::vector<Edge>> lists) {
  std::vector<std::span<const Edge>> pieces;
  for (const std::vector<Edge>& list : lists)
    for (std::size_t k = 0; k < list.size(); k += edges_a_piece)
      pieces.push_back(std::span(list).subspan(k, std::min(edges_a_piece, list.size() - k)));
  return pieces;
}

}  // namespace

// Count, place, sort. Threads place words into a row in any order; sorting the row afterwards makes the
// result independent of that order.
void Ties::build(std::span<const std::vector<Edge>> edges, std::span<const Vertex> first, std::size_t vertices) {
  if (vertices > most_vertices)
    throw input_error("society", fmt::format("{} vertices are too many for the social graph", vertices),
        fmt::format("a tie names its other end in 29 bits, so at most {} residents, akimats and "
                    "institutions fit",
            most_vertices),
        "lower run.scale or use a smaller network");
  ensure(!first.empty() && first.back() <= vertices, "Ties::build: first must end with the number of residents");
  const Vertex residents = first.back();
  const auto pieces = pieces_of(edges);
  place(pieces, vertices);
  const std::vector<std::uint32_t> length = sort_rows(first, vertices);

  for (std::size_t i = 0; i < residents; ++i)
    if (inside_[i] > most_ties_inside)
      throw input_error("society", fmt::format("resident {} has {} ties inside the community", i, inside_[i]),
          fmt::format("neighbours are counted in 16 bits, so at most {} fit", most_ties_inside),
          "split the hub, or make it an institution");

  close_gaps(length);
}

void Ties::place(std::span<const std::span<const Edge>> pieces, std::size_t vertices) {
  begin_.assign(vertices + 1, 0);
  parallel_for(pieces.size(), [&](std::size_t k) {
    for (const Edge& edge : pieces[k]) {
      ensure(edge.a < vertices && edge.b < vertices, "Ties::build: an edge ends at no vertex");
      if (edge.a == edge.b) continue;
      std::atomic_ref(begin_[edge.a]).fetch_add(1, std::memory_order_relaxed);
      std::atomic_ref(begin_[edge.b]).fetch_add(1, std::memory_order_relaxed);
    }
  });
  std::uint64_t sum = 0;
  for (std::uint64_t& begin : begin_) {
    const std::uint64_t length = begin;
    begin = sum;
    sum += length;
  }

  // While words are placed, begin_[v] moves from the start of row v to its end.
  ties_.resize(sum);
  parallel_for(pieces.size(), [&](std::size_t k) {
    for (const Edge& edge : pieces[k]) {
      if (edge.a == edge.b) continue;
      ties_[std::atomic_ref(begin_[edge.a]).fetch_add(1, std::memory_order_relaxed)] = Tie(edge.layer, edge.b);
      ties_[std::atomic_ref(begin_[edge.b]).fetch_add(1, std::memory_order_relaxed)] = Tie(edge.layer, edge.a);
    }
  });
}

std::vector<std::uint32_t> Ties::sort_rows(std::span<const Vertex> first, std::size_t vertices) {
  const Vertex residents = first.back();
  inside_.assign(residents, 0);
  peers_.assign(residents, 0);
  std::vector<std::uint32_t> length(vertices, 0);
  parallel_chunks(vertices, rows_a_chunk, [&](std::size_t from, std::size_t to) {
    for (std::size_t v = from, community = 0; v < to; ++v) {
      Tie* const row = ties_.data() + (v == 0 ? 0 : begin_[v - 1]);
      Tie* end = ties_.data() + begin_[v];
      if (v >= residents) {
        std::sort(row, end);
        length[v] = static_cast<std::uint32_t>(std::unique(row, end) - row);
        continue;
      }
      if (v == from || v >= first[community + 1])
        community = static_cast<std::size_t>(std::upper_bound(first.begin(), first.end(), v) - first.begin()) - 1;
      const Vertex low = first[community];
      const Vertex high = first[community + 1];
      const auto part = [&](Tie tie) {
        return tie.to() >= residents ? 2 : (tie.to() < low || tie.to() >= high ? 1 : 0);
      };
      std::sort(row, end, [&](Tie a, Tie b) {
        const int pa = part(a);
        const int pb = part(b);
        return pa != pb ? pa < pb : a < b;
      });
      end = std::unique(row, end);
      length[v] = static_cast<std::uint32_t>(end - row);
      inside_[v] = static_cast<std::uint32_t>(std::find_if(row, end, [&](Tie tie) { return part(tie) > 0; }) - row);
      peers_[v] =
          static_cast<std::uint32_t>(std::find_if(row + inside_[v], end, [&](Tie tie) { return part(tie) > 1; }) - row);
    }
  });
  return length;
}

void Ties::close_gaps(std::span<const std::uint32_t> length) {
  const std::size_t vertices = length.size();
  std::uint64_t read = 0;
  std::uint64_t write = 0;
  for (std::size_t v = 0; v < vertices; ++v) {
    const std::uint64_t next = begin_[v];
    begin_[v] = write;
    if (read != write)
      std::copy_n(ties_.begin() + static_cast<std::ptrdiff_t>(read), length[v],
          ties_.begin() + static_cast<std::ptrdiff_t>(write));
    write += length[v];
    read = next;
  }
  begin_[vertices] = write;
  ties_.resize(write);
}

}  // namespace kurultai
