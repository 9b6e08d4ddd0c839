#include "scenario/scenario.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <ranges>
#include <string_view>
#include <utility>

#include "base/console.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/text.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = std::size_t{4} << 20;
constexpr int deepest = 16;                // brackets in brackets, dots in a key, files that extend files
constexpr std::size_t longest_name = 64;   // of an entry of a collection
constexpr std::size_t longest_path = 250;  // of a file named in a message

std::string line_of(const std::string& file, std::size_t line) { return fmt::format("{}:{}", file, line); }

struct SyntaxError {
  std::string description;
  std::size_t line;
};

/// Steps over the string that begins at `at`, as far as it goes; counts the lines in it.
std::size_t after_string(std::string_view text, std::size_t at, std::size_t& line) {
  const char quote = text[at];
  const std::string three(3, quote);
  const bool long_one = text.substr(at, 3) == three;
  for (at += long_one ? 3 : 1; at < text.size(); ++at) {
    if (text[at] == '\n') {
      if (!long_one) return at;  // unterminated: the parser says so
      ++line;
    } else if (text[at] == '\\' && quote == '"') {
      if (at + 1 < text.size() && text[at + 1] != '\n') ++at;
    } else if (long_one ? text.substr(at, 3) == three : text[at] == quote) {
      return at + (long_one ? 3 : 1);
    }
  }
  return at;
}

/// Refuses what would make the parser recurse without limit: it descends at every bracket and every dot of a
/// key. Strings and comments are stepped over; whatever else is wrong is left to the parser.
void check_depth(std::string_view text) {
  std::size_t line = 1;
  int brackets = 0;
  int dots = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char letter = text[at];
    if (letter == '"' || letter == '\'') {
      at = after_string(text, at, line);
      continue;
    }
    if (letter == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (letter == '.')
      ++dots;
    else if (std::string_view("=,[]{}\n").find(letter) != std::string_view::npos)
      dots = 0;
    if (letter == '[' || letter == '{') ++brackets;
    if ((letter == ']' || letter == '}') && brackets > 0) --brackets;
    if (dots > deepest) throw SyntaxError{fmt::format("a key of more than {} parts", deepest), line};
    if (brackets > deepest) throw SyntaxError{fmt::format("brackets nested more than {} deep", deepest), line};
    if (letter == '\n') ++line;
    ++at;
  }
}

toml::table parsed(std::string_view text) {
  check_depth(text);
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw SyntaxError{std::string(error.description()), error.source().begin.line};
  }
}

std::optional<toml::table> value_table(const std::string& value) {
  try {
    return parsed("value = " + value);
  } catch (const SyntaxError&) { return {}; }
}

/// Whether a scenario may hold `text`: UTF-8 without NUL.
bool is_text(const std::string& text) { return text.find('\0') == std::string::npos && value_table(to_toml(text)); }

/// The scenario files beside `file`: for "did you mean".
std::string file_near(const fs::path& file) {
  std::vector<std::string> names;
  std::error_code failed;
  const fs::path folder = file.parent_path().empty() ? fs::path(".") : file.parent_path();
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end && names.size() < 1000;
      it.increment(failed))
    if (it->path().extension() == ".toml") names.push_back(it->path().filename().string());
  std::sort(names.begin(), names.end());
  const std::string near = nearest(file.filename().string(), names);
  return did_you_mean(near.empty() ? "" : (file.parent_path() / near).string());
}

/// What `file` says, `named_at` being what sent us there.
std::string text_of(const fs::path& file, const std::string& named_at) {
  std::error_code failed;
  if (fs::status(file, failed).type() == fs::file_type::not_found)
    throw scenario_error(named_at, fmt::format("cannot read the scenario '{}'", shown(file.string(), longest_path)),
        "no such file", file_near(file));
  return read_text(file, {ExitCode::scenario, "scenario", "a scenario is TOML text in UTF-8", largest_file}, named_at);
}

/// One file, read but not yet understood.
struct File {
  fs::path path;
  std::string name;  // as messages call it
  toml::table table;
  fs::path canonical = {};

  [[nodiscard]] std::string place(const toml::source_region& source) const { return line_of(name, source.begin.line); }
};

File parsed_file(const fs::path& path, const std::string& named_at) {
  const std::string name = printable(path.string());
  const std::string text = text_of(path, named_at);
  try {
    File file{path, name, parsed(text)};
    if (file.table.empty())
      throw scenario_error(line_of(name, 1), "the scenario is empty", "it sets nothing", "write at least a title");
    return file;
  } catch (const SyntaxError& error) {
    throw scenario_error(line_of(name, error.line), "not valid TOML", shown(error.description, 200), "");
  }
}

