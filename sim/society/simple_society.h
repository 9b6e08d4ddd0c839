// Small societies and textbook graphs for tests, oracles and benchmarks: everyone an adult of 40, all alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "society/society.h"

namespace kurultai {

/// Communities "c0", "c1" ... of one district with that many residents each, who live alone and are tied by
/// `edges`. Scale 1, no institutions, dispositions neutral (exposure 1, access 1, platform 0, duty 0).
std::unique_ptr<Society> society_of(
    const std::vector<std::size_t>& residents_per_community, std::span<const Edge> edges);

/// Every pair of n residents is tied with the same chance, so that the mean degree is `mean_degree` (< n).
std::vector<Edge> erdos_renyi(std::size_t n, double mean_degree, std::uint64_t seed, Layer layer = Layer::neighbour);

/// Everyone has exactly `degree` ties (n x degree even, degree < n): random stubs, loops and doubles swapped
/// away.
std::vector<Edge> random_regular(std::size_t n, std::size_t degree, std::uint64_t seed, Layer layer = Layer::neighbour);

/// A ring of n where everyone is tied to the k/2 next on both sides (k even, k + 1 < n); each tie moves its
/// far end anywhere with chance p (Watts and Strogatz 1998).
std::vector<Edge> watts_strogatz(
    std::size_t n, std::size_t k, double p, std::uint64_t seed, Layer layer = Layer::neighbour);

/// Grows from m + 1 residents who all know each other; each newcomer takes m ties to others by their degree
/// (Barabasi and Albert 1999).
std::vector<Edge> barabasi_albert(std::size_t n, std::size_t m, std::uint64_t seed, Layer layer = Layer::neighbour);

/// Everyone with everyone.
std::vector<Edge> complete_graph(std::size_t n, Layer layer = Layer::neighbour);

}  // namespace kurultai
