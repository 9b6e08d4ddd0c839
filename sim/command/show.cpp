#include "command/show.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "base/console.h"
#include "command/number_text.h"

namespace kurultai {
namespace {

/// What a reader looks for first, in this order; the rest follows as the file has it.
constexpr const char* main_series[] = {"participation", "awareness", "trust", "satisfaction"};

// --- Text ------------------------------------------------------------------------------------------------

/// Columns that UTF-8 `text` takes on a terminal (no letter we print is wide).
std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// `text` in exactly `width` columns, cut with an ellipsis if it is longer.
std::string fitted(const std::string& text, std::size_t width) {
  if (columns(text) <= width) return text + std::string(width - columns(text), ' ');
  if (width == 0) return "";
  std::string cut;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t next = i + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xc0) == 0x80) ++next;
    if (++taken == width) break;
    cut += text.substr(i, next - i);
    i = next;
  }
  return cut + "…";
}

/// `text` without control characters but those that set colours: a file's words do nothing to a terminal.
std::string without_controls(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == 0x1b) {
      const std::size_t end = text.find_first_not_of("0123456789;", std::min(i + 2, text.size()));
      if (text.compare(i, 2, "\x1b[") != 0 || end == std::string::npos || text[end] != 'm') continue;
      out += text.substr(i, end + 1 - i);
      i = end;
    } else if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      ++i;  // U+0080 to U+009F
    } else {
      out += c < 0x20 || c == 0x7f ? ' ' : text[i];
    }
  }
  return out;
}

std::string right(const std::string& text, std::size_t width) {
  return (columns(text) < width ? std::string(width - columns(text), ' ') : "") + text;
}

/// Three digits, with k, M, G for the large ones: values of one run have no error that could decide.
std::string number(double x) {
  if (x != x) return "–";
  const double size = std::fabs(x);
  for (const auto& [unit, letter] :
      {std::pair{1e12, "T"}, std::pair{1e9, "G"}, std::pair{1e6, "M"}, std::pair{1e4, "k"}})
    if (size >= unit) return fmt::format("{:.3g}{}", x / (unit == 1e4 ? 1e3 : unit), letter);
  if (size >= 1000) return fmt::format("{:.0f}", x);
  if (size >= 1) return fmt::format("{:.3g}", x);
  if (x == 0) return "0";
  if (size >= 0.1) return fmt::format("{:.3f}", x);
  return fmt::format("{:.3g}", x);
}

std::string text_of(const Attribute& attribute) {
  if (const auto* text = std::get_if<std::string>(&attribute)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&attribute)) return fmt::format("{}", *whole);
  return fmt::format("{:g}", std::get<double>(attribute));
}

/// The attribute as text, "" if there is none.
std::string attribute(const Result& result, const std::string& name) {
  const auto found = result.attributes.find(name);
  return found == result.attributes.end() ? "" : text_of(found->second);
}

class Style {
 public:
  explicit Style(bool color) : color_(color) {}
  [[nodiscard]] std::string strong(const std::string& text) const { return paint("1", text); }
  [[nodiscard]] std::string faint(const std::string& text) const { return paint("2", text); }
  [[nodiscard]] std::string line(const std::string& text) const { return paint("36", text); }

 private:
  [[nodiscard]] std::string paint(const char* code, const std::string& text) const {
    return color_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  }
  bool color_;
};

// --- Numbers ---------------------------------------------------------------------------------------------

/// How many values `variable` has, whether they were read or not.
std::size_t extent(const Group& group, const Variable& variable) {
  std::size_t size = 1;
  for (const std::string& dimension : variable.dimensions)
    if (const Coordinate* coordinate = group.coordinate(dimension)) size *= size_of(coordinate->values);
  return size;
}

/// The values as doubles; none for texts.
std::vector<double> numbers(const Values& values) {
  return std::visit(
      [](const auto& list) {
        std::vector<double> out;
        if constexpr (!std::is_same_v<std::decay_t<decltype(list)>, std::vector<std::string>>)
          for (const auto x : list) out.push_back(static_cast<double>(x));
        return out;
      },
      values);
}

