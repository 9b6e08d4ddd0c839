#include "observation/survey_sample.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/elementary.h"
#include "base/parallel.h"

namespace kurultai {

namespace {

constexpr double nan_ = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint32_t none = 0xffffffffU;

std::uint32_t purpose_of(const std::string& path) { return static_cast<std::uint32_t>(key_of(path)); }

/// Adds a cluster with the agents that `add` puts into the list, if there are any.
template <class Add> void add_cluster(Frame& frame, Frame::Cluster cluster, Add&& add) {
  add(frame.agents);
  if (frame.agents.size() == frame.first.back()) return;
  frame.first.push_back(static_cast<std::uint32_t>(frame.agents.size()));
  frame.clusters.push_back(cluster);
}

bool of_age(const World& world, const SurveySpec& survey, std::size_t i) {
  const std::uint8_t age = world.residents().age[i];
  return age >= survey.age_from && age <= survey.age_to;
}

Frame frame_of_residents(const World& world, const SurveySpec& survey) {
  const Country& country = world.society.country;
  const Residents& r = world.residents();
  const bool by_type = survey.strata == Strata::type;
  Frame frame;
  frame.strata = static_cast<std::uint32_t>(by_type ? place_type_count : country.regions.size());
  unsigned occupations = 0;
  for (unsigned o = 0; o < occupation_count; ++o)
    if (survey.asks_occupation(static_cast<Occupation>(o))) occupations |= 1U << o;
  for (std::size_t c = 0; c < country.communities.size(); ++c) {
    const Community& community = country.communities[c];
    if (!survey.asks_type(community.type) || !survey.asks_region(country.regions[community.region])) continue;
    const std::uint32_t stratum = by_type ? static_cast<std::uint32_t>(community.type) : community.region;
    add_cluster(frame,
        {world.society.key[c], world.society.first[c], stratum, static_cast<std::uint8_t>(community.type)},
        [&](std::vector<std::uint32_t>& agents) {
          for (Vertex i = world.society.first[c]; i < world.society.first[c + 1]; ++i)
            if (of_age(world, survey, i) && ((occupations >> r.occupation[i]) & 1U) != 0) agents.push_back(i);
        });
  }
  return frame;
}

Frame frame_of_staff(const World& world, const SurveySpec& survey) {
  const Country& country = world.society.country;
  const Staff& staff = world.staff;
  const bool by_type = survey.strata == Strata::type;
  Frame frame;
  frame.strata = static_cast<std::uint32_t>(by_type ? place_type_count + level_count : country.regions.size());
  for (std::size_t k = 0; k < staff.size();) {
    const auto level = static_cast<Level>(staff.level[k]);
    const std::uint32_t place = staff.place[k];
    std::size_t end = k;  // of the posts of this akimat: they stand together
    while (end < staff.size() && staff.level[end] == staff.level[k] && staff.place[end] == place) ++end;
    const std::size_t begin = k;
    k = end;
    if (!survey.asks_level(level)) continue;
    std::uint32_t region = place;
    std::string code;
    std::uint8_t type = place_type_count;
    if (level == Level::community) {
      const Community& community = country.communities[place];
      if (!survey.asks_type(community.type)) continue;
      region = community.region;
      code = community.code;
      type = static_cast<std::uint8_t>(community.type);
    } else if (level == Level::district) {
      region = country.districts[place].region;
      code = country.districts[place].code;
    } else {
      code = country.regions[place].code;
    }
    if (!survey.asks_region(country.regions[region])) continue;
    const std::uint32_t kind = level == Level::community
                                   ? type
                                   : static_cast<std::uint32_t>(place_type_count) + static_cast<std::uint32_t>(level);
    const std::uint64_t key = key_of(std::string("staff/") + word(level) + "/" + code);
    add_cluster(frame, {key, static_cast<std::uint32_t>(begin), by_type ? kind : region, type},
        [&](std::vector<std::uint32_t>& agents) {
          for (std::size_t post = begin; post < end; ++post)  // a post may be vacant
            if (staff.resident[post] < world.residents().size() && of_age(world, survey, staff.resident[post]))
              agents.push_back(static_cast<std::uint32_t>(post));
        });
  }
  return frame;
}

/// `count` of the units that `visit` passes to its argument, each set alike, in the order of the frame.
template <class Visit>
std::vector<Unit> choose(const Frame& frame, std::size_t count, const Draws& draws, std::uint32_t item, Visit&& visit) {
  struct Ticket {
    std::uint64_t luck;
    Unit unit;
  };
  std::vector<Ticket> tickets;
  visit([&](Unit unit) {
    const Draws::Four w = draws.words(frame.name(unit.cluster, unit.agent), item);
    tickets.push_back({(static_cast<std::uint64_t>(w[0]) << 32) | w[1], unit});
  });
  const auto order = [](const Unit& a, const Unit& b) {
    return a.cluster != b.cluster ? a.cluster < b.cluster : a.agent < b.agent;
  };
  if (count < tickets.size()) {
    std::nth_element(tickets.begin(), tickets.begin() + static_cast<std::ptrdiff_t>(count), tickets.end(),
        [&](const Ticket& a, const Ticket& b) { return a.luck != b.luck ? a.luck < b.luck : order(a.unit, b.unit); });
    tickets.resize(count);
  }
  std::vector<Unit> chosen;
  chosen.reserve(tickets.size());
  for (const Ticket& ticket : tickets) chosen.push_back(ticket.unit);
  std::sort(chosen.begin(), chosen.end(), order);
  return chosen;
}

/// How many of each stratum: as near to its due as there are people, at least two where there are two.
std::vector<std::size_t> allocate(std::size_t size, std::span<const double> people, bool equally) {
  double all = 0;
  double there = 0;
  for (const double n : people) {
    all += n;
    there += n > 0 ? 1.0 : 0.0;
  }
  std::vector<std::size_t> share(people.size(), 0);
  std::size_t given = 0;
  for (std::size_t h = 0; h < people.size(); ++h)
    given += share[h] = static_cast<std::size_t>(std::min(2.0, people[h]));
  const auto wants = [&](std::size_t h) {
    const double due = static_cast<double>(size) * (equally ? 1.0 / there : people[h] / all);
    return due - static_cast<double>(share[h]);
  };
  while (given < size && given < static_cast<std::size_t>(all)) {
    std::size_t best = people.size();
    for (std::size_t h = 0; h < people.size(); ++h)
      if (static_cast<double>(share[h]) < people[h] && (best == people.size() || wants(h) > wants(best))) best = h;
    ++share[best];
    ++given;
  }
  return share;
}

struct Moments {
  double mean = 0;
  double variance = nan_;  ///< of the sample, divisor n - 1; nan below two
};

Moments moments_of(std::span<const double> values) {
  Moments m;
  for (const double x : values) m.mean += x;
  m.mean /= static_cast<double>(values.size());
  if (values.size() < 2) return m;
  double squares = 0;
  for (const double x : values) squares += (x - m.mean) * (x - m.mean);
  m.variance = squares / static_cast<double>(values.size() - 1);
  return m;
}

}  // namespace

Frame frame_of(const World& world, const SurveySpec& survey) {
  return survey.of_staff() ? frame_of_staff(world, survey) : frame_of_residents(world, survey);
}

std::vector<SampleGroup> draw_sample(
    const Frame& frame, const SurveySpec& survey, const Draws& draws, std::uint32_t purpose) {
  std::vector<SampleGroup> groups;
  const auto size = static_cast<std::size_t>(survey.size.value());
  const auto units = [&](std::uint32_t cluster, auto& take) {
    for (std::uint32_t k = frame.first[cluster]; k < frame.first[cluster + 1]; ++k)
      take(Unit{cluster, frame.agents[k]});
  };
  if (frame.size() == 0) return groups;
  if (survey.design == SampleDesign::clustered) {
    const auto draw_count = static_cast<std::uint32_t>(survey.clusters.value());
    for (std::uint32_t k = 0; k < draw_count; ++k) {
      const std::uint32_t any = draws.below(frame.size(), {key_of(survey.name()), k}, purpose);
      const auto at = std::upper_bound(frame.first.begin(), frame.first.end(), any) - frame.first.begin() - 1;
      const auto cluster = static_cast<std::uint32_t>(at);
      const std::size_t take = size / draw_count + (k < size % draw_count ? 1 : 0);
      if (take == 0) continue;
      groups.push_back({static_cast<double>(frame.first[cluster + 1] - frame.first[cluster]),
          choose(frame, take, draws, purpose + 1 + k, [&](auto&& each) { units(cluster, each); })});
    }
    return groups;
  }
  const bool stratified = survey.design == SampleDesign::stratified;
  const std::size_t strata = stratified ? frame.strata : 1;
  std::vector<double> people(strata, 0.0);
  const auto stratum_of = [&](std::uint32_t cluster) { return stratified ? frame.clusters[cluster].stratum : 0U; };
  for (std::uint32_t cluster = 0; cluster < frame.clusters.size(); ++cluster)
    people[stratum_of(cluster)] += frame.first[cluster + 1] - frame.first[cluster];
  const std::vector<std::size_t> share = allocate(size, people, survey.allocation == Allocation::equal);
  for (std::uint32_t h = 0; h < strata; ++h) {
    if (share[h] == 0) continue;
    groups.push_back({people[h], choose(frame, share[h], draws, purpose, [&](auto&& each) {
                        for (std::uint32_t cluster = 0; cluster < frame.clusters.size(); ++cluster)
                          if (stratum_of(cluster) == h) units(cluster, each);
                      })});
  }
  return groups;
}

double student_975(double freedom) {
  constexpr double table[] = {12.7062, 4.3027, 3.1824};
  if (!(freedom >= 1)) return nan_;
  if (freedom < 4) return table[static_cast<std::size_t>(freedom) - 1];
  const double z = 1.959963984540054;
  const double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
  return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom) +
         (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom * freedom * freedom);
}

