// wishes: what people want most changes slowly (MODEL 7.23).
//
// Once a year, communities in turn: with chance `rate` a resident's wish is drawn anew from the mix of the
// community and the resident's stratum, as at the start.
#include "mechanism/kit/many.h"
#include "mechanism/mechanism.h"
#include "society/traits.h"

namespace kurultai {
namespace {

class WishesMechanism final : public Mechanism {
 public:
  WishesMechanism()
      : Mechanism({.name = "wishes",
            .meaning = "what people want most changes slowly",
            .source = "MODEL 7.23",
            .phase = Phase::demography}) {}

  Real rate{
      *this, "rate", 0.2, {0, 1}, "share of residents whose wish is drawn anew", "assumption", {.unit = "per year"}};

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return rate > 0 && week.due(community, weeks_a_year);
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override {
    const std::size_t c = batch.community;
    const Luck::Drawn luck = moved_(week);
    const Wishes mix = week.traits().wishes(week.key[c], week.place(c).type);
    // Another luck each time: the week's draws name it.
    const Traits anew =
        week.traits((std::uint64_t{anew_(week).words(week.name_of_community(c))[0]} << 32) | week.tick());
    draw_word(
        week, c, batch, luck, 0, [](Vertex) { return true; },
        [&](Vertex i, std::uint32_t word) {
          if (Draws::to_uniform(word) >= rate) return;
          const Wishes his = anew.wishes(mix, age_[i], occupation_[i], children_at_home(i));
          wish_[i] = static_cast<std::uint8_t>(anew.wish(week.name(c, i), his));
        });
  }

 private:
  Read<std::uint8_t> age_{*this, &Residents::age};
  Read<std::uint8_t> occupation_{*this, &Residents::occupation};
  Read<std::uint8_t> household_size_{*this, &Residents::household_size};
  Read<std::uint8_t> household_slot_{*this, &Residents::household_slot};
  Write<std::uint8_t> wish_{*this, &Residents::wish};
  Luck anew_{*this, "a community's luck in new wishes", Luck::communities, Luck::weekly};
  Luck moved_{*this, "whose wish is drawn anew", Luck::residents, Luck::weekly};

  [[nodiscard]] bool children_at_home(Vertex i) const {
    const Vertex home = i - household_slot_[i];
    for (Vertex k = home; k < home + household_size_[i]; ++k)
      if (!is_adult(age_[k])) return true;
    return false;
  }
};

}  // namespace

std::unique_ptr<Mechanism> make_wishes() { return std::make_unique<WishesMechanism>(); }

}  // namespace kurultai
