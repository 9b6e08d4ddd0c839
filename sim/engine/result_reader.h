// Reading result files (result_writer.h tells what they are).
//
// HDF5 may crash or loop for ever on bytes that have changed. So a file is parsed only if its seal is whole
// (or the caller accepts files that another program has changed), and in a child process with limits on time
// and memory, since anybody can seal anything: hard links within each other, arrays of any size. Links to
// other files are not followed.
//
// Memory: to read a file takes as much as the file is long (that is, packed), besides the values that are
// wanted, which stand in the child too until they are handed over.
//
// Threads: all functions may be called from several threads at once. HDF5 works under one lock; files are
// read and hashed outside it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "observation/result.h"

namespace kurultai {

/// What is done with a file that does not end with the seal of this program: cut short, or changed by another
/// program (one that adds an attribute removes the seal). A seal that does not fit is refused always.
enum class Unsealed { refused, accepted };

/// The result in `file`, checked against its seal and its digest. Groups, coordinates and variables come in
/// the order in which they were written, and are as check (observation/result.h) wants them. Throws
/// storage_error (exit code 5) for a file that is missing, truncated, damaged, not HDF5, not a result, or of
/// a newer format.
Result read_result(const std::filesystem::path& file, Unsealed unsealed = Unsealed::refused);

/// Whether a variable of a group is wanted.
using Wanted = std::function<bool(const std::string& group, const std::string& variable)>;

/// The variables of `file` that are wanted, with all coordinates of their groups; other groups are left out.
/// Checked against its seal, and against the digest if all that counts in it is there. Throws as above.
Result read_result(const std::filesystem::path& file, const Wanted& wanted, Unsealed unsealed = Unsealed::refused);

/// What is in `file`: as read_result, but variables (not coordinates) come without values. Checked against
/// the seal.
Result read_outline(const std::filesystem::path& file, Unsealed unsealed = Unsealed::refused);

}  // namespace kurultai
