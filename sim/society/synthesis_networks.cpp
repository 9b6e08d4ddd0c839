// Household: everyone with everyone. Kin: households are shuffled into extended families; kin are housemates
// of other households of the family. Neighbour: residents lie on a ring street by street, heads of a street's
// households first, then second members and so on, rewired as Watts and Strogatz do (Boost's
// small_world_iterator). Work or school: those of one occupation, or of one age at school, are shuffled into
// small circles. Online: a power law (Boost's plod_iterator) over those with access. Beyond the community: a
// resident of the district or the region at large, or of a region drawn by size and distance. A draw from the
// district may fall into one's own community: hence people of a city, most of its district, keep more ties
// inside than those of an okrug, and everyone has the same degree. Limits: no assortment by wish or trust;
// colleagues are tied by occupation, not by employer; Boost's generators drop a few ties where they meet
// twice.
#include "society/synthesis_networks.h"

#include <algorithm>
#include <boost/graph/plod_generator.hpp>
#include <boost/graph/small_world_generator.hpp>
#include <cmath>

#include "base/elementary.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "society/graph.h"
#include "society/sampling.h"

namespace kurultai {

namespace {

using SmallWorld = boost::small_world_iterator<Engine, SocialGraph>;
using PowerLaw = boost::plod_iterator<Engine, SocialGraph>;

constexpr int online_friend_age = 14;
constexpr int last_class = 18;  // students of this age and over share circles
constexpr double km_per_degree = 111.2;
constexpr double pi = 3.14159265358979323846;
constexpr std::uint32_t tries = 8;

/// Shuffles by Fisher and Yates.
template <class T> void shuffle(std::vector<T>& list, Engine& engine) {
  for (std::size_t k = list.size(); k > 1; --k)
    std::swap(list[k - 1], list[engine.below(static_cast<std::uint32_t>(k))]);
}

const Numbers& reach(const SocietySettings& settings, Layer layer) {
  switch (layer) {
    case Layer::kin: return settings.reach_kin;
    case Layer::neighbour: return settings.reach_neighbour;
    case Layer::work: return settings.reach_work;
    default: return settings.reach_online;
  }
}

/// Mean degree that `layer` is to have (of those who belong to it), inside and outside together.
double mean_degree(const SocietySettings& settings, Layer layer) {
  switch (layer) {
    case Layer::kin: return settings.kin_degree;
    case Layer::neighbour: return 2.0 * static_cast<double>(settings.neighbour_sides);
    case Layer::work: return settings.work_degree;
    default: return settings.online_degree;
  }
}

/// Layers that lead beyond the community, as they stand in [society] outside.
constexpr std::array far_layers = {Layer::kin, Layer::neighbour, Layer::work, Layer::online};
constexpr std::size_t place_of(Layer layer) {
  return static_cast<std::size_t>(layer) - static_cast<std::size_t>(far_layers.front());
}

double share_outside(const SocietySettings& settings, Layer layer) { return settings.outside[place_of(layer)]; }

/// Mean of max(1, floor(b x^-alpha)) over x uniform in (0, 1), at most `most`: PLOD's degree for beta = b
/// n^alpha.
double plod_mean(double b, double alpha, std::size_t most) {
  double mean = 1;
  for (std::size_t d = 2; d <= most; ++d) mean += std::min(1.0, pow_(b / static_cast<double>(d), 1.0 / alpha));
  return mean;
}

/// The b that gives PLOD the mean degree wanted (> 1). Sums beyond a degree of 200 are left to the tail's
/// integral.
double plod_scale(double wanted, double alpha, std::size_t most) {
  const std::size_t counted = std::min<std::size_t>(most, 200);
  const double power = 1.0 / alpha;
  const auto tail = [&](double b) {
    if (most <= counted) return 0.0;
    const double from = static_cast<double>(counted) + 0.5;
    const double to = static_cast<double>(most) + 0.5;
    return pow_(b, power) * (pow_(from, 1 - power) - pow_(to, 1 - power)) / (power - 1);
  };
  double low = 0;
  double high = wanted + 1;
  for (int k = 0; k < 40; ++k) {
    const double b = 0.5 * (low + high);
    (plod_mean(b, alpha, counted) + tail(b) < wanted ? low : high) = b;
  }
  return 0.5 * (low + high);
}

}  // namespace

/// A community at work: where its residents are and the luck of its layers.
struct TieMaker::Home {
  std::size_t community;
  Vertex first;
  Vertex last;
  std::uint64_t key;
  std::vector<Vertex> households;  ///< first member of each, and `last`
  [[nodiscard]] std::size_t size() const { return last - first; }
};

TieMaker::TieMaker(const SocietySettings& settings, std::uint64_t seed, const Society& society)
    : settings_(settings),
      society_(society),
      seed_(seed) {
  const Country& country = society.country;
  district_.resize(country.districts.size());
  region_.resize(country.regions.size());
  std::vector<double> people(country.regions.size());
  std::vector<double> latitude(country.regions.size());
  std::vector<double> longitude(country.regions.size());
  for (std::size_t c = 0; c < society.communities(); ++c) {
    const Community& community = country.communities[c];
    ensure(community.region < region_.size() && community.district < district_.size(),
        "a community's region and district must exist");
    for (Span* span : {&district_[community.district], &region_[community.region]}) {
      if (span->last == 0) span->first = society.first[c];
      ensure(span->last == 0 || span->last == society.first[c], "communities must be sorted by region and district");
      span->last = society.first[c + 1];
    }
    const double n = society.first[c + 1] - society.first[c];
    people[community.region] += n;
    latitude[community.region] += n * community.latitude;
    longitude[community.region] += n * community.longitude;
  }
  for (std::size_t r = 0; r < region_.size(); ++r)
    if (people[r] > 0) latitude[r] /= people[r], longitude[r] /= people[r];
  for (std::size_t r = 0; r < region_.size(); ++r) {
    std::vector<double> pull;  // of all regions: residents x distance decay
    for (std::size_t s = 0; s < region_.size(); ++s) {
      const double north = (latitude[s] - latitude[r]) * km_per_degree;
      const double east =
          (longitude[s] - longitude[r]) * km_per_degree * cos_(0.5 * (latitude[s] + latitude[r]) * pi / 180.0);
      const double km = std::sqrt(north * north + east * east);
      pull.push_back(people[s] * pow_(1.0 + km / settings.distance, -settings.distance_power));
    }
    afar_.emplace_back([&](double u) { return pick(pull, u); });
  }
  for (const Layer layer : far_layers) {
    // A tie has two ends, so a resident begins half of the ties it is to have.
    begun_.emplace_back(Poisson(0.5 * mean_degree(settings, layer) * share_outside(settings, layer)));
    level_.emplace_back([&](double u) { return pick(reach(settings, layer).value(), u); });
  }
}

void TieMaker::residents(std::size_t c, std::vector<Edge>& edges) const {
  Home home{.community = c,
      .first = society_.first[c],
      .last = society_.first[c + 1],
      .key = society_.key[c],
      .households = {}};
  for (Vertex i = home.first; i < home.last; i += society_.residents.household_size[i]) home.households.push_back(i);
  home.households.push_back(home.last);
  for (const auto layer : {&TieMaker::housemates, &TieMaker::kin, &TieMaker::neighbours, &TieMaker::colleagues,
           &TieMaker::friends_online, &TieMaker::beyond}) {
    heed_interrupt();
    (this->*layer)(home, edges);
  }
}

void TieMaker::housemates(const Home& home, std::vector<Edge>& edges) const {
  for (std::size_t h = 0; h + 1 < home.households.size(); ++h)
    for (Vertex i = home.households[h]; i < home.households[h + 1]; ++i)
      for (Vertex j = i + 1; j < home.households[h + 1]; ++j) edges.push_back({i, j, Layer::household});
}

void TieMaker::kin(const Home& home, std::vector<Edge>& edges) const {
  const std::size_t households = home.households.size() - 1;
  if (households < 2) return;
  Engine engine(Draws(seed_, 0, Stream::kin), {home.key, 0});
  std::vector<std::uint32_t> order(households);
  for (std::uint32_t h = 0; h < households; ++h) order[h] = h;
  shuffle(order, engine);
  const Poisson begun(0.5 * settings_.kin_degree * (1 - share_outside(settings_, Layer::kin)));
  const auto family = std::min<std::size_t>(static_cast<std::size_t>(settings_.kin_households.value()), households);
  for (std::size_t from = 0; from < households;) {
    // What is left over joins the last whole family.
    const std::size_t to = households - from < 2 * family ? households : from + family;
    for (std::size_t h = from; h < to; ++h)
      for (Vertex i = home.households[order[h]]; i < home.households[order[h] + 1]; ++i)
        for (std::uint32_t k = begun(engine.uniform()); k > 0; --k) {
          const auto step = 1 + engine.below(static_cast<std::uint32_t>(to - from - 1));
          const std::uint32_t other = order[from + (h - from + step) % (to - from)];
          const Vertex first = home.households[other];
          edges.push_back({i, first + engine.below(home.households[other + 1] - first), Layer::kin});
        }
    from = to;
  }
}

void TieMaker::neighbours(const Home& home, std::vector<Edge>& edges) const {
  const double inside = 1 - share_outside(settings_, Layer::neighbour);
  const auto k = 2 * static_cast<std::size_t>(settings_.neighbour_sides.value());
  if (k == 0 || home.size() < 2) return;
  // The ring: street by street, member by member.
  std::vector<Vertex> ring;
  ring.reserve(home.size());
  const auto street = static_cast<std::size_t>(settings_.street.value());
  const std::size_t households = home.households.size() - 1;
  for (std::size_t from = 0; from < households; from += street) {
    const std::size_t to = std::min(households, from + street);
    const std::size_t all = ring.size() + (home.households[to] - home.households[from]);
    for (Vertex slot = 0; ring.size() < all; ++slot)
      for (std::size_t h = from; h < to; ++h)
        if (home.households[h] + slot < home.households[h + 1]) ring.push_back(home.households[h] + slot);
  }
  Engine engine(Draws(seed_, 0, Stream::neighbours), {home.key, 0});
  const auto& slot = society_.residents.household_slot;
  const auto add = [&](Vertex i, Vertex j) {
    if (i - slot[i] == j - slot[j]) return;  // housemates are tied already
    if (inside >= 1 || engine.uniform() < inside) edges.push_back({i, j, Layer::neighbour});
  };
  if (home.size() <= k + 2) {  // no room to rewire: all are neighbours
    for (std::size_t i = 0; i < home.size(); ++i)
      for (std::size_t j = i + 1; j < home.size(); ++j) add(ring[i], ring[j]);
    return;
  }
  Engine luck(Draws(seed_, 0, Stream::neighbours), {home.key, 1});
  for (SmallWorld pair(luck, ring.size(), k, settings_.rewiring), end; pair != end; ++pair)
    add(ring[pair->first], ring[pair->second]);
}

void TieMaker::colleagues(const Home& home, std::vector<Edge>& edges) const {
  const double degree = settings_.work_degree * (1 - share_outside(settings_, Layer::work));
  if (degree <= 0) return;
  // Who may meet: pupils by age, workers by occupation. Within a kind the order is luck.
  struct Member {
    std::uint64_t order;
    Vertex i;
  };
  Engine engine(Draws(seed_, 0, Stream::work), {home.key, 0});
  std::vector<Member> members;
  const GivenResidents& residents = society_.residents;
  for (Vertex i = home.first; i < home.last; ++i) {
    const std::uint32_t luck = engine();
    if (!belongs(Layer::work, i)) continue;
    const bool student = static_cast<Occupation>(residents.occupation[i]) == Occupation::student;
    const std::uint64_t kind =
        student ? 16U + std::min<unsigned>(residents.age[i], last_class) : residents.occupation[i];
    members.push_back({(kind << 32) | luck, i});
  }
  std::sort(members.begin(), members.end(),
      [](const Member& a, const Member& b) { return a.order != b.order ? a.order < b.order : a.i < b.i; });
  // Circles of g or g + 1 where everyone knows everyone: the share of people in the larger ones is the rest
  // of `degree`.
  const auto small = static_cast<std::uint32_t>(degree) + 1;
  const double rest = degree - static_cast<std::uint32_t>(degree);
  const double larger = rest * small / (small + 1 - rest);
  for (std::size_t from = 0; from < members.size();) {
    std::size_t to = std::min<std::size_t>(members.size(), from + small + (engine.uniform() < larger ? 1 : 0));
    if (members.size() - to == 1 && small > 1) to = members.size();
    for (std::size_t a = from; a < to; ++a)
      for (std::size_t b = a + 1; b < to; ++b) edges.push_back({members[a].i, members[b].i, Layer::work});
    from = to;
  }
}

void TieMaker::friends_online(const Home& home, std::vector<Edge>& edges) const {
  // PLOD gives everyone at least one tie; a lower mean is a mean of 1.25 among fewer.
  constexpr double least = 1.25;
  const double degree = settings_.online_degree * (1 - share_outside(settings_, Layer::online));
  if (degree <= 0) return;
  Engine engine(Draws(seed_, 0, Stream::online), {home.key, 0});
  std::vector<Vertex> members;
  for (Vertex i = home.first; i < home.last; ++i) {
    const double luck = engine.uniform();
    if (belongs(Layer::online, i) && luck * least < degree) members.push_back(i);
  }
  const std::size_t n = members.size();
  if (n < 2) return;
  const double wanted = std::max(least, degree);
  if (static_cast<double>(n - 1) <= wanted) {
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = a + 1; b < n; ++b) edges.push_back({members[a], members[b], Layer::online});
    return;
  }
  const double alpha = 1.0 / (settings_.power_exponent - 1.0);
  // Boost takes std::pow. A hair more than the exact factor keeps every product beta x^-alpha away from whole
  // numbers, so that the last bit of that function cannot change a degree.
  const double beta = plod_scale(wanted, alpha, n - 1) * pow_(static_cast<double>(n), alpha) * (1.0 + 1e-9);
  Engine luck(Draws(seed_, 0, Stream::online), {home.key, 1});
  for (PowerLaw pair(luck, n, alpha, beta), end; pair != end; ++pair)
    edges.push_back({members[pair->first], members[pair->second], Layer::online});
}

