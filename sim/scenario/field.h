// A parameter is declared once, as a member of the section it belongs to: name, default, range, meaning, source, and
// what else there is to say.
//
//   struct Information : Section {
//     Real q_aware{*this, "q_aware", 0.05, {0, 1}, "chance that one informed neighbour who did not act passes it on",
//         "Banerjee et al. 2013 (recalled)", {.symbol = "q_N", .unit = "per round"}};
//   };
//
// Reading a scenario, range errors, the resolved scenario in the result, the dictionary, sweep axes and
// permission for policies all visit that declaration.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/words.h"

namespace kurultai {

/// What a declaration may say besides name, meaning and source.
struct Details {
  std::string symbol = {};  ///< in the equations of sim/MODEL.md
  std::string unit = "1";
  bool personal = false;   ///< a lever that policies may move for single residents and households
  bool extensive = false;  ///< shrinks with the scale of the run (MODEL.md: scale)
  std::string read_if =
      {};  ///< a lever: the condition under which its mechanism reads it (engine/lever_readers.h); none: always
};

/// What a field is, for people and for the dictionary.
struct About : Details {
  About(std::string name_, std::string meaning_, std::string source_, Details details = {})
      : Details(std::move(details)),
        name(std::move(name_)),
        meaning(std::move(meaning_)),
        source(std::move(source_)) {}
  std::string name;
  std::string meaning;
  std::string source;  ///< SOURCE tag, citation, or "assumption"
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

/// A real number in a range. Never nan or infinite. Takes whole numbers too. It is a Real or a Lever.
class RealField : public Field {
 public:
  [[nodiscard]] const Range& range() const { return range_; }
  std::string set(const Value& value) override;
  [[nodiscard]] Value get() const override { return value_; }
  [[nodiscard]] Value default_value() const override { return default_; }
  [[nodiscard]] std::string allowed() const override;

 protected:
  RealField(Section& section, About about, double value, Range range, Kind kind);
  double value_;

 private:
  double default_;
  Range range_;
};

/// One that is the same everywhere, all the time.
class Real final : public RealField {
 public:
  Real(Section& section, std::string name, double value, Range range, std::string meaning = {}, std::string source = {},
      Details details = {})
      : RealField(section, {std::move(name), std::move(meaning), std::move(source), std::move(details)}, value, range,
            Kind::real) {}
  operator double() const { return value_; }  // NOLINT: reads like the equation
  [[nodiscard]] double value() const { return value_; }
};

/// A whole number in a range. Takes reals that are whole (1e3) too.
class Whole : public Field {
 public:
  Whole(Section& section, std::string name, std::int64_t value, Range range, std::string meaning = {},
      std::string source = {}, Details details = {});
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
  Flag(Section& section, std::string name, bool value, std::string meaning = {}, std::string source = {},
      Details details = {});
  operator bool() const { return value_; }  // NOLINT
  std::string set(const Value& value) override;
  [[nodiscard]] Value get() const override { return value_; }
  [[nodiscard]] Value default_value() const override { return default_; }
  [[nodiscard]] std::string allowed() const override { return "true or false"; }

 private:
  bool value_;
  bool default_;
};

/// One word out of a list; `index()` is its place in it. Of an enumeration it is a Choice, below.
class WordChoice : public Field {
 public:
  WordChoice(Section& section, std::string name, std::string value, std::vector<std::string> words,
      std::string meaning = {}, std::string source = {}, Details details = {});
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

/// One value of an enumeration, written as its word (base/words.h): `form.scope == Scope::national`.
template <class E> class Choice final : public WordChoice {
 public:
  Choice(Section& section, std::string name, E value, std::string meaning = {}, std::string source = {},
      Details details = {})
      : WordChoice(section, std::move(name), word(value), word_list<E>(), std::move(meaning), std::move(source),
            std::move(details)) {}
  operator E() const { return static_cast<E>(index()); }  // NOLINT: reads like the enumeration
};

/// Free text: a name, a file.
class Text : public Field {
 public:
  Text(Section& section, std::string name, std::string value, std::string meaning = {}, std::string source = {},
      Details details = {});
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
  Texts(Section& section, std::string name, std::vector<std::string> value, std::string meaning = {},
      std::string source = {}, Details details = {});
  [[nodiscard]] const std::vector<std::string>& value() const { return value_; }
  std::string set(const Value& value) override;
  [[nodiscard]] Value get() const override { return value_; }
  [[nodiscard]] Value default_value() const override { return default_; }
  [[nodiscard]] std::string allowed() const override { return "a list of texts"; }

