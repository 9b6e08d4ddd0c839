// Who knows whom: the ties between residents, layer by layer, one community at a time.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "society/society.h"
#include "society/society_settings.h"

namespace kurultai {

/// Ties the residents of a society whose columns are filled. Each community's ties depend on its own draws;
/// those to residents elsewhere are drawn by the one who begins them.
class TieMaker {
 public:
  TieMaker(const SocietySettings& settings, std::uint64_t seed, const Society& society);

  /// All ties that residents of community c begin: those inside and those to other communities.
  [[nodiscard]] std::vector<Edge> residents(std::size_t c) const;

 private:
  struct Span {
    Vertex first = 0;
    Vertex last = 0;
  };
  struct Home;  // a community at work

  void housemates(const Home& home, std::vector<Edge>& edges) const;
  void kin(const Home& home, std::vector<Edge>& edges) const;
  void neighbours(const Home& home, std::vector<Edge>& edges) const;
  void colleagues(const Home& home, std::vector<Edge>& edges) const;
  void friends_online(const Home& home, std::vector<Edge>& edges) const;
  void beyond(const Home& home, std::vector<Edge>& edges) const;
  [[nodiscard]] bool belongs(Layer layer, Vertex i) const;
  [[nodiscard]] Vertex partner(Layer layer, std::size_t c, Name name, std::uint32_t item) const;

  const SocietySettings& settings_;
  const Society& society_;
  std::uint64_t seed_;
  std::vector<Span> district_;
  std::vector<Span> region_;
  std::vector<std::vector<double>> pull_;  ///< by region, of all regions: residents x distance decay
};

/// Akimats in a network of LSG bodies, about.
inline constexpr std::size_t network_size = 8;

/// Partners above the communities: akimats of community, district and region in a chain; mobile groups with
/// the akimat of their region, the digital platform with those of all regions. And peers: akimats of communities in
/// networks of about `network_size` within a region, across its districts (P10).
std::vector<Edge> partner_ties(const Society& society);

}  // namespace kurultai