bool TieMaker::belongs(Layer layer, Vertex i) const {
  const GivenResidents& residents = society_.residents;
  switch (layer) {
    case Layer::work: {
      const auto occupation = static_cast<Occupation>(residents.occupation[i]);
      return occupation != Occupation::pensioner && occupation != Occupation::not_working;
    }
    case Layer::online: return residents.access[i] && residents.age[i] >= online_friend_age;
    default: return true;
  }
}

/// Where one of community c looks for somebody at the other end, by the luck of `words`[...][k].
Vertex TieMaker::candidate(Layer layer, const Community& home, const Draws::Words& words, std::size_t k) const {
  const std::size_t level = level_[place_of(layer)](words[0][k]);
  const Span span = level == 0   ? district_[home.district]
                    : level == 1 ? region_[home.region]
                                 : region_[afar_[home.region](words[1][k])];
  return span.first + Draws::to_below(words[2][k], span.last - span.first);
}

[[gnu::always_inline]] inline void TieMaker::ask_for(Layer layer, Vertex i) const {
  const GivenResidents& residents = society_.residents;
  if (layer == Layer::work) __builtin_prefetch(&residents.occupation[i]);
  if (layer != Layer::online) return;
  __builtin_prefetch(&residents.access[i]);
  __builtin_prefetch(&residents.age[i]);
}

