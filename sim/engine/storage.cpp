#include "engine/storage.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/archive.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "engine/child.h"
#include "engine/durable_file.h"
#include "engine/result_record.h"

namespace kurultai {
namespace {

namespace fs = std::filesystem;

// --- HDF5 with errors that cannot be overlooked -----------------------------------------------------------

/// What went wrong inside HDF5 and why; the public functions add the file's name.
struct Failure : std::runtime_error {
  Failure(const std::string& problem, std::string reason) : std::runtime_error(problem), why(std::move(reason)) {}
  std::string why;
};

/// Whether memory is short: what HDF5 takes for itself is not to be had, and it is not safe to call. (A damaged file
/// may ask for more than any machine has.)
bool memory_is_short() {
  void* const more = std::malloc(std::size_t{32} << 20);
  std::free(more);
  return more == nullptr;
}

/// While it lives its thread alone uses HDF5, which is not built thread-safe everywhere. Nobody waits for a disk in
/// it: HDF5 works in memory only. It also keeps HDF5 from printing its errors itself; they become Failures.
class Session {
 public:
  Session() : lock_(mutex()) {
    if (memory_is_short()) throw std::bad_alloc();
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Session() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  std::lock_guard<std::mutex> lock_;
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

/// The innermost message of HDF5's error stack: the cause, not the chain of callers.
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

/// `status` if HDF5 reports success; else throws Failure with `problem` and the error stack, or std::bad_alloc.
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

/// The type of text in memory and in files: UTF-8 of variable length.
Type text_type() {
  Type type(H5Tcopy(H5T_C_S1), "cannot make a text type");
  check(H5Tset_size(type, H5T_VARIABLE), "cannot make a text type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "cannot make a text type");
  return type;
}

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

Properties properties(hid_t kind) { return {H5Pcreate(kind), "cannot make a property list"}; }

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

/// Rows [first, first + count) of a dataset of this extent: the part of its space, and a space of that size.
struct Rows {
  Rows(std::vector<hsize_t> extent, std::size_t first, std::size_t count)
      : in_file(make_space(extent)),
        in_memory(make_space(with_rows(extent, count))) {
    std::vector<hsize_t> start(extent.size(), 0);
    start[0] = first;
    extent[0] = count;
    check(H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr),
        "cannot select rows");
  }
  Space in_file;
  Space in_memory;

 private:
  static std::vector<hsize_t> with_rows(std::vector<hsize_t> extent, std::size_t count) {
    extent[0] = count;
    return extent;
  }
};

// --- Writing ----------------------------------------------------------------------------------------------

}  // namespace

// A host's odd name must not spoil a file that cost hours, and Python refuses text that is not UTF-8.
std::string stored_text(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc2 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    bool valid = lead != 0 && length > 0 && i + length <= text.size();
    for (std::size_t k = 1; valid && k < length; ++k) valid = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
    if (valid && length > 2) {  // overlong forms, surrogates, beyond U+10FFFF
      const auto second = static_cast<unsigned char>(text[i + 1]);
      valid = !((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
                (lead == 0xf4 && second > 0x8f));
    }
    out += valid ? text.substr(i, length) : "\xef\xbf\xbd";
    i += valid ? length : 1;
  }
  return out;
}

namespace {

std::vector<std::string> stored_texts(const std::vector<std::string>& texts) {
  std::vector<std::string> cleaned;
  cleaned.reserve(texts.size());
  for (const std::string& text : texts) cleaned.push_back(stored_text(text));
  return cleaned;
}

void write_attribute(hid_t object, const std::string& name, hid_t stored, hid_t type, hid_t space, const void* data) {
  const std::string problem = "cannot write the attribute '" + name + "'";
  AttributeHandle attribute(H5Acreate2(object, name.c_str(), stored, space, H5P_DEFAULT, H5P_DEFAULT), problem);
  check(H5Awrite(attribute, type, data), problem);
  attribute.close(problem);
}

void write_attribute(hid_t object, const std::string& name, const Attribute& value) {
  const Space scalar(H5Screate(H5S_SCALAR), "cannot make a scalar");
  if (const auto* text = std::get_if<std::string>(&value)) {
    const Type type = text_type();
    const std::string cleaned = stored_text(*text);
    const char* pointer = cleaned.c_str();
    write_attribute(object, name, type, type, scalar, &pointer);
  } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    write_attribute(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, scalar, whole);
  } else {
    write_attribute(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, scalar, &std::get<double>(value));
  }
}

/// CF readers, xarray among them, turn such a variable into dates or durations unasked.
bool reads_as_time(const std::string& unit) {
  for (const char* time : {"days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"})
    if (unit == time) return true;
  return unit.find(" since ") != std::string::npos;
}

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;  ///< HDF5's default chunk cache
constexpr std::size_t small_bytes = 4096;

/// The chunks of a dataset: as many whole rows as fit into a chunk, or parts of one row.
std::vector<hsize_t> chunk_of(std::vector<hsize_t> extent, std::size_t value_bytes) {
  std::size_t bytes = product(extent) * value_bytes;
  for (hsize_t& side : extent) {
    const std::size_t row = bytes / side;
    side = std::clamp<hsize_t>(chunk_bytes / row, 1, side);
    bytes = row * side;
  }
  return extent;
}

/// How the values of a dataset lie in the file. Small ones lie there as they are: packing would cost more time and
/// hardly less space.
template <class T> Properties layout(const std::vector<hsize_t>& extent, bool is_coordinate) {
  const char* problem = "cannot lay out a dataset";
  Properties list = properties(H5P_DATASET_CREATE);
  check(H5Pset_obj_track_times(list, false), problem);  // a file's bytes depend on the result only
  if constexpr (!std::is_same_v<T, std::string>) {
    if (std::is_floating_point_v<T> && !is_coordinate) {
      const T nan = std::numeric_limits<T>::quiet_NaN();
      check(H5Pset_fill_value(list, memory_type<T>(), &nan), problem);
    }
    if (product(extent) * sizeof(T) > small_bytes) {
      const std::vector<hsize_t> chunk = chunk_of(extent, sizeof(T));
      check(H5Pset_chunk(list, static_cast<int>(chunk.size()), chunk.data()), problem);
      check(H5Pset_shuffle(list), problem);
      check(H5Pset_deflate(list, 4), problem);
    }
  }
  return list;
}

/// Writes `values` to the part `in_file` of `dataset`.
template <class T> void put_values(hid_t dataset, const std::vector<T>& values, hid_t in_memory, hid_t in_file) {
  const char* problem = "cannot write values";
  if (values.empty()) return;
  if constexpr (std::is_same_v<T, std::string>) {
    const std::vector<std::string> cleaned = stored_texts(values);
    std::vector<const char*> pointers;
    for (const std::string& text : cleaned) pointers.push_back(text.c_str());
    check(H5Dwrite(dataset, text_type(), in_memory, in_file, H5P_DEFAULT, pointers.data()), problem);
  } else {
    check(H5Dwrite(dataset, memory_type<T>(), in_memory, in_file, H5P_DEFAULT, values.data()), problem);
  }
}

/// The dataset of `variable`, with its values if it has any.
template <class T>
Dataset write_values(hid_t group, const Variable& variable, const std::vector<T>& values,
    const std::vector<hsize_t>& extent, bool is_coordinate) {
  const std::string problem = "cannot write '" + variable.name + "'";
  const Space space = make_space(extent);
  const Properties list = layout<T>(extent, is_coordinate);
  const auto create = [&](hid_t type) {
    return Dataset(H5Dcreate2(group, variable.name.c_str(), type, space, H5P_DEFAULT, list, H5P_DEFAULT), problem);
  };
  if constexpr (std::is_same_v<T, std::string>) {
    Dataset dataset = create(text_type());
    put_values(dataset, values, H5S_ALL, H5S_ALL);
    return dataset;
  } else {
    Dataset dataset = create(file_type<T>());
    put_values(dataset, values, H5S_ALL, H5S_ALL);
    if (std::is_floating_point_v<T> && !is_coordinate) {
      const Space scalar(H5Screate(H5S_SCALAR), problem);
      const T nan = std::numeric_limits<T>::quiet_NaN();
      write_attribute(dataset, "_FillValue", file_type<T>(), memory_type<T>(), scalar, &nan);
    }
    return dataset;
  }
}

/// `words` with blanks between them.
std::string sentence(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

void write_description(hid_t dataset, const Variable& variable) {
  ensure(!reads_as_time(variable.unit), "a unit that CF readers take for a time");
  if (!variable.unit.empty()) write_attribute(dataset, "units", variable.unit);
  if (!variable.long_name.empty()) write_attribute(dataset, "long_name", variable.long_name);
  if (!variable.source.empty()) write_attribute(dataset, "source", variable.source);
  if (!variable.coordinates.empty()) write_attribute(dataset, "coordinates", sentence(variable.coordinates));
  for (const auto& [name, value] : variable.facts) write_attribute(dataset, name, value);
  if (variable.flag_meanings.empty()) return;
  std::vector<std::string> meanings;
  std::vector<std::uint8_t> flags;
  for (const std::string& meaning : variable.flag_meanings) {
    meanings.push_back(flag_word(meaning));
    flags.push_back(static_cast<std::uint8_t>(flags.size()));
  }
  const hsize_t count = flags.size();
  const Space space(H5Screate_simple(1, &count, nullptr), "cannot write flag_values");
  write_attribute(dataset, "flag_values", H5T_STD_U8LE, H5T_NATIVE_UINT8, space, flags.data());
  write_attribute(dataset, "flag_meanings", sentence(meanings));
}

Dataset write_variable(hid_t group, const Variable& variable, const std::vector<hsize_t>& extent, bool is_coordinate) {
  Dataset dataset =
      std::visit([&](const auto& values) { return write_values(group, variable, values, extent, is_coordinate); },
          variable.values);
  write_description(dataset, variable);
  return dataset;
}

void order_by_creation(const Properties& list) {
  const char* problem = "cannot keep the order of names";
  check(H5Pset_link_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), problem);
  check(H5Pset_obj_track_times(list, false), problem);
}

/// The group at `path` under `file`; it and the groups above it are made where they are missing.
GroupHandle make_group(hid_t file, const std::string& path) {
  const Properties list = properties(H5P_GROUP_CREATE);
  order_by_creation(list);
  const std::string problem = "cannot make the group '" + path + "'";
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (check(H5Lexists(file, part.c_str(), H5P_DEFAULT), problem) == 0)
      GroupHandle(H5Gcreate2(file, part.c_str(), H5P_DEFAULT, list, H5P_DEFAULT), problem).close(problem);
  }
  return {H5Gopen2(file, path.c_str(), H5P_DEFAULT), problem};
}

/// A variable over `point` whose values come later.
struct Slot {
  std::vector<hsize_t> extent;
  std::size_t type;               ///< index in Values
  std::size_t points;             ///< that are packed together
  std::vector<bool> written;      ///< by point
  std::optional<Dataset> open{};  ///< while its last chunk is incomplete: it is packed once, when it is full
};
/// By group and name.
using Slots = std::map<std::pair<std::string, std::string>, Slot>;

/// How many of the `rows` of `dataset` are packed together; all if nothing is packed.
std::size_t packed_rows(hid_t dataset, std::size_t rows) {
  const char* problem = "cannot find the chunks of a dataset";
  const Properties list(H5Dget_create_plist(dataset), problem);
  if (H5Pget_layout(list) != H5D_CHUNKED) return rows;
  std::array<hsize_t, H5S_MAX_RANK> chunk{};
  check(H5Pget_chunk(list, H5S_MAX_RANK, chunk.data()), problem);
  return chunk[0];
}

/// Writes `group`; variables without the values that their dimensions ask for become `slots`.
void write_group(hid_t file, const Group& group, Slots& slots) {
  GroupHandle handle = make_group(file, group.path);
  write_attribute(handle, "long_name", group.long_name);
  std::vector<std::pair<std::string, Dataset>> scales;
  std::vector<hsize_t> sizes;
  for (const Coordinate& coordinate : group.coordinates) {
    const hsize_t size = size_of(coordinate.values);
    Dataset dataset = write_variable(handle, coordinate, {size}, true);
    check(H5DSset_scale(dataset, coordinate.name.c_str()), "cannot make '" + coordinate.name + "' a dimension scale");
    scales.emplace_back(coordinate.name, std::move(dataset));
    sizes.push_back(size);
  }
  for (const Variable& variable : group.variables) {
    heed_interrupt();
    std::vector<std::size_t> places;
    std::vector<hsize_t> extent;
    for (const std::string& dimension : variable.dimensions) {
      std::size_t place = 0;
      while (scales[place].first != dimension) ++place;  // check(result) found that it is there
      places.push_back(place);
      extent.push_back(sizes[place]);
    }
    Dataset dataset = write_variable(handle, variable, extent, false);
    for (std::size_t d = 0; d < places.size(); ++d)
      check(H5DSattach_scale(dataset, scales[places[d]].second, static_cast<unsigned>(d)),
          "cannot attach the dimensions of '" + variable.name + "'");
    if (size_of(variable.values) != product(extent))
      slots.emplace(std::pair(group.path, variable.name),
          Slot{extent, variable.values.index(), packed_rows(dataset, extent[0]), std::vector<bool>(extent[0])});
    dataset.close("cannot close '" + variable.name + "'");
  }
  for (auto& [name, scale] : scales) scale.close("cannot close '" + name + "'");
  handle.close("cannot close '" + group.path + "'");
}

/// The memory in which HDF5 lays out a file; it outlives the file. (H5Fget_file_image would copy it, and
/// leaves a wrong checksum in the superblock: seen in 1.10.8.)
class Image {
 public:
  Image() = default;
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  ~Image() { std::free(memory_); }

