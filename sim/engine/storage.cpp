#include "engine/storage.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/error.h"

namespace kurultai {
namespace {

namespace fs = std::filesystem;

// --- HDF5 with errors that cannot be overlooked -----------------------------------------------------------

/// What went wrong inside HDF5 and why; the public functions add the file's name.
struct Failure : std::runtime_error {
  Failure(const std::string& problem, std::string reason)
      : std::runtime_error(problem), why(std::move(reason)) {}
  std::string why;
};

/// Keeps HDF5 from printing its errors itself; they become Failures. The setting is the calling thread's own.
class Silence {
 public:
  Silence() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Silence() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
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

/// `status` if HDF5 reports success; else throws Failure with `problem` and the error stack.
template <class Status>
Status check(Status status, const std::string& problem) {
  if (status < 0) throw Failure(problem, error_stack());
  return status;
}

/// Owns an HDF5 identifier. `close` checks; the destructor, on the way out of an error, cannot.
template <herr_t (*close_function)(hid_t)>
class Handle {
 public:
  Handle(hid_t id, const std::string& problem) : id_(check(id, problem)) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (id_ >= 0) close_function(id_);
  }
  void close(const std::string& problem) {
    check(close_function(std::exchange(id_, H5I_INVALID_HID)), problem);
  }
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

template <class T>
hid_t memory_type() {
  if constexpr (std::is_same_v<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::is_same_v<T, std::int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::is_same_v<T, std::uint8_t>) return H5T_NATIVE_UINT8;
}

template <class T>
hid_t file_type() {
  if constexpr (std::is_same_v<T, float>) return H5T_IEEE_F32LE;
  if constexpr (std::is_same_v<T, double>) return H5T_IEEE_F64LE;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_STD_I32LE;
  if constexpr (std::is_same_v<T, std::int64_t>) return H5T_STD_I64LE;
  if constexpr (std::is_same_v<T, std::uint8_t>) return H5T_STD_U8LE;
}

Properties properties(hid_t kind) { return {H5Pcreate(kind), "cannot make a property list"}; }

// --- Writing ----------------------------------------------------------------------------------------------

/// `text` with every byte that is not UTF-8, and every NUL, replaced by U+FFFD: a host's odd name must not
/// spoil a file that cost hours, and Python refuses text that is not UTF-8.
std::string clean(const std::string& text) {
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
    for (std::size_t k = 1; valid && k < length; ++k)
      valid = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
    if (valid && length > 2) {  // overlong forms, surrogates, beyond U+10FFFF
      const auto second = static_cast<unsigned char>(text[i + 1]);
      valid = !((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
                (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f));
    }
    out += valid ? text.substr(i, length) : "\xef\xbf\xbd";
    i += valid ? length : 1;
  }
  return out;
}

void write_attribute(hid_t object, const std::string& name, hid_t stored, hid_t type, hid_t space,
                     const void* data) {
  const std::string problem = "cannot write the attribute '" + name + "'";
  AttributeHandle attribute(H5Acreate2(object, name.c_str(), stored, space, H5P_DEFAULT, H5P_DEFAULT),
                            problem);
  check(H5Awrite(attribute, type, data), problem);
  attribute.close(problem);
}

void write_attribute(hid_t object, const std::string& name, const Attribute& value) {
  const Space scalar(H5Screate(H5S_SCALAR), "cannot make a scalar");
  if (const auto* text = std::get_if<std::string>(&value)) {
    const Type type = text_type();
    const std::string cleaned = clean(*text);
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
  for (const char* time :
       {"days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"})
    if (unit == time) return true;
  return unit.find(" since ") != std::string::npos;
}

/// How the values of a dataset lie in the file.
template <class T>
Properties layout(std::vector<hsize_t> extent, std::size_t size, bool is_coordinate) {
  constexpr std::size_t chunk_bytes = 1 << 20;  // HDF5's default chunk cache
  Properties list = properties(H5P_DATASET_CREATE);
  const char* problem = "cannot lay out a dataset";
  check(H5Pset_obj_track_times(list, false), problem);  // a file's bytes depend on the result only
  if constexpr (!std::is_same_v<T, std::string>) {
    if (std::is_floating_point_v<T> && !is_coordinate) {
      const T nan = std::numeric_limits<T>::quiet_NaN();
      check(H5Pset_fill_value(list, memory_type<T>(), &nan), problem);
    }
    if (!extent.empty() && size > 0) {
      std::size_t bytes = size * sizeof(T);
      for (hsize_t& side : extent) {
        while (bytes > chunk_bytes && side > 1) {
          const hsize_t half = (side + 1) / 2;
          bytes = bytes / side * half;
          side = half;
        }
      }
      check(H5Pset_chunk(list, static_cast<int>(extent.size()), extent.data()), problem);
      check(H5Pset_shuffle(list), problem);
      check(H5Pset_deflate(list, 4), problem);
    }
  }
  return list;
}

template <class T>
Dataset write_values(hid_t group, const Variable& variable, const std::vector<T>& values,
                     const std::vector<hsize_t>& extent, bool is_coordinate) {
  const std::string problem = "cannot write '" + variable.name + "'";
  const Space space(extent.empty()
                        ? H5Screate(H5S_SCALAR)
                        : H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr),
                    problem);
  const Properties list = layout<T>(extent, values.size(), is_coordinate);
  const auto create = [&](hid_t type) {
    return Dataset(H5Dcreate2(group, variable.name.c_str(), type, space, H5P_DEFAULT, list, H5P_DEFAULT),
                   problem);
  };
  if constexpr (std::is_same_v<T, std::string>) {
    const Type type = text_type();
    Dataset dataset = create(type);
    std::vector<std::string> cleaned;
    cleaned.reserve(values.size());
    std::vector<const char*> pointers;
    for (const std::string& text : values) pointers.push_back(cleaned.emplace_back(clean(text)).c_str());
    if (!values.empty())
      check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), problem);
    return dataset;
  } else {
    Dataset dataset = create(file_type<T>());
    if (!values.empty())
      check(H5Dwrite(dataset, memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), problem);
    if (std::is_floating_point_v<T> && !is_coordinate) {
      const Space scalar(H5Screate(H5S_SCALAR), problem);
      const T nan = std::numeric_limits<T>::quiet_NaN();
      write_attribute(dataset, "_FillValue", file_type<T>(), memory_type<T>(), scalar, &nan);
    }
    return dataset;
  }
}

void write_description(hid_t dataset, const Variable& variable) {
  ensure(!reads_as_time(variable.unit), "a unit that CF readers take for a time");
  if (!variable.unit.empty()) write_attribute(dataset, "units", variable.unit);
  if (!variable.long_name.empty()) write_attribute(dataset, "long_name", variable.long_name);
  if (!variable.source.empty()) write_attribute(dataset, "source", variable.source);
  if (variable.flag_meanings.empty()) return;
  std::string meanings;
  std::vector<std::uint8_t> flags;
  for (const std::string& meaning : variable.flag_meanings) {
    if (!meanings.empty()) meanings += ' ';
    meanings += flag_word(meaning);
    flags.push_back(static_cast<std::uint8_t>(flags.size()));
  }
  const hsize_t count = flags.size();
  const Space space(H5Screate_simple(1, &count, nullptr), "cannot write flag_values");
  write_attribute(dataset, "flag_values", H5T_STD_U8LE, H5T_NATIVE_UINT8, space, flags.data());
  write_attribute(dataset, "flag_meanings", meanings);
}

Dataset write_variable(hid_t group, const Variable& variable, const std::vector<hsize_t>& extent,
                       bool is_coordinate) {
  Dataset dataset = std::visit(
      [&](const auto& values) { return write_values(group, variable, values, extent, is_coordinate); },
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

void write_group(hid_t file, const Group& group) {
  GroupHandle handle = make_group(file, group.path);
  const std::string problem = "cannot close '" + group.path + "'";
  write_attribute(handle, "long_name", group.long_name);
  std::vector<std::pair<std::string, Dataset>> scales;
  std::vector<hsize_t> sizes;
  for (const Coordinate& coordinate : group.coordinates) {
    const hsize_t size = size_of(coordinate.values);
    Dataset dataset = write_variable(handle, coordinate, {size}, true);
    check(H5DSset_scale(dataset, coordinate.name.c_str()),
          "cannot make '" + coordinate.name + "' a dimension scale");
    scales.emplace_back(coordinate.name, std::move(dataset));
    sizes.push_back(size);
  }
  for (const Variable& variable : group.variables) {
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
    dataset.close("cannot close '" + variable.name + "'");
  }
  for (auto& [name, scale] : scales) scale.close("cannot close '" + name + "'");
  handle.close(problem);
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
  [[nodiscard]] std::span<const char> bytes() const { return {memory_, size_}; }

 private:
  char* memory_ = nullptr;
  std::size_t size_ = 0;
};

/// Lays out in `image` the file that holds `result`: the same bytes for the same result, provenance apart.
void lay_out(const Result& result, const std::string& result_digest, Image& image) {
  const char* problem = "cannot lay out the file";
  const Properties access = properties(H5P_FILE_ACCESS);
  check(H5Pset_fapl_core(access, std::size_t{4} << 20, false), problem);
  image.attach(access);
  // HDF5 1.10 and later: checksummed metadata, and no index for a dataset of one chunk.
  check(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110), problem);
  // No space held in reserve: the image ends where the file ends.
  check(H5Pset_meta_block_size(access, 0), problem);
  check(H5Pset_small_data_block_size(access, 0), problem);
  const Properties create = properties(H5P_FILE_CREATE);
  order_by_creation(create);
  File file(H5Fcreate("result", H5F_ACC_TRUNC, create, access), problem);
  for (const auto& [name, value] : result.attributes)
    if (name != "digest") write_attribute(file, name, value);
  write_attribute(file, "digest", result_digest);
  if (!result.attributes.contains("Conventions")) write_attribute(file, "Conventions", std::string("CF-1.8"));
  for (const Group& group : result.groups) write_group(file, group);
  GroupHandle provenance = make_group(file, "provenance");
  for (const auto& [name, value] : result.provenance) write_attribute(provenance, name, value);
  provenance.close(problem);
  image.take(std::move(file));
}

// --- The disk ---------------------------------------------------------------------------------------------

std::string reason(int error) { return std::generic_category().message(error); }

std::string way_out(int error) {
  if (error == ENOSPC || error == EDQUOT) return "free some space or choose another --out";
  if (error == EFBIG) return "raise the limit on file size (ulimit -f)";
  if (error == EACCES || error == EPERM || error == EROFS)
    return "choose a folder you may write to with --out";
  if (error == ENAMETOOLONG) return "choose a shorter name with --out";
  return "choose another --out";
}

/// A new file under a temporary name, removed again unless `keep` is reached.
class Temporary {
 public:
  Temporary(fs::path path, std::string place) : path_(std::move(path)), place_(std::move(place)) {
    file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file_ < 0) fail("cannot write", errno);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (file_ >= 0) ::close(file_);
    if (!kept_) ::unlink(path_.c_str());
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

  void write(std::span<const char> bytes) {
    while (!bytes.empty()) {
      // Linux moves at most 2 GB a call.
      const ssize_t written = ::write(file_, bytes.data(), std::min(bytes.size(), std::size_t{1} << 30));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("cannot write the result", errno);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }
  /// Sees to it that what was written is on the disk.
  void close() {
    if (::fsync(file_) != 0) fail("cannot write the result", errno);
    if (::close(std::exchange(file_, -1)) != 0) fail("cannot write the result", errno);
  }

  /// Gives the file its name, in one step, and makes that last.
  void keep(const fs::path& name) {
    if (::rename(path_.c_str(), name.c_str()) != 0) fail("cannot put the result in place", errno);
    kept_ = true;
    const fs::path folder = name.has_parent_path() ? name.parent_path() : fs::path(".");
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) return;  // a folder one may write to but not list: the system syncs it in its own time
    const int error = ::fsync(handle) == 0 ? 0 : errno;
    ::close(handle);
    if (error != 0 && error != EINVAL)  // EINVAL: a file system that does not sync folders
      fail("the result is written, but its folder could not be synced", error);
  }

 private:
  [[noreturn]] void fail(const std::string& problem, int error) const {
    throw storage_error(place_, problem, reason(error), way_out(error));
  }
  fs::path path_;
  std::string place_;
  int file_ = -1;
  bool kept_ = false;
};

// --- The seal ---------------------------------------------------------------------------------------------

/// What follows the HDF5 file, which HDF5 never looks at: a mark and the XXH3-128 of all bytes before it.
/// HDF5 guards only a part of its own structures by checksums and may crash on the rest if a byte has
/// changed.
constexpr std::string_view seal_mark = "KURULTAI";
constexpr std::size_t seal_size = seal_mark.size() + sizeof(XXH128_canonical_t);

std::string seal(XXH128_hash_t hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  return std::string(seal_mark) +
         std::string(reinterpret_cast<const char*>(canonical.digest), sizeof canonical);
}

/// Whether `file` bears a seal that its bytes belie. A file without one is no longer, or never was, as this
/// program wrote it (a program that adds an attribute removes the seal): HDF5 and the digest have to judge
/// it.
bool seal_broken(const fs::path& file, std::uintmax_t size) {
  if (size < seal_size) return false;
  std::ifstream in(file, std::ios::binary);
  std::string found(seal_size, '\0');
  in.seekg(static_cast<std::streamoff>(size - seal_size));
  in.read(found.data(), static_cast<std::streamsize>(found.size()));
  if (!in || !found.starts_with(seal_mark)) return false;
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), &XXH3_freeState);
  if (!state) throw std::bad_alloc();
  XXH3_128bits_reset(state.get());
  std::vector<char> block(std::size_t{1} << 20);
  in.seekg(0);
  for (std::uintmax_t left = size - seal_size; left > 0;) {
    const auto part = static_cast<std::size_t>(std::min<std::uintmax_t>(left, block.size()));
    if (!in.read(block.data(), static_cast<std::streamsize>(part))) return true;
    XXH3_128bits_update(state.get(), block.data(), part);
    left -= part;
  }
  return found != seal(XXH3_128bits_digest(state.get()));
}

