#include "engine/hdf5_write.h"

#include <hdf5_hl.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/text.h"

namespace kurultai::hdf5 {

namespace {

void put_attribute(hid_t object, const std::string& name, hid_t stored, hid_t type, hid_t space, const void* data) {
  const std::string problem = "cannot write the attribute '" + name + "'";
  AttributeHandle attribute(H5Acreate2(object, name.c_str(), stored, space, H5P_DEFAULT, H5P_DEFAULT), problem);
  check(H5Awrite(attribute, type, data), problem);
  attribute.close(problem);
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

/// How the values of a dataset lie in the file. Small ones lie there as they are: packing would cost more
/// time and hardly less space.
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

template <class T> void put_list(hid_t dataset, const std::vector<T>& values, hid_t in_memory, hid_t in_file) {
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
    put_list(dataset, values, H5S_ALL, H5S_ALL);
    return dataset;
  } else {
    Dataset dataset = create(file_type<T>());
    put_list(dataset, values, H5S_ALL, H5S_ALL);
    if (std::is_floating_point_v<T> && !is_coordinate) {
      const Space scalar(H5Screate(H5S_SCALAR), problem);
      const T nan = std::numeric_limits<T>::quiet_NaN();
      put_attribute(dataset, "_FillValue", file_type<T>(), memory_type<T>(), scalar, &nan);
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
  put_attribute(dataset, "flag_values", H5T_STD_U8LE, H5T_NATIVE_UINT8, space, flags.data());
  write_attribute(dataset, "flag_meanings", sentence(meanings));
}

Dataset write_variable(hid_t group, const Variable& variable, const std::vector<hsize_t>& extent, bool is_coordinate) {
  Dataset dataset =
      std::visit([&](const auto& values) { return write_values(group, variable, values, extent, is_coordinate); },
          variable.values);
  write_description(dataset, variable);
  return dataset;
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

}  // namespace

void write_attribute(hid_t object, const std::string& name, const Attribute& value) {
  const Space scalar(H5Screate(H5S_SCALAR), "cannot make a scalar");
  if (const auto* text = std::get_if<std::string>(&value)) {
    const Type type = text_type();
    const std::string cleaned = stored_text(*text);
    const char* pointer = cleaned.c_str();
    put_attribute(object, name, type, type, scalar, &pointer);
  } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    put_attribute(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, scalar, whole);
  } else {
    put_attribute(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, scalar, &std::get<double>(value));
  }
}

void put_values(hid_t dataset, const Values& values, hid_t in_memory, hid_t in_file) {
  std::visit([&](const auto& list) { put_list(dataset, list, in_memory, in_file); }, values);
}

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

}  // namespace kurultai::hdf5
