// All that a scenario may set: sections, and collections of sections that a user names. Knows nothing of files.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

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

/// A registry as it was, to go back to.
class Snapshot {
 public:
  explicit Snapshot(const Registry& registry);
  /// Gives every field the value that it had, and takes entries away that were not there.
  void restore() const;

 private:
  void keep(const Section& section);

  const Registry& registry_;
  std::vector<std::pair<Field*, Value>> fields_;
  std::vector<std::string> entries_;
};

/// All sections and entries of `registry`, in the order of a resolved scenario.
std::vector<const Section*> all_sections(const Registry& registry);

/// Gives every field of `to` the value it has in `from`, making entries of collections as needed. Both registries
/// belong to objects of one type.
void copy_values(const Registry& from, const Registry& to);

}  // namespace kurultai
