// Households: the turnout of two voters who live together correlates as published, and household influence is why.
#include "voters.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

struct Couples {
  double turnout = 0;
  double correlation = 0;  ///< of the two members' acts (phi)
};

/// An election in a society of households of two.
Couples of_two(const std::vector<std::pair<std::string, Value>>& settings = {}) {
  Voters e({0, 1, 0, 0, 0});
  e.set(settings);
  e.settle();
  const std::vector<std::uint8_t> acted = e.election();
  const Residents& r = e.residents();
  double both = 0;
  double households = 0;
  for (std::size_t i = 0; i < r.size(); i += r.household_size[i]) {
    if (r.household_size[i] != 2) continue;
    ++households;
    both += acted[i] & acted[i + 1];
  }
  CHECK(2 * households > 0.99 * static_cast<double>(r.size()));  // an odd voter in a town is left alone
  Couples c;
  c.turnout = mean_of(acted);
  c.correlation = (both / households - c.turnout * c.turnout) / (c.turnout * (1 - c.turnout));
  return c;
}

}  // namespace

TEST_CASE("households: members' turnout correlates at 0.6, and by influence within the household") {
  // 0.61 is published (Nickerson 2008). 20,000 voters in 10,000 households: SE of a correlation about 0.01.
  const Couples with = of_two();
  INFO(fmt::format("with influence: correlation {:.3f} at {:.3f}", with.correlation, with.turnout));
  CHECK(with.turnout == Approx(0.30).margin(0.03));
  CHECK(with.correlation > 0.55);
  CHECK(with.correlation < 0.65);

  std::vector<double> pull = std::get<std::vector<double>>(Model().registry.find("participation.b_now")->get());
  pull[static_cast<std::size_t>(Layer::household)] = 0;
  const Couples without = of_two({{"participation.b_now", pull}});
  INFO(fmt::format("without: correlation {:.3f} at {:.3f}", without.correlation, without.turnout));
  CHECK(without.turnout == Approx(0.30).margin(0.03));
  CHECK(without.correlation < 0.25);
  CHECK(without.correlation > -0.05);
}
