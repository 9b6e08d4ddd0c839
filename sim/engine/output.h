// Where a verb's result goes. Every verb that writes a result claims its place first, before hours are spent: nothing
// that the verb reads, no file that is not a result of this program, and no result of something else is ever replaced,
// and no two processes write one result.
//
// Beside OUT stand, while a verb works: `.OUT.lock`, which holds the number of the process and is locked by it (the
// system lets go when the process ends, however it ends; on a file system that knows no locks the verb says so and goes
// on), of runs OUT.checkpoint, of sweeps the folder of runs. A result of the same file with other values is kept as
// NAME.previous.h5.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "observation/result.h"

namespace kurultai {

/// A lock on a name, not on a file: the file beside it may come and go. Throws storage_error if another process holds
/// it.
class NameLock {
 public:
  /// `shared`: with others that share it.
  NameLock(const std::filesystem::path& name, bool shared);
  NameLock(const NameLock&) = delete;
  NameLock& operator=(const NameLock&) = delete;
  ~NameLock();
  /// Why there is no lock, where the file system gives none; mostly empty.
  [[nodiscard]] const std::string& missing() const { return missing_; }

 private:
  std::filesystem::path file_;
  int handle_ = -1;
  std::string missing_;
};

/// What a verb that writes says of itself.
struct OutputPlan {
  std::filesystem::path file;               ///< --out, or the default
  std::string verb;                         ///< "run", "sweep", "compare" ...
  std::vector<std::filesystem::path> from;  ///< scenarios, sweep files or results that the user named
  Result result;       ///< with the attributes that the result will have, as far as its identity goes
  bool force = false;  ///< --force: what another verb, file, seed or scale left may be replaced
};

class Output {
 public:
  enum class Use {
    look,    ///< only looks whether the result may be written
    alone,   ///< holds the name until the end
    shared,  ///< with others that do parts of the same
  };

  /// Claims the place. Throws storage_error (exit code 5) if it may not be written; nothing was changed then.
  Output(const OutputPlan& plan, Use use);

  /// Where the result is written: links are followed, whether or not what they point to is there.
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  /// Whether this very result is there already, with all its runs: same verb and file, same identity.
  [[nodiscard]] bool finished() const { return finished_; }
  /// What the user should know before it begins, a line each: what will be kept under another name.
  [[nodiscard]] const std::vector<std::string>& notices() const { return notices_; }

  /// Writes into the provenance of `result` what the next claim of this name asks for.
  void sign(Result& result) const;
  /// Keeps what is there of the same file with other values as NAME.previous.h5. To be called right before the result
  /// is put in place (ResultWriter::commit).
  void make_way();
  /// Signs and writes, making way.
  void write(Result& result);

 private:
  void refuse_inputs(const OutputPlan& plan) const;
  void look_at_what_is_there(const OutputPlan& plan);

  std::string place_;  ///< as the user calls it
  std::filesystem::path file_;
  std::string verb_;
  std::string from_;  ///< relative to the folder of the result, so that a tree may be moved
  std::optional<NameLock> lock_;
  std::filesystem::path previous_;  ///< empty: nothing is to be kept
  bool finished_ = false;
  std::vector<std::string> notices_;
};

}  // namespace kurultai
