#include "observation/result.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <memory>
#include <set>
#include <stdexcept>
#include <type_traits>

#include "base/error.h"
#include "base/hash.h"

namespace kurultai {
namespace {

template <class T> const T* find_by_name(const std::vector<T>& list, const std::string& name) {
  for (const T& item : list)
    if (item.name == name) return &item;
  return nullptr;
}

/// The hash of a result. Every part is preceded by its length, so that "ab","c" and "a","bc" differ.
class ResultHash {
 public:
  void number(std::uint64_t x) { bytes(&x, sizeof x); }
  void text(const std::string& text) {
    number(text.size());
    bytes(text.data(), text.size());
  }
  /// Floats by their bits, except that all NaNs count as one.
  template <class Float, class Bits> void floats(const std::vector<Float>& values) {
    constexpr Bits nan = sizeof(Float) == 4 ? static_cast<Bits>(0x7fc00000U) : static_cast<Bits>(0x7ff8000000000000U);
    std::array<Bits, 1024> block;
    for (std::size_t begin = 0; begin < values.size(); begin += block.size()) {
      const std::size_t count = std::min(block.size(), values.size() - begin);
      for (std::size_t k = 0; k < count; ++k) {
        const Float x = values[begin + k];
        block[k] = std::isnan(x) ? nan : std::bit_cast<Bits>(x);
      }
      bytes(block.data(), count * sizeof(Bits));
    }
  }
  void values(const Values& values) {
    number(values.index());
    number(size_of(values));
    std::visit(
        [this](const auto& list) {
          using T = typename std::decay_t<decltype(list)>::value_type;
          if constexpr (std::is_same_v<T, std::string>) {
            for (const std::string& item : list) text(item);
          } else if constexpr (std::is_same_v<T, float>) {
            floats<float, std::uint32_t>(list);
          } else if constexpr (std::is_same_v<T, double>) {
            floats<double, std::uint64_t>(list);
          } else {
            bytes(list.data(), list.size() * sizeof(T));
          }
        },
        values);
  }
  void variable(const Variable& variable) {
    text(variable.name);
    text(variable.unit);
    number(variable.dimensions.size());
    for (const std::string& dimension : variable.dimensions) text(dimension);
    number(variable.flag_meanings.size());
    for (const std::string& meaning : variable.flag_meanings) text(flag_word(meaning));
    values(variable.values);
  }
  [[nodiscard]] std::string digits() const { return hexadecimal(hash_.value()); }

 private:
  void bytes(const void* data, std::size_t size) { hash_.add({static_cast<const std::byte*>(data), size}); }

