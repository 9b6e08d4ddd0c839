// hearing: what an akimat can know of its residents' wishes (MODEL 6; D2, T3).
//
// Every fourth week, communities in turn: adults, the mix of their wishes, and of those who took part within the
// last year, or for whom an active resident LSG body speaks (R5), their share s and the mix of theirs. The same for the
// areas of districts and regions, as sums over their communities. Knowledge itself, k = s / (s + s_0), is spending's.
#include "base/parallel.h"
#include "mechanism/list.h"
#include "mechanism/membership.h"

namespace kurultai {
namespace {

class Hearing final : public Mechanism {
 public:
  Hearing()
      : Mechanism({.name = "hearing",
            .meaning = "who took part in the last year or is spoken for, and what they wish",
            .source = "MODEL 6; D2, T3",
            .phase = Phase::response,
            .reads = {"wish", "last_act", "age", "member_of", "lapsed", "joined", "activity", "kind"},
            .writes = {"adults", "wishes", "heard", "took_part", "area_wishes", "area_heard", "area_took_part"}}) {}

  void prepare(World& world) override {
    tally_.prepare(world.society.communities(), world.blocks);
    Exposure unused;
    for (const Block& block : world.blocks) residents(world, block, unused);
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      count(world, c);
      for (std::size_t g = 0; g < good_count; ++g) world.akimats.heard(c, g) = world.akimats.wishes(c, g);
    }
    areas(world, world.districts, &Community::district);
    areas(world, world.regions, &Community::region);
  }

  [[nodiscard]] bool wanted(const World& world, std::size_t community) const override {
    return world.due(community, 4);
  }

  void residents(World& world, const Block& block, Exposure& /*exposure*/) override {
    const Residents& r = world.residents();
    tally_.clear_block(block.index);
    const std::span<std::int64_t> sum = tally_.block(block.index);
    for (Vertex i = block.first; i < block.last; ++i) {
      if (!r.adult(i)) continue;
      ++sum[r.wish[i]];
      if (took_part_lately(world, i) || spoken_for(world, block.community, i)) ++sum[good_count + r.wish[i]];
    }
  }

  void end(World& world) override {
    for (std::size_t c = 0; c < world.society.communities(); ++c)
      if (wanted(world, c)) count(world, c);
    if (world.tick() % 4 != 3) return;  // each community once since the last time
    areas(world, world.districts, &Community::district);
    areas(world, world.regions, &Community::region);
  }

 private:
  /// Sums over the communities of each area; where nobody took part, all are heard.
  static void areas(const World& world, Authorities& table, std::uint32_t Community::* area) {
    const Akimats& a = world.akimats;
    const std::size_t n = table.size();
    std::vector<double> adults(n, 0.0);
    std::vector<double> actors(n, 0.0);
    std::vector<double> heard(n * good_count, 0.0);
    table.wishes.fill(0.0);
    for (std::size_t c = 0; c < world.society.communities(); ++c) {
      const std::size_t at = world.society.country.communities[c].*area;
      const double here = a.adults[c] * a.took_part[c];
      adults[at] += a.adults[c];
      actors[at] += here;
      for (std::size_t g = 0; g < good_count; ++g) {
        table.wishes(at, g) += a.adults[c] * a.wishes(c, g);
        heard[at * good_count + g] += here * a.heard(c, g);
      }
    }
    for (std::size_t at = 0; at < n; ++at) {
      table.took_part[at] = adults[at] > 0 ? actors[at] / adults[at] : 0.0;
      for (std::size_t g = 0; g < good_count; ++g) {
        table.wishes(at, g) = adults[at] > 0 ? table.wishes(at, g) / adults[at] : 1.0 / good_count;
        table.heard(at, g) = actors[at] > 0 ? heard[at * good_count + g] / actors[at] : table.wishes(at, g);
      }
    }
  }

  void count(World& world, std::size_t c) {
    std::array<std::int64_t, 2 * good_count> sum{};
    tally_.community(c, sum);
    std::int64_t adults = 0;
    std::int64_t actors = 0;
    for (std::size_t g = 0; g < good_count; ++g) {
      adults += sum[g];
      actors += sum[good_count + g];
    }
    Akimats& a = world.akimats;
    a.adults[c] = static_cast<std::uint32_t>(adults);
    a.took_part[c] = adults == 0 ? 0.0 : static_cast<double>(actors) / static_cast<double>(adults);
    for (std::size_t g = 0; g < good_count; ++g) {
      a.wishes(c, g) = adults == 0 ? 1.0 / good_count : static_cast<double>(sum[g]) / static_cast<double>(adults);
      if (actors > 0) a.heard(c, g) = static_cast<double>(sum[good_count + g]) / static_cast<double>(actors);
    }
  }

  Tally tally_{2 * good_count};  ///< blocks of a community are cleared and read in one week: no state
};

}  // namespace

std::unique_ptr<Mechanism> make_hearing() { return std::make_unique<Hearing>(); }

}  // namespace kurultai
