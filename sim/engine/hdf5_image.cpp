#include "engine/hdf5_image.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

namespace kurultai::hdf5 {

namespace {

/// A name that no open file has: HDF5 takes files in memory of one name for one file, and threads may lay out
/// several at once. It is not stored.
std::string image_name() {
  static std::uint64_t count = 0;  // used in a Session only
  return fmt::format("image {}", count++);
}

}  // namespace

Image::~Image() { std::free(memory_); }

void Image::attach(const Properties& access) {
  H5FD_file_image_callbacks_t callbacks{};
  callbacks.image_malloc = [](std::size_t size, H5FD_file_image_op_t, void*) { return std::malloc(size); };
  callbacks.image_memcpy = [](void* to, const void* from, std::size_t size, H5FD_file_image_op_t, void*) {
    return std::memcpy(to, from, size);
  };
  callbacks.image_realloc = [](void* old, std::size_t size, H5FD_file_image_op_t, void*) {
    return std::realloc(old, size);
  };
  callbacks.image_free = [](void* memory, H5FD_file_image_op_t operation, void* image) -> herr_t {
    if (operation != H5FD_FILE_IMAGE_OP_FILE_CLOSE)
      std::free(memory);
    else
      static_cast<Image*>(image)->memory_ = static_cast<char*>(memory);
    return 0;
  };
  callbacks.udata_copy = [](void* image) { return image; };
  callbacks.udata_free = [](void*) -> herr_t { return 0; };
  callbacks.udata = this;
  check(H5Pset_file_image_callbacks(access, &callbacks), "cannot lay out the file");
}

void Image::take(File file) {
  const char* problem = "cannot lay out the file";
  check(H5Fflush(file, H5F_SCOPE_LOCAL), problem);
  size_ = static_cast<std::size_t>(check(H5Fget_file_image(file, nullptr, 0), problem));
  file.close(problem);
  if (memory_ == nullptr) throw Failure(problem, "HDF5 gave no memory back");
}

File new_file(Image& image) {
  const char* problem = "cannot lay out the file";
  const Properties access = properties(H5P_FILE_ACCESS);
  check(H5Pset_fapl_core(access, std::size_t{1} << 18, false), problem);
  image.attach(access);
  // HDF5 1.10 and later: checksummed metadata, and no index for a dataset of one chunk.
  check(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110), problem);
  // No space held in reserve: the image ends where the file ends.
  check(H5Pset_meta_block_size(access, 0), problem);
  check(H5Pset_small_data_block_size(access, 0), problem);
  const Properties create = properties(H5P_FILE_CREATE);
  order_by_creation(create);
  return {H5Fcreate(image_name().c_str(), H5F_ACC_TRUNC, create, access), problem};
}

File open_image(std::span<char> bytes) {
  const char* problem = "cannot open";
  const Properties access = properties(H5P_FILE_ACCESS);
  H5FD_file_image_callbacks_t callbacks{};
  callbacks.image_malloc = [](std::size_t, H5FD_file_image_op_t, void* image) { return image; };
  callbacks.image_memcpy = [](void* to, const void*, std::size_t, H5FD_file_image_op_t, void*) { return to; };
  callbacks.image_realloc = [](void*, std::size_t, H5FD_file_image_op_t, void*) -> void* { return nullptr; };
  callbacks.image_free = [](void*, H5FD_file_image_op_t, void*) -> herr_t { return 0; };
  callbacks.udata_copy = [](void* image) { return image; };
  callbacks.udata_free = [](void*) -> herr_t { return 0; };
  callbacks.udata = bytes.data();
  check(H5Pset_fapl_core(access, std::size_t{1} << 18, false), problem);
  check(H5Pset_file_image_callbacks(access, &callbacks), problem);
  check(H5Pset_file_image(access, bytes.data(), bytes.size()), problem);
  H5PLset_loading_state(0);  // a file may not name a library to be loaded
  return {H5Fopen(image_name().c_str(), H5F_ACC_RDONLY, access), problem};
}

}  // namespace kurultai::hdf5