  /// Has the files opened with `access` live here.
  void attach(const Properties& access) {
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
  /// Closes `file` and keeps its bytes.
  void take(File file) {
    const char* problem = "cannot lay out the file";
    check(H5Fflush(file, H5F_SCOPE_LOCAL), problem);
    size_ = static_cast<std::size_t>(check(H5Fget_file_image(file, nullptr, 0), problem));
    file.close(problem);
    if (memory_ == nullptr) throw Failure(problem, "HDF5 gave no memory back");
  }
  [[nodiscard]] std::span<char> bytes() const { return {memory_, size_}; }

 private:
  char* memory_ = nullptr;
  std::size_t size_ = 0;
};

/// A name that no open file has: HDF5 takes files in memory of one name for one file, and threads may lay out several
/// at once. It is not stored.
std::string image_name() {
  static std::uint64_t count = 0;  // used in a Session only
  return fmt::format("image {}", count++);
}

/// A new file that lives in `image`.
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

/// Writes all of `outline` but its digest to the new `file`; gives the variables that wait for values.
Slots lay_out(const Result& outline, const File& file) {
  for (const auto& [name, value] : outline.attributes)
    if (name != "digest") write_attribute(file, name, value);
  if (!outline.attributes.contains("Conventions")) write_attribute(file, "Conventions", std::string("CF-1.8"));
  Slots slots;
  for (const Group& group : outline.groups) write_group(file, group, slots);
  GroupHandle provenance = make_group(file, "provenance");
  for (const auto& [name, value] : outline.provenance) write_attribute(provenance, name, value);
  provenance.close("cannot close 'provenance'");
  return slots;
}

// --- The disk ---------------------------------------------------------------------------------------------

std::string reason(int error) { return std::generic_category().message(error); }

// --- The seal ---------------------------------------------------------------------------------------------

/// What follows the HDF5 file, which HDF5 never looks at: a mark and the XXH3-128 of all bytes before it.
/// HDF5 guards only a part of its own structures by checksums and may crash on the rest if a byte has
/// changed.
constexpr std::string_view seal_mark = "KURULTAI";
constexpr std::size_t seal_size = seal_mark.size() + sizeof(XXH128_canonical_t);

std::string seal(XXH128_hash_t hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  return std::string(seal_mark) + std::string(reinterpret_cast<const char*>(canonical.digest), sizeof canonical);
}

std::string seal_of(std::span<const char> bytes) { return seal(XXH3_128bits(bytes.data(), bytes.size())); }

/// The bytes of a file, in memory.
class Bytes {
 public:
  /// Reads `file`; messages speak of `place`.
  Bytes(const fs::path& file, const std::string& place) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (!fs::exists(status)) throw storage_error(place, "no such file", error ? error.message() : "", "check the path");
    if (!fs::is_regular_file(status))
      throw storage_error(place, "not a file", "a result is a regular file", "check the path");
    const int handle = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (handle < 0) {
      const int problem = errno;
      throw storage_error(place, "cannot read", reason(problem),
          problem == EACCES ? "ask its owner for the right to read it" : "check the path");
    }
    struct stat about{};
    int problem = ::fstat(handle, &about) == 0 ? 0 : errno;
    if (problem == 0) {
      memory_.reset(static_cast<char*>(std::malloc(static_cast<std::size_t>(about.st_size) + 1)));
      if (memory_ == nullptr) problem = ENOMEM;
    }
    while (problem == 0 && size_ < static_cast<std::size_t>(about.st_size)) {
      const std::size_t part = std::min(static_cast<std::size_t>(about.st_size) - size_, std::size_t{1} << 30);
      const ssize_t count = ::read(handle, memory_.get() + size_, part);
      if (count == 0) break;  // it has become shorter: its seal will tell
      if (count < 0 && errno != EINTR) problem = errno;
      size_ += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    }
    ::close(handle);
    if (problem == ENOMEM)
      throw Error(ExitCode::memory, {place, "cannot read", "not enough memory", "read it on a larger machine"});
    if (problem != 0) throw storage_error(place, "cannot read", reason(problem), "check the disk");
  }
  [[nodiscard]] std::span<char> all() const { return {memory_.get(), size_}; }

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  std::unique_ptr<char, Free> memory_;
  std::size_t size_ = 0;
};

enum class Seal { missing, broken, whole };

/// What `bytes` say of their seal. A file without one is no longer, or never was, as this program wrote it.
Seal examine(std::span<const char> bytes) {
  if (bytes.size() < seal_size) return Seal::missing;
  const std::span<const char> last = bytes.last(seal_size);
  const std::string_view found(last.data(), last.size());
  if (!found.starts_with(seal_mark)) return Seal::missing;
  return found == seal_of(bytes.first(bytes.size() - seal_size)) ? Seal::whole : Seal::broken;
}

// --- Reading ----------------------------------------------------------------------------------------------

constexpr const char* too_large = "too large";
constexpr const char* damaged_suggestion = "run the scenario again, or restore the file from a copy";

/// What a file may make us read: whatever it says of itself, it asks for no more memory and no more time.
class Budget {
 public:
  explicit Budget(std::size_t bytes) : bytes_(bytes) {}
  void objects(std::uint64_t count) {
    if (count > objects_) throw Failure("cannot read the groups", "they hold too many objects, or each other");
    objects_ -= count;
  }
  /// `count` values of `size` bytes each of `name`.
  void values(std::size_t count, std::size_t size, const std::string& name) {
    if (size == 0 || count > bytes_ / size)
      throw Failure("cannot read '" + name + "'", fmt::format("{} values cannot be in this file", count));
    bytes_ -= count * size;
  }