// --- Reading ----------------------------------------------------------------------------------------------

constexpr const char* damaged_suggestion = "run the scenario again, or restore the file from a copy";

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
Values read_numbers(hid_t dataset, std::size_t size, const std::string& problem) {
  std::vector<T> values(size);
  if (size > 0)
    check(H5Dread(dataset, memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), problem);
  return values;
}

Values read_texts(hid_t dataset, hid_t space, std::size_t size, const std::string& problem) {
  std::vector<std::string> values(size);
  if (size == 0) return values;
  const Type type = text_type();
  std::vector<char*> pointers(size, nullptr);
  check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), problem);
  for (std::size_t k = 0; k < size; ++k)
    if (pointers[k] != nullptr) values[k] = pointers[k];
  check(H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data()), problem);
  return values;
}

/// `file_size` bounds what a damaged header can make us allocate: deflate packs at most 1032 to 1.
Values read_values(hid_t dataset, const std::string& name, std::uintmax_t file_size) {
  const std::string problem = "cannot read '" + name + "'";
  const Space space(H5Dget_space(dataset), problem);
  const Type type(H5Dget_type(dataset), problem);
  const auto size = static_cast<std::size_t>(check(H5Sget_simple_extent_npoints(space), problem));
  const std::size_t bytes = H5Tget_size(type);
  if (size > 1100 * file_size / std::max<std::size_t>(bytes, 1))
    throw Failure(problem, fmt::format("{} values cannot be in a file of {} bytes", size, file_size));
  const H5T_class_t kind = H5Tget_class(type);
  if (kind == H5T_FLOAT && bytes == 4) return read_numbers<float>(dataset, size, problem);
  if (kind == H5T_FLOAT && bytes == 8) return read_numbers<double>(dataset, size, problem);
  if (kind == H5T_INTEGER && bytes == 1) return read_numbers<std::uint8_t>(dataset, size, problem);
  if (kind == H5T_INTEGER && bytes == 4) return read_numbers<std::int32_t>(dataset, size, problem);
  if (kind == H5T_INTEGER && bytes == 8) return read_numbers<std::int64_t>(dataset, size, problem);
  if (kind == H5T_STRING && H5Tis_variable_str(type) > 0) return read_texts(dataset, space, size, problem);
  throw Failure(problem, "its type is none that Kurultai writes");
}