// Residents draw many at once, and the cache is asked for all whom they find before any is looked at.
void TieMaker::reach_out(
    const Home& home, Layer layer, std::uint32_t item, std::span<const Beginner> who, std::vector<Edge>& edges) const {
  const Draws draws(seed_, 0, Stream::outside);
  const Community& community = society_.country.communities[home.community];
  Draws::Words words;
  std::array<Vertex, Draws::many> other{};
  for (; !who.empty(); who = who.subspan(std::min(Draws::many, who.size()))) {
    Draws::Ordinals ordinals{};
    std::size_t left = std::min(Draws::many, who.size());
    for (std::size_t k = 0; k < left; ++k) ordinals[k] = who[k].ordinal;
    for (std::uint32_t again = 0; left > 0 && again < tries; ++again) {
      draws.words(home.key, ordinals, left, item * tries + again, words);
      for (std::size_t k = 0; k < left; ++k) {
        other[k] = candidate(layer, community, words, k);
        ask_for(layer, other[k]);
      }
      std::size_t refused = 0;
      for (std::size_t k = 0; k < left; ++k)
        if (belongs(layer, other[k]))
          edges.push_back({home.first + ordinals[k], other[k], layer});
        else
          ordinals[refused++] = ordinals[k];
      left = refused;  // who finds nobody in all tries has a tie less
    }
  }
}