 private:
  std::uint64_t objects_ = 20000;
  std::size_t bytes_;
};

/// The number of values in an array of this extent; the greatest number there is if there are more.
std::size_t bounded_product(const std::vector<hsize_t>& extent) {
  std::size_t size = 1;
  for (const hsize_t side : extent) {
    if (side == 0) return 0;
    size =
        size > std::numeric_limits<std::size_t>::max() / side ? std::numeric_limits<std::size_t>::max() : size * side;
  }
  return size;
}

/// The names of `object`'s attributes.
std::vector<std::string> attribute_names(hid_t object) {
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5A_info_t*, void* out) -> herr_t {
    try {
      static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    } catch (...) { return -1; }
    return 0;
  };
  check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names), "cannot list attributes");
  return names;
}

constexpr std::size_t most_text = std::size_t{1} << 26;  ///< bytes of an attribute of fixed length

/// The scalar attribute `name`, or nothing if there is none or if it is of another kind (other programs may
/// add their own).
std::optional<Attribute> read_attribute(hid_t object, const std::string& name) {
  const std::string problem = "cannot read the attribute '" + name + "'";
  if (check(H5Aexists(object, name.c_str()), problem) == 0) return std::nullopt;
  const AttributeHandle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), problem);
  const Space space(H5Aget_space(attribute), problem);
  if (check(H5Sget_simple_extent_npoints(space), problem) != 1) return std::nullopt;
  const Type type(H5Aget_type(attribute), problem);
  switch (H5Tget_class(type)) {
    case H5T_INTEGER: {
      std::int64_t value = 0;
      check(H5Aread(attribute, H5T_NATIVE_INT64, &value), problem);
      return value;
    }
    case H5T_FLOAT: {
      double value = 0;
      check(H5Aread(attribute, H5T_NATIVE_DOUBLE, &value), problem);
      return value;
    }
    case H5T_STRING: {
      if (check(H5Tis_variable_str(type), problem) > 0) {
        char* pointer = nullptr;
        check(H5Aread(attribute, type, static_cast<void*>(&pointer)), problem);
        std::string text = pointer == nullptr ? "" : pointer;
        H5free_memory(pointer);
        return text;
      }
      if (H5Tget_size(type) > most_text) return std::nullopt;
      std::string text(H5Tget_size(type), '\0');
      check(H5Aread(attribute, type, text.data()), problem);
      return text.substr(0, text.find('\0'));
    }
    default: return std::nullopt;
  }
}

