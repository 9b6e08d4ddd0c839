// Reads what a user wrote into sections. A scenario is a TOML file: a table per section, and tables keyed by
// name for what there may be many of ([form.NAME], [policy.NAME]). `extends = "other.toml"`, or a list of files, starts
// from others (relative to this one); the nearer file wins, of a list the later; title and description are not
// inherited.
// `--set path=value` comes last and wins over all. A file may add entries to a collection, a --set may only
// change one that exists: a mistyped name should not make a new policy.
#pragma once

#include <filesystem>
#include <map>
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
  /// Takes the entry called `key` away, if there is one.
  virtual void remove(const std::string& key) = 0;
  /// The entry called `key`, or nullptr.
  [[nodiscard]] Section* find(const std::string& key) const;
  /// The key of one of its entries: "key" for a section called "form.key".
  [[nodiscard]] std::string key_of_entry(const Section& entry) const { return entry.name().substr(name_.size() + 1); }
  /// Entries in the order of their keys.
  [[nodiscard]] virtual std::vector<Section*> entries() const = 0;
  /// An entry with default values, for the dictionary.
  [[nodiscard]] virtual std::unique_ptr<Section> specimen() const = 0;

 private:
  std::string name_;
  std::string meaning_;
};

template <class S> class Collection final : public AnyCollection {
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
  void remove(const std::string& key) override {
    for (std::size_t k = 0; k < keys_.size(); ++k)
      if (keys_[k] == key) {
        keys_.erase(keys_.begin() + static_cast<std::ptrdiff_t>(k));
        sections_.erase(sections_.begin() + static_cast<std::ptrdiff_t>(k));
        return;
      }
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
  /// Every lever, of sections and of entries of collections.
  [[nodiscard]] std::vector<Lever*> levers() const;
  /// All paths that exist now, sorted: for "did you mean".
  [[nodiscard]] std::vector<std::string> paths() const;

 private:
  std::vector<Section*> sections_;
  std::vector<AnyCollection*> collections_;
};

struct ScenarioSource;

/// The key in `collection` that `name` means: a key itself, else that of the entry whose field `title` says so; `name`
/// where there is none. Throws scenario_error at `place`, with the keys, if several entries have that title.
std::string key_named(
    const AnyCollection& collection, const std::string& name, const std::string& title, const std::string& place);
/// The same for what a field holds: a name, or a list of them. Entries may be called by key or title; keys are what is
/// kept.
void use_key(Text& field, const AnyCollection& collection, const std::string& title, const ScenarioSource& source);
void use_keys(Texts& field, const AnyCollection& collection, const std::string& title, const ScenarioSource& source);

/// Where a scenario came from.
struct ScenarioSource {
  std::filesystem::path path;
  std::string title;                           ///< the root key `title`, else the file's name without its ending
  std::string description;                     ///< the root key `description`
  std::vector<std::filesystem::path> folders;  ///< of the file and of those it extends, nearest first
  /// Where each section, entry and field that the scenario mentions was set last: "file:line" or "--set ...".
  std::map<std::string, std::string> places;
  /// The place of `path`, else of the section it belongs to, else the file: for messages about it.
  [[nodiscard]] std::string place_of(const std::string& path) const;
  /// `file` (or folder) as given if absolute, else looked for in `folders`, then in the current folder.
  /// Throws input_error at `place` (if empty, the scenario's) that names all places looked at.
  [[nodiscard]] std::filesystem::path find(const std::string& file, const std::string& place = {}) const;
  /// The file (or folder) that `field` names; errors tell where the scenario sets it.
  [[nodiscard]] std::filesystem::path find(const Text& field) const {
    return find(field.value(), place_of(field.path()));
  }
};

/// Reads `file` and then `sets` ("path=value", value in TOML syntax; a bare word is a text) into the sections
/// of `registry`. Throws scenario_error with file and line (or "--set ...") for anything wrong; unknown keys
/// name the nearest known one. After an error the registry is as it was, fields and entries. A file without
/// any key is an error; so is one of more than 4 MiB, or nested or dotted more than 16 deep.
ScenarioSource read_scenario(
    const std::filesystem::path& file, std::span<const std::string> sets, const Registry& registry);

/// The same from TOML in memory, such as a resolved scenario; messages call it `name`, and files that it names are
/// looked for in `folders`. It cannot extend other files.
ScenarioSource read_scenario_text(const std::string& text, const std::string& name,
    std::vector<std::filesystem::path> folders, const Registry& registry, std::span<const std::string> sets = {});

/// Throws scenario_error for the first section whose fields contradict each other.
void check_consistency(const ScenarioSource& source, const Registry& registry);

/// Gives every field of `to` the value it has in `from`, making entries of collections as needed. Both registries
/// belong to objects of one type.
void copy_values(const Registry& from, const Registry& to);

/// Every field with its value, as TOML that read_scenario accepts and that gives the same values again: what
/// the result file keeps. The same text for the same values; names no file but those that fields name.
std::string resolved_scenario(const ScenarioSource& source, const Registry& registry);

/// The first key in which two resolved scenarios differ and both values, "[run] seed: now 2, before 1"; empty if
/// they say the same.
std::string first_difference(const std::string& before, const std::string& now);

}  // namespace kurultai
