// enterprise: residents start enterprises and give them up (MODEL 9; P5, R6, R8, D7, D10).
//
//   opens    rate_i = (exit + leave) u / (1 - u) exp(b_heard heard_i) / H_j exp(b_credit credit_j
//                         + b_incentive ln(1 + incentive_j / incentive_0) + b_goods ln(G_j / G0_j) + b_competence
//                         (competence_j - 1/2)
//                         + b_open (openness_j - openness_0) - b_tension (tension_j - tension0_j))
//   closes   rate_i = (exit + shock_j) (1 + e_harvest max(0, 1 - harvest_j / usual_harvest_j) for a farmer)
//
// Every fourth week, communities in turn, a thirteenth of the yearly rates. Farmers and entrepreneurs by occupation run
// an enterprise with chance u = running, other adults in working life with u = beside; so it is dealt at the start, and
// by these rates so it stays. Students and pensioners run none: who becomes one gives it up. heard: share of the
// support programmes (R6) that i has heard of, H: the mean of exp(b_heard heard) over those who have no enterprise,
// weighted by their odds; G: stock of public goods. H, G0 and tension0 are those at the end of the warm-up. The state
// pays for each enterprise that opens: loans at credit_cost x credit, and the local incentive. Limits: enterprises have
// no size and no trade; an occupation stays when its enterprise goes.
#include <algorithm>
#include <array>
#include <bit>

#include "base/elementary.h"
#include "base/parallel.h"
#include "mechanism/conduct.h"
#include "mechanism/list.h"
#include "mechanism/money.h"
#include "mechanism/programme.h"
#include "mechanism/setting.h"

namespace kurultai {
namespace {

constexpr std::uint32_t interval = 4;      // weeks between two turns of a community
constexpr double turns = 52.0 / interval;  // turns a year

class Enterprise final : public Mechanism {
 public:
  Enterprise()
      : Mechanism({.name = "enterprise",
            .meaning = "residents start enterprises and give them up",
            .source = "MODEL 9; P5, R6, R8, D7, D10",
            .phase = Phase::economy,
            .reads = {"age", "occupation", "programmes", "stock", "tension", "harvest", "usual_harvest", "adults",
                "own_competence", "own_openness"},
            .writes = {"owner", "enterprises"},
            .levers = {"akimat.competence", "akimat.openness"}}) {
    observe({.name = "enterprises",
        .unit = "per adult",
        .meaning = "share of adults who run an enterprise, a farm among them",
        .source = "P5, R8, I1",
        .residents = [](const World& world, const Block& block, std::size_t, auto owners, auto adults) {
          const Residents& r = world.residents();
          for (Vertex i = block.first; i < block.last; ++i) {
            adults[i - block.first] = r.adult(i);
            owners[i - block.first] = r.adult(i) && r.owner[i] != 0;
          }
        }});
    observe({.name = "enterprises_opened",
        .unit = "per adult and year",
        .meaning = "enterprises opened in the last four weeks, as a yearly rate; mean over adults",
        .source = "P5, R8",
        .looks_back = interval,
        .community = [this](const World& world, std::size_t c, std::size_t) {
          return SeriesSpec::Ratio{turns * opened_[c], static_cast<double>(world.akimats.adults[c])};
        }});
  }

