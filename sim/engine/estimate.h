// What a run will take, before it is begun: a guide, not a promise. Every verb asks here, before it builds a society.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/model.h"
#include "engine/rates.h"

namespace kurultai {

struct Estimate {
  double residents = 0;
  double ties = 0;
  double bytes = 0;           ///< at the peak, of the whole run
  double society_bytes = 0;   ///< of the society, which runs may share
  double run_bytes = 0;       ///< of a run's own state, and of what it records
  double record_bytes = 0;    ///< of what it records, in memory
  double file_bytes = 0;      ///< of the result on disk
  double values_a_week = 0;   ///< that the recorder keeps
  double build_busy = 0;      ///< seconds of processor time to build the society
  double run_busy = 0;        ///< the same of all weeks
  double seconds_a_week = 0;  ///< on an idle machine
  double build_seconds = 0;   ///< of the society, likewise
  double seconds = 0;         ///< of the whole run, building the society included
};

/// Estimates, with what was looked up for one kept for the next: thousands of points share a census. Nothing is built
/// but the society of a given network, if it fits into memory.
class Estimator {
 public:
  /// By what was measured on this machine, else by what is built in.
  explicit Estimator(const Rates& rates = known_rates().rates) : rates_(rates) {}

  /// Bytes, and seconds on `threads` threads, that a run of `model` will take. Throws scenario_error (exit code 3) for
  /// more residents or ties than the program can name on any machine; input_error for tables that cannot be used.
  Estimate of(const Model& model, int threads);

  /// The places of the model's society; nothing for a network that does not fit into memory.
  std::shared_ptr<const Country> places(const Model& model);

  /// What a user should know of the tables that the society is made from, a line each.
  std::vector<std::string> notes(const Model& model);

 private:
  /// Where people live, in numbers.
  struct Places {
    struct Part {
      double people = 0;
      double communities = 0;
    };
    std::vector<Part> regions;
    double districts = 0;
    double communities = 0;
    double residents = 0;    ///< of a network
    double ties = 0;         ///< of a network
    double table_bytes = 0;  ///< of a network, while it is read
    std::shared_ptr<const Country> country;
    std::vector<std::string> notes;  ///< of the tables
  };
  /// Series that are recorded, by what they take a cell.
  struct Channels {
    std::vector<std::string> wanted;
    std::size_t forms = 0;
    double all = 0;  ///< series, each form counted
    double over_residents = 0;
    double bytes_a_cell = 0;  ///< of sums and windows
  };
  const Places& places_of(const Model& model);
  const Channels& channels_of(const Model& model);
  void add_record(const Model& model, const Places& places, Estimate& e);

  Rates rates_;
  std::map<std::string, Places> known_;
  Places plain_;
  Channels channels_;
};

/// The same for one model.
Estimate estimate(const Model& model, int threads);

}  // namespace kurultai
