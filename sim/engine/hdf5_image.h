// HDF5 files that lie in memory: those that are laid out, and those that are read. The disk is left to
// others.
#pragma once

#include <cstddef>
#include <span>

#include "engine/hdf5.h"

namespace kurultai::hdf5 {

/// The memory in which HDF5 lays out a file; it outlives the file. (H5Fget_file_image would copy it, and
/// leaves a wrong checksum in the superblock: seen in 1.10.8.)
class Image {
 public:
  Image() = default;
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  ~Image();

  /// Has the files opened with `access` live here.
  void attach(const Properties& access);
  /// Closes `file` and keeps its bytes.
  void take(File file);
  [[nodiscard]] std::span<char> bytes() const { return {memory_, size_}; }

 private:
  char* memory_ = nullptr;
  std::size_t size_ = 0;
};

/// A new file that lives in `image`.
File new_file(Image& image);

/// The HDF5 file in `bytes`, which outlive it and are not copied. (H5LTopen_file_image does the same, but
/// leaks.)
File open_image(std::span<char> bytes);

}  // namespace kurultai::hdf5
