// Sizes: 1 + Poisson, then single places are added or taken at random until they hold everyone.
// People: as many ages as residents are read off the pyramid at equal steps. Men and women of 20 and over who
// live as couples are paired by rank of age; couples and single heads take the households, those of middle
// age the larger ones; everyone else is a dependant who wishes for a head a generation away (children and the
// young an older one, elders a younger one), and dependants and free places are matched by rank. Limits: no
// more than two generations are planned, only met by chance; no households of strangers.
#include "society/synthesis_households.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "society/sampling.h"

namespace kurultai {

namespace {

constexpr std::size_t largest_household = 20;
constexpr int couple_age = 20;
constexpr double generation = 27;  // years between parent and child
constexpr double jitter = 4;       // years, SD

struct Person {
  std::uint8_t age = 0;
  Sex sex = Sex::male;
};

/// One or two people who run a household.
struct Unit {
  std::uint32_t head = 0;
  std::uint32_t partner = 0;  ///< the head again if single
  double score = 0;           ///< claim to a large household
  [[nodiscard]] bool couple() const { return partner != head; }
};

/// A place or a person with a number to be ranked by; the index makes the order total.
struct Ranked {
  double by = 0;
  std::uint32_t index = 0;
  friend bool operator<(const Ranked& a, const Ranked& b) { return a.by != b.by ? a.by < b.by : a.index < b.index; }
};

/// Sorts what is spread over [low, high): into parts of like width first, each of which is sorted in the cache.
void sort_spread(std::vector<Ranked>& list, double low, double high) {
  constexpr std::size_t a_part = 8;
  const std::size_t parts = list.size() / a_part + 1;
  const double scale = static_cast<double>(parts) / (high - low);
  const auto part_of = [&](const Ranked& one) {
    return static_cast<std::size_t>(std::clamp((one.by - low) * scale, 0.0, static_cast<double>(parts - 1)));
  };
  std::vector<std::uint32_t> begin(parts + 1, 0);
  for (const Ranked& one : list) ++begin[part_of(one) + 1];
  for (std::size_t k = 0; k < parts; ++k) begin[k + 1] += begin[k];
  std::vector<Ranked> sorted(list.size());
  for (const Ranked& one : list) sorted[begin[part_of(one)]++] = one;
  // Now begin[k] is where part k ends. Nobody is far from the own place.
  std::uint32_t from = 0;
  for (std::size_t k = 0; k < parts; from = begin[k++]) std::sort(sorted.begin() + from, sorted.begin() + begin[k]);
  list = std::move(sorted);
}

double normal(Engine& engine) { return normal_quantile(engine.uniform()); }

/// As many households of each size as their shares of the residents ask for; who is left lives alone.
std::vector<std::uint8_t> given_sizes(std::size_t people, const std::vector<double>& shares, Engine& engine) {
  std::vector<std::uint8_t> sizes;
  double sum = 0;
  for (const double share : shares) sum += share;
  std::size_t left = people;
  for (std::size_t size = shares.size(); size > 1; --size) {
    const double households = shares[size - 1] / sum * static_cast<double>(people) / static_cast<double>(size);
    for (std::uint32_t n = round_randomly(households, engine.uniform()); n > 0 && left >= size; --n, left -= size)
      sizes.push_back(static_cast<std::uint8_t>(size));
  }
  sizes.insert(sizes.end(), left, std::uint8_t{1});
  for (std::size_t k = sizes.size(); k > 1; --k)  // in any order, so that no size keeps to one end of the street
    std::swap(sizes[k - 1], sizes[engine.below(static_cast<std::uint32_t>(k))]);
  return sizes;
}

std::vector<std::uint8_t> household_sizes(std::size_t people, double mean, Engine& engine) {
  const std::size_t least = (people + largest_household - 1) / largest_household;
  const std::size_t wanted = round_randomly(static_cast<double>(people) / mean, engine.uniform());
  std::vector<std::uint8_t> sizes(std::clamp(wanted, least, people));
  std::size_t places = 0;
  const Poisson others(mean - 1);
  for (std::uint8_t& size : sizes) {
    size = static_cast<std::uint8_t>(std::min<std::size_t>(1 + others(engine.uniform()), largest_household));
    places += size;
  }
  const auto any = [&]() -> std::uint8_t& { return sizes[engine.below(static_cast<std::uint32_t>(sizes.size()))]; };
  while (places > people)
    if (std::uint8_t& size = any(); size > 1) --size, --places;
  while (places < people)
    if (std::uint8_t& size = any(); size < largest_household) ++size, ++places;
  return sizes;
}

/// People by age, youngest first.
std::vector<Person> draw_people(std::size_t people, const Pyramid& pyramid, Engine& engine) {
  std::vector<Person> list(people);
  const double offset = engine.uniform();
  for (std::size_t k = 0; k < people; ++k) {
    list[k].age =
        static_cast<std::uint8_t>(pyramid.age((static_cast<double>(k) + offset) / static_cast<double>(people)));
    list[k].sex = engine.uniform() < pyramid.women(list[k].age) ? Sex::female : Sex::male;
  }
  return list;
}

/// Claim of a head to a large household: highest for those with children at home.
double claim(int age) {
  if (age < 26) return 0.3;
  if (age <= 46) return 1.0;
  if (age <= 58) return 0.6;
  return 0.0;
}

/// Couples, by rank of age, of the people from number `from` on, at most `most`; who stays without a partner goes to
/// `single`. `share` of those of 25 and over live as couples.
void pair_up(const std::vector<Person>& person, std::size_t from, double share, std::size_t most, Engine& engine,
    std::vector<Unit>& units, std::vector<std::uint32_t>& single) {
  std::vector<std::uint32_t> men;
  std::vector<std::uint32_t> women;
  for (std::size_t k = from; k < person.size(); ++k) {
    const int age = person[k].age;
    const double chance = age < couple_age ? 0.0 : (age < 25 ? 0.5 : 1.0) * share;
    const bool woman = person[k].sex == Sex::female;
    const bool paired = engine.uniform() < chance;
    (paired ? (woman ? women : men) : single).push_back(static_cast<std::uint32_t>(k));
  }
  const std::size_t couples = std::min({men.size(), women.size(), most});
  // Of too many couples, those spread over all ages stay.
  const std::size_t pairs = std::min(men.size(), women.size());
  for (std::size_t k = 0, kept = 0; k < pairs; ++k) {
    if ((k + 1) * couples / pairs > kept) {
      ++kept;
      units.push_back({.head = men[k], .partner = women[k]});
    } else {
      single.push_back(men[k]);
      single.push_back(women[k]);
    }
  }
  for (std::size_t k = pairs; k < men.size(); ++k) single.push_back(men[k]);
  for (std::size_t k = pairs; k < women.size(); ++k) single.push_back(women[k]);
}

/// Single heads, until there are `households` units: rather the older ones of `single`.
void add_single_heads(const std::vector<Person>& person, const std::vector<std::uint32_t>& single,
    std::size_t households, Engine& engine, std::vector<Unit>& units) {
  std::vector<Ranked> wish_to_head;
  wish_to_head.reserve(single.size());
  for (const std::uint32_t k : single) {
    const int age = person[k].age;
    wish_to_head.push_back({(age < 25 ? 2.0 : (age < 35 ? 0.7 : 0.0)) + engine.uniform(), k});
  }
  sort_spread(wish_to_head, 0.0, 3.0);
  std::size_t next_single = 0;
  while (units.size() < households) {
    const std::uint32_t k = wish_to_head[next_single++].index;
    units.push_back({.head = k, .partner = k});
  }
}

/// Units to households: those of one member (`alone` of them) to single heads, the others by claim and size. Sorts
/// `units`, whose first `couples` are the couples, such that unit u runs household result[u].
std::vector<std::uint32_t> give_households(const std::vector<Person>& person, const std::vector<std::uint8_t>& sizes,
    std::size_t alone, std::size_t couples, Engine& engine, std::vector<Unit>& units) {
  for (Unit& unit : units)
    unit.score = claim(person[unit.head].age) + (unit.couple() ? 0.5 : 0.0) + 0.5 * normal(engine);
  std::vector<std::uint32_t> by_size(sizes.size());
  for (std::uint32_t h = 0; h < by_size.size(); ++h) by_size[h] = h;
  std::stable_sort(
      by_size.begin(), by_size.end(), [&](std::uint32_t a, std::uint32_t b) { return sizes[a] < sizes[b]; });
  const auto lower = [](const Unit& a, const Unit& b) {
    return a.score != b.score ? a.score < b.score : a.head < b.head;
  };
  std::sort(units.begin() + static_cast<std::ptrdiff_t>(couples), units.end(), lower);  // the singles
  std::rotate(units.begin(), units.begin() + static_cast<std::ptrdiff_t>(couples), units.end());
  std::sort(units.begin() + static_cast<std::ptrdiff_t>(alone), units.end(), lower);
  return by_size;
}

/// Free places, each by its household's number, by age of the head. Unit unit_of[h] runs household h.
std::vector<std::uint32_t> free_places(const std::vector<Person>& person, const std::vector<std::uint8_t>& sizes,
    const std::vector<Unit>& units, const std::vector<std::uint32_t>& unit_of) {
  std::array<std::size_t, 257> begin{};  // by age
  const auto of_each = [&](const auto& work) {
    for (std::uint32_t h = 0; h < sizes.size(); ++h) {
      const Unit& unit = units[unit_of[h]];
      work(h, person[unit.partner].age, sizes[h] - (unit.couple() ? 2U : 1U));
    }
  };
  of_each([&](std::uint32_t, std::uint8_t age, std::size_t free) { begin[age + 1U] += free; });
  for (std::size_t age = 1; age < begin.size(); ++age) begin[age] += begin[age - 1];
  std::vector<std::uint32_t> places(begin.back());
  of_each([&](std::uint32_t h, std::uint8_t age, std::size_t free) {
    std::fill_n(places.begin() + static_cast<std::ptrdiff_t>(begin[age]), free, h);
    begin[age] += free;
  });
  return places;
}

/// Dependants, by the age of the head they wish for.
std::vector<Ranked> dependants_of(const std::vector<Person>& person, const std::vector<Unit>& units, Engine& engine) {
  std::vector<Ranked> dependants;
  std::vector<std::uint8_t> leads(person.size(), 0);
  for (const Unit& unit : units) leads[unit.head] = leads[unit.partner] = 1;
  for (std::uint32_t k = 0; k < person.size(); ++k)
    if (!leads[k]) {
      const double age = person[k].age;
      dependants.push_back({(age < 45 ? age + generation : age - generation) + jitter * normal(engine), k});
    }
  sort_spread(dependants, -2 * generation, 100.0);
  return dependants;
}

}  // namespace

void settle_households(const SocietySettings& settings, const Pyramid& pyramid, double mean, std::uint64_t seed,
    std::uint64_t community, GivenResidents& residents, Vertex first, Vertex last) {
  const std::size_t people = last - first;
  if (people == 0) return;
  Engine engine(Draws(seed, 0, Stream::households), {community, 0});
  const std::vector<double>& shares = settings.household_sizes.value();
  const bool given = std::any_of(shares.begin(), shares.end(), [](double share) { return share > 0; });
  std::vector<std::uint8_t> sizes = given ? given_sizes(people, shares, engine) : household_sizes(people, mean, engine);
  const std::vector<Person> person = draw_people(people, pyramid, engine);
  const std::size_t households = sizes.size();
  const std::size_t alone = static_cast<std::size_t>(std::count(sizes.begin(), sizes.end(), std::uint8_t{1}));

  // Heads: the adults, or where there are too few the oldest.
  std::size_t minors = 0;
  while (minors < people && person[minors].age < adult_age) ++minors;
  const std::size_t candidates = std::max(people - minors, households);
  const std::size_t from = people - candidates;

  std::vector<Unit> units;
  units.reserve(households);
  std::vector<std::uint32_t> single;
  const std::size_t most_couples = std::min(households - alone, candidates - households);
  pair_up(person, from, settings.couples, most_couples, engine, units, single);
  const std::size_t couples = units.size();
  add_single_heads(person, single, households, engine, units);
  const std::vector<std::uint32_t> by_size = give_households(person, sizes, alone, couples, engine, units);
  std::vector<std::uint32_t> unit_of(households);
  for (std::uint32_t u = 0; u < households; ++u) unit_of[by_size[u]] = u;
  const std::vector<std::uint32_t> places = free_places(person, sizes, units, unit_of);
  const std::vector<Ranked> dependants = dependants_of(person, units, engine);

  std::vector<std::size_t> start(households + 1, 0);
  for (std::size_t h = 0; h < households; ++h) start[h + 1] = start[h] + sizes[h];
  std::vector<std::uint32_t> member(people);
  std::vector<std::size_t> filled(start.begin(), start.end() - 1);
  for (std::size_t h = 0; h < households; ++h) {
    const Unit& unit = units[unit_of[h]];
    member[filled[h]++] = unit.head;
    if (unit.couple()) member[filled[h]++] = unit.partner;
  }
  for (std::size_t k = 0; k < places.size(); ++k) member[filled[places[k]]++] = dependants[k].index;

  for (std::size_t h = 0; h < households; ++h) {
    const std::size_t lead = units[unit_of[h]].couple() ? 2 : 1;
    // Dependants eldest first; people are numbered by age.
    std::sort(member.begin() + static_cast<std::ptrdiff_t>(start[h] + lead),
        member.begin() + static_cast<std::ptrdiff_t>(start[h + 1]), std::greater<>());
    for (std::size_t k = start[h]; k < start[h + 1]; ++k) {
      const std::size_t i = first + k;
      residents.household_slot[i] = static_cast<std::uint8_t>(k - start[h]);
      residents.household_size[i] = sizes[h];
      residents.age[i] = person[member[k]].age;
      residents.sex[i] = static_cast<std::uint8_t>(person[member[k]].sex);
    }
  }
}

}  // namespace kurultai
