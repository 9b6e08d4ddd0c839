// The simulator as a sweep sees it: settings are put into a copy of the base scenario, societies are built once and
// shared by the runs that live in them.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "engine/checkpoint.h"
#include "engine/estimate.h"
#include "engine/lever_readers.h"
#include "engine/memory.h"
#include "engine/simulation.h"
#include "scenario/resolved.h"
#include "sweep/experiment.h"
#include "sweep/societies.h"
#include "sweep/test_models.h"

namespace kurultai {

namespace {

/// A model into which the settings of one point are put after another's. Only what differs from the point before is
/// set, and only the sections in which that stands, and the rules that read them, are looked at again: what a fresh
/// model would say, without building one for each point.
class Variation {
 public:
  explicit Variation(const Model& base) {
    copy_values(base.registry, model_.registry);
    model_.source = base.source;
    model_.watched = base.watched;
  }

  /// The model with `settings`, and all else as in the base. Throws scenario_error at `place` if they cannot be; the
  /// next call begins where this one stopped.
  const Model& with(std::span<const Setting> settings, const std::string& place) {
    for (auto& [path, moved] : moved_) moved.asked = false;
    for (const Setting& setting : settings) {
      Moved& moved = moved_of(setting.path);
      moved.asked = true;
      if (!place.empty()) *moved.place = *moved.section_place = place;
      if (moved.now == setting.value) continue;
      const std::string why = moved.field->set(setting.value);
      if (!why.empty())
        throw scenario_error(place, fmt::format("{} cannot be {}", setting.path, to_toml(setting.value)), why,
            "allowed: " + moved.field->allowed());
      moved.now = setting.value;
      touch(*moved.field);
    }
    for (auto& [path, moved] : moved_) {
      if (moved.asked || moved.now == moved.base) continue;
      ensure(moved.field->set(moved.base).empty(), "a field takes back the value it had");
      moved.now = moved.base;
      touch(*moved.field);
    }
    if (!changed_.empty()) {
      model_.check(changed_);
      changed_.clear();
    }
    return model_;
  }

  /// Whether what `remarks` reads has changed since the last call.
  bool take_new_remarks() { return std::exchange(new_remarks_, false); }

 private:
  struct Moved {
    Field* field = nullptr;
    Value base;
    Value now;
    std::string* place = nullptr;
    std::string* section_place = nullptr;
    bool asked = false;
  };

  Moved& moved_of(const std::string& path) {
    if (const auto found = moved_.find(path); found != moved_.end()) return found->second;
    Field* field = model_.registry.find(path);
    ensure(field != nullptr, "a setting names a parameter");
    std::map<std::string, std::string>& places = model_.source.places;
    const std::string before = model_.source.place_of(path);
    const std::string section_before = model_.source.place_of(field->section().name());
    Moved moved{field, field->get(), field->get(), &places.emplace(path, before).first->second,
        &places.emplace(field->section().name(), section_before).first->second};
    return moved_.emplace(path, std::move(moved)).first->second;
  }

  void touch(const Field& field) {
    if (std::find(changed_.begin(), changed_.end(), &field) == changed_.end()) changed_.push_back(&field);
    new_remarks_ = new_remarks_ || Model::remarks_read(field);
  }

  Model model_;
  std::map<std::string, Moved> moved_;
  std::vector<const Field*> changed_;  // since the model held
  bool new_remarks_ = true;
};

/// The least that a society can be thinned to: two residents a community, for outlines.
constexpr double thinnest = 1e-5;

class Simulator final : public Experiment {
 public:
  Simulator(const std::filesystem::path& file, std::span<const std::string> sets, std::shared_ptr<Societies> societies)
      : societies_(societies ? std::move(societies) : std::make_shared<Societies>()) {
    base_.read(file, sets);
    sets_levers_ = sets_levers(base_);
  }
  Simulator(const std::string& text, const std::vector<std::filesystem::path>& folders)
      : societies_(std::make_shared<Societies>()) {
    base_.source = read_scenario_text(text, "the scenario in the file", folders, base_.registry);
    base_.check();
  }

  [[nodiscard]] const Registry& parameters() const override { return base_.registry; }
  [[nodiscard]] const ScenarioSource& source() const override { return base_.source; }
  [[nodiscard]] std::string resolved() const override { return resolved_scenario(base_.source, base_.registry); }

  [[nodiscard]] Inputs inputs(std::span<const Setting> settings) const override {
    if (settings.empty()) return inputs_of(base_);
    Model m;
    copy_values(base_.registry, m.registry);
    m.source = base_.source;
    for (const Setting& setting : settings)
      ensure(m.registry.find(setting.path)->set(setting.value).empty(), "settings were checked before");
    return inputs_of(m);
  }

  void check(std::span<const Setting> settings, const std::string& place) const override {
    const std::scoped_lock lock(guard_);
    (void)variation().with(settings, place);
  }