Finding estimate(std::span<const GroupAnswers> groups, bool clustered, bool share) {
  Finding e;
  std::vector<const GroupAnswers*> there;
  double population = 0;
  for (const GroupAnswers& group : groups) {
    if (group.values.empty()) continue;
    there.push_back(&group);
    population += group.population;
    e.respondents += static_cast<std::int64_t>(group.values.size());
  }
  if (there.empty()) return e;
  const auto n = static_cast<double>(e.respondents);
  const auto draws = static_cast<double>(there.size());
  const auto weight = [&](const GroupAnswers& group) {
    return clustered ? 1.0 / draws : group.population / population;
  };

  std::vector<Moments> moments;
  e.value = 0;
  double within = 0, within_freedom = 0;
  for (const GroupAnswers* group : there) {
    moments.push_back(moments_of(group->values));
    e.value += weight(*group) * moments.back().mean;
    if (group->values.size() < 2) continue;
    within += moments.back().variance * static_cast<double>(group->values.size() - 1);
    within_freedom += static_cast<double>(group->values.size() - 1);
  }

  double variance = 0, freedom = nan_;
  if (clustered) {
    for (const Moments& m : moments) variance += (m.mean - e.value) * (m.mean - e.value);
    variance = draws < 2 ? nan_ : variance / (draws * (draws - 1));
    freedom = draws - 1;
  } else {
    double spread = 0;  // Satterthwaite: variance^2 / sum of parts^2 / (n_h - 1)
    for (std::size_t k = 0; k < there.size(); ++k) {
      const auto size = static_cast<double>(there[k]->values.size());
      const double left = std::max(0.0, 1.0 - size / there[k]->population);
      if (left == 0) continue;  // everybody answered
      const double own = size < 2 ? (within_freedom > 0 ? within / within_freedom : nan_) : moments[k].variance;
      const double part = weight(*there[k]) * weight(*there[k]) * left * own / size;
      variance += part;
      spread += part * part / (size < 2 ? std::max(1.0, within_freedom) : size - 1);
    }
    freedom = spread > 0 ? variance * variance / spread : std::max(1.0, n - draws);
  }
  e.error = std::sqrt(variance);

  // As if the same respondents were a simple sample.
  double squares = 0;
  for (const auto* cluster : there)
    for (const double x : cluster->values)
      squares += weight(*cluster) / static_cast<double>(cluster->values.size()) * (x - e.value) * (x - e.value);
  const double left = clustered ? 1.0 : std::max(0.0, 1.0 - n / population);
  const double simple = n < 2 ? nan_ : left * squares * n / (n - 1) / n;
  e.design_effect = simple > 0 ? variance / simple : (variance == 0 ? 1.0 : nan_);

  const double t = student_975(freedom);
  if (variance != variance) return e;
  if (!share) {
    e.low = e.value - t * e.error;
    e.high = e.value + t * e.error;
    return e;
  }
  const double p = std::clamp(e.value, 0.0, 1.0);
  if (!clustered && left == 0) {
    e.low = e.high = p;
    return e;
  }
  const double size = variance > 0 ? p * (1 - p) / variance : (clustered ? draws : n / left);
  const double middle = (p + t * t / (2 * size)) / (1 + t * t / size);
  const double half = t / (1 + t * t / size) * std::sqrt(p * (1 - p) / size + t * t / (4 * size * size));
  e.low = std::max(0.0, middle - half);
  e.high = std::min(1.0, middle + half);
  return e;
}

