// What verbs that do many runs tell of them before they begin: lines of a dry run, notes, and about how long it takes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sweep/runner.h"
#include "sweep/sweep_progress.h"

namespace kurultai {

/// The lines of a dry run about machine, memory, time, disk and result. `more` follows the time ("before replicates are
/// added").
std::string plan_lines(const Schedule& plan, const std::filesystem::path& out, const std::string& more = "");

/// Notes as the lines of a plan: "  note: ...".
std::string note_lines(const std::vector<std::string>& notes);

/// Before `runs` runs begin: throws Error (exit code 7) if even one does not fit; else tells the notes, and about how
/// long it all takes if that is more than ten seconds ("about 16:40", with `before` in front). `mode` is that of
/// --progress.
void tell_plan(const Schedule& plan, std::size_t runs, const std::vector<std::string>& notes,
    const RunnerOptions& options, SweepProgress& progress, const std::string& mode, const std::string& before = "");

}  // namespace kurultai
