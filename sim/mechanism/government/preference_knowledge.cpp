// hearing: what an akimat can know of its residents' wishes (MODEL 7.10; D2, T3).
//
// Every fourth week, communities in turn: adults, the mix of their wishes, and of those who took part within the
// last year, or for whom an active resident LSG body speaks (R5), their share s and the mix of theirs. The same for the
// areas of districts and regions, as sums over their communities. Knowledge itself, k = s / (s + s_0), is spending's.
#include "base/parallel.h"
#include "mechanism/kit/acts.h"
#include "mechanism/kit/census.h"
#include "mechanism/kit/membership.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

class PreferenceKnowledge final : public Mechanism {
 public:
  PreferenceKnowledge()
      : Mechanism({.name = "hearing",
            .meaning = "who took part in the last year or is spoken for, and what they wish",
            .source = "MODEL 7.10; D2, T3",
            .phase = Phase::response}) {}

  void prepare(const Week& week) override {
    tally_.prepare(week.communities(), week.blocks);
    Exposure unused;
    for (const Block& block : week.blocks) residents(week, Batch(block), unused);
    for (std::size_t c = 0; c < week.communities(); ++c) {
      count(c);
      for (std::size_t g = 0; g < good_count; ++g) heard_(c, g) = wishes_(c, g);
    }
    areas(week, Level::district);
    areas(week, Level::region);
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.due(community, weeks_a_month);
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    constexpr std::size_t heard = good_count;
    constexpr std::size_t child = 2 * good_count;
    const TookPart::Lately acted = took_part_lately_.lately(week);
    const auto people = Census(batch).by<2 * child>([&](Vertex i) {
      return wish_[i] + heard * (acted(i) || spoken_for_(week, batch.community, i)) + child * !is_adult(age_[i]);
    });
    const std::span<std::int64_t> sum = tally_.block(batch.block);
    for (std::size_t g = 0; g < good_count; ++g) {
      sum[g] = people[g] + people[heard + g];
      sum[heard + g] = people[heard + g];
    }
  }

  void end(const Week& week) override {
    for (std::size_t c = 0; c < week.communities(); ++c)
      if (wanted(week, c)) count(c);
    if (week.tick() % weeks_a_month != weeks_a_month - 1) return;  // each community once since the last time
    areas(week, Level::district);
    areas(week, Level::region);
  }

 private:
  Read<std::uint8_t> wish_{*this, &Residents::wish, at_start};
  Read<std::uint8_t> age_{*this, &Residents::age, at_start};
  TookPart took_part_lately_{*this, at_start};
  SpokenFor spoken_for_{*this, as_given};
  Write<std::uint32_t> adults_{*this, &Akimats::adults, at_start};
  Write<double> wishes_{*this, &Akimats::wishes, at_start};
  Write<double> heard_{*this, &Akimats::heard, at_start};
  Write<double> took_part_{*this, &Akimats::took_part, at_start};
  WriteAreas<double> area_wishes_{*this, &Authorities::wishes, at_start};
  WriteAreas<double> area_heard_{*this, &Authorities::heard, at_start};
  WriteAreas<double> area_took_part_{*this, &Authorities::took_part, at_start};

  /// Sums over the communities of each area; where nobody took part, all are heard.
  void areas(const Week& week, Level level) {
    const Write<double>& area_wishes = area_wishes_[level];
    const Write<double>& area_heard = area_heard_[level];
    const Write<double>& area_took_part = area_took_part_[level];
    const std::size_t n = area_took_part.size();
    std::vector<double>& adults = area_adults_;
    std::vector<double>& actors = area_actors_;
    std::vector<double>& heard = area_sum_;
    adults.assign(n, 0.0);
    actors.assign(n, 0.0);
    heard.assign(n * good_count, 0.0);
    area_wishes.fill(0.0);
    for (std::size_t c = 0; c < week.communities(); ++c) {
      const std::size_t at = area_of(week.place(c), level);
      const double here = adults_[c] * took_part_[c];
      adults[at] += adults_[c];
      actors[at] += here;
      for (std::size_t g = 0; g < good_count; ++g) {
        area_wishes(at, g) += adults_[c] * wishes_(c, g);
        heard[at * good_count + g] += here * heard_(c, g);
      }
    }
    for (std::size_t at = 0; at < n; ++at) {
      area_took_part[at] = adults[at] > 0 ? actors[at] / adults[at] : 0.0;
      for (std::size_t g = 0; g < good_count; ++g) {
        area_wishes(at, g) = adults[at] > 0 ? area_wishes(at, g) / adults[at] : 1.0 / good_count;
        area_heard(at, g) = actors[at] > 0 ? heard[at * good_count + g] / actors[at] : area_wishes(at, g);
      }
    }
  }

  void count(std::size_t c) {
    std::array<std::int64_t, 2 * good_count> sum{};
    tally_.community(c, sum);
    std::int64_t adults = 0;
    std::int64_t actors = 0;
    for (std::size_t g = 0; g < good_count; ++g) {
      adults += sum[g];
      actors += sum[good_count + g];
    }
    adults_[c] = static_cast<std::uint32_t>(adults);
    took_part_[c] = adults == 0 ? 0.0 : static_cast<double>(actors) / static_cast<double>(adults);
    for (std::size_t g = 0; g < good_count; ++g) {
      wishes_(c, g) = adults == 0 ? 1.0 / good_count : static_cast<double>(sum[g]) / static_cast<double>(adults);
      if (actors > 0) heard_(c, g) = static_cast<double>(sum[good_count + g]) / static_cast<double>(actors);
    }
  }

  std::vector<double> area_adults_;  ///< scratch, as the two below
  std::vector<double> area_actors_;
  std::vector<double> area_sum_;
  Tally tally_{2 * good_count};  ///< blocks of a community are cleared and read in one week: no state
};

}  // namespace

std::unique_ptr<Mechanism> make_preference_knowledge() { return std::make_unique<PreferenceKnowledge>(); }

}  // namespace kurultai
