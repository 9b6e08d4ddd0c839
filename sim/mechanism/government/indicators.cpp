// indicators: how far local self-government has come, community by community (MODEL 7.42; I1, D7, D8, D10).
//
// Each is a number from 0 to 1, 1 the best:
//
//   participation    adults who took part within a year
//   information      share of open matters known by those who may take part, by memory of half a year
//   digital          mean of coverage, adults on civic platforms, their mean skill, the akimat's digital competence
//   fiscal_autonomy  own revenue / (own revenue + transfers)
//   transparency     mean of openness, of watch = 1 - (1 - audit) (1 - oversight) (1 - watched), of 1 - loss
//   effectiveness    mean of matters answered in time, match,
//                    thrift = c_0 / (c_0 + budget a head / matters decided a year)
//   services         sum_g wishes_g Q_g, quality as in `satisfaction`
//   trust            mean of adults' trust and satisfaction
//   welfare          mean of enterprises / (enterprises + e_0), income / (income + 1), output / (output + o_0)
//   equality         mean of 1 - Gini of adults' incomes, and of 1 - |a - b| / (a + b) for the shares a, b who took
//                    part: women and men, with and without higher education
//   calm             1 - tension
//
//   LSG index = sum weight x indicator / sum of weights
//
// Every fourth week, communities in turn; matters decided are counted every week. In time: matters answered, less the
// share of the year by which the district's or the region's maslikhat delayed the budget. Shares of groups are drawn
// toward the community's by as many as `shrink` people, so that a handful of people is no inequality. Where no money is
// known (no budget, no output) that part is left out of its mean; fiscal autonomy is then 0. Limits: weights are a
// convention, not a finding; incomes count by eighths of the mean wage, up to five.
#include <algorithm>
#include <array>
#include <memory>
#include <numbers>
#include <string>

#include "base/elementary.h"
#include "mechanism/kit/acts.h"
#include "mechanism/kit/akimat_style.h"
#include "mechanism/kit/census.h"
#include "mechanism/kit/offers.h"
#include "mechanism/kit/quality.h"
#include "mechanism/mechanism.h"

namespace kurultai {
namespace {

struct Kind {
  const char* name;
  const char* meaning;
  const char* source;
};

enum : std::size_t {
  participation,
  information,
  digital,
  fiscal_autonomy,
  transparency,
  effectiveness,
  services,
  trust,
  welfare,
  equality,
  calm,
  count
};

constexpr std::array<Kind, count> kinds = {{
    {"participation", "adults who took part within a year", "I1, D1, P3"},
    {"information", "open matters known by those who may take part, of late", "I1, D3, R4"},
    {"digital", "coverage, users of platforms, their skill, the akimat's digital competence", "I1, I3, P4"},
    {"fiscal_autonomy", "own revenue out of own revenue and transfers", "I1, D4, R2"},
    {"transparency", "openness, control of spending, spending that is not lost: transparency and accountability",
        "I1, D7, R3, R4"},
    {"effectiveness",
        "matters answered in time, match with wishes, matters decided for the money: effectiveness of management",
        "I1, D7"},
    {"services", "quality of public goods, by residents' wishes", "I1, D7"},
    {"trust", "trust and satisfaction of adults", "I1, D7"},
    {"welfare", "enterprises, incomes, output: enterprise and welfare", "I1, D7, D10, P5"},
    {"equality", "equality of incomes, and of taking part by sex and education", "I1, D5"},
    {"calm", "1 less tension", "I1, D10"},
}};

/// 0 to 1, one half at `half`.
double saturating(double x, double half) { return x <= 0 ? 0.0 : x / (x + half); }

class Indicators final : public Mechanism {
 public:
  Indicators()
      : Mechanism({.name = "indicators",
            .meaning = "indicators of local self-government and their index",
            .source = "MODEL 7.42; I1, I2, D5, D7, D10",
            .phase = Phase::government}) {
    for (std::size_t k = 0; k < count; ++k) {
      weights_[k] = std::make_unique<Real>(*this, std::string("weight_") + kinds[k].name, 1.0, Range{0, 1000},
          std::string("weight in the LSG index of: ") + kinds[k].meaning, "I1; convention: all alike");
      observe({.name = std::string("indicator_") + kinds[k].name,
          .meaning = std::string("indicator, 0 to 1, mean over adults: ") + kinds[k].meaning,
          .source = std::string(kinds[k].source) + "; I2 (SWOT) compares it",
          .looks_back = k == participation || k == equality ? static_cast<int>(weeks_a_year) : 1,
          .least_scale = k == information || k == effectiveness || k == calm ? 0.01 : 0.0,
          .community = [this, k](const Week&, std::size_t c, std::size_t) {
            const double people = adults_[c];
            return SeriesSpec::Ratio{values_[c * count + k] * people, people};
          }});
    }
    observe({.name = "lsg_index",
        .meaning = "index of the development of local self-government, 0 to 1: weighted mean of the indicators, mean "
                   "over adults",
        .source = "I1, I2",
        .looks_back = weeks_a_year,
        .community = over_adults_of(adults_, lsg_index_)});
  }

