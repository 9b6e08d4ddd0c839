// Members are drawn without replacement, each with a chance by weight: everyone draws an exponential waiting
// time divided by the weight, keyed by the own name, and the shortest win (Efraimidis and Spirakis 2006). So
// a newcomer takes at most one place and changes nothing else. Limits: no one weighs memberships against each
// other; mobile groups and the platform have no resident members. A community without a resident LSG body has one
// that sleeps: no members, no activity, until a policy founds it (the graph is built once).
#include "society/synthesis_institutions.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "base/elementary.h"
#include "society/sampling.h"
#include "society/traits.h"

namespace kurultai {

namespace {

constexpr std::uint32_t staff_item = 0x4000;

/// Luck of a community with institutions of one kind: how many, and how large the n-th is.
std::uint32_t item_of(InstitutionKind kind, std::uint32_t nth) {
  return (static_cast<std::uint32_t>(kind) << 10) + nth;
}

/// How many institutions of `kind` a community has.
std::uint32_t count(const SocietySettings& settings, InstitutionKind kind, const Community& community, double u) {
  const auto some = [u](double share) { return round_randomly(share, u); };
  switch (kind) {
    case InstitutionKind::assembly: return 1;
    case InstitutionKind::council: return some(settings.councils);
    case InstitutionKind::resident_body: return some(settings.resident_bodies);
    case InstitutionKind::oversight: return some(settings.oversight);
    case InstitutionKind::ngo: return std::min(1023U, some(settings.ngos * community.population / 10000.0));
    case InstitutionKind::cooperative: return some(settings.cooperatives);
    case InstitutionKind::media: return some(settings.media);
    default: return 0;
  }
}

void add(const SocietySettings& settings, Institutions& institutions, InstitutionKind kind, std::size_t community) {
  const std::size_t k = institutions.size();
  const auto of_kind = static_cast<std::size_t>(kind);
  institutions.resize(k + 1);
  institutions.kind[k] = static_cast<std::uint8_t>(kind);
  institutions.community[k] = static_cast<std::uint32_t>(community);
  institutions.credibility[k] = Share(settings.credibility[of_kind]);
  institutions.activity[k] = Share(settings.activity[of_kind]);
}

/// The adults of a community, and how they come to an institution.
struct Adults {
  Adults(const SocietySettings& settings, std::uint64_t seed, std::size_t c, const Society& society)
      : draws(seed, 0, Stream::institutions),
        key(society.key[c]),
        first(society.first[c]) {
    const GivenResidents& residents = society.residents;
    for (Vertex i = first; i < society.first[c + 1]; ++i) {
      if (!residents.adult(i)) continue;
      who.push_back(i);
      weight.push_back(exp_(-settings.member_duty * residents.duty[i]));
      traders += static_cast<Occupation>(residents.occupation[i]) <= Occupation::entrepreneur;
    }
  }

  /// Ties `wanted` adults to `to`: those with the shortest waiting times; tells how many. A patience of 0 means not
  /// eligible.
  template <class Patience>
  std::size_t join(
      double wanted, Vertex to, Layer layer, std::uint32_t item, std::vector<Edge>& edges, const Patience& patience) {
    waiting.clear();
    auto members = static_cast<std::size_t>(round_randomly(wanted, draws.uniform({key, 0xffffffffU}, 64 + item)));
    if (members == 0) return members;
    // Who waits longer than `members` others is out: by a bound of the logarithm first, which is most of them.
    double longest = std::numeric_limits<double>::infinity();
    const auto nth = [&] { return waiting.begin() + static_cast<std::ptrdiff_t>(members); };
    const auto hear = [&](std::uint32_t word, std::uint32_t ordinal, double slow) {
      const double u = Draws::to_uniform(word);
      if ((1.0 - u) * slow > longest) return;  // 1 - u < -log u
      waiting.emplace_back(-log_(u) * slow, first + ordinal);
      if (waiting.size() < 4 * members + 64) return;
      std::nth_element(waiting.begin(), nth() - 1, waiting.end());
      longest = waiting[members - 1].first;
      waiting.erase(nth(), waiting.end());
    };
    Draws::Ordinals ordinals{};
    Draws::Words words{};
    std::array<double, Draws::many> slow{};
    std::size_t together = 0;
    const auto draw = [&] {
      draws.words(key, ordinals, together, item, words);
      for (std::size_t k = 0; k < together; ++k) hear(words[0][k], ordinals[k], slow[k]);
      together = 0;
    };
    for (std::size_t k = 0; k < who.size(); ++k) {
      ordinals[together] = who[k] - first;
      slow[together] = patience(k);
      together += slow[together] > 0 ? 1 : 0;
      if (together == Draws::many) draw();
    }
    draw();
    members = std::min(members, waiting.size());
    if (members < waiting.size()) std::nth_element(waiting.begin(), nth(), waiting.end());
    for (std::size_t k = 0; k < members; ++k) edges.push_back({waiting[k].second, to, layer});
    return members;
  }

