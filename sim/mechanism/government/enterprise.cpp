// enterprise: residents start enterprises and give them up (MODEL 7.39; P5, R6, R8, D7, D10).
//
//   opens    rate_i = (exit + leave) u / (1 - u) exp(b_heard heard_i) / H_j exp(b_credit credit_j
//                         + b_incentive ln(1 + incentive_j / incentive_0) + b_goods ln(G_j / G0_j)
//                         + b_competence (competence_j - 1/2) + b_open (openness_j - openness_0)
//                         - b_tension (tension_j - tension0_j))
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
#include "mechanism/kit/akimat_style.h"
#include "mechanism/kit/census.h"
#include "mechanism/kit/many.h"
#include "mechanism/kit/money.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

constexpr std::uint32_t interval = weeks_a_month;  // between two turns of a community
constexpr double turns = months_a_year;            // turns a year

class Enterprise final : public Mechanism {
 public:
  Enterprise()
      : Mechanism({.name = "enterprise",
            .meaning = "residents start enterprises and give them up",
            .source = "MODEL 7.39; P5, R6, R8, D7, D10",
            .phase = Phase::economy}) {
    observe({.name = "enterprises",
        .unit = "per adult",
        .meaning = "share of adults who run an enterprise, a farm among them",
        .source = "P5, R8, I1",
        .residents = counted({&owner_}, [this](const Week&, Vertex i) { return owner_[i] != 0; })});
    observe({.name = "enterprises_opened",
        .unit = "per adult and year",
        .meaning = "enterprises opened in the last four weeks, as a yearly rate; mean over adults",
        .source = "P5, R8",
        .looks_back = interval,
        .community = [this](const Week&, std::size_t c, std::size_t) {
          return SeriesSpec::Ratio{turns * opened_[c], static_cast<double>(adults_[c])};
        }});
  }

  Lever credit{*this, "credit", 0.0, {0, 1},
      "share of those who start an enterprise to whom a loan on easy terms is open", "P5, R6"};
  Lever incentive{*this, "incentive", 0.0, {0, 1e5},
      "what the akimat may give each new enterprise: relief, land, a grant", "R8, P5", {.unit = "thousand tenge"}};
  Lever shock{*this, "shock", 0.0, {0, 10}, "rate at which enterprises close beyond the usual",
      "MODEL 7.39, shocks; MODEL 7.39", {.unit = "per year"}};
  Real exit{*this, "exit", 0.08, {0, 10}, "usual rate at which enterprises close", "assumption: one in twelve",
      {.unit = "per year"}};
  Real leave{*this, "leave", 0.05, {0, 1}, "share of those in working life who leave it, for the balance of the start",
      "set so that enterprises stay put in the default scenario", {.unit = "per year"}};
  Real running{*this, "running", 0.85, {0, 0.99},
      "share of farmers and entrepreneurs by occupation who run an enterprise at the start", "assumption"};
  Real beside{
      *this, "beside", 0.02, {0, 0.99}, "share of other adults in working life who run one at the start", "assumption"};
  Real b_heard{*this, "b_heard", 0.5, {0, 10}, "weight of having heard of all support programmes", "R6; assumption",
      {.unit = "log-odds"}};
  Real b_credit{*this, "b_credit", 0.4, {0, 10}, "weight of access to credit", "P5; assumption", {.unit = "log-odds"}};
  Real b_incentive{
      *this, "b_incentive", 0.3, {0, 10}, "weight of the local incentive", "R8; assumption", {.unit = "log-odds"}};
  Real incentive_0{*this, "incentive_0", 300, {1, 1e5}, "incentive from which on more adds less", "assumption",
      {.unit = "thousand tenge"}};
  Real b_goods{*this, "b_goods", 0.5, {0, 10}, "weight of public goods, by the logarithm of their growth",
      "MODEL 7.39: services; assumption", {.unit = "log-odds"}};
  Real b_competence{
      *this, "b_competence", 0.6, {0, 10}, "weight of the akimat's competence", "D7; assumption", {.unit = "log-odds"}};
  Real b_open{*this, "b_open", 0.3, {0, 10}, "weight of the akimat's openness", "D7; assumption", {.unit = "log-odds"}};
  Real openness_0{
      *this, "openness_0", 0.4, {0, 1}, "openness that people are used to", "the default of akimat.openness"};
  Real b_tension{*this, "b_tension", 1.0, {0, 10}, "weight of social tension", "D10; assumption", {.unit = "log-odds"}};
  Real e_harvest{*this, "e_harvest", 3.0, {0, 100},
      "how many times the usual more farms close for a year without harvest", "P7; assumption", {.unit = "factor"}};
  Real credit_cost{*this, "credit_cost", 300, {0, 1e5},
      "what credit open to all costs the state for each new enterprise", "P5; assumption: interest subsidy",
      {.unit = "thousand tenge"}};

