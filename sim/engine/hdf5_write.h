// What a result becomes in an HDF5 file: groups, arrays, attributes (the layout is told in FORMAT.md). To be
// used in a Session.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/hdf5.h"
#include "observation/result.h"

namespace kurultai::hdf5 {

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

/// Writes all of `outline` but its digest to the new `file`; gives the variables that wait for values.
Slots lay_out(const Result& outline, const File& file);

void write_attribute(hid_t object, const std::string& name, const Attribute& value);

/// Writes `values` to the part `in_file` of `dataset`.
void put_values(hid_t dataset, const Values& values, hid_t in_memory, hid_t in_file);

}  // namespace kurultai::hdf5
