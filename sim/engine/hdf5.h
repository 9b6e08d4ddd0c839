// HDF5 with errors that cannot be overlooked. What includes HDF5 has a name that begins with hdf5;
// result_writer.cpp and result_reader.cpp alone include these headers besides, so that nobody else meets HDF5
// (tests/structure/structure.py).
//
// Threads: HDF5 is not built thread-safe everywhere. What calls it here is to be used in a Session.
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace kurultai::hdf5 {

/// What went wrong inside HDF5 and why; the public functions (result_writer.h, result_reader.h) add the
/// file's name.
struct Failure : std::runtime_error {
  Failure(const std::string& problem, std::string reason) : std::runtime_error(problem), why(std::move(reason)) {}
  std::string why;
};

/// Whether memory is short: what HDF5 takes for itself is not to be had, and it is not safe to call. (A
/// damaged file may ask for more than any machine has.)
bool memory_is_short();

/// While it lives its thread alone uses HDF5. Nobody waits for a disk in it: HDF5 works in memory only. It
/// also keeps HDF5 from printing its errors itself; they become Failures. Throws std::bad_alloc if memory is
/// short.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  std::lock_guard<std::mutex> lock_;
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

/// The innermost message of HDF5's error stack: the cause, not the chain of callers.
std::string error_stack();

/// `status` if HDF5 reports success; else throws Failure with `problem` and the error stack, or
/// std::bad_alloc.
template <class Status> Status check(Status status, const std::string& problem) {
  if (status < 0 && memory_is_short()) throw std::bad_alloc();
  if (status < 0) throw Failure(problem, error_stack());
  return status;
}

/// Owns an HDF5 identifier. `close` checks; the destructor, on the way out of an error, cannot.
template <herr_t (*close_function)(hid_t)> class Handle {
 public:
  Handle(hid_t id, const std::string& problem) : id_(check(id, problem)) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (id_ >= 0) close_function(id_);
  }
  void close(const std::string& problem) { check(close_function(std::exchange(id_, H5I_INVALID_HID)), problem); }
  operator hid_t() const { return id_; }  // NOLINT: passed to the C functions as it is

 private:
  hid_t id_;
};
using File = Handle<H5Fclose>;
using Object = Handle<H5Oclose>;
using GroupHandle = Handle<H5Gclose>;
using Dataset = Handle<H5Dclose>;
using Space = Handle<H5Sclose>;
using Type = Handle<H5Tclose>;
using AttributeHandle = Handle<H5Aclose>;
using Properties = Handle<H5Pclose>;

Properties properties(hid_t kind);

/// Has what is made with `list` keep the order in which its links are made, and no time.
void order_by_creation(const Properties& list);

/// The type of text in memory and in files: UTF-8 of variable length.
Type text_type();

template <class T> hid_t memory_type() {
  if constexpr (std::is_same_v<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::is_same_v<T, std::int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::is_same_v<T, std::uint8_t>) return H5T_NATIVE_UINT8;
}

template <class T> hid_t file_type() {
  if constexpr (std::is_same_v<T, float>) return H5T_IEEE_F32LE;
  if constexpr (std::is_same_v<T, double>) return H5T_IEEE_F64LE;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_STD_I32LE;
  if constexpr (std::is_same_v<T, std::int64_t>) return H5T_STD_I64LE;
  if constexpr (std::is_same_v<T, std::uint8_t>) return H5T_STD_U8LE;
}

/// The space of an array of this extent; of a single value if it has no dimensions.
Space make_space(const std::vector<hsize_t>& extent);

/// The number of values in an array of this extent.
std::size_t product(const std::vector<hsize_t>& extent);

/// Rows [first, first + count) of a dataset of this extent: the part of its space, and a space of that size.
struct Rows {
  Rows(std::vector<hsize_t> extent, std::size_t first, std::size_t count);
  Space in_file;
  Space in_memory;
};

}  // namespace kurultai::hdf5