/// What kind of thing `node` is, for "cannot be ...".
const char* kind_of(const toml::node& node) {
  if (node.is_table()) return "a table";
  if (node.is_array_of_tables()) return "a list of tables";
  if (node.is_array()) return "a list of mixed or nested things";
  if (node.is_date() || node.is_time() || node.is_date_time()) return "a date or time";
  return "a text with a NUL in it";
}

/// `node` as a value, if it is of a kind that any field takes.
std::optional<Value> value_of(const toml::node& node) {
  const auto text_in = [](const toml::node& part) -> std::optional<std::string> {
    auto text = part.value_exact<std::string>();
    return text && text->find('\0') == std::string::npos ? text : std::nullopt;
  };
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* whole = node.as_integer()) return whole->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (auto text = text_in(node)) return *std::move(text);
  const toml::array* list = node.as_array();
  if (!list) return {};
  std::vector<std::string> texts;
  std::vector<double> numbers;
  for (const toml::node& part : *list)
    if (auto text = text_in(part))
      texts.push_back(*std::move(text));
    else if (const auto* flag = part.as_boolean())
      texts.emplace_back(flag->get() ? "true" : "false");
    else if (part.is_number())
      numbers.push_back(part.value<double>().value_or(0));
    else
      return {};
  if (!texts.empty() && !numbers.empty()) return {};
  if (!numbers.empty()) return numbers;
  return texts;
}

struct Item {
  std::string key;
  const toml::source_region* source;
  const toml::node* node;
};

/// What stands in `table`, in the order of the file, so that the first mistake is reported first.
std::vector<Item> in_file_order(const toml::table& table) {
  std::vector<Item> items;
  for (const auto& [key, node] : table) items.push_back({std::string(key.str()), &key.source(), &node});
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    const auto& p = a.source->begin;
    const auto& q = b.source->begin;
    return p.line != q.line ? p.line < q.line : p.column < q.column;
  });
  return items;
}

bool is_entry_name(const std::string& key) {
  return !key.empty() && key.size() <= longest_name &&
         key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
}

/// Writes into the registry what files and --set say, in the order it is told.
class Writer {
 public:
  Writer(const Registry& registry, ScenarioSource& source) : registry_(registry), source_(source) {}

  void write(const File& file) {
    for (const Item& item : in_file_order(file.table)) {
      if (item.key == "extends") {
        continue;  // followed, and its form checked, when the files were read
      } else if (item.key == "title" || item.key == "description") {
        if (!item.node->is_string() || !value_of(*item.node))
          throw scenario_error(file.place(*item.source), fmt::format("{} must be a text", item.key), "",
              fmt::format("write {} = \"...\"", item.key));
      } else if (Section* section = section_named(item.key)) {
        write_section(file, *section, item);
      } else if (AnyCollection* collection = collection_named(item.key)) {
        write_collection(file, *collection, item);
      } else {
        refuse_root_key(file, item);
      }
    }
  }

  void write(const std::string& set) {
    const std::string place = "--set " + shown(set);
    const std::size_t sign = set.find('=');
    const auto trimmed = [](std::string text) {
      text.erase(0, text.find_first_not_of(' '));
      return text.erase(text.find_last_not_of(' ') + 1);
    };
    const std::string path = trimmed(set.substr(0, sign));
    if (sign == std::string::npos || path.empty())
      throw scenario_error(place, "not of the form path=value", "", "write --set run.weeks=52");
    Field* field = registry_.find(path);
    if (!field) refuse_path(place, path);
    assign(*field, given(place, *field, trimmed(set.substr(sign + 1))), place);
    source_.places[field->section().name()] = place;
  }

 private:
  [[nodiscard]] Section* section_named(const std::string& name) const {
    for (Section* section : registry_.sections())
      if (section->name() == name) return section;
    return nullptr;
  }

  [[nodiscard]] AnyCollection* collection_named(const std::string& name) const {
    for (AnyCollection* collection : registry_.collections())
      if (collection->name() == name) return collection;
    return nullptr;
  }

