// The society: everything that exists, at one moment. Environment in the sense of T2.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "society/institutions.h"
#include "society/places.h"
#include "society/residents.h"
#include "society/ties.h"

namespace kurultai {

struct Society {
  Country country;
  double scale = 1;                ///< residents per inhabitant
  std::vector<Vertex> first;       ///< first resident of each community; last: number of residents
  std::vector<std::uint64_t> key;  ///< stable key of each community (hash of its code)
  GivenResidents residents;
  Institutions institutions;
  Ties ties;

  [[nodiscard]] std::size_t communities() const { return country.communities.size(); }
  [[nodiscard]] Vertex akimat(std::size_t community) const { return static_cast<Vertex>(residents.size() + community); }
  [[nodiscard]] Vertex district_akimat(std::size_t district) const {
    return static_cast<Vertex>(residents.size() + communities() + district);
  }
  [[nodiscard]] Vertex region_akimat(std::size_t region) const {
    return static_cast<Vertex>(residents.size() + communities() + country.districts.size() + region);
  }
  [[nodiscard]] Vertex institution(std::size_t k) const {
    return static_cast<Vertex>(
        residents.size() + communities() + country.districts.size() + country.regions.size() + k);
  }
  /// Index of the institution at vertex v, or a number >= institutions.size() if v is an akimat.
  [[nodiscard]] std::size_t institution_of(Vertex v) const { return static_cast<std::size_t>(v) - institution(0); }
  [[nodiscard]] std::size_t vertices() const { return institution(institutions.size()); }
  [[nodiscard]] Name name(std::size_t community, Vertex i) const { return {key[community], i - first[community]}; }
};

}  // namespace kurultai