  Real cost_0{*this, "cost_0", 5.0, {1e-6, 1e9}, "budget a head for each matter decided at which thrift is one half",
      "I1; assumption", {.symbol = "c_0", .unit = "thousand tenge a head and matter"}};
  Real enterprises_0{*this, "enterprises_0", 0.1, {1e-6, 10}, "enterprises that count one half", "I1; assumption",
      {.symbol = "e_0", .unit = "per adult"}};
  Real output_0{*this, "output_0", 6000, {1e-6, 1e9}, "output that counts one half",
      "gross regional product 2023, national mean (BNS)", {.symbol = "o_0", .unit = "thousand tenge a head and year"}};
  Real shrink{*this, "shrink", 20, {1e-6, 1e6},
      "by how many people the share who took part in a group is drawn to the community's", "design",
      {.unit = "people"}};
  Real half_life{*this, "half_life", 26, {1, 5200}, "half-life of the memory of matters known and decided",
      "design: as of taking part within a year", {.unit = "week"}};

  [[nodiscard]] std::string inconsistency() const override {
    for (const auto& weight : weights_)
      if (*weight > 0) return {};
    return "one of the weights must lie above 0";
  }

  void prepare(const Week& week) override {
    const std::size_t communities = week.communities();
    tally_.prepare(communities, week.blocks);
    values_.assign(communities * count, 0.0);
    matters_.assign(communities, 0.0);
    looks_.assign(communities, 0);
    quality_ = {goods_->half, goods_->shape};
    memory_ = 1.0 - exp_(-std::numbers::ln2 / half_life);
    memory_of_four_ = 1.0 - exp_(-double{weeks_a_month} * std::numbers::ln2 / half_life);
    for (const Block& block : week.blocks) tally(week, Batch(block));
    for (std::size_t c = 0; c < communities; ++c) {
      judge(week, c);
      looks_[c] = 0;  // nothing was known yet
    }
  }

  [[nodiscard]] bool wanted(const Week& week, std::size_t community) const override {
    return week.due(community, weeks_a_month);
  }

  void residents(const Week& week, const Batch& batch, Exposure& /*exposure*/) override { tally(week, batch); }

  void end(const Week& week) override {
    const double r = week.warm_up() ? std::max(memory_, 1.0 / (week.tick() + 1.0)) : memory_;
    for (std::size_t c = 0; c < matters_.size(); ++c) {
      const Docket& docket = week.dockets[c];
      double decided = 0;
      for_slots(docket.closing, [&](unsigned s) { decided += docket.slot[s].outcome != Outcome::none ? 1.0 : 0.0; });
      matters_[c] += r * (weeks_a_year * decided - matters_[c]);
      if (week.due(c, weeks_a_month)) judge(week, c);
    }
  }

  void state(Archive& archive) override {
    archive("values", values_);
    archive("matters", matters_);
    archive("looks", looks_);
  }

 private:
  Read<std::uint8_t> sex_{*this, &Residents::sex, at_start};
  Read<std::uint8_t> age_{*this, &Residents::age, at_start};
  Read<std::uint8_t> education_{*this, &Residents::education, at_start};
  Read<Factor> income_{*this, &Residents::income, at_start};
  Read<std::uint16_t> aware_{*this, &Residents::aware};
  Read<std::uint8_t> platform_{*this, &Residents::platform, at_start};
  Read<Share> skill_{*this, &Residents::skill, at_start};
  Read<Share> trust_{*this, &Residents::trust, at_start};
  Read<Share> satisfaction_{*this, &Residents::satisfaction, at_start};
  TookPart took_part_lately_{*this, at_start};
  Franchise franchise_{*this};
  Read<std::uint32_t> adults_{*this, &Akimats::adults, at_start};
  Read<double> wishes_{*this, &Akimats::wishes, at_start};
  Read<double> match_{*this, &Akimats::match, at_start};
  Read<double> loss_{*this, &Akimats::loss, at_start};
  Read<double> coverage_{*this, &Akimats::coverage, at_start};
  Read<double> digital_competence_{*this, &Akimats::digital_competence, at_start};
  Read<double> stock_{*this, &Akimats::stock, at_start};
  Read<double> answered_{*this, &Akimats::answered, at_start};
  Read<double> watched_{*this, &Akimats::watched, at_start};
  Read<double> tension_{*this, &Akimats::tension, at_start};
  Read<double> means_{*this, &Akimats::means, at_start};
  Read<double> own_revenue_{*this, &Akimats::own_revenue, at_start};
  Read<double> transfers_{*this, &Akimats::transfers, at_start};
  Read<double> output_{*this, &Akimats::output, at_start};
  Read<double> enterprises_{*this, &Akimats::enterprises, at_start};
  ReadAreas<double> delay_{*this, &Authorities::delay, at_start};
  Openness openness_{*this, {}, at_start};
  ReadLever audit_{*this, &Practice::audit};
  ReadLever oversight_{*this, &Practice::oversight};
  Uses<GoodsQuality> goods_{*this};
  Write<double> lsg_index_{*this, &Akimats::lsg_index, at_start};

