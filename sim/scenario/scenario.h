// Reads what a user wrote into sections. A scenario is a TOML file: a table per section, and tables keyed by
// name for what there may be many of ([form.NAME], [policy.NAME]). `extends = "other.toml"` starts from
// another file (relative to this one). `--set path=value` comes last and wins.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/nearest.h"
#include "scenario/field.h"

namespace kurultai {

/// Sections of one kind, keyed by the user's names: [form.gathering], [policy.open_budget].
class AnyCollection {
 public:
  AnyCollection(std::string name, std::string meaning) : name_(std::move(name)), meaning_(std::move(meaning)) {}
  virtual ~AnyCollection() = default;
  AnyCollection(const AnyCollection&) = delete;
  AnyCollection& operator=(const AnyCollection&) = delete;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& meaning() const { return meaning_; }
  /// The entry called `key`, made if it does not exist. Its section's name is "form.key".
  virtual Section& entry(const std::string& key) = 0;
  /// Entries in the order of their keys.
  [[nodiscard]] virtual std::vector<Section*> entries() const = 0;
  /// An entry with default values, for the dictionary.
  [[nodiscard]] virtual std::unique_ptr<Section> specimen() const = 0;

 private:
  std::string name_;
  std::string meaning_;
};

template <class S>
class Collection final : public AnyCollection {
 public:
  using AnyCollection::AnyCollection;
  Section& entry(const std::string& key) override {
    for (std::size_t k = 0; k < keys_.size(); ++k)
      if (keys_[k] == key) return *sections_[k];
    std::size_t at = 0;
    while (at < keys_.size() && keys_[at] < key) ++at;
    keys_.insert(keys_.begin() + static_cast<std::ptrdiff_t>(at), key);
    sections_.insert(sections_.begin() + static_cast<std::ptrdiff_t>(at), std::make_unique<S>(name() + "." + key));
    return *sections_[at];
  }
  [[nodiscard]] std::vector<Section*> entries() const override {
    std::vector<Section*> list;
    for (const auto& section : sections_) list.push_back(section.get());
    return list;
  }
  [[nodiscard]] std::unique_ptr<Section> specimen() const override { return std::make_unique<S>(name() + ".NAME"); }
  [[nodiscard]] std::size_t size() const { return sections_.size(); }
  [[nodiscard]] const S& operator[](std::size_t k) const { return *sections_[k]; }
  [[nodiscard]] S& operator[](std::size_t k) { return *sections_[k]; }
  [[nodiscard]] const std::string& key(std::size_t k) const { return keys_[k]; }

 private:
  std::vector<std::string> keys_;
  std::vector<std::unique_ptr<S>> sections_;
};

/// All that a scenario may set. Holds pointers only; whoever owns the sections outlives it.
class Registry {
 public:
  void add(Section& section) { sections_.push_back(&section); }
  void add(AnyCollection& collection) { collections_.push_back(&collection); }
  [[nodiscard]] std::span<Section* const> sections() const { return sections_; }
  [[nodiscard]] std::span<AnyCollection* const> collections() const { return collections_; }
  /// The field at "section.name" or "collection.key.name", or nullptr.
  [[nodiscard]] Field* find(const std::string& path) const;
  /// All paths that exist now, sorted: for "did you mean".
  [[nodiscard]] std::vector<std::string> paths() const;

 private:
  std::vector<Section*> sections_;
  std::vector<AnyCollection*> collections_;
};

/// Where a scenario came from.
struct ScenarioSource {
  std::filesystem::path path;
  std::string title;        ///< the root key `title`
  std::string description;  ///< the root key `description`
  std::vector<std::filesystem::path> folders;  ///< of the file and of those it extends, nearest first
  /// `file` as given if absolute, else looked for in `folders`, then in the current folder. Throws
  /// input_error naming all places looked at.
  [[nodiscard]] std::filesystem::path find(const std::string& file) const;
};

/// Reads `file` and then `sets` ("path=value", value in TOML syntax; a bare word is a text) into the sections
/// of `registry`. Throws scenario_error with file and line (or "--set ...") for anything wrong; unknown keys
/// name the nearest known one. Never changes the registry's fields before the whole file was found valid.
ScenarioSource read_scenario(const std::filesystem::path& file, std::span<const std::string> sets,
                             const Registry& registry);

/// Every field with its value, as TOML that read_scenario accepts: what the result file keeps.
std::string resolved_scenario(const ScenarioSource& source, const Registry& registry);

}  // namespace kurultai