/// The name of the dimension scale attached to dimension `d`, or "".
std::string scale_name(hid_t dataset, unsigned d) {
  std::string name;
  const auto take = [](hid_t, unsigned, hid_t scale, void* out) -> herr_t {
    try {
      auto& text = *static_cast<std::string*>(out);
      const ssize_t length = H5Iget_name(scale, nullptr, 0);
      if (length <= 0) return -1;
      text.resize(static_cast<std::size_t>(length) + 1);
      H5Iget_name(scale, text.data(), text.size());
      text.pop_back();
      text = text.substr(text.rfind('/') + 1);
    } catch (...) { return -1; }
    return 1;
  };
  check(H5DSiterate_scales(dataset, d, nullptr, take, &name), "cannot read the dimensions");
  return name;
}

Variable read_variable(hid_t dataset, const std::string& name, bool is_coordinate, std::uintmax_t file_size) {
  Variable variable{name,
                    {},
                    read_values(dataset, name, file_size),
                    read_text(dataset, "units"),
                    read_text(dataset, "long_name"),
                    read_text(dataset, "source")};
  if (is_coordinate) {
    variable.dimensions = {name};
  } else {
    const Space space(H5Dget_space(dataset), "cannot read '" + name + "'");
    const int rank = check(H5Sget_simple_extent_ndims(space), "cannot read '" + name + "'");
    for (int d = 0; d < rank; ++d)
      variable.dimensions.push_back(scale_name(dataset, static_cast<unsigned>(d)));
  }
  const std::string meanings = read_text(dataset, "flag_meanings");
  for (std::size_t begin = 0; begin < meanings.size();) {
    const std::size_t end = std::min(meanings.find(' ', begin), meanings.size());
    variable.flag_meanings.push_back(meanings.substr(begin, end - begin));
    begin = end + 1;
  }
  return variable;
}