  void write_section(const File& file, Section& section, const Item& item) {
    const toml::table* table = item.node->as_table();
    if (!table)
      throw scenario_error(file.place(*item.source), fmt::format("{} is a section, not a parameter", section.name()),
          "", fmt::format("write [{}] on a line of its own", section.name()));
    source_.places[section.name()] = file.place(*item.source);
    for (const Item& part : in_file_order(*table)) {
      const std::string place = file.place(*part.source);
      Field* field = section.field(part.key);
      if (!field) refuse_key(place, section, part.key);
      const auto value = value_of(*part.node);
      if (!value) refuse_value(place, *field, kind_of(*part.node), "must be " + field->allowed());
      assign(*field, *value, place);
    }
  }

  void write_collection(const File& file, AnyCollection& collection, const Item& item) {
    const std::string& name = collection.name();
    const toml::table* table = item.node->as_table();
    if (!table)
      throw scenario_error(file.place(*item.source), fmt::format("{} holds named tables", name), "",
          fmt::format("write [{}.NAME] on a line of its own", name));
    for (const Item& part : in_file_order(*table)) {
      const std::string place = file.place(*part.source);
      if (!is_entry_name(part.key))
        throw scenario_error(place, fmt::format("'{}' cannot name a {}", shown(part.key), name),
            fmt::format("names are of a-z, 0-9, _ and -, at most {} of them", longest_name), "");
      if (!part.node->is_table())
        throw scenario_error(place, fmt::format("{}.{} must be a table", name, shown(part.key)),
            fmt::format("{} holds named tables", name), fmt::format("write [{}.NAME]", name));
      write_section(file, collection.entry(part.key), part);
    }
  }

  void assign(Field& field, const Value& value, const std::string& place) {
    const std::string why = field.set(value);
    if (!why.empty()) refuse_value(place, field, shown(to_toml(value)), why);
    source_.places[field.path()] = place;
  }

  /// The value that `text` on the command line means for `field`.
  static Value given(const std::string& place, const Field& field, const std::string& text) {
    const Value bare = text;
    if (!is_text(text)) throw scenario_error(place, "not a text in UTF-8", "", "");
    if (const auto table = value_table(text); table && table->size() == 1) {
      const auto value = value_of(*table->get("value"));
      const bool wants_text = field.kind() == Field::Kind::text || field.kind() == Field::Kind::choice;
      if (value && (!wants_text || std::holds_alternative<std::string>(*value))) return *value;
    } else if (!text.empty() && std::string_view("\"'[{").find(text.front()) != std::string_view::npos) {
      throw scenario_error(place, "the value is not valid TOML", "quotes or brackets do not close", "");
    }
    return bare;
  }

  [[noreturn]] static void refuse_value(
      const std::string& place, const Field& field, const std::string& value, const std::string& why) {
    throw scenario_error(place, fmt::format("{} cannot be {}", field.path(), value), why,
        fmt::format("allowed: {}; default: {}", field.allowed(), shown(to_toml(field.default_value()))));
  }

  [[noreturn]] void refuse_key(const std::string& place, const Section& section, const std::string& key) const {
    std::vector<std::string> names;
    for (const Field* field : section.fields()) names.push_back(field->about().name);
    std::string advice = did_you_mean(nearest(key, names));
    if (const Field* namesake = advice.empty() ? field_named(key) : nullptr) advice = did_you_mean(namesake->path());
    throw scenario_error(place, fmt::format("unknown parameter '{}' in [{}]", shown(key), section.name()),
        "the section has no such parameter", advice);
  }

  [[noreturn]] void refuse_root_key(const File& file, const Item& item) const {
    const std::string place = file.place(*item.source);
    const bool table = item.node->is_table() || item.node->is_array_of_tables();
    std::vector<std::string> names;
    for (const Section* section : registry_.sections()) names.push_back(section->name());
    for (const AnyCollection* collection : registry_.collections()) names.push_back(collection->name());
    if (!table)
      for (const char* name : {"title", "description", "extends"}) names.emplace_back(name);
    const Field* namesake = table ? nullptr : field_named(item.key);
    const std::string advice = did_you_mean(namesake ? namesake->path() : nearest(item.key, names));
    if (table)
      throw scenario_error(place, fmt::format("unknown section [{}]", shown(item.key)), "there is no such section",
          advice.empty() ? other_kind(item.key) : advice);
    throw scenario_error(place, fmt::format("unknown key '{}'", shown(item.key)),
        "outside sections only title, description and extends may stand", advice);
  }

