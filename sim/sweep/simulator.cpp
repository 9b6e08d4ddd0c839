// The simulator as a sweep sees it: settings are put into a copy of the base scenario, societies are built once and
// shared by the runs that live in them.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
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
#include "sweep/test_models.h"

namespace kurultai {

namespace {

/// Societies by key. Those in use are shared; the one asked for last is kept for the next run.
class Societies {
 public:
  std::shared_ptr<const Society> get(const std::string& key, const Model& model) {
    std::shared_ptr<Entry> entry;
    {
      const std::scoped_lock lock(guard_);
      std::shared_ptr<Entry>& known = entries_[key];
      if (!known) known = std::make_shared<Entry>();
      entry = known;
    }
    const std::scoped_lock building(entry->guard);  // others that want the same wait; others build theirs
    std::shared_ptr<const Society> society = entry->society.lock();
    if (!society) {
      society = make_society(model);
      entry->society = society;
    }
    const std::scoped_lock lock(guard_);
    latest_ = society;
    return society;
  }

 private:
  struct Entry {
    std::mutex guard;
    std::weak_ptr<const Society> society;
  };
  std::mutex guard_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
  std::shared_ptr<const Society> latest_;
};

/// A model into which the settings of one point are put after another's. Only what differs from the point before is
/// set, and only the sections in which that stands, and the rules that read them, are looked at again: what a fresh
/// model would say, without building one for each point.
class Variation {
 public:
  explicit Variation(const Model& base) {
    copy_values(base.registry, model_.registry);
    model_.source = base.source;
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
  Simulator(const std::filesystem::path& file, std::span<const std::string> sets) {
    base_.read(file, sets);
    sets_levers_ = sets_levers(base_);
  }
  Simulator(const std::string& text, const std::vector<std::filesystem::path>& folders) {
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
    return {.seconds = e.seconds_a_week * static_cast<double>(m.run.weeks + m.run.warmup),
        .bytes = e.run_bytes,
        .shared_bytes = e.society_bytes,
        .file_bytes = e.file_bytes,
        .society_seconds = e.build_seconds,
        .peak_bytes = e.bytes};
  }

  [[nodiscard]] Course course(std::span<const Setting> settings, const std::string& /*level*/) const override {
    return course_of(base_.registry, [&](const std::string& path) {
      const auto found =
          std::find_if(settings.begin(), settings.end(), [&](const Setting& setting) { return setting.path == path; });
      return found == settings.end() ? nullptr : &found->value;
    });
  }

  void watch(const std::vector<Watched>& series) override { base_.watched = series; }

  [[nodiscard]] std::string society_key(std::span<const Setting> settings, RunLuck luck) const override {
    // All runs here have the base in common: what makes their societies differ is what is set.
    std::string key = std::to_string(luck.seed);
    for (const Setting& setting : settings)
      if (setting.path == "run.scale" || setting.path.rfind("society.", 0) == 0)
        key += fmt::format(" {}={}", setting.path, to_toml(setting.value));
    return key;
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

  std::optional<Result> run(std::span<const Setting> settings, RunLuck luck, const RunControl& control) const override {
    const std::unique_ptr<Model> m = model(settings, luck, "");
    const std::shared_ptr<const Society> society = societies_.get(society_key(settings, luck), *m);
    Simulation simulation(*m, *society);
    std::optional<Checkpoint> checkpoint;
    if (!control.checkpoint_file.empty()) {
      checkpoint.emplace(control.checkpoint_file, simulation, inputs_of(*m));
      try {
        checkpoint->resume();
      } catch (const Error&) {
        checkpoint->remove();  // damaged, or of another build: the run begins anew
        return run(settings, luck, control);
      }
    }
    const double weeks = static_cast<double>(m->run.weeks + m->run.warmup);
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

  Model base_;
  bool sets_levers_ = false;
  mutable Societies societies_;
  mutable std::mutex guard_;  // of what follows: planning, one thread at a time
  mutable std::unique_ptr<Variation> variation_;
  mutable Estimator estimator_;
  mutable std::vector<std::string> remarks_;
};

}  // namespace

std::unique_ptr<Experiment> make_simulator(const std::filesystem::path& file, std::span<const std::string> sets) {
  return std::make_unique<Simulator>(file, sets);
}

std::unique_ptr<Experiment> experiment_from_text(
    const std::string& model, const std::string& text, const std::vector<std::filesystem::path>& folders) {
  if (model != "simulator") return make_test_model_from_text(model, text);
  if (std::unique_ptr<Experiment> several = together_from_text(text, folders)) return several;
  return std::make_unique<Simulator>(text, folders);
}

}  // namespace kurultai