std::string read_text(hid_t object, const std::string& name) {
  const std::optional<Attribute> attribute = read_attribute(object, name);
  const std::string* text = attribute ? std::get_if<std::string>(&*attribute) : nullptr;
  return text == nullptr ? "" : *text;
}

template <class T>
Values read_numbers(hid_t dataset, std::size_t size, hid_t in_memory, hid_t in_file, const std::string& problem) {
  std::vector<T> values(size);
  if (size > 0) check(H5Dread(dataset, memory_type<T>(), in_memory, in_file, H5P_DEFAULT, values.data()), problem);
  return values;
}

Values read_texts(hid_t dataset, std::size_t size, hid_t in_memory, hid_t in_file, const std::string& problem) {
  std::vector<std::string> values(size);
  if (size == 0) return values;
  const Type type = text_type();
  std::vector<char*> pointers(size, nullptr);
  check(H5Dread(dataset, type, in_memory, in_file, H5P_DEFAULT, pointers.data()), problem);
  for (std::size_t k = 0; k < size; ++k)
    if (pointers[k] != nullptr) values[k] = pointers[k];
  const Space space = make_space({size});
  check(H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data()), problem);
  return values;
}

/// The `size` values in the part `in_file` of `dataset`; a size of 0 tells their type.
Values read_values(hid_t dataset, const std::string& name, std::size_t size, hid_t in_memory, hid_t in_file) {
  const std::string problem = "cannot read '" + name + "'";
  const Type type(H5Dget_type(dataset), problem);
  const std::size_t bytes = H5Tget_size(type);
  const H5T_class_t kind = H5Tget_class(type);
  const auto numbers = [&]<class T>(T) { return read_numbers<T>(dataset, size, in_memory, in_file, problem); };
  if (kind == H5T_FLOAT && bytes == 4) return numbers(float{});
  if (kind == H5T_FLOAT && bytes == 8) return numbers(double{});
  if (kind == H5T_INTEGER && bytes == 1) return numbers(std::uint8_t{});
  if (kind == H5T_INTEGER && bytes == 4) return numbers(std::int32_t{});
  if (kind == H5T_INTEGER && bytes == 8) return numbers(std::int64_t{});
  if (kind == H5T_STRING && H5Tis_variable_str(type) > 0) return read_texts(dataset, size, in_memory, in_file, problem);
  throw Failure(problem, "its type is none that Kurultai writes");
}