  [[nodiscard]] std::vector<std::string> remarks(std::span<const Setting> settings) const override {
    const std::scoped_lock lock(guard_);
    const Model& m = variation().with(settings, "");
    if (variation_->take_new_remarks()) {
      remarks_ = m.remarks(m.policies.size() > 0 ? estimator_.places(m).get() : nullptr);
      for (std::string& note : estimator_.notes(m)) remarks_.push_back(std::move(note));
    }
    if (!sets_levers_) return remarks_;
    std::vector<std::string> all = remarks_;
    for (std::string& note : unread_settings(m)) all.push_back(std::move(note));
    return all;
  }

  [[nodiscard]] std::string why_unread(std::span<const Setting> settings, const std::string& path) const override {
    const Field* field = base_.registry.find(path);
    if (field == nullptr || field->kind() != Field::Kind::lever) return {};
    const std::scoped_lock lock(guard_);
    return kurultai::why_unread(variation().with(settings, ""), path);
  }

  [[nodiscard]] Cost cost(std::span<const Setting> settings) const override {
    const std::scoped_lock lock(guard_);
    const Model& m = variation().with(settings, "");
    const Estimate e = estimator_.of(m, 1);
    const auto weeks = static_cast<double>(m.run.weeks + m.run.warmup);
    return {.seconds = e.seconds_a_week * weeks,
        .bytes = e.run_bytes,
        .shared_bytes = e.society_bytes,
        .file_bytes = e.file_bytes,
        .society_seconds = e.build_seconds,
        .peak_bytes = e.bytes,
        .weeks = weeks,
        .weeks_alone = weeks};
  }

  [[nodiscard]] Course course(std::span<const Setting> settings, const std::string& /*level*/) const override {
    return course_of(base_.registry, [&](const std::string& path) {
      const auto found =
          std::find_if(settings.begin(), settings.end(), [&](const Setting& setting) { return setting.path == path; });
      return found == settings.end() ? nullptr : &found->value;
    });
  }

  void watch(const std::vector<Watched>& series) override {
    const std::scoped_lock lock(guard_);
    base_.watched = series;
    variation_.reset();
  }

  [[nodiscard]] std::string society_key(std::span<const Setting> settings, RunLuck luck) const override {
    const Mark& base = itineraries().society();
    std::string key = fmt::format("{:016x}{:016x} {}", base.high, base.low, luck.seed);
    for (const Setting& setting : settings)
      if (setting.path == "run.scale" || setting.path.rfind("society.", 0) == 0)
        key += fmt::format(" {}={}", setting.path, to_toml(setting.value));
    return key;
  }

  [[nodiscard]] std::optional<Itinerary> itinerary(std::span<const Setting> settings, RunLuck luck) const override {
    std::vector<std::string> moved;
    for (const Setting& setting : settings) moved.push_back(setting.path);
    const Itineraries& all = itineraries();
    const std::scoped_lock lock(guard_);
    return all.of(variation().with(settings, ""), moved, luck.seed, luck.replicate);
  }

  [[nodiscard]] bool is_read_later(const std::string& path) const override {
    const Field* field = base_.registry.find(path);
    return field != nullptr && Itineraries::is_read_later(*field);
  }

  [[nodiscard]] std::map<std::string, Attribute> attributes(
      std::span<const Setting> settings, RunLuck luck) const override {
    const std::unique_ptr<Model> m = model(settings, luck, "");
    std::map<std::string, Attribute> known = run_attributes(*m);
    known["inputs"] = to_text(inputs_of(*m));
    return known;
  }

  [[nodiscard]] Result outline(std::span<const Setting> settings, RunLuck luck) const override {
    const std::unique_ptr<Model> m = model(settings, luck, "");
    if (m->society.source == Source::network) {
      require_memory(estimate(*m, 1).bytes, 0, "the society");
    } else {
      ensure(m->run.scale.set(thinnest).empty(), "the thinnest scale is allowed");
    }
    const std::unique_ptr<Society> society = make_society(*m);
    return Simulation(*m, *society).result();
  }

  [[nodiscard]] std::unique_ptr<Model> model(std::span<const Setting> settings, RunLuck luck) const override {
    return model(settings, luck, "");
  }

  [[nodiscard]] std::shared_ptr<const Waypoint> walk(std::span<const Setting> settings, RunLuck luck, std::int32_t week,
      std::span<const Companion> companions, const RunControl& control) const override {
    Going going(*this, settings, luck, control.from);
    std::vector<std::pair<Passenger*, Itinerary>> along;
    for (const Companion& companion : companions) {
      along.emplace_back(&going.simulation->take_along(companion.of->model(companion.settings, companion.luck),
                             companion.records, companion.surveys),
          companion.of->itinerary(companion.settings, companion.luck).value());
      const auto& [passenger, theirs] = along.back();
      if (control.from) control.from->take(passenger->watch, theirs.records, theirs.surveys);
    }
    const FinishFirst finish;
    while (going.simulation->week() < week) {
      going.simulation->step();
      if (!control.stop || !control.stop()) continue;
      // The run itself goes on from here: a job that is put back into a queue again and again comes to an end.
      if (!control.checkpoint_file.empty())
        Checkpoint(control.checkpoint_file, *going.simulation, inputs_of(*going.model)).write({});
      return {};
    }
    auto waypoint = std::make_shared<Waypoint>(*going.simulation, going.society);
    const Itinerary own = itinerary(settings, luck).value();
    waypoint->keep_records(going.simulation->watch(), own.records);
    waypoint->keep_surveys(going.simulation->watch(), own.surveys);
    for (const auto& [passenger, theirs] : along) {
      if (passenger->watch.recorder != nullptr) waypoint->keep_records(passenger->watch, theirs.records);
      if (passenger->watch.surveys != nullptr) waypoint->keep_surveys(passenger->watch, theirs.surveys);
    }
    return waypoint;
  }

