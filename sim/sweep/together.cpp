// Several scenarios as one experiment: a point's settings go into all of them, so that one vector of parameters answers
// for all. Their series stand side by side, the level "nation" of mail.toml as "mail.nation". For calibrations on
// experiments that were made in different places. With `untreated` each scenario is run a second time with the same
// luck and no policy in force: nobody is treated, the lots are the same, and the level is "mail.nation untreated".
// Limits: parameters are those that every one of the scenarios has; no checkpoints within a point.
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "base/error.h"
#include "sweep/experiment.h"
#include "sweep/shared_runs.h"
#include "sweep/societies.h"

namespace kurultai {

namespace {

constexpr const char* heading = "#-------- scenario ";  // starts the part of each scenario in `resolved`
constexpr const char* twins = "#-------- each untreated as well\n";

class Together final : public Experiment {
 public:
  struct Part {
    std::string name;
    std::unique_ptr<Experiment> experiment;
  };

  Together(std::vector<Part> parts, bool untreated) : parts_(std::move(parts)), untreated_(untreated) {
    ensure(!parts_.empty(), "scenarios run together are at least one");
  }

  [[nodiscard]] const Registry& parameters() const override { return parts_.front().experiment->parameters(); }
  [[nodiscard]] const ScenarioSource& source() const override { return parts_.front().experiment->source(); }
  [[nodiscard]] std::string resolved() const override {
    std::string text = untreated_ ? twins : "";
    for (const Part& part : parts_) text += fmt::format("{}{}\n{}", heading, part.name, part.experiment->resolved());
    return text;
  }
  [[nodiscard]] Inputs inputs(std::span<const Setting> settings) const override {
    Inputs all;
    for (const Part& part : parts_)
      for (Input input : part.experiment->inputs(settings)) {
        input.role = part.name + "/" + input.role;
        add_inputs(all, {input});
      }
    return all;
  }
  void check(std::span<const Setting> settings, const std::string& place) const override {
    for (const Part& part : parts_) {
      for (const Setting& setting : settings) has(part, setting.path, place);
      part.experiment->check(settings, place);
    }
  }
  [[nodiscard]] std::vector<std::string> remarks(std::span<const Setting> settings) const override {
    std::vector<std::string> list;
    for (const Part& part : parts_)
      for (const std::string& remark : part.experiment->remarks(settings))
        list.push_back(fmt::format("{}: {}", part.name, remark));
    return list;
  }
  [[nodiscard]] std::string why_unread(std::span<const Setting> settings, const std::string& path) const override {
    std::string why;
    for (const Part& part : parts_)
      if (why = part.experiment->why_unread(settings, path); why.empty()) break;
    return why;
  }
  [[nodiscard]] Cost cost(std::span<const Setting> settings) const override {
    Cost sum;
    const std::vector<Setting> nobody = without_policies(settings);
    const SharedRuns runs(planned(settings, nobody, {}));
    for (const Stretch& stretch : runs.stretches()) {
      const std::size_t part = runs.number(stretch.runs.front()) / (untreated_ ? 2 : 1);
      const Cost cost = parts_[part].experiment->cost(settings);
      const double weeks = stretch.to - stretch.from;
      sum.seconds += cost.seconds * weeks / cost.weeks;
      sum.weeks += weeks;
      sum.weeks_alone += weeks * static_cast<double>(stretch.runs.size());
    }
    for (const Part& part : parts_) {
      const Cost cost = part.experiment->cost(settings);
      sum.bytes = std::max(sum.bytes, 2 * cost.bytes);  // one after the other, from where the one before stood
      sum.shared_bytes += cost.shared_bytes;
      sum.society_seconds += cost.society_seconds;
      sum.peak_bytes = std::max(sum.peak_bytes, cost.peak_bytes);
      sum.file_bytes += cost.file_bytes * (untreated_ ? 2.0 : 1.0);
    }
    return sum;
  }
  [[nodiscard]] Course course(std::span<const Setting> settings, const std::string& level) const override {
    for (const Part& part : parts_)
      if (const std::string own = level_in(part, level); !own.empty()) return part.experiment->course(settings, own);
    return {};
  }
  void watch(const std::vector<Watched>& series) override {
    for (const Part& part : parts_) {
      std::vector<Watched> own;
      for (const Watched& watched : series)
        if (std::string level = level_in(part, watched.level); !level.empty())
          own.push_back({std::move(level), watched.series});
      part.experiment->watch(own);
    }
  }
  [[nodiscard]] std::string society_key(std::span<const Setting> settings, RunLuck luck) const override {
    std::string key;
    for (const Part& part : parts_) key += part.experiment->society_key(settings, luck) + '\n';
    return key;
  }
  [[nodiscard]] std::map<std::string, Attribute> attributes(
      std::span<const Setting> settings, RunLuck luck) const override {
    std::map<std::string, Attribute> first = parts_.front().experiment->attributes(settings, luck);
    first["inputs"] = to_text(inputs(settings));
    return first;
  }
  [[nodiscard]] Result outline(std::span<const Setting> settings, RunLuck luck) const override {
    Result all;
    for (const Part& part : parts_) {
      join(all, part, part.experiment->outline(settings, luck), "");
      if (untreated_) join(all, part, part.experiment->outline(without_policies(settings), luck), " untreated");
    }
    return all;
  }
  /// Runs of one scenario share what its twin has in common with it; the order is that of the weeks, one after the
  /// other.
  std::optional<Result> run(std::span<const Setting> settings, RunLuck luck, const RunControl& control) const override {
    const std::vector<Setting> nobody = without_policies(settings);
    SharedRuns runs(planned(settings, nobody, luck));
    const std::size_t count = parts_.size() * (untreated_ ? 2 : 1);
    std::vector<std::optional<Result>> results(count);
    std::vector<SharedRuns::Job> jobs = runs.first();
    std::reverse(jobs.begin(), jobs.end());
    double done = 0;
    while (!jobs.empty()) {
      const SharedRuns::Job job = jobs.back();
      jobs.pop_back();
      if (job.stretch) {
        std::optional<std::vector<SharedRuns::Job>> next = runs.walk(job, {.stop = control.stop});
        if (!next) return {};
        jobs.insert(jobs.end(), next->rbegin(), next->rend());
      } else {
        results[job.run] = runs.run(job, {.stop = control.stop});
        if (!results[job.run]) return {};
        if (control.progress) control.progress(++done / static_cast<double>(count));
      }
      runs.leave(job);
    }
    Result all;
    for (std::size_t k = 0; k < count; ++k) {
      const bool twin = untreated_ && k % 2 == 1;
      join(all, parts_[untreated_ ? k / 2 : k], std::move(*results[k]), twin ? " untreated" : "");
    }
    return all;
  }

