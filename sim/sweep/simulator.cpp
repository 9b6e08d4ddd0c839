// The simulator as a sweep sees it: settings are put into a copy of the base scenario, societies are built once and
// shared by the runs that live in them.
#include <fmt/format.h>

#include <map>
#include <mutex>

#include "base/error.h"
#include "base/interrupt.h"
#include "engine/checkpoint.h"
#include "engine/estimate.h"
#include "engine/simulation.h"
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

class Simulator final : public Experiment {
 public:
  Simulator(const std::filesystem::path& file, std::span<const std::string> sets) { base_.read(file, sets); }
  Simulator(const std::string& text, const std::vector<std::filesystem::path>& folders) {
    base_.source = read_scenario_text(text, "the scenario in the file", folders, base_.registry);
    base_.check();
  }

  [[nodiscard]] const Registry& parameters() const override { return base_.registry; }
  [[nodiscard]] const ScenarioSource& source() const override { return base_.source; }
  [[nodiscard]] std::string resolved() const override { return resolved_scenario(base_.source, base_.registry); }

  void check(std::span<const Setting> settings, const std::string& place) const override {
    (void)model(settings, {}, place);
  }

  [[nodiscard]] Cost cost(std::span<const Setting> settings) const override {
    const std::unique_ptr<Model> m = model(settings, {}, "");
    const std::string key = key_of_society(*m);
    const std::scoped_lock lock(guard_);
    auto found = estimates_.find(key);  // reading the census for each of a thousand points would take longer than they
    if (found == estimates_.end()) found = estimates_.emplace(key, estimate(*m, 1)).first;
    const Estimate& e = found->second;
    const double weeks = static_cast<double>(m->run.weeks + m->run.warmup);
    const double records = static_cast<double>(m->run.weeks) / static_cast<double>(m->output.every);
    // Some forty series by form and place, packed; levels beyond the nation make it more.
    const double cells = m->output.levels.value().size() > 1 ? 21 : 1;
    return {.seconds = e.seconds_a_week * weeks, .bytes = e.run_bytes, .shared_bytes = e.society_bytes,
            .file_bytes = 4e4 + records * cells * 40 * 2.0};
  }

  [[nodiscard]] std::string society_key(std::span<const Setting> settings, Luck luck) const override {
    return key_of_society(*model(settings, luck, ""));
  }

  [[nodiscard]] Result outline(std::span<const Setting> settings, Luck luck) const override {
    const std::unique_ptr<Model> m = model(settings, luck, "");
    const std::shared_ptr<const Society> society = societies_.get(key_of_society(*m), *m);
    return Simulation(*m, *society).result();
  }

  std::optional<Result> run(std::span<const Setting> settings, Luck luck, const RunControl& control) const override {
    const std::unique_ptr<Model> m = model(settings, luck, "");
    const std::shared_ptr<const Society> society = societies_.get(key_of_society(*m), *m);
    Simulation simulation(*m, *society);
    std::optional<Checkpoint> checkpoint;
    if (!control.checkpoint_file.empty()) {
      checkpoint.emplace(control.checkpoint_file, simulation);
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
      if (checkpoint && !simulation.done() && (stopped || (control.checkpoint && control.checkpoint()))) checkpoint->write({});
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
  [[nodiscard]] std::unique_ptr<Model> model(std::span<const Setting> settings, std::optional<Luck> luck, const std::string& place) const {
    auto m = std::make_unique<Model>();
    copy_values(base_.registry, m->registry);
    m->source = base_.source;
    for (const Setting& setting : settings) {
      Field* field = m->registry.find(setting.path);
      ensure(field != nullptr, "a setting names a parameter");
      const std::string why = field->set(setting.value);
      if (!why.empty())
        throw scenario_error(place, fmt::format("{} cannot be {}", setting.path, to_toml(setting.value)), why, "allowed: " + field->allowed());
      if (!place.empty()) m->source.places[setting.path] = m->source.places[field->section().name()] = place;
    }
    if (luck) {
      ensure(m->run.seed.set(static_cast<std::int64_t>(luck->seed)).empty(), "a sweep's seeds fit run.seed");
      ensure(m->run.replicate.set(static_cast<std::int64_t>(luck->replicate)).empty(), "a sweep's replicates fit run.replicate");
    }
    m->check();
    return m;
  }

  static std::string key_of_society(const Model& m) {
    std::string key = fmt::format("{} {}", m.run.seed.value(), to_toml(m.run.scale.get()));
    for (const Field* field : m.society.fields()) key += '\n' + to_toml(field->get());
    return key;
  }

  Model base_;
  mutable Societies societies_;
  mutable std::mutex guard_;
  mutable std::map<std::string, Estimate> estimates_;
};

}  // namespace

std::unique_ptr<Experiment> make_simulator(const std::filesystem::path& file, std::span<const std::string> sets) {
  return std::make_unique<Simulator>(file, sets);
}

std::unique_ptr<Experiment> experiment_from_text(const std::string& model, const std::string& text,
                                                 const std::vector<std::filesystem::path>& folders) {
  if (model != "simulator") return make_test_model_from_text(model, text);
  if (std::unique_ptr<Experiment> several = together_from_text(text, folders)) return several;
  return std::make_unique<Simulator>(text, folders);
}

}  // namespace kurultai
