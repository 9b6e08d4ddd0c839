#include "command/plan.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "base/console.h"
#include "engine/memory.h"
#include "engine/progress.h"

namespace kurultai {

namespace {

constexpr double worth_telling = 10;  // seconds

double free_disk(const std::filesystem::path& out) {
  struct statvfs disk{};
  const std::filesystem::path folder = out.has_parent_path() ? out.parent_path() : std::filesystem::path(".");
  return statvfs(folder.c_str(), &disk) == 0 ? static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize)
                                             : -1;
}

}  // namespace

std::string plan_lines(const Schedule& plan, const std::filesystem::path& out, const std::string& more) {
  std::string text = fmt::format("  side by side {} with {} thread{} each\n", plan.side_by_side, plan.threads_each,
      plan.threads_each == 1 ? "" : "s");
  const double together = plan.shared_bytes + plan.bytes_each * static_cast<double>(plan.side_by_side);
  if (plan.weeks < plan.weeks_alone)
    text += fmt::format("  weeks        {:.0f} of {:.0f}, or {:.2f}: what runs have in common is simulated once\n",
        plan.weeks, plan.weeks_alone, plan.weeks / plan.weeks_alone);
  text += fmt::format("  memory       {}, about ({} a run, {} shared by runs in one society){}\n",
      bytes_text(std::max(together, plan.peak_bytes)), bytes_text(plan.bytes_each), bytes_text(plan.shared_bytes),
      memory_caveat(plan.peak_bytes));
  text += fmt::format("  time         {}, about{}\n", duration_text(plan.seconds), more);
  const double disk = free_disk(out);
  text += fmt::format("  disk         {}, about{}\n", bytes_text(2 * plan.file_bytes),
      disk >= 0 ? fmt::format(" ({} free)", bytes_text(disk)) : "");
  return text + fmt::format("  result       {}\n", out.string());
}

std::string note_lines(const std::vector<std::string>& notes) {
  std::string text;
  for (const std::string& note : notes) text += fmt::format("  note: {}\n", note);
  return text;
}

void tell_plan(const Schedule& plan, std::size_t runs, const std::vector<std::string>& notes,
    const RunnerOptions& options, SweepProgress& progress, const std::string& mode, const std::string& before) {
  require_memory(plan, options);
  for (const std::string& note : notes) {
    if (mode == "json")
      progress.say(note);
    else
      tell("kurultai: note: {}", note);
  }
  if (plan.seconds > worth_telling)
    progress.say(fmt::format("{}{} run{}, about {}", before, runs, runs == 1 ? "" : "s", duration_text(plan.seconds)));
}

}  // namespace kurultai