/// Bytes in memory of a value of `dataset`.
std::size_t value_bytes(hid_t dataset, const std::string& name) {
  const Type type(H5Dget_type(dataset), "cannot read '" + name + "'");
  return H5Tget_class(type) == H5T_STRING ? sizeof(std::string) + sizeof(char*) : H5Tget_size(type);
}

/// Throws if the values of `dataset` stand in other files.
void check_own_values(hid_t dataset, const std::string& name) {
  const std::string problem = "cannot read '" + name + "'";
  const Properties list(H5Dget_create_plist(dataset), problem);
  if (check(H5Pget_external_count(list), problem) > 0 || H5Pget_layout(list) == H5D_VIRTUAL)
    throw Failure(problem, "its values stand in other files");
}

/// The extent of `dataset`.
std::vector<hsize_t> extent_of(hid_t dataset, const std::string& name) {
  const std::string problem = "cannot read '" + name + "'";
  const Space space(H5Dget_space(dataset), problem);
  std::vector<hsize_t> extent(static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space), problem)));
  check(H5Sget_simple_extent_dims(space, extent.data(), nullptr), problem);
  return extent;
}

/// The name of the dimension scale attached to dimension `d`, or "". (The name that the scale bears: to ask for that
/// of its link makes HDF5 search the whole file, every time.)
std::string scale_name(hid_t dataset, unsigned d) {
  std::string name;
  const auto take = [](hid_t, unsigned, hid_t scale, void* out) -> herr_t {
    try {
      auto& text = *static_cast<std::string*>(out);
      const ssize_t length = H5DSget_scale_name(scale, nullptr, 0);
      if (length <= 0) return -1;
      text.resize(static_cast<std::size_t>(length) + 1);
      H5DSget_scale_name(scale, text.data(), text.size());
      text.resize(std::strlen(text.c_str()));
    } catch (...) { return -1; }
    return 1;
  };
  check(H5DSiterate_scales(dataset, d, nullptr, take, &name), "cannot read the dimensions");
  return name;
}

/// The words of `text`.
std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    found.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return found;
}

/// What is read of a file.
struct Choice {
  Wanted wanted;            ///< none: everything
  bool unwanted_are_empty;  ///< variables that nobody wants come without values; else not at all
  Budget* budget;
};

Variable read_variable(
    hid_t dataset, const std::string& name, bool is_coordinate, bool with_values, const Choice& choice) {
  heed_interrupt();
  const std::vector<hsize_t> extent = extent_of(dataset, name);
  const std::size_t size = with_values ? bounded_product(extent) : 0;
  choice.budget->values(size, std::max(value_bytes(dataset, name), std::size_t{1}), name);
  if (with_values) check_own_values(dataset, name);
  Variable variable{name, {}, read_values(dataset, name, size, H5S_ALL, H5S_ALL), read_text(dataset, "units"),
      read_text(dataset, "long_name"), read_text(dataset, "source"), words(read_text(dataset, "flag_meanings")),
      words(read_text(dataset, "coordinates")), {}};
  for (const char* fact : variable_facts)
    if (auto value = read_attribute(dataset, fact)) variable.facts[fact] = std::move(*value);
  if (is_coordinate) {
    variable.dimensions = {name};
  } else {
    for (unsigned d = 0; d < extent.size(); ++d) variable.dimensions.push_back(scale_name(dataset, d));
  }
  return variable;
}

/// The names in `group`, in the order of their creation where the file keeps it.
std::vector<std::string> link_names(hid_t group, Budget& budget) {
  const char* problem = "cannot list a group";
  const Properties list(H5Gget_create_plist(group), problem);
  unsigned flags = 0;
  check(H5Pget_link_creation_order(list, &flags), problem);
  const H5_index_t index = (flags & H5P_CRT_ORDER_INDEXED) != 0 ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  H5G_info_t info;
  check(H5Gget_info(group, &info), problem);
  budget.objects(info.nlinks);
  std::vector<std::string> names;
  for (hsize_t k = 0; k < info.nlinks; ++k) {
    const ssize_t length =
        check(H5Lget_name_by_idx(group, ".", index, H5_ITER_INC, k, nullptr, 0, H5P_DEFAULT), problem);
    std::string name(static_cast<std::size_t>(length) + 1, '\0');
    check(H5Lget_name_by_idx(group, ".", index, H5_ITER_INC, k, name.data(), name.size(), H5P_DEFAULT), problem);
    name.pop_back();
    H5L_info_t link;
    check(H5Lget_info(group, name.c_str(), &link, H5P_DEFAULT), problem);
    if (link.type != H5L_TYPE_HARD)
      throw Failure("cannot read '" + name + "'", "it is a link to another place or another file");
    names.push_back(std::move(name));
  }
  return names;
}

/// Paths of groups.
using Paths = std::set<std::string>;