  Lever credit{*this,
      {.name = "credit",
          .meaning = "share of those who start an enterprise to whom a loan on easy terms is open",
          .source = "P5, R6"},
      0.0, {0, 1}};
  Lever incentive{*this,
      {.name = "incentive",
          .unit = "thousand tenge",
          .meaning = "what the akimat may give each new enterprise: relief, land, a grant",
          .source = "R8, P5"},
      0.0, {0, 1e5}};
  Lever shock{*this,
      {.name = "shock",
          .unit = "per year",
          .meaning = "rate at which enterprises close beyond the usual",
          .source = "MODEL 11, shocks; MODEL 9"},
      0.0, {0, 10}};
  Real exit{*this,
      {.name = "exit",
          .unit = "per year",
          .meaning = "usual rate at which enterprises close",
          .source = "assumption: one in twelve"},
      0.08, {0, 10}};
  Real leave{*this,
      {.name = "leave",
          .unit = "per year",
          .meaning = "share of those in working life who leave it, for the balance of the start",
          .source = "set so that enterprises stay put in the default scenario"},
      0.05, {0, 1}};
  Real running{*this,
      {.name = "running",
          .meaning = "share of farmers and entrepreneurs by occupation who run an enterprise at the start",
          .source = "assumption"},
      0.85, {0, 0.99}};
  Real beside{*this,
      {.name = "beside",
          .meaning = "share of other adults in working life who run one at the start",
          .source = "assumption"},
      0.02, {0, 0.99}};
  Real b_heard{*this,
      {.name = "b_heard",
          .unit = "log-odds",
          .meaning = "weight of having heard of all support programmes",
          .source = "R6; assumption"},
      0.5, {0, 10}};
  Real b_credit{*this,
      {.name = "b_credit", .unit = "log-odds", .meaning = "weight of access to credit", .source = "P5; assumption"},
      0.4, {0, 10}};
  Real b_incentive{*this,
      {.name = "b_incentive",
          .unit = "log-odds",
          .meaning = "weight of the local incentive",
          .source = "R8; assumption"},
      0.3, {0, 10}};
  Real incentive_0{*this,
      {.name = "incentive_0",
          .unit = "thousand tenge",
          .meaning = "incentive from which on more adds less",
          .source = "assumption"},
      300, {1, 1e5}};
  Real b_goods{*this,
      {.name = "b_goods",
          .unit = "log-odds",
          .meaning = "weight of public goods, by the logarithm of their growth",
          .source = "MODEL 9: services; assumption"},
      0.5, {0, 10}};
  Real b_competence{*this,
      {.name = "b_competence",
          .unit = "log-odds",
          .meaning = "weight of the akimat's competence",
          .source = "D7; assumption"},
      0.6, {0, 10}};
  Real b_open{*this,
      {.name = "b_open", .unit = "log-odds", .meaning = "weight of the akimat's openness", .source = "D7; assumption"},
      0.3, {0, 10}};
  Real openness_0{*this,
      {.name = "openness_0", .meaning = "openness that people are used to", .source = "the default of akimat.openness"},
      0.4, {0, 1}};
  Real b_tension{*this,
      {.name = "b_tension", .unit = "log-odds", .meaning = "weight of social tension", .source = "D10; assumption"},
      1.0, {0, 10}};
  Real e_harvest{*this,
      {.name = "e_harvest",
          .unit = "factor",
          .meaning = "how many times the usual more farms close for a year without harvest",
          .source = "P7; assumption"},
      3.0, {0, 100}};
  Real credit_cost{*this,
      {.name = "credit_cost",
          .unit = "thousand tenge",
          .meaning = "what credit open to all costs the state for each new enterprise",
          .source = "P5; assumption: interest subsidy"},
      300, {0, 1e5}};

  void prepare(World& world) override {
    const std::size_t communities = world.society.communities();
    programmes_ = static_cast<unsigned>(std::min(programmes(world).size(), most_programmes));
    pays_ = setting<Flag>(world, "budget.enabled");
    heard_.assign(communities, 1.0);
    usual_goods_.assign(communities, 0.0);
    usual_tension_.assign(communities, 0.0);
    opened_.assign(communities, 0.0);
    Residents& r = world.residents();
    const Draws luck = world.lasting(stream());
    for (std::size_t c = 0; c < communities; ++c) {
      double adults = 0;
      double owners = 0;
      for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
        r.owner[i] = working(r, i) && luck.chance(by_trade(r, i) ? running : beside, world.society.name(c, i));
        owners += r.owner[i];
        adults += r.adult(i);
      }
      world.akimats.enterprises[c] = adults > 0 ? owners / adults : 0.0;
    }
  }

  void begin(World& world) override {
    parallel_for(world.society.communities(), [&](std::size_t c) {
      if (world.due(c, interval)) turn(world, c);
    });
    if (!pays_) return;
    for (std::size_t c = 0; c < opened_.size(); ++c) {
      const double each = credit_cost * credit[c] + incentive[c];
      if (world.due(c, interval) && opened_[c] > 0 && each > 0)
        earmark(world, c, Flow::support, 1000.0 * each * opened_[c] * weight_of_resident(world, c));
    }
  }

  void state(Archive& archive) override {
    archive("heard", std::span(heard_));
    archive("usual_goods", std::span(usual_goods_));
    archive("usual_tension", std::span(usual_tension_));
    archive("opened", std::span(opened_));
  }

 private:
  static bool by_trade(const Residents& r, std::size_t i) {
    return r.occupation[i] == static_cast<std::uint8_t>(Occupation::farmer) ||
           r.occupation[i] == static_cast<std::uint8_t>(Occupation::entrepreneur);
  }
  /// Whether resident i may run an enterprise.
  static bool working(const Residents& r, std::size_t i) {
    return r.adult(i) && r.occupation[i] != static_cast<std::uint8_t>(Occupation::student) &&
           r.occupation[i] != static_cast<std::uint8_t>(Occupation::pensioner);
  }
  static double goods(const World& world, std::size_t c) {
    double sum = 0;
    for (std::size_t g = 0; g < good_count; ++g) sum += world.akimats.stock(c, g);
    return sum;
  }