  std::optional<Result> run(std::span<const Setting> settings, RunLuck luck, const RunControl& control) const override {
    Going going(*this, settings, luck, control.from);
    Simulation& simulation = *going.simulation;
    std::optional<Checkpoint> checkpoint;
    if (!control.checkpoint_file.empty()) {
      checkpoint.emplace(control.checkpoint_file, simulation, inputs_of(*going.model));
      try {
        if (!control.from) checkpoint->resume();
      } catch (const Error&) {
        checkpoint->remove();  // damaged, or of another build: the run begins anew
        return run(settings, luck, control);
      }
    }
    const double weeks = static_cast<double>(going.model->run.weeks + going.model->run.warmup);
    bool stopped = false;
    simulation.run([&] {
      stopped = control.stop && control.stop();
      if (checkpoint && !simulation.done() && (stopped || (control.checkpoint && control.checkpoint())))
        checkpoint->write({});
      if (control.progress) control.progress((simulation.week() - simulation.world().first_week) / weeks);
      return !stopped;
    });
    if (stopped && !simulation.done()) return {};
    Result result = simulation.result();
    if (checkpoint) checkpoint->remove();
    return result;
  }

 private:
  /// A run under way, from its first week or from a waypoint.
  struct Going {
    Going(const Simulator& simulator, std::span<const Setting> settings, RunLuck luck,
        const std::shared_ptr<const Waypoint>& from)
        : model(simulator.model(settings, luck, "")),
          society(from ? from->society() : simulator.societies_->get(simulator.society_key(settings, luck), *model)),
          simulation(std::in_place, *model, *society) {
      if (!from) return;
      const Itinerary itinerary = simulator.itinerary(settings, luck).value();
      from->take(*simulation, itinerary.records, itinerary.surveys);
    }
    std::unique_ptr<Model> model;
    std::shared_ptr<const Society> society;
    std::optional<Simulation> simulation;
  };

  /// The base with `settings` and, if given, `luck`. Throws scenario_error at `place`.
  [[nodiscard]] std::unique_ptr<Model> model(
      std::span<const Setting> settings, std::optional<RunLuck> luck, const std::string& place) const {
    auto m = std::make_unique<Model>();
    copy_values(base_.registry, m->registry);
    m->source = base_.source;
    m->watched = base_.watched;
    for (const Setting& setting : settings) {
      Field* field = m->registry.find(setting.path);
      ensure(field != nullptr, "a setting names a parameter");
      const std::string why = field->set(setting.value);
      if (!why.empty())
        throw scenario_error(place, fmt::format("{} cannot be {}", setting.path, to_toml(setting.value)), why,
            "allowed: " + field->allowed());
      m->source.places[setting.path] = place;
      if (!place.empty()) m->source.places[field->section().name()] = place;
    }
    if (luck) {
      ensure(m->run.seed.set(static_cast<std::int64_t>(luck->seed)).empty(), "a sweep's seeds fit run.seed");
      ensure(m->run.replicate.set(static_cast<std::int64_t>(luck->replicate)).empty(),
          "a sweep's replicates fit run.replicate");
    }
    m->check();
    return m;
  }

  Variation& variation() const {
    if (!variation_) variation_ = std::make_unique<Variation>(base_);
    return *variation_;
  }

  const Itineraries& itineraries() const {
    const std::scoped_lock lock(guard_);
    if (!itineraries_) itineraries_.emplace(base_);
    return *itineraries_;
  }

  Model base_;
  bool sets_levers_ = false;
  std::shared_ptr<Societies> societies_;
  mutable std::mutex guard_;  // of what follows: planning, one thread at a time
  mutable std::unique_ptr<Variation> variation_;
  mutable std::optional<Itineraries> itineraries_;
  mutable Estimator estimator_;
  mutable std::vector<std::string> remarks_;
};

}  // namespace

std::unique_ptr<Experiment> make_simulator(
    const std::filesystem::path& file, std::span<const std::string> sets, std::shared_ptr<Societies> societies) {
  return std::make_unique<Simulator>(file, sets, std::move(societies));
}

std::unique_ptr<Experiment> experiment_from_text(
    const std::string& model, const std::string& text, const std::vector<std::filesystem::path>& folders) {
  if (model != "simulator") return make_test_model_from_text(model, text);
  if (std::unique_ptr<Experiment> several = together_from_text(text, folders)) return several;
  return std::make_unique<Simulator>(text, folders);
}

}  // namespace kurultai
