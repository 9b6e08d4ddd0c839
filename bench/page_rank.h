// The yardstick: a plain textbook iteration of PageRank. A machine's speed drifts; the ratio of two programs that run
// in turns on it stays.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <ranges>
#include <span>
#include <vector>

#include "base/parallel.h"
#include "society/ties.h"

namespace kurultai {

/// The ties between residents where they stand in the society.
class PeersOf {
 public:
  explicit PeersOf(const Ties& ties) : ties_(&ties) {}
  [[nodiscard]] std::size_t size() const { return ties_->residents(); }
  [[nodiscard]] auto row(std::size_t i) const {
    return ties_->peers(static_cast<Vertex>(i)) | std::views::transform([](Tie tie) { return tie.to(); });
  }

 private:
  const Ties* ties_;
};

/// Memory in pages of 2 MB, where the system has them.
template <class T> struct HugePages {
  using value_type = T;
  HugePages() = default;
  template <class U> HugePages(const HugePages<U>&) {}  // NOLINT: one is as good as another
  static constexpr std::size_t page = std::size_t{1} << 21;
  T* allocate(std::size_t n) {
    const std::size_t bytes = (n * sizeof(T) + page - 1) / page * page;
    void* memory = std::aligned_alloc(page, bytes);
    if (memory == nullptr) throw std::bad_alloc();
    madvise(memory, bytes, MADV_HUGEPAGE);  // advice: without it all is the same, slower
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) { std::free(memory); }
  friend bool operator==(const HugePages&, const HugePages&) = default;
};

/// The same ties as compressed rows of nothing but 4-byte targets.
class Targets {
 public:
  explicit Targets(const PeersOf& peers) : begin_(peers.size() + 1) {
    for (std::size_t i = 0; i < peers.size(); ++i) begin_[i + 1] = begin_[i] + peers.row(i).size();
    to_.resize(begin_.back());
    for (std::size_t i = 0; i < peers.size(); ++i) std::ranges::copy(peers.row(i), to_.data() + begin_[i]);
  }
  [[nodiscard]] std::size_t size() const { return begin_.size() - 1; }
  [[nodiscard]] std::span<const Vertex> row(std::size_t i) const {
    return {to_.data() + begin_[i], static_cast<std::size_t>(begin_[i + 1] - begin_[i])};
  }
  [[nodiscard]] std::span<const Vertex> all() const { return to_; }

 private:
  std::vector<std::uint64_t, HugePages<std::uint64_t>> begin_;
  std::vector<Vertex, HugePages<Vertex>> to_;
};

/// PageRank by pull, 4-byte values.
template <class Graph, class Values = std::vector<float>> class PageRank {
 public:
  /// `graph` must outlive it.
  explicit PageRank(const Graph& graph)
      : graph_(graph),
        rank_(graph.size(), 1.0F / static_cast<float>(graph.size())),
        given_(graph.size()) {}

  void iterate() {
    const std::size_t n = rank_.size();
    parallel_chunks(n, 4096, [&](std::size_t from, std::size_t to) {
      for (std::size_t i = from; i < to; ++i)
        given_[i] = rank_[i] / static_cast<float>(std::max<std::size_t>(graph_.row(i).size(), 1));
    });
    parallel_chunks(n, 4096, [&](std::size_t from, std::size_t to) {
      for (std::size_t i = from; i < to; ++i) {
        float sum = 0;
        for (const Vertex neighbour : graph_.row(i)) sum += given_[neighbour];
        rank_[i] = 0.15F / static_cast<float>(n) + 0.85F * sum;
      }
    });
  }

  /// Whether an iteration pulls what an iteration that pushes would bring.
  [[nodiscard]] bool pulls_what_others_push() {
    const auto n = static_cast<double>(rank_.size());
    std::vector<double> pushed(rank_.size(), 0.15 / n);
    for (std::size_t i = 0; i < rank_.size(); ++i)
      for (const Vertex neighbour : graph_.row(i))
        pushed[neighbour] += 0.85 * static_cast<double>(rank_[i]) / static_cast<double>(graph_.row(i).size());
    iterate();
    for (std::size_t i = 0; i < rank_.size(); ++i)
      if (std::abs(static_cast<double>(rank_[i]) - pushed[i]) > 1e-4 * pushed[i]) return false;
    return true;
  }

 private:
  const Graph& graph_;
  Values rank_;
  Values given_;
};

}  // namespace kurultai