  /// Whether by trade, and by the number of programmes heard of: yearly rate at which one opens an enterprise.
  using Readiness = std::array<std::array<double, most_programmes + 1>, 2>;
  [[nodiscard]] Readiness readiness() const {
    const auto often = [&](double share) { return (exit + leave) * share / (1.0 - share); };
    Readiness table{};
    for (std::size_t heard = 0; heard <= most_programmes; ++heard) {
      table[0][heard] = exp_(b_heard * (programmes_ == 0 ? 0.0 : static_cast<double>(heard) / programmes_));
      table[1][heard] = table[0][heard] * often(running);
      table[0][heard] *= often(beside);
    }
    return table;
  }
  static double of(const Readiness& table, const Residents& r, Vertex i) {
    return table[by_trade(r, i) ? 1 : 0]
                [static_cast<std::size_t>(std::popcount(static_cast<unsigned>(r.programmes[i])))];
  }

  /// How much likelier enterprises open in community c than usual.
  [[nodiscard]] double climate(const World& world, std::size_t c) const {
    const double stock = goods(world, c);
    const double services = stock > 0 && usual_goods_[c] > 0 ? log_(stock / usual_goods_[c]) : 0.0;
    return exp_(b_credit * credit[c] + b_incentive * log_(1.0 + incentive[c] / incentive_0) + b_goods * services +
                b_competence * (competence(world, c) - 0.5) + b_open * (openness(world, c) - openness_0) -
                b_tension * (world.akimats.tension[c] - usual_tension_[c]));
  }

  void turn(World& world, std::size_t c) {
    Residents& r = world.residents();
    Akimats& a = world.akimats;
    const bool usual = world.week < 0 || world.tick() < interval;
    if (usual) {
      usual_goods_[c] = goods(world, c);
      usual_tension_[c] = a.tension[c];
      heard_[c] = heard(world, c);
    }
    const Draws draws = world.draws(stream());
    Readiness opens = readiness();
    const double hazard = climate(world, c) / heard_[c] / turns;
    for (auto& row : opens)
      for (double& chance : row) chance = 1.0 - exp_(-hazard * chance);
    const double poor = a.usual_harvest[c] > 0 ? std::max(0.0, 1.0 - a.harvest[c] / a.usual_harvest[c]) : 0.0;
    const double closing = (exit + shock[c]) / turns;
    const std::array closes = {1.0 - exp_(-closing), 1.0 - exp_(-closing * (1.0 + e_harvest * poor))};
    double adults = 0;
    double owners = 0;
    opened_[c] = 0;
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
      if (!r.adult(i)) continue;
      adults += 1;
      const bool farmer = r.occupation[i] == static_cast<std::uint8_t>(Occupation::farmer);
      const double chance =
          r.owner[i] != 0 ? (working(r, i) ? closes[farmer ? 1 : 0] : 1.0) : (working(r, i) ? of(opens, r, i) : 0.0);
      if (chance > 0 && draws.chance(chance, world.society.name(c, i))) {
        r.owner[i] = r.owner[i] == 0;
        opened_[c] += r.owner[i];
      }
      owners += r.owner[i];
    }
    a.enterprises[c] = adults > 0 ? owners / adults : 0.0;
  }

  /// Mean of exp(b_heard heard) over those who may open an enterprise, as far as they are likely to.
  [[nodiscard]] double heard(const World& world, std::size_t c) const {
    const Residents& r = world.residents();
    const Readiness table = readiness();
    double ready = 0;
    double untold = 0;
    for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i) {
      if (!working(r, i) || r.owner[i] != 0) continue;
      ready += of(table, r, i);
      untold += table[by_trade(r, i) ? 1 : 0][0];
    }
    return untold > 0 ? ready / untold : 1.0;
  }

  unsigned programmes_ = 0;    ///< support programmes there are: made by `prepare`
  bool pays_ = false;          ///< made by `prepare`
  std::vector<double> heard_;  ///< H
  std::vector<double> usual_goods_;
  std::vector<double> usual_tension_;
  std::vector<double> opened_;  ///< at the last turn
};

}  // namespace

std::unique_ptr<Mechanism> make_enterprise() { return std::make_unique<Enterprise>(); }

}  // namespace kurultai
