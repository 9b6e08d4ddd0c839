// Writing result files: HDF5 that xarray opens as it is, in the format that FORMAT.md tells, with a seal
// behind it (seal.h).
//
// Commit: the file is laid out in memory, so that HDF5 itself never meets a full disk (its H5Fclose reports
// success there and leaves zeros behind), and what was laid out is compared with what was given; it is
// written beside its place under a hidden name, synced, read back and compared with the bytes in memory, and
// renamed into place. Whatever fails on the way, what stood under the name before still stands, and nothing
// else is left.
//
// Layout (format_version 1): every group of the result is an HDF5 group ("/series/region") with all its
// coordinates as dimension scales and its variables with `units`, `long_name`, `source`; bytes carry CF's
// `flag_values` and `flag_meanings`; numbers are compressed. Root attributes as in Result::attributes and
// `digest`; /provenance has attributes only.
//
// The file of a sweep (root attribute `kind` = "sweep") has the groups `design` (points and axes) and `runs`
// (status and digest of every run); the variables of its other groups have the leading dimensions (point,
// replicate), and CF's `coordinates` name the axes. Its `digest` is that of `design` and `runs` alone
// (observation/result.h); all else is guarded by the seal.
//
// Memory: to write a file takes as much as the file is long (that is, packed), besides the values that are
// given.
//
// Threads: all functions may be called from several threads at once; a ResultWriter belongs to one at a time.
// HDF5 works under one lock; files are written, synced and hashed outside it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "observation/result.h"

namespace kurultai {

/// Writes `result` to `file`, replacing it as a whole or not at all; adds the attribute `digest`. The
/// result's attributes hold `format_version`. No unit may be one that CF readers turn into dates ("days", "x
/// since y"). Throws storage_error (exit code 5) if anything fails on the way, std::logic_error for a
/// malformed result. `make_way` is called when all is written and only the file's name is missing.
void write_result(const std::filesystem::path& file, const Result& result, const std::function<void()>& make_way = {});

/// Writes a result part by part, for those that are larger than memory: the runs of a sweep.
///
///     ResultWriter writer(file, outline);
///     for (first point of each batch) writer.write("series/nation", "trust", first, values);
///     writer.commit();
///
/// The same calls in the same order make the same bytes.
class ResultWriter {
 public:
  /// `outline` is the whole result, except that variables whose first dimension is `point` may be without
  /// values (of the right type): these are written later. What is never written reads as NaN, 0 or "". Throws
  /// as write_result.
  ResultWriter(const std::filesystem::path& file, const Result& outline);
  /// Without commit() nothing is left on disk.
  ~ResultWriter();
  ResultWriter(const ResultWriter&) = delete;
  ResultWriter& operator=(const ResultWriter&) = delete;

  /// How many points are best written together, from a multiple of that number on: those that the largest
  /// variable packs together. Others give the same values, but may cost more time and space.
  [[nodiscard]] std::size_t batch() const;

  /// Gives the values of the points [first_point, first_point + n) of `group`/`variable`, row-major; n
  /// follows from their number. Every point is written at most once. Throws std::logic_error for what the
  /// outline does not have.
  void write(const std::string& group, const std::string& variable, std::size_t first_point, const Values& values);

  /// Puts the file in its place, with the promises of write_result; `make_way` as there. May be tried again
  /// if the disk failed.
  void commit(const std::function<void()>& make_way = {});

 private:
  class Layout;
  std::filesystem::path file_;
  std::unique_ptr<Layout> layout_;
};

}  // namespace kurultai