void TieMaker::beyond(const Home& home, std::vector<Edge>& edges) const {
  const Draws draws(seed_, 0, Stream::outside);
  std::array<std::vector<Beginner>, far_layers.size()> beginners;  // by layer
  Draws::Ordinals ordinals{};
  Draws::Words luck;
  for (Vertex from = home.first; from < home.last; from += Draws::many) {
    const std::size_t count = std::min<std::size_t>(Draws::many, home.last - from);
    for (std::uint32_t k = 0; k < count; ++k) ordinals[k] = from - home.first + k;
    draws.words(home.key, ordinals, count, 0, luck);
    for (std::size_t l = 0; l < far_layers.size(); ++l)
      for (std::uint32_t k = 0; k < count; ++k)
        if (const auto ties = static_cast<std::uint32_t>(begun_[l](luck[l][k]));
            ties > 0 && belongs(far_layers[l], from + k))
          beginners[l].push_back({ordinals[k], ties});
  }
  for (std::uint32_t l = 0; l < far_layers.size(); ++l)
    for (std::uint32_t nth = 0; !beginners[l].empty(); ++nth) {
      reach_out(home, far_layers[l], 1 + l * 128 + nth, beginners[l], edges);
      std::erase_if(beginners[l], [&](const Beginner& who) { return who.ties == nth + 1; });
    }
}