/// Reads the group at `path` ("" for the root) and those below it into `result`; gives those of which something was
/// left out.
Paths read_groups(hid_t handle, const std::string& path, const Choice& choice, Result& result) {
  if (std::count(path.begin(), path.end(), '/') > 8) throw Failure("cannot read the groups", "they lie too deep");
  const std::size_t place = result.groups.size();
  result.groups.push_back({path, read_text(handle, "long_name"), {}, {}});
  Paths left_out;
  for (const std::string& name : link_names(handle, *choice.budget)) {
    const std::string child_path = path.empty() ? name : path + "/" + name;
    const Object child(H5Oopen(handle, name.c_str(), H5P_DEFAULT), "cannot open '" + child_path + "'");
    if (H5Iget_type(child) == H5I_GROUP && child_path == "provenance") {
      for (const std::string& attribute : attribute_names(child))
        if (const auto value = read_attribute(child, attribute)) result.provenance[attribute] = *value;
    } else if (H5Iget_type(child) == H5I_GROUP) {
      left_out.merge(read_groups(child, child_path, choice, result));
    } else if (H5Iget_type(child) == H5I_DATASET) {
      Group& group = result.groups[place];
      if (check(H5DSis_scale(child), "cannot read '" + child_path + "'") > 0) {
        group.coordinates.push_back(read_variable(child, name, true, true, choice));
      } else {
        const bool wanted = !choice.wanted || choice.wanted(path, name);
        if (!wanted) left_out.insert(path);
        if (wanted || choice.unwanted_are_empty)
          group.variables.push_back(read_variable(child, name, false, wanted, choice));
      }
    }
  }
  const Group& group = result.groups[place];
  // A group that only holds groups ("series") is a folder, no group of the result.
  const bool folder = group.coordinates.empty() && group.variables.empty() && H5Aexists(handle, "long_name") <= 0;
  const bool unwanted = !folder && choice.wanted && !choice.unwanted_are_empty && group.variables.empty();
  if (unwanted) left_out.insert(path);
  if (folder || unwanted) result.groups.erase(result.groups.begin() + static_cast<std::ptrdiff_t>(place));
  return left_out;
}

/// The HDF5 file in `bytes`, which outlive it and are not copied. (H5LTopen_file_image does the same, but leaks.)
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

std::map<std::string, Attribute> read_root_attributes(const File& file) {
  std::map<std::string, Attribute> attributes;
  for (const std::string& name : attribute_names(file))
    if (auto value = read_attribute(file, name)) attributes[name] = std::move(*value);
  return attributes;
}

/// The groups of `file` that are chosen; gives those of which something was left out.
Paths read_groups(const File& file, const Choice& choice, Result& result) {
  const Object root(H5Oopen(file, "/", H5P_DEFAULT), "cannot open the root");
  return read_groups(root, "", choice, result);
}

/// Throws if what has these root attributes, at `place`, is nothing that this program reads.
void check_format(const std::map<std::string, Attribute>& attributes, const std::string& place) {
  const auto version = attributes.find("format_version");
  const auto* number = version == attributes.end() ? nullptr : std::get_if<std::int64_t>(&version->second);
  if (number == nullptr)
    throw storage_error(
        place, "not a result file", "it is HDF5, but has no format_version", "give a file written by 'run'");
  if (*number > result_format_version)
    throw storage_error(place, fmt::format("the file has format {}", *number),
        fmt::format("this program reads formats up to {}", result_format_version),
        "read it with the newer Kurultai that wrote it");
}

/// Throws Failure unless the arrays of every group fit their dimensions, as those of check(result) do.
void check_shapes(const Result& result) {
  for (const Group& group : result.groups)
    for (const Variable& variable : group.variables) {
      std::size_t size = 1;
      for (const std::string& dimension : variable.dimensions) {
        const Coordinate* coordinate = group.coordinate(dimension);
        if (coordinate == nullptr)
          throw Failure(
              "cannot read '" + group.path + "/" + variable.name + "'", "a dimension of it has no coordinate");
        size *= size_of(coordinate->values);
      }
      const std::size_t found = size_of(variable.values);
      if (found != 0 && found != size)
        throw Failure(
            "cannot read '" + group.path + "/" + variable.name + "'", "its size is not that of its dimensions");
    }
}

/// What is read of a file: a result, or why there is none.
struct Found {
  Result result;
  std::optional<Message> refused;

  void visit(Archive& archive) {
    std::uint8_t there = refused ? 0 : 1;
    archive("there", there);
    if (there != 0) {
      visit_head(archive, result);
      return visit_values(archive, result);
    }
    if (!refused) refused.emplace();
    for (std::string* part : {&refused->problem, &refused->why, &refused->suggestion}) archive("refused", *part);
  }
};

/// Reads what is `wanted` of the HDF5 file in `image`. To be used in a Session only.
Found parse(
    std::span<char> image, const std::string& place, const Wanted& wanted, bool unwanted_are_empty, Budget budget) {
  const Choice choice{wanted, unwanted_are_empty, &budget};
  Found found;
  Result& result = found.result;
  Paths left_out;
  try {
    const File handle = open_image(image);
    result.attributes = read_root_attributes(handle);
    check_format(result.attributes, place);
    left_out = read_groups(handle, choice, result);
    check_shapes(result);
    const bool complete = std::none_of(
        left_out.begin(), left_out.end(), [&](const std::string& path) { return in_digest(result, path); });
    const auto stated = result.attributes.find("digest");
    if (complete && (stated == result.attributes.end() || stated->second != Attribute(digest(result))))
      throw Failure("its contents do not have the digest that it states", "something has changed them");
  } catch (const Failure& failure) {
    found.refused = {place, fmt::format("the file is damaged: {}", failure.what()), failure.why, damaged_suggestion};
  } catch (const Error& error) { found.refused = error.message(); } catch (const std::bad_alloc&) {
    found.refused = {place, too_large, "it asks for more memory than a file of its size may", damaged_suggestion};
  }
  return found;
}

