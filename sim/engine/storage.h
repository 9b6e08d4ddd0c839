// Result files: HDF5 that xarray opens as it is. The only place that includes HDF5.
//
// Layout (format_version 1): every group of the result is an HDF5 group ("/series/region") with all its
// coordinates as dimension scales and its variables with `units`, `long_name`, `source`; bytes carry CF's
// `flag_values` and `flag_meanings`; numbers are compressed. Root attributes as in Result::attributes and
// `digest`; /provenance has attributes only. Behind the HDF5 file stands a seal of 24 bytes (a mark and a hash
// of all bytes before it) that other readers do not see.
//
// Commit: the file is laid out in memory, so that HDF5 itself never meets a full disk (its H5Fclose reports
// success there and leaves zeros behind); it is written beside its place under a hidden name, synced, read
// back and checked against the digest of the result in memory, and renamed into place. Whatever fails on the
// way, what stood under the name before still stands, and nothing else is left.
#pragma once

#include <filesystem>

#include "observation/result.h"

namespace kurultai {

/// Makes sure, before hours are spent, that a result can be written to `file`: creates the default folder
/// `results`, and throws storage_error if another folder is missing or closed to us, or if `file` is there
/// and is no regular file.
void prepare_output(const std::filesystem::path& file);

/// Writes `result` to `file`, replacing it as a whole or not at all; adds the attribute `digest`. The
/// result's attributes hold `format_version`. No unit may be one that CF readers turn into dates ("days", "x
/// since y"). Throws storage_error (exit code 5) if anything fails on the way, std::logic_error for a
/// malformed result.
void write_result(const std::filesystem::path& file, const Result& result);

/// The result in `file`, checked against its digest. Groups, coordinates and variables come in the order in
/// which they were written. Throws storage_error (exit code 5) for a file that is missing, truncated,
/// damaged, not HDF5, not a result, or of a newer format.
Result read_result(const std::filesystem::path& file);

}  // namespace kurultai