/// The names in `group`, in the order of their creation where the file keeps it.
std::vector<std::string> link_names(hid_t group) {
  const char* problem = "cannot list a group";
  const Properties list(H5Gget_create_plist(group), problem);
  unsigned flags = 0;
  check(H5Pget_link_creation_order(list, &flags), problem);
  const H5_index_t index = (flags & H5P_CRT_ORDER_INDEXED) != 0 ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  H5G_info_t info;
  check(H5Gget_info(group, &info), problem);
  std::vector<std::string> names;
  for (hsize_t k = 0; k < info.nlinks; ++k) {
    const ssize_t length =
        check(H5Lget_name_by_idx(group, ".", index, H5_ITER_INC, k, nullptr, 0, H5P_DEFAULT), problem);
    std::string name(static_cast<std::size_t>(length) + 1, '\0');
    check(H5Lget_name_by_idx(group, ".", index, H5_ITER_INC, k, name.data(), name.size(), H5P_DEFAULT),
          problem);
    name.pop_back();
    names.push_back(std::move(name));
  }
  return names;
}

/// Reads the group at `path` ("" for the root) and those below it into `result`.
void read_groups(hid_t handle, const std::string& path, Result& result, std::uintmax_t file_size) {
  if (std::count(path.begin(), path.end(), '/') > 8)
    throw Failure("cannot read the groups", "they lie too deep");
  const std::size_t place = result.groups.size();
  result.groups.push_back({path, read_text(handle, "long_name"), {}, {}});
  for (const std::string& name : link_names(handle)) {
    const std::string child_path = path.empty() ? name : path + "/" + name;
    const Object child(H5Oopen(handle, name.c_str(), H5P_DEFAULT), "cannot open '" + child_path + "'");
    if (H5Iget_type(child) == H5I_GROUP && child_path == "provenance") {
      for (const std::string& attribute : attribute_names(child))
        if (const auto value = read_attribute(child, attribute)) result.provenance[attribute] = *value;
    } else if (H5Iget_type(child) == H5I_GROUP) {
      read_groups(child, child_path, result, file_size);
    } else if (H5Iget_type(child) == H5I_DATASET) {
      const bool is_coordinate = check(H5DSis_scale(child), "cannot read '" + child_path + "'") > 0;
      Group& group = result.groups[place];
      (is_coordinate ? group.coordinates : group.variables)
          .push_back(read_variable(child, name, is_coordinate, file_size));
    }
  }
  // A group that only holds groups ("series") is a folder, no group of the result.
  const Group& group = result.groups[place];
  if (group.coordinates.empty() && group.variables.empty() && H5Aexists(handle, "long_name") <= 0)
    result.groups.erase(result.groups.begin() + static_cast<std::ptrdiff_t>(place));
}