  /// What a file is that has the section `key` where this registry does not know it: scenarios and sweeps are easily
  /// taken for each other.
  [[nodiscard]] std::string other_kind(const std::string& key) const {
    for (const char* name : {"sweep", "axis", "measure"})
      if (key == name) return "a sweep's file is for 'kurultai sweep'";
    for (const char* name : {"calibration", "target"})
      if (key == name) return "a calibration's file is for 'kurultai calibrate'";
    return section_named("sweep") ? "a scenario is for 'kurultai run'; a sweep names it as [sweep] scenario = ..." : "";
  }

  [[noreturn]] void refuse_path(const std::string& place, const std::string& path) const {
    std::string advice = did_you_mean(nearest(path, registry_.paths()));
    const Field* namesake = advice.empty() ? field_named(path) : nullptr;
    if (namesake) advice = did_you_mean(namesake->path());
    std::string why = "a path is section.parameter or collection.name.parameter";
    const std::size_t first = path.find('.');
    const std::size_t last = path.rfind('.');
    const AnyCollection* collection = first < last ? collection_named(path.substr(0, first)) : nullptr;
    if (collection && !collection->find(path.substr(first + 1, last - first - 1)))
      why = fmt::format("the scenario has no [{}], and --set makes none", shown(path.substr(0, last)));
    throw scenario_error(place, fmt::format("unknown parameter '{}'", shown(path)), why, advice);
  }

  /// A field of some section that is called `name`, for keys put in the wrong place.
  [[nodiscard]] const Field* field_named(const std::string& name) const {
    for (const Section* section : registry_.sections())
      if (const Field* field = section->field(name)) return field;
    return nullptr;
  }

  const Registry& registry_;
  ScenarioSource& source_;
};

/// Adds `file` and what it extends to `chain`, nearest first: of several that a file extends, the last named is
/// nearest. `open` are the files on the way here.
void collect(const fs::path& file, const std::string& named_at, std::vector<fs::path>& open, std::vector<File>& chain) {
  std::error_code failed;  // what cannot be resolved cannot be read either, and text_of says so
  const fs::path canonical = fs::weakly_canonical(file, failed);
  if (std::find(open.begin(), open.end(), canonical) != open.end())
    throw scenario_error(named_at, fmt::format("'{}' extends itself", shown(file.filename().string())),
        "the files go round in a circle", "take one extends away");
  if (open.size() > static_cast<std::size_t>(deepest) || chain.size() > 16 * static_cast<std::size_t>(deepest))
    throw scenario_error(named_at, "too many files extend each other", fmt::format("at most {}", deepest), "");
  chain.push_back(parsed_file(file, named_at));
  chain.back().canonical = canonical;
  const toml::node* extends = chain.back().table.get("extends");
  if (!extends) return;
  const std::string place = chain.back().place(chain.back().table.find("extends")->first.source());
  std::vector<std::string> bases;
  const auto add = [&](const toml::node& node) {
    const auto base = node.value_exact<std::string>();
    if (!base || base->empty() || base->find('\0') != std::string::npos)
      throw scenario_error(
          place, "extends must name a file, or a list of files", "", "write extends = \"default.toml\"");
    bases.push_back(*base);
  };
  if (const toml::array* list = extends->as_array()) {
    for (const toml::node& node : *list) add(node);
  } else {
    add(*extends);
  }
  const fs::path folder = chain.back().path.parent_path();
  open.push_back(canonical);
  for (const auto& base : std::views::reverse(bases)) collect((folder / base).lexically_normal(), place, open, chain);
  open.pop_back();
}

/// `file` and what it extends, nearest first.
std::vector<File> chain_of(const fs::path& file) {
  std::vector<File> chain;
  std::vector<fs::path> open;
  collect(file, printable(file.string()), open, chain);
  // What several extend comes in once, behind them all, so that it undoes none of what they say.
  std::vector<File> once;
  for (std::size_t k = 0; k < chain.size(); ++k) {
    const bool again = std::any_of(chain.begin() + static_cast<std::ptrdiff_t>(k) + 1, chain.end(),
        [&](const File& later) { return later.canonical == chain[k].canonical; });
    if (!again) once.push_back(std::move(chain[k]));
  }
  return once;
}

/// Writes what `chain` and `sets` say into `registry`; after an error it is as it was.
void fill(const std::vector<File>& chain, std::span<const std::string> sets, const Registry& registry,
    ScenarioSource& source) {
  const Snapshot before(registry);
  try {
    Writer writer(registry, source);
    for (const auto& link : std::views::reverse(chain)) writer.write(link);
    for (const std::string& set : sets) writer.write(set);
    check_consistency(source, registry);
  } catch (...) {
    before.restore();
    throw;
  }
}