 private:
  /// All runs of a point: of each scenario that with the point's settings and then, if there are twins, that in which
  /// nobody is treated.
  [[nodiscard]] std::vector<PlannedRun> planned(
      std::span<const Setting> settings, std::span<const Setting> nobody, RunLuck luck) const {
    std::vector<PlannedRun> runs;
    for (const Part& part : parts_) {
      runs.push_back({part.experiment.get(), settings, luck});
      if (untreated_) runs.push_back({part.experiment.get(), nobody, luck});
    }
    return runs;
  }

  /// Throws scenario_error if the scenario has no parameter at `path`; looks for each path once.
  void has(const Part& part, const std::string& path, const std::string& place) const {
    const std::scoped_lock lock(guard_);
    if (!known_.emplace(&part, path).second) return;
    if (part.experiment->parameters().find(path) != nullptr) return;
    known_.erase({&part, path});
    throw scenario_error(place, fmt::format("the scenario '{}' has no {}", part.name, path),
        "settings go into all scenarios that run together", "");
  }

  static std::vector<Setting> without_policies(std::span<const Setting> settings) {
    std::vector<Setting> more(settings.begin(), settings.end());
    more.push_back({"policies.enabled", false});
    return more;
  }

  /// The level of `part` that is called `level` here; empty if it is another's.
  static std::string level_in(const Part& part, const std::string& level) {
    const std::string ending = " untreated";
    if (level.rfind(part.name + ".", 0) != 0) return {};
    std::string own = level.substr(part.name.size() + 1);
    if (own.size() > ending.size() && own.compare(own.size() - ending.size(), ending.size(), ending) == 0)
      own.resize(own.size() - ending.size());
    return own;
  }