  Draws draws;
  std::uint64_t key;  ///< of the community
  Vertex first;       ///< its first resident
  std::vector<Vertex> who;
  std::vector<double> weight;  ///< of each as a member
  double traders = 0;          ///< farmers and entrepreneurs
  std::vector<std::pair<double, Vertex>> waiting = {};
};

/// The institutions of community c: [first, second). Those of communities stand in the order of communities; those of
/// regions and nation come after.
std::pair<std::size_t, std::size_t> institutions_of(const Institutions& institutions, std::size_t c) {
  const std::span<const std::uint32_t> where = institutions.community.values();
  std::size_t local = where.size();
  while (local > 0 && institutions.kind[local - 1] >= static_cast<std::uint8_t>(InstitutionKind::mobile_group)) --local;
  const auto [begin, end] = std::equal_range(
      where.begin(), where.begin() + static_cast<std::ptrdiff_t>(local), static_cast<std::uint32_t>(c));
  return {static_cast<std::size_t>(begin - where.begin()), static_cast<std::size_t>(end - where.begin())};
}

/// How many members an institution of `kind` should have; one that sleeps is not `active`.
double members_wanted(const SocietySettings& settings, InstitutionKind kind, bool active, const Community& community,
    double scale, const Adults& adults) {
  const double people = static_cast<double>(adults.who.size());
  switch (kind) {
    case InstitutionKind::assembly: return assembly_size(community.population) * scale;
    case InstitutionKind::council: return settings.council_members * scale;
    case InstitutionKind::resident_body: return active ? settings.resident_body_share * people : 0.0;
    case InstitutionKind::oversight: return settings.oversight_members * scale;
    case InstitutionKind::ngo: return settings.ngo_members * scale;
    case InstitutionKind::cooperative: return settings.cooperative_share * adults.traders;
    case InstitutionKind::media: return settings.media_share * people;
    default: return 0;
  }
}

}  // namespace

int assembly_size(double population) {
  const auto between = [population](double from, double to, int low, int high) {
    const double share = std::clamp((population - from) / (to - from), 0.0, 1.0);
    return low + static_cast<int>(share * (high - low) + 0.5);
  };
  if (population <= 10000) return between(0, 10000, 5, 10);
  if (population <= 15000) return between(10000, 15000, 11, 15);
  if (population <= 20000) return between(15000, 20000, 16, 20);
  return between(20000, 50000, 21, 25);
}

void found_institutions(const SocietySettings& settings, std::uint64_t seed, Society& society) {
  const Draws draws(seed, 0, Stream::institutions);
  const Country& country = society.country;
  Institutions& institutions = society.institutions;
  institutions.resize(0);
  for (std::size_t c = 0; c < society.communities(); ++c)
    for (auto kind = InstitutionKind::assembly; kind <= InstitutionKind::media;
        kind = static_cast<InstitutionKind>(static_cast<int>(kind) + 1)) {
      // The community's luck stands under a name that no resident has.
      const double u = draws.uniform({society.key[c], 0xffffffffU}, static_cast<std::uint32_t>(kind));
      const std::uint32_t founded = count(settings, kind, country.communities[c], u);
      for (std::uint32_t n = founded; n > 0; --n) add(settings, institutions, kind, c);
      if (kind == InstitutionKind::resident_body && founded == 0) {
        add(settings, institutions, kind, c);
        institutions.activity[institutions.size() - 1] = Share(0.0);
      }
    }
  for (std::size_t r = 0, c = 0; r < country.regions.size(); ++r) {
    while (c < society.communities() && country.communities[c].region < r) ++c;
    if (c < society.communities() && country.communities[c].region == r)
      for (std::int64_t n = 0; n < settings.mobile_groups; ++n)
        add(settings, institutions, InstitutionKind::mobile_group, c);
  }
  if (society.communities() > 0) add(settings, institutions, InstitutionKind::digital_platform, 0);
}

void join_institutions(
    const SocietySettings& settings, std::uint64_t seed, std::size_t c, Society& society, std::vector<Edge>& edges) {
  const Community& community = society.country.communities[c];
  const GivenResidents& residents = society.residents;
  Institutions& institutions = society.institutions;
  Adults adults(settings, seed, c, society);
  const auto [from, to] = institutions_of(institutions, c);
  std::uint32_t nth = 0;
  for (std::size_t k = from; k < to; ++k) {
    const auto kind = static_cast<InstitutionKind>(institutions.kind[k]);
    nth = k > from && institutions.kind[k - 1] == institutions.kind[k] ? nth + 1 : 0;
    const bool active = institutions.activity[k] > 0;
    const double wanted = members_wanted(settings, kind, active, community, society.scale, adults);
    const Vertex vertex = society.institution(k);
    const std::size_t members =
        adults.join(wanted, vertex, Layer::membership, item_of(kind, nth), edges, [&](std::size_t a) {
          if (kind == InstitutionKind::media) return 1.0;
          if (kind == InstitutionKind::cooperative &&
              residents.occupation[adults.who[a]] > static_cast<std::uint8_t>(Occupation::entrepreneur))
            return 0.0;
          return adults.weight[a];
        });
    institutions.members[k] = static_cast<std::uint32_t>(members);
    institutions.capacity[k] =
        static_cast<float>(settings.outreach[static_cast<std::size_t>(kind)] * static_cast<double>(members));
    edges.push_back({vertex, society.akimat(c), Layer::partner});
  }
  // Staff: public servants first; others only where there are none.
  adults.join(settings.staff * community.population / 1000.0 * society.scale, society.akimat(c), Layer::office,
      staff_item, edges, [&](std::size_t a) {
        const auto occupation = static_cast<Occupation>(residents.occupation[adults.who[a]]);
        if (occupation == Occupation::public_servant) return 1.0;
        return occupation == Occupation::employee ? 1e6 : 0.0;
      });
}

}  // namespace kurultai