void describe(const File& file, const std::string& title, ScenarioSource& source) {
  source.title = file.table["title"].value_or(title);
  source.description = file.table["description"].value_or(std::string{});
}

}  // namespace

std::string key_named(
    const AnyCollection& collection, const std::string& name, const std::string& title, const std::string& place) {
  if (name.empty() || collection.find(name) != nullptr) return name;
  std::vector<std::string> keys;
  for (const Section* entry : collection.entries()) {
    const auto* field = dynamic_cast<const Text*>(entry->field(title));
    if (field != nullptr && field->value() == name) keys.push_back(collection.key_of_entry(*entry));
  }
  if (keys.empty()) return name;
  if (keys.size() == 1) return keys.front();
  std::string list;
  for (const std::string& key : keys) list += (list.empty() ? "" : ", ") + key;
  throw scenario_error(place, fmt::format("'{}' names no single {}", name, collection.name()),
      fmt::format("it is the {} of {} of them", title, keys.size()), "name it by its key: " + list);
}

void use_key(Text& field, const AnyCollection& collection, const std::string& title, const ScenarioSource& source) {
  const std::string why = field.set(key_named(collection, field.value(), title, source.place_of(field.path())));
  ensure(why.empty(), "a key is a text");
}

void use_keys(Texts& field, const AnyCollection& collection, const std::string& title, const ScenarioSource& source) {
  std::vector<std::string> keys;
  for (const std::string& name : field.value())
    keys.push_back(key_named(collection, name, title, source.place_of(field.path())));
  const std::string why = field.set(keys);
  ensure(why.empty(), "keys are texts");
}

std::string ScenarioSource::place_of(const std::string& name) const {
  for (std::string part = name;; part.erase(part.rfind('.'))) {
    if (const auto found = places.find(part); found != places.end()) return found->second;
    if (part.find('.') == std::string::npos) return printable(path.string());
  }
}

fs::path ScenarioSource::find(const std::string& file, const std::string& place) const {
  const fs::path wanted = file;
  std::vector<fs::path> candidates;
  if (!wanted.is_absolute())
    for (const fs::path& folder : folders) candidates.push_back((folder / wanted).lexically_normal());
  candidates.push_back(wanted.lexically_normal());
  std::string looked;
  for (const fs::path& candidate : candidates) {
    std::error_code failed;
    if (!file.empty() && fs::exists(candidate, failed)) return candidate;
    const std::string name = shown(candidate.string(), longest_path);
    if (looked.find("'" + name + "'") != std::string::npos) continue;
    looked += fmt::format("{}'{}'", looked.empty() ? "" : ", ", name);
  }
  throw input_error(place.empty() ? printable(path.string()) : place,
      fmt::format("cannot find the file '{}'", shown(file)), "looked for " + looked,
      "names are relative to the scenario's folder");
}

ScenarioSource read_scenario(const fs::path& file, std::span<const std::string> sets, const Registry& registry) {
  const std::vector<File> chain = chain_of(file);
  ScenarioSource source;
  source.path = file;
  for (const File& link : chain) {
    fs::path folder = link.path.parent_path();
    if (folder.empty()) folder = ".";
    if (std::find(source.folders.begin(), source.folders.end(), folder) == source.folders.end())
      source.folders.push_back(folder);
  }
  fill(chain, sets, registry, source);
  const std::string stem = file.stem().string();
  describe(chain.front(), is_text(stem) ? stem : "scenario", source);
  return source;
}

ScenarioSource read_scenario_text(const std::string& text, const std::string& name, std::vector<fs::path> folders,
    const Registry& registry, std::span<const std::string> sets) {
  ScenarioSource source;
  source.path = name;
  source.folders = std::move(folders);
  try {
    const std::vector<File> chain = {File{name, name, parsed(text)}};
    fill(chain, sets, registry, source);
    describe(chain.front(), "scenario", source);
  } catch (const SyntaxError& error) {
    throw scenario_error(line_of(name, error.line), "not valid TOML", shown(error.description, 200), "");
  }
  return source;
}

void check_consistency(const ScenarioSource& source, const Registry& registry) {
  for (const Section* section : all_sections(registry))
    if (std::string why = section->inconsistency(); !why.empty())
      throw scenario_error(source.place_of(section->name()),
          fmt::format("[{}] cannot be used as it is", section->name()), std::move(why), "");
}

}  // namespace kurultai