/// Reads `file`; messages speak of `place`.
Result read(const fs::path& file, const std::string& place) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status))
    throw storage_error(place, "no such file", error ? error.message() : "", "check the path");
  if (!fs::is_regular_file(status))
    throw storage_error(place, "not a file", "a result is a regular file", "check the path");
  const std::uintmax_t file_size = fs::file_size(file, error);
  if (error) throw storage_error(place, "cannot read", error.message(), "check the path");
  if (::access(file.c_str(), R_OK) != 0)
    throw storage_error(place, "cannot read", reason(errno), "ask its owner for the right to read it");

  const Silence silence;
  Result result;
  try {
    const Properties access = properties(H5P_FILE_ACCESS);
    check(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), "cannot open");
    if (H5Fis_hdf5(file.c_str()) <= 0) {
      H5Eclear2(H5E_DEFAULT);
      throw storage_error(place, "not a result file", "it is not HDF5", "give a file written by 'run'");
    }
    if (seal_broken(file, file_size))
      throw Failure("its seal is broken", "its bytes are not those that were written");
    const File handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, access), "cannot open");
    for (const std::string& name : attribute_names(handle))
      if (auto value = read_attribute(handle, name)) result.attributes[name] = std::move(*value);
    const auto version = result.attributes.find("format_version");
    const auto* number =
        version == result.attributes.end() ? nullptr : std::get_if<std::int64_t>(&version->second);
    if (number == nullptr)
      throw storage_error(place, "not a result file", "it is HDF5, but has no format_version",
                          "give a file written by 'run'");
    if (*number > result_format_version)
      throw storage_error(place, fmt::format("the file has format {}", *number),
                          fmt::format("this program reads formats up to {}", result_format_version),
                          "read it with the newer Kurultai that wrote it");
    const Object root(H5Oopen(handle, "/", H5P_DEFAULT), "cannot open the root");
    read_groups(root, "", result, file_size);
  } catch (const Failure& failure) {
    throw storage_error(place, std::string("the file is damaged: ") + failure.what(), failure.why,
                        damaged_suggestion);
  } catch (const std::bad_alloc&) {
    throw storage_error(place, "cannot read", "not enough memory", "read it on a larger machine");
  }
  const auto stored = result.attributes.find("digest");
  if (stored == result.attributes.end() || stored->second != Attribute(digest(result)))
    throw storage_error(place, "the file is damaged", "its contents do not have the digest that it states",
                        damaged_suggestion);
  return result;
}