/// The labels of a coordinate as texts; for flags their meanings.
std::vector<std::string> labels(const Coordinate& coordinate) {
  if (const auto* texts = std::get_if<std::vector<std::string>>(&coordinate.values)) return *texts;
  std::vector<std::string> out;
  for (const double x : numbers(coordinate.values)) {
    const bool is_flag = x >= 0 && x < static_cast<double>(coordinate.flag_meanings.size());
    out.push_back(is_flag ? coordinate.flag_meanings[static_cast<std::size_t>(x)] : fmt::format("{:g}", x));
  }
  return out;
}

/// Every `stride`th value from `offset`: one column of a row-major array.
std::vector<double> column(const std::vector<double>& values, std::size_t offset, std::size_t stride) {
  std::vector<double> out;
  for (std::size_t k = offset; k < values.size(); k += stride) out.push_back(values[k]);
  return out;
}

struct Extremes {
  double min = std::numeric_limits<double>::quiet_NaN();
  double max = std::numeric_limits<double>::quiet_NaN();
  std::size_t min_at = 0;
  std::size_t max_at = 0;
};

/// Least and greatest value and where they first stand; NaN if there is none.
Extremes extremes(const std::vector<double>& values) {
  Extremes found;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (!std::isfinite(values[k])) continue;
    if (!(found.min <= values[k])) found.min = values[k], found.min_at = k;
    if (!(found.max >= values[k])) found.max = values[k], found.max_at = k;
  }
  return found;
}

/// The last value that is there, or NaN.
double last(const std::vector<double>& values) {
  for (std::size_t k = values.size(); k-- > 0;)
    if (std::isfinite(values[k])) return values[k];
  return std::numeric_limits<double>::quiet_NaN();
}

/// `values` brought to `count` points: means of bins where there are more, straight lines where there are
/// fewer.
std::vector<double> resampled(const std::vector<double>& values, std::size_t count) {
  std::vector<double> out(count, std::numeric_limits<double>::quiet_NaN());
  const std::size_t n = values.size();
  if (n == 0) return out;
  for (std::size_t k = 0; k < count; ++k) {
    if (n >= count) {
      double sum = 0;
      std::size_t finite = 0;
      for (std::size_t i = k * n / count; i < (k + 1) * n / count; ++i)
        if (std::isfinite(values[i])) sum += values[i], ++finite;
      if (finite > 0) out[k] = sum / static_cast<double>(finite);
    } else {
      const double place = count > 1 ? static_cast<double>(k * (n - 1)) / static_cast<double>(count - 1) : 0.0;
      const auto i = static_cast<std::size_t>(place);
      const double t = place - static_cast<double>(i);
      out[k] = t > 0 ? values[i] * (1 - t) + values[i + 1] * t : values[i];
    }
  }
  return out;
}

/// What a graph spans: the values, but at least a tenth of their size, so that noise does not look like a
/// trend.
std::pair<double, double> frame(const std::vector<double>& values) {
  const Extremes range = extremes(values);
  const double least = 0.1 * std::max(std::fabs(range.min), std::fabs(range.max));
  const double missing = std::max(least - (range.max - range.min), 0.0);
  return {range.min - missing / 2, range.max + missing / 2};
}

/// Where `x` stands between `low` and `high` on `steps` steps, counted from below; the middle if they are
/// one.
std::size_t step_of(double x, double low, double high, std::size_t steps) {
  if (!(high > low)) return steps / 2;
  const double place = (x - low) / (high - low) * static_cast<double>(steps - 1) + 0.5;
  return std::min(steps - 1, static_cast<std::size_t>(std::max(place, 0.0)));
}

// --- Graphs ----------------------------------------------------------------------------------------------

std::string utf8(std::uint32_t code) {  // of three bytes: Braille and blocks
  return {static_cast<char>(0xe0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3f)),
      static_cast<char>(0x80 | (code & 0x3f))};
}