Questionnaire::Questionnaire(const World& world, const SurveySpec& survey, std::vector<const ItemSpec*> items,
    const Frame& frame, const Draws& draws)
    : world_(world),
      survey_(survey),
      items_(std::move(items)),
      frame_(frame),
      draws_(draws) {
  for (const ItemSpec* item : items_) purpose_.push_back(purpose_of(survey.name() + "/" + item->name()));
  const std::vector<Vertex>& first = world.society.first;
  for (const auto& cluster : frame.clusters) {
    const std::uint32_t agent = cluster.base;
    if (!survey.of_staff())
      community_.push_back(
          static_cast<std::uint32_t>(std::upper_bound(first.begin(), first.end(), agent) - first.begin() - 1));
    else
      community_.push_back(
          static_cast<Level>(world.staff.level[agent]) == Level::community ? world.staff.place[agent] : none);
  }
}

std::uint32_t Questionnaire::resident_of(Unit unit) const {
  return survey_.of_staff() ? world_.staff.resident[unit.agent] : unit.agent;
}

double Questionnaire::latent(std::size_t k, Unit unit) const {
  const Residents& r = world_.residents();
  const std::uint32_t i = resident_of(unit);
  const auto community = [&] {  // where staff of districts and regions live counts for them
    if (community_[unit.cluster] != none) return static_cast<std::size_t>(community_[unit.cluster]);
    const std::vector<Vertex>& first = world_.society.first;
    return static_cast<std::size_t>(std::upper_bound(first.begin(), first.end(), i) - first.begin() - 1);
  };
  switch (items_[k]->asked()) {
    case Asked::trust: return r.trust[i];
    case Asked::satisfaction: return r.satisfaction[i];
    case Asked::efficacy: return r.efficacy[i];
    case Asked::awareness: {
      const Docket& docket = world_.dockets[community()];
      const unsigned mine = docket.eligible(r, i) & docket.live;
      return mine == 0 ? 0.0 : static_cast<double>(std::popcount(mine & r.aware[i])) / std::popcount(mine);
    }
    case Asked::participation: return took_part_lately(world_, i) ? 1.0 : 0.0;
    case Asked::skill: return r.skill[i];
    case Asked::answered: return world_.akimats.answered[community()];
    case Asked::openness:
      return std::clamp(world_.practice.openness[community()] + world_.akimats.own_openness[community()], 0.0, 1.0);
    case Asked::match: return world_.akimats.match[community()];
    case Asked::tension: return std::clamp(world_.akimats.tension[community()], 0.0, 1.0);
    case Asked::job_satisfaction: return world_.staff.satisfaction[unit.agent];
  }
  return 0;
}

