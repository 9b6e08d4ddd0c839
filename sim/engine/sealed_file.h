// Sealed files: a mark that says what the file is and of which version, what the visit of an Archive saved, and a seal
// (seal.h). A file is read only if its mark and its seal are right; so what is loaded is what was saved.
// Cheap: the bytes lie as in memory, and hashing them takes hardly longer than reading them. Of use on machines that
// lay out numbers alike only.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "base/archive.h"
#include "engine/durable_file.h"

namespace kurultai {

/// A kind of sealed file.
struct SealedKind {
  std::string_view mark;     ///< the first bytes: what it is, and the version of its format
  std::string_view what;     ///< "checkpoint", in messages
  std::string_view way_out;  ///< what to do about a damaged one
};

/// Writes to `file`, which is new and then closed, what `save` visits; on the disk, and read back and found the same,
/// when this returns. It is left to the caller to give it its name. Throws storage_error at the file's place.
void write_sealed(DurableFile& file, const SealedKind& kind, const std::function<void(Archive&)>& save);

/// Has `load` visit what is in `file`, from the beginning and as far as it likes, after all of the file is verified.
/// Throws storage_error if the file is missing, no such file, cut short or changed.
void read_sealed(const std::filesystem::path& file, const SealedKind& kind, const std::function<void(Archive&)>& load);

}  // namespace kurultai