 private:
  std::vector<std::string> value_;
  std::vector<std::string> default_;
};

/// What stands wrong in a list of words: the first that is none of an enumeration; empty: nothing. `noun`: what such a
/// word names.
std::string unknown_word(const Texts& field, const std::vector<std::string>& words, const std::string& noun);

/// Values of an enumeration, written as their words; a word that is none is told by `unknown`.
template <class E> class Choices final : public Texts {
 public:
  Choices(Section& section, std::string name, const std::vector<E>& value, std::string meaning = {},
      std::string source = {}, Details details = {})
      : Texts(section, std::move(name), texts(value), std::move(meaning), std::move(source), std::move(details)) {
    find();
  }
  std::string set(const Value& value) override {
    std::string why = Texts::set(value);
    if (why.empty()) find();
    return why;
  }
  [[nodiscard]] bool none() const { return value().empty(); }
  /// Those listed, as bits.
  [[nodiscard]] std::uint32_t mask() const { return mask_; }
  [[nodiscard]] bool lists(E one) const { return ((mask_ >> static_cast<unsigned>(one)) & 1U) != 0; }
  /// Whether `one` is listed, or nothing is: an empty list names all.
  [[nodiscard]] bool holds(E one) const { return none() || lists(one); }
  /// The first word that is none of the enumeration, with a `noun` for what it should name; empty: all are.
  [[nodiscard]] std::string unknown(const std::string& noun) const { return unknown_word(*this, word_list<E>(), noun); }

 private:
  static std::vector<std::string> texts(const std::vector<E>& value) {
    std::vector<std::string> list;
    for (const E one : value) list.emplace_back(word(one));
    return list;
  }
  void find() {
    mask_ = 0;
    for (std::size_t k = 0; k < count_of<E>; ++k)
      for (const std::string& text : value())
        if (text == words<E>[k]) mask_ |= 1U << k;
  }
  std::uint32_t mask_ = 0;
};

/// A list of a fixed number of reals, each in the range.
class Numbers : public Field {
 public:
  Numbers(Section& section, std::string name, std::vector<double> value, Range range, std::string meaning = {},
      std::string source = {}, Details details = {});
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
  List(Section& section, std::string name, std::string meaning = {}, std::string source = {}, Details details = {})
      : Field(section, {std::move(name), std::move(meaning), std::move(source), std::move(details)}, Kind::list) {}
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
class Lever final : public RealField {
 public:
  Lever(Section& section, std::string name, double value, Range range, std::string meaning = {},
      std::string source = {}, Details details = {})
      : RealField(section, {std::move(name), std::move(meaning), std::move(source), std::move(details)}, value, range,
            Kind::lever) {}
  /// What the scenario says, before any policy.
  [[nodiscard]] double scenario() const { return value_; }
  [[nodiscard]] double operator[](std::size_t community) const { return now_[community]; }
  /// This week's value for resident i of `community`: the community's, moved by the policies that treat i. Only a lever
  /// that is `personal` may be moved so.
  [[nodiscard]] double at(std::size_t community, std::size_t i) const {
    double value = now_[community];
    for (const PersonalMove& move : personal_)
      if (move.status[i] == move.treated) value = move.moved(value, move.dose, move.by, range());
    return value;
  }
  /// This week's values in one community, looked up once: a plain number, but where a policy treats single residents.
  class Here {
   public:
    Here(const Lever& lever, std::size_t community)
        : value_(lever[community]),
          personal_(lever.differs_within() ? &lever : nullptr),
          community_(community) {}
    /// For resident i.
    [[nodiscard]] double at(std::size_t i) const {
      return personal_ == nullptr ? value_ : personal_->at(community_, i);
    }
    /// Whether all residents have the same; which one then.
    [[nodiscard]] bool alike() const { return personal_ == nullptr; }
    [[nodiscard]] double value() const { return value_; }

   private:
    double value_;
    const Lever* personal_;
    std::size_t community_;
  };
  [[nodiscard]] Here here(std::size_t community) const { return {*this, community}; }
  /// Whether some policy moves it for single residents this week.
  [[nodiscard]] bool differs_within() const { return !personal_.empty(); }
  /// Every community at the scenario's value, no resident apart. Called once the number of communities is known.
  void reset(std::size_t communities) {
    now_.assign(communities, value_);
    personal_.clear();
  }
  /// This week's values, for policies only.
  [[nodiscard]] std::vector<double>& now() { return now_; }
  /// What a policy does to the value of those residents whose `status` is `treated`.
  struct PersonalMove {
    const std::uint8_t* status;
    std::uint8_t treated;
    double dose;  ///< the share of it in force
    const void* by;
    double (*moved)(double value, double dose, const void* by, const Range& range);
  };
  /// For policies only.
  void for_residents(const PersonalMove& move) { personal_.push_back(move); }

 private:
  std::vector<double> now_;
  std::vector<PersonalMove> personal_;
};

/// A lever for each of the first `count` values of an enumeration: `support[InstitutionKind::ngo]`.
template <class E, std::size_t count> class LeverFor {
 public:
  /// `about` says what the lever of a value is.
  LeverFor(Section& section, About (*about)(E), double value, Range range) {
    for (std::size_t k = 0; k < count; ++k) {
      const About of = about(static_cast<E>(k));
      levers_[k] = std::make_unique<Lever>(section, of.name, value, range, of.meaning, of.source, of);
    }
  }
  const Lever& operator[](E of) const { return *levers_[static_cast<std::size_t>(of)]; }

 private:
  std::array<std::unique_ptr<Lever>, count> levers_;
};

}  // namespace kurultai
