// A result as plain data: groups of labelled arrays. What is observed fills it, engine/result_writer writes it and
// engine/result_reader reads it; none has to know the others. It mirrors what xarray makes of a file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace kurultai {

/// The values of one array, row-major. Booleans and categories are bytes with `flag_meanings`.
using Values = std::variant<std::vector<float>, std::vector<double>, std::vector<std::int32_t>,
    std::vector<std::int64_t>, std::vector<std::uint8_t>, std::vector<std::string>>;

using Attribute = std::variant<std::string, std::int64_t, double>;

/// A named array over named dimensions, with its unit and its meaning.
struct Variable {
  std::string name;
  std::vector<std::string> dimensions;  ///< names of the group's coordinates, slowest first
  Values values;
  std::string unit;                             ///< "1" for shares and counts, "week", "tenge"
  std::string long_name;                        ///< one line a reader understands
  std::string source;                           ///< SOURCE tag, citation or "model"
  std::vector<std::string> flag_meanings = {};  ///< for bytes: the meaning of 0, 1, 2 ...
  /// Variables of the same group that label this one besides its dimensions (a point's reach and scale): CF's
  /// attribute `coordinates`, of which xarray makes coordinates.
  std::vector<std::string> coordinates = {};
  /// What a reader should know of its values: `variable_facts`. Outside the digest.
  std::map<std::string, Attribute> facts = {};
};

/// Attributes that a variable may have besides its description.
namespace fact {
/// Of a series: weeks that a value looks back on (52: "in the last 52 weeks"). Whole.
inline constexpr const char* weeks_needed = "weeks_needed";
/// Of a series: the smallest run.scale at which it may be read. Real; none: any.
inline constexpr const char* least_scale = "least_scale";
/// Of a measure, whole numbers: the first and last week that it looks at; how many of them are left out, since values
/// would look back on fewer weeks than they say; how many lie before the policies' full effect; and the first week that
/// shows it.
inline constexpr const char* first_week = "first_week";
inline constexpr const char* last_week = "last_week";
inline constexpr const char* weeks_left_out = "weeks_left_out";
inline constexpr const char* weeks_before_effect = "weeks_before_effect";
inline constexpr const char* full_effect = "full_effect";
/// Of a measure: run.scale of the runs. Real.
inline constexpr const char* scale = "scale";
}  // namespace fact
inline constexpr const char* variable_facts[] = {fact::weeks_needed, fact::least_scale, fact::first_week,
    fact::last_week, fact::weeks_left_out, fact::weeks_before_effect, fact::full_effect, fact::scale};

/// A dimension and its labels: a variable over itself. Written as an HDF5 dimension scale.
using Coordinate = Variable;

/// One group of the file ("series/region"), complete in itself: all its dimensions have coordinates here.
struct Group {
  std::string path;
  std::string long_name;
  std::vector<Coordinate> coordinates;
  std::vector<Variable> variables;

  [[nodiscard]] const Coordinate* coordinate(const std::string& name) const;
  [[nodiscard]] const Variable* variable(const std::string& name) const;
};

/// A whole result file. `provenance` (host, date, threads, duration) stays outside the digest.
struct Result {
  std::map<std::string, Attribute> attributes;  ///< format_version, kurultai_version, scenario, seed, ...
  std::vector<Group> groups;
  std::map<std::string, Attribute> provenance;

  [[nodiscard]] const Group* group(const std::string& path) const;
};

/// The root attribute with what a reader should know before quoting a number, a line each; none: nothing.
inline constexpr const char* notes_attribute = "notes";
/// Writes that attribute.
void add_notes(Result& result, const std::vector<std::string>& notes);

/// The format of result files that this program writes: attribute `format_version`. It only grows.
inline constexpr std::int64_t result_format_version = 1;

/// Number of elements in `values`.
std::size_t size_of(const Values& values);

/// `meaning` as CF writes it in `flag_meanings`: one word, blanks as underscores, "none" if empty.
std::string flag_word(const std::string& meaning);

/// Throws std::logic_error naming the array if `result` breaks its own rules: a coordinate is a variable over
/// itself, its labels are different where they are texts, names are unique in a group, every dimension has a coordinate
/// of the same group, and there are as many values as the dimensions say; auxiliary coordinates are variables of the
/// same group.
void check(const Result& result);

/// The same for the outline of a result, whose variables over `point` (their first dimension) may be empty: their
/// values come later (engine/result_writer.h, ResultWriter).
void check_outline(const Result& outline);

/// The root attribute `name`; empty if there is none, or if it is no text.
std::string text_attribute(const Result& result, const std::string& name);

/// Whether `result` is that of a sweep: its attribute `kind` is "sweep" and it has the group `runs`.
bool is_sweep(const Result& result);

/// Whether the group at `path` counts in `result`'s digest: every group, but of a sweep `design` and `runs` only.
bool in_digest(const Result& result, const std::string& path);

/// A 128-bit hash (32 hexadecimal digits) of what came out: the groups, nothing else. Two runs with equal digests
/// computed the same, whatever their scenarios say; so a lever without effect shows as one. Independent of the
/// order of groups and variables, of the file's layout, of attributes, of wording (long_name, source) and of
/// provenance. NaNs hash alike.
///
/// Of a sweep (is_sweep) only the groups `design` and `runs` are hashed: what was asked for, and the digest of every
/// run, which stands in `runs` as text. So the digest of a sweep is known without reading all of it; what else
/// the file holds is guarded by its seal (engine/seal.h).
std::string digest(const Result& result);

/// The hash of all groups, of a sweep too.
std::string whole_digest(const Result& result);

/// The hash of `values` alone: type, number and every one of them.
std::string digest(const Values& values);

}  // namespace kurultai
