// What stands in an HDF5 file, as plain data. The file may hold anything: links out of it are refused, and a
// Budget bounds what it can ask for. To be used in a Session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/hdf5.h"
#include "observation/result.h"

namespace kurultai::hdf5 {

/// What a file may make us read: whatever it says of itself, it asks for no more memory and no more time.
class Budget {
 public:
  explicit Budget(std::size_t bytes);
  void objects(std::uint64_t count);
  /// `count` values of `size` bytes each of `name`.
  void values(std::size_t count, std::size_t size, const std::string& name);

 private:
  std::uint64_t objects_ = 20000;
  std::size_t bytes_;
};

/// What is read of a file.
struct Selection {
  /// Whether a variable of a group is wanted; none: everything is.
  std::function<bool(const std::string& group, const std::string& variable)> wanted;
  bool unwanted_are_empty;  ///< variables that nobody wants come without values; else not at all
  Budget* budget;
};

std::map<std::string, Attribute> read_root_attributes(const File& file);

/// Paths of groups.
using Paths = std::set<std::string>;

/// Reads the groups of `file` that are selected into `result`; gives those of which something was left out.
Paths read_groups(const File& file, const Selection& selection, Result& result);

/// The extent of `dataset`.
std::vector<hsize_t> extent_of(hid_t dataset, const std::string& name);

/// The `size` values in the part `in_file` of `dataset`; a size of 0 tells their type.
Values read_values(hid_t dataset, const std::string& name, std::size_t size, hid_t in_memory, hid_t in_file);

}  // namespace kurultai::hdf5