int Questionnaire::answer(std::size_t k, Unit unit) const {
  const ItemSpec& item = *items_[k];
  double meant = latent(k, unit);
  if (item.error > 0 || item.slip > 0) {
    const Draws::Four w = draws_.words(frame_.name(unit.cluster, unit.agent), purpose_[k]);
    if (Draws::to_uniform(w[0]) < item.slip) return 1 + static_cast<int>(Draws::to_below(w[1], scale_points));
    if (item.error > 0) meant += item.error * normal_quantile(Draws::to_uniform(w[2]));
  }
  int point = 1;
  for (const double cut : item.thresholds.value())
    if (meant >= cut) ++point;
  return point;
}

bool Questionnaire::refuses(std::size_t k, Unit unit, const Draws& draws) const {
  return items_[k]->refusal > 0 &&
         Draws::to_uniform(draws.words(frame_.name(unit.cluster, unit.agent), purpose_[k])[3]) < items_[k]->refusal;
}

double Questionnaire::response_chance(Unit unit, double mean_answer) const {
  const std::uint8_t type = frame_.clusters[unit.cluster].type;
  const double away = type < place_type_count ? survey_.nonresponse_types[type] : 0.0;
  if (away == 0 && !survey_.answer_dependent()) return 1.0 - survey_.nonresponse;
  return logistic(
      logit(1.0 - survey_.nonresponse) - away + survey_.selective * (mean_answer - 0.5 * (1 + scale_points)));
}