  /// Adds the series of one scenario to `all`, each level under the scenario's name and with `ending`.
  static void join(Result& all, const Part& part, Result result, const char* ending) {
    if (all.attributes.empty()) all.attributes = result.attributes;
    for (Group& group : result.groups) {
      const std::size_t folder = group.path.find('/') + 1;
      const std::string kind = group.path.substr(0, folder);
      if (kind != "series/" && kind != "weekly/") continue;
      group.path = kind + part.name + "." + group.path.substr(folder) + ending;
      all.groups.push_back(std::move(group));
    }
  }

  std::vector<Part> parts_;
  bool untreated_;
  mutable std::mutex guard_;
  mutable std::set<std::pair<const Part*, std::string>> known_;
};

}  // namespace

std::vector<std::string> distinct_names(const std::vector<std::filesystem::path>& files) {
  std::vector<std::vector<std::string>> parts;  // of each path, the last first
  for (const std::filesystem::path& file : files) {
    std::error_code failed;
    const std::filesystem::path whole = std::filesystem::absolute(file, failed).lexically_normal();
    parts.push_back({whole.stem().string()});
    for (std::filesystem::path folder = whole.parent_path(); folder.has_filename(); folder = folder.parent_path())
      parts.back().push_back(folder.filename().string());
  }
  std::vector<std::string> names;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    std::size_t length = 1;  // parts of the path that it shares with no other, and one more
    for (std::size_t other = 0; other < parts.size(); ++other) {
      if (other == k) continue;
      std::size_t alike = 0;
      while (alike < parts[k].size() && alike < parts[other].size() && parts[k][alike] == parts[other][alike]) ++alike;
      if (alike == parts[k].size() && alike == parts[other].size())
        throw scenario_error(files[k].string(), "the scenario is named twice",
            "each stands in the result under a name of its own", "take one away");
      length = std::max(length, std::min(alike + 1, parts[k].size()));
    }
    std::string name;
    for (std::size_t part = length; part-- > 0;) name += parts[k][part] + (part == 0 ? "" : "/");
    names.push_back(std::move(name));
  }
  return names;
}

std::unique_ptr<Experiment> make_together(
    const std::vector<std::filesystem::path>& files, std::span<const std::string> sets, bool untreated) {
  std::vector<Together::Part> parts;
  const std::vector<std::string> names = distinct_names(files);
  const auto societies = std::make_shared<Societies>();
  for (std::size_t k = 0; k < files.size(); ++k) parts.push_back({names[k], make_simulator(files[k], sets, societies)});
  return std::make_unique<Together>(std::move(parts), untreated);
}

std::unique_ptr<Experiment> together_from_text(
    const std::string& text, const std::vector<std::filesystem::path>& folders) {
  std::vector<Together::Part> parts;
  const std::string mark = heading;
  for (std::size_t at = text.find(mark); at != std::string::npos;) {
    const std::size_t name = at + mark.size();
    const std::size_t body = std::min(text.find('\n', name), text.size() - 1) + 1;
    const std::size_t next = text.find("\n" + mark, body);
    const std::string part = text.substr(body, next == std::string::npos ? next : next + 1 - body);
    parts.push_back({text.substr(name, body - 1 - name), experiment_from_text("simulator", part, folders)});
    at = next == std::string::npos ? next : next + 1;
  }
  return parts.empty() ? nullptr : std::make_unique<Together>(std::move(parts), text.rfind(twins, 0) == 0);
}

}  // namespace kurultai