std::vector<Edge> partner_ties(const Society& society) {
  std::vector<Edge> edges;
  const Country& country = society.country;
  for (std::size_t c = 0; c < society.communities(); ++c)
    edges.push_back({society.akimat(c), society.district_akimat(country.communities[c].district), Layer::partner});
  // Networks of akimats: those of a region by the hash of their codes, which no district knows of, cut into equal
  // parts.
  std::vector<std::size_t> order;
  for (std::size_t from = 0; from < society.communities();) {
    const std::uint32_t region = country.communities[from].region;
    order.clear();
    for (; from < society.communities() && country.communities[from].region == region; ++from) order.push_back(from);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return society.key[a] != society.key[b] ? society.key[a] < society.key[b] : a < b;
    });
    const std::size_t networks = std::max<std::size_t>(1, (order.size() + network_size / 2) / network_size);
    for (std::size_t n = 0; n < networks; ++n)
      for (std::size_t a = order.size() * n / networks; a < order.size() * (n + 1) / networks; ++a)
        for (std::size_t b = a + 1; b < order.size() * (n + 1) / networks; ++b)
          edges.push_back({society.akimat(order[a]), society.akimat(order[b]), Layer::partner});
  }
  for (std::size_t d = 0; d < country.districts.size(); ++d)
    edges.push_back({society.district_akimat(d), society.region_akimat(country.districts[d].region), Layer::partner});
  for (std::size_t k = 0; k < society.institutions.size(); ++k) {
    const auto kind = static_cast<InstitutionKind>(society.institutions.kind[k]);
    const std::uint32_t home = country.communities[society.institutions.community[k]].region;
    for (std::size_t r = 0; r < country.regions.size(); ++r)
      if (kind == InstitutionKind::digital_platform || (kind == InstitutionKind::mobile_group && r == home))
        edges.push_back({society.institution(k), society.region_akimat(r), Layer::partner});
  }
  return edges;
}

}  // namespace kurultai