/// As `parse`, in a child process. Where none is to be had, what is `sealed` is read here.
Found parse_apart(
    std::span<char> image, const std::string& place, const Wanted& wanted, bool unwanted_are_empty, bool sealed) {
  // Values are packed: some ten to one on average, more only where hardly anything changes.
  const std::size_t values = (std::size_t{1} << 30) + 50 * image.size();
  const ChildLimits limits{2 * values, std::chrono::seconds(4 + image.size() / (std::size_t{1} << 22))};
  const auto work = [&](const Child::Send& send) {
    Found found = parse(image, place, wanted, unwanted_are_empty, Budget(values));
    Archive archive = Archive::saving(send);
    found.visit(archive);
  };
  std::optional<Child> child;
  {
    const Session session;
    try {
      child.emplace(limits, work);
    } catch (const std::system_error& error) {
      if (sealed) return parse(image, place, wanted, unwanted_are_empty, Budget(values));
      throw storage_error(place, "cannot read",
          fmt::format("no process is to be had for it: {}", error.code().message()),
          "end other programs, or raise the limit (ulimit -u)");
    }
  }
  const auto refusal = [&](const std::string& why) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) == 0 &&
        limit.rlim_cur != RLIM_INFINITY)  // of what we were given, not of the file
      return Error(ExitCode::memory, {place, "cannot read", "not enough memory: " + why,
                                         "raise the limit (ulimit -v), or read it on a larger machine"});
    return storage_error(place, "the file is damaged: HDF5 cannot read it", why, damaged_suggestion);
  };
  Found found;
  try {
    Archive archive = Archive::loading([&](std::span<std::byte> bytes) { child->read(bytes); }, 2 * values, place);
    found.visit(archive);
    if (!found.refused) check_shapes(found.result);
    if (found.refused && found.refused->problem == too_large) throw refusal(found.refused->why);
  } catch (const Child::Ended& ended) { throw refusal(ended.why); } catch (const Failure& failure) {
    throw storage_error(place, fmt::format("the file is damaged: {}", failure.what()), failure.why, damaged_suggestion);
  }
  return found;
}

/// Reads what is `wanted` of `file`.
Result read(const fs::path& file, const Wanted& wanted, bool unwanted_are_empty, Unsealed unsealed) {
  const std::string place = file.string();
  const Bytes bytes(file, place);
  std::span<char> image = bytes.all();
  if (image.empty()) throw storage_error(place, "not a result file", "it is empty", "give a file written by 'run'");
  if (!std::string_view(image.data(), image.size()).starts_with("\x89HDF\r\n\x1a\n"))
    throw storage_error(place, "not a result file", "it is not HDF5", "give a file written by 'run'");
  const Seal seal = examine(image);
  switch (seal) {
    case Seal::broken:
      throw storage_error(place, "the file is damaged: its seal is broken", "its bytes are not those that were written",
          damaged_suggestion);
    case Seal::missing:
      if (unsealed == Unsealed::accepted) break;
      throw storage_error(place, "the file is damaged: its seal is missing",
          "it was cut short, or changed or written by another program",
          "restore it from a copy; if it went through a program that you trust, add --unsealed");
    case Seal::whole: image = image.first(image.size() - seal_size);
  }
  Found found = parse_apart(image, place, wanted, unwanted_are_empty, seal == Seal::whole);
  if (found.refused) throw storage_error(place, found.refused->problem, found.refused->why, found.refused->suggestion);
  return std::move(found.result);
}

}  // namespace

fs::path destination(const fs::path& file) {
  fs::path name = file;
  std::error_code error;
  for (int links = 0; links < 40 && fs::is_symlink(fs::symlink_status(name, error));
      ++links) {  // as many as Linux follows
    const fs::path target = fs::read_symlink(name, error);
    if (error) return name;
    name = target.is_absolute() ? target : name.parent_path() / target;
  }
  return name;
}

void prepare_output(const fs::path& file) {
  const std::string place = file.string();
  if (!file.has_filename())
    throw storage_error(place, "no file name", "this is a folder", "add a name: --out FOLDER/NAME.h5");
  std::error_code error;
  const fs::file_status there = fs::status(file, error);
  if (fs::is_directory(there))
    throw storage_error(place, "cannot write", "this is a folder", "add a name: --out FOLDER/NAME.h5");
  if (fs::exists(there) && !fs::is_regular_file(there))
    throw storage_error(place, "cannot write", "this is not a regular file", "choose another --out");
  const fs::path name = destination(file);
  const fs::path folder = name.has_parent_path() ? name.parent_path() : fs::path(".");
  if (folder == "results" && !fs::exists(folder, error)) {
    fs::create_directory(folder, error);
    if (error) throw storage_error(place, "cannot make the folder results", error.message(), "choose another --out");
  }
  if (!fs::is_directory(folder, error))
    throw storage_error(place, "cannot write", "there is no folder " + folder.string(),
        "make it (mkdir -p " + folder.string() + ") or choose another --out");
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    throw storage_error(place, "cannot write", reason(errno), way_out(errno));
}

// --- A file in the making -----------------------------------------------------------------------------------

/// The file, laid out in memory. To be used in a Session only.
class ResultWriter::Layout {
 public:
  explicit Layout(const Result& outline)
      : whole_(whole_digest(outline)),
        file_(new_file(image_)),
        slots_(lay_out(outline, *file_)) {
    if (slots_.empty()) digest_ = digest(outline);
    for (const Group& group : outline.groups)
      if (in_digest(outline, group.path)) in_digest_.insert(group.path);
  }

  [[nodiscard]] std::size_t batch() const {
    if (slots_.empty()) return 1;
    std::size_t points = slots_.begin()->second.extent[0];
    for (const auto& [key, slot] : slots_) points = std::min(points, slot.points);
    return points;
  }

