// Runs a model on a society, week by week. The order of a week is `plan`; this file only follows it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/archive.h"
#include "engine/model.h"
#include "engine/profile.h"
#include "engine/watch.h"
#include "observation/result.h"

namespace kurultai {

class Simulation {
 public:
  /// `model` and `society` must outlive the simulation. The model's levers are changed by it; the society is not,
  /// so one society serves any number of runs, one after the other or side by side.
  Simulation(Model& model, const Society& society);

  /// One week. Afterwards week() is the next one.
  void step();
  /// Whether all recorded weeks are done.
  [[nodiscard]] bool done() const { return world_.week >= model_.run.weeks; }
  /// The week that comes next; negative in the warm-up.
  [[nodiscard]] std::int32_t week() const { return world_.week; }
  /// Steps until done, calling `each_week` after each; stops early if it returns false. (Signals are for it to heed.)
  void run(const std::function<bool()>& each_week = [] { return true; });

  [[nodiscard]] World& world() { return world_; }
  [[nodiscard]] const World& world() const { return world_; }
  /// What was recorded so far, with the attributes that name the experiment.
  [[nodiscard]] Result result() const;
  [[nodiscard]] const Model& model() const { return model_; }

  /// All that a week leaves to the next, saved or loaded between two weeks. What is fixed, or made of scenario and
  /// society alone, is not in it: load it into a fresh simulation of the same model and society, and the rest of
  /// the run gives the same bits. Throws storage_error if what is loaded does not fit; the run is then of no use.
  void state(Archive& archive);
  /// The same without what watches it.
  void state_of_world(Archive& archive);

  /// What watches it: its own, and those of the passengers.
  [[nodiscard]] Watch& watch() { return watch_; }
  /// Takes along what would watch the run of `other`, which reads the same for a while: its `records` (trials, series,
  /// panel), its `surveys`. Before the next week; both are empty, as before the first.
  Passenger& take_along(std::unique_ptr<Model> other, bool records, bool surveys);

  /// From now on takes the time of every hook: where a week's processor time goes.
  void take_times();
  /// What was taken, or nullptr.
  [[nodiscard]] const Profile* profile() const { return profile_.get(); }

  /// Lets all mechanisms prepare, as the constructor does: for tests.
  void prepare();

 private:
  /// The pass whose first mechanism is the `first`-th of the plan.
  void pass(const Pass& mechanisms, std::size_t first);
  void hand_out(const Pass& mechanisms, const Week& week, std::size_t first);
  /// Lets all look at the week that is over.
  void look(std::size_t row);

  Model& model_;
  World world_;
  std::vector<Pass> plan_;
  Watch watch_;
  std::vector<std::unique_ptr<Passenger>> passengers_;
  std::unique_ptr<Profile> profile_;   ///< rows: mechanisms in the order of the plan, then observers
  std::vector<std::uint32_t> work_;    ///< blocks that have work in this pass
  std::vector<std::uint32_t> wanted_;  ///< by community: bit k, mechanism k of the pass has work
  std::vector<std::pair<const Mechanism*, std::uint64_t>>
      movers_;  ///< who changes residents, with a bit of World::moved
};

/// Builds the society that `model` describes, at its scale and seed.
std::unique_ptr<Society> make_society(const Model& model);

/// The attributes by which a run of `model` is known: scenario, luck, scale, program; without its tables.
std::map<std::string, Attribute> run_attributes(const Model& model);

/// Version of the program and commit it was built from.
std::string program_version();
std::string git_commit();

}  // namespace kurultai
