// Who knows whom: the ties between residents, layer by layer, one community at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "society/sampling.h"
#include "society/society.h"
#include "society/society_settings.h"

namespace kurultai {

/// Ties the residents of a society whose columns are filled. Each community's ties depend on its own draws;
/// those to residents elsewhere are drawn by the one who begins them.
class TieMaker {
 public:
  TieMaker(const SocietySettings& settings, std::uint64_t seed, const Society& society);

  /// Adds all ties that residents of community c begin to `edges`: those inside and those to other communities.
  void residents(std::size_t c, std::vector<Edge>& edges) const;

 private:
  struct Span {
    Vertex first = 0;
    Vertex last = 0;
  };
  struct Home;  // a community at work
  /// A resident who begins ties to other communities.
  struct Beginner {
    std::uint32_t ordinal = 0;
    std::uint32_t ties = 0;
  };

  void housemates(const Home& home, std::vector<Edge>& edges) const;
  void kin(const Home& home, std::vector<Edge>& edges) const;
  void neighbours(const Home& home, std::vector<Edge>& edges) const;
  void colleagues(const Home& home, std::vector<Edge>& edges) const;
  void friends_online(const Home& home, std::vector<Edge>& edges) const;
  void beyond(const Home& home, std::vector<Edge>& edges) const;
  [[nodiscard]] bool belongs(Layer layer, Vertex i) const;
  /// Adds one tie of each of `who` to somebody beyond the community, drawn by `item`.
  void reach_out(
      const Home& home, Layer layer, std::uint32_t item, std::span<const Beginner> who, std::vector<Edge>& edges) const;
  /// Asks the cache for what tells whether i belongs to `layer`.
  void ask_for(Layer layer, Vertex i) const;
  [[nodiscard]] Vertex candidate(Layer layer, const Community& home, const Draws::Words& words, std::size_t k) const;

  const SocietySettings& settings_;
  const Society& society_;
  std::uint64_t seed_;
  std::vector<Span> district_;
  std::vector<Span> region_;
  std::vector<Steps> afar_;   ///< by region: the region at the other end, by size and distance
  std::vector<Steps> level_;  ///< by layer: district, region or nation
  std::vector<Steps> begun_;  ///< by layer: ties that one resident begins
};

/// Akimats in a network of LSG bodies, about.
inline constexpr std::size_t network_size = 8;

/// Partners above the communities: akimats of community, district and region in a chain; mobile groups with
/// the akimat of their region, the digital platform with those of all regions. And peers: akimats of communities in
/// networks of about `network_size` within a region, across its districts (P10).
std::vector<Edge> partner_ties(const Society& society);

}  // namespace kurultai
