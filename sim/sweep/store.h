// The store: a folder in which every finished run of a sweep is a file of its own, written aside and renamed into
// place. What is there is done, whatever happened to the process that did it: after a kill the others are run, and
// nothing is kept in memory until the end.
//
//   FOLDER/sweep.toml            all that the results depend on; a resume under another is refused
//   FOLDER/00000123.run          run 123: its result with its measures as attributes, sealed (engine/sealed_file.h)
//   FOLDER/00000125.failed       run 125 failed: the reason, as text
//   FOLDER/00000124.checkpoint   a long run that was stopped
//   FOLDER/lock, lock.2of4       held by the process that works here
//
// Files of runs are for this program alone, on machines that lay out numbers alike; all of them end in the result file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "base/error.h"
#include "observation/result.h"

namespace kurultai {

/// Where finished runs go and come from: a folder, or memory. Called by several threads.
class RunStore {
 public:
  RunStore() = default;
  virtual ~RunStore() = default;
  RunStore(const RunStore&) = delete;
  RunStore& operator=(const RunStore&) = delete;

  /// Whether run `number` is there, finished.
  [[nodiscard]] virtual bool has(std::uint64_t number) const = 0;
  /// Whether run `number` is there as failed.
  [[nodiscard]] virtual bool has_failed(std::uint64_t number) const = 0;
  /// Commits a finished run: there for good when this returns. Throws storage_error.
  virtual void put(std::uint64_t number, const Result& result) = 0;
  /// Commits that a run failed, and why.
  virtual void put_failed(std::uint64_t number, const std::string& reason) = 0;
  /// A finished run as it was committed; throws storage_error if its file is damaged.
  [[nodiscard]] virtual Result get(std::uint64_t number) const = 0;
  /// Takes a run away, so that it is done again.
  virtual void drop(std::uint64_t number) = 0;
  /// Where a long run that is stopped may leave its checkpoint; empty: nowhere.
  [[nodiscard]] virtual std::filesystem::path checkpoint_file(std::uint64_t number) const = 0;
};

/// The file of a run that was made from other tables: whole, and no part of this sweep.
class RunOfOthers final : public Error {
 public:
  using Error::Error;
};

class Store final : public RunStore {
 public:
  /// Opens `folder`, making it if it is not there. If it holds runs and `resume` is false, or if they are of another
  /// `identity`, or another process works on the same `part` (a name for the shard, may be empty): storage_error.
  Store(std::filesystem::path folder, const std::string& identity, bool resume, const std::string& part);
  ~Store() override;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] bool has(std::uint64_t number) const override;
  [[nodiscard]] bool has_failed(std::uint64_t number) const override;
  /// Looks at the folder again: other processes write there too.
  void refresh();
  void put(std::uint64_t number, const Result& result) override;
  void put_failed(std::uint64_t number, const std::string& reason) override;
  [[nodiscard]] Result get(std::uint64_t number) const override;
  /// As `get`, but its variables (not its coordinates) come without values: cheap, and finds damage as well.
  [[nodiscard]] Result head(std::uint64_t number) const;
  /// Why a run failed; throws storage_error if its file is damaged.
  [[nodiscard]] std::string reason(std::uint64_t number) const;
  void drop(std::uint64_t number) override;
  [[nodiscard]] std::filesystem::path file(std::uint64_t number) const;
  [[nodiscard]] std::filesystem::path failed_file(std::uint64_t number) const;
  [[nodiscard]] std::filesystem::path checkpoint_file(std::uint64_t number) const override;
  /// Removes the runs that a kill between the result's writing and their removal has left, if they are of this
  /// identity.
  static void remove_left_over(const std::filesystem::path& folder, const std::string& identity);
  /// Takes the folder away with all that it holds of ours.
  void remove();

 private:
  /// Throws RunOfOthers for a run that was made from other tables; takes from it what says which.
  void require_own(Result& run, const std::filesystem::path& file) const;

  std::filesystem::path folder_;
  std::string tables_;  ///< a hash of them, which stands in every run's file
  int lock_ = -1;
  mutable std::mutex guard_;
  std::set<std::uint64_t> finished_;
  std::set<std::uint64_t> failed_;
};

/// Runs in memory, gone with the process: for many tiny ones that are not worth a file each.
class MemoryStore final : public RunStore {
 public:
  [[nodiscard]] bool has(std::uint64_t number) const override;
  [[nodiscard]] bool has_failed(std::uint64_t number) const override;
  void put(std::uint64_t number, const Result& result) override;
  void put_failed(std::uint64_t number, const std::string& reason) override;
  [[nodiscard]] Result get(std::uint64_t number) const override;
  void drop(std::uint64_t number) override;
  [[nodiscard]] std::filesystem::path checkpoint_file(std::uint64_t /*number*/) const override { return {}; }

 private:
  mutable std::mutex guard_;
  std::map<std::uint64_t, Result> finished_;
  std::set<std::uint64_t> failed_;
};

}  // namespace kurultai