std::vector<Census> take_census(const Frame& frame, const Questionnaire& questionnaire) {
  struct Sums {
    std::int64_t points = 0;
    std::int64_t top = 0;
    double latent = 0;
  };
  const std::size_t items = questionnaire.size();
  std::vector<Sums> sums(frame.clusters.size() * items);
  parallel_chunks(frame.clusters.size(), 1, [&](std::size_t from, std::size_t to) {
    for (std::size_t cluster = from; cluster < to; ++cluster)
      for (std::uint32_t a = frame.first[cluster]; a < frame.first[cluster + 1]; ++a)
        for (std::size_t k = 0; k < items; ++k) {
          const Unit unit{static_cast<std::uint32_t>(cluster), frame.agents[a]};
          const int point = questionnaire.answer(k, unit);
          Sums& sum = sums[cluster * items + k];
          sum.points += point;
          sum.top += point >= top_box ? 1 : 0;
          sum.latent += questionnaire.latent(k, unit);
        }
  });
  std::vector<Census> census(items);
  const double people = frame.size();
  if (people == 0) return census;
  for (std::size_t k = 0; k < items; ++k) {
    Sums all;
    for (std::size_t cluster = 0; cluster < frame.clusters.size(); ++cluster) {
      const Sums& sum = sums[cluster * items + k];
      all.points += sum.points;
      all.top += sum.top;
      all.latent += sum.latent;
    }
    census[k] = {static_cast<double>(all.points) / people, static_cast<double>(all.top) / people, all.latent / people};
  }
  return census;
}

RoundReport hold_round(
    const Frame& frame, const SurveySpec& survey, const Questionnaire& questionnaire, const Draws& draws) {
  const std::uint32_t purpose = purpose_of(survey.name());
  const std::vector<SampleGroup> sample = draw_sample(frame, survey, draws, purpose);
  const std::size_t items = questionnaire.size();
  RoundReport report;
  std::vector<std::vector<GroupAnswers>> points(items), tops(items);
  std::vector<int> answers(items);
  for (const SampleGroup& group : sample) {
    for (std::size_t k = 0; k < items; ++k) {
      points[k].push_back({group.population});
      tops[k].push_back({group.population});
    }
    for (const Unit& unit : group.units) {
      double mean = 0;
      for (std::size_t k = 0; k < items; ++k) mean += answers[k] = questionnaire.answer(k, unit);
      mean /= static_cast<double>(items);
      ++report.drawn;
      // The third word: those of the first two chose the sample.
      const std::uint32_t luck = draws.words(frame.name(unit.cluster, unit.agent), purpose)[2];
      if (Draws::to_uniform(luck) >= questionnaire.response_chance(unit, mean)) continue;
      ++report.answered;
      for (std::size_t k = 0; k < items; ++k) {
        if (questionnaire.refuses(k, unit, draws)) continue;
        points[k].back().values.push_back(answers[k]);
        tops[k].back().values.push_back(answers[k] >= top_box ? 1.0 : 0.0);
      }
    }
  }
  const bool clustered = survey.design == SampleDesign::clustered;
  for (std::size_t k = 0; k < items; ++k)
    report.items.push_back({estimate(points[k], clustered, false), estimate(tops[k], clustered, true)});
  return report;
}

}  // namespace kurultai
