// How this akimat works this week: what the levers of [akimat] say for its community, and how it differs from that by
// character, learning and revision (columns own_... of the akimats). Mechanisms read these, not the levers.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "mechanism/mechanism.h"

namespace kurultai {

/// A lever of [akimat] and an akimat's own difference from it, together in [0, 1].
class Practised {
 public:
  Practised(Mechanism& mechanism, Lever Practice::* lever, Column<double> Akimats::* own, std::string when = {},
      Start start = Start::no)
      : lever_(mechanism, lever, std::move(when)),
        own_(mechanism, own, start) {}
  double operator()(std::size_t c) const { return std::clamp(lever_[c] + own_[c], 0.0, 1.0); }

 private:
  ReadLever lever_;
  Read<double> own_;
};

/// How far community c's akimat publishes decisions and spending.
struct Openness : Practised {
  explicit Openness(Mechanism& mechanism, std::string when = {}, Start start = Start::no)
      : Practised(mechanism, &Practice::openness, &Akimats::own_openness, std::move(when), start) {}
};

/// Chance that community c's akimat answers a matter within its capacity and means, the akim in office apart.
struct Responsiveness : Practised {
  explicit Responsiveness(Mechanism& mechanism, Start start = Start::no)
      : Practised(mechanism, &Practice::responsiveness, &Akimats::own_responsiveness, {}, start) {}
};

/// How well community c's akim and staff are able to do their work; 0.5 is usual.
struct Competence : Practised {
  explicit Competence(Mechanism& mechanism, Start start = Start::no)
      : Practised(mechanism, &Practice::competence, &Akimats::own_competence, {}, start) {}
};

/// Share of matters, and of spending on local goods, that community c's akimat decides itself.
struct Autonomy : Practised {
  explicit Autonomy(Mechanism& mechanism, Start start = Start::no)
      : Practised(mechanism, &Practice::autonomy, &Akimats::own_autonomy, {}, start) {}
};

/// Whether community c elects its akim, if a form of the scenario lets it (R1, T3).
class Elects {
 public:
  explicit Elects(Mechanism& mechanism) : elected_(mechanism, &Practice::elected, "form.*.decides=office") {}
  bool operator()(std::size_t c) const { return elected_[c] >= 0.5; }

 private:
  ReadLever elected_;
};

/// The state's weight in what is decided, 0 to 1: heavier where decisions answer upward (T3).
class StateWeight {
 public:
  explicit StateWeight(Mechanism& mechanism, Start start = Start::no)
      : weight_(mechanism, &Practice::state_weight),
        odds_(mechanism, &Practice::appointed_odds),
        appointed_(mechanism, &Akimats::appointed, start) {}
  /// In what community c's akimat decides.
  double operator()(std::size_t c) const { return appointed_[c] > 0 ? upward(weight_[c]) : weight_[c]; }
  /// What the lever says of community c, and of a place without any.
  [[nodiscard]] double lever(std::size_t c) const { return weight_[c]; }
  [[nodiscard]] double scenario() const { return weight_.scenario(); }
  /// `weight` where decisions answer upward: its odds are heavier, so that the ends of the dial, 0 and 1, stay what
  /// they are.
  [[nodiscard]] double upward(double weight) const {
    const double heavy = odds_ * weight;
    return heavy / (heavy + 1.0 - weight);
  }

 private:
  ReadLever weight_;
  ReadReal odds_;
  Read<double> appointed_;
};

/// What community c buys this week of its year's plan, where an undelayed year has 13 purchases: 1/13 where its budget
/// was approved in time; nothing while maslikhats of its district or region delay it, and the more in each of the weeks
/// left.
class BoughtShare {
 public:
  explicit BoughtShare(Mechanism& mechanism) : delay_(mechanism, &Authorities::delay) {}
  double operator()(const Week& week, std::size_t c) const {
    const Community& place = week.place(c);
    const double delay = std::max(delay_[Level::district][place.district], delay_[Level::region][place.region]);
    if (delay <= 0) return 1.0 / months_a_year;
    const auto first = static_cast<std::uint32_t>(
        (weeks_a_month - week.key[c] % weeks_a_month) % weeks_a_month);  // of the year: see Week::due
    double left = 0;
    for (std::uint32_t at = first; at < weeks_a_year; at += weeks_a_month) left += at >= delay;
    return week.tick() % weeks_a_year < delay || left <= 0 ? 0.0 : 1.0 / left;
  }

 private:
  ReadAreas<double> delay_;
};

}  // namespace kurultai
