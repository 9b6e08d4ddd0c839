#include "scenario/field.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"

namespace kurultai {

namespace {

/// The shortest text that reads back to `x`. Not fmt's: its choice between 1000 and 1e3 may change with its
/// version, and this text reaches results.
std::string shortest(double x) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, x).ptr;
  return {text, end};
}

std::string quoted(const std::string& text) {
  std::string line = "\"";
  for (const char letter : text) {
    switch (letter) {
      case '"': line += "\\\""; break;
      case '\\': line += "\\\\"; break;
      case '\n': line += "\\n"; break;
      case '\t': line += "\\t"; break;
      case '\r': line += "\\r"; break;
      default: {
        const auto code = static_cast<unsigned char>(letter);
        if (code < 0x20 || code == 0x7f)
          line += fmt::format("\\u{:04X}", code);
        else
          line += letter;
      }
    }
  }
  return line + '"';
}

std::string real_text(double x) {
  std::string text = shortest(x);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

template <class T, class Write> std::string list_text(const std::vector<T>& list, Write write) {
  std::string line = "[";
  for (const T& item : list) {
    if (line.size() > 1) line += ", ";
    line += write(item);
  }
  return line + ']';
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : ", ") + word;
  return line;
}

bool has_low(const Range& range) { return std::isfinite(range.low); }
bool has_high(const Range& range) { return std::isfinite(range.high); }

/// "in [0, 1]", "of at least 0", "of at most 1", or nothing.
std::string limits(const Range& range) {
  if (has_low(range) && has_high(range)) return fmt::format("in [{}, {}]", shortest(range.low), shortest(range.high));
  if (has_low(range)) return fmt::format("of at least {}", shortest(range.low));
  if (has_high(range)) return fmt::format("of at most {}", shortest(range.high));
  return {};
}

std::string with_limits(const std::string& what, const Range& range) {
  const std::string text = limits(range);
  return text.empty() ? what : what + ' ' + text;
}

/// Why `x` cannot be taken, or nothing.
std::string objection(double x, const Range& range) {
  if (!std::isfinite(x)) return "must be a finite number";
  if (x >= range.low && x <= range.high) return {};
  if (has_low(range) && has_high(range)) return "must lie " + limits(range);
  return has_low(range) ? "must be at least " + shortest(range.low) : "must be at most " + shortest(range.high);
}

constexpr double exact_whole = 9007199254740992.0;  // 2^53: a larger double does not name one whole number

}  // namespace

std::string to_toml(const Value& value) {
  struct Writer {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return real_text(number); }
    std::string operator()(const std::string& text) const { return quoted(text); }
    std::string operator()(const std::vector<std::string>& list) const { return list_text(list, quoted); }
    std::string operator()(const std::vector<double>& list) const { return list_text(list, real_text); }
  };
  return std::visit(Writer{}, value);
}

std::string to_string(Field::Kind kind) {
  switch (kind) {
    case Field::Kind::real: return "real";
    case Field::Kind::whole: return "whole";
    case Field::Kind::flag: return "flag";
    case Field::Kind::choice: return "choice";
    case Field::Kind::text: return "text";
    case Field::Kind::texts: return "texts";
    case Field::Kind::numbers: return "numbers";
    case Field::Kind::list: return "list";
    case Field::Kind::lever: return "lever";
  }
  return {};
}

Field::Field(Section& section, About about, Kind kind) : section_(section), about_(std::move(about)), kind_(kind) {
  ensure(!about_.name.empty(), "a field has a name");
  ensure(section.field(about_.name) == nullptr, "a field's name is unique in its section");
  section.fields_.push_back(this);
}

std::string Field::path() const { return section_.name() + '.' + about_.name; }

Section::Section(std::string name, std::string meaning) : name_(std::move(name)), meaning_(std::move(meaning)) {}

Field* Section::field(const std::string& name) const {
  for (Field* field : fields_)
    if (field->about().name == name) return field;
  return nullptr;
}

RealField::RealField(Section& section, About about, double value, Range range, Kind kind)
    : Field(section, std::move(about), kind),
      value_(value),
      default_(value),
      range_(range) {
  ensure(objection(value, range).empty(), "a field's default lies in its range");
}

std::string RealField::set(const Value& value) {
  double number = 0;
  if (const auto* real = std::get_if<double>(&value))
    number = *real;
  else if (const auto* whole = std::get_if<std::int64_t>(&value))
    number = static_cast<double>(*whole);
  else
    return "must be a number";
  std::string why = objection(number, range_);
  if (why.empty()) value_ = number;
  return why;
}

std::string RealField::allowed() const { return with_limits("a number", range_); }

Whole::Whole(Section& section, std::string name, std::int64_t value, Range range, std::string meaning,
    std::string source, Details details)
    : Field(section, {std::move(name), std::move(meaning), std::move(source), std::move(details)}, Kind::whole),
      value_(value),
      default_(value),
      range_(range) {
  ensure(objection(static_cast<double>(value), range).empty(), "a field's default lies in its range");
}

