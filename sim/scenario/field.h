// A parameter is declared once, as a member of the section it belongs to:
//
//   struct Information : Section {
//     Real q_aware{*this, {.name = "q_aware", .symbol = "q_N", .unit = "per round",
//                          .meaning = "chance that one informed neighbour who did not act passes it on",
//                          .source = "Banerjee et al. 2013 (recalled)"}, 0.05, {0, 1}};
//   };
//
// Reading a scenario, range errors, the resolved scenario in the result, the dictionary, sweep axes and
// permission for policies all visit that declaration.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace kurultai {

/// What a field is, for people and for the dictionary.
struct About {
  std::string name;
  std::string symbol = {};  ///< in the equations of sim/MODEL.md
  std::string unit = "1";
  std::string meaning = {};
  std::string source = {};  ///< SOURCE tag, citation, or "assumption"
  bool personal = false;    ///< a lever that policies may move for single residents and households
  bool extensive = false;   ///< shrinks with the scale of the run (MODEL.md: scale)
};

/// Inclusive bounds of a number.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

/// A value as a scenario writes it.
using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>, std::vector<double>>;

/// `value` in TOML syntax, on one line: numbers as the shortest text that reads back to the same double (and
/// a real always with a point or exponent), texts quoted and escaped.
std::string to_toml(const Value& value);

class Section;

/// One parameter of a section. Registers itself with its section, so neither can be copied or moved.
class Field {
 public:
  enum class Kind { real, whole, flag, choice, text, texts, numbers, lever, list };

  /// Registers with `section`; a name must be unique in its section (else std::logic_error).
  Field(Section& section, About about, Kind kind);
  virtual ~Field() = default;
  Field(const Field&) = delete;
  Field& operator=(const Field&) = delete;

  [[nodiscard]] const About& about() const { return about_; }
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const Section& section() const { return section_; }
  /// "information.q_aware": the name in a scenario, in `--set`, in sweeps and in the dictionary.
  [[nodiscard]] std::string path() const;

  /// Takes `value`, or returns why it cannot: "must be a number", "must lie in [0, 1]".
  /// An empty answer means taken; otherwise the field is unchanged.
  virtual std::string set(const Value& value) = 0;
  [[nodiscard]] virtual Value get() const = 0;
  [[nodiscard]] virtual Value default_value() const = 0;
  /// What may be written: "a number in [0, 1]", "one of a, b, c".
  [[nodiscard]] virtual std::string allowed() const = 0;

 private:
  const Section& section_;
  About about_;
  Kind kind_;
};

/// A named group of fields: "information" in a scenario's table [information].
class Section {
 public:
  Section(std::string name, std::string meaning);
  virtual ~Section() = default;
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& meaning() const { return meaning_; }
  [[nodiscard]] std::span<Field* const> fields() const { return fields_; }
  /// The field called `name`, or nullptr.
  [[nodiscard]] Field* field(const std::string& name) const;
  /// Says what is inconsistent between the fields ("first_week must come before ..."), or nothing.
  [[nodiscard]] virtual std::string inconsistency() const { return {}; }

 private:
  friend class Field;
  std::string name_;
  std::string meaning_;
  std::vector<Field*> fields_;
};

/// The kind's name as the dictionary prints it: "real", "whole" ...
std::string to_string(Field::Kind kind);

/// A real number in a range. Never nan or infinite. Takes whole numbers too.
class Real : public Field {
 public:
  Real(Section& section, About about, double value, Range range, Kind kind = Kind::real);
  operator double() const { return value_; }  // NOLINT: reads like the equation
  [[nodiscard]] double value() const { return value_; }
  [[nodiscard]] const Range& range() const { return range_; }
  std::string set(const Value& value) override;
  [[nodiscard]] Value get() const override { return value_; }
  [[nodiscard]] Value default_value() const override { return default_; }
  [[nodiscard]] std::string allowed() const override;

 private:
  double value_;
  double default_;
  Range range_;
};

/// A whole number in a range. Takes reals that are whole (1e3) too.
class Whole : public Field {
 public:
  Whole(Section& section, About about, std::int64_t value, Range range);
  operator std::int64_t() const { return value_; }  // NOLINT
  [[nodiscard]] std::int64_t value() const { return value_; }
  [[nodiscard]] const Range& range() const { return range_; }
  std::string set(const Value& value) override;
  [[nodiscard]] Value get() const override { return value_; }
  [[nodiscard]] Value default_value() const override { return default_; }
  [[nodiscard]] std::string allowed() const override;

 private:
  std::int64_t value_;
  std::int64_t default_;
  Range range_;
};

