#include "engine/hdf5.h"

#include <cstdlib>

namespace kurultai::hdf5 {

namespace {

std::mutex& one_at_a_time() {
  static std::mutex mutex;
  return mutex;
}

std::vector<hsize_t> with_rows(std::vector<hsize_t> extent, std::size_t count) {
  extent[0] = count;
  return extent;
}

}  // namespace

bool memory_is_short() {
  void* const more = std::malloc(std::size_t{32} << 20);
  std::free(more);
  return more == nullptr;
}

Session::Session() : lock_(one_at_a_time()) {
  if (memory_is_short()) throw std::bad_alloc();
  H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Session::~Session() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }

std::string error_stack() {
  std::string text;
  const auto first = [](unsigned depth, const H5E_error2_t* error, void* out) -> herr_t {
    if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(out) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first, &text);
  H5Eclear2(H5E_DEFAULT);
  return text.empty() ? "HDF5 gives no reason" : "HDF5: " + text;
}

Properties properties(hid_t kind) { return {H5Pcreate(kind), "cannot make a property list"}; }

void order_by_creation(const Properties& list) {
  const char* problem = "cannot keep the order of names";
  check(H5Pset_link_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), problem);
  check(H5Pset_obj_track_times(list, false), problem);
}

Type text_type() {
  Type type(H5Tcopy(H5T_C_S1), "cannot make a text type");
  check(H5Tset_size(type, H5T_VARIABLE), "cannot make a text type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "cannot make a text type");
  return type;
}

Space make_space(const std::vector<hsize_t>& extent) {
  return {extent.empty() ? H5Screate(H5S_SCALAR)
                         : H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr),
      "cannot make a space"};
}

std::size_t product(const std::vector<hsize_t>& extent) {
  std::size_t size = 1;
  for (const hsize_t side : extent) size *= side;
  return size;
}

Rows::Rows(std::vector<hsize_t> extent, std::size_t first, std::size_t count)
    : in_file(make_space(extent)),
      in_memory(make_space(with_rows(extent, count))) {
  std::vector<hsize_t> start(extent.size(), 0);
  start[0] = first;
  extent[0] = count;
  check(H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr),
      "cannot select rows");
}

}  // namespace kurultai::hdf5