  static constexpr std::size_t bins = 40;  ///< of incomes, each an eighth of the mean wage
  enum : std::size_t {
    adults,
    acted,
    women,
    women_acted,
    higher,
    higher_acted,
    users,
    skills,
    trusts,
    satisfactions,
    incomes,
    open,
    known,
    bin,
    fields = bin + bins
  };

  void tally(const Week& week, const Batch& batch) {
    const Census people(batch);
    const std::span<std::int64_t> sum = tally_.block(batch.block);
    std::fill(sum.begin(), sum.end(), 0);
    enum : unsigned { woman = 1, taught = 2, active = 4, user = 8, minor = 16 };
    const TookPart::Lately took_part = took_part_lately_.lately(week);
    const auto alike = people.by<2 * minor>([&](Vertex i) {
      return woman * (sex_[i] == static_cast<std::uint8_t>(Sex::female)) +
             taught * (education_[i] == static_cast<std::uint8_t>(Education::higher)) + active * took_part(i) +
             user * platform_[i] + minor * !is_adult(age_[i]);
    });
    for (unsigned k = 0; k < minor; ++k) {
      const auto count_in = [&](std::size_t field, unsigned which) {
        sum[field] += (k & which) == which ? alike[k] : 0;
      };
      count_in(adults, 0);
      count_in(acted, active);
      count_in(women, woman);
      count_in(women_acted, woman | active);
      count_in(higher, taught);
      count_in(higher_acted, taught | active);
      count_in(users, user);
    }
    const auto of_adults = [&](const auto& column) {
      return people.sum([&](Vertex i) {
        const std::uint16_t his = column[i].raw;
        return is_adult(age_[i]) ? his : std::uint16_t{0};
      });
    };
    sum[skills] = of_adults(skill_);
    sum[trusts] = of_adults(trust_);
    sum[satisfactions] = of_adults(satisfaction_);
    sum[incomes] = of_adults(income_);
    constexpr std::size_t child = bins;
    const auto by_income = people.by<bins + 1>([&](Vertex i) {
      return child - (child - std::min<std::size_t>(income_[i].raw / 128, bins - 1)) * is_adult(age_[i]);
    });
    std::copy_n(by_income.begin(), bins, sum.begin() + bin);
    tally_open(week.dockets[batch.community], people, sum);
  }

  /// In how many open matters they may take part, and of how many of these they know.
  void tally_open(const Docket& docket, const Census& people, std::span<std::int64_t> sum) const {
    if (docket.open == 0) return;
    const auto alike = people.by<Franchise::kinds>([&](Vertex i) { return franchise_.kind(i); });
    std::array<std::uint16_t, Franchise::kinds> may = Franchise::by_kind(docket);
    for (std::size_t k = 0; k < Franchise::kinds; ++k) {
      may[k] &= docket.open;
      sum[open] += std::int64_t{alike[k]} * bits_of(may[k]);
    }
    sum[known] = people.sum([&](Vertex i) { return bits_of(may[franchise_.kind(i)] & unsigned{aware_[i]}); });
    franchise_.each_of_members(docket, people, docket.open, [&](Vertex i, std::uint16_t matters) {
      sum[open] += bits_of(matters);
      sum[known] += bits_of(matters & unsigned{aware_[i]});
    });
  }

