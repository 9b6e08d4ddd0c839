// Where on the disk a result is to be written, and whether it can be.
#pragma once

#include <filesystem>

namespace kurultai {

/// Makes sure, before hours are spent, that a result can be written to `file`: creates the default folder
/// `results`, and throws storage_error if another folder is missing or closed to us, or if `file` is there
/// and is no regular file.
void prepare_output(const std::filesystem::path& file);

/// Makes `folder`, and those that it is in, where they are missing: for the `things` that go there. Throws
/// storage_error if that cannot be; the option --folder names another.
void make_folder(const std::filesystem::path& folder, const char* things);

/// Where `file` is written: links are followed, whether or not what they point to is there, so that the link
/// stays.
std::filesystem::path destination(const std::filesystem::path& file);

}  // namespace kurultai