/// Yes or no.
class Flag : public Field {
 public:
  Flag(Section& section, About about, bool value);
  operator bool() const { return value_; }  // NOLINT
  std::string set(const Value& value) override;
  [[nodiscard]] Value get() const override { return value_; }
  [[nodiscard]] Value default_value() const override { return default_; }
  [[nodiscard]] std::string allowed() const override { return "true or false"; }

 private:
  bool value_;
  bool default_;
};

/// One word out of a list; `index()` is its place in it.
class Choice : public Field {
 public:
  Choice(Section& section, About about, std::string value, std::vector<std::string> words);
  [[nodiscard]] const std::string& value() const { return words_[index_]; }
  [[nodiscard]] std::size_t index() const { return index_; }
  [[nodiscard]] bool is(const std::string& word) const { return value() == word; }
  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }
  std::string set(const Value& value) override;
  [[nodiscard]] Value get() const override { return value(); }
  [[nodiscard]] Value default_value() const override { return words_[default_]; }
  [[nodiscard]] std::string allowed() const override;

 private:
  std::vector<std::string> words_;
  std::size_t index_;
  std::size_t default_;
};

/// Free text: a name, a file.
class Text : public Field {
 public:
  Text(Section& section, About about, std::string value);
  [[nodiscard]] const std::string& value() const { return value_; }
  std::string set(const Value& value) override;
  [[nodiscard]] Value get() const override { return value_; }
  [[nodiscard]] Value default_value() const override { return default_; }
  [[nodiscard]] std::string allowed() const override { return "text"; }

 private:
  std::string value_;
  std::string default_;
};

/// A list of texts.
class Texts : public Field {
 public:
  Texts(Section& section, About about, std::vector<std::string> value);
  [[nodiscard]] const std::vector<std::string>& value() const { return value_; }
  std::string set(const Value& value) override;
  [[nodiscard]] Value get() const override { return value_; }
  [[nodiscard]] Value default_value() const override { return default_; }
  [[nodiscard]] std::string allowed() const override { return "a list of texts"; }

 private:
  std::vector<std::string> value_;
  std::vector<std::string> default_;
};

/// A list of a fixed number of reals, each in the range.
class Numbers : public Field {
 public:
  Numbers(Section& section, About about, std::vector<double> value, Range range);
  [[nodiscard]] const std::vector<double>& value() const { return value_; }
  [[nodiscard]] const Range& range() const { return range_; }
  [[nodiscard]] double operator[](std::size_t i) const { return value_[i]; }
  std::string set(const Value& value) override;
  [[nodiscard]] Value get() const override { return value_; }
  [[nodiscard]] Value default_value() const override { return default_; }
  [[nodiscard]] std::string allowed() const override;

 private:
  std::vector<double> value_;
  std::vector<double> default_;
  Range range_;
};

/// A list of any length, of numbers or of texts (true and false among them): the values of an axis.
class List : public Field {
 public:
  List(Section& section, About about) : Field(section, std::move(about), Kind::list) {}
  [[nodiscard]] std::size_t size() const;
  /// The k-th: a number or a text.
  [[nodiscard]] Value operator[](std::size_t k) const;
  std::string set(const Value& value) override;
  [[nodiscard]] Value get() const override { return value_; }
  [[nodiscard]] Value default_value() const override { return std::vector<double>{}; }
  [[nodiscard]] std::string allowed() const override { return "a list of numbers or of texts"; }

 private:
  Value value_ = std::vector<double>{};
};

/// A real that policies may move, community by community. `lever[c]` is this week's value in community c:
/// the scenario's value plus what active policies add, kept inside the range.
class Lever : public Real {
 public:
  Lever(Section& section, About about, double value, Range range)
      : Real(section, std::move(about), value, range, Kind::lever) {}
  [[nodiscard]] double operator[](std::size_t community) const { return now_[community]; }
  /// This week's value for resident i of `community`: the community's, moved by the policies that treat i. Only a lever
  /// that is `personal` may be moved so.
  [[nodiscard]] double at(std::size_t community, std::size_t i) const {
    double value = now_[community];
    for (const auto& move : personal_) value = move(value, i);
    return value;
  }
  /// Whether some policy moves it for single residents this week.
  [[nodiscard]] bool differs_within() const { return !personal_.empty(); }
  /// Every community at the scenario's value, no resident apart. Called once the number of communities is known.
  void reset(std::size_t communities) {
    now_.assign(communities, value());
    personal_.clear();
  }
  /// This week's values, for policies only.
  [[nodiscard]] std::vector<double>& now() { return now_; }
  /// For policies only: `move(value, i)` is the value for resident i where it was `value`.
  void for_residents(std::function<double(double value, std::size_t i)> move) { personal_.push_back(std::move(move)); }

 private:
  std::vector<double> now_;
  std::vector<std::function<double(double, std::size_t)>> personal_;
};

}  // namespace kurultai