  void prepare(const Week& week) override {
    const std::size_t communities = week.communities();
    programme_count_ = static_cast<unsigned>(std::min(programmes(week.forms).size(), most_programmes));
    heard_.assign(communities, 1.0);
    usual_goods_.assign(communities, 0.0);
    usual_tension_.assign(communities, 0.0);
    opened_.assign(communities, 0.0);
    const Luck::Drawn luck = start_luck_(week);
    for (std::size_t c = 0; c < communities; ++c) {
      double adults = 0;
      double owners = 0;
      for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i) {
        owner_[i] = working(i) && luck.chance(by_trade(i) ? running : beside, week.name(c, i));
        owners += owner_[i];
        adults += is_adult(age_[i]);
      }
      enterprises_[c] = adults > 0 ? owners / adults : 0.0;
    }
  }

  [[nodiscard]] bool moves(const Week& week, std::size_t community) const override {
    return week.due(community, interval);
  }

  void begin(const Week& week) override {
    parallel_for(week.communities(), [&](std::size_t c) {
      if (week.due(c, interval)) turn(week, c);
    });
    if (!money_) return;
    for (std::size_t c = 0; c < opened_.size(); ++c) {
      const double each = credit_cost * credit[c] + incentive[c];
      if (week.due(c, interval) && opened_[c] > 0 && each > 0)
        payments_.earmark(c, Flow::support, 1000.0 * each * opened_[c] * weight_of_resident(week, c));
    }
  }

  void state(Archive& archive) override {
    archive("heard", std::span(heard_));
    archive("usual_goods", std::span(usual_goods_));
    archive("usual_tension", std::span(usual_tension_));
    archive("opened", std::span(opened_));
  }

 private:
  Read<std::uint8_t> age_{*this, &Residents::age, at_start};
  Read<std::uint8_t> occupation_{*this, &Residents::occupation, at_start};
  Read<std::uint8_t> programmes_{*this, &Residents::programmes};
  Read<std::uint32_t> adults_{*this, &Akimats::adults};
  Read<double> stock_{*this, &Akimats::stock};
  Read<double> tension_{*this, &Akimats::tension};
  Read<double> harvest_{*this, &Akimats::harvest};
  Read<double> usual_harvest_{*this, &Akimats::usual_harvest};
  Competence competence_{*this};
  Openness openness_{*this};
  Write<std::uint8_t> owner_{*this, &Residents::owner, at_start};
  Write<double> enterprises_{*this, &Akimats::enterprises, at_start};
  Switch money_{*this, MechanismName::budget};
  Payments payments_{*this};
  Luck start_luck_{*this, "who runs an enterprise at the start", Luck::residents, Luck::lasting};
  Luck luck_{*this, "who opens or closes one", Luck::residents, Luck::weekly};

  [[nodiscard]] bool by_trade(std::size_t i) const {
    return occupation_[i] == static_cast<std::uint8_t>(Occupation::farmer) ||
           occupation_[i] == static_cast<std::uint8_t>(Occupation::entrepreneur);
  }
  /// Whether resident i may run an enterprise.
  [[nodiscard]] bool working(std::size_t i) const {
    return is_adult(age_[i]) && occupation_[i] != static_cast<std::uint8_t>(Occupation::student) &&
           occupation_[i] != static_cast<std::uint8_t>(Occupation::pensioner);
  }
  [[nodiscard]] double goods(std::size_t c) const {
    double sum = 0;
    for (std::size_t g = 0; g < good_count; ++g) sum += stock_(c, g);
    return sum;
  }

  /// Whether by trade, and by the number of programmes heard of: yearly rate at which one opens an enterprise.
  using Readiness = std::array<std::array<double, most_programmes + 1>, 2>;
  [[nodiscard]] Readiness readiness() const {
    const auto often = [&](double share) { return (exit + leave) * share / (1.0 - share); };
    Readiness table{};
    for (std::size_t heard = 0; heard <= most_programmes; ++heard) {
      table[0][heard] = exp_(b_heard * (programme_count_ == 0 ? 0.0 : static_cast<double>(heard) / programme_count_));
      table[1][heard] = table[0][heard] * often(running);
      table[0][heard] *= often(beside);
    }
    return table;
  }
  [[nodiscard]] double of(const Readiness& table, Vertex i) const {
    return table[by_trade(i) ? 1 : 0][static_cast<std::size_t>(std::popcount(static_cast<unsigned>(programmes_[i])))];
  }

  /// How much likelier enterprises open in community c than usual.
  [[nodiscard]] double climate(std::size_t c) const {
    const double stock = goods(c);
    const double services = stock > 0 && usual_goods_[c] > 0 ? log_(stock / usual_goods_[c]) : 0.0;
    return exp_(b_credit * credit[c] + b_incentive * log_(1.0 + incentive[c] / incentive_0) + b_goods * services +
                b_competence * (competence_(c) - 0.5) + b_open * (openness_(c) - openness_0) -
                b_tension * (tension_[c] - usual_tension_[c]));
  }

  void turn(const Week& week, std::size_t c) {
    const bool usual = week.warm_up() || week.tick() < interval;
    if (usual) {
      usual_goods_[c] = goods(c);
      usual_tension_[c] = tension_[c];
      heard_[c] = heard(week, c);
    }
    const Luck::Drawn luck = luck_(week);
    Readiness opens = readiness();
    const double hazard = climate(c) / heard_[c] / turns;
    for (auto& row : opens)
      for (double& chance : row) chance = 1.0 - exp_(-hazard * chance);
    const double poor = usual_harvest_[c] > 0 ? std::max(0.0, 1.0 - harvest_[c] / usual_harvest_[c]) : 0.0;
    const double closing = (exit + shock[c]) / turns;
    const std::array closes = {1.0 - exp_(-closing), 1.0 - exp_(-closing * (1.0 + e_harvest * poor))};
    double most = 0;
    for (const auto& row : opens) most = std::max(most, *std::max_element(row.begin(), row.end()));
    const std::uint32_t highest = Draws::highest(std::max({most, closes[0], closes[1]}));
    opened_[c] = 0;
    const Everybody people(week, c);
    draw_word(
        week, c, people, luck, 0, [&](Vertex i) { return is_adult(age_[i]) && (owner_[i] != 0 || working(i)); },
        [&](Vertex i, std::uint32_t word) {
          const bool runs = owner_[i] != 0;
          if (word > highest && (!runs || working(i))) return;
          const bool farmer = occupation_[i] == static_cast<std::uint8_t>(Occupation::farmer);
          const double chance = runs ? (working(i) ? closes[farmer ? 1 : 0] : 1.0) : of(opens, i);
          if (Draws::to_uniform(word) >= chance) return;
          owner_[i] = runs ? 0 : 1;
          opened_[c] += owner_[i];
        });
    const Census all(week, c);
    const std::uint32_t adults = all.sum([&](Vertex i) { return is_adult(age_[i]); });
    const std::uint32_t owners = all.sum([&](Vertex i) { return is_adult(age_[i]) & owner_[i]; });
    enterprises_[c] = adults > 0 ? static_cast<double>(owners) / adults : 0.0;
  }

  /// Mean of exp(b_heard heard) over those who may open an enterprise, as far as they are likely to.
  [[nodiscard]] double heard(const Week& week, std::size_t c) const {
    const Readiness table = readiness();
    double ready = 0;
    double untold = 0;
    for (Vertex i = week.first[c]; i < week.first[c + 1]; ++i) {
      if (!working(i) || owner_[i] != 0) continue;
      ready += of(table, i);
      untold += table[by_trade(i) ? 1 : 0][0];
    }
    return untold > 0 ? ready / untold : 1.0;
  }

  unsigned programme_count_ = 0;  ///< support programmes there are: made by `prepare`
  std::vector<double> heard_;     ///< H
  std::vector<double> usual_goods_;
  std::vector<double> usual_tension_;
  std::vector<double> opened_;  ///< at the last turn
};

}  // namespace

std::unique_ptr<Mechanism> make_enterprise() { return std::make_unique<Enterprise>(); }

}  // namespace kurultai