std::string Whole::set(const Value& value) {
  std::int64_t number = 0;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    number = *whole;
  } else if (const auto* real = std::get_if<double>(&value)) {
    if (!std::isfinite(*real) || *real != std::trunc(*real)) return "must be a whole number";
    if (std::string why = objection(*real, range_); !why.empty()) return why;
    if (std::abs(*real) > exact_whole) return objection(*real, {-exact_whole, exact_whole});
    number = static_cast<std::int64_t>(*real);
  } else {
    return "must be a whole number";
  }
  std::string why = objection(static_cast<double>(number), range_);
  if (why.empty()) value_ = number;
  return why;
}

std::string Whole::allowed() const { return with_limits("a whole number", range_); }

Flag::Flag(Section& section, std::string name, bool value, std::string meaning, std::string source, Details details)
    : Field(section, {std::move(name), std::move(meaning), std::move(source), std::move(details)}, Kind::flag),
      value_(value),
      default_(value) {}

std::string Flag::set(const Value& value) {
  const auto* flag = std::get_if<bool>(&value);
  if (!flag) return "must be true or false";
  value_ = *flag;
  return {};
}

WordChoice::WordChoice(Section& section, std::string name, std::string value, std::vector<std::string> words,
    std::string meaning, std::string source, Details details)
    : Field(section, {std::move(name), std::move(meaning), std::move(source), std::move(details)}, Kind::choice),
      words_(std::move(words)),
      index_(0),
      default_(0) {
  ensure(WordChoice::set(value).empty(), "a choice's default is one of its words");
  default_ = index_;
}

std::string WordChoice::set(const Value& value) {
  const auto* word = std::get_if<std::string>(&value);
  for (std::size_t i = 0; word && i < words_.size(); ++i)
    if (words_[i] == *word) {
      index_ = i;
      return {};
    }
  const std::string near = word ? nearest(*word, words_) : std::string{};
  return "must be " + allowed() + (near.empty() ? "" : " (nearest: " + near + ")");
}

std::string WordChoice::allowed() const { return "one of " + joined(words_); }

std::string unknown_word(const Texts& field, const std::vector<std::string>& words, const std::string& noun) {
  for (const std::string& text : field.value())
    if (std::find(words.begin(), words.end(), text) == words.end())
      return field.about().name + " has '" + text + "', which is no " + noun + " (" + joined(words) + ")";
  return {};
}

Text::Text(
    Section& section, std::string name, std::string value, std::string meaning, std::string source, Details details)
    : Field(section, {std::move(name), std::move(meaning), std::move(source), std::move(details)}, Kind::text),
      value_(value),
      default_(std::move(value)) {}

std::string Text::set(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (!text) return "must be a text";
  value_ = *text;
  return {};
}

Texts::Texts(Section& section, std::string name, std::vector<std::string> value, std::string meaning,
    std::string source, Details details)
    : Field(section, {std::move(name), std::move(meaning), std::move(source), std::move(details)}, Kind::texts),
      value_(value),
      default_(std::move(value)) {}

std::string Texts::set(const Value& value) {
  const auto* numbers = std::get_if<std::vector<double>>(&value);  // an empty list may come as one of numbers
  const auto* texts = std::get_if<std::vector<std::string>>(&value);
  if (!texts && !(numbers && numbers->empty())) return "must be a list of texts";
  value_ = texts ? *texts : std::vector<std::string>{};
  return {};
}

std::size_t List::size() const {
  const auto* numbers = std::get_if<std::vector<double>>(&value_);
  return numbers ? numbers->size() : std::get<std::vector<std::string>>(value_).size();
}

Value List::operator[](std::size_t k) const {
  const auto* numbers = std::get_if<std::vector<double>>(&value_);
  return numbers ? Value((*numbers)[k]) : Value(std::get<std::vector<std::string>>(value_)[k]);
}

std::string List::set(const Value& value) {
  const auto* numbers = std::get_if<std::vector<double>>(&value);
  if (!numbers && !std::holds_alternative<std::vector<std::string>>(value)) return "must be " + allowed();
  if (numbers)
    for (const double number : *numbers)
      if (!std::isfinite(number)) return "must be finite";
  value_ = value;
  return {};
}

Numbers::Numbers(Section& section, std::string name, std::vector<double> value, Range range, std::string meaning,
    std::string source, Details details)
    : Field(section, {std::move(name), std::move(meaning), std::move(source), std::move(details)}, Kind::numbers),
      value_(value),
      default_(std::move(value)),
      range_(range) {
  for (const double number : value_) ensure(objection(number, range_).empty(), "a field's default lies in its range");
}

std::string Numbers::set(const Value& value) {
  const auto* numbers = std::get_if<std::vector<double>>(&value);
  if (!numbers) return "must be " + allowed();
  if (numbers->size() != value_.size())
    return fmt::format("must be a list of {} numbers, not {}", value_.size(), numbers->size());
  for (std::size_t i = 0; i < numbers->size(); ++i)
    if (const std::string why = objection((*numbers)[i], range_); !why.empty())
      return fmt::format("number {} of the list {}", i + 1, why);
  value_ = *numbers;
  return {};
}

std::string Numbers::allowed() const {
  const std::string text = limits(range_);
  return fmt::format("a list of {} numbers{}", value_.size(), text.empty() ? "" : ", each " + text);
}

}  // namespace kurultai
