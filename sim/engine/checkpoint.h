// Checkpoints: a run that was stopped, or killed at any moment, goes on from its last checkpoint and ends in the same
// bits, on any number of threads.
//
// A sealed file (engine/sealed_file.h) holds the identity of the run (scenario with all values, hashes of its
// tables, version and commit of the program, a hash of the society), then what Simulation::state visits. It is written
// beside its place under FILE.new, synced, read back and checked, and renamed; what stood in its place becomes
// FILE.previous. So whatever the moment of a kill, FILE or FILE.previous is there and whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "engine/identity.h"
#include "engine/simulation.h"

namespace kurultai {

/// What the processes of one run hand on, for its provenance.
struct RunLog {
  std::int64_t resumed = 0;  ///< how often it was resumed
  double seconds = 0;        ///< time it ran, up to the checkpoint
};

class Checkpoint {
 public:
  /// The checkpoint of `simulation` (which outlives it) in `file`. Looks at nothing yet.
  /// `inputs` are the tables that its society was made from.
  Checkpoint(std::filesystem::path file, Simulation& simulation, Inputs inputs = {});

  /// Whether there is anything to resume from.
  [[nodiscard]] bool exists() const;

  /// How much state there is to save.
  [[nodiscard]] std::uint64_t bytes() const;

  /// Saves the state between two weeks. Throws storage_error if that fails; the checkpoints that were there still are.
  void write(const RunLog& log);

  struct Resumed {
    RunLog log;
    std::string warning;  ///< why FILE was passed over for FILE.previous; mostly empty
  };
  /// Takes `simulation`, which is fresh, to where the run stood; nothing if there is no checkpoint. Throws
  /// storage_error if all that there are are damaged, or if one is of another run: the error names the first key that
  /// differs.
  std::optional<Resumed> resume();

  /// Takes all files of the checkpoint away: the result is written. Never throws.
  void remove() const noexcept { remove(file_); }
  /// The same of the checkpoint in `file`, whose run has ended before.
  static void remove(const std::filesystem::path& file) noexcept;

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] std::filesystem::path previous() const { return previous(file_); }

 private:
  static std::filesystem::path previous(const std::filesystem::path& file) {
    return std::filesystem::path(file).concat(".previous");
  }
  struct Identity {
    std::string version;
    std::string commit;
    std::string society;   ///< a hash of all that the society is before the first week
    std::string scenario;  ///< with all values, and the hashes of its tables
  };
  [[nodiscard]] const Identity& identity();
  [[nodiscard]] RunLog load(const std::filesystem::path& file);
  void visit(Archive& archive, Identity& found, RunLog& log);
  /// Throws Foreign if `found` is not this run.
  void compare(const Identity& found);

  std::filesystem::path file_;
  Simulation& simulation_;
  Inputs inputs_;
  std::optional<Identity> identity_;  ///< once it is asked for: hashing a big society takes a moment
  bool file_is_good_ = false;         ///< this process wrote or resumed FILE
  bool previous_is_good_ = false;     ///< and FILE.previous
};

}  // namespace kurultai