  static_assert(std::endian::native == std::endian::little, "the digest is that of little-endian values");
  Hash hash_;
};

/// `list` by name.
std::vector<const Variable*> sorted(const std::vector<Variable>& list) {
  std::vector<const Variable*> order;
  for (const Variable& item : list) order.push_back(&item);
  std::sort(order.begin(), order.end(), [](const Variable* a, const Variable* b) { return a->name < b->name; });
  return order;
}

void check(const Group& group, const Variable& variable, bool is_coordinate, bool may_be_empty) {
  const auto keep = [&](bool kept, const char* rule) {
    if (!kept) throw std::logic_error(group.path + "/" + variable.name + ": " + rule);
  };
  keep(!variable.name.empty() && variable.name.find('/') == std::string::npos, "a name is not empty and has no '/'");
  if (is_coordinate) {
    keep(variable.dimensions == std::vector<std::string>{variable.name}, "a coordinate is a variable over itself");
    if (const auto* labels = std::get_if<std::vector<std::string>>(&variable.values))
      keep(std::set<std::string>(labels->begin(), labels->end()).size() == labels->size(),
          "no two labels of a coordinate are alike");
  }
  std::size_t size = 1;
  for (const std::string& dimension : variable.dimensions) {
    const Coordinate* coordinate = group.coordinate(dimension);
    keep(coordinate != nullptr, "every dimension has a coordinate in the group");
    size *= size_of(coordinate->values);
  }
  keep(size_of(variable.values) == size || (may_be_empty && size_of(variable.values) == 0),
      "there are as many values as the dimensions say");
  keep(variable.flag_meanings.empty() || std::holds_alternative<std::vector<std::uint8_t>>(variable.values),
      "only bytes have flag_meanings");
  keep(variable.flag_meanings.size() <= 256, "a byte has at most 256 meanings");
  for (const std::string& name : variable.coordinates)
    keep(group.variable(name) != nullptr && name.find(' ') == std::string::npos,
        "an auxiliary coordinate is a variable of the group, with a name of one word");
}

void check(const Result& result, bool is_outline) {
  std::set<std::string> paths;
  for (const Group& group : result.groups) {
    ensure(!group.path.empty() && group.path.front() != '/', "a group's path is relative and not empty");
    ensure(paths.insert(group.path).second, "a group stands in a result once");
    std::set<std::string> names;
    for (const Coordinate& coordinate : group.coordinates) {
      check(group, coordinate, true, false);
      ensure(names.insert(coordinate.name).second, "a name stands in a group once");
    }
    for (const Variable& variable : group.variables) {
      const bool over_points = !variable.dimensions.empty() && variable.dimensions.front() == "point";
      check(group, variable, false, is_outline && over_points);
      ensure(names.insert(variable.name).second, "a name stands in a group once");
    }
  }
}

std::string digest_of(std::vector<const Group*> groups) {
  std::sort(groups.begin(), groups.end(), [](const Group* a, const Group* b) { return a->path < b->path; });
  ResultHash hash;
  hash.number(groups.size());
  for (const Group* group : groups) {
    hash.text(group->path);
    hash.number(group->coordinates.size());
    for (const Coordinate* coordinate : sorted(group->coordinates)) hash.variable(*coordinate);
    hash.number(group->variables.size());
    for (const Variable* variable : sorted(group->variables)) hash.variable(*variable);
  }
  return hash.digits();
}

}  // namespace

const Coordinate* Group::coordinate(const std::string& name) const { return find_by_name(coordinates, name); }

const Variable* Group::variable(const std::string& name) const { return find_by_name(variables, name); }

const Group* Result::group(const std::string& path) const {
  for (const Group& group : groups)
    if (group.path == path) return &group;
  return nullptr;
}

std::size_t size_of(const Values& values) {
  return std::visit([](const auto& list) { return list.size(); }, values);
}

std::string flag_word(const std::string& meaning) {
  if (meaning.empty()) return "none";
  std::string word = meaning;
  for (char& c : word)
    if (c == ' ' || (c >= '\t' && c <= '\r')) c = '_';
  return word;
}

void check(const Result& result) { check(result, false); }

void check_outline(const Result& outline) { check(outline, true); }

std::string text_attribute(const Result& result, const std::string& name) {
  const auto found = result.attributes.find(name);
  const auto* text = found == result.attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text == nullptr ? "" : *text;
}

void add_notes(Result& result, const std::vector<std::string>& notes) {
  std::string text;
  for (const std::string& note : notes) text += (text.empty() ? "" : "\n") + note;
  if (!text.empty()) result.attributes[notes_attribute] = text;
}

bool is_sweep(const Result& result) {
  const auto kind = result.attributes.find("kind");
  return kind != result.attributes.end() && kind->second == Attribute(std::string("sweep")) &&
         result.group("runs") != nullptr;
}

bool in_digest(const Result& result, const std::string& path) {
  return !is_sweep(result) || path == "design" || path == "runs";
}

std::string digest(const Result& result) {
  std::vector<const Group*> groups;
  for (const Group& group : result.groups)
    if (in_digest(result, group.path)) groups.push_back(&group);
  return digest_of(std::move(groups));
}

std::string whole_digest(const Result& result) {
  std::vector<const Group*> groups;
  for (const Group& group : result.groups) groups.push_back(&group);
  return digest_of(std::move(groups));
}

std::string digest(const Values& values) {
  ResultHash hash;
  hash.values(values);
  return hash.digits();
}

}  // namespace kurultai
