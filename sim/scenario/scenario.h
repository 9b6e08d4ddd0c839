// Reads what a user wrote into sections. A scenario is a TOML file: a table per section, and tables keyed by
// name for what there may be many of ([form.NAME], [policy.NAME]). `extends = "other.toml"`, or a list of files, starts
// from others (relative to this one); the nearer file wins, of a list the later; title and description are not
// inherited. `--set path=value` comes last and wins over all. A file may add entries to a collection, a --set may only
// change one that exists: a mistyped name should not make a new policy.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "scenario/registry.h"

namespace kurultai {

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

}  // namespace kurultai