/// `file` with symbolic links followed, so that the link stays and what it points to is replaced.
fs::path destination(const fs::path& file) {
  std::error_code error;
  fs::path real = fs::canonical(file, error);
  return error ? file : real;
}

}  // namespace

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
    if (error)
      throw storage_error(place, "cannot make the folder results", error.message(), "choose another --out");
  }
  if (!fs::is_directory(folder, error))
    throw storage_error(place, "cannot write", "there is no folder " + folder.string(),
                        "make it (mkdir -p " + folder.string() + ") or choose another --out");
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    throw storage_error(place, "cannot write", reason(errno), way_out(errno));
}

void write_result(const fs::path& file, const Result& result) {
  check(result);
  const auto version = result.attributes.find("format_version");
  ensure(version != result.attributes.end() && version->second == Attribute(result_format_version),
         "a result states the format_version that this program writes");
  prepare_output(file);
  const std::string place = file.string();
  const fs::path name = destination(file);
  const std::string result_digest = digest(result);
  Temporary temporary(name.parent_path() / fmt::format(".{}.{}.tmp", name.filename().string(), ::getpid()),
                      place);
  {
    const Silence silence;
    Image image;
    try {
      lay_out(result, result_digest, image);
    } catch (const Failure& failure) {
      throw storage_error(place, failure.what(), failure.why, "nothing was written");
    }
    temporary.write(image.bytes());
    temporary.write(seal(XXH3_128bits(image.bytes().data(), image.bytes().size())));
    temporary.close();
  }
  if (digest(read(temporary.path(), place)) != result_digest)
    throw storage_error(place, "the file read back differs from the result",
                        "the disk or its driver lost data", "choose another --out");
  temporary.keep(name);
}

Result read_result(const fs::path& file) { return read(file, file.string()); }

}  // namespace kurultai