  /// The community's indicators and index, of what its blocks counted this week.
  void judge(const Week& week, std::size_t c) {
    std::array<std::int64_t, fields> sum{};
    tally_.community(c, sum);
    double* const v = values_.data() + c * count;
    const double people = std::max(1.0, static_cast<double>(sum[adults]));
    const auto mean = [&](std::size_t field) { return static_cast<double>(sum[field]) / people; };

    v[participation] = mean(acted);
    if (sum[open] > 0) {
      const double now = static_cast<double>(sum[known]) / static_cast<double>(sum[open]);
      ++looks_[c];
      v[information] += std::max(memory_of_four_, 1.0 / looks_[c]) * (now - v[information]);
    }
    v[digital] = 0.25 * (coverage_[c] + mean(users) + mean(skills) / Share::steps + digital_competence_[c]);

    const double own = std::max(0.0, own_revenue_[c]);
    const double from_above = std::max(0.0, transfers_[c]);
    v[fiscal_autonomy] = own + from_above > 0 ? own / (own + from_above) : 0.0;

    const double watch = 1.0 - (1.0 - audit_[c]) * (1.0 - oversight_[c]) * (1.0 - watched_[c]);
    v[transparency] = (openness_(c) + watch + 1.0 - loss_[c]) / 3.0;

    const Community& place = week.place(c);
    const double delay = std::max(delay_[Level::district][place.district], delay_[Level::region][place.region]);
    const double in_time = answered_[c] * std::clamp(1.0 - delay / weeks_a_year, 0.0, 1.0);
    const double thrift = matters_[c] > 0 ? cost_0 / (cost_0 + means_[c] / matters_[c]) : 0.0;
    v[effectiveness] = means_[c] > 0 ? (in_time + match_[c] + thrift) / 3.0 : (in_time + match_[c]) / 2.0;

    v[services] = 0;
    for (std::size_t g = 0; g < good_count; ++g) v[services] += wishes_(c, g) * quality_(stock_(c, g));
    v[trust] = 0.5 * (mean(trusts) + mean(satisfactions)) / Share::steps;

    const double enterprise = saturating(enterprises_[c], enterprises_0);
    const double income = saturating(mean(incomes) / 1024.0, 1.0);
    v[welfare] =
        output_[c] > 0 ? (enterprise + income + saturating(output_[c], output_0)) / 3.0 : (enterprise + income) / 2.0;

    v[equality] = (1.0 - gini(sum) + alike(sum, women, women_acted) + alike(sum, higher, higher_acted)) / 3.0;
    v[calm] = 1.0 - std::clamp(tension_[c], 0.0, 1.0);

    double index = 0, weight = 0;
    for (std::size_t k = 0; k < count; ++k) {
      v[k] = std::clamp(v[k], 0.0, 1.0);
      index += *weights_[k] * v[k];
      weight += *weights_[k];
    }
    lsg_index_[c] = weight > 0 ? index / weight : 0.0;
  }

  /// Gini coefficient of adults' incomes.
  static double gini(std::span<const std::int64_t> sum) {
    double before = 0, all = 0, area = 0;  // of the Lorenz curve, times two
    for (std::size_t k = 0; k < bins; ++k) {
      const auto people = static_cast<double>(sum[bin + k]);
      const double earned = people * (static_cast<double>(k) + 0.5);
      area += people * (2.0 * before + earned);
      before += earned;
      all += people;
    }
    return all > 0 ? 1.0 - area / (all * before) : 0.0;
  }

  /// How alike a part of the adults and the rest take part.
  [[nodiscard]] double alike(std::span<const std::int64_t> sum, std::size_t part, std::size_t part_acted) const {
    if (sum[adults] == 0 || sum[acted] == 0) return 1.0;
    const double usual = static_cast<double>(sum[acted]) / static_cast<double>(sum[adults]);
    const auto rate = [&](std::int64_t who, std::int64_t did) {
      return (static_cast<double>(did) + shrink * usual) / (static_cast<double>(who) + shrink);
    };
    const double a = rate(sum[part], sum[part_acted]);
    const double b = rate(sum[adults] - sum[part], sum[acted] - sum[part_acted]);
    return 1.0 - std::abs(a - b) / (a + b);
  }

  std::array<std::unique_ptr<Real>, count> weights_;
  Tally tally_{fields};
  std::vector<double> values_;        ///< by community and indicator
  std::vector<double> matters_;       ///< decided a year, by community
  std::vector<std::uint32_t> looks_;  ///< how often open matters were looked at, by community
  Quality quality_;                   ///< these are made by `prepare`
  double memory_ = 0;
  double memory_of_four_ = 0;
};

}  // namespace

std::unique_ptr<Mechanism> make_indicators() { return std::make_unique<Indicators>(); }

}  // namespace kurultai