/// A line graph in Braille, `rows` rows of `width` cells, each 2 dots wide and 4 high; uppermost row first.
std::vector<std::string> line_graph(const std::vector<double>& values, std::size_t width, std::size_t rows) {
  static constexpr std::uint32_t dots[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  const auto [low, high] = frame(values);
  const std::vector<double> points = resampled(values, 2 * width);
  std::vector<std::vector<std::uint32_t>> cells(rows, std::vector<std::uint32_t>(width, 0));
  std::optional<std::size_t> before;
  for (std::size_t x = 0; x < points.size(); ++x) {
    if (!std::isfinite(points[x])) {
      before.reset();
      continue;
    }
    const std::size_t y = step_of(points[x], low, high, 4 * rows);
    // A steep step is drawn as a vertical stroke, so that the line does not break.
    std::size_t from = y, to = y;
    if (before && *before + 1 < y) from = *before + 1;
    if (before && *before > y + 1) to = *before - 1;
    for (std::size_t dot = from; dot <= to; ++dot) {
      const std::size_t down = 4 * rows - 1 - dot;
      cells[down / 4][x / 2] |= dots[down % 4][x % 2];
    }
    before = y;
  }
  std::vector<std::string> lines;
  for (const auto& row : cells) {
    std::string& line = lines.emplace_back();
    for (const std::uint32_t cell : row) line += cell == 0 ? std::string(" ") : utf8(0x2800 + cell);
  }
  return lines;
}

/// A graph of one row in blocks of eight heights, scaled to the points drawn: a vote of one week in 500 still
/// stands out.
std::string sparkline(const std::vector<double>& values, std::size_t width) {
  const std::vector<double> points = resampled(values, width);
  const auto [low, high] = frame(points);
  std::string line;
  for (const double x : points)
    line += std::isfinite(x) ? utf8(0x2581 + static_cast<std::uint32_t>(step_of(x, low, high, 8))) : " ";
  return line;
}

// --- Parts of the summary --------------------------------------------------------------------------------

/// Variables of `group` over exactly `dimensions`, the main ones first.
std::vector<const Variable*> variables_over(const Group& group, const std::vector<std::string>& dimensions) {
  std::vector<const Variable*> list;
  const auto fits = [&](const Variable& variable) {
    return variable.dimensions == dimensions && !std::holds_alternative<std::vector<std::string>>(variable.values) &&
           size_of(variable.values) > 0;
  };
  for (const char* name : main_series)
    if (const Variable* variable = group.variable(name); variable != nullptr && fits(*variable))
      list.push_back(variable);
  for (const Variable& variable : group.variables)
    if (fits(variable) && std::find(list.begin(), list.end(), &variable) == list.end()) list.push_back(&variable);
  return list;
}

bool is_main(const Variable& variable) {
  return std::find(std::begin(main_series), std::end(main_series), variable.name) != std::end(main_series);
}

std::string unit_text(const std::string& unit) { return unit.empty() || unit == "1" ? "" : " " + unit; }

class Summary {
 public:
  Summary(const Result& result, bool color, int width)
      : result_(result),
        style_(color),
        width_(static_cast<std::size_t>(width <= 0 ? 80 : std::clamp(width, 72, 120))) {}

  std::string text() {
    head();
    remarks();
    if (const Group* nation = result_.group("series/nation")) {
      graphs(*nation);
      sparklines(*nation);
      for (const Coordinate& coordinate : nation->coordinates)
        if (coordinate.name != "week") by_label(*nation, coordinate);
    }
    if (const Group* region = result_.group("series/region")) regions(*region);
    for (const Group& group : result_.groups)
      if (group.path.rfind("surveys/", 0) == 0) survey(group);
    policies();
    if (const Group* differences = result_.group("differences")) comparison(*differences);
    if (const Group* parameters = result_.group("parameters")) estimates(*parameters);
    if (const Group* targets = result_.group("targets")) fits(*targets);
    rest();
    return std::move(out_);
  }

 private:
  void put(const std::string& line) {
    out_ += without_controls(line);
    out_.erase(out_.find_last_not_of(' ') + 1);
    out_ += '\n';
  }
  /// `text` in as many lines as it takes.
  void explain(std::string text) {
    while (columns(text) > width_) {
      std::size_t end = 0;  // of the last word that fits
      for (std::size_t blank = text.find(' '); blank != std::string::npos; blank = text.find(' ', blank + 1)) {
        if (columns(text.substr(0, blank)) > width_) break;
        end = blank;
      }
      if (end == 0) break;
      put(style_.faint(text.substr(0, end)));
      text.erase(0, end + 1);
    }
    if (!text.empty()) put(style_.faint(fitted(text, width_)));
  }
  void heading(const std::string& text) {
    put("");
    put(style_.strong(text));
  }

  void head() {
    const std::string title = printable(attribute(result_, "title"));
    put(style_.strong(title.empty() ? "A result without a title" : title));
    std::string facts;
    const auto fact = [&](const std::string& text) { facts += (facts.empty() ? "" : ", ") + text; };
    for (const char* name : {"seed", "replicate", "scale"})
      if (const std::string value = attribute(result_, name); !value.empty()) fact(fmt::format("{} {}", name, value));
    const Group* nation = result_.group("series/nation");
    if (nation != nullptr && nation->coordinate("week") != nullptr)
      fact(fmt::format("{} weeks", size_of(nation->coordinate("week")->values)));
    std::size_t values = 0;
    for (const Group& group : result_.groups)
      for (const Variable& variable : group.variables) values += extent(group, variable);
    fact(fmt::format("{} values in {} groups", number(static_cast<double>(values)), result_.groups.size()));
    put(fitted(facts, width_));
    const std::string stored = attribute(result_, "digest");
    put(style_.faint("digest " + (stored.empty() ? digest(result_) : stored)));
    std::string origin = "kurultai";
    for (const char* name : {"kurultai_version", "git_commit", "format_version"})
      if (const std::string value = attribute(result_, name); !value.empty())
        origin += fmt::format("{}{}",
            std::string(name) == "git_commit"       ? ", commit "
            : std::string(name) == "format_version" ? ", format "
                                                    : " ",
            value);
    put(style_.faint(origin));
    if (attribute(result_, "kind") == "sweep")
      explain(
          "This is a sweep: 'kurultai analyze FILE' says what moves its measures, 'kurultai report FILE' draws it, "
          "'kurultai rerun FILE --run N' does one of its runs again.");
  }

  /// What a reader should know before the figures: a line each in the attribute.
  void remarks() {
    std::istringstream lines(attribute(result_, notes_attribute));
    for (std::string line; std::getline(lines, line);) explain("note: " + line);
  }

  /// The main series of the nation, each as a graph of three rows.
  void graphs(const Group& nation) {
    const Coordinate* week = nation.coordinate("week");
    if (week == nullptr) return;
    const std::vector<std::string> weeks = labels(*week);
    constexpr std::size_t margin = 9, rows = 3;
    for (const Variable* variable : variables_over(nation, {"week"})) {
      if (!is_main(*variable)) continue;
      const std::vector<double> values = numbers(variable->values);  // shares, all of them
      const Extremes range = extremes(values);
      const auto [low, high] = frame(values);
      heading(variable->name);
      explain(variable->long_name);
      const std::vector<std::string> lines = line_graph(values, width_ - margin - 2, rows);
      for (std::size_t row = 0; row < rows; ++row) {
        const std::string mark = row == 0 ? number(high) : row + 1 == rows ? number(low) : "";
        put(right(mark, margin) + style_.faint(mark.empty() ? " │" : " ┤") + style_.line(lines[row]));
      }
      if (!(range.min <= range.max)) {
        put(right("", margin + 2) + "no values");
        continue;
      }
      put(right("", margin + 2) + fitted(fmt::format("last {}{}, least {} (week {}), greatest {} (week {})",
                                             number(last(values)), unit_text(variable->unit), number(range.min),
                                             weeks[range.min_at], number(range.max), weeks[range.max_at]),
                                      width_ - margin - 2));
    }
  }

  void spark_header(const std::string& name, std::size_t name_width, std::size_t graph_width) {
    put(style_.faint(fitted(name, name_width) + "  " + fitted("", graph_width) + right("least", 9) +
                     right("greatest", 9) + right("last", 9)));
  }
  void spark_row(const std::string& name, const std::vector<double>& values, const std::string& unit,
      std::size_t name_width, std::size_t graph_width) {
    const Extremes range = extremes(values);
    const Scaled as = scaled(std::max(std::fabs(range.min), std::fabs(range.max)), unit);
    put(fitted(name, name_width) + "  " + style_.line(sparkline(values, graph_width)) +
        right(number(as.factor * range.min), 9) + right(number(as.factor * range.max), 9) +
        right(number(as.factor * last(values)), 9) + unit_text(as.unit));
  }
  [[nodiscard]] std::size_t graph_width(std::size_t name_width) const {
    constexpr std::size_t numbers_width = 2 + 3 * 9 + 8;  // and a unit
    return width_ > name_width + numbers_width + 8 ? width_ - name_width - numbers_width : 8;
  }

  /// The nation's other series, a line each.
  void sparklines(const Group& nation) {
    std::vector<const Variable*> list;
    std::size_t name_width = 10;
    for (const Variable* variable : variables_over(nation, {"week"})) {
      if (is_main(*variable)) continue;
      list.push_back(variable);
      name_width = std::max(name_width, std::min<std::size_t>(columns(variable->name), 30));
    }
    if (list.empty()) return;
    heading("other series of the nation");
    spark_header("", name_width, graph_width(name_width));
    for (const Variable* variable : list)
      spark_row(variable->name, numbers(variable->values), variable->unit, name_width, graph_width(name_width));
  }

  /// The nation's series over a second dimension (`form`), a line for each label.
  void by_label(const Group& nation, const Coordinate& coordinate) {
    const std::vector<std::string> names = labels(coordinate);
    std::size_t name_width = 10;
    for (const std::string& name : names) name_width = std::max(name_width, std::min<std::size_t>(columns(name), 30));
    for (const Variable* variable : variables_over(nation, {"week", coordinate.name})) {
      const std::vector<double> values = numbers(variable->values);
      heading(fmt::format("{} by {}", variable->name, coordinate.name));
      explain(variable->long_name);
      spark_header("", name_width, graph_width(name_width));
      for (std::size_t k = 0; k < names.size(); ++k)
        spark_row(names[k], column(values, k, names.size()), variable->unit, name_width, graph_width(name_width));
    }
  }

  /// The regions' last values, ranked by the first column.
  void regions(const Group& group) {
    const Coordinate* region = group.coordinate("region");
    if (region == nullptr) return;
    const std::vector<std::string> names = labels(*region);
    std::size_t name_width = 10;
    for (const std::string& name : names) name_width = std::max(name_width, std::min<std::size_t>(columns(name), 28));
    std::vector<const Variable*> list;
    std::size_t used = name_width;
    for (const Variable* variable : variables_over(group, {"week", "region"})) {
      const std::size_t needed = std::max<std::size_t>(columns(variable->name), 7) + 2;
      if (used + needed > width_ || list.size() == 6) break;
      list.push_back(variable);
      used += needed;
    }
    if (list.empty() || names.empty()) return;
    std::vector<std::vector<double>> table;
    for (const Variable* variable : list) {
      const std::vector<double> values = numbers(variable->values);
      std::vector<double>& cells = table.emplace_back();
      for (std::size_t k = 0; k < names.size(); ++k) cells.push_back(last(column(values, k, names.size())));
    }
    std::vector<std::size_t> order(names.size());
    for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
    const auto rank = [&](std::size_t k) {
      return std::isfinite(table[0][k]) ? table[0][k] : -std::numeric_limits<double>::infinity();
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank(a) > rank(b); });
    heading("regions in the last week, by " + list[0]->name);
    std::string header = fitted("", name_width);
    for (const Variable* variable : list)
      header += right(variable->name, std::max<std::size_t>(columns(variable->name), 7) + 2);
    put(style_.faint(header));
    constexpr std::size_t most = 40;
    for (std::size_t row = 0; row < std::min(order.size(), most); ++row) {
      std::string line = fitted(names[order[row]], name_width);
      for (std::size_t v = 0; v < list.size(); ++v)
        line += right(number(table[v][order[row]]), std::max<std::size_t>(columns(list[v]->name), 7) + 2);
      put(line);
    }
    if (order.size() > most) put(fmt::format("and {} more", order.size() - most));
  }

  /// The last round of a survey, an item a line: estimate, interval, and what a census would have given.
  void survey(const Group& group) {
    const Coordinate* item = group.coordinate("item");
    const Coordinate* week = group.coordinate("week");
    static constexpr const char* shown[] = {"respondents", "estimate", "low", "high", "census"};
    if (item == nullptr || week == nullptr || size_of(week->values) == 0) return;
    std::vector<std::vector<double>> table;
    for (const char* name : shown) {
      const Variable* variable = group.variable(name);
      if (variable == nullptr || variable->dimensions != std::vector<std::string>{"week", "item"}) return;
      table.push_back(numbers(variable->values));
    }
    const std::vector<std::string> names = labels(*item);
    const std::size_t rounds = size_of(week->values);
    heading(fmt::format("survey {}, week {}{}", group.path.substr(group.path.find('/') + 1), labels(*week).back(),
        rounds > 1 ? fmt::format(" (the last of {} rounds)", rounds) : ""));
    explain(group.long_name);
    std::vector<double> counts;
    for (const char* name : {"drawn", "people", "answered"})
      if (const Variable* variable = group.variable(name)) counts.push_back(numbers(variable->values)[rounds - 1]);
    if (counts.size() == 3)
      explain(
          fmt::format("answers from 1 (lowest) to 5; {:.0f} drawn of the {:.0f} whom this run holds{}, {:.0f} answered",
              counts[0], counts[1],
              2 * counts[0] > counts[1] ? ": most of them, so intervals are narrower than in a larger population" : "",
              counts[2]));
    std::size_t name_width = 10;
    for (const std::string& name : names) name_width = std::max(name_width, std::min<std::size_t>(columns(name), 28));
    put(style_.faint(fitted("", name_width) + right("respondents", 13) + right("mean", 8) + right("95% interval", 18) +
                     right("census", 10)));
    for (std::size_t k = 0; k < names.size(); ++k) {
      const std::size_t at = (rounds - 1) * names.size() + k;
      const double error = 0.5 * (table[3][at] - table[2][at]);
      const auto mean = [&](std::size_t f) { return number_text(table[f][at], error); };
      const std::string interval = std::isfinite(table[2][at]) ? mean(2) + " to " + mean(3) : "–";
      put(fitted(names[k], name_width) + right(fmt::format("{:.0f}", table[0][at]), 13) + right(mean(1), 8) +
          right(interval, 18) + right(mean(4), 10));
    }
  }

  /// Whom each policy treated.
  void policies() {
    bool first = true;
    for (const Group& group : result_.groups) {
      if (group.path.rfind("policy/", 0) != 0) continue;
      if (std::exchange(first, false)) heading("policies");
      const std::size_t reach = group.long_name.find(": it ");
      explain(group.path.substr(7) + " " +
              (reach == std::string::npos ? "(see its group in the file)" : group.long_name.substr(reach + 5)));
    }
  }

  // Tables of comparisons and calibrations: a row each label, the first column to the left.

  using Row = std::vector<std::string>;

  void table(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(rows[0].size(), 0);
    for (const Row& row : rows)
      for (std::size_t k = 0; k < row.size(); ++k)
        widths[k] = std::max(widths[k], std::min<std::size_t>(columns(row[k]), 44));
    for (const Row& row : rows) {
      std::string line = fitted(row[0], widths[0]);
      for (std::size_t k = 1; k < row.size(); ++k) line += "  " + right(row[k], widths[k]);
      put(&row == &rows[0] ? style_.faint(line) : line);
    }
  }

  /// The variable `name` of `group` as numbers, if it is there with `size` of them; else as many NaN.
  static std::vector<double> numbers_of(const Group& group, const std::string& name, std::size_t size) {
    const Variable* variable = group.variable(name);
    std::vector<double> values = variable == nullptr ? std::vector<double>() : numbers(variable->values);
    if (values.size() != size) values.assign(size, std::numeric_limits<double>::quiet_NaN());
    return values;
  }

  static std::string interval(double low, double high) {
    return std::isfinite(low) && std::isfinite(high) ? number(low) + " to " + number(high) : "–";
  }

  /// A value and its interval, with the digits that its half width decides.
  static std::pair<std::string, std::string> estimate(double value, double low, double high, bool is_difference) {
    const double half = (high - low) / 2;
    if (!std::isfinite(half) || half <= 0) return {number(value), "–"};
    return {number_text(value, half, is_difference),
        number_text(low, half, is_difference) + " to " + number_text(high, half, is_difference)};
  }

  [[nodiscard]] std::string confidence() const {
    const auto found = result_.attributes.find("confidence");
    const double* share = found == result_.attributes.end() ? nullptr : std::get_if<double>(&found->second);
    return fmt::format("{:g}%", 100 * (share == nullptr ? 0.95 : *share));
  }

  /// B - A of each measure, with its interval.
  void comparison(const Group& group) {
    std::vector<Row> names = {{}};  // the labels of every row, in the order of the values
    for (const Coordinate& coordinate : group.coordinates) {
      std::vector<Row> longer;
      for (const Row& before : names)
        for (const std::string& label : labels(coordinate)) {
          longer.push_back(before);
          if (!label.empty()) longer.back().push_back(label);
        }
      names = std::move(longer);
    }
    const auto column = [&](const char* name) { return numbers_of(group, name, names.size()); };
    const std::vector<double> a = column("mean_a"), b = column("mean_b"), difference = column("difference"),
                              low = column("low"), high = column("high"), relative = column("relative"),
                              pairs = column("replicates_a"), verdict = column("verdict"), paired = column("paired");
    const Variable* verdicts = group.variable("verdict");
    explain(fmt::format("A is {}, B is {}", attribute(result_, "a"), attribute(result_, "b")));
    if (const std::string caveat = attribute(result_, "caveat"); !caveat.empty()) explain("careful: " + caveat);
    const bool all_paired = std::all_of(paired.begin(), paired.end(), [](double x) { return x == 1; });
    heading(fmt::format("B - A, with {} intervals, over {}", confidence(),
        all_paired ? "pairs of replicates that share their luck" : "replicates"));
    std::vector<Row> rows = {{"", "A", "B", "B - A", confidence() + " interval", "relative", "replicates"}};
    if (verdicts != nullptr) rows[0].push_back("within " + attribute(result_, "margin"));
    constexpr std::size_t most = 200;
    std::string same;
    for (std::size_t k = 0; k < names.size(); ++k) {
      std::string label;
      for (const std::string& part : names[k]) label += (label.empty() ? "" : ", ") + part;
      if (difference[k] == 0 && low[k] == 0 && high[k] == 0) {
        same += (same.empty() ? "" : ", ") + label;
        continue;
      }
      if (rows.size() > most) continue;
      const auto [said, ends] = estimate(difference[k], low[k], high[k], true);
      rows.push_back({label, number(a[k]), number(b[k]), said, ends,
          std::isfinite(relative[k]) ? fmt::format("{:+.2g}%", 100 * relative[k]) : "–",
          fmt::format("{:.0f}", pairs[k])});
      const bool judged =
          verdicts != nullptr && verdict[k] >= 0 && verdict[k] < static_cast<double>(verdicts->flag_meanings.size());
      if (verdicts != nullptr)
        rows.back().push_back(judged ? verdicts->flag_meanings[static_cast<std::size_t>(verdict[k])] : "–");
    }
    table(rows);
    if (rows.size() > most) put("and more");
    if (!same.empty()) explain("the same in A and B, replicate by replicate: " + same);
  }

  /// What a calibration says of each parameter.
  void estimates(const Group& group) {
    const Coordinate* parameter = group.coordinate("parameter");
    if (parameter == nullptr) return;
    const std::vector<std::string> names = labels(*parameter);
    const auto column = [&](const char* name) { return numbers_of(group, name, names.size()); };
    const std::vector<double> median = column("median"), low = column("low"), high = column("high"),
                              from = column("prior_low"), to = column("prior_high"), shrinkage = column("shrinkage");
    const Variable* path = group.variable("path");
    const auto* paths = path == nullptr ? nullptr : std::get_if<std::vector<std::string>>(&path->values);
    heading("parameters, in their own units");
    std::vector<Row> rows = {{"", "median", confidence() + " interval", "prior", "learned"}};
    for (std::size_t k = 0; k < names.size(); ++k)
      rows.push_back({paths != nullptr && paths->size() == names.size() ? (*paths)[k] : names[k],
          estimate(median[k], low[k], high[k], false).first, estimate(median[k], low[k], high[k], false).second,
          interval(from[k], to[k]),
          std::isfinite(shrinkage[k]) ? fmt::format("{:.0f}%", 100 * std::max(shrinkage[k], 0.0)) : "–"});
    table(rows);
    explain("learned: by how much the standard deviation shrank against the prior");
  }

  /// Whether a calibration met its targets.
  void fits(const Group& group) {
    const Coordinate* target = group.coordinate("target");
    if (target == nullptr) return;
    const std::vector<std::string> names = labels(*target);
    const auto column = [&](const char* name) { return numbers_of(group, name, names.size()); };
    const std::vector<double> value = column("value"), sd = column("sd"), low = column("predicted_low"),
                              median = column("predicted_median"), high = column("predicted_high");
    heading("targets");
    std::vector<Row> rows = {{"", "observed", "its error", "predicted", confidence() + " of what is predicted", ""}};
    for (std::size_t k = 0; k < names.size(); ++k)
      rows.push_back({names[k], number(value[k]), number(sd[k]), estimate(median[k], low[k], high[k], false).first,
          estimate(median[k], low[k], high[k], false).second,
          !std::isfinite(low[k])                      ? "–"
          : low[k] <= value[k] && value[k] <= high[k] ? "met"
                                                      : "MISSED"});
    table(rows);
    std::string facts;
    for (const auto& [name, words] : {std::pair{"runs", "runs"}, std::pair{"failed_runs", "failed"},
             std::pair{"effective_sample_size", "effective size of the sample"}})
      if (const auto found = result_.attributes.find(name); found != result_.attributes.end())
        facts += fmt::format("{}{} {}", facts.empty() ? "" : ", ", words, text_of(found->second));
    explain(facts);
  }

  /// What else the file holds, a line for each group.
  void rest() {
    std::vector<const Group*> others;
    for (const Group& group : result_.groups)
      if (group.path != "series/nation" && group.path != "series/region" && group.path != "differences")
        others.push_back(&group);
    if (others.empty()) return;
    heading("also in the file");
    for (const Group* group : others) {
      std::string shape;
      for (const Coordinate& coordinate : group->coordinates)
        shape += fmt::format("{}{} {}", shape.empty() ? "" : " x ", size_of(coordinate.values), coordinate.name);
      put(fitted(fmt::format("{}: {} variable{}{}", group->path, group->variables.size(),
                     group->variables.size() == 1 ? "" : "s", shape.empty() ? "" : " over " + shape),
          width_));
    }
  }

  const Result& result_;
  Style style_;
  std::size_t width_;
  std::string out_;
};

}  // namespace

std::string show(const Result& result, bool color, int width) { return Summary(result, color, width).text(); }

}  // namespace kurultai
