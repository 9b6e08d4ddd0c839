#include "engine/hdf5_read.h"

#include <fmt/format.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "base/interrupt.h"

namespace kurultai::hdf5 {

namespace {

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

std::string read_text_attribute(hid_t object, const std::string& name) {
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

/// The name of the dimension scale attached to dimension `d`, or "". (The name that the scale bears: to ask
/// for that of its link makes HDF5 search the whole file, every time.)
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
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    found.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return found;
}

Variable read_variable(
    hid_t dataset, const std::string& name, bool is_coordinate, bool with_values, const Selection& selection) {
  heed_interrupt();
  const std::vector<hsize_t> extent = extent_of(dataset, name);
  const std::size_t size = with_values ? bounded_product(extent) : 0;
  selection.budget->values(size, std::max(value_bytes(dataset, name), std::size_t{1}), name);
  if (with_values) check_own_values(dataset, name);
  Variable variable{.name = name,
      .dimensions = {},
      .values = read_values(dataset, name, size, H5S_ALL, H5S_ALL),
      .unit = read_text_attribute(dataset, "units"),
      .long_name = read_text_attribute(dataset, "long_name"),
      .source = read_text_attribute(dataset, "source"),
      .flag_meanings = words_of(read_text_attribute(dataset, "flag_meanings")),
      .coordinates = words_of(read_text_attribute(dataset, "coordinates")),
      .facts = {}};
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

/// Reads the group at `path` ("" for the root) and those below it into `result`; gives those of which
/// something was left out.
Paths read_group(hid_t handle, const std::string& path, const Selection& selection, Result& result) {
  if (std::count(path.begin(), path.end(), '/') > 8) throw Failure("cannot read the groups", "they lie too deep");
  const std::size_t place = result.groups.size();
  result.groups.push_back({path, read_text_attribute(handle, "long_name"), {}, {}});
  Paths left_out;
  for (const std::string& name : link_names(handle, *selection.budget)) {
    const std::string child_path = path.empty() ? name : path + "/" + name;
    const Object child(H5Oopen(handle, name.c_str(), H5P_DEFAULT), "cannot open '" + child_path + "'");
    if (H5Iget_type(child) == H5I_GROUP && child_path == "provenance") {
      for (const std::string& attribute : attribute_names(child))
        if (const auto value = read_attribute(child, attribute)) result.provenance[attribute] = *value;
    } else if (H5Iget_type(child) == H5I_GROUP) {
      left_out.merge(read_group(child, child_path, selection, result));
    } else if (H5Iget_type(child) == H5I_DATASET) {
      Group& group = result.groups[place];
      if (check(H5DSis_scale(child), "cannot read '" + child_path + "'") > 0) {
        group.coordinates.push_back(read_variable(child, name, true, true, selection));
      } else {
        const bool wanted = !selection.wanted || selection.wanted(path, name);
        if (!wanted) left_out.insert(path);
        if (wanted || selection.unwanted_are_empty)
          group.variables.push_back(read_variable(child, name, false, wanted, selection));
      }
    }
  }
  const Group& group = result.groups[place];
  // A group that only holds groups ("series") is a folder, no group of the result.
  const bool folder = group.coordinates.empty() && group.variables.empty() && H5Aexists(handle, "long_name") <= 0;
  const bool unwanted = !folder && selection.wanted && !selection.unwanted_are_empty && group.variables.empty();
  if (unwanted) left_out.insert(path);
  if (folder || unwanted) result.groups.erase(result.groups.begin() + static_cast<std::ptrdiff_t>(place));
  return left_out;
}

}  // namespace

Budget::Budget(std::size_t bytes) : bytes_(bytes) {}

void Budget::objects(std::uint64_t count) {
  if (count > objects_) throw Failure("cannot read the groups", "they hold too many objects, or each other");
  objects_ -= count;
}

void Budget::values(std::size_t count, std::size_t size, const std::string& name) {
  if (size == 0 || count > bytes_ / size)
    throw Failure("cannot read '" + name + "'", fmt::format("{} values cannot be in this file", count));
  bytes_ -= count * size;
}

std::vector<hsize_t> extent_of(hid_t dataset, const std::string& name) {
  const std::string problem = "cannot read '" + name + "'";
  const Space space(H5Dget_space(dataset), problem);
  std::vector<hsize_t> extent(static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space), problem)));
  check(H5Sget_simple_extent_dims(space, extent.data(), nullptr), problem);
  return extent;
}

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

std::map<std::string, Attribute> read_root_attributes(const File& file) {
  std::map<std::string, Attribute> attributes;
  for (const std::string& name : attribute_names(file))
    if (auto value = read_attribute(file, name)) attributes[name] = std::move(*value);
  return attributes;
}

Paths read_groups(const File& file, const Selection& selection, Result& result) {
  const Object root(H5Oopen(file, "/", H5P_DEFAULT), "cannot open the root");
  return read_group(root, "", selection, result);
}

}  // namespace kurultai::hdf5
