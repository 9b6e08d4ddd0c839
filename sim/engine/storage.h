// Result files: HDF5 that xarray opens as it is. The only place that includes HDF5.
//
// Layout (format_version 1): every group of the result is an HDF5 group ("/series/region") with all its
// coordinates as dimension scales and its variables with `units`, `long_name`, `source`; bytes carry CF's
// `flag_values` and `flag_meanings`; numbers are compressed. Root attributes as in Result::attributes and
// `digest`; /provenance has attributes only. Behind the HDF5 file stands a seal of 24 bytes (a mark and a hash
// of all bytes before it) that other readers do not see.
//
// Reading: HDF5 may crash or loop for ever on bytes that have changed. So a file is parsed only if its seal is whole
// (or the caller accepts files that another program has changed), and in a child process with limits on time and
// memory, since anybody can seal anything: hard links within each other, arrays of any size. Links to other files are
// not followed.
//
// The file of a sweep (root attribute `kind` = "sweep") has the groups `design` (points and axes) and `runs` (status
// and digest of every run); the variables of its other groups have the leading dimensions (point, replicate), and
// CF's `coordinates` name the axes. Its `digest` is that of `design` and `runs` alone (observation/result.h); all else
// is guarded by the seal.
//
// Commit: the file is laid out in memory, so that HDF5 itself never meets a full disk (its H5Fclose reports
// success there and leaves zeros behind), and what was laid out is compared with what was given; it is written
// beside its place under a hidden name, synced, read back and compared with the bytes in memory, and renamed into
// place. Whatever fails on the way, what stood under the name before still stands, and nothing else is left.
//
// Memory: to write or to read a file takes as much as the file is long (that is, packed), besides the values that
// are given or wanted; those that are read stand in the child too until they are handed over.
//
// Threads: all functions may be called from several threads at once; a ResultWriter belongs to one at a time. HDF5
// works under one lock; files are read, written, synced and hashed outside it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "observation/result.h"

namespace kurultai {

/// Makes sure, before hours are spent, that a result can be written to `file`: creates the default folder
/// `results`, and throws storage_error if another folder is missing or closed to us, or if `file` is there
/// and is no regular file.
void prepare_output(const std::filesystem::path& file);

/// Where `file` is written: links are followed, whether or not what they point to is there, so that the link stays.
std::filesystem::path destination(const std::filesystem::path& file);

/// `text` as files keep it: every byte that is not UTF-8, and every NUL, is U+FFFD.
std::string stored_text(const std::string& text);

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
  /// `outline` is the whole result, except that variables whose first dimension is `point` may be without values (of
  /// the right type): these are written later. What is never written reads as NaN, 0 or "". Throws as write_result.
  ResultWriter(const std::filesystem::path& file, const Result& outline);
  /// Without commit() nothing is left on disk.
  ~ResultWriter();
  ResultWriter(const ResultWriter&) = delete;
  ResultWriter& operator=(const ResultWriter&) = delete;

  /// How many points are best written together, from a multiple of that number on: those that the largest variable
  /// packs together. Others give the same values, but may cost more time and space.
  [[nodiscard]] std::size_t batch() const;

  /// Gives the values of the points [first_point, first_point + n) of `group`/`variable`, row-major; n follows from
  /// their number. Every point is written at most once. Throws std::logic_error for what the outline does not have.
  void write(const std::string& group, const std::string& variable, std::size_t first_point, const Values& values);

  /// Puts the file in its place, with the promises of write_result; `make_way` as there. May be tried again if the disk
  /// failed.
  void commit(const std::function<void()>& make_way = {});

 private:
  class Layout;
  std::filesystem::path file_;
  std::unique_ptr<Layout> layout_;
};

/// What is done with a file that does not end with the seal of this program: cut short, or changed by another program
/// (one that adds an attribute removes the seal). A seal that does not fit is refused always.
enum class Unsealed { refused, accepted };

/// The result in `file`, checked against its seal and its digest. Groups, coordinates and variables come in the order
/// in which they were written, and are as check (observation/result.h) wants them. Throws storage_error (exit code 5)
/// for a file that is missing, truncated, damaged, not HDF5, not a result, or of a newer format.
Result read_result(const std::filesystem::path& file, Unsealed unsealed = Unsealed::refused);

/// Whether a variable of a group is wanted.
using Wanted = std::function<bool(const std::string& group, const std::string& variable)>;

/// The variables of `file` that are wanted, with all coordinates of their groups; other groups are left out. Checked
/// against its seal, and against the digest if all that counts in it is there. Throws as above.
Result read_result(const std::filesystem::path& file, const Wanted& wanted, Unsealed unsealed = Unsealed::refused);

/// What is in `file`: as read_result, but variables (not coordinates) come without values. Checked against the seal.
Result read_outline(const std::filesystem::path& file, Unsealed unsealed = Unsealed::refused);

}  // namespace kurultai
