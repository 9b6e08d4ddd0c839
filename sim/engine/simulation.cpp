#include "engine/simulation.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "engine/course.h"
#include "engine/result_head.h"
#include "observation/trial_record.h"
#include "scenario/resolved.h"
#include "society/synthesis.h"
#include "society/target.h"
#include "society/traits.h"

namespace kurultai {

namespace {

std::vector<Block> make_blocks(const Society& society) {
  std::vector<Block> blocks;
  for (std::uint32_t c = 0; c < society.communities(); ++c)
    for (Vertex first = society.first[c]; first < society.first[c + 1]; first += block_size)
      blocks.push_back({static_cast<std::uint32_t>(blocks.size()), c, first,
          std::min<Vertex>(first + block_size, society.first[c + 1])});
  return blocks;
}

/// World::first_institution.
std::vector<std::size_t> first_institutions(const Society& society) {
  std::vector<std::size_t> first(society.communities() + 1, 0);
  for (std::size_t k = 0; k < society.institutions.size(); ++k)
    if (society.institutions.kind[k] < member_kinds) ++first[society.institutions.community[k] + 1];
  for (std::size_t c = 0; c < society.communities(); ++c) first[c + 1] += first[c];
  return first;
}

}  // namespace

std::unique_ptr<Society> make_society(const Model& model) {
  return build_society(
      model.society, model.run.scale, static_cast<std::uint64_t>(model.run.seed.value()), model.source);
}

Simulation::Simulation(Model& model, const Society& society)
    : model_(model),
      world_{.society = society,
          .form_specs = model.forms,
          .policies = model.policies,
          .settings = model.society,
          .practice = model.practice,
          .forms = compiled(model.forms)},
      plan_(plan(model)) {
  check_targets(model.policies, known_targets(society.country), model.source);
  world_.seed = static_cast<std::uint64_t>(model.run.seed.value());
  world_.replicate = static_cast<std::uint32_t>(model.run.replicate.value());
  world_.first_week = -static_cast<std::int32_t>(model.run.warmup);
  world_.week = world_.first_week;
  const std::size_t communities = society.communities();
  world_.akimats.resize(communities);
  world_.districts.resize(society.country.districts.size());
  world_.regions.resize(society.country.regions.size());
  world_.ledger.community.resize(communities);
  world_.ledger.district.resize(society.country.districts.size());
  world_.ledger.region.resize(society.country.regions.size());
  world_.ledger.republic.resize(1);
  world_.dockets.assign(society.communities(), {});
  world_.blocks = make_blocks(society);
  world_.moved.assign(communities, 0);
  for (std::size_t m = 0; m < model.mechanisms.size(); ++m)
    if (model.mechanisms[m]->changes(world_.residents().name()))
      movers_.emplace_back(model.mechanisms[m].get(), std::uint64_t{1} << m);
  world_.akimats.cohesion.fill(1.0);
  const Traits traits(model.society, world_.seed);
  for (std::size_t c = 0; c < society.communities(); ++c)
    world_.akimats.place_effect[c] =
        traits.place_effect(society.key[c]) /
        std::sqrt(1.0 + society.country.communities[c].population / model.society.place_people);
  world_.own_residents.copy(society.residents);
  world_.institutions.copy(society.institutions);
  world_.first_institution = first_institutions(society);
  for (Lever* lever : model.registry.levers()) lever->reset(communities);

  prepare();
  watch_.records(world_, model, model.mechanisms);
  watch_.asks(world_, model);
}

Passenger& Simulation::take_along(std::unique_ptr<Model> other, bool records, bool surveys) {
  ensure(profile_ == nullptr, "no times are taken of a run with passengers");  // rows are mechanisms of the plan
  auto passenger = std::make_unique<Passenger>();
  passenger->model = std::move(other);
  Model& model = *passenger->model;
  if (records) {
    Simulation alone(model, world_.society);  // draws its lots; the rest of it is not needed
    passenger->watch.records(alone.world_, model, model_.mechanisms);
    passenger->trials = std::move(alone.world_.trials);  // it remembers where each of them is: they stay there
    Mechanism* const trials = passenger->watch.trials;
    trials->bind(world_, Mechanism::Bound::running);
    for (Pass& mechanisms : plan_) {
      const auto own = std::find(mechanisms.begin(), mechanisms.end(), watch_.trials);
      if (own != mechanisms.end()) mechanisms.insert(own + 1, trials);
      ensure(mechanisms.size() <= most_in_pass, "a pass has room for passengers");
    }
  }
  if (surveys) passenger->watch.asks(world_, model);
  passengers_.push_back(std::move(passenger));
  return *passengers_.back();
}

void Simulation::prepare() {
  model_.link();
  const Week week(world_);
  for (Mechanism* mechanism : order_of_preparation(model_)) {
    mechanism->bind(world_, Mechanism::Bound::preparing);
    mechanism->prepare(week);
  }
  for (const auto& mechanism : model_.mechanisms) mechanism->bind(world_, Mechanism::Bound::running);
}

void Simulation::take_times() {
  std::vector<std::string> names;
  for (const Pass& mechanisms : plan_)
    for (const Mechanism* mechanism : mechanisms) names.push_back(mechanism->name());
  names.insert(names.end(), {"(series)", "(panel)", "(surveys)"});
  profile_ = std::make_unique<Profile>(std::move(names));
}

void Simulation::step() {
  std::size_t row = 0;
  world_.moved.assign(world_.society.communities(), 0);
  for (const Pass& mechanisms : plan_) {
    pass(mechanisms, row);
    row += mechanisms.size();
  }
  look(row);
  ++world_.week;
}

void Simulation::look(std::size_t row) {
  Stopwatch stopwatch(profile_.get(), row);
  watch_.recorder->observe(world_);
  stopwatch.lap(0);
  watch_.panel->observe(world_);
  stopwatch.lap(1);
  watch_.surveys->observe(world_);
  stopwatch.lap(2);
  for (const auto& passenger : passengers_) {
    if (passenger->watch.recorder != nullptr) {
      world_.trials.swap(passenger->trials);  // its arms, not ours
      passenger->watch.recorder->observe(world_);
      passenger->watch.panel->observe(world_);
      world_.trials.swap(passenger->trials);
    }
    if (passenger->watch.surveys != nullptr) passenger->watch.surveys->observe(world_);
  }
}

void Simulation::pass(const Pass& mechanisms, std::size_t first) {
  const Week week(world_);
  const auto each = [&](auto hook) {
    Stopwatch watch(profile_.get(), first);
    for (std::size_t k = 0; k < mechanisms.size(); ++k) {
      if (!mechanisms[k]->enabled) continue;
      hook(*mechanisms[k]);
      watch.lap(k);
    }
  };
  each([&](Mechanism& mechanism) { mechanism.begin(week); });
  hand_out(mechanisms, week, first);
  each([&](Mechanism& mechanism) { mechanism.end(week); });
}

void Simulation::hand_out(const Pass& mechanisms, const Week& week, std::size_t first) {
  wanted_.assign(world_.society.communities(), 0);
  for (std::size_t k = 0; k < mechanisms.size(); ++k) {
    if (!mechanisms[k]->enabled) continue;
    const Mechanism& mechanism = *mechanisms[k];
    const auto mover =
        std::find_if(movers_.begin(), movers_.end(), [&](const auto& one) { return one.first == &mechanism; });
    const std::uint64_t moves = mover != movers_.end() ? mover->second : 0;
    for (std::size_t c = 0; c < wanted_.size(); ++c) {
      if (mechanism.wanted(week, c)) wanted_[c] |= 1U << k;
      if (moves != 0 && mechanism.moves(week, c)) world_.moved[c] |= moves;
    }
  }
  work_.clear();
  work_.reserve(world_.blocks.size());
  for (const Block& block : world_.blocks)
    if (wanted_[block.community] != 0) work_.push_back(block.index);

  parallel_chunks(work_.size(), 1, [&](std::size_t from, std::size_t to) {
    thread_local Exposure exposure;  // scratch: reset for each block
    Stopwatch watch(profile_.get(), first);
    for (std::size_t b = from; b < to; ++b) {
      const Batch batch(world_.blocks[work_[b]]);
      exposure.reset();
      for (std::size_t k = 0; k < mechanisms.size(); ++k) {
        if (((wanted_[batch.community] >> k) & 1U) == 0) continue;
        mechanisms[k]->residents(week, batch, exposure);
        watch.lap(k);
      }
    }
  });
}

void Simulation::run(const std::function<bool()>& each_week) {
  const FinishFirst finish;  // a week that has begun, and the checkpoint after it
  while (!done()) {
    step();
    if (!each_week()) return;
  }
}

void Simulation::state(Archive& archive) {
  state_of_world(archive);
  watch_.state_of_records(archive);
  watch_.state_of_surveys(archive);
}

void Simulation::state_of_world(Archive& archive) {
  archive.section("week");
  archive("week", world_.week);
  for (Table* table : std::initializer_list<Table*>{&world_.own_residents, &world_.akimats, &world_.institutions,
           &world_.districts, &world_.regions, &world_.staff, &world_.ledger.community, &world_.ledger.district,
           &world_.ledger.region, &world_.ledger.republic}) {
    archive.section(table->name());
    for (AnyColumn* column : table->columns())
      if (column->life() == AnyColumn::Life::changing) archive(column->name(), column->bytes());
  }
  archive.section("dockets");
  archive("dockets", std::span(world_.dockets));
  archive.section("levers");
  for (Lever* lever : model_.registry.levers()) archive(lever->path(), std::span(lever->now()));
  for (const auto& mechanism : model_.mechanisms) {
    if (mechanism.get() == watch_.trials) continue;  // it watches
    archive.section(mechanism->name());
    mechanism->state(archive);
  }
}

std::map<std::string, Attribute> run_attributes(const Model& model) {
  std::map<std::string, Attribute> attributes = new_result(ResultKind::run).attributes;
  attributes["title"] = model.source.title;
  attributes["scenario"] = resolved_scenario(model.source, model.registry);
  attributes["seed"] = model.run.seed.value();
  attributes["replicate"] = model.run.replicate.value();
  attributes["scale"] = model.run.scale.value();
  return attributes;
}

Result Simulation::result() const {
  Result result;
  result.attributes = run_attributes(model_);
  describe(course_of(model_.registry), result);
  std::vector<std::string> notes = model_.remarks();
  for (std::string& note : model_.reading_notes()) notes.push_back(std::move(note));
  add_notes(result, notes);
  result.attributes["residents"] = static_cast<std::int64_t>(world_.society.residents.size());
  result.groups = watch_.recorder->groups(world_);
  if (!watch_.panel->empty()) result.groups.push_back(watch_.panel->group());
  for (Group& survey : watch_.surveys->groups()) result.groups.push_back(std::move(survey));
  for (std::size_t p = 0; p < model_.policies.size(); ++p) result.groups.push_back(trial_record(world_, p));
  return result;
}

}  // namespace kurultai