  void write(const std::string& group, const std::string& name, std::size_t first, const Values& values) {
    const auto found = slots_.find({group, name});
    heed_interrupt();
    ensure(found != slots_.end(), "values are written to variables that the outline left empty");
    Slot& slot = found->second;
    const std::size_t row = product(slot.extent) / slot.extent[0];
    const std::size_t count = size_of(values) / row;
    ensure(values.index() == slot.type, "values are of the type in the outline");
    ensure(count > 0 && count * row == size_of(values), "values are those of whole points");
    ensure(first < slot.extent[0] && count <= slot.extent[0] - first, "points are those of the outline");
    for (std::size_t point = first; point < first + count; ++point) {
      ensure(!slot.written[point], "a point is written once");
      slot.written[point] = true;
    }
    const std::string path = group + "/" + name;
    if (!slot.open) slot.open.emplace(H5Dopen2(*file_, path.c_str(), H5P_DEFAULT), "cannot open '" + path + "'");
    const Rows rows(slot.extent, first, count);
    std::visit([&](const auto& list) { put_values(*slot.open, list, rows.in_memory, rows.in_file); }, values);
    if ((first + count) % slot.points == 0) close(slot);
    const auto* texts = std::get_if<std::vector<std::string>>(&values);
    slabs_.push_back({path, first, count, texts == nullptr ? digest(values) : digest(Values(stored_texts(*texts)))});
  }

  /// Adds the digest and seals the file; nothing can be written any more. Throws Failure if what HDF5 laid out is not
  /// what it was given.
  void finish() {
    if (!file_) return;  // it has been: the disk failed the first time
    for (auto& [key, slot] : slots_) close(slot);
    if (!slots_.empty()) {
      Result written;
      written.attributes = read_root_attributes(*file_);
      const auto wanted = [&](const std::string& group, const std::string&) { return in_digest_.contains(group); };
      Budget budget = no_limit();
      read_groups(*file_, {wanted, true, &budget}, written);
      digest_ = digest(written);
    }
    write_attribute(*file_, "digest", digest_);
    File file = std::move(*file_);
    file_.reset();
    image_.take(std::move(file));
    const File image = open_image(image_.bytes());
    Result written;
    const auto given = [&](const std::string& group, const std::string& name) {
      return !slots_.contains({group, name});
    };
    Budget budget = no_limit();
    read_groups(image, {given, true, &budget}, written);
    bool same = whole_digest(written) == whole_;
    for (const Slab& slab : slabs_) {
      const Dataset dataset(H5Dopen2(image, slab.path.c_str(), H5P_DEFAULT), "cannot open '" + slab.path + "'");
      std::vector<hsize_t> extent = extent_of(dataset, slab.path);
      const Rows rows(extent, slab.first, slab.count);
      extent[0] = slab.count;
      same =
          same && digest(read_values(dataset, slab.path, product(extent), rows.in_memory, rows.in_file)) == slab.digest;
    }
    if (!same) throw Failure("the file laid out differs from the result", "the memory or a library is at fault");
  }

  [[nodiscard]] std::span<const char> bytes() { return image_.bytes(); }

 private:
  static Budget no_limit() { return Budget(std::numeric_limits<std::size_t>::max()); }
  struct Slab {
    std::string path;
    std::size_t first;
    std::size_t count;
    std::string digest;
  };
  static void close(Slot& slot) {
    if (slot.open) slot.open->close("cannot write values");
    slot.open.reset();
  }

  std::string whole_;                ///< digest of the outline
  std::string digest_;               ///< that the file states
  std::set<std::string> in_digest_;  ///< groups
  Image image_;                      // outlives the file in it
  std::optional<File> file_;
  Slots slots_;
  std::vector<Slab> slabs_;  ///< what was written, to compare
};

namespace {

/// Has `action` use HDF5; says that nothing was written to `place` if it fails.
void in_session(const std::string& place, const auto& action) {
  const Session session;
  try {
    action();
  } catch (const Failure& failure) { throw storage_error(place, failure.what(), failure.why, "nothing was written"); }
}

}  // namespace

ResultWriter::ResultWriter(const fs::path& file, const Result& outline) : file_(file) {
  check_outline(outline);
  const auto version = outline.attributes.find("format_version");
  ensure(version != outline.attributes.end() && version->second == Attribute(result_format_version),
      "a result states the format_version that this program writes");
  prepare_output(file);
  in_session(file.string(), [&] { layout_ = std::make_unique<Layout>(outline); });
}

ResultWriter::~ResultWriter() {
  const Session session;
  layout_.reset();
}

std::size_t ResultWriter::batch() const { return layout_->batch(); }

void ResultWriter::write(
    const std::string& group, const std::string& variable, std::size_t first_point, const Values& values) {
  in_session(file_.string(), [&] { layout_->write(group, variable, first_point, values); });
}

void ResultWriter::commit(const std::function<void()>& make_way) {
  const std::string place = file_.string();
  in_session(place, [&] { layout_->finish(); });
  const std::span<const char> bytes = layout_->bytes();
  const std::string last = seal_of(bytes);
  const auto parts = {std::as_bytes(bytes), std::as_bytes(std::span<const char>(last))};
  const fs::path name = destination(file_);
  DurableFile file = DurableFile::beside(name, place, "result");
  for (const std::span<const std::byte> part : parts) file.write(part);
  file.close();
  if (!file.holds(parts))
    throw storage_error(place, "the file read back differs from the result", "the disk or its driver lost data",
        "choose another --out");
  if (make_way) make_way();
  file.keep(name);
}

void write_result(const fs::path& file, const Result& result, const std::function<void()>& make_way) {
  check(result);
  ResultWriter(file, result).commit(make_way);
}

Result read_result(const fs::path& file, Unsealed unsealed) { return read(file, {}, false, unsealed); }

Result read_result(const fs::path& file, const Wanted& wanted, Unsealed unsealed) {
  return read(file, wanted, false, unsealed);
}

Result read_outline(const fs::path& file, Unsealed unsealed) {
  return read(file, [](const std::string&, const std::string&) { return false; }, true, unsealed);
}

}  // namespace kurultai
